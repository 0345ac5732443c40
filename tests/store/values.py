"""Arbitrary values of the domain, every field of them, for round trips through the store."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tasktui.domain.artifact import Artifact, ArtifactId, ArtifactKind, Spec, custom_of
from tasktui.domain.build import Build, BuildStatus, Deployment
from tasktui.domain.observed import (
    ClusterState,
    ClusterView,
    Node,
    Replica,
    Resources,
    SchedulerView,
)
from tasktui.domain.recipe import Health, Parameter, ParameterType, Recipe
from tasktui.domain.schedule import CronPoint, Daily, OneOff, Point, Replicas, Schedule
from tasktui.domain.status import Badge, Mark, Reason, Status
from tasktui.domain.task import Arming, Override, Pause, Progress, Task, TaskId, When

NAMES = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,9}[a-z0-9])?", fullmatch=True)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
"""Anything that UTF-8 can hold: control characters, NUL and emoji too."""

COUNTS = st.integers(0, 2**40)
AMOUNTS = st.floats(0, 1e6)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
_NAIVE = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001 - local times
LOCAL = st.builds(lambda at, fold: at.replace(fold=fold), _NAIVE, st.integers(0, 1))
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
JSON: SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | AMOUNTS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
HEALTH = ("check_period_s", "check_timeout_s", "start_limit_s")
ENV = st.dictionaries(TEXT, TEXT, max_size=3)
MAPPINGS = st.dictionaries(TEXT, JSON, max_size=3)


def maybe(values: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.none() | values


@st.composite
def bounds(draw: st.DrawFn) -> Replicas:
    low = draw(st.integers(0, 50))
    return Replicas(low, low + draw(st.integers(0, 50)))


POINTS = st.builds(
    Point, st.times().map(lambda t: time(t.hour, t.minute, t.second)), ZONES, bounds()
)
EXPRESSIONS = st.sampled_from(["0 8 * * 1-5", "*/5 1,2 l * *"])
CRON_POINTS = st.builds(CronPoint, EXPRESSIONS, ZONES, bounds())
DAILY = st.builds(
    Daily,
    points=st.lists(POINTS | CRON_POINTS, min_size=1, max_size=4).map(tuple),
    timezone=ZONES,
    weekdays=st.frozensets(st.integers(0, 6)),
    except_dates=st.frozensets(st.dates(date(2020, 1, 1), date(2040, 1, 1)), max_size=3),
)
ONE_OFF = st.builds(OneOff, at=maybe(LOCAL), timezone=ZONES, replicas=bounds(), end=maybe(LOCAL))
SCHEDULES: SearchStrategy[Schedule] = st.one_of(DAILY, ONE_OFF)

CUSTOM = st.dictionaries(TEXT, AMOUNTS, max_size=3).map(custom_of)
SPECS = st.builds(Spec, AMOUNTS, AMOUNTS, AMOUNTS, TEXT, CUSTOM)
REPLICAS = st.builds(
    Replica,
    id=TEXT,
    deployment=TEXT,
    state=TEXT,
    node=TEXT,
    node_ip=TEXT,
    actor=TEXT,
    pid=maybe(COUNTS),
    started_at=maybe(MOMENTS),
    log_file=TEXT,
)
PROGRESS = st.builds(
    Progress,
    status=st.sampled_from([s for s in Status if s is not Status.ARCHIVED]),
    since=MOMENTS,
    reason=st.builds(Reason, TEXT, maybe(MOMENTS)),
    badges=st.lists(st.builds(Mark, st.sampled_from(Badge), TEXT), max_size=3).map(tuple),
    replicas=st.lists(REPLICAS, max_size=3).map(tuple),
    wanted=maybe(bounds()),
    attempt=COUNTS,
    retry_at=maybe(MOMENTS),
    due_at=maybe(MOMENTS),
    stop_by=maybe(MOMENTS),
    point_at=maybe(MOMENTS),
    next_at=maybe(MOMENTS),
    last_run_at=maybe(MOMENTS),
    last_error=TEXT,
    crashes=st.lists(MOMENTS, max_size=3).map(tuple),
    reverts=st.lists(MOMENTS, max_size=3).map(tuple),
)
SCALARS = TEXT | st.booleans() | st.integers(-(2**53), 2**53) | AMOUNTS
VALUES = st.dictionaries(TEXT, SCALARS, max_size=3)
RECIPES = st.builds(
    Recipe,
    requirements=st.lists(TEXT, max_size=3).map(tuple),
    args=VALUES,
    health=st.builds(Health, **dict.fromkeys(HEALTH, maybe(AMOUNTS))),
    base=MAPPINGS,
)
PARAMETERS = st.builds(
    Parameter,
    name=TEXT,
    type=st.sampled_from(ParameterType),
    default=maybe(SCALARS),
    low=maybe(AMOUNTS),
    high=maybe(AMOUNTS),
    choices=st.lists(SCALARS, max_size=3).map(tuple),
    description=TEXT,
)
DEPLOYMENTS = st.builds(
    Deployment,
    name=TEXT,
    calls=st.lists(TEXT, max_size=3).map(tuple),
    cpu=AMOUNTS,
    gpu=AMOUNTS,
    autoscaling=MAPPINGS,
)
BUILDS = st.builds(
    Build,
    status=st.sampled_from(BuildStatus),
    at=maybe(MOMENTS),
    seconds=maybe(AMOUNTS),
    error=TEXT,
    deployments=st.lists(DEPLOYMENTS, max_size=3).map(tuple),
    docs_path=TEXT,
)
TASKS = st.builds(
    Task,
    id=st.just(TaskId(0)),
    name=NAMES,
    revision=COUNTS,
    generation=COUNTS,
    artifact_id=COUNTS.map(ArtifactId),
    artifact=TEXT,
    kind=st.sampled_from(ArtifactKind),
    digest=TEXT,
    spec=SPECS,
    scaled=TEXT,
    autoscaling=MAPPINGS,
    file_path=TEXT,
    deployment_name=TEXT,
    schedule=SCHEDULES,
    env=ENV,
    parameters=VALUES,
    recipe=RECIPES,
    app=TEXT,
    own_route=TEXT,
    created_at=MOMENTS,
    created_by=TEXT,
    armed=maybe(st.builds(Arming, MOMENTS, st.sampled_from(When), TEXT, st.booleans())),
    override=maybe(st.builds(Override, bounds(), MOMENTS, maybe(MOMENTS), TEXT)),
    pause=maybe(st.builds(Pause, maybe(bounds()), MOMENTS, maybe(MOMENTS), TEXT, TEXT)),
    stop_forced=st.booleans(),
    archived_at=maybe(MOMENTS),
    archived_by=TEXT,
    archive_when_idle=st.booleans(),
    restarts=COUNTS,
    progress=PROGRESS,
)
ARTIFACTS = st.builds(
    Artifact,
    id=st.just(ArtifactId(0)),
    name=NAMES,
    version=st.just(1),
    kind=st.sampled_from(ArtifactKind),
    digest=TEXT,
    size=COUNTS,
    file_path=TEXT,
    deployment_name=TEXT,
    scaled=TEXT,
    autoscaling=MAPPINGS,
    spec=SPECS,
    env=ENV,
    files=st.lists(TEXT, max_size=4).map(tuple),
    description=TEXT,
    tags=st.lists(TEXT, max_size=3).map(tuple),
    parameters=st.lists(PARAMETERS, max_size=2).map(tuple),
    recipe=RECIPES,
    build=BUILDS,
    created_at=MOMENTS,
    created_by=TEXT,
)
AMOUNT_SETS = st.builds(Resources, AMOUNTS, AMOUNTS, AMOUNTS, CUSTOM)
NODES = st.builds(
    Node,
    id=TEXT,
    name=TEXT,
    total=AMOUNT_SETS,
    used=AMOUNT_SETS,
    gpu_type=TEXT,
    head=st.booleans(),
)
CLUSTERS = st.builds(
    ClusterView,
    state=st.sampled_from(ClusterState),
    address=TEXT,
    embedded=st.booleans(),
    ray_version=TEXT,
    session=TEXT,
    serve_url=TEXT,
    nodes=st.lists(NODES, max_size=2).map(tuple),
    foreign=st.lists(TEXT, max_size=3).map(tuple),
    autoscaler=st.booleans(),
    seen_at=maybe(MOMENTS),
    error=TEXT,
    retry_at=maybe(MOMENTS),
)
LEADERS = st.builds(
    SchedulerView,
    holder=TEXT,
    pid=COUNTS,
    epoch=COUNTS,
    started_at=maybe(MOMENTS),
    heartbeat_at=maybe(MOMENTS),
    version=TEXT,
)


def folds(schedule: Schedule) -> tuple[int, ...]:
    """Which of two equal wall-clock times is meant: equality of datetimes does not tell."""
    if isinstance(schedule, Daily):
        return ()
    return tuple(at.fold for at in (schedule.at, schedule.end) if at)
