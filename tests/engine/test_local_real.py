"""The embedded cluster's life, with the real Ray."""

from __future__ import annotations

import asyncio
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tasktui.domain.observed import Observed
from tasktui.engine import local_processes
from tasktui.engine.address import Target, find
from tasktui.engine.local import LocalCluster, LocalOptions, LocalState
from tasktui.engine.local_record import read, record_path
from tasktui.engine.ray_serve import RayServe

pytestmark = pytest.mark.ray


@pytest.fixture
def state_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    yield folder
    LocalCluster(folder).down()


def test_a_real_cluster_comes_up_answers_and_goes_without_a_trace(state_dir: Path) -> None:
    env = {**os.environ, local_processes.MARK: "0:/tmp/tasktui-other"}
    foreign = subprocess.Popen(["sleep", "600"], env=env)
    cluster = LocalCluster(state_dir)
    try:
        status = cluster.up(LocalOptions(num_cpus=2, num_gpus=1))
        assert status.state is LocalState.RUNNING
        assert cluster.up(LocalOptions()).head_pid == status.head_pid

        target = find("", record_path(state_dir), os.environ)
        assert target.embedded
        seen = asyncio.run(look(target))
        assert (seen.serve_url, seen.apps) == (status.serve_url, {})
        assert (seen.nodes[0].total.cpu, seen.nodes[0].total.gpu) == (2, 1)
        assert refused(f"{status.address}/api/serve/applications/") == 401
        assert refused(status.serve_url) == 404

        record = read(record_path(state_dir))
        assert record
        marked = local_processes.marked(record.marker)
        unmarked = {c for p in marked for c in p.children(recursive=True)} - {*marked}
        assert [p for p in unmarked if lives(p)] == []
        assert listens_beyond_loopback({p.pid for p in marked}) == []

        assert cluster.down() >= 20
        assert [p for p in marked if lives(p)] == []
        assert not Path(record.marker.partition(":")[2]).exists()
        assert foreign.poll() is None
        assert cluster.status().state is LocalState.DOWN
    finally:
        foreign.kill()
        foreign.wait()


async def look(target: Target) -> Observed:
    engine = RayServe(target.address, target.token)
    try:
        return await engine.observe()
    finally:
        await engine.close()


def refused(url: str) -> int:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(url, timeout=10)
    with caught.value as answer:
        return answer.code


def lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def listens_beyond_loopback(pids: set[int]) -> list[str]:
    found = [c for c in psutil.net_connections("inet") if c.pid in pids and c.status == "LISTEN"]
    hosts = [str(c.laddr[0]) for c in found if c.laddr]
    return [host for host in hosts if host.removeprefix("::ffff:") != "127.0.0.1"]
