"""Keys act in the order in which they were pressed, however fast they come.

Textual hands a printable key to the focused widget at once, but runs a bound
key only when its event has bubbled back to the app. In a burst, as a slow line
delivers them, "Tab x" would type x into the field before. Here a key waits
until the one before it has been dealt with. Knows nothing of what keys do.
"""

from __future__ import annotations

from collections import deque
from typing import TypeVar

from textual import events
from textual.app import App
from textual.message import Message
from textual.timer import Timer

R = TypeVar("R")
LOST_S = 0.5
"""After this a key counts as dealt with: its widget was removed meanwhile, in seconds."""


class KeyDone(Message):
    """Follows a key through the same queues: where it arrives, the key was dealt with."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class OrderedKeys(App[R]):
    """An app that takes one key at a time."""

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._keys_waiting: deque[events.Key] = deque()
        self._key_number = 0
        self._key_on_its_way = False
        self._key_timer: Timer | None = None

    async def on_event(self, event: events.Event) -> None:
        """Let every event through but a key that comes too early."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
            return
        self._keys_waiting.append(event)
        if not self._key_on_its_way:
            await self._send_keys()

    async def on_key_done(self, message: KeyDone) -> None:
        """The key, and whatever it was bound to, is dealt with: the next one."""
        message.stop()
        if message.number == self._key_number:
            await self._arrived()

    async def _arrived(self) -> None:
        self._key_on_its_way = False
        if self._key_timer is not None:
            self._key_timer.stop()
        await self._send_keys()

    async def _send_keys(self) -> None:
        while self._keys_waiting and not self._key_on_its_way:
            event = self._keys_waiting.popleft()
            target = self.focused or self.screen
            await super().on_event(event)
            if event.is_forwarded:
                self._key_number += 1
                self._key_on_its_way = target.post_message(KeyDone(self._key_number))
                self._key_timer = self.set_timer(LOST_S, self._arrived)
