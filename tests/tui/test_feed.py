"""Ids from a search, rows by windows, and what changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine

import pytest

from make import make_task
from tasktui.commands.commands import Commands
from tasktui.commands.present import may_age
from tasktui.domain.search import Search, terms
from tasktui.domain.status import Status
from tasktui.errors import TasktuiError
from tasktui.tui.screens.feed import FIRST_PAGE, QUICK_S, Feed, Found
from tasktui.tui.texts import told
from tui.bench import Bench

MANY = FIRST_PAGE + 200


class Fed:
    """A feed, and what it did."""

    def __init__(self, bench: Bench) -> None:
        self.tasks: set[asyncio.Task[None]] = set()
        self.came = 0
        view = bench.app().desk.view()
        self.session = bench.session()
        self.feed = Feed(self.session, lambda: lambda t: told(t, view), self.spawn, self.fed)
        self.pages: list[Found] = []

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        self.tasks.add(asyncio.ensure_future(work))

    def fed(self) -> None:
        self.came += 1

    async def rest(self) -> None:
        await asyncio.gather(*self.tasks)
        self.tasks.clear()

    async def search(self, query: str = "", status: Status | None = None) -> bool:
        return await self.feed.search(Search(status, terms(query)), self.pages.append)


@pytest.fixture
async def fed(bench: Bench) -> AsyncIterator[Fed]:
    bench.other.call(lambda c: c.owner())
    with bench.store() as store, store.transaction():
        for n in range(MANY):
            store.add_task(make_task(f"t{n:04}"))
    made = Fed(bench)
    yield made
    await made.rest()


async def test_the_first_page_comes_before_all_with_its_rows(fed: Fed) -> None:
    assert await fed.search()
    (page,) = fed.pages
    assert len(page.ids) == FIRST_PAGE
    assert len(fed.feed) == MANY
    assert [t.name for t in fed.feed.loaded] == [f"t{n:04}" for n in range(FIRST_PAGE)]
    assert fed.feed.found.totals[Status.IDLE] == MANY


async def test_what_fits_a_page_is_searched_for_once_and_shown_before_all_is_counted(
    fed: Fed,
) -> None:
    assert await fed.search("t000")
    (page,) = fed.pages
    assert len(page.ids) == 10
    assert len(fed.feed) == len(fed.feed.loaded) == 10
    assert fed.feed.found.passing[Status.IDLE] == 10
    assert fed.feed.found.totals[Status.IDLE] == MANY


async def test_an_empty_page_is_not_shown_before_it_is_known_what_there_is(fed: Fed) -> None:
    assert await fed.search("nothing")
    assert fed.pages == []
    assert not len(fed.feed)
    assert fed.feed.found.totals[Status.IDLE] == MANY


async def test_after_a_slow_search_all_but_the_first_page_waits_for_another_letter(
    fed: Fed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fed.search()
    searches, asearch = [], fed.session.asearch

    async def counted(action: Callable[[Commands], object]) -> object:
        searches.append(action)
        return await asearch(action)

    monkeypatch.setattr(fed.session, "asearch", counted)
    fed.feed.cost_s = 2 * QUICK_S
    shown = asyncio.Event()
    slow = asyncio.ensure_future(fed.feed.search(Search(terms=terms("t")), lambda _: shown.set()))
    await shown.wait()
    assert await fed.search("t00")
    assert not await slow
    assert len(searches) == 3
    assert len(fed.feed) == 100


async def test_a_filter_shows_its_first_page_before_it_finds_all(fed: Fed) -> None:
    await fed.feed.search(Search(None, terms("daily", may_age)), fed.pages.append)
    (page,) = fed.pages
    assert len(page.ids) == FIRST_PAGE
    assert len(fed.feed) == MANY
    assert fed.feed.found.passing[Status.IDLE] == MANY


async def test_what_a_tab_holds_is_counted_anew_once_tasks_changed(fed: Fed, bench: Bench) -> None:
    await fed.search()
    await fed.feed.refresh()
    await fed.search()
    bench.launched("newcomer")
    await fed.search("t000")
    assert fed.feed.found.totals[Status.IDLE] == MANY
    await fed.feed.refresh()
    await fed.search("t000")
    assert fed.feed.found.totals[Status.IDLE] == MANY + 1


async def test_rows_that_are_looked_at_are_fetched_and_others_forgotten(fed: Fed) -> None:
    await fed.search()
    last = len(fed.feed) - 1
    assert fed.feed.row(last) is None
    fed.feed.want(last - 10, last + 1)
    fed.feed.want(last - 10, last + 1)
    await fed.rest()
    assert fed.came == 1
    found = fed.feed.row(last)
    assert found is not None
    assert found.name == f"t{last:04}"
    assert len(fed.feed.loaded) <= 33, "two pages before the last one, and that"


async def test_rows_are_fetched_ahead_by_pages_not_one_by_one(fed: Fed) -> None:
    await fed.search()
    for first in range(FIRST_PAGE, FIRST_PAGE + 100):
        fed.feed.want(first, first + 40)
        assert first == FIRST_PAGE or fed.feed.row(first + 39)
        await fed.rest()
    assert fed.came <= 6


async def test_the_view_and_the_cursor_may_be_far_from_each_other(fed: Fed) -> None:
    await fed.search()
    fed.feed.want(200, 230)
    fed.feed.want(270, 290)
    await fed.rest()
    assert fed.feed.row(205)
    assert fed.feed.row(275)


async def test_only_rows_that_changed_are_read_again(bench: Bench, fed: Fed) -> None:
    await fed.search()
    assert await fed.feed.refresh()
    before = fed.feed.row(5)
    assert not await fed.feed.refresh()
    bench.other.call(lambda c: c.activate("t0003"))
    assert await fed.feed.refresh()
    assert fed.feed.pending
    changed = fed.feed.row(3)
    assert changed is not None
    assert changed.status is Status.IN_QUEUE
    assert fed.feed.row(5) is before


async def test_tasks_that_were_deleted_since_the_search_are_left_out(
    bench: Bench, fed: Fed
) -> None:
    await fed.search()
    bench.other.call(lambda c: c.archive("t0250"))
    bench.other.call(lambda c: c.delete("t0250"))
    fed.feed.want(240, 260)
    await fed.rest()
    assert len(fed.feed) == MANY - 1
    assert await fed.feed.refresh()


async def test_a_search_that_is_not_wanted_any_more_changes_nothing(fed: Fed) -> None:
    first = asyncio.ensure_future(fed.search("t0001"))
    await asyncio.sleep(0)
    second = asyncio.ensure_future(fed.search("t0002"))
    assert (await first, await second) == (False, True)
    assert [t.name for t in fed.feed.loaded if t.name == "t0002"] == ["t0002"]
    assert len(fed.feed) == 1


async def test_an_error_of_the_store_comes_through(fed: Fed) -> None:
    await fed.search()
    fed.session.config.database.unlink()
    with pytest.raises(TasktuiError):
        await fed.search("x")


def test_a_key_that_is_none_is_nowhere(bench: Bench) -> None:
    made = Fed(bench).feed
    assert made.find(None) is None
    assert made.find("t1") is None
