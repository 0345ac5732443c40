"""How each tone looks: the terminal's own 16 colours, and attributes where there are none.

The terminal's palette is respected (no RGB), which also halves what travels
over a slow line. A status is always a word; colour only repeats it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rich.style import Style

from tasktui.domain.status import Status
from tasktui.tui.lines import Tone

THEME = "ansi-dark"
"""Textual's theme for its own widgets: native colours, so that NO_COLOR works too."""

STATUS_TONES: dict[Status, Tone] = {
    Status.IDLE: Tone.IDLE,
    Status.IN_QUEUE: Tone.IN_QUEUE,
    Status.STARTING: Tone.STARTING,
    Status.RUNNING: Tone.RUNNING,
    Status.NEED_STOP: Tone.NEED_STOP,
    Status.ARCHIVED: Tone.ARCHIVED,
}

_COLOUR: dict[Tone, Style] = {
    Tone.PLAIN: Style(),
    Tone.DIM: Style(dim=True),
    Tone.STRONG: Style(bold=True),
    Tone.TITLE: Style(bold=True, color="bright_blue"),
    Tone.KEY: Style(bold=True, color="cyan"),
    Tone.DANGER_KEY: Style(bold=True, color="yellow"),
    Tone.IDLE: Style(),
    Tone.IN_QUEUE: Style(color="yellow"),
    Tone.STARTING: Style(color="cyan"),
    Tone.RUNNING: Style(color="green"),
    Tone.NEED_STOP: Style(color="magenta"),
    Tone.ARCHIVED: Style(dim=True),
    Tone.PROBLEM: Style(bold=True, color="red"),
    Tone.NOTE: Style(color="yellow"),
    Tone.GOOD: Style(color="green"),
    Tone.LINK: Style(color="bright_blue"),
    Tone.CURSOR: Style(bold=True, color="bright_white", bgcolor="blue"),
    Tone.SELECTED: Style(bold=True, reverse=True),
}

_MONO: dict[Tone, Style] = {
    Tone.DIM: Style(dim=True),
    Tone.ARCHIVED: Style(dim=True),
    Tone.STRONG: Style(bold=True),
    Tone.TITLE: Style(bold=True),
    Tone.KEY: Style(bold=True),
    Tone.DANGER_KEY: Style(bold=True, underline=True),
    Tone.PROBLEM: Style(bold=True),
    Tone.LINK: Style(underline=True),
    Tone.CURSOR: Style(reverse=True, bold=True),
    Tone.SELECTED: Style(reverse=True, bold=True),
}


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Characters that depend on what the locale can show."""

    ellipsis: str
    rule: str
    border: Literal["round", "ascii"]
    """Name of Textual's border for boxes."""
    bar: str
    ascii: bool


UNICODE = Glyphs(ellipsis="…", rule="─", border="round", bar="│", ascii=False)
ASCII = Glyphs(ellipsis="~", rule="-", border="ascii", bar="|", ascii=True)


@dataclass(frozen=True, slots=True)
class Palette:
    """Tones to styles, for one terminal."""

    mono: bool = False
    glyphs: Glyphs = UNICODE

    def style(self, tone: Tone) -> Style:
        """The style of a tone; without colours only bold, dim, underline and reverse."""
        if self.mono:
            return _MONO.get(tone, Style())
        return _COLOUR[tone]


def palette(*, no_color: bool, encoding: str) -> Palette:
    """The palette for a terminal: ``encoding`` is the locale's, ``UTF-8`` in any spelling."""
    utf8 = encoding.lower().replace("-", "").replace("_", "") == "utf8"
    return Palette(mono=no_color, glyphs=UNICODE if utf8 else ASCII)
