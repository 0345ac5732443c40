"""A world for pictures: tasks in every state, no cluster, one fixed moment."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from make import NOW, make_app, make_daily, make_node, make_one_off, make_replica, make_replicas
from tasktui.commands.artifacts import NewArtifact
from tasktui.commands.request import Request
from tasktui.domain.artifact import Spec
from tasktui.domain.event import Event, EventKind
from tasktui.domain.log import ALL_LINES, Stream
from tasktui.domain.observed import (
    ClusterState,
    ClusterView,
    Observed,
    Replica,
    Resources,
    Source,
)
from tasktui.domain.status import Badge, Mark, Reason, Status
from tasktui.domain.task import Task, TaskSpec, Until, When
from tasktui.engine.endpoint import Answer
from tasktui.runtime.kept import keep
from tasktui.runtime.logfeed import LogFeed
from tasktui.runtime.logs import Source as LogSource
from tasktui.runtime.views import NAME
from tasktui.scheduler.leader import LeaderLock
from tasktui.store import belonging
from tasktui.tui.app import TasktuiApp
from tasktui.tui.desk import Desk
from tasktui.tui.palette import Palette
from tasktui.tui.screens import apps
from tui.bench import CLUSTER, Bench

SCRIPT = """from ray import serve


@serve.deployment
class Model:
    pass


app = Model.bind()
"""
OFFICE = make_daily(
    "08:00=2-4,12:00=4-4,20:00=0-1", "America/New_York", weekdays=frozenset(range(5))
)
DAY = make_daily("06:00=1-2,19:00=0-0", "Europe/Berlin")
LOG = """
INFO 14:00:{s:02} serve 812 -- Started a replica on 10.0.0.1.
INFO 14:00:{s:02} engine: avg prompt 412 tok/s, running {n}, waiting {w}
INFO 14:00:{s:02} request {n}f3a POST /v1/chat/completions 200 {w}12 ms
WARNING 14:00:{s:02} kv cache {n}.7 % used
"""
DEAD = """INFO 13:41:07 engine: avg prompt 412 tok/s, running 18, waiting 44
WARNING 13:41:09 kv cache 98.7 % used
ERROR 13:41:11 torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB.
ERROR 13:41:11 GPU 3 has 79.1 GiB total, 1.1 GiB free
ERROR 13:41:11 the replica died: exit code 137
"""


@dataclass
class World:
    """One store full of tasks; ``app`` shows it."""

    folder: Path
    bench: Bench = field(init=False)
    tasks: dict[str, Task] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bench = Bench(self.folder, at=NOW)

    def app(self, theme: str = "16", *, read_only: bool = False) -> TasktuiApp:
        """The app over this world; nothing in it depends on the machine."""
        session = self.bench.session(read_only=read_only)
        apps.alook = _look  # type: ignore[assignment, attr-defined]
        session.alog_feed = _logs  # type: ignore[method-assign, assignment]
        session.try_endpoint = _answer  # type: ignore[method-assign, assignment]
        desk = Desk(session, Palette(theme), lambda: self.bench.at, UTC)
        desk.views = self.bench.folder / NAME
        return TasktuiApp(desk)

    def fill(self, *, lead: bool = True) -> None:
        """Tasks in every status, with most badges; ``lead``: a scheduler runs."""
        self._cluster()
        for name, spec in _NEEDS.items():
            self._artifact(name, spec)
        self._running()
        self._troubled()
        self._waiting()
        self._quiet()
        self._edited()
        for task in self.bench.other.call(lambda c: c.tasks()):
            self.bench.saved(replace(task, digest=f"{task.id:02}9c1f{'d' * 58}"))
        with self.bench.store() as store:
            store._db.execute("UPDATE setting SET value = '0a1b2c' WHERE key = 'owner'")
        (self.bench.config.state_dir / belonging.NAME).write_text("0a1b2c")
        if lead:
            self.lead()
        self.bench.later(minutes=3)
        self._cluster()

    def lead(self) -> None:
        """Hold the scheduler's lock: it counts as running."""
        lock = LeaderLock(self.bench.config.state_dir)
        lock.acquire()
        self.bench.ends.callback(lock.release)

    # What there is.

    def _cluster(self, **view: object) -> None:
        used = (
            Resources(cpu=40, memory_gb=420, gpu=7.5),
            Resources(cpu=28, memory_gb=300, gpu=7.5),
        )
        nodes = tuple(
            replace(
                make_node(f"gpu-0{n}", cpu=64, gpu=8, gpu_type="H100"),
                total=Resources(cpu=64, memory_gb=800, gpu=8),
                used=taken,
            )
            for n, taken in enumerate(used, start=1)
        )
        look = replace(CLUSTER, nodes=nodes, ray_version="2.58.0", seen_at=self.bench.at)
        self.bench.sees(replace(look, **view))  # type: ignore[arg-type]

    def unreachable(self) -> None:
        """Ray stops to answer."""
        self._cluster(
            state=ClusterState.UNREACHABLE,
            seen_at=self.bench.at - timedelta(seconds=42),
            error="Connection refused",
            retry_at=self.bench.at + timedelta(seconds=8),
        )

    def _artifact(self, name: str, spec: Spec) -> None:
        source = self.folder / "src" / name
        source.mkdir(parents=True, exist_ok=True)
        (source / "serve.py").write_text(f"{SCRIPT}\n# {name}\n")
        new = NewArtifact(
            source=source,
            name=name,
            cpu=spec.cpu,
            gpu=spec.gpu,
            gpu_type=spec.gpu_type,
            memory_gb=spec.memory_gb,
            description=_ABOUT.get(name, ""),
        )
        self.bench.other.call(lambda c: c.add_artifact(new))

    def launch(self, name: str, artifact: str, schedule: object = OFFICE) -> Task:
        """A task that is not activated yet."""
        spec = TaskSpec(
            name=name,
            artifact=f"{artifact}@1",
            file_path="",
            deployment_name="",
            schedule=schedule,  # type: ignore[arg-type]
        )
        return self.bench.other.call(lambda c: c.launch(spec))

    def _armed(self, name: str, artifact: str, schedule: object = OFFICE) -> Task:
        self.launch(name, artifact, schedule)
        return self.bench.other.call(lambda c: c.activate(name, When.NOW))

    def _runs(self, name: str, artifact: str, wanted: str, count: int, **more: object) -> Task:
        task = self._armed(name, artifact, more.pop("schedule", OFFICE))
        rows = tuple(_replica(name, n) for n in range(count))
        more = {"replicas": rows, "wanted": make_replicas(wanted), **more}
        return self.bench.becomes(task, Status.RUNNING, **more)

    def _running(self) -> None:
        self.bench.at = NOW - timedelta(hours=5, minutes=48)
        self._runs("llama-70b", "llama70b", "2-4", 3)
        self._runs("qwen-vl", "qwen2-vl-7b", "1-2", 2, schedule=DAY)
        self._runs("rerank", "bge-rerank", "2-2", 2, schedule=DAY)
        self.bench.other.call(lambda c: c.scale("rerank", make_replicas("2"), Until.NEXT))
        self._runs("whisper", "whisper-lg", "1-1", 1, schedule=DAY)
        monday = datetime(2026, 3, 9, 5, 0, tzinfo=UTC)
        self.bench.other.call(lambda c: c.pause("whisper", monday, "holiday"))

    def _troubled(self) -> None:
        dev = self._runs("dev-7b", "vllm-7b-dev", "1-1", 1)
        self.bench.at = NOW
        sick = (replace(dev.progress.replicas[0], state="STARTING"),)
        text = "CUDA out of memory. Tried to allocate 2.50 GiB. GPU 3 has 1.1 GiB free"
        self.bench.becomes(
            dev,
            Status.RUNNING,
            replicas=sick,
            badges=(Mark(Badge.UNHEALTHY),),
            reason=Reason("a replica failed its health check"),
            last_error=f"torch.OutOfMemoryError: {text}",
            crashes=(NOW - timedelta(minutes=19),),
        )
        keep(self.bench.config.state_dir, "dev-7b", "dev-7b#k77c0", DEAD)
        for path in (self.bench.config.state_dir / "logs" / "dev-7b").glob("*.log"):
            at = (NOW - timedelta(minutes=19)).timestamp()
            os.utime(path, (at, at))
        failing = self._armed("mistral-exp", "mistral-exp", DAY)
        self.bench.becomes(
            failing,
            Status.STARTING,
            attempt=3,
            badges=(Mark(Badge.FAILED, "3/5"),),
            reason=Reason("building the application"),
            wanted=make_replicas("1-2"),
            last_error="ModuleNotFoundError: No module named 'flash_attn'",
        )

    def _waiting(self) -> None:
        starts = self._armed("embed", "e5-large", DAY)
        rows = (replace(_replica("embed", 0), state="STARTING", started_at=NOW),)
        self.bench.becomes(starts, Status.STARTING, replicas=rows, wanted=make_replicas("1-2"))
        queued = self._armed("llama-canary", "llama70b")
        reason = Reason("needs 2 H100 on one node; most free: gpu-01 with 0.5")
        self.bench.becomes(
            queued, Status.IN_QUEUE, reason=reason, due_at=NOW, wanted=make_replicas("2-4")
        )
        self.launch("report", "e5-large", DAY)
        waits = self.bench.other.call(lambda c: c.activate("report", When.NEXT))
        night = Reason("waiting for 19:00", datetime(2026, 3, 5, 18, 0, tzinfo=UTC))
        self.bench.becomes(waits, Status.IN_QUEUE, reason=night)
        self.bench.at = NOW - timedelta(hours=5, minutes=48)
        stops = self._armed("old-chat", "e5-large")
        self.bench.at = NOW
        left = tuple(replace(_replica("old-chat", n), state="STOPPING") for n in range(2))
        self.bench.becomes(stops, Status.RUNNING, replicas=left)
        stopped = self.bench.other.call(lambda c: c.deactivate("old-chat"))
        self.bench.becomes(
            stopped, Status.NEED_STOP, replicas=left, stop_by=NOW + timedelta(seconds=222)
        )

    def _quiet(self) -> None:
        self.launch("nightly-eval", "vllm-7b-dev", make_one_off("2026-03-06T01:00", "2-2"))
        self.launch("scratch", "e5-large", make_one_off(None, "1-1"))
        for name in ("gpt-j", "llama-13b"):
            self.launch(name, "vllm-7b-dev")
            self.bench.other.call(lambda c, n=name: c.archive(n))  # type: ignore[misc]

    def _edited(self) -> None:
        task = self.bench.task("llama-70b")
        point = Event(
            at=NOW - timedelta(hours=1),
            task="llama-70b",
            kind=EventKind.POINT_APPLIED,
            actor="scheduler",
            reason="2-4, no replica restarts",
        )
        with self.bench.store() as store:
            store.log(point, task.id)
        for schedule, env in (
            (make_daily("08:00=2-6,20:00=0-1", "America/New_York"), {}),
            (OFFICE, {"VLLM_MAX_LEN": "8192"}),
        ):
            task = self.bench.task("llama-70b")
            spec = self.bench.other.call(lambda c, t=task: c.spec_of(t))  # type: ignore[misc]
            spec = replace(spec, schedule=schedule, env=env)
            self.bench.other.call(
                lambda c, t=task, s=spec: c.edit("llama-70b", t.revision, s)  # type: ignore[misc]
            )


def _replica(name: str, number: int) -> Replica:
    started = NOW - timedelta(hours=5, minutes=41 - 7 * number)
    return make_replica(
        f"{name}#{('a1f2', 'b9d0', 'c3e1')[number]}",
        node=f"gpu-0{number % 2 + 1}",
        node_ip=f"10.0.0.{number % 2 + 1}",
        pid=4711 + number,
        deployment="Model",
        started_at=started,
    )


async def _look(_session: object) -> Observed:
    """What Ray itself says that it runs."""
    shapes = {"Model": {"num_replicas": 2}, "Gateway": {"num_replicas": 1}}
    theirs = make_app(
        app="text_ml",
        route="/text",
        config={"name": "text_ml", "route_prefix": "/text", "import_path": "text.app:graph"},
        deployments=("Gateway", "Model"),
        shapes=shapes,
        ingress="Gateway",
        replicas=tuple(make_replica(f"r{n}", deployment="Model") for n in range(2)),
    )
    script = make_app(app="notebook", route="/nb", source=Source.IMPERATIVE)
    found = (theirs, script)
    return Observed(at=NOW, session="s", ray_version="2.60.0", apps={a.name: a for a in found})


async def _logs(source: LogSource, _stream: Stream, first: int) -> LogFeed:
    if not source.grows:
        lines = DEAD.splitlines()
    else:
        text = "".join(LOG.lstrip("\n").format(s=s, n=10 + s, w=s % 7) for s in range(40))
        lines = text.splitlines()

    def tail(count: int) -> str:
        return "".join(f"{x}\n" for x in (lines if count == ALL_LINES else lines[-count:]))

    return LogFeed(tail, first)


def _answer(_task: Task, _cluster: ClusterView, _request: Request) -> Answer:
    body = b'{"id": "cmpl-7f3a", "model": "llama-70b", "choices": [{"text": "Hello!"}]}'
    return Answer(
        status=200, reason="OK", seconds=0.412, kind="application/json", body=body, cut=False
    )


_NEEDS = {
    "llama70b": Spec(cpu=8, gpu=2, gpu_type="H100", memory_gb=160),
    "qwen2-vl-7b": Spec(cpu=8, gpu=1, gpu_type="H100", memory_gb=60),
    "bge-rerank": Spec(cpu=4, gpu=0.5, gpu_type="H100", memory_gb=16),
    "whisper-lg": Spec(cpu=4, gpu=1, gpu_type="H100", memory_gb=32),
    "vllm-7b-dev": Spec(cpu=8, gpu=1, gpu_type="H100", memory_gb=60),
    "mistral-exp": Spec(cpu=8, gpu=1, memory_gb=60),
    "e5-large": Spec(cpu=2, memory_gb=8),
}
_ABOUT = {
    "llama70b": "Llama 3 70B on vLLM, tensor parallel over two GPUs",
    "qwen2-vl-7b": "images and text",
    "bge-rerank": "ranks passages for search",
    "whisper-lg": "speech to text",
    "e5-large": "sentence embeddings",
}
