"""What the wizard reads of the store, in one hop to its thread.

Guarantees one consistent moment: the artifacts, the cluster as it was last
seen, the time, and what the store says against the draft. Of the tasks only
those are read that matter here: a store may hold very many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from tasktui.commands.checks import Problem
from tasktui.commands.commands import Commands
from tasktui.commands.demand import shortages
from tasktui.commands.plan import Plan
from tasktui.domain.artifact import Artifact, Users
from tasktui.domain.observed import ClusterView
from tasktui.domain.status import Status
from tasktui.domain.task import NAME, Task, TaskSpec
from tasktui.errors import NotFound, TasktuiError
from tasktui.tui.wizard.model import Draft
from tasktui.tui.wizard.rules import own_words, probe

T = TypeVar("T")
LONGEST_NAME = 63
HOLDING = (Status.STARTING, Status.RUNNING, Status.NEED_STOP)
"""Statuses of tasks that may have replicas."""
NEVER = datetime.min.replace(tzinfo=UTC)
"""Before the first look."""


class Backend(Protocol):
    """What the wizard needs of a session."""

    async def acall(self, action: Callable[[Commands], T]) -> T:
        """Run ``action`` on the commands, on the store's own thread."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at the store."""

    now: datetime = NEVER
    """Aware, UTC."""
    artifacts: tuple[Artifact, ...] = ()
    cluster: ClusterView = field(default_factory=ClusterView)
    users: Mapping[str, Users] = field(default_factory=dict)
    """Who uses an artifact, by its label."""
    holders: tuple[Task, ...] = ()
    """Tasks that may hold something of a node."""
    rivals: tuple[Task, ...] | None = None
    """Tasks that want GPUs at some time; None until that matters."""

    def artifact(self, label: str) -> Artifact | None:
        """The artifact of that label."""
        return next((a for a in self.artifacts if a.label == label), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the store says of a draft."""

    look: Look = field(default_factory=Look)
    problems: tuple[Problem, ...] = ()
    plan: Plan | None = None
    """Editing: what the draft would do."""


def look(commands: Commands, known: Look | None = None) -> Look:
    """Read what the wizard shows; the newest version of an artifact comes first.

    What is ``known`` of tasks is not read again.
    """
    artifacts = sorted(
        commands.artifacts(), key=lambda a: (a.kind != "official", a.name, -a.version)
    )
    if known is None:
        holders = tuple(t for status in HOLDING for t in commands.tasks(status))
        known = Look(users=commands.users(), holders=holders)
    return replace(
        known, now=commands.now(), artifacts=tuple(artifacts), cluster=commands.cluster()
    )


def judge(
    commands: Commands, draft: Draft, editing: Task | None, known: Look | None = None
) -> Verdict:
    """Check the draft against the store, as far as it makes sense already."""
    seen = look(commands, known)
    keep = editing.schedule if editing else None
    artifact = seen.artifact(draft.artifact)
    parameters = artifact.parameters if artifact else ()
    spec, real = probe(draft, seen.now, parameters, keep=keep)
    name = editing.name if editing else None
    told = commands.check(spec, editing=name)
    if artifact is not None and artifact.spec.gpu and seen.rivals is None:
        seen = replace(seen, rivals=tuple(commands.tasks_on_gpus()))
    if artifact is not None and real:
        others = [t for t in seen.rivals or () if editing is None or t.id != editing.id]
        told += shortages(artifact.spec, spec.schedule, others, seen.cluster, seen.now)
    found = [own_words(p, draft) for p in told if real or not p.field.startswith("schedule")]
    return Verdict(
        look=seen,
        problems=tuple(found),
        plan=_plan(commands, name, spec) if name and real else None,
    )


def _plan(commands: Commands, name: str, spec: TaskSpec) -> Plan | None:
    try:
        return commands.plans().drafted_edit(name, spec)
    except TasktuiError:
        return None  # the reason stands among the problems


def free_name(commands: Commands, stem: str) -> str:
    """A name for a new task that no task has: ``echo``, then ``echo-2``, ``echo-3``."""
    for number in range(1, 1000):
        tail = f"-{number}" if number > 1 else ""
        name = stem[: LONGEST_NAME - len(tail)].rstrip("-") + tail
        if not NAME.fullmatch(name):
            break
        try:
            commands.task(name)
        except NotFound:
            return name
    return ""
