from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style
from textual.app import App
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget

from tasktui.domain.status import Status
from tasktui.tui.lines import Line, Span, Tone, line
from tasktui.tui.palette import Palette
from tasktui.tui.themes import WIDGETS
from tasktui.tui.vtable import changed
from tasktui.tui.widgets.lineview import LineView
from tasktui.tui.widgets.paint import strip
from tasktui.tui.widgets.prompt import Prompt
from tasktui.tui.widgets.tabstrip import TabStrip

PALETTE = Palette()
PARTS = st.lists(
    st.builds(
        Span,
        st.text(alphabet="ab 日🚀e\u0301", max_size=12),
        st.sampled_from([Tone.PLAIN, Tone.DIM, Tone.RUNNING]),
    ),
    max_size=4,
).map(tuple)


def text(painted: Strip) -> str:
    return painted.text.rstrip()


# Painting.


@given(PARTS, st.integers(0, 40))
def test_a_strip_is_exactly_as_wide_as_asked(parts: Line, cells: int) -> None:
    painted = strip(parts, cells, PALETTE)
    assert painted.cell_length == cells == sum(s.cell_length for s in painted)


@given(PARTS, PARTS, st.integers(1, 40))
def test_outside_what_changed_both_strips_are_alike(old: Line, new: Line, cells: int) -> None:
    before, after = strip(old, cells, PALETTE), strip(new, cells, PALETTE)
    span = changed(before, after)
    if span is None:
        assert before == after
        return
    start, end = span
    assert 0 <= start < end <= cells
    for left, right in ((0, start), (end, cells)):
        assert list(before.crop(left, right).simplify()) == list(after.crop(left, right).simplify())


def test_only_the_changed_digits_are_a_change() -> None:
    before = strip(line("Running ", Span("for 1m", Tone.DIM), "  x"), 30, PALETTE)
    after = strip(line("Running ", Span("for 2m", Tone.DIM), "  x"), 30, PALETTE)
    assert changed(before, after) == (12, 13)
    assert changed(before, before) is None


def test_neighbours_of_one_style_are_one_segment_on_the_base_style() -> None:
    painted = strip(line("a", "b", Span("c", Tone.STRONG)), 3, PALETTE, Style(reverse=True))
    assert [s.text for s in painted] == ["ab", "c"]
    assert all(s.style and s.style.reverse for s in painted)


def test_hostile_text_is_visible_and_markup_is_text() -> None:
    painted = strip(line("\x1b]52;c;aGk=\x07\u202e[@click=app.quit]x[/]"), 60, PALETTE)
    assert text(painted) == "\\x1b]52;c;aGk=\\x07\\u202e[@click=app.quit]x[/]"
    assert all(not s.style or not s.style.meta for s in painted)


# Widgets.


class Spied(LineView):
    """Remembers what it was asked to paint again, and whether the layout changed."""

    regions: list[Region]
    layouts: int

    def forget(self) -> None:
        self.regions, self.layouts = [], 0

    def refresh(self, *regions: Region, layout: bool = False, **kw: bool) -> Spied:
        self.regions = [*getattr(self, "regions", []), *regions]
        self.layouts = getattr(self, "layouts", 0) + layout
        super().refresh(*regions, layout=layout, **kw)
        return self


class Bench(App[None]):
    def __init__(self, widgets: Sequence[Widget]) -> None:
        super().__init__()
        self.theme = WIDGETS["16"]
        self.widgets = widgets
        self.heard: list[object] = []

    def on_mount(self) -> None:
        self.mount(*self.widgets)

    def on_tab_strip_chosen(self, message: TabStrip.Chosen) -> None:
        self.heard.append(message.tab)

    def on_prompt_typed(self, message: Prompt.Typed) -> None:
        self.heard.append((message.mark, message.text, message.done))

    def on_prompt_left(self, message: Prompt.Left) -> None:
        self.heard.append(f"left {message.mark}")


@asynccontextmanager
async def bench(
    *widgets: Widget, size: tuple[int, int] = (80, 10)
) -> AsyncIterator[tuple[Bench, Pilot[None]]]:
    app = Bench(widgets)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


async def test_a_line_view_is_as_tall_as_its_lines() -> None:
    view = LineView(PALETTE)
    async with bench(view) as (_, pilot):
        for lines in ([line("a")], [line("a"), line("b")], []):
            view.show(lines)
            await pilot.pause()
            assert view.size.height == len(lines)
            assert view.content == tuple(lines)
        assert text(view.render_line(5)) == ""


async def test_a_line_view_paints_only_what_changed() -> None:
    view = Spied(PALETTE)
    async with bench(view) as (_, pilot):
        view.show([line("same"), line("age 1s")])
        await pilot.pause()
        view.forget()
        view.show([line("same"), line("age 1s")])
        assert (view.regions, view.layouts) == ([], 0)
        view.show([line("same"), line("age 2s")])
        assert (view.regions, view.layouts) == ([Region(4, 1, 1, 1)], 0)
        view.forget()
        view.show([line("same")])
        assert view.layouts == 1


async def test_a_line_view_cuts_at_its_width_and_pads_to_it() -> None:
    view = LineView(PALETTE)
    async with bench(view, size=(20, 5)) as (_, pilot):
        view.show([line("日本語" * 9), line("x" * 50), line("short")])
        await pilot.pause()
        strips = [view.render_line(y) for y in range(3)]
        assert [s.cell_length for s in strips] == [20, 20, 20]
        assert [text(s)[-1] for s in strips] == ["…", "…", "t"]
        await pilot.resize_terminal(10, 5)
        await pilot.pause()
        assert view.render_line(1).cell_length == 10


async def test_a_click_on_a_tab_chooses_it_and_between_tabs_none() -> None:
    tabs = TabStrip(PALETTE)
    async with bench(tabs, size=(120, 5)) as (app, pilot):
        tabs.show_tabs(0, {Status.IDLE: 2})
        await pilot.pause()
        shown = text(tabs.render_line(0))
        for number, name in enumerate(["All 2", "Idle 2", "In-queue 0", "Need Stop 0"]):
            await pilot.click(tabs, offset=(shown.index(name), 0))
            assert app.heard[-1] == (5 if number == 3 else number)
        count = len(app.heard)
        await pilot.click(tabs, offset=(shown.index("|"), 0))
        await pilot.click(tabs, offset=(len(shown) + 5, 0))
        assert len(app.heard) == count


async def test_tabs_shorten_on_a_narrow_screen_and_clicks_follow() -> None:
    tabs = TabStrip(PALETTE)
    async with bench(tabs, size=(80, 5)) as (app, pilot):
        tabs.show_tabs(4, {Status.RUNNING: 3})
        await pilot.pause()
        shown = text(tabs.render_line(0))
        assert "[5 Run 3]" in shown
        await pilot.click(tabs, offset=(shown.index("7 Arch"), 0))
        assert app.heard == [6]


@asynccontextmanager
async def prompt(
    mark: str = ":", value: str = ""
) -> AsyncIterator[tuple[Bench, Pilot[None], Prompt]]:
    """An open prompt; what it said on opening is forgotten."""
    async with bench() as (app, pilot):
        box = Prompt(mark, value, ["llama-70b", "llama-8b"])  # needs a running app
        await app.mount(box)
        await pilot.pause()
        app.heard.clear()
        yield app, pilot, box


async def test_the_prompt_takes_the_focus_and_tells_every_change() -> None:
    async with prompt("/") as (app, pilot, box):
        assert box.has_focus
        await pilot.press("a", "space", "b")
        assert app.heard == [("/", "a", False), ("/", "a ", False), ("/", "a b", False)]


async def test_enter_says_done() -> None:
    async with prompt(":", "tab idle") as (app, pilot, _):
        await pilot.press("enter")
        assert app.heard == [(":", "tab idle", True)]


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
async def test_esc_leaves_without_doing_anything(key: str) -> None:
    async with prompt(":", "launch") as (app, pilot, _):
        await pilot.press(key)
        assert app.heard == ["left :"]
        assert app.is_running


async def test_losing_its_mark_leaves_the_prompt_as_in_vi() -> None:
    async with prompt("/", "x") as (app, pilot, _):
        await pilot.press("backspace", "backspace")
        assert app.heard == [("/", "", False), "left /"]


async def test_tab_completes_commands_and_names_and_keeps_the_focus() -> None:
    async with prompt(":", "ta") as (_, pilot, box):
        await pilot.press("s", "tab")
        assert box.value == ":task "
        await pilot.press("l", "tab")
        assert box.value == ":task llama-"
        assert box.cursor_position == len(box.value)
        await pilot.press("7", "tab", "shift+tab")
        assert box.value == ":task llama-70b"
        assert box.has_focus


async def test_tab_completes_nothing_in_a_filter() -> None:
    async with prompt("/", "ta") as (_, pilot, box):
        await pilot.press("tab")
        assert (box.value, box.has_focus) == ("/ta", True)


async def test_typing_goes_on_at_the_end_of_what_was_there() -> None:
    async with prompt("/", "status:queue") as (_, pilot, box):
        await pilot.press("!", "x")
        assert box.value == "/status:queue!x"


async def test_a_paste_of_lines_and_escapes_stays_one_line() -> None:
    async with prompt("/") as (app, pilot, box):
        box.insert_text_at_cursor("two\nlines")
        await pilot.pause()
        assert all(not isinstance(h, tuple) or not h[2] for h in app.heard)
        assert box.size.height == 1
