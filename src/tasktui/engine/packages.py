"""Packs a folder into the zip that Ray unpacks on every node, named by its content.

Guarantees that the same names and contents give the same bytes and digest
wherever the folder lies, that nothing outside the folder gets in, and that a
refusal or a failure leaves nothing behind. Must not know Ray or the store.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from tasktui.engine.ignore import RULES_FILE, Rules, parse
from tasktui.errors import DiskFull, InvalidField, StoreError

MAX_ENTRIES: Final = 5_000
MAX_BYTES: Final = 500_000_000
"""Of all files together; Ray itself takes packages up to 500 MiB."""

_CHUNK = 1 << 20
_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can hold
_MODE = (stat.S_IFREG | 0o644) << 16
_FULL = {errno.ENOSPC, errno.EDQUOT}
_UNFIT = {"Cc", "Cs", "Zl", "Zp"}  # control, bytes that are not UTF-8, line separators


@dataclass(frozen=True, slots=True)
class Package:
    """A folder's content, packed."""

    digest: str
    """SHA-256 over names and contents, hex."""
    size: int
    """Bytes of the zip."""
    files: tuple[str, ...]
    """Relative names with ``/``, sorted."""


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder on the way: ``name`` is where it appears, ``path`` where it lies."""

    name: PurePosixPath
    path: Path
    above: frozenset[Path]


@dataclass(frozen=True, slots=True)
class Listing:
    """What a package of a folder would hold."""

    size: int
    """Bytes of all files together, not packed."""
    files: tuple[str, ...]
    """Relative names with ``/``, sorted."""


def listing(folder: Path) -> Listing:
    """What ``pack`` would pack. Raises InvalidField as it does; writes nothing."""
    files = _collect(Path(os.path.realpath(folder)))
    return Listing(sum(f.size for f in files), tuple(f.name for f in files))


def pack(folder: Path, into: Path) -> Package:
    """Write ``into/DIGEST.zip``, mode 0600, unless it is there, and describe it.

    Raises InvalidField, naming the file, for what cannot be packed (links that
    leave the folder, sockets, unreadable files, too many or too large files),
    before anything is written where that can be told; DiskFull; StoreError.
    """
    root = Path(os.path.realpath(folder))
    if Path(os.path.realpath(into)).is_relative_to(root):
        raise InvalidField("folder", str(folder), "a folder that does not hold tasktui's own files")
    files = _collect(root)
    try:
        digest, size = _write(files, into)
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull(
                f"No space is left in {into}: {folder} was not packed.",
                "Free some space on that disk and add the folder again.",
            ) from error
        raise StoreError(
            f"The package of {folder} cannot be written to {into}: {error.strerror}.",
            "Make that directory writable, or choose another one with --state-dir.",
        ) from error
    return Package(digest, size, tuple(f.name for f in files))


def _collect(root: Path) -> list[_File]:
    """Every file to pack, sorted by name. Raises InvalidField, also where there is none."""
    rules = parse(_rules_text(root / RULES_FILE))
    found: list[_File] = []
    seen = total = 0
    todo = [_Folder(PurePosixPath(), root, frozenset({root}))]
    while todo:
        for entry in _entries(todo.pop(), root, rules):
            seen += 1
            if isinstance(entry, _Folder):
                todo.append(entry)
            else:
                found.append(entry)
                total += entry.size
            _check_limits(seen, total)
    if not found:
        raise InvalidField(
            "folder", str(root), "a folder with a file that the ignore rules do not leave out"
        )
    return sorted(found, key=lambda f: f.name)


def _check_limits(entries: int, size: int) -> None:
    hint = f"leave data and weights out with a {RULES_FILE} file, and load them in the script"
    if entries > MAX_ENTRIES:
        raise InvalidField("folder", f"over {MAX_ENTRIES:,} files", f"at most that; {hint}")
    if size > MAX_BYTES:
        raise InvalidField("folder", f"over {MAX_BYTES // 10**6} MB", f"at most that; {hint}")


def _rules_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidField("folder", path.name, f"a readable text file ({error})") from error


def _entries(folder: _Folder, root: Path, rules: Rules) -> Iterator[_File | _Folder]:
    """What ``folder`` holds, less what the rules leave out by its place or by its name."""
    try:
        entries = sorted(os.scandir(folder.path), key=lambda e: e.name)
    except OSError as error:
        raise _unreadable(folder.name, error) from error
    here = PurePosixPath(folder.path.relative_to(root))
    for entry in entries:
        is_folder = entry.is_dir(follow_symlinks=False)
        names = {folder.name / entry.name, here / entry.name}
        if any(rules.leave_out(name, folder=is_folder) for name in names):
            continue
        name = folder.name / entry.name
        if any(unicodedata.category(c) in _UNFIT for c in entry.name):
            raise InvalidField("folder", str(name), "names in UTF-8 without control characters")
        path = folder.path / entry.name
        if entry.is_symlink():
            path = _target(name, path, root, rules)
        yield _described(name, path, folder.above)


def _target(name: PurePosixPath, link: Path, root: Path, rules: Rules) -> Path:
    """Where a link ends. Raises InvalidField when that is nowhere, outside or left out."""
    try:
        target = Path(os.path.realpath(link, strict=True))
    except OSError as error:
        raise InvalidField(
            "folder", str(name), f"a link to an existing file ({error.strerror})"
        ) from error
    if not target.is_relative_to(root):
        raise InvalidField("folder", str(name), f"a link that stays inside {root.name}")
    inside = PurePosixPath(target.relative_to(root))
    if rules.hide(inside, folder=target.is_dir()):
        raise InvalidField(
            "folder", str(name), f"a link to a packed file; {inside} is left out (or ignore both)"
        )
    return target


def _described(name: PurePosixPath, path: Path, above: frozenset[Path]) -> _File | _Folder:
    try:
        facts = path.stat()
    except OSError as error:
        raise _unreadable(name, error) from error
    if stat.S_ISDIR(facts.st_mode):
        if path in above:
            raise InvalidField("folder", str(name), "a link that does not lead back above itself")
        return _Folder(name, path, above | {path})
    if not stat.S_ISREG(facts.st_mode):
        raise InvalidField("folder", str(name), "files, not sockets, pipes or devices")
    return _File(str(name), path, facts.st_size)


def _write(files: list[_File], into: Path) -> tuple[str, int]:
    """Write the zip beside its place, then move it there. Returns digest and bytes."""
    handle, name = tempfile.mkstemp(prefix=".pack-", suffix=".tmp", dir=into)  # mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            digest = _zip(files, stream)
            stream.flush()
            os.fsync(stream.fileno())
        target = into / f"{digest}.zip"
        try:
            os.utime(target)  # as young as a new one: it is about to be used again
        except FileNotFoundError:
            temporary.replace(target)
        return digest, target.stat().st_size
    finally:
        temporary.unlink(missing_ok=True)


def _zip(files: list[_File], stream: BinaryIO) -> str:
    """One reading gives both bytes and digest, so that they belong together."""
    whole = hashlib.sha256()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            content = hashlib.sha256()
            with archive.open(_zip_info(file.name), "w") as entry:
                for chunk in _chunks(file):
                    content.update(chunk)
                    entry.write(chunk)
            whole.update(file.name.encode() + b"\0" + content.digest())
    return whole.hexdigest()


def _zip_info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3  # Unix, also where packed elsewhere
    info.external_attr = _MODE
    return info


def _chunks(file: _File) -> Iterator[bytes]:
    try:
        with file.path.open("rb") as source:
            while chunk := source.read(_CHUNK):
                yield chunk
    except OSError as error:
        raise _unreadable(PurePosixPath(file.name), error) from error


def _unreadable(name: PurePosixPath, error: OSError) -> InvalidField:
    return InvalidField("folder", str(name), f"readable files and folders ({error.strerror})")
