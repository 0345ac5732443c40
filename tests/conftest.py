from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# This machine may be busy: no test asserts a time, nor does the tool that makes the examples.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests on a real Ray share one worker, since they share a cluster, and come first."""
    for item in items:
        if item.get_closest_marker("ray"):
            item.add_marker(pytest.mark.xdist_group("ray"))
    items.sort(key=lambda i: i.get_closest_marker("ray") is None)
