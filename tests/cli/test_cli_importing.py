"""``import``, ``apps``, ``adopt`` and ``disown``, over a fake Ray on a real socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.tool import Tool
from fake_server import FakeServer
from tasktui.engine.fake import FakeRay
from tasktui.errors import NotFound

SERVE = """
http_options: {port: 8000}
applications:
  - name: text_ml
    route_prefix: /text
    import_path: text:app
    runtime_env: {env_vars: {TOKEN: very-secret}}
    deployments: [{name: Model, num_replicas: 2}]
  - name: broken
    route_prefix: broken
    import_path: text:app
"""
ONCE = {
    "config": {"ray_task_config": {"file_path": "serve", "deployment_name": "app"}},
    "task_scheduling": {
        "scheduling_oneoff": {
            "trigger_timestamp": 4_000_000_000,
            "min_replicas": 1,
            "max_replicas": 2,
        }
    },
}


@pytest.fixture
def ray(tool: Tool) -> Iterator[FakeServer]:
    with FakeServer(FakeRay()).running() as server:
        tool.environ["RAY_DASHBOARD_ADDRESS"] = server.address
        yield server


@pytest.fixture
def serve(tmp_path: Path) -> str:
    path = tmp_path / "serve.yaml"
    path.write_text(SERVE)
    return str(path)


@pytest.mark.usefixtures("ray")
def test_a_plan_names_all_and_writes_nothing(tool: Tool, serve: str) -> None:
    said = tool.run("import", serve, "--plan", code=2)
    assert "application text_ml: new task" in said
    assert "application broken: cannot be taken over (route_prefix must begin" in said
    assert "left out  http_options.port" in said
    assert "TOKEN" in said
    assert "very-secret" not in said
    assert tool.json("ls") == []


@pytest.mark.usefixtures("ray")
def test_one_bad_item_keeps_no_other_out(tool: Tool, serve: str) -> None:
    body = tool.json("import", serve, "--yes", code=2)
    assert [(i["what"], i["done"]) for i in body["items"]] == [
        ("application text_ml", True),
        ("application broken", False),
    ]
    assert "very-secret" not in json.dumps(body)
    shown = tool.json("show", "text-ml")
    assert "2-2" in json.dumps(shown["schedule"])
    again = tool.json("import", serve, "--yes", code=2)
    assert [i["does"] for i in again["items"]] == ["already there", "cannot be taken over"]


@pytest.mark.usefixtures("ray")
def test_nothing_is_made_without_a_word(tool: Tool, serve: str) -> None:
    tool.run("import", serve, code=2)
    assert "--yes" in tool.err
    assert tool.json("ls") == []


def test_a_task_of_the_console_runs_the_artifact_that_is_named(tool: Tool, tmp_path: Path) -> None:
    path = tmp_path / "nightly.json"
    path.write_text(json.dumps(ONCE))
    assert "--artifact" in tool.run("import", str(path), "--plan", code=2)
    tool.run("import", str(path), "--artifact", "echo", "--yes", "--activate")
    assert tool.json("show", "nightly")["status"] == "In-queue"


def test_ones_own_file_is_taken_too(tool: Tool, tmp_path: Path) -> None:
    path = tmp_path / "chat.yaml"
    path.write_text("name: chat\nartifact: echo\nschedule: {type: one-off, at: now}\n")
    tool.run("import", str(path), "--yes")
    assert tool.json("import", str(path), "--yes")["items"][0]["does"] == "already there"


def test_a_file_may_refer_to_parts_of_itself_but_not_grow_without_end(
    tool: Tool, tmp_path: Path
) -> None:
    path = tmp_path / "serve.yaml"
    path.write_text(
        "applications:\n- {name: a, route_prefix: /a, import_path: 'm:a', runtime_env: &env {}}\n"
        "- {name: b, route_prefix: /b, import_path: 'm:b', runtime_env: *env}\n"
    )
    assert len(tool.json("import", str(path), "--plan")["items"]) == 2
    laughs = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    path.write_text(f"l0: &l0 [x]\n{laughs}")
    assert "too large" in tool.fails("import", str(path))
    path.write_text("applications: &all [*all]\n")
    assert "too large" in tool.fails("import", str(path))


def test_what_is_none_of_these_is_refused(tool: Tool, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("colour: red\n")
    assert "colour" in tool.fails("import", str(path))


def test_foreign_applications_are_listed_adopted_and_let_go(tool: Tool, ray: FakeServer) -> None:
    ray.ray.deploy_foreign("others")
    ray.ray.deploy_foreign("script", imperative=True)
    found: list[dict[str, Any]] = tool.json("apps")
    assert [(a["name"], a["foreign"], a["source"]) for a in found] == [
        ("others", True, "declarative"),
        ("script", True, "imperative"),
    ]
    assert "foreign" in tool.run("apps")
    assert "nothing restarts" in tool.run("adopt", "others", "--plan")
    assert tool.json("ls") == []
    assert "serve.run" in tool.fails("adopt", "script", "--yes")
    assert "tasktui apps" in tool.fails("adopt", "nothing", "--yes", code=NotFound.exit_code)
    tool.run("adopt", "others", "--yes")
    assert tool.json("show", "others")["status"] == "Running"
    assert tool.json("apps")[0]["task"] == "others"
    tool.run("disown", "others")
    assert tool.json("apps")[0]["foreign"]
