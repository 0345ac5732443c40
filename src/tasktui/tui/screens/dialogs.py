"""The question before a change: what will happen, in lines, and buttons.

Guarantees that nothing is answered before the question was seen: keys that were
typed ahead are dropped, a letter typed by reflex takes the focus back to where it
began, and a text that is asked for must be right before an action is taken. Knows
no task and no command.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input

from tasktui.tui.lines import EMPTY, Line, Span, Tone, fit, line, width, wrap
from tasktui.tui.palette import Palette
from tasktui.tui.widgets.lineview import LineView

WIDEST = 76
"""Cells of the widest box."""
_FRAME = 4
"""Cells of border and padding, both sides together."""
_GAP = Span("  ")
_MOVING = frozenset("hl")
"""Letters that move the focus, as in vi."""


@dataclass(frozen=True, slots=True)
class Button:
    """One way to answer."""

    id: str
    """Empty for Cancel."""
    label: str


CANCEL = Button("", "Cancel")


@dataclass(frozen=True, slots=True)
class Field:
    """A text that is asked for before an action."""

    label: str
    wrong: Callable[[str], str]
    """What is wrong with a text, in one sentence; empty when it will do."""
    wanted_by: frozenset[str] | None = None
    """Ids of the actions that need it; None: all."""
    goes_to: str = ""
    """Id of the action that Enter goes to; empty: Enter presses the first one.

    For a text that one may type by reflex: the dialog starts on a button then.
    """

    def told(self, text: str) -> str:
        """Its label, or what is wrong with what was typed so far."""
        return (self.wrong(text) if text and self.goes_to else "") or self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a dialog asks."""

    title: str
    lines: Sequence[Line | str]
    """What will happen."""
    actions: Sequence[Button]
    """Without Cancel, which every dialog has."""
    focus: str = ""
    """Id of the button that Enter presses at once; Cancel where nothing is said."""
    fields: Sequence[Field] = ()
    """The first one gets the focus, unless Enter goes on from it: empty, it is harmless."""
    told: Callable[[str, Sequence[str]], Sequence[Line | str]] = lambda _action, _texts: ()
    """What an action would do with these texts, shown anew with every key; it may be none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Which action was chosen, with the texts that were asked for."""

    action: str
    texts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The first text; empty where none was asked for."""
        return self.texts[0] if self.texts else ""


class Buttons(LineView):
    """The buttons in one row, or one below the other where they do not fit."""

    class Pressed(Message):
        """A button was clicked; ``at`` counts from 0."""

        def __init__(self, at: int) -> None:
            super().__init__()
            self.at = at

    _places: tuple[tuple[int, range], ...] = ()

    def show_buttons(self, buttons: Sequence[Button], focus: int, cells: int) -> None:
        """Show them; the one in focus is marked by more than its colour."""
        spans = [_button(b, focused=i == focus) for i, b in enumerate(buttons)]
        if sum(width([s]) + 2 for s in spans) - 2 > cells:
            self._places = tuple((i, range(cells)) for i in range(len(spans)))
            self.show([fit((s,), cells) for s in spans])
            return
        row: list[Span] = []
        places: list[tuple[int, range]] = []
        for span in spans:
            row += [_GAP] if row else []
            at = width(row)
            places.append((0, range(at, at + width([span]))))
            row.append(span)
        self._places = tuple(places)
        self.show([tuple(row)])

    def on_click(self, event: events.Click) -> None:
        """A click on a button presses it."""
        for at, (row, place) in enumerate(self._places):
            if event.y == row and event.x in place:
                self.post_message(self.Pressed(at))


def _button(button: Button, *, focused: bool) -> Span:
    if focused:
        return Span(f"[>{button.label}<]", Tone.SELECTED)
    return Span(f"[ {button.label} ]", Tone.DANGER_KEY if button.id else Tone.PLAIN)


class Entry(Input):
    """The text that is asked for. Tab and the arrows leave it."""

    DEFAULT_CSS: ClassVar[str] = "Entry { border: none; height: 1; padding: 0; }"

    def __init__(self) -> None:
        # Underscores: where one can type is seen without any colour.
        super().__init__(compact=True, select_on_focus=False, placeholder="_" * 24)
        self.cursor_blink = False


class Dialog(ModalScreen[Answer | None], inherit_bindings=False):
    """Asks a question; None is Cancel."""

    ALLOW_SELECT = False
    AUTO_FOCUS = ""
    CSS: ClassVar[str] = (
        "Dialog { align: center middle; }"
        "Dialog > Vertical { height: auto; max-height: 100%; padding: 0 1; overflow: hidden; }"
    )
    BINDINGS: ClassVar = [
        Binding("escape,ctrl+c", "leave", show=False),
        Binding("enter", "enter", show=False),
        Binding("right,down,tab,l", "turn(1)", show=False),
        Binding("left,up,shift+tab,h", "turn(-1)", show=False),
    ]

    def __init__(self, question: Question, palette: Palette) -> None:
        super().__init__()
        self.question = question
        self.buttons = (*question.actions, CANCEL)
        self._palette = palette
        self._box = Vertical()
        self._text = LineView(palette)
        self._row = Buttons(palette)
        self._entries = tuple(Entry() for _ in question.fields)
        self._labels = tuple(LineView(palette) for _ in question.fields)
        self._told = LineView(palette)
        self._wrong: dict[int, str] = {}
        """What was wrong with the texts, by field, when an action was pressed."""
        self._open = False
        self._ids = [b.id for b in self.buttons]
        typed_first = bool(question.fields) and not question.fields[0].goes_to
        self._start = -len(question.fields) if typed_first else self._ids.index(question.focus)
        self.at = self._start
        """The button in focus; a field where it is negative: -1 is the last one."""

    def compose(self) -> ComposeResult:
        """A box with text, fields, what would be done, and buttons."""
        with self._box:
            yield self._text
            for label, entry in zip(self._labels, self._entries, strict=True):
                yield label
                yield entry
            yield self._told
            yield self._row

    def on_mount(self) -> None:
        """Draw when there is a size to draw in; take keys only once it was seen."""
        self.call_after_refresh(self._draw)
        self.call_after_refresh(self.call_after_refresh, self._opened)

    def _opened(self) -> None:
        self._open = True
        self._turn_to(self._start)

    def on_resize(self) -> None:
        """Another width, another height."""
        if self._open:
            self._draw()

    def _draw(self) -> None:
        framed = self.size.height > 8
        wide = min(WIDEST, self.size.width)
        cells = max(1, wide - (_FRAME if framed else 2))
        self._box.styles.width = wide
        border = self._palette.glyphs.border
        self._box.styles.border = (border, "ansi_yellow") if framed else None
        self._row.show_buttons(self.buttons, self.at, cells)
        room = self.size.height - 2 * framed - len(self._row.content)
        for label, text in zip(self._labels, self._field_lines(cells), strict=True):
            label.show(text)
            room -= len(text) + 1
        told = self._would(cells)[: max(0, room - 1)]
        self._told.show(told)
        self._text.show(self._content(cells)[: max(1, room - len(told))])

    def _content(self, cells: int) -> list[Line]:
        out = [line(Span(self.question.title, Tone.TITLE)), EMPTY]
        for part in self.question.lines:
            out += wrap(line(part) if isinstance(part, str) else part, cells)
        if self.question.fields and self._start >= 0:
            out.append(line(Span("Tab goes to the fields.", Tone.DIM)))
        return [*out, EMPTY]

    def _field_lines(self, cells: int) -> list[list[Line]]:
        out = []
        for place, (field, text) in enumerate(zip(self.question.fields, self.texts, strict=True)):
            said = self._wrong.get(place) or field.told(text)
            tone = Tone.PLAIN if said == field.label else Tone.PROBLEM
            out.append(wrap(line(Span(said, tone)), cells))
        return out

    def _would(self, cells: int) -> list[Line]:
        """What the action in focus would do; of a field, the one that Enter goes to."""
        fields = self.question.fields
        action = fields[self.at].goes_to if self.at < 0 else self.buttons[self.at].id
        if not action or self._first_wrong(action):
            return []
        out: list[Line] = []
        for part in self.question.told(action, self.texts):
            out += wrap(line(part) if isinstance(part, str) else part, cells, indent="  ")
        return [EMPTY, *out, EMPTY] if out else []

    @property
    def texts(self) -> tuple[str, ...]:
        """What is typed."""
        return tuple(entry.value.strip() for entry in self._entries)

    def _first_wrong(self, action: str) -> dict[int, str]:
        """The first field that ``action`` needs and that is wrong, with what is wrong."""
        for place, (field, text) in enumerate(zip(self.question.fields, self.texts, strict=True)):
            needed = field.wanted_by is None or action in field.wanted_by
            if needed and (wrong := field.wrong(text)):
                return {place: wrong}
        return {}

    # Keys.

    def on_key(self, event: events.Key) -> None:
        """A letter that means nothing here was meant for another screen: begin again."""
        if self._open and event.is_printable and event.key not in _MOVING:
            self._turn_to(self._start)

    def action_turn(self, step: int) -> None:
        """To the next button, or to the field."""
        if self._open:
            first = -len(self._entries)
            count = len(self.buttons) - first
            self._turn_to((self.at - first + step) % count + first)

    def _turn_to(self, at: int) -> None:
        self.at = at
        self.set_focus(self._entries[at] if at < 0 else None)
        self._draw()

    def action_enter(self) -> None:
        """Press the button in focus."""
        if self._open:
            self._press(self.buttons[self.at])

    def action_leave(self) -> None:
        """Cancel."""
        if self._open:
            self._leave(None)

    def on_buttons_pressed(self, message: Buttons.Pressed) -> None:
        """A button was clicked."""
        if self._open:
            self._press(self.buttons[message.at])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a field goes to its action, or presses the first one if the texts will do."""
        event.stop()
        goes_to = self.question.fields[self.at].goes_to
        if goes_to:
            self._turn_to(self._ids.index(goes_to))
        else:
            self._press(self.buttons[0])

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was wrong may be right now."""
        event.stop()
        self._wrong = {}
        self._draw()

    def _press(self, button: Button) -> None:
        if not button.id:
            self._leave(None)
            return
        self._wrong = self._first_wrong(button.id)
        if self._wrong:
            self._turn_to(min(self._wrong) - len(self._entries))
        else:
            self._leave(Answer(button.id, self.texts))

    def _leave(self, answer: Answer | None) -> None:
        self._open = False
        self.dismiss(answer)
