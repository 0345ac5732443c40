"""Ray Serve's own files: every key is taken over, or named with its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from make import make_app
from tasktui.commands.serveconfig import from_running, is_config, read_config
from tasktui.domain.observed import Source
from tasktui.errors import InvalidField

WHOLE: dict[str, Any] = {
    "proxy_location": "EveryNode",
    "http_options": {"host": "0.0.0.0", "port": 8000},  # noqa: S104 - what such files hold
    "surprise": 1,
    "applications": [
        {
            "name": "Text_ML",
            "route_prefix": "/text",
            "import_path": "text.app:graph",
            "runtime_env": {"working_dir": "https://x/y.zip", "env_vars": {"A": "1"}},
            "args": {"size": 3},
            "speling": True,
            "deployments": [
                {"name": "Ingress", "num_replicas": 1},
                {
                    "name": "Model",
                    "autoscaling_config": {
                        "min_replicas": 1,
                        "max_replicas": 4,
                        "target_ongoing_requests": 7,
                    },
                    "ray_actor_options": {"num_gpus": 1, "num_cpus": 2},
                },
            ],
        }
    ],
}


def test_an_application_is_taken_over_whole_but_for_its_name_route_and_variables() -> None:
    assert is_config(WHOLE)
    (found,), _ = read_config(WHOLE)
    assert (found.name, found.app, found.route) == ("text-ml", "Text_ML", "/text")
    assert (found.file_path, found.deployment_name) == ("text/app", "graph")
    assert found.env == {"A": "1"}
    assert found.scaled == "Model"
    assert found.autoscaling == {"target_ongoing_requests": 7}
    assert found.base == {
        "import_path": "text.app:graph",
        "runtime_env": {"working_dir": "https://x/y.zip"},
        "args": {"size": 3},
        "deployments": WHOLE["applications"][0]["deployments"],
    }


def test_what_is_not_taken_over_is_named() -> None:
    (found,), left = read_config(WHOLE)
    assert [text.partition(":")[0] for text in left] == [
        "proxy_location",
        "http_options.host",
        "http_options.port",
        "surprise",
    ]
    assert [text.partition(":")[0] for text in found.left_out] == ["speling"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"import_path": "nothing"}, "import_path"),
        ({"import_path": None}, "import_path"),
        ({"route_prefix": "text"}, "route_prefix"),
        ({"route_prefix": None}, "route_prefix is null"),
        ({"args": [1]}, "args"),
        ({"deployments": {"a": 1}}, "deployments"),
        ({"deployments": [{"num_replicas": 1}]}, "has no name"),
        ({"deployments": [{"name": "A"}, {"name": "A"}]}, "there twice"),
        ({"deployments": [{"name": "A", "num_replicas": 0}]}, "num_replicas"),
        (
            {"deployments": [{"name": "A", "autoscaling_config": {"min_replicas": 3}}]},
            "min_replicas <= max_replicas",
        ),
        ({"deployments": [{"name": "A", "ray_actor_options": {"num_gpus": -1}}]}, "num_gpus"),
        ({"runtime_env": {"env_vars": {"A": 1}}}, "must be text"),
        ({"runtime_env": {"working_dir": "./here"}}, "every node can reach"),
        ({"runtime_env": {"pip": ["a"], "conda": "b"}}, "one of them"),
        ({"runtime_env": {"image_uri": "x", "pip": ["a"]}}, "allows no pip"),
        ({"external_scaler_enabled": True}, "external_scaler_enabled"),
    ],
)
def test_what_ray_would_refuse_is_refused_before(change: dict[str, Any], said: str) -> None:
    form = {**WHOLE["applications"][0], **change}
    (found,), _ = read_config({"applications": [form]})
    assert said in found.problem


@pytest.mark.parametrize("given", [None, [], {"a": 1}, "x"])
def test_no_list_of_applications_is_refused(given: object) -> None:
    with pytest.raises(InvalidField, match="applications"):
        read_config({"applications": given})


def test_an_item_that_is_no_mapping_keeps_the_others() -> None:
    found, _ = read_config({"applications": ["x", WHOLE["applications"][0]]})
    assert [bool(i.problem) for i in found] == [True, False]


def test_what_a_program_deployed_cannot_be_taken_over() -> None:
    app = make_app(app="others", source=Source.IMPERATIVE)
    assert "serve.run" in from_running(app).problem


def test_bounds_of_the_code_are_known_from_what_runs() -> None:
    config = {"name": "shop", "import_path": "shop:app"}
    shapes: dict[str, dict[str, object]] = {
        "Ingress": {"num_replicas": 1},
        "Model": {"autoscaling_config": {"min_replicas": 2, "max_replicas": 6}},
    }
    app = replace(make_app(app="shop", config=config), shapes=shapes, ingress="Ingress")
    found = from_running(app)
    assert (found.scaled, found.app) == ("Model", "shop")
    assert found.autoscaling == {"min_replicas": 2, "max_replicas": 6}
    assert found.base == {"import_path": "shop:app"}
