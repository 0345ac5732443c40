from __future__ import annotations

import pytest
from rich.color import Color
from textual.theme import BUILTIN_THEMES

from tasktui.domain.status import Status
from tasktui.tui.lines import Tone
from tasktui.tui.palette import ASCII, STATUS_TONES, UNICODE, Palette, palette
from tasktui.tui.themes import DARK, LIGHT, THEMES, WIDGETS


@pytest.mark.parametrize("tone", list(Tone))
@pytest.mark.parametrize("theme", ["16", "mono"])
def test_every_tone_has_a_style_of_the_terminals_own_colours(tone: Tone, theme: str) -> None:
    style = Palette(theme).style(tone)
    for colour in (style.color, style.bgcolor):
        assert colour is None or (colour.number is not None and colour.number < 16)
        assert colour is None or theme == "16"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("tone", [Tone.CURSOR, Tone.SELECTED, Tone.PROBLEM, Tone.DANGER_KEY])
def test_what_must_stand_out_does_so_without_colours(theme: str, tone: Tone) -> None:
    style = Palette(theme).style(tone)
    assert style.bold or style.reverse


def luminance(colour: str) -> float:
    parts = [c / 255 for c in Color.parse(colour).get_truecolor()]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("colour", "ground"), [*((c, "#000000") for c in DARK), *((c, "#ffffff") for c in LIGHT)]
)
def test_the_colours_of_a_theme_can_be_read_on_its_background(colour: str, ground: str) -> None:
    low, high = sorted((luminance(colour), luminance(ground)))
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_every_status_has_a_tone_of_its_own() -> None:
    assert set(STATUS_TONES) == set(Status)
    assert len(set(STATUS_TONES.values())) == len(Status)


@pytest.mark.parametrize(
    ("encoding", "ascii"),
    [("utf-8", False), ("UTF8", False), ("utf_8", False), ("ISO-8859-1", True), ("ascii", True)],
)
def test_glyphs_follow_the_locale(encoding: str, ascii: bool) -> None:  # noqa: A002 - its name
    assert palette(no_color=False, encoding=encoding).glyphs is (ASCII if ascii else UNICODE)


def test_ascii_glyphs_are_ascii_and_no_color_counts_for_more_than_a_theme() -> None:
    assert (ASCII.ellipsis + ASCII.rule + ASCII.border + ASCII.bar).isascii()
    assert palette(no_color=True, encoding="utf-8", theme="light").theme == "mono"
    assert palette(no_color=False, encoding="utf-8", theme="light").theme == "light"


def test_every_theme_has_one_of_native_colours_for_textuals_widgets() -> None:
    assert set(WIDGETS) == set(THEMES)
    assert all(BUILTIN_THEMES[name].ansi for name in WIDGETS.values())
