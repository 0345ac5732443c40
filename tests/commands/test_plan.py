"""What a plan tells of one change, and its words; what really happens is held to it elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from make import (
    NOW,
    make_arming,
    make_around,
    make_daily,
    make_node,
    make_one_off,
    make_progress,
    make_replica,
    make_replicas,
    make_task,
)
from tasktui.commands.hand import overridden, paused, resumed
from tasktui.commands.plan import Around, Effect, Plan, plan
from tasktui.commands.planmany import together
from tasktui.commands.planwords import beside, lines, named, plan_json, told_of
from tasktui.commands.steps import activated, archived, restarted, stopped
from tasktui.domain.actions import Action
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import ClusterState, ClusterView, Resources
from tasktui.domain.recipe import Recipe
from tasktui.domain.status import Reason, Status
from tasktui.domain.task import Pause, Task, Until, When
from tasktui.schedule.moments import said

FIXED: dict[str, Any] = {
    "import_path": "shop:app",
    "deployments": [{"name": "Echo", "num_replicas": 2}],
}


def running(name: str = "chat", status: Status = Status.RUNNING, count: int = 2, **kw: Any) -> Task:
    alive = tuple(make_replica(f"r{n}") for n in range(count))
    made = {"armed": make_arming(), "progress": make_progress(status, replicas=alive)}
    return make_task(name, **{**made, **kw})


def fixed() -> Task:
    """One of an application that others wrote with two replicas."""
    return running(schedule=make_one_off(None, "2"), recipe=Recipe(base=FIXED), app="shop")


def scaled(task: Task, text: str, around: Around | None = None) -> Plan:
    new = overridden(task, NOW, "op", make_replicas(text), Until.CLEARED)
    return plan(Action.OVERRIDE, task, new, around or make_around(task))


def words(made: Plan) -> str:
    return "\n".join(lines(made, lambda at: said(at, NOW, NOW.tzinfo)))  # type: ignore[arg-type]


# What comes.


def test_one_that_waits_in_line_goes_on_waiting_while_it_is_paused() -> None:
    task = running(status=Status.IN_QUEUE, count=0)
    made = plan(Action.PAUSE, task, paused(task, NOW, "op", None, ""), make_around())
    assert (made.effect, made.before, made.after) == (Effect.NOTHING, None, None)
    assert made.kept == ()


def test_one_at_rest_starts_when_it_is_scaled() -> None:
    resting = running(status=Status.IN_QUEUE, count=0, schedule=make_daily("08:00=0,20:00=2"))
    made = scaled(resting, "3")
    assert (made.effect, made.before, made.at) == (Effect.STARTS, None, NOW)
    assert made.after == make_replicas("3")
    assert "replicas: 0 -> 3-3 (3 CPU)" in words(made)


def test_an_activation_for_later_says_when_it_takes_effect() -> None:
    task = make_task()
    new = activated(task, make_arming(when=When.NEXT))
    made = plan(Action.ACTIVATE, task, new, make_around())
    assert (made.effect, made.at) == (Effect.NOTHING, NOW + timedelta(hours=6))
    body = plan_json(made, str)
    assert (body["effect"], body["at"]) == ("nothing", "2026-03-05T20:00:00Z")


def test_a_stop_of_one_that_has_no_replica_yet_calls_its_start_off() -> None:
    task = running(status=Status.STARTING, count=0)
    made = plan(Action.DEACTIVATE, task, stopped(task, NOW, 60), make_around())
    assert made.effect is Effect.STOPS
    assert "No replica runs yet: its start is called off." in words(made)


def test_a_stop_that_is_under_way_is_none_of_an_archive() -> None:
    task = running(status=Status.NEED_STOP, armed=None)
    new = archived(task, NOW, "op", 60, when_idle=True)
    assert plan(Action.ARCHIVE, task, new, make_around()).effect is Effect.NOTHING
    forced = plan(Action.DEACTIVATE, task, stopped(task, NOW, 60), make_around())
    assert (forced.effect, forced.replicas) == (Effect.STOPS, 2)


def test_a_resume_applies_what_is_in_force() -> None:
    task = running(pause=Pause(make_replicas("1"), NOW, None, "op"))
    made = plan(Action.RESUME, task, resumed(task, NOW), make_around())
    assert (made.effect, made.before, made.after) == (
        Effect.HOT,
        make_replicas("1"),
        make_replicas("2-4"),
    )


# A fixed number of replicas.


def test_a_fixed_number_stays_one_as_long_as_it_is_one() -> None:
    made = scaled(fixed(), "3")
    assert (made.effect, made.form) == (Effect.HOT, False)


def test_bounds_replace_every_replica_once_and_the_plan_says_so() -> None:
    made = scaled(fixed(), "2-3")
    assert (made.effect, made.form, made.replicas) == (Effect.RESTARTS, True, 2)
    told = [t for t in told_of(made, str) if t.weighty]
    assert told[0].text.startswith("Replaces 2 replicas by new ones")
    assert "once: Ray does that where a fixed number of replicas comes to bounds" in told[0].text
    assert [t.text for t in together([made], [made.old]) if t.weighty] == [
        "Every replica is replaced, once, of chat."
    ]


def test_where_ray_has_it_with_bounds_already_they_are_hot() -> None:
    task = fixed()
    known = replace(task, progress=replace(task.progress, elastic=True))
    assert scaled(known, "2-3").effect is Effect.HOT


def test_a_restart_is_no_change_of_form() -> None:
    task = fixed()
    made = plan(Action.RESTART, task, restarted(task), make_around())
    assert (made.effect, made.form) == (Effect.RESTARTS, False)


# What stays, and what stands against it.


def test_what_is_kept_is_named_without_itself_and_shortened() -> None:
    others = [running(f"t{n}") for n in range(6)]
    idle = make_task("idle")
    task = running()
    cluster = ClusterView(state=ClusterState.CONNECTED, foreign=("theirs",))
    made = scaled(task, "4", make_around(task, idle, *others, cluster=cluster))
    assert made.kept == ("t0", "t1", "t2", "t3", "t4", "t5")
    said = "Kept as they are: t0, t1, t2, t3 and 2 more; of others theirs."
    assert beside([made], [task]) == [said]
    assert said in words(made)
    assert named(["a", "b"]) == "a, b"


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (ClusterState.NONE, "No cluster is there: it waits for one."),
        (ClusterState.UNREACHABLE, "Ray is unreachable: it is told when it answers again."),
        (ClusterState.CONNECTED, ""),
    ],
)
def test_a_cluster_that_does_not_answer_is_told_where_it_matters(
    state: ClusterState, text: str
) -> None:
    around = make_around(cluster=ClusterView(state=state))
    assert scaled(running(), "4", around).warnings == ((text,) if text else ())
    task = running()
    quiet = plan(Action.PAUSE, task, paused(task, NOW, "op", None, ""), around)
    assert quiet.warnings == ()


def test_a_route_that_somebody_else_has_is_told() -> None:
    taken = make_progress(Status.IN_QUEUE, reason=Reason("its route /chat belongs to others"))
    task = running(progress=taken, schedule=make_daily("08:00=0,20:00=2"))
    assert scaled(task, "1").warnings == ("It cannot start: its route /chat belongs to others.",)


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("3", ""),
        ("4", "Room now for 1 of 2 more; the rest waits for room."),
        ("9", "The cluster holds 4 of 9 replicas at the most."),
    ],
)
def test_room_is_looked_for(text: str, warning: str) -> None:
    node = make_node(cpu=64, gpu=4, used=Resources(gpu=3))
    cluster = ClusterView(state=ClusterState.CONNECTED, nodes=(node,))
    task = running(spec=Spec(gpu=1))
    made = scaled(task, text, make_around(task, cluster=cluster))
    assert made.warnings == ((warning,) if warning else ())
    unseen = scaled(task, text, make_around(task, cluster=cluster, room=False))
    assert unseen.warnings == ()


def test_no_byte_of_hostile_text_is_in_a_plan() -> None:
    cluster = ClusterView(state=ClusterState.CONNECTED, foreign=("\x1b[2Jx",))
    assert "\x1b" not in words(scaled(running(), "4", make_around(cluster=cluster)))
