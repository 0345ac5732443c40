"""Other processes that use the same database: started, asked by lines, ended on every path."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_BEGIN = """
import sys, threading
from pathlib import Path
from make import make_event, make_task
from tasktui.store.store import Store

def say(word):
    print(word, flush=True)

def hold():
    say("ready")
    sys.stdin.readline()

path = Path(sys.argv[1])
"""


class Program:
    """One process, and its lines."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def line(self) -> str:
        """The next line that it says; empty when it ended."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def go(self) -> None:
        """Let it go on from ``hold``."""
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        """End it as by ``kill -9``."""
        self.process.kill()
        self.process.wait()


@contextmanager
def program(code: str, *words: str) -> Iterator[Program]:
    """Run ``code``, with ``path`` (the first word), ``Store``, ``say`` and ``hold`` at hand."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {sys.path!r}{_BEGIN}{code}", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Program(process)
        finally:
            process.kill()
