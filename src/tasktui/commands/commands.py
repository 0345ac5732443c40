"""The one object that faces hold: every read and every change."""

from __future__ import annotations

from tasktui.commands.artifacts import Artifacts
from tasktui.commands.clock import Clock
from tasktui.commands.keeping import Keeping
from tasktui.commands.reads import Reads
from tasktui.commands.removal import Removal
from tasktui.commands.revisions import Revisions
from tasktui.commands.stepping import Stepping


class Commands(Reads, Stepping, Revisions, Artifacts, Clock, Removal, Keeping):
    """All verbs and reads over one store, for one actor. Synchronous; one thread only."""
