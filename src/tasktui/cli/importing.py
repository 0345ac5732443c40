"""``import``: what other tools wrote becomes tasks, with a plan first and a result for each."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tasktui.cli import flags as given
from tasktui.cli.app import interactive
from tasktui.cli.asking import agreed
from tasktui.cli.output import complain, emit, note, rows, say
from tasktui.cli.taskfile import application_of, is_application, load_all, task_of
from tasktui.cli.verbs import Call, Verb
from tasktui.commands import consoletask, serveconfig
from tasktui.commands.bulk import Result, each
from tasktui.commands.commands import Commands
from tasktui.commands.incoming import Incoming
from tasktui.commands.moving import Does, Item
from tasktui.domain.task import Task, When
from tasktui.errors import EngineError, UserError
from tasktui.schedule.describe import describe

if TYPE_CHECKING:
    from tasktui.domain.observed import App


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of files."""

    incoming: list[Incoming] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """What belongs to no item and is not taken over, each with the reason."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("files", metavar="FILE", nargs="+", help="YAML or JSON; - is standard input")
    add("--plan", action="store_true", help="show what would be; write nothing")
    add("--yes", action="store_true", help="do not ask")
    add("--activate", action="store_true", help="activate the new tasks, at their next time")
    add("--artifact", metavar="A", help="what tasks without one run")
    given.add_schedule(parser)


def _import(call: Call) -> int:
    session = call.session if call.args.plan else call.writer()
    flags = given.read(argparse.Namespace(**{**vars(call.args), "file": None}))
    schedule = given.schedule_of(flags, None, call.environ)
    found = read(call.args.files)
    apps = _running(call, found)
    artifact: str = call.args.artifact or ""

    def planned(c: Commands) -> list[Item]:
        moving = c.moving()
        return [
            moving.plan_move(i, apps, schedule=schedule, artifact=artifact) for i in found.incoming
        ]

    items = session.call(planned)
    if call.args.plan:
        _show(call, items, found.left_out)
        return _code(items, ())
    if not call.json:
        _show(call, items, found.left_out)
    moving = [item for item in items if item.moves]
    if moving and not call.args.yes:
        _confirm(len(moving))
    results = each(moving, lambda item: _moved(call, item))
    _report(call, items, results, found.left_out)
    return _code(items, results)


def read(files: Sequence[str]) -> Read:
    """What stands in the files, of whichever tool each is. Raises UserError for what is none."""
    found = Read()
    for file in files:
        for document in load_all(file, aliases=True):
            _read(document, file, found)
    if not found.incoming:
        raise UserError("There is no task and no application in it.", "README.md shows a task.")
    return found


def _read(document: object, file: str, found: Read) -> None:
    stem = Path(file).stem if file != "-" else "task"
    body = document if isinstance(document, Mapping) else {}
    if serveconfig.is_config(body):
        incoming, left = serveconfig.read_config(body)
        found.incoming.extend(incoming)
        found.left_out.extend(left)
    elif consoletask.is_console_task(body):
        found.incoming.append(consoletask.read_console_task(body, stem))
    elif is_application(document):
        found.incoming.append(application_of(document, file))
    else:
        spec = task_of(document, file)
        found.incoming.append(
            Incoming(
                where=f"task {spec.name}",
                name=spec.name,
                schedule=spec.schedule,
                artifact=spec.artifact,
                file_path=spec.file_path,
                deployment_name=spec.deployment_name,
                env=spec.env,
                parameters=spec.parameters,
            )
        )


def _running(call: Call, found: Read) -> Mapping[str, App]:
    """What Ray runs, where it matters; without a cluster nothing does."""
    if not any(i.app for i in found.incoming):
        return {}
    from tasktui.runtime.looking import look  # noqa: PLC0415 - only where applications come in

    try:
        return look(call.session).apps
    except EngineError as error:
        note(f"Ray was not asked ({error.what}): what runs already is not seen.")
        return {}


def _moved(call: Call, item: Item) -> Task:
    def move(c: Commands) -> Task:
        task = c.moving().move(item)
        if call.args.activate and item.does is Does.NEW:
            return c.activate(task.name, When.NEXT)
        return task

    return call.session.call(move)


def _confirm(count: int) -> None:
    what = "1 task" if count == 1 else f"{count} tasks"
    if not interactive():
        raise UserError(
            f"{what} would be made, and there is no terminal to ask.", "Repeat it with --yes."
        )
    if not agreed(f"Make {what}?"):
        raise UserError("Nothing was taken over.")


def _show(call: Call, items: Sequence[Item], left_out: Sequence[str]) -> None:
    if call.json:
        emit({"items": [item_json(i) for i in items], "left_out": list(left_out)})
        return
    for item in items:
        say(f"{item.incoming.where}: {item.does}{f' ({item.why})' if item.why else ''}")
        if item.spec is not None and item.moves:
            rows(_rows(item))
        for text in item.incoming.left_out:
            say(f"  left out  {text}")
        for text in item.notes:
            say(f"  note      {text}")
    for text in left_out:
        say(f"left out  {text}")


def _rows(item: Item) -> list[tuple[str, str]]:
    spec, made = item.spec, item.artifact
    if spec is None:
        return []
    return [
        ("  task", spec.name),
        (
            "  artifact",
            f"{spec.artifact.partition('@')[0]} (new version)" if made else spec.artifact,
        ),
        ("  per replica", str(made.spec) if made else ""),
        ("  schedule", describe(spec.schedule)),
        ("  route", item.incoming.route or f"/{spec.name}"),
        ("  scales", item.incoming.scaled),
        ("  environment", ", ".join(sorted(spec.env))),
    ]


def item_json(item: Item) -> dict[str, object]:
    """One item as JSON; of variables the names only."""
    spec = item.spec
    return {
        "what": item.incoming.where,
        "name": item.incoming.name,
        "does": str(item.does),
        "why": item.why,
        "schedule": describe(spec.schedule) if spec else None,
        "artifact": spec.artifact if spec else None,
        "application": item.incoming.app or None,
        "route": item.incoming.route or None,
        "scales": item.incoming.scaled or None,
        "env": sorted(spec.env) if spec else [],
        "left_out": list(item.incoming.left_out),
        "notes": list(item.notes),
    }


def _report(
    call: Call, items: Sequence[Item], results: Sequence[Result[Item, Task]], left: Sequence[str]
) -> None:
    if call.json:
        outcome = {id(r.subject): r for r in results}
        body = []
        for item in items:
            done = outcome.get(id(item))
            error = str(done.error) if done and done.error else None
            body.append({**item_json(item), "done": bool(done and not done.error), "error": error})
        emit({"items": body, "left_out": list(left)})
        return
    for result in results:
        if result.error:
            complain(result.error)
        elif result.value:
            say(f"{result.value.name} is {result.value.status}.")


def _code(items: Sequence[Item], results: Sequence[Result[Item, Task]]) -> int:
    failed = any(i.does is Does.CANNOT for i in items) or any(r.error for r in results)
    return UserError.exit_code if failed else 0


VERBS = (
    Verb(
        name="import",
        run=_import,
        arguments=_arguments,
        json=True,
        text="Takes Ray Serve configurations, tasks of the hosted console's SDK, and tasktui's\n"
        "own files. An application that runs already as described is adopted: nothing restarts.\n"
        "What cannot be taken over is named; one bad item does not stop the others.",
        examples=(
            "tasktui import serve.yaml --plan",
            "tasktui import serve.yaml --yes --activate",
            "tasktui import nightly.json --artifact my-model",
        ),
    ),
)
