"""What happens on the cluster: it fails, forgets, and is changed by others."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable

from jepsen.cluster import LOSING
from jepsen.trouble import Trouble
from tasktui.runtime import daemon


class RayFaults(Trouble):
    """Faults of Ray, and what other tools do there."""

    def _ray(self, mode: str) -> Callable[[], None]:
        def fault() -> None:
            before = self._calm()
            self._site.cluster.begin(mode)
            self._stop.wait(self._span(1, 12 if mode == "hang" else 6))
            met = self._site.cluster.met
            self._site.cluster.heal()
            self._said["met"] = met
            self._stop.wait(1.5)
            told = mode not in {*LOSING, "slow"} and met > 8
            if told and before and self._calm(well=False) == before:
                self._must(r"Ray")

        return fault

    def _state_lost(self) -> None:
        self._site.cluster.lose_state()

    def _foreign(self) -> str:
        """Deploy, change or remove one of theirs; its name where it was not there before."""
        name = self._rng.choice(["theirs-a", "theirs-b", "theirs-c"])
        there = name in self._site.cluster.others
        config: dict[str, object] | None = {
            "name": name,
            "route_prefix": f"/{name}",
            "import_path": f"their.module:app_{self._rng.randint(0, 9)}",
            "runtime_env": {"env_vars": {"KEY": "ü \u2028 " + str(self._rng.random())}},
            "deployments": [{"name": "Theirs", "num_replicas": 1, "user_config": {"x": [1, None]}}],
            "external_scaler_enabled": False,
        }
        if there and self._rng.random() < 0.3:
            config = None
        self._site.cluster.deploy(name, config)
        return "" if there else name

    def _foreign_between(self) -> None:
        """Another tool acts right between our look at Ray and our change."""
        acted = threading.Event()
        new: list[str] = []

        def act(_: int) -> None:
            new.append(self._foreign())
            acted.set()

        self._site.cluster.on_look = act
        self._said["met"] = acted.wait(self._span(5, 10))
        self._site.cluster.on_look = None
        self._stop.wait(2)
        if new and new[0] and new[0] not in self._site.cluster.applications():
            self._must(f"{new[0]}, an application of others, was deployed at the very moment")

    def _serve_deploy(self) -> None:
        self._site.cluster.serve_deploy()

    def _tamper(self) -> None:
        ours = self._ours()
        if not ours:
            return
        name = self._rng.choice(sorted(ours))
        change = {**ours[name], "runtime_env": {"env_vars": {"BY": "another tool"}}}
        self._site.cluster.tamper(name, self._rng.choice([None, change]))

    def _ghost(self) -> None:
        """An application under our name that no task has; a person agrees to its removal."""
        name = f"tasktui-{self._owner()}-ghost"
        self._site.cluster.tamper(
            name, {"name": name, "route_prefix": "/ghost", "import_path": "a:b"}
        )

        self._stop.wait(self._span(2, 5))
        words = daemon.command(self._site.config, "scheduler", "confirm-removal")
        done = subprocess.run(words, capture_output=True, check=False, timeout=60)
        self._said["code"] = done.returncode

    def _replicas_crash(self) -> None:
        ours = sorted(self._ours())
        with self._site.cluster.lock:
            for name in ours:
                if self._rng.random() < 0.6 and name in self._site.cluster.ray.apps:
                    self._site.cluster.ray.kill_replicas(name)

    def _build_fails(self) -> None:
        ray = self._site.cluster.ray
        name = f"tasktui-{self._owner()}-task-{self._rng.randint(0, 5)}"
        ray.failing[name] = "RuntimeError: no such model"
        self._stop.wait(self._span(2, 8))
        ray.failing.pop(name)

    def _no_room(self) -> None:
        ray = self._site.cluster.ray
        before, ray.nodes = ray.nodes, {"node-1": {"CPU": 0.25, "GPU": 0.0}}
        self._stop.wait(self._span(2, 8))
        ray.nodes = before

    def _node(self) -> None:
        ray = self._site.cluster.ray
        ray.nodes = {**ray.nodes, "node-2": {"CPU": 4.0, "GPU": 1.0}}
        self._stop.wait(self._span(1, 4))
        ray.nodes = {"node-1": ray.nodes["node-1"]}
