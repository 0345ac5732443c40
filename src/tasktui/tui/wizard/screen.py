"""The wizard: four steps that end in a task, or in an edit of one.

One ``State`` holds everything that is shown. Keys make another state, and the
screen draws it; the store is read and written on its own thread. Nothing is
changed before a button of the last step is pressed, and nothing typed is lost.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from textual.binding import Binding
from textual.widgets import Input

from tasktui.commands.commands import Commands
from tasktui.domain.artifact import Artifact
from tasktui.domain.task import Task, TaskSpec
from tasktui.errors import StaleRevision, TasktuiError
from tasktui.tui.desk import Desk
from tasktui.tui.wizard import moves
from tasktui.tui.wizard.drafts import discard
from tasktui.tui.wizard.fields import Button, Choice
from tasktui.tui.wizard.grid import Grid
from tasktui.tui.wizard.live import LiveScreen
from tasktui.tui.wizard.model import WEEKDAYS, Kind
from tasktui.tui.wizard.notes import LABELS
from tasktui.tui.wizard.opening import offer
from tasktui.tui.wizard.parameters import name_of, put
from tasktui.tui.wizard.steps import ArtifactStep

AGAIN = "What was typed will be lost: Ctrl-O once more starts over."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the wizard wrote."""

    task: Task
    activate: bool
    """Whether activating it was asked for, too."""


class WizardScreen(LiveScreen[Outcome | None]):
    """Dismisses with what was written, or with None: then the draft is kept."""

    BINDINGS: ClassVar = [
        Binding("pagedown", "next", show=False, priority=True),
        Binding("pageup", "back", show=False, priority=True),
        Binding("enter", "accept", show=False),
        Binding("tab", "along(1)", show=False),
        Binding("shift+tab", "along(-1)", show=False),
        Binding("escape", "leave", show=False),
        Binding("ctrl+c", "leave", show=False, priority=True),
        Binding("ctrl+g", "problem", show=False, priority=True),
        Binding("ctrl+o", "afresh", show=False, priority=True),
        Binding("f1", "help", show=False, priority=True),
        Binding("f2", "build_log", show=False, priority=True),
        Binding("ctrl+l", "redraw", show=False, priority=True),
    ]

    def __init__(
        self, desk: Desk, *, editing: Task | None = None, cloning: Task | None = None
    ) -> None:
        super().__init__(desk, editing, cloning)
        self._action_id = uuid.uuid4().hex
        self._leaving = False
        """Leaving was asked for, and the draft could not be kept."""

    # What the user does.

    def on_input_changed(self, event: Input.Changed) -> None:
        """Typed. The input's own value counts: the message may be older than the last key."""
        event.stop()
        name, text = event.input.name or "", event.input.value
        if name == "query":
            self.put(replace(self.state, query=text, said=""))
        elif parameter := name_of(name):
            typed = put(self.state.draft.parameters, parameter, text)
            self.change(replace(self.state.draft, parameters=typed))
        elif name in LABELS:
            self.change(replace(self.state.draft, **{name: text}))  # type: ignore[arg-type]

    def action_accept(self) -> None:
        """Enter: on to the next field, after the last one to the next step."""
        if not self.along(1):
            self.action_next()

    def action_along(self, by: int) -> None:
        """Tab and Shift-Tab: the next field or the one before."""
        self.along(by)

    def on_choice_chosen(self, message: Choice.Chosen) -> None:
        """Another type of schedule."""
        self.change(replace(self.state.draft, kind=Kind(message.word)))

    def on_grid_changed(self) -> None:
        """Other points. The grid's own count: the message may be older than the last key."""
        self.change(replace(self.state.draft, points=self.settings.grid.taken()))

    def on_grid_weekdays(self) -> None:
        """The next of the usual sets of weekdays; one that was typed counts as every day."""
        typed = self.state.draft.days.strip().lower()
        at = WEEKDAYS.index(typed) if typed in WEEKDAYS else 0
        self.change(replace(self.state.draft, days=WEEKDAYS[(at + 1) % len(WEEKDAYS)]))
        self.settings.fill(self.state)

    def on_artifact_step_chosen(self, message: ArtifactStep.Chosen) -> None:
        """An artifact was chosen: its defaults are offered, and the next step is shown."""
        if not self.busy:
            self.run_worker(self._take(message.artifact), group="take", exclusive=True)

    def on_artifact_step_refused(self, message: ArtifactStep.Refused) -> None:
        """An artifact that cannot be launched: the reason stands in the status line."""
        self.put(replace(self.state, said=message.why))

    def action_build_log(self) -> None:
        """F2, among the artifacts: the log of the build of the one under the cursor."""
        step = self.steps[self.state.step]
        artifact = step.table.selected if isinstance(step, ArtifactStep) else None
        if artifact is not None and not self.busy:
            self.run_worker(self._show_log(artifact), group="log", exclusive=True)

    async def _show_log(self, artifact: Artifact) -> None:
        from tasktui.tui.wizard.buildlog import BuildLog  # noqa: PLC0415 - seldom opened

        try:
            log = await self.desk.session.acall(lambda c: c.build_log(artifact.label))
        except TasktuiError as error:
            self.put(replace(self.state, said=str(error)))
            return
        self.app.push_screen(BuildLog(artifact, log, self.desk.palette))

    async def _take(self, artifact: Artifact) -> None:
        state = self.state
        try:
            draft, base = await self.desk.session.acall(lambda c: offer(c, state, artifact))
        except TasktuiError as error:
            self.put(replace(self.state, said=str(error)))
            return
        taken = moves.typed(replace(self.state, base=base), draft)
        self.settings.fill(taken)
        self.go(*moves.forward(taken))

    def on_settings_step_zones(self) -> None:
        """The list of zones, for the whole schedule."""

        def take(name: str) -> None:
            self.change(replace(self.state.draft, timezone=name))
            self.settings.fill(self.state)

        self._pick_zone(self.state.draft.timezone, take)

    def on_grid_zones(self, message: Grid.Zones) -> None:
        """The list of zones, for one point; that of the schedule is none of its own."""
        draft, row = self.state.draft, message.row

        def take(name: str) -> None:
            own = "" if name == draft.timezone.strip() else name
            point = replace(draft.points[row], timezone=own)
            points = (*draft.points[:row], point, *draft.points[row + 1 :])
            self.change(replace(draft, points=points))

        self._pick_zone(draft.points[row].timezone or draft.timezone, take)

    def _pick_zone(self, present: str, take: Callable[[str], None]) -> None:
        from tasktui.tui.wizard.zonepicker import ZonePicker  # noqa: PLC0415 - seldom opened

        def taken(name: str | None) -> None:
            if name:
                take(name)

        self.app.push_screen(ZonePicker(self.desk, present), taken)

    def action_next(self) -> None:
        """PgDn: the next step, or the first thing that must be put right."""
        self.go(*moves.forward(self.state))

    def action_back(self) -> None:
        """PgUp: the step before, as it was left."""
        self.go(moves.backward(self.state))

    def action_problem(self) -> None:
        """Ctrl-G: to the next thing that is wrong or doubtful, on whichever step it is."""
        self.go(*moves.to_next_problem(self.state, self.focus_field()))

    def action_help(self) -> None:
        """F1: what the field means, on or off."""
        self.put(replace(self.state, help=not self.state.help))

    def action_redraw(self) -> None:
        """Draw the whole screen again."""
        self.refresh(repaint=True, layout=True)

    def action_afresh(self) -> None:
        """Start over; what was typed is lost only when the key is pressed again."""
        if self.state.said == AGAIN:
            self.open(afresh=True)
        elif not self.state.untouched:
            self.put(replace(self.state, said=AGAIN))

    def action_leave(self) -> None:
        """Leave; the draft is kept."""
        self.run_worker(self._leave(), group="leave", exclusive=True)

    async def _leave(self) -> None:
        self.calm()
        if self.busy or self._leaving or await self.settle():
            self.dismiss(None)
            return
        self._leaving = True
        told = f"The draft cannot be kept; Esc again leaves without it. {self.state.said}"
        self.put(replace(self.state, said=told))

    def on_button_pressed(self, message: Button.Pressed) -> None:
        """A button of the last step."""
        message.stop()
        if message.name == "back":
            self.action_back()
        elif message.name == "rebase":
            self._rebase()
        elif self.state.errors or self.state.spec is None:
            self.go(*moves.to_first_error(self.state))
        elif not self.busy:
            self.busy = True
            self.run_worker(self._write(self.state.spec, message.name), group="write")

    def _rebase(self) -> None:
        state = moves.rebased(self.state)
        self.settings.fill(state)
        self.put(state)
        self.set_focus(self.steps[state.step].first())
        self.soon()

    async def _write(self, spec: TaskSpec, button: str) -> None:
        """Write the task, forget the draft, and leave; what is refused stays on screen."""
        editing, slot, action_id = self.state.editing, self.occasion.slot, self._action_id

        def write(commands: Commands) -> Task:
            if editing is None:
                task = commands.launch(spec, action_id=action_id)
            else:
                task = commands.edit(editing.name, editing.revision, spec, action_id=action_id)
            discard(commands, slot)
            return task

        try:
            task = await self.desk.session.acall(write)
        except TasktuiError as error:
            self.busy = False
            await self._refused(error)
            return
        self.calm()
        self.dismiss(Outcome(task, activate=button == "activate"))

    async def _refused(self, error: TasktuiError) -> None:
        editing = self.state.editing
        state = replace(self.state, refused=str(error))
        if isinstance(error, StaleRevision) and editing is not None:
            try:
                theirs = await self.desk.session.acall(lambda c: c.task(editing.name))
                spec = await self.desk.session.acall(lambda c: c.spec_of(theirs))
            except TasktuiError as gone:
                state = replace(state, refused=str(gone))
            else:
                state = moves.stale(replace(state, refused=""), theirs, spec)
        self.put(state)
        self.set_focus(self.steps[state.step].first())
