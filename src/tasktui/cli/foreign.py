"""Applications of others on the cluster: see them, take one over, let it go again."""

from __future__ import annotations

import argparse

from tasktui.cli import flags as given
from tasktui.cli.app import interactive
from tasktui.cli.asking import agreed
from tasktui.cli.importing import item_json
from tasktui.cli.output import Column, emit, note, say, table, width
from tasktui.cli.verbs import Call, Verb, task_name
from tasktui.cli.waiting import report
from tasktui.commands.commands import Commands
from tasktui.commands.moving import Item
from tasktui.commands.present import iso
from tasktui.commands.serveconfig import from_running
from tasktui.domain.observed import App
from tasktui.domain.service import task_name as named_by
from tasktui.domain.task import Task
from tasktui.errors import NotAllowed, NotFound, UserError
from tasktui.schedule.describe import describe

_COLUMNS = (
    Column("APPLICATION"),
    Column("STATUS", 1),
    Column("TASK", 2),
    Column("ROUTE", 3),
    Column("REPLICAS", 4),
    Column("DEPLOYMENTS", 5),
    Column("DEPLOYED", 6),
)


def _apps(call: Call) -> int:
    from tasktui.runtime.looking import look  # noqa: PLC0415 - HTTP takes 100 ms to import

    seen = look(call.session)
    owner, tasks = call.session.call(lambda c: (c.owner(), c.adopted()))
    found = [
        (app, tasks.get(app.name) or named_by(owner, app.name) or "")
        for app in sorted(seen.apps.values(), key=lambda a: a.name)
    ]
    if call.json:
        emit([_json(app, task) for app, task in found])
        return 0
    lines = [
        [
            app.name,
            str(app.status),
            task or "foreign",
            app.route or "-",
            f"{sum(r.ready for r in app.replicas)}/{len(app.replicas)}",
            ", ".join(app.deployments),
            str(app.source),
        ]
        for app, task in found
    ]
    table(_COLUMNS, lines, width())
    if not found:
        note("The cluster runs no application.")
    return 0


def _json(app: App, task: str) -> dict[str, object]:
    return {
        "name": app.name,
        "task": task or None,
        "foreign": not task,
        "status": str(app.status),
        "route": app.route or None,
        "source": str(app.source),
        "deployments": list(app.deployments),
        "replicas": [
            {"id": r.id, "deployment": r.deployment, "state": r.state, "node": r.node, "pid": r.pid}
            for r in app.replicas
        ],
        "deployed_at": iso(app.since) if app.since else None,
        "message": app.message,
    }


def _adopt_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("app", metavar="APPLICATION", help="its name, as tasktui apps lists it")
    parser.add_argument("--plan", action="store_true", help="show what would be; write nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    given.add_schedule(parser)


def _adopt(call: Call) -> int:
    from tasktui.runtime.looking import look  # noqa: PLC0415 - HTTP takes 100 ms to import

    session = call.session if call.args.plan else call.writer()
    flags = given.read(argparse.Namespace(**{**vars(call.args), "file": None}))
    schedule = given.schedule_of(flags, None, call.environ)
    apps = look(session).apps
    name: str = call.args.app
    app = apps.get(name)
    if app is None:
        raise NotFound(f"The cluster runs no application {name}.", "tasktui apps lists them.")
    item = session.call(lambda c: c.moving().plan_move(from_running(app), apps, schedule=schedule))
    if not item.moves:
        raise NotAllowed(f"{name}: {item.does} ({item.why}).")
    if call.args.plan:
        _show(call, item)
        return 0
    if not call.json:
        _show(call, item)
    if not call.args.yes:
        _confirm(name)
    report(call, session.call(lambda c: _moved(c, item)))
    return 0


def _moved(c: Commands, item: Item) -> Task:
    return c.moving().move(item)


def _show(call: Call, item: Item) -> None:
    if call.json:
        emit(item_json(item))
        return
    spec, incoming = item.spec, item.incoming
    if spec is None:
        return
    say(f"{incoming.app} becomes the task {spec.name}, and keeps its name and route.")
    if not any(text.startswith("Ray is told") for text in item.notes):
        say("  nothing restarts: Ray has it already as the task wants it")
    say(f"  schedule  {describe(spec.schedule)}, of {incoming.scaled or 'what its code says'}")
    for text in (*incoming.left_out, *item.notes):
        say(f"  note      {text}")


def _confirm(name: str) -> None:
    if not interactive():
        raise UserError(
            f"{name} would be scaled and stopped by tasktui, and there is no terminal to ask.",
            "Repeat it with --yes.",
        )
    if not agreed(f"From now on tasktui scales and stops {name}. Adopt it?"):
        raise UserError("Nothing was adopted.")


def _disown(call: Call) -> int:
    name: str = call.args.name
    task = call.writer().call(lambda c: c.moving().disown(name))
    if call.json:
        emit({"task": task.name, "application": task.app, "status": str(task.status)})
    else:
        say(f"{task.app} is left as it is; the task {task.name} is archived.")
    return 0


VERBS = (
    Verb(
        name="apps",
        run=_apps,
        json=True,
        text="Asks Ray now. What is foreign is never changed.",
        examples=("tasktui apps", "tasktui apps --json"),
    ),
    Verb(
        name="adopt",
        run=_adopt,
        arguments=_adopt_arguments,
        json=True,
        text="It keeps its name, its route and its replicas. Without a schedule it runs on with\n"
        "the replicas that it declares. What was deployed by a program (serve.run) cannot be\n"
        "adopted: Ray keeps no configuration of it.",
        examples=(
            "tasktui adopt text_ml --plan",
            "tasktui adopt text_ml --daily '08:00=2-4,20:00=0-1' --timezone Europe/Berlin --yes",
        ),
    ),
    Verb(
        name="disown",
        run=_disown,
        arguments=task_name,
        json=True,
        examples=("tasktui disown text-ml",),
    ),
)
