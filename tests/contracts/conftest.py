from __future__ import annotations

from collections.abc import Iterator

import pytest

from ray_cluster import RayCluster, ray_cluster


@pytest.fixture(scope="module")
def real_ray() -> Iterator[RayCluster]:
    """One real cluster for all tests of a contract."""
    with ray_cluster() as cluster:
        yield cluster
