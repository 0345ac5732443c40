"""Saved views of the table: a user's own file beside the settings, a name for each view.

Guarantees that a file which is broken, hostile or of another version is never more than
missing views, and that saving one loses none of it. Knows no screen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from tasktui.commands.present import may_age
from tasktui.domain.search import Order, Search, terms
from tasktui.domain.status import Status
from tasktui.errors import InvalidField, NotFound, UserError

NAME = "views.json"
RESERVED = ("save", "rm", "off")
"""What ``:view`` takes as words of its own."""
_MOST = 100
"""Views that are kept, and characters of a name or a filter."""
_BYTES = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """What the table shows, in words that any version may read or leave."""

    tab: str = "all"
    filter: str = ""
    problems: bool = False
    order: str = "name"
    reverse: bool = False
    wide: bool = False
    columns: tuple[str, ...] = ()
    """Those that are shown, by their names; empty: the user's own."""

    def search(self) -> Search:
        """What it looks for; a word of another version counts as the first one of its kind."""
        status = Status(self.tab) if self.tab in set(Status) else None
        order = Order(self.order) if self.order in set(Order) else Order.NAME
        return Search(status, terms(self.filter, may_age), self.problems, order, self.reverse)


_OWN = ""
"""No name of a view: what the table shows without one."""
_TYPES = {f.name: type(f.default) for f in fields(SavedView)}


def place(environ: Mapping[str, str]) -> Path:
    """The user's file; it need not exist."""
    home = Path(environ.get("HOME") or Path.home())
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "tasktui" / NAME


def load(file: Path) -> dict[str, SavedView]:
    """The views by name, sorted; those that make no sense are left out."""
    try:
        rows = _rows(file)
    except UserError:
        return {}
    read = {name: _view(body) for name, body in sorted(rows.items()) if allowed(name)}
    return {name: view for name, view in list(read.items())[:_MOST] if view is not None}


def save(file: Path, name: str, view: SavedView | None) -> None:
    """Keep a view under a name, or forget it where it is None; what else is there stays.

    Raises InvalidField for a name that will not do, NotFound, and UserError where the
    file cannot be written, or holds something that writing it would lose.
    """
    rows = _rows(file)
    if view is not None and not allowed(name):
        raise InvalidField("view", name, "a word of letters, digits, - and _")
    if view is None and name not in rows:
        raise missing(file, name)
    if view is None:
        del rows[name]
    else:
        rows[name] = asdict(view)
    _write(file, rows)


def named(file: Path, name: str) -> SavedView:
    """The view of that name. Raises NotFound with the names that there are."""
    found = load(file).get(name)
    if found is None:
        raise missing(file, name)
    return found


def missing(file: Path, name: str) -> NotFound:
    """What to say of a name that no view has."""
    known = ", ".join(load(file)) or "none yet; in the app :view save NAME keeps one"
    return NotFound(f"There is no view {name!r}.", f"Views: {known}.")


def columns(file: Path) -> tuple[str, ...]:
    """The columns that the user chose for the table without a view; empty: none."""
    try:
        view = _view(_rows(file).get(_OWN))
    except UserError:
        return ()
    return view.columns if view else ()


def save_columns(file: Path, chosen: tuple[str, ...]) -> None:
    """Keep the user's columns; empty forgets them. Raises UserError as ``save`` does."""
    rows = _rows(file)
    if chosen:
        rows[_OWN] = {"columns": chosen}
    elif rows.pop(_OWN, None) is None:
        return
    _write(file, rows)


def _write(file: Path, rows: Mapping[str, object]) -> None:
    from tasktui.engine.tokens import replace_file  # noqa: PLC0415 - not for the first frame

    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(file, json.dumps(rows, indent=1))
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error}.", "Is there room?") from error


def _rows(file: Path) -> dict[str, object]:
    """What the file holds, by name. Raises UserError where it is no file of views."""
    try:
        if not file.exists():
            return {}
        if not file.is_file() or file.stat().st_size > _BYTES:
            raise UserError(f"{file} is not a file of views.", "Move it away.")
        found = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{file} cannot be read: {error}.", "Mend it, or move it away.") from error
    if not isinstance(found, dict):
        raise UserError(f"{file} holds no views by name.", "Mend it, or move it away.")
    return found


def allowed(name: str) -> bool:
    """Whether a view may be called so."""
    plain = name.replace("-", "a").replace("_", "a")
    return name not in RESERVED and len(name) <= _MOST and plain.isascii() and plain.isalnum()


def _view(body: object) -> SavedView | None:
    if not isinstance(body, dict):
        return None
    known = {k: v for k, v in body.items() if k in _TYPES}
    if isinstance(words := known.get("columns"), list) and all(_short(w) for w in words[:_MOST]):
        known["columns"] = tuple(words[:_MOST])
    right = all(type(v) is _TYPES[k] for k, v in known.items())
    return SavedView(**known) if right and _short(known.get("filter", "")) else None


def _short(text: object) -> bool:
    return isinstance(text, str) and text.isprintable() and len(text) <= _MOST
