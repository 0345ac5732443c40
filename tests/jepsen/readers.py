"""People who only look: one reads the list as the command line does, one sits at the terminal."""

from __future__ import annotations

import os
import sys
import threading
import time

from jepsen.history import Journal
from tasktui.config import Config
from tasktui.errors import TasktuiError
from tasktui.runtime.session import Session
from terminal import Terminal

PAGE = "Keys"
"""What the page of keys shows and no other."""


class Reader:
    """Reads all tasks, again and again."""

    def __init__(self, config: Config, journal: Journal) -> None:
        self._config = config
        self._journal = journal
        self._stop = threading.Event()

    def run(self) -> None:
        """Read until ``stop``."""
        session = Session(self._config, os.environ, "cli")
        while not self._stop.wait(0.3):
            self._journal.write("invoke", "read")
            try:
                session.call(lambda c: (c.tasks(), c.scheduler(), c.cluster()))
            except TasktuiError as error:
                self._journal.write("fail", "read", error=str(error))
            else:
                self._journal.write("ok", "read")
        session.close()

    def stop(self) -> None:
        """Read no more."""
        self._stop.set()


class Watcher:
    """Sits at the terminal app on a pty, opens the page of keys and closes it again."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._stop = threading.Event()

    def run(self) -> None:
        """Press keys until ``stop``."""
        with Terminal([sys.executable, "-m", "tasktui"], 100, 30) as screen:
            screen.wait(lambda text: "tasktui" in text, 60)
            screen.settle()
            while not self._stop.is_set():
                self._key(screen, "?", shows=True)
                self._key(screen, "esc", shows=False)
                end = time.monotonic() + 0.5
                while time.monotonic() < end:
                    screen.pump(0.05)

    def stop(self) -> None:
        """Press no more."""
        self._stop.set()

    def _key(self, screen: Terminal, key: str, *, shows: bool) -> None:
        self._journal.write("invoke", "key", key=key)
        try:
            screen.press(key)
            screen.wait(lambda text: (PAGE in text) is shows, 30)
        except (AssertionError, OSError) as error:
            self._journal.write("fail", "key", error=str(error))
        else:
            self._journal.write("ok", "key")
