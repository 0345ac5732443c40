"""Texts of a task to take away: by the terminal's clipboard, or selected by hand."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import App

from tasktui.commands.present import curl, dashboard, endpoint
from tasktui.domain.service import app_of
from tasktui.domain.task import Task
from tasktui.tui.chrome import rule
from tasktui.tui.desk import Desk
from tasktui.tui.keys import COPIES, Where, bindings
from tasktui.tui.lines import EMPTY, Line, Span, Tone, line, wrap
from tasktui.tui.screens.reader import Reader
from tasktui.tui.summary import title
from tasktui.tui.times import View


class CopyScreen(Reader):
    """Each text from the first column on, without a border, so that the mouse can take it."""

    WHERE = Where.COPY
    BINDINGS: ClassVar = bindings(Where.COPY)

    def __init__(self, desk: Desk, task: Task) -> None:
        super().__init__(desk)
        self._subject = task

    def heading(self) -> Line:
        """Whose texts these are."""
        text = (Span("Copy from ", Tone.PLAIN), *title(self._subject))
        return rule(text, self.size.width, self.desk.palette.glyphs.rule)

    def content(self, cells: int) -> Sequence[Line]:
        """Each key, what it copies, and the text itself."""
        found = texts(self._subject, self.desk.view())
        out: list[Line] = []
        for shown, name, what in COPIES:
            value = line(found[name] or Span("unknown until Ray Serve runs", Tone.DIM))
            out += [line(Span(shown, Tone.KEY), Span(f"  {what}", Tone.DIM))]
            out += [*wrap(value, cells), EMPTY]
        return out

    def action_press(self, id: str) -> None:  # noqa: A002 - the key's id
        """Copy, or what keys do everywhere."""
        if id.startswith("copy_"):
            self._copy(id.removeprefix("copy_"))
        else:
            super().action_press(id)

    def _copy(self, name: str) -> None:
        text = texts(self._subject, self.desk.view())[name]
        what = next(what for _, key, what in COPIES if key == name)
        if not text:
            self.say(f"The {what} is unknown until Ray Serve runs.", Tone.NOTE)
            return
        to_clipboard(self.app, text)
        self.say("Sent to the terminal's clipboard; if it did not arrive, select it.", Tone.GOOD)


def to_clipboard(app: App[object], text: str) -> None:
    """Send a text to the terminal's clipboard; whether it arrives, nobody is told."""
    app.copy_to_clipboard(text)
    if os.environ.get("TMUX") and app._driver is not None:  # noqa: SLF001 - no other way
        app._driver.write(through_tmux(text))  # noqa: SLF001


def texts(task: Task, view: View) -> Mapping[str, str]:
    """What can be copied, by the names of ``keys.COPIES``; empty while it is unknown."""
    return {
        "name": task.name,
        "url": endpoint(task, view.cluster),
        "curl": curl(task, view.cluster),
        "dashboard": dashboard(task, view.cluster, view.owner),
        "id": app_of(view.owner, task),
    }


def through_tmux(text: str) -> str:
    """The escape sequence that makes tmux hand OSC 52 on to the terminal around it."""
    coded = base64.b64encode(text.encode()).decode()
    return f"\x1bPtmux;\x1b\x1b]52;c;{coded}\x07\x1b\\"
