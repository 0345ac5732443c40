"""Which files of a folder stay out of its package: a fixed list and ``.taskignore``. Pure.

Guarantees that version control, environments, caches and secrets stay out,
whatever the folder's own rules say. Must not know the file system.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Final

from tasktui.errors import InvalidField

RULES_FILE: Final = ".taskignore"
"""Rules of one folder, at its top; never packed itself."""

_ALWAYS: Final = (
    *(".git", ".hg", ".svn", ".DS_Store", RULES_FILE),
    *(".venv", "venv", "node_modules", "__pycache__", "*.pyc"),
    *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".ipynb_checkpoints"),
    *(".env", ".env.*", "*.pem", "*.key", "id_rsa*", "id_ed25519*", ".ssh", ".aws"),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: a pattern of a name, or of a whole path when ``anchored``."""

    pattern: str
    anchored: bool = False
    folders_only: bool = False

    def matches(self, path: PurePosixPath, *, folder: bool) -> bool:
        """Whether the rule leaves ``path``, relative to the top, out."""
        if self.folders_only and not folder:
            return False
        return fnmatchcase(str(path) if self.anchored else path.name, self.pattern)


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of one folder."""

    rules: tuple[Rule, ...]

    def leave_out(self, path: PurePosixPath, *, folder: bool) -> bool:
        """Whether ``path`` stays out; the folders above it are somebody else's question."""
        return any(rule.matches(path, folder=folder) for rule in self.rules)

    def hide(self, path: PurePosixPath, *, folder: bool) -> bool:
        """Whether ``path`` stays out, for itself or for a folder above it."""
        above = (self.leave_out(p, folder=True) for p in path.parents if p.name)
        return self.leave_out(path, folder=folder) or any(above)


def parse(text: str = "") -> Rules:
    """Read the lines of a ``.taskignore``; the fixed list always comes with them.

    Raises InvalidField for an exception (``!name``), which is not supported.
    """
    lines = (line.strip() for line in text.splitlines())
    own = [_rule(line) for line in lines if line and not line.startswith("#")]
    return Rules((*_fixed(_ALWAYS), *own))


def _fixed(patterns: Iterable[str]) -> list[Rule]:
    return [Rule(pattern) for pattern in patterns]


def _rule(line: str) -> Rule:
    if line.startswith("!"):
        raise InvalidField(RULES_FILE, line, "a pattern of what to leave out, without '!'")
    pattern = line.rstrip("/")
    return Rule(
        pattern=pattern.lstrip("/"),
        anchored="/" in pattern,
        folders_only=line.endswith("/"),
    )
