from __future__ import annotations

from dataclasses import replace

import pytest

from make import DIGEST, make_app, make_replicas, make_service
from tasktui.domain.artifact import Spec
from tasktui.engine.payload import anew, lost_package, restarts, same, surges, to_config


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
