"""The verbs of a task as a user meets them: question, answer, command, notice.

Each takes an id of its own along, so that an answer given twice acts once, and
is refused where the task was changed while its question was open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tasktui.commands.commands import Commands
from tasktui.domain.actions import Action, refusal
from tasktui.domain.status import Status
from tasktui.domain.task import Task, Until, When
from tasktui.tui.keys import key
from tasktui.tui.lines import Tone
from tasktui.tui.screens import questions, stepping
from tasktui.tui.screens.acting import act, ask, undoable
from tasktui.tui.screens.looks import look
from tasktui.tui.screens.undo import Undo

if TYPE_CHECKING:
    from tasktui.commands.plan import Around
    from tasktui.tui.screens.page import Page
    from tasktui.tui.times import View
    from tasktui.tui.wizard.screen import WizardScreen

_LOOKS, _LOOK_S = 100, 0.02
"""How often the table is asked whether it shows a task that is looked for, and after how long."""

Verb = Callable[["Page", Task], Coroutine[object, object, None]]


async def perform(page: Page, action: Action, task: Task) -> None:
    """Carry out what a key means on the task as it is now; say why where it is refused."""
    now = await page.desk.session.acall(lambda c: c.task_by_id(task.id))
    action = meant(action, now)
    reason = refusal(now, action)
    if reason:
        page.say(reason, Tone.NOTE)
    else:
        await VERBS[action](page, now)


def meant(action: Action, task: Task) -> Action:
    """What a key means on this task: X and D have other meanings on archived ones."""
    if task.status is Status.ARCHIVED:
        return {Action.ARCHIVE: Action.RESTORE, Action.DEACTIVATE: Action.DELETE}.get(
            action, action
        )
    return action


async def activate(page: Page, task: Task) -> None:
    """Arm: at the next point, or now."""
    view = page.desk.view()
    if questions.ended(task, view.now):
        page.say(f"{task.name}: the end of its schedule has passed. e edits it.", Tone.NOTE)
        return
    answer = await ask(page, questions.activate(task, view, await around(page, task, view)))
    if answer is None:
        return
    chosen = answer.action.removesuffix(questions.AGAIN)
    late, again = chosen == questions.LATE, chosen != answer.action
    when = When.NEXT if chosen == str(When.NEXT) else When.NOW
    waiting = questions.until_the_schedule_runs(task, view)
    by_hand = waiting if chosen == questions.BY_HAND else None

    def arm(c: Commands, id_: str) -> None:
        c.activate(task.name, when, late_ok=late, again=again, action_id=id_)
        if by_hand:
            c.scale(task.name, by_hand, Until.NEXT, action_id=f"{id_} by hand")

    done = "waits for its time" if when is When.NEXT or waiting else "starts now"
    if by_hand:
        done = f"runs {by_hand} by hand until its next point"
    again_idle = Undo(task.id, deactivate, "deactivates it again")
    await act(page, task, arm, f"{task.name} is activated and {done}.", again_idle)


async def deactivate(page: Page, task: Task) -> None:
    """Drain and disarm, or force what drains already."""
    view = page.desk.view()
    if await ask(page, questions.deactivate(task, view, await around(page, task, view))):
        force = task.status is Status.NEED_STOP
        await act(
            page,
            task,
            lambda c, id_: c.deactivate(task.name, force=force, action_id=id_),
            f"{task.name} is stopped by force." if force else f"{task.name} is deactivated.",
            Undo(task.id, activate, "activates it again"),
        )


async def archive(page: Page, task: Task) -> None:
    """Put away, at once or as soon as it is Idle."""
    view = page.desk.view()
    if await ask(page, questions.archive(task, view, await around(page, task, view))):
        later = task.status is not Status.IDLE
        await act(
            page,
            task,
            lambda c, id_: c.archive(task.name, when_idle=later, action_id=id_),
            f"{task.name} will be archived when Idle." if later else f"{task.name} is archived.",
            None if later else Undo(task.id, restore, "restores it"),
        )


async def restore(page: Page, task: Task) -> None:
    """Bring back an archived task."""
    view = page.desk.view()
    beside = await around(page, task, view)
    taken = await page.desk.session.acall(lambda c: frozenset(c.names()))
    answer = await ask(page, questions.restore(task, view, beside, taken))
    if answer is not None:
        name = answer.text or task.name
        await act(
            page,
            task,
            lambda c, id_: c.restore(task.name, name, action_id=id_),
            f"{name} is restored: Idle, on tab All.",
            Undo(task.id, archive, "archives it again"),
        )


async def delete(page: Page, task: Task) -> None:
    """Delete an archived task for good."""
    view = page.desk.view()
    if await ask(page, questions.delete(task, view, await around(page, task, view))):
        await act(page, task, lambda c, _: c.delete(task.name), f"{task.name} is deleted.")


async def restart(page: Page, task: Task) -> None:
    """Replace every replica."""
    view = page.desk.view()
    if await ask(page, questions.restart(task, view, await around(page, task, view))):
        await act(
            page,
            task,
            lambda c, id_: c.restart(task.name, action_id=id_),
            f"{task.name} restarts its replicas.",
        )


async def rollback(page: Page, task: Task) -> None:
    """Make the task what it was at the chosen revision."""
    await roll_back(page, task, page.chosen_revision() or task.revision - 1)


async def roll_back(page: Page, task: Task, to: int) -> None:
    """Make the task what it was at revision ``to``."""
    made = await page.desk.session.acall(lambda c: c.plans().planned_rollback(task.name, to))
    if not made.changes:
        page.say(f"{task.name} is as it was at revision {to} already.", Tone.NOTE)
    elif await ask(page, questions.rollback(made, to, page.desk.view())):
        await act(
            page,
            task,
            lambda c, id_: c.rollback(task.name, to, action_id=id_),
            f"{task.name} is as at revision {to} again: revision {task.revision + 1}.",
            Undo(task.id, partial(roll_back, to=task.revision), "takes that back"),
        )


async def scale(page: Page, task: Task) -> None:
    """Set replicas by hand for a while, or end that."""
    view = page.desk.view()
    answer = await ask(page, stepping.scale(task, view, await around(page, task, view)))
    if answer is None:
        return
    if answer.action == stepping.CLEAR:
        await act(
            page,
            task,
            lambda c, id_: c.clear(task.name, action_id=id_),
            f"{task.name}: the override is cleared.",
        )
        return
    replicas, until = stepping.scaled(task, view, answer)
    await act(
        page,
        task,
        lambda c, id_: c.scale(task.name, replicas, until, action_id=id_),
        f"{task.name} is scaled to {replicas} by hand.",
        None if task.override else Undo(task.id, clear, "clears that"),
    )


async def clear(page: Page, task: Task) -> None:
    """End the override."""
    view = page.desk.view()
    if await ask(page, stepping.clear(task, view, await around(page, task, view))):
        await act(
            page,
            task,
            lambda c, id_: c.clear(task.name, action_id=id_),
            f"{task.name}: the override is cleared.",
        )


async def pause(page: Page, task: Task) -> None:
    """Freeze the replicas in force, or let the schedule go on."""
    view = page.desk.view()
    if task.pause is not None:
        await _resume(page, task, view)
        return
    answer = await ask(page, stepping.pause(task, view, await around(page, task, view)))
    if answer is not None:
        until, note = stepping.pausing(task, view, answer)
        await act(
            page,
            task,
            lambda c, id_: c.pause(task.name, until, note, action_id=id_),
            f"{task.name} is paused.",
            Undo(task.id, pause, "resumes it"),
        )


async def _resume(page: Page, task: Task, view: View) -> None:
    if await ask(page, stepping.resume(task, view, await around(page, task, view))):
        await act(
            page,
            task,
            lambda c, id_: c.resume(task.name, action_id=id_),
            f"{task.name} is resumed.",
        )


async def edit(page: Page, task: Task) -> None:
    """Open the wizard on a task."""
    await _wizard(page, editing=task)


async def clone(page: Page, task: Task) -> None:
    """Open the wizard filled in like a task."""
    await _wizard(page, cloning=task)


async def launch(page: Page) -> None:
    """Open the wizard, empty or with the draft."""
    await _wizard(page)


VERBS: Mapping[Action, Verb] = {
    Action.ACTIVATE: activate,
    Action.DEACTIVATE: deactivate,
    Action.EDIT: edit,
    Action.ARCHIVE: archive,
    Action.RESTORE: restore,
    Action.DELETE: delete,
    Action.CLONE: clone,
    Action.RESTART: restart,
    Action.ROLLBACK: rollback,
    Action.OVERRIDE: scale,
    Action.PAUSE: pause,
}


async def _wizard(page: Page, *, editing: Task | None = None, cloning: Task | None = None) -> None:
    from tasktui.tui.wizard.screen import WizardScreen  # noqa: PLC0415 - not for the first frame

    screen: WizardScreen = WizardScreen(page.desk, editing=editing, cloning=cloning)
    outcome = await page.app.push_screen_wait(screen)
    if outcome is None:
        return
    task = outcome.task
    done = f"{task.name} is {'changed' if editing else 'launched: Idle'}."
    if editing and task.revision > editing.revision:
        back = partial(roll_back, to=editing.revision)
        done = undoable(page, done, Undo(task.id, back, "takes that back"))
    page.say(done, Tone.GOOD)
    page.show_task(task)
    if outcome.activate:
        await activate(page, task)


# By name.


async def find(page: Page, name: str) -> None:
    """Put the cursor on the task of that name. Raises NotFound."""
    task = await page.desk.session.acall(lambda c: c.any_task(name))
    page.show_task(task)
    # The table finds it in its own time; a row that another face deletes meanwhile never comes.
    for _ in range(_LOOKS):
        if (shown := page.target()) and shown.id == task.id:
            return
        await asyncio.sleep(_LOOK_S)


async def on_named(page: Page, id: str, name: str) -> None:  # noqa: A002 - the key's id
    """Do what a key does to the task of that name. Raises NotFound."""
    task = await page.desk.session.acall(lambda c: c.any_task(name))
    row = key(id)
    if row.action is None:
        page.app.push_screen(look(id, page.desk, task))
    else:
        page.desk.session.require_writable()
        await perform(page, row.action, task)


async def around(page: Page, task: Task, view: View) -> Around:
    """What stands beside a task, at the moment that the screen shows."""
    found = await page.desk.session.acall(lambda c: c.plans().around(task))
    return replace(found, now=view.now)
