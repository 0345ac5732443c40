"""What would undo the last change that was made here, asked about like every change."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tasktui.domain.task import Task, TaskId

if TYPE_CHECKING:
    from tasktui.tui.screens.page import Page


@dataclass(frozen=True, slots=True)
class Undo:
    """The verb that takes a change back, on the task that it was made to."""

    task: TaskId
    verb: Callable[[Page, Task], Coroutine[object, object, None]]
    words: str
    """What U would do: ``restores it``."""


async def undo(page: Page) -> None:
    """Ask to take the last change back. Raises NotFound where the task was deleted."""
    last = page.desk.undo
    if last is None:
        page.say("There is nothing to undo: nothing was changed here yet.")
        return
    task = await page.desk.session.acall(lambda c: c.task_by_id(last.task))
    await last.verb(page, task)
