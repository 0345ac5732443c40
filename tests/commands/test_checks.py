from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from commands.desk import Desk, one_off, spec
from make import make_node
from tasktui.commands.checks import Problem
from tasktui.domain.observed import ClusterState, ClusterView, Resources, SchedulerView


def problems(desk: Desk, **changes: object) -> dict[str, Problem]:
    good = spec("chat", desk.artifact())
    found = desk.commands.check(replace(good, **changes))  # type: ignore[arg-type]
    return {p.field: p for p in found if not p.warning}


def test_a_good_task_has_no_problem(desk: Desk) -> None:
    assert problems(desk) == {}


@pytest.mark.parametrize("name", ["", "A", "-a", "a-", "a_b", "a" * 64, "a/b", "\x1b[2J"])
def test_a_malformed_name_is_refused_with_the_rule(desk: Desk, name: str) -> None:
    assert "1 to 63" in problems(desk, name=name)["name"].message


def test_a_taken_name_is_refused(desk: Desk) -> None:
    desk.launched("chat")
    assert "exists" in problems(desk)["name"].message


def test_an_unknown_artifact_is_refused(desk: Desk) -> None:
    assert "nothing" in problems(desk, artifact="nothing")["artifact"].message


def test_a_file_path_that_is_not_in_the_artifact_names_those_that_are(desk: Desk) -> None:
    assert "serve" in problems(desk, file_path="missing")["file_path"].message


def test_a_deployment_name_that_the_script_lacks_names_those_it_has(desk: Desk) -> None:
    message = problems(desk, deployment_name="absent")["deployment_name"].message
    assert "app" in message
    assert "other" in message


def test_a_one_off_in_the_past_is_refused_unless_now(desk: Desk) -> None:
    past = one_off(at=datetime(2020, 1, 1, 8, 0))  # noqa: DTZ001 - a local time
    assert "'now'" in problems(desk, schedule=past)["schedule.at"].message
    assert problems(desk, schedule=one_off()) == {}


def test_names_of_the_environment_must_be_names(desk: Desk) -> None:
    assert "A-B" in problems(desk, env={"A-B": "1"})["env"].message


def test_a_replica_that_no_node_can_hold_is_refused_with_the_numbers(desk: Desk) -> None:
    small = make_node(total=Resources(cpu=0.5, memory_gb=1))
    record(desk, ClusterView(state=ClusterState.CONNECTED, nodes=(small,)))
    assert "0.5 CPU" in problems(desk)["spec"].message


def test_without_a_cluster_the_fit_is_a_warning(desk: Desk) -> None:
    found = desk.commands.check(spec("chat", desk.artifact()))
    assert [(p.field, p.warning) for p in found] == [("spec", True)]


def record(desk: Desk, cluster: ClusterView) -> None:
    epoch = desk.store.lead(SchedulerView(holder="t", pid=1, started_at=desk.at))
    desk.store.record(epoch, [], [], cluster)
