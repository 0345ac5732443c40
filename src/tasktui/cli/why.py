"""``why``: why a task is not as wanted, with numbers, and what one can do."""

from __future__ import annotations

from tasktui.cli.output import emit, rows
from tasktui.cli.verbs import Call, Verb, task_name
from tasktui.commands.answer import answer_json, lines
from tasktui.commands.commands import Commands
from tasktui.commands.scene import Scene, concerned
from tasktui.commands.why import why
from tasktui.runtime.daemon import State, how_to_start
from tasktui.tui.times import View, clock


def _why(call: Call) -> int:
    trouble = _trouble(call)

    def read(c: Commands) -> Scene:
        task, now = c.any_task(call.args.name), c.now()
        return Scene(
            task=task,
            tasks=concerned(c),
            cluster=c.cluster(),
            now=now,
            config=call.config,
            say=clock(View(now=now), task.schedule.timezone),
            trouble=trouble if task.armed else "",
        )

    answer = why(call.session.call(read))
    if call.json:
        emit(answer_json(answer))
        return 0
    rows([("TASK", f"{answer.task}  {answer.status}")])
    rows([(f.label, f.text) for f in lines(answer)])
    return 0


def _trouble(call: Call) -> str:
    """Why nothing is up to date; empty while a scheduler works."""
    health = call.session.health()
    if health.state is not State.RUNNING:
        return f"the scheduler does not run: {how_to_start(health)}"
    return health.trouble and f"the scheduler cannot use its database: {health.trouble}"


VERBS = (
    Verb(
        name="why",
        run=_why,
        arguments=task_name,
        json=True,
        text="What it needs, who holds it, its place in line, the next chance with its basis\n"
        "or 'unknown', the last error's own last lines, and commands that help.",
        examples=("tasktui why chat", "tasktui why chat --json"),
    ),
)
