from __future__ import annotations

import os
from pathlib import Path

import pytest

from tasktui.errors import StoreBroken, StoreError
from tasktui.store import place
from tasktui.store.store import Store

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
NOBODY = 65534

MOUNTED = """\
22 1 8:1 / / rw,relatime - ext4 /dev/root rw
30 22 0:26 / /home rw,nosuid shared:5 - nfs4 server:/home rw,vers=4.2
31 30 8:2 / /home/local rw - xfs /dev/sdb1 rw
32 22 0:40 / /mnt/with\\040space rw - cifs //host/share rw
33 22 0:41 / /data rw - nfs server:/data rw
34 22 8:3 / /data rw - ext4 /dev/sdc1 rw
35 22 0:42 / /remote rw master:1 propagate_from:2 - fuse.sshfs host: rw
"""


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def test_directory_and_file_are_made_for_their_owner_alone(path: Path) -> None:
    place.prepare(path)
    assert (mode(path.parent), mode(path), path.stat().st_size) == (0o700, 0o600, 0)
    assert list(path.parent.iterdir()) == [path]


def test_modes_that_are_too_wide_are_narrowed(path: Path) -> None:
    path.parent.mkdir()
    path.parent.chmod(0o755)
    path.touch()
    path.chmod(0o664)
    place.prepare(path)
    assert (mode(path.parent), mode(path)) == (0o700, 0o600)


def test_what_is_there_already_keeps_its_content(path: Path) -> None:
    place.prepare(path)
    path.write_bytes(b"content")
    place.prepare(path)
    assert path.read_bytes() == b"content"


def test_a_directory_shared_by_all_is_refused_and_stays_shared(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    with pytest.raises(StoreError, match=r"shared by all users.*inside it"):
        place.prepare(tmp_path / "tasktui.db")
    assert mode(tmp_path) == 0o1777
    assert list(tmp_path.iterdir()) == []


@AS_ROOT
@pytest.mark.parametrize("what", ["directory", "file"])
def test_what_belongs_to_another_user_is_refused(path: Path, what: str) -> None:
    place.prepare(path)
    os.chown(path if what == "file" else path.parent, NOBODY, NOBODY)
    with pytest.raises(StoreError, match=r"another user \(uid 65534\)"):
        place.prepare(path)


def test_something_else_under_the_name_is_refused(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StoreBroken, match="is not a file"):
        place.prepare(path)


@pytest.mark.parametrize("there", [True, False], ids=["existing", "dangling"])
def test_a_link_under_the_name_is_refused(path: Path, tmp_path: Path, there: bool) -> None:
    """Two state directories with one database would have two leaders."""
    target = tmp_path / "elsewhere/tasktui.db"
    target.parent.mkdir()
    if there:
        target.touch()
    path.parent.mkdir()
    path.symlink_to(target)
    with pytest.raises(StoreError, match="is a link"):
        place.prepare(path)


def test_the_directory_may_be_a_link(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    path.parent.symlink_to(real)
    Store.open(path).close()
    assert (real / "tasktui.db").exists()


def test_a_file_in_the_place_of_the_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    with pytest.raises(StoreError, match="cannot be made or read"):
        place.prepare(tmp_path / "state/tasktui.db")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib", "ext4"),
        ("/home/op/state", "nfs4"),
        ("/home/local/state", "xfs"),
        ("/homes/op", "ext4"),
        ("/mnt/with space/state", "cifs"),
        ("/data/state", "ext4"),
        ("/remote/state", "fuse.sshfs"),
    ],
)
def test_the_innermost_and_last_mount_holds_a_path(path: str, kind: str) -> None:
    assert place.filesystem(Path(path), MOUNTED) == kind


@pytest.mark.parametrize("text", ["", "garbage", "1 2 3 - ext4", "1 2 3 4 / rw"])
def test_lines_that_make_no_sense_are_passed_over(text: str) -> None:
    assert place.filesystem(Path("/x"), text) == ""


@pytest.fixture
def mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A made-up mountinfo, to be written by the test."""
    made = tmp_path / "mountinfo"
    monkeypatch.setattr(place, "MOUNTS", made)
    return made


@pytest.mark.parametrize("kind", sorted(place.NETWORK))
def test_a_network_file_system_is_refused_before_a_file_is_made(
    path: Path, mounted: Path, kind: str
) -> None:
    mounted.write_text(f"30 22 0:26 / {path.parent} rw - {kind} server:/x rw\n")
    with pytest.raises(StoreError, match=rf"network file system \({kind}\).*--state-dir"):
        place.prepare(path)
    assert not path.exists()


def test_a_link_to_a_network_file_system_is_refused(path: Path, mounted: Path) -> None:
    remote = mounted.parent / "remote"
    remote.mkdir()
    path.parent.symlink_to(remote)
    mounted.write_text(f"30 22 0:26 / {remote} rw - nfs4 server:/x rw\n")
    with pytest.raises(StoreError, match="network file system"):
        place.prepare(path)


@pytest.mark.parametrize("kind", ["ext4", "tmpfs", "overlay", "fuse.fuse-overlayfs"])
def test_disks_of_this_machine_are_fine(path: Path, mounted: Path, kind: str) -> None:
    mounted.write_text(f"30 22 0:26 / {path.parent} rw - {kind} x rw\n")
    place.prepare(path)


@pytest.mark.usefixtures("mounted")
def test_where_mounts_cannot_be_read_nothing_is_refused(path: Path) -> None:
    place.prepare(path)


def test_a_file_has_an_identity_until_it_is_replaced(path: Path) -> None:
    assert place.identity(path) is None
    place.prepare(path)
    first = place.identity(path)
    assert first == place.identity(path)
    other = path.with_name("other")
    other.touch()
    other.replace(path)
    assert place.identity(path) not in {None, first}
