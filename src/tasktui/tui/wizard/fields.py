"""The wizard's small widgets: a typed field with its note, a choice, a button.

They hold what is typed and where the focus is; what it means is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from tasktui.commands.text import clean
from tasktui.tui.lines import Line, Span, Tone, fit, line, plain, wrap
from tasktui.tui.palette import Palette
from tasktui.tui.widgets.lineview import LineView

LABEL = 19
"""Cells of the label with its bracket."""
WIDE = 98
"""Cells from which on inputs are wide."""
_LONGEST = 400
_ID = re.compile(r"[a-z_]+")


class TextInput(Input, inherit_bindings=False):
    """Textual's input on one line, whose value never holds what a terminal would act on.

    Enter is its parents' business: a message that follows the key would come
    too late for what is typed next.
    """

    BINDINGS: ClassVar = [
        b for b in Input.BINDINGS if not (isinstance(b, Binding) and b.action == "submit")
    ]

    DEFAULT_CSS: ClassVar[str] = """
    TextInput { border: none; height: 1; padding: 0; }
    TextInput:focus { border: none; }
    """

    def __init__(self, name: str) -> None:
        # The name of a parameter need not be one that Textual takes as an id.
        known = name if _ID.fullmatch(name) else None
        super().__init__(name=name, id=known, compact=True, select_on_focus=False)
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        """Whatever is typed or pasted."""
        return clean(value, _LONGEST)

    def fill(self, text: str) -> None:
        """Show another text without telling anybody."""
        if text != self.value:
            with self.prevent(Input.Changed):
                self.value = text
            self.cursor_position = len(self.value)


class Field(Horizontal):
    """A label, an input, and a note that is as tall as it must be."""

    DEFAULT_CSS: ClassVar[str] = """
    Field { height: auto; width: 1fr; }
    Field .label { width: 19; height: 1; }
    """

    def __init__(self, name: str, label: str, palette: Palette) -> None:
        super().__init__()
        self.field = name
        self.input = TextInput(name)
        self._text = label
        self._label = LineView(palette)
        self._label.add_class("label")
        self._ellipsis = palette.glyphs.ellipsis
        self._note = LineView(palette)

    def compose(self) -> ComposeResult:
        """Label, input, note."""
        yield self._label
        yield self.input
        yield self._note

    def on_mount(self) -> None:
        """The label without its mark."""
        self._mark(focused=False)

    def on_descendant_focus(self) -> None:
        """A mark shows where one types, on terminals without colours too."""
        self._mark(focused=True)

    def on_descendant_blur(self) -> None:
        """Somewhere else."""
        self._mark(focused=False)

    def _mark(self, *, focused: bool) -> None:
        name = plain(fit(line(self._text), LABEL - 3, ellipsis=self._ellipsis))
        text = f"{'>' if focused else ' '} {name}["
        self._label.show([line(Span(text, Tone.STRONG if focused else Tone.PLAIN))])

    def show(self, note: Line, cells: int) -> None:
        """Show the note in what is left of ``cells``."""
        width = 34 if cells >= WIDE else 22
        self.input.styles.width = width
        self._note.show(wrap(line("] ", *note), cells - LABEL - width, indent="  "))


class Choice(LineView, can_focus=True):
    """One of a few words: Left, Right and Space change it, its first letter chooses it."""

    BINDINGS: ClassVar = [
        Binding("left", "turn(-1)", show=False),
        Binding("right,space", "turn(1)", show=False),
    ]

    class Chosen(Message):
        """Another word was chosen."""

        def __init__(self, word: str) -> None:
            super().__init__()
            self.word = word

    def __init__(self, label: str, words: Sequence[str], palette: Palette, *, id: str) -> None:  # noqa: A002
        super().__init__(palette, id=id)
        self._label, self._words = label, tuple(words)
        self.word = self._words[0]

    def put(self, word: str) -> None:
        """Show that word as chosen."""
        self.word = word
        self._draw()

    def on_mount(self) -> None:
        """Draw at once."""
        self._draw()

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Mark it while it has the focus."""
        super().watch_has_focus(_has_focus)
        self._draw()

    def _draw(self) -> None:
        focused = self.has_focus
        tone = Tone.STRONG if focused else Tone.PLAIN
        parts = [Span(f"{'>' if focused else ' '} {self._label:<{LABEL - 3}}", tone)]
        for word in self._words:
            here = word == self.word
            chosen = Tone.SELECTED if focused else Tone.STRONG
            parts += [
                Span(f"({'x' if here else ' '}) {word}", chosen if here else Tone.PLAIN),
                Span("   "),
            ]
        self.show([tuple(parts)])

    def on_click(self, event: events.Click) -> None:
        """A click on a word chooses it."""
        at = LABEL - 1
        for word in self._words:
            if at <= event.x < at + len(word) + 4:
                self._choose(word)
            at += len(word) + 7

    def on_key(self, event: events.Key) -> None:
        """A letter that a word begins with."""
        letter = (event.character or "").lower()
        word = next((w for w in self._words if letter and w.lower().startswith(letter)), "")
        if word:
            event.stop()
            self._choose(word)

    def action_turn(self, by: int) -> None:
        """The next or previous word."""
        at = (self._words.index(self.word) + by) % len(self._words)
        self._choose(self._words[at])

    def _choose(self, word: str) -> None:
        self.put(word)
        self.post_message(self.Chosen(word))


class Button(LineView, can_focus=True):
    """A word in brackets: Enter, Space or a click press it."""

    DEFAULT_CSS: ClassVar[str] = "Button { width: auto; height: 1; margin: 0 1; }"
    BINDINGS: ClassVar = [
        Binding("enter,space", "press", show=False),
        Binding("left", "screen.along(-1)", show=False),
        Binding("right", "screen.along(1)", show=False),
    ]

    class Pressed(Message):
        """The button was pressed."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, name: str, label: str, palette: Palette) -> None:
        super().__init__(palette, id=name)
        self._label = label
        self._does = name

    def on_mount(self) -> None:
        """As wide as its word."""
        self.styles.width = len(self._label) + 4
        self._draw()

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Mark it while it has the focus."""
        super().watch_has_focus(_has_focus)
        self._draw()

    def _draw(self) -> None:
        tone = Tone.SELECTED if self.has_focus else Tone.PLAIN
        self.show([line(Span(f"[ {self._label} ]", tone))])

    def on_click(self) -> None:
        """As Enter."""
        self.action_press()

    def action_press(self) -> None:
        """Say so."""
        self.post_message(self.Pressed(self._does))
