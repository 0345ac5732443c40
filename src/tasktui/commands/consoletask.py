"""Reads a task as the SDK of the hosted console writes it. Pure.

Tolerant about capitals in keys, strict about values. Guarantees that every key is taken over
or named.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from pathlib import PurePosixPath
from typing import Any

from tasktui.commands.artifacts import slug
from tasktui.commands.incoming import Incoming
from tasktui.domain.artifact import Spec
from tasktui.domain.schedule import Daily, OneOff, Point, Replicas, Schedule
from tasktui.errors import InvalidField

_RAY, _WHEN = "ray_task_config", "task_scheduling"
_MILLISECONDS = 10**11
"""A timestamp from here on counts milliseconds: as seconds it would be the year 5138."""

_NO_WORD = "tasktui has no word for it"
_GPU_NAMES = ("NVIDIA", "AMD", "GEFORCE", "TESLA", "INTEL")
"""What stands before the model in the name of a GPU."""

_NOTHING: tuple[object, ...] = (None, "", 0, False)


class _Taker:
    """Takes values out of nested mappings by keys in any case, and remembers what is left."""

    def __init__(self, body: Mapping[str, Any], where: str = "") -> None:
        self._where = where
        self._values = {str(k).lower(): (str(k), v) for k, v in body.items()}
        self._below: list[_Taker] = []

    def take(self, key: str) -> object:
        """The value of a key; None where there is none."""
        return self._values.pop(key.lower(), ("", None))[1]

    def path(self, key: str) -> str:
        """Where a key stands."""
        return f"{self._where}.{key}".removeprefix(".")

    def below(self, key: str) -> _Taker | None:
        """What stands below a key; None where there is nothing. Raises InvalidField."""
        value = self.take(key)
        if value is None:
            return None
        return self._entered(value, self.path(key))

    def each(self, key: str) -> list[_Taker]:
        """The mappings in the list below a key. Raises InvalidField."""
        value = self.take(key)
        if not isinstance(value, list) or not value:
            raise InvalidField(self.path(key), value, "a list of mappings")
        return [self._entered(v, f"{self.path(key)}[{n}]") for n, v in enumerate(value, 1)]

    def _entered(self, value: object, where: str) -> _Taker:
        if not isinstance(value, Mapping):
            raise InvalidField(where, value, "a mapping of keys to values")
        self._below.append(_Taker(value, where))
        return self._below[-1]

    def text(self, key: str) -> str:
        """A text; empty where there is none. Raises InvalidField."""
        value = self.take(key)
        if value is None or isinstance(value, str):
            return value or ""
        raise InvalidField(self.path(key), value, "text")

    def number(self, key: str, usual: float = 0.0) -> float:
        """A number from 0. Raises InvalidField."""
        value = self.take(key)
        if value is None:
            return usual
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
            return float(value)
        raise InvalidField(self.path(key), value, "a number from 0")

    def whole(self, key: str, usual: int | None = None, most: int = 10**15) -> int:
        """A whole number from 0. Raises InvalidField, also where it is missing and has to be."""
        value = self.take(key)
        value = usual if value is None else value
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
            return value
        raise InvalidField(self.path(key), value, f"a whole number from 0 to {most}")

    def left(self) -> list[str]:
        """Paths of the keys that nobody took and that say something."""
        found = [self.path(name) for name, v in self._values.values() if not _says_nothing(v)]
        return found + [path for taker in self._below for path in taker.left()]


def _says_nothing(value: object) -> bool:
    return value in _NOTHING or value in ([], {})


def is_console_task(body: Mapping[str, Any]) -> bool:
    """Whether a document is such a task."""
    config = {str(k).lower(): v for k, v in body.items()}.get("config")
    return isinstance(config, Mapping) and _RAY in {str(k).lower() for k in config}


def read_console_task(body: Mapping[str, Any], named: str) -> Incoming:
    """The task of one document; ``named`` where it has no name of its own."""
    whole = _Taker(body)
    try:
        return _task(whole, named)
    except InvalidField as error:
        return Incoming(where=f"task {named}", name=slug(named), problem=str(error))


def _task(whole: _Taker, named: str) -> Incoming:
    config = whole.below("config")
    ray = config.below(_RAY) if config else None
    if config is None or ray is None:
        raise InvalidField("config", None, f"a mapping with {_RAY}")
    name = whole.text("name") or config.text("task_name") or config.text("name") or named
    when = whole.below(_WHEN) or config.below(_WHEN)
    if when is None:
        raise InvalidField(_WHEN, None, "scheduling_oneoff or scheduling_daily")
    file_path = ray.text("file_path")
    spec, note = _resources(ray.below("replica_resource"))
    return Incoming(
        where=f"task {name}",
        name=slug(name),
        schedule=_schedule(when),
        artifact=ray.text("artifact_name"),
        file_path=str(PurePosixPath(file_path)).removesuffix(".py") if file_path else "",
        deployment_name=ray.text("deployment_name"),
        spec=spec,
        notes=note,
        left_out=tuple(f"{path}: {_NO_WORD}" for path in whole.left()),
    )


def _resources(given: _Taker | None) -> tuple[Spec | None, tuple[str, ...]]:
    """Resources of one replica, and what is worth knowing of them."""
    if given is None:
        return None, ()
    name = given.text("gpu_name")
    kind = gpu_type(name)
    spec = Spec(
        cpu=given.number("cpu", 1.0),
        memory_gb=given.number("ram_gb"),
        gpu=given.number("gpu"),
        gpu_type=kind,
    )
    return spec, ((f"gpu_name {name} is {kind} to Ray",) if kind != name else ())


def gpu_type(name: str) -> str:
    """Ray's accelerator type of a GPU by its maker's name: ``NVIDIA-H100-80GB-HBM3`` is H100."""
    words = [w for w in name.replace("_", "-").replace(" ", "-").split("-") if w]
    while words and words[0].upper() in _GPU_NAMES:
        words.pop(0)
    return words[0].upper() if words else ""


def _schedule(when: _Taker) -> Schedule:
    once, daily = when.below("scheduling_oneoff"), when.below("scheduling_daily")
    if (once is None) == (daily is None):
        raise InvalidField(_WHEN, "both" if once else None, "scheduling_oneoff or scheduling_daily")
    return _one_off(once) if once is not None else _daily(daily)


def _one_off(once: _Taker) -> OneOff:
    stamp = once.whole("trigger_timestamp")
    at = datetime.fromtimestamp(stamp // 1000 if stamp >= _MILLISECONDS else stamp, UTC)
    return OneOff(at=at.replace(tzinfo=None), timezone="UTC", replicas=_bounds(once))


def _daily(daily: _Taker | None) -> Daily:
    points = [_point(t) for t in (daily.each("triggers") if daily else ())]
    return Daily(points=tuple(points), timezone=points[0].timezone)


def _point(trigger: _Taker) -> Point:
    zone = trigger.text("timezone")
    if not zone:
        raise InvalidField(trigger.path("timezone"), None, "an IANA name such as Europe/Berlin")
    at = time(
        trigger.whole("hour", most=23),
        trigger.whole("minute", 0, most=59),
        trigger.whole("second", 0, most=59),
    )
    return Point(at, zone, _bounds(trigger))


def _bounds(taker: _Taker) -> Replicas:
    return Replicas(taker.whole("min_replicas"), taker.whole("max_replicas"))
