from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.geometry import Region
from textual.pilot import Pilot
from textual.screen import Screen

from tasktui.tui.lines import Line, Span, Tone, line
from tasktui.tui.palette import Palette
from tasktui.tui.themes import WIDGETS
from tasktui.tui.widgets.table import HEAD, ListTable


@dataclass(frozen=True)
class Row:
    key: int
    text: str = "row"
    age: int = 0


class Look:
    """Counts how often a row is drawn."""

    def __init__(self) -> None:
        self.drawn = 0

    def key(self, row: Row) -> int:
        return row.key

    def head(self, cells: int) -> Line:
        return line(f"HEAD {cells}")

    def line(self, row: Row, cells: int) -> Line:
        self.drawn += 1
        assert cells > 0
        return line(Span(f"{row.key:<6}", Tone.STRONG), f"{row.text:<12}", f"{row.age:>3}s")


class Spied(ListTable[Row]):
    """A table that remembers what it was asked to paint again."""

    regions: list[Region]

    def refresh(self, *regions: Region, **kw: bool) -> Spied:
        self.regions = [*getattr(self, "regions", []), *regions]
        super().refresh(*regions, **kw)
        return self


class Keys(Screen[None]):
    BINDINGS = [Binding("down", "move(1)"), Binding("pagedown", "move(10)"), Binding("end", "far")]  # noqa: RUF012

    def action_move(self, delta: int) -> None:
        self.query_one(Spied).move(delta)

    def action_far(self) -> None:
        self.query_one(Spied).move(10**9)


class Bench(App[None]):
    """Nothing but a table."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.theme = WIDGETS["16"]
        self.look = Look()
        self.table = Spied(self.look, palette)
        self.heard: list[str] = []

    def get_default_screen(self) -> Screen[None]:
        return Keys()

    def compose(self) -> ComposeResult:
        yield self.table

    def on_table_moved(self) -> None:
        self.heard.append("moved")

    def on_table_opened(self) -> None:
        self.heard.append("opened")

    def lines(self) -> list[str]:
        return [self.table.render_line(y).text.rstrip() for y in range(self.table.size.height)]


def rows(count: int, first: int = 0) -> list[Row]:
    return [Row(k) for k in range(first, first + count)]


@asynccontextmanager
async def bench(
    content: Sequence[Row] = (), size: tuple[int, int] = (40, 11), look: Palette | None = None
) -> AsyncIterator[tuple[Bench, Pilot[None]]]:
    app = Bench(look or Palette())
    async with app.run_test(size=size) as pilot:
        app.table.show(content)
        await pilot.pause()
        yield app, pilot


def cursor_line(app: Bench) -> int:
    return next(y for y, text in enumerate(app.lines()) if text.startswith("> "))


async def test_head_and_rows_are_drawn_and_the_cursor_is_a_mark_not_only_a_colour() -> None:
    async with bench(rows(3)) as (app, _):
        assert app.lines()[:4] == [
            "  HEAD 37",
            "> 0     row           0s",
            "  1     row           0s",
            "  2     row           0s",
        ]
        assert app.table.selected == Row(0)


async def test_the_cursor_stays_on_its_row_when_rows_move() -> None:
    async with bench(rows(5)) as (app, pilot):
        app.table.move(2)
        app.table.show([Row(9), *reversed(rows(5))])
        await pilot.pause()
        assert app.table.selected == Row(2)
        assert cursor_line(app) == HEAD + 3


async def test_when_its_row_vanishes_the_cursor_stays_on_its_line() -> None:
    async with bench(rows(5)) as (app, pilot):
        app.table.move(2)
        await pilot.pause()
        app.heard.clear()
        app.table.show([r for r in rows(5) if r.key != 2])
        await pilot.pause()
        assert app.table.selected == Row(3)
        assert app.heard == ["moved"]
        app.table.show(rows(2))
        assert app.table.selected == Row(1)


async def test_a_row_that_comes_back_to_an_empty_table_is_found_again() -> None:
    async with bench(rows(5)) as (app, _):
        app.table.move(3)
        app.table.show([])
        assert app.table.selected is None
        app.table.show(rows(5))
        assert app.table.selected == Row(3)


async def test_moves_stop_at_the_ends_and_say_moved_only_when_they_did() -> None:
    async with bench(rows(30)) as (app, pilot):
        app.heard.clear()
        app.table.move(-1)
        await pilot.pause()
        assert app.heard == []
        app.table.move(10**9)
        await pilot.pause()
        assert app.table.selected == Row(29)
        assert app.lines()[-1].startswith("> 29")
        app.table.move(-(10**9))
        await pilot.pause()
        assert app.lines()[1].startswith("> 0")
        assert app.heard == ["moved", "moved"]


async def test_keys_of_the_screen_move_the_cursor_also_in_a_long_table() -> None:
    async with bench(rows(100)) as (app, pilot):
        app.table.focus()
        await pilot.press("down", "pagedown")
        assert app.table.selected == Row(11)
        await pilot.press("end")
        assert app.table.selected == Row(99)


async def test_a_page_is_what_fits_below_the_head() -> None:
    async with bench(rows(100)) as (app, pilot):
        assert app.table.page == 10
        app.table.move(app.table.page)
        await pilot.pause()
        assert app.table.selected == Row(10)
        assert cursor_line(app) == 10


async def test_select_by_key_brings_the_row_into_sight() -> None:
    async with bench(rows(100)) as (app, pilot):
        assert app.table.select(70)
        await pilot.pause()
        assert app.table.selected == Row(70)
        assert "70" in app.lines()[cursor_line(app)]
        assert not app.table.select(1000)
        assert app.table.selected == Row(70)


async def test_a_cursor_in_sight_stays_in_sight_when_many_rows_come_before_it() -> None:
    async with bench(rows(5, first=1000)) as (app, pilot):
        app.table.move(4)
        app.table.show(rows(1005))
        await pilot.pause()
        assert app.table.selected == Row(1004)
        assert "1004" in app.lines()[cursor_line(app)]


async def test_a_list_that_shrinks_far_below_the_view_shows_its_rows() -> None:
    async with bench(rows(1000)) as (app, pilot):
        app.table.move(900)
        await pilot.pause()
        app.table.show(rows(3))
        await pilot.pause()
        assert [text[2:3] for text in app.lines()[1:4]] == ["0", "1", "2"]


async def test_what_the_wheel_moved_is_not_pulled_back_by_the_next_tick() -> None:
    async with bench(rows(100)) as (app, pilot):
        app.table.scroll_to(y=50, animate=False)
        await pilot.pause()
        app.table.show(rows(100))
        await pilot.pause()
        assert app.lines()[1].startswith("  50")
        app.table.move(1)  # a key brings the cursor back
        await pilot.pause()
        assert cursor_line(app) == HEAD


async def test_a_list_that_shrinks_while_the_view_is_far_from_the_cursor() -> None:
    async with bench(rows(100)) as (app, pilot):
        app.table.scroll_to(y=80, animate=False)
        await pilot.pause()
        app.table.show(rows(20))
        await pilot.pause()
        assert app.lines()[1].strip()


async def test_wide_characters_keep_every_line_as_wide_as_the_table() -> None:
    wide = [Row(0, "日本語タスク"), Row(1, "🚀🚀🚀"), Row(2, "e\u0301"), Row(3, "日" * 60)]
    async with bench(wide) as (app, _):
        for y in range(app.table.size.height):
            strip = app.table.render_line(y)
            assert strip.cell_length == app.table.size.width
            assert sum(s.cell_length for s in strip) == strip.cell_length


async def test_hostile_text_is_visible_in_rows_head_and_notes() -> None:
    async with bench([Row(0, "\x1b[2J[@click=app.quit]x[/]\u202e")]) as (app, _):
        assert "\\x1b[2J[@click=app.quit]x[/]" in app.lines()[1]
        app.table.show([])
        app.table.say([line("\x1b]52;c;aGk=\x07")])
        assert app.lines()[0] == "\\x1b]52;c;aGk=\\x07"


async def test_a_click_puts_the_cursor_on_a_row_and_a_double_click_opens_it() -> None:
    async with bench(rows(5)) as (app, pilot):
        app.heard.clear()
        await pilot.click(app.table, offset=(5, HEAD + 3))
        assert app.table.selected == Row(3)
        assert app.heard == ["moved"]
        await pilot.click(app.table, offset=(5, HEAD + 3), times=2)
        assert app.heard == ["moved", "opened"]


async def test_clicks_on_the_head_and_below_the_rows_do_nothing() -> None:
    async with bench(rows(3)) as (app, pilot):
        app.heard.clear()
        await pilot.click(app.table, offset=(5, 0), times=2)
        await pilot.click(app.table, offset=(5, HEAD + 5), times=2)
        assert (app.table.selected, app.heard) == (Row(0), [])


async def test_a_click_in_a_scrolled_table_finds_its_row() -> None:
    async with bench(rows(100)) as (app, pilot):
        app.table.move(50)
        await pilot.pause()
        shown = app.lines()[HEAD + 2].split()
        await pilot.click(app.table, offset=(5, HEAD + 2))
        assert app.table.selected == Row(int(shown[0]))


async def test_nothing_is_painted_when_nothing_changed() -> None:
    async with bench(rows(5)) as (app, pilot):
        await pilot.pause()
        app.table.regions = []
        app.table.show(rows(5))
        app.table.repaint()
        assert app.table.regions == []


async def test_one_changed_cell_is_one_small_region() -> None:
    async with bench(rows(5)) as (app, pilot):
        app.lines()
        app.table.regions = []
        changed = rows(5)
        changed[3] = replace(changed[3], age=7)
        app.table.show(changed)
        await pilot.pause()
        (region,) = app.table.regions
        assert (region.y, region.height) == (HEAD + 3, 1)
        assert region.width == 1


async def test_moving_the_cursor_paints_two_lines() -> None:
    async with bench(rows(8)) as (app, _):
        app.lines()
        app.table.regions = []
        app.table.move(1)
        assert sorted(r.y for r in app.table.regions) == [HEAD, HEAD + 1]


async def test_ten_thousand_rows_draw_only_what_is_visible() -> None:
    async with bench(rows(10_000)) as (app, pilot):
        visible = app.table.page
        app.look.drawn = 0
        app.table.show(rows(10_000))  # a tick
        await pilot.pause()
        assert app.look.drawn <= visible
        app.look.drawn = 0
        app.table.move(10**9)
        await pilot.pause()
        assert app.table.selected == Row(9_999)
        assert app.look.drawn <= 3 * visible
        app.look.drawn = 0
        app.table.move(-1)
        await pilot.pause()
        assert app.look.drawn <= 2 * visible


async def test_notes_stand_where_there_are_no_rows_and_go_when_some_come() -> None:
    async with bench() as (app, pilot):
        app.table.say([line("No task yet.")])
        await pilot.pause()
        assert app.lines()[:2] == ["No task yet.", ""]
        app.table.regions = []
        app.table.say([line("No task yet.")])
        assert app.table.regions == []
        app.table.show(rows(1))
        await pilot.pause()
        assert app.lines()[0].startswith("  HEAD")
        app.table.show([])
        await pilot.pause()
        assert app.lines()[0] == "No task yet."


async def test_an_empty_table_takes_every_key() -> None:
    async with bench() as (app, pilot):
        app.table.move(1)
        app.table.move(-(10**9))
        await pilot.click(app.table, offset=(5, 3), times=2)
        assert app.table.selected is None
        assert not app.table.select(3)
        assert app.heard == []


async def test_a_smaller_screen_keeps_the_cursor_in_sight() -> None:
    async with bench(rows(100), size=(60, 30)) as (app, pilot):
        app.table.move(25)
        await pilot.pause()
        await pilot.resize_terminal(30, 8)
        await pilot.pause()
        assert app.lines()[0] == "  HEAD 27"
        assert "25" in app.lines()[cursor_line(app)]
        assert all(app.table.render_line(y).cell_length == 30 for y in range(8))


async def test_columns_do_not_jump_when_the_scrollbar_comes() -> None:
    async with bench(rows(3)) as (app, pilot):
        narrow = app.table.size.width
        app.table.show(rows(100))
        await pilot.pause()
        assert app.table.size.width == narrow


async def test_a_terminal_of_two_lines_does_no_harm() -> None:
    async with bench(rows(50), size=(12, 2)) as (app, pilot):
        app.table.move(10)
        await pilot.pause()
        assert app.table.selected == Row(10)
        await pilot.resize_terminal(12, 1)
        app.table.move(1)
        await pilot.pause()
        assert app.table.selected == Row(11)


async def test_the_cursor_is_reversed_where_there_are_no_colours() -> None:
    async with bench(rows(2), look=Palette("mono")) as (app, _):
        style = next(iter(app.table.render_line(HEAD))).style
        assert style == Style(reverse=True, bold=True)
