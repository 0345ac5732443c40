from __future__ import annotations

from collections.abc import Sequence

import pytest

from tasktui.commands.logtext import ANEW, MISSING
from tasktui.domain.log import ALL_LINES
from tasktui.runtime.logfeed import LogFeed, whole


class Log:
    """A file that grows; what was asked for is kept."""

    def __init__(self, *lines: str) -> None:
        self.lines = list(lines)
        self.unfinished = ""
        self.asked: list[int] = []

    def tail(self, count: int) -> str:
        self.asked.append(count)
        text = "".join(f"{line}\n" for line in self.lines) + self.unfinished
        lines = text.splitlines(keepends=True)
        return "".join(lines if count == ALL_LINES else lines[-count:])


def numbered(*numbers: int) -> Sequence[str]:
    return [f"line {n}" for n in numbers]


def test_first_come_the_last_lines_and_then_only_what_is_new() -> None:
    log = Log(*numbered(*range(10)))
    feed = LogFeed(log.tail, 3)
    assert feed.news() == numbered(7, 8, 9)
    assert list(feed.news()) == []
    log.lines += numbered(10, 11)
    assert feed.news() == numbered(10, 11)


def test_an_empty_log_begins_with_its_first_line() -> None:
    log = Log()
    feed = LogFeed(log.tail, 10)
    assert list(feed.news()) == []
    log.lines += numbered(1)
    assert feed.news() == numbered(1)


def test_an_unfinished_line_comes_when_it_is_finished() -> None:
    log = Log("one")
    log.unfinished = "tw"
    feed = LogFeed(log.tail, 10)
    assert feed.news() == ["one"]
    log.lines, log.unfinished = ["one", "two"], ""
    assert feed.news() == ["two"]


def test_of_a_log_that_nobody_writes_any_more_the_last_line_counts_as_it_is() -> None:
    log = Log("one")
    log.unfinished = "Killed"
    assert LogFeed(log.tail, 10, grows=False).news() == ["one", "Killed"]


@pytest.mark.parametrize("more", [600, 5_100])
def test_more_is_asked_for_where_a_log_grew_fast(more: int) -> None:
    log = Log(*numbered(*range(10)))
    feed = LogFeed(log.tail, 10)
    feed.news()
    log.lines += numbered(*range(10, 10 + more))
    assert feed.news() == numbered(*range(10, 10 + more))


def test_what_is_missing_is_said() -> None:
    log = Log(*numbered(*range(10)))
    feed = LogFeed(log.tail, 10)
    feed.news()
    log.lines = list(numbered(*range(100_000, 160_000)))
    first, second, *_ = feed.news()
    assert (first, second) == (MISSING, "line 110000")


def test_a_log_that_was_rotated_begins_anew() -> None:
    log = Log(*numbered(*range(10)))
    feed = LogFeed(log.tail, 10)
    feed.news()
    log.lines = []
    assert list(feed.news()) == []
    log.lines = ["new"]
    assert feed.news() == [ANEW, "new"]
    log.lines.append("newer")
    assert feed.news() == ["newer"]


def test_one_line_that_is_alike_does_not_count_as_the_same_place() -> None:
    log = Log("a", "b", "", "")
    feed = LogFeed(log.tail, 10)
    feed.news()
    log.lines = ["", "c"]
    assert feed.news() == [ANEW, "", "c"]


def test_a_text_that_is_known_is_read_once() -> None:
    feed = LogFeed(whole("one\ntwo"), 1, grows=False)
    assert feed.news() == ["two"]
    assert list(feed.news()) == []
    assert LogFeed(whole("one\ntwo"), ALL_LINES, grows=False).news() == ["one", "two"]
