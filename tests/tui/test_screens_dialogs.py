from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from textual.app import App
from textual.pilot import Pilot

from tasktui.tui.lines import Span, Tone, line
from tasktui.tui.palette import ASCII, Palette
from tasktui.tui.screens.dialogs import Answer, Button, Dialog, Field, Question
from tasktui.tui.themes import WIDGETS
from tui.bench import press, text, until

TWO = (Button("one", "Do one"), Button("two", "Do two"))


def question(**kw: object) -> Question:
    defaults: dict[str, object] = {"title": "Sure?", "lines": ["It ends."], "actions": TWO}
    return Question(**{**defaults, **kw})  # type: ignore[arg-type]


class Stage(App[None]):
    """Shows one dialog, and keeps its answer."""

    def __init__(self, dialog: Dialog) -> None:
        super().__init__()
        self.theme = WIDGETS["16"]
        self.dialog = dialog
        self.answers: list[Answer | None] = []

    def on_mount(self) -> None:
        self.push_screen(self.dialog, self.answers.append)


@asynccontextmanager
async def shown(
    asked: Question, *, size: tuple[int, int] = (80, 24), palette: Palette | None = None
) -> AsyncIterator[tuple[Stage, Pilot[None]]]:
    app = Stage(Dialog(asked, palette or Palette()))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.dialog._open)
        yield app, pilot


async def answer(app: Stage, pilot: Pilot[None], keys: Sequence[str]) -> Answer | None:
    await pilot.press(*keys)
    await until(pilot, lambda: len(app.answers) == 1)
    return app.answers[0]


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        (["enter"], None),
        (["escape"], None),
        (["ctrl+c"], None),
        (["left", "enter"], Answer("two")),
        (["right", "enter"], Answer("one")),
        (["h", "h", "enter"], Answer("one")),
        (["l", "enter"], Answer("one")),
        (["left", "j", "enter"], None),
        (["h", "h", "x", "h", "enter"], Answer("two")),
        (["tab", "enter"], Answer("one")),
        (["shift+tab", "enter"], Answer("two")),
        (["up", "down", "enter"], None),
        (["tab", "tab", "tab", "enter"], None),
    ],
)
async def test_focus_starts_on_cancel_and_moves_with_every_kind_of_key(
    keys: list[str], wanted: Answer | None
) -> None:
    async with shown(question()) as (app, pilot):
        assert await answer(app, pilot, keys) == wanted


async def test_focus_starts_where_the_question_says() -> None:
    async with shown(question(focus="two")) as (app, pilot):
        assert await answer(app, pilot, ["enter"]) == Answer("two")


async def test_keys_that_were_typed_ahead_are_dropped() -> None:
    app = Stage(Dialog(question(focus="one"), Palette()))
    async with app.run_test(size=(80, 24)) as pilot:
        app.dialog._open = False
        app.dialog.action_enter()
        app.dialog.action_leave()
        app.dialog.action_turn(1)
        await pilot.pause()
        assert app.answers == []
        assert app.dialog.at == 0


async def test_enter_twice_answers_once() -> None:
    async with shown(question(focus="one")) as (app, pilot):
        app.dialog.action_enter()
        app.dialog.action_enter()
        await until(pilot, lambda: bool(app.answers))
        await pilot.pause()
        assert app.answers == [Answer("one")]


async def test_other_keys_do_nothing() -> None:
    keys = [*"abcdefgmnopqrstuvwxyzADSPRXB0123456789", "space", "slash", "colon", "question_mark"]
    async with shown(question(focus="one")) as (app, pilot):
        await pilot.press(*keys)
        await pilot.pause()
        assert app.answers == []
        assert app.dialog.at == 0


async def test_a_click_presses_a_button() -> None:
    async with shown(question()) as (app, pilot):
        buttons = app.dialog._row
        at = next(
            i for i in range(60) if text(pilot).splitlines()[buttons.region.y][i:][:6] == "Do two"
        )
        await pilot.click(offset=(at, buttons.region.y))
        await until(pilot, lambda: app.answers == [Answer("two")])


async def test_a_click_between_buttons_does_nothing() -> None:
    async with shown(question()) as (app, pilot):
        await pilot.click(app.dialog._row, offset=(70, 0))
        await pilot.pause()
        assert app.answers == []


async def test_the_focus_is_told_by_more_than_colour() -> None:
    async with shown(question()) as (_, pilot):
        assert "[ Do one ]  [ Do two ]  [>Cancel<]" in text(pilot)


async def test_buttons_that_do_not_fit_stand_below_each_other_and_can_be_clicked() -> None:
    async with shown(question(), size=(30, 12)) as (app, pilot):
        rows = text(pilot).splitlines()
        y = next(i for i, row in enumerate(rows) if "Do two" in row)
        assert "Do one" in rows[y - 1]
        assert "Cancel" in rows[y + 1]
        await pilot.click(offset=(5, y))
        await until(pilot, lambda: app.answers == [Answer("two")])


@pytest.mark.parametrize("size", [(80, 24), (20, 5), (30, 8), (200, 60)])
async def test_the_buttons_stay_in_sight_at_every_size(size: tuple[int, int]) -> None:
    long = question(lines=["many words " * 30] * 5)
    async with shown(long, size=size) as (_, pilot):
        assert "Cancel" in text(pilot)


async def test_an_ascii_terminal_gets_an_ascii_box() -> None:
    async with shown(question(), palette=Palette(glyphs=ASCII)) as (_, pilot):
        assert text(pilot).isascii()


async def test_text_of_a_question_is_never_markup() -> None:
    bad = question(
        title="[b]x[/nope]\x1b", lines=["[@click=app.exit]go[/]", line(Span("\x07", Tone.NOTE))]
    )
    async with shown(bad) as (_, pilot):
        seen = text(pilot)
        assert "[b]x[/nope]\\x1b" in seen
        assert "[@click=app.exit]go[/]" in seen
        assert "\\x07" in seen


# A text that is asked for.

NAME = Field("Its name:", lambda text: "" if text == "chat" else "Type chat.")


async def test_a_field_gets_the_focus_and_keeps_its_letters() -> None:
    async with shown(question(fields=[NAME])) as (app, pilot):
        assert "Its name:" in text(pilot)
        assert await answer(app, pilot, [*"chat", "enter"]) == Answer("one", ("chat",))


async def test_a_wrong_text_is_said_and_kept() -> None:
    async with shown(question(fields=[NAME])) as (app, pilot):
        seen = await press(pilot, *"hl", "enter", seen="Type chat.")
        assert "hl" in seen
        seen = await press(pilot, "a", seen="Its name:")
        assert "hla" in seen
        assert app.answers == []


async def test_an_action_needs_the_right_text_too() -> None:
    async with shown(question(fields=[NAME])) as (app, pilot):
        await press(pilot, "tab", "tab", "enter", seen="Type chat.")
        assert app.dialog.at == -1
        assert await answer(app, pilot, [*"chat", "tab", "tab", "enter"]) == Answer(
            "two", ("chat",)
        )


async def test_cancel_needs_no_text() -> None:
    async with shown(question(fields=[NAME])) as (app, pilot):
        assert await answer(app, pilot, ["shift+tab", "enter"]) is None


async def test_escape_leaves_from_the_field() -> None:
    async with shown(question(fields=[NAME])) as (app, pilot):
        assert await answer(app, pilot, ["x", "escape"]) is None
