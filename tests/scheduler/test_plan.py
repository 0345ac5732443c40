"""What should happen now, as a pure function: tables, and what holds for every input."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from make import (
    NOW,
    OWNER,
    make_app,
    make_arming,
    make_daily,
    make_node,
    make_observed,
    make_one_off,
    make_progress,
    make_replica,
    make_service,
    make_task,
)
from tasktui.config import Config
from tasktui.domain.event import EventKind
from tasktui.domain.observed import App, AppStatus, Observed, Resources
from tasktui.domain.service import app_name
from tasktui.domain.status import Badge, Mark, Status
from tasktui.domain.task import Task, TaskId
from tasktui.engine.payload import to_config
from tasktui.scheduler.guard import NOTHING, Memory
from tasktui.scheduler.plan import Plan, plan, service_of

CONFIG = Config(state_dir=Path("state"))
FUTURE = NOW + timedelta(hours=1)


def planned(
    *tasks: Task, observed: Observed, now: datetime = NOW, memory: Memory = NOTHING
) -> Plan:
    return plan(now, tasks, observed, owner=OWNER, config=CONFIG, memory=memory)


def armed(name: str = "chat", status: Status = Status.IN_QUEUE, **kw: Any) -> Task:
    """A task whose point in force asks for one replica now."""
    defaults: dict[str, Any] = {"armed": make_arming(), "schedule": make_daily("08:00=1-2")}
    return make_task(name, status=status, **{**defaults, **kw})


def deployed(task: Task, status: AppStatus = AppStatus.RUNNING, **kw: object) -> App:
    """The task's application, as Ray has it after the plan was applied."""
    made = planned(task, observed=make_observed())
    (service,) = made.serve or (make_service(task.name),)
    return make_app(task.name, status, config=to_config(service), **kw)


def progress(made: Plan, place: int = 0) -> Status:
    return made.updates[place].progress.status


def test_a_due_task_starts_and_its_status_waits_for_rays_yes() -> None:
    task = armed()
    made = planned(task, observed=make_observed())
    assert [s.app for s in made.serve] == ["tasktui-0a1b2c-chat"]
    assert made.put
    assert made.starting == {task.id}
    assert progress(made) is Status.STARTING


def test_what_runs_as_wanted_needs_nothing() -> None:
    task = armed()
    app = deployed(task)
    first = planned(task, observed=make_observed(app))
    ran = replace(task, progress=first.updates[0].progress)
    again = planned(ran, observed=make_observed(app))
    assert (again.put, again.updates, again.kill) == (False, (), ())


@pytest.mark.parametrize(
    ("app_status", "ready", "status"),
    [
        (AppStatus.DEPLOYING, 0, Status.STARTING),
        (AppStatus.DEPLOYING, 1, Status.RUNNING),
        (AppStatus.RUNNING, 1, Status.RUNNING),
        (AppStatus.UNHEALTHY, 1, Status.RUNNING),
        (AppStatus.UNHEALTHY, 0, Status.STARTING),
        (AppStatus.DEPLOY_FAILED, 1, Status.RUNNING),
        (AppStatus.DEPLOY_FAILED, 0, Status.IN_QUEUE),
        (AppStatus.UNKNOWN, 0, Status.STARTING),
    ],
)
def test_the_status_follows_ray_and_the_replicas(
    app_status: AppStatus, ready: int, status: Status
) -> None:
    task = armed(status=Status.STARTING)
    replicas = tuple(make_replica() for _ in range(ready))
    app = deployed(task, app_status, replicas=replicas)
    made = planned(task, observed=make_observed(app))
    found = progress(made) if made.updates else task.progress.status
    assert found is status


@pytest.mark.parametrize(
    ("app_status", "ready", "badge"),
    [
        (AppStatus.DEPLOYING, 1, Badge.UPDATING),
        (AppStatus.UNHEALTHY, 2, Badge.UNHEALTHY),
        (AppStatus.DEPLOY_FAILED, 2, Badge.FAILED),
        (AppStatus.RUNNING, 1, Badge.SHORT),
    ],
)
def test_what_is_noteworthy_of_a_running_task_is_a_badge(
    app_status: AppStatus, ready: int, badge: Badge
) -> None:
    task = armed(status=Status.RUNNING, schedule=make_daily("08:00=2-4"))
    replicas = tuple(make_replica(id=f"r{n}") for n in range(ready))
    app = deployed(task, app_status, replicas=replicas, message="it said why")
    made = planned(task, observed=make_observed(app))
    assert [m.badge for m in made.updates[0].progress.badges] == [badge]


def test_a_task_scaled_to_zero_is_running_and_says_what_the_first_request_costs() -> None:
    task = armed(schedule=make_daily("08:00=0-2"))
    made = planned(task, observed=make_observed(deployed(task, replicas=())))
    assert progress(made) is Status.RUNNING
    assert "first request waits" in made.updates[0].progress.reason.text


def test_a_moment_that_has_passed_does_not_hide_those_to_come() -> None:
    stopping = make_task(
        "old",
        progress=make_progress(Status.NEED_STOP, stop_by=NOW - timedelta(seconds=5)),
        stop_forced=True,
    )
    waiting = armed("new", id=TaskId(2), schedule=make_one_off("2026-03-05T15:00"))
    app = make_app("old", AppStatus.DELETING, replicas=(make_replica(),))
    made = planned(stopping, waiting, observed=make_observed(app))
    assert made.wake_at == FUTURE


def test_nothing_that_changes_by_time_alone_means_no_wake_up() -> None:
    assert planned(make_task(), observed=make_observed()).wake_at is None


def test_the_forced_stop_comes_when_the_drain_is_over() -> None:
    task = make_task(progress=make_progress(Status.NEED_STOP, stop_by=NOW))
    app = make_app("chat", AppStatus.DELETING, replicas=(make_replica("r9"),))
    assert [r.id for r in planned(task, observed=make_observed(app)).kill] == ["r9"]
    early = planned(task, observed=make_observed(app), now=NOW - timedelta(seconds=1))
    assert early.kill == ()
    assert early.wake_at == NOW


def test_an_application_that_somebody_changed_is_set_right() -> None:
    task = armed(status=Status.RUNNING)
    app = deployed(task)
    bent = replace(app, config={**app.config, "route_prefix": "/elsewhere"})
    assert planned(task, observed=make_observed(bent)).put


def test_an_application_of_ours_without_a_task_is_removed() -> None:
    task = armed(status=Status.RUNNING)
    made = planned(task, observed=make_observed(deployed(task), make_app("gone")))
    assert ([s.route for s in made.serve], made.put) == ([task.route], True)


def test_one_that_does_not_run_is_removed_though_it_is_all_there_is() -> None:
    made = planned(observed=make_observed(make_app("gone", replicas=())))
    assert (made.serve, made.put) == ((), True)


@pytest.mark.parametrize("names", [("a",), ("a", "b", "c")])
def test_more_than_half_of_what_runs_is_not_removed_unasked_and_it_says_so(
    names: tuple[str, ...],
) -> None:
    made = planned(observed=make_observed(*(make_app(n) for n in names)))
    assert not made.put
    assert made.asks == {app_name(OWNER, n) for n in names}
    assert "nobody stopped" in made.hold


def test_what_a_person_stops_counts_with_what_nobody_stopped() -> None:
    stays = armed(status=Status.RUNNING)
    stopped = make_task("stopped", status=Status.NEED_STOP, armed=None, id=TaskId(2))
    shown = make_observed(deployed(stays), deployed(stopped), make_app("gone"))
    assert planned(stays, stopped, observed=shown).asks == {app_name(OWNER, "gone")}
    shown = make_observed(deployed(stays), deployed(stopped))
    assert planned(stays, stopped, observed=shown).put, "people alone are not asked"


def test_lost_applications_come_back_only_after_two_equal_answers_a_second_apart() -> None:
    task = armed(status=Status.RUNNING)
    empty = make_observed()
    first = planned(task, observed=empty)
    assert not first.put
    soon = planned(task, observed=empty, now=NOW + timedelta(seconds=0.5), memory=first.memory)
    assert not soon.put
    later = planned(task, observed=empty, now=NOW + timedelta(seconds=1), memory=soon.memory)
    assert later.put


def test_a_start_is_refused_where_no_node_can_ever_hold_it() -> None:
    node = make_node(total=Resources(cpu=0.5, memory_gb=1))
    made = planned(armed(), observed=make_observed(nodes=(node,)))
    assert not made.put
    assert "no node can hold" in made.updates[0].progress.reason.text


def test_where_ray_grows_the_cluster_nobody_waits_for_room() -> None:
    node = make_node(total=Resources(cpu=0.5, memory_gb=1))
    assert planned(armed(), observed=make_observed(nodes=(node,), autoscaler=True)).put


def test_every_change_of_status_is_one_event_with_from_and_to() -> None:
    made = planned(armed(), observed=make_observed())
    changes = [e for e in made.updates[0].events if e.kind is EventKind.STATUS_CHANGED]
    assert [(e.old, e.new) for e in changes] == [(Status.IN_QUEUE, Status.STARTING)]


# What holds for every input.

STATUSES = st.sampled_from([s for s in Status if s is not Status.ARCHIVED])
APP_STATUSES = st.sampled_from(list(AppStatus))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[tuple[Task, ...], Observed]:
    tasks = []
    apps = []
    for number in range(draw(st.integers(0, 4))):
        name = f"t{number}"
        status = draw(STATUSES)
        arming = make_arming() if draw(st.booleans()) else None
        task = make_task(
            name,
            id=TaskId(number + 1),
            armed=arming,
            schedule=make_daily(draw(st.sampled_from(["08:00=1-2", "08:00=0-0,20:00=1-1"]))),
            progress=make_progress(status, attempt=draw(st.integers(0, 4))),
        )
        tasks.append(task)
        if draw(st.booleans()):
            apps.append(deployed(task, draw(APP_STATUSES)))
    if draw(st.booleans()):
        apps.append(make_app("theirs", app="theirs"))
    return tuple(tasks), make_observed(*apps, nodes=(make_node(cpu=draw(st.integers(0, 4))),))


@given(worlds())
def test_no_foreign_application_is_ever_asked_for_and_every_wake_up_lies_ahead(
    world: tuple[tuple[Task, ...], Observed],
) -> None:
    tasks, observed = world
    made = planned(*tasks, observed=observed)
    assert all(s.app.startswith(f"tasktui-{OWNER}-") for s in made.serve)
    assert made.wake_at is None or made.wake_at > NOW
    assert len({s.app for s in made.serve}) == len(made.serve)


@given(worlds())
def test_only_armed_tasks_are_served(world: tuple[tuple[Task, ...], Observed]) -> None:
    tasks, observed = world
    served = {s.app for s in planned(*tasks, observed=observed).serve}
    unarmed = {f"tasktui-{OWNER}-{t.name}" for t in tasks if t.armed is None}
    assert not served & unarmed


@given(worlds())
def test_called_again_with_what_came_of_it_it_settles(
    world: tuple[tuple[Task, ...], Observed],
) -> None:
    """On a Ray that does at once what it is asked for, a few passes end in nothing to do.

    What it asks a person is allowed.
    """
    tasks, observed = world
    memory, now = NOTHING, NOW
    allowed: frozenset[str] = frozenset()
    for _ in range(12):
        made = plan(
            now, tasks, observed, owner=OWNER, config=CONFIG, memory=memory, allowed=allowed
        )
        allowed |= made.asks
        if not made.put and not made.updates and not made.hold:
            return
        memory, now = made.memory, now + timedelta(seconds=400)
        by_id = {u.task: u for u in made.updates}
        tasks = tuple(
            replace(
                t,
                progress=by_id[t.id].progress,
                armed=None if by_id[t.id].disarm else t.armed,
            )
            if t.id in by_id
            else t
            for t in tasks
        )
        if made.put:
            kept = {n: a for n, a in observed.apps.items() if not n.startswith(f"tasktui-{OWNER}")}
            ours = {s.app: _obedient(s.app, to_config(s)) for s in made.serve}
            observed = replace(observed, apps={**kept, **ours})
        deleting = {n for n, a in observed.apps.items() if a.status is AppStatus.DELETING}
        observed = replace(
            observed, apps={n: a for n, a in observed.apps.items() if n not in deleting}
        )
    raise AssertionError((made.hold, made.updates))


def _obedient(app: str, config: dict[str, object]) -> App:
    return make_app(app=app, config=config)


def test_the_service_of_a_task_carries_what_the_task_says() -> None:
    task = armed(file_path="models/serve", deployment_name="model", env={"A": "1"}, restarts=2)
    service = service_of(task, task.schedule.points[0].replicas, OWNER, CONFIG)  # type: ignore[union-attr]
    assert (service.import_path, service.route) == ("models.serve:model", "/chat")
    assert (service.env, service.restarts, service.drain_s) == ({"A": "1"}, 2, 60.0)


@pytest.mark.parametrize(
    ("status", "badge"),
    [(AppStatus.DEPLOYING, Badge.UPDATING), (AppStatus.DEPLOY_FAILED, Badge.FAILED)],
)
def test_a_task_runs_on_while_its_change_is_built_and_when_that_fails(
    status: AppStatus, badge: Badge
) -> None:
    task = armed(status=Status.RUNNING)
    old = make_progress(Status.RUNNING, replicas=(make_replica("r1"),))
    app = deployed(task, status, deployments=(), message="ImportError: x")
    made = planned(replace(task, progress=old), observed=make_observed(app))
    assert (progress(made), made.put) == (Status.RUNNING, False)
    assert [m.badge for m in made.updates[0].progress.badges] == [badge]
    assert made.updates[0].progress.replicas == old.replicas


def test_a_forced_stop_ends_what_ray_no_longer_lists() -> None:
    known = (make_replica("r9"),)
    progress = make_progress(Status.NEED_STOP, replicas=known)
    task = make_task(progress=progress, stop_forced=True)
    app = make_app(status=AppStatus.DELETING, deployments=(), replicas=())
    made = planned(task, observed=make_observed(app))
    assert made.kill == known
    assert made.updates[0].progress.reason.text == "stopping by force: 1 left"


def test_a_lost_package_is_deployed_again_under_another_name() -> None:
    task = armed(status=Status.STARTING)
    words = "Failed to download runtime_env file package gcs://_ray_pkg_x.zip"
    app = deployed(task, AppStatus.UNHEALTHY, message=words)
    made = planned(task, observed=make_observed(app))
    assert made.put
    assert made.serve[0].anew
    healed = make_app(task.name, AppStatus.DEPLOYING, config=to_config(made.serve[0]))
    assert not planned(task, observed=make_observed(healed)).put


@pytest.mark.parametrize(
    ("change", "busy"),
    [
        ({"status": AppStatus.RUNNING}, False),
        ({"status": AppStatus.DEPLOYING}, True),
        ({"status": AppStatus.UNHEALTHY}, True),
        ({"status": AppStatus.RUNNING, "replicas": ()}, True),
        ({"status": AppStatus.DEPLOY_FAILED, "replicas": (make_replica(),)}, False),
    ],
)
def test_ray_is_looked_at_often_only_while_it_is_about_to_change(
    change: dict[str, Any], busy: bool
) -> None:
    task = armed(status=Status.RUNNING)
    assert planned(task, observed=make_observed(deployed(task, **change))).busy is busy


def test_what_another_tool_did_is_no_reason_to_look_often() -> None:
    marked = make_progress(Status.RUNNING, reverts=(NOW,), badges=(Mark(Badge.DRIFT),))
    task = armed(progress=marked)
    made = planned(task, observed=make_observed(deployed(task)))
    assert made.updates[0].progress.badges == (Mark(Badge.DRIFT),)
    assert not made.busy
