"""How the app takes a terminal that shows the skeleton: without a flicker, echo, or lost key."""

from __future__ import annotations

from typing import Any

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

from tasktui.tui import skeleton


def successor(driver: type[Driver]) -> type[Driver]:
    """A driver that goes on where the skeleton is; ``driver`` itself where none is up."""
    if not skeleton.is_up() or not issubclass(driver, LinuxDriver):
        return driver

    class Successor(driver):  # type: ignore[valid-type,misc]
        """The driver, for the one start that finds a skeleton."""

        attrs_before: list[Any] | None

        def start_application_mode(self) -> None:
            """Take the terminal; what is left behind at the end are its settings before both."""
            super().start_application_mode()
            settings = skeleton.taken()
            if settings is not None and self.attrs_before is not None:
                self.attrs_before = settings

        def write(self, data: str) -> None:
            """Write, but enter the alternate screen only once: again would blank it."""
            if data != skeleton.ENTER or not skeleton.is_up():
                super().write(data)

    return Successor
