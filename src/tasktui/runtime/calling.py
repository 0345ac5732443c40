"""Sends a request to a task's endpoint, and keeps the last requests of each task.

Guarantees that what was sent lies in a file for its owner alone, and that a file
that cannot be read or written keeps nobody from calling.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import asdict
from pathlib import Path

from tasktui.commands.request import Request, checked
from tasktui.config import Config
from tasktui.domain.task import Task
from tasktui.engine.endpoint import DEADLINE_S, Answer, ask
from tasktui.engine.tokens import replace_file
from tasktui.errors import InvalidField

KEPT = 20
"""Requests of one task."""
_LARGEST = 16 * 2**10
"""Characters of a body that is kept."""


def call(config: Config, url: str, request: Request, deadline_s: float = DEADLINE_S) -> Answer:
    """Send it and wait for the answer. Raises Unreachable. Not for an event loop."""
    return asyncio.run(
        ask(
            request.method,
            url,
            request.body.encode(),
            allow_remote=config.allow_remote,
            deadline_s=deadline_s,
        )
    )


def sent(config: Config, task: Task) -> list[Request]:
    """The last different requests to a task, the newest first."""
    try:
        found = json.loads(_file(config, task).read_text(encoding="utf-8"))
        return [checked(Request(**row)) for row in found]
    except (OSError, ValueError, TypeError, InvalidField):
        return []


def remember(config: Config, task: Task, request: Request) -> None:
    """Keep a request as the newest one."""
    rows = [request, *(r for r in sent(config, task) if r != request)]
    rows = [r for r in rows if len(r.body) <= _LARGEST][:KEPT]
    file = _file(config, task)
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, exist_ok=True)
        replace_file(file, json.dumps([asdict(r) for r in rows]))


def _file(config: Config, task: Task) -> Path:
    return config.state_dir / "requests" / f"{task.id}.json"
