"""A state directory with a real embedded cluster, driven by the real command line."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from terminal import Terminal

SLOW = '''
"""A model that takes some seconds to start."""

import time

from ray import serve


@serve.deployment
class Model:
    def __init__(self) -> None:
        time.sleep(8)

    def __call__(self, request: object) -> dict:
        return {"model": "slow"}


app = Model.bind()
'''

MODEL = '''
"""A small model of one's own for the tests."""

import asyncio
import os

from ray import serve
from starlette.requests import Request


@serve.deployment
class Model:
    async def __call__(self, request: Request) -> dict:
        await asyncio.sleep(float(request.query_params.get("sleep", 0)))
        return {"model": "own", "pid": os.getpid()}


app = Model.bind()
'''


@dataclass
class Site:
    """Where one test lives."""

    state_dir: Path
    folder: Path
    more: dict[str, str] = field(default_factory=dict)
    """Variables beside those of the test run: the token of a cluster that is not embedded."""

    @property
    def environ(self) -> dict[str, str]:
        """The environment of every program that the test starts."""
        env = {k: v for k, v in os.environ.items() if not k.startswith(("RAY_", "TASKTUI_"))}
        own = {"TASKTUI_STATE_DIR": str(self.state_dir), "HOME": str(self.folder)}
        return {**env, **own, **self.more}

    def run(self, *words: str, ok: bool = True, seconds: float = 120) -> str:
        """Run tasktui and return its output; fails with both streams otherwise."""
        done = subprocess.run(
            [sys.executable, "-m", "tasktui", *words],
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert not ok or done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout if ok else f"{done.returncode}\n{done.stdout}{done.stderr}"

    def json(self, *words: str) -> Any:
        """Run tasktui with --json and return what it says."""
        return json.loads(self.run(*words, "--json"))

    def task(self, name: str) -> dict[str, Any]:
        """One task as ``show --json`` gives it."""
        shown: dict[str, Any] = self.json("show", name)
        return shown

    def terminal(self, columns: int = 100, rows: int = 30) -> Terminal:
        """The terminal app on a pty."""
        return Terminal([sys.executable, "-m", "tasktui"], columns, rows, self.environ)

    def call(self, name: str, query: str = "", seconds: float = 30) -> tuple[int, dict[str, Any]]:
        """Call the task's endpoint; the status code and the JSON answer."""
        return self.get(self.task(name)["endpoint"] + query, seconds)

    def get(self, url: str, seconds: float = 30) -> tuple[int, dict[str, Any]]:
        """The status code and the JSON answer of a GET, sent at once."""
        try:
            with urllib.request.urlopen(url, timeout=seconds) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, {}

    def own_model(self, name: str = "own-model", script: str = MODEL) -> Path:
        """A folder with a small model."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        (folder / "serve.py").write_text(script)
        return folder

    def ray(self, method: str, path: str, body: object = None) -> Any:
        """Ask Ray itself, past tasktui."""
        address, token = self._way_in()
        request = urllib.request.Request(
            address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def _way_in(self) -> tuple[str, str]:
        """Address and token of the dashboard."""
        if "RAY_AUTH_TOKEN" in self.more:
            return self.more["RAY_DASHBOARD_ADDRESS"], self.more["RAY_AUTH_TOKEN"]
        record = json.loads((self.state_dir / "cluster.json").read_text())
        return record["address"], (self.state_dir / "ray-token").read_text().strip()

    def applications(self) -> dict[str, dict[str, Any]]:
        """Ray's applications by name."""
        found: dict[str, dict[str, Any]] = self.ray("GET", "/api/serve/applications/")
        return found["applications"]

    def application(self, task: str) -> dict[str, Any]:
        """The application of a task; empty when Ray has none."""
        apps = self.applications()
        return next((a for n, a in apps.items() if n.endswith(f"-{task}")), {})

    def replicas(self, task: str) -> list[dict[str, Any]]:
        """The task's replicas as Ray lists them."""
        listed = (self.application(task).get("deployments") or {}).values()
        return [r for d in listed for r in d["replicas"]]

    def running(self, name: str, *words: str, replicas: str = "1") -> str:
        """A task on a small model of its own, all of whose replicas are ready; its name."""
        # Nodes of one machine share Ray's folder: no two tasks have the same package.
        folder = str(self.own_model(name, f"{MODEL}\n# {name}\n"))
        self.run("artifact", "add", folder, "--name", name, "--cpu=0.1", *words)
        self.run("launch", name, "--artifact", name, "--one-off", "now", "--replicas", replicas)
        self.run("activate", name, "--when", "now", "--wait", "--timeout", "90")
        until(lambda: self.ready(name) >= int(replicas.partition("-")[0]))
        return name

    def put_away(self, name: str) -> None:
        """End the task and delete it, whatever state it is in and whether it is there or not."""
        self.run("deactivate", name, "--force", ok=False)
        self.run("wait", name, "--for", "Idle", "--timeout", "60", ok=False)
        self.run("archive", name, ok=False)
        self.run("delete", name, "--yes", ok=False)

    def ready(self, name: str) -> int:
        """Replicas that are ready of a task that runs without trouble; else -1.

        What another tool did a while ago is none.
        """
        task = self.task(name)
        well = task["status"] == "Running" and not set(task["badges"]) - {"!drift"}
        return int(task["replicas"]["ready"]) if well else -1

    def pids(self, name: str) -> set[int]:
        """Processes of the task's replicas."""
        return {r["pid"] for r in self.replicas(name) if r.get("pid")}

    def said(self, words: str, name: str = "") -> int:
        """How many events say it."""
        events: list[dict[str, Any]] = self.json("events", *([name] if name else []))
        return sum(words in str(e["reason"]) for e in events)

    def statuses(self, name: str) -> list[str]:
        """Every status that the task came to, the oldest first."""
        return [e["to"] for e in self.json("events", name) if e["from"] != e["to"]]

    def process(self, words: str) -> psutil.Process | None:
        """A process of the embedded cluster by a part of its command line."""
        found = (p for p in self.processes() if words in f"{p.name()} {' '.join(p.cmdline())}")
        return next(found, None)

    def scheduler_pid(self) -> int:
        """Process id of the running scheduler."""
        return int(self.json("scheduler", "status")["pid"])

    def processes(self) -> list[psutil.Process]:
        """Every living process that belongs to this state directory."""
        found = []
        for process in psutil.process_iter():
            try:
                mine = process.environ().get("TASKTUI_STATE_DIR") == str(self.state_dir)
                if mine and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def end(self) -> None:
        """Take everything down, by force where need be: no test leaves a process."""
        for words in (("scheduler", "stop", "--force"), ("cluster", "down")):
            self.run(*words, ok=False)
        left = time.monotonic() + 10
        while (found := self.processes()) and time.monotonic() < left:
            for process in found:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            time.sleep(0.1)


def until(done: Callable[[], object], seconds: float = 60, pause: float = 0.2) -> None:
    """Wait until ``done`` is true; fails otherwise."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(pause)
