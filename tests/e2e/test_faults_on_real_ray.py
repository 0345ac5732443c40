"""Faults of a real Ray under load: what is wanted is reached again, and nothing else is touched.

On a cluster and a store of their own. Each prints its figures at the end of the
run: how it was injected, what came of it, the seconds until all was as wanted,
and the requests that failed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from e2e.conftest import new_site
from e2e.foreign import Foreign
from e2e.site import MODEL, Site, until
from e2e.watching import Watch

pytestmark = [pytest.mark.ray, pytest.mark.xdist_group("faults")]
SIZE = ("--num-gpus", "4", "--num-cpus", "4")

NOT_BUILT = "import a_module_that_nobody_has\n" + MODEL
NOT_BORN = MODEL.replace(
    "    async def __call__",
    '    def __init__(self) -> None:\n        raise RuntimeError("no weights")\n\n'
    "    async def __call__",
)


@pytest.fixture(scope="module")
def struck() -> Iterator[Site]:
    """The cluster that is struck."""
    with new_site() as made:
        made.run("cluster", "up", *SIZE, seconds=180)
        yield made


@pytest.fixture(scope="module")
def foreign(struck: Site) -> Foreign:
    """Somebody else's application on it."""
    return Foreign(struck)


@pytest.fixture
def target(struck: Site, foreign: Foreign) -> str:
    """A task with two replicas that runs; made anew where a test has not left it so."""
    if not foreign.now():
        struck.put_away("target")  # the owner of the other one would remove it
        foreign.begin()
    if struck.run("show", "target", ok=False).startswith("0") and well(struck):
        return "target"
    struck.put_away("target")
    return struck.running("target", "--gpu=1", replicas="2")


@pytest.fixture
def watch(struck: Site, foreign: Foreign, record_property: Callable[[str, object], None]) -> Watch:
    return Watch(struck, foreign, record_property)


@pytest.fixture
def gone(struck: Site) -> Iterator[list[str]]:
    """Names of tasks that are gone at the end."""
    names: list[str] = []
    yield names
    for name in names:
        struck.put_away(name)


def well(struck: Site, but: frozenset[int] | set[int] = frozenset()) -> bool:
    """Whether it has all its replicas, none of them ``but``, also in Ray's eyes, and no trouble."""
    pids = struck.pids("target")
    return len(pids) == 2 == struck.ready("target") and not pids & but


def test_a_killed_replica_comes_back_and_is_told(struck: Site, target: str, watch: Watch) -> None:
    victim, other = sorted(struck.pids(target))
    with watch.fault(target, "replica killed", "kill -9 of one of two") as fault:
        os.kill(victim, signal.SIGKILL)
        until(lambda: victim not in struck.pids(target))
        fault.until(lambda: well(struck), "2 of 2 again")
    assert other in struck.pids(target), "the other replica was not to be touched"
    until(
        lambda: struck.said("as wanted again", target) or struck.said("started again", target), 10
    )


def test_a_killed_controller_of_serve_costs_no_request(
    struck: Site, target: str, watch: Watch
) -> None:
    before, statuses = struck.pids(target), struck.statuses(target)
    with watch.fault(target, "Serve controller killed", "kill -9") as fault:
        controller = struck.process("ray::ServeController")
        assert controller
        controller.kill()

        def ruled() -> bool:
            new = struck.process("ray::ServeController")
            return new is not None and new.pid != controller.pid

        until(ruled)
        fault.until(lambda: well(struck) and struck.pids(target) == before, "status kept")
    assert not fault.load.failed, fault.load.failures
    assert struck.statuses(target) == statuses, "its status was to be kept"


def test_what_a_foreign_deploy_removes_is_there_again_within_seconds(
    struck: Site, foreign: Foreign, target: str, watch: Watch
) -> None:
    before = struck.pids(target)
    with watch.fault(target, "foreign serve deploy", "Ray's own tool, without ours") as fault:
        deploy = threading.Thread(target=foreign.deploy)
        deploy.start()
        until(lambda: fault.load.failed, 30, 0.02)
        fault.strike()
        fault.until(lambda: well(struck, before), "ours again, theirs too")
        deploy.join()
    assert fault.seconds < 40
    assert struck.statuses(target)[-2:] == ["Starting", "Running"]


def test_a_change_that_restarts_replicas_costs_no_request(
    struck: Site, target: str, watch: Watch
) -> None:
    before, statuses = struck.pids(target), struck.statuses(target)
    with watch.fault(target, "restarting edit", "--env, two replicas") as fault:
        struck.run("edit", target, "--env", "COLOUR=blue")
        fault.until(lambda: well(struck, before), "new ones first")
    assert not fault.load.failed, fault.load.failures
    assert struck.statuses(target) == statuses, "it ran all the time"


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [("not-built", NOT_BUILT, "a_module_that_nobody_has"), ("not-born", NOT_BORN, "no weights")],
    ids=["it cannot be imported", "its constructor fails"],
)
def test_a_bad_new_version_leaves_the_old_one_serving(
    struck: Site, target: str, watch: Watch, name: str, code: str, words: str
) -> None:
    before, statuses = struck.pids(target), struck.statuses(target)
    folder = str(struck.own_model(name, code))
    # The node lacks what the machine of the build had: only read, not imported, it is launchable.
    unbuilt = replace(struck, more={**struck.more, "TASKTUI_BUILDS": "read"})
    unbuilt.run("artifact", "add", folder, "--name", name, "--cpu=0.1", "--gpu=1")
    with watch.fault(target, "bad new version", words) as fault:
        struck.run("edit", target, "--artifact", name)
        fault.until(lambda: "!failed update" in struck.task(target)["badges"], "old one serves")
        assert words in struck.task(target)["last_error"]
        assert struck.call(target)[1]["pid"] in before
        struck.run("edit", target, "--artifact", target)
        until(lambda: well(struck))
    assert not fault.load.failed, fault.load.failures
    assert struck.said(words, target) == 1
    assert struck.statuses(target) == statuses, "it ran all the time"


def test_without_room_for_one_more_the_old_replicas_go_first(
    struck: Site, target: str, watch: Watch, gone: list[str]
) -> None:
    gone.append("filler")
    struck.running("filler", "--gpu=2")
    before = struck.pids(target)
    until(lambda: full(struck))
    change = ("edit", target, "--env", "COLOUR=green")
    until(lambda: "No room for one more" in struck.run(*change, "--dry-run", ok=False), 20)
    with watch.fault(target, "restarting edit, no room", "--env, 4 of 4 GPUs in use") as fault:
        struck.run(*change)
        fault.until(lambda: well(struck, before), "old ones first")
    (deployment,) = struck.application(target)["deployed_app_config"]["deployments"]
    assert deployment["max_surge_percent"] == 0, "Ray would wait for room for ever"


def full(struck: Site) -> bool:
    """Whether Ray counts all GPUs as used: it does so some seconds late."""
    used = struck.ray("GET", "/nodes?view=summary")["data"]["nodeLogicalResources"].values()
    return all("4.0/4.0 GPU" in text for text in used)


def test_a_forced_stop_does_not_wait_for_requests(struck: Site, gone: list[str]) -> None:
    gone.append("cut")
    struck.running("cut")
    before = len(jobs(struck))

    def call() -> None:
        with contextlib.suppress(OSError):  # it is cut off
            struck.call("cut", "?sleep=50", seconds=60)

    slow = threading.Thread(target=call)
    slow.start()
    time.sleep(1)
    struck.run("deactivate", "cut", "--force", "--wait", seconds=40)
    slow.join()
    until(lambda: all(s == "SUCCEEDED" for s in jobs(struck)))
    assert len(jobs(struck)) == before + 1, "one job ends what is asked for"


def jobs(struck: Site) -> list[str]:
    """How each of Ray's jobs is."""
    return [j["status"] for j in struck.ray("GET", "/api/jobs/")]


def test_a_killed_dashboard_costs_no_request_and_is_started_again_alone(
    struck: Site, target: str, watch: Watch
) -> None:
    before, words = struck.pids(target), "cannot be connected to"
    said = struck.said(words)
    with watch.fault(target, "dashboard killed", "kill -9, then cluster up") as fault:
        dashboard = struck.process("dashboard/dashboard.py")
        assert dashboard
        dashboard.kill()
        until(lambda: struck.json("cluster", "status")["state"] == "broken")
        until(lambda: struck.said(words) == said + 1, 20)
        problem = struck.json("cluster", "status")["error"]
        assert "dashboard process is gone" in problem
        assert "tasktui cluster up" in problem
        assert struck.task(target)["status"] == "Running", "what is not seen is not changed"
        fault.strike()
        struck.run("cluster", "up")
        until(lambda: struck.json("cluster", "status")["error"] is None)
        fault.until(lambda: well(struck), "only it started again")
    assert not fault.load.failed, fault.load.failures
    assert struck.pids(target) == before


def test_a_head_that_lost_everything_gets_packages_and_tasks_again(
    struck: Site, target: str, watch: Watch
) -> None:
    said, lost = struck.said("Ray's dashboard at"), struck.said("Ray lost it", target)
    with watch.fault(target, "head killed", "kill -9, then cluster up", theirs="gone") as fault:
        head = struck.process("gcs_server")
        assert head
        head.kill()
        until(lambda: struck.json("cluster", "status")["state"] == "broken")
        until(lambda: struck.said("Ray's dashboard at") > said, 30)
        assert struck.task(target)["status"] == "Running", "what is not seen is not changed"
        fault.strike()
        struck.run("cluster", "up", *SIZE, seconds=180)
        fault.load.url = struck.json("cluster", "status")["serve_url"] + f"/{target}"
        fault.until(lambda: well(struck), "task again", 90)
    assert struck.call(target)[0] == 200
    assert "theirs" not in struck.applications(), "what others had is not ours to restore"
    assert struck.statuses(target)[-2:] == ["Starting", "Running"]
    assert struck.said("Ray lost it", target) == lost + 1, (
        struck.run("events") + (struck.state_dir / "scheduler.log").read_text()
    )
