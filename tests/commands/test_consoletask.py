"""Tasks of the hosted console's SDK: tolerant about capitals, strict about values."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, time
from typing import Any

import pytest

from tasktui.commands.consoletask import gpu_type, is_console_task, read_console_task
from tasktui.domain.artifact import Spec
from tasktui.domain.schedule import Daily, OneOff, Point, Replicas

AT = datetime(2027, 1, 2, 8, tzinfo=UTC)
ONCE: dict[str, Any] = {
    "config": {
        "ray_task_config": {
            "file_path": "serve.py",
            "deployment_name": "app",
            "replica_resource": {"cpu": 4, "ram_gb": 16, "gpu": 1, "gpu_name": "NVIDIA-H100-80GB"},
        }
    },
    "task_scheduling": {
        "scheduling_oneoff": {
            "trigger_timestamp": int(AT.timestamp()),
            "min_replicas": 1,
            "max_replicas": 2,
        }
    },
}
DAILY: dict[str, Any] = {
    "config": {"ray_task_config": {"file_path": "serve", "deployment_name": "app"}},
    "task_scheduling": {
        "scheduling_daily": {
            "triggers": [
                {
                    "timezone": "Europe/Berlin",
                    "Hour": 8,
                    "minute": 30,
                    "second": 0,
                    "min_replicas": 2,
                    "max_replicas": 4,
                },
                {"timezone": "Europe/Berlin", "Hour": 20, "min_replicas": 0, "max_replicas": 1},
            ]
        }
    },
}


def changed(body: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    new = deepcopy(body)
    *above, last = path.split(".")
    at: Any = new
    for key in above:
        at = at[int(key)] if key.isdigit() else at[key]
    at[last] = value
    return new


def test_a_one_off_task_is_read() -> None:
    assert is_console_task(ONCE)
    found = read_console_task(ONCE, "night_batch")
    assert not found.problem
    assert (found.name, found.file_path, found.deployment_name) == ("night-batch", "serve", "app")
    assert found.spec == Spec(cpu=4, memory_gb=16, gpu=1, gpu_type="H100")
    assert found.schedule == OneOff(AT.replace(tzinfo=None), "UTC", Replicas(1, 2))
    assert found.left_out == ()


def test_milliseconds_are_told_from_seconds() -> None:
    path = "task_scheduling.scheduling_oneoff.trigger_timestamp"
    found = read_console_task(changed(ONCE, path, int(AT.timestamp() * 1000)), "a")
    assert found.schedule == read_console_task(ONCE, "a").schedule


def test_a_daily_task_is_read_whatever_the_case_of_its_keys() -> None:
    found = read_console_task(DAILY, "chat")
    assert isinstance(found.schedule, Daily)
    points = [(p.time, str(p.replicas)) for p in found.schedule.points if isinstance(p, Point)]
    assert points == [(time(8, 30), "2-4"), (time(20), "0-1")]
    assert found.schedule.timezone == "Europe/Berlin"
    assert found.spec is None


@pytest.mark.parametrize(
    ("body", "path", "value", "said"),
    [
        (ONCE, "task_scheduling.scheduling_oneoff.trigger_timestamp", "soon", "trigger_timestamp"),
        (ONCE, "task_scheduling.scheduling_oneoff.min_replicas", -1, "min_replicas"),
        (ONCE, "task_scheduling.scheduling_oneoff.max_replicas", None, "max_replicas"),
        (ONCE, "config.ray_task_config.replica_resource.gpu", "one", "gpu"),
        (ONCE, "config.ray_task_config.file_path", 7, "file_path"),
        (ONCE, "task_scheduling", {}, "task_scheduling"),
        (DAILY, "task_scheduling.scheduling_daily.triggers", [], "triggers"),
        (DAILY, "task_scheduling.scheduling_daily.triggers.0.Hour", 24, "hour"),
        (DAILY, "task_scheduling.scheduling_daily.triggers.0.timezone", "", "timezone"),
    ],
)
def test_a_wrong_value_is_named(body: dict[str, Any], path: str, value: object, said: str) -> None:
    assert said in read_console_task(changed(body, path, value), "a").problem


def test_what_says_something_and_is_not_known_is_named() -> None:
    found = read_console_task(changed(ONCE, "config.ray_task_config.priority", 3), "a")
    assert found.left_out == ("config.ray_task_config.priority: tasktui has no word for it",)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("NVIDIA-H100-80GB-HBM3", "H100"), ("a100", "A100"), ("Tesla V100", "V100"), ("", "")],
)
def test_a_makers_name_of_a_gpu_becomes_rays(name: str, kind: str) -> None:
    assert gpu_type(name) == kind
