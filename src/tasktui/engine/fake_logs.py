"""The log files of the fake Ray: those of replicas that have ended stay, as with Ray."""

from __future__ import annotations

from collections.abc import Container, Mapping
from fnmatch import fnmatch

import httpx

CONTROLLER = "serve/controller_7.log"
"""Where the fake Serve controller writes."""


class FakeLogs:
    """Text by file name; a node that is gone took its files with it."""

    def __init__(self) -> None:
        self.silent = False
        """Answer 200 with nothing for a missing file, as Ray's log agent does at times."""
        self.files = {CONTROLLER: "INFO 2026-03-05 13:00:00,000 controller 7 -- Starting.\n"}

    def started(self, replica: str, pid: int) -> None:
        """A replica came up and wrote its first lines."""
        first = f"INFO 2026-03-05 13:00:01,000 {replica} -- Started initializing replica.\n"
        self.files[f"serve/replica_{replica}.log"] = first
        marks = f":job_id:01000000\n:actor_name:ServeReplica:{replica}\n"
        self.files[f"worker-00ff-01000000-{pid}.err"] = marks + first
        self.files[f"worker-00ff-01000000-{pid}.out"] = marks

    def write(self, replica: str, text: str) -> None:
        """Add to the log of a replica."""
        self.files[f"serve/replica_{replica}.log"] += text

    def answer(self, path: str, params: Mapping[str, str], nodes: Container[str]) -> httpx.Response:
        """What Ray's dashboard answers: 500 for whatever it does not find."""
        node = params.get("node_id", "")
        if node not in nodes:
            return httpx.Response(500, text=f"500: Given node id {node} is not available.")
        if path == "/api/v0/logs":
            names = [n for n in self.files if fnmatch(n, params.get("glob", "*"))]
            return httpx.Response(200, json={"data": {"result": {"replica": names}}})
        name = params.get("filename") or self._of_process(params)
        text = self.files.get(name)
        if text is None and self.silent:
            return httpx.Response(200)
        if text is None:
            return httpx.Response(500, text=f"500: Could not find log file {name!r}.")
        return httpx.Response(200, text=_tail(text, int(params.get("lines", "1000"))))

    def _of_process(self, params: Mapping[str, str]) -> str:
        wanted = f"*-{params.get('pid')}.{params.get('suffix', 'out')}"
        return next((n for n in self.files if fnmatch(n, wanted)), "")


def _tail(text: str, lines: int) -> str:
    return text if lines < 0 else "".join(text.splitlines(keepends=True)[-lines:])
