"""Everything the wizard shows, as one value: steps are drawn from it and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from tasktui.commands.checks import Problem
from tasktui.commands.edits import Change
from tasktui.commands.plan import Plan
from tasktui.domain.artifact import Artifact
from tasktui.domain.recipe import Parameter
from tasktui.domain.schedule import Schedule
from tasktui.domain.task import Task, TaskSpec
from tasktui.tui.times import View
from tasktui.tui.wizard.look import Look
from tasktui.tui.wizard.model import Draft
from tasktui.tui.wizard.rules import probe, to_spec


class Step(IntEnum):
    """The four steps, in order."""

    ARTIFACT = 1
    RESOURCES = 2
    SETTINGS = 3
    SUMMARY = 4

    @property
    def title(self) -> str:
        """As it stands in the head."""
        return self.name.capitalize()


STEP_OF = {"artifact": Step.ARTIFACT, "spec": Step.RESOURCES}
"""Where a field is; all others are among the settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One moment of the wizard."""

    draft: Draft = field(default_factory=Draft)
    base: Draft = field(default_factory=Draft)
    """What it started from: the task that is edited or cloned, or the defaults that were offered.

    Its artifact is empty for a new task.
    """
    drawn: Schedule | None = None
    """The schedule as it was when it could be read last."""
    step: Step = Step.ARTIFACT
    look: Look = field(default_factory=Look)
    editing: Task | None = None
    own: tuple[Problem, ...] = ()
    """Problems told without the store, of this very draft."""
    stored: tuple[Problem, ...] = ()
    """Problems that the store told, of the draft a moment ago."""
    judged: Draft | None = None
    """The draft that ``stored`` is about."""
    plan: Plan | None = None
    """Editing: what the draft would do."""
    saved: str = ""
    """Clock time of the last time the draft was kept."""
    restored: str = ""
    """Says which draft was found."""
    refused: str = ""
    """Why the last Launch or Apply was refused."""
    theirs: Task | None = None
    """The task as somebody else edited it meanwhile; None: it is as it was."""
    their_draft: Draft = field(default_factory=Draft)
    """``theirs`` as a user would type it."""
    query: str = ""
    """What the list of artifacts is filtered by."""
    said: str = ""
    """A notice, until something is typed."""
    help: bool = False
    """Whether the help of the focused field is shown."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """Editing: what the draft changes, line by line."""
        return self.plan.changes if self.plan else ()

    @property
    def problems(self) -> dict[str, Problem]:
        """One problem for each field; errors before warnings, one's own before the store's."""
        found: dict[str, Problem] = {}
        for problem in (*self.own, *sorted(self.stored, key=lambda p: p.warning)):
            found.setdefault(problem.field, problem)
        return found

    @property
    def errors(self) -> list[Problem]:
        """What stops a launch."""
        return [p for p in self.problems.values() if not p.warning]

    @property
    def due(self) -> list[Problem]:
        """Errors of the steps so far (what was not asked yet is none), then all warnings."""
        errors = (p for step in Step if step <= self.step for p in self.errors_of(step))
        return [*errors, *(p for p in self.problems.values() if p.warning)]

    @property
    def untouched(self) -> bool:
        """Whether there is nothing to keep: not even an artifact was chosen."""
        return self.draft == self.base

    @property
    def artifact(self) -> Artifact | None:
        """The artifact that was chosen, while it exists."""
        return self.look.artifact(self.draft.artifact)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What can be set of the artifact that was chosen."""
        return self.artifact.parameters if self.artifact else ()

    @property
    def spec(self) -> TaskSpec | None:
        """The task as it would be launched; None while the draft cannot be read."""
        keep = self.editing.schedule if self.editing else None
        answer = to_spec(self.draft, self.look.now, self.parameters, keep=keep)
        return None if isinstance(answer, list) else answer

    @property
    def schedule(self) -> Schedule | None:
        """The schedule, whatever else is missing; None while it cannot be read."""
        keep = self.editing.schedule if self.editing else None
        spec, real = probe(self.draft, self.look.now, self.parameters, keep=keep)
        return spec.schedule if real else None

    @property
    def warnings(self) -> list[Problem]:
        """What is worth knowing before a launch."""
        return [p for p in (*self.own, *self.stored) if p.warning]

    @property
    def view(self) -> View:
        """For texts that are shared with the other screens."""
        return View(now=self.look.now, cluster=self.look.cluster)

    def errors_of(self, step: Step) -> list[Problem]:
        """What is wrong on one step."""
        return [p for p in self.errors if STEP_OF.get(p.field, Step.SETTINGS) is step]
