from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from make import NOW, make_daily, make_one_off, make_progress, make_replica, make_task
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import ClusterView, SchedulerView
from tasktui.domain.search import Order, Pulse, Search
from tasktui.domain.status import Status
from tasktui.domain.task import Arming, Progress, Task, When
from tasktui.scheduler.ports import Update
from tasktui.store import rows
from tasktui.store.store import Store


def telling(task: Task) -> dict[str, str]:
    return {"status": str(task.status).lower(), "reason": task.progress.reason.text.lower()}


def names(store: Store, search: Search, limit: int = -1) -> list[str]:
    keys = store.seek(search, telling, limit).ids.tolist()
    found = {t.id: t.name for t in store.tasks_of(keys)}
    return [found[key] for key in keys]  # type: ignore[index]


def armed(task: Task) -> Task:
    return replace(task, armed=Arming(NOW, When.NOW, "op"))


SOME = (
    make_task("b", artifact="z", spec=Spec(gpu=1), created_at=NOW, schedule=make_one_off()),
    armed(
        make_task(
            "c",
            artifact="a",
            spec=Spec(gpu=8),
            created_at=NOW - timedelta(days=1),
            progress=make_progress(
                Status.RUNNING,
                next_at=NOW + timedelta(hours=2),
                replicas=(make_replica("r1"), make_replica("r2", "STARTING")),
            ),
        )
    ),
    armed(
        make_task(
            "a",
            artifact="a",
            created_at=NOW + timedelta(days=1),
            schedule=make_daily("08:00=1-2"),
            progress=make_progress(Status.IN_QUEUE, next_at=NOW + timedelta(hours=1)),
        )
    ),
)


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (Order.NAME, "abc"),
        (Order.ARTIFACT, "acb"),
        (Order.SPEC, "abc"),
        (Order.STATUS, "bac"),
        (Order.READY, "abc"),
        (Order.SCHEDULE, "acb"),
        (Order.NEXT, "acb"),
        (Order.CREATED, "cba"),
    ],
)
def test_tasks_come_in_each_order_and_equal_ones_by_name(
    store: Store, order: Order, found: str
) -> None:
    for task in SOME:
        store.add_task(task)
    assert "".join(names(store, Search(order=order))) == found
    assert names(store, Search(order=order), 2) == list(found[:2])


def test_in_the_other_direction_what_has_no_next_change_stays_last(store: Store) -> None:
    for task in SOME:
        store.add_task(task)
    assert names(store, Search(order=Order.NEXT, reverse=True)) == ["c", "a", "b"]
    assert names(store, Search(order=Order.NAME, reverse=True)) == ["c", "b", "a"]


def test_only_the_status_asked_for_is_found_and_archived_ones_only_there(store: Store) -> None:
    for task in SOME:
        store.add_task(task)
    store.add_task(make_task("old", archived_at=NOW))
    assert names(store, Search(Status.RUNNING)) == ["c"]
    assert names(store, Search(Status.ARCHIVED)) == ["old"]
    assert len(names(store, Search())) == 3
    assert store.tally(Search(), telling)[Status.ARCHIVED] == 1
    assert store.longest(Status.ARCHIVED) == (3, 4)
    assert store.longest(Status.STARTING) == (0, 0)
    assert store.names() == ["a", "b", "c"]


def test_the_pulse_beats_with_every_change_of_a_task_and_only_then(store: Store) -> None:
    first = store.pulse()
    task = store.add_task(make_task())
    added = store.pulse()
    assert added.changes > first.changes
    store.set_setting("k", "v")
    assert store.pulse() == added
    store.delete_task(task.id)
    assert store.pulse() == Pulse(added.changes, added.deletions + 1)


def test_changed_tasks_are_those_written_since(store: Store) -> None:
    one, two = store.add_task(make_task("one")), store.add_task(make_task("two"))
    keys, since = [one.id, two.id], store.pulse().changes
    assert store.tasks_of(keys, since) == []
    saved = store.save_task(two)
    assert store.tasks_of(keys, since) == [saved]
    since = store.pulse().changes
    epoch = store.lead(SchedulerView())
    progress = Progress(status=Status.STARTING, since=NOW)
    store.record(
        epoch,
        [Update(task=one.id, generation=one.generation, progress=progress)],
        [],
        ClusterView(),
    )
    assert [t.progress for t in store.tasks_of(keys, since)] == [progress]


def test_many_ids_are_asked_for_in_parts(store: Store) -> None:
    keys = [store.add_task(make_task(f"t{n}")).id for n in range(1200)]
    assert {t.id for t in store.tasks_of([*keys, 10**9])} == set(keys)


def test_what_is_kept_for_the_search_says_what_it_said() -> None:
    """Whoever changes it adds a step to ``migrations`` that says it anew for all rows."""
    task = make_task("chat", artifact="Mine@2", created_by="Op", spec=Spec(gpu=1, gpu_type="H100"))
    assert rows.words(task) == (
        "chat\nmine@2\n1 h100 1 cpu\ndaily 08:00 2-4, 20:00 0-1, utc\ndaily\nop"
    )
