"""Messages between the parts of the app: they say that something happened, in the past tense.

Plain classes, not frozen dataclasses: Textual sets attributes on messages.
"""

from __future__ import annotations

from textual.message import Message


class StoreChanged(Message):
    """Somebody committed to the store: what is shown may be old. Says nothing of what changed."""

    def can_replace(self, message: Message) -> bool:
        """A hundred of them are one."""
        return isinstance(message, StoreChanged)


class Ticked(Message):
    """A second passed; ``due``: what is shown may look different now."""

    def __init__(self, *, due: bool) -> None:
        super().__init__()
        self.due = due

    def can_replace(self, message: Message) -> bool:
        """Ticks that were not handled in time are one, but not one that draws."""
        return isinstance(message, Ticked) and message.due >= self.due
