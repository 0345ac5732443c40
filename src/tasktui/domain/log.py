"""Which of a replica's texts is meant."""

from __future__ import annotations

from enum import StrEnum


class Stream(StrEnum):
    """What a replica writes, and where."""

    LOG = "log"
    """Ray Serve's own log of it."""
    ERR = "stderr"
    """What its process writes to standard error; Ray repeats the log there."""
    OUT = "stdout"
    """What its process prints."""


ALL_LINES = -1
"""Instead of a number of lines: the whole file."""
