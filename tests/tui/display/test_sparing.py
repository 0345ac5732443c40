"""Drawn by differences, the screen is the same as Textual draws it, cell by cell."""

from __future__ import annotations

from typing import Any

import pytest
from rich.color import ColorSystem
from textual.app import ComposeResult
from textual.driver import Driver
from textual.strip import Strip
from textual.widgets import Static

from tasktui.tui.display import sparing
from tasktui.tui.display.cells import REST, sure
from tui.display.beside import MemoryDriver, render_afresh
from tui.display.emulator import one_by_one
from tui.display.synthetic import HARD, JOINED, PLAIN, WIDE, Synthetic, seeded

SYSTEMS = (ColorSystem.STANDARD, ColorSystem.EIGHT_BIT, ColorSystem.TRUECOLOR)


@pytest.fixture(autouse=True)
def colours_of_this_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Strip, "render_style", staticmethod(render_afresh))


async def run(app: Synthetic, steps: int, system: ColorSystem | None = None) -> None:
    async with app.run_test(headless=False, size=(60, 20)) as pilot:
        app.begin(system)
        app.resized(60, 20)
        await pilot.pause()
        for _ in range(steps):
            app.step()
            await pilot.pause()
    assert app.compared > steps // 2
    assert app.bytes_layer < app.bytes_plain


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("alphabet", [PLAIN, WIDE], ids=["narrow", "wide"])
async def test_text_of_sure_width_is_the_same_on_pyte_too(
    alphabet: tuple[str, ...], system: ColorSystem
) -> None:
    app = Synthetic(seeded(7), alphabet)
    app.pyte = True
    await run(app, 40, system)


@pytest.mark.parametrize("seed", range(2))
async def test_clusters_and_control_characters_are_the_same(seed: int) -> None:
    await run(Synthetic(seeded(seed), HARD), 60)


async def test_without_colours_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    await run(Synthetic(seeded(3), WIDE, ansi_color=True), 40)


class Elsewhere(Synthetic):
    """On a terminal that measures every code point for itself."""

    measure = staticmethod(one_by_one)

    def _draw_plain(self, update: Any) -> None:
        self.bytes_plain += len(update.render_segments(self.console))
        self.settled |= self.heard

    def compare(self) -> None:
        """Every cell is right but those of the characters that it measures in another way."""
        assert self._frame is not None
        for row, (texts, pens) in zip(self.layer.rows, self._frame.cells(), strict=True):
            in_doubt = False
            for cell, text, pen in zip(row, texts, pens, strict=True):
                in_doubt = not sure(text) if text != REST else in_doubt
                if not in_doubt:
                    look = cell.look
                    assert cell.text == text
                    assert look.attributes == pen.attributes
                    assert (look.foreground, look.background) == (pen.foreground, pen.background)
                    assert look.link == pen.link


@pytest.mark.parametrize("seed", range(2))
async def test_other_widths_of_a_terminal_harm_only_their_own_character(seed: int) -> None:
    await run(Elsewhere(seeded(seed), JOINED), 60)


@pytest.mark.slow
@pytest.mark.parametrize("alphabet", [WIDE, HARD, JOINED], ids=["wide", "hard", "joined"])
async def test_thousands_of_changes_are_the_same(alphabet: tuple[str, ...]) -> None:
    kind = Elsewhere if alphabet is JOINED else Synthetic
    app = kind(seeded(20), alphabet)
    app.pyte = alphabet is WIDE
    await run(app, 1500)


class Broken(sparing.SparingDisplay[None]):
    """Its layer fails."""

    def compose(self) -> ComposeResult:
        yield Static("hello")

    def get_driver_class(self) -> type[Driver]:
        return MemoryDriver

    def _differences(self, *_: object) -> str:
        raise ValueError


async def test_a_layer_that_fails_steps_aside() -> None:
    app = Broken()
    assert app.sparing
    async with app.run_test(headless=False) as pilot:
        await pilot.pause()
        assert not app.sparing
        driver = app._driver
        assert isinstance(driver, MemoryDriver)
        assert "hello" in driver.sent


async def test_an_unproved_version_is_drawn_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparing, "PROVED", ("0.0.1",))
    assert not sparing.SparingDisplay[None]().sparing


def test_this_version_is_proved() -> None:
    assert sparing.proved()
