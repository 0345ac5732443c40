"""How each tone looks, by theme. A status is always a word; colour only repeats it.

``16`` takes the terminal's own colours, which half the bytes of others over a slow line, and
suit whatever its owner chose. ``dark`` and ``light`` bring their own, for terminals whose
sixteen cannot be read. ``mono`` has attributes alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.style import Style

from tasktui.tui.lines import Tone

DEFAULT = "16"
MONO = "mono"
WIDGETS = {"16": "ansi-dark", "dark": "ansi-dark", "light": "ansi-light", MONO: "ansi-dark"}
"""Textual's theme for its own widgets: native colours, so that NO_COLOR works too."""

DARK = ("#8ab4f8", "#78d9ec", "#fdd663", "#81c995", "#d7aefb", "#f28b82", "#9aa0a6")
LIGHT = ("#0b57d0", "#00687a", "#7a5900", "#146c2e", "#7b1fa2", "#b3261e", "#5f6368")

PLAIN = Style()
_DIM = Style(dim=True)
_BOLD = Style(bold=True)

_NATIVE: Mapping[Tone, Style] = {
    Tone.DIM: _DIM,
    Tone.STRONG: _BOLD,
    Tone.TITLE: Style(bold=True, color="bright_blue"),
    Tone.KEY: Style(bold=True, color="cyan"),
    Tone.DANGER_KEY: Style(bold=True, color="yellow"),
    Tone.IN_QUEUE: Style(color="yellow"),
    Tone.STARTING: Style(color="cyan"),
    Tone.RUNNING: Style(color="green"),
    Tone.NEED_STOP: Style(color="magenta"),
    Tone.ARCHIVED: _DIM,
    Tone.PROBLEM: Style(bold=True, color="red"),
    Tone.NOTE: Style(color="yellow"),
    Tone.GOOD: Style(color="green"),
    Tone.LINK: Style(color="bright_blue"),
    Tone.CURSOR: Style(bold=True, color="bright_white", bgcolor="blue"),
    Tone.SELECTED: Style(bold=True, reverse=True),
}


def _own(hues: Sequence[str]) -> Mapping[Tone, Style]:
    """A theme of seven colours: blue, cyan, yellow, green, violet, red, grey.

    Each has a contrast of 4.5 or more on its background (WCAG 2, level AA).
    """
    blue, cyan, yellow, green, violet, red, grey = hues
    dim = Style(color=grey)
    return {
        **_NATIVE,
        Tone.DIM: dim,
        Tone.ARCHIVED: dim,
        Tone.TITLE: Style(bold=True, color=blue),
        Tone.LINK: Style(color=blue),
        Tone.KEY: Style(bold=True, color=cyan),
        Tone.STARTING: Style(color=cyan),
        Tone.DANGER_KEY: Style(bold=True, color=yellow),
        Tone.IN_QUEUE: Style(color=yellow),
        Tone.NOTE: Style(color=yellow),
        Tone.RUNNING: Style(color=green),
        Tone.GOOD: Style(color=green),
        Tone.NEED_STOP: Style(color=violet),
        Tone.PROBLEM: Style(bold=True, color=red),
    }


_DARK = {
    **_own(DARK),
    Tone.CURSOR: Style(bold=True, color="#ffffff", bgcolor="#1a4a8a"),
}
_LIGHT = {
    **_own(LIGHT),
    Tone.CURSOR: Style(bold=True, color="#000000", bgcolor="#c2dbff"),
}

_ATTRIBUTES: Mapping[Tone, Style] = {
    Tone.DIM: _DIM,
    Tone.ARCHIVED: _DIM,
    Tone.STRONG: _BOLD,
    Tone.TITLE: _BOLD,
    Tone.KEY: _BOLD,
    Tone.DANGER_KEY: Style(bold=True, underline=True),
    Tone.PROBLEM: _BOLD,
    Tone.LINK: Style(underline=True),
    Tone.CURSOR: Style(reverse=True, bold=True),
    Tone.SELECTED: Style(reverse=True, bold=True),
}

THEMES: Mapping[str, Mapping[Tone, Style]] = {
    "16": _NATIVE,
    "dark": _DARK,
    "light": _LIGHT,
    MONO: _ATTRIBUTES,
}
