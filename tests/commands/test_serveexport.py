from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from make import DIGEST, NOW, make_arming, make_daily, make_one_off, make_replicas, make_task
from tasktui.commands.serveexport import Export, Exported, replicas_of
from tasktui.config import Config
from tasktui.domain.artifact import ArtifactKind, Spec
from tasktui.domain.recipe import Recipe
from tasktui.domain.schedule import Schedule
from tasktui.domain.task import Override, Task
from tasktui.errors import Conflict

BASE = {
    "import_path": "text.models:app",
    "runtime_env": {"working_dir": "https://host/repo.zip"},
    "deployments": [
        {
            "name": "Inner",
            "num_replicas": 2,
            "ray_actor_options": {"num_gpus": 1, "runtime_env": {"env_vars": {"KEY": "hunter22"}}},
        }
    ],
}


def exported(*tasks: Task, values: bool = False) -> Exported:
    made = Export(
        now=NOW,
        config=Config(state_dir=Path("state")),
        place=lambda digest: f"file:///shared/{digest}.zip",
        values=values,
    )
    return made.of(tasks)


def application(*tasks: Task, **kw: Any) -> dict[str, Any]:
    (found,) = exported(*tasks, **kw).config["applications"]
    return dict(found)


def moved_in(**kw: Any) -> Task:
    """A task that runs an application in Ray's own form."""
    defaults: dict[str, Any] = {
        "name": "text",
        "kind": ArtifactKind.CONFIG,
        "digest": "",
        "scaled": "Inner",
        "recipe": Recipe(base=BASE),
        "app": "text_ml",
        "own_route": "/api/text",
        "schedule": make_one_off(None, "2"),
    }
    return make_task(**{**defaults, **kw})


def test_a_task_becomes_an_application_of_its_own_name_with_its_package_by_place() -> None:
    task = make_task(spec=Spec(cpu=2, gpu=1), schedule=make_one_off(None, "1-3"), restarts=4)
    app = application(task)
    assert (app["name"], app["route_prefix"], app["import_path"]) == ("chat", "/chat", "serve:app")
    assert app["runtime_env"] == {"working_dir": f"file:///shared/{DIGEST}.zip"}
    (deployment,) = app["deployments"]
    assert deployment["name"] == "Echo"
    assert deployment["autoscaling_config"] == {"min_replicas": 1, "max_replicas": 3}
    assert deployment["ray_actor_options"] == {"num_cpus": 2, "num_gpus": 1}
    assert exported(task).packages == (DIGEST,)


def test_an_application_that_moved_in_goes_out_as_it_came() -> None:
    app = application(moved_in(), values=True)
    app["deployments"] = [
        {k: v for k, v in d.items() if k != "max_surge_percent"} for d in app["deployments"]
    ]
    assert app == {**BASE, "name": "text_ml", "route_prefix": "/api/text"}
    assert exported(moved_in()).packages == ()


@pytest.mark.parametrize("values", [False, True])
def test_values_are_placeholders_unless_they_are_asked_for(values: bool) -> None:
    env = {"KEY": "hunter22", "TOKEN": "env:HF_TOKEN", "CERT": "file:/etc/cert"}
    found = exported(make_task(env=env), values=values)
    (app,) = found.config["applications"]
    assert app["runtime_env"]["env_vars"] == {
        "KEY": "hunter22" if values else "${CHAT_KEY}",
        "TOKEN": "${HF_TOKEN}",
        "CERT": "${CHAT_CERT}",
    }
    named = {
        "HF_TOKEN": "TOKEN of chat (env:HF_TOKEN)",
        "CHAT_CERT": "CERT of chat (file:/etc/cert)",
    }
    assert found.placeholders == (named if values else {"CHAT_KEY": "KEY of chat", **named})


def test_values_of_single_deployments_stay_here_too() -> None:
    found = exported(moved_in())
    assert "hunter22" not in str(found.config)
    assert found.placeholders == {"TEXT_ML_INNER_KEY": "KEY of text_ml-Inner"}
    assert BASE["deployments"][0]["ray_actor_options"]["runtime_env"] == {  # type: ignore[index]
        "env_vars": {"KEY": "hunter22"}
    }


DAILY = make_daily("08:00=2-4,20:00=0-0")


@pytest.mark.parametrize(
    ("schedule", "armed", "override", "bounds"),
    [
        (make_one_off(None, "1-2"), False, None, "1-2"),
        (DAILY, False, None, "2-4"),
        (make_daily("08:00=2-4,13:00=0-1"), True, None, "0-1"),
        (make_daily("08:00=2-4,13:00=0-0"), True, None, "2-4"),
        (DAILY, True, "5", "5"),
    ],
    ids=["one-off", "not activated", "in force", "stopped now", "by hand"],
)
def test_the_bounds_are_those_in_force_else_the_largest(
    schedule: Schedule, armed: bool, override: str | None, bounds: str
) -> None:
    hand = Override(make_replicas(override), NOW, None, "op") if override else None
    task = make_task(schedule=schedule, armed=make_arming() if armed else None, override=hand)
    assert replicas_of(task, NOW) == make_replicas(bounds)


def test_what_does_not_go_along_is_named() -> None:
    here = {**BASE, "runtime_env": {"working_dir": "gcs://_ray_pkg_1.zip"}}
    tasks = [make_task(schedule=DAILY), moved_in(recipe=Recipe(base=here))]
    assert exported(*tasks).notes == (
        "chat: its schedule; it has 2-4 replicas there",
        "text: its package gcs://_ray_pkg_1.zip, which this cluster alone keeps",
    )


def test_two_applications_of_one_name_are_refused() -> None:
    with pytest.raises(Conflict, match="Two tasks would be the application text_ml"):
        exported(moved_in(), moved_in(name="other"))


@given(env=st.dictionaries(st.from_regex(r"[A-Z]{1,4}", fullmatch=True), st.text(min_size=6)))
def test_no_value_of_a_variable_is_ever_exported(env: dict[str, str]) -> None:
    found = exported(make_task(env=env)).config["applications"][0]["runtime_env"]
    said = found.get("env_vars", {})
    assert said.keys() == env.keys()
    assert all(v.startswith("${") and v.endswith("}") for v in said.values())


READ = """
import json, sys
from ray.serve.schema import ServeDeploySchema
read = ServeDeploySchema.model_validate(json.load(sys.stdin))
print(json.dumps(read.model_dump(mode="json", exclude_unset=True)))
"""


@pytest.mark.ray
def test_rays_own_schema_takes_what_is_exported() -> None:
    tasks = [make_task(schedule=DAILY, env={"TOKEN": "env:TOKEN"}, spec=Spec(gpu=1)), moved_in()]
    found = json.dumps(exported(*tasks).config)
    done = subprocess.run(
        [sys.executable, "-c", READ],
        input=found,
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(found)
