from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tasktui.runtime.linefile import LONGEST, LineFile


@pytest.fixture
def file(tmp_path: Path) -> Iterator[LineFile]:
    made = LineFile(tmp_path)
    yield made
    made.close()


def search(file: LineFile, text: str, number: int = 0, *, fold: bool = False) -> list[int]:
    found: list[int] = []
    while True:
        hits, upto = file.find(text, number, fold=fold)
        found += hits
        if upto == number:
            return found
        number = upto


def test_lines_come_back_by_their_numbers_as_the_file_grows(file: LineFile) -> None:
    assert file.numbers == range(0)
    file.append(["one", "", "zwölf \x1b[0m"])
    file.append(["four"])
    assert file.numbers == range(4)
    assert file.lines([3, 2, 1, 0, 9]) == ["four", "zwölf \x1b[0m", "", "one", ""]


def test_nothing_of_it_lies_in_the_folder(file: LineFile, tmp_path: Path) -> None:
    file.append(["secret"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "fold", "found"),
    [("Error", False, [1]), ("error", True, [1, 3]), ("error", False, [3]), ("x" * 9, False, [])],
)
def test_each_line_that_holds_a_text_is_found_once(
    file: LineFile, text: str, fold: bool, found: list[int]
) -> None:
    file.append(["fine", "Error: Error", "err", "no error", "or"])
    assert search(file, text, fold=fold) == found
    assert search(file, text, 2, fold=fold) == [n for n in found if n >= 2]


def test_a_text_is_not_found_across_two_lines(file: LineFile) -> None:
    file.append(["ab", "cd"])
    assert search(file, "bc") == []
    assert search(file, "d") == [1]


def test_the_oldest_half_goes_when_there_is_no_room_and_numbers_stay(tmp_path: Path) -> None:
    file = LineFile(tmp_path, limit=4_000)
    for number in range(1_000):
        file.append([f"line {number}"])
    assert 100 < len(file.numbers) < 500
    assert file.numbers[-1] == 999
    assert file.lines([999, 0]) == ["line 999", ""]
    assert search(file, "line 1") == []
    assert search(file, "line 999") == [999]
    file.close()


def test_there_are_never_too_many_lines_either(tmp_path: Path) -> None:
    file = LineFile(tmp_path, most=100)
    for _ in range(1_000):
        file.append([""] * 7)
    assert len(file.numbers) <= 107
    file.close()


def test_a_line_without_end_is_cut(file: LineFile) -> None:
    file.append(["x" * 10_000_000, "next"])
    first, second = file.lines([0, 1])
    assert first == "x" * LONGEST + " (cut here)"
    assert second == "next"


def test_after_its_end_it_is_empty_and_takes_nothing(file: LineFile) -> None:
    file.append(["one"])
    file.close()
    file.append(["two"])
    assert (file.numbers, file.lines([0]), file.find("one", 0, fold=False)) == (
        range(0),
        [""],
        ([], 0),
    )


def test_a_million_lines_are_searched_in_pieces(file: LineFile) -> None:
    file.append(f"INFO 2026-03-05 13:00:00,000 request {n}" for n in range(1_000_000))
    assert len(file.numbers) == 1_000_000
    assert file.lines([765_432]) == ["INFO 2026-03-05 13:00:00,000 request 765432"]
    assert search(file, "request 99999") == [99_999, *range(999_990, 1_000_000)]
    _, upto = file.find("nothing", 0, fold=False)
    assert 0 < upto < 200_000, "one piece keeps nobody waiting"
