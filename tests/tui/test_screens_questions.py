from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from make import (
    NOW,
    make_arming,
    make_around,
    make_daily,
    make_node,
    make_one_off,
    make_progress,
    make_replica,
    make_task,
)
from tasktui.commands.plan import Around
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import ClusterView, Resources
from tasktui.domain.status import Badge, Mark, Status
from tasktui.domain.task import Task, When
from tasktui.tui.lines import Line, line, plain
from tasktui.tui.screens import questions
from tasktui.tui.screens.dialogs import Question
from tasktui.tui.times import TimeBase, View

VIEW = View(now=NOW, cluster=ClusterView(serve_url="http://127.0.0.1:8000"))


def said(question: Question) -> str:
    def words(part: Line | str) -> str:
        return plain(line(part) if isinstance(part, str) else part)

    return "\n".join(words(part) for part in question.lines)


def asked(task: Task, view: View = VIEW) -> Question:
    return questions.activate(task, view, make_around())


def restored(task: Task, taken: frozenset[str]) -> Question:
    return questions.restore(task, VIEW, make_around(), taken)


def offers(question: Question) -> dict[str, str]:
    return {b.id: b.label for b in question.actions}


def running(replicas: int) -> Task:
    rows = tuple(make_replica(f"r{n}") for n in range(replicas))
    return make_task(armed=make_arming(), progress=make_progress(Status.RUNNING, replicas=rows))


def test_a_daily_task_is_offered_its_next_point_and_the_one_in_force() -> None:
    question = asked(make_task())
    assert offers(question) == {
        "next": "Wait for 20:00Z 0-1 (in 6h00)",
        "now": "Start now with 08:00Z 2-4",
    }
    assert question.focus == "next"


def test_one_that_gave_up_is_offered_to_try_again_at_each_point() -> None:
    failed = make_progress(badges=(Mark(Badge.FAILED, "5/5"),))
    question = questions.activate(make_task(progress=failed), VIEW, make_around())
    assert offers(question) == {
        "next": "Wait for 20:00Z 0-1 (in 6h00)",
        "now": "Start now with 08:00Z 2-4",
        "now+again": "Start now with 08:00Z 2-4, try again at each point",
    }
    once = make_task(progress=failed, schedule=make_one_off(None))
    assert list(offers(asked(once))) == ["now"], "it has no other point"


def test_points_are_said_on_the_clock_of_the_viewer() -> None:
    task = make_task(schedule=make_daily("08:00=2-4,20:00=0-1", "America/New_York"))
    assert offers(asked(task))["next"].startswith("Wait for 20:00 0-1")
    utc = View(now=NOW, base=TimeBase.UTC)
    assert offers(asked(task, utc))["next"].startswith("Wait for Fri 01:00Z 0-1")


def test_while_the_schedule_stops_the_way_to_run_is_by_hand() -> None:
    task = make_task(schedule=make_daily("08:00=0-0,20:00=2-4"))
    question = asked(task)
    assert "08:00Z 0-0 is in force: nothing runs before the next point." in said(question)
    assert offers(question) == {
        "next": "Wait for 20:00Z 2-4 (in 6h00)",
        "by hand": "Run 2-4 by hand until then",
    }
    assert question.focus == "next"


def test_a_schedule_that_will_never_fire_offers_nothing() -> None:
    task = make_task(schedule=make_daily("08:00=1-1", weekdays=frozenset()))
    question = asked(task)
    assert offers(question) == {}
    assert question.focus == ""


@pytest.mark.parametrize(
    ("at", "action", "label", "focus"),
    [
        (None, "now", "Start now with 1-2", "now"),
        ("2026-03-05T15:00", "next", "Arm: starts at 15:00Z (in 1h00)", "next"),
        ("2026-03-05T13:30", "late", "Start now, 30m00 late", ""),
    ],
)
def test_a_one_off_is_armed_started_or_late(
    at: str | None, action: str, label: str, focus: str
) -> None:
    question = questions.activate(make_task(schedule=make_one_off(at)), VIEW, make_around())
    assert offers(question) == {action: label}
    assert question.focus == focus


def test_a_one_off_that_waits_can_be_started_now_only_when_its_time_has_come() -> None:
    plan = make_one_off("2026-03-05T15:00")
    task = make_task(status=Status.IN_QUEUE, armed=make_arming(when=When.NEXT), schedule=plan)
    assert "next" in offers(asked(task))


@pytest.mark.parametrize(
    ("end", "over"), [(None, False), ("2026-03-05T14:00", True), ("2026-03-05T14:01", False)]
)
def test_a_one_off_is_over_from_its_end_on(end: str | None, over: bool) -> None:
    task = make_task(schedule=make_one_off("2026-03-05T13:00", end=end))
    assert questions.ended(task, NOW) is over


def test_a_daily_task_is_never_over() -> None:
    assert not questions.ended(make_task(), datetime(2999, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("question", [questions.deactivate, questions.archive])
def test_who_stops_an_application_that_came_from_elsewhere_is_told_so(
    question: Callable[[Task, View, Around], Question],
) -> None:
    told = said(question(replace(running(1), app="text_ml"), VIEW, make_around()))
    assert "text_ml came from elsewhere: a stop removes it from Ray." in told
    assert "tasktui disown chat" in told
    assert "elsewhere" not in said(question(running(1), VIEW, make_around()))


def test_deactivate_counts_what_drains() -> None:
    question = questions.deactivate(running(1), VIEW, make_around())
    assert "Drains 1 replica: requests in flight get up to 60 s" in said(question)
    assert "http://127.0.0.1:8000/chat answers no more" in said(question)
    assert "20:00Z, Fri 08:00Z, Fri 20:00Z will not fire" in said(question)
    assert offers(question) == {"yes": "Deactivate, drain up to 60 s"}
    assert question.focus == ""


def test_force_says_how_long_the_drain_would_still_take() -> None:
    progress = make_progress(
        Status.NEED_STOP, replicas=(make_replica(),), stop_by=NOW + timedelta(seconds=40)
    )
    question = questions.deactivate(make_task(progress=progress), VIEW, make_around())
    assert "1 replica alive, may drain for 40 s more." in said(question)
    assert offers(question) == {"yes": "Force now"}


def test_archive_of_an_idle_task_is_plain() -> None:
    question = questions.archive(make_task(), VIEW, make_around())
    assert offers(question) == {"yes": "Archive"}
    assert "read-only" in said(question)


def test_archive_of_a_stopping_task_waits_for_it() -> None:
    question = questions.archive(make_task(status=Status.NEED_STOP), VIEW, make_around())
    assert offers(question) == {"yes": "Archive when Idle"}
    assert "Drains" not in said(question)


def test_archive_of_a_waiting_task_drains_nothing() -> None:
    task = make_task(status=Status.IN_QUEUE, armed=make_arming(when=When.NEXT))
    told = said(questions.archive(task, VIEW, make_around()))
    assert "No replica runs: it is Idle at once." in told
    assert "as soon as" not in told


def test_restore_asks_for_a_name_only_where_its_own_is_taken() -> None:
    assert restored(make_task(), frozenset({"other"})).fields == []
    assert restored(make_task(), frozenset({"chat"})).fields


@pytest.mark.parametrize(
    ("taken", "name"),
    [
        ({"chat"}, "chat-2"),
        ({"chat", "chat-2", "chat-3"}, "chat-4"),
    ],
)
def test_a_free_name_is_proposed(taken: set[str], name: str) -> None:
    assert questions.free("chat", frozenset(taken)) == name


def test_a_proposed_name_is_never_too_long() -> None:
    long = "a" * 63
    assert len(questions.free(long, frozenset({long}))) <= 63


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("", "A name is"), ("Chat", "A name is"), ("chat", "taken"), ("chat-2", "")],
)
def test_a_new_name_is_checked(text: str, wrong: str) -> None:
    (field,) = restored(make_task(), frozenset({"chat"})).fields
    answer = field.wrong(text)
    assert wrong in answer
    assert bool(answer) is bool(wrong)


def test_delete_takes_nothing_but_the_name() -> None:
    (field,) = questions.delete(make_task(), VIEW, make_around()).fields
    assert field.wrong("chat") == ""
    assert all(field.wrong(t) for t in ("", "cha", "CHAT", "chat "))


def test_a_restart_without_room_for_one_more_says_that_nobody_answers() -> None:
    full = make_node(gpu=1, used=Resources(gpu=1))
    view = View(now=NOW, cluster=ClusterView(nodes=(full,)))
    task = replace(running(1), spec=Spec(gpu=1))
    text = said(questions.restart(task, view, make_around(cluster=view.cluster)))
    assert "nothing answers until the new one is ready" in text
    assert "goes on answering" not in text
    assert "a few at a time" not in text
    assert "goes on answering" in said(questions.restart(task, VIEW, make_around()))


def test_restart_counts_the_replicas() -> None:
    question = questions.restart(running(3), VIEW, make_around())
    assert offers(question) == {"yes": "Restart 3 replicas"}
