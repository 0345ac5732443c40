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
from tasktui.tui.themes import DEFAULT, MONO, PLAIN, THEMES

STATUS_TONES: dict[Status, Tone] = {
    Status.IDLE: Tone.IDLE,
    Status.IN_QUEUE: Tone.IN_QUEUE,
    Status.STARTING: Tone.STARTING,
    Status.RUNNING: Tone.RUNNING,
    Status.NEED_STOP: Tone.NEED_STOP,
    Status.ARCHIVED: Tone.ARCHIVED,
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


@dataclass(slots=True)
class Palette:
    """Tones to styles, for one terminal. Its theme may change while it is in use."""

    theme: str = DEFAULT
    """One of THEMES."""
    glyphs: Glyphs = UNICODE

    def style(self, tone: Tone) -> Style:
        """The style of a tone; without colours only bold, dim, underline and reverse."""
        return THEMES[self.theme].get(tone, PLAIN)


def palette(*, no_color: bool, encoding: str, theme: str = DEFAULT) -> Palette:
    """The palette for a terminal: ``encoding`` is the locale's, ``UTF-8`` in any spelling.

    NO_COLOR counts for more than a theme.
    """
    utf8 = encoding.lower().replace("-", "").replace("_", "") == "utf8"
    return Palette(MONO if no_color else theme, UNICODE if utf8 else ASCII)
