"""Every checker finds nothing in a run that is well, and what was broken in one that is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from jepsen import checkers
from jepsen.audit import Audit, Row, Wish
from jepsen.checkers import Final, Run, check
from jepsen.history import Entry
from make import NOW, OWNER, make_arming, make_daily, make_progress, make_service, make_task
from tasktui.domain.schedule import Replicas
from tasktui.domain.status import Status
from tasktui.domain.task import Override, Task
from tasktui.engine.payload import to_config

LEADER, OLD = 100, 99
AT = round(NOW.timestamp() * 1e6)
APP = f"tasktui-{OWNER}-chat"
SCHEDULE = make_daily("08:00=1-2")
THEIRS = {"name": "theirs", "import_path": "their:app", "env": "ü"}


def running(**kw: Any) -> Task:
    progress = make_progress(Status.RUNNING, point_at=NOW - timedelta(hours=6))
    given = {"armed": make_arming(), "progress": progress, "schedule": SCHEDULE, **kw}
    return make_task("chat", **given)


def final(task: Task | None = None, **kw: Any) -> Final:
    given = {
        "now": NOW,
        "owner": OWNER,
        "tasks": (task or running(),),
        "apps": {APP: to_config(make_service("chat", "1-2")), "theirs": THEIRS},
        "ready": {APP: 1},
        "others": {"theirs": THEIRS},
    }
    return Final(**{**given, **kw})


def row(seq: int, kind: str, old: str | None, new: str | None, **kw: Any) -> Row:
    given: dict[str, Any] = {"task_id": 1, "at": AT, "task": "chat", "actor": "client-1 (cli)"}
    given |= {"reason": "", "revision": 1, "instant": None}
    return Row(seq=seq, kind=kind, old=old, new=new, **{**given, **kw})


ROWS = (
    row(1, "launched", None, "Idle"),
    row(2, "activated", "Idle", "In-queue"),
    row(3, "status", "In-queue", "Running", actor="scheduler"),
    row(4, "point applied", None, None, actor="scheduler", instant=AT - 6 * 3600 * 10**6),
    row(5, "notice", None, None, task_id=None, actor="scheduler", reason="Ray broke off"),
)
AUDIT = Audit(
    events=ROWS,
    leaders=((1, OLD), (2, LEADER)),
    wishes=(Wish(1, 1, 2, 1, 1),),
    gone=frozenset(),
    actions=frozenset({"k1", "k2"}),
    integrity=("ok",),
)
LAUNCH = {"task": "chat", "schedule": repr(SCHEDULE), "env": {}, "key": "k1"}
ENTRIES = (
    Entry(1.0, "client-1", "invoke", "launch", LAUNCH),
    Entry(1.1, "client-1", "ok", "launch"),
    Entry(2.0, "client-1", "invoke", "activate", {"task": "chat", "key": "k2"}),
    Entry(2.1, "client-1", "ok", "activate"),
    Entry(2.5, "ray", "info", "put", {"sender": LEADER, "leader": LEADER, "epoch": 2,
                                      "looked_at": 2.4}),
    Entry(3.0, "nemesis", "invoke", "ray-500", {"seq": 3, "log": 0}),
    Entry(4.0, "nemesis", "ok", "ray-500", {"must": "Ray"}),
    Entry(5.0, "reader", "invoke", "read"),
    Entry(5.1, "reader", "ok", "read"),
    Entry(9.0, "ray", "info", "deployed", {"name": "theirs", "config": THEIRS}),
)  # fmt: skip
TRACE = (
    {"pid": OLD, "sql": "UPDATE leader SET epoch = epoch + 1"},
    {"pid": OLD, "sql": "COMMIT"},
    {"pid": OLD, "sql": "UPDATE task SET progress"},
    {"pid": LEADER, "sql": "UPDATE leader SET epoch = epoch + 1"},
    {"pid": LEADER, "sql": "COMMIT"},
    {"pid": LEADER, "sql": "UPDATE task SET progress"},
)


def run_(**kw: Any) -> Run:
    given: dict[str, Any] = {
        "entries": ENTRIES,
        "audit": AUDIT,
        "trace": TRACE,
        "log": "",
        "errors": "",
    }
    return Run(**{**given, "settled": final(), "final": final(), **kw})


def audited(**kw: Any) -> Run:
    return run_(audit=replace(AUDIT, **kw))


def settled(**kw: Any) -> Run:
    return run_(settled=final(**kw))


def found(run: Run) -> set[str]:
    """The invariants that are violated."""
    return {name for name, wrong in check(run).items() if wrong}


def changed(config: Mapping[str, Any], **kw: Any) -> Mapping[str, Any]:
    return {APP: {**config, **kw}, "theirs": THEIRS}


def instead(f: str, type_: str, **value: Any) -> Run:
    """The history with another outcome of ``f``."""
    return run_(
        entries=tuple(
            replace(e, type=type_, value=value) if (e.f, e.type) == (f, "ok") else e
            for e in ENTRIES
        )
    )


CONFIG = to_config(make_service("chat", "1-2"))
OVERRIDDEN = Override(Replicas(2, 2), NOW, None, "op")

BROKEN: Mapping[str, tuple[Callable[[], Run], str]] = {
    "lost": (lambda: settled(apps={"theirs": THEIRS}), "I1 applications"),
    "too many": (lambda: settled(task=running(armed=None)), "I1 applications"),
    "ghost": (lambda: settled(tasks=()), "I1 applications"),
    "bounds": (lambda: settled(task=running(override=OVERRIDDEN)), "I1 applications"),
    "env": (lambda: settled(task=running(env={"A": "1"})), "I1 applications"),
    "script": (lambda: settled(apps=changed(CONFIG, import_path="x:y")), "I1 applications"),
    "route": (lambda: settled(apps=changed(CONFIG, route_prefix="/x")), "I1 applications"),
    "package": (lambda: settled(task=running(digest="e" * 64)), "I1 applications"),
    "restarts": (lambda: settled(task=running(restarts=1)), "I1 applications"),
    "none ready": (lambda: settled(ready={}), "I1 applications"),
    "status": (
        lambda: settled(task=running(progress=make_progress(Status.STARTING))),
        "I1 applications",
    ),
    "theirs removed": (lambda: settled(apps={APP: CONFIG}), "I2 others"),
    "theirs changed": (
        lambda: settled(apps={APP: CONFIG, "theirs": {**THEIRS, "env": "u"}}),
        "I2 others",
    ),
    "theirs revived": (lambda: settled(others={}), "I2 others"),
    "twice": (
        lambda: audited(events=(*ROWS, replace(ROWS[3], seq=6))),
        "I3 instants",
    ),
    "untold": (lambda: audited(events=(*ROWS[:3], ROWS[4])), "I3 instants"),
    "epoch twice": (lambda: audited(leaders=((1, OLD), (1, LEADER))), "I4 leaders"),
    "old epoch": (lambda: run_(trace=(*TRACE, {"pid": OLD, "sql": "UPDATE task"})), "I4 leaders"),
    "old setting": (
        lambda: run_(trace=(*TRACE, {"pid": OLD, "sql": "INSERT INTO setting"})),
        "I4 leaders",
    ),
    "stale": (
        lambda: run_(entries=(*ENTRIES, Entry(3.0, "ray", "info", "put", {
            "sender": OLD, "leader": LEADER, "epoch": 2, "looked_at": 2.9}))),
        "I5 changes",
    ),
    "no answer": (lambda: instead("read", "fail"), "I6 answers"),
    "no end": (lambda: run_(entries=tuple(e for e in ENTRIES if e.at != 5.1)), "I6 answers"),
    "damaged": (lambda: audited(integrity=("row 3 missing from index",)), "I7 integrity"),
    "silent": (lambda: audited(events=ROWS[:4]), "I8 traces"),
    "lost row": (lambda: audited(events=(ROWS[0], *ROWS[2:])), "acknowledged"),
    "lost key": (lambda: audited(actions=frozenset({"k1"})), "acknowledged"),
    "refused but done": (lambda: instead("activate", "fail"), "acknowledged"),
    "done twice": (
        lambda: audited(events=(*ROWS, row(6, "activated", "Running", "Running"))),
        "acknowledged",
    ),
    "overwritten": (lambda: run_(final=final(task=running(armed=None))), "acknowledged"),
    "another schedule": (
        lambda: run_(final=final(task=running(schedule=make_daily("09:00=1-2")))),
        "acknowledged",
    ),
    "gone": (lambda: run_(final=final(tasks=())), "acknowledged"),
    "deleted by nobody": (lambda: audited(gone=frozenset({7})), "acknowledged"),
    "out of order": (
        lambda: audited(events=(ROWS[0], replace(ROWS[1], old="Running"), *ROWS[2:])),
        "order",
    ),
    "wish not counted": (lambda: audited(wishes=(Wish(1, 2, 2, 1, 1),)), "wishes"),
    "revision skipped": (lambda: audited(wishes=(Wish(1, 1, 2, 4, 2),)), "wishes"),
    "scheduler crashed": (
        lambda: run_(log="tasktui: this should not have happened: KeyError: 1"),
        "crashes",
    ),
    "client crashed": (lambda: run_(errors="Traceback (most recent call last):"), "crashes"),
    "nemesis": (lambda: instead("ray-500", "fail", error="x"), "faults"),
}  # fmt: skip


def test_nothing_is_found_in_a_run_that_is_well() -> None:
    assert check(run_()) == {name: [] for name in check(run_())}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_found_by_its_checker(case: str) -> None:
    make, name = BROKEN[case]
    assert name in found(make())


def test_every_checker_can_fail() -> None:
    assert {name for _, name in BROKEN.values()} == set(check(run_()))


def test_a_task_at_rest_must_not_run_and_says_so() -> None:
    rests = running(armed=None, progress=make_progress(Status.IDLE))
    assert not checkers.applications(final(task=rests, apps={}))
    assert checkers.applications(final(task=rests))


@pytest.mark.parametrize(("at", "free"), [(2.3, False), (2.45, True), (4.0, True), (4.6, False)])
def test_only_what_their_tool_did_during_a_change_of_ours_may_be_either(
    at: float, *, free: bool
) -> None:
    moved = tuple(replace(e, at=at) if e.f == "deployed" else e for e in ENTRIES)
    assert ("theirs" in checkers.raced(moved)) is free


def test_an_outcome_that_nobody_knows_is_settled_by_its_key() -> None:
    cut = tuple(e for e in ENTRIES if e.at != 2.1)
    assert found(run_(entries=cut)) == set()
    without = replace(AUDIT, actions=frozenset({"k1"}))
    assert "acknowledged" in found(run_(entries=cut, audit=without)), "a row without its key"


def test_a_change_whose_sender_was_gone_is_no_proof() -> None:
    gone = Entry(2.6, "ray", "info", "put", {"sender": 0, "leader": 1, "epoch": 2, "looked_at": 0})
    assert not checkers.changes([gone])


def test_one_that_leads_anew_may_write() -> None:
    assert not checkers.leaders(AUDIT, [*TRACE, *TRACE[:3]])
