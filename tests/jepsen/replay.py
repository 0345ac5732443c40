"""Joins what clients say that they did to the rows that it left, and does it again in a model.

The rows of one client come in the order of its operations: it is a single process. An operation
that was acknowledged has its row, one that was refused has none, and of one whose outcome nobody
knows the store tells by its key, or it may or may not have one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from jepsen.audit import Row
from jepsen.history import Op
from tasktui.domain.task import Task

KINDS: Mapping[str, frozenset[str]] = {
    "launch": frozenset({"launched"}),
    "edit": frozenset({"edited"}),
    "rollback": frozenset({"edited"}),
    "activate": frozenset({"activated"}),
    "deactivate": frozenset({"deactivated", "forced"}),
    "archive": frozenset({"archived", "deactivated", "forced"}),
    "restore": frozenset({"restored"}),
    "restart": frozenset({"restarted"}),
    "scale": frozenset({"scaled by hand"}),
    "clear": frozenset({"override cleared"}),
    "pause": frozenset({"paused"}),
    "resume": frozenset({"resumed"}),
}
"""Which rows an operation may leave; one that is not named here leaves none."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A task as the model has it."""

    revision: int = 1
    schedule: str = ""
    env: tuple[tuple[str, str], ...] = ()
    armed: bool = False
    override: str = ""
    paused: bool = False
    archived: bool = False


@dataclass(frozen=True, slots=True)
class _Path:
    """One way to join the rows so far: the next operation, and the way before."""

    next: int
    joined: tuple[int, int] | None = None
    before: _Path | None = None


def join(ops: Sequence[Op], rows: Sequence[Row], keys: frozenset[str]) -> tuple[dict[int, Op], str]:
    """The operation behind each row (by ``seq``) of one client; and what does not fit, if any."""
    made = [(op, must) for op in ops for must in _left(op, keys)]
    paths = [_Path(0)]
    for row in rows:
        found = {p.next: p for path in paths for p in _onward(path, row, made)}
        if not found:
            last = max(p.next for p in paths)
            due = f"{made[last][0].f} {made[last][0].value}" if last < len(made) else "nothing"
            return {}, f"{row.actor}: the row {row.kind} of {row.task} ({row.reason}); due is {due}"
        paths = list(found.values())
    for path in paths:
        if not any(must for _, must in made[path.next :]):
            return {seq: made[i][0] for seq, i in _walk(path)}, ""
    rest = next(op for op, must in made[max(p.next for p in paths) :] if must)
    return {}, f"{rest.process}: {rest.f} {rest.value} was acknowledged and left no row"


def _onward(path: _Path, row: Row, made: Sequence[tuple[Op, bool]]) -> Iterator[_Path]:
    """Every way to go on with ``row``; what must have a row is never passed over."""
    for i in range(path.next, len(made)):
        op, must = made[i]
        if _fits(op, row):
            yield _Path(i + 1, (row.seq, i), path)
        if must:
            return


def _left(op: Op, keys: frozenset[str]) -> Iterable[bool]:
    """Whether the operation must have a row (True) or may (False); empty where it must not."""
    if op.f not in KINDS or op.type == "fail" or op.result.get("noop"):
        return ()
    key = op.value.get("key")
    if op.type == "info" and key:
        return (True,) if key in keys else ()
    return (op.type == "ok",)


def _fits(op: Op, row: Row) -> bool:
    return row.kind in KINDS[op.f] and row.task == op.value["task"]


def _walk(path: _Path | None) -> Iterable[tuple[int, int]]:
    while path is not None:
        if path.joined:
            yield path.joined
        path = path.before


@dataclass
class Model:
    """Every task, from the rows in the order of their commits."""

    tasks: dict[int, Wish] = field(default_factory=dict)
    kept: dict[tuple[int, int], Wish] = field(default_factory=dict)
    """What each revision of a task was."""

    def see(self, row: Row, op: Op | None) -> None:
        """Do once more what the row says."""
        if row.task_id is None:
            return
        old = self.tasks.get(row.task_id, Wish())
        new = self._by_scheduler(row, old) if op is None else self._by_client(row, op, old)
        self.tasks[row.task_id] = new
        self.kept[row.task_id, new.revision] = new

    def _by_client(self, row: Row, op: Op, old: Wish) -> Wish:
        if op.f in {"launch", "edit"}:
            env = tuple(sorted(op.value["env"].items()))
            revision = row.revision or 1
            return replace(old, revision=revision, schedule=op.value["schedule"], env=env)
        if op.f == "rollback":
            was = self.kept.get((row.task_id or 0, op.value["to"]), Wish())
            return replace(old, revision=row.revision or 1, schedule=was.schedule, env=was.env)
        return _DONE[row.kind](old, op) if row.kind in _DONE else old

    def _by_scheduler(self, row: Row, old: Wish) -> Wish:
        if row.kind == "override ended":
            return replace(old, override="")
        if row.kind == "pause ended":
            return replace(old, paused=False)
        if row.kind == "archived":
            return replace(old, archived=True)
        if row.kind == "status" and row.new in {"Idle", "Need Stop"}:
            return _stopped(old)
        return old


def _stopped(wish: Wish) -> Wish:
    return replace(wish, armed=False, override="", paused=False)


_DONE: Mapping[str, Callable[[Wish, Op], Wish]] = {
    "activated": lambda w, _: replace(w, armed=True),
    "deactivated": lambda w, _: _stopped(w),
    "forced": lambda w, _: _stopped(w),
    "archived": lambda w, _: replace(_stopped(w), archived=True),
    "restored": lambda w, _: replace(w, archived=False),
    "scaled by hand": lambda w, op: replace(w, override=op.value["replicas"]),
    "override cleared": lambda w, _: replace(w, override=""),
    "paused": lambda w, _: replace(w, paused=True),
    "resumed": lambda w, _: replace(w, paused=False),
}


def wish_of(task: Task) -> Wish:
    """A task of the store in the words of the model."""
    return Wish(
        revision=task.revision,
        schedule=repr(task.schedule),
        env=tuple(sorted(task.env.items())),
        armed=task.armed is not None,
        override=str(task.override.replicas) if task.override else "",
        paused=task.pause is not None,
        archived=task.archived_at is not None,
    )
