"""What happened in a run, one JSON object a line: who did what, and what came of it.

An operation is two lines of one process: ``invoke``, then ``ok`` (done), ``fail`` (certainly
not done) or ``info`` (nobody knows: its process was killed, or its answer lost). Times are of
the machine's monotonic clock, which every process reads alike and nobody can set.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One line."""

    at: float
    process: str
    type: str
    f: str
    value: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Op:
    """One operation: when it was called, when it returned, and how it ended."""

    process: str
    f: str
    value: Mapping[str, Any]
    called_at: float
    type: str = "info"
    returned_at: float = float("inf")
    result: Mapping[str, Any] = field(default_factory=dict)


class Journal:
    """Writes the lines of one process; a kill between two of them breaks none."""

    def __init__(self, folder: Path, process: str) -> None:
        self._process = process
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._file = os.open(folder / f"{process}.jsonl", flags, 0o600)

    def write(self, type_: str, f: str, **value: object) -> float:
        """Append a line; the moment that it carries."""
        at = time.monotonic()
        line = {"at": at, "process": self._process, "type": type_, "f": f, "value": value}
        os.write(self._file, json.dumps(line, default=str).encode() + b"\n")
        return at

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)


def read(folder: Path) -> list[Entry]:
    """Every line of every process, in the order of time."""
    lines = [json.loads(x) for p in folder.glob("*.jsonl") for x in p.read_text().splitlines()]
    return sorted((Entry(**x) for x in lines), key=lambda e: e.at)


def operations(entries: Iterable[Entry]) -> list[Op]:
    """The calls of all processes, in the order in which they were made."""
    made: list[Op] = []
    open_: dict[str, int] = {}
    for e in entries:
        if e.type == "invoke":
            open_[e.process] = len(made)
            made.append(Op(e.process, e.f, e.value, e.at))
        elif e.process in open_:
            i = open_.pop(e.process)
            old = made[i]
            made[i] = Op(e.process, old.f, old.value, old.called_at, e.type, e.at, e.value)
    return made
