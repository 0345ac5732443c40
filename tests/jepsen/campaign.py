"""One run: set up, make trouble for a while, heal, wait until all is as wanted, judge.

``python -m jepsen --seconds 60 --seed 7`` from ``tests``; ``tools/random_run`` does that.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from jepsen import audit, history
from jepsen.checkers import Final, Run, applications, check
from jepsen.client import Settings
from jepsen.cluster import Lent
from jepsen.history import Journal
from jepsen.nemesis import Nemesis, ended
from jepsen.readers import Reader, Watcher
from jepsen.trouble import Site
from tasktui.config import Config, load
from tasktui.domain.event import Actor
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.engine.fake import FakeRay
from tasktui.errors import TasktuiError
from tasktui.runtime import daemon
from tasktui.runtime.session import Session
from tasktui.scheduler.drift import ALONE

CLIENTS = ("client-1", "client-2", "client-3")
HERE = Path(__file__).parent
CONVERGE_S = 90.0
"""How long it may take after the last fault until everything is as wanted."""
SOON_S = 10.0
"""A retry that is further off is asked for at once, as a person would."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a run came to."""

    seed: int
    seconds: float
    operations: Mapping[str, Mapping[str, int]]
    faults: Mapping[str, int]
    changes: int
    unknown_senders: int
    epochs: int
    converged_s: float | None
    answers_ms: Mapping[str, Mapping[str, float]]
    violations: Mapping[str, list[str]]
    folder: str = ""

    @property
    def text(self) -> str:
        """For people."""
        return json.dumps(asdict(self), indent=2)


@dataclass
class Crew:
    """The client processes, started again whenever one was killed."""

    env: Mapping[str, str]
    settings: Settings
    end: float
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    lives: Counter[str] = field(default_factory=Counter)

    def keep(self) -> None:
        """Start those that do not run, unless the time is over."""
        for i, name in enumerate(CLIENTS):
            left = self.end - time.monotonic()
            old = self.running.get(name)
            if left > 1 and (old is None or old.poll() is not None):
                self.lives[name] += 1
                given = replace(
                    self.settings, name=name, life=self.lives[name], seconds=left, by_cli=i * 0.15
                )
                self.running[name] = subprocess.Popen(
                    [sys.executable, "-m", "jepsen.client", json.dumps(asdict(given))],
                    env={**self.env, "LOGNAME": name},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=(Path(self.settings.history) / f"{name}.err").open("ab"),
                    start_new_session=True,
                )

    def wait(self, seconds: float) -> None:
        """Wait until all have ended by themselves; kill what has not."""
        end = time.monotonic() + seconds
        for process in self.running.values():
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)


def run(seed: int, seconds: float, folder: Path, only: Collection[str] = ()) -> Result:
    """Carry out one run in ``folder``, which is kept; ``only`` names the faults to make."""
    with ExitStack() as stack:
        return _run(seed, seconds, folder, only, stack)


def _run(
    seed: int, seconds: float, folder: Path, only: Collection[str], stack: ExitStack
) -> Result:
    records = folder / "history"
    records.mkdir(parents=True)
    clock, disk = folder / "clock", folder / "disk"
    clock.write_text("0.0")
    disk.mkdir()
    small = stack.enter_context(_small_disk(disk))
    cluster = Lent(
        journal=Journal(records, "ray"),
        leader=lambda: _leader(config),
        ray=FakeRay(build_s=0.3, start_s=0.3, drain_s=0.5),
        rng=random.Random(f"{seed}/ray"),  # noqa: S311 - a seed, no secret
    )
    cluster.ray.nodes = {"node-1": {"CPU": 64.0, "GPU": 0.0}}
    stack.enter_context(cluster.running())
    stack.enter_context(_environ(folder, disk / "state", cluster.address))
    config = load(os.environ)
    session = Session(config, os.environ, "cli")
    session._actor = Actor(user="healer", origin="cli")
    stack.callback(session.close)
    session.call(lambda c: c.tasks())
    audit.install(config.database)
    stack.enter_context(ended(config))
    daemon.start(config, wait_s=60)

    settings = Settings("", 0, seed, seconds, str(clock), str(records), 0.0)
    crew = Crew(dict(os.environ), settings, time.monotonic() + seconds)
    stack.callback(crew.wait, 0.1)
    ballast = disk / "ballast" if small else None
    site = Site(config, cluster, crew.running, clock, ballast)
    most_s = max(2.0, seconds / 8)
    nemesis = Nemesis(site, Journal(records, "nemesis"), seed, most_s, only)
    readers: list[Reader | Watcher] = [
        Reader(config, Journal(records, "reader")),
        Watcher(Journal(records, "terminal")),
    ]
    crew.keep()
    workers = (nemesis, *readers)
    threads = [threading.Thread(target=w.run) for w in workers]
    for thread in threads:
        thread.start()
    try:
        while time.monotonic() < crew.end:
            crew.keep()
            time.sleep(0.2)
    finally:
        for worker in workers:
            worker.stop()
        for thread in threads:
            thread.join()
    crew.wait(60)
    settled, took = _heal(config, session, cluster, site, Journal(records, "healer"))
    with contextlib.suppress(TasktuiError):
        session.stop_scheduler(force=True)
    final = _final(session, cluster)
    made = Run(
        entries=tuple(history.read(records)),
        audit=audit.read(config.database),
        trace=_trace(folder / "trace"),
        log=_log(config),
        errors="".join(p.read_text() for p in records.glob("*.err")),
        settled=settled,
        final=final,
    )
    result = _result(seed, seconds, made, took)
    _keep(config, folder)
    (folder / "result.json").write_text(result.text)
    return replace(result, folder=str(folder))


def _heal(
    config: Config, session: Session, cluster: Lent, site: Site, journal: Journal
) -> tuple[Final, float | None]:
    """End every fault; what runs when all is as wanted, and after how many seconds that was."""
    cluster.heal()
    cluster.ray.failing.clear()
    site.clock.write_text("0.0")
    daemon.start(config, wait_s=60)
    begun, well = time.monotonic(), 0
    found = _final(session, cluster)
    while time.monotonic() - begun < CONVERGE_S:
        time.sleep(0.5)
        _help(session, journal)
        found = _final(session, cluster)
        well = 0 if applications(found) else well + 1
        if well == 3:
            return found, time.monotonic() - begun
    return found, None


def _help(session: Session, journal: Journal) -> None:
    """Do what the program asks a person to do.

    Agree to removals; edit what it left alone, or will try much later.
    """
    if session.call(lambda c: c.waiting_removal()):
        session.call(lambda c: c.confirm_removal())
    for task in session.call(lambda c: c.tasks()):
        retry_at = task.progress.retry_at
        late = retry_at and (retry_at - datetime.now(UTC)).total_seconds() > SOON_S
        if task.armed and (late or ALONE in task.progress.badges):
            env = {**task.env, "HELPED": f"{time.monotonic():.3f}"}
            value = {"task": task.name, "schedule": repr(task.schedule), "env": env}
            journal.write("invoke", "edit", **value)
            try:
                session.call(lambda c, t=task, e=env: c.edit(  # type: ignore[misc]
                    t.name, t.revision, replace(c.spec_of(t), env=e)
                ))  # fmt: skip
            except TasktuiError as error:
                journal.write("fail", "edit", error=str(error))
            else:
                journal.write("ok", "edit")


def _final(session: Session, cluster: Lent) -> Final:
    def tasks(c: object) -> tuple[Task, ...]:
        return (*c.tasks(), *c.tasks(Status.ARCHIVED))  # type: ignore[attr-defined]

    apps = cluster.applications()
    now = time.time()
    with cluster.lock:
        ready = {n: sum(r.ready_at <= now for r in a.replicas) for n, a in cluster.ray.apps.items()}
    return Final(
        now=datetime.now(UTC),
        owner=session.call(lambda c: c.owner()),
        tasks=session.call(tasks),
        apps=apps,
        ready=ready,
        others=dict(cluster.others),
    )


def _result(seed: int, seconds: float, made: Run, took: float | None) -> Result:
    ops = made.ops
    by_kind: dict[str, Counter[str]] = {}
    for op in ops:
        if op.process.startswith("client") or op.process == "healer":
            by_kind.setdefault(op.f, Counter())[op.type] += 1
    puts = [e for e in made.entries if e.f == "put"]
    waits = {
        f: sorted(1000 * (o.returned_at - o.called_at) for o in ops if o.f == f and o.type == "ok")
        for f in ("read", "key")
    }
    return Result(
        seed=seed,
        seconds=seconds,
        operations={k: dict(v) for k, v in sorted(by_kind.items())},
        faults=dict(Counter(op.f for op in ops if op.process == "nemesis")),
        changes=len(puts),
        unknown_senders=sum(not e.value["sender"] for e in puts),
        epochs=len(made.audit.leaders),
        converged_s=took,
        answers_ms={f: _spread(found) for f, found in waits.items() if found},
        violations={k: v[:20] for k, v in check(made).items() if v},
    )


def _spread(found: list[float]) -> Mapping[str, float]:
    at = {"p50": statistics.median(found), "p99": found[int(0.99 * (len(found) - 1))]}
    return {"n": len(found), **{k: round(v, 1) for k, v in at.items()}, "max": round(found[-1], 1)}


def _leader(config: Config) -> tuple[int, int]:
    with audit.connected(config.database) as raw:
        epoch, pid = raw.execute("SELECT epoch, pid FROM leader").fetchone()
        return int(epoch), int(pid)


def _trace(file: Path) -> tuple[Mapping[str, object], ...]:
    lines = [json.loads(x) for x in file.read_text().splitlines()] if file.exists() else []
    return tuple(sorted(lines, key=lambda x: float(x["at"])))


def _keep(config: Config, folder: Path) -> None:
    """Keep what shows how it came about; the disk of the run may be gone afterwards."""
    for path in (config.scheduler_log, config.state_dir / "crash.log"):
        if path.exists():
            shutil.copy(path, folder / path.name)
    with audit.connected(config.database) as raw:
        raw.execute("VACUUM INTO ?", [str(folder / config.database.name)])


def _log(config: Config) -> str:
    # One character for each byte: the nemesis notes how many bytes there were.
    return config.scheduler_log.read_text(encoding="latin-1")


@contextmanager
def _small_disk(at: Path) -> Iterator[bool]:
    """A disk of its own that can be filled, where that is permitted; False otherwise."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=48m", "tasktui-test", str(at)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True)


@contextmanager
def _environ(folder: Path, state: Path, address: str) -> Iterator[None]:
    """The environment of every process of the run, this one too."""
    before = dict(os.environ)
    for name in [n for n in before if n.startswith(("RAY_", "TASKTUI_", "SSH_"))]:
        del os.environ[name]
    path = [str(HERE / "seams"), str(HERE.parent), before.get("PYTHONPATH", "")]
    os.environ |= {
        "PYTHONPATH": os.pathsep.join(p for p in path if p),
        "JEPSEN_CLOCK": str(folder / "clock"),
        "JEPSEN_TRACE": str(folder / "trace"),
        "TASKTUI_STATE_DIR": str(state),
        "TASKTUI_ADDRESS": address,
        "TASKTUI_DRAIN_S": "1",
        "RAY_TMPDIR": str(folder / "no-ray"),
        "HOME": str(folder),
        "TZ": "UTC",
    }
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before
