"""A cluster of two nodes that somebody else runs: placement, and a node that is gone.

Attached with --address, the token in the environment. The embedded cluster has one node only.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from e2e.conftest import new_site
from e2e.foreign import Foreign
from e2e.site import Site, until
from e2e.watching import Watch
from ray_cluster import Node, RayCluster, ray_cluster

pytestmark = [pytest.mark.ray, pytest.mark.xdist_group("faults")]

FORGET = """
import sys
import ray
from ray.experimental.internal_kv import _internal_kv_del, _internal_kv_exists
ray.init(address=sys.argv[1], log_to_driver=False)
assert _internal_kv_exists(sys.argv[2])
_internal_kv_del(sys.argv[2])
"""
"""What Ray does itself with a package that nobody asked for in ten minutes."""


@dataclass
class Pair:
    """A head with two logical GPUs, and one more node with two at a time."""

    cluster: RayCluster
    site: Site
    node: Node
    neighbour: Foreign | None = None

    def two(self) -> None:
        """Let another node join where the one there was is gone."""
        if not self.node.raylet.is_running():
            self.node = self.cluster.add_node(2, 2)

    def spread(self) -> str:
        """A task with a replica on each of two nodes; made anew where that is not so."""
        self.two()
        if self.site.run("show", "pair", ok=False)[0] != "0" or len(nodes(self.site, "pair")) < 2:
            self.site.put_away("pair")
            self.site.running("pair", "--gpu=1", replicas="2")
            assert len(nodes(self.site, "pair")) == 2, "its replicas are spread"
        return "pair"


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """Two nodes with two logical GPUs each."""
    with ray_cluster(3, 2, several=True) as cluster:
        token = {"RAY_AUTH_TOKEN": cluster.token, "RAY_AUTH_MODE": "token"}
        with new_site(token) as site:
            made = Pair(cluster, site, cluster.add_node(2, 2))
            site.run("--address", cluster.address, "scheduler", "start")
            site.more["RAY_DASHBOARD_ADDRESS"] = cluster.address
            options = {"host": "127.0.0.1", "port": cluster.serve_port}
            site.ray(
                "PUT",
                "/api/serve/applications/",
                {"applications": [], "proxy_location": "HeadOnly", "http_options": options},
            )
            made.neighbour = Foreign(site)
            yield made


@pytest.fixture
def watch(pair: Pair, record_property: Callable[[str, object], None]) -> Watch:
    assert pair.neighbour
    return Watch(pair.site, pair.neighbour, record_property)


def nodes(site: Site, name: str) -> set[str]:
    """Where the task's replicas are."""
    return {r["node_id"] for r in site.replicas(name) if r.get("node_id")}


def test_a_replica_is_never_spread_over_two_nodes(pair: Pair) -> None:
    site = pair.site
    pair.spread()
    folder = str(site.own_model("large"))
    site.run("artifact", "add", folder, "--name", "large", "--cpu=0.1", "--gpu=2")
    site.run("launch", "large", "--artifact", "large", "--one-off", "now")
    site.run("activate", "large", "--when", "now")
    until(lambda: "2 GPU" in site.task("large")["reason"], 10)
    assert site.task("large")["status"] == "In-queue", "two nodes with one free GPU each"
    assert not site.application("large")
    site.put_away("large")


def test_replicas_of_a_lost_node_come_back_on_the_other_one(pair: Pair, watch: Watch) -> None:
    site, task, lost = pair.site, pair.spread(), pair.node
    with watch.fault(task, "node killed", "kill -9 of all of it", theirs="struck") as fault:
        lost.kill()
        until(lambda: lost.id not in nodes(site, task), 40)
        fault.until(lambda: len(site.pids(task)) == 2 == site.ready(task), "both on the other node")
    assert not fault.load.failed, fault.load.failures
    until(lambda: site.said("unhealthy", task) or site.said("started again", task), 10)


def test_a_package_that_ray_has_lost_reaches_the_node_that_needs_it(
    pair: Pair, watch: Watch
) -> None:
    site = pair.site
    site.put_away("pair")
    pair.two()
    far = next(n for n in (fill(site, "one"), fill(site, "two")) if pair.node.id in nodes(site, n))
    uri = site.application(far)["deployed_app_config"]["runtime_env"]["working_dir"]
    with watch.fault(far, "package gone", "deleted; node killed", theirs="struck") as fault:
        subprocess.run(
            [sys.executable, "-c", FORGET, pair.cluster.gcs, uri],
            env=pair.cluster.environ,
            check=True,
            capture_output=True,
        )
        pair.node.kill()
        pair.node.raylet.wait(10)
        pair.two()
        fault.strike()
        fault.until(lambda: nodes(site, far) == {pair.node.id} and site.ready(far) == 1, "", 90)
        fault.outcome = "uploaded again, replica on the new node"
    assert site.call(far)[0] == 200
    site.put_away("one")
    site.put_away("two")


def fill(site: Site, name: str) -> str:
    """A task that fills a node."""
    return site.running(name, "--gpu=2")
