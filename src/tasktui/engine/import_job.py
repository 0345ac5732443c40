"""The import of a script as a job of a Ray cluster: the program that is sent there.

Guarantees that the limits hold though nobody looks on, that what it writes is UTF-8 whatever the
script writes (Ray cannot read a job's log otherwise), and that its last line, behind a mark that
the script does not get, is how the import ended. May import nothing but ``importer``: it runs
with the cluster's Python, where tasktui is not installed.

    python -m PACKAGE.engine.import_job JSON
"""

from __future__ import annotations

import codecs
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .importer import LOG_BYTES, Job, Limits, Log, Sink, run

_KEPT = LOG_BYTES - 2**14
"""Whoever follows adds some lines of its own, and keeps no more than ``LOG_BYTES``."""


class _Utf8:
    """Writes bytes with a sign in the place of what is not UTF-8."""

    def __init__(self, file: Sink) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def write(self, data: bytes, /) -> None:
        self._file.write(self._decoder.decode(data).encode())

    def flush(self) -> None:
        self._file.flush()


class _Stop:
    """Whether Ray told it to stop."""

    def __init__(self) -> None:
        self.asked = False
        signal.signal(signal.SIGTERM, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True


def main(text: str) -> None:
    """Import what the JSON says, of the package that is the working directory."""
    asked: dict[str, Any] = json.loads(text)
    stop = _Stop()
    _find_psutil()
    out, mark = _Utf8(sys.stdout.buffer), asked["mark"]
    out.write(f"{mark}\n".encode())
    out.flush()
    log = Log(out, _KEPT)
    place = Path(tempfile.mkdtemp(prefix="tasktui-build-"))
    try:
        job = Job(
            folder=Path.cwd(),
            module=asked["module"],
            name=asked["name"],
            args=asked["args"],
            env=_environment(os.environ),
        )
        limits = Limits(seconds=asked["seconds"], memory=asked["memory"])
        ending = run(job, limits, log, lambda: stop.asked, place)
    finally:
        log.close()
        shutil.rmtree(place, ignore_errors=True)
    out.write(f"\n{mark} {json.dumps(asdict(ending))}\n".encode())
    out.flush()


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """That of the job without this program; no GPU, as where Ray builds an application."""
    here = str(Path(__file__).parents[2])
    paths = environ.get("PYTHONPATH", "").split(os.pathsep)
    kept = {k: v for k, v in environ.items() if k != "TMPDIR"}
    without = os.pathsep.join(path for path in paths if path != here)
    return {"CUDA_VISIBLE_DEVICES": "", **kept, "PYTHONPATH": without}


def _find_psutil() -> None:
    """Where it is not installed, take the one that Ray brings along."""
    ray = find_spec("ray")
    if find_spec("psutil") is None and ray is not None and ray.origin:
        sys.path.append(str(Path(ray.origin).parent / "thirdparty_files"))


if __name__ == "__main__":
    main(sys.argv[1])
