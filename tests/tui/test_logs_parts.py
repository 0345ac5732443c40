"""The log viewer's parts, without a screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from tasktui.domain.log import ALL_LINES, Stream
from tasktui.runtime.linefile import LineFile
from tasktui.runtime.logfeed import LogFeed, whole
from tasktui.runtime.logs import Kind, Source
from tasktui.tui.lines import Line, Tone, line, plain, width
from tasktui.tui.logs.hits import Hits
from tasktui.tui.logs.look import Look
from tasktui.tui.logs.opened import OpenLog
from tasktui.tui.logs.window import Window

# Window.


def rows(number: int) -> Sequence[Line]:
    """Every third line takes three rows."""
    return [line(f"{number}.{n}") for n in range(3 if number % 3 == 0 else 1)]


def shown(window: Window, numbers: Sequence[int], height: int = 4) -> list[str]:
    return [plain(r) for r in window.page(numbers, rows, height)]


def test_a_page_begins_in_the_middle_of_a_line_and_is_filled_up() -> None:
    window = Window()
    window.move(range(10), rows, 1, 4)
    assert shown(window, range(10)) == ["0.1", "0.2", "1.0", "2.0"]
    assert window.seen(range(10), rows, 4) == [0, 1, 2]
    assert shown(Window(), range(1, 2)) == ["1.0", "", "", ""]
    assert shown(Window(), range(0)) == [""] * 4


def test_scrolling_stops_at_both_ends() -> None:
    window = Window()
    window.move(range(10), rows, -5, 4)
    assert shown(window, range(10))[0] == "0.0"
    window.move(range(10), rows, 1000, 4)
    assert shown(window, range(10)) == ["8.0", "9.0", "9.1", "9.2"]
    assert window.at_end(range(10), rows, 4)
    window.move(range(10), rows, -1, 4)
    assert shown(window, range(10))[-1] == "9.1"
    assert not window.at_end(range(10), rows, 4)


def test_one_row_down_and_up_is_the_same_place_wherever_it_is() -> None:
    window = Window()
    for _ in range(8):
        before = shown(window, range(10))
        window.move(range(10), rows, 1, 4)
        assert shown(window, range(10))[:3] == before[1:]
        window.move(range(10), rows, -1, 4)
        assert shown(window, range(10)) == before
        window.move(range(10), rows, 1, 4)


def test_the_place_stays_when_lines_come_go_or_are_filtered() -> None:
    window = Window()
    window.reveal(50, range(100), rows, 4)
    assert window.page(range(200), rows, 4) == window.page(range(40, 100), rows, 4)
    assert shown(window, [10, 52, 55])[:2] == ["52.0", "55.0"]
    assert shown(window, range(90, 200))[0] == "90.0"
    assert shown(window, range(5))[0] == "4.0"


def test_a_line_is_brought_into_sight_with_what_is_before_it_or_left_where_it_is() -> None:
    window = Window()
    window.reveal(50, range(100), rows, 9)
    assert 50 in window.seen(range(100), rows, 9)
    assert window.at < 50
    at = (window.at, window.skip)
    window.reveal(51, range(100), rows, 9)
    assert (window.at, window.skip) == at


def test_of_millions_of_lines_only_a_few_are_asked_for() -> None:
    asked: list[int] = []

    def one(number: int) -> Sequence[Line]:
        asked.append(number)
        return [line("x")]

    window = Window()
    window.to_end(range(3_000_000), one, 40)
    window.move(range(3_000_000), one, -40, 40)
    window.page(range(3_000_000), one, 40)
    assert len(asked) < 500


# Look.

ERROR = "ERROR 2026-03-05 13:41:11,000 r1 -- CUDA out of memory"


def test_the_level_is_marked_and_the_time_can_be_left_out() -> None:
    (row,) = Look(cells=80).rows(ERROR)
    assert plain(row) == ERROR
    assert row[0].tone is Tone.PROBLEM
    (row,) = Look(cells=80, times=False).rows(ERROR)
    assert plain(row) == "ERROR r1 -- CUDA out of memory"


def test_a_long_line_is_wrapped_or_cut() -> None:
    wrapped = Look(cells=30).rows(ERROR)
    assert len(wrapped) == 2
    assert all(width(r) <= 30 for r in wrapped)
    (row,) = Look(cells=30, wrapped=False).rows(ERROR)
    assert width(row) == 30
    assert plain(row).endswith("…")


@pytest.mark.parametrize(
    ("sought", "marked"),
    [
        ("cuda", "CUDA"),
        ("CUDA", "CUDA"),
        ("Cuda", ""),
        ("of", "of"),
        ("", ""),
        ("error 2026", "ERROR 2026"),
    ],
)
def test_what_is_sought_is_marked_wherever_it_stands(sought: str, marked: str) -> None:
    (row,) = Look(cells=80, sought=sought).rows(ERROR)
    assert "".join(s.text for s in row if s.tone is Tone.SELECTED) == marked
    assert plain(row) == ERROR


def test_the_match_that_one_went_to_looks_different() -> None:
    (row,) = Look(cells=80, sought="cuda", hit=True).rows(ERROR)
    assert Tone.CURSOR in {s.tone for s in row}


@pytest.mark.parametrize(
    "text",
    [
        "\x1b]52;c;aGk=\x07[@click=app.quit]x[/]",
        "\u202eevil\u2066",
        "a\x9b31m\x00b",
        "\ud800 half",
        "İ" * 50,
    ],
)
def test_nothing_that_a_terminal_would_act_on_is_drawn(text: str) -> None:
    for sought in ("", "x", "i"):
        for row in Look(cells=40, sought=sought).rows(text):
            assert plain(row).isprintable()
            assert width(row) <= 40


def test_a_line_of_many_thousand_characters_is_drawn_whole() -> None:
    found = Look(cells=100).rows("x" * 15_000)
    assert sum(plain(r).count("x") for r in found) == 15_000


# Hits.


@pytest.fixture
def file(tmp_path: Path) -> Iterator[LineFile]:
    made = LineFile(tmp_path)
    yield made
    made.close()


def all_of(hits: Hits) -> Hits:
    while hits.step():
        pass
    return hits


def test_matches_are_found_also_in_lines_that_come_later(file: LineFile) -> None:
    file.append(["an error", "fine"])
    hits = all_of(Hits(file, "error"))
    assert list(hits.numbers(0)) == [0]
    file.append(["Error again"])
    assert list(all_of(hits).numbers(0)) == [0, 2]
    assert list(hits.numbers(1)) == [2]
    assert list(hits.numbers(0)) == [0, 2]
    assert hits.done


def test_one_goes_from_match_to_match_and_round_the_ends(file: LineFile) -> None:
    file.append(["x", "error", "x", "error", "x"])
    hits = all_of(Hits(file, "error"))
    assert [hits.beside(n, 1, 0) for n in (-1, 0, 1, 2, 3, 4)] == [1, 1, 3, 3, 1, 1]
    assert [hits.beside(n, -1, 0) for n in (0, 1, 2, 3, 4)] == [3, 3, 1, 1, 3]
    assert all_of(Hits(file, "none")).beside(0, 1, 0) is None


def test_a_search_within_a_filter_finds_only_what_both_hold(file: LineFile) -> None:
    file.append(["kv error", "error", "kv", "KV ERROR"])
    assert list(all_of(Hits(file, "error", "kv")).numbers(0)) == [0, 3]


def test_matches_in_lines_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    file = LineFile(tmp_path, limit=4_000)
    hits = Hits(file, "error")
    for number in range(1_000):
        file.append([f"error {number}"])
        hits.step()
    assert len(hits.numbers(0)) < 600
    assert hits.numbers(0)[-1] == 999
    file.close()


# One open log.


def opened(folder: Path, text: str, length: timedelta | None = None) -> OpenLog:
    source = Source(kind=Kind.BUILD, id="build")
    feed = LogFeed(whole(text), ALL_LINES, grows=False)
    log = OpenLog(source, Stream.LOG, feed, folder, length)
    log.more()
    return log


TIMED = "\n".join(f"INFO 2026-03-05 13:{m:02}:00,000 minute {m}\n  more" for m in range(60))


def test_only_the_newest_lines_are_shown_and_all_again(tmp_path: Path) -> None:
    log = opened(tmp_path, TIMED)
    assert log.count == len(log.numbers) == 120
    assert log.show_since(timedelta(minutes=5)) is True
    assert log.text(log.numbers[0]) == "INFO 2026-03-05 13:54:00,000 minute 54"
    assert str(log.since) == "2026-03-05 13:54:00"
    assert log.show_since(timedelta(hours=2)) is False
    assert len(log.numbers) == 120
    log.show_since(None)
    assert (len(log.numbers), log.since) == (120, None)
    log.close()


def test_a_log_can_be_opened_at_its_newest_lines(tmp_path: Path) -> None:
    log = opened(tmp_path, TIMED, timedelta(minutes=1))
    assert len(log.numbers) == 4
    log.close()


def test_the_newest_lines_are_found_among_many(tmp_path: Path) -> None:
    text = "\n".join(
        f"INFO 2026-03-05 {13 + n // 3600:02}:{n // 60 % 60:02}:{n % 60:02},0 x"
        for n in range(9_000)
    )
    log = opened(tmp_path, text)
    log.show_since(timedelta(hours=1))
    assert len(log.numbers) == 3601
    log.close()


def test_what_is_shown_is_written_to_a_file(tmp_path: Path) -> None:
    log = opened(tmp_path, TIMED)
    log.only("minute 5")
    while log.look_through():
        pass
    log.write(tmp_path / "out")
    assert len((tmp_path / "out").read_text().splitlines()) == 11
    assert (tmp_path / "out").read_text().splitlines()[0].endswith("minute 5")
    with pytest.raises(FileExistsError):
        log.write(tmp_path / "out")
    log.close()


def test_a_search_goes_on_within_the_filter(tmp_path: Path) -> None:
    log = opened(tmp_path, "kv error\nerror\nkv")
    log.seek("error")
    log.only("kv")
    while log.look_through():
        pass
    assert list(log.numbers) == [0, 2]
    assert log.place(0) == (1, 1)
    assert log.place(1) == (0, 1)
    log.only("")
    while log.look_through():
        pass
    assert log.place(1) == (2, 2)
    log.close()
