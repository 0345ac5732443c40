"""``:view``: keep what the table shows under a name, and come back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasktui.domain.search import Order
from tasktui.errors import TasktuiError
from tasktui.runtime.views import SavedView, load, save
from tasktui.tui.keys import TAB_NAMES
from tasktui.tui.lines import Tone
from tasktui.tui.screens.rows import Filter, Sorting

if TYPE_CHECKING:
    from tasktui.tui.screens.tasks import TasksScreen


def run(table: TasksScreen, argument: str) -> None:
    """Carry out ``NAME``, ``save NAME`` or ``rm NAME``; say what came of it."""
    file = table.desk.views
    if file is None:
        table.say("Views are not kept here.", Tone.NOTE)
        return
    word, _, name = argument.partition(" ")
    try:
        if word in {"save", "rm"}:
            save(file, name.strip(), now(table) if word == "save" else None)
            table.say(f"View {name.strip()} is {'kept' if word == 'save' else 'removed'}.")
            return
    except TasktuiError as error:
        table.say(str(error), Tone.PROBLEM)
        return
    found = load(file)
    if argument in found:
        show(table, found[argument])
        table.say(f"View {argument}.")
    else:
        names = ", ".join(found) or "none yet, :view save NAME keeps one"
        table.say(f"There is no view {argument!r}. Views: {names}.", Tone.NOTE)


def now(table: TasksScreen) -> SavedView:
    """What the table shows now."""
    return SavedView(
        tab=TAB_NAMES[table.tab],
        filter=table.filter.text,
        problems=table.filter.problems,
        order=str(table.rows.sorting.order),
        reverse=table.rows.sorting.reverse,
        wide=table.rows.wide,
    )


def show(table: TasksScreen, view: SavedView) -> None:
    """Show that; a word of another version counts as the first one of its kind."""
    order = Order(view.order) if view.order in set(Order) else Order.NAME
    tab = TAB_NAMES.index(view.tab) if view.tab in TAB_NAMES else 0
    table.rows.sorting = Sorting(order, view.reverse)
    if table.rows.wide != view.wide:
        table.do_wide()
    table.filter = Filter(view.filter, view.problems)
    if tab != table.tab:
        table.show_tab(tab)
    else:
        table.search()
    table.table.repaint()
