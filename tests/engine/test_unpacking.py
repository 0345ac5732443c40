from __future__ import annotations

import io
import random
import stat
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tasktui.engine import unpacking
from tasktui.engine.packages import MAX_BYTES, MAX_ENTRIES, pack
from tasktui.engine.unpacking import unpacked
from tasktui.errors import InvalidField

SERVE = b"app = 1\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where zips are unpacked: empty before and after."""
    made = tmp_path / "place"
    made.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    return made


def entry(name: str, mode: int = 0, **facts: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    for key, value in facts.items():
        setattr(info, key, value)
    return info


def made(path: Path, *entries: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    """A zip with these entries."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in entries:
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return path


def refused(path: Path, place: Path) -> str:
    """Why a zip is refused; nothing of it is left."""
    with pytest.raises(InvalidField) as caught, unpacked(path):
        pytest.fail("it was unpacked")
    assert list(place.iterdir()) == []
    return str(caught.value)


def test_a_zip_gives_the_package_of_the_folder_it_was_made_of(tmp_path: Path, place: Path) -> None:
    folder = tmp_path / "model"
    (folder / "sub").mkdir(parents=True)
    (folder / "serve.py").write_bytes(SERVE)
    (folder / "sub" / "words.txt").write_text("ä")
    out = tmp_path / "out"
    out.mkdir()
    path = made(
        tmp_path / "a.zip", ("model/sub/words.txt", "ä".encode()), ("model/serve.py", SERVE)
    )
    with unpacked(path) as found:
        assert pack(found, out) == pack(folder, out)
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    ("names", "seen"),
    [
        (["serve.py", "b.txt"], ["b.txt", "serve.py"]),
        (["m/serve.py", "m/b.txt"], ["b.txt", "serve.py"]),
        (["m/serve.py", "__MACOSX/m/._serve.py"], ["serve.py"]),
        (["m/serve.py", "b.txt"], ["b.txt", "m"]),
    ],
)
def test_a_single_folder_at_the_top_is_entered(
    tmp_path: Path, place: Path, names: list[str], seen: list[str]
) -> None:
    assert place
    with unpacked(made(tmp_path / "a.zip", *((name, SERVE) for name in names))) as found:
        assert sorted(p.name for p in found.iterdir()) == seen


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("/etc/passwd", "relative names that stay inside the zip"),
        ("../serve.py", "relative names that stay inside the zip"),
        ("a/../../serve.py", "relative names that stay inside the zip"),
        ("..\\serve.py", "relative names that stay inside the zip"),
        ("C:serve.py", "relative names that stay inside the zip"),
        ("a\x1b[2J.py", "names without control characters"),
        ("a\nb.py", "names without control characters"),
    ],
)
def test_a_name_that_leads_out_or_hides_is_refused(
    tmp_path: Path, place: Path, name: str, allowed: str
) -> None:
    path = made(tmp_path / "a.zip", ("serve.py", SERVE), (entry(name), b"x"))
    assert allowed in refused(path, place)
    assert not (tmp_path / "serve.py").exists()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_a_link_or_a_device_is_refused(tmp_path: Path, place: Path, kind: int) -> None:
    path = made(tmp_path / "a.zip", (entry("out", kind | 0o777), b"/etc/passwd"))
    assert "plain files, no links and no devices" in refused(path, place)


def test_a_bomb_is_refused_by_its_ratio_before_a_byte_is_written(
    tmp_path: Path, place: Path
) -> None:
    path = made(tmp_path / "a.zip", ("serve.py", SERVE), ("zeros", bytes(50_000_000)))
    assert path.stat().st_size < 100_000
    why = refused(path, place)
    assert "50 MB out of 0.0 MB" in why
    assert "more than 1/200 of their size" in why


def test_what_its_list_says_to_be_too_much_is_refused(tmp_path: Path, place: Path) -> None:
    path = made(tmp_path / "a.zip", ("weights", b"x" * 1000))
    lie = patched(path, 1000, MAX_BYTES + 10**6)
    assert f"at most {MAX_BYTES // 10**6} MB" in refused(lie, place)


def test_a_file_longer_than_its_list_says_is_refused(tmp_path: Path, place: Path) -> None:
    path = made(tmp_path / "a.zip", ("serve.py", b"x" * 100_000))
    why = refused(patched(path, 100_000, 10), place)
    assert "the size that its list says" in why or "a whole zip file" in why


def patched(path: Path, size: int, told: int) -> Path:
    """The zip with another size in its list."""
    data = path.read_bytes()
    start = data.rindex(b"PK\x01\x02")
    head, tail = data[:start], data[start:]
    old, new = size.to_bytes(4, "little"), told.to_bytes(4, "little")
    assert tail.count(old) == 1
    path.write_bytes(head + tail.replace(old, new))
    return path


def test_too_many_files_are_refused(tmp_path: Path, place: Path) -> None:
    path = made(tmp_path / "a.zip", *((f"f{n}", b"") for n in range(MAX_ENTRIES + 1)))
    assert f"at most {MAX_ENTRIES:,}" in refused(path, place)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("one", "two"), [("serve.py", "serve.py"), ("a/b", "a//b"), ("a", "a/b"), ("a/b", "a")]
)
def test_a_name_twice_is_refused(tmp_path: Path, place: Path, one: str, two: str) -> None:
    path = made(tmp_path / "a.zip", (entry(one), b"1"), (entry(two), b"2"))
    assert "each name once" in refused(path, place)


def test_an_encrypted_file_is_refused(tmp_path: Path, place: Path) -> None:
    path = made(tmp_path / "a.zip", ("serve.py", SERVE))
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    path.write_bytes(bytes(data))
    assert "files that are not encrypted" in refused(path, place)


def whole() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("serve.py", bytes(range(256)) * 50)
    return stream.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        lambda _: b"",
        lambda _: b"#!/bin/sh\necho no zip\n",
        lambda data: data[: len(data) // 2],
        lambda data: data[:100] + b"\xff" + data[101:],
    ],
    ids=["empty", "a script", "cut", "damaged"],
)
def test_what_is_no_whole_zip_is_refused(
    tmp_path: Path, place: Path, change: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(change(whole()))
    assert "a whole zip file" in refused(path, place)


@pytest.mark.parametrize(
    "kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_a_zip_with_any_wrong_bytes_is_unpacked_or_refused(
    tmp_path: Path, place: Path, kind: int
) -> None:
    rng = random.Random(kind)  # noqa: S311 - the same on every run
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", kind) as archive:
        archive.writestr("ä.py", SERVE * 50)
        archive.writestr("sub/b", bytes(range(256)))
    refusals = 0
    for _ in range(300):
        data = bytearray(stream.getvalue())
        for _ in range(rng.choice((1, 1, 3))):
            data[rng.randrange(len(data))] = rng.randrange(256)
        (tmp_path / "a.zip").write_bytes(bytes(data))
        try:
            with unpacked(tmp_path / "a.zip"):
                pass
        except InvalidField:
            refusals += 1
        assert list(place.iterdir()) == []
    assert refusals


def test_a_link_to_a_zip_or_a_folder_is_refused(tmp_path: Path, place: Path) -> None:
    path = made(tmp_path / "a.zip", ("serve.py", SERVE))
    link = tmp_path / "link.zip"
    link.symlink_to(path)
    for wrong in (link, tmp_path, tmp_path / "none.zip"):
        assert "an existing zip file, not a link" in refused(wrong, place)


def test_unpacking_leaves_nothing_where_the_rest_fails(tmp_path: Path, place: Path) -> None:
    path = made(tmp_path / "a.zip", ("serve.py", SERVE))
    with pytest.raises(RuntimeError, match=str(place)), unpacked(path) as found:
        raise RuntimeError(found)
    assert list(place.iterdir()) == []


def test_the_ratio_says_nothing_of_small_files(tmp_path: Path, place: Path) -> None:
    assert place
    small = bytes(unpacking._SMALL // 2)
    with unpacked(made(tmp_path / "a.zip", ("zeros", small))) as found:
        assert (found / "zeros").stat().st_size == len(small)
