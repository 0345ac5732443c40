"""What is exported runs on another cluster, deployed by Ray's own tool."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from e2e.conftest import new_site
from e2e.site import MODEL, Site, until
from ray_cluster import RayCluster, ray_cluster

pytestmark = pytest.mark.ray

SHOP = """
from ray import serve


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
class Price:
    def __call__(self) -> str:
        import os

        return os.environ["GREETING"]


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
class Shop:
    def __init__(self, price: object) -> None:
        self.price = price

    async def __call__(self, request: object) -> dict:
        return {"said": await self.price.remote()}


@serve.deployment(
    ray_actor_options={"num_cpus": 0.1},
    autoscaling_config={"min_replicas": 1, "max_replicas": 3},
)
class Elastic:
    def __call__(self, request: object) -> dict:
        return {"said": "elastic"}


shop = Shop.bind(Price.bind())
elastic = Elastic.bind()
"""


@pytest.fixture
def site() -> Iterator[Site]:
    """A state directory that has never seen a cluster."""
    with new_site({"TASKTUI_NO_SCHEDULER": "1"}) as made:
        yield made


def application(name: str, folder: Path, **more: Any) -> dict[str, Any]:
    env = {"env_vars": {"PYTHONPATH": str(folder), "GREETING": "hello"}}
    path = f"theshop:{name}"
    return {
        "name": name,
        "route_prefix": f"/{name}",
        "import_path": path,
        "runtime_env": env,
        **more,
    }


def moved_in(site: Site) -> None:
    """Tasks of every origin: a configuration with a composition, both kinds of the console's."""
    folder = site.folder / "code"
    folder.mkdir()
    (folder / "theshop.py").write_text(SHOP)
    composition = application("shop", folder, deployments=[{"name": "Price", "num_replicas": 2}])
    config = {"applications": [composition, application("elastic", folder)]}
    ray = {"file_path": "serve", "deployment_name": "app", "replica_resource": {"cpu": 0.1}}
    bounds = {"min_replicas": 1, "max_replicas": 2}
    once = {"scheduling_oneoff": {"trigger_timestamp": int(time.time()) + 9_000, **bounds}}
    trigger = {"timezone": "Asia/Tokyo", "Hour": 8, "minute": 30, "second": 0, **bounds}
    daily = {"scheduling_daily": {"triggers": [trigger]}}
    files = {"serve.yaml": yaml.safe_dump(config)}
    for name, scheduling in (("once", once), ("daily", daily)):
        body = {"config": {"ray_task_config": ray}, "task_scheduling": scheduling}
        files[f"{name}.json"] = json.dumps(body)
    for name, text in files.items():
        (folder / name).write_text(text)
    site.run("artifact", "add", str(site.own_model("mine", MODEL)), "--name", "mine", "--cpu=0.1")
    paths = [str(folder / name) for name in files]
    done = site.json("import", *paths, "--artifact", "mine", "--yes")["items"]
    assert [(i["name"], i["done"]) for i in done] == [
        ("shop", True),
        ("elastic", True),
        ("once", True),
        ("daily", True),
    ]


def test_an_exported_configuration_is_deployed_on_another_cluster(site: Site) -> None:
    moved_in(site)
    out = site.folder / "out"
    out.mkdir()
    file = out / "serve.yaml"
    said = site.json("export", "--format", "serve", "-o", str(file), "--with-values")
    assert said["left_out"] == ["daily: its schedule; it has 1-2 replicas there"]
    with ray_cluster() as cluster:
        options = {"host": "127.0.0.1", "port": cluster.serve_port}
        asked(cluster, "PUT", {"http_options": options, "applications": []})
        serve = str(Path(sys.executable).parent / "serve")
        done = subprocess.run(
            [serve, "deploy", "--address", cluster.address, str(file)],
            env=cluster.environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, (done.stdout, done.stderr)
        names = {"shop", "elastic", "once", "daily"}
        until(lambda: running(cluster) == names, 150)
        url = f"http://127.0.0.1:{cluster.serve_port}"
        assert site.get(f"{url}/shop") == (200, {"said": "hello"})
        assert site.get(f"{url}/elastic") == (200, {"said": "elastic"})
        assert site.get(f"{url}/once")[1]["model"] == "own"
        assert site.get(f"{url}/daily")[1]["model"] == "own"


def running(cluster: RayCluster) -> set[str]:
    """Names of the applications that run."""
    apps = asked(cluster, "GET")["applications"]
    failed = {n: a["message"] for n, a in apps.items() if a["status"] == "DEPLOY_FAILED"}
    assert not failed
    return {n for n, a in apps.items() if a["status"] == "RUNNING"}


def asked(cluster: RayCluster, method: str, body: object = None) -> Any:
    """What Ray answers about its applications."""
    request = urllib.request.Request(
        f"{cluster.address}/api/serve/applications/",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {cluster.token}"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or b"null")
