"""Textual apps to compare with: ``python peers.py empty|datatable|fast NAME... < rows``.

Each shows the same rows, given as lines of tab-separated cells in a file.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from textual.app import App, ComposeResult
from textual.binding import Binding

TITLES = ("NAME", "STATUS", "READY", "SCHEDULE", "NEXT", "ENDPOINT", "REASON")


class Empty(App[None]):
    """What any Textual program costs."""

    BINDINGS = [Binding("q", "quit")]  # noqa: RUF012 - Textual's own form


class Rows(App[None]):
    """A table over the whole screen; ``s`` sorts by the second column, ``q`` leaves."""

    BINDINGS = [Binding("q", "quit"), Binding("s", "sort")]  # noqa: RUF012 - as above

    def __init__(self, rows: list[tuple[str, ...]]) -> None:
        super().__init__()
        self.rows = rows


class Plain(Rows):
    """The table of Textual."""

    def compose(self) -> ComposeResult:
        """The table alone."""
        from textual.widgets import DataTable  # noqa: PLC0415 - not for the other apps

        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Fill it."""
        table = self.query_one("DataTable")
        table.add_columns(*TITLES)  # type: ignore[attr-defined]
        table.add_rows(self.rows)  # type: ignore[attr-defined]
        table.focus()

    def action_sort(self) -> None:
        """Sort by the status, backwards."""
        table: Any = self.query_one("DataTable")
        table.sort(list(table.columns)[1], reverse=True)


class Fast(Rows):
    """The table of textual-fastdatatable, on Arrow."""

    def compose(self) -> ComposeResult:
        """The table alone."""
        from textual_fastdatatable import ArrowBackend, DataTable  # noqa: PLC0415 - may be missing

        data = {t: [r[i] for r in self.rows] for i, t in enumerate(TITLES)}
        yield DataTable(backend=ArrowBackend.from_pydict(data), cursor_type="row")

    def on_mount(self) -> None:
        """Give it the keys."""
        self.query_one("DataTable").focus()

    def action_sort(self) -> None:
        """Sort by the status, backwards."""
        table: Any = self.query_one("DataTable")
        table.sort([("STATUS", "descending")])


def main() -> None:
    """Run one of them."""
    kind, *files = sys.argv[1:]
    if kind == "empty":
        Empty().run()
        return
    rows = [tuple(line.split("\t")) for line in Path(files[0]).read_text().splitlines()]
    {"datatable": Plain, "fast": Fast}[kind](rows).run()


if __name__ == "__main__":
    main()
