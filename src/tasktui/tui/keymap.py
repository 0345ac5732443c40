"""The user's own keys over the table's: what can be used, and what cannot with the reason. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from textual.keys import _character_to_key as name_of

from tasktui.tui.key import Key

_FIXED = frozenset({"back", "quit"})
"""Ways out, which everybody must find."""


def remap(rows: Sequence[Key], wanted: Mapping[str, str]) -> tuple[tuple[Key, ...], list[str]]:
    """The rows with the keys of ``wanted`` by id, and a sentence for each that is not used.

    A key is one character, or Textual's name of it (``ctrl+o``, ``f5``); several stand with
    spaces between them. The rules of the table hold: what changes something has a capital
    letter, and no key means two things on one screen.
    """
    found, complaints = tuple(rows), []
    for id_, text in wanted.items():
        names = [name_of(word) if len(word) == 1 else word for word in text.split()]
        wrong = _wrong(found, id_, text, names)
        if wrong:
            complaints.append(f"{id_} = {text!r}: {wrong}")
        else:
            found = tuple(_with(row, text, names) if row.id == id_ else row for row in found)
    return found, complaints


def _with(row: Key, text: str, names: Sequence[str]) -> Key:
    return replace(row, names=" ".join(names), shown=text.split(maxsplit=1)[0])


def _wrong(rows: Sequence[Key], id_: str, text: str, names: Sequence[str]) -> str:
    """Why these keys cannot be used; empty where they can."""
    row = next((r for r in rows if r.id == id_ and not r.archived), None)
    if row is None:
        close = difflib.get_close_matches(id_, [r.id for r in rows], n=1)
        hint = f", did you mean {close[0]}?" if close else "; tasktui keys lists them."
        return f"there is no such command{hint}"
    if id_ in _FIXED or not names:
        return "this key stays as it is."
    if row.dangerous and not all(len(w) == 1 and w.isupper() for w in text.split()):
        return "what changes something needs a capital letter."
    taken = _taken(rows, row, names)
    return (
        f"{taken.shown} is {taken.label or taken.id} already on the same screen." if taken else ""
    )


def _taken(rows: Sequence[Key], mine: Key, names: Sequence[str]) -> Key | None:
    """A row of the same screen that has one of the keys already."""
    others = (r for r in rows if r.id != mine.id and r.where & mine.where and not r.archived)
    return next((r for r in others if set(names) & set(r.names.split())), None)
