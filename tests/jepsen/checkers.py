"""Judges a run from what it left. Pure: every checker returns what is wrong, in sentences.

The invariants are those of the reliability contract: I1 what runs is what is wanted; I2 others'
applications are untouched; I3 one event for each task and instant; I4 one leader for each epoch
and no write under an old one; I5 no change of Ray by one that leads no more; I6 readers are
answered; I7 the database is whole; I8 every fault left a trace that a person can read. Beside
them: nothing acknowledged is lost, nothing refused is done, nothing is done twice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from jepsen.audit import Audit, Row
from jepsen.history import Entry, Op, operations
from jepsen.replay import KINDS, Model, join, wish_of
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.schedule.points import wanted

ANSWER_S = 10.0
"""Only a reader that hangs waits so long: this machine may be busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """What was there at the end."""

    now: datetime
    owner: str
    tasks: tuple[Task, ...]
    """All of them, archived ones too."""
    apps: Mapping[str, Mapping[str, Any]]
    """Configurations on Ray of what is not going."""
    ready: Mapping[str, int]
    """Replicas that answer, by application."""
    others: Mapping[str, Mapping[str, Any]]
    """Others' applications as their own tool deployed them last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Everything that a run left."""

    entries: tuple[Entry, ...]
    audit: Audit
    trace: tuple[Mapping[str, Any], ...]
    log: str
    """Of all schedulers; what was printed by those that did not lead stands there, too."""
    errors: str
    """What clients and the terminal printed where nothing should be."""
    settled: Final
    """When it had converged, or the time for that was over; the scheduler still ran."""
    final: Final
    """After the scheduler had been stopped."""

    @property
    def ops(self) -> list[Op]:
        """What clients and nemesis did."""
        return operations(self.entries)


def applications(final: Final) -> list[str]:
    """I1: exactly the applications that are wanted, as they are wanted; and the store says so."""
    prefix = f"tasktui-{final.owner}-"
    ours = {n.removeprefix(prefix): c for n, c in final.apps.items() if n.startswith(prefix)}
    live = {t.name: t for t in final.tasks if t.archived_at is None}
    wrong = [f"{n} runs on Ray, but no task has the name" for n in ours.keys() - live.keys()]
    for name, task in sorted(live.items()):
        wrong += _application(task, ours.get(name), final.ready.get(prefix + name, 0), final.now)
    return wrong


def _application(
    task: Task, config: Mapping[str, Any] | None, ready: int, now: datetime
) -> list[str]:
    wish = wanted(task, now).replicas if task.armed else None
    status = task.status
    if wish is None or wish.stopped:
        rests = Status.IN_QUEUE if task.armed else Status.IDLE
        wrong = [] if config is None else [f"{task.name} runs, though {wish} is wanted"]
        return wrong if status is rests else [*wrong, f"{task.name} is {status}, not {rests}"]
    if config is None:
        return [f"{task.name} does not run, though {wish} is wanted ({task.progress.reason.text})"]
    deployment = config["deployments"][0]
    scaling = deployment["autoscaling_config"]
    found = {
        "replicas": (scaling["min_replicas"], scaling["max_replicas"]),
        "route": config["route_prefix"],
        "program": config["import_path"],
        "package": task.digest in config["runtime_env"]["working_dir"],
        "cpu": deployment["ray_actor_options"]["num_cpus"],
        "env": {k: v for k, v in _env(config).items() if k != "TASKTUI_RESTARTS"},
        "restarts": int(_env(config).get("TASKTUI_RESTARTS", 0)),
        "status": status,
    }
    due = {
        "replicas": (wish.min, wish.max),
        "route": f"/{task.name}",
        "program": f"{task.file_path}:{task.deployment_name}",
        "package": True,
        "cpu": task.spec.cpu,
        "env": dict(task.env),
        "restarts": task.restarts,
        "status": Status.RUNNING,
    }
    wrong = [f"{task.name}: {k} is {found[k]}, not {due[k]}" for k in due if found[k] != due[k]]
    if ready < wish.min:
        wrong.append(f"{task.name}: {ready} replicas are ready, {wish.min} are wanted")
    return wrong


def _env(config: Mapping[str, Any]) -> Mapping[str, str]:
    return config["runtime_env"].get("env_vars") or {}


def raced(entries: Sequence[Entry]) -> frozenset[str]:
    """Others' applications that their tool changed last while a change of ours was under way.

    Ray has no compare-and-set: between our look and our change (and its verification) nobody
    can tell who was later. Either state is admitted for these.
    """
    puts = [e for e in entries if e.f == "put"]
    last = {e.value["name"]: e.at for e in entries if e.f == "deployed"}
    spans = [(e.value["looked_at"], e.at + 2.0) for e in puts]
    return frozenset(n for n, at in last.items() if any(a <= at <= b for a, b in spans))


def others(entries: Sequence[Entry], final: Final) -> list[str]:
    """I2: others' applications are exactly what their own tool made of them."""
    free = raced(entries)
    prefix = f"tasktui-{final.owner}-"
    found = {n: c for n, c in final.apps.items() if not n.startswith(prefix)}
    names = (found.keys() | final.others.keys()) - free
    return [
        f"{n} is {found.get(n)}, but its tool made it {final.others.get(n)}"
        for n in sorted(names)
        if found.get(n) != final.others.get(n)
    ]


def instants(audit: Audit, final: Final) -> list[str]:
    """I3: one row for each task, kind and instant, and one for the last point that counts."""
    rows = [r for r in audit.events if r.instant is not None]
    counted = Counter((r.task_id, r.kind, r.instant) for r in rows)
    wrong = [
        f"{n} rows {kind} of task {i} at {at}" for (i, kind, at), n in counted.items() if n > 1
    ]
    told = {(r.task_id, r.instant) for r in rows}
    for task in final.tasks:
        at = task.progress.point_at
        if task.armed and at and (task.id, round(at.timestamp() * 1e6)) not in told:
            wrong.append(f"{task.name}: its point at {at} counts, but no row tells of it")
    return wrong


def order(audit: Audit) -> list[str]:
    """Rows are written in order: each begins where the one before it ended."""
    wrong: list[str] = []
    last: dict[int, str] = {}
    for row in audit.events:
        if row.task_id is None or row.new is None:
            continue
        before = last.get(row.task_id)
        if before is not None and row.old != before:
            wrong.append(
                f"row {row.seq}: {row.task} went from {row.old} ({row.kind}), was {before}"
            )
        last[row.task_id] = row.new
    return wrong


def leaders(audit: Audit, trace: Iterable[Mapping[str, Any]]) -> list[str]:
    """I4: epochs grow by one, each has one process, and one that leads no more writes nothing."""
    epochs = [epoch for epoch, _ in audit.leaders]
    wrong = [f"epoch {b} after {a}" for a, b in pairwise(epochs) if b != a + 1]
    leader, leading = 0, 0
    for line in trace:
        sql, pid = str(line["sql"]), int(line["pid"])
        if sql.startswith("UPDATE leader SET epoch"):
            leading = pid
        elif sql.startswith("COMMIT") and leading == pid:
            leader, leading = pid, 0
        elif sql.startswith("ROLLBACK") and leading == pid:
            leading = 0
        elif sql.startswith(("INSERT", "UPDATE", "DELETE")) and leader and leader != pid != leading:
            wrong.append(f"process {pid} wrote ({sql}) while {leader} led")
    return wrong


def changes(entries: Iterable[Entry]) -> list[str]:
    """I5: every change of Ray came from the process that led when it came."""
    return [
        f"a change came from process {e.value['sender']} while {e.value['leader']} led "
        f"(epoch {e.value['epoch']})"
        for e in entries
        if e.f == "put" and e.value["sender"] not in {0, e.value["leader"]}
    ]


def answers(ops: Iterable[Op]) -> list[str]:
    """I6: every reader was answered, and none waited for long."""
    wrong = []
    for op in ops:
        if op.f in {"read", "key"}:
            waited = op.returned_at - op.called_at
            if op.type != "ok" or waited > ANSWER_S:
                wrong.append(f"{op.process}: {op.f} ended {op.type} after {waited:.1f} s")
    return wrong


def integrity(audit: Audit) -> list[str]:
    """I7: SQLite finds nothing wrong."""
    return [] if audit.integrity == ("ok",) else list(audit.integrity)


def traces(ops: Iterable[Op], rows: Sequence[Row], log: str) -> list[str]:
    """I8: a fault that must be told was told, in an event or in the log, after it began."""
    wrong = []
    for op in ops:
        if "must" in op.result:
            told = [r.reason for r in rows if r.seq > op.value["seq"]]
            if not re.search(op.result["must"], "\n".join([*told, log[op.value["log"] :]])):
                wrong.append(f"{op.f}: nothing tells {op.result['must']!r}")
    return wrong


def faults(ops: Iterable[Op]) -> list[str]:
    """The nemesis itself did what it meant to do."""
    return [
        f"{op.f} failed: {op.result.get('error')}"
        for op in ops
        if op.process == "nemesis" and op.type == "fail"
    ]


def crashes(log: str, errors: str) -> list[str]:
    """No program ended by a mistake of its own."""
    lines = [*log.splitlines(), *errors.splitlines()]
    words = ("should not have happened", "Traceback")
    return [line for line in lines if any(w in line for w in words)]


def acknowledged(ops: Sequence[Op], audit: Audit, final: Final) -> list[str]:
    """Nothing acknowledged is lost, nothing refused is done, nothing is done twice."""
    wrong = _keys(ops, audit.actions) + _deletions(ops, audit.gone)
    behind: dict[int, Op] = {}
    for client in sorted({op.process for op in ops if op.f in KINDS}):
        mine = [op for op in ops if op.process == client]
        rows = [r for r in audit.events if r.actor == f"{client} (cli)"]
        found, problem = join(mine, rows, audit.actions)
        behind |= found
        wrong += [problem] if problem else []
    if wrong:
        return wrong
    model = Model()
    for row in audit.events:
        model.see(row, behind.get(row.seq))
    for task in final.tasks:
        due, found_ = model.tasks.get(task.id), wish_of(task)
        if due != found_:
            wrong.append(f"{task.name} is {found_}, but what was done makes it {due}")
    there = {int(t.id) for t in final.tasks}
    wrong += [f"task {i} is gone" for i in model.tasks.keys() - there - audit.gone]
    return wrong


def _keys(ops: Iterable[Op], keys: frozenset[str]) -> list[str]:
    due = {"ok": True, "fail": False}
    return [
        f"{op.process}: {op.f} {op.value['task']} ended {op.type}, but was "
        f"{'' if op.value['key'] in keys else 'not '}done"
        for op in ops
        if op.f in KINDS
        and op.value.get("key")
        and op.type in due
        and (op.value["key"] in keys) != due[op.type]
    ]


def _deletions(ops: Iterable[Op], gone: frozenset[int]) -> list[str]:
    ended = Counter(op.type for op in ops if op.f == "delete")
    if ended["ok"] <= len(gone) <= ended["ok"] + ended["info"]:
        return []
    return [f"{len(gone)} tasks are gone; {ended['ok']} deletions were acknowledged"]


def wishes(audit: Audit) -> list[str]:
    """Each change of a wish counts once, and a revision is never skipped or reused."""
    return [
        f"task {w.task_id}: generation {w.old} -> {w.new}, revision {w.was} -> {w.revision}"
        for w in audit.wishes
        if w.new != w.old + 1 or w.revision not in {w.was, w.was + 1}
    ]


def check(run: Run) -> dict[str, list[str]]:
    """Every checker's findings, by invariant."""
    ops = run.ops
    return {
        "I1 applications": applications(run.settled),
        "I2 others": others(run.entries, run.settled),
        "I3 instants": instants(run.audit, run.final),
        "I4 leaders": leaders(run.audit, run.trace),
        "I5 changes": changes(run.entries),
        "I6 answers": answers(ops),
        "I7 integrity": integrity(run.audit),
        "I8 traces": traces(ops, run.audit.events, run.log),
        "acknowledged": acknowledged(ops, run.audit, run.final),
        "order": order(run.audit),
        "wishes": wishes(run.audit),
        "faults": faults(ops),
        "crashes": crashes(run.log, run.errors),
    }
