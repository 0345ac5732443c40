"""Carries out a command line that was understood, on the page where it was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from tasktui.domain.search import Order
from tasktui.tui.commandline import PLAIN, Typed, acts_on_task, key_of, tab_number
from tasktui.tui.keys import keys_of
from tasktui.tui.lines import Tone
from tasktui.tui.screens import columns, engines, verbs, views
from tasktui.tui.times import base_called

if TYPE_CHECKING:
    from tasktui.tui.app import TasktuiApp
    from tasktui.tui.screens.page import Page
    from tasktui.tui.screens.tasks import TasksScreen


def run_command(page: Page, typed: Typed) -> None:
    """Do what ``typed`` says. It has no error; an empty one does nothing."""
    if typed.command in _COMMANDS and (typed.argument or typed.command in PLAIN):
        _COMMANDS[typed.command](page, typed.argument)
    elif typed.argument and acts_on_task(typed.command):
        page.during(verbs.on_named, typed.command, typed.argument)
    elif typed.command:
        _press(page, key_of(typed.command))


def _tab(page: Page, argument: str) -> None:
    _table(page).show_tab(tab_number(argument))


def _task(page: Page, argument: str) -> None:
    table = _table(page)
    table.during(verbs.find, argument, hold=True)


def _filter(page: Page, argument: str) -> None:
    table = _table(page)
    table.set_filter(replace(table.filter, text=argument))


def _order(page: Page, argument: str) -> None:
    _table(page).order_by(Order(argument.lower()))


def _scheduler(page: Page, argument: str) -> None:
    page.during(engines.scheduler, argument)


def _tz(page: Page, argument: str) -> None:
    page.desk.base = base_called(argument)
    page.draw()
    page.say(f"Times are in {page.desk.base}.")


def _allow(page: Page, _: str) -> None:
    session = page.desk.session
    if session.config.read_only:
        page.say("It was started read-only: leave, and start it without --read-only.", Tone.NOTE)
    else:
        session.read_only = False
        page.say("Changes are allowed.")


def _forbid(page: Page, _: str) -> None:
    page.desk.session.read_only = True
    page.say("Read-only: every change is refused. :rw allows them again.")


def _theme(page: Page, argument: str) -> None:
    cast("TasktuiApp", page.app).use_theme(argument)
    page.say(f"Theme {argument}. theme in config.toml, or TASKTUI_THEME, keeps it.")


def _view(page: Page, argument: str) -> None:
    views.run(_table(page), argument)


def _columns(page: Page, argument: str) -> None:
    columns.run(_table(page), argument)


def _tour(page: Page, _: str) -> None:
    page.do_tour()


_COMMANDS: Mapping[str, Callable[[Page, str], None]] = {
    "tab": _tab,
    "task": _task,
    "filter": _filter,
    "order": _order,
    "scheduler": _scheduler,
    "theme": _theme,
    "tour": _tour,
    "tz": _tz,
    "view": _view,
    "columns": _columns,
    "ro": _forbid,
    "rw": _allow,
}


def _press(page: Page, name: str) -> None:
    here = any(k.id == name for k in keys_of(page.WHERE))
    (page if here else _table(page)).action_press(name)


def _table(page: Page) -> TasksScreen:
    """The task table, with everything above it closed."""
    root = page.app.screen_stack[0]
    while page.app.screen is not root:
        page.app.pop_screen()
    return cast("TasksScreen", root)
