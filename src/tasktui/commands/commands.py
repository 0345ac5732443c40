"""The one object that faces hold: every read and every change."""

from __future__ import annotations

from tasktui.commands.artifacts import Artifacts
from tasktui.commands.changes import Changes
from tasktui.commands.edits import Edits
from tasktui.commands.reads import Reads


class Commands(Reads, Changes, Edits, Artifacts):
    """All verbs and reads over one store, for one actor. Synchronous; one thread only."""
