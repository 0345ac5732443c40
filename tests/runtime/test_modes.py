"""Everything that the program makes is for its owner alone, whatever the umask."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fake_server import FakeServer
from runtime.processes import leads, scheduler, until
from tasktui.config import Config
from tasktui.engine.fake import FakeRay
from tasktui.engine.logfile import append
from tasktui.runtime.daemon import command
from tasktui.runtime.keeping import keep


@pytest.fixture(autouse=True)
def careless() -> Iterator[None]:
    """A umask with which everybody may read and write what is made."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def ray(config: Config) -> Iterator[Config]:
    with FakeServer(FakeRay(build_s=0.1, start_s=0.1)).running() as server:
        yield replace(config, address=server.address)


def run(config: Config, *words: str) -> str:
    done = subprocess.run(command(config, *words), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def wide(folder: Path) -> dict[str, str]:
    """What others may read, write or enter."""
    found = [folder, *folder.rglob("*")]
    modes = {p: p.lstat().st_mode for p in found}
    return {str(p.relative_to(folder)): stat.filemode(m) for p, m in modes.items() if m & 0o077}


def test_nothing_that_the_main_flow_makes_is_for_others(ray: Config) -> None:
    model = ray.state_dir.parent / "model"
    model.mkdir()
    (model / "serve.py").write_text(
        "from ray import serve\n@serve.deployment\nclass M: pass\napp = M.bind()\n"
    )
    run(ray, "artifact", "add", str(model))
    run(ray, "launch", "chat", "--artifact", "model", "--one-off", "now", "--env", "KEY=hunter22")
    with scheduler(ray) as process:
        leads(ray)
        run(ray, "activate", "chat", "--when", "now")
        until(lambda: '"Running"' in run(ray, "show", "chat", "--json"))
        run(ray, "backup")
        process.terminate()
        assert process.wait(20) == 0
    keep(ray, datetime.now(UTC).replace(year=2099))
    append(ray.state_dir / "crash.log", "text")
    names = {p.name for p in ray.state_dir.iterdir()}
    assert names >= {
        *("tasktui.db", "artifacts", "backups", "exports", "owner", "crash.log"),
        *("scheduler.lock", "scheduler.log", "scheduler.pipe"),
    }
    assert wide(ray.state_dir) == {}
    logs = [p for p in ray.state_dir.rglob("*") if p.suffix in {".log", ".yaml"}]
    assert not [p for p in logs if "hunter22" in p.read_text()]
