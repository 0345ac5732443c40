"""The store: everything that survives, behind plain values.

Belongs to the thread that opened it. Errors are those of the StoreError branch,
plus NotFound, Conflict, StaleRevision and LeadershipLost where the methods say
so; nothing of SQLite comes out.
"""

from __future__ import annotations

from pathlib import Path

from tasktui.errors import StoreError
from tasktui.store import belonging
from tasktui.store.artifacts import Artifacts
from tasktui.store.connection import Connection, require_whole
from tasktui.store.migrations import backup, migrate
from tasktui.store.notes import Notes
from tasktui.store.progress import Recorder
from tasktui.store.revisions import Revisions
from tasktui.store.seek import Seeking
from tasktui.store.tasks import Tasks


class Store(Tasks, Seeking, Revisions, Artifacts, Notes, Recorder):
    """One state directory, or one in memory."""

    @classmethod
    def open(cls, path: Path, *, leader: bool = False) -> Store:
        """Open the database at ``path``, made or migrated where needed.

        The ``leader`` checks that the file is whole (1.4 µs a row) and is the
        only one to write the log back into it. Raises StoreError and its kinds.
        """
        db = Connection.open(path, leader=leader)
        try:
            belonging.refuse_empty(db)
            if leader:
                require_whole(db)
            migrate(db)
            belonging.confirm(db)
        except StoreError:
            db.close()
            raise
        return cls(db, path.parent / "artifacts")

    @classmethod
    def memory(cls) -> Store:
        """A store that is gone when closed or forgotten, with its packages."""
        import shutil  # noqa: PLC0415 - tests and previews only
        import tempfile  # noqa: PLC0415 - as above
        import weakref  # noqa: PLC0415 - as above

        db = Connection.memory()
        migrate(db)
        folder = Path(tempfile.mkdtemp(prefix="tasktui-"))
        store = cls(db, folder)
        weakref.finalize(store, shutil.rmtree, folder, ignore_errors=True)
        return store

    def freeze(self, frozen: bool) -> None:
        """Refuse every write from now on with ReadOnly, or allow them again."""
        self._db.frozen = frozen

    def backup(self) -> Path:
        """Write a copy into ``backups`` beside the database and return its path.

        The newest seven stay. Not inside a transaction; takes about a second
        for each 100 MB.
        """
        return backup(self._db)

    def close(self) -> None:
        """Close; a transaction that is still open is taken back."""
        self._db.close()
        if not self._db.on_disk:
            import shutil  # noqa: PLC0415 - as in memory

            shutil.rmtree(self._folder, ignore_errors=True)
