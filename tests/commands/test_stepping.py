"""Stepping in and back: what is written, what is logged, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from commands.desk import Desk, one_off, spec
from make import NOW, make_replica, make_replicas
from tasktui.domain.actions import Action
from tasktui.domain.event import EventKind
from tasktui.domain.schedule import Schedule
from tasktui.domain.status import Status
from tasktui.domain.task import Task, Until, When
from tasktui.errors import InvalidField, NotAllowed
from tasktui.schedule.parse import parse_daily

FOUR = make_replicas("4-4")
EVENING = NOW.replace(hour=20)
TONIGHT = NOW.replace(hour=22)


def running(desk: Desk, schedule: Schedule | None = None) -> Task:
    task = desk.launched(schedule=schedule or parse_daily("08:00=2-4,20:00=0-1", "UTC"))
    desk.commands.activate("chat", When.NOW)
    return desk.becomes(task, Status.RUNNING, replicas=(make_replica(),))


def logged(desk: Desk) -> list[tuple[EventKind, str]]:
    return [(e.kind, e.reason) for e in desk.commands.events("chat")]


@pytest.mark.parametrize(
    ("until", "at"),
    [(Until.NEXT, EVENING), (TONIGHT, TONIGHT), (Until.CLEARED, None)],
)
def test_an_override_keeps_what_until_when_and_by_whom(
    desk: Desk, until: datetime | Until, at: datetime | None
) -> None:
    running(desk)
    task = desk.commands.scale("chat", FOUR, until)
    override = task.override
    assert override
    assert (override.replicas, override.since, override.until) == (FOUR, NOW, at)
    assert override.by == "op1"
    assert (task.progress.wanted, task.progress.next_at) == (FOUR, at)


def test_the_next_point_is_the_one_of_the_moment_of_the_command(desk: Desk) -> None:
    running(desk)
    desk.commands.scale("chat", FOUR)
    desk.later(7 * 3600)
    override = desk.commands.task("chat").override
    assert override
    assert override.until == EVENING


@pytest.mark.parametrize("end", [None, datetime(2026, 3, 5, 18, 0)])  # noqa: DTZ001 - local
def test_of_a_one_off_the_next_point_is_its_end_or_none(desk: Desk, end: datetime | None) -> None:
    running(desk, replace(one_off(), end=end))
    override = desk.commands.scale("chat", FOUR).override
    assert override
    assert override.until == (end.replace(tzinfo=UTC) if end else None)


def test_each_is_one_event_with_what_and_until_when(desk: Desk) -> None:
    running(desk)
    before = len(logged(desk))
    desk.commands.scale("chat", FOUR)
    desk.commands.pause("chat", TONIGHT, "  quiet \n days ")
    desk.commands.clear("chat")
    desk.commands.resume("chat")
    assert logged(desk)[before:] == [
        (EventKind.OVERRIDDEN, "4-4 until 2026-03-05 20:00 UTC"),
        (EventKind.PAUSED, "4-4 frozen until 2026-03-05 22:00 UTC: quiet days"),
        (EventKind.OVERRIDE_CLEARED, "4-4"),
        (EventKind.RESUMED, "4-4 was frozen"),
    ]
    assert {e.actor for e in desk.commands.events("chat")} == {"op1 (cli)"}


@pytest.mark.parametrize("verb", ["scale", "clear", "pause", "resume"])
def test_sent_twice_it_acts_once_and_each_pokes(desk: Desk, verb: str) -> None:
    running(desk)
    desk.commands.scale("chat", make_replicas("3"))
    desk.commands.pause("chat")
    words = (FOUR,) if verb == "scale" else ()
    act, pokes = getattr(desk.commands, verb), desk.pokes
    act("chat", *words, action_id="one")
    count = len(logged(desk))
    act("chat", *words, action_id="one")
    assert (len(logged(desk)), desk.pokes) == (count, pokes + 1)


def test_a_pause_freezes_what_is_in_force_now(desk: Desk) -> None:
    running(desk)
    pause = desk.commands.pause("chat").pause
    assert pause
    assert (str(pause.frozen), pause.until, pause.note) == ("2-4", None, "")
    desk.later(8 * 3600)
    longer = desk.commands.pause("chat", desk.at + timedelta(hours=1), "more").pause
    assert longer
    assert str(longer.frozen) == "2-4", "a pause of a paused task freezes the same"


def test_a_pause_below_an_override_freezes_the_override(desk: Desk) -> None:
    running(desk)
    desk.commands.scale("chat", FOUR)
    pause = desk.commands.pause("chat").pause
    assert pause
    assert pause.frozen == FOUR


def test_a_waiting_task_paused_has_nothing_frozen(desk: Desk) -> None:
    desk.launched(schedule=parse_daily("08:00=2-4", "UTC"))
    desk.commands.activate("chat", When.NEXT)
    task = desk.commands.pause("chat")
    assert task.pause
    assert task.pause.frozen is None
    assert logged(desk)[-1][1] == "nothing frozen until resumed"


def test_an_override_makes_a_waiting_task_due_and_keeps_the_place_of_one_in_line(
    desk: Desk,
) -> None:
    desk.launched(schedule=parse_daily("08:00=2-4", "UTC"))
    desk.commands.activate("chat", When.NEXT)
    assert desk.commands.scale("chat", FOUR).progress.due_at == NOW
    desk.later(60)
    assert desk.commands.scale("chat", make_replicas("1")).progress.due_at == NOW


def test_an_override_of_0_0_makes_nothing_due(desk: Desk) -> None:
    desk.launched(schedule=parse_daily("08:00=2-4", "UTC"))
    desk.commands.activate("chat", When.NEXT)
    assert desk.commands.scale("chat", make_replicas("0")).progress.due_at is None


@pytest.mark.parametrize(
    ("verb", "words", "said"),
    [
        ("scale", (FOUR, NOW), "until: .*a time to come"),
        ("scale", (FOUR, NOW - timedelta(days=1)), "until: '2026-03-04 14:00 UTC'"),
        ("scale", (make_replicas("0-10001"),), "replicas: '0-10001'"),
        ("pause", (NOW,), "until: .*a time to come"),
        ("pause", (None, "x" * 201), "note: .*at most 200 characters"),
    ],
)
def test_a_field_that_is_wrong_is_named_and_nothing_is_written(
    desk: Desk, verb: str, words: tuple[object, ...], said: str
) -> None:
    task = running(desk)
    count = len(logged(desk))
    with pytest.raises(InvalidField, match=said):
        getattr(desk.commands, verb)("chat", *words)
    assert desk.commands.task("chat") == task
    assert len(logged(desk)) == count


def test_on_a_task_that_is_not_activated_all_is_refused(desk: Desk) -> None:
    desk.launched()
    with pytest.raises(NotAllowed, match="only an activated task can be scaled"):
        desk.commands.scale("chat", FOUR)
    with pytest.raises(NotAllowed, match="only an activated task can be paused"):
        desk.commands.pause("chat")


def test_ending_what_does_not_stand_is_refused(desk: Desk) -> None:
    running(desk)
    with pytest.raises(NotAllowed, match="no override to clear"):
        desk.commands.clear("chat")
    with pytest.raises(NotAllowed, match="nothing to resume"):
        desk.commands.resume("chat")


def test_what_would_be_is_told_and_refused_alike_but_not_written(desk: Desk) -> None:
    task = running(desk)
    c = desk.commands
    would = c.would("chat", Action.OVERRIDE, c.scaling(FOUR, Until.NEXT))
    assert would.override
    assert would.override.until == EVENING
    with pytest.raises(NotAllowed):
        c.would("chat", Action.CLEAR, c.clearing())
    assert c.task("chat") == task


def test_an_edit_keeps_what_stands_over_the_schedule(desk: Desk) -> None:
    running(desk)
    stepped = desk.commands.pause("chat", TONIGHT, "note")
    stepped = desk.commands.scale("chat", FOUR)
    new = spec("chat", stepped.artifact, parse_daily("08:00=1-9", "UTC"))
    edited = desk.commands.edit("chat", 1, new)
    assert (edited.override, edited.pause) == (stepped.override, stepped.pause)


def test_deactivate_drops_what_stands_over_the_schedule(desk: Desk) -> None:
    running(desk)
    desk.commands.scale("chat", FOUR)
    desk.commands.pause("chat")
    task = desk.commands.deactivate("chat")
    assert (task.override, task.pause) == (None, None)
