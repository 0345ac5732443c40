from __future__ import annotations

import pytest
from textual.theme import BUILTIN_THEMES

from tasktui.domain.status import Status
from tasktui.tui.lines import Tone
from tasktui.tui.palette import ASCII, STATUS_TONES, THEME, UNICODE, Palette, palette


@pytest.mark.parametrize("tone", list(Tone))
@pytest.mark.parametrize("mono", [False, True])
def test_every_tone_has_a_style_of_the_terminals_own_colours(tone: Tone, mono: bool) -> None:
    style = Palette(mono=mono).style(tone)
    for colour in (style.color, style.bgcolor):
        assert colour is None or (colour.number is not None and colour.number < 16)
        assert colour is None or not mono


@pytest.mark.parametrize("tone", [Tone.CURSOR, Tone.SELECTED, Tone.PROBLEM, Tone.DANGER_KEY])
def test_what_must_stand_out_does_so_without_colours(tone: Tone) -> None:
    style = Palette(mono=True).style(tone)
    assert style.bold or style.reverse


def test_every_status_has_a_tone_of_its_own() -> None:
    assert set(STATUS_TONES) == set(Status)
    assert len(set(STATUS_TONES.values())) == len(Status)


@pytest.mark.parametrize(
    ("encoding", "ascii"),
    [("utf-8", False), ("UTF8", False), ("utf_8", False), ("ISO-8859-1", True), ("ascii", True)],
)
def test_glyphs_follow_the_locale(encoding: str, ascii: bool) -> None:  # noqa: A002 - its name
    assert palette(no_color=False, encoding=encoding).glyphs is (ASCII if ascii else UNICODE)


def test_ascii_glyphs_are_ascii_and_the_theme_exists() -> None:
    assert (ASCII.ellipsis + ASCII.rule + ASCII.border + ASCII.bar).isascii()
    assert palette(no_color=True, encoding="utf-8").mono
    assert THEME in BUILTIN_THEMES
