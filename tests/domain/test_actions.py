from __future__ import annotations

from dataclasses import replace

import pytest

from make import NOW, make_arming, make_replicas, make_task
from tasktui.domain.actions import Action, refusal
from tasktui.domain.status import Status
from tasktui.domain.task import Override, Pause, Task, When

A = Action
IDLE, QUEUED, STARTING, RUNNING = (
    Status.IDLE,
    Status.IN_QUEUE,
    Status.STARTING,
    Status.RUNNING,
)
STOPPING, ARCHIVED = Status.NEED_STOP, Status.ARCHIVED

ALLOWED = {
    IDLE: {A.ACTIVATE, A.EDIT, A.ARCHIVE, A.CLONE},
    QUEUED: {A.DEACTIVATE, A.EDIT, A.ARCHIVE, A.CLONE, A.OVERRIDE, A.PAUSE},
    STARTING: {A.DEACTIVATE, A.EDIT, A.ARCHIVE, A.CLONE, A.OVERRIDE, A.PAUSE},
    RUNNING: {A.DEACTIVATE, A.EDIT, A.ARCHIVE, A.CLONE, A.RESTART, A.OVERRIDE, A.PAUSE},
    STOPPING: {A.DEACTIVATE, A.EDIT, A.ARCHIVE, A.CLONE},
    ARCHIVED: {A.RESTORE, A.DELETE, A.CLONE},
}
"""Which action is allowed in which status. An In-queue task here was activated *now*.

Rollback needs another revision, which has a test of its own.
"""

WHY = [
    (IDLE, A.DEACTIVATE, "chat is Idle: there is nothing to deactivate."),
    (IDLE, A.RESTART, "chat is Idle: only a Running task can be restarted."),
    (IDLE, A.RESTORE, "chat is Idle: only an archived task can be restored."),
    (IDLE, A.DELETE, "chat is Idle: only an archived task can be deleted; archive it first."),
    (IDLE, A.OVERRIDE, "chat is Idle: only an activated task can be scaled by hand."),
    (IDLE, A.RESUME, "chat is Idle: only an activated task can be resumed."),
    (STOPPING, A.PAUSE, "chat is Need Stop: only an activated task can be paused."),
    (RUNNING, A.CLEAR, "chat is not scaled by hand: there is no override to clear."),
    (RUNNING, A.RESUME, "chat is not paused: there is nothing to resume."),
    (ARCHIVED, A.OVERRIDE, "chat is archived and read-only: restore it first."),
    (QUEUED, A.ACTIVATE, "chat is In-queue: it is active already."),
    (RUNNING, A.ACTIVATE, "chat is Running: it is active already."),
    (STOPPING, A.ACTIVATE, "chat is still stopping: activate it when it is Idle."),
    (STOPPING, A.RESTART, "chat is Need Stop: only a Running task can be restarted."),
    (ARCHIVED, A.EDIT, "chat is archived and read-only: restore it first."),
    (ARCHIVED, A.ARCHIVE, "chat is archived and read-only: restore it first."),
]


def task(status: Status, when: When = When.NOW, *, forced: bool = False) -> Task:
    if status is ARCHIVED:
        return make_task(archived_at=NOW)
    armed = make_arming(when=when) if status in {QUEUED, STARTING, RUNNING} else None
    return make_task(status=status, armed=armed, stop_forced=forced)


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("status", list(Status))
def test_an_action_is_allowed_exactly_where_the_table_says(status: Status, action: Action) -> None:
    reason = refusal(task(status), action)
    assert (not reason) is (action in ALLOWED[status])


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("status", list(Status))
def test_a_refusal_is_one_sentence_about_the_task(status: Status, action: Action) -> None:
    reason = refusal(task(status), action)
    assert not reason or (reason.startswith("chat is ") and reason.endswith("."))


@pytest.mark.parametrize(("status", "action", "why"), WHY)
def test_a_refusal_says_why(status: Status, action: Action, why: str) -> None:
    assert refusal(task(status), action) == why


@pytest.mark.parametrize(("when", "allowed"), [(When.NEXT, True), (When.NOW, False)])
def test_a_task_that_waits_for_its_next_time_may_be_activated_now(
    when: When, allowed: bool
) -> None:
    assert (not refusal(task(QUEUED, when), A.ACTIVATE)) is allowed


def test_a_stop_can_be_forced_once() -> None:
    assert not refusal(task(STOPPING), A.DEACTIVATE)
    assert "by force already" in refusal(task(STOPPING, forced=True), A.DEACTIVATE)


@pytest.mark.parametrize("status", [QUEUED, STARTING, RUNNING])
def test_what_stands_over_the_schedule_can_be_ended(status: Status) -> None:
    override, pause = Override(make_replicas("4"), NOW, None, "op"), Pause(None, NOW, None, "op")
    stepped_in = replace(task(status), override=override, pause=pause)
    assert {a for a in (A.CLEAR, A.RESUME) if not refusal(stepped_in, a)} == {A.CLEAR, A.RESUME}


@pytest.mark.parametrize("status", [s for s in Status if s is not ARCHIVED])
def test_an_archived_task_stays_so_whatever_its_progress_says(status: Status) -> None:
    away = make_task(status=status, archived_at=NOW)
    assert {a for a in Action if not refusal(away, a)} == ALLOWED[ARCHIVED]


@pytest.mark.parametrize("status", [IDLE, QUEUED, STARTING, RUNNING, STOPPING])
def test_a_task_that_was_edited_can_be_rolled_back_in_any_live_status(status: Status) -> None:
    assert refusal(replace(task(status), revision=2), A.ROLLBACK) == ""
    assert "first revision" in refusal(task(status), A.ROLLBACK)
