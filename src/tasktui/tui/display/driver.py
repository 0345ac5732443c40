"""Textual's driver for Linux and macOS, with less on the line and a continue that is safe.

Guarantees that the app hears whenever the terminal was taken anew. Asks for
clicks, the wheel and drags, not for every movement of the mouse: over a slow
line that alone keeps it busy.
"""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Protocol, runtime_checkable

from textual.drivers.linux_driver import LinuxDriver


@runtime_checkable
class Taker(Protocol):
    """An app that wants to know."""

    def terminal_taken(self) -> None:
        """The terminal shows an empty screen now, or will."""
        ...


class QuietDriver(LinuxDriver):
    """The driver."""

    def _enable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1002h\x1b[?1006h")

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1006l\x1b[?1002l\x1b[?1000l")

    def start_application_mode(self) -> None:
        """Take the terminal, and say so.

        Signals of a stop come to the event loop from now on. Textual's own handlers interrupt
        whatever runs: where that is a write, they wait for ever for the lock that it holds.
        """
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTSTP, self._sigtstp_application)
        loop.add_signal_handler(signal.SIGCONT, self._sigcont_application)
        if isinstance(self._app, Taker):
            self._app.terminal_taken()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def _sigtstp_application(self, *args: object) -> None:
        """Stop. A second stop may come before the app went on: then nothing is to give back."""
        if self._must_signal_resume:
            os.kill(os.getpid(), signal.SIGSTOP)
        else:
            super()._sigtstp_application(*args)

    def _sigcont_application(self, *args: object) -> None:
        """Go on after a stop; one that could not be seen coming left the terminal as it was."""
        if self._auto_restart and not self._must_signal_resume and self._key_thread is not None:
            self.suspend_application_mode()
        super()._sigcont_application(*args)
