from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from make import (
    NOW,
    make_arming,
    make_daily,
    make_event,
    make_progress,
    make_replica,
    make_replicas,
    make_task,
)
from tasktui.commands.edits import Change
from tasktui.commands.revisions import Step
from tasktui.domain.artifact import Spec
from tasktui.domain.event import EventKind
from tasktui.domain.observed import ClusterState, ClusterView
from tasktui.domain.revision import revision_of
from tasktui.domain.status import Badge, Mark, Reason, Status
from tasktui.domain.task import Override, Task, When
from tasktui.tui.lines import Line, Tone, fit, plain, width
from tasktui.tui.summary import detail, last_words, pane, summary, title
from tasktui.tui.times import TimeBase, View

CLUSTER = ClusterView(
    state=ClusterState.CONNECTED,
    address="http://127.0.0.1:8265",
    serve_url="http://127.0.0.1:8000",
    seen_at=NOW,
)
VIEW = View(now=NOW, mine=ZoneInfo("Europe/Berlin"), cluster=CLUSTER, owner="0a1b2c")
NEW_YORK = make_daily("08:00=2-4,20:00=0-1", "America/New_York")
HOSTILE = "\x1b]52;c;aGk=\x07\x9b31m\u202e[@click=app.quit]x[/]"
VISIBLE = "\\x1b]52;c;aGk=\\x07\\x9b31m\\u202e[@click=app.quit]x[/]"


def running(**kw: Any) -> Task:
    progress = make_progress(
        Status.RUNNING,
        since=NOW - timedelta(minutes=2),
        replicas=(make_replica("r1", node_ip="10.0.0.4", pid=7), make_replica("r2", "STARTING")),
        wanted=make_replicas("2-4"),
    )
    defaults: dict[str, Any] = {
        "armed": make_arming(NOW - timedelta(hours=6)), "progress": progress, "schedule": NEW_YORK
    }  # fmt: skip
    return make_task(**{**defaults, **kw})


def texts(lines: list[Line]) -> dict[str, str]:
    """Label to value; lines without a label belong to the one above."""
    found: dict[str, str] = {}
    label = ""
    for parts in lines:
        text = plain(parts)
        label = text[:11].strip() or label
        found[label] = f"{found.get(label, '')} {text[11:].strip()}".strip()
    return found


def test_why_a_task_waits_is_not_cut_off_where_there_is_a_second_line() -> None:
    reason = Reason("needs 2 GPU on one node; most free: vm with 1 (first 3); and more to tell")
    queued = make_task(progress=make_progress(Status.IN_QUEUE, reason=reason))
    rows = [plain(row) for row in pane(queued, VIEW, None, 4, 60)]
    assert [row[:11].strip() for row in rows] == ["In force", "Status", "", "Endpoint"]
    assert " ".join((rows[1] + rows[2]).split()).endswith(reason.text)
    assert plain(pane(queued, VIEW, None, 4, 40)[2]).endswith(" ...")
    assert len(pane(running(), VIEW, None, 7, 100)) == 7


def test_the_first_four_lines_are_the_most_important() -> None:
    shown = [plain(row)[:11].strip() for row in summary(running(), VIEW, None, 4)]
    assert shown == ["In force", "Status", "Endpoint", "Last"]
    assert len(summary(running(), VIEW, None, 7)) == 7


@pytest.mark.parametrize(
    ("base", "shown"),
    [
        (TimeBase.TASK, "2-4 since 08:00 New_York; next 20:00 0-1 in 11h00, Fri 08:00 2-4"),
        (TimeBase.MINE, "2-4 since 14:00 CET; next Fri 02:00 0-1 in 11h00, Fri 14:00 2-4"),
        (TimeBase.UTC, "2-4 since 13:00Z; next Fri 01:00Z 0-1 in 11h00, Fri 13:00Z 2-4"),
    ],
)
def test_what_is_in_force_names_whose_clock_it_is_told_by_and_fits_80_cells(
    base: TimeBase, shown: str
) -> None:
    row = summary(running(), replace(VIEW, base=base), None, 4)[0]
    assert texts([row]) == {"In force": shown}
    assert width(row) <= 80


@pytest.mark.parametrize(
    ("task", "shown"),
    [
        (make_task(), "not activated; A arms Daily 08:00 2-4, 20:00 0-1, UTC"),
        (make_task(archived_at=NOW), "archived, read-only; X restores it"),
        (make_task(status=Status.NEED_STOP), "nothing; it stops, and keeps its schedule"),
        (
            running(armed=make_arming(NOW, When.NEXT), schedule=make_daily("20:00=0-1")),
            "nothing yet; next 20:00Z 0-1 in 6h00, Fri 20:00Z 0-1",
        ),
        (
            running(
                armed=make_arming(NOW, When.NEXT),
                schedule=make_daily("20:00=0-1", "America/New_York"),
            ),
            "nothing yet (New_York); next 20:00 0-1 in 11h00, Fri 20:00 0-1",
        ),
        (
            running(override=Override(make_replicas("6-6"), NOW, NOW + timedelta(hours=1), "op")),
            "6-6 by hand until 10:00 New_York; then 2-4 in 1h00, 20:00 0-1",
        ),
        (
            running(override=Override(make_replicas("6-6"), NOW, None, "op")),
            "6-6 by hand until cleared; no point is applied meanwhile",
        ),
    ],
)
def test_what_is_in_force(task: Task, shown: str) -> None:
    assert texts(summary(task, VIEW, None, 1)) == {"In force": shown}


def test_an_unknown_zone_is_said_and_ends_nothing() -> None:
    task = running(schedule=make_daily(timezone="Mars/Base"))
    assert "Mars/Base" in texts(summary(task, VIEW, None, 1))["In force"]
    assert "Mars/Base" in texts(detail(task, VIEW, [], 80))["In force"]


def test_the_status_counts_replicas_and_gives_the_whole_reason() -> None:
    assert texts(summary(running(), VIEW, None, 2))["Status"] == "Running, 1 of 2 replicas ready"
    (first, *rest) = running(scaled="Echo").progress.replicas
    gateway = replace(first, deployment="Gateway", state="RUNNING")
    progress = replace(running().progress, replicas=(first, *rest, gateway))
    composed = running(scaled="Echo", progress=progress)
    assert texts(summary(composed, VIEW, None, 2))["Status"] == (
        "Running, 1 of 2 replicas ready, 1 of 1 of other deployments"
    )
    reason = Reason("needs 128 CPU, 800 GB, 8 H100 on one node; most free: gpu-05 with 1 GPU")
    queued = running(progress=make_progress(Status.IN_QUEUE, reason=reason))
    assert texts(summary(queued, VIEW, None, 2))["Status"] == f"In-queue: {reason.text}"


def test_need_stop_counts_what_is_left_once() -> None:
    progress = make_progress(
        Status.NEED_STOP,
        replicas=(make_replica(),),
        reason=Reason("draining: 1 left", NOW + timedelta(seconds=30)),
    )
    shown = texts(summary(make_task(progress=progress), VIEW, None, 2))["Status"]
    assert shown == "Need Stop: 1 left, draining, by force in 30 s"


def test_badges_and_last_known_statuses_are_toned() -> None:
    progress = replace(running().progress, badges=(Mark(Badge.SHORT, "1/4"), Mark(Badge.UPDATING)))
    task = running(progress=progress)
    tones = {s.text.strip(): s.tone for s in summary(task, VIEW, None, 2)[1]}
    assert (tones["Running"], tones["!short 1/4"]) == (Tone.RUNNING, Tone.PROBLEM)
    assert tones["updating"] is Tone.NOTE
    stale = {s.text.strip(): s.tone for s in summary(task, replace(VIEW, stale=True), None, 2)[1]}
    assert stale["Running"] is stale["!short 1/4"] is Tone.DIM


@pytest.mark.parametrize(
    ("task", "shown"),
    [
        (running(), "http://127.0.0.1:8000/chat  c u copies it, c d the dashboard"),
        (make_task(), "http://127.0.0.1:8000/chat  answers once it is Running"),
        (make_task(status=Status.NEED_STOP), "http://127.0.0.1:8000/chat  answers no more"),
        (make_task(archived_at=NOW), "none while it is archived"),
    ],
)
def test_the_endpoint_says_whether_anything_answers(task: Task, shown: str) -> None:
    assert texts(summary(task, VIEW, None, 3))["Endpoint"] == shown


def test_without_a_cluster_the_endpoint_is_unknown() -> None:
    rows = texts(summary(running(), View(now=NOW), None, 7))
    assert rows["Endpoint"] == "unknown until Ray Serve runs"
    assert rows["Dashboard"] == "-"


def test_an_error_takes_the_place_of_an_endpoint_that_does_not_answer() -> None:
    error = "Traceback\n  File x\nRuntimeError: CUDA out of memory\n\n"
    failed = running(progress=make_progress(Status.IN_QUEUE, last_error=error))
    rows = texts(summary(failed, VIEW, None, 4))
    assert rows["Error"] == "RuntimeError: CUDA out of memory"
    assert "Endpoint" not in rows
    assert "Endpoint" in texts(summary(failed, VIEW, None, 7))
    assert last_words(make_task()) == ""


def test_the_last_event_has_its_time_and_its_actor() -> None:
    event = make_event(EventKind.STATUS_CHANGED, old=Status.STARTING, new=Status.RUNNING)
    assert texts(summary(running(), VIEW, event, 4))["Last"] == (
        "09:00 Starting -> Running  by op (cli)"
    )
    assert texts(summary(running(), VIEW, None, 4))["Last"] == "-"


def test_the_title_names_task_and_revision() -> None:
    assert plain(title(make_task(name="chat", revision=7))) == "chat rev 7"


def test_detail_holds_everything() -> None:
    shown = texts(detail(running(env={"TOKEN": "secret"}), VIEW, [make_event()], 100))
    assert shown["Status"] == "Running, 1 of 2 replicas ready  for 2m"
    assert shown["Next"].startswith("0-1  Thu 2026-03-05 20:00 EST = 01:00Z (+1 day)  in 11h00")
    assert shown["Activated"] == "Thu 2026-03-05 03:00 EST = 08:00Z by op, at once"
    assert shown["Call it"] == "curl -sS http://127.0.0.1:8000/chat"
    assert shown["Dashboard"].endswith("/#/serve/applications/tasktui-0a1b2c-chat")
    assert shown["Runs"] == "serve:app, deployment Echo"
    assert shown["Env"] == "TOKEN=***"  # never its value
    assert shown["Created"] == "Thu 2026-03-05 09:00 EST = 14:00Z by op"


def test_detail_says_a_schedule_once() -> None:
    shown = texts(detail(make_task(), VIEW, [], 100))
    assert shown["In force"] == "not activated; A arms its schedule"
    assert shown["Schedule"] == "Daily 08:00 2-4, 20:00 0-1, UTC"


def test_detail_of_an_archived_task_offers_nothing_to_call() -> None:
    task = make_task(archived_at=NOW - timedelta(days=3), archived_by="op1")
    shown = texts(detail(task, VIEW, [], 100))
    assert shown["Status"] == "Archived: 3d ago by op1"
    assert (shown["Call it"], shown["Dashboard"]) == ("-", "-")
    assert "Next" not in shown


def test_detail_of_last_known_data_counts_no_time_on() -> None:
    assert "for 2m" not in texts(detail(running(), replace(VIEW, stale=True), [], 100))["Status"]


def test_replicas_are_listed_with_node_and_age() -> None:
    up = make_replica(
        "chat#Echo#abc", node_ip="10.0.0.4", pid=7, started_at=NOW - timedelta(hours=2)
    )
    task = running(progress=make_progress(Status.RUNNING, replicas=(up, make_replica("x" * 80))))
    rows = [plain(p) for p in detail(task, VIEW, [], 80)]
    head = next(r for r in rows if "REPLICA" in r)
    found = next(r for r in rows if "chat#Echo#abc" in r)
    assert found.split() == ["chat#Echo#abc", "RUNNING", "10.0.0.4", "7", "2h00"]
    assert found.index("RUNNING") == head.index("STATE")
    assert any("~xxx" in r and len(r) <= 80 for r in rows)  # the end of an id tells it apart
    crashed = replace(running(), progress=replace(running().progress, crashes=(NOW, NOW)))
    rows = [plain(p) for p in detail(crashed, VIEW, [], 80)]
    assert any("2 had to be replaced lately, the last at" in row for row in rows)
    assert " No replica" in [plain(p) for p in detail(make_task(), VIEW, [], 80)]


def test_the_newest_revisions_are_listed_once_there_are_several() -> None:
    task = running()
    first, second = (revision_of(replace(task, revision=n), NOW, "op") for n in (1, 2))
    change = Change("schedule", "08:00 1", "08:00 2", restarts=False, text="hot")
    steps = [Step(first, ()), Step(second, (change,))]
    rows = [plain(p).strip() for p in detail(task, VIEW, [], 100, steps)]
    at = next(i for i, r in enumerate(rows) if r.startswith("HISTORY"))
    assert rows[at + 1].endswith("rev 2 by op")
    assert rows[at + 2] == "schedule: 08:00 1 -> 08:00 2  hot"
    assert rows[at + 3].endswith("rev 1 by op")
    assert not any("HISTORY" in plain(p) for p in detail(task, VIEW, [], 100, steps[:1]))


def test_events_come_newest_first_and_errors_keep_their_lines() -> None:
    events = [make_event(reason="older"), make_event(reason="newer")]
    task = running(progress=make_progress(Status.IN_QUEUE, last_error="Traceback\nBoom"))
    rows = [plain(p).strip() for p in detail(task, VIEW, events, 80)]
    assert rows.index("Traceback") < rows.index("Boom")
    assert [r.split(": ")[1] for r in rows if "notice" in r] == [
        "newer  by op (cli)", "older  by op (cli)"
    ]  # fmt: skip


@pytest.mark.parametrize("cells", [40, 80, 100, 200])
def test_no_line_of_the_detail_is_wider_than_the_screen(cells: int) -> None:
    reason = "日本語 long reason " * 20
    task = running(
        progress=make_progress(Status.IN_QUEUE, reason=Reason(reason), last_error="x" * 500)
    )
    rows = detail(task, VIEW, [make_event(reason=reason)], cells)
    own = [r for r in rows if "REPLICA" not in plain(r)]
    assert all(width(r) <= cells for r in own)


@pytest.mark.parametrize(
    "field", ["name", "artifact", "gpu_type", "reason", "error", "event", "actor", "env", "replica"]
)
def test_hostile_text_in_any_field_becomes_visible(field: str) -> None:
    task, event = running(), make_event()
    progress = task.progress
    if field in {"name", "artifact"}:
        changes: dict[str, Any] = {field: HOSTILE}
        task = replace(task, **changes)
    elif field == "gpu_type":
        task = replace(task, spec=Spec(gpu=1, gpu_type=HOSTILE))
    elif field == "reason":
        task = replace(task, progress=replace(progress, reason=Reason(HOSTILE)))
    elif field == "error":
        task = replace(task, progress=make_progress(Status.IN_QUEUE, last_error=HOSTILE))
    elif field == "env":
        task = replace(task, env={HOSTILE: "x"})
    elif field == "replica":
        task = replace(task, progress=replace(progress, replicas=(make_replica(HOSTILE),)))
    else:
        event = make_event(reason=HOSTILE) if field == "event" else make_event(actor=HOSTILE)
    rows = [*summary(task, VIEW, event, 7), *detail(task, VIEW, [event], 200)]
    shown = [plain(fit(r, 400)) for r in [title(task), *rows]]
    assert all(text.isprintable() for text in shown)
    assert any(VISIBLE in text for text in shown)
