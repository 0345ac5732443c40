"""The list of columns, and ``:columns``."""

from __future__ import annotations

from dataclasses import replace

import pytest

from make import NOW, make_arming, make_one_off, make_replica, make_task
from tasktui.domain.artifact import Spec
from tasktui.domain.status import Reason, Status
from tasktui.runtime.views import NAME, columns
from tasktui.tui.app import TasktuiApp
from tasktui.tui.chosen import USUAL, Col
from tasktui.tui.commandline import complete, parse
from tasktui.tui.screens.columns import ColumnPicker
from tasktui.tui.screens.tasks import TasksScreen
from tasktui.tui.texts import TEXTS, texts
from tasktui.tui.times import View
from tui.bench import CLUSTER, Bench, press, text, until


def keeping(bench: Bench) -> TasktuiApp:
    app = bench.app()
    app.desk.views = bench.folder / NAME
    return app


def table(app: TasktuiApp) -> TasksScreen:
    screen = app.screen_stack[0]
    assert isinstance(screen, TasksScreen)
    return screen


async def test_columns_are_hidden_moved_and_applied_and_come_back(bench: Bench) -> None:
    bench.launched("alpha")
    app = keeping(bench)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, "> alpha")
        await press(pilot, "f", seen="[x]  name")
        await press(pilot, "space", seen="Name and status are always shown")
        await press(pilot, "j", "space", seen="[ ]  artifact")
        await press(pilot, "G", "space", "K", "shift+up", "enter", seen="10 columns, also")
        chosen = (*(c for c in USUAL if c is not Col.ARTIFACT), Col.ZONE)
        assert table(app).rows.chosen == chosen
        head = text(pilot).splitlines()[4]
        assert "ARTIFACT" not in head
        assert "ZONE" in head
    again = keeping(bench)
    async with again.run_test(size=(120, 40)) as pilot:
        await until(pilot, "> alpha")
        assert table(again).rows.chosen == chosen
        await press(pilot, "f", "0", "enter", seen="10 columns")
        assert table(again).rows.chosen == USUAL
        assert columns(bench.folder / NAME) == ()


async def test_esc_leaves_all_as_it_was_and_what_has_no_room_is_said(bench: Bench) -> None:
    bench.launched("alpha")
    app = keeping(bench)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, "> alpha")
        seen = await press(pilot, "f", seen="No room here for artifact, spec, access")
        assert seen.count("no room") == 5
        assert "Enter apply" in seen
        await pilot.resize_terminal(200, 40)
        await until(pilot, lambda: "no room" not in text(pilot).lower())
        await press(pilot, "j", "space", "J", "escape", seen="ARTIFACT")
        assert table(app).rows.chosen == USUAL
        assert columns(bench.folder / NAME) == ()


@pytest.mark.parametrize("size", [(60, 10), (20, 6)])
async def test_the_list_can_be_used_on_a_small_screen(bench: Bench, size: tuple[int, int]) -> None:
    app = keeping(bench)
    async with app.run_test(size=size) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, ColumnPicker))
        await pilot.press("G", "pagedown", "ctrl+u", "pageup", "ctrl+d", "g", "k", "q")
        await until(pilot, lambda: app.screen is table(app))


async def test_columns_are_typed_and_a_wrong_one_is_said(bench: Bench) -> None:
    bench.launched("alpha")
    app = keeping(bench)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, "> alpha")
        await press(pilot, "colon", *"columns nam", "tab", seen=":columns name")
        await press(pilot, *",status,nxt", "enter", seen="did you mean next?")
        await press(pilot, "backspace", "backspace", *"ext,by", "enter", seen="4 columns, also")
        assert table(app).rows.chosen == (Col.NAME, Col.STATUS, Col.NEXT, Col.BY)
        table(app).run_text("columns access,name,status,by,zone,created")
        await until(pilot, "6 columns, also the next time. No room for")
        await press(pilot, "x", "right", seen="alpha")
        assert table(app).rows.frozen(77) == 0, "nothing stays where the name does not come first"
        table(app).run_text("columns")
        await until(pilot, "[x]  access")


async def test_what_rows_are_ordered_by_is_said_where_no_title_tells_it(bench: Bench) -> None:
    bench.launched("alpha")
    app = keeping(bench)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, "> alpha")
        assert "ordered by" not in await press(pilot, "o", "t", seen="STATUS ^")
        await press(pilot, "o", "c", seen="1 shown, ordered by created")
        await pilot.resize_terminal(130, 24)
        await until(pilot, "CREATED ^")
        assert "ordered by" not in text(pilot)


async def test_a_file_that_cannot_be_written_is_said(bench: Bench) -> None:
    app = bench.app()
    (bench.folder / "file").write_text("")
    app.desk.views = bench.folder / "file" / NAME
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, "No task yet")
        table(app).run_text("columns status,name")
        # A long path breaks the line anywhere.
        await until(pilot, lambda: "cannot be written" in " ".join(text(pilot).split()))
        assert table(app).rows.chosen == (Col.STATUS, Col.NAME)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("columns na", "columns name"),
        ("columns name,sta", "columns name,status"),
        ("columns name,na", "columns name,na"),
        ("columns name,status,last", "columns name,status,last-run"),
        ("columns def", "columns default"),
        ("columns name,def", "columns name,def"),
    ],
)
def test_each_column_is_completed(typed: str, completed: str) -> None:
    assert complete(typed, ()) == completed


def test_the_command_line_says_what_is_wrong_with_columns() -> None:
    assert parse("columns").error == ""
    assert parse("columns default").error == ""
    assert "always shown" in parse("columns name").error
    assert "did you mean" in parse("columns name,status,nex").error


VIEW = View(now=NOW)
RUNS = replace(
    make_task(spec=Spec(gpu=8), created_by="op1", schedule=make_one_off(timezone="Asia/Tokyo")),
    progress=replace(
        make_task().progress,
        status=Status.RUNNING,
        reason=Reason("ready"),
        replicas=(make_replica("a"), make_replica("b")),
        last_run_at=NOW,
    ),
)


@pytest.mark.parametrize(
    ("column", "shown"),
    [
        (Col.REASON, "ready"),
        (Col.SINCE, "05 Mar 14:00Z"),
        (Col.HOLDS, "16 GPU"),
        (Col.LAST_RUN, "05 Mar 14:00Z"),
        (Col.REVISION, "1"),
        (Col.BY, "op1"),
        (Col.ZONE, "Asia/Tokyo"),
    ],
)
def test_what_the_other_columns_tell(column: Col, shown: str) -> None:
    assert TEXTS[column](RUNS, VIEW) == shown


def test_an_endpoint_is_told_while_somebody_wants_it_to_answer() -> None:
    view = View(now=NOW, cluster=CLUSTER)
    assert TEXTS[Col.ACCESS](RUNS, view) == "-"
    armed = replace(RUNS, armed=make_arming())
    assert TEXTS[Col.ACCESS](armed, view) == "http://127.0.0.1:8000/chat"
    assert TEXTS[Col.ACCESS](replace(armed, archived_at=NOW), view) == "-"


def test_the_reason_stands_with_the_status_unless_it_has_a_column() -> None:
    assert texts(RUNS, VIEW, (Col.NAME, Col.STATUS)) == ["chat", "Running ready"]
    assert texts(RUNS, VIEW, (Col.REASON, Col.STATUS)) == ["ready", "Running"]
