"""What makes trouble: one fault after the other, each begun, kept up for a while, and healed.

Everything is drawn from the seed. A fault that must leave a trace which a person can read says
so in its ``ok`` line: a pattern, to be found in an event or a line of the log after it began.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

import psutil

from jepsen.cluster import MODES
from jepsen.history import Journal
from jepsen.process_faults import ProcessFaults
from jepsen.ray_faults import RayFaults
from jepsen.trouble import Site
from tasktui.config import Config
from tasktui.runtime import daemon


class Nemesis(ProcessFaults, RayFaults):
    """Draws one fault after the other."""

    def __init__(
        self, site: Site, journal: Journal, seed: int, most_s: float, only: Collection[str] = ()
    ) -> None:
        """``most_s`` is the longest that a fault may be kept up; ``only`` names those to make."""
        super().__init__(site, seed, most_s)
        self._journal = journal
        self._only = only
        self._faults: dict[str, tuple[int, Callable[[], object]]] = {
            "kill": (6, self._kill),
            "crash-point": (6, self._crash_point),
            "suspend": (4, self._suspend),
            "usurp": (4, self._usurp),
            "usurp-before-put": (4, self._usurp_before_put),
            "store-locked": (4, self._store_locked),
            "kill-client": (5, self._kill_client),
            "clock": (4, self._clock),
            "state-lost": (3, self._state_lost),
            "foreign": (8, self._foreign),
            "foreign-between": (4, self._foreign_between),
            "serve-deploy": (2, self._serve_deploy),
            "tamper": (4, self._tamper),
            "ghost": (2, self._ghost),
            "replicas-crash": (4, self._replicas_crash),
            "build-fails": (4, self._build_fails),
            "no-room": (4, self._no_room),
            "node": (3, self._node),
            **{f"ray-{mode}": (2, self._ray(mode)) for mode in MODES},
        }
        if most_s > daemon.STUCK_AFTER_S + 2:
            self._faults["takeover"] = (2, self._takeover)
        if site.ballast is not None:
            self._faults["disk-full"] = (3, self._disk_full)

    def run(self) -> None:
        """Make trouble until ``stop`` is called."""
        kinds = [k for k in self._faults if not self._only or k in self._only]
        weights = [self._faults[k][0] for k in kinds]
        while not self._stop.wait(self._rng.uniform(0.5, 2.5)):
            kind = self._rng.choices(kinds, weights)[0]
            self._journal.write("invoke", kind, **self._marks())
            self._said = {}
            try:
                self._faults[kind][1]()
            except Exception as error:  # noqa: BLE001 - a run with a fault that failed is not green
                self._journal.write("fail", kind, error=repr(error))
            else:
                self._journal.write("ok", kind, **self._said)

    def stop(self) -> None:
        """No fault after the present one."""
        self._stop.set()


@contextmanager
def ended(config: Config) -> Iterator[None]:
    """End every scheduler of this state directory, however it was started."""
    try:
        yield
    finally:
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if str(config.state_dir) in process.cmdline():
                    process.kill()
