"""How long to wait for a start, and after a failure. Pure."""

from __future__ import annotations

from datetime import timedelta

from tasktui.config import Config
from tasktui.domain.task import Task

START_TRIES = 5
"""Starts in a row that may fail before a task is given up."""


LONGEST_DELAY = timedelta(minutes=5)
"""The longest pause after a failed start."""


def start_limit(task: Task, config: Config) -> timedelta:
    """How long a start may take: what its artifact says, else the settings."""
    own = task.recipe.health.start_limit_s
    return timedelta(seconds=config.start_limit_s if own is None else own)


def start_delay(attempt: int) -> timedelta:
    """Pause after the ``attempt``-th failed start (from 1): 10 s doubling, at most 5 minutes."""
    return min(timedelta(seconds=10 * 2 ** (attempt - 1)), LONGEST_DELAY)


def contact_delay(failures: int) -> timedelta:
    """Pause after the ``failures``-th look in a row (from 1) without an answer: 1 to 30 s."""
    return timedelta(seconds=min(2 ** min(failures - 1, 10), 30))
