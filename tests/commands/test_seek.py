"""What SQL finds is what the face shows: the same words, on any task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from make import NOW, make_replicas, make_task
from store.values import TASKS, TEXT
from tasktui.commands.present import may_age, problem
from tasktui.domain.search import COLUMNS, Search, terms
from tasktui.domain.status import Badge, Mark, Reason, Status
from tasktui.domain.task import Override, Pause, Task
from tasktui.store.store import Store
from tasktui.tui.present import matches, searchable
from tasktui.tui.texts import told
from tasktui.tui.times import TimeBase, View

NEAR = st.timedeltas(timedelta(days=-20), timedelta(days=20)).map(lambda delta: NOW + delta)
REASONS = st.sampled_from(
    ["", "waiting for 20:00", "paused until 08:00", "draining: 2 left", "Needs 8 GPU", "Größe"]
)
OFTEN = st.sampled_from(["12", "in", "ago", "h"])
VIEWS = st.builds(View, now=st.just(NOW), base=st.sampled_from(TimeBase), stale=st.booleans())


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    """Any task, more often one as they are."""
    task: Task = draw(TASKS)
    reason = Reason(draw(REASONS | TEXT), draw(st.none() | NEAR))
    p = replace(task.progress, reason=reason, since=draw(NEAR), last_run_at=draw(st.none() | NEAR))
    p = replace(p, badges=draw(st.sampled_from([(), p.badges])))
    if draw(st.booleans()):
        task = replace(task, archived_at=None)
    if draw(st.booleans()):  # as most tasks are: nothing is told but what is stored
        task = replace(task, override=None, pause=None)
        p = replace(p, badges=(), reason=Reason(draw(REASONS)))
    return replace(task, progress=p)


@st.composite
def queries(draw: st.DrawFn, texts: list[str]) -> str:
    """Words that are there, in part, and words that are not."""
    words = []
    for _ in range(draw(st.integers(1, 3))):
        found = draw(st.sampled_from([w for t in texts for w in t.split()] or ["x"]))
        start = draw(st.sampled_from([0, draw(st.integers(0, len(found) - 1))]))
        word = found[start : start + draw(st.integers(1, 8))]
        word = draw(st.sampled_from([word, word.upper(), draw(TEXT), draw(OFTEN)]))
        column = draw(st.sampled_from(["", "", "nocolumn:", *(f"{c}:" for c in sorted(COLUMNS))]))
        words.append(f"{draw(st.sampled_from(['', '', '!']))}{column}{word}")
    return " ".join(words)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    made = Store.memory()
    yield made
    made.close()


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(tasks(), min_size=1, max_size=4), VIEWS, st.data())
def test_sql_finds_what_the_filter_shows(
    store: Store, made: list[Task], view: View, data: st.DataObject
) -> None:
    texts = [text for task in made for text in searchable(task, view).values()]
    query = data.draw(queries(texts))
    problems = data.draw(st.booleans())
    kept = []
    for n, task in enumerate(made):
        kept.append(store.add_task(replace(task, name=f"{task.name}-{n}", app="", own_route="")))
    passing = [t for t in kept if matches(t, view, query) and (problem(t) or not problems)]
    counts = {s: sum(t.status is s for t in passing) for s in Status}
    telling = partial(told, view=view)
    try:
        for status in (None, *Status):
            search = Search(status, terms(query, may_age), problems)
            found = store.seek(search, telling)
            right = [t for t in passing if status is t.status or not (status or t.archived_at)]
            right.sort(key=lambda t: t.name)
            assert list(found.ids) == [t.id for t in right], query
            assert list(store.seek(search, telling, 2).ids) == [t.id for t in right[:2]], query
            assert store.tally(search, telling) == counts
            beyond = store.tally(search, telling, beyond=True)
            assert {**beyond, **found.counts} == (counts if search.narrows else beyond)
            assert not sum(beyond[s] for s in found.counts)
    finally:
        for task in kept:
            store.delete_task(task.id)


def test_every_status_badge_and_hand_is_found_by_its_words(store: Store) -> None:
    view, one = View(now=NOW), make_replicas("1-1")
    made = [make_task(f"{n}-plain", status=status) for n, status in enumerate(Status)]
    marked = [replace(t.progress, badges=(Mark(Badge.MISSED),)) for t in made]
    made += [replace(t, name=f"m{t.name}", progress=p) for t, p in zip(made, marked, strict=True)]
    made += [
        make_task("hand", status=Status.RUNNING, override=Override(one, NOW, None, "op")),
        make_task("rest", status=Status.IN_QUEUE, pause=Pause(one, NOW, None, "op")),
    ]
    kept = [store.add_task(task) for task in made]
    words = {text[:3] for t in kept for text in told(t, view)["status"].split()}
    for word in sorted(words | {"missed", "zzz"}):
        for query in (word, f"!{word}", f"status:{word}", f"reason:{word}", f"!status:{word}"):
            found = store.seek(Search(None, terms(query, may_age)), lambda t: told(t, view))
            right = [t for t in kept if not t.archived_at and matches(t, view, query)]
            assert set(found.ids) == {t.id for t in right}, query
    for task in kept:
        store.delete_task(task.id)


def test_only_tasks_whose_texts_may_hold_the_word_are_told_anew(store: Store) -> None:
    asked: list[Task] = []

    def telling(task: Task) -> dict[str, str]:
        asked.append(task)
        return told(task, View(now=NOW))

    waiting = make_task("waiting", status=Status.IN_QUEUE)
    reason = Reason("waiting for 20:00", NOW + timedelta(hours=6))
    waiting = replace(waiting, progress=replace(waiting.progress, reason=reason))
    still = [store.add_task(make_task(f"still-{n}")) for n in range(3)]
    waiting = store.add_task(waiting)
    for query, count in (
        ("llama", 0),
        ("!llama", 0),
        ("waiting", 0),
        ("6h", 1),
        ("status:idle", 0),
    ):
        asked.clear()
        store.seek(Search(None, terms(query, may_age)), telling)
        assert len(asked) == count, query
    for task in (*still, waiting):
        store.delete_task(task.id)
