from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from make import make_replica
from tasktui.config import NO_SCHEDULER
from tasktui.domain.observed import ClusterState, ClusterView
from tasktui.domain.status import Badge, Mark, Reason, Status
from tasktui.engine.local import LocalStatus
from tasktui.engine.local_record import LocalState
from tasktui.runtime import daemon
from tasktui.tui.app import CRASHED, encoding, make_desk
from tasktui.tui.desk import CLUSTER_GRACE
from tasktui.tui.screens.tasks import TasksScreen
from tui.bench import CLUSTER, Bench, asked, press, text, until

SIZE = (100, 30)


def root(pilot: Pilot[None]) -> TasksScreen:
    screen = pilot.app.screen_stack[0]
    assert isinstance(screen, TasksScreen)
    return screen


async def test_the_app_opens_on_the_table_of_tasks(bench: Bench) -> None:
    bench.sees()
    bench.running("chat")
    bench.launched("embed")
    async with bench.app().run_test(size=SIZE) as pilot:
        seen = await until(pilot, "embed")
        assert "[1 All 2]" in seen
        assert "> chat" in seen
        assert "http://127.0.0.1:8000/chat" in seen


async def test_an_empty_store_says_how_to_begin(bench: Bench) -> None:
    async with bench.app().run_test(size=SIZE) as pilot:
        assert "launch one" in await until(pilot, "No task yet.")


async def test_a_change_by_somebody_else_appears_without_any_key(bench: Bench) -> None:
    task = bench.launched()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        bench.launched("late")
        await until(pilot, "late")
        bench.becomes(task, Status.STARTING)
        await until(pilot, "4 Starting 1")


async def test_a_change_is_shown_behind_an_open_dialog_too(bench: Bench) -> None:
    bench.running()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await asked(pilot, "D", "Deactivate chat")
        bench.launched("late")
        await until(pilot, lambda: [t.name for t in root(pilot).feed.loaded] == ["chat", "late"])


@pytest.mark.parametrize("garbage", [b"this is not a database, at all" * 100, b"\0" * 4096])
async def test_a_broken_database_is_said_and_read_again_once_it_is_mended(
    bench: Bench, garbage: bytes
) -> None:
    bench.config.state_dir.mkdir(exist_ok=True)
    bench.config.database.write_bytes(garbage)
    async with bench.app().run_test(size=SIZE) as pilot:
        seen = await until(pilot, "The store cannot be read.")
        assert "This is not an empty list" in seen
        assert "No task yet" not in seen
        await press(pilot, "question_mark", seen="Keys of")
        await press(pilot, "q", seen="cannot be read")
        bench.config.database.unlink()
        await until(pilot, "No task yet.")
        bench.launched("first")
        await until(pilot, "> first")


async def test_a_database_of_a_newer_version_is_said(bench: Bench) -> None:
    bench.launched()
    with bench.store() as store:
        store._db.execute("PRAGMA user_version = 9999")
    async with bench.app().run_test(size=SIZE) as pilot:
        seen = await until(pilot, "The store cannot be read.")
        assert "newer" in seen


async def test_rows_stay_with_a_banner_when_the_database_is_deleted(bench: Bench) -> None:
    bench.launched()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        bench.config.database.unlink()
        seen = await until(pilot, "Cannot read the store")
        assert "> chat" in seen


async def test_a_scheduler_that_is_down_is_in_the_banner(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(NO_SCHEDULER)
    monkeypatch.setattr(daemon, "spawn", lambda *_: None)
    bench.launched()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "The scheduler is starting")
        bench.later(minutes=1)
        await until(pilot, "The scheduler is down: nothing starts or stops.")


async def test_a_scheduler_that_is_started_elsewhere_is_not_said_to_start(bench: Bench) -> None:
    bench.launched()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "Please start it where it belongs")


async def test_a_cluster_that_did_not_start_is_in_the_banner(bench: Bench) -> None:
    bench.running()  # so that the scheduler is not the first thing to be said
    bench.sees(ClusterView())
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        desk = root(pilot).desk
        desk.note_cluster(LocalStatus(state=LocalState.BROKEN, error="port 8265 is taken"))
        assert desk.trouble().broken == "port 8265 is taken"


def test_the_stages_of_a_start_are_kept_until_it_is_over(bench: Bench) -> None:
    desk = bench.app().desk
    desk.ask_cluster()
    desk.note_cluster(LocalStatus(state=LocalState.DOWN))
    assert desk.starting == "preparing"
    desk.note_cluster(LocalStatus(state=LocalState.STARTING, stage="starting Serve"))
    assert desk.trouble().starting == "starting Serve"
    desk.note_cluster(LocalStatus(state=LocalState.RUNNING))
    assert (desk.starting, desk.broken) == ("", "")


def test_a_start_that_nothing_is_heard_of_counts_as_failed(bench: Bench) -> None:
    desk = bench.app().desk
    desk.ask_cluster()
    bench.at += CLUSTER_GRACE + timedelta(seconds=1)
    desk.note_cluster(LocalStatus(state=LocalState.DOWN, log=Path("/s/cluster.log")))
    assert desk.starting == ""
    assert "/s/cluster.log" in desk.broken


async def test_q_on_the_table_leaves_with_success(bench: Bench) -> None:
    app = bench.app()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "No task yet.")
        await pilot.press("q")
    assert app.return_code == 0


@pytest.mark.parametrize("keys", ["", "d", "l", "c", "question_mark", "D", "n", "slash"])
async def test_every_screen_survives_every_size(bench: Bench, keys: str) -> None:
    bench.sees()
    bench.running()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        if keys:
            await pilot.press(keys)
            await pilot.pause(0.1)
        for size in ((80, 24), (20, 5), (1, 1), (200, 60), (79, 23), (40, 8), (300, 3)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert text(pilot) is not None
        await pilot.resize_terminal(*SIZE)
        await pilot.pause()
        assert text(pilot).strip()


async def test_text_from_outside_is_drawn_as_text_on_every_screen(bench: Bench) -> None:
    bad = "[red]x[/nope] [@click=app.exit]go[/] \x1b]52;c;aGk=\x07 \u202eevil \ud800"
    bench.sees(ClusterView(state=ClusterState.UNREACHABLE, address="http://h", error=bad))
    bench.running(
        replicas=0,
        reason=Reason(bad),
        badges=(Mark(Badge.FAILED, bad),),
        last_error=bad,
    )
    task = bench.task()
    row = make_replica(bad[:30], state="[b]", node_ip=bad)
    bench.becomes(task, Status.RUNNING, replicas=(row,), reason=Reason(bad))
    async with bench.app().run_test(size=(120, 40)) as pilot:
        await until(pilot, "> chat")
        for key in ("d", "l", "c", "D"):
            await pilot.press(key)
            await pilot.pause(0.1)
            seen = text(pilot)
            assert "\x1b" not in seen
            assert "\x07" not in seen
            assert "\u202e" not in seen
            await pilot.press("escape")
            await pilot.pause(0.05)
        seen = await press(pilot, "d", seen="Last error")
        assert "[red]x[/nope]" in seen


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"LANG": "C.UTF-8"}, "UTF-8"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "ascii"),
        ({"LC_CTYPE": "de_DE.ISO-8859-1@euro", "LANG": "C.UTF-8"}, "ISO-8859-1"),
        ({"LANG": "POSIX"}, "ascii"),
        ({}, "ascii"),
    ],
)
def test_the_encoding_is_the_locales(environ: dict[str, str], name: str) -> None:
    assert encoding(environ) == name


def test_no_color_and_an_ascii_locale_make_a_plain_desk(bench: Bench) -> None:
    desk = make_desk(bench.other, {"NO_COLOR": "1", "LC_ALL": "C", "TZ": "Asia/Tokyo"})
    assert desk.palette.theme == "mono"
    assert desk.palette.glyphs.ascii
    assert str(desk.mine) == "Asia/Tokyo"


def test_the_exit_code_of_a_crash_is_softwares() -> None:
    assert CRASHED == 70


async def test_an_answer_of_ray_is_shown_when_it_comes(bench: Bench) -> None:
    bench.running()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "no cluster")
        bench.sees(CLUSTER)
        await until(pilot, "ray 127.0.0.1:8265")
