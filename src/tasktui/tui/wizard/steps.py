"""The four steps as widgets: each draws itself from the state and says what the user did."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widget import Widget

from tasktui.domain.artifact import Artifact
from tasktui.tui import chrome
from tasktui.tui.lines import Span, Tone, line
from tasktui.tui.palette import Palette
from tasktui.tui.widgets.lineview import LineView
from tasktui.tui.widgets.table import ListTable
from tasktui.tui.wizard import day, plan, resources
from tasktui.tui.wizard.choices import ArtifactRows, details, matching, nothing, refusal
from tasktui.tui.wizard.fields import Button, Choice, Field
from tasktui.tui.wizard.grid import Grid
from tasktui.tui.wizard.model import Kind
from tasktui.tui.wizard.notes import LABELS, note
from tasktui.tui.wizard.parameters import field_of, shown
from tasktui.tui.wizard.state import State

ONE_OFF = ("start", "end", "min", "max")
DAILY = ("days", "except_dates")
_BAR = 2
"""Cells that the scrollbar takes where the settings are higher than the screen."""


class ArtifactStep(Vertical):
    """A filter, the list, and the artifact under the cursor. The focus stays in the filter."""

    BINDINGS: ClassVar = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    class Chosen(Message):
        """An artifact was chosen."""

        def __init__(self, artifact: Artifact) -> None:
            super().__init__()
            self.artifact = artifact

    class Refused(Message):
        """It cannot be chosen."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def __init__(self, palette: Palette) -> None:
        super().__init__(id="step-1")
        self._palette = palette
        self._filter = Field("query", "Filter", palette)
        self._rows = ArtifactRows(palette.glyphs.ellipsis)
        self.table: ListTable[Artifact] = ListTable(self._rows, palette, id="artifacts")
        self.table.can_focus = False
        self._details = LineView(palette, id="details")
        self._state = State()
        self._placed = False

    def compose(self) -> ComposeResult:
        """Filter, list, details."""
        yield self._filter
        yield self.table
        yield self._details

    def draw(self, state: State, cells: int) -> None:
        """Show the artifacts that match."""
        self._state = state
        self._rows.take(state)
        found = matching(state.look.artifacts, state.query)
        self.table.say(nothing(state))
        self.table.show(found)
        if not self._placed and found:
            self._placed = True
            self.table.select(state.draft.artifact)
        problem = state.problems.get("artifact")
        total = len(state.look.artifacts)
        told = Span(f"{len(found)} of {total}, newest version first", Tone.DIM)
        if problem and state.said:
            told = Span(problem.message, Tone.PROBLEM)
        self._filter.show(line(told), cells)
        self._draw_details(cells)

    def _draw_details(self, cells: int) -> None:
        artifact = self.table.selected
        rule = chrome.rule(
            line(Span(artifact.label, Tone.TITLE)) if artifact else (),
            cells,
            self._palette.glyphs.rule,
        )
        lines = details(artifact, self._state.look, cells)
        self._details.show([rule, *lines] if self.screen.size.height >= 20 else [])

    def first(self, field: str = "") -> Widget:  # noqa: ARG002 - there is only one
        """The filter."""
        return self._filter.input

    def order(self) -> list[Widget]:
        """What may have the focus."""
        return [self._filter.input]

    def action_move(self, by: int) -> None:
        """Move the cursor of the list."""
        self.table.move(by)

    def on_table_moved(self) -> None:
        """Another artifact."""
        self._draw_details(self.size.width)

    def on_table_opened(self) -> None:
        """Double-clicked."""
        self.action_choose()

    def action_choose(self) -> None:
        """Choose what is under the cursor, if it is built."""
        artifact = self.table.selected
        if artifact is None:
            return
        own = artifact.label == self._state.base.artifact  # of the task that is edited
        why = "" if own else refusal(artifact)
        self.post_message(self.Refused(why) if why else self.Chosen(artifact))


class Scroll(VerticalScroll, can_focus=True):
    """Lines that scroll; Enter goes on."""

    BINDINGS: ClassVar = [Binding("enter", "screen.next", show=False)]


class ResourcesStep(Vertical):
    """Read-only lines."""

    def __init__(self, palette: Palette) -> None:
        super().__init__(id="step-2")
        self._scroll = Scroll(id="resources")
        self._lines = LineView(palette)

    def compose(self) -> ComposeResult:
        """The lines."""
        with self._scroll:
            yield self._lines

    def draw(self, state: State, cells: int) -> None:
        """Show what a replica needs and where it fits."""
        self._lines.show(resources.lines(state, cells - 1))

    def first(self, field: str = "") -> Widget:  # noqa: ARG002 - there is only one
        """The lines, for scrolling."""
        return self._scroll

    def order(self) -> list[Widget]:
        """What may have the focus."""
        return [self._scroll]


class SettingsStep(VerticalScroll, can_focus=False):
    """The typed fields; which ones are shown depends on the artifact and the type of schedule."""

    DEFAULT_CSS: ClassVar[str] = "SettingsStep #parameters { height: auto; }"

    BINDINGS: ClassVar = [
        Binding("up", "screen.along(-1)", show=False),
        Binding("down", "down", show=False),
    ]

    class Zones(Message):
        """The list of zones is wanted."""

    def __init__(self, palette: Palette) -> None:
        super().__init__(id="step-3")
        self._palette = palette
        self.fields = {name: Field(name, label, palette) for name, label in LABELS.items()}
        self._parameters: dict[str, Field] = {}
        self._box = Vertical(id="parameters")
        self.kind = Choice("Type", [str(k) for k in Kind], palette, id="kind")
        self.grid = Grid(palette)
        self.day = LineView(palette, id="day")

    def compose(self) -> ComposeResult:
        """Name, file path, deployment name, type, timezone, what the type has, the day."""
        for name, field in self.fields.items():
            if name == "timezone":
                yield self._box
                yield self.kind
            yield field
            if name == "max":
                yield self.grid
        yield self.day

    def fill(self, state: State) -> None:
        """Show what the draft holds: once it was changed by something else than typing."""
        for name, field in self.fields.items():
            field.input.fill(getattr(state.draft, name))
        for parameter in state.parameters:
            if typed := self._parameters.get(field_of(parameter.name)):
                typed.input.fill(shown(parameter, state.draft.parameters))
        self.kind.put(str(state.draft.kind))

    def _shape(self, state: State) -> None:
        """Have a field for each parameter of the artifact, and no other."""
        names = {field_of(p.name): p.name for p in state.parameters}
        if list(names) == list(self._parameters):
            return
        self._parameters = {f: Field(f, name, self._palette) for f, name in names.items()}
        self._box.remove_children()
        self._box.mount_all(self._parameters.values())
        self.fill(state)

    def draw(self, state: State, cells: int) -> None:
        """Show the notes beside the fields, and the grid."""
        self._shape(state)
        daily = state.draft.kind is Kind.DAILY
        for name in ONE_OFF:
            self.fields[name].display = not daily
        for name in DAILY:
            self.fields[name].display = daily
        self.grid.display = daily
        for name, field in {**self.fields, **self._parameters}.items():
            if field.display:
                field.show(note(name, state), cells - _BAR)
        self.day.show(day.lines(state, cells - _BAR) if daily else [])
        if daily:
            self.grid.draw(state, cells - _BAR)

    def first(self, field: str = "") -> Widget:
        """The widget of a field."""
        place, _, rest = field.partition(".")
        if place == "points":
            row, _, column = rest.partition(".")
            if row:
                self.grid.put(int(row), {"min": 1, "max": 2}.get(column, 0))
            return self.grid
        known = {**self.fields, **self._parameters}
        return known.get(field, known.get(place, self.fields["name"])).input

    def order(self) -> list[Widget]:
        """What may have the focus, from top to bottom."""
        inputs = {name: field.input for name, field in self.fields.items() if field.display}
        names = list(inputs)
        at = names.index("timezone")
        head: list[Widget] = [inputs[n] for n in names[:at]]
        more: list[Widget] = [field.input for field in self._parameters.values()]
        grid: list[Widget] = [self.grid] if self.grid.display else []
        tail: list[Widget] = [inputs[n] for n in names[at + 1 :]]
        return [*head, *more, self.kind, inputs["timezone"], *grid, *tail]

    async def action_down(self) -> None:
        """The next field; in the timezone, its list."""
        if self.screen.focused is self.fields["timezone"].input:
            self.post_message(self.Zones())
        else:
            await self.screen.run_action("along(1)")


class SummaryStep(Vertical):
    """What will happen, and the buttons."""

    BINDINGS: ClassVar = [
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    SummaryStep Horizontal { height: auto; }
    SummaryStep TextInput { width: 24; }
    """

    def __init__(self, palette: Palette, *, editing: bool) -> None:
        super().__init__(id="step-4")
        self._palette = palette
        self._scroll = VerticalScroll(can_focus=False)
        self._lines = LineView(palette)
        names = [("apply", "Apply")] if editing else []
        if not editing:
            names = [("launch", "Launch"), ("activate", "Launch and activate")]
        self._buttons = {name: Button(name, label, palette) for name, label in names}
        self._rebase = Button("rebase", "Take theirs as base", palette)
        self._back = Button("back", "Back", palette)
        self._risky = False

    def compose(self) -> ComposeResult:
        """The plan, then the buttons."""
        with self._scroll:
            yield self._lines
        with Horizontal():
            yield from self._buttons.values()
            yield self._rebase
            yield self._back

    def draw(self, state: State, cells: int) -> None:
        """Show the plan; a stale edit can only be based anew."""
        stale = state.theirs is not None
        for button in self._buttons.values():
            button.display = not stale
        self._rebase.display = stale
        self._risky = not all(c.hot for c in state.changes)
        self._lines.show(plan.lines(state, cells - 1))

    def first(self, field: str = "") -> Widget:  # noqa: ARG002 - buttons are no fields
        """The harmless button: Back where replicas would restart."""
        if self._rebase.display:
            return self._rebase
        return self._back if self._risky else next(iter(self._buttons.values()))

    def order(self) -> list[Widget]:
        """The buttons that apply, from left to right."""
        buttons = (*self._buttons.values(), self._rebase, self._back)
        return [b for b in buttons if b.display]

    def action_scroll(self, by: int) -> None:
        """Scroll the plan."""
        self._scroll.scroll_relative(y=by, animate=False)


StepView = ArtifactStep | ResourcesStep | SettingsStep | SummaryStep
"""Each draws a state in so many columns, and knows where the focus may go.

Textual's own chain is not used: after a widget was shown it is old for a while.
"""
