"""Rules by which events of a calendar come again (RFC 5545), as dates. Pure.

Guarantees an answer within a known number of days walked, whatever a rule says:
one that never comes, or that began centuries ago, costs no more than another.
It knows days and no times of day: ``ics`` puts those to them.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from tasktui.errors import InvalidField

_DAY = timedelta(days=1)
_YEAR_DAYS = 366
_NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ON = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_PARTS = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"}
)


class Every(StrEnum):
    """What a rule counts."""

    YEAR = "YEARLY"
    MONTH = "MONTHLY"
    WEEK = "WEEKLY"
    DAY = "DAILY"


@dataclass(slots=True)
class Walk:
    """How many days may still be walked, over all rules of a calendar."""

    left: int

    def spend(self, days: int) -> None:
        """Count days that are walked. Raises InvalidField when they are too many."""
        self.left -= days
        if self.left < 0:
            raise _refused("fewer events, or shorter ones: leave out those long past")

    def month(self, year: int, month: int) -> Iterator[date]:
        """The days of a month, counted. Raises InvalidField as ``spend``."""
        length = monthrange(year, month)[1]
        self.spend(length)
        return (date(year, month, number) for number in range(1, length + 1))


@dataclass(frozen=True, slots=True)
class Rule:
    """Which days of which periods an event comes on."""

    every: Every
    interval: int = 1
    count: int | None = None
    week_start: int = 0
    weekdays: tuple[tuple[int, int], ...] = ()
    """Weekdays (Monday is 0), each with its number in the month or year; 0 for all of them."""
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    """Days of the month; negative ones from its end."""
    positions: tuple[int, ...] = ()
    """Which of the days of a period; negative ones from its end."""


def _refused(allowed: str) -> InvalidField:
    return InvalidField("rrule", "the rule", allowed)


def read(parts: Mapping[str, Sequence[object]], start: date) -> Rule:
    """The rule of an event that begins on ``start``, but for its UNTIL. Raises InvalidField."""
    texts = {k.upper(): [str(v).upper() for v in values] for k, values in parts.items()}
    frequency = "".join(texts.get("FREQ", []))
    if frequency not in list(Every):
        raise _refused(f"events that repeat {', '.join(Every)}")
    other = sorted(texts.keys() - _PARTS)
    if other:
        raise _refused(f"rules without {', '.join(other)}: write its dates as single events")
    rule = Rule(
        Every(frequency),
        interval=next(iter(_numbers(texts, "INTERVAL", 1, 9999)), 1),
        count=next(iter(_numbers(texts, "COUNT", 1, 1_000_000)), None),
        week_start=next(iter(_weekdays(texts, "WKST")), (0, 0))[0],
        weekdays=_weekdays(texts, "BYDAY"),
        months=_numbers(texts, "BYMONTH", 1, 12),
        month_days=_numbers(texts, "BYMONTHDAY", -31, 31),
        positions=_numbers(texts, "BYSETPOS", -_YEAR_DAYS, _YEAR_DAYS),
    )
    _check_together(rule)
    return _with_defaults(rule, start)


def _numbers(texts: Mapping[str, list[str]], name: str, low: int, high: int) -> tuple[int, ...]:
    try:
        found = tuple(int(text) for text in texts.get(name, []))
    except ValueError:
        found = (0,)
    if not all(low <= number <= high and number for number in found):
        raise _refused(f"{name} from {low} to {high}, and not 0")
    return found


def _weekdays(texts: Mapping[str, list[str]], name: str) -> tuple[tuple[int, int], ...]:
    found = [_ON.fullmatch(text) for text in texts.get(name, [])]
    if not all(found):
        raise _refused(f"{name} such as MO, or 4TH for the fourth Thursday")
    return tuple((_NAMES.index(m[2]), int(m[1] or 0)) for m in found if m)


def _check_together(rule: Rule) -> None:
    """Raise InvalidField for parts that mean nothing together."""
    counted = rule.positions or any(number for _, number in rule.weekdays)
    if counted and rule.every in {Every.WEEK, Every.DAY}:
        raise _refused("BYSETPOS, and weekdays with numbers, only by month or year")
    if rule.month_days and rule.every is Every.WEEK:
        raise _refused("BYMONTHDAY, but not by week")


def _with_defaults(rule: Rule, start: date) -> Rule:
    """What a rule leaves open comes from the beginning of its event."""
    if rule.weekdays or rule.month_days or rule.every is Every.DAY:
        return rule
    if rule.every is Every.WEEK:
        return replace(rule, weekdays=((start.weekday(), 0),))
    months = rule.months or ((start.month,) if rule.every is Every.YEAR else ())
    return replace(rule, months=months, month_days=(start.day,))


def dates(rule: Rule, start: date, first: date, last: date, walk: Walk) -> Iterator[date]:
    """The dates from ``first`` to ``last`` on which an event of ``start`` comes, ascending.

    Raises InvalidField when more days would be walked than ``walk`` allows.
    """
    # What is counted is counted from its beginning; else only the whole period matters.
    begin = start if rule.count else max(start, first - _YEAR_DAYS * _DAY)
    seen = 0
    for day in _chosen(rule, start, range(begin.year, last.year + 1), walk):
        seen += day >= start
        if day > last or (rule.count and seen > rule.count):
            return
        if day >= max(start, first):
            yield day


def _chosen(rule: Rule, start: date, years: Sequence[int], walk: Walk) -> Iterator[date]:
    """Every day of those years that the rule chooses, also before its event begins."""
    months = sorted(set(rule.months)) or range(1, 13)
    days = (day for year in years for month in months for day in walk.month(year, month))
    zero = _period(rule, start)
    for period, found in groupby(days, key=lambda day: _period(rule, day)):
        if (period - zero) % rule.interval == 0:
            yield from _placed(rule, [day for day in found if _matches(rule, day)])


def _period(rule: Rule, day: date) -> int:
    """The number of the year, month, week or day that a day is in."""
    if rule.every is Every.YEAR:
        return day.year
    if rule.every is Every.MONTH:
        return day.year * 12 + day.month
    if rule.every is Every.WEEK:
        return (day.toordinal() - 1 - rule.week_start) // 7  # the first day of all was a Monday
    return day.toordinal()


def _placed(rule: Rule, days: list[date]) -> list[date]:
    """Those days of one period that stand at the positions of the rule."""
    if not rule.positions:
        return days
    places = {p - 1 if p > 0 else len(days) + p for p in rule.positions}
    return [day for place, day in enumerate(days) if place in places]


def _matches(rule: Rule, day: date) -> bool:
    if rule.month_days and not {day.day, day.day - _length(day) - 1} & set(rule.month_days):
        return False
    weekday = day.weekday()
    return not rule.weekdays or any(
        on == weekday and (not number or number in _numbered(rule, day))
        for on, number in rule.weekdays
    )


def _length(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _numbered(rule: Rule, day: date) -> tuple[int, int]:
    """Which of its weekday it is in its month or year, from the beginning and from the end."""
    if rule.every is Every.YEAR and not rule.months:
        at = day.timetuple().tm_yday
        left = date(day.year, 12, 31).toordinal() - day.toordinal()
    else:
        at = day.day
        left = _length(day) - day.day
    return (at - 1) // 7 + 1, -(left // 7 + 1)
