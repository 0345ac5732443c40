"""The line at the bottom for a filter or a command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input

from tasktui.tui.commandline import complete


class Prompt(Input):
    """An input that owns every key while it is open, Esc and Tab included."""

    DEFAULT_CSS: ClassVar[str] = "Prompt { border: none; height: 1; padding: 0 1; }"
    BINDINGS: ClassVar = [
        Binding("escape", "leave", show=False),
        Binding("tab", "complete", show=False),
        Binding("shift+tab", "nothing", show=False),
        Binding("ctrl+c", "leave", show=False),
    ]

    class Left(Message):
        """The prompt was left without Enter."""

        def __init__(self, mark: str) -> None:
            super().__init__()
            self.mark = mark

    class Typed(Message):
        """The text changed, or was entered (``done``)."""

        def __init__(self, mark: str, text: str, *, done: bool) -> None:
            super().__init__()
            self.mark, self.text, self.done = mark, text, done

    def __init__(self, mark: str, text: str, names: Sequence[str]) -> None:
        super().__init__(mark + text, compact=True, select_on_focus=False)
        self.cursor_blink = False
        self._mark = mark
        self.names = names
        self.views: Sequence[str] = ()
        """What Tab completes besides commands."""

    def on_mount(self) -> None:
        """Take the keys."""
        self.focus()
        self.cursor_position = len(self.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Typed: without its mark the prompt is left, as in vi."""
        event.stop()
        if not event.value.startswith(self._mark):
            self.post_message(self.Left(self._mark))
        else:
            self.post_message(self.Typed(self._mark, event.value[1:], done=False))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Entered."""
        event.stop()
        self.post_message(self.Typed(self._mark, event.value[1:], done=True))

    def action_leave(self) -> None:
        """Esc."""
        self.post_message(self.Left(self._mark))

    def action_complete(self) -> None:
        """Tab completes a command as far as it is clear."""
        if self._mark == ":":
            self.value = ":" + complete(self.value[1:], self.names, self.views)
            self.cursor_position = len(self.value)

    def action_nothing(self) -> None:
        """Shift-Tab must not move the focus out of the prompt."""
