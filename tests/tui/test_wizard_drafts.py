"""Drafts outlive the wizard; each occasion has its own."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from make import make_daily, make_task
from tasktui.domain.task import TaskId
from tasktui.tui.wizard.drafts import LAUNCH, MOST, discard, keep, restore, slot
from tasktui.tui.wizard.look import free_name, judge, look
from tasktui.tui.wizard.model import Draft, Kind, PointDraft
from tui.bench import Bench

DRAFT = Draft(
    name="half ty\x1b",
    kind=Kind.DAILY,
    points=(PointDraft("8", "?", ""),),
    parameters=(("max_tokens", "51?"),),
)


def test_each_occasion_has_its_own_draft() -> None:
    task = make_task(id=TaskId(7))
    assert len({slot(None), slot(task), slot(None, task)}) == 3


def test_a_draft_is_kept_until_it_is_discarded(bench: Bench) -> None:
    def check(commands: object) -> None:
        keep(commands, LAUNCH, DRAFT, Draft(), 3)  # type: ignore[arg-type]
        kept = restore(commands, LAUNCH)  # type: ignore[arg-type]
        assert kept is not None
        assert (kept.draft, kept.base, kept.step, kept.at) == (DRAFT, Draft(), 3, bench.at)
        discard(commands, "another")  # type: ignore[arg-type]
        assert restore(commands, LAUNCH) == kept  # type: ignore[arg-type]
        discard(commands, LAUNCH)  # type: ignore[arg-type]
        assert restore(commands, LAUNCH) is None  # type: ignore[arg-type]

    bench.other.call(check)
    assert bench.other.call(lambda c: c.draft()) is None


def test_the_oldest_drafts_go_first(bench: Bench) -> None:
    for number in range(MOST + 2):
        bench.later(seconds=1)
        bench.other.call(partial(keep, slot=f"edit {number}", draft=DRAFT, base=Draft(), step=1))
    kept = bench.other.call(lambda c: c.draft())
    assert kept is not None
    assert len(kept) == MOST
    assert "edit 1" not in kept


@pytest.mark.parametrize(
    "body",
    [
        {},
        {LAUNCH: 3},
        {LAUNCH: {"at": "yesterday", "draft": {}, "base": {}}},
        {LAUNCH: {"at": "2026-03-05T14:00:00+00:00", "draft": [], "base": {}}},
    ],
)
def test_a_draft_that_cannot_be_read_is_none(bench: Bench, body: dict[str, object]) -> None:
    bench.other.call(lambda c: c.save_draft(body))
    assert bench.other.call(lambda c: restore(c, LAUNCH)) is None


def test_a_free_name_is_counted_up(bench: Bench) -> None:
    bench.launched("chat")
    bench.launched("chat-2")
    names = bench.other.call(lambda c: [free_name(c, s) for s in ("chat", "talk", "No!")])
    assert names == ["chat-3", "talk", ""]


def test_only_tasks_that_matter_are_read(bench: Bench) -> None:
    bench.launched("idle")
    seen = bench.other.call(look)
    assert seen.users["echo"].count == 1
    assert seen.holders == ()
    assert seen.rivals is None
    draft = Draft(artifact="echo", name="new", file_path="serve", deployment_name="app")
    assert bench.other.call(lambda c: judge(c, draft, None)).look.rivals is None


def test_the_store_says_what_it_can_of_a_half_typed_draft(bench: Bench) -> None:
    bench.launched("chat")
    draft = Draft(artifact="echo", name="chat", file_path="nope", deployment_name="app", start="?")
    verdict = bench.other.call(lambda c: judge(c, draft, None))
    assert {p.field for p in verdict.problems if not p.warning} == {"name", "file_path"}


def test_an_edit_is_compared_with_the_task_as_it_is(bench: Bench) -> None:
    task = bench.launched("chat", make_daily("08:00=2-4"))
    draft = Draft(
        artifact="echo",
        name="chat",
        file_path="serve",
        deployment_name="app",
        kind=Kind.DAILY,
        points=(PointDraft("09:00", "2", "4"),),
    )
    verdict = bench.other.call(lambda c: judge(c, draft, task))
    assert verdict.plan
    assert [(c.field, c.text) for c in verdict.plan.changes] == [("schedule", "hot")]
    unreadable = replace(draft, days="?")
    assert bench.other.call(lambda c: judge(c, unreadable, task)).plan is None
