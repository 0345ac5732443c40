"""The marked tasks: one plan, one confirmation, and a result for each.

What failed, and what was left out, stays marked, with why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tasktui.commands.bulk import Result, each
from tasktui.commands.commands import Commands
from tasktui.domain.actions import Action
from tasktui.domain.task import Task
from tasktui.tui.lines import Tone
from tasktui.tui.screens import several
from tasktui.tui.screens.acting import ask, require_same

if TYPE_CHECKING:
    from tasktui.tui.screens.finding import Finding

AT_ONCE = 20
"""Changes in one job of the store's thread: what is shown is read in between."""


async def perform(page: Finding, action: Action, keys: Sequence[int]) -> None:
    """Ask about the tasks with these ids, then change them one after another."""
    session = page.desk.session
    session.require_writable()
    found = await session.acall(lambda c: c.tasks_of(keys))
    tasks = sorted(found, key=lambda t: t.name)
    if not tasks:
        page.failures({})
        page.say("The marked tasks do not exist any more.", Tone.NOTE)
        return
    action = several.meant(action, tasks)
    refused = {t.id: why for t in tasks if (why := several.refused(action, t))}
    allowed = [t for t in tasks if t.id not in refused]
    if not allowed:
        first = next(iter(refused.values()))
        page.say(f"None of {len(tasks)} marked tasks: {first}", Tone.NOTE)
        return
    view = page.desk.view()
    around = replace(await session.acall(lambda c: c.plans().around()), now=view.now)
    plan = several.question(action, allowed, list(refused.values()), view, around)
    answer = await ask(page, plan)
    if answer is not None:
        results = await _carry_out(page, allowed, several.change(action, answer, view))
        failed = {r.subject.id: str(r.error) for r in results if r.error}
        page.failures({**refused, **failed})
        page.say(*told(action, results, len(refused)))
        page.reload()


async def _carry_out(
    page: Finding, tasks: Sequence[Task], change: several.Change
) -> list[Result[Task, object]]:
    def one(commands: Commands, task: Task) -> object:
        require_same(commands, task)
        return change(commands, task)

    done: list[Result[Task, object]] = []
    for at in range(0, len(tasks), AT_ONCE):
        some = tasks[at : at + AT_ONCE]
        done += await page.desk.session.acall(
            lambda c, some=some: each(some, lambda t: one(c, t))  # type: ignore[misc]
        )
        page.say(f"{len(done)} of {len(tasks)} done ...")
    return done


def told(
    action: Action, results: Sequence[Result[Task, object]], left_out: int = 0
) -> tuple[str, Tone]:
    """How it went, in one line: how many, the first that failed, and how many were left out."""
    failed = [r for r in results if r.error]
    good = len(results) - len(failed)
    tasks = f"{len(results)} task{'s' if len(results) > 1 else ''}"
    if not failed and left_out:
        text = f"{str(action).capitalize()}: {tasks} done; {left_out} left out, still marked."
        return text, Tone.NOTE
    if not failed:
        return f"{str(action).capitalize()}: {tasks} done.", Tone.GOOD
    first = failed[0]
    text = f"{str(action).capitalize()}: {good} of {tasks} done, {len(failed)} stay marked."
    return f"{text} {first.subject.name}: {first.error}", Tone.PROBLEM
