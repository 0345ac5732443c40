"""Local wall-clock times to instants, by two rules. Pure.

A time that does not exist is the first valid instant after the gap; a time that
exists twice is the first of the two. Only the ``tzdata`` package counts: copies
of the system are often a year old. Source: sections 4 and 5 of the semantics.
"""

from __future__ import annotations

import zoneinfo
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from tasktui.errors import InvalidField


def _data() -> Path:
    """The folder of the package: to read it as files spares importlib's way, 10 ms."""
    package = find_spec("tzdata")
    places = package.submodule_search_locations if package else None
    return Path(next(iter(places or ["tzdata"]))).absolute()


_DATA = _data()
zoneinfo.reset_tzpath(to=[str(_DATA / "zoneinfo")])

_SECOND = timedelta(seconds=1)
_NONE = timedelta(0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = _EPOCH.replace(tzinfo=None)


@lru_cache(maxsize=1024)
def zone(name: str) -> zoneinfo.ZoneInfo:
    """The zone of that IANA name. Raises InvalidField, naming close matches."""
    if name in _names():
        return zoneinfo.ZoneInfo(name)
    from difflib import get_close_matches  # noqa: PLC0415 - only after a mistake

    close = get_close_matches(name, sorted(_names()), n=3, cutoff=0.5)
    allowed = "an IANA name such as Europe/Berlin"
    if close:
        allowed += f"; close: {', '.join(close)}"
    raise InvalidField("timezone", name, allowed)


def named(text: str) -> str:
    """The IANA name that a person means: the name itself, or its city (``new york``) if one has it.

    Raises InvalidField for anything else.
    """
    text = text.strip()
    if text not in _names():
        text = _cities().get(text.lower().replace(" ", "_"), text)
    return zone(text).key


@lru_cache(maxsize=1)
def _cities() -> dict[str, str]:
    """Names in lower case, whole and from the last slash on; cities of one zone only."""
    cities = Counter(n.rpartition("/")[2].lower() for n in _names())
    found = {n.lower(): n for n in _names()}
    last = ((n.rpartition("/")[2].lower(), n) for n in _names())
    return {city: n for city, n in last if cities[city] == 1} | found


def data_version() -> str:
    """Version of the tzdata package: what every instant was computed with."""
    from importlib.metadata import version  # noqa: PLC0415 - only the scheduler asks

    return version("tzdata")


def zone_names() -> list[str]:
    """All zones of the tzdata package, sorted."""
    return sorted(_names())


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset((_DATA / "zones").read_text().split()) - {"localtime", "Factory"}


@lru_cache(maxsize=65536)
def resolve(local: datetime, timezone: str) -> datetime:
    """The instant (aware, UTC) of the naive wall-clock time ``local`` in ``timezone``.

    Raises InvalidField for an unknown zone.
    """
    tz = zone(timezone)
    # Offsets are asked for and subtracted: a way through aware local times takes twice as long.
    before = tz.utcoffset(local.replace(fold=0) if local.fold else local) or _NONE
    after = tz.utcoffset(local.replace(fold=1)) or _NONE
    first = _EPOCH + (local - _NAIVE_EPOCH - before)
    if before >= after:
        return first
    # In a gap the reading with fold 0 takes the offset of before, and lies after
    # the change; the one with fold 1 lies before it. The change is between them.
    return change_between(first - (after - before), first, tz)


def local(at: datetime, timezone: str) -> datetime:
    """The naive wall-clock time of the instant ``at`` in ``timezone``."""
    return at.astimezone(zone(timezone)).replace(tzinfo=None)


def change_between(before: datetime, after: datetime, tz: zoneinfo.ZoneInfo) -> datetime:
    """First instant, to the second, with the offset that ``after`` has and ``before`` has not."""
    offset = after.astimezone(tz).utcoffset()
    while after - before > _SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(tz).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
