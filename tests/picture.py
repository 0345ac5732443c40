"""A terminal's screen as an SVG picture, cell by cell."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import pyte
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import SVG_EXPORT_THEME, TerminalTheme
from rich.text import Text

DIM = "brightblack"
LIGHT = TerminalTheme(
    (255, 255, 255),
    (40, 40, 40),
    [
        (40, 40, 40),
        (179, 38, 30),
        (20, 108, 46),
        (122, 90, 0),
        (11, 87, 208),
        (123, 31, 162),
        (0, 104, 122),
        (200, 200, 200),
    ],
)
"""A terminal with a white background."""
_NAMES = {"brown": "yellow", "default": None}


class PictureScreen(pyte.Screen):
    """pyte's screen, which also keeps dim text apart (as a grey)."""

    def select_graphic_rendition(self, *attrs: int, private: bool = False) -> None:
        super().select_graphic_rendition(*attrs, **({"private": True} if private else {}))
        if 2 in attrs and not {38, 48} & set(attrs):
            self.cursor.attrs = self.cursor.attrs._replace(fg=DIM)


def save(screen: Any, path: Path, title: str) -> None:
    """Write pyte's screen as ``path`` (SVG)."""
    write([_row(screen, y) for y in range(screen.lines)], screen.columns, path, title)


def write(
    rows: Sequence[Text],
    columns: int,
    path: Path,
    title: str,
    theme: TerminalTheme = SVG_EXPORT_THEME,
) -> None:
    """Write rows of ``columns`` cells as ``path`` (SVG)."""
    console = Console(
        record=True,
        width=columns,
        height=len(rows),
        file=io.StringIO(),
        color_system="truecolor",
        force_terminal=True,
        legacy_windows=False,
    )
    for row in rows:
        console.print(row, no_wrap=True, overflow="crop", crop=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    # A fixed id: the picture changes only when the screen does.
    svg = console.export_svg(title=title, unique_id=path.stem, theme=theme)
    # The font of this machine or none: a picture fetches nothing.
    path.write_text(re.sub(r',\s*url\("[^;]*;', ";", svg) + "\n")


def _row(screen: Any, y: int) -> Text:
    text = Text()
    chars = (screen.buffer[y][x] for x in range(screen.columns))
    for style, run in groupby(chars, _style):
        # The second cell of a wide character is empty.
        text.append("".join(char.data for char in run), style)
    return text


def _style(char: Any) -> Style:
    return Style(
        color=_colour(char.fg),
        bgcolor=_colour(char.bg),
        bold=char.bold,
        italic=char.italics,
        underline=char.underscore,
        reverse=char.reverse,
    )


def _colour(name: str) -> str | None:
    name = _NAMES.get(name, name) or ""
    if not name:
        return None
    if len(name) == 6 and all(c in "0123456789abcdef" for c in name):
        return f"#{name}"
    return name.replace("bright", "bright_").replace("bright_brown", "bright_yellow")
