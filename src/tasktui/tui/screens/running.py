"""Carries out a command line that was understood."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tasktui.tui.commandline import Typed, tab_number
from tasktui.tui.screens import verbs

if TYPE_CHECKING:
    from tasktui.tui.screens.tasks import TasksScreen


def run_command(page: TasksScreen, typed: Typed) -> None:
    """Do what ``typed`` says on the task table. It has no error; an empty one does nothing."""
    argument = typed.argument
    match typed.command:
        case "":
            return
        case "tab":
            page.show_tab(tab_number(argument))
        case "task":
            page.during(verbs.find, argument)
        case "filter" if argument:
            page.set_filter(replace(page.filter, text=argument))
        case "scheduler":
            page.during(verbs.scheduler, argument)
        case name:
            page.action_press(name)
