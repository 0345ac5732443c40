from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasktui.tui.commandline import Typed, complete, known, offered, parse, tab_number
from tasktui.tui.keys import TAB_NAMES, Where, keys_of

NAMES = ["llama-70b", "llama-8b", "qwen-vl"]


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("", Typed("")),
        ("   ", Typed("")),
        ("q", Typed("quit")),
        ("q!", Typed("quit")),
        ("quit", Typed("quit")),
        ("tab idle", Typed("tab", "idle")),
        ("tab Need Stop", Typed("tab", "Need Stop")),
        ("tab need-stop", Typed("tab", "need-stop")),
        ("  task   llama-70b ", Typed("task", "llama-70b")),
        ("filter status:queue !x", Typed("filter", "status:queue !x")),
        ("cluster up", Typed("cluster", "up")),
        ("scheduler restart", Typed("scheduler", "restart")),
        ("why", Typed("why")),
        ("open", Typed("detail")),
        ("activate", Typed("activate")),
        ("why llama-8b", Typed("why", "llama-8b")),
        ("tz UTC", Typed("tz", "UTC")),
        ("ro", Typed("ro")),
        ("describe chat", Typed("detail", "chat")),
        ("sort", Typed("order")),
        ("sort status", Typed("order", "status")),
        ("mark-all", Typed("mark-all")),
        ("pods", Typed("tab", "all")),
        ("running", Typed("tab", "running")),
        ("tab 3", Typed("tab", "in-queue")),
        ("exit", Typed("quit")),
    ],
)
def test_what_is_understood(text: str, typed: Typed) -> None:
    assert parse(text) == typed


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tab", ":tab needs an argument: all | idle"),
        ("tab nowhere", ":tab takes all | idle | in-queue"),
        ("task", ":task needs an argument: text"),
        ("cluster down", ":cluster takes up"),
        ("scheduler stop", ":scheduler takes start | restart"),
        ("lunch", "There is no command :lunch. Did you mean :launch?"),
        ("xyzzy", "There is no command :xyzzy. Tab completes, ? lists the keys."),
        ("tz", ":tz needs an argument: task | mine | utc"),
        ("tab_1", "There is no command :tab_1."),
        ("order age", ":order takes name | artifact"),
        ("tab 8", ":tab takes all | idle"),
        ("context prod", "One program shows one cluster: tasktui --address"),
    ],
)
def test_what_is_wrong_is_said_with_what_would_be_right(text: str, says: str) -> None:
    assert parse(text).error.startswith(says)


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("", ""),
        ("lau", "launch "),
        ("la", "la"),  # last-tab, launch
        ("sch", "scheduler "),
        ("de", "de"),  # deactivate, delete, detail
        ("dea", "deactivate "),
        ("xyz", "xyz"),
        ("tab ", "tab "),
        ("tab i", "tab i"),  # idle, in-queue
        ("tab in", "tab in-queue"),
        ("tab N", "tab need-stop"),
        ("task ll", "task llama-"),
        ("task llama-7", "task llama-70b"),
        ("task x", "task x"),
        ("why qw", "why qwen-vl"),
        ("activate llama-8", "activate llama-8b"),
        ("tz m", "tz mine"),
        ("order sc", "order schedule"),
        ("time-b", "time-base "),
        ("scheduler r", "scheduler restart"),
        ("launch x", "launch x"),
    ],
)
def test_tab_completes_as_far_as_it_is_clear(text: str, completed: str) -> None:
    assert complete(text, NAMES) == completed


@given(st.text(max_size=30), st.lists(st.text(max_size=10), max_size=5))
def test_any_text_is_answered_and_completion_keeps_the_command(text: str, names: list[str]) -> None:
    typed = parse(text)
    assert typed.error or not typed.command or typed.command in known()
    assert complete(text, names).lstrip().startswith(text.lstrip().partition(" ")[0])


@pytest.mark.parametrize("number", range(len(TAB_NAMES)))
def test_every_tab_is_found_by_its_name(number: int) -> None:
    typed = parse(f"tab {TAB_NAMES[number]}")
    assert not typed.error
    assert tab_number(typed.argument) == number


def test_every_action_of_the_table_has_a_command() -> None:
    ids = {k.id for k in keys_of(Where.TASKS) if k.action is not None}
    assert ids <= set(known())
    assert list(known()) == sorted(known())


def test_what_is_offered_runs_names_its_key_and_only_moves_nothing() -> None:
    found = dict(offered())
    assert all(not parse(words).error for words in found)
    assert found["audit"].endswith("(a)")
    assert "down" not in found
    assert "tab idle" in found
