"""A day drawn as text: one character for each step of the clock. Pure.

Guarantees that the text alone tells what runs when: one character for each
bounds, the denser the more; whoever shows it may repeat that in colours. Only
ASCII. The clock of the ruler is that of the day's zone, also on days of 23 and
25 hours: hours that do not exist are hatched, and of one that exists twice the
first is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from tasktui.domain.schedule import Daily, Replicas, Schedule
from tasktui.schedule.days import Course, Day, Held
from tasktui.schedule.resolve import local

GAP = "/"
"""A time that does not exist."""
STOPPED = "."
"""Bounds 0-0."""
NOTHING = " "
"""No point is in force."""
_RAMPS = ("", "=", "-=", "-=#", "-+=#", "-+=%#", "-+=*%#", "-~+=*%#", "-~+=*%#@")
"""For so many bounds, from few to many replicas."""
_MANY = "123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_HOURS = 24

Glyphs = Mapping[Replicas, str]


def glyphs(bounds: Iterable[Replicas]) -> Glyphs:
    """A character for each bounds, by size: max before min."""
    running = sorted({b for b in bounds if not b.stopped}, key=lambda b: (b.max, b.min))
    ramp = _RAMPS[len(running)] if len(running) < len(_RAMPS) else _MANY
    last = len(ramp) - 1
    drawn = {b: ramp[min(i, last)] for i, b in enumerate(running)}
    return {Replicas(0, 0): STOPPED, **drawn}


def bounds_of(what: Course) -> list[Replicas]:
    """Every bounds that may come into force."""
    found = list(_scheduled(what.schedule))
    return found + [h.replicas for h in what.held if h.replicas is not None]


def _scheduled(schedule: Schedule) -> Iterable[Replicas]:
    if isinstance(schedule, Daily):
        return (p.replicas for p in schedule.points)
    return (schedule.replicas,)


def cells(day: Day, count: int, drawn: Glyphs) -> str:
    """The day in ``count`` characters: each says what is in force when its time begins."""
    return "".join(GAP if at is None else _glyph(day.at(at), drawn) for at in day.moments(count))


def _glyph(replicas: Replicas | None, drawn: Glyphs) -> str:
    return NOTHING if replicas is None else drawn.get(replicas, "?")


def ruler(count: int) -> str:
    """The hours above a strip of ``count`` characters: every one, or every third."""
    wide = count / _HOURS
    every = 1 if wide >= 3 else 3 if wide >= 1 else 6
    text = ""
    for hour in range(0, _HOURS, every):
        text = text.ljust(int(hour * wide)) + f"{hour:02d}"
    return text.ljust(count)


def legend(drawn: Glyphs, shown: str) -> str:
    """What the characters mean, the largest first: ``# 4-4  = 2-4  - 0-1  . stopped``.

    ``shown`` are the strips: stopped and missing times are named where they occur.
    """
    running = [f"{glyph} {bounds}" for bounds, glyph in drawn.items() if not bounds.stopped]
    words = running[::-1]
    if STOPPED in shown:
        words.append(f"{STOPPED} stopped")
    if GAP in shown:
        words.append(f"{GAP} does not exist")
    return "  ".join(words)


def notes(day: Day, what: Course) -> list[str]:
    """What is worth saying beside a day, the most important first.

    ``23 h``, ``UTC-5 to -4``, ``by hand``, ``paused``, ``no points``.
    """
    found = []
    if day.changes:
        found += [f"{hours(day.length)} h", shift(day.offsets)]
    found += [str(h.why) for h in what.held if _touches(h, day)]
    if not day.points:
        found.append("no points")
    return found


def _touches(held: Held, day: Day) -> bool:
    return held.since < day.end and (held.until is None or held.until > day.start)


def beside(day: Day, what: Course, now: datetime, cells: int) -> str:
    """As many notes as fit whole; before them the time, on the day that it is now."""
    here = [f"< now {_clock(day, now)}"] if place(day, 1, now) is not None else []
    told = ""
    for note in (*here, *notes(day, what)):
        longer = f"{told}, {note}" if told else note
        told = longer if len(longer) <= cells else told
    return told


def _clock(day: Day, now: datetime) -> str:
    return f"{local(now, day.timezone):%H:%M}{'Z' if day.timezone == 'UTC' else ''}"


def place(day: Day, count: int, now: datetime) -> int | None:
    """Which of ``count`` characters ``now`` lies in; None on another day."""
    if not day.start <= now < day.end:
        return None
    clock = local(now, day.timezone)
    past = clock - clock.replace(hour=0, minute=0, second=0, microsecond=0)
    return int(past * count / timedelta(days=1))


def label(day: date) -> str:
    """A date as it stands beside its strip: ``Thu  5 Mar``."""
    return f"{day:%a} {day.day:2d} {day:%b}"


def hours(length: timedelta) -> str:
    """A day's length in hours: ``23``, ``23.5``."""
    return f"{length / timedelta(hours=1):g}"


def shift(offsets: Sequence[timedelta]) -> str:
    """A change of the offset: ``UTC-5 to -4``, ``UTC+10:30 to +11``."""
    old, new = (_offset(o) for o in offsets)
    return f"UTC{old} to {new}"


def _offset(offset: timedelta) -> str:
    minutes = round(offset / timedelta(minutes=1))
    whole, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{whole}:{rest:02d}" if rest else f"{sign}{whole}"
