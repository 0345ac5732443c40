"""What to press or type here instead of what k9s and lazygit have for it. Pure."""

from __future__ import annotations

import re

_FUNCTION = re.compile(r"f\d+")

KEYS = {
    "0": "1 shows all tasks.",
    "s": "S sets the replicas; there is no shell.",
    "h": "The arrow keys move to the side.",
    "E": "e edits.",
    "N": "o and n order by name.",
    "ctrl+a": "Ctrl-P finds a command.",
    "ctrl+k": "D stops a task.",
    "ctrl+r": "It is live; r reads again.",
    "ctrl+w": "x shows all columns.",
    "ctrl+z": "z shows only problems.",
}
"""Keys of theirs that mean nothing here -> a sentence."""

COMMANDS = {
    "ctx": "One program shows one cluster: tasktui --address URL opens another.",
    "ns": "There are no namespaces; / filters, such as artifact:NAME.",
    "xray": "d shows a task with its replicas.",
}
"""Commands of theirs that do not exist here -> a sentence."""

ALIASES = {
    "q": "quit",
    "q!": "quit",
    "quit!": "quit",
    "exit": "quit",
    "wq": "quit",
    "open": "detail",
    "describe": "detail",
    "show": "detail",
    "log": "logs",
    "sort": "order",
    "events": "audit",
    "next": "calendar",
    "new": "launch",
    "rm": "delete",
    "tasks": "tab all",
    "ls": "tab all",
    "pods": "tab all",
    "pod": "tab all",
    "po": "tab all",
    "context": "ctx",
    "contexts": "ctx",
    "namespace": "ns",
    "node": "nodes",
    "readonly": "ro",
}
"""Other names of commands, theirs and those of the command line tool."""


def no_key(name: str) -> str:
    """What to say of a key that means nothing, by the name that Textual has for it."""
    shown = f"Ctrl-{name[-1].upper()}" if name.startswith("ctrl+") else name
    shown = shown.upper() if _FUNCTION.fullmatch(name) else shown
    hint = KEYS.get(name, "? lists the keys, Ctrl-P finds a command.")
    return f"{shown} does nothing here. {hint}"
