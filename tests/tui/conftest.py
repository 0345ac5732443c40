from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.bench import Bench


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("TASKTUI_NO_SCHEDULER", "1")
    monkeypatch.setenv("LOGNAME", "op1")
    bench = Bench(tmp_path)
    with bench.ends:
        yield bench
