from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from make import (
    NOW,
    make_arming,
    make_daily,
    make_one_off,
    make_progress,
    make_replica,
    make_replicas,
    make_task,
)
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import ClusterState, ClusterView, Replica
from tasktui.domain.status import Badge, Mark, Reason, Status
from tasktui.domain.task import Override, Pause, Task, TaskId
from tasktui.tui import texts
from tasktui.tui.chosen import Col
from tasktui.tui.columns import COLUMNS, Placed, layout
from tasktui.tui.lines import Line, Tone, plain, width
from tasktui.tui.present import CELLS, head, matches, row, wants
from tasktui.tui.times import TimeBase, View

CLUSTER = ClusterView(
    state=ClusterState.CONNECTED,
    address="http://127.0.0.1:8265",
    serve_url="http://127.0.0.1:8000",
    seen_at=NOW,
)
VIEW = View(now=NOW, mine=ZoneInfo("Europe/Berlin"), cluster=CLUSTER, owner="0a1b2c")
STALE = replace(VIEW, stale=True)
NEW_YORK = "America/New_York"
HOSTILE = "\x1b]52;c;aGk=\x07\x9b31m\u202e[@click=app.quit]x[/]"
VISIBLE = "\\x1b]52;c;aGk=\\x07\\x9b31m\\u202e[@click=app.quit]x[/]"


def armed(status: Status, **kw: Any) -> Task:
    """An armed task; what is no field of a task belongs to its progress."""
    own = {k: kw.pop(k) for k in ("schedule", "spec", "override", "pause") if k in kw}
    progress = make_progress(status, **{"since": NOW - timedelta(seconds=130), **kw})
    return make_task(armed=make_arming(NOW - timedelta(hours=6)), progress=progress, **own)


def replicas(ready: int, starting: int = 0) -> tuple[Replica, ...]:
    up = [make_replica(f"r{i}") for i in range(ready)]
    return (*up, *(make_replica(f"s{i}", "STARTING") for i in range(starting)))


def soon(**kw: float) -> datetime:
    return NOW + timedelta(**kw)


def stopping(alive: int, reason: Reason) -> Task:
    progress = make_progress(Status.NEED_STOP, replicas=replicas(alive), reason=reason)
    return make_task(progress=progress)


def cell(col: Col, task: Task, view: View = VIEW) -> str:
    return plain(CELLS[col](task, view))


def tones(parts: Line) -> set[Tone]:
    return {s.tone for s in parts if s.text.strip()}


@pytest.mark.parametrize(
    ("task", "shown"),
    [
        (make_task(), "Idle"),
        (
            make_task(progress=make_progress(last_run_at=NOW - timedelta(hours=2))),
            "Idle last run 2h ago",
        ),
        (
            make_task(
                progress=make_progress(
                    reason=Reason("gave up after 5 failed starts"),
                    badges=(Mark(Badge.FAILED, "5/5"),),
                    last_run_at=NOW,
                )
            ),
            "Idle !failed 5/5 gave up after 5 failed starts",
        ),
        (
            make_task(
                progress=make_progress(
                    reason=Reason("its time 08:00 was missed: the scheduler was not running"),
                    badges=(Mark(Badge.MISSED),),
                )
            ),
            "Idle !missed its time 08:00 was missed: the scheduler was not running",
        ),
        (
            armed(Status.IN_QUEUE, reason=Reason("waiting for 20:00", soon(hours=6))),
            "In-queue waiting for 20:00Z (in 6h00)",
        ),
        (
            armed(Status.IN_QUEUE, reason=Reason("needs 8 GPU on one node (2nd in line)")),
            "In-queue needs 8 GPU on one node (2nd in line)",
        ),
        (
            armed(
                Status.IN_QUEUE,
                reason=Reason("retry 3/5", soon(seconds=40)),
                badges=(Mark(Badge.FAILED, "2/5"),),
            ),
            "In-queue !failed 2/5 retry 3/5 (in 40 s)",
        ),
        (armed(Status.STARTING), "Starting 2m10"),
        (
            armed(Status.STARTING, reason=Reason("building the application")),
            "Starting 2m10: building the application",
        ),
        (armed(Status.RUNNING, replicas=replicas(2)), "Running"),
        (
            armed(Status.RUNNING, badges=(Mark(Badge.UNHEALTHY), Mark(Badge.SHORT, "1/4"))),
            "Running !unhealthy !short 1/4",
        ),
        (armed(Status.RUNNING, badges=(Mark(Badge.UPDATING),)), "Running updating"),
        (
            armed(Status.RUNNING, override=Override(make_replicas("4"), NOW, soon(hours=6), "op")),
            "Running +override until 20:00Z",
        ),
        (
            armed(Status.RUNNING, override=Override(make_replicas("4"), NOW, None, "op")),
            "Running +override until cleared",
        ),
        (
            armed(Status.RUNNING, pause=Pause(None, NOW, soon(days=3, hours=16), "op")),
            "Running paused until Mon 06:00Z",
        ),
        (armed(Status.RUNNING, pause=Pause(None, NOW, None, "op")), "Running paused"),
        (
            armed(
                Status.IN_QUEUE,
                pause=Pause(None, NOW, soon(hours=2), "op"),
                reason=Reason("paused until 2026-03-05 16:00", soon(hours=2)),
            ),
            "In-queue paused until 16:00Z (in 2h00)",
        ),
        (
            armed(Status.RUNNING, badges=(Mark(Badge.ZONE), Mark(Badge.DRIFT))),
            "Running !zone !drift",
        ),
        (
            stopping(3, Reason("draining: 3 left", soon(seconds=45))),
            "Need Stop 3 left, draining, by force in 45 s",
        ),
        (stopping(1, Reason("stopping by force: 1 left")), "Need Stop 1 left, stopping by force"),
        (stopping(0, Reason("draining", soon(seconds=1))), "Need Stop draining, by force in 1 s"),
        (
            make_task(archived_at=NOW - timedelta(days=3), archived_by="op1"),
            "Archived 3d ago by op1",
        ),
    ],
)
def test_every_status_is_shown_with_its_badges_and_its_reason(task: Task, shown: str) -> None:
    assert cell(Col.STATUS, task) == shown


def test_an_archived_task_shows_no_badge_of_its_former_life() -> None:
    task = armed(Status.IDLE, badges=(Mark(Badge.MISSED),), reason=Reason("old", soon(hours=1)))
    assert cell(Col.STATUS, replace(task, archived_at=NOW, archived_by="op")) == (
        "Archived 0 s ago by op"
    )


@pytest.mark.parametrize("seconds", [0, -1, -3600])
def test_a_moment_that_has_come_is_not_counted_further(seconds: int) -> None:
    reason = Reason("retry 2/5", soon(seconds=seconds))
    assert cell(Col.STATUS, armed(Status.IN_QUEUE, reason=reason)) == "In-queue retry 2/5"


@pytest.mark.parametrize(
    ("base", "shown"),
    [
        (TimeBase.TASK, "waiting for 20:00 (in 11h00)"),
        (TimeBase.MINE, "waiting for Fri 02:00 (in 11h00)"),
        (TimeBase.UTC, "waiting for Fri 01:00Z (in 11h00)"),
    ],
)
def test_reason_and_next_point_show_one_clock(base: TimeBase, shown: str) -> None:
    schedule = make_daily("08:00=2-4,20:00=0-1", NEW_YORK)
    task = armed(
        Status.IN_QUEUE, schedule=schedule, reason=Reason("waiting for 20:00", soon(hours=11))
    )
    view = replace(VIEW, base=base)
    assert texts.why(task, view) == shown
    at = shown.removeprefix("waiting for ").partition(" (")[0]
    assert cell(Col.NEXT, task, view) == f"{at} 0-1 in 11h00"


def test_last_known_statuses_are_dim_and_nothing_about_them_ticks() -> None:
    for task in (
        armed(Status.STARTING, reason=Reason("starting replicas"), replicas=replicas(0, 1)),
        armed(Status.IN_QUEUE, reason=Reason("retry 2/5", soon(seconds=40))),
        stopping(1, Reason("draining", soon(seconds=9))),
        armed(Status.RUNNING, badges=(Mark(Badge.SHORT, "1/4"),), wanted=make_replicas("4-4")),
    ):
        later = replace(STALE, now=soon(minutes=5))
        assert cell(Col.STATUS, task, STALE) == cell(Col.STATUS, task, later)
        assert tones(CELLS[Col.STATUS](task, STALE)) == {Tone.DIM}
        assert Tone.PROBLEM not in tones(CELLS[Col.READY](task, STALE))


@pytest.mark.parametrize(
    ("task", "shown"),
    [
        (make_task(), "-"),
        (armed(Status.IN_QUEUE), "-"),
        (armed(Status.IN_QUEUE, wanted=make_replicas("2-4")), "0/2-4"),
        (armed(Status.STARTING, wanted=make_replicas("2-4"), replicas=replicas(0, 2)), "0/2-4"),
        (armed(Status.RUNNING, wanted=make_replicas("2-4"), replicas=replicas(3, 1)), "3/2-4"),
        (stopping(3, Reason("draining")), "3/0"),
        (make_task(archived_at=NOW), "-"),
    ],
)
def test_ready_replicas_stand_beside_their_bounds(task: Task, shown: str) -> None:
    assert cell(Col.READY, task) == shown


def test_fewer_ready_than_min_is_a_problem_only_while_running() -> None:
    short = {"wanted": make_replicas("2-4"), "replicas": replicas(1)}
    assert tones(CELLS[Col.READY](armed(Status.RUNNING, **short), VIEW)) == {Tone.PROBLEM}
    assert tones(CELLS[Col.READY](armed(Status.STARTING, **short), VIEW)) == {Tone.PLAIN}


@pytest.mark.parametrize(
    ("task", "shown"),
    [
        (make_task(), "-"),  # not armed: nothing will happen
        (armed(Status.RUNNING), "20:00Z 0-1 in 6h00"),
        (
            armed(Status.RUNNING, schedule=make_daily("08:00=2-4", NEW_YORK)),
            "Fri 08:00 2-4 in 23h00",
        ),
        (
            armed(Status.IN_QUEUE, schedule=make_one_off("2026-12-01T08:00")),
            "2026-12-01 08:00Z 1-2 in 270d",
        ),
        (
            armed(Status.RUNNING, schedule=make_one_off(None, end="2026-03-05T18:00")),
            "18:00Z end in 4h00",
        ),
        (armed(Status.RUNNING, schedule=make_one_off(None)), "-"),
        (armed(Status.RUNNING, pause=Pause(None, NOW, soon(hours=2), "op")), "paused to 16:00Z"),
        (
            armed(Status.RUNNING, override=Override(make_replicas("4"), NOW, soon(hours=2), "op")),
            "16:00Z 2-4 in 2h00",
        ),
        (
            armed(Status.RUNNING, override=Override(make_replicas("4"), NOW, soon(hours=6), "op")),
            "20:00Z 0-1 in 6h00",
        ),
        (
            armed(Status.RUNNING, override=Override(make_replicas("4"), NOW, None, "op")),
            "when cleared",
        ),
        (armed(Status.RUNNING, pause=Pause(None, NOW, None, "op")), "paused"),
        (replace(armed(Status.RUNNING), archived_at=NOW), "-"),
        (armed(Status.RUNNING, schedule=make_daily(timezone="Mars/Base")), "unknown zone"),
    ],
)
def test_the_next_point_says_when_what_and_in_how_long(task: Task, shown: str) -> None:
    assert cell(Col.NEXT, task) == shown


def test_the_url_is_bright_only_where_something_answers() -> None:
    running, idle = armed(Status.RUNNING), make_task()
    assert cell(Col.ACCESS, running) == "http://127.0.0.1:8000/chat"
    assert tones(CELLS[Col.ACCESS](running, VIEW)) == {Tone.PLAIN}
    assert tones(CELLS[Col.ACCESS](running, STALE)) == {Tone.DIM}
    assert tones(CELLS[Col.ACCESS](idle, VIEW)) == {Tone.DIM}
    assert cell(Col.ACCESS, make_task(archived_at=NOW)) == "-"
    assert cell(Col.ACCESS, running, View(now=NOW)) == "-"


def test_created_is_a_moment_by_the_viewers_clock_not_an_age() -> None:
    task = make_task(
        created_at=datetime(2026, 2, 21, 14, tzinfo=UTC), schedule=make_daily(timezone=NEW_YORK)
    )
    assert cell(Col.CREATED, task) == "21 Feb 15:00"
    assert cell(Col.CREATED, task, replace(VIEW, base=TimeBase.UTC)) == "21 Feb 14:00Z"


@pytest.mark.parametrize(
    ("task", "keys"),
    [
        (make_task(), "e C A X"),
        (armed(Status.RUNNING), "e C D X S P R"),
        (replace(armed(Status.RUNNING), revision=2), "e C D X S P B R"),
        (armed(Status.STARTING), "e C D X S P"),
        (make_task(progress=make_progress(Status.NEED_STOP), stop_forced=True), "e C X"),
        (make_task(archived_at=NOW), "C X D"),
    ],
)
def test_actions_are_the_keys_that_apply(task: Task, keys: str) -> None:
    assert cell(Col.ACTIONS, task) == keys
    assert len(keys) <= next(c.most for c in COLUMNS if c.id == Col.ACTIONS)


def test_small_cells() -> None:
    task = make_task(spec=Spec(cpu=16, memory_gb=800, gpu=8, gpu_type="H100"))
    assert cell(Col.NAME, task) == "chat"
    assert cell(Col.ARTIFACT, task) == "echo"
    assert cell(Col.SPEC, task) == "8 H100 16 CPU 800 GB"
    assert cell(Col.SCHEDULE, task) == "Daily 2"
    assert cell(Col.SCHEDULE, make_task(schedule=make_one_off())) == "One-off"


@pytest.mark.parametrize(
    ("cells", "shown"),
    [(20, "8 H100 16 CPU 800 GB"), (19, "8 H100 16 CPU…     "), (10, "8 H100…   "), (4, "8 H…")],
)
def test_a_spec_is_cut_between_resources_never_inside_a_number(cells: int, shown: str) -> None:
    task = make_task(spec=Spec(cpu=16, memory_gb=800, gpu=8, gpu_type="H100"))
    assert plain(row(task, VIEW, (Placed(Col.SPEC, "SPEC", cells),), "…")) == shown


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (18, "20:00Z 0-1 in 6h00"),
        (17, "20:00Z 0-1 6h00  "),
        (14, "20:00Z 0-1…   "),
    ],
)
def test_the_time_left_is_shown_whole_or_not_at_all(cells: int, shown: str) -> None:
    columns = (Placed(Col.NEXT, "NEXT", cells),)
    assert plain(row(armed(Status.RUNNING), VIEW, columns, "…")) == shown


@pytest.mark.parametrize("screen", [60, 80, 100, 120, 200])
@pytest.mark.parametrize(
    "task",
    [
        make_task(),
        armed(Status.RUNNING, replicas=replicas(2), wanted=make_replicas("10-20")),
        make_task(name="a" * 63, artifact="日本語" * 9, spec=Spec(gpu_type="漢字" * 9, gpu=1)),
        make_task(archived_at=NOW, archived_by="日本語"),
    ],
)
def test_rows_and_titles_stand_in_the_same_columns(task: Task, screen: int) -> None:
    columns = layout(screen, wants([task], VIEW))
    assert width(row(task, VIEW, columns, "…")) == width(head(columns)) <= screen


def test_widths_stay_while_statuses_and_times_change() -> None:
    task = make_task()
    for other in (
        armed(Status.RUNNING, replicas=replicas(9), wanted=make_replicas("10-20")),
        armed(Status.STARTING, reason=Reason("x" * 300)),
    ):
        assert wants([task], VIEW) == wants([other], replace(VIEW, now=soon(hours=9)))


@pytest.mark.parametrize(
    "field", ["name", "artifact", "gpu_type", "reason", "archived_by", "badge", "timezone", "url"]
)
def test_hostile_text_in_any_field_becomes_visible(field: str) -> None:
    task, view = armed(Status.RUNNING), VIEW
    if field in {"name", "artifact"}:
        changes: dict[str, Any] = {field: HOSTILE}
        task = replace(task, **changes)
    elif field == "gpu_type":
        task = replace(task, spec=Spec(gpu=1, gpu_type=HOSTILE))
    elif field == "reason":
        task = armed(Status.IN_QUEUE, reason=Reason(HOSTILE))
    elif field == "archived_by":
        task = make_task(archived_at=NOW, archived_by=HOSTILE)
    elif field == "badge":
        task = armed(Status.RUNNING, badges=(Mark(Badge.SHORT, HOSTILE),))
    elif field == "timezone":
        task = armed(Status.RUNNING, schedule=make_daily(timezone=HOSTILE))
    else:
        view = replace(VIEW, cluster=replace(CLUSTER, serve_url=HOSTILE))
    columns = tuple(Placed(c, str(c), 120) for c in Col)
    shown = plain(row(task, view, columns, "…"))
    assert shown.isprintable()
    assert (VISIBLE in shown) or field == "timezone"


WORDS = armed(
    Status.IN_QUEUE,
    reason=Reason("needs 8 GPU on one node"),
    badges=(Mark(Badge.FAILED, "2/5"),),
    spec=Spec(gpu=8, gpu_type="H100"),
)


@pytest.mark.parametrize(
    ("query", "passes"),
    [
        ("", True),
        ("  ", True),
        ("chat", True),
        ("CHAT", True),
        ("hat", True),
        ("nothing", False),
        ("chat h100", True),  # every word
        ("chat nothing", False),
        ("!nothing", True),
        ("!chat", False),
        ("chat !h100", False),
        ("status:queue", True),
        ("status:running", False),
        ("!status:running", True),
        ("!status:queue", False),
        ("status:!failed", True),
        ("name:echo", False),  # that is the artifact
        ("artifact:echo", True),
        ("reason:gpu", True),
        ("spec:h100", True),
        ("type:daily", True),
        ("type:one-off", False),
        ("schedule:08:00", True),
        ("by:op", True),
        ("08:00", True),  # no column of that name: text
        ("color:red", False),
        ("!", True),  # while it is being typed
        ("name:", True),
        ("!name:", True),
    ],
)
def test_filter_words(query: str, passes: bool) -> None:
    assert matches(WORDS, VIEW, query) is passes


def test_the_filter_takes_hostile_words() -> None:
    assert not matches(WORDS, VIEW, HOSTILE)


def test_an_override_stays_visible_through_its_badge() -> None:
    by_hand = Override(make_replicas("6-6"), NOW, None, "op")
    task = armed(Status.RUNNING, override=by_hand, badges=(Mark(Badge.OVERRIDE, "until cleared"),))
    assert matches(task, VIEW, "status:+override")


def test_rows_differ_by_their_task_only() -> None:
    columns = layout(120, wants([make_task()], VIEW))
    one, two = make_task(id=TaskId(1)), make_task(id=TaskId(2))
    assert row(one, VIEW, columns, "…") == row(two, VIEW, columns, "…")
