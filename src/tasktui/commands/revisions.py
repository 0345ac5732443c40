"""The revisions of a task, what each changed, and the way back to one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tasktui.commands.edits import Change, Edits, differences
from tasktui.domain.actions import Action, refusal
from tasktui.domain.revision import Revision
from tasktui.domain.task import Task, TaskSpec
from tasktui.errors import NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class Step:
    """One revision, and what it changed of the one before."""

    revision: Revision
    changes: Sequence[Change]
    """Empty for the first one that is kept."""


class Revisions(Edits):
    """History and rollback over one store."""

    def revisions(self, name: str) -> list[Revision]:
        """The newest fifty revisions of a task, oldest first."""
        return self._store.revisions(self._store.task(name).id)

    def history(self, task: Task) -> list[Step]:
        """The revisions of a task, archived or not, with what each changed, oldest first."""
        found = self._store.revisions(task.id)
        before = [found[0], *found[:-1]] if found else []
        return [Step(new, differences(old, new)) for old, new in zip(before, found, strict=True)]

    def going_back(self, name: str, number: int | None = None) -> TaskSpec:
        """The input that makes the task what it was at revision ``number``; the one before.

        The name stays: it is the route. Raises NotFound for a revision that is
        not kept, or whose artifact is gone, NotAllowed where there is no other.
        """
        task = self._store.task(name)
        found = self._revision(task, task.revision - 1 if number is None else number)
        artifact = self._store.artifact_by_id(found.artifact_id)
        if artifact is None:
            raise NotFound(
                f"Revision {found.number} of {name} ran {found.spec.artifact}, "
                "and that version was removed.",
                "Add it again, then edit the task.",
            )
        exact = f"{artifact.name}@{artifact.version}"
        return replace(found.spec, name=task.name, artifact=exact)

    def rollback(self, name: str, number: int | None = None, *, action_id: str = "") -> Task:
        """Edit the task to what it was at revision ``number``, by default the one before.

        Makes a new revision. Raises what ``edit`` and ``going_back`` raise.
        """
        with self._store.transaction():
            task = self._store.task(name)
            reason = refusal(task, Action.ROLLBACK)
            if reason:
                raise NotAllowed(reason)
            to = task.revision - 1 if number is None else number
            spec = self.going_back(name, to)
            why = f"back to revision {to}: "
            return self.edit(name, task.revision, spec, action_id=action_id, why=why)

    def _revision(self, task: Task, number: int) -> Revision:
        kept = self._store.revisions(task.id)
        for revision in kept:
            if revision.number == number:
                return revision
        if len(kept) < 2 or number == task.revision:
            raise NotAllowed(f"{task.name} has no revision to go back to.")
        raise NotFound(
            f"{task.name} has no revision {number}.",
            f"Kept are {kept[0].number} to {kept[-1].number}: tasktui history {task.name}.",
        )
