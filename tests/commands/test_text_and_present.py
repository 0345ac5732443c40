from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from make import NOW, make_event, make_progress, make_task
from tasktui.commands.present import (
    age,
    curl,
    duration,
    endpoint,
    event_text,
    iso,
    reason_text,
    task_json,
)
from tasktui.commands.text import clean
from tasktui.domain.event import Event, EventKind
from tasktui.domain.observed import ClusterView
from tasktui.domain.status import Reason, Status


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("tab\there", "tab    here"),
        ("two\nlines", "two lines"),
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u202eb", "a\\u202eb"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\ud800", "\\ud800"),
        ("日本 🚀", "日本 🚀"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
    ],
)
def test_what_a_terminal_would_act_on_becomes_visible(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text())
def test_nothing_unprintable_is_left(text: str) -> None:
    shown = clean(text)
    assert not any(
        ord(c) < 32 or 0x7F <= ord(c) <= 0x9F or 0xD800 <= ord(c) <= 0xDFFF for c in shown
    )


def test_lines_can_be_kept_and_length_is_capped() -> None:
    assert clean("a\nb", lines=True) == "a\nb"
    assert clean("x" * 50, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (39.2, "40 s"), (190, "3m10"), (21420, "5h57"), (90000, "1d01h"), (1e6, "11d")],
)
def test_a_length_of_time_takes_two_units_at_most(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(5, "5 s"), (65, "1m"), (7300, "2h"), (1e6, "11d")])
def test_ages_drop_seconds_after_a_minute(seconds: float, text: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == text


def test_a_reason_says_how_long_it_still_waits() -> None:
    until = NOW + timedelta(hours=5, minutes=57)
    task = make_task(
        progress=make_progress(status=Status.IN_QUEUE, reason=Reason("waiting for 20:00", until))
    )
    assert reason_text(task, NOW) == "waiting for 20:00 (in 5h57)"
    assert reason_text(task, until) == "waiting for 20:00"


def test_the_endpoint_is_unknown_until_serve_has_an_address() -> None:
    task = make_task(name="chat")
    assert (endpoint(task, ClusterView()), curl(task, ClusterView())) == ("", "")
    cluster = ClusterView(serve_url="http://127.0.0.1:8000")
    assert curl(task, cluster) == "curl -sS http://127.0.0.1:8000/chat"


def test_json_times_are_utc() -> None:
    assert iso(NOW) == "2026-03-05T14:00:00Z"
    body = task_json(make_task(), ClusterView(), "abc123")
    assert {
        "name", "status", "reason", "badges", "artifact", "spec", "schedule", "endpoint",
        "dashboard", "replicas", "created_at", "next_change_at", "revision",
    } <= set(body)  # fmt: skip


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (
            make_event(EventKind.LAUNCHED, new=Status.IDLE, reason="One-off now 1-2"),
            "launched: One-off now 1-2  by op (cli)",
        ),
        (
            make_event(EventKind.ACTIVATED, old=Status.IDLE, new=Status.IN_QUEUE, reason="now"),
            "activated: now (Idle -> In-queue)  by op (cli)",
        ),
        (
            make_event(
                EventKind.STATUS_CHANGED,
                old=Status.STARTING,
                new=Status.RUNNING,
                actor="scheduler",
            ),
            "Starting -> Running  by scheduler",
        ),
        (
            make_event(
                EventKind.EDITED, old=Status.RUNNING, new=Status.RUNNING, reason="x: 1 -> 2"
            ),
            "edited: x: 1 -> 2  by op (cli)",
        ),
        (make_event(reason="\x1b[2Jgone"), "notice: \\x1b[2Jgone  by op (cli)"),
    ],
)
def test_an_event_in_words(event: Event, text: str) -> None:
    assert event_text(event) == text
