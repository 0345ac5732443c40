"""What teams have already comes in on a real Ray: configurations, running applications, tasks."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from e2e.foreign import Foreign
from e2e.site import Site, until

pytestmark = pytest.mark.ray

SHOP = '''
"""A composition, and a model whose code says how it scales."""

import os

from ray import serve
from ray.serve.handle import DeploymentHandle
from starlette.requests import Request


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
class Price:
    def __call__(self, item: str) -> dict:
        return {"item": item, "pid": os.getpid()}


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
class Shop:
    def __init__(self, price: DeploymentHandle) -> None:
        self.price = price

    async def __call__(self, request: Request) -> dict:
        return await self.price.remote(request.query_params.get("item", "tea"))


@serve.deployment(
    ray_actor_options={"num_cpus": 0.1},
    autoscaling_config={"min_replicas": 1, "max_replicas": 3, "target_ongoing_requests": 5},
)
class Elastic:
    def __call__(self, request: Request) -> dict:
        return {"pid": os.getpid()}


shop = Shop.bind(Price.bind())
elastic = Elastic.bind()
'''
NAMES = ("shop", "elastic", "once", "daily")


def config(folder: Path) -> dict[str, Any]:
    """As a team keeps it for ``serve deploy``."""
    env = {"env_vars": {"PYTHONPATH": str(folder)}}
    return {
        "applications": [
            {
                "name": "shop",
                "route_prefix": "/buy",
                "import_path": "theshop:shop",
                "runtime_env": env,
                "deployments": [{"name": "Price", "num_replicas": 2}],
            },
            {
                "name": "elastic",
                "route_prefix": "/elastic",
                "import_path": "theshop:elastic",
                "runtime_env": env,
            },
        ]
    }


def console_task(scheduling: dict[str, Any]) -> str:
    ray = {"file_path": "serve", "deployment_name": "app", "replica_resource": {"cpu": 0.1}}
    return json.dumps({"config": {"ray_task_config": ray}, "task_scheduling": scheduling})


@pytest.fixture
def files(site: Site) -> Iterator[dict[str, str]]:
    """A configuration with two applications, and two tasks of the console, of either kind."""
    folder = site.folder / "incoming"
    folder.mkdir()
    (folder / "theshop.py").write_text(SHOP)
    soon = {"trigger_timestamp": int(time.time()) + 25, "min_replicas": 1, "max_replicas": 1}
    trigger = {"timezone": "UTC", "Hour": 3, "minute": 0, "min_replicas": 1, "max_replicas": 2}
    texts = {
        "serve.yaml": yaml.safe_dump(config(folder)),
        "once.json": console_task({"scheduling_oneoff": soon}),
        "daily.json": console_task({"scheduling_daily": {"triggers": [trigger]}}),
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    yield {name: str(folder / name) for name in texts}
    for name in NAMES:
        site.put_away(name)


def test_configurations_and_tasks_come_in_and_nothing_that_runs_restarts(
    site: Site, foreign: Foreign, files: dict[str, str]
) -> None:
    deployed = yaml.safe_load(Path(files["serve.yaml"]).read_text())["applications"]
    theirs = site.applications()
    # Somebody deploys one of the two with Ray's own means before tasktui hears of it.
    kept = [a["deployed_app_config"] for a in theirs.values()]
    site.ray("PUT", "/api/serve/applications/", {"applications": [*kept, deployed[0]]})
    until(lambda: site.applications()["shop"]["status"] == "RUNNING", 90)
    before = pids(site, "shop")

    site.run("artifact", "add", str(site.own_model("console")), "--name", "console", "--cpu", "0.1")
    planned = site.json("import", *files.values(), "--artifact", "console", "--plan")["items"]
    does = {i["name"]: i["does"] for i in planned}
    assert does == {
        "shop": "adopts what runs",
        "elastic": "new task",
        "once": "new task",
        "daily": "new task",
    }
    words = ("import", *files.values(), "--artifact", "console", "--yes", "--activate")
    assert all(i["done"] for i in site.json(*words)["items"])

    site.run("wait", "elastic", "--for", "Running", "--timeout", "120", seconds=150)
    site.run("wait", "once", "--for", "Running", "--timeout", "120", seconds=150)
    assert site.task("daily")["status"] == "In-queue"
    assert site.get(site.task("shop")["endpoint"] + "?item=cake")[1]["item"] == "cake"
    assert site.task("shop")["endpoint"].endswith("/buy")
    assert site.get(site.task("elastic")["endpoint"])[0] == 200
    assert pids(site, "shop") == before, "an adopted application was restarted"
    apps = {a["name"]: a for a in site.json("apps")}
    assert (apps["shop"]["task"], apps["elastic"]["task"]) == ("shop", "elastic")
    assert apps["theirs"]["foreign"]

    site.run("disown", "shop")
    time.sleep(3)
    assert pids(site, "shop") == before, "an application that was let go was restarted"
    site.run("adopt", "shop", "--yes")
    until(lambda: site.task("shop")["status"] == "Running", 20)
    site.run("deactivate", "shop", "--wait", seconds=120)
    assert "shop" not in site.applications()
    assert foreign.untouched()


def pids(site: Site, app: str) -> set[int]:
    """Processes of the replicas of an application that is not named after a task."""
    deployments = site.applications()[app]["deployments"].values()
    return {r["pid"] for d in deployments for r in d["replicas"]}
