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
    """A second passed."""

    def can_replace(self, message: Message) -> bool:
        """Ticks that were not handled in time are one."""
        return isinstance(message, Ticked)
