"""The fake with faults does what its faults say, and knows who changed it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from jepsen.cluster import APPS, Lent
from jepsen.history import Entry, Journal, read
from tasktui.engine.fake import FakeRay

BODY = {"applications": [{"name": "a", "route_prefix": "/a", "import_path": "a:app"}]}
CHILD = f"""
import os, sys, urllib.request
body = {json.dumps(json.dumps(BODY))}.encode()
request = urllib.request.Request(sys.argv[1], body, method="PUT")
urllib.request.urlopen(request, timeout=30)
print(os.getpid())
"""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Lent]:
    journal = Journal(tmp_path, "ray")
    rng = random.Random(1)  # noqa: S311 - a seed, no secret
    made = Lent(journal, lambda: (3, os.getpid()), FakeRay(build_s=0, start_s=0), rng)
    with made.running():
        yield made
    journal.close()


def put(cluster: Lent) -> int:
    """The status of the answer; 0 where none came."""
    try:
        return httpx.put(cluster.address + APPS, json=BODY, trust_env=False).status_code
    except httpx.TransportError:
        return 0


def changes(folder: Path) -> list[Entry]:
    return [e for e in read(folder) if e.f == "put"]


def test_the_sender_of_a_change_is_the_process_at_the_other_end(
    cluster: Lent, tmp_path: Path
) -> None:
    words = [sys.executable, "-c", CHILD, cluster.address + APPS]
    said = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout
    assert put(cluster) == 200
    senders = [e.value["sender"] for e in changes(tmp_path)]
    assert senders == [int(said), os.getpid()]
    assert {e.value["leader"] for e in changes(tmp_path)} == {os.getpid()}


@pytest.mark.parametrize(
    ("mode", "status", "applied"),
    [
        ("", 200, True),
        ("slow", 200, True),
        ("500", 500, False),
        ("503", 503, False),
        ("401", 401, False),
        ("controller", 500, False),
        ("garbage", 200, False),
        ("reset", 0, False),
        ("put-lost-before", 0, False),
        ("put-lost-after", 0, True),
        ("put-500-after", 500, True),
        ("truncated", 0, True),
    ],
)
def test_a_change_that_meets_a_fault_is_applied_or_not_whatever_the_answer(
    cluster: Lent, mode: str, status: int, *, applied: bool
) -> None:
    cluster.begin(mode)
    assert put(cluster) == status
    assert ("a" in cluster.applications()) is applied
    assert cluster.met == bool(mode)
    cluster.heal()
    assert put(cluster) == 200


def test_what_hangs_breaks_off_when_it_is_healed(cluster: Lent) -> None:
    cluster.begin("hang")
    words = [sys.executable, "-c", CHILD, cluster.address + APPS]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        try:
            while not cluster.met and child.poll() is None:
                cluster.healed.wait(0.01)
            assert child.poll() is None
            cluster.heal()
            assert child.wait(60) == 1
        finally:
            child.kill()
    assert not cluster.applications()


def test_others_read_change_one_and_write_back_or_write_only_their_own(cluster: Lent) -> None:
    put(cluster)
    theirs = {"name": "theirs", "route_prefix": "/t", "import_path": "t:app"}
    cluster.deploy("theirs", theirs)
    assert set(cluster.applications()) == {"a", "theirs"}
    cluster.serve_deploy()
    assert set(cluster.applications()) == {"theirs"}
    cluster.lose_state()
    assert not cluster.applications()
    assert not cluster.others
