"""The answer to "why is this task not as wanted?", as values, as lines and as JSON. Pure.

Knows no task: ``why`` makes the answers, faces draw the lines. Every text is
harmless for a terminal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tasktui.commands.present import iso
from tasktui.commands.text import clean

_LINE = 2000


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known, with a label of one word."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing that one can do."""

    text: str
    """What comes of it."""
    verb: str = ""
    """The command line's verb for it; empty where it takes more than one."""
    on: str = ""
    """What that is done to: a task's name, or a word of the verb's."""
    more: str = ""
    """What else the verb is given."""

    @property
    def command(self) -> str:
        """A command line that does it; empty where it takes more than one."""
        return " ".join(w for w in ("tasktui", self.verb, self.on, self.more) if w and self.verb)


@dataclass(frozen=True, slots=True)
class Queued:
    """Where a task stands among those that wait for room."""

    position: int
    of: int
    chance: datetime | None
    """The next moment at which it can start; None where it is unknown, or as soon as it can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Why a task is as it is."""

    task: str
    status: str
    as_wanted: bool
    headline: str
    """One sentence, or the words beside the status."""
    facts: tuple[Fact, ...] = ()
    error: tuple[str, ...] = ()
    """The last error's own last lines."""
    remedies: tuple[Remedy, ...] = ()
    queue: Queued | None = None


def told(remedy: Remedy) -> str:
    """A remedy as a command line, with what comes of it."""
    return f"{remedy.command}  ({remedy.text})" if remedy.command else remedy.text


def lines(answer: Answer, tell: Callable[[Remedy], str] = told) -> list[Fact]:
    """The answer from top to bottom; lines after the first of a kind have no label."""
    out = [Fact("WHY", answer.headline), *answer.facts]
    out += _labelled("ERROR", answer.error)
    out += _labelled("DO", [tell(r) for r in answer.remedies])
    return [Fact(f.label, clean(f.text, _LINE)) for f in out]


def answer_json(answer: Answer) -> dict[str, object]:
    """The answer as ``why --json`` gives it."""
    queue = answer.queue
    return {
        "task": answer.task,
        "status": answer.status,
        "as_wanted": answer.as_wanted,
        "headline": answer.headline,
        "facts": [{"label": f.label, "text": f.text} for f in answer.facts],
        "error": list(answer.error),
        "remedies": [{"text": r.text, "command": r.command or None} for r in answer.remedies],
        "queue": {
            "position": queue.position,
            "of": queue.of,
            "next_chance": iso(queue.chance),
        }
        if queue
        else None,
    }


def _labelled(label: str, texts: list[str] | tuple[str, ...]) -> list[Fact]:
    return [Fact(label if n == 0 else "", text) for n, text in enumerate(texts)]
