"""The values that live in JSON columns, there and back.

Guarantees that equal values give equal text, and that text gives an equal value
back. Times inside are INTEGER microseconds UTC, local times and dates ISO 8601.
Knows the domain, not SQL.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, assert_never

from tasktui.domain.artifact import Custom, Spec
from tasktui.domain.observed import ClusterState, ClusterView, Node, Replica, Resources
from tasktui.domain.schedule import (
    AnyPoint,
    CronPoint,
    Daily,
    OneOff,
    Point,
    Replicas,
    Schedule,
)
from tasktui.domain.status import Badge, Mark
from tasktui.domain.task import Arming, Override, Pause, When

Json = Any
"""What ``json`` reads: checked by the functions below, which know what they wrote."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_BADGES = frozenset(Badge)
_CLUSTER = frozenset(f.name for f in fields(ClusterView))
_encode = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


def micros(at: datetime) -> int:
    """Microseconds since 1970, UTC. ``at`` must be aware (TypeError)."""
    return (at - _EPOCH) // _MICRO


def moment(value: int) -> datetime:
    """The aware UTC time of ``value`` microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=value)


def maybe_micros(at: datetime | None) -> int | None:
    """``micros`` of what may be missing."""
    return None if at is None else micros(at)


def maybe_moment(value: int | None) -> datetime | None:
    """``moment`` of what may be missing."""
    return None if value is None else moment(value)


def moments(value: Iterable[datetime]) -> str:
    """Text of several moments."""
    return _encode([micros(at) for at in value])


def read_moments(text: str) -> tuple[datetime, ...]:
    """Several moments."""
    return () if text == "[]" else tuple(moment(at) for at in json.loads(text))


def mapping(value: Mapping[str, object]) -> str:
    """Text of a mapping; keys sorted."""
    return _encode(dict(value)) if value else "{}"


def read_mapping(text: str) -> dict[str, Any]:
    """A new dictionary each time: nobody shares it."""
    if text == "{}":
        return {}
    found: dict[str, Any] = json.loads(text)
    return found


def names(value: Iterable[str]) -> str:
    """Text of a list of strings."""
    return _encode(list(value))


def read_names(text: str) -> tuple[str, ...]:
    """A tuple of strings."""
    return tuple(json.loads(text))


def spec(value: Spec) -> str:
    """Text of resources."""
    custom = [value.custom] if value.custom else []
    return _encode([value.cpu, value.memory_gb, value.gpu, value.gpu_type, *custom])


@lru_cache(maxsize=1024)
def read_spec(text: str) -> Spec:
    """Resources."""
    cpu, memory, gpu, kind, *custom = json.loads(text)
    return Spec(cpu=cpu, memory_gb=memory, gpu=gpu, gpu_type=kind, custom=_custom(*custom))


def schedule(value: Schedule) -> str:
    """Text of a schedule: the local rule and the zone's name."""
    if isinstance(value, OneOff):
        return _encode(
            {
                "type": "one-off",
                "at": value.at.isoformat() if value.at else None,
                "fold": value.at.fold if value.at else 0,
                "end": value.end.isoformat() if value.end else None,
                "end_fold": value.end.fold if value.end else 0,
                "timezone": value.timezone,
                "replicas": _bounds(value.replicas),
            }
        )
    if isinstance(value, Daily):
        return _encode(
            {
                "type": "daily",
                "points": [_point(p) for p in value.points],
                "timezone": value.timezone,
                "weekdays": sorted(value.weekdays),
                "except": sorted(d.isoformat() for d in value.except_dates),
            }
        )
    assert_never(value)


@lru_cache(maxsize=4096)
def read_schedule(text: str) -> Schedule:
    """A schedule; equal texts share one value."""
    found: Json = json.loads(text)
    if found["type"] == "one-off":
        return OneOff(
            at=_local(found["at"], found["fold"]),
            timezone=found["timezone"],
            replicas=Replicas(*found["replicas"]),
            end=_local(found["end"], found["end_fold"]),
        )
    return Daily(
        points=tuple(_read_point(*p) for p in found["points"]),
        timezone=found["timezone"],
        weekdays=frozenset(found["weekdays"]),
        except_dates=frozenset(date.fromisoformat(d) for d in found["except"]),
    )


def _point(value: AnyPoint) -> list[str | int]:
    if isinstance(value, Point):
        return [value.time.isoformat(), value.timezone, *_bounds(value.replicas)]
    if isinstance(value, CronPoint):
        return [value.expression, value.timezone, *_bounds(value.replicas)]
    assert_never(value)


def _read_point(when: str, zone: str, low: int, high: int) -> AnyPoint:
    # Only an expression has blanks: its five fields.
    if " " in when:
        return CronPoint(when, zone, Replicas(low, high))
    return Point(time.fromisoformat(when), zone, Replicas(low, high))


def arming(value: Arming | None) -> str | None:
    """Text of an activation."""
    if value is None:
        return None
    again = [True] if value.again else []
    return _encode([micros(value.at), value.when.value, value.by, *again])


def read_arming(text: str | None) -> Arming | None:
    """An activation."""
    if text is None:
        return None
    at, when, by, *again = json.loads(text)
    return Arming(at=moment(at), when=When(when), by=by, again=bool(again))


def override(value: Override | None) -> str | None:
    """Text of replicas by hand."""
    if value is None:
        return None
    bounds = _bounds(value.replicas)
    return _encode([bounds, micros(value.since), maybe_micros(value.until), value.by])


def read_override(text: str | None) -> Override | None:
    """Replicas by hand."""
    if text is None:
        return None
    bounds, since, until, by = json.loads(text)
    return Override(Replicas(*bounds), moment(since), maybe_moment(until), by)


def pause(value: Pause | None) -> str | None:
    """Text of a pause."""
    if value is None:
        return None
    frozen = _bounds(value.frozen) if value.frozen else None
    since, until = micros(value.since), maybe_micros(value.until)
    return _encode([frozen, since, until, value.by, value.note])


def read_pause(text: str | None) -> Pause | None:
    """A pause."""
    if text is None:
        return None
    frozen, since, until, by, note = json.loads(text)
    bounds = Replicas(*frozen) if frozen else None
    return Pause(bounds, moment(since), maybe_moment(until), by, note)


def badges(value: tuple[Mark, ...]) -> str:
    """Text of badges."""
    return _encode([[m.badge.value, m.detail] for m in value]) if value else "[]"


@lru_cache(maxsize=1024)
def read_badges(text: str) -> tuple[Mark, ...]:
    """Badges, in their order; those that only a newer version knows are left out."""
    return tuple(Mark(Badge(b), detail) for b, detail in json.loads(text) if b in _BADGES)


def replicas(value: tuple[Replica, ...]) -> str:
    """Text of the replicas that Ray shows."""
    if not value:
        return "[]"
    return _encode(
        [
            [
                r.id,
                r.deployment,
                r.state,
                r.node,
                r.node_ip,
                r.actor,
                r.pid,
                maybe_micros(r.started_at),
                r.log_file,
            ]
            for r in value
        ]
    )


def read_replicas(text: str) -> tuple[Replica, ...]:
    """Replicas, in their order."""
    if text == "[]":
        return ()
    return tuple(
        Replica(
            id=key,
            deployment=deployment,
            state=state,
            node=node,
            node_ip=node_ip,
            actor=actor,
            pid=pid,
            started_at=maybe_moment(started),
            log_file=log_file,
        )
        for key, deployment, state, node, node_ip, actor, pid, started, log_file in json.loads(text)
    )


def cluster(value: ClusterView) -> str:
    """Text of the last look at the cluster, without the moment of the look."""
    return _encode(
        {
            "state": value.state.value,
            "address": value.address,
            "embedded": value.embedded,
            "ray_version": value.ray_version,
            "session": value.session,
            "serve_url": value.serve_url,
            "nodes": [
                [n.id, n.name, _amounts(n.total), _amounts(n.used), n.gpu_type, n.head]
                for n in value.nodes
            ],
            "foreign": list(value.foreign),
            "autoscaler": value.autoscaler,
            "open": value.open,
            "error": value.error,
            "retry_at": maybe_micros(value.retry_at),
        }
    )


def read_cluster(text: str, seen_at: int | None) -> ClusterView:
    """The last look at the cluster."""
    found: Json = json.loads(text)
    nodes = tuple(
        Node(
            id=key,
            name=name,
            total=_resources(*total),
            used=_resources(*used),
            gpu_type=gpu_type,
            head=head,
        )
        for key, name, total, used, gpu_type, head in found.pop("nodes")
    )
    return ClusterView(
        state=ClusterState(found.pop("state")),
        nodes=nodes,
        foreign=tuple(found.pop("foreign")),
        retry_at=maybe_moment(found.pop("retry_at")),
        seen_at=maybe_moment(seen_at),
        **{key: found[key] for key in found if key in _CLUSTER},
    )


def _amounts(value: Resources) -> list[Json]:
    custom = [value.custom] if value.custom else []
    return [value.cpu, value.memory_gb, value.gpu, *custom]


def _resources(cpu: float, memory: float, gpu: float, custom: Json = ()) -> Resources:
    return Resources(cpu=cpu, memory_gb=memory, gpu=gpu, custom=_custom(custom))


def _custom(pairs: Json = ()) -> Custom:
    return tuple((name, amount) for name, amount in pairs)


def _bounds(value: Replicas) -> list[int]:
    return [value.min, value.max]


def _local(text: str | None, fold: int) -> datetime | None:
    return datetime.fromisoformat(text).replace(fold=fold) if text else None
