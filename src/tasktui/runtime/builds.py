"""The build of one artifact: a process of its own, which waits for its turn and records the end.

Guarantees that the user's code runs in a further process only, that one build runs at a time,
and that every end but a kill is written to the store; a kill shows by the lock, which goes
with the process.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
import time
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import BinaryIO

from tasktui import config as settings
from tasktui.config import Config
from tasktui.domain.artifact import Artifact, ArtifactId
from tasktui.domain.build import Build, BuildStatus, entered
from tasktui.domain.recipe import Parameter, ParameterType, Scalar
from tasktui.domain.secrets import reference
from tasktui.engine.imported import Asked, Told, tell
from tasktui.engine.importer import End, Ending, Job, Limits, Log, run
from tasktui.engine.script import inspect
from tasktui.errors import InvalidField
from tasktui.runtime.files import prepare
from tasktui.store import buildfiles
from tasktui.store.store import Store

STAND_IN = "not-known-while-building"
"""Value, in a build, of a variable that refers to a secret."""

_TURN_S = 0.2
_NOTHING: Mapping[ParameterType, Scalar] = {
    ParameterType.TEXT: "",
    ParameterType.INTEGER: 0,
    ParameterType.NUMBER: 0.0,
    ParameterType.BOOLEAN: False,
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def start(config: Config, key: ArtifactId, lock: int) -> None:
    """Start the process that builds an artifact; it inherits the lock of that build."""
    import subprocess  # noqa: PLC0415 - off the path of plain reads

    words = [str(config.state_dir), str(config.build_limit_s), str(key), str(lock)]
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
    """Build as the arguments say: state directory, seconds, id of the artifact, open lock."""
    place, limit, key, lock = words
    config = settings.load(os.environ, state_dir=place, build_limit_s=limit)
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
        asked = _asked(artifact, self._config)
        if turn is None:
            return self._record(artifact, tell(asked, Ending(end=End.STOPPED, seconds=0.0)))
        building = replace(artifact, build=entered(artifact.build, BuildStatus.BUILDING, _now()))
        self._store.tell_build(building, artifact.build)
        return self._record(building, self._imported(building, asked))

    def _turn(self) -> int | None:
        """The lock of whose turn it is, kept to the end; None where it was cancelled before."""
        while not self._stop.asked:
            turn = buildfiles.take(self._config.state_dir, buildfiles.TURN)
            if turn is not None:
                return turn
            time.sleep(_TURN_S)
        return None

    def _imported(self, artifact: Artifact, asked: Asked) -> Told:
        """What the import tells; where a package is missing that Ray installs, the script."""
        place = buildfiles.work_place(self._config.state_dir, self._key)
        log = Log(self._log)
        try:
            folder = place / "package"
            with zipfile.ZipFile(self._store.archive_path(artifact.digest)) as archive:
                archive.extractall(folder)  # ours: checked and packed when it was added
            job = _job(artifact, asked, folder)
            limits = Limits(seconds=asked.limit_s, memory=asked.memory)
            told = tell(asked, run(job, limits, log, lambda: self._stop.asked, place))
            text = (folder / asked.script).read_text(errors="replace")
        except (OSError, zipfile.BadZipFile, KeyError) as error:
            return _failed(f"The package cannot be unpacked: {error}. Add the artifact again.")
        finally:
            log.close()
            buildfiles.clear(self._config.state_dir, self._key)
        return _read_instead(artifact, asked, told, text)

    def _record(self, artifact: Artifact, told: Told) -> None:
        """Write the end; options that the manifest asks for win over those in the code."""
        new = replace(artifact, build=replace(told.build, at=_now(), scales=artifact.build.scales))
        if new.build.launchable:
            options = {**told.autoscaling, **artifact.autoscaling}
            new = replace(new, scaled=told.scaled, autoscaling=options)
        self._store.tell_build(new, artifact.build)


def _now() -> datetime:
    return datetime.now(UTC)


def _failed(words: str) -> Told:
    return Told(build=Build(status=BuildStatus.FAILURE, error=words))


def _asked(artifact: Artifact, config: Config) -> Asked:
    return Asked(
        script=f"{artifact.file_path}.py",
        name=artifact.deployment_name,
        args={p.name: _value(p) for p in artifact.parameters},
        scales=artifact.build.scales,
        limit_s=config.build_limit_s,
        memory=_memory(),
    )


def _memory() -> int:
    """Half of what the machine has, within reason: the scheduler lives here, too."""
    import psutil  # noqa: PLC0415 - only in a build

    return min(8 * 2**30, psutil.virtual_memory().total // 2)


def _value(parameter: Parameter) -> Scalar:
    """Its default; where it has none, a value that it may have."""
    if parameter.default is not None:
        return parameter.default
    if parameter.choices:
        return parameter.choices[0]
    if parameter.low is not None:
        return int(parameter.low) if parameter.type is ParameterType.INTEGER else parameter.low
    return _NOTHING[parameter.type]


def _job(artifact: Artifact, asked: Asked, folder: Path) -> Job:
    known = {k: v if reference(v) is None else STAND_IN for k, v in artifact.env.items()}
    module = artifact.file_path.replace("/", ".")
    return Job(folder=folder, module=module, name=asked.name, args=asked.args, env=known)


def _read_instead(artifact: Artifact, asked: Asked, told: Told, text: str) -> Told:
    """What the script says by itself, where packages that Ray installs are not here."""
    wanted = _not_here(("ray", *artifact.recipe.requirements)) if told.missing else ()
    if not wanted:
        return told
    try:
        script = inspect(text, asked.name, asked.scales)
    except InvalidField as error:
        build = replace(told.build, error=f"{told.build.why} And not imported: {error}.")
        return replace(told, build=build)
    note = f"Not imported, only read: {', '.join(wanted)} is not installed on this machine."
    build = Build(status=BuildStatus.SUCCESS, seconds=told.build.seconds, note=note)
    return Told(build=build, scaled=script.scaled, autoscaling=script.autoscaling)


def _not_here(requirements: Iterable[str]) -> tuple[str, ...]:
    """Names of the packages among them that this Python does not have."""
    names = [found[0] for text in requirements if (found := _NAME.match(text))]
    return tuple(name for name in names if not _installed(name))


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
