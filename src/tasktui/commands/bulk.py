"""One change on several things: each by itself, and a result for each. Pure but for the change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from tasktui.errors import TasktuiError

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Result(Generic[T, R]):
    """How one of them went."""

    subject: T
    value: R | None = None
    error: TasktuiError | None = None
    """Why it failed; the others were tried all the same."""


def each(subjects: Iterable[T], change: Callable[[T], R]) -> list[Result[T, R]]:
    """Make the change on each; one that fails keeps none of the others from it."""
    done: list[Result[T, R]] = []
    for subject in subjects:
        try:
            done.append(Result(subject, change(subject)))
        except TasktuiError as error:
            done.append(Result(subject, error=error))
    return done
