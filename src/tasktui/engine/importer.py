"""Runs the import of an artifact's script in a process apart, within limits.

Guarantees that it ends, within its time, memory and file sizes; that of its output so much is
kept and the rest is counted; that everything it started is gone afterwards; and that it sees
nothing of this process's environment. Must not know the store or what the answer means, nor
anything else of tasktui: it is sent to clusters, whose Python may be of 3.10.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final, Protocol

PROGRAM: Final = Path(__file__).parents[1] / "apart" / "serve_import.py"

LOG_BYTES: Final = 2**20
_ANSWER_BYTES = 2**20
_CHUNK = 2**16
_LOOK_S = 0.2
_WORDS_S = 2.0
"""Time to say where it is, in seconds, before it is killed."""
_SUBREAPER = 36  # Linux: PR_SET_CHILD_SUBREAPER
_PASSED = ("PATH", "LANG", "LC_ALL", "TZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to import."""

    folder: Path
    """Where the package is unpacked."""
    module: str
    """With dots: ``models.serve``."""
    name: str
    args: Mapping[str, object]
    env: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an import may take."""

    seconds: float = 120.0
    memory: int = 8 * 2**30
    """Bytes of all its processes together."""
    file: int = 2 * 2**30
    """Bytes of one file."""


class End(str, Enum):  # noqa: UP042 - Python 3.10 has no StrEnum
    """How the process ended."""

    ANSWERED = "answered"
    EXITED = "exited"
    """By itself, without an answer."""
    TIMEOUT = "timeout"
    MEMORY = "memory"
    STOPPED = "stopped"
    """Because somebody asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What became of the process."""

    end: End
    seconds: float
    code: int = 0
    """Its exit code; below 0 the signal that ended it."""
    answer: Mapping[str, object] | None = None
    last: str = ""
    """The end of its output. Untrusted text."""
    why: str = ""
    """The sentence for it, where whoever ran it knows it. Untrusted text."""


class Sink(Protocol):
    """Where output goes."""

    def write(self, data: bytes, /) -> object:
        """Take some."""
        ...

    def flush(self) -> object:
        """Let others see it."""
        ...


class Log:
    """Keeps the beginning and the end of what is written; the middle is counted."""

    def __init__(self, file: Sink, limit: int = LOG_BYTES) -> None:
        """``limit``: bytes that are kept, a quarter of them of the end."""
        self._file = file
        self._tail = limit // 4
        self._room = limit - self._tail
        self._rest = b""
        self._dropped = 0
        self.last = b""

    def write(self, data: bytes) -> None:
        """Take some output."""
        head, tail = data[: self._room], data[self._room :]
        if head:
            self._file.write(head)
            self._file.flush()
            self._room -= len(head)
        self.last = (self.last + data)[-_CHUNK:]
        kept = (self._rest + tail)[-self._tail :]
        self._dropped += len(self._rest) + len(tail) - len(kept)
        self._rest = kept

    def close(self) -> None:
        """Write the end, and how much is missing before it."""
        if self._dropped:
            self._file.write(f"\n-- {self._dropped:,} bytes were left out --\n".encode())
        self._file.write(self._rest)
        self._file.flush()


def run(job: Job, limits: Limits, log: Log, stopped: Callable[[], bool], place: Path) -> Ending:
    """Import it. Files of ours go into the empty folder ``place``, its home is below that.

    Belongs on the main thread of a process that does nothing else: whatever the script leaves
    behind becomes its child, and all its children are killed.
    """
    _adopt_orphans()
    began = time.monotonic()
    process, output = _start(job, limits, place)
    try:
        end = _watch(process, output, limits, log, stopped)
        if end is End.TIMEOUT:
            _ask_where(process, output, log)
    finally:
        _kill_all(process)
    _drain(output, log)
    os.close(output)
    found = _answer(place / "answer.json") if end is End.EXITED else None
    return Ending(
        end=End.ANSWERED if found is not None else end,
        seconds=time.monotonic() - began,
        code=process.returncode,
        answer=found,
        last=log.last.decode(errors="replace"),
    )


def _adopt_orphans() -> None:
    with contextlib.suppress(AttributeError):  # only Linux has it; elsewhere the group must do
        ctypes.CDLL(None).prctl(_SUBREAPER, 1)


def _start(job: Job, limits: Limits, place: Path) -> tuple[subprocess.Popen[bytes], int]:
    """The process, and the end of a pipe with what it says."""
    home = place / "home"
    home.mkdir()
    asked = {
        "folder": str(job.folder),
        "module": job.module,
        "name": job.name,
        "args": dict(job.args),
        "answer": str(place / "answer.json"),
        "file_bytes": limits.file,
        "parent": os.getpid(),
    }
    (place / "job.json").write_text(json.dumps(asked))
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(
            [sys.executable, "-u", str(PROGRAM), str(place / "job.json")],
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=writing,
            env=_environment(job.env, home),
            cwd=job.folder,
            start_new_session=True,
        )
    finally:
        os.close(writing)
    os.set_blocking(reading, False)
    return process, reading


def _environment(env: Mapping[str, str], home: Path) -> dict[str, str]:
    """A new one: what Python needs, a home of its own, and the artifact's variables."""
    return {
        **{name: os.environ[name] for name in _PASSED if name in os.environ},
        "HOME": str(home),
        "TMPDIR": str(home),
        "RAY_USAGE_STATS_ENABLED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        **env,
    }


def _watch(
    process: subprocess.Popen[bytes],
    output: int,
    limits: Limits,
    log: Log,
    stopped: Callable[[], bool],
) -> End:
    """Read what it says until it ends, or has to."""
    end = time.monotonic() + limits.seconds
    look_at = 0.0
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while process.poll() is None:
            if selector.select(_LOOK_S) and not _drain(output, log, 1):
                time.sleep(_LOOK_S)  # it closed its output
            now = time.monotonic()
            if stopped():
                return End.STOPPED
            if now > end:
                return End.TIMEOUT
            if now >= look_at:
                look_at = now + _LOOK_S
                if _memory() > limits.memory:
                    return End.MEMORY
    return End.EXITED


def _drain(output: int, log: Log, most: int = 64) -> int:
    """Read what is there, without waiting; how many bytes that was."""
    taken = 0
    for _ in range(most):
        try:
            data = os.read(output, _CHUNK)
        except BlockingIOError:
            break
        if not data:
            break
        log.write(data)
        taken += len(data)
    return taken


def _memory() -> int:
    """Bytes that everything below this process holds."""
    import psutil  # noqa: PLC0415 - only in a build

    total = 0
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            total += child.memory_info().rss
    return total


def _ask_where(process: subprocess.Popen[bytes], output: int, log: Log) -> None:
    """Let it write its stack, unless it does not listen."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGUSR1)
    end = time.monotonic() + _WORDS_S
    while time.monotonic() < end and process.poll() is None:
        _drain(output, log)
        if b"most recent call first" in log.last:
            break
        time.sleep(0.05)


def _kill_all(process: subprocess.Popen[bytes]) -> None:
    """Kill it and all that it started, over and over: one may start another meanwhile."""
    import psutil  # noqa: PLC0415 - as above

    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    me = psutil.Process()
    while children := me.children(recursive=True):
        for child in children:
            with contextlib.suppress(psutil.Error):
                child.kill()
        psutil.wait_procs(children, timeout=_LOOK_S)


def _answer(path: Path) -> Mapping[str, object] | None:
    """What it wrote; None where that is no answer."""
    try:
        with path.open("rb") as stream:
            text = stream.read(_ANSWER_BYTES + 1)
        found = json.loads(text) if len(text) <= _ANSWER_BYTES else None
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
