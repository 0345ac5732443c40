"""Optional modules of the HTTP library are not searched for at every step of a call."""

from __future__ import annotations

import sys
from importlib.util import find_spec

import pytest

from tasktui.engine.fake import FakeRay
from tasktui.engine.ray_serve import RayServe


async def test_a_module_that_is_missing_is_searched_for_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = find_spec("sniffio") is not None
    monkeypatch.delitem(sys.modules, "sniffio", raising=False)
    ray = FakeRay()
    engine = RayServe(ray.address, transport=ray.transport())
    await engine.observe()
    await engine.close()
    known = sys.modules.get("sniffio", "not looked for")
    assert (known is None) is not there
