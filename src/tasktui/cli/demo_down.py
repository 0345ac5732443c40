"""Removes what the demo made, says what it leaves alone, and why."""

from __future__ import annotations

from collections.abc import Callable

from tasktui.cli.demo_record import Record, read_record, write_record
from tasktui.cli.output import note, say
from tasktui.cli.progress import Progress
from tasktui.cli.verbs import Call
from tasktui.cli.waiting import Outcome, current
from tasktui.commands.present import iso
from tasktui.domain.status import Status
from tasktui.domain.task import Task, TaskId
from tasktui.runtime.daemon import State
from tasktui.runtime.session import Session

Wait = Callable[[Session, Task, Status, float, Callable[[str], None]], Outcome]

_FORCED_S = 60.0
"""How long after a forced stop a task may take to be Idle."""


def remove(call: Call, down: Callable[[Call], int], wait: Wait) -> int:
    """Remove the demo; 1 when something of it is left."""
    session = call.writer()
    record = read_record(session)
    if record == Record():
        say("There is no demo to remove.")
        return 0
    left = [key for key in record.tasks if not _remove_task(call, TaskId(key), wait)]
    others = [t.name for t in session.call(lambda c: c.tasks()) if t.armed]
    scheduler = _stop_scheduler(session, record, others)
    cluster = _take_down(call, record, others, down)
    write_record(
        session,
        Record(
            tasks=tuple(left),
            cluster="" if cluster else record.cluster,
            scheduler="" if scheduler else record.scheduler,
        ),
    )
    return int(bool(left))


def _remove_task(call: Call, key: TaskId, wait: Wait) -> bool:
    """Stop, archive and delete a task of the demo; whether it is gone."""
    session = call.session
    task = current(session, key)
    if task is None:
        return True
    if task.status not in {Status.IDLE, Status.ARCHIVED} and not _stop(call, task, wait):
        session.call(lambda c: c.archive(task.name, when_idle=True))
        note(f"{task.name} does not stop while Ray does not answer; it is archived when it does.")
        return False
    if task.status is not Status.ARCHIVED:
        session.call(lambda c: c.archive(task.name))
    if session.call(lambda c: c.task(task.name, archived=True)).id != key:
        note(f"Left alone: the archived {task.name}, since another one was archived after it.")
        return True
    session.call(lambda c: c.delete(task.name))
    say(f"Removed: the task {task.name}.")
    return True


def _stop(call: Call, task: Task, wait: Wait) -> bool:
    """Drain the task, then force it; whether it is Idle."""
    session = call.session
    shown = Progress()
    try:
        for force, limit_s in ((False, call.config.drain_s + 15), (True, _FORCED_S)):
            now = current(session, task.id)
            if now is None or now.status is Status.IDLE:
                return True
            if force or now.status is not Status.NEED_STOP:
                session.call(lambda c, f=force: c.deactivate(task.name, force=f))  # type: ignore[misc]
            if wait(session, task, Status.IDLE, limit_s, shown).code == 0:
                return True
    finally:
        shown.close()
    return False


def _stop_scheduler(session: Session, record: Record, others: list[str]) -> bool:
    health = session.health()
    if health.state is State.DOWN:
        return True
    if not record.scheduler or iso(health.started_at) != record.scheduler:
        say("Left alone: the scheduler, which the demo did not start.")
        return True
    if others:
        say(f"Left alone: the scheduler, which drives {', '.join(others)}.")
        return False
    session.stop_scheduler()
    say("Stopped: the scheduler.")
    return True


def _take_down(call: Call, record: Record, others: list[str], down: Callable[[Call], int]) -> bool:
    local = call.session.local_status()
    if local.state == "down":
        return True
    if not record.cluster or iso(local.started_at) != record.cluster:
        say("Left alone: the embedded cluster, which the demo did not bring up.")
        return True
    if others:
        say(f"Left alone: the embedded cluster, on which {', '.join(others)} may run.")
        return False
    down(call)
    say("Taken down: the embedded cluster.")
    return True
