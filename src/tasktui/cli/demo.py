"""``demo``: from nothing to an endpoint that answers, and everything of it away again.

Guarantees that it can be repeated, that it takes down only what it made, and
that the cluster of others is used only when somebody said so.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tasktui.cli.again import again
from tasktui.cli.app import interactive, open_app
from tasktui.cli.cluster import bring_up, take_down
from tasktui.cli.demo_down import remove
from tasktui.cli.demo_record import read_record, write_record
from tasktui.cli.found import SOURCES, find_target
from tasktui.cli.output import note, say
from tasktui.cli.progress import Progress
from tasktui.cli.verbs import Call, Verb
from tasktui.cli.waiting import Outcome, current, wait_for
from tasktui.commands.commands import Commands
from tasktui.commands.present import dumps, endpoint, iso
from tasktui.domain.schedule import OneOff, Replicas
from tasktui.domain.status import Status
from tasktui.domain.task import Task, TaskSpec, When
from tasktui.errors import EngineError, NotFound, UserError
from tasktui.runtime.daemon import State
from tasktui.runtime.session import Session

if TYPE_CHECKING:
    from tasktui.engine.local import LocalStatus

NAME = "demo"
_DOWN = ("demo", "--down")
_START_S = 300.0
_STOP_S = 120.0
_SCHEDULER_S = 15.0
_ANSWER_S = 30.0
_PAUSE_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What the demo does outside of the store."""

    up: Callable[[Call], LocalStatus]
    down: Callable[[Call], int]
    wait: Callable[[Session, Task, Status, float, Callable[[str], None]], Outcome]
    get: Callable[[str], str]
    """Calls an endpoint and returns what it says. Raises EngineError."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", default="echo", help="official model to launch (echo)")
    parser.add_argument("--yes", action="store_true", help="use the cluster that is found")
    parser.add_argument("--down", action="store_true", help="remove what the demo made")


def _demo(call: Call) -> int:
    return run(call, Hands(up=bring_up, down=take_down, wait=wait_for, get=fetch))


def run(call: Call, hands: Hands) -> int:
    """Carry the demo out, or take it down."""
    if call.args.down:
        return remove(call, hands.down, hands.wait)
    began = time.monotonic()
    session = call.writer()
    # A model that there is not is said before a cluster is brought up for it.
    model = session.call(lambda c: c.artifact(call.args.model)).label
    _cluster(call, hands)
    started = session.health().state is State.DOWN
    session.start_scheduler(wait_s=_SCHEDULER_S)
    task = _task(session, model, hands)
    shown = Progress()
    try:
        outcome = hands.wait(session, task, Status.RUNNING, _START_S, shown)
    finally:
        shown.close()
    if outcome.text:
        note(f"tasktui: {outcome.text}")
        show, down = (
            again(w, getattr(call.args, "state_dir", None)) for w in (["show", task.name], _DOWN)
        )
        note(f"  {show} says more; {down} removes the demo.")
        return outcome.code
    if started:
        at = iso(session.health().started_at) or ""
        write_record(session, replace(read_record(session), scheduler=at))
    url = _url(session, task)
    say(f"GET {url}")
    say(_pretty(hands.get(url)), lines=True)
    note(f"From nothing to this answer in {time.monotonic() - began:.0f} s.")
    where = getattr(call.args, "state_dir", None)
    say(f"It goes on running. The terminal app: {again([], where)}")
    say(f"Everything of it away again: {again(_DOWN, where)}")
    return _offer(call)


def _cluster(call: Call, hands: Hands) -> None:
    """Bring up the embedded cluster, unless another one is found and may be used."""
    target = find_target(call)
    if target.embedded:
        return
    if target.source == "default":
        at = iso(hands.up(call).started_at) or ""
        write_record(call.session, replace(read_record(call.session), cluster=at))
        return
    where = f"{target.address} ({SOURCES.get(target.source, f'named by {target.source}')})"
    if not call.args.yes and not _agreed(where):
        raise UserError(
            f"There is a cluster already: {where}.",
            "tasktui demo --yes uses it. tasktui cluster up first, and the demo keeps off it.",
        )


def _agreed(where: str) -> bool:
    if not interactive():
        return False
    note(f"There is a cluster already: {where}. Use it for the demo? [y/N]")
    try:
        return input().strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def _task(session: Session, model: str, hands: Hands) -> Task:
    """The demo's task, activated: one that is there already, or a new one."""
    task = session.call(lambda c: _existing(c, model)) or _launched(session, model)
    if task.status is Status.NEED_STOP:
        hands.wait(session, task, Status.IDLE, _STOP_S, Progress())
        task = current(session, task.id) or task
    if task.status in {Status.STARTING, Status.RUNNING} or task.progress.due_at:
        return task
    return session.call(lambda c: c.activate(task.name, When.NOW, late_ok=True))


def _launched(session: Session, model: str) -> Task:
    task = session.call(lambda c: c.launch(_spec(c, model)))
    record = read_record(session)
    write_record(session, replace(record, tasks=(*record.tasks, task.id)))
    return task


def _existing(c: Commands, model: str) -> Task | None:
    found = [t for t in c.tasks() if t.artifact == model and _is_demo(t.name)]
    return found[0] if found else None


def _is_demo(name: str) -> bool:
    return name == NAME or (name.startswith(f"{NAME}-") and name[len(NAME) + 1 :].isdigit())


def _spec(c: Commands, model: str) -> TaskSpec:
    taken = {t.name for t in c.tasks()}
    number = 1
    while (name := NAME if number == 1 else f"{NAME}-{number}") in taken:
        number += 1
    schedule = OneOff(at=None, timezone="UTC", replicas=Replicas(1, 1))
    return TaskSpec(name=name, artifact=model, file_path="", deployment_name="", schedule=schedule)


def _url(session: Session, task: Task) -> str:
    """The endpoint, as soon as the scheduler has seen where Serve listens."""
    end = time.monotonic() + _ANSWER_S
    while time.monotonic() < end:
        url = session.call(lambda c: endpoint(c.task_by_id(task.id), c.cluster()))
        if url:
            return url
        time.sleep(_PAUSE_S)
    raise NotFound(f"Where {task.name} answers is not known yet.", f"tasktui show {task.name}")


def fetch(url: str) -> str:
    """GET ``url`` until it answers; Serve's proxy learns of a new route a moment late.

    Raises EngineError when it does not answer in time.
    """
    from urllib.request import ProxyHandler, build_opener  # noqa: PLC0415 - only here

    # Proxies of the environment are for the world outside, not for this machine.
    opener = build_opener(ProxyHandler({}))
    end = time.monotonic() + _ANSWER_S
    while True:
        try:
            with opener.open(url, timeout=10) as answer:
                return str(answer.read(2**20).decode(errors="replace"))
        except OSError as error:  # URLError is one
            if time.monotonic() > end:
                raise EngineError(
                    f"{url} does not answer: {error}.", "tasktui logs NAME shows its log."
                ) from error
        time.sleep(_PAUSE_S)


def _pretty(body: str) -> str:
    try:
        return dumps(json.loads(body))
    except ValueError:
        return body


def _offer(call: Call) -> int:
    """Open the terminal app when somebody is there and presses Enter."""
    if not interactive() or call.environ.get("TERM") == "dumb":
        return 0
    note("Enter opens the terminal app; q or Ctrl-C does not.")
    try:
        if input().strip():
            return 0
    except (EOFError, KeyboardInterrupt):
        return 0
    call.close()
    return open_app(call)


VERBS = (
    Verb(
        name="demo",
        run=_demo,
        arguments=_arguments,
        text="Brings up an embedded cluster where none is found, launches the model as a task\n"
        "named demo, calls its endpoint, and leaves it running.",
        examples=("tasktui demo", "tasktui demo --down"),
    ),
)
