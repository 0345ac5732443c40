"""A request to a task's endpoint, as somebody types it, and its answer in words. Pure."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from urllib.parse import quote

from tasktui.commands.present import endpoint
from tasktui.commands.text import clean
from tasktui.domain.observed import ClusterView
from tasktui.domain.task import Task
from tasktui.errors import InvalidField, NotAllowed

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
LONGEST = 100_000
"""Characters of an answer that are shown."""
_PATH = "/?&=%:@!$'()*+,;-._~#[]"
"""What stays as it is in a path."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to send; the path is below the task's route."""

    method: str = "GET"
    path: str = "/"
    body: str = ""


def read_line(text: str, body: str) -> Request:
    """Read ``POST /path``, or a path alone. Raises InvalidField."""
    method, _, path = text.strip().rpartition(" ")
    return checked(Request(method.strip().upper() or ("POST" if body else "GET"), path, body))


def checked(request: Request) -> Request:
    """The request, if it can be sent. Raises InvalidField naming what is wrong."""
    if request.method not in METHODS:
        raise InvalidField("method", request.method, ", ".join(METHODS))
    if not request.path.startswith("/"):
        raise InvalidField("path", request.path, "a path below the task's route, such as /")
    if request.body:
        try:
            json.loads(request.body)
        except ValueError as error:
            raise InvalidField("body", clean(request.body, 60), f"JSON: {error}") from error
    return request


def url_of(task: Task, cluster: ClusterView, request: Request) -> str:
    """Where it goes. Raises NotAllowed while the endpoint is unknown."""
    base = "" if task.archived_at else endpoint(task, cluster)
    if not base:
        raise NotAllowed(
            f"The endpoint of {task.name} is unknown: Ray Serve does not run.",
            f"tasktui show {task.name} says how the task is.",
        )
    path = quote(request.path, safe=_PATH)
    at_root = path == "/" or path.startswith("/?")
    return f"{base}{path[1:]}" if at_root else f"{base.rstrip('/')}{path}"


def told(status: int, reason: str, seconds: float, size: int) -> str:
    """What came back, in a line: ``200 OK in 0.012 s, 118 bytes``."""
    words = f"{status} {clean(reason, 60)}".strip()
    return f"{words} in {seconds:.3f} s, {size:,} bytes"


def pretty(kind: str, body: bytes) -> str:
    """An answer as text, JSON indented; harmless for a terminal."""
    text = body.decode(errors="replace")
    if "json" in kind.lower() or text[:1] in {"{", "["}:
        with contextlib.suppress(ValueError, RecursionError):  # not JSON: as it is
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return clean(text, LONGEST, lines=True)
