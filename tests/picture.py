"""A terminal's screen as an SVG picture, cell by cell, from what a program really sent."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

DIM = "brightblack"
_NAMES = {"brown": "yellow", "default": None}


class PictureScreen(pyte.Screen):
    """pyte's screen, which also keeps dim text apart (as a grey)."""

    def select_graphic_rendition(self, *attrs: int, private: bool = False) -> None:
        super().select_graphic_rendition(*attrs, **({"private": True} if private else {}))
        if 2 in attrs and not {38, 48} & set(attrs):
            self.cursor.attrs = self.cursor.attrs._replace(fg=DIM)


def save(screen: Any, path: Path, title: str) -> None:
    """Write the screen as ``path`` (SVG)."""
    console = Console(
        record=True,
        width=screen.columns,
        height=screen.lines,
        file=io.StringIO(),
        color_system="truecolor",
        force_terminal=True,
        legacy_windows=False,
    )
    for y in range(screen.lines):
        console.print(_row(screen, y), no_wrap=True, overflow="crop", crop=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    # A fixed id: the picture changes only when the screen does.
    svg = console.export_svg(title=title, unique_id=path.stem)
    # The font of this machine or none: a picture fetches nothing.
    path.write_text(re.sub(r',\s*url\("[^;]*;', ";", svg) + "\n")


def _row(screen: Any, y: int) -> Text:
    text = Text()
    for x in range(screen.columns):
        char = screen.buffer[y][x]
        if char.data:  # the second cell of a wide character is empty
            text.append(char.data, _style(char))
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
