"""Schedules: the two rules against brute force, and the time of each answer beside others'.

Figures of others are theirs for the same question: the next time of 08:00 (or of the expression)
in a zone. Those that are not installed are said to be so. Seconds are noise on a shared machine:
quote ratios.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from make import NOW, make_arming, make_daily, make_progress, make_task
from oracle import MINUTE, Tally, check
from tasktui.domain.schedule import Daily
from tasktui.domain.task import Task, TaskId
from tasktui.schedule import resolve as resolving
from tasktui.schedule.lint import lint
from tasktui.schedule.parse import parse_daily
from tasktui.schedule.points import in_force, next_instant, wanted
from tasktui.schedule.resolve import zone_names
from tasktui.scheduler.zonedata import BATCH, moved

BERLIN = "Europe/Berlin"
ROUNDS = 7
CALLS = 300
DAYS = [NOW + timedelta(days=9 * number, hours=number % 24) for number in range(CALLS)]
"""Another week for each call, so that nothing of an answer was computed before."""
SCHEDULES = {
    "2 points": make_daily("08:00=2-4,20:00=0-1", BERLIN),
    "5 points, 3 zones": make_daily(
        "06:00=1-1,08:00=2-4,12:00=3-3@Asia/Tokyo,18:00=2-2@America/New_York,22:00=0-1", BERLIN
    ),
    "1 cron point": parse_daily("cron(0 8 * * 1-5)=2-4", BERLIN),
    "2 cron points": parse_daily("cron(0 8 * * 1-5)=2-4,cron(*/30 20-23 * * *)=0-1", BERLIN),
}
Answer = Callable[[datetime], object]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--step", type=int, default=1, help="minutes between the pairs checked")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found: dict[str, object] = {
        "oracle": oracle(options.step),
        "microseconds": answers(),
        "recompute": recompute(options.tasks),
    }
    if options.json:
        options.json.write_text(json.dumps(found, indent=2))


def oracle(step: int) -> dict[str, object]:
    """Check every transition of every zone from 2020 to 2035."""
    began = time.perf_counter()
    tally: Tally = check(zone_names(), step * MINUTE)
    taken = time.perf_counter() - began
    print(
        f"oracle: {tally.zones} zones, {tally.transitions} transitions, {tally.pairs} pairs of "
        f"a transition and a local minute: {len(tally.mismatches)} mismatches, {taken:.0f} s"
    )
    return {
        "zones": tally.zones,
        "transitions": tally.transitions,
        "pairs": tally.pairs,
        "mismatches": len(tally.mismatches),
        "seconds": round(taken, 1),
    }


def answers() -> dict[str, float | None]:
    """Microseconds of one answer: about a week not asked for before, and the same moment again."""
    table: dict[str, float | None] = {}
    for name, schedule in SCHEDULES.items():
        table[f"tasktui, {name}: in force"] = each(_force(schedule))
        table[f"tasktui, {name}: next"] = each(_next(schedule))
        table[f"tasktui, {name}: both again"] = each(_again(schedule), cold=False)
    table["tasktui, 2 points: lint of 400 days"] = each(
        lambda now: lint(SCHEDULES["2 points"], now), moments=DAYS[:5]
    )
    table |= {f"{name}: next": each(ask) if ask else None for name, ask in others().items()}
    base = table["tasktui, 2 points: next"] or 1.0
    print(f"\n{'':48}{'us':>10}{'ratio':>9}")
    for name, value in table.items():
        told = "not installed" if value is None else f"{value:10.1f}{value / base:9.2f}"
        print(f"{name:48}{told}")
    return table


def _force(schedule: Daily) -> Answer:
    return lambda now: in_force(schedule, now, None)


def _next(schedule: Daily) -> Answer:
    return lambda now: next_instant(schedule, now, None)


def _again(schedule: Daily) -> Answer:
    return lambda _: wanted_of(schedule)


def wanted_of(schedule: Daily) -> object:
    """What a pass of the scheduler asks of one task."""
    return wanted(make_task(schedule=schedule, armed=make_arming(NOW - timedelta(days=9))), NOW)


def each(ask: Answer, *, moments: Sequence[datetime] = DAYS, cold: bool = True) -> float:
    """Median over the rounds of the mean time of one call, in microseconds."""
    rounds = []
    for _ in range(ROUNDS):
        if cold:
            resolving.resolve.cache_clear()
        began = time.perf_counter()
        for moment in moments:
            ask(moment)
        rounds.append((time.perf_counter() - began) / len(moments) * 1e6)
    return round(statistics.median(rounds), 1)


def others() -> dict[str, Answer | None]:
    """The next 08:00 of Berlin as others compute it; None where it is not installed."""
    return {
        "croniter 0 8 * * *": _croniter(),
        "APScheduler CronTrigger(hour=8)": _apscheduler(),
        "cronsim 0 8 * * *": _cronsim(),
    }


def _croniter() -> Answer:
    from croniter import croniter  # noqa: PLC0415 - as tasktui does

    tz = ZoneInfo(BERLIN)
    return lambda now: croniter("0 8 * * *", now.astimezone(tz), ret_type=datetime).get_next()


def _apscheduler() -> Answer | None:
    try:
        from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 - may be missing
    except ImportError:
        return None
    trigger = CronTrigger(hour=8, timezone=ZoneInfo(BERLIN))
    return lambda now: trigger.get_next_fire_time(None, now)


def _cronsim() -> Answer | None:
    try:
        from cronsim import CronSim  # noqa: PLC0415 - may be missing
    except ImportError:
        return None
    tz = ZoneInfo(BERLIN)
    return lambda now: next(CronSim("0 8 * * *", now.astimezone(tz)))


def recompute(count: int) -> dict[str, object]:
    """All tasks after new timezone data: as many schedules as tasks differ in their minutes."""
    tasks = [_task(number) for number in range(count)]
    resolving.resolve.cache_clear()
    began = time.perf_counter()
    longest, found = 0.0, 0
    for first in range(0, count, BATCH):
        start = time.perf_counter()
        found += len(moved(tasks[first : first + BATCH], NOW, "test"))
        longest = max(longest, time.perf_counter() - start)
    taken = time.perf_counter() - began
    print(
        f"\nrecompute: {count} tasks in {taken:.1f} s ({taken / count * 1e6:.0f} us a task), "
        f"longest batch of {BATCH} {longest * 1e3:.0f} ms; {found} moved"
    )
    return {"tasks": count, "seconds": round(taken, 2), "longest_batch_s": round(longest, 3)}


def _task(number: int) -> Task:
    zones = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe")
    morning, evening = number % 600, 720 + number % 599
    text = f"{morning // 60:02d}:{morning % 60:02d}=2-4,{evening // 60:02d}:{evening % 60:02d}=0-1"
    return make_task(
        f"t{number}",
        id=TaskId(number),
        schedule=make_daily(text, zones[number % len(zones)]),
        armed=make_arming(datetime(2026, 1, 1, tzinfo=UTC)),
        progress=make_progress(next_at=NOW + timedelta(seconds=1)),
    )


if __name__ == "__main__":
    main()
