"""How the wizard begins: with the draft that was left, with a task, or with defaults."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tasktui.commands.commands import Commands
from tasktui.domain.artifact import NO_ENV, Artifact, carried
from tasktui.domain.task import Task
from tasktui.tui.wizard.drafts import Kept, restore, slot
from tasktui.tui.wizard.look import free_name, look
from tasktui.tui.wizard.model import Draft, choose, from_spec
from tasktui.tui.wizard.moves import told
from tasktui.tui.wizard.state import State, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Why the wizard was opened."""

    editing: Task | None = None
    cloning: Task | None = None
    timezone: str = "UTC"
    """What a new schedule starts with."""

    @property
    def slot(self) -> str:
        """Where its draft is kept."""
        return slot(self.editing, self.cloning)


def begin(commands: Commands, occasion: Occasion, *, afresh: bool = False) -> State:
    """Read everything that the first moment shows; ``afresh`` passes over a draft that was left.

    A draft of an edit that was begun on an older revision is shown as stale.
    """
    base = _base(commands, occasion)
    seen = look(commands)
    step = Step.SUMMARY if occasion.editing else Step.ARTIFACT
    if occasion.cloning:
        step = Step.SETTINGS
    state = State(draft=base, base=base, step=step, look=seen, editing=occasion.editing)
    kept = None if afresh else restore(commands, occasion.slot)
    if kept is not None:
        state = _restored(state, kept, base)
    return told(state)


def _restored(state: State, kept: Kept, base: Draft) -> State:
    number = kept.step if kept.step in list(Step) else 1
    text = f"Draft of {kept.at:%a %d %b %H:%M}Z. Ctrl-O starts over."
    state = replace(state, draft=kept.draft, base=kept.base, step=Step(number), restored=text)
    if state.editing is not None and kept.base != base:
        state = replace(state, theirs=state.editing, their_draft=base, step=Step.SUMMARY)
    return state


def _base(commands: Commands, occasion: Occasion) -> Draft:
    if occasion.editing:
        return from_spec(commands.spec_of(occasion.editing))
    if occasion.cloning:
        draft = from_spec(commands.spec_of(occasion.cloning))
        return replace(draft, name=free_name(commands, occasion.cloning.name))
    return Draft(timezone=occasion.timezone)


def offer(commands: Commands, state: State, artifact: Artifact) -> tuple[Draft, Draft]:
    """The draft and the base once ``artifact`` is chosen: its defaults replace former defaults.

    A task that is edited or cloned keeps its name and its own variables.
    """
    draft = state.draft
    before = state.artifact
    old = Draft(
        name=state.base.name,
        file_path=before.file_path if before else "",
        deployment_name=before.deployment_name if before else "",
    )
    keeps = bool(state.base.artifact)
    fresh = Draft(
        artifact=artifact.label,
        name=draft.name if keeps else free_name(commands, artifact.name),
        file_path=artifact.file_path,
        deployment_name=artifact.deployment_name,
    )
    chosen = choose(draft, fresh, old)
    if keeps:
        env = carried(dict(draft.env), before.env if before else NO_ENV, artifact.env)
        return replace(chosen, env=tuple(sorted(env.items()))), state.base
    return chosen, replace(choose(state.base, fresh, state.base), artifact="")
