"""``:view``: keep what the table shows under a name, and come back to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tasktui.domain.search import Order
from tasktui.errors import TasktuiError
from tasktui.runtime.views import SavedView, columns, load, named, save
from tasktui.tui.chosen import USUAL, kept, written
from tasktui.tui.keys import TAB_NAMES
from tasktui.tui.lines import Tone
from tasktui.tui.screens.rows import Filter, Sorting

if TYPE_CHECKING:
    from pathlib import Path

    from tasktui.tui.screens.tasks import TasksScreen


_OFF = "all tasks by name, in your own columns"


@dataclass(frozen=True, slots=True)
class Shown:
    """The view that the table is turned to."""

    name: str
    view: SavedView


def run(table: TasksScreen, argument: str) -> None:
    """Carry out ``NAME``, ``save NAME``, ``rm NAME`` or ``off``; say what came of it."""
    file = table.desk.views
    if file is None:
        table.say("Views are not kept here.", Tone.NOTE)
        return
    try:
        table.say(_carry_out(table, file, argument))
    except TasktuiError as error:
        table.say(str(error), Tone.PROBLEM)


def _carry_out(table: TasksScreen, file: Path, argument: str) -> str:
    word, _, name = argument.partition(" ")
    name = name.strip()
    if word == "save":
        shown = Shown(name, now(table))
        save(file, name, shown.view)
        table.shown = shown
        table.draw()
        return f"View {name} is kept."
    if word == "rm":
        save(file, name, None)
        if table.shown and table.shown.name == name:
            table.shown = None
            table.draw()
        return f"View {name} is removed."
    if argument == "off":
        show(table, SavedView())
        table.shown = None
        return f"Without a view: {_OFF}."
    show(table, named(file, argument))
    table.shown = Shown(argument, now(table))
    return f"View {argument}."


def now(table: TasksScreen) -> SavedView:
    """What the table shows now."""
    return SavedView(
        tab=TAB_NAMES[table.tab],
        filter=table.filter.text,
        problems=table.filter.problems,
        order=str(table.rows.sorting.order),
        reverse=table.rows.sorting.reverse,
        wide=table.rows.wide,
        columns=written(table.rows.chosen),
    )


def mark(table: TasksScreen) -> str:
    """The view that is on, with a star where something was changed since; empty without one."""
    if table.shown is None:
        return ""
    return f"{table.shown.name}{'' if table.shown.view == now(table) else '*'}"


def show(table: TasksScreen, view: SavedView) -> None:
    """Show that; a word of another version counts as the first one of its kind."""
    tab = put(table, view)
    if tab != table.tab:
        table.show_tab(tab)
    else:
        table.search()
    table.table.shift(0)


def put(table: TasksScreen, view: SavedView) -> int:
    """Set all that the table goes by but the tab, which is returned, counted from 0."""
    table.rows.sorting = Sorting(view.search().order, view.reverse)
    table.rows.wide = view.wide
    table.rows.choose(kept(view.columns or own(table.desk.views)))
    table.filter = Filter(view.filter, view.problems)
    return TAB_NAMES.index(view.tab) if view.tab in TAB_NAMES else 0


def begin(table: TasksScreen, shown: Shown) -> None:
    """Open the table in a view: before anything is searched."""
    table.tab = put(table, shown.view)
    table.shown = Shown(shown.name, now(table))


def own(file: Path | None) -> tuple[str, ...]:
    """The columns that the user chose for the table without a view."""
    return columns(file) if file else ()


def all_of(file: Path | None) -> list[tuple[str, str]]:
    """The command line of each saved view, with what it shows, and the one that leaves it."""
    found = load(file) if file else {}
    rows = [(f"view {name}", about(name, view)) for name, view in found.items()]
    return [*rows, ("view off", f"Leave the view: {_OFF}.")] if rows else []


def about(name: str, view: SavedView) -> str:
    """A view in one line: ``View: night (tab Running, filter llama, by next)``."""
    parts = [f"tab {view.tab}"]
    parts += [f"filter {view.filter}"] if view.filter else []
    parts += ["problems only"] if view.problems else []
    parts += [f"by {view.order}"] if view.order != Order.NAME else []
    parts += ["own columns"] if view.columns and kept(view.columns) != USUAL else []
    return f"View: {name} ({', '.join(parts)})"
