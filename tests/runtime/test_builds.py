from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from runtime.bad_inputs import SCRIPT, SERVE, folder, imported, rows
from runtime.building import Site, until
from tasktui.commands.artifacts import NewArtifact
from tasktui.config import Config
from tasktui.domain.build import BuildStatus, Deployment
from tasktui.domain.schedule import OneOff, Replicas
from tasktui.domain.task import TaskSpec
from tasktui.engine.importer import LOG_BYTES
from tasktui.errors import Conflict, NotAllowed, UserError
from tasktui.runtime.imports import STAND_IN
from tasktui.runtime.session import Session
from tasktui.store import buildfiles

WAITS = """from other import app
import os, time
print('pid', os.getpid(), flush=True)
time.sleep(600)
"""


@pytest.fixture
def site(config: Config) -> Iterator[Site]:
    made = Site(Session(config, {}, "cli"))
    yield made
    made.end()


def said_pids(site: Site, label: str) -> list[int]:
    until(lambda: "pid " in site.log(label))
    return [int(n) for n in re.findall(r"pid (\d+)", site.log(label))]


def is_over(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


COMPOSED = f"""{SERVE}
from fastapi import FastAPI
api = FastAPI(docs_url="/help")
print("x" * 100_000_000)

OPTIONS = dict(min_replicas=1, max_replicas=3, target_ongoing_requests=2 + 2)
Big = Model.options(
    name="Big", ray_actor_options={{"num_gpus": 1}}, autoscaling_config=OPTIONS
)

@serve.deployment
@serve.ingress(api)
class Front:
    def __init__(self, models): pass

def app(args):
    return Front.bind({{n: m.bind() for n, m in {{"a": Big, "b": Model}}.items()}})
"""


def test_a_build_tells_what_only_a_run_of_the_script_can_tell(site: Site, tmp_path: Path) -> None:
    found = site.built(folder({"serve.py": COMPOSED})(tmp_path))
    build = found.build
    assert (build.status, build.error) == (BuildStatus.SUCCESS, "")
    assert build.deployments == (
        Deployment(name="Front", calls=("Big", "Model")),
        Deployment(
            name="Big",
            gpu=1.0,
            autoscaling={"min_replicas": 1, "max_replicas": 3, "target_ongoing_requests": 4},
        ),
        Deployment(name="Model"),
    )
    assert build.docs_path == "/help"
    assert build.seconds is not None
    assert (found.scaled, found.autoscaling) == ("Big", {"target_ongoing_requests": 4})
    log = site.log(found.label)
    assert len(log) < LOG_BYTES + 100, "it printed 100 MB"
    assert re.search(r"-- 9[89],\d{3},\d{3} bytes were left out --", log)
    again = site.add(NewArtifact(source=tmp_path / "model"))
    assert again == found, "what is built is not built again"


def test_the_manifest_wins_over_the_code_and_a_variable_may_be_missing_here(
    site: Site, tmp_path: Path
) -> None:
    manifest = (
        "scales = 'Model'\n[autoscaling]\nupscale_delay_s = 5\n"
        "[env]\nPLAIN = 'yes'\nTOKEN = 'env:TOKEN'\n"
    )
    script = (
        f"{SERVE}import os\nprint(sorted(os.environ.items()))\n"
        "app = Model.options(autoscaling_config=dict(upscale_delay_s=1 + 1, downscale_delay_s=3))"
        ".bind(*[Model.options(name=n).bind() for n in 'AB'])\n"
    )
    found = site.built(folder({"serve.py": script, "artifact.toml": manifest})(tmp_path))
    assert found.build.status is BuildStatus.SUCCESS
    assert found.scaled == "Model"
    assert found.autoscaling == {"upscale_delay_s": 5, "downscale_delay_s": 3}
    log = site.log(found.label)
    assert "('PLAIN', 'yes')" in log
    assert f"('TOKEN', '{STAND_IN}')" in log
    assert not re.search(r"TASKTUI|RAY_TMPDIR|SSH|PYTEST", log), "nothing of our own environment"


def test_a_failed_build_can_not_be_launched_and_a_better_one_can(
    site: Site, tmp_path: Path
) -> None:
    label = site.built(imported("from other import app\n")(tmp_path)).label
    spec = TaskSpec(
        name="chat",
        artifact=label,
        file_path="",
        deployment_name="",
        schedule=OneOff(at=None, timezone="UTC", replicas=Replicas(1, 1)),
    )
    with pytest.raises(UserError, match=r"its build says FAILURE: app of serve.py is of type int"):
        site.session.call(lambda c: c.launch(spec))
    (tmp_path / "model" / "other.py").write_text(SCRIPT)
    better = site.built(NewArtifact(source=tmp_path / "model"))
    assert better.label == "model@2"
    made = site.session.call(lambda c: c.launch(replace(spec, artifact=better.label)))
    assert made.scaled == "Model"


def test_what_a_script_starts_is_gone_when_its_build_is_over(site: Site, tmp_path: Path) -> None:
    script = (
        "from other import app\nimport subprocess\n"
        "for session in (False, True):\n"
        "    child = subprocess.Popen(['sleep', '600'], start_new_session=session, env={})\n"
        "    print('pid', child.pid, flush=True)\n"
    )
    label = site.built(imported(script)(tmp_path)).label
    pids = said_pids(site, label)
    assert len(pids) == 2
    assert all(map(is_over, pids))


def test_one_build_runs_at_a_time_and_each_can_be_cancelled(site: Site, tmp_path: Path) -> None:
    first = site.add(imported(WAITS)(tmp_path)).label
    site.becomes(first, BuildStatus.BUILDING)
    (pid,) = said_pids(site, first)
    (tmp_path / "second").mkdir()
    second = site.add(replace(imported(WAITS)(tmp_path / "second"), name="second")).label
    until(lambda: _pid(site, second) != 0)
    assert site.artifact(second).build.status is BuildStatus.QUEUED
    with pytest.raises(Conflict, match="being built already"):
        site.session.call(lambda c: c.rebuild(first))
    with pytest.raises(Conflict, match="is being built"):
        site.session.call(lambda c: c.remove_artifact(second))
    for label in (second, first):
        site.cancel(label)
        assert site.over(label).build.status is BuildStatus.CANCELLED
    assert is_over(pid)
    with pytest.raises(NotAllowed, match="is not being built: it is CANCELLED"):
        site.session.call(lambda c: c.cancel_build(first))
    until(lambda: not site.session.call(lambda c: c.is_building(site.artifact(first))))
    site.session.call(lambda c: c.remove_artifact(first))
    assert not list((site.session.config.state_dir / "builds").glob("2.*"))


def _pid(site: Site, label: str) -> int:
    return buildfiles.process(site.session.config.state_dir, site.artifact(label).id)


def test_a_killed_build_is_seen_and_can_be_built_again(site: Site, tmp_path: Path) -> None:
    label = site.add(imported(WAITS)(tmp_path)).label
    site.becomes(label, BuildStatus.BUILDING)
    (pid,) = said_pids(site, label)
    os.kill(_pid(site, label), signal.SIGKILL)
    build = site.over(label).build
    assert (str(build.status), build.why) == rows()["the build process is killed"]
    until(lambda: is_over(pid))
    assert not list((site.session.config.state_dir / "builds").glob("*.work"))
    site.session.call(lambda c: c.rebuild(label))
    site.becomes(label, BuildStatus.BUILDING)


def test_a_read_only_face_sees_the_killed_build_too(site: Site, tmp_path: Path) -> None:
    label = site.add(imported(WAITS)(tmp_path)).label
    site.becomes(label, BuildStatus.BUILDING)
    os.kill(_pid(site, label), signal.SIGKILL)
    other = Site(Session(replace(site.session.config, read_only=True), {}, "cli"))
    try:
        assert other.over(label).build.status is BuildStatus.FAILURE
    finally:
        other.session.close()


def test_packages_that_only_the_nodes_have_are_no_failure(site: Site, tmp_path: Path) -> None:
    files = {
        "serve.py": f"import not_there\n{SCRIPT}",
        "artifact.toml": "requirements = ['not-there-at-all==1.0', 'pytest']",
    }
    artifact = site.built(folder(files)(tmp_path))
    build = artifact.build
    assert (build.status, artifact.scaled) == (BuildStatus.SUCCESS, "Model")
    assert build.note == (
        "Not imported, only read: not-there-at-all is not installed on this machine, and no "
        "cluster answered that could import it."
    )


def test_packages_that_only_the_nodes_have_hide_what_must_be_known(
    site: Site, tmp_path: Path
) -> None:
    files = {
        "serve.py": "import not_there\nfrom not_there import app\n",
        "artifact.toml": "requirements = ['not-there-at-all']",
    }
    build = site.built(folder(files)(tmp_path)).build
    assert build.status is BuildStatus.FAILURE
    assert "serve.py needs the module not_there" in build.why
    assert "name the deployment that scales (--scales NAME)" in build.why


def test_an_image_is_kept_by_its_reference_and_not_built(site: Site) -> None:
    reference = "registry.local:5000/team/chat:1.2"
    made = site.add(NewArtifact(source=Path(), image=reference, name="chat", scales="Model"))
    assert made.build.status is BuildStatus.SUCCESS
    assert "Not built here" in made.build.note
    assert made.recipe.base == {"runtime_env": {"image_uri": reference}}
    assert (made.scaled, made.digest, made.files) == ("Model", "", ())
    with pytest.raises(NotAllowed, match="no package to build"):
        site.session.call(lambda c: c.rebuild(made.label))


@pytest.mark.parametrize("top", ["", "model/"])
def test_a_zip_is_the_same_package_as_its_folder(site: Site, tmp_path: Path, top: str) -> None:
    new = folder({"serve.py": SCRIPT, "data/a.txt": "a"})(tmp_path)
    path = tmp_path / "model.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("data/a.txt", "serve.py"):
            archive.write(new.source / name, f"{top}{name}")
    from_zip = site.add(NewArtifact(source=path))
    assert from_zip.kind == "zip"
    assert site.add(new).label == from_zip.label


MEMORY = """
import sys, tempfile
from pathlib import Path
from tasktui.engine.imported import Asked, tell
from tasktui.engine.importer import Job, Limits, Log, run
folder, place = map(Path, sys.argv[1:])
limits = Limits(memory=10**8, seconds=60)
with open(place / "log", "wb") as file:
    job = Job(folder=folder, module="serve", name="app", args={}, env={})
    ending = run(job, limits, Log(file), lambda: False, place)
told = tell(Asked(script="serve.py", name="app", args={}, memory=limits.memory), ending)
print(told.build.status, told.build.why, sep="|")
"""


def test_an_import_that_takes_too_much_memory_is_ended(tmp_path: Path) -> None:
    for name in ("code", "place"):
        (tmp_path / name).mkdir()
    text = "import time\nheld = b'x' * 300_000_000\ntime.sleep(600)\n"
    (tmp_path / "code" / "serve.py").write_text(text)
    words = [sys.executable, "-c", MEMORY, str(tmp_path / "code"), str(tmp_path / "place")]
    out = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120).stdout
    assert tuple(out.strip().split("|")) == rows()["takes more memory than is allowed"]
