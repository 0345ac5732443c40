"""The ``:`` command line: what its words mean and how Tab completes them. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from tasktui.errors import InvalidField
from tasktui.tui.chosen import USUAL_WORD, WORDS, read_whole
from tasktui.tui.habits import ALIASES, COMMANDS
from tasktui.tui.key import Group
from tasktui.tui.keys import KEYS, ORDERINGS, TAB_NAMES, Where, keys_of
from tasktui.tui.themes import THEMES
from tasktui.tui.times import BASES

_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "tab": tuple(n.lower().replace(" ", "-") for n in TAB_NAMES),
    "cluster": ("up",),
    "scheduler": ("start", "restart", "takeover"),
    "task": (),
    "filter": (),
    "tz": BASES,
    "view": (),
    "theme": tuple(THEMES),
    "order": tuple(str(order) for _, order in ORDERINGS),
}
_ASKS = frozenset({"order"})
"""Commands that ask for their argument where none is given."""
PLAIN = {
    "ro": "Look only: every change is refused.",
    "rw": "Allow changes again.",
    "tour": "The app in one screen.",
}
"""Commands that are no keys, and take nothing; what each does."""
_WANTED = {"view": "NAME | save NAME | rm NAME | off"}
"""What commands take whose arguments are not words of a list."""
_ABOUT = {
    "tab": "Show the tab {}.",
    "cluster": "Start a Ray cluster on this machine.",
    "scheduler": "The scheduler: {}.",
    "tz": "Times in this zone: {}.",
    "theme": "Colours: {}.",
}
_ON_TASK = frozenset(k.id for k in KEYS if k.on_task)
_IN_VIEW = ("back", "palette")
_SILENT = ("tab_", "copy_", "order_")


@dataclass(frozen=True, slots=True)
class Typed:
    """A command line, understood."""

    command: str
    argument: str = ""
    error: str = ""
    """What is wrong with it; empty when it can run."""


def known() -> tuple[str, ...]:
    """Every command, sorted."""
    ids = {_name(k.id) for k in keys_of(Where.TASKS) if not k.id.startswith(_SILENT)}
    return tuple(sorted((ids - {"command"}) | set(_ARGUMENTS) | set(PLAIN)))


def offered() -> list[tuple[str, str]]:
    """Every command line that needs no more words, with what it does and its key, sorted.

    Without those that only move: nobody looks for them by their words.
    """
    out = list(PLAIN.items())
    for command, text in _ABOUT.items():
        out += [(f"{command} {word}", text.format(word)) for word in _ARGUMENTS[command]]
    rows = [k for k in keys_of(Where.TASKS) if k.group is not Group.MOVE]
    shown = {_name(k.id): f"{k.help} ({k.shown})" for k in rows if k.id not in _IN_VIEW}
    out += [
        (n, text)
        for n, text in shown.items()
        if n in known() and (n in _ASKS or n not in _ARGUMENTS)
    ]
    return sorted(out)


def key_of(command: str) -> str:
    """The id of the key that does what a command does."""
    return command.replace("-", "_")


def _name(key: str) -> str:
    """The command for the id of a key."""
    return key.replace("_", "-")


def acts_on_task(command: str) -> bool:
    """Whether a command takes the name of a task: that under the cursor where none is given."""
    return command in _ON_TASK


def parse(text: str) -> Typed:
    """Read a command line without its colon."""
    command, argument = _words(text)
    if not command:
        return Typed("")
    if command not in known():
        if command in COMMANDS:
            return Typed(command, argument, COMMANDS[command])
        close = difflib.get_close_matches(command, known(), n=1)
        hint = f" Did you mean :{close[0]}?" if close else " Tab completes, ? lists the keys."
        return Typed(command, argument, f"There is no command :{command}.{hint}")
    allowed = _ARGUMENTS.get(command, ())
    if command in _ARGUMENTS and not argument and command not in _ASKS:
        what = " | ".join(allowed) or _WANTED.get(command, "text")
        return Typed(command, "", f":{command} needs an argument: {what}")
    if argument and allowed and argument.lower().replace(" ", "-") not in allowed:
        return Typed(command, argument, f":{command} takes {' | '.join(allowed)}")
    return Typed(command, argument, _wrong_columns(argument) if command == "columns" else "")


def _wrong_columns(argument: str) -> str:
    """What is wrong with the columns; nothing where none are named: one chooses from a list."""
    try:
        if argument:
            read_whole(argument)
    except InvalidField as error:
        return str(error)
    return ""


def _words(text: str) -> tuple[str, str]:
    """Command and argument, under the names that they have here; a tab is a command too."""
    command, _, argument = text.strip().partition(" ")
    argument = argument.strip()
    if not argument and command.lower() in _ARGUMENTS["tab"]:
        return "tab", command
    name, _, given = ALIASES.get(command, command).partition(" ")
    if name == "tab" and argument.isdecimal() and 0 < int(argument) <= len(TAB_NAMES):
        argument = _ARGUMENTS["tab"][int(argument) - 1]
    return name, given or argument


def tab_number(argument: str) -> int:
    """Which tab an argument of ``:tab`` names, counted from 0."""
    return _ARGUMENTS["tab"].index(argument.lower().replace(" ", "-"))


def complete(text: str, names: Sequence[str], views: Sequence[str] = ()) -> str:
    """The text with its last word completed as far as it is clear; ``names`` are the tasks'."""
    command, space, argument = text.lstrip().partition(" ")
    if not space:
        found = _common([c for c in known() if c.startswith(command)])
        return (found + " " if found in known() else found) if found else text
    options = names if command == "task" or acts_on_task(command) else _ARGUMENTS.get(command, ())
    if command == "view":
        options = ("save ", "off", *views, *(f"rm {v}" for v in views))
    if command == "columns":
        options = _further(argument)
    found = _common([o for o in options if o.startswith(argument.lower())])
    return f"{command} {found}" if found else text


def _further(columns: str) -> list[str]:
    """Columns that were typed so far, with each of the others at the end."""
    before, comma, _ = columns.lower().rpartition(",")
    given = before.replace(" ", "").split(",")
    options = WORDS if before else (*WORDS, USUAL_WORD)
    return [f"{before}{comma}{word}" for word in options if word not in given]


def _common(words: Sequence[str]) -> str:
    if not words:
        return ""
    low, high = min(words), max(words)
    same = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))
    return low[:same]
