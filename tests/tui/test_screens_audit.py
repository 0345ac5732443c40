from __future__ import annotations

import pytest

from make import NOW
from tasktui.commands.present import event_words
from tasktui.domain.event import Event, EventKind
from tasktui.domain.status import Status
from tasktui.tui.lines import plain
from tasktui.tui.screens.audit import audit_lines, by_person
from tasktui.tui.times import View
from tui.bench import Bench, press, text, until

SIZE = (120, 30)


def event(actor: str, **more: object) -> Event:
    return Event(at=NOW, task="chat", kind=EventKind.ARCHIVED, actor=actor, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("actor", "person"),
    [("scheduler", False), ("scheduler (cli)", False), ("op1 (tui, ssh from 10.0.0.1)", True)],
)
def test_people_are_told_from_the_scheduler(actor: str, person: bool) -> None:
    assert by_person(event(actor)) is person


def test_a_line_says_when_who_from_where_and_what() -> None:
    found = audit_lines([event("op1 (cli)", reason="for tonight")], View(now=NOW), 120)
    assert len(found) == 1
    text = plain(found[0])
    assert text.index("op1 (cli)") < text.index("chat") < text.index("archived: for tonight")


def test_columns_are_as_wide_as_what_is_in_them() -> None:
    events = [event("op1 (cli)"), event("op1 (tui, ssh from 10.0.0.1)")]
    first, second = (plain(li) for li in audit_lines(events, View(now=NOW), 120))
    assert first.index("chat") == second.index("chat") == second.index("10.0.0.1)") + 11
    (alone,) = audit_lines(events[:1], View(now=NOW), 120)
    assert "op1 (cli)  chat  archived" in plain(alone)


@pytest.mark.parametrize(("cells", "under"), [(120, "archived"), (50, "op1")])
def test_the_rest_of_a_long_event_stands_under_its_beginning(cells: int, under: str) -> None:
    long = event("op1 (cli)", reason="word " * 40)
    first, second, *_ = (plain(li) for li in audit_lines([long], View(now=NOW), cells))
    assert len(second) - len(second.lstrip()) == first.index(under)


def test_hostile_names_reach_no_terminal() -> None:
    bad = event("op\x1b[31m", reason="\x1b]0;x\x07")
    assert "\x1b" not in "".join(plain(li) for li in audit_lines([bad], View(now=NOW), 120))
    assert "\x1b" not in event_words(bad)


async def test_the_audit_shows_people_and_on_request_everything(bench: Bench) -> None:
    task = bench.launched("chat")
    bench.archived("old")
    bench.becomes(task, Status.IDLE)
    with bench.store() as store:
        store.log(event("scheduler", reason="by itself"), task.id)
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        seen = await press(pilot, "a", seen="archived")
        assert "launched" in seen
        assert "by itself" not in seen
        await press(pilot, "s", seen="by itself")
        bench.launched("later")
        await until(pilot, "later")


async def test_an_empty_store_has_an_empty_audit(bench: Bench) -> None:
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "No task yet.")
        await press(pilot, "a", seen="Nobody has done anything yet.")


async def test_the_tour_fits_and_ends_with_escape(bench: Bench) -> None:
    async with bench.app().run_test(size=(80, 24)) as pilot:
        await until(pilot, "No task yet.")
        seen = await press(pilot, "colon", *"tour", "enter", seen="tasktui in one screen")
        assert ":ro to look" in seen
        await press(pilot, "escape", seen="No task yet.")


async def test_keys_are_found_by_text(bench: Bench) -> None:
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "No task yet.")
        await press(pilot, "question_mark", "slash", *"rolling", seen="Rolling restart")
        assert "Everything about" not in text(pilot)
        await press(pilot, *"xyz", seen="No key here has the text rollingxyz.")
        await press(pilot, "escape", seen="Everything about")


async def test_the_palette_finds_a_command_by_its_words(bench: Bench) -> None:
    bench.launched("chat")
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "ctrl+p", seen="A word of what you want to do")
        await press(pilot, *"rolling", seen=":restart  Rolling restart")
        await press(pilot, "down", "enter", seen="chat is Idle")


@pytest.mark.parametrize("name", ["dark", "light", "mono", "16"])
async def test_the_theme_turns_at_once(bench: Bench, name: str) -> None:
    bench.launched("chat")
    app = bench.app()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "colon", *f"theme {name}", "enter", seen=f"Theme {name}.")
        assert app.desk.palette.theme == name
        await press(pilot, "d", seen="Schedule")
