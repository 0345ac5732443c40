"""Finds the line on which a key of a TOML document stands. Pure.

Made for messages: guarantees an end and no error, not that the line is right where
somebody writes keys inside of texts. Must not know which keys there are.
"""

from __future__ import annotations

import re

_PART = r"""(?:"[^"]*"|'[^']*'|[\w-]+)"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"\s*\[{{1,2}}\s*({_DOTTED})\s*\]{{1,2}}")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=")
_PARTS = re.compile(_PART)
_LONG_TEXT = re.compile(r"\"{3}|'{3}")


def line_of(text: str, path: tuple[str, ...]) -> int:
    """The line, from 1, of the key ``path``, else of the table around it; 0 where neither is."""
    lines = _keys(text)
    for size in range(len(path), 0, -1):
        for number, key in lines:
            if key[:size] == path[:size]:
                return number
    return 0


def _keys(text: str) -> list[tuple[int, tuple[str, ...]]]:
    found: list[tuple[int, tuple[str, ...]]] = []
    table: tuple[str, ...] = ()
    inside = False  # a text of several lines
    for number, line in enumerate(text.split("\n"), 1):
        if not inside and (header := _HEADER.match(line)):
            table = _split(header[1])
            found.append((number, table))
        elif not inside and (key := _KEY.match(line)):
            found.append((number, (*table, *_split(key[1]))))
        inside ^= len(_LONG_TEXT.findall(line)) % 2 == 1
    return found


def _split(key: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PARTS.findall(key))
