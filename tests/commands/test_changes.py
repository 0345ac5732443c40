from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from commands.desk import Desk, one_off, spec
from make import NOW, make_daily, make_replica
from tasktui.domain.event import EventKind
from tasktui.domain.status import Status
from tasktui.domain.task import When
from tasktui.errors import Conflict, NotAllowed, NotFound, StaleRevision, UserError
from tasktui.schedule.parse import parse_daily

UTC_NOON = "12:00=1-1"


def test_a_launched_task_is_idle_and_nothing_is_armed(desk: Desk) -> None:
    task = desk.launched()
    assert (task.status, task.armed, task.revision) == (Status.IDLE, None, 1)
    assert [e.kind for e in desk.commands.events("chat")] == [EventKind.LAUNCHED]


def test_activate_next_waits_for_the_first_scheduled_time(desk: Desk) -> None:
    desk.launched(schedule=parse_daily("08:00=2-4,20:00=0-1", "UTC"))
    task = desk.commands.activate("chat", When.NEXT)
    assert task.status is Status.IN_QUEUE
    assert task.progress.reason.text == "waiting for 20:00"
    assert task.progress.reason.until == NOW.replace(hour=20, minute=0)


def test_activate_now_is_due_at_once_with_the_point_in_force(desk: Desk) -> None:
    desk.launched(schedule=parse_daily("08:00=2-4,20:00=0-1", "UTC"))
    task = desk.commands.activate("chat", When.NOW)
    assert task.progress.due_at == NOW
    assert str(task.progress.wanted) == "2-4"


def test_activating_now_changes_a_task_that_waits_for_its_next_time(desk: Desk) -> None:
    desk.launched()
    desk.commands.activate("chat", When.NEXT)
    task = desk.commands.activate("chat", When.NOW)
    assert task.armed is not None
    assert task.armed.when is When.NOW


def test_a_one_off_in_the_past_starts_only_when_late_is_ok(desk: Desk) -> None:
    desk.launched(schedule=one_off(at=datetime(2026, 3, 5, 15, 0)))  # noqa: DTZ001 - local time
    desk.later(7200)
    with pytest.raises(NotAllowed, match=r"has passed.*--late-ok"):
        desk.commands.activate("chat", When.NOW)
    assert desk.commands.activate("chat", When.NOW, late_ok=True).progress.due_at == desk.at


def test_deactivating_a_waiting_task_makes_it_idle_at_once_and_keeps_the_schedule(
    desk: Desk,
) -> None:
    before = desk.launched()
    desk.commands.activate("chat")
    task = desk.commands.deactivate("chat")
    assert (task.status, task.armed, task.schedule) == (Status.IDLE, None, before.schedule)


def test_deactivating_a_running_task_drains_and_a_second_time_forces(desk: Desk) -> None:
    task = desk.launched()
    desk.commands.activate("chat", When.NOW)
    desk.becomes(task, Status.RUNNING, replicas=(make_replica(),))
    stopping = desk.commands.deactivate("chat")
    assert stopping.status is Status.NEED_STOP
    assert stopping.progress.stop_by == NOW + timedelta(seconds=60)
    assert not stopping.stop_forced
    assert desk.commands.deactivate("chat").stop_forced
    kinds = [e.kind for e in desk.commands.events("chat")]
    assert kinds[-2:] == [EventKind.DEACTIVATED, EventKind.FORCED]
    with pytest.raises(NotAllowed, match="by force already"):
        desk.commands.deactivate("chat")


def test_archive_refuses_an_active_task_unless_it_may_wait_until_idle(desk: Desk) -> None:
    task = desk.launched()
    desk.commands.activate("chat", When.NOW)
    desk.becomes(task, Status.RUNNING, replicas=(make_replica(),))
    with pytest.raises(NotAllowed, match="--when-idle"):
        desk.commands.archive("chat")
    waiting = desk.commands.archive("chat", when_idle=True)
    assert (waiting.status, waiting.archive_when_idle) == (Status.NEED_STOP, True)
    last = desk.commands.events("chat")[-1]
    assert (last.kind, last.reason) == (EventKind.DEACTIVATED, "to be archived when Idle")


def test_an_archived_name_is_free_and_restoring_asks_for_another(desk: Desk) -> None:
    desk.launched()
    desk.commands.archive("chat")
    desk.launched()
    with pytest.raises(Conflict):
        desk.commands.restore("chat")
    restored = desk.commands.restore("chat", "chat-2")
    assert (restored.name, restored.status, restored.armed) == ("chat-2", Status.IDLE, None)


def test_restoring_a_task_that_is_not_archived_says_so(desk: Desk) -> None:
    desk.launched()
    with pytest.raises(NotAllowed, match="only an archived task can be restored"):
        desk.commands.restore("chat")


def test_delete_takes_the_events_along(desk: Desk) -> None:
    desk.launched()
    desk.commands.archive("chat")
    desk.commands.delete("chat")
    with pytest.raises(NotFound):
        desk.commands.any_task("chat")
    assert desk.commands.events() == []


@pytest.mark.parametrize("verb", ["activate", "deactivate", "archive", "restart"])
def test_an_action_sent_twice_acts_once(desk: Desk, verb: str) -> None:
    task = desk.launched()
    if verb in {"deactivate", "restart"}:
        desk.commands.activate("chat", When.NOW)
        desk.becomes(task, Status.RUNNING, replicas=(make_replica(),))
    act = getattr(desk.commands, verb)
    first = act("chat", action_id="one")
    count = len(desk.commands.events())
    if verb != "archive":
        assert act("chat", action_id="one").generation == first.generation
    assert len(desk.commands.events()) == count


def test_every_change_pokes_the_scheduler(desk: Desk) -> None:
    desk.launched()
    before = desk.pokes
    desk.commands.activate("chat")
    assert desk.pokes == before + 1


def test_a_refused_change_leaves_no_trace(desk: Desk) -> None:
    task = desk.launched()
    count = len(desk.commands.events())
    with pytest.raises(NotAllowed):
        desk.commands.deactivate("chat")
    assert desk.commands.task("chat") == task
    assert len(desk.commands.events()) == count


def test_an_edit_of_replicas_is_hot_and_a_new_artifact_restarts(desk: Desk) -> None:
    task = desk.launched(schedule=parse_daily(UTC_NOON, "UTC"))
    desk.commands.activate("chat", When.NOW)
    desk.becomes(task, Status.RUNNING, replicas=(make_replica(), make_replica(id="r2")))
    new = spec("chat", desk.artifact("second"), parse_daily("12:00=1-3", "UTC"))
    lines = {c.field: c.text for c in desk.commands.changes("chat", new)}
    assert lines == {"artifact": "restarts 2", "schedule": "hot"}


def test_an_edit_on_an_old_revision_is_refused_with_the_difference(desk: Desk) -> None:
    task = desk.launched(schedule=parse_daily(UTC_NOON, "UTC"))
    theirs = spec("chat", task.artifact, parse_daily("12:00=1-2", "UTC"))
    mine = spec("chat", task.artifact, parse_daily("12:00=1-9", "UTC"))
    assert desk.commands.edit("chat", 1, theirs).revision == 2
    with pytest.raises(StaleRevision, match=r"1-2.*1-9"):
        desk.commands.edit("chat", 1, mine)


def test_an_edit_that_changes_nothing_makes_no_revision(desk: Desk) -> None:
    task = desk.launched()
    same = desk.commands.spec_of(task)
    assert desk.commands.edit("chat", 1, same).revision == 1


def test_a_rename_is_refused_while_the_task_is_active(desk: Desk) -> None:
    task = desk.launched()
    desk.commands.activate("chat")
    with pytest.raises(NotAllowed, match="the name is its route"):
        desk.commands.edit("chat", 1, spec("talk", task.artifact))


def test_launch_names_every_problem_at_once(desk: Desk) -> None:
    bad = spec("Chat!", "nothing", make_daily("08:00=0-0"))
    with pytest.raises(UserError) as raised:
        desk.commands.launch(bad)
    text = str(raised.value)
    assert "name" in text
    assert "nothing" in text
    assert "replicas" in text or "points" in text


def test_the_draft_of_the_wizard_is_kept_per_user(desk: Desk) -> None:
    assert desk.commands.draft() is None
    desk.commands.save_draft({"name": "half"})
    assert desk.commands.draft() == {"name": "half"}
    desk.commands.clear_draft()
    assert desk.commands.draft() is None
