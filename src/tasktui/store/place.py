"""Where a database may lie: a private directory, on a disk of this machine.

Guarantees mode 0700 on the directory and 0600 on the file. Must never open the
file of a database that may be in use: closing any handle to it would drop the
locks that SQLite holds in this process.
"""

from __future__ import annotations

import os
import stat
import threading
from dataclasses import dataclass
from pathlib import Path

from tasktui.errors import StoreBroken, StoreError

MOUNTS = Path("/proc/self/mountinfo")

_KERNEL = "afs beegfs ceph cifs coda davfs gfs2 glusterfs gpfs lustre ncpfs nfs nfs4 ocfs2 orangefs"
_KERNEL_TOO = "pvfs2 smb2 smb3 smbfs"
_FUSE = "beegfs ceph davfs gcsfuse glusterfs goofys juicefs mfs rclone s3fs sshfs"
NETWORK = frozenset(
    [*_KERNEL.split(), *_KERNEL_TOO.split(), *(f"fuse.{name}" for name in _FUSE.split())]
)
"""File systems shared over a network: their locks do not hold what SQLite needs."""

_ELSEWHERE = "Choose a directory on a disk of this machine: --state-dir DIR or TASKTUI_STATE_DIR."


@dataclass(frozen=True, slots=True)
class Facts:
    """What tells one database on a disk from another."""

    file: tuple[int, int] | None
    """Device and inode; None when there is none: a replaced file has another one."""
    log: tuple[int, int] | None
    """Of the write-ahead log."""
    size: int
    """Bytes of the file."""
    written_at: int
    """When somebody last wrote into the file, in nanoseconds."""


def prepare(path: Path) -> None:
    """Make the directory of ``path`` and an empty file, or check those that exist.

    Raises StoreError where they cannot be made or belong to somebody else, and
    where the directory lies on a network file system.
    """
    private(path.parent)
    try:
        _refuse_network(path.parent)
        if not path.exists():
            _create(path)
        _file(path)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be made or read: {error.strerror}.",
            f"Check the permissions of {path.parent}. {_ELSEWHERE}",
        ) from error


def private(directory: Path) -> None:
    """Make the directory with mode 0700, or narrow the one that is there to it.

    Raises StoreError where it cannot be made, belongs to somebody else, or is
    shared by all users as /tmp is.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        info = directory.stat()
    except OSError as error:
        raise StoreError(
            f"{directory} cannot be made or read: {error.strerror}.", _ELSEWHERE
        ) from error
    _own(directory, info)
    if info.st_mode & stat.S_ISVTX:
        # Narrowing the mode of /tmp would lock everybody else out of it.
        raise StoreError(f"{directory} is shared by all users.", "Make a directory inside it.")
    if info.st_mode & 0o077:
        directory.chmod(0o700)


def filesystem(path: Path, mounts: str) -> str:
    """Type of the file system that holds ``path``, from the text of a mountinfo file.

    Empty where no line matches. Format: proc_pid_mountinfo(5).
    """
    best, kind = -1, ""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        words = left.split(" ")
        if len(words) < 5 or not right:
            continue
        point = Path(_unescape(words[4]))
        # Of two mounts on one point the later line hides the earlier one.
        if len(point.parts) >= best and path.is_relative_to(point):
            best, kind = len(point.parts), right.split(" ")[0]
    return kind


def identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of the file, None when there is none: a replaced file has another one."""
    return _identity(_stat(path))


def facts(path: Path) -> Facts:
    """What the disk says of a database now (5 µs)."""
    info, log = _stat(path), _stat(f"{path}-wal")
    size, written_at = (info.st_size, info.st_mtime_ns) if info else (0, 0)
    return Facts(_identity(info), _identity(log), size, written_at)


def _stat(path: str | Path) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - half the time of a Path's
    except OSError:
        return None


def _identity(info: os.stat_result | None) -> tuple[int, int] | None:
    return (info.st_dev, info.st_ino) if info else None


def _file(path: Path) -> None:
    info = path.lstat()
    if stat.S_ISLNK(info.st_mode):
        # Each state directory has a lock of its own: two with one database would have two leaders.
        raise StoreError(
            f"{path} is a link.", "Point --state-dir to the directory that holds the file itself."
        )
    if not stat.S_ISREG(info.st_mode):
        raise StoreBroken(f"{path} is not a file.", f"Move it away. {_ELSEWHERE}")
    _own(path, info)
    if info.st_mode & 0o077:
        path.chmod(0o600)


def _own(path: Path, info: os.stat_result) -> None:
    if info.st_uid != os.geteuid():
        raise StoreError(f"{path} belongs to another user (uid {info.st_uid}).", _ELSEWHERE)


def _create(path: Path) -> None:
    """Make an empty file with mode 0600, closed before it gets its name.

    A handle under the final name could be closed after another thread opened
    the database, and would drop that one's locks.
    """
    draft = path.with_name(f".{path.name}-{os.getpid()}-{threading.get_ident()}")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _refuse_network(directory: Path) -> None:
    try:
        mounts = MOUNTS.read_text(errors="replace")
    except OSError:
        return  # not Linux: nothing to ask
    kind = filesystem(directory.resolve(), mounts)
    if kind in NETWORK:
        raise StoreError(
            f"{directory} lies on a network file system ({kind}), which cannot hold the database.",
            _ELSEWHERE,
        )


def _unescape(text: str) -> str:
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, char)
    return text
