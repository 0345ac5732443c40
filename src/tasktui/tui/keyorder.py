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
from textual.widget import Widget

R = TypeVar("R")
LOOK_S = 0.05
"""How often it is looked whether the key's widget was removed meanwhile, in seconds."""

LOST_S = 5.0
"""After this a key counts as dealt with, whatever became of it."""


ROUNDS = 3
"""The first follows the key itself, the others what its widget may have sent for it: Textual's own
message (Submitted), and the one that our widget makes of that."""


class KeyDone(Message):
    """Follows a key through the same queues: where it arrives, the key was dealt with."""

    def __init__(self, number: int, rounds: int) -> None:
        super().__init__()
        self.number, self.rounds = number, rounds


class OrderedKeys(App[R]):
    """An app that takes one key at a time."""

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._keys_waiting: deque[events.Key] = deque()
        self._key_number = 0
        self._key_on_its_way = False
        self._keys_held = False
        self._key_timer: Timer | None = None
        self._key_target: Widget | None = None
        self._key_looks = 0

    async def on_event(self, event: events.Event) -> None:
        """Let every event through but a key that comes too early."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
            return
        self._keys_waiting.append(event)
        if not self._key_on_its_way:
            await self._send_keys()

    def hold_keys(self) -> None:
        """Let every key wait until ``release_keys``: what it is meant for is not there yet."""
        self._keys_held = True

    def release_keys(self) -> None:
        """Deal with the keys that wait, from the app's own messages."""
        if self._keys_held:
            self._keys_held = False
            self.call_next(self._send_keys)

    async def on_key_done(self, message: KeyDone) -> None:
        """The key, and whatever it was bound to, is dealt with: the next one."""
        message.stop()
        if message.number != self._key_number:
            return
        target = self._key_target
        if message.rounds < ROUNDS and target and target.is_attached:
            target.post_message(KeyDone(message.number, message.rounds + 1))
        else:
            await self._arrived()

    async def _arrived(self) -> None:
        self._key_on_its_way = False
        if self._key_timer is not None:
            self._key_timer.stop()
        await self._send_keys()

    async def _look_after(self) -> None:
        """A widget that went away with the key sends nothing on."""
        self._key_looks += 1
        target = self._key_target
        if target is None or not target.is_attached or self._key_looks * LOOK_S >= LOST_S:
            await self._arrived()

    async def _send_keys(self) -> None:
        while self._keys_waiting and not self._key_on_its_way and not self._keys_held:
            if not self.screen_stack:
                self._keys_waiting.clear()  # the app is being left, and with it the keys
                return
            event = self._keys_waiting.popleft()
            self._key_target = target = self.focused or self.screen
            await super().on_event(event)
            if event.is_forwarded:
                self._key_number += 1
                self._key_on_its_way = target.post_message(KeyDone(self._key_number, 1))
                self._key_looks = 0
                self._key_timer = self.set_interval(LOOK_S, self._look_after)
