from __future__ import annotations

import json
import os
import tempfile

import pytest
from hypothesis import HealthCheck, settings

# Where Python keeps nothing compiled, the programs that tests start would compile all each time.
os.environ["XDG_CACHE_HOME"] = f"{tempfile.gettempdir()}/tasktui-tests-{os.getuid()}"

# This machine may be busy: no test asserts a time, nor does the tool that makes the examples.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests on a real Ray share one worker, since they share a cluster, and come first.

    Those on clusters of their own name a group of their own: two clusters at a time, not three.
    """
    for item in items:
        if item.get_closest_marker("ray") and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group("ray"))
    items.sort(key=lambda i: i.get_closest_marker("ray") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures of the faults that were injected into a real Ray."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    rows = [json.loads(str(v)) for r in reports for k, v in r.user_properties if k == "fault"]
    if not rows:
        return
    terminalreporter.section("faults on a real Ray")
    heads = ["fault", "injected", "outcome", "seconds", "requests failed", "slowest s"]
    for row in (heads, ["---"] * len(heads), *rows):
        terminalreporter.write_line(f"| {' | '.join(row)} |")
