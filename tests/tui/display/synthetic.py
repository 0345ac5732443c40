"""A screen with everything that is hard to draw: wide text, links, dialogs, scrolling, colours."""

from __future__ import annotations

from random import Random
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.geometry import Region, Size
from textual.screen import ModalScreen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.display.beside import Beside

PLAIN = ("a", "b", "  ", "    ", "word", "─", "│", "…", "é", "Ж", "→")
WIDE = (*PLAIN, "中", "日本", "한", "\uff0c", "\uff21")
# Without emoji of several code points that make one: where a widget's edge cuts them Rich does not
# keep the width, and Textual's own lines shift.
HARD = (
    *WIDE,
    "e\u0301",
    "👍🏽",
    "🇩🇪",
    "\u0301",
    "ไทย",
    "हिन्दी",
    "☁",
    "⌚",
    "🙂",
    "\u202e",
    "\x1b",
    "\x9b",
    "\x07",
    "\x00",
    "\u200b",
    "\ufeff",
    "\u00ad",
)
JOINED = (*HARD, "❤\ufe0f", "👩\u200d👩\u200d👧", "\u200d")
COLOURS = ("red", "bright_blue", "default", "#102030", "#fefefe", "color(120)")
FLAGS = ("bold", "dim", "italic", "underline", "blink", "reverse", "strike", "overline")


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - not for secrets


def style(random: Random) -> Style | None:
    if random.random() < 0.2:
        return None
    return Style(
        color=random.choice((None, *COLOURS)),
        bgcolor=random.choice((None, None, *COLOURS)),
        link=random.choice((None,) * 9 + ("https://example.org/a", "https://example.org/b;x=1")),
        meta=random.choice((None, {"offset": (random.randrange(9), 0)})),
        **{flag: random.random() < 0.5 for flag in random.sample(FLAGS, random.randrange(3))},
    )


def text(random: Random, alphabet: tuple[str, ...], cells: int) -> Strip:
    segments = []
    for _ in range(random.randrange(1, 6)):
        pieces = random.choices(alphabet, k=random.randrange(1, 8))
        segments.append(Segment("".join(pieces), style(random)))
    return Strip(segments).adjust_cell_length(cells, style(random))


class Canvas(Widget):
    """Lines that change here and there."""

    DEFAULT_CSS: ClassVar[str] = "Canvas { height: 1fr; }"

    def __init__(self, random: Random, alphabet: tuple[str, ...]) -> None:
        super().__init__()
        self.random, self.alphabet = random, alphabet
        self.lines: dict[int, Strip] = {}

    def render_line(self, y: int) -> Strip:
        line = self.lines.get(y)
        if line is None or line.cell_length != self.size.width:
            line = self.lines[y] = text(self.random, self.alphabet, self.size.width)
        return line

    def poke(self) -> None:
        if not self.size.height or not self.size.width:
            return
        y, x = self.random.randrange(self.size.height), self.random.randrange(self.size.width)
        old = self.render_line(y)
        if self.random.random() < 0.5:
            new = text(self.random, self.alphabet, self.size.width)
        else:
            piece = text(self.random, self.alphabet, self.random.randrange(1, 5))
            rest = x + piece.cell_length
            new = Strip([*old.crop(0, x), *piece, *old.crop(rest)])
            new = new.adjust_cell_length(self.size.width)
        self.lines[y] = new
        self.refresh(Region(x, y, self.random.randrange(1, 30), 1), Region(0, y, x + 1, 1))

    def all_new(self) -> None:
        self.lines.clear()
        self.refresh()


class Scroller(ScrollView):
    DEFAULT_CSS: ClassVar[str] = "Scroller { height: 6; scrollbar-size-vertical: 1; }"

    def __init__(self, random: Random, alphabet: tuple[str, ...]) -> None:
        super().__init__()
        self.lines = [text(random, alphabet, 200) for _ in range(100)]
        self.virtual_size = Size(200, 100)

    def render_line(self, y: int) -> Strip:
        x, top = round(self.scroll_x), round(self.scroll_y)
        return self.lines[(y + top) % 100].crop_extend(x, x + self.size.width, None)


class Box(ModalScreen[None]):
    DEFAULT_CSS: ClassVar[str] = """
        Box { align: center middle; background: black 40%; }
        Box Vertical { width: 30; height: 8; border: round red; background: $panel; }
    """

    def __init__(self, random: Random, alphabet: tuple[str, ...]) -> None:
        super().__init__()
        self.canvas = Canvas(random, alphabet)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Input("type", select_on_focus=False)
            yield self.canvas


class Synthetic(Beside, App[None]):
    ENABLE_COMMAND_PALETTE = False
    CSS: ClassVar[str] = "#aside { dock: left; width: 9; background: blue; } Input { height: 3; }"

    def __init__(
        self, random: Random, alphabet: tuple[str, ...], *, ansi_color: bool | None = None
    ) -> None:
        super().__init__(ansi_color=ansi_color)
        self.random, self.alphabet = random, alphabet
        self.animation_level = "none"
        self.canvas = Canvas(random, alphabet)
        self.scroller = Scroller(random, alphabet)

    def compose(self) -> ComposeResult:
        yield Static("aside 中文 [link='https://example.org']link[/link]", id="aside")
        yield self.canvas
        yield Input("中text", select_on_focus=False)
        yield self.scroller

    @property
    def canvases(self) -> Any:
        return self.screen.query(Canvas)

    def step(self) -> None:
        """Something changes."""
        kind = self.random.choices(
            (
                "poke",
                "pokes",
                "new",
                "type",
                "scroll",
                "aside",
                "open",
                "close",
                "below",
                "resize",
                "storm",
                "redraw",
                "theme",
                "cursor",
            ),
            weights=(30, 15, 3, 10, 10, 4, 5, 5, 6, 3, 1, 2, 1, 3),
        )[0]
        getattr(self, f"_{kind}")()

    def _poke(self) -> None:
        for canvas in self.canvases:
            canvas.poke()

    def _pokes(self) -> None:
        for _ in range(self.random.randrange(2, 6)):
            self._poke()

    def _new(self) -> None:
        for canvas in self.canvases:
            canvas.all_new()

    def _type(self) -> None:
        for field in self.screen.query(Input):
            field.insert_text_at_cursor(self.random.choice(("x", "中", " ", "y")))
            if len(field.value) > 12:
                field.value = ""

    def _scroll(self) -> None:
        x, y = self.random.randrange(60), self.random.randrange(100)
        self.scroller.scroll_to(x, y, animate=False, force=True)

    def _aside(self) -> None:
        aside = self.screen_stack[0].query_one("#aside")
        aside.display = not aside.display

    def _open(self) -> None:
        if len(self.screen_stack) < 3:
            self.push_screen(Box(self.random, self.alphabet))

    def _close(self) -> None:
        if len(self.screen_stack) > 1:
            self.pop_screen()

    def _below(self) -> None:
        self.canvas.poke()

    def _resize(self) -> None:
        self.resized(self.random.randrange(1, 70), self.random.randrange(1, 24))

    def _storm(self) -> None:
        for _ in range(self.random.randrange(2, 9)):
            self._resize()

    def _redraw(self) -> None:
        self.terminal_taken()
        self.screen.refresh(repaint=True, layout=True)

    def _theme(self) -> None:
        self.theme = self.random.choice(("textual-dark", "ansi-dark", "nord"))

    def _cursor(self) -> None:
        self.cursor_position = type(self.cursor_position)(self.random.randrange(40), 2)
