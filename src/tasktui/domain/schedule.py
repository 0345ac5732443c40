"""Schedules as data: the local rule and the zone name, never a future UTC time.

The arithmetic (which instant, what is in force) lives in ``tasktui.schedule``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from tasktui.errors import InvalidField

EVERY_DAY = frozenset(range(7))
"""Weekdays as ``date.weekday()`` counts them: Monday is 0."""


@dataclass(frozen=True, slots=True, order=True)
class Replicas:
    """Bounds on the number of replicas: 0 <= min <= max."""

    min: int
    max: int

    def __post_init__(self) -> None:
        if self.min < 0 or self.max < self.min:
            raise InvalidField("replicas", str(self), "min and max must satisfy 0 <= min <= max")

    def __str__(self) -> str:
        return f"{self.min}-{self.max}"

    @property
    def stopped(self) -> bool:
        """Whether this means that nothing runs (max 0)."""
        return self.max == 0


@dataclass(frozen=True, slots=True)
class Point:
    """One time of day of a Daily schedule and the replicas wanted from then on."""

    time: time
    """Local time of day, naive, whole seconds."""
    timezone: str
    """IANA name."""
    replicas: Replicas

    @property
    def label(self) -> str:
        """``08:00``, or ``08:00:30`` where there are seconds."""
        return self.time.isoformat("seconds" if self.time.second else "minutes")


@dataclass(frozen=True, slots=True)
class CronPoint:
    """Times given by a cron expression, and the replicas wanted from each of them on."""

    expression: str
    """Minute, hour, day of month, month, weekday: ``0 8 * * 1-5``."""
    timezone: str
    """IANA name."""
    replicas: Replicas

    @property
    def label(self) -> str:
        """The expression."""
        return self.expression


AnyPoint = Point | CronPoint


@dataclass(frozen=True, slots=True)
class Daily:
    """Points repeated on the chosen weekdays; between them the last one stays in force."""

    points: tuple[AnyPoint, ...]
    timezone: str
    """The zone offered for new points, and the one that dates are shown in."""
    weekdays: frozenset[int] = EVERY_DAY
    """Of the points with a time of day: an expression names its own."""
    except_dates: frozenset[date] = frozenset()
    """Local dates without any point."""


@dataclass(frozen=True, slots=True)
class OneOff:
    """Runs from one time until its end, or until deactivated."""

    at: datetime | None
    """Local wall-clock time, naive; None means *now*: at the moment of activation."""
    timezone: str
    replicas: Replicas
    end: datetime | None = None
    """Local wall-clock time, naive; None means no end."""


Schedule = OneOff | Daily


@dataclass(frozen=True, slots=True)
class Instant:
    """One point of a schedule, at one moment."""

    at: datetime
    """Aware, UTC."""
    replicas: Replicas
    label: str
    """As a person says it: ``20:00``, ``2026-12-01 08:00``, ``end``, ``now``."""
    timezone: str
    ends: bool = False
    """True for the end of a One-off: the task is disarmed at this moment."""
