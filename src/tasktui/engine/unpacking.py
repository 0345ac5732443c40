"""Unpacks a zip from somebody into a folder of its own, or refuses it.

Guarantees that names, kinds, numbers and sizes are judged by the list in the zip before a byte
is written, that no more is written than that list says, and that the folder is gone afterwards.
Must not know what a package is for.
"""

from __future__ import annotations

import lzma
import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

from tasktui.engine.packages import MAX_BYTES, MAX_ENTRIES
from tasktui.errors import InvalidField

MAX_RATIO: Final = 200
"""Bytes unpacked for one packed: text reaches 20, a bomb 1,000."""

_SMALL = 2**20  # below it the ratio tells nothing
_CHUNK = 2**20
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,  # a way of packing that Python does not know
    RuntimeError,  # encrypted, which its list denies
    ValueError,  # a name in no encoding, a number that cannot be
)
_UNFIT = {"Cc", "Cs", "Zl", "Zp"}


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The folder that a zip holds; a single folder at its top is entered.

    Raises InvalidField, naming the entry, for what is not a plain zip of plain files.
    """
    if path.is_symlink() or not path.is_file():
        raise InvalidField("zip", str(path), "an existing zip file, not a link")
    with tempfile.TemporaryDirectory(prefix="tasktui-zip-") as place:
        folder = Path(place).resolve()
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, _checked(archive), folder)
        except _BROKEN as error:
            raise InvalidField("zip", path.name, f"a whole zip file ({error})") from error
        except OSError as error:  # bz2's have no errno
            why = error.strerror or error
            raise InvalidField("zip", path.name, f"a whole, readable zip ({why})") from error
        yield _top(folder)


def _checked(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The entries, folders left out. Raises InvalidField for what may not be unpacked."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise InvalidField("zip", f"{len(entries):,} files", f"at most {MAX_ENTRIES:,}")
    total, packed = sum(e.file_size for e in entries), sum(e.compress_size for e in entries)
    if total > MAX_BYTES:
        given = f"{total / 1e6:,.0f} MB unpacked"
        raise InvalidField(
            "zip", given, f"at most {MAX_BYTES // 10**6} MB; load weights in the script"
        )
    if total > _SMALL and total > MAX_RATIO * max(packed, 1):
        given = f"{total / 1e6:,.0f} MB out of {packed / 1e6:,.1f} MB"
        raise InvalidField(
            "zip", given, f"files that pack to more than 1/{MAX_RATIO} of their size"
        )
    seen: set[str] = set()
    for entry in entries:
        _check(entry)
        name = str(PurePosixPath(entry.filename))
        if name in seen:
            raise InvalidField("zip", entry.filename, "each name once")
        seen.add(name)
    return [e for e in entries if not e.is_dir()]


def _check(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    path = PurePosixPath(name)
    if (
        not path.parts
        or path.is_absolute()
        or ".." in path.parts
        or "\\" in name
        or ":" in path.parts[0]
    ):
        raise InvalidField("zip", name, "relative names that stay inside the zip")
    if any(unicodedata.category(c) in _UNFIT for c in name):
        raise InvalidField("zip", name, "names without control characters")
    if entry.flag_bits & 0x1:
        raise InvalidField("zip", name, "files that are not encrypted")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise InvalidField("zip", name, "plain files, no links and no devices")


def _unpack(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], folder: Path) -> None:
    """Write the files; what is longer than its entry says is refused."""
    for entry in entries:
        path = folder / PurePosixPath(entry.filename)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(entry) as source, path.open("xb") as target:
                left = entry.file_size
                while chunk := source.read(min(_CHUNK, left + 1)):
                    left -= len(chunk)
                    if left < 0:
                        raise InvalidField("zip", entry.filename, "the size that its list says")
                    target.write(chunk)
        except (FileExistsError, NotADirectoryError) as error:
            raise InvalidField(
                "zip", entry.filename, "each name once, a file or a folder"
            ) from error


def _top(folder: Path) -> Path:
    """The folder itself, or the only folder in it where nothing else is."""
    inside = [p for p in folder.iterdir() if p.name != "__MACOSX"]
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder
