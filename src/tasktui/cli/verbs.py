"""What a verb is to the parser, and what it gets when it runs. Knows no verb."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from tasktui.config import Config
from tasktui.errors import ReadOnly, UserError
from tasktui.runtime.session import Session


class Call:
    """One call of a verb: its arguments, its settings, and the session, opened when used."""

    def __init__(
        self, args: argparse.Namespace, config: Config, environ: Mapping[str, str]
    ) -> None:
        self.args = args
        self.config = config
        self.environ = environ
        self._session: Session | None = None

    @property
    def json(self) -> bool:
        """Whether the answer is JSON."""
        return bool(getattr(self.args, "json", False))

    @property
    def session(self) -> Session:
        """The state directory, for reading."""
        if self._session is None:
            self._session = Session(self.config, self.environ, "cli")
        return self._session

    def writer(self) -> Session:
        """The state directory, for changing: an explicit cluster must be the one it drives.

        Raises SchedulerError where it is not, ReadOnly where nothing may be changed.
        """
        self.require_writable()
        self.session.bind()
        return self.session

    def require_writable(self) -> None:
        """Raise ReadOnly where nothing may be changed."""
        if self.config.read_only:
            raise ReadOnly

    def close(self) -> None:
        """Let go of the state directory."""
        if self._session is not None:
            self._session.close()


Run = Callable[[Call], int]
"""Carries a verb out and returns the exit code."""

Arguments = Callable[[argparse.ArgumentParser], None]


def no_arguments(parser: argparse.ArgumentParser) -> None:
    """Take nothing."""


class Place(Protocol):
    """Where a verb is found when it is used."""

    @property
    def name(self) -> str:
        """The word that is typed."""

    @property
    def summary(self) -> str:
        """One line, as the list of verbs shows it."""

    def load(self) -> Verb:
        """The verb, with everything that it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One line of the table of verbs; with ``verbs`` a group of them."""

    name: str
    summary: str = ""
    """One line, as the list of verbs shows it; of a verb in the table of all it stands there."""
    run: Run | None = None
    arguments: Arguments = no_arguments
    json: bool = False
    """Whether it answers and so takes ``--json``."""
    text: str = ""
    """More than the summary, for its own help."""
    examples: tuple[str, ...] = ()
    plan: Run | None = None
    """Says what it would do; called with a session that can only read."""
    verbs: tuple[Place, ...] = ()

    def load(self) -> Verb:
        """Itself: it is here."""
        return self


def task_name(parser: argparse.ArgumentParser) -> None:
    """Take the name of a task."""
    parser.add_argument("name", metavar="NAME", help="name of the task")


MOST = 100_000
"""The largest count that can be asked for."""


def add_count(parser: argparse.ArgumentParser, default: int, what: str) -> None:
    """Take ``-n``."""
    parser.add_argument("-n", metavar="N", type=_count, default=default, help=f"{what} ({default})")


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) <= MOST:
        return int(text)
    raise UserError(f"{text!r} is not a count.", f"Give a whole number from 1 to {MOST}.")
