"""What a draft means, and what is said beside which field."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from make import NOW, make_daily, make_one_off
from tasktui.commands.checks import Problem
from tasktui.domain.schedule import Daily, OneOff, Schedule
from tasktui.domain.task import TaskSpec
from tasktui.schedule.parse import parse_daily
from tasktui.tui.wizard.here import local_zone
from tasktui.tui.wizard.model import (
    Draft,
    Kind,
    PointDraft,
    choose,
    days_text,
    from_mapping,
    from_spec,
    merge,
    to_mapping,
)
from tasktui.tui.wizard.rules import instant, own_words, place, probe, problems, read_time, to_spec

GOOD = Draft(artifact="echo", name="chat", file_path="serve", deployment_name="app")
DAILY = replace(
    GOOD,
    kind=Kind.DAILY,
    timezone="Europe/Berlin",
    points=(PointDraft("08:00", "2", "4"), PointDraft("20:00", "0", "1")),
)


def spec(schedule: Schedule) -> TaskSpec:
    return TaskSpec(
        name="chat",
        artifact="echo",
        file_path="serve",
        deployment_name="app",
        schedule=schedule,
        env={"KEY": "value"},
    )


def told(draft: Draft) -> dict[str, str]:
    return {p.field: p.message for p in problems(draft, NOW)}


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"artifact": ""}, "artifact", "choose one"),
        ({"name": "Chat"}, "name", "a-z, 0-9"),
        ({"name": ""}, "name", "1 to 63"),
        ({"file_path": "serve.py"}, "file_path", "without extension: serve"),
        ({"file_path": "../serve"}, "file_path", "without '..'"),
        ({"file_path": "/serve"}, "file_path", "a relative path"),
        ({"file_path": "a b"}, "file_path", "letters, digits"),
        ({"deployment_name": "2app"}, "deployment_name", "a Python name"),
        ({"timezone": "Berl"}, "timezone", "Down lists them"),
        ({"timezone": " "}, "timezone", "needed"),
        ({"min": ""}, "min", "needed: a number"),
        ({"min": "two"}, "min", "a whole number"),
        ({"min": "3"}, "max", "at least min, 3"),
        ({"min": "1", "max": "0"}, "max", "max 0 needs min 0"),
        ({"min": "0", "max": "0"}, "max", "would never run"),
        ({"start": "tomorrow"}, "start", "'now', or a date and time"),
        ({"start": "2026-03-05 13:00"}, "start", "has passed"),
        ({"end": "later"}, "end", "a date and time"),
        ({"end": "now"}, "end", "empty for no end"),
        ({"start": "2026-03-06 08:00", "end": "2026-03-06 07:00"}, "end", "after the start"),
    ],
)
def test_says_what_is_allowed_beside_the_field(
    change: dict[str, str], field: str, says: str
) -> None:
    found = told(replace(GOOD, **change))  # type: ignore[arg-type]
    assert list(found) == [field]
    assert says in found[field]


@pytest.mark.parametrize(
    ("points", "field", "says"),
    [
        ([("25:00", "1", "1")], "points.0.time", "HH:MM"),
        ([("", "1", "1")], "points.0.time", "HH:MM"),
        ([("08:00", "x", "1")], "points.0.min", "a whole number"),
        ([("08:00", "2", "1")], "points.0.max", "at least min, 2"),
        ([("08:00", "0", "0")], "points", "every point is 0-0"),
        ([("08:00", "1", "1"), ("8:00", "2", "2")], "points.1.time", "the same time as point 1"),
        ([("0 8 * *", "1", "1")], "points.0.time", "five fields"),
        ([("R 8 * * *", "1", "1")], "points.0.time", "by chance"),
        ([("0 8 * * *", "1", "1"), ("cron(0 8 * * *)", "2", "2")], "points.1.time", "as point 1"),
        ([], "points", "at least one point"),
    ],
)
def test_says_which_cell_of_the_grid_is_wrong(
    points: list[tuple[str, str, str]], field: str, says: str
) -> None:
    found = told(replace(DAILY, points=tuple(PointDraft(*p) for p in points)))
    assert list(found) == [field]
    assert says in found[field]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"days": "someday"}, "days"), ({"except_dates": "24.12."}, "except_dates")],
)
def test_says_what_days_and_dates_look_like(change: dict[str, str], field: str) -> None:
    assert list(told(replace(DAILY, **change))) == [field]  # type: ignore[arg-type]


def test_finds_everything_at_once() -> None:
    found = told(replace(DAILY, name="!", timezone="x", points=(PointDraft("1", "a", "b"),)))
    assert set(found) == {"name", "timezone", "points.0.time", "points.0.min", "points.0.max"}


@pytest.mark.parametrize(
    "schedule",
    [
        make_daily("08:00=2-4,12:30=4-4,20:00=0-1", "Europe/Berlin"),
        make_daily("08:00=2-4,20:00:30=0-0@Asia/Tokyo", "UTC", weekdays=frozenset({0, 1, 2, 5})),
        parse_daily("cron(0 8,9 * * 1-5)=2-4,20:00=0-1,cron(0 22 * * *)=1@Asia/Tokyo", "UTC"),
        make_one_off(None, "1-1"),
        make_one_off("2026-03-05T15:00", "1-2", end="2026-03-06T15:00:10"),
    ],
)
def test_a_task_typed_again_is_the_same_task(schedule: Daily | OneOff) -> None:
    draft = from_spec(spec(schedule))
    assert to_spec(draft, NOW) == spec(schedule)
    assert from_mapping(to_mapping(draft)) == draft


def test_a_schedule_left_as_it_is_may_lie_in_the_past() -> None:
    past = make_one_off("2026-03-01T15:00")
    draft = from_spec(spec(past))
    assert problems(draft, NOW)
    assert not problems(draft, NOW, keep=past)


def test_a_schedule_that_cannot_be_read_does_not_hide_other_problems() -> None:
    stand_in, real = probe(replace(GOOD, start="?"), NOW)
    assert (stand_in.name, real) == ("chat", False)


@pytest.mark.parametrize("body", [{}, {"points": 3, "env": "x", "name": 7}, {"kind": "Sometimes"}])
def test_a_stored_draft_of_another_shape_becomes_defaults(body: dict[str, object]) -> None:
    draft = from_mapping(body)
    assert (draft.name, draft.kind, draft.env) == ("", Kind.ONE_OFF, ())


def test_nonsense_survives_being_stored() -> None:
    draft = replace(DAILY, name="?\x1b[2J", points=(PointDraft("later", "-1", "many", "Mars"),))
    assert from_mapping(to_mapping(draft)) == draft


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (range(7), ""),
        (range(5), "mo-fr"),
        ((0, 2, 4), "mo we fr"),
        ((0, 1, 4, 5, 6), "mo tu fr-su"),
    ],
)
def test_days_read_as_they_are_written(days: list[int], text: str) -> None:
    assert days_text(days) == text
    schedule = to_spec(replace(DAILY, days=text), NOW)
    assert isinstance(schedule, TaskSpec)
    assert isinstance(schedule.schedule, Daily)
    assert schedule.schedule.weekdays == frozenset(days)


def test_my_changes_lie_on_top_of_theirs() -> None:
    mine = replace(DAILY, name="mine")
    theirs = replace(DAILY, days="mo-fr", name="theirs")
    merged = merge(DAILY, mine, theirs)
    assert (merged.name, merged.days) == ("mine", "mo-fr")


def test_another_artifact_replaces_defaults_but_not_what_was_typed() -> None:
    first = replace(GOOD, artifact="echo", name="echo")
    second = Draft(artifact="model@2", name="model", file_path="run", deployment_name="main")
    taken = choose(replace(first, file_path="mine"), second, first)
    assert taken.artifact == "model@2"
    assert (taken.name, taken.file_path, taken.deployment_name) == ("model", "mine", "main")


@pytest.mark.parametrize(
    ("text", "at"),
    [("2026-03-08 08:00", "2026-03-08T07:00Z"), ("now", ""), ("soon", ""), ("2026-13-01 0:00", "")],
)
def test_a_typed_moment_is_shown_in_utc(text: str, at: str) -> None:
    found = instant(text, "Europe/Berlin")
    assert (f"{found:%Y-%m-%dT%H:%MZ}" if found else "") == at


def test_a_time_of_day_is_read_with_and_without_seconds() -> None:
    assert [str(read_time(t)) for t in ("8:00", "08:00:30", "24:00", "8", "8:0")] == [
        "08:00:00",
        "08:00:30",
        "None",
        "None",
        "None",
    ]


@pytest.mark.parametrize(
    ("field", "kind", "expected"),
    [
        ("schedule.points[1]", Kind.DAILY, "points.0"),
        ("schedule.points[12]", Kind.DAILY, "points.11"),
        ("schedule.points", Kind.DAILY, "points"),
        ("schedule.weekdays", Kind.DAILY, "days"),
        ("schedule.except_dates", Kind.DAILY, "except_dates"),
        ("schedule.timezone", Kind.DAILY, "timezone"),
        ("schedule.at", Kind.ONE_OFF, "start"),
        ("schedule.end", Kind.ONE_OFF, "end"),
        ("schedule.replicas", Kind.ONE_OFF, "max"),
        ("schedule", Kind.ONE_OFF, "start"),
        ("schedule", Kind.DAILY, "points"),
        ("spec", Kind.DAILY, "spec"),
    ],
)
def test_every_field_of_a_schedule_has_its_place(field: str, kind: Kind, expected: str) -> None:
    assert place(field, kind) == expected


def test_what_was_given_is_not_repeated_beside_it() -> None:
    problem = Problem("name", "name: 'chat' is not valid: a task of that name exists")
    assert own_words(problem, GOOD).message == "a task of that name exists"


@pytest.mark.parametrize(
    ("environ", "files", "found"),
    [
        ({"TZ": ":Europe/Berlin"}, {}, "Europe/Berlin"),
        ({"TZ": "Mars"}, {"timezone": "Asia/Tokyo\n"}, "Asia/Tokyo"),
        ({}, {"localtime": "/usr/share/zoneinfo/America/New_York"}, "America/New_York"),
        ({}, {}, "UTC"),
    ],
)
def test_a_new_schedule_starts_in_the_zone_of_the_machine(
    tmp_path: Path, environ: dict[str, str], files: dict[str, str], found: str
) -> None:
    for name, text in files.items():
        if name == "localtime":
            (tmp_path / name).symlink_to(text)
        else:
            (tmp_path / name).write_text(text)
    known = {"Europe/Berlin", "Asia/Tokyo", "America/New_York"}
    assert local_zone(environ, known, tmp_path) == found
