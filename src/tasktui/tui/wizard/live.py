"""The wizard's screen as far as it shows one state, and reads and keeps it.

What keys do to the state stands in ``screen``. The store is read and written on
its own thread, so a key never waits for it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen
from textual.timer import Timer

from tasktui.commands.commands import Commands
from tasktui.domain.task import Task
from tasktui.errors import TasktuiError
from tasktui.schedule.resolve import zone_names
from tasktui.tui import chrome
from tasktui.tui.desk import Desk
from tasktui.tui.messages import StoreChanged, Ticked
from tasktui.tui.widgets.lineview import LineView
from tasktui.tui.wizard import frame, moves
from tasktui.tui.wizard.drafts import discard, keep
from tasktui.tui.wizard.fields import Button
from tasktui.tui.wizard.here import local_zone
from tasktui.tui.wizard.look import Verdict, judge
from tasktui.tui.wizard.model import Draft
from tasktui.tui.wizard.opening import Occasion, begin
from tasktui.tui.wizard.points import COLUMNS
from tasktui.tui.wizard.state import STEP_OF, State, Step
from tasktui.tui.wizard.steps import (
    ArtifactStep,
    ResourcesStep,
    SettingsStep,
    StepView,
    SummaryStep,
)

R = TypeVar("R")
SETTLE_S = 0.3
"""How long nothing is typed before the draft is kept and judged."""


class LiveScreen(Screen[R]):
    """Shows ``state``; keeps it and has it judged a moment after it changed."""

    ALLOW_SELECT = False
    DEFAULT_CSS: ClassVar[str] = """
    LiveScreen { background: ansi_default; }
    LiveScreen #body { height: 1fr; }
    LiveScreen #body > * { height: 1fr; display: none; }
    LiveScreen #details { max-height: 8; }
    """

    def __init__(self, desk: Desk, editing: Task | None, cloning: Task | None) -> None:
        super().__init__()
        self.desk = desk
        zone = local_zone(os.environ, zone_names(), Path("/etc"))
        self.occasion = Occasion(editing=editing, cloning=cloning, timezone=zone)
        self.state = State(editing=editing)
        self.busy = True
        """Nothing may be changed: the first moment is being read, or the task written."""
        self.unsettled = False
        """Whether what is shown was not yet kept and judged."""
        self._timer: Timer | None = None
        palette = desk.palette
        self._head = LineView(palette, id="head")
        self._rule = LineView(palette, id="rule")
        self._status = LineView(palette, id="status")
        self._keys = LineView(palette, id="keys")
        self.settings = SettingsStep(palette)
        self.steps: dict[Step, StepView] = {
            Step.ARTIFACT: ArtifactStep(palette),
            Step.RESOURCES: ResourcesStep(palette),
            Step.SETTINGS: self.settings,
            Step.SUMMARY: SummaryStep(palette, editing=editing is not None),
        }

    def compose(self) -> ComposeResult:
        """Head, the steps of which one is shown, status line, keys."""
        yield self._head
        yield self._rule
        with Container(id="body"):
            yield from self.steps.values()
        yield self._status
        yield self._keys

    # One state, drawn.

    def put(self, state: State) -> None:
        """Show another state."""
        self.state = state
        self.draw()

    def draw(self) -> None:
        """Draw the present state: the lines around, and the step."""
        if not self.is_mounted:
            return
        state, cells = self.state, self.size.width
        rule = self.desk.palette.glyphs.rule
        self._head.show([frame.head(state, cells)])
        self._rule.show([chrome.rule((), cells, rule)])
        for step, view in self.steps.items():
            view.display = step is state.step
        self.steps[state.step].draw(state, cells)
        self._status.show([frame.status(state, cells, self.size.height)])
        self._keys.show(frame.keys(state, self._focus_name(), cells))

    def _focus_name(self) -> str:
        focused = self.focused
        if isinstance(focused, Button):
            return "button"
        return (focused.name or focused.id if focused else None) or ""

    def focus_field(self) -> str:
        """The field of the draft that has the focus: ``points.1.min`` in the grid."""
        grid, name = self.settings.grid, self._focus_name()
        whole = next((f for f, step in STEP_OF.items() if step is self.state.step), "")
        if whole:
            return whole
        if name not in {grid.id, "cell"}:
            return name
        return f"points.{grid.row}.{COLUMNS[grid.column]}" if grid.row < len(grid.points) else name

    def go(self, state: State, field: str = "") -> None:
        """Show another step with its first widget focused, or the widget of ``field``."""
        moved = state.step is not self.state.step or field
        self.put(state)
        if moved:
            self.set_focus(self.steps[state.step].first(field))
            self.draw()
            self.soon()

    def along(self, by: int) -> bool:
        """Move the focus within the step; False where it had to go round."""
        order = self.steps[self.state.step].order()
        focused = self.focused
        path = focused.ancestors_with_self if focused is not None else []
        at = next((i for i, widget in enumerate(order) if widget in path), -1)
        self.set_focus(order[(at + by) % len(order)])
        return 0 <= at + by < len(order)

    def on_mount(self) -> None:
        """Draw what is known, then read."""
        self.draw()
        self.open(afresh=False)

    def on_resize(self) -> None:
        """Other widths and heights: what has the focus stays in sight."""
        self.draw()
        self.call_after_refresh(self._reveal)

    def _reveal(self) -> None:
        if self.focused is self.settings.grid:
            self.settings.grid.reveal()
        elif self.focused is not None:
            self.focused.scroll_visible(animate=False)

    def on_descendant_focus(self) -> None:
        """The keys that work are others."""
        self.draw()

    def on_ticked(self, message: Ticked) -> None:
        """A second passed."""
        message.stop()
        if message.due and not self.busy:
            self.put(moves.at(self.state, self.desk.now()))

    def on_store_changed(self, message: StoreChanged) -> None:
        """Somebody committed: what was read may be old."""
        message.stop()
        if not self.busy:
            self.run_worker(self.settle(reread=True), group="settle")

    # Reading and keeping.

    def open(self, *, afresh: bool) -> None:
        """Read the first moment; ``afresh``: without the draft that was left."""
        self.busy = True
        self.run_worker(self._begin(afresh=afresh), group="open")

    async def _begin(self, *, afresh: bool) -> None:
        def read(commands: Commands) -> State:
            if afresh:
                discard(commands, self.occasion.slot)
            return begin(commands, self.occasion, afresh=afresh)

        try:
            state = await self.desk.session.acall(read)
        except TasktuiError as error:
            self.put(replace(self.state, said=str(error)))
            return
        self.busy = False
        self.settings.fill(state)
        # The filter is there from the first frame on: what was typed meanwhile counts.
        self.put(replace(state, query=self.state.query))
        self.set_focus(self.steps[state.step].first())
        await self.settle()

    def change(self, draft: Draft) -> None:
        """Another draft: shown at once, kept and judged soon."""
        if draft != self.state.draft and not self.busy:
            self.put(moves.typed(self.state, draft))
            self.soon()

    def soon(self) -> None:
        """Keep and judge the draft once nothing is typed for a moment."""
        self.calm()
        self.unsettled = True
        self._timer = self.set_timer(SETTLE_S, self._settle_now)

    def calm(self) -> None:
        """Let go of what was to happen soon."""
        if self._timer is not None:
            self._timer.stop()

    def _settle_now(self) -> None:
        self.run_worker(self.settle(), group="settle")

    async def settle(self, *, reread: bool = False) -> bool:
        """Keep the draft and ask the store what it says of it; ``reread``: only ask.

        False when the store cannot be used: then the screen says why.
        """
        state, slot = self.state, self.occasion.slot

        def ask(commands: Commands) -> Verdict:
            if not reread:
                self._keep(commands, slot, state)
            return judge(commands, state.draft, state.editing, None if reread else state.look)

        try:
            verdict = await self.desk.session.acall(ask)
        except TasktuiError as error:
            self.put(replace(self.state, said=str(error)))
            return False
        if self.state.draft == state.draft and self.state.editing is state.editing:
            self.unsettled = self.unsettled and reread
            clock = f"{verdict.look.now.astimezone(self.desk.mine):%H:%M:%S}"
            saved = state.saved if reread else "" if state.untouched else clock
            self.put(moves.judged(self.state, verdict, saved))
        return True

    @staticmethod
    def _keep(commands: Commands, slot: str, state: State) -> None:
        if state.untouched:
            discard(commands, slot)
        else:
            keep(commands, slot, state.draft, state.base, state.step)
