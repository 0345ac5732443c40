from __future__ import annotations

from importlib import metadata

import pytest

from tasktui.engine.requirements import satisfied

HTTPX = metadata.version("httpx")


@pytest.mark.parametrize(
    ("requirement", "met"),
    [
        ("httpx", True),
        (f"HTTPX=={HTTPX}", True),
        (f"httpx!={HTTPX}", False),
        ("httpx>=9000", False),
        ("nothing-of-this-name", False),
        ("nothing-of-this-name; python_version < '3'", True),
        ("httpx @ https://example.org/httpx.whl", False),
        ("httpx[no-such-extra]", True),
        ("= =", False),
    ],
)
def test_a_requirement_is_met_by_what_is_installed(requirement: str, met: bool) -> None:
    assert satisfied((requirement,)) is met


def test_what_an_extra_requires_must_be_there_too() -> None:
    """``pytest-xdist[psutil]`` is in the tests' own environment, ``[setproctitle]`` is not."""
    there = {n.lower() for d in metadata.distributions() if (n := d.metadata["Name"])}
    assert satisfied(("pytest-xdist[psutil]",))
    assert satisfied(("pytest-xdist[setproctitle]",)) is ("setproctitle" in there)


def test_all_of_them_must_be_met() -> None:
    assert satisfied(())
    assert not satisfied(("httpx", "nothing-of-this-name"))
