from __future__ import annotations

import inspect
from dataclasses import FrozenInstanceError, fields, is_dataclass
from datetime import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from make import (
    NOW,
    OWNER,
    make_artifact,
    make_point,
    make_progress,
    make_replica,
    make_replicas,
    make_task,
)
from tasktui.domain import artifact, event, observed, schedule, service, status
from tasktui.domain import task as tasks
from tasktui.domain.artifact import ArtifactKind, Spec
from tasktui.domain.event import Actor
from tasktui.domain.schedule import Point, Replicas
from tasktui.domain.service import app_name, task_name
from tasktui.domain.status import ACTIVE, Badge, Mark, Status
from tasktui.domain.task import check_name
from tasktui.errors import InvalidField

VALUES = [
    value
    for module in (artifact, event, observed, schedule, service, status, tasks)
    for _, value in inspect.getmembers(module, inspect.isclass)
    if is_dataclass(value) and value.__module__ == module.__name__
]


@pytest.mark.parametrize("value", VALUES, ids=lambda v: v.__name__)
def test_every_value_is_frozen_and_slotted(value: type) -> None:
    assert value.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert {f.name for f in fields(value)} <= set(value.__slots__)  # type: ignore[attr-defined]


def test_a_value_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        make_task().name = "other"  # type: ignore[misc]


# Replicas


@pytest.mark.parametrize(("low", "high"), [(0, 0), (0, 1), (1, 1), (2, 100)])
def test_bounds_are_written_as_min_and_max(low: int, high: int) -> None:
    bounds = Replicas(low, high)
    assert str(bounds) == f"{low}-{high}"
    assert bounds.stopped is (high == 0)


@pytest.mark.parametrize(("low", "high"), [(-1, 1), (2, 1), (-2, -1), (0, -1)])
def test_bounds_that_contradict_themselves_are_refused(low: int, high: int) -> None:
    with pytest.raises(InvalidField, match=r"0 <= min <= max\.$"):
        Replicas(low, high)


@pytest.mark.parametrize(
    ("at", "label"),
    [
        (time(8, 0), "08:00"),
        (time(0, 0), "00:00"),
        (time(23, 59, 1), "23:59:01"),
        (time(8, 0, 30), "08:00:30"),
    ],
)
def test_a_point_shows_seconds_only_where_there_are_some(at: time, label: str) -> None:
    assert Point(at, "UTC", make_replicas("1")).label == label


def test_points_with_the_same_rule_are_equal() -> None:
    assert make_point("08:00=1-2@Asia/Tokyo") == make_point("08:00=1-2", "Asia/Tokyo")


# Names


@pytest.mark.parametrize("name", ["a", "0", "chat", "a-b", "a--b", "qwen-72b", "x" * 63])
def test_names_that_can_be_routes_are_taken(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "-a", "a-", "A", "a_b", "a.b", "a/b", "a b", "a\n", "\na", "x" * 64, "\u00e4", "a\u0661"],
)
def test_other_names_are_refused_with_the_rule(name: str) -> None:
    with pytest.raises(InvalidField, match="1 to 63 of a-z") as caught:
        check_name(name)
    assert (caught.value.field, caught.value.given) == ("name", name)


@settings(derandomize=True, deadline=None, database=None)
@given(st.from_regex(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", fullmatch=True))
def test_an_application_tells_its_task(name: str) -> None:
    assert task_name(OWNER, app_name(OWNER, check_name(name))) == name


@pytest.mark.parametrize(
    "app",
    [
        "chat",
        "tasktui-chat",
        f"tasktui-{OWNER}",
        "tasktui-ffffff-chat",
        f"x-tasktui-{OWNER}-chat",
        "",
    ],
)
def test_applications_of_others_have_no_task(app: str) -> None:
    assert task_name(OWNER, app) is None


def test_an_application_is_named_after_owner_and_task() -> None:
    assert app_name("0a1b2c", "chat") == "tasktui-0a1b2c-chat"


# Artifacts


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (Spec(), "1 CPU"),
        (Spec(cpu=0.5), "0.5 CPU"),
        (Spec(cpu=4, memory_gb=16), "4 CPU 16 GB"),
        (Spec(gpu=1), "1 GPU 1 CPU"),
        (Spec(cpu=8, memory_gb=62.5, gpu=2, gpu_type="H100"), "2 H100 8 CPU 62.5 GB"),
        (Spec(gpu=0.5, gpu_type="T4"), "0.5 T4 1 CPU"),
        (Spec(gpu_type="T4"), "1 CPU"),
        (Spec(cpu=0), "0 CPU"),
    ],
)
def test_a_spec_reads_as_a_person_says_it(spec: Spec, text: str) -> None:
    assert str(spec) == text


@pytest.mark.parametrize(
    ("kind", "label"), [(ArtifactKind.OFFICIAL, "echo"), (ArtifactKind.FOLDER, "echo@3")]
)
def test_only_ones_own_artifacts_show_their_version(kind: ArtifactKind, label: str) -> None:
    assert make_artifact("echo", kind=kind, version=3).label == label


# Tasks


@pytest.mark.parametrize("status_", [s for s in Status if s is not Status.ARCHIVED])
def test_a_task_has_the_status_of_its_progress_until_it_is_archived(status_: Status) -> None:
    assert make_task(status=status_).status is status_
    assert make_task(status=status_, archived_at=NOW).status is Status.ARCHIVED


def test_there_are_six_statuses_and_three_of_an_armed_task() -> None:
    words = ["Idle", "In-queue", "Starting", "Running", "Need Stop", "Archived"]
    assert [str(s) for s in Status] == words
    assert {str(s) for s in ACTIVE} == {"In-queue", "Starting", "Running"}


@pytest.mark.parametrize(
    ("file_path", "deployment_name", "import_path"),
    [("serve", "app", "serve:app"), ("models/llm/serve", "Chat", "models.llm.serve:Chat")],
)
def test_file_path_and_deployment_name_make_rays_import_path(
    file_path: str, deployment_name: str, import_path: str
) -> None:
    task = make_task(file_path=file_path, deployment_name=deployment_name)
    assert task.import_path == import_path


def test_the_name_is_the_route() -> None:
    assert make_task("chat").route == "/chat"


@pytest.mark.parametrize(
    "states", [[], ["RUNNING"], ["STARTING", "RUNNING", "STOPPING", "RUNNING"]]
)
def test_only_replicas_that_answer_count_as_ready(states: list[str]) -> None:
    replicas = tuple(make_replica(str(n), s) for n, s in enumerate(states))
    assert make_progress(replicas=replicas).ready == states.count("RUNNING")


# Badges and actors


@pytest.mark.parametrize("badge", list(Badge))
def test_a_badge_is_a_problem_exactly_when_it_is_marked(badge: Badge) -> None:
    assert Mark(badge).problem is str(badge).startswith("!")
    assert str(Mark(badge)) == badge.value
    assert str(Mark(badge, "2/5")) == f"{badge.value} 2/5"


@pytest.mark.parametrize(
    ("actor", "text"),
    [
        (Actor(user="op"), "op"),
        (Actor(user="op", origin="cli"), "op (cli)"),
        (Actor(user="op", origin="tui, ssh from ::1"), "op (tui, ssh from ::1)"),
    ],
)
def test_an_actor_is_a_user_and_where_from(actor: Actor, text: str) -> None:
    assert str(actor) == text
