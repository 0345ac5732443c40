"""The clock that the scheduler does not believe, and the word of a person that it is right."""

from __future__ import annotations

from tasktui.commands.context import Context
from tasktui.domain.event import Event, EventKind


class Clock:
    """What a person says about the clock of this machine."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def accept_clock(self) -> bool:
        """Let the scheduler go by the clock as it is; False when it does so already."""
        from tasktui.scheduler.timekeeper import DOUBT  # noqa: PLC0415 - off the path of reads

        with self._store.transaction():
            if not self._store.setting(DOUBT):
                return False
            now = self._context.now()
            self._store.set_setting(DOUBT, "")
            self._store.log(
                Event(
                    at=now,
                    task=None,
                    kind=EventKind.NOTICE,
                    actor=str(self._context.actor),
                    reason=f"The clock was accepted as it is: {now:%Y-%m-%d %H:%M:%S}Z.",
                )
            )
        self._context.poke()
        return True
