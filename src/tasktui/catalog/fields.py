"""Takes values out of a TOML document, and notes each one that is wrong instead of stopping.

Guarantees that what comes out has the type asked for, and that a message names the line, the
key, what was given and what is allowed. Must not know which keys a manifest has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tasktui.catalog.lines import line_of
from tasktui.errors import InvalidField

MOST = 20
"""Problems told of one document: who mends so many looks again."""

_SHOWN = 60
_READABLE = 10**18


@dataclass(frozen=True, slots=True)
class Document:
    """A text, how messages call it, and what was found wrong with it."""

    name: str
    text: str
    _found: list[tuple[int, InvalidField]] = field(default_factory=list)

    @property
    def problems(self) -> tuple[InvalidField, ...]:
        """What was noted, by line."""
        return tuple(problem for _, problem in sorted(self._found, key=lambda f: f[0]))

    def wrong(self, path: tuple[str, ...], given: object, allowed: str) -> None:
        """Note a problem with the key ``path``."""
        if len(self._found) < MOST:
            line = line_of(self.text, path)
            where = f"{self.name} line {line}" if line else self.name
            key = ".".join(path)[:_SHOWN]
            self._found.append((line, InvalidField(f"{where}: {key}", shown(given), allowed)))


def shown(value: object) -> object:
    """``value`` short enough for a message; tables and lists in words."""
    match value:
        case bool() | float() | None:
            return value
        case int():
            return value if abs(value) < _READABLE else "a very large number"
        case str():
            return value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
        case dict():
            return "a table"
        case list():
            return f"a list of {len(value)}"
        case _:
            return str(value)


class Table:
    """One table of a document."""

    def __init__(
        self, document: Document, values: Mapping[str, object], path: tuple[str, ...] = ()
    ) -> None:
        self._document = document
        self._values = values
        self.path = path

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def wrong(self, key: str, allowed: str) -> None:
        """Note that the value of ``key`` is not as ``allowed`` says."""
        self._document.wrong((*self.path, key), self._values.get(key, "nothing"), allowed)

    def hide(self, key: str, allowed: str) -> None:
        """As ``wrong``, for a value that nobody should see."""
        self._document.wrong((*self.path, key), "***", allowed)

    def only(self, *known: str) -> None:
        """Refuse every other key, by what it may have been meant to be."""
        from difflib import get_close_matches  # noqa: PLC0415 - off the path of plain reads

        for key in [k for k in self._values if k not in known][:MOST]:
            close = get_close_matches(key[:_SHOWN], known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known keys: {', '.join(known)}"
            self._document.wrong((*self.path, key), key, f"no key here; {hint}")

    def few(self, most: int) -> bool:
        """Whether there are at most ``most`` keys; notes it where there are more."""
        if len(self._values) > most:
            self._document.wrong(self.path, f"{len(self._values)} keys", f"at most {most}")
        return len(self._values) <= most

    def value(self, key: str) -> object:
        """The value as it is; None without one."""
        return self._values.get(key)

    def text(self, key: str, default: str = "", most: int = 200) -> str:
        """One line of text, at most ``most`` characters."""
        found = self._values.get(key, default)
        if isinstance(found, str) and len(found) <= most and found.isprintable():
            return found
        self.wrong(key, f"text in quotes, one line of at most {most} characters")
        return default

    def one_of(self, key: str, choices: Sequence[str], default: str) -> str:
        """One of some words; anything else gives the default."""
        found = self._values.get(key, default)
        if isinstance(found, str) and found in choices:
            return found
        self.wrong(key, f"one of {', '.join(choices)}")
        return default

    def number(self, key: str, low: float, high: float) -> float | None:
        """A number from ``low`` to ``high``; None without one."""
        found = self._values.get(key)
        if found is None:
            return None
        if isinstance(found, int | float) and not isinstance(found, bool) and low <= found <= high:
            return found
        self.wrong(key, f"a number from {low:g} to {high:g}, without quotes")
        return None

    def texts(self, key: str, form: re.Pattern[str], what: str, most: int) -> tuple[str, ...]:
        """At most ``most`` different texts that have the form; empty without any."""
        found = self._values.get(key, [])
        if not isinstance(found, list) or len(found) > most:
            self.wrong(key, f"a list of at most {most}: {what}")
            return ()
        for item in found:
            if not isinstance(item, str) or not form.fullmatch(item):
                self._document.wrong((*self.path, key), item, what)
                return ()
        return tuple(dict.fromkeys(found))

    def table(self, key: str) -> Table:
        """The table of that key; an empty one where there is none."""
        found = self._values.get(key, {})
        if not isinstance(found, dict):
            path = (*self.path, key)
            # A text may be a secret that belongs into the table.
            given = "text" if isinstance(found, str) else found
            self._document.wrong(path, given, f"a table: [{'.'.join(path)[:_SHOWN]}]")
            found = {}
        return Table(self._document, found, (*self.path, key))
