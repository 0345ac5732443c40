"""The build of one artifact: a process of its own, which waits for its turn and records the end.

Guarantees that the user's code runs in a further process only, that one build runs at a time,
and that every end but a kill is written to the store; a kill shows by the lock, which goes
with the process.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import BinaryIO

from tasktui import config as settings
from tasktui.config import Config
from tasktui.domain.artifact import Artifact, ArtifactId
from tasktui.domain.build import BuildStatus, entered
from tasktui.engine.address import Target
from tasktui.engine.imported import Told, tell
from tasktui.engine.importer import End, Ending, Log
from tasktui.errors import EngineError
from tasktui.runtime.contact import ADDRESS
from tasktui.runtime.files import prepare
from tasktui.runtime.imports import Means, asked_of, choose, elsewhere, failed, imported, where
from tasktui.store import buildfiles
from tasktui.store.store import Store

_TURN_S = 0.2
_SETTINGS = ("state_dir", "build_limit_s", "builds", "address", "allow_remote")
_ELSEWHERE = "Builds are to run on a cluster: set builds to import to have them here."


def start(config: Config, key: ArtifactId, lock: int) -> None:
    """Start the process that builds an artifact; it inherits the lock of that build."""
    import subprocess  # noqa: PLC0415 - off the path of plain reads

    said = {name: getattr(config, name) for name in _SETTINGS}
    words = [json.dumps(said, default=str), str(key), str(lock)]
    with buildfiles.open_log(config.state_dir, key) as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tasktui.runtime.builds", *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock,),
            start_new_session=True,
            cwd="/",
        )
    # It outlives this process; where it does not, somebody has to take note of its end.
    threading.Thread(target=process.wait, daemon=True).start()


def main(words: list[str]) -> int:
    """Build as the arguments say: settings as JSON, id of the artifact, open lock."""
    said, key, lock = words
    config = settings.load(os.environ, **json.loads(said))
    prepare(config.state_dir)
    os.set_inheritable(int(lock), False)
    stop = _Stop()
    buildfiles.sign(int(lock))  # from here on it may be told to stop
    with (
        closing(Store.open(config.database)) as store,
        buildfiles.open_log(config.state_dir, int(key)) as log,
    ):
        _Build(config, store, ArtifactId(int(key)), log, stop).run()
        os.close(int(lock))  # at once: who reads of the end may start the next one
    return 0


class _Stop:
    """Whether it was told to stop."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def _ask(self, *_: object) -> None:
        self.asked = True


class _Build:
    """One build, from its turn to its record."""

    def __init__(
        self, config: Config, store: Store, key: ArtifactId, log: BinaryIO, stop: _Stop
    ) -> None:
        self._config = config
        self._store = store
        self._key = key
        self._log = log
        self._stop = stop

    def run(self) -> None:
        """Wait, import, record. Raises StoreError where the record cannot be written."""
        turn = self._turn()
        artifact = self._store.artifact_by_id(self._key)
        if artifact is None:
            return None  # it was removed meanwhile
        if turn is None:
            asked = asked_of(artifact, self._config)
            return self._record(artifact, tell(asked, Ending(end=End.STOPPED, seconds=0.0)))
        bound = self._store.setting(ADDRESS) or ""
        try:
            target = choose(artifact, self._config, bound)
        except EngineError as error:
            return self._record(artifact, failed(f"{error} {_ELSEWHERE}"))
        building, told = self._built(artifact, target)
        other = elsewhere(self._config, bound) if target is None and told.lacking else None
        if other is not None:
            building, told = self._built(building, other)
        return self._record(building, told)

    def _turn(self) -> int | None:
        """The lock of whose turn it is, kept to the end; None where it was cancelled before."""
        while not self._stop.asked:
            turn = buildfiles.take(self._config.state_dir, buildfiles.TURN)
            if turn is not None:
                return turn
            time.sleep(_TURN_S)
        return None

    def _built(self, artifact: Artifact, target: Target | None) -> tuple[Artifact, Told]:
        """The artifact as it says where it is imported, and what that told."""
        build = entered(artifact.build, BuildStatus.BUILDING, _now(), where(target))
        building = replace(artifact, build=build)
        self._store.tell_build(building, artifact.build)
        return building, self._imported(building, target)

    def _imported(self, artifact: Artifact, target: Target | None) -> Told:
        log = Log(self._log)
        try:
            means = Means(
                archive=self._store.archive_path(artifact.digest),
                place=buildfiles.work_place(self._config.state_dir, self._key),
                owner=self._store.owner(),
                log=log,
                stopped=lambda: self._stop.asked,
            )
            return imported(artifact, self._config, target, means)
        finally:
            log.close()
            buildfiles.clear(self._config.state_dir, self._key)

    def _record(self, artifact: Artifact, told: Told) -> None:
        """Write the end; options that the manifest asks for win over those in the code."""
        before = artifact.build
        at = "" if told.build.note else before.where
        build = replace(told.build, at=_now(), scales=before.scales, where=at)
        new = replace(artifact, build=build)
        if new.build.launchable:
            options = {**told.autoscaling, **artifact.autoscaling}
            new = replace(new, scaled=told.scaled, autoscaling=options)
        self._store.tell_build(new, before)


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
