"""The one object that faces hold: every read and every change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasktui.commands.artifacts import Artifacts
from tasktui.commands.clock import Clock
from tasktui.commands.keeping import Keeping
from tasktui.commands.reads import Reads
from tasktui.commands.removal import Removal
from tasktui.commands.revisions import Revisions
from tasktui.commands.stepping import Stepping

if TYPE_CHECKING:
    from tasktui.commands.moving import Moving
    from tasktui.commands.plans import Plans


class Commands(Reads, Stepping, Revisions, Artifacts, Clock, Removal, Keeping):
    """All verbs and reads over one store, for one actor. Synchronous; one thread only."""

    def moving(self) -> Moving:
        """The verbs that take over what other tools run."""
        from tasktui.commands.moving import Moving  # noqa: PLC0415 - of no use to most

        return Moving(self._context)

    def plans(self) -> Plans:
        """What each verb would do."""
        from tasktui.commands.plans import Plans  # noqa: PLC0415 - of no use to who only reads

        return Plans(self._context)
