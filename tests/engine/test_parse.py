from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tasktui.domain.observed import AppStatus, Resources
from tasktui.engine import parse
from tasktui.errors import Unreachable

APP = {
    "status": "RUNNING",
    "message": "",
    "route_prefix": "/chat",
    "source": "declarative",
    "last_deployed_time_s": 1772719200.0,
    "deployed_app_config": {"name": "chat"},
    "deployments": {
        "Echo": {
            "message": "one of them is slow",
            "replicas": [
                {
                    "replica_id": "r1",
                    "state": "RUNNING",
                    "node_id": "n",
                    "pid": 7,
                    "start_time_s": 1772719200.5,
                    "log_file_path": "/serve/replica.log",
                }
            ],
        }
    },
}


def test_an_application_is_read_with_its_replicas_and_the_first_message() -> None:
    app = parse.apps({"applications": {"chat": APP}})["chat"]
    assert (app.status, app.route, app.message) == (
        AppStatus.RUNNING,
        "/chat",
        "one of them is slow",
    )
    (replica,) = app.replicas
    assert (replica.pid, replica.ready) == (7, True)
    assert replica.actor == "SERVE_REPLICA::chat#Echo#r1"
    assert replica.started_at == datetime(2026, 3, 5, 14, 0, 0, 500000, tzinfo=UTC)


@pytest.mark.parametrize("odd", [{}, {"status": "SHINY"}, {"deployments": None}])
def test_missing_and_unknown_fields_do_not_break_the_reading(odd: dict[str, object]) -> None:
    app = parse.apps({"applications": {"chat": odd}})["chat"]
    assert app.status is AppStatus.UNKNOWN
    assert app.replicas == ()


@pytest.mark.parametrize("answer", [None, [], "hello", 3])
def test_an_answer_that_is_not_rays_is_not_read_as_no_applications(answer: object) -> None:
    with pytest.raises(Unreachable, match="not Ray's"):
        parse.apps(answer)


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({"host": "127.0.0.1", "port": 8000}, "http://127.0.0.1:8000"),
        ({"host": "0.0.0.0", "port": 8000}, "http://head:8000"),  # noqa: S104
        ({"host": "::1", "port": 8000, "root_path": "/api/"}, "http://[::1]:8000/api"),
        ({"host": "h", "port": 1, "ssl_keyfile": "k"}, "https://h:1"),
        ({}, ""),
    ],
)
def test_the_service_url_is_where_the_proxy_listens(options: dict[str, object], url: str) -> None:
    body = {"http_options": options, "proxies": {"n": {}}}
    assert parse.serve_url(body, "http://head:8265") == url


def test_there_is_no_service_url_before_a_proxy_runs() -> None:
    assert parse.serve_url({"http_options": {"host": "h", "port": 1}}, "http://h:2") == ""


def test_use_of_a_node_is_read_from_its_text() -> None:
    text = "1.5/4.0 CPU\n2.0/4.0 GPU\n512MiB/22.95GiB memory\n0B/95.37MiB object_store_memory"
    assert parse.used(text) == Resources(cpu=1.5, memory_gb=0.5, gpu=2.0)


def test_custom_resources_are_told_from_marks_and_groups() -> None:
    total = {
        "CPU": 4.0,
        "memory": 2**30,
        "object_store_memory": 100.0,
        "licence": 2.0,
        "node:10.0.0.1": 1.0,
        "node:__internal_head__": 1.0,
        "accelerator_type:H100": 1.0,
        "bundle_group_0_3cd8": 1000.0,
        "CPU_group_3cd8": 1.0,
        "licence_group_0_3cd8": 1.0,
    }
    rows = [{"node_id": "a", "state": "ALIVE", "node_name": "n", "resources_total": total}]
    text = "1.0/4.0 CPU\n0.5/2.0 licence\n0.0/1.0 node:10.0.0.1"
    (node,) = parse.nodes(
        {"data": {"result": {"result": rows}}}, {"data": {"nodeLogicalResources": {"a": text}}}
    )
    assert node.total == Resources(cpu=4, memory_gb=1, custom=(("licence", 2.0),))
    assert node.used == Resources(cpu=1, custom=(("licence", 0.5),))


def test_dead_nodes_are_left_out_and_gpu_types_are_read() -> None:
    rows = [
        {
            "node_id": "a",
            "state": "ALIVE",
            "node_name": "10.0.0.1",
            "resources_total": {"CPU": 4.0, "GPU": 2.0, "accelerator_type:H100": 1.0},
        },
        {"node_id": "b", "state": "DEAD", "resources_total": {}},
    ]
    listed = {"data": {"result": {"result": rows}}}
    summary = {
        "data": {
            "nodeLogicalResources": {"a": "1.0/4.0 CPU"},
            "summary": [{"hostname": "gpu-1", "raylet": {"nodeId": "a"}}],
        }
    }
    (node,) = parse.nodes(listed, summary)
    assert (node.name, node.gpu_type, node.total.gpu, node.used.cpu) == ("gpu-1", "H100", 2, 1)


@pytest.mark.parametrize(
    ("types", "autoscaled"),
    [({"i-1": "gpu-group"}, True), ({"i-1": "node_i-1"}, False), ({}, False)],
)
def test_an_autoscaler_is_told_from_the_read_only_provider(
    types: dict[str, str], autoscaled: bool
) -> None:
    status = {"data": {"clusterStatus": {"autoscalerReport": {"nodeTypeMapping": types}}}}
    assert parse.autoscaled(status) is autoscaled


DIED = "RuntimeError: no weights"


@pytest.mark.parametrize(
    ("own", "theirs", "message"),
    [
        ("", DIED, DIED),
        ("Failed to update the deployments ['Echo'].", DIED, DIED),
        ("The deployments ['Echo'] are UNHEALTHY.", DIED, DIED),
        (
            "Failed to update the deployments ['Echo'].",
            "",
            "Failed to update the deployments ['Echo'].",
        ),
        ("ModuleNotFoundError: x", DIED, "ModuleNotFoundError: x"),
    ],
)
def test_a_message_that_only_names_deployments_gives_way_to_theirs(
    own: str, theirs: str, message: str
) -> None:
    body = {**APP, "message": own, "deployments": {"Echo": {"message": theirs}}}
    assert parse.apps({"applications": {"chat": body}})["chat"].message == message


def test_values_of_variables_are_found_wherever_they_stand() -> None:
    env = {"env_vars": {"A": "hunter22"}}
    own = {"name": "D", "ray_actor_options": {"runtime_env": {"env_vars": {"B": "hunter33"}}}}
    config = {"runtime_env": env, "deployments": [own, {"name": "E"}, None]}
    assert parse.secrets([config]) == ["hunter22", "hunter33"]
    assert parse.secrets([None, {"runtime_env": 1, "deployments": 2}]) == []
