"""The screens that show one task, by the id of their key. Each is imported when it is opened."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from textual.screen import Screen

from tasktui.domain.task import Task
from tasktui.tui.desk import Desk
from tasktui.tui.key import LOOKS


def look(id: str, desk: Desk, task: Task) -> Screen[None]:  # noqa: A002 - the key's id
    """The screen that a key opens on a task."""
    module = import_module(f"tasktui.tui.screens.{id}")
    return cast("Screen[None]", getattr(module, LOOKS[id])(desk, task))
