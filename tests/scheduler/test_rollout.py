"""How a change is rolled out. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from make import NOW, make_app, make_node, make_observed, make_progress, make_service
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import App, AppStatus, Node, Resources
from tasktui.domain.service import Service
from tasktui.engine.payload import to_config
from tasktui.scheduler.rollout import AGAIN, name_after, name_of, renewed, rolled

GPU = Spec(cpu=1, gpu=1)
LOST = "Failed to download runtime_env file package gcs://_ray_pkg_x.zip from the GCS"
UNPACKED = "Local directory /tmp/x for URI gcs://_ray_pkg_x.zip does not exist on the cluster."


def deployed(service: Service, **kw: Any) -> App:
    return make_app(config=to_config(service), **kw)


def node(used: float, *, total: float = 2, kind: str = "") -> Node:
    return make_node(gpu=total, used=Resources(gpu=used), gpu_type=kind)


@pytest.mark.parametrize(
    ("nodes", "surge"),
    [
        ((node(1),), True),
        ((node(2),), False),
        ((node(2), node(1)), True),
        ((node(1.5), node(1.5)), False),  # never spread over two
        ((), True),  # nothing is known of the nodes
    ],
)
def test_new_replicas_come_first_where_one_more_fits(nodes: tuple[Node, ...], surge: bool) -> None:
    old = make_service(spec=GPU)
    (new,) = rolled([replace(old, restarts=1)], make_observed(deployed(old), nodes=nodes), NOW)
    assert new.surge is surge


def test_a_gpu_of_another_type_is_no_room() -> None:
    old = make_service(spec=replace(GPU, gpu_type="H100"))
    new = replace(old, restarts=1)
    for kind, surge in (("H100", True), ("T4", False)):
        seen = make_observed(deployed(old), nodes=(node(0, kind=kind),))
        assert rolled([new], seen, NOW)[0].surge is surge


def test_where_ray_grows_the_cluster_there_is_always_room() -> None:
    old = make_service(spec=GPU)
    seen = make_observed(deployed(old), nodes=(node(2),), autoscaler=True)
    assert rolled([replace(old, restarts=1)], seen, NOW)[0].surge


@pytest.mark.parametrize("surge", [True, False])
def test_what_was_decided_stands_while_the_change_is_under_way(surge: bool) -> None:
    old = make_service(spec=GPU, surge=surge)
    app = deployed(old, status=AppStatus.DEPLOYING)
    nodes = (node(2 if surge else 0),)
    again = replace(old, restarts=1, surge=not surge)
    assert rolled([again], make_observed(app, nodes=nodes), NOW)[0].surge is surge
    same = replace(old, surge=not surge)
    assert rolled([same], make_observed(deployed(old), nodes=nodes), NOW)[0].surge is surge


@pytest.mark.parametrize("message", [LOST, UNPACKED])
def test_a_lost_package_gets_a_name_that_no_node_knows(message: str) -> None:
    old = make_service()
    seen = make_observed(deployed(old, status=AppStatus.UNHEALTHY, message=message))
    services = rolled([old], seen, NOW)
    assert services[0].anew == name_of(NOW)
    assert renewed(services, seen)
    assert not renewed(rolled([old], make_observed(deployed(old)), NOW), seen)


def test_a_new_name_stays_and_has_its_time_before_the_next_one() -> None:
    service = make_service(anew=name_of(NOW))
    plain = replace(service, anew="")
    well = make_observed(deployed(service))
    assert rolled([plain], well, NOW + timedelta(days=1))[0].anew == service.anew
    lost = make_observed(deployed(service, message=LOST))
    soon, later = NOW + AGAIN / 2, NOW + AGAIN
    assert rolled([plain], lost, soon)[0].anew == service.anew
    assert rolled([plain], lost, later)[0].anew == name_of(later)


def test_a_start_after_one_that_lost_the_package_uses_another_name() -> None:
    assert name_after(make_progress(attempt=2, last_error=UNPACKED)) == "2"
    assert name_after(make_progress(attempt=2, last_error="no weights")) == ""
    assert name_after(make_progress(last_error=LOST)) == ""
    first = make_service(anew="2")
    assert rolled([first], make_observed(), NOW) == (first,)


def test_a_name_that_is_no_moment_gives_way_at_once() -> None:
    seen = make_observed(deployed(make_service(anew="2"), message=LOST))
    assert rolled([make_service()], seen, NOW)[0].anew == name_of(NOW)
