"""How every verb asks and acts: a dialog, then one change of the task that was asked about."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import uuid4

from tasktui.commands.commands import Commands
from tasktui.domain.task import Task
from tasktui.errors import Conflict
from tasktui.tui.lines import Tone
from tasktui.tui.screens.dialogs import Answer, Dialog, Question

if TYPE_CHECKING:
    from tasktui.tui.screens.page import Page
    from tasktui.tui.screens.undo import Undo


async def ask(page: Page, question: Question) -> Answer | None:
    """Show the question and wait for its answer; None for Cancel."""
    return await page.app.push_screen_wait(Dialog(question, page.desk.palette))


async def act(
    page: Page,
    task: Task,
    change: Callable[[Commands, str], object],
    done: str,
    undo: Undo | None = None,
) -> None:
    """Carry out a change of a task that is still the one that was asked about.

    ``undo`` is what would take it back.
    """
    action_id = str(uuid4())

    def work(commands: Commands) -> None:
        require_same(commands, task)
        change(commands, action_id)

    await page.command(work)
    page.say(undoable(page, done, undo), Tone.GOOD)


def undoable(page: Page, done: str, undo: Undo | None) -> str:
    """Keep what takes a change back, and say it."""
    page.desk.undo = undo
    return f"{done} U {undo.words}." if undo else done


def require_same(commands: Commands, task: Task) -> None:
    """Commands go by name: make sure that the name still means this task, as it was."""
    now = commands.task_by_id(task.id)
    if (now.generation, now.archived_at, now.name) != (
        task.generation,
        task.archived_at,
        task.name,
    ):
        raise Conflict(
            f"{task.name} was changed meanwhile by somebody else: {now.name} is {now.status}.",
            "Nothing was done. Look at it and press the key again.",
        )
    if task.archived_at and commands.task(task.name, archived=True).id != task.id:
        raise Conflict(
            f"Another task called {task.name} was archived later.",
            "Restore or delete that one first.",
        )
