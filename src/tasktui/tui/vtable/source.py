"""Where a table's rows come from."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, Protocol, TypeVar

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Source(Protocol[R_co]):
    """All rows by position, of which those in sight are there and others may have to be fetched.

    Whoever feeds it calls the table's ``fed`` after each change.
    """

    def __len__(self) -> int:
        """How many rows there are."""
        ...

    def key(self, at: int) -> Hashable:
        """What the row at a position is known by, wherever it moves."""
        ...

    def row(self, at: int) -> R_co | None:
        """The row at a position, None while it is not there yet."""
        ...

    def find(self, key: Hashable) -> int | None:
        """Where the row of a key is, None where there is no such row."""
        ...

    def want(self, first: int, stop: int) -> None:
        """Say that these positions are looked at, and those around them soon will be.

        Others may be forgotten.
        """
        ...


class Listed(Generic[R]):
    """A source for rows that are all there."""

    def __init__(self, rows: Sequence[R], key: Callable[[R], Hashable]) -> None:
        self._rows = rows
        self._key = key

    def __len__(self) -> int:
        return len(self._rows)

    def key(self, at: int) -> Hashable:
        """As the caller names it."""
        return self._key(self._rows[at])

    def row(self, at: int) -> R | None:
        """The row itself."""
        return self._rows[at]

    def find(self, key: Hashable) -> int | None:
        """Look at one after another."""
        return next((i for i, row in enumerate(self._rows) if self._key(row) == key), None)

    def want(self, first: int, stop: int) -> None:
        """All of them are there."""
