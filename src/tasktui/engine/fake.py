"""A Ray Serve that lives in memory and speaks Ray's REST, for tests and demonstrations of faults.

``RayServe(transport=fake.transport())`` talks to it exactly as to a cluster, and
the same contract suite runs against both. Time passes only by ``advance``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tasktui.engine.fake_jobs import FakeJobs
from tasktui.engine.fake_logs import CONTROLLER, FakeLogs

_ROLLED = ("import_path", "runtime_env", "args")


@dataclass(slots=True)
class FakeReplica:
    """One replica and the moment from which it answers."""

    id: str
    ready_at: float
    started_at: float
    pid: int


@dataclass(slots=True)
class FakeApp:
    """One application and what becomes of it."""

    config: Mapping[str, Any]
    built_at: float
    imperative: bool = False
    error: str = ""
    deleting_until: float | None = None
    replicas: list[FakeReplica] = field(default_factory=list)

    @property
    def deployment(self) -> Mapping[str, Any]:
        """The first declared deployment."""
        first: Mapping[str, Any] = (self.config.get("deployments") or [{"name": "App"}])[0]
        return first

    @property
    def least(self) -> int:
        """Replicas that it asks for at least."""
        fixed = self.deployment.get("num_replicas", 1)
        return int((self.deployment.get("autoscaling_config") or {}).get("min_replicas", fixed))


def _heavy(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether a deployment runs elsewhere, or comes to autoscaling or leaves it.

    As measured: Ray replaces every replica then. One that is not named is as its code says.
    """
    before, after = ({d["name"]: d for d in c.get("deployments") or ()} for c in (old, new))
    return any(_weight(before.get(n, {})) != _weight(after.get(n, {})) for n in before | after)


def _weight(deployment: Mapping[str, Any]) -> tuple[object, bool]:
    options = deployment.get("ray_actor_options") or {}
    return options, bool(deployment.get("autoscaling_config"))


class FakeRay:
    """One cluster. Times in seconds on its own clock, which starts at 1000."""

    address = "http://127.0.0.1:8265"

    def __init__(self, *, build_s: float = 1.0, start_s: float = 1.0, drain_s: float = 2.0) -> None:
        self.now = 1000.0
        self.session = "session_1"
        self.build_s = build_s
        self.start_s = start_s
        self.drain_s = drain_s
        self.apps: dict[str, FakeApp] = {}
        self.packages: dict[str, bytes] = {}
        self.nodes: dict[str, dict[str, float]] = {"node-1": {"CPU": 8.0, "GPU": 0.0}}
        self.jobs = FakeJobs()
        self.logs = FakeLogs()
        self.puts: list[dict[str, Any]] = []
        self.failing: dict[str, str] = {}
        """Application name -> the error that its build ends in."""
        self.refusing: dict[str, str] = {}
        """Application name -> Ray's words with which a PUT that holds it is refused (400)."""
        self.status = 200
        """Status of every answer; 401, 500, ... are faults."""
        self.down = False
        self.garbage = b""
        self.token = ""
        self.before_put: Callable[[], None] = lambda: None
        self.answers_put = True
        """False: the next PUT is applied and its answer lost."""
        self._pid = 100

    def transport(self) -> httpx.AsyncBaseTransport:
        """What ``RayServe`` talks through."""
        return httpx.MockTransport(self._handle)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def lose_state(self) -> None:
        """The head restarted: no application, no package, another session."""
        self.apps.clear()
        self.packages.clear()
        self.jobs.rows.clear()
        self.session += "x"

    def deploy_foreign(self, name: str = "others", *, imperative: bool = False) -> None:
        """Somebody else's application, running."""
        config = {"name": name, "route_prefix": f"/{name}", "import_path": "their:app"}
        app = FakeApp(config=config, built_at=self.now, imperative=imperative)
        self.apps[name] = app
        self._scale(app, self.now)

    def kill_replicas(self, name: str) -> None:
        """Every replica of an application dies and is started again."""
        for replica in self.apps[name].replicas:
            replica.ready_at = self.now + self.start_s

    def lose_replicas(self, name: str) -> None:
        """Every replica of an application ends; others are started in their places."""
        self.apps[name].replicas.clear()

    def _handle(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("refused", request=request)
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return httpx.Response(401)
        if self.status != 200:
            return httpx.Response(self.status, content=b"fault")
        if self.garbage:
            return httpx.Response(200, content=self.garbage)
        return self._route(request)

    def _route(self, request: httpx.Request) -> httpx.Response:
        self._settle()
        method, path = request.method, request.url.path
        if path == "/api/serve/applications/" and method == "PUT":
            return self._put(json.loads(request.content), request)
        if path.startswith("/api/packages/gcs/"):
            return self._package(method, path.rsplit("/", 1)[1], request.content)
        if path == "/api/jobs/" and method == "POST":
            return self._job(json.loads(request.content))
        if path.startswith("/api/jobs/"):
            return self.jobs.answer(method, path, self.now)
        if path.startswith("/api/v0/logs"):
            return self.logs.answer(path, request.url.params, self.nodes)
        answer = self._answers().get(path)
        return httpx.Response(404) if answer is None else httpx.Response(200, json=answer())

    def _answers(self) -> dict[str, Callable[[], object]]:
        return {
            "/api/ray/version": lambda: {"ray_version": "2.60.0", "session_name": self.session},
            "/api/authentication_mode": lambda: {
                "authentication_mode": "token" if self.token else "disabled"
            },
            "/api/serve/applications/": self._applications,
            "/api/v0/nodes": self._nodes,
            "/nodes": self._summary,
            "/api/cluster_status": dict,
        }

    def _put(self, body: dict[str, Any], request: httpx.Request) -> httpx.Response:
        hook, self.before_put = self.before_put, lambda: None
        hook()
        self.puts.append(body)
        wanted = {c["name"]: c for c in body["applications"]}
        for name, words in self.refusing.items():
            if name in wanted:
                return httpx.Response(400, text=words)
        for name, app in self.apps.items():
            if name not in wanted and not app.imperative and app.deleting_until is None:
                app.deleting_until = self.now + self.drain_s
        for name, config in wanted.items():
            self._deploy(name, config)
        if not self.answers_put:
            self.answers_put = True
            raise httpx.ReadError("lost", request=request)
        return httpx.Response(200)

    def _deploy(self, name: str, config: Mapping[str, Any]) -> None:
        old = self.apps.get(name)
        rebuilt = (
            old is None
            or old.deleting_until is not None
            or self.now < old.built_at
            or any(old.config.get(k) != config.get(k) for k in _ROLLED)
            or _heavy(old.config, config)
            or bool(old.error)
        )
        if old is not None and not rebuilt:
            old.config, old.imperative = config, False
            self._scale(old, self.now + self.start_s)
            return
        self.apps[name] = FakeApp(config=config, built_at=self.now + self.build_s)

    def _package(self, method: str, name: str, content: bytes) -> httpx.Response:
        if method == "PUT":
            self.packages[name] = content
            return httpx.Response(200)
        return httpx.Response(200 if name in self.packages else 404)

    def _job(self, body: Mapping[str, Any]) -> httpx.Response:
        entrypoint = str(body["entrypoint"])
        answer = self.jobs.submit(body, self.now, self.packages)
        for name, app in list(self.apps.items()):
            if app.deleting_until is not None and f"::{name}#" in entrypoint:
                del self.apps[name]
        return answer

    def _settle(self) -> None:
        """Let what time has brought come true."""
        for name, app in list(self.apps.items()):
            if app.deleting_until is not None:
                if self.now >= app.deleting_until:
                    del self.apps[name]
                continue
            if self.now >= app.built_at and not app.replicas and not app.error:
                app.error = self._fault(name, app)
                if not app.error:
                    self._scale(app, app.built_at + self.start_s)

    def _fault(self, name: str, app: FakeApp) -> str:
        uri = str((app.config.get("runtime_env") or {}).get("working_dir", ""))
        package = uri.removeprefix("gcs://")
        if package and package not in self.packages:
            return f"Failed to download runtime_env file package {uri}"
        return self.failing.get(name, "")

    def _scale(self, app: FakeApp, ready_at: float) -> None:
        while len(app.replicas) < app.least:
            self._pid += 1
            app.replicas.append(FakeReplica(f"r{self._pid}", ready_at, self.now, self._pid))
            self.logs.started(f"r{self._pid}", self._pid)
        fixed = app.deployment.get("num_replicas")
        most = (app.deployment.get("autoscaling_config") or {}).get("max_replicas", fixed)
        del app.replicas[int(most) if most is not None else len(app.replicas) :]

    def _applications(self) -> dict[str, Any]:
        return {
            "http_options": {"host": "127.0.0.1", "port": 8000},
            "proxies": {"node-1": {"status": "HEALTHY"}},
            "target_capacity": None,
            "controller_info": {"node_id": "node-1", "log_file_path": f"/{CONTROLLER}"},
            "applications": {name: self._shown(name, app) for name, app in self.apps.items()},
        }

    def _shown(self, name: str, app: FakeApp) -> dict[str, Any]:
        deployment = str(app.deployment.get("name"))
        ready = [r for r in app.replicas if self.now >= r.ready_at]
        if app.deleting_until is not None:
            status = "DELETING"
        elif app.error:
            status = "DEPLOY_FAILED"
        elif self.now < app.built_at or len(ready) < app.least:
            status = "DEPLOYING"
        else:
            status = "RUNNING"
        listed = self.now >= app.built_at and not app.error
        return {
            "name": name,
            "route_prefix": app.config.get("route_prefix"),
            "status": status,
            "message": app.error,
            "last_deployed_time_s": app.built_at,
            "deployed_app_config": None if app.imperative else app.config,
            "source": "imperative" if app.imperative else "declarative",
            "deployments": {
                deployment: {
                    "message": "",
                    "replicas": [self._replica(name, deployment, r) for r in app.replicas],
                }
            }
            if listed
            else {},
        }

    def _replica(self, app: str, deployment: str, r: FakeReplica) -> dict[str, Any]:
        return {
            "replica_id": r.id,
            "state": "RUNNING" if self.now >= r.ready_at else "STARTING",
            "node_id": "node-1",
            "node_ip": "127.0.0.1",
            "actor_name": f"SERVE_REPLICA::{app}#{deployment}#{r.id}",
            "pid": r.pid,
            "start_time_s": r.started_at,
            "log_file_path": f"/serve/replica_{r.id}.log",
        }

    def _nodes(self) -> dict[str, Any]:
        rows = [
            {"node_id": n, "node_name": n, "state": "ALIVE", "resources_total": total}
            for n, total in self.nodes.items()
        ]
        return {"data": {"result": {"result": rows}}}

    def _summary(self) -> dict[str, Any]:
        used = {"CPU": 0.0, "GPU": 0.0}
        for app in self.apps.values():
            options = app.deployment.get("ray_actor_options") or {}
            needs = {"CPU": options.get("num_cpus", 0), "GPU": options.get("num_gpus", 0)}
            for name, amount in (needs | (options.get("resources") or {})).items():
                used[name] = used.get(name, 0.0) + len(app.replicas) * float(amount)
        first = next(iter(self.nodes), "")
        total = self.nodes.get(first, {})
        text = "\n".join(f"{n}/{total.get(name, 0)} {name}" for name, n in used.items())
        return {"data": {"nodeLogicalResources": {first: text}, "summary": []}}
