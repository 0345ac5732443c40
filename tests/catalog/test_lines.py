from __future__ import annotations

import pytest

from tasktui.catalog.lines import line_of

TEXT = '''# name = 1
name = "a"
"odd key" = 1
a.b . 'c' = 2
long = """
name = "b"
[table]
"""

[ table ]   # here
  key = {inner = 1}
[[list]]
x = 1
[table.deep]
y = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("odd key",), 3),
        (("a", "b", "c"), 4),
        (("a",), 4),
        (("long",), 5),
        (("table",), 10),
        (("table", "key"), 11),
        (("table", "key", "inner"), 11),
        (("table", "missing"), 10),
        (("list", "x"), 13),
        (("table", "deep", "y"), 15),
        (("nowhere",), 0),
        ((), 0),
    ],
)
def test_a_key_is_found_by_its_line_else_the_table_around_it(
    path: tuple[str, ...], line: int
) -> None:
    assert line_of(TEXT, path) == line
    assert line_of(TEXT.replace("\n", "\r\n"), path) == line
