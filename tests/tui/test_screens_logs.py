"""The log viewer on screen, over logs that grow, end, and are full of surprises."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from make import make_replica
from tasktui.domain.log import ALL_LINES, Stream
from tasktui.domain.status import Status
from tasktui.errors import Unreachable
from tasktui.runtime.kept import keep
from tasktui.runtime.logfeed import LogFeed
from tasktui.runtime.logs import Source
from tasktui.runtime.session import Session
from tasktui.tui.logs import viewer
from tasktui.tui.screens.logs import LogsScreen
from tui.bench import CLUSTER, Bench, press, text, until


class Ray:
    """Logs without Ray: one growing text for every replica and stream."""

    def __init__(self, session: Session) -> None:
        self.lines = ["one", "two"]
        self.error: Exception | None = None
        self.opened: list[tuple[str, Stream]] = []
        self.asked: list[int] = []
        self._real = session.alog_feed
        session.alog_feed = self._feed  # type: ignore[method-assign]

    async def _feed(self, source: Source, stream: Stream, first: int) -> LogFeed:
        self.opened.append((source.id, stream))
        if not source.grows:
            return await self._real(source, stream, first)

        def tail(count: int) -> str:
            self.asked.append(count)
            if self.error is not None:
                raise self.error
            lines = [f"{stream} of {source.id}", *self.lines]
            return "".join(f"{x}\n" for x in (lines if count == ALL_LINES else lines[-count:]))

        return LogFeed(tail, first)


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewer, "EVERY_S", 0.05)


@asynccontextmanager
async def logs(
    bench: Bench, size: tuple[int, int] = (100, 30)
) -> AsyncIterator[tuple[Ray, Pilot[None]]]:
    app = bench.app()
    ray = Ray(app.desk.session)
    async with app.run_test(size=size) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "l", seen="log of chat")
        yield ray, pilot


def screen(pilot: Pilot[None]) -> LogsScreen:
    found = pilot.app.screen
    assert isinstance(found, LogsScreen)
    return found


def numbered(count: int) -> list[str]:
    return [f"line {n:04}." for n in range(count)]


async def typed(pilot: Pilot[None], mark: str, words: str, seen: str) -> str:
    """Open a prompt, type, and enter it."""
    await pilot.press(mark, *words)
    return await press(pilot, "enter", seen=seen)


def ended(bench: Bench, *replicas: str) -> None:
    for ago, name in enumerate(replicas):
        path = keep(bench.config.state_dir, "chat", name, f"the end of {name}\n")
        at = (bench.at - timedelta(minutes=ago)).timestamp()
        os.utime(path, (at, at))


# What is read.


async def test_the_newest_replicas_log_is_shown_and_read_again(bench: Bench) -> None:
    bench.running(replicas=2)
    async with logs(bench) as (ray, pilot):
        await until(pilot, "log of chat chat#r2 (RUNNING)")
        await until(pilot, "log of chat#r2\none\ntwo")
        ray.lines.append("three")
        await until(pilot, "three")
        assert "following  4 lines" in text(pilot)


async def test_the_end_is_followed_until_one_scrolls_up_and_again_at_the_end(
    bench: Bench,
) -> None:
    bench.running(replicas=1)
    async with logs(bench, size=(80, 24)) as (ray, pilot):
        ray.lines += numbered(100)
        await until(pilot, "line 0099.")
        await press(pilot, "k", seen="not following")
        ray.lines.append("new")
        await until(pilot, "104 lines")
        assert "new" not in text(pilot).splitlines()
        await press(pilot, "G", seen="\nnew\n")
        ray.lines.append("newer")
        await until(pilot, "\nnewer\n")
        await press(pilot, "f", seen="not following")
        await press(pilot, "f", seen=" following")


@pytest.mark.parametrize(
    ("keys", "seen"),
    [("g", "log of chat#r1"), (["g", "pagedown", "pageup"], "log of chat#r1"), ("k", "line 0098.")],
)
async def test_the_moving_keys_scroll(bench: Bench, keys: Sequence[str], seen: str) -> None:
    bench.running(replicas=1)
    async with logs(bench, size=(80, 24)) as (ray, pilot):
        ray.lines += numbered(100)
        await until(pilot, "line 0099.")
        await pilot.press(*keys)
        await until(pilot, seen)
        assert "line 0099." not in text(pilot)


async def test_a_log_that_is_rotated_goes_on_with_a_word_about_it(bench: Bench) -> None:
    bench.running(replicas=1)
    async with logs(bench) as (ray, pilot):
        ray.lines += numbered(5)
        await until(pilot, "line 0004.")
        ray.lines = ["after"]
        seen = await until(pilot, "\nafter")
        assert "-- the log begins anew here: it was rotated or emptied --" in seen
        assert "line 0004." in seen


async def test_a_log_that_cannot_be_read_is_said_and_what_was_read_stays(bench: Bench) -> None:
    bench.running(replicas=1)
    async with logs(bench) as (ray, pilot):
        await until(pilot, "two")
        ray.error = Unreachable("Ray does not answer.", "Is it up?")
        await until(pilot, "Ray does not answer. Is it up? Trying again.")
        assert "\ntwo" in text(pilot)
        ray.error, ray.lines = None, ["one", "two", "three"]
        await until(pilot, "three")
        await until(pilot, lambda: "Trying again" not in text(pilot))


async def test_a_log_stays_when_its_replica_is_gone(bench: Bench) -> None:
    task = bench.running(replicas=2)
    async with logs(bench) as (_, pilot):
        await until(pilot, "log of chat#r2\none\ntwo")
        bench.becomes(task, Status.RUNNING, replicas=(make_replica("chat#r9"),))
        await pilot.pause(0.3)
        assert "log of chat#r2\none\ntwo" in text(pilot)


async def test_a_task_without_a_replica_shows_why_it_did_not_start_until_there_is_one(
    bench: Bench,
) -> None:
    task = bench.launched()
    bench.becomes(task, Status.IDLE, last_error="Traceback\nImportError: no module x")
    async with logs(bench) as (_, pilot):
        await until(pilot, "log of chat last error of a start")
        assert "ImportError: no module x" in text(pilot)
        bench.becomes(task, Status.STARTING, replicas=(make_replica("fresh"),))
        await until(pilot, "log of chat fresh (RUNNING)")


async def test_a_task_with_nothing_to_show_says_so(bench: Bench) -> None:
    bench.launched()
    async with logs(bench) as (_, pilot):
        await until(pilot, "(no start has failed; r chooses another log)")


# Which log.


async def test_p_goes_through_the_replicas_that_ended(bench: Bench) -> None:
    bench.running(replicas=1)
    ended(bench, "dead1", "dead2")
    async with logs(bench) as (ray, pilot):
        await until(pilot, "two")
        seen = await press(pilot, "p", seen="the end of dead1")
        assert "log of chat dead1 (ended 05 Mar" in seen
        await press(pilot, "p", seen="the end of dead2")
        await press(pilot, "p", seen="the end of dead1")
        await press(pilot, "e", seen="Only a living replica has them apart.")
        bench.at += timedelta(seconds=1)
        assert ray.opened[-1] == ("dead1", Stream.LOG)


async def test_without_a_living_replica_the_last_one_that_ended_is_shown(bench: Bench) -> None:
    bench.launched()
    ended(bench, "dead1")
    async with logs(bench) as (_, pilot):
        await until(pilot, "the end of dead1")


async def test_where_none_has_ended_p_says_so(bench: Bench) -> None:
    bench.running(replicas=1)
    async with logs(bench) as (_, pilot):
        await press(pilot, "p", seen="No log of a replica that has ended is kept.")


async def test_r_lists_every_log_and_opens_one(bench: Bench) -> None:
    bench.running(replicas=2)
    ended(bench, "dead1")
    async with logs(bench) as (_, pilot):
        await until(pilot, "two")
        seen = await press(pilot, "r", seen="Serve controller")
        assert "logs of chat" in seen
        assert "ended replica" in seen
        assert "> chat#r2" in seen
        await press(pilot, "k", seen="> chat#r1")
        await press(pilot, "enter", seen="log of chat#r1")
        await press(pilot, "r", seen="> chat#r1")
        await press(pilot, "escape", seen="log of chat#r1")
        await press(pilot, "r", "j", "j", "j", "enter", seen="Serve controller, of all")
        await until(pilot, "log of controller")


async def test_e_shows_what_the_process_wrote(bench: Bench) -> None:
    bench.running(replicas=1)
    async with logs(bench) as (_, pilot):
        await until(pilot, "log of chat#r1\n")
        await press(pilot, "e", seen="stderr of chat#r1\n")
        assert "(RUNNING, stderr)" in text(pilot)
        await press(pilot, "e", seen="stdout of chat#r1\n")
        await press(pilot, "e", seen="log of chat#r1\n")


# Searching and filtering.


async def test_a_search_goes_to_matches_and_says_which_of_how_many(bench: Bench) -> None:
    bench.running(replicas=1)
    async with logs(bench, size=(80, 24)) as (ray, pilot):
        ray.lines += [*numbered(100), "an Error", *numbered(100), "ERROR two", *numbered(50)]
        await until(pilot, "255 lines")
        await pilot.press("g")
        seen = await typed(pilot, "slash", "error", "match 1 of 2")
        assert "an Error" in seen
        assert "not following" in seen
        await press(pilot, "n", seen="match 2 of 2")
        assert "ERROR two" in text(pilot)
        await press(pilot, "n", seen="The search went on at the other end.")
        assert "an Error" in text(pilot)
        await press(pilot, "N", seen="ERROR two")
        await press(pilot, "escape", seen="255 lines")
        assert "log of chat" in text(pilot)


async def test_a_search_finds_what_comes_later(bench: Bench) -> None:
    bench.running(replicas=1)
    async with logs(bench) as (ray, pilot):
        await until(pilot, "two")
        await typed(pilot, "slash", "late", "/late not found")
        ray.lines.append("late")
        await until(pilot, "/late 1 match")
        await press(pilot, "n", seen="match 1 of 1")


async def test_without_a_search_n_says_what_to_do(bench: Bench) -> None:
    bench.running(replicas=1)
    async with logs(bench) as (_, pilot):
        await press(pilot, "n", seen="Nothing is searched for: / begins.")


async def test_a_filter_counts_for_old_lines_and_new_ones(bench: Bench) -> None:
    bench.running(replicas=1)
    async with logs(bench) as (ray, pilot):
        ray.lines += ["kv old", *numbered(20)]
        await until(pilot, "line 0019.")
        seen = await typed(pilot, "ampersand", "kv", "&kv 1 of 24 lines")
        assert "line 00" not in seen
        ray.lines += ["other", "kv new"]
        await until(pilot, "kv new")
        assert "&kv 2 of 26 lines" in text(pilot)
        await press(pilot, "escape", seen="other")


async def test_a_filter_that_nothing_passes_says_how_to_see_all(bench: Bench) -> None:
    bench.running(replicas=1)
    async with logs(bench) as (_, pilot):
        await until(pilot, "two")
        await typed(pilot, "ampersand", "zzz", "no line is shown: & with an empty text shows all")


async def test_escape_in_a_prompt_leaves_only_the_prompt(bench: Bench) -> None:
    bench.running(replicas=1)
    async with logs(bench) as (_, pilot):
        await until(pilot, "two")
        await pilot.press("slash", "q", "G")
        await press(pilot, "escape", seen="following")
        await press(pilot, "escape", seen="> chat")


async def test_keys_typed_quickly_belong_to_the_prompt(bench: Bench) -> None:
    bench.running(replicas=1)
    async with logs(bench) as (_, pilot):
        await until(pilot, "two")
        await pilot.press(*"/two", "enter", "q")
        await until(pilot, "> chat")


# How it looks.


async def test_lines_are_wrapped_or_cut_and_times_hidden(bench: Bench) -> None:
    bench.running(replicas=1)
    async with logs(bench, size=(80, 24)) as (ray, pilot):
        ray.lines.append("INFO 2026-03-05 13:00:00,000 r1 -- " + "word " * 30 + "end")
        await until(pilot, "word end")
        await press(pilot, "w", seen="…")
        assert "word end" not in text(pilot)
        await press(pilot, "t", seen="INFO r1 -- word")
        await press(pilot, "w", seen="word end")


async def test_since_shows_the_newest_and_reads_what_is_missing(bench: Bench) -> None:
    bench.running(replicas=1)
    async with logs(bench) as (ray, pilot):
        await until(pilot, "two")
        ray.lines += [f"INFO 2026-03-05 13:{m:02}:00,000 minute {m}" for m in range(60)]
        await until(pilot, "minute 59")
        seen = await press(pilot, "3", seen="since 13:54:00")
        assert "minute 53" not in seen
        assert "minute 54" in seen
        ray.lines.append("INFO 2026-03-05 14:00:00,000 minute 60")
        await until(pilot, "minute 60")
        await press(pilot, "5", seen="since 13:00:00")
        assert ray.asked.count(ALL_LINES) == 1
        await press(pilot, "1", seen="log of chat#r1")
        assert "not following" in text(pilot)
        await press(pilot, "0", seen="minute 60")
        assert ray.asked.count(ALL_LINES) == 1


async def test_a_mark_with_the_time_stands_at_the_end(bench: Bench) -> None:
    bench.running(replicas=1)
    async with logs(bench) as (ray, pilot):
        await until(pilot, "two")
        seen = await press(pilot, "m", seen="-- mark ")
        ray.lines.append("after the mark")
        seen = await until(pilot, "after the mark")
        assert seen.index("\ntwo") < seen.index("-- mark ") < seen.index("after the mark")


async def test_full_screen_shows_nothing_but_the_log(bench: Bench) -> None:
    bench.running(replicas=1)
    async with logs(bench, size=(80, 24)) as (ray, pilot):
        ray.lines += numbered(100)
        await until(pilot, "line 0099.")
        await press(pilot, "F", seen=lambda: text(pilot).startswith("line 0076."))
        assert text(pilot).endswith("line 0099.")
        await press(pilot, "escape", seen="log of chat")
        await press(pilot, "F", seen=lambda: text(pilot).startswith("line 0076."))
        await press(pilot, "q", seen="> chat")


# Taking it away.


async def test_what_is_shown_is_saved_and_it_is_said_where(bench: Bench) -> None:
    bench.running(replicas=1)
    async with logs(bench, size=(200, 30)) as (ray, pilot):
        ray.lines += ["kv", *numbered(20)]
        await until(pilot, "line 0019.")
        await typed(pilot, "ampersand", "kv", "&kv 1 of 24 lines")
        await press(pilot, "s", seen="Saved: ")
        (path,) = (bench.config.state_dir / "saved-logs").iterdir()
        assert str(path)[:40] in text(pilot)
        assert path.read_text() == "kv\n"
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700


async def test_a_file_that_cannot_be_written_is_said(bench: Bench) -> None:
    bench.running(replicas=1)
    (bench.config.state_dir / "saved-logs").write_text("in the way")
    async with logs(bench) as (_, pilot):
        await until(pilot, "two")
        await press(pilot, "s", seen="File exists")


async def test_the_lines_on_the_screen_are_copied_whole(bench: Bench) -> None:
    bench.running(replicas=1)
    async with logs(bench, size=(80, 24)) as (ray, pilot):
        ray.lines += ["x" * 200, "end"]
        await until(pilot, "\nend")
        await press(pilot, "c", seen="Sent 5 lines")
        assert pilot.app.clipboard == "log of chat#r1\none\ntwo\n" + "x" * 200 + "\nend\n"


# Hostile, large, slow.


async def test_hostile_lines_are_harmless(bench: Bench) -> None:
    bench.running(replicas=1)
    async with logs(bench) as (ray, pilot):
        ray.lines += [
            "\x1b]52;c;aGk=\x07[red]end[/nope]",
            "\x1b[31mred\x1b[0m [@click=app.exit]x[/]",
        ]
        seen = await until(pilot, "[red]end[/nope]")
        assert "\x1b" not in seen
        assert "\nred [@click=app.exit]x[/]" in seen
        await typed(pilot, "slash", "[red]", "match 1 of 1")


async def test_a_million_lines_are_read_searched_and_scrolled(bench: Bench) -> None:
    bench.launched()
    path = keep(bench.config.state_dir, "chat", "big", "")
    path.write_text("".join(f"INFO request {n}\n" for n in range(1_000_000)))
    async with logs(bench) as (_, pilot):
        await until(pilot, "INFO request 999999", 60)
        await press(pilot, "1", seen="1,000,000 lines")
        await until(pilot, "\nINFO request 0\n", 60)
        await typed(pilot, "slash", "request 765432", "765432")
        await until(pilot, "match 1 of 1", 60)
        assert "INFO request 765430" in text(pilot)
        await press(pilot, "G", seen="INFO request 999999")
        await typed(pilot, "ampersand", "99999", "&99999")
        await until(pilot, "&99999 19 of 1,000,000 lines", 60)


async def test_reading_a_log_blocks_no_key(bench: Bench) -> None:
    """Without a fake: nothing listens at that address, and each key still answers."""
    bench.sees(CLUSTER)
    bench.running(replicas=1)
    async with bench.app().run_test(size=(100, 30)) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "l", seen="log of chat")
        await press(pilot, "question_mark", seen="Keys of")
        await press(pilot, "escape", seen="log of chat")
        await press(pilot, "escape", seen="> chat")
