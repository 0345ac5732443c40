"""The program that a cluster runs: as it is packed, in a process that has nothing of tasktui."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tasktui.engine.cluster_import import pack_program
from tasktui.engine.import_log import read
from tasktui.engine.importer import LOG_BYTES, End, Ending

MARK = "c0ffee"
LIMIT_S = 60.0
APP = "from ray import serve\n@serve.deployment\nclass Model: pass\napp = Model.bind()\n"


@dataclass
class Bench:
    """A package, unpacked as Ray does it, and the program beside it."""

    program: Path
    model: Path
    tmp: Path
    started: list[subprocess.Popen[bytes]]

    def start(self, script: str, seconds: float = LIMIT_S) -> subprocess.Popen[bytes]:
        (self.model / "serve.py").write_text(script)
        asked = {"mark": MARK, "module": "serve", "name": "app", "args": {}, "seconds": seconds}
        words = [sys.executable, "-m", "tasktui_build.engine.import_job"]
        environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{self.model}{os.pathsep}{self.program}",
            "TMPDIR": str(self.tmp),
            "PLAIN": "yes",
        }
        process = subprocess.Popen(
            [*words, json.dumps({**asked, "memory": 2**33})],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.model,
            env=environ,
        )
        self.started.append(process)
        return process

    def run(self, script: str, **kw: Any) -> tuple[str, Ending]:
        out, _ = self.start(script, **kw).communicate(timeout=LIMIT_S * 2)
        return ended(out)


def ended(out: bytes) -> tuple[str, Ending]:
    """Output and ending; what the program writes is always UTF-8."""
    found = read(out.decode(), MARK, whole=True)
    assert found.ending
    return found.output, found.ending


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    for name in ("place", "model", "tmp"):
        (tmp_path / name).mkdir()
    package = pack_program(tmp_path / "place")
    with zipfile.ZipFile(tmp_path / "place" / f"{package.digest}.zip") as archive:
        archive.extractall(tmp_path / "program")
    made = Bench(tmp_path / "program", tmp_path / "model", tmp_path / "tmp", [])
    yield made
    for process in made.started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def test_an_application_is_told_and_nothing_stays(bench: Bench) -> None:
    script = f"{APP}import os, sys\nprint(os.environ.get('PLAIN'), os.environ['PYTHONPATH'])\n"
    script += (
        "print([n for n in sys.modules if 'tasktui' in n], os.environ['CUDA_VISIBLE_DEVICES'])"
    )
    output, ending = bench.run(script)
    assert ending.end is End.ANSWERED
    assert ending.answer is not None
    assert [d["name"] for d in ending.answer["deployments"]] == ["Model"]  # type: ignore[attr-defined]
    assert output.splitlines() == [f"yes {bench.model}", "[] "]
    assert not list(bench.tmp.iterdir())
    assert sorted(p.name for p in bench.model.iterdir()) == ["serve.py"]


def test_what_is_not_utf_8_and_much_comes_out_in_utf_8_and_bounds(bench: Bench) -> None:
    script = (
        "import os, sys\nwrite = sys.stdout.buffer.write\n"
        "write(b'first \\xff\\xe2\\x98\\n' + b'x' * 10_000_000 + b'\\nlast')\n"
        "sys.stdout.flush()\nos._exit(3)\n"
    )
    output, ending = bench.run(script)
    assert (ending.end, ending.code) == (End.EXITED, 3)
    assert output.startswith("first \N{REPLACEMENT CHARACTER}")
    assert output.endswith("\nlast")
    assert "bytes were left out" in output
    assert len(output.encode()) < LOG_BYTES


def test_the_time_limit_holds_though_nobody_looks(bench: Bench) -> None:
    output, ending = bench.run("import time\nwhile True:\n    time.sleep(0.05)\n", seconds=0.5)
    assert ending.end is End.TIMEOUT
    assert "most recent call first" in output


def test_a_stop_of_ray_ends_it_and_what_it_started(bench: Bench) -> None:
    script = (
        "import subprocess\nchild = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "print(child.pid, flush=True)\nchild.wait()\n"
    )
    process = bench.start(script)
    assert process.stdout
    lines = [process.stdout.readline() for _ in range(2)]
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=LIMIT_S)
    _, ending = ended(b"".join(lines) + out)
    assert ending.end is End.STOPPED
    with pytest.raises(ProcessLookupError):
        os.kill(int(lines[1]), 0)
    assert not list(bench.tmp.iterdir())


def test_the_program_needs_nothing_of_tasktui(bench: Bench) -> None:
    texts = [path.read_text() for path in bench.program.rglob("*.py")]
    assert len(texts) == 4
    assert not any("import tasktui" in text or "from tasktui" in text for text in texts)


def test_the_package_is_the_same_wherever_it_is_made(tmp_path: Path) -> None:
    digests = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        digests.add(pack_program(tmp_path / name).digest)
    assert len(digests) == 1
