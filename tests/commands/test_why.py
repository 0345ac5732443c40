"""Why a task is not as wanted: the answer for each status, and what holds for every one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from make import (
    NOW,
    make_arming,
    make_daily,
    make_node,
    make_progress,
    make_replica,
    make_replicas,
    make_task,
)
from tasktui.commands.answer import Answer, answer_json, lines
from tasktui.commands.scene import Scene
from tasktui.commands.why import why
from tasktui.config import Config
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import ClusterState, ClusterView, Resources
from tasktui.domain.status import Badge, Mark, Reason, Status
from tasktui.domain.task import Override, Pause, Task, TaskId
from tasktui.schedule.moments import said

GPU_5 = make_node("gpu-05", cpu=64, gpu=8, used=Resources(cpu=4, gpu=7))
CLUSTER = ClusterView(
    state=ClusterState.CONNECTED, address="http://127.0.0.1:8265", nodes=(GPU_5,), seen_at=NOW
)


_WISH = ("spec", "id", "override", "pause", "schedule")


def say(at: datetime) -> str:
    return said(at, NOW, UTC)


def asked(task: Task, *others: Task, cluster: ClusterView = CLUSTER, **kw: Any) -> Answer:
    given = {"config": Config(state_dir=Path("state")), "now": NOW, "say": say, **kw}
    return why(Scene(task=task, tasks=(task, *others), cluster=cluster, **given))


def armed(status: Status, name: str = "chat", **kw: Any) -> Task:
    """A task whose schedule drives it; what is no field of a task is one of its progress."""
    wish = {k: kw.pop(k) for k in _WISH if k in kw}
    made = make_progress(status, wanted=make_replicas(kw.pop("wanted", "1-2")), **kw)
    given = {"armed": make_arming(), "schedule": make_daily("08:00=1-2,20:00=0-1")}
    return make_task(name, progress=made, **{**given, **wish})


def holder(name: str, number: int, replicas: int) -> Task:
    rows = tuple(make_replica(f"{name}#{n}", node="gpu-05") for n in range(replicas))
    return armed(
        Status.RUNNING,
        name,
        id=TaskId(number),
        spec=Spec(gpu=1),
        replicas=rows,
        wanted=f"{replicas}-{replicas}",
        schedule=make_daily(f"08:00={replicas}-{replicas},20:00=0-1"),
    )


def queued(**kw: Any) -> Task:
    given = {"due_at": NOW, "spec": Spec(cpu=1, gpu=8), "schedule": make_daily("00:00=1-2")}
    return armed(Status.IN_QUEUE, **{**given, **kw})


def texts(answer: Answer, label: str) -> list[str]:
    """The lines of one label, those below it without a label included."""
    found: list[str] = []
    here = False
    for fact in lines(answer):
        here = fact.label == label or (here and not fact.label)
        found += [fact.text] if here else []
    return found


def commands(answer: Answer) -> list[str]:
    return [r.command for r in answer.remedies if r.command]


# In line for room.


def test_the_answer_names_numbers_holders_place_and_next_chance() -> None:
    answer = asked(queued(), holder("qwen", 2, 3), holder("embed", 3, 4))
    assert not answer.as_wanted
    assert answer.headline.startswith("needs 8 GPU on one node; most free: gpu-05 with 1")
    assert texts(answer, "NEEDS") == ["8 GPU 1 CPU on one node, for each replica"]
    nodes = texts(answer, "NODES")
    assert nodes[0] == "gpu-05: 1 of 8 GPU, 57 of 64 CPU free; held by embed 4, qwen 3"
    assert nodes[1] == "as Ray said 0 s ago"
    assert texts(answer, "LINE") == ["1st of 1"]
    assert texts(answer, "CHANCE")[0].startswith("unknown: no schedule of a task here frees")
    assert answer.queue is not None
    assert (answer.queue.position, answer.queue.chance) == (1, None)


def test_a_scheduled_scale_down_is_the_next_chance_with_its_basis() -> None:
    answer = asked(queued(spec=Spec(cpu=1, gpu=3)), holder("qwen", 2, 3))
    assert texts(answer, "CHANCE")[0] == (
        "20:00Z (in 6h00), on gpu-05: qwen's 20:00 point frees 2 GPU"
    )
    assert answer.queue is not None
    assert answer.queue.chance == NOW.replace(hour=20)


def test_who_could_give_way_is_offered_with_the_command() -> None:
    answer = asked(queued(spec=Spec(cpu=1, gpu=3)), holder("qwen", 2, 3), holder("embed", 3, 1))
    assert commands(answer) == ["tasktui scale qwen 1-1"]
    assert answer.remedies[0].text == "frees 2 GPU on gpu-05 until qwen's next point"


def test_a_holder_that_must_end_whole_is_stopped_by_hand() -> None:
    answer = asked(queued(spec=Spec(gpu=4)), holder("qwen", 2, 3))
    assert commands(answer) == ["tasktui scale qwen 0"]


def test_those_ahead_are_named() -> None:
    first = queued(name="big", id=TaskId(2), due_at=NOW - timedelta(hours=1))
    answer = asked(queued(spec=Spec(gpu=1)), first)
    assert answer.headline.startswith("room on gpu-05 is kept for big; 2nd of 2")
    assert texts(answer, "LINE") == ["2nd of 2, behind big"]


def test_running_tasks_that_lack_replicas_are_no_place_in_line() -> None:
    short = replace(holder("qwen", 2, 1), spec=Spec(gpu=4))
    short = replace(short, progress=replace(short.progress, wanted=make_replicas("2-2")))
    answer = asked(queued(spec=Spec(gpu=8)), short)
    assert texts(answer, "LINE") == ["1st of 1; replicas that qwen lacks come first"]


def test_what_no_node_can_hold_has_no_chance_and_says_what_would_help() -> None:
    answer = asked(queued(spec=Spec(gpu=9)))
    assert answer.headline == "no node can hold one replica (9 GPU 1 CPU)"
    assert "smaller spec" in answer.remedies[0].text


def test_a_change_of_its_own_schedule_before_the_chance_is_said() -> None:
    task = queued(next_at=NOW.replace(hour=15), schedule=make_daily("08:00=1-2,15:00=0-1"))
    told = texts(asked(task), "CHANCE")
    assert told[1] == "15:00Z (in 1h00) it wants 0-1 by its own schedule"
    same = queued(next_at=NOW.replace(hour=15), schedule=make_daily("08:00=1-2,15:00=1-2"))
    assert len(texts(asked(same), "CHANCE")) == 1


def test_where_ray_grows_the_cluster_the_scheduler_s_own_words_stand() -> None:
    task = queued(reason=Reason("waiting for a build in progress"))
    answer = asked(task, cluster=replace(CLUSTER, autoscaler=True))
    assert answer.headline == "waiting for a build in progress"
    assert answer.queue is None


# In line for something else.


def test_before_its_time_all_is_as_wanted() -> None:
    task = armed(
        Status.IN_QUEUE, reason=Reason("waiting for 20:00", NOW.replace(hour=20)), due_at=None
    )
    answer = asked(task)
    assert answer.as_wanted
    assert answer.headline == "All is as wanted: waiting for 20:00 (in 6h00)."


def test_a_retry_says_how_many_failed_when_the_next_is_and_the_error_s_own_lines() -> None:
    error = "Traceback\n  in app\nOSError: \x1b[31mno"
    task = queued(attempt=2, retry_at=NOW + timedelta(seconds=40), last_error=error)
    answer = asked(task)
    assert answer.headline == "2 of 5 starts failed, the next in 40 s"
    assert answer.error[-1] == "OSError: \\x1b[31mno"
    assert "tasktui events chat" in commands(answer)


def test_one_that_gave_up_until_its_next_point_is_not_as_wanted() -> None:
    said = Reason("gave up after 5 failed starts: tries again at 20:00", NOW.replace(hour=20))
    marks = (Mark(Badge.FAILED, "5/5"),)
    answer = asked(
        armed(Status.IN_QUEUE, due_at=None, badges=marks, reason=said, last_error="OSError: no")
    )
    assert answer.headline == f"{said.text} (in 6h00)"
    assert answer.error == ("OSError: no",)


def test_a_route_of_others_is_said_in_the_scheduler_s_words() -> None:
    text = "its route /chat belongs to the application theirs"
    answer = asked(queued(reason=Reason(text)))
    assert answer.headline == text
    assert "another name" in answer.remedies[0].text


@pytest.mark.parametrize(
    ("state", "says", "does"),
    [
        (ClusterState.NONE, "no Ray cluster was found", "tasktui cluster up"),
        (ClusterState.STARTING, "is starting", "tasktui doctor"),
        (ClusterState.UNREACHABLE, "does not answer", "tasktui doctor"),
        (ClusterState.UNAUTHORIZED, "refuses the token", "tasktui doctor"),
    ],
)
def test_without_an_answer_of_ray_that_is_why(state: ClusterState, says: str, does: str) -> None:
    view = replace(CLUSTER, state=state, error="It said no.", retry_at=NOW + timedelta(seconds=5))
    answer = asked(queued(), cluster=view)
    assert says in answer.headline
    assert does in commands(answer)
    assert texts(answer, "RAY") == ["It said no.", "the next try is at 14:00:05Z (in 5 s)"]


# On Ray.


def test_a_start_says_how_long_what_ray_says_and_when_it_fails() -> None:
    task = armed(
        Status.STARTING,
        since=NOW - timedelta(minutes=2),
        reason=Reason("installing"),
        wanted="2-4",
        attempt=1,
    )
    answer = asked(task)
    assert answer.headline == "it has been starting for 2m00"
    assert texts(answer, "READY") == ["0, wanted 2-4"]
    assert texts(answer, "RAY") == ["installing"]
    assert texts(answer, "LIMIT") == [
        "try 2 of 5 fails at 14:28Z (in 28m00), unless a replica is ready"
    ]


def test_replicas_that_find_no_room_are_told_like_those_in_line() -> None:
    rows = (make_replica("a", node="gpu-05"),)
    task = armed(
        Status.RUNNING,
        spec=Spec(cpu=1, gpu=2),
        replicas=rows,
        wanted="3-4",
        badges=(Mark(Badge.SHORT, "1/3"),),
    )
    answer = asked(task)
    assert answer.headline.startswith("!short 1/3: fewer replicas are ready")
    assert "needs 2 GPU on one node; most free: gpu-05 with 1" in answer.headline
    assert "tasktui scale chat 1-4" in commands(answer)


@pytest.mark.parametrize(
    ("mark", "says"),
    [
        (Mark(Badge.UNHEALTHY), "!unhealthy: Ray finds it unhealthy"),
        (Mark(Badge.FAILED, "update"), "!failed update: the last change failed"),
        (Mark(Badge.UPDATING), "updating: a change is rolled out"),
        (Mark(Badge.ZONE), "!zone: a timezone"),
        (Mark(Badge.DRIFT), "!drift: another tool changed its application on Ray, and"),
        (Mark(Badge.UNHEALTHY, "3 restarts"), "!unhealthy 3 restarts: its replicas end and"),
        (Mark(Badge.DRIFT, "left alone"), "!drift left alone: another tool changes"),
    ],
)
def test_each_badge_of_a_running_task_is_explained(mark: Mark, says: str) -> None:
    rows = (make_replica(node="gpu-05"),)
    answer = asked(armed(Status.RUNNING, replicas=rows, badges=(mark,), last_error="it broke"))
    assert answer.headline.startswith(says)
    assert not answer.as_wanted
    assert bool(answer.error) is (mark.badge in {Badge.UNHEALTHY, Badge.FAILED})


def test_a_failed_change_offers_the_revision_before() -> None:
    task = armed(Status.RUNNING, badges=(Mark(Badge.FAILED, "update"),))
    assert "tasktui rollback chat" not in commands(asked(task))
    assert commands(asked(replace(task, revision=2)))[0] == "tasktui rollback chat"


def test_a_task_that_runs_as_wanted_says_so() -> None:
    answer = asked(armed(Status.RUNNING, replicas=(make_replica(),)))
    assert answer.as_wanted
    assert answer.headline == "All is as wanted: ready 1, wanted 1-2."
    assert texts(answer, "WANTED")[0] == "at once: 1-2 (08:00Z)"


@pytest.mark.parametrize(
    ("hand", "label", "command"),
    [
        (
            {"override": Override(make_replicas("4-4"), NOW, None, "op")},
            "OVERRIDE",
            "tasktui scale chat --clear",
        ),
        (
            {"pause": Pause(make_replicas("1-2"), NOW, None, "op", "quiet")},
            "PAUSED",
            "tasktui resume chat",
        ),
    ],
)
def test_what_stands_over_the_schedule_is_told_with_its_end(
    hand: dict[str, Any], label: str, command: str
) -> None:
    answer = asked(armed(Status.RUNNING, replicas=(make_replica(),), **hand))
    assert "by op since 14:00Z" in texts(answer, label)[0]
    assert command in commands(answer)


# Nothing runs.


def test_a_task_that_gave_up_shows_the_error_and_how_to_try_again() -> None:
    task = make_task(
        progress=make_progress(
            Status.IDLE,
            badges=(Mark(Badge.FAILED, "5/5"),),
            reason=Reason("gave up after 5 failed starts"),
            last_error="ImportError: x",
        )
    )
    answer = asked(task)
    assert (answer.headline, answer.error) == ("gave up after 5 failed starts", ("ImportError: x",))
    assert "tasktui activate chat --when now" in commands(answer)


def test_a_missed_one_off_can_be_started_late() -> None:
    reason = Reason("its time 14:00 was missed: the scheduler was not running")
    task = make_task(progress=make_progress(badges=(Mark(Badge.MISSED),), reason=reason))
    answer = asked(task)
    assert answer.headline == reason.text
    assert commands(answer) == ["tasktui activate chat --late-ok"]


def test_an_idle_and_an_archived_task_are_as_wanted() -> None:
    assert asked(make_task()).as_wanted
    archived = make_task(archived_at=NOW - timedelta(hours=1), archived_by="op1")
    assert asked(archived).headline == "All is as wanted: archived, 1h ago by op1."


def test_a_stop_says_what_is_left_and_how_to_force_it() -> None:
    progress = make_progress(
        Status.NEED_STOP,
        replicas=(make_replica(),),
        reason=Reason("draining: 1 left", NOW + timedelta(seconds=45)),
    )
    answer = asked(make_task(progress=progress))
    assert "1 left, draining, by force in 45 s" in answer.headline
    assert commands(answer) == ["tasktui deactivate chat --force"]


def test_what_is_not_up_to_date_says_so_first() -> None:
    view = replace(CLUSTER, state=ClusterState.UNREACHABLE)
    answer = asked(armed(Status.RUNNING), cluster=view, trouble="the scheduler does not run")
    assert [f.text for f in answer.facts[:2]] == [
        "the scheduler does not run",
        "Ray is unreachable: these are the last known statuses",
    ]


# What holds for every task.

MARKS = st.lists(st.sampled_from([Mark(b) for b in Badge]), max_size=3).map(tuple)


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    status = draw(st.sampled_from([s for s in Status if s is not Status.ARCHIVED]))
    rows = tuple(make_replica(f"r{n}", node="gpu-05") for n in range(draw(st.integers(0, 3))))
    moments = st.sampled_from([None, NOW - timedelta(hours=1), NOW + timedelta(hours=1)])
    progress = make_progress(
        status,
        badges=draw(MARKS),
        replicas=rows,
        wanted=draw(st.sampled_from([None, make_replicas("0-0"), make_replicas("2-4")])),
        due_at=draw(moments),
        retry_at=draw(moments),
        next_at=draw(moments),
        attempt=draw(st.integers(0, 5)),
        reason=Reason(draw(st.text(max_size=20)), draw(moments)),
        last_error=draw(st.text(max_size=40)),
    )
    zone = draw(st.sampled_from(["UTC", "No/Where"]))
    return make_task(
        progress=progress,
        armed=draw(st.sampled_from([None, make_arming()])),
        schedule=make_daily("08:00=2-4,20:00=0-1", zone),
        spec=Spec(gpu=draw(st.integers(0, 9))),
    )


@given(tasks(), st.sampled_from(list(ClusterState)))
def test_every_task_has_an_answer_that_no_terminal_acts_on(task: Task, state: ClusterState) -> None:
    answer = asked(task, cluster=replace(CLUSTER, state=state))
    assert answer.headline
    assert answer.headline.startswith("All is as wanted") == answer.as_wanted
    for fact in lines(answer):
        assert "\x1b" not in fact.text
        assert "\n" not in fact.text
    assert answer_json(answer)["headline"] == answer.headline
