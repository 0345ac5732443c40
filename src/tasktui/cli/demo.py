"""``demo``: from nothing to a model that answers, and everything of it away again.

Guarantees that it can be repeated, that it takes down only what it made, and
that the cluster of others is used only when somebody said so.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tasktui.cli.again import again
from tasktui.cli.app import interactive, open_app
from tasktui.cli.asking import agreed
from tasktui.cli.cluster import bring_up, take_down
from tasktui.cli.demo_answer import piece, streamed, told
from tasktui.cli.demo_call import Hear, Heard, fetch
from tasktui.cli.demo_down import remove
from tasktui.cli.demo_record import read_record, write_record
from tasktui.cli.found import SOURCES, find_target
from tasktui.cli.output import Column, emit, note, say, table, type_out, width
from tasktui.cli.progress import Progress
from tasktui.cli.verbs import Call, Verb
from tasktui.cli.waiting import Outcome, current, wait_for
from tasktui.commands.commands import Commands
from tasktui.commands.present import endpoint, iso
from tasktui.commands.request import Request, url_of
from tasktui.domain.artifact import ArtifactKind
from tasktui.domain.schedule import OneOff, Replicas
from tasktui.domain.status import Status
from tasktui.domain.task import Task, TaskSpec, When
from tasktui.errors import NotFound, UserError
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
    ask: Callable[[str, Request, Hear], Heard]
    """Sends a request to an endpoint, and returns the answer. Raises EngineError."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        metavar="NAME",
        nargs="?",
        default="echo",
        help="official model to launch (echo); without a name it lists them",
    )
    parser.add_argument("--yes", action="store_true", help="use the cluster that is found")
    parser.add_argument("--down", action="store_true", help="remove what the demo made")


def _demo(call: Call) -> int:
    return run(call, Hands(up=bring_up, down=take_down, wait=wait_for, ask=fetch))


def run(call: Call, hands: Hands) -> int:
    """Carry the demo out, or take it down."""
    if call.args.down:
        return remove(call, hands.down, hands.wait)
    if call.args.model is None:
        return _models(call)
    began = time.monotonic()
    session = call.writer()
    # A model that there is not is said before a cluster is brought up for it.
    model = session.call(lambda c: c.artifact(call.args.model)).label
    _cluster(call, hands)
    started = session.health().state is State.DOWN
    session.start_scheduler(wait_s=_SCHEDULER_S)
    task = _task(session, model, hands)
    cold, asked_for = task.status is not Status.RUNNING, time.monotonic()
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
    start_s = time.monotonic() - asked_for if cold else None
    answer = _answer(call, task, hands)
    total_s = time.monotonic() - began
    if call.json:
        start = None if start_s is None else round(start_s, 3)
        emit({**answer, "cold_start_s": start, "total_s": round(total_s, 3)})
        return 0
    ran = "It ran already" if start_s is None else f"It ran {start_s:.1f} s after its activation"
    note(f"{ran}, and answered in {answer['request_s']:.3f} s.")
    note(f"From nothing to this answer in {total_s:.0f} s.")
    where = getattr(call.args, "state_dir", None)
    say(f"It goes on running. The terminal app: {again([], where)}")
    say(f"Everything of it away again: {again(_DOWN, where)}")
    return _offer(call)


def _models(call: Call) -> int:
    """List what can be launched."""
    found = call.session.call(lambda c: c.artifacts())
    models = [a for a in found if a.kind is ArtifactKind.OFFICIAL]
    newest = {a.name: a for a in sorted(models, key=lambda a: a.version)}
    lines = [(a.label, a.description) for a in newest.values()]
    if call.json:
        emit([{"name": name, "description": text} for name, text in lines])
    else:
        table((Column("NAME"), Column("DESCRIPTION")), lines, width())
    return 0


def _answer(call: Call, task: Task, hands: Hands) -> dict[str, object]:
    """Send the sample of the model, and say what it answers."""
    request = streamed(call.session.call(lambda c: c.sample(task)))
    url = _url(call.session, task, request)
    typed = _Typed(live=interactive() and not call.json)
    if not call.json:
        say(" ".join(part for part in (request.method, url, request.body) if part))
    heard = hands.ask(url, request, typed)
    lines = told(request, heard.body)
    if typed.any:
        say()
    elif not call.json:
        say("\n".join(lines), lines=True)
    return {
        "model": call.args.model,
        "task": task.name,
        "request": {"method": request.method, "url": url, "body": request.body},
        "answer": heard.body.decode(errors="replace"),
        "told": lines,
        "request_s": round(heard.seconds, 3),
    }


@dataclass(slots=True)
class _Typed:
    """Writes the text of a stream onto the terminal as it comes."""

    live: bool
    any: bool = False

    def __call__(self, line: bytes) -> None:
        text = piece(line) if self.live else ""
        if text:
            type_out(text)
            self.any = True


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
    question = f"There is a cluster already: {where}. Use it for the demo?"
    return interactive() and agreed(question)


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


def _url(session: Session, task: Task, request: Request) -> str:
    """Where the request goes, as soon as the scheduler has seen where Serve listens."""
    end = time.monotonic() + _ANSWER_S
    while time.monotonic() < end:
        now, cluster = session.call(lambda c: (c.task_by_id(task.id), c.cluster()))
        if endpoint(now, cluster):
            return url_of(now, cluster, request)
        time.sleep(_PAUSE_S)
    raise NotFound(f"Where {task.name} answers is not known yet.", f"tasktui show {task.name}")


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
        json=True,
        text="Brings up an embedded cluster where none is found, launches the model as a task\n"
        "named demo, sends it the sample request of its manifest, and leaves it running.",
        examples=(
            "tasktui demo",
            "tasktui demo --model",
            "tasktui demo --model embed-minilm",
            "tasktui demo --down",
        ),
    ),
)
