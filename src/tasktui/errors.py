"""Every error tasktui raises on purpose.

Each one says *what* happened (and to what) and, in ``hint``, what to do next.
They are raised where the fact is known, translated at the edges (SQLite, HTTP,
files) and caught in exactly three places: a reconciler pass, the command
boundary (CLI), and the app.

::

    TasktuiError
    |-- UserError            the request cannot be carried out as asked
    |   |-- InvalidField     one field of the input is wrong
    |   |-- NotAllowed       the action is refused in the task's present state
    |   |-- ReadOnly         this face was told to change nothing
    |   |-- NotFound         no task, artifact or file of that name
    |   `-- Conflict         a name is taken, or somebody else changed the task
    |       `-- StaleRevision
    |-- StoreError           the database cannot be used
    |   |-- StoreBusy        locked by another process for too long
    |   |-- StoreBroken      not a database, damaged, replaced or deleted
    |   |-- StoreTooNew      written by a newer version of the program
    |   |-- Interrupted      a query was broken off: its answer is not wanted any more
    |   `-- DiskFull
    |-- EngineError          Ray did not do what was asked
    |   |-- Unreachable      no connection, time-out, broken answer
    |   |-- Unauthorized     401 or 403
    |   `-- Rejected         Ray refused the request; its own words in ``what``
    |-- ClusterError         the embedded cluster cannot start or stop
    `-- SchedulerError       the scheduler process cannot start or stop
        `-- LeadershipLost   another scheduler took over
"""

from __future__ import annotations


class TasktuiError(Exception):
    """Base of the family. ``what`` is a sentence, ``hint`` what to do about it."""

    exit_code = 1

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what} {self.hint}".strip()


class UserError(TasktuiError):
    """The request cannot be carried out as asked."""

    exit_code = 2


class InvalidField(UserError):
    """One field of the input is wrong: its name, what was given, what is allowed."""

    def __init__(self, field: str, given: object, allowed: str) -> None:
        end = "" if allowed.endswith((".", "?")) else "."
        super().__init__(f"{field}: {given!r} is not valid: {allowed}{end}")
        self.field = field
        self.given = given
        self.allowed = allowed


class NotAllowed(UserError):
    """The action is refused in the task's present state."""


class ReadOnly(UserError):
    """This face was told to change nothing."""

    def __init__(self) -> None:
        super().__init__(
            "Read-only: nothing was changed.",
            "Leave out --read-only (read_only, TASKTUI_READ_ONLY), or type :rw in the app.",
        )


class NotFound(UserError):
    """No task, artifact or file of that name."""


class Conflict(UserError):
    """A name is taken, or somebody else changed the task meanwhile."""


class StaleRevision(Conflict):
    """The edit was made on a revision that is no longer the newest."""


class StoreError(TasktuiError):
    """The database cannot be used."""


class StoreBusy(StoreError):
    """The database stayed locked by another process for too long."""


class StoreBroken(StoreError):
    """The file is not a database, is damaged, or was replaced or deleted."""


class StoreTooNew(StoreError):
    """The database was written by a newer version of the program."""


class Interrupted(StoreError):
    """The query was broken off by whoever asked."""


class DiskFull(StoreError):
    """No space left where the state directory is."""


class EngineError(TasktuiError):
    """Ray did not do what was asked."""


class Unreachable(EngineError):
    """No connection, a time-out, or an answer that is not Ray's."""


class Unauthorized(EngineError):
    """Ray wants a token (401), or refuses the one given (403)."""


class Rejected(EngineError):
    """Ray refused the request; ``what`` carries its own words."""


class ClusterError(TasktuiError):
    """The embedded cluster cannot start or stop."""


class SchedulerError(TasktuiError):
    """The scheduler process cannot start, stop or lead."""


class LeadershipLost(SchedulerError):
    """Another scheduler holds the lease: this one must not act any more."""
