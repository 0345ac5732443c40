from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from commands.desk import Desk, one_off, spec
from make import NOW, make_event, make_node
from tasktui.commands.checks import Problem, start_time
from tasktui.domain.event import Event, EventKind
from tasktui.domain.observed import ClusterState, ClusterView, Resources, SchedulerView
from tasktui.domain.status import Status


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


def test_the_last_start_is_measured_from_the_log() -> None:
    def became(seconds: int, old: Status, new: Status) -> Event:
        at = NOW + timedelta(seconds=seconds)
        return make_event(EventKind.STATUS_CHANGED, at=at, old=old, new=new)

    queue, starting, running = Status.IN_QUEUE, Status.STARTING, Status.RUNNING
    first = [became(0, queue, starting), became(40, starting, running)]
    assert start_time([]) is None
    assert start_time([became(40, starting, running)]) is None
    assert start_time(first) == timedelta(seconds=40)
    assert start_time([*first, became(90, queue, starting)]) == timedelta(seconds=40)
    again = [became(100, starting, queue), became(110, queue, starting)]
    assert start_time([*first, *again, became(120, starting, running)]) == timedelta(seconds=10)


# References in the environment


def test_a_reference_that_leads_nowhere_is_refused_with_its_variable(desk: Desk) -> None:
    found = problems(desk, env={"TOKEN": "file:/nowhere/at/all"})
    assert "TOKEN=file:/nowhere/at/all" in found["env"].message
    assert "No such file" in found["env"].message


@pytest.mark.parametrize("apart", [True, False], ids=["started-elsewhere", "started-here"])
def test_a_variable_is_looked_for_where_the_scheduler_is_started_from_here(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, apart: bool
) -> None:
    monkeypatch.delenv("TASKTUI_NO_SCHEDULER", raising=False)
    monkeypatch.delenv("SOME_TOKEN", raising=False)
    if apart:
        monkeypatch.setenv("TASKTUI_NO_SCHEDULER", "1")
    found = problems(desk, env={"TOKEN": "env:SOME_TOKEN"})
    assert ("env" not in found) is apart
    monkeypatch.setenv("SOME_TOKEN", "x")
    assert problems(desk, env={"TOKEN": "env:SOME_TOKEN"}) == {}


def test_an_edit_of_something_else_needs_no_value(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("x")
    env = {"TOKEN": f"file:{file}"}
    desk.commands.launch(replace(spec("chat", desk.artifact()), env=env))
    file.unlink()
    same = desk.commands.check(replace(spec("chat", desk.artifact()), env=env), editing="chat")
    assert [p for p in same if p.field == "env"] == []
    other = replace(spec("chat", desk.artifact()), env={"OTHER": f"file:{file}"})
    assert [p.field for p in desk.commands.check(other, editing="chat") if not p.warning] == ["env"]
