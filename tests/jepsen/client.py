"""One client: a process of its own that does what people do, and writes down what came of it.

Started as ``python -m jepsen.client SETTINGS`` with the settings as JSON. Everything is drawn
from the seed; what is drawn from also depends on how the tasks are at that moment.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jepsen.history import Journal
from jepsen.seams.sitecustomize import shifted
from tasktui.commands.commands import Commands
from tasktui.config import load
from tasktui.domain.schedule import Daily, OneOff, Point, Replicas, Schedule
from tasktui.domain.status import Status
from tasktui.domain.task import Task, TaskSpec, Until, When
from tasktui.errors import NotFound, SchedulerError, StoreError, TasktuiError, UserError
from tasktui.runtime.session import Session

NAMES = tuple(f"task-{i}" for i in range(6))
ECHO = "echo"

_LIKELY: Mapping[Status | None, Mapping[str, int]] = {
    None: {"launch": 8, "restore": 4, "delete": 2},
    Status.IDLE: {"activate": 20, "edit": 3, "archive": 2, "rollback": 1},
    Status.NEED_STOP: {"deactivate": 2, "archive": 1, "edit": 2, "activate": 1},
}
_ACTIVE = {
    "edit": 5, "scale": 5, "clear": 3, "pause": 3, "resume": 4, "restart": 2, "rollback": 2,
    "deactivate": 2, "archive": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """What a client is started with."""

    name: str
    life: int
    """Counts how often this client was started."""
    seed: int
    seconds: float
    clock: str
    history: str
    by_cli: float
    """Share of the operations that go through the real command line."""


class Client:
    """Draws one operation after the other."""

    def __init__(self, settings: Settings) -> None:
        self._s = settings
        seed = f"{settings.seed}/{settings.name}/{settings.life}"
        self._rng = random.Random(seed)  # noqa: S311 - no secret
        self._journal = Journal(Path(settings.history), settings.name)
        self._session = Session(load(os.environ), os.environ, "cli", now=self._now)
        self._count = self._base = 0

    def run(self) -> None:
        """Work until the time is over."""
        end = time.monotonic() + self._s.seconds
        while time.monotonic() < end:
            self._count += 1
            try:
                self._one()
            except StoreError:
                time.sleep(0.5)  # the look before an operation
            time.sleep(self._rng.uniform(0.05, 0.5))
        self._session.close()

    def _now(self) -> datetime:
        return shifted(self._s.clock)

    def _one(self) -> None:
        name = self._rng.choice(NAMES)
        task = self._look(name)
        likely = _LIKELY.get(task.status if task else None, _ACTIVE)
        f = self._rng.choices(list(likely), list(likely.values()))[0]
        if self._rng.random() < 0.05:
            f = self._rng.choice(["activate", "deactivate", "restore", "pause", "delete"])
        do, argv, value = getattr(self, f"_{f}")(name, task)
        if argv and self._rng.random() < self._s.by_cli:
            self._by_cli(f, argv, {"task": name, **value})
        else:
            self._by_commands(f, do, {"task": name, **value})

    def _look(self, name: str) -> Task | None:
        try:
            return self._session.call(lambda c: c.task(name))
        except NotFound:
            return None

    def _by_commands(self, f: str, do: Callable[[Commands, str], Task | None], value: Any) -> None:
        key = f"{self._s.name}/{self._s.life}/{self._count}"
        slow = self._rng.random() < 0.1

        def act(c: Commands) -> Task | None:
            with c._store.transaction():
                done = do(c, key)
                if slow:  # a kill now must leave nothing of it
                    time.sleep(0.2)
            return done

        self._journal.write("invoke", f, **value, key="" if f == "delete" else key)
        try:
            done = self._session.call(act)
        except SchedulerError as error:
            self._journal.write("info", f, error=str(error))
        except TasktuiError as error:
            self._journal.write("fail", f, error=str(error), user=isinstance(error, UserError))
        else:
            same = f in {"edit", "rollback"} and done is not None and done.revision == self._base
            seen = {} if done is None else {"id": done.id, "revision": done.revision}
            self._journal.write("ok", f, noop=same, **seen)
            if done is not None and self._rng.random() < 0.05:
                self._again(act)

    def _again(self, act: Callable[[Commands], Task | None]) -> None:
        """Send the same action twice: it acts once."""
        try:
            self._session.call(act)
        except TasktuiError:
            return

    def _by_cli(self, f: str, argv: Sequence[str], value: Any) -> None:
        self._journal.write("invoke", f, **value, cli=True)
        words = [sys.executable, "-m", "tasktui", *argv]
        try:
            done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        except subprocess.TimeoutExpired:
            self._journal.write("info", f, error="no answer within 60 s")
            return
        type_ = {0: "ok", 1: "fail", 2: "fail"}.get(done.returncode, "info")
        self._journal.write(type_, f, code=done.returncode, error=done.stderr[-300:])

    # What is drawn: the command, its command line (none where it has no equal), and its value.

    def _launch(self, name: str, _: Task | None) -> Any:
        schedule, env = self._schedule(), self._env()
        spec = TaskSpec(
            name=name,
            artifact=ECHO,
            file_path="",
            deployment_name="",
            schedule=schedule,
            env=env,
        )
        line = _line(schedule, env)
        argv = ("launch", name, "--artifact", ECHO, *line) if line else ()
        return (lambda c, k: c.launch(spec, action_id=k)), argv, _written(spec)

    def _edit(self, name: str, task: Task | None) -> Any:
        assert task is not None
        self._base = revision = task.revision
        hot = self._rng.random() < 0.6
        spec = self._session.call(lambda c: c.spec_of(task))
        spec = replace(spec, schedule=self._schedule(), env=spec.env if hot else self._env())
        # The command line does not say whether an edit changed anything: one that does, surely.
        line = () if hot else _line(spec.schedule, spec.env)
        argv = ("edit", name, "--revision", str(revision), *line) if line else ()
        value = {**_written(spec), "hot": hot}
        return (lambda c, k: c.edit(name, revision, spec, action_id=k)), argv, value

    def _rollback(self, name: str, task: Task | None) -> Any:
        self._base = task.revision if task else 0
        number = self._rng.randint(max(1, self._base - 3), max(1, self._base - 1))

        def act(c: Commands, key: str) -> Task:
            self._base = c.task(name).revision
            return c.rollback(name, number, action_id=key)

        return act, (), {"to": number}

    def _activate(self, name: str, _: Task | None) -> Any:
        when = self._rng.choice([When.NOW, When.NOW, When.NEXT])
        return (
            lambda c, k: c.activate(name, when, late_ok=True, action_id=k),
            ("activate", name, "--when", str(when), "--late-ok"),
            {"when": str(when)},
        )

    def _deactivate(self, name: str, _: Task | None) -> Any:
        force = self._rng.random() < 0.3
        argv = ("deactivate", name, *(["--force"] if force else []))
        return (lambda c, k: c.deactivate(name, force=force, action_id=k)), argv, {}

    def _archive(self, name: str, _: Task | None) -> Any:
        line = ("archive", name, "--when-idle")
        return (lambda c, k: c.archive(name, when_idle=True, action_id=k)), line, {}

    def _restore(self, name: str, _: Task | None) -> Any:
        return (lambda c, k: c.restore(name, action_id=k)), ("restore", name), {}

    def _delete(self, name: str, _: Task | None) -> Any:
        return (lambda c, _: c.delete(name)), ("rm", name, "--yes"), {}

    def _restart(self, name: str, _: Task | None) -> Any:
        return (lambda c, k: c.restart(name, action_id=k)), ("restart", name), {}

    def _scale(self, name: str, _: Task | None) -> Any:
        replicas = self._rng.choice([Replicas(0, 0), Replicas(1, 1), Replicas(1, 3)])
        until: Until | datetime = self._rng.choice([Until.NEXT, Until.CLEARED])
        if self._rng.random() < 0.4:
            until = self._now() + timedelta(seconds=self._rng.uniform(2, 20))
        line = ("scale", name, str(replicas), "--until", str(until))
        argv = () if isinstance(until, datetime) else line
        return (
            lambda c, k: c.scale(name, replicas, until, action_id=k),
            argv,
            {"replicas": str(replicas)},
        )

    def _clear(self, name: str, _: Task | None) -> Any:
        return (lambda c, k: c.clear(name, action_id=k)), ("scale", name, "--clear"), {}

    def _pause(self, name: str, _: Task | None) -> Any:
        until = None
        if self._rng.random() < 0.5:
            until = self._now() + timedelta(seconds=self._rng.uniform(2, 20))
        argv = () if until else ("pause", name)
        return (lambda c, k: c.pause(name, until, action_id=k)), argv, {}

    def _resume(self, name: str, _: Task | None) -> Any:
        return (lambda c, k: c.resume(name, action_id=k)), ("resume", name), {}

    def _env(self) -> dict[str, str]:
        return {"RUN": f"{self._s.name}-{self._s.life}-{self._count}"}

    def _schedule(self) -> Schedule:
        """Points soon enough to pass within the run."""
        now = self._now()
        if self._rng.random() < 0.3:
            ends = now + timedelta(seconds=self._rng.uniform(10, 60))
            end = ends.replace(tzinfo=None, microsecond=0) if self._rng.random() < 0.5 else None
            return OneOff(at=None, timezone="UTC", replicas=self._bounds(1), end=end)
        points = {}
        for _ in range(self._rng.randint(1, 4)):
            at = (now + timedelta(seconds=self._rng.uniform(-30, 60))).time().replace(microsecond=0)
            points[at] = Point(at, "UTC", self._bounds(0))
        made = tuple(points[at] for at in sorted(points))
        if all(p.replicas.stopped for p in made):
            made = (replace(made[0], replicas=Replicas(1, 2)), *made[1:])
        return Daily(points=made, timezone="UTC")

    def _bounds(self, least: int) -> Replicas:
        most = self._rng.randint(least, 3)
        return Replicas(self._rng.randint(0, most), most)


def _line(schedule: Schedule, env: Mapping[str, str]) -> Sequence[str]:
    """The same as flags; nothing for a One-off."""
    if not isinstance(schedule, Daily):
        return ()
    given = (f"{p.time}={p.replicas}" for p in schedule.points if isinstance(p, Point))
    words = [word for k, v in env.items() for word in ("--env", f"{k}={v}")]
    return ("--daily", ",".join(given), "--timezone", "UTC", *words)


def _written(spec: TaskSpec) -> dict[str, Any]:
    return {"schedule": repr(spec.schedule), "env": dict(spec.env)}


if __name__ == "__main__":
    Client(Settings(**json.loads(sys.argv[1]))).run()
