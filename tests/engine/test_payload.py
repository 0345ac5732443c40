from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from make import DIGEST, make_app, make_replicas, make_service
from tasktui.domain.artifact import Spec
from tasktui.domain.recipe import Health, Recipe
from tasktui.domain.service import Service
from tasktui.engine.payload import (
    anew,
    differing,
    elastic,
    lost_package,
    restarts,
    same,
    surges,
    to_config,
)


def test_a_service_names_its_package_its_bounds_and_its_resources() -> None:
    service = make_service(spec=Spec(cpu=2, memory_gb=1.5, gpu=1, gpu_type="H100"), drain_s=30)
    assert to_config(service) == {
        "name": "tasktui-0a1b2c-chat",
        "route_prefix": "/chat",
        "import_path": "serve:app",
        "runtime_env": {"working_dir": f"gcs://_ray_pkg_{DIGEST}.zip"},
        "deployments": [
            {
                "name": "Echo",
                "autoscaling_config": {"min_replicas": 1, "max_replicas": 2},
                "graceful_shutdown_timeout_s": 30,
                "max_surge_percent": 100,
                "ray_actor_options": {
                    "num_cpus": 2,
                    "num_gpus": 1,
                    "memory": 1610612736,
                    "accelerator_type": "H100",
                },
            }
        ],
    }


TOLD = Recipe(
    requirements=("torch==2.5.1",),
    args={"max_tokens": 512, "heat": 1.0},
    health=Health(check_period_s=5, check_timeout_s=2.5, start_limit_s=60),
)


def test_what_a_manifest_says_reaches_ray() -> None:
    spec = Spec(custom=(("licence", 0.5),))
    config = to_config(make_service(recipe=TOLD, spec=spec, env={"A": "1"}))
    assert config["args"] == {"max_tokens": 512, "heat": 1.0}
    assert config["runtime_env"] == {
        "working_dir": f"gcs://_ray_pkg_{DIGEST}.zip",
        "pip": ["torch==2.5.1"],
        "env_vars": {"A": "1"},
    }
    (deployment,) = config["deployments"]
    assert deployment["ray_actor_options"]["resources"] == {"licence": 0.5}
    assert deployment["health_check_period_s"] == 5
    assert deployment["health_check_timeout_s"] == 2.5
    assert "start_limit_s" not in str(config)


def test_requirements_go_with_a_package_of_ours_only() -> None:
    base = {"runtime_env": {"image_uri": "registry/model:1"}}
    config = to_config(make_service(digest="", recipe=replace(TOLD, base=base)))
    assert config["runtime_env"] == {"image_uri": "registry/model:1"}


@pytest.mark.parametrize(
    ("change", "restarting", "named"),
    [
        ({"recipe": replace(TOLD, args={"max_tokens": 513, "heat": 1})}, True, "args.max_tokens"),
        ({"recipe": replace(TOLD, requirements=())}, True, "runtime_env.pip"),
        (
            {"recipe": replace(TOLD, health=Health(check_period_s=6, check_timeout_s=2.5))},
            False,
            "deployments.Echo.health_check_period_s",
        ),
        (
            {"spec": Spec(custom=(("licence", 1.0),))},
            True,
            "deployments.Echo.ray_actor_options.resources.licence",
        ),
    ],
)
def test_a_change_of_what_a_manifest_says_is_seen(
    change: dict[str, Any], restarting: bool, named: str
) -> None:
    old = make_service(recipe=TOLD, spec=Spec(custom=(("licence", 0.5),)))
    app = make_app(config=to_config(old))
    assert same(old, app)
    new = replace(old, **change)
    assert not same(new, app)
    assert restarts(new, app) is restarting
    assert differing(new, app) == [named]


def test_bounds_go_as_autoscaling_also_when_they_are_equal() -> None:
    (deployment,) = to_config(make_service(replicas="3"))["deployments"]
    assert deployment["autoscaling_config"] == {"min_replicas": 3, "max_replicas": 3}


def test_autoscaling_options_of_the_code_are_sent_along() -> None:
    service = make_service(autoscaling={"target_ongoing_requests": 7})
    (deployment,) = to_config(service)["deployments"]
    assert deployment["autoscaling_config"]["target_ongoing_requests"] == 7


def test_what_was_sent_counts_as_the_same() -> None:
    service = make_service(env={"A": "1"}, restarts=2)
    assert same(service, make_app(config=to_config(service)))


def test_numbers_count_by_value_and_missing_options_as_not_set() -> None:
    service = make_service()
    config = to_config(service)
    config["deployments"][0]["ray_actor_options"] |= {"num_cpus": 1, "memory": None}
    assert same(service, make_app(config=config))


@pytest.mark.parametrize(
    ("change", "rolled"),
    [
        ({"replicas": make_replicas("2-4")}, False),
        ({"drain_s": 5.0}, False),
        ({"import_path": "other:app"}, True),
        ({"digest": "e" * 64}, True),
        ({"env": {"A": "1"}}, True),
        ({"restarts": 1}, True),
        ({"spec": Spec(cpu=2)}, True),
    ],
)
def test_a_change_is_seen_and_known_to_restart_or_not(
    change: dict[str, object], rolled: bool
) -> None:
    old = make_service()
    new = replace(old, **change)  # type: ignore[arg-type]
    app = make_app(config=to_config(old))
    assert not same(new, app)
    assert restarts(new, app) is rolled


@pytest.mark.parametrize("surge", [True, False])
def test_how_a_change_is_rolled_out_is_read_back_and_is_no_difference(surge: bool) -> None:
    service = make_service(surge=surge)
    app = make_app(config=to_config(service))
    assert surges(app) is surge
    assert same(replace(service, surge=not surge), app)
    assert not restarts(replace(service, surge=not surge), app)
    assert not surges(make_app(config={}))


def test_a_package_under_another_name_is_the_same_service() -> None:
    service = make_service(anew="20260305140000")
    app = make_app(config=to_config(service))
    uri = to_config(service)["runtime_env"]["working_dir"]
    assert uri == f"gcs://_ray_pkg_{DIGEST}-20260305140000.zip"
    assert anew(app) == "20260305140000"
    assert same(replace(service, anew=""), app)
    assert not same(replace(service, digest="e" * 64), app)
    assert anew(make_app(config=to_config(make_service()))) == ""
    assert anew(make_app(config={})) == ""


@pytest.mark.parametrize(
    ("message", "lost"),
    [
        ("x\nFailed to download runtime_env file package gcs://_ray_pkg_a.zip from", True),
        (
            "Local directory a for URI gcs://_ray_pkg_a.zip does not exist on the cluster.",
            True,
        ),
        ("RuntimeError: no weights", False),
        ("", False),
    ],
)
def test_a_lost_package_is_known_by_rays_words(message: str, lost: bool) -> None:
    assert lost_package(message) is lost


# Applications in Ray's own form.


def written(replicas: str = "1", *, scaled: str = "Inner", **kw: Any) -> Service:
    """An application that somebody wrote in Ray's form; ``inner`` is its deployment that scales."""
    inner = kw.pop("inner", {})
    base = {
        "import_path": "theirs.models:app",
        "args": {"model": "small"},
        "runtime_env": {"working_dir": "https://host/repo-123.zip"},
        "deployments": [
            {"name": "Inner", "ray_actor_options": {"num_gpus": 1}, **inner},
            {"name": "Outer", "max_ongoing_requests": 7},
        ],
    }
    defaults = {"app": "theirs", "digest": "", "import_path": "x:y", "surge": False}
    given = {"recipe": Recipe(base=base), "scaled": scaled, **defaults, **kw}
    return make_service(replicas=replicas, **given)


def inner(service: Service) -> dict[str, Any]:
    (found,) = (d for d in to_config(service)["deployments"] if d["name"] == "Inner")
    return {k: v for k, v in found.items() if k not in {"name", "ray_actor_options"}}


def test_an_application_in_rays_form_goes_as_it_was_written() -> None:
    service = written("2", inner={"num_replicas": 2}, route="/api/x", env={"KEY": "1"})
    assert to_config(service) == {
        **service.recipe.base,
        "name": "theirs",
        "route_prefix": "/api/x",
        "runtime_env": {
            "working_dir": "https://host/repo-123.zip",
            "env_vars": {"KEY": "1"},
        },
    }


FIXED = {"num_replicas": 2}
SCALING = {"autoscaling_config": {"min_replicas": 1, "max_replicas": 3, "initial_replicas": 2}}
CODE = {"min_replicas": 1, "max_replicas": 4, "target_ongoing_requests": 5}


@pytest.mark.parametrize(
    ("declared", "more", "replicas", "sent"),
    [
        (FIXED, {}, "2", FIXED),
        (FIXED, {}, "3", {"num_replicas": 3}),
        (FIXED, {}, "2-3", {"autoscaling_config": {"min_replicas": 2, "max_replicas": 3}}),
        (SCALING, {}, "1-3", SCALING),
        (
            SCALING,
            {"autoscaling": {"target_ongoing_requests": 9}},
            "2-3",
            {
                "autoscaling_config": {
                    "target_ongoing_requests": 9,
                    "min_replicas": 2,
                    "max_replicas": 3,
                }
            },
        ),
        ({"num_replicas": "auto"}, {}, "1-100", {"num_replicas": "auto"}),
        ({}, {}, "1", {}),
        ({}, {"autoscaling": CODE}, "1-4", {}),
        (
            {},
            {"autoscaling": CODE},
            "2-4",
            {"autoscaling_config": {**CODE, "min_replicas": 2}},
        ),
        ({}, {"autoscaling": CODE}, "1", {"autoscaling_config": {**CODE, "max_replicas": 1}}),
    ],
)
def test_bounds_are_sent_in_the_form_in_which_they_were_declared(
    declared: dict[str, Any], more: dict[str, Any], replicas: str, sent: dict[str, Any]
) -> None:
    assert inner(written(replicas, inner=declared, **more)) == sent


@pytest.mark.parametrize(
    ("declared", "autoscaling"), [(FIXED, {}), ({}, CODE)], ids=["fixed", "by the code"]
)
def test_bounds_that_once_differed_stay_bounds(
    declared: dict[str, Any], autoscaling: dict[str, Any]
) -> None:
    first = written("1-4" if autoscaling else "2", inner=declared, autoscaling=autoscaling)
    before = make_app(config=to_config(first))
    wider = replace(first, replicas=make_replicas("2-6"))
    assert restarts(wider, before)
    after = make_app(config=to_config(wider))
    assert not elastic(first, before)
    assert elastic(first, after)
    assert not restarts(first, after)
    assert not same(first, after)
    back = replace(first, elastic=True)
    assert same(first, make_app(config=to_config(back)))


def test_without_a_deployment_to_scale_all_goes_as_it_was_written() -> None:
    service = written("3-5", scaled="")
    assert to_config(service)["deployments"] == service.recipe.base["deployments"]


def test_a_deployment_that_the_file_does_not_name_gets_bounds_all_the_same() -> None:
    last = to_config(written("2-3", scaled="Third"))["deployments"][-1]
    bounds = {"min_replicas": 2, "max_replicas": 3}
    assert last == {"name": "Third", "autoscaling_config": bounds}


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("args",), {"model": "large"}, "args.model"),
        (("runtime_env", "working_dir"), "https://host/repo-124.zip", "runtime_env.working_dir"),
        (("logging_config",), {"log_level": "DEBUG"}, "logging_config.log_level"),
    ],
)
def test_whatever_another_tool_changes_is_seen(
    path: tuple[str, ...], value: object, said: str
) -> None:
    service = written()
    config = to_config(service)
    *way, last = path
    place = config
    for key in way:
        place = place[key]
    app = make_app(config=config)
    assert same(service, app)
    place[last] = value
    assert differing(service, app) == [said]


def test_what_replaces_new_replicas_first_is_added_to_a_change_alone() -> None:
    app = make_app(config=to_config(written("2", inner=FIXED)))
    assert not surges(app)
    assert same(written("2", inner=FIXED, surge=True), app)
    assert inner(written("2", inner=FIXED, surge=True)) == {**FIXED, "max_surge_percent": 100}
    own = {**FIXED, "max_surge_percent": 20}
    assert inner(written("2", inner=own, surge=True)) == own


def test_an_image_gets_our_deployment_and_no_package() -> None:
    image = {"runtime_env": {"image_uri": "host/model:1"}}
    config = to_config(make_service(digest="", recipe=Recipe(base=image)))
    assert config["runtime_env"] == {"image_uri": "host/model:1"}
    assert config["import_path"] == "serve:app"
    assert [d["name"] for d in config["deployments"]] == ["Echo"]


def test_to_write_out_how_many_replicas_there_are_restarts_none() -> None:
    named = {"name": "Inner", "num_replicas": 2}
    base = {"import_path": "x:y", "deployments": [named]}
    said = replace(written("2"), recipe=Recipe(base=base))
    silent = make_app(config={**to_config(said), "deployments": []})
    assert not same(said, silent)
    assert not restarts(said, silent)
    wider = replace(said, replicas=make_replicas("1-4"))
    assert restarts(wider, silent)
