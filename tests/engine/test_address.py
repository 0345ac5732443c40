"""Which cluster is found, in which order, and which token goes there."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.processes import until
from tasktui.engine import local_processes, tokens
from tasktui.engine.address import DEFAULT, find
from tasktui.engine.local_record import LocalState, Record, token_path, write
from tasktui.errors import Unauthorized

EMBEDDED = "http://127.0.0.1:50001"
MARKER = "m:/tmp/tasktui-x"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A user with a token of their own, and no Ray on the machine."""
    (tmp_path / "ray").mkdir()
    return {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "RAY_AUTH_TOKEN": "users"}


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """Where an embedded cluster would be written down."""
    folder = tmp_path / "state"
    folder.mkdir()
    return folder / "cluster.json"


@pytest.fixture
def head() -> Iterator[int]:
    """Process id of a living head with the marker."""
    env = {**os.environ, local_processes.MARK: MARKER}
    process = subprocess.Popen(["sleep", "60"], env=env)
    try:
        # Popen is back a moment before the kernel shows what the new program was given.
        until(lambda: local_processes.carries(process.pid, MARKER))
        yield process.pid
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def embedded(record: Path, head: int) -> Record:
    """An embedded cluster that runs."""
    made = Record(state=LocalState.RUNNING, marker=MARKER, address=EMBEDDED, head_pid=head)
    write(record, made)
    tokens.write(token_path(record.parent), "embeddeds")
    return made


@pytest.fixture
def port() -> Iterator[int]:
    """A port of this machine where something listens."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def announce(folder: Path, *addresses: str) -> Path:
    """What ``ray start`` leaves in its folder."""
    logs = folder / "ray/session_1/logs"
    logs.mkdir(parents=True)
    (folder / "ray/session_latest").symlink_to(folder / "ray/session_1")
    (folder / "ray/ray_current_cluster").write_text("127.0.0.1:6379")
    log = logs / "dashboard.log"
    said = [f"INFO http_server_head.py:492 -- Dashboard head http address: {a}" for a in addresses]
    log.write_text("\n".join(["INFO starting", *said, "INFO routes"]))
    return log


def test_the_default_is_a_guess(record: Path, environ: dict[str, str]) -> None:
    target = find("", record, environ)
    assert (target.address, target.token, target.source) == (DEFAULT, "users", "default")


@pytest.mark.usefixtures("embedded")
def test_the_order_is_given_then_rays_variables_then_the_embedded_cluster(
    record: Path, environ: dict[str, str], tmp_path: Path, port: int
) -> None:
    announce(tmp_path, f"127.0.0.1:{port}")
    assert find("", record, environ).source == "embedded"
    environ["RAY_API_SERVER_ADDRESS"] = "http://127.0.0.1:2"
    assert find("", record, environ).address == "http://127.0.0.1:2"
    environ["RAY_DASHBOARD_ADDRESS"] = "http://127.0.0.1:1"
    target = find("", record, environ)
    assert (target.address, target.source) == ("http://127.0.0.1:1", "RAY_DASHBOARD_ADDRESS")
    target = find("http://127.0.0.1:3", record, environ)
    assert (target.address, target.source) == ("http://127.0.0.1:3", "given")


@pytest.mark.usefixtures("embedded")
def test_the_embedded_clusters_token_goes_to_it_alone(
    record: Path, environ: dict[str, str]
) -> None:
    target = find("", record, environ)
    assert (target.address, target.token, target.embedded) == (EMBEDDED, "embeddeds", True)
    target = find("http://127.0.0.1:8265", record, environ)
    assert (target.token, target.embedded) == ("users", False)


@pytest.mark.usefixtures("embedded")
@pytest.mark.parametrize("given", [EMBEDDED, EMBEDDED + "/", "http://LOCALHOST:50001"])
def test_the_embedded_cluster_gets_its_token_also_when_it_is_named(
    record: Path, environ: dict[str, str], given: str
) -> None:
    target = find(given, record, environ)
    assert (target.token, target.embedded, target.source) == ("embeddeds", True, "given")


@pytest.mark.usefixtures("embedded")
@pytest.mark.parametrize(
    "other", ["http://127.0.0.1:5000", "https://127.0.0.1:50001", "http://[::1]"]
)
def test_an_address_that_only_resembles_it_does_not(
    record: Path, environ: dict[str, str], other: str
) -> None:
    assert find(other, record, environ).token == "users"


@pytest.mark.parametrize("state", [s for s in LocalState if s is not LocalState.RUNNING])
def test_an_embedded_cluster_that_does_not_run_is_passed_over(
    record: Path, environ: dict[str, str], embedded: Record, state: LocalState
) -> None:
    write(record, replace(embedded, state=state))
    assert find("", record, environ).source == "default"
    assert find(EMBEDDED, record, environ).token == "users"


def test_a_head_process_that_is_gone_or_somebody_elses_is_not_believed(
    record: Path, environ: dict[str, str], embedded: Record
) -> None:
    for pid in (0, os.getpid(), 2**22 + 1):
        write(record, replace(embedded, head_pid=pid))
        assert find("", record, environ).source == "default"


def test_a_missing_embedded_token_is_an_error_in_words(
    record: Path, environ: dict[str, str], embedded: Record
) -> None:
    assert embedded
    token_path(record.parent).unlink()
    with pytest.raises(Unauthorized, match="ray-token"):
        find("", record, environ)


def test_a_running_head_is_found_by_what_its_dashboard_announced(
    record: Path, environ: dict[str, str], tmp_path: Path, port: int
) -> None:
    announce(tmp_path, "127.0.0.1:1", f"127.0.0.1:{port}")
    target = find("", record, environ)
    assert (target.address, target.source) == (f"http://127.0.0.1:{port}", "head")
    assert target.token == "users"


def test_a_head_on_every_interface_is_reached_over_loopback(
    record: Path, environ: dict[str, str], tmp_path: Path, port: int
) -> None:
    announce(tmp_path, f"192.0.2.1:{port}")
    assert find("", record, environ).address == f"http://127.0.0.1:{port}"


def test_rays_own_variable_for_its_folder_counts(
    record: Path, environ: dict[str, str], tmp_path: Path, port: int
) -> None:
    announce(tmp_path / "elsewhere", f"127.0.0.1:{port}")
    assert find("", record, environ).source == "default"
    environ["RAY_TMPDIR"] = str(tmp_path / "elsewhere")
    assert find("", record, environ).source == "head"


def test_a_head_that_does_not_answer_any_more_is_passed_over(
    record: Path, environ: dict[str, str], tmp_path: Path, port: int
) -> None:
    log = announce(tmp_path, f"127.0.0.1:{port}")
    (tmp_path / "ray/ray_current_cluster").unlink()
    assert find("", record, environ).source == "default"
    (tmp_path / "ray/ray_current_cluster").write_text("127.0.0.1:6379")
    log.write_text("Dashboard head http address: 127.0.0.1:1")
    assert find("", record, environ).source == "default"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_head_of_another_user_is_not_believed(
    record: Path, environ: dict[str, str], tmp_path: Path, port: int
) -> None:
    log = announce(tmp_path, f"127.0.0.1:{port}")
    os.chown(log, 12345, 12345)
    assert find("", record, environ).source == "default"


def test_a_targets_token_is_not_shown(record: Path, environ: dict[str, str]) -> None:
    assert "users" not in repr(find("", record, environ))


def test_finding_imports_neither_ray_nor_psutil() -> None:
    code = (
        "import sys, pathlib; from tasktui.engine.address import find;"
        "find('http://127.0.0.1:1', pathlib.Path('none'), {'HOME': '/none'});"
        "print({'ray', 'psutil', 'httpx'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
