"""Applications whose removal waits for the word of a person, and that word."""

from __future__ import annotations

from tasktui.commands.context import Context
from tasktui.domain.event import Event, EventKind
from tasktui.scheduler.asking import ASKED, CONFIRMED, names_of


class Removal:
    """What a person says about a removal that the scheduler held back."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def waiting_removal(self) -> tuple[str, ...]:
        """Names of the applications that the scheduler asks about; empty when it asks nothing."""
        return names_of(self._store.setting(ASKED))

    def confirm_removal(self) -> tuple[str, ...]:
        """Let the scheduler remove those that it asked about; their names."""
        with self._store.transaction():
            names = self.waiting_removal()
            if not names:
                return ()
            self._store.set_setting(CONFIRMED, self._store.setting(ASKED) or "")
            self._store.log(
                Event(
                    at=self._context.now(),
                    task=None,
                    kind=EventKind.NOTICE,
                    actor=str(self._context.actor),
                    reason=f"The removal of {', '.join(names)} was confirmed.",
                )
            )
        self._context.poke()
        return names
