"""Detail, keys and copy: pages of lines."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual._styles_cache import StylesCache
from textual.pilot import Pilot

from make import make_replica, make_task
from tasktui.domain.status import Status
from tasktui.tui.keys import KEYS, Where, keys_of
from tasktui.tui.lines import plain, width
from tasktui.tui.screens.copy import texts, through_tmux
from tasktui.tui.screens.help import keys_help
from tasktui.tui.screens.reader import Reader
from tui.bench import CLUSTER, Bench, asked, press, text, until

SIZE = (100, 30)


@asynccontextmanager
async def on(
    bench: Bench, key: str, seen: str, size: tuple[int, int] = SIZE
) -> AsyncIterator[Pilot[None]]:
    """The reader that ``key`` opens on the first task."""
    async with bench.app().run_test(size=size) as pilot:
        await until(pilot, "> ")
        await press(pilot, key, seen=seen)
        yield pilot


# Detail.


async def test_detail_shows_everything_and_lives(bench: Bench) -> None:
    bench.sees()
    task = bench.running()
    async with on(bench, "d", "chat rev 1", size=(100, 40)) as pilot:
        seen = await until(pilot, "EVENTS")
        assert "curl -sS http://127.0.0.1:8000/chat" in seen
        assert "chat#r2" in seen
        bench.becomes(task, Status.STARTING, replicas=(make_replica("fresh"),))
        await until(pilot, "fresh")


async def test_enter_opens_detail_and_escape_leaves_it(bench: Bench) -> None:
    bench.launched()
    async with on(bench, "enter", "chat rev 1") as pilot:
        await press(pilot, "escape", seen="> chat")
        await press(pilot, "d", seen="chat rev 1")
        await press(pilot, "q", seen="> chat")


async def test_a_task_that_is_renamed_while_it_is_shown_goes_on(bench: Bench) -> None:
    task = bench.launched()
    async with on(bench, "d", "chat rev 1") as pilot:
        bench.saved(replace(task, name="chat-eu", revision=2))
        await until(pilot, "chat-eu rev 2")
        assert "was chat" in text(pilot)
        await asked(pilot, "A", "Activate chat-eu")


async def test_a_task_that_is_archived_while_it_is_shown_says_so(bench: Bench) -> None:
    bench.launched()
    async with on(bench, "d", "chat rev 1") as pilot:
        bench.other.call(lambda c: c.archive("chat"))
        await until(pilot, "archived by")
        await asked(pilot, "X", "Restore chat")


async def test_a_task_that_is_deleted_while_it_is_shown_stays_as_it_was(bench: Bench) -> None:
    bench.archived()
    async with bench.app().run_test(size=SIZE) as pilot:
        await press(pilot, "7", seen="> old")
        await press(pilot, "d", seen="old rev 1")
        bench.other.call(lambda c: c.delete("old"))
        await until(pilot, "was deleted; this is how it was")
        await press(pilot, "X", seen="No task is selected.")


async def test_a_verb_works_on_the_detail_page(bench: Bench) -> None:
    bench.running()
    async with on(bench, "d", "chat rev 1") as pilot:
        await asked(pilot, "D", "Deactivate chat")
        await pilot.press("left")
        await press(pilot, "enter", seen="chat is deactivated.")
        await until(pilot, "Need Stop")


async def test_scrolling_stays_where_it_is_when_the_page_is_read_again(bench: Bench) -> None:
    bench.running()
    async with on(bench, "d", "chat rev 1", size=(80, 24)) as pilot:
        await until(pilot, "more below")
        await press(pilot, "G", seen="EVENTS")
        screen = pilot.app.screen
        assert isinstance(screen, Reader)
        at = screen._scroller.scroll_offset.y
        assert at > 0
        bench.launched("other")
        await pilot.pause(0.3)
        assert screen._scroller.scroll_offset.y == at
        await pilot.press("g")
        await until(pilot, lambda: screen._scroller.scroll_offset.y == 0)


async def test_detail_goes_from_part_to_part(bench: Bench) -> None:
    bench.running()
    async with on(bench, "d", "more below", size=(80, 12)) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, Reader)

        def top() -> str:
            return plain(screen.text.content[round(screen._scroller.scroll_offset.y)]).split()[0]

        for part in ("Endpoint", "Artifact"):
            await press(pilot, "right_square_bracket", seen=lambda part=part: top() == part)  # type: ignore[misc]
        await press(pilot, "shift+tab", seen=lambda: top() == "Endpoint")
        await pilot.press(*["left_square_bracket"] * 9)
        await until(pilot, lambda: top() == "Status")


@pytest.mark.parametrize(
    ("keys", "moved"),
    [
        (["j"], 1),
        (["down", "down", "up"], 1),
        (["k"], 0),
        (["pagedown", "pageup"], 0),
        (["ctrl+d", "ctrl+u"], 0),
    ],
)
async def test_readers_scroll_by_the_moving_keys(
    bench: Bench, keys: Sequence[str], moved: int
) -> None:
    bench.running()
    async with on(bench, "d", "more below", size=(80, 24)) as pilot:
        await pilot.press(*keys)
        screen = pilot.app.screen
        assert isinstance(screen, Reader)
        await until(pilot, lambda: screen._scroller.scroll_offset.y == moved)


async def test_copy_and_logs_open_from_detail_and_come_back(bench: Bench) -> None:
    bench.launched()
    async with on(bench, "d", "chat rev 1") as pilot:
        await press(pilot, "c", seen="Copy from chat")
        await press(pilot, "escape", seen="Artifact")
        await press(pilot, "l", seen="log of chat")
        await press(pilot, "q", seen="Artifact")


# Keys.


@pytest.mark.parametrize("where", list(Where))
@pytest.mark.parametrize("cells", [40, 80, 200])
def test_the_keys_of_every_screen_are_listed_whole(where: Where, cells: int) -> None:
    rows = keys_help(where, cells)
    assert all(width(row) <= cells for row in rows)
    words = " ".join(" ".join(plain(row).split()) for row in rows)
    for key in keys_of(where):
        assert key.shown in words
        assert key.help in words or cells < 80


def test_the_keys_of_other_screens_are_not_listed() -> None:
    words = " ".join(plain(row) for row in keys_help(Where.LOGS, 80))
    assert next(k.help for k in KEYS if k.id == "activate") not in words


@pytest.mark.parametrize("opens", ["d", "l"])
async def test_help_lists_the_keys_of_the_screen_it_came_from(bench: Bench, opens: str) -> None:
    bench.launched()
    where = {"d": "detail", "l": "logs"}[opens]
    async with on(bench, opens, "chat") as pilot:
        await press(pilot, "question_mark", seen=f"Keys of the screen {where}")
        await press(pilot, "G", seen="Draw the screen again")
        await press(pilot, "escape", seen="chat")


# Copy.


async def test_copying_sends_the_text_and_shows_it_at_the_first_column(bench: Bench) -> None:
    bench.sees()
    bench.running()
    async with on(bench, "c", "Copy from chat") as pilot:
        assert "\nhttp://127.0.0.1:8000/chat\n" in text(pilot)
        await press(pilot, "u", seen="Sent to the terminal's clipboard")
        assert pilot.app.clipboard == "http://127.0.0.1:8000/chat"
        await pilot.press("n")
        await until(pilot, lambda: pilot.app.clipboard == "chat")


async def test_what_is_unknown_is_not_copied(bench: Bench) -> None:
    bench.launched()
    async with on(bench, "c", "Copy from chat") as pilot:
        await press(pilot, "u", seen="The URL of the endpoint is unknown until Ray Serve runs.")
        assert pilot.app.clipboard == ""


def test_each_text_is_the_one_that_other_faces_give(bench: Bench) -> None:
    desk = bench.app().desk
    desk.cluster, desk.owner = CLUSTER, "0a1b2c"
    assert texts(make_task(), desk.view()) == {
        "name": "chat",
        "url": "http://127.0.0.1:8000/chat",
        "curl": "curl -sS http://127.0.0.1:8000/chat",
        "dashboard": "http://127.0.0.1:8265/#/serve/applications/tasktui-0a1b2c-chat",
        "id": "tasktui-0a1b2c-chat",
    }


def test_tmux_is_asked_to_hand_the_text_on() -> None:
    assert through_tmux("chat") == "\x1bPtmux;\x1b\x1b]52;c;Y2hhdA==\x07\x1b\\"


async def test_closed_pages_leave_nothing_painted_behind(bench: Bench) -> None:
    def painters() -> int:
        gc.collect()
        return sum(isinstance(o, StylesCache) for o in gc.get_objects())

    bench.launched("chat")
    async with bench.app().run_test(size=(100, 30)) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "question_mark", seen="Keys of the screen")
        await press(pilot, "escape", seen="> chat")
        before = painters()
        for _ in range(5):
            await press(pilot, "question_mark", seen="Keys of the screen")
            await press(pilot, "escape", seen="> chat")
        assert painters() == before
