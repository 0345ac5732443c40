"""The import of a script as a job: followed to its end, whatever the cluster does."""

from __future__ import annotations

import io
import json
import shlex
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tasktui.engine.cluster_import import (
    GRACE_S,
    PATIENCE_S,
    PREFIX,
    SETUP_S,
    Errand,
    Pace,
    run_there,
)
from tasktui.engine.fake import FakeRay
from tasktui.engine.fake_jobs import FakeImport
from tasktui.engine.importer import End, Ending, Limits, Log
from tasktui.engine.packages import pack
from tasktui.engine.ray_serve import RayServe
from tasktui.errors import Rejected, Unauthorized, Unreachable


@dataclass
class Bench:
    """A cluster whose time passes while one waits."""

    place: Path
    errand: Errand
    fake: FakeRay = field(default_factory=FakeRay)
    limits: Limits = field(default_factory=lambda: Limits(seconds=60))
    log: io.BytesIO = field(default_factory=io.BytesIO)
    then: Callable[[], None] = lambda: None
    """Called whenever time passes."""
    stop_at: float = float("inf")

    def __post_init__(self) -> None:
        self.ray = RayServe(self.fake.address, transport=self.fake.transport())

    async def run(self) -> Ending:
        log = Log(self.log)
        try:
            return await run_there(
                self.ray,
                self.errand,
                self.limits,
                log,
                lambda: self.fake.now >= self.stop_at,
                place=self.place,
                pace=Pace(lambda: self.fake.now, self._wait),
            )
        finally:
            log.close()

    async def _wait(self, seconds: float) -> None:
        self.fake.advance(seconds)
        self.then()

    @property
    def said(self) -> str:
        return self.log.getvalue().decode()

    def does(self, **kw: object) -> None:
        self.fake.jobs.does = replace(FakeImport(), **kw)  # type: ignore[arg-type]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    folder, place = tmp_path / "model", tmp_path / "work"
    folder.mkdir()
    place.mkdir()
    (folder / "serve.py").write_text("app = 1\n")
    digest = pack(folder, tmp_path).digest
    errand = Errand(
        owner="abc123",
        digest=digest,
        archive=tmp_path / f"{digest}.zip",
        requirements=(),
        env={},
        module="serve",
        name="app",
        args={"size": 2},
    )
    made = Bench(place, errand)
    yield made
    await made.ray.close()


async def test_the_answer_and_the_output_come_back_and_no_record_stays(bench: Bench) -> None:
    bench.does(output="hello\nfrom \N{SNOWMAN}\n", seconds=3.0)
    ending = await bench.run()
    assert (ending.end, ending.seconds) == (End.ANSWERED, 3.0)
    assert ending.answer is not None
    assert ending.answer["docs_path"] == ""
    head, *lines, _ = bench.said.splitlines()
    assert head.startswith(f"-- imported on the cluster, by the job {PREFIX}abc123-")
    assert lines[:2] == ["hello", "from \N{SNOWMAN}"]
    assert not bench.fake.jobs.rows


async def test_a_job_has_what_a_replica_has_and_reserves_nothing(bench: Bench) -> None:
    bench.errand = replace(bench.errand, requirements=("numpy>=2",), env={"PLAIN": "yes"})
    seen: list[dict[str, object]] = []
    bench.then = lambda: seen.extend(dict(j.runtime_env) for j in bench.fake.jobs.rows.values())
    await bench.run()
    env = seen[0]
    assert env.keys() == {"working_dir", "pip", "py_modules", "env_vars"}
    assert env["working_dir"] == f"gcs://_ray_pkg_{bench.errand.digest}.zip"
    assert (env["pip"], env["env_vars"]) == (["numpy>=2"], {"PLAIN": "yes"})
    (entry,) = bench.fake.jobs.entries
    python, _, _, asked = shlex.split(entry)
    assert python == "python", "that of the virtual environment"
    found = json.loads(asked)
    assert {k: found[k] for k in ("module", "name", "args", "seconds")} == {
        "module": "serve",
        "name": "app",
        "args": {"size": 2},
        "seconds": 60,
    }
    assert "after installing numpy>=2" in bench.said


async def test_a_requirement_that_cannot_be_installed_fails_in_the_words_of_pip(
    bench: Bench,
) -> None:
    words = "ERROR: Could not find a version\nERROR: No matching distribution found for nope"
    bench.fake.jobs.refused["nope"] = words
    bench.errand = replace(bench.errand, requirements=("nope",), env={"KEY": "a long value"})
    bench.fake.jobs.refused["nope"] += "\nwith KEY=a long value"
    ending = await bench.run()
    assert ending.end is End.EXITED
    assert ending.why == (
        "The cluster cannot prepare the environment: Could not find a version; No matching "
        "distribution found for nope. Check requirements in artifact.toml, and what the head "
        "reaches."
    )
    assert "ERROR: No matching distribution found for nope" in bench.said
    assert "a long value" not in bench.said + ending.last


async def test_garbage_in_the_log_is_output_and_a_broken_answer_is_none(bench: Bench) -> None:
    bench.does(output="{'end': 'answered'}\n\x00\x1b[31m\nno newline", last="garbage {")
    ending = await bench.run()
    assert (ending.end, ending.answer) == (End.EXITED, None)
    assert "ended, and its answer broke off" in ending.why
    assert "\x00\x1b[31m\nno newline" in bench.said


async def test_much_output_is_kept_at_both_ends(bench: Bench) -> None:
    bench.does(output=f"first\n{'x' * 5_000_000}\nlast\n")
    ending = await bench.run()
    assert ending.end is End.ANSWERED
    assert "first\n" in bench.said
    assert "\nlast\n" in bench.said
    assert "bytes were left out" in bench.said
    assert len(bench.said) < 1.1 * 2**20


async def test_a_script_that_exits_is_told_as_here(bench: Bench) -> None:
    bench.does(answer=None, ending={"code": 3})
    ending = await bench.run()
    assert (ending.end, ending.code, ending.why) == (End.EXITED, 3, "")


async def test_a_job_that_fails_by_itself_says_its_last_words(bench: Bench) -> None:
    bench.does(message="failed with exit code 127, last logs:\nsh: 1: python: not found")
    ending = await bench.run()
    assert ending.why == "The job of the import failed: sh: 1: python: not found"


async def test_an_import_that_does_not_end_is_stopped(bench: Bench) -> None:
    bench.does(seconds=10_000.0)
    ending = await bench.run()
    assert (ending.end, ending.why) == (End.TIMEOUT, "")
    assert 60 + GRACE_S <= bench.fake.now - 1000 < 60 + GRACE_S + 10
    assert not bench.fake.jobs.rows


async def test_an_environment_that_is_never_ready_times_out(bench: Bench) -> None:
    bench.fake.jobs.setup_s = 10_000.0
    ending = await bench.run()
    assert ending.end is End.TIMEOUT
    assert f"had not prepared the environment of the import after {SETUP_S:g} s" in ending.why
    (left,) = bench.fake.jobs.rows.values()
    assert left.stopped, "it ends as soon as it could begin"


async def test_a_build_that_is_cancelled_stops_its_job(bench: Bench) -> None:
    bench.does(seconds=10_000.0, output="waiting\n")
    bench.stop_at = bench.fake.now + 5
    ending = await bench.run()
    assert ending.end is End.STOPPED
    assert "waiting" in bench.said
    assert not bench.fake.jobs.rows


async def test_what_a_killed_build_left_is_ended_by_the_next_one(bench: Bench) -> None:
    bench.does(seconds=10_000.0)
    bench.stop_at = bench.fake.now + 5
    other = await bench.ray.jobs.start("sleep 1", name="somebody's")
    env = {"env_vars": {"A": "b"}}
    bench.fake.jobs.setup_s = 50.0
    left = await bench.ray.jobs.start("sleep 1", name=f"{PREFIX}abc123-00", runtime_env=env)
    await bench.run()
    assert bench.fake.jobs.rows[left].stopped
    bench.fake.advance(100)
    bench.stop_at = bench.fake.now
    bench.place = bench.place / "again"
    bench.place.mkdir()
    await bench.run()
    assert left not in bench.fake.jobs.rows
    assert other in bench.fake.jobs.rows, "not ours"


async def test_a_cluster_that_goes_away_is_waited_for_and_then_told(bench: Bench) -> None:
    bench.does(seconds=10_000.0)
    bench.then = lambda: setattr(bench.fake, "down", bench.fake.now > 1010)
    ending = await bench.run()
    assert ending.end is End.EXITED
    assert "The cluster stopped answering during the import: Ray's dashboard at" in ending.why
    assert PATIENCE_S - 2 < bench.fake.now - 1010 < PATIENCE_S + 5


async def test_a_cluster_that_answers_again_in_time_is_no_failure(bench: Bench) -> None:
    bench.does(seconds=40.0)
    bench.then = lambda: setattr(bench.fake, "down", 1010 < bench.fake.now < 1030)
    assert (await bench.run()).end is End.ANSWERED


async def test_a_head_that_was_restarted_is_told(bench: Bench) -> None:
    bench.does(seconds=10_000.0)
    bench.then = lambda: bench.fake.lose_state() if 1010 < bench.fake.now < 1011 else None
    ending = await bench.run()
    assert "no longer knows the job" in ending.why


async def test_a_job_that_somebody_stopped_is_told(bench: Bench) -> None:
    bench.does(seconds=10_000.0)

    def stop() -> None:
        for job in bench.fake.jobs.rows.values():
            if 1010 < bench.fake.now < job.over_at:
                job.stopped, job.over_at = True, bench.fake.now

    bench.then = stop
    assert "Somebody else stopped the job" in (await bench.run()).why


async def test_a_cluster_that_does_not_let_one_in_is_an_error(bench: Bench) -> None:
    bench.fake.token = "needed"
    with pytest.raises(Unauthorized, match="wants a token"):
        await bench.run()
    bench.fake.token, bench.fake.down = "", True
    with pytest.raises(Unreachable, match="cannot be connected to"):
        await bench.run()


async def test_values_are_not_in_what_ray_says_of_a_job_that_it_refuses(bench: Bench) -> None:
    bench.errand = replace(bench.errand, env={"PLAIN": "a long value"})
    bench.fake.jobs.refusing = "no such key: {'PLAIN': 'a long value'}"
    with pytest.raises(Rejected, match=r"'PLAIN': '\*\*\*'"):
        await bench.run()
