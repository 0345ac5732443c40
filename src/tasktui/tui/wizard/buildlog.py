"""The log of an artifact's build, over the wizard: scrolls, and goes away by Esc."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from tasktui.commands.text import clean
from tasktui.domain.artifact import Artifact
from tasktui.tui import chrome
from tasktui.tui.lines import Line, Span, Tone, line, wrap
from tasktui.tui.palette import Palette
from tasktui.tui.widgets.lineview import LineView

LINES = 2000
"""Of a longer log the last ones are shown: what went wrong stands at its end."""


class BuildLog(ModalScreen[None]):
    """Shows a text that it is given, from its end."""

    DEFAULT_CSS: ClassVar[str] = """
    BuildLog { background: ansi_default; }
    BuildLog VerticalScroll { height: 1fr; }
    """
    BINDINGS: ClassVar = [
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("pageup", "page(-1)", show=False, priority=True),
        Binding("pagedown,space", "page(1)", show=False, priority=True),
        Binding("escape,q,f2,ctrl+c", "leave", show=False, priority=True),
    ]

    def __init__(self, artifact: Artifact, text: str, palette: Palette) -> None:
        super().__init__()
        self._artifact, self._log, self._palette = artifact, text, palette
        self._head = LineView(palette)
        self._lines = LineView(palette)
        self._scroll = VerticalScroll(self._lines, can_focus=False)
        self._keys = LineView(palette)

    def compose(self) -> ComposeResult:
        """Title, log, keys."""
        yield self._head
        yield self._scroll
        yield self._keys

    def on_mount(self) -> None:
        """Its end."""
        self._draw()
        self.call_after_refresh(self._scroll.scroll_end, animate=False)

    def on_resize(self) -> None:
        """Another width."""
        self._draw()

    def _draw(self) -> None:
        cells, artifact = self.size.width, self._artifact
        title = Span(f" Build log of {artifact.label}", Tone.TITLE)
        told = Span(f"  {artifact.build.status}", Tone.STRONG)
        at = Span(f"  imported {clean(artifact.build.where)}" if artifact.build.where else "")
        rule = chrome.rule((), cells, self._palette.glyphs.rule)
        self._head.show([line(title, told, at), rule])
        self._lines.show(lines(self._log, cells - 1))
        keys = (("Up Down", "scroll"), ("PgUp PgDn", "page"), ("Esc", "back"))
        self._keys.show(
            [tuple(s for k, what in keys for s in (Span(f" {k}", Tone.KEY), Span(f" {what} ")))]
        )

    def action_scroll(self, by: int) -> None:
        """Some lines."""
        self._scroll.scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """A page."""
        self._scroll.scroll_relative(y=by * max(1, self._scroll.size.height - 1), animate=False)

    def action_leave(self) -> None:
        """Back to the wizard."""
        self.dismiss(None)


def lines(log: str, cells: int) -> list[Line]:
    """The last lines of a log, wrapped; of a very long line its beginning."""
    found = log.splitlines()
    if not found:
        return [line(Span(" No log of a build is kept.", Tone.NOTE))]
    shown = (clean(text) for text in found[-LINES:])
    left = len(found) - LINES
    head = [line(Span(f" {left} lines before are not shown.", Tone.DIM))] if left > 0 else []
    return [*head, *(part for text in shown for part in wrap(line(text), cells) or [()])]
