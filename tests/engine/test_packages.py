from __future__ import annotations

import errno
import os
import socket
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasktui.engine import packages
from tasktui.engine.packages import Package, pack
from tasktui.errors import DiskFull, InvalidField, StoreError, TasktuiError

FILES = {"serve.py": b"app = 1\n", "models/big.bin": bytes(3_000_000), "models/a b.txt": b""}


def fill(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path / "model", FILES)


@pytest.fixture
def into(tmp_path: Path) -> Path:
    place = tmp_path / "artifacts"
    place.mkdir()
    return place


def refusal(folder: Path, into: Path) -> str:
    """The words of the refusal; nothing may be left behind."""
    with pytest.raises(InvalidField) as raised:
        pack(folder, into)
    assert list(into.iterdir()) == []
    return str(raised.value)


def test_a_package_holds_the_files_under_sorted_relative_names(folder: Path, into: Path) -> None:
    package = pack(folder, into)
    path = into / f"{package.digest}.zip"
    assert package.files == ("models/a b.txt", "models/big.bin", "serve.py")
    assert package.size == path.stat().st_size
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == list(package.files)
        assert {n: archive.read(n) for n in FILES} == FILES


def test_a_package_can_be_read_only_by_its_owner(folder: Path, into: Path) -> None:
    pack(folder, into)
    (path,) = into.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_times_and_modes_in_a_package_are_always_the_same(folder: Path, into: Path) -> None:
    (folder / "serve.py").chmod(0o700)
    package = pack(folder, into)
    with zipfile.ZipFile(into / f"{package.digest}.zip") as archive:
        facts = {(i.date_time, i.external_attr >> 16) for i in archive.infolist()}
    assert facts == {((1980, 1, 1, 0, 0, 0), 0o100644)}


def test_the_same_content_elsewhere_and_later_gives_the_same_bytes(tmp_path: Path) -> None:
    seen = []
    for place, files in (("one", FILES), ("deep/er/two", dict(reversed(FILES.items())))):
        source = fill(tmp_path / place / "src", files)
        for path in source.rglob("*"):
            os.utime(path, (len(place) * 1e8, len(place) * 1e8))
        target = tmp_path / place / "into"
        target.mkdir()
        package = pack(source, target)
        seen.append((package, (target / f"{package.digest}.zip").read_bytes()))
    assert seen[0] == seen[1]


Tree = dict[str, bytes]
NAMES = st.text("ab.é ", min_size=1, max_size=3).filter(lambda n: n.strip(". ") != "")
TREES = st.dictionaries(
    st.tuples(NAMES, NAMES).map(lambda p: f"d{p[0]}/{p[1]}") | NAMES.map(lambda n: f"f{n}"),
    st.binary(max_size=40),
    min_size=1,
    max_size=6,
)


def packed(tree: Tree) -> Package:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        return pack(fill(Path(one), tree), Path(two))


@given(TREES, st.randoms())
def test_the_order_of_making_files_does_not_matter(tree: Tree, random: object) -> None:
    items = list(tree.items())
    random.shuffle(items)  # type: ignore[attr-defined]
    assert packed(tree) == packed(dict(items))


@given(TREES, TREES)
def test_digests_agree_exactly_when_names_and_contents_do(one: Tree, two: Tree) -> None:
    assert (packed(one).digest == packed(two).digest) == (one == two)


def test_bytes_moved_from_a_name_to_a_content_change_the_digest() -> None:
    assert packed({"ab": b"c"}).digest != packed({"a": b"bc"}).digest


def test_a_package_that_is_there_already_is_kept(folder: Path, into: Path) -> None:
    package = pack(folder, into)
    path = into / f"{package.digest}.zip"
    before = path.stat().st_ino
    assert pack(folder, into) == package
    assert path.stat().st_ino == before
    assert list(into.iterdir()) == [path]


# -- ignore rules

SECRETS_AND_RUBBISH = [
    *(".git/config", ".hg/x", ".svn/x", ".venv/bin/python", "venv/x", "sub/__pycache__/a.pyc"),
    *("a.pyc", ".DS_Store", ".env", ".env.local", "sub/tls.pem", "tls.key", "id_rsa"),
    *("id_rsa.pub", "id_ed25519", ".ssh/config", ".aws/credentials", "node_modules/x.js"),
    *(".mypy_cache/x", ".pytest_cache/x", ".ruff_cache/x", ".ipynb_checkpoints/x", ".taskignore"),
]


@pytest.mark.parametrize("name", SECRETS_AND_RUBBISH)
def test_secrets_caches_and_version_control_always_stay_out(
    name: str, folder: Path, into: Path
) -> None:
    fill(folder, {name: b""})
    assert name not in pack(folder, into).files


@pytest.mark.parametrize(
    ("rules", "out"),
    [
        ("*.csv", {"data/a.csv", "data/deep/b.csv", "c.csv"}),
        ("/c.csv", {"c.csv"}),
        ("b.csv", {"data/deep/b.csv"}),
        ("data/*.csv", {"data/a.csv", "data/deep/b.csv"}),
        ("data/", {"data/a.csv", "data/deep/b.csv"}),
        ("/deep", set()),
        ("c.csv/", set()),
        ("# *.csv\n\n   \n", set()),
        ("  a.csv  \r\nc.csv", {"data/a.csv", "c.csv"}),
        ("[ab].csv", {"data/a.csv", "data/deep/b.csv"}),
    ],
)
def test_the_folders_own_rules_leave_files_out(
    rules: str, out: set[str], tmp_path: Path, into: Path
) -> None:
    names = {"data/a.csv", "data/deep/b.csv", "c.csv", "serve.py"}
    folder = fill(tmp_path / "m", {**dict.fromkeys(names, b""), ".taskignore": rules.encode()})
    assert set(pack(folder, into).files) == names - out


def test_an_exception_among_the_rules_is_refused(folder: Path, into: Path) -> None:
    fill(folder, {".taskignore": b"*.bin\n!big.bin\n"})
    assert "!big.bin" in refusal(folder, into)


def test_rules_that_are_not_text_are_refused(folder: Path, into: Path) -> None:
    fill(folder, {".taskignore": b"\xff\xfe"})
    assert ".taskignore" in refusal(folder, into)


def test_what_is_left_out_is_not_looked_at(folder: Path, into: Path) -> None:
    (folder / ".venv").mkdir()
    (folder / ".venv" / "python").symlink_to("/usr/bin/python3")
    os.mkfifo(folder / "tls.key")
    assert pack(folder, into).files == tuple(sorted(FILES))


# -- links


def test_a_link_inside_the_folder_is_packed_as_what_it_points_at(folder: Path, into: Path) -> None:
    (folder / "main.py").symlink_to("serve.py")
    (folder / "weights").symlink_to("models")
    package = pack(folder, into)
    assert {"main.py", "weights/big.bin", "models/big.bin"} <= set(package.files)
    with zipfile.ZipFile(into / f"{package.digest}.zip") as archive:
        assert archive.read("main.py") == FILES["serve.py"]
        assert not stat.S_ISLNK(archive.getinfo("main.py").external_attr >> 16)


@pytest.mark.parametrize(
    "target",
    ["/etc/hostname", "../outside.txt", "models/../../outside.txt", "missing", "me", "/"],
)
def test_a_link_that_leaves_dangles_or_loops_is_refused_by_name(
    target: str, folder: Path, into: Path
) -> None:
    (folder.parent / "outside.txt").write_text("secret")
    (folder / "models" / "me").symlink_to(target)
    assert "models/me" in refusal(folder, into)


def test_a_link_to_a_folder_above_it_is_refused_by_name(folder: Path, into: Path) -> None:
    (folder / "models" / "up").symlink_to("..")
    assert "models/up" in refusal(folder, into)


def test_two_folders_that_link_to_each_other_are_refused(folder: Path, into: Path) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        fill(folder, {f"{one}/x": b""})
        (folder / one / "to").symlink_to(folder / other)
    assert "to/to" in refusal(folder, into)


@pytest.mark.parametrize("target", [".env", ".ssh/config"])
def test_a_link_does_not_bring_in_what_the_rules_leave_out(
    target: str, folder: Path, into: Path
) -> None:
    fill(folder, {target: b"secret"})
    (folder / "harmless.txt").symlink_to(target)
    assert "harmless.txt" in refusal(folder, into)


def test_a_linked_folder_keeps_the_rules_of_where_it_lies(folder: Path, into: Path) -> None:
    fill(folder, {".taskignore": b"/models/big.bin"})
    (folder / "again").symlink_to("models")
    assert pack(folder, into).files == ("again/a b.txt", "models/a b.txt", "serve.py")


# -- refusals


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


@pytest.mark.parametrize("make", [a_pipe, a_socket])
def test_what_is_not_a_file_is_refused_by_name(make: Callable[[Path], None], into: Path) -> None:
    with tempfile.TemporaryDirectory() as short:  # a socket's path has about 100 bytes
        folder = fill(Path(short), {"serve.py": b""})
        make(folder / "odd")
        assert "'odd'" in refusal(folder, into)


@pytest.mark.parametrize("name", [b"a\nb", b"a\x1b[2J", b"a\x7f", b"\xff.txt", "a\u2028b".encode()])
def test_a_name_that_is_not_plain_text_is_refused(name: bytes, folder: Path, into: Path) -> None:
    path = os.fsencode(folder) + b"/" + name
    os.close(os.open(path, os.O_CREAT))
    text = refusal(folder, into)
    assert text.isprintable()
    assert "names" in text


def test_a_name_in_another_script_is_taken(folder: Path, into: Path) -> None:
    fill(folder, {"模型/größe.txt": b"x"})
    assert "模型/größe.txt" in pack(folder, into).files


@pytest.mark.parametrize("files", [{}, {".env": b"x"}, {"a/b.pyc": b""}])
def test_a_folder_with_nothing_to_pack_is_refused(
    files: dict[str, bytes], tmp_path: Path, into: Path
) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    assert "ignore rules" in refusal(fill(folder, files), into)


def test_too_many_files_are_refused_in_words(
    folder: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "MAX_ENTRIES", 4)
    pack(folder, into)
    fill(folder, {"more.txt": b""})
    (package,) = into.iterdir()
    package.unlink()
    assert ".taskignore" in refusal(folder, into)


def test_too_many_bytes_are_refused_before_they_are_read(folder: Path, into: Path) -> None:
    with (folder / "weights.bin").open("wb") as file:
        file.truncate(packages.MAX_BYTES + 1)  # sparse: takes no room
    assert "over 500 MB" in refusal(folder, into)


def test_a_folder_around_the_place_of_packages_is_refused(folder: Path) -> None:
    into = folder / "state" / "artifacts"
    into.mkdir(parents=True)
    assert "tasktui's own files" in refusal(folder, into)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
@pytest.mark.parametrize("name", ["serve.py", "models"])
def test_what_cannot_be_read_is_named(name: str, folder: Path, into: Path) -> None:
    (folder / name).chmod(0)
    try:
        assert f"'{name}'" in refusal(folder, into)
    finally:
        (folder / name).chmod(0o700)


def test_a_file_that_vanishes_while_packing_is_named_and_nothing_is_left(
    folder: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = packages._chunks

    def vanishing(file: packages._File) -> Iterator[bytes]:
        file.path.unlink()
        return real(file)

    monkeypatch.setattr(packages, "_chunks", vanishing)
    assert "'models/a b.txt'" in refusal(folder, into)


@pytest.mark.parametrize(
    ("number", "error"),
    [(errno.ENOSPC, DiskFull), (errno.EDQUOT, DiskFull), (errno.EIO, StoreError)],
)
def test_a_disk_that_fails_leaves_nothing_behind(
    number: int,
    error: type[TasktuiError],
    folder: Path,
    into: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(error) as raised:
        pack(folder, into)
    assert type(raised.value) is error
    assert str(into) in raised.value.what
    assert raised.value.hint
    assert list(into.iterdir()) == []


def test_a_place_that_is_missing_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nowhere"):
        pack(folder, tmp_path / "nowhere")
