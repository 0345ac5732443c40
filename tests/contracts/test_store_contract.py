"""One suite for the store in memory and on disk: what commands and the scheduler rely on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from make import (
    NOW,
    make_arming,
    make_artifact,
    make_event,
    make_node,
    make_one_off,
    make_progress,
    make_replica,
    make_replicas,
    make_task,
)
from store.values import ARTIFACTS, CLUSTERS, LEADERS, TASKS, folds
from tasktui.domain.artifact import Artifact, ArtifactId, ArtifactKind, Spec, Users
from tasktui.domain.build import Build, BuildStatus
from tasktui.domain.event import Event, EventKind
from tasktui.domain.observed import ClusterState, ClusterView, SchedulerView
from tasktui.domain.schedule import OneOff
from tasktui.domain.status import Status
from tasktui.domain.task import Override, Pause, Task, TaskId
from tasktui.errors import Conflict, LeadershipLost, NotFound, StaleRevision
from tasktui.scheduler.ports import Update
from tasktui.store import events, notes
from tasktui.store.store import Store

LATER = NOW + timedelta(minutes=1)
CONNECTED = ClusterView(state=ClusterState.CONNECTED, address="http://127.0.0.1:8265", seen_at=NOW)

arbitrary = settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = Store.memory() if request.param == "memory" else Store.open(tmp_path / "s/tasktui.db")
    yield made
    made.close()


@contextmanager
def undone(store: Store) -> Iterator[None]:
    """A transaction that fails at its end."""
    with suppress(ZeroDivisionError), store.transaction():
        yield
        raise ZeroDivisionError


# Tasks


@arbitrary
@given(task=TASKS)
def test_a_task_comes_back_whole(store: Store, task: Task) -> None:
    added = store.add_task(task)
    found = store.task_by_id(added.id)
    store.delete_task(added.id)
    assert found == added == replace(task, id=added.id)
    assert folds(found.schedule) == folds(task.schedule)


@arbitrary
@given(old=TASKS, new=TASKS)
def test_a_saved_task_comes_back_whole_as_the_next_generation(
    store: Store, old: Task, new: Task
) -> None:
    added = store.add_task(old)
    saved = store.save_task(replace(new, id=added.id))
    found = store.task_by_id(added.id)
    store.delete_task(added.id)
    assert found == saved == replace(new, id=added.id, generation=old.generation + 1)
    assert folds(found.schedule) == folds(new.schedule)


@pytest.mark.parametrize("fold", [0, 1])
def test_which_of_two_equal_local_times_is_meant_is_kept(store: Store, fold: int) -> None:
    at = datetime(2026, 11, 1, 1, 15, fold=fold)  # noqa: DTZ001 - a local time
    store.add_task(make_task(schedule=make_one_off(at, timezone="America/New_York")))
    schedule = store.task("chat").schedule
    assert isinstance(schedule, OneOff)
    assert schedule.at
    assert schedule.at.fold == fold


def test_mappings_are_nobody_elses(store: Store) -> None:
    added = store.add_task(make_task(env={"A": "1"}, autoscaling={"x": [1]}))
    found = store.task_by_id(added.id)
    assert isinstance(found.env, dict)
    found.env["A"] = "2"
    assert store.task_by_id(added.id) == added


def test_text_that_utf8_cannot_hold_becomes_visible(store: Store) -> None:
    added = store.add_task(make_task(progress=make_progress(last_error="bad \ud800 end")))
    assert store.task_by_id(added.id).progress.last_error == "bad \\ud800 end"


@pytest.mark.parametrize("key", ["in-use", "x'; DROP TABLE task; --", "", "\x00", "\ud800"])
def test_a_name_that_nobody_has_is_not_found(store: Store, key: str) -> None:
    store.add_task(make_task())
    with pytest.raises(NotFound):
        store.task(key)
    assert store.task("chat")


def test_a_name_belongs_to_one_living_task(store: Store) -> None:
    first = store.add_task(make_task())
    with pytest.raises(Conflict, match="taken"):
        store.add_task(make_task())
    store.save_task(replace(first, archived_at=NOW, archived_by="op"))
    second = store.add_task(make_task())
    assert store.task("chat").id == second.id
    assert store.task("chat", archived=True).id == first.id


def test_archived_tasks_may_share_a_name_and_the_newest_is_found(store: Store) -> None:
    for minutes in (2, 5, 3):
        task = store.add_task(make_task(revision=minutes))
        store.save_task(replace(task, archived_at=NOW + timedelta(minutes=minutes)))
    assert store.task("chat", archived=True).revision == 5
    assert len(store.tasks(Status.ARCHIVED)) == 3


def test_restoring_onto_a_taken_name_is_refused_and_changes_nothing(store: Store) -> None:
    old = store.add_task(make_task(archived_at=NOW, archived_by="op"))
    store.add_task(make_task())
    with pytest.raises(Conflict):
        store.save_task(replace(old, archived_at=None))
    assert store.task_by_id(old.id) == old


def test_renaming_onto_a_taken_name_is_refused_and_changes_nothing(store: Store) -> None:
    store.add_task(make_task("one"))
    two = store.add_task(make_task("two"))
    with pytest.raises(Conflict, match="'one'"):
        store.save_task(replace(two, name="one"))
    assert store.task("two") == two


def test_an_id_is_never_given_twice(store: Store) -> None:
    first = store.add_task(make_task())
    store.delete_task(first.id)
    assert store.add_task(make_task()).id > first.id


def test_every_save_counts_one_generation_up_whatever_the_caller_believed(store: Store) -> None:
    task = store.add_task(make_task())
    assert store.save_task(task).generation == 2
    assert store.save_task(task).generation == 3
    assert store.task("chat").generation == 3


def test_a_save_onto_the_revision_it_was_made_from_is_taken(store: Store) -> None:
    task = store.add_task(make_task(revision=3))
    assert store.save_task(replace(task, revision=4), revision=3).revision == 4


@pytest.mark.parametrize("stale", [2, 4, 0, -1])
def test_a_save_onto_another_revision_is_refused_and_changes_nothing(
    store: Store, stale: int
) -> None:
    task = store.add_task(make_task(revision=3))
    with pytest.raises(StaleRevision, match=r"revision 3.*began at"):
        store.save_task(replace(task, revision=stale + 1, file_path="other"), revision=stale)
    assert store.task("chat") == task


@pytest.mark.parametrize("revision", [None, 1])
def test_a_deleted_task_cannot_be_saved(store: Store, revision: int | None) -> None:
    task = store.add_task(make_task())
    store.delete_task(task.id)
    with pytest.raises(NotFound, match="does not exist any more"):
        store.save_task(task, revision=revision)


def test_a_task_that_is_not_there_cannot_be_read_or_deleted(store: Store) -> None:
    with pytest.raises(NotFound):
        store.task_by_id(TaskId(7))
    with pytest.raises(NotFound):
        store.delete_task(TaskId(7))


def test_a_name_that_is_not_found_comes_with_close_ones(store: Store) -> None:
    store.add_task(make_task("chat-prod"))
    store.add_task(make_task("gone", archived_at=NOW))
    with pytest.raises(NotFound, match="Did you mean chat-prod"):
        store.task("chat-prd")
    with pytest.raises(NotFound, match="archived one: restore it"):
        store.task("gone")
    with pytest.raises(NotFound, match="Did you mean gone"):
        store.task("gon", archived=True)


def test_deleting_a_task_takes_its_events_and_no_others(store: Store) -> None:
    one, two = store.add_task(make_task("one")), store.add_task(make_task("two"))
    store.log(make_event(task="one"), one.id)
    store.log(make_event(task="two"), two.id)
    store.log(make_event(task=None))
    store.delete_task(one.id)
    assert [e.task for e in store.events()] == ["two", None]


def test_tasks_are_listed_by_name_and_archived_ones_only_on_request(store: Store) -> None:
    for name in ("b", "c", "a"):
        store.add_task(make_task(name))
    store.add_task(make_task("d", archived_at=NOW))
    assert [t.name for t in store.tasks()] == ["a", "b", "c"]
    assert [t.name for t in store.live_tasks()] == ["b", "c", "a"]
    assert [t.name for t in store.tasks(Status.ARCHIVED)] == ["d"]


def test_each_status_has_its_tasks_and_its_count(store: Store) -> None:
    living = [s for s in Status if s is not Status.ARCHIVED]
    for number, status in enumerate(living):
        for copy in range(number):
            store.add_task(make_task(f"t-{number}-{copy}", status=status))
    store.add_task(make_task("away", status=Status.IDLE, archived_at=NOW))
    expected: dict[Status, int] = {s: n for n, s in enumerate(living)}
    expected[Status.ARCHIVED] = 1
    assert store.counts() == expected
    assert {s: len(store.tasks(s)) for s in Status} == expected


def test_an_empty_store_counts_every_status_as_zero(store: Store) -> None:
    assert store.counts() == dict.fromkeys(Status, 0)
    assert store.tasks() == store.live_tasks() == []


def test_who_uses_an_artifact_is_counted_by_label(store: Store) -> None:
    assert store.users() == {}
    store.add_task(make_task("b", artifact="m@1", status=Status.RUNNING))
    store.add_task(make_task("a", artifact="m@1", status=Status.IN_QUEUE))
    store.add_task(make_task("c", artifact="m@2"))
    store.add_task(make_task("gone", artifact="old@1", archived_at=NOW))
    assert store.users() == {
        "m@1": Users(2, "a", Status.IN_QUEUE),
        "m@2": Users(1, "c", Status.IDLE),
    }


def test_armed_tasks_that_need_gpus_are_found(store: Store) -> None:
    half = Spec(gpu=0.5, custom=(("licence", 1.0),))
    store.add_task(make_task("b", spec=half, armed=make_arming()))
    store.add_task(make_task("a", spec=Spec(gpu=8), armed=make_arming()))
    store.add_task(make_task("idle", spec=half))
    store.add_task(make_task("cpu", armed=make_arming()))
    store.add_task(make_task("away", spec=half, armed=make_arming(), archived_at=NOW))
    assert [t.name for t in store.tasks_on_gpus()] == ["a", "b"]


# The scheduler's passes


def resting(store: Store, name: str, until: datetime | None, **kw: Any) -> Task:
    """A task that waits, as a pass of the scheduler left it."""
    waits = make_progress(Status.IN_QUEUE)
    task = store.add_task(make_task(name, armed=make_arming(), progress=waits))
    left = Update(
        task=task.id, generation=task.generation, progress=replace(waits, rests_until=until, **kw)
    )
    store.record(store.lead(SchedulerView()), [left], [], CONNECTED)
    return store.task(name)


def awake(store: Store, now: datetime = NOW) -> list[str]:
    return [t.name for t in store.awake_tasks(now)]


def test_tasks_that_rest_are_not_awake_until_their_time(store: Store) -> None:
    hour = timedelta(hours=1)
    resting(store, "soon", NOW + hour)
    resting(store, "later", NOW + 2 * hour)
    resting(store, "watched", None)
    store.add_task(make_task("idle"))
    store.add_task(make_task("ends", status=Status.NEED_STOP))
    store.add_task(make_task("goes", archive_when_idle=True))
    store.add_task(make_task("away", armed=make_arming(), archived_at=NOW))
    assert awake(store) == ["watched", "ends", "goes"]
    assert store.next_awake(NOW) == NOW + hour
    assert awake(store, NOW + hour) == ["soon", "watched", "ends", "goes"]
    assert store.next_awake(NOW + hour) == NOW + 2 * hour
    assert store.next_awake(NOW + 2 * hour) is None


def test_whoever_changes_the_wish_wakes_the_task(store: Store) -> None:
    task = resting(store, "chat", NOW + timedelta(hours=1))
    assert awake(store) == []
    saved = store.save_task(task)
    assert awake(store) == ["chat"]
    assert saved == store.task("chat")


def test_what_happened_after_now_is_awake_because_the_clock_went_back(store: Store) -> None:
    resting(store, "past", NOW + timedelta(hours=1), point_at=NOW - timedelta(hours=2))
    resting(store, "point", NOW + timedelta(hours=1), point_at=NOW + timedelta(minutes=2))
    store.add_task(make_task("idle", progress=make_progress(since=NOW + timedelta(minutes=2))))
    assert awake(store) == ["point", "idle"]


def test_live_tasks_come_in_pages_by_id(store: Store) -> None:
    tasks = [store.add_task(make_task(name)) for name in ("c", "a", "b")]
    assert store.live_tasks(limit=2) == tasks[:2]
    assert store.live_tasks(tasks[1].id, 2) == tasks[2:]


def update(task: Task, status: Status = Status.RUNNING, **kw: Any) -> Update:
    return Update(
        **{
            "task": task.id,
            "generation": task.generation,
            "progress": make_progress(status, replicas=(make_replica(),), attempt=2),
            **kw,
        }
    )


def test_progress_lands_on_the_generation_it_was_computed_from(store: Store) -> None:
    epoch, task = store.lead(SchedulerView()), store.add_task(make_task())
    change = update(task, events=(make_event(EventKind.STATUS_CHANGED),))
    assert store.record(epoch, [change], [], CONNECTED) == 1
    assert store.task("chat") == replace(task, progress=change.progress)
    assert [e.kind for e in store.events(task.id)] == [EventKind.STATUS_CHANGED]


def test_progress_for_an_older_wish_is_dropped_with_its_events_and_the_rest_is_kept(
    store: Store,
) -> None:
    epoch = store.lead(SchedulerView())
    old, other = store.add_task(make_task("old")), store.add_task(make_task("other"))
    new = store.save_task(replace(old, file_path="changed"))
    updates = [update(t, disarm=True, events=(make_event(task=t.name),)) for t in (old, other)]
    assert store.record(epoch, updates, [], CONNECTED) == 1
    assert store.task("old") == new
    assert [e.task for e in store.events()] == ["other"]


def test_progress_of_a_task_that_is_gone_or_archived_is_dropped(store: Store) -> None:
    epoch = store.lead(SchedulerView())
    gone, away = store.add_task(make_task("gone")), store.add_task(make_task("away"))
    store.delete_task(gone.id)
    away = store.save_task(replace(away, archived_at=NOW))
    assert store.record(epoch, [update(gone), update(away)], [], CONNECTED) == 0
    assert store.task("away", archived=True) == away


def test_progress_never_touches_the_wish(store: Store) -> None:
    epoch = store.lead(SchedulerView())
    task = store.add_task(make_task(revision=3, generation=9, restarts=2, stop_forced=True))
    store.record(epoch, [update(task)], [], CONNECTED)
    found = store.task("chat")
    assert replace(found, progress=task.progress) == task


def test_disarming_ends_the_activation_with_its_override_and_pause(store: Store) -> None:
    epoch = store.lead(SchedulerView())
    task = store.add_task(
        make_task(
            armed=make_arming(),
            override=Override(make_replicas("3"), NOW, None, "op"),
            pause=Pause(None, NOW, None, "op"),
        )
    )
    store.record(epoch, [update(task, Status.IDLE, disarm=True)], [], CONNECTED)
    found = store.task("chat")
    assert (found.armed, found.override, found.pause) == (None, None, None)
    assert found.schedule == task.schedule


def test_what_stood_over_the_schedule_ends_with_its_event_and_nothing_else_does(
    store: Store,
) -> None:
    epoch = store.lead(SchedulerView())
    override, pause = Override(make_replicas("3"), NOW, LATER, "op"), Pause(None, NOW, LATER, "op")
    task = store.add_task(make_task(armed=make_arming(), override=override, pause=pause))
    first = update(task, override_ended=True, events=(make_event(EventKind.OVERRIDE_ENDED),))
    assert store.record(epoch, [first], [], CONNECTED) == 1
    assert store.task("chat") == replace(task, progress=first.progress, override=None)
    second = update(task, pause_ended=True, events=(make_event(EventKind.PAUSE_ENDED),))
    assert store.record(epoch, [second], [], CONNECTED) == 1
    found = store.task("chat")
    assert found == replace(task, progress=second.progress, override=None, pause=None)
    kinds = [e.kind for e in store.events(task.id)]
    assert kinds == [EventKind.OVERRIDE_ENDED, EventKind.PAUSE_ENDED]


def test_a_newer_override_is_not_ended_by_an_older_pass(store: Store) -> None:
    epoch = store.lead(SchedulerView())
    task = store.add_task(make_task(armed=make_arming()))
    newer = store.save_task(replace(task, override=Override(make_replicas("3"), NOW, None, "op")))
    assert store.record(epoch, [update(task, override_ended=True)], [], CONNECTED) == 0
    assert store.task("chat") == newer


def test_a_task_that_was_to_be_archived_when_idle_is_put_away(store: Store) -> None:
    epoch = store.lead(SchedulerView())
    task = store.add_task(make_task(archive_when_idle=True))
    idle = update(task, archive=True, progress=make_progress(since=LATER))
    store.record(epoch, [idle], [], CONNECTED)
    found = store.task("chat", archived=True)
    assert (found.archived_at, found.archived_by) == (LATER, "scheduler")
    assert not found.archive_when_idle
    assert store.add_task(make_task()).id != task.id


def test_epochs_only_grow(store: Store) -> None:
    assert [store.lead(SchedulerView(epoch=7)) for _ in range(3)] == [1, 2, 3]


def test_an_old_epoch_writes_nothing(store: Store) -> None:
    old = store.lead(SchedulerView(holder="first", pid=1))
    store.lead(SchedulerView(holder="second", pid=2))
    task, event = store.add_task(make_task()), make_event(task=None)
    for attempt in (
        lambda: store.record(old, [update(task)], [event], CONNECTED),
        lambda: store.record(old, [], [], store.cluster()),
        lambda: store.record(old, [], [], CONNECTED),
        lambda: store.heartbeat(old, LATER),
    ):
        with pytest.raises(LeadershipLost, match=r"second \(pid 2\)"):
            attempt()
    assert store.task("chat") == task
    assert store.events() == []
    assert store.cluster() == ClusterView()
    assert store.leader().heartbeat_at is None


def test_one_event_that_cannot_be_written_takes_the_whole_pass_back(store: Store) -> None:
    epoch, task = store.lead(SchedulerView()), store.add_task(make_task())
    broken = make_event(at=NOW.replace(tzinfo=None))
    with pytest.raises(TypeError):
        store.record(epoch, [update(task)], [make_event(task=None), broken], CONNECTED)
    assert store.task("chat") == task
    assert store.events() == []
    assert store.cluster() == ClusterView()


# The rows that every viewer sees


@arbitrary
@given(view=CLUSTERS)
def test_the_last_look_at_the_cluster_comes_back_whole(store: Store, view: ClusterView) -> None:
    epoch = store.lead(SchedulerView())
    store.record(epoch, [], [make_event(task=None)], view)
    assert store.cluster() in (view, replace(view, seen_at=store.cluster().seen_at))


@arbitrary
@given(view=LEADERS)
def test_the_leaders_row_comes_back_with_a_new_epoch(store: Store, view: SchedulerView) -> None:
    epoch = store.lead(view)
    assert store.leader() == replace(view, epoch=epoch)


def test_before_the_first_look_the_views_are_empty(store: Store) -> None:
    assert store.cluster() == ClusterView()
    assert store.leader() == SchedulerView()


def test_a_heartbeat_moves_only_its_moment(store: Store) -> None:
    epoch = store.lead(SchedulerView(holder="node", pid=3, started_at=NOW, heartbeat_at=NOW))
    store.heartbeat(epoch, LATER)
    expected = SchedulerView(
        holder="node", pid=3, epoch=epoch, started_at=NOW, heartbeat_at=LATER, version=""
    )
    assert store.leader() == expected


@pytest.mark.parametrize(
    ("later", "kept"),
    [(0.0, False), (1.9, False), (2.0, True), (-1.0, True)],
    ids=["the same moment", "soon after", "two seconds after", "the clock went back"],
)
def test_a_look_that_differs_only_by_its_moment_is_kept_every_two_seconds(
    store: Store, later: float, kept: bool
) -> None:
    epoch = store.lead(SchedulerView())
    store.record(epoch, [], [], CONNECTED)
    again = replace(CONNECTED, seen_at=NOW + timedelta(seconds=later))
    store.record(epoch, [], [], again)
    assert store.cluster() == (again if kept else CONNECTED)


def test_a_look_that_differs_is_kept_at_once(store: Store) -> None:
    epoch = store.lead(SchedulerView())
    store.record(epoch, [], [], CONNECTED)
    changed = replace(CONNECTED, nodes=(make_node(),))
    store.record(epoch, [], [], changed)
    assert store.cluster() == changed


# Events


def test_an_event_comes_back_whole_with_a_number(store: Store) -> None:
    task = store.add_task(make_task())
    event = make_event(
        EventKind.STATUS_CHANGED,
        old=Status.IN_QUEUE,
        new=Status.NEED_STOP,
        reason="because \u2028 \x1b[31m",
        revision=4,
        instant=LATER,
    )
    store.log(event, task.id)
    (found,) = store.events(task.id)
    assert found.id > 0
    assert replace(found, id=0) == event


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_of_event_can_be_kept(store: Store, kind: EventKind) -> None:
    store.log(make_event(kind))
    assert store.events()[0].kind is kind


def test_a_point_is_logged_once_for_each_task_kind_and_instant(store: Store) -> None:
    one, two = store.add_task(make_task("one")), store.add_task(make_task("two"))
    applied = make_event(EventKind.POINT_APPLIED, instant=NOW)
    for task in (one, two):
        for event in (
            applied,
            replace(applied, at=LATER, reason="again"),
            replace(applied, kind=EventKind.POINT_SUPERSEDED),
            replace(applied, instant=LATER),
        ):
            store.log(event, task.id)
    assert [(e.kind, e.instant) for e in store.events(one.id)] == [
        (EventKind.POINT_APPLIED, NOW),
        (EventKind.POINT_SUPERSEDED, NOW),
        (EventKind.POINT_APPLIED, LATER),
    ]
    assert len(store.events(two.id)) == 3
    assert store.events(one.id)[0].reason == ""


def test_events_without_a_task_have_their_instants_once_too(store: Store) -> None:
    for _ in range(2):
        store.log(make_event(task=None, instant=NOW))
    assert len(store.events()) == 1


def test_events_without_an_instant_are_all_kept(store: Store) -> None:
    task = store.add_task(make_task())
    for _ in range(3):
        store.log(make_event(), task.id)
    assert len(store.events(task.id)) == 3


def test_a_repeated_point_in_a_pass_is_skipped_and_the_rest_goes_on(store: Store) -> None:
    epoch, task = store.lead(SchedulerView()), store.add_task(make_task())
    point = make_event(EventKind.POINT_APPLIED, instant=NOW)
    for _ in range(2):
        store.record(epoch, [update(task, events=(point,))], [], CONNECTED)
    assert len(store.events()) == 1
    assert store.task("chat").status is Status.RUNNING


def test_the_newest_events_come_oldest_first_and_after_a_number(store: Store) -> None:
    task = store.add_task(make_task())
    for number in range(5):
        store.log(make_event(reason=str(number)), task.id if number % 2 else None)
    assert _reasons(store.events(limit=2)) == ["3", "4"]
    assert _reasons(store.events(task.id)) == ["1", "3"]
    third = store.events()[2].id
    assert _reasons(store.events(after=third)) == ["3", "4"]
    assert _reasons(store.events(task.id, after=third)) == ["3"]


def test_the_event_log_is_bounded_and_loses_its_oldest_rows(store: Store) -> None:
    store.log(make_event(reason="oldest"))
    _next_key(store, "event", events.KEPT + 999)
    store.log(make_event(reason="just before a trim"))
    assert _reasons(store.events()) == ["oldest", "just before a trim"]
    store.log(make_event(reason="trims"))
    assert _reasons(store.events()) == ["just before a trim", "trims"]


# Artifacts


@arbitrary
@given(artifact=ARTIFACTS)
def test_an_artifact_comes_back_whole(store: Store, artifact: Artifact) -> None:
    added = store.add_artifact(artifact)
    found = store.artifact(f"{artifact.name}@1")
    store.remove_artifact(added.id)
    assert found == added == replace(artifact, id=added.id)


def test_new_content_makes_a_new_version_and_the_old_one_stays(store: Store) -> None:
    first = store.add_artifact(_model("a"))
    second = store.add_artifact(_model("b"))
    assert (first.version, second.version) == (1, 2)
    assert store.artifact("model@1") == first
    assert store.artifact("model@2") == second
    assert store.artifact("model") == second


@pytest.mark.parametrize(
    "change",
    [
        {"file_path": "other"},
        {"deployment_name": "other"},
        {"build": Build(scales="Other")},
        {"env": {"A": "1"}},
    ],
    ids=str,
)
def test_other_settings_of_the_same_content_make_a_new_version(
    store: Store, change: dict[str, Any]
) -> None:
    store.add_artifact(_model("a"))
    assert store.add_artifact(replace(_model("a"), **change)).version == 2


def test_the_same_content_and_settings_give_the_same_version(store: Store) -> None:
    first = store.add_artifact(_model("a"))
    store.add_artifact(_model("b"))
    again = store.add_artifact(replace(_model("a"), description="other words", created_by="op2"))
    assert again == first
    assert len(store.artifacts()) == 2


def test_what_a_build_tells_is_no_part_of_what_makes_a_version(store: Store) -> None:
    first = store.add_artifact(_model("a"))
    told = replace(
        first,
        scaled="Other",
        autoscaling={"upscale_delay_s": 1},
        build=Build(status=BuildStatus.FAILURE, error="why", at=NOW),
    )
    assert store.tell_build(told, first.build)
    assert store.artifact("model") == told
    assert store.add_artifact(_model("a")) == told
    assert not store.tell_build(first, first.build), "somebody else told something meanwhile"
    assert store.artifact("model") == told


def test_artifacts_are_listed_by_name_the_newest_first(store: Store) -> None:
    for name, digest in (("b", "1"), ("a", "1"), ("b", "2")):
        store.add_artifact(replace(_model(digest), name=name))
    assert [a.label for a in store.artifacts()] == ["a@1", "b@2", "b@1"]


def test_a_name_belongs_to_one_kind_of_artifact(store: Store) -> None:
    store.add_artifact(make_artifact("echo"))
    with pytest.raises(Conflict, match="another kind"):
        store.add_artifact(replace(_model("a"), name="echo"))


@pytest.mark.parametrize(
    "label",
    ["", "mode", "model@", "model@0", "model@9", "model@x", "@1", "model@\u0661"],
)
def test_a_label_that_nothing_has_is_not_found(store: Store, label: str) -> None:
    store.add_artifact(_model("a"))
    with pytest.raises(NotFound, match="No artifact is named"):
        store.artifact(label)


@pytest.mark.parametrize("digits", [18, 19, 20, 5000])
def test_a_version_of_many_digits_is_not_found(store: Store, digits: int) -> None:
    store.add_artifact(_model("a"))
    with pytest.raises(NotFound, match="No artifact is named"):
        store.artifact("model@" + "9" * digits)


def test_a_label_that_is_not_found_comes_with_close_ones(store: Store) -> None:
    store.add_artifact(_model("a"))
    with pytest.raises(NotFound, match="Did you mean model"):
        store.artifact("modle")
    with pytest.raises(NotFound, match="tasktui artifact ls lists them"):
        store.artifact("xyzzy")


def test_a_task_that_is_not_found_comes_with_the_verb_that_lists_all(store: Store) -> None:
    with pytest.raises(NotFound, match=r"named 'xyzzy'\. tasktui ls lists them"):
        store.task("xyzzy")
    with pytest.raises(NotFound, match="tasktui ls --status Archived lists them"):
        store.task("xyzzy", archived=True)


def test_an_artifact_in_use_stays_and_its_users_are_named(store: Store) -> None:
    used, free = store.add_artifact(_model("a")), store.add_artifact(_model("b"))
    store.add_task(make_task("one", artifact_id=used.id, digest="a"))
    store.add_task(make_task("two", artifact_id=used.id, digest="a", archived_at=NOW))
    with pytest.raises(Conflict, match=r"used by one, two \(archived\)"):
        store.remove_artifact(used.id)
    store.remove_artifact(free.id)
    assert store.artifacts() == [used]
    with pytest.raises(NotFound):
        store.remove_artifact(free.id)


def test_a_package_is_in_use_while_an_artifact_or_a_task_needs_it(store: Store) -> None:
    artifact = store.add_artifact(_model("a"))
    task = store.add_task(make_task(artifact_id=ArtifactId(99), digest="a"))
    assert store.digest_in_use("a")
    store.remove_artifact(artifact.id)
    assert store.digest_in_use("a")
    store.delete_task(task.id)
    assert not store.digest_in_use("a")


def test_packages_lie_in_a_private_folder(store: Store) -> None:
    path = store.archive_path("abc")
    assert path.name == "abc.zip"
    assert path.parent.stat().st_mode & 0o777 == 0o700


# Notes


def test_a_store_keeps_one_owner_id_of_six_hex_digits(store: Store) -> None:
    assert store.owner() == store.owner()
    assert len(store.owner()) == 6
    int(store.owner(), 16)


def test_settings_are_kept_and_replaced(store: Store) -> None:
    assert store.setting("address") is None
    store.set_setting("address", "http://a")
    store.set_setting("address", "")
    assert store.setting("address") == ""


def test_a_setting_of_the_scheduler_is_kept_under_the_newest_epoch_alone(store: Store) -> None:
    old = store.lead(SchedulerView(holder="a"))
    store.keep_setting(old, "agreed", "1")
    new = store.lead(SchedulerView(holder="b"))
    for value in ("1", "2"):
        with pytest.raises(LeadershipLost):
            store.keep_setting(old, "agreed", value)
    assert store.setting("agreed") == "1"
    store.keep_setting(new, "agreed", "2")
    assert store.setting("agreed") == "2"


def test_each_user_has_one_draft(store: Store) -> None:
    body: dict[str, object] = {"name": "ch\u00e4t", "points": [["08:00", 1]], "late": None}
    store.save_draft("op1", {"name": "older"})
    store.save_draft("op1", body)
    store.save_draft("op2", {})
    store.clear_draft("op2")
    store.clear_draft("nobody")
    assert store.draft("op1") == body
    assert store.draft("op2") is None


def test_an_action_happens_once(store: Store) -> None:
    assert [store.once(key) for key in ("a", "b", "a", "b")] == [True, True, False, False]


def test_an_action_that_failed_may_be_sent_again(store: Store) -> None:
    with undone(store):
        assert store.once("a")
    assert store.once("a")


def test_the_memory_of_actions_is_bounded(store: Store) -> None:
    store.once("oldest")
    _next_key(store, "action", notes.KEPT_ACTIONS + 999)
    assert not store.once("oldest")
    assert store.once("trims")
    assert not store.once("trims")
    assert store.once("oldest")


# Transactions and the version


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    with undone(store):
        task = store.add_task(make_task())
        store.log(make_event(), task.id)
        store.set_setting("k", "v")
    assert store.tasks() == []
    assert store.events() == []
    assert store.setting("k") is None


def test_a_failed_part_of_a_transaction_leaves_the_other_parts(store: Store) -> None:
    with store.transaction():
        store.set_setting("a", "1")
        with undone(store):
            store.set_setting("b", "1")
            with store.transaction():
                store.set_setting("c", "1")
        store.set_setting("d", "1")
    assert [store.setting(k) for k in "abcd"] == ["1", None, None, "1"]


def test_a_refused_write_inside_a_transaction_leaves_the_other_parts(store: Store) -> None:
    with store.transaction():
        store.add_task(make_task("one"))
        with pytest.raises(Conflict):
            store.add_task(make_task("one"))
        store.add_task(make_task("two"))
    assert [t.name for t in store.tasks()] == ["one", "two"]


def test_an_outer_failure_takes_finished_parts_back(store: Store) -> None:
    with undone(store), store.transaction():
        store.add_task(make_task())
    assert store.tasks() == []


@pytest.mark.parametrize(
    "write",
    [
        lambda s, _: s.add_task(make_task("new")),
        lambda s, t: s.save_task(t),
        lambda s, t: s.delete_task(t.id),
        lambda s, _: s.log(make_event()),
        lambda s, _: s.set_setting("k", "v"),
        lambda s, _: s.save_draft("op", {}),
        lambda s, _: s.add_artifact(_model("a")),
        lambda s, t: s.record(1, [update(t)], [], CONNECTED),
        lambda s, _: s.record(1, [], [make_event(task=None)], CONNECTED),
    ],
    ids=["add", "save", "delete", "log", "setting", "draft", "artifact", "progress", "notice"],
)
def test_the_version_grows_with_every_change_made_here(store: Store, write: Any) -> None:
    store.lead(SchedulerView())
    task = store.add_task(make_task())
    before = store.version()
    write(store, task)
    assert store.version() > before


def test_the_version_stays_with_reads_heartbeats_looks_and_dropped_updates(store: Store) -> None:
    epoch, task = store.lead(SchedulerView()), store.add_task(make_task())
    store.save_task(task)
    store.set_setting("k", "v")
    before = store.version()
    store.tasks()
    store.heartbeat(epoch, LATER)
    store.record(epoch, [], [], CONNECTED)
    store.record(epoch, [update(task)], [], CONNECTED)
    store.set_setting("k", "v")
    assert store.version() == before


def test_nothing_of_sqlite_comes_out_for_an_event_of_a_task_that_is_gone(store: Store) -> None:
    with pytest.raises(NotFound, match="does not exist any more"):
        store.log(make_event(), TaskId(99))


def _model(digest: str) -> Artifact:
    return make_artifact("model", kind=ArtifactKind.FOLDER, digest=digest)


def _reasons(found: list[Event]) -> list[str]:
    return [e.reason for e in found]


def _next_key(store: Store, table: str, key: int) -> None:
    """Let the next row of ``table`` have this key, as after that many rows."""
    store._db.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", [key - 1, table])


def test_words_of_a_newer_version_are_read_as_far_as_they_are_known(store: Store) -> None:
    """Two versions share one form of the database: the older one must not stumble."""
    task = store.add_task(make_task())
    store.log(make_event(reason="because"), task.id)
    store._db.execute("UPDATE event SET kind = 'teleported', old = 'Idle', new = 'Elsewhere'")
    store._db.execute("""UPDATE task SET badges = '[["!glowing",""],["!short","1/4"]]'""")
    (event,) = store.events(task.id)
    assert event.kind is EventKind.NOTICE
    assert event.reason == "teleported: because"
    assert (event.old, event.new) == (Status.IDLE, None)
    assert [str(m) for m in store.task("chat").progress.badges] == ["!short 1/4"]
    epoch = store.lead(SchedulerView())
    store.record(epoch, (), (), CONNECTED)
    store._db.execute("UPDATE cluster SET body = json_set(body, '$.mood', 'fine')")
    assert store.cluster() == CONNECTED


def test_a_heartbeat_tells_the_boot_clock_and_keeps_which_boot_it_is(store: Store) -> None:
    epoch = store.lead(SchedulerView(holder="node", pid=3, boot_id="b", beat_s=1.5))
    store.heartbeat(epoch, LATER, 7.25)
    assert (store.leader().boot_id, store.leader().beat_s) == ("b", 7.25)
