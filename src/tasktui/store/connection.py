"""One SQLite connection: durable, private, and never silently on the wrong file.

Guarantees that every write happens in ``BEGIN IMMEDIATE`` (nested blocks are
savepoints), reaches the disk before it is acknowledged, and goes to the file
that lies under the path now, with its log. Belongs to the thread that opened it. Knows
nothing of tasks.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tasktui.errors import ReadOnly, StoreError
from tasktui.store import failures, place

Value = str | int | float | bytes | None
Row = tuple[Any, ...]

BUSY_S = 5.0
"""How long a write waits for another process's write, in seconds."""

_LOG_LIMIT = 8 * 2**20
_STRICT_SINCE = (3, 37, 0)


class Connection:
    """A connection and the transaction that it is in."""

    def __init__(self, raw: sqlite3.Connection, path: Path, *, on_disk: bool) -> None:
        self.raw = raw
        self.path = path
        self.on_disk = on_disk
        self.form: int | None = None
        """The ``user_version`` that every write expects; None while migrating."""
        self._depth = 0
        self._facts: place.Facts | None = None
        """What is known of the files once they are open; None before, and in memory."""
        self.frozen = False
        """Every write is refused: its user may only look."""
        self._sole = False
        """Nobody else writes the log back into the file."""

    @classmethod
    def open(cls, path: Path, *, leader: bool = False, busy_s: float = BUSY_S) -> Connection:
        """Open the database, made empty where there is none.

        Only the ``leader`` writes the log back into the file while it is open:
        SQLite before 3.51.3 has a rare race between two that do. Raises StoreError.
        """
        if sqlite3.sqlite_version_info < _STRICT_SINCE:
            raise StoreError(
                f"SQLite {sqlite3.sqlite_version} is too old.", "tasktui needs 3.37 or newer."
            )
        place.prepare(path)
        before = place.identity(path)
        db = cls(_connect(path, busy_s), path, on_disk=True)
        try:
            db._set_up(leader=leader, busy_s=busy_s)
            if db._facts is None or db._facts.file != before:
                raise failures.moved(path)
        except StoreError:
            db.raw.close()
            raise
        return db

    @classmethod
    def memory(cls) -> Connection:
        """A database that is gone when closed."""
        db = cls(sqlite3.connect(":memory:", isolation_level=None), Path(), on_disk=False)
        db.execute("PRAGMA foreign_keys = ON")
        return db

    def close(self) -> None:
        """Close; a transaction that is still open is taken back."""
        self.raw.close()

    def execute(self, sql: str, values: Sequence[Value] = ()) -> sqlite3.Cursor:
        """Run one statement. Raises StoreError, and sqlite3.IntegrityError for a constraint."""
        if self._depth and not self.raw.in_transaction:
            raise failures.taken_back(self.path)
        try:
            return self.raw.execute(sql, values)
        except UnicodeEncodeError:
            return self.execute(sql, [_encodable(v) for v in values])
        except sqlite3.Error as error:
            raise self._translated(error) from error

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[Row]:
        """All rows of a query: an unfinished one would pin the log."""
        if not self._depth:
            self.check()
        try:
            return self.raw.execute(sql, values).fetchall()
        except UnicodeEncodeError:
            return self.rows(sql, [_encodable(v) for v in values])
        except sqlite3.Error as error:
            raise self._translated(error) from error

    def row(self, sql: str, values: Sequence[Value] = ()) -> Row | None:
        """The first row of a query, or None."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def value(self, sql: str, values: Sequence[Value] = ()) -> Any:  # noqa: ANN401 - what SQLite has
        """The first column of the first row of a query, or None."""
        found = self.rows(sql, values)
        return found[0][0] if found else None

    def function(self, name: str, call: Callable[..., bool]) -> None:
        """Let queries call ``call`` by this name, with any number of values."""
        self.raw.create_function(name, -1, call)

    def interrupt(self) -> None:
        """Break off the statement that runs now, if any: Interrupted there. From any thread."""
        self.raw.interrupt()

    def check(self) -> None:
        """Raise StoreBroken when the file or its log is not the one that was opened.

        Where this connection alone writes the log back, also when anybody else
        wrote into the file.
        """
        old = self._facts
        if old is None:
            return
        now = place.facts(self.path)
        if now.file != old.file:
            raise failures.moved(self.path)
        if now.log != old.log:
            raise failures.log_gone(self.path)
        if now.size == 0 or (self._sole and now.written_at != old.written_at):
            raise failures.written_over(self.path)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Inside another one: a part that can be taken back by itself.

        Raises ReadOnly while frozen, StoreBusy, StoreBroken for another file, StoreTooNew when
        a newer version migrated it meanwhile, DiskFull.
        """
        if self.frozen:
            raise ReadOnly
        begin, commit, undo = _STATEMENTS if self._depth == 0 else _savepoint(self._depth)
        self.execute(begin)
        self._depth += 1
        try:
            if self._depth == 1:
                self._check_write()
            yield
            self.execute(commit)
            if self._depth == 1 and self._sole:
                self._facts = place.facts(self.path)  # it may have written the log back
        except BaseException:
            self._undo(undo)
            raise
        finally:
            self._depth -= 1

    def _check_write(self) -> None:
        self.check()
        if self.form is not None:
            found = self.value("PRAGMA user_version")
            if found != self.form:
                raise failures.too_new(self.path, found, self.form)

    def _undo(self, statements: Sequence[str]) -> None:
        # A full disk makes SQLite take the whole transaction back by itself: what would be
        # written after that, before the outermost block ends, is refused by ``execute``.
        if self.raw.in_transaction:
            for sql in statements:
                self.execute(sql)

    def _set_up(self, *, leader: bool, busy_s: float) -> None:
        self.execute("PRAGMA trusted_schema = OFF")
        self.execute("PRAGMA foreign_keys = ON")
        self._use_log(time.monotonic() + busy_s)
        self.execute("PRAGMA synchronous = FULL")
        self.execute(f"PRAGMA journal_size_limit = {_LOG_LIMIT}")
        self.execute(f"PRAGMA wal_autocheckpoint = {1000 if leader else 0}")
        self.value("PRAGMA user_version")
        # From its first read on SQLite holds a lock with which both files stay.
        self._facts = place.facts(self.path)
        self._sole = leader

    def _use_log(self, until: float) -> None:
        # Changing the mode fails at once, whatever the time-out, while another
        # process does the same: the first start of two programs together.
        while self.value("PRAGMA journal_mode") != "wal":
            try:
                mode = self.raw.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or time.monotonic() > until:
                    raise self._translated(error) from error
                time.sleep(0.01)
                continue
            if mode != "wal":
                raise StoreError(
                    f"{self.path} lies where SQLite cannot keep a write-ahead log ({mode}).",
                    "Choose a directory on a disk of this machine: --state-dir.",
                )

    def _translated(self, error: sqlite3.Error) -> Exception:
        if isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError)):
            return error
        return failures.translate(error, self.path)


_STATEMENTS = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))


def _savepoint(depth: int) -> tuple[str, str, tuple[str, ...]]:
    name = f"level_{depth}"
    return f"SAVEPOINT {name}", f"RELEASE {name}", (f"ROLLBACK TO {name}", f"RELEASE {name}")


def _connect(path: Path, busy_s: float) -> sqlite3.Connection:
    # mode=rw never creates: a file made by SQLite itself would be readable by others.
    uri = f"{path.absolute().as_uri()}?mode=rw"
    try:
        return sqlite3.connect(
            uri, uri=True, isolation_level=None, timeout=busy_s, cached_statements=256
        )
    except sqlite3.Error as error:
        raise failures.translate(error, path) from error


def _encodable(value: Value) -> Value:
    """Text that SQLite can hold: lone surrogates, as Ray may send them, become visible."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return value


def require_whole(db: Connection) -> None:
    """Raise StoreBroken unless SQLite finds the file consistent (1.4 µs a row)."""
    found = db.value("PRAGMA quick_check(1)")
    if found != "ok":
        raise failures.damaged(db.path, str(found))
