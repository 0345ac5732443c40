"""What a terminal was sent, as a recording that ``asciinema play`` shows (its second format)."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator, Sequence

LONGEST_S = 1.5
"""Pauses are cut to so many seconds: nobody wants to watch a model load."""


def lines(
    came: Iterable[tuple[float, bytes]], columns: int, rows: int, title: str
) -> Iterator[str]:
    """The lines of a recording; ``came`` is what came when, in seconds of any clock."""
    head = {"version": 2, "width": columns, "height": rows, "title": title}
    yield json.dumps(head)
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    shown, before = 0.0, None
    for at, data in came:
        shown += min(at - before, LONGEST_S) if before is not None else 0.0
        before = at
        text = decode(data)  # a character may come in two pieces
        if text:
            yield json.dumps([round(shown, 3), "o", text], ensure_ascii=False)


def played(recording: Sequence[str]) -> bytes:
    """Everything that a recording sends to the terminal."""
    return "".join(json.loads(line)[2] for line in recording[1:]).encode()
