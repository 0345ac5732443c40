from __future__ import annotations

from dataclasses import replace

import pytest

from commands.desk import SCRIPT, Desk
from make import NOW, make_daily, make_replica
from tasktui.domain.event import EventKind
from tasktui.domain.status import Badge, Mark, Status
from tasktui.domain.task import Task
from tasktui.errors import NotAllowed, NotFound
from tasktui.store.revisions import KEPT

WIDER = make_daily("08:00=3-6", "Europe/Berlin")


def edited(desk: Desk, **changes: object) -> Task:
    task = desk.commands.task("chat")
    spec = replace(desk.commands.spec_of(task), **changes)  # type: ignore[arg-type]
    return desk.commands.edit("chat", task.revision, spec)


def test_a_launch_and_each_edit_leave_their_revision_with_who_and_when(desk: Desk) -> None:
    desk.launched()
    desk.later(60)
    edited(desk, schedule=WIDER)
    found = desk.commands.revisions("chat")
    assert [(r.number, r.by, r.at) for r in found] == [(1, "op1", NOW), (2, "op1", desk.at)]
    assert found[1].spec.schedule == WIDER
    assert found[0].spec == replace(found[1].spec, schedule=found[0].spec.schedule)


def test_an_edit_that_changes_nothing_makes_no_revision(desk: Desk) -> None:
    desk.launched()
    edited(desk)
    assert len(desk.commands.revisions("chat")) == 1


def test_the_history_says_of_each_what_it_changed_and_what_that_restarts(desk: Desk) -> None:
    desk.launched()
    edited(desk, schedule=WIDER)
    edited(desk, env={"TOKEN": "hush-hush"})
    first, second, third = desk.commands.history(desk.commands.task("chat"))
    assert first.changes == []
    assert [(c.field, c.restarts) for c in second.changes] == [("schedule", False)]
    assert [(c.field, c.restarts) for c in third.changes] == [("environment", True)]
    assert "hush" not in str([third.changes, second.changes])


def test_only_the_newest_are_kept_and_go_with_the_task(desk: Desk) -> None:
    task = desk.launched()
    for n in range(KEPT + 5):
        edited(desk, schedule=make_daily(f"08:00={n % 2 + 1}-9"))
    numbers = [r.number for r in desk.commands.revisions("chat")]
    assert numbers == list(range(7, KEPT + 7))
    with pytest.raises(NotFound, match=r"no revision 3\. Kept are 7 to 56"):
        desk.commands.rollback("chat", 3)
    desk.commands.archive("chat")
    assert len(desk.commands.history(desk.commands.any_task("chat"))) == KEPT
    desk.commands.delete("chat")
    assert desk.store.revisions(task.id) == []


def test_a_rollback_goes_to_the_revision_before_and_is_a_new_one(desk: Desk) -> None:
    first = desk.launched()
    edited(desk, schedule=WIDER)
    task = desk.commands.rollback("chat")
    assert (task.revision, task.schedule) == (3, first.schedule)
    event = desk.commands.events("chat")[-1]
    assert (event.kind, event.revision) == (EventKind.EDITED, 3)
    assert event.reason.startswith("back to revision 1: schedule: ")
    assert desk.commands.rollback("chat").schedule == WIDER, "and back again"


def test_a_rollback_runs_the_very_version_of_then(desk: Desk) -> None:
    task = desk.launched()
    label = desk.artifact(script=SCRIPT + "\n# other\n")
    edited(desk, artifact=label)
    assert desk.commands.task("chat").digest != task.digest
    back = desk.commands.rollback("chat")
    assert (back.digest, back.artifact) == (task.digest, "model@1")


def test_where_the_version_was_removed_it_says_so_and_changes_nothing(desk: Desk) -> None:
    desk.launched()
    edited(desk, artifact=desk.artifact(script=SCRIPT + "\n# more\n"))
    desk.commands.remove_artifact("model@1")
    with pytest.raises(NotFound, match=r"Revision 1 of chat ran model@1, and that version was"):
        desk.commands.rollback("chat")
    assert desk.commands.task("chat").revision == 2


def test_a_rollback_keeps_the_name(desk: Desk) -> None:
    first = desk.launched()
    edited(desk, schedule=WIDER, name="talk")
    task = desk.commands.rollback("talk")
    assert (task.name, task.schedule) == ("talk", first.schedule)


def test_a_rollback_sent_twice_acts_once(desk: Desk) -> None:
    desk.launched()
    edited(desk, schedule=WIDER)
    desk.commands.rollback("chat", action_id="one")
    assert desk.commands.rollback("chat", action_id="one").revision == 3


def test_a_rollback_is_refused_as_an_edit_is(desk: Desk) -> None:
    desk.launched()
    with pytest.raises(NotAllowed, match="first revision"):
        desk.commands.rollback("chat")
    edited(desk, schedule=WIDER)
    desk.commands.archive("chat")
    with pytest.raises(NotFound, match="archived one"):
        desk.commands.rollback("chat")


def test_on_a_running_task_it_says_what_it_restarts(desk: Desk) -> None:
    task = desk.launched()
    edited(desk, env={"A": "1"})
    desk.becomes(task, Status.RUNNING, replicas=(make_replica("a"), make_replica("b")))
    (line,) = desk.commands.changes("chat", desk.commands.going_back("chat"))
    assert (line.field, line.text) == ("environment", "restarts 2")


def test_an_edit_ends_what_another_tool_brought_about(desk: Desk) -> None:
    task = desk.launched()
    marks = (Mark(Badge.DRIFT, "left alone"), Mark(Badge.SHORT, "1/2"))
    desk.becomes(task, Status.RUNNING, reverts=(NOW, NOW, NOW), badges=marks)
    after = edited(desk, schedule=WIDER)
    assert (after.progress.reverts, after.progress.badges) == ((), marks[1:])
    desk.becomes(task, Status.RUNNING, reverts=(NOW,), badges=marks)
    assert desk.commands.restart("chat").progress.reverts == ()


def test_a_removal_is_confirmed_only_while_the_scheduler_asks(desk: Desk) -> None:
    assert desk.commands.confirm_removal() == ()
    desk.store.set_setting("removal_asked", '["a", "b"]')
    assert desk.commands.waiting_removal() == ("a", "b")
    assert desk.commands.confirm_removal() == ("a", "b")
    assert desk.store.setting("removal_confirmed") == '["a", "b"]'
    assert "a, b was confirmed" in desk.commands.events()[-1].reason
    assert desk.pokes


def test_to_try_again_at_the_next_point_is_part_of_the_activation(desk: Desk) -> None:
    desk.launched()
    task = desk.commands.activate("chat", again=True)
    assert task.armed is not None
    assert task.armed.again
    assert desk.commands.task("chat").armed == task.armed
