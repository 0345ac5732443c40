"""What an answer of a model means, in lines that a person understands. Pure.

Goes by the shape of question and answer, not by the name of the model: texts of a chat,
how close embeddings are, classes; anything else is JSON, indented. Guarantees no error.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from tasktui.commands.present import dumps
from tasktui.commands.request import Request

_CHAT = "/chat/completions"
_EVENT = b"data: "
_MOST = 10
"""Texts that are compared, and flowers that are named."""


def streamed(request: Request) -> Request:
    """The request as one that is answered piece by piece, where that is known to work."""
    body = _json(request.body)
    if not request.path.endswith(_CHAT) or not isinstance(body, dict):
        return request
    return Request(request.method, request.path, json.dumps({**body, "stream": True}))


def piece(line: bytes) -> str:
    """The text in one line of a stream; empty where there is none."""
    if not line.startswith(_EVENT):
        return ""
    return _text(_json(line.removeprefix(_EVENT)), "delta")


def told(request: Request, body: bytes) -> list[str]:
    """The answer in lines."""
    if body.startswith(_EVENT):
        return "".join(piece(line) for line in body.splitlines()).splitlines()
    answer = _json(body)
    asked = _json(request.body)
    if not isinstance(answer, dict):
        return body.decode(errors="replace").splitlines()
    asked = asked if isinstance(asked, dict) else {}
    lines = (
        _text(answer, "message").splitlines() or _close(asked, answer) or _classes(asked, answer)
    )
    return lines or dumps(answer).splitlines()


def _json(text: str | bytes) -> object:
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found


def _text(answer: object, key: str) -> str:
    """What a chat says in an answer, or in a piece of one."""
    try:
        found = answer["choices"][0][key]["content"]  # type: ignore[index]
    except (TypeError, LookupError):
        return ""
    return found if isinstance(found, str) else ""


def _close(asked: dict[str, Any], answer: dict[str, Any]) -> list[str]:
    """The cosine of each two embeddings, the closest first."""
    try:
        texts = [str(text) for text in asked["input"]][:_MOST]
        vectors = [[float(x) for x in one["embedding"]] for one in answer["data"]][:_MOST]
        pairs = [
            (_cosine(a, b), one, other)
            for (one, a), (other, b) in combinations(zip(texts, vectors, strict=True), 2)
        ]
    except (TypeError, ValueError, LookupError, ArithmeticError):
        return []
    found = [f"{c:6.3f}  {one!r}  {other!r}" for c, one, other in sorted(pairs, reverse=True)]
    size = len(vectors[0]) if vectors else 0
    return [f"cosine  of each two texts, as vectors of {size} numbers", *found] if found else []


def _cosine(a: Sequence[float], b: Sequence[float]) -> float:
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    return dot / (math.hypot(*a) * math.hypot(*b))


def _classes(asked: dict[str, Any], answer: dict[str, Any]) -> list[str]:
    """Each row of numbers with its class, and how likely that is."""
    try:
        rows = zip(asked["features"], answer["classes"], answer["probabilities"], strict=True)
        return [
            f"{', '.join(f'{x:g}' for x in row)}  is {name} ({chance[name]:.1%})"
            for row, name, chance in list(rows)[:_MOST]
        ]
    except (TypeError, ValueError, LookupError, ArithmeticError):
        return []
