"""Another tool changes or removes one of ours; and what one look is worth. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from make import NOW, OWNER, make_app, make_arming, make_daily, make_observed, make_task
from tasktui.config import Config
from tasktui.domain.observed import App, AppStatus, Observed, Source
from tasktui.domain.service import app_name
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.engine.payload import differing, to_config
from tasktui.scheduler.drift import ALONE, LIMIT
from tasktui.scheduler.guard import NOTHING, Memory
from tasktui.scheduler.plan import Plan, plan, service_of

CONFIG = Config(state_dir=Path("state"))
NAME = app_name(OWNER, "chat")


class Eyes:
    """A task that runs, and the plans of one look after another."""

    def __init__(self, **task: Any) -> None:
        given: dict[str, Any] = {
            "armed": make_arming(),
            "schedule": make_daily("08:00=1-2"),
            **task,
        }
        self.task: Task = make_task(status=Status.RUNNING, **given)
        self.memory: Memory = NOTHING
        self.now: datetime = NOW + timedelta(minutes=5)
        self.service = service_of(self.task, self.task.schedule.points[0].replicas, OWNER, CONFIG)  # type: ignore[union-attr]
        self.app = make_app(config=to_config(self.service))
        self.see()

    def look(self, observed: Observed) -> Plan:
        """One pass; what it found is kept as the scheduler would after its PUT."""
        made = plan(self.now, [self.task], observed, owner=OWNER, config=CONFIG, memory=self.memory)
        self.memory = made.memory
        for update in made.updates:
            self.task = replace(self.task, progress=update.progress)
        self.now += timedelta(seconds=3)
        self.events = [e.reason for u in made.updates for e in u.events]
        return made

    def see(self, app: App | None = None) -> Plan:
        return self.look(make_observed(app or self.app))

    def bent(self, **keys: object) -> App:
        return replace(self.app, config={**self.app.config, **(keys or {"route_prefix": "/x"})})

    @property
    def badges(self) -> list[str]:
        return [str(m) for m in self.task.progress.badges]


def test_what_another_tool_changed_is_put_back_with_a_badge_and_one_event() -> None:
    eyes = Eyes()
    made = eyes.see(eyes.bent())
    assert made.put
    assert made.healing == {eyes.task.id}
    assert eyes.badges == ["!drift"]
    assert eyes.events == [f"Another tool changed {NAME}: route_prefix. It is put back."]
    eyes.see()
    assert (eyes.badges, eyes.events) == (["!drift"], [])


def test_the_badge_goes_after_ten_quiet_minutes() -> None:
    eyes = Eyes()
    eyes.see(eyes.bent())
    eyes.now += timedelta(minutes=10)
    eyes.see()
    assert eyes.badges == []
    assert eyes.task.progress.reverts == ()


def test_the_event_names_keys_and_never_a_value_of_the_environment() -> None:
    eyes = Eyes(env={"TOKEN": "hush-hush"})
    env = {"env_vars": {"TOKEN": "stolen", "MORE": "1"}, "working_dir": "gcs://x"}
    eyes.see(eyes.bent(runtime_env=env))
    (text,) = eyes.events
    assert "runtime_env.env_vars.MORE, runtime_env.env_vars.TOKEN, runtime_env.working_dir" in text
    assert "hush" not in text
    assert "stolen" not in text


def test_our_own_change_is_no_drift() -> None:
    eyes = Eyes()
    eyes.task = replace(eyes.task, schedule=make_daily("08:00=2-2"))
    made = eyes.see()
    assert made.put
    assert not made.healing
    assert eyes.badges == ["!short 1/2"]


def test_a_scheduler_that_knows_nothing_yet_sets_it_right_and_accuses_nobody() -> None:
    eyes = Eyes()
    eyes.memory = NOTHING
    made = eyes.see(eyes.bent())
    assert made.put
    assert (eyes.badges, eyes.events) == ([], [])


def test_a_wish_that_changed_and_changed_back_before_a_look_accuses_nobody() -> None:
    eyes = Eyes()
    old, eyes.task = eyes.task, replace(eyes.task, schedule=make_daily("08:00=2-2"))
    asked = eyes.see().serve[0]
    eyes.task = old
    eyes.see(replace(eyes.app, config=to_config(asked)))
    assert "!drift" not in eyes.badges


def fought(eyes: Eyes, times: int = LIMIT) -> None:
    for _ in range(times):
        assert eyes.see(eyes.bent()).put
        eyes.see()


def test_after_three_reverts_it_is_left_alone_with_one_alert() -> None:
    eyes = Eyes()
    fought(eyes)
    made = eyes.see(eyes.bent())
    assert not made.put
    assert made.keep == {NAME}
    assert eyes.badges == ["!drift left alone"]
    (alert,) = eyes.events
    assert "left alone now" in alert
    for _ in range(3):
        assert not eyes.see(eyes.bent()).put
        assert eyes.events == []
    assert eyes.task.status is Status.RUNNING


def test_left_alone_it_stays_so_over_a_restart_and_over_time() -> None:
    eyes = Eyes()
    fought(eyes)
    eyes.see(eyes.bent())
    eyes.memory = NOTHING
    eyes.now += timedelta(hours=5)
    assert not eyes.see(eyes.bent()).put
    assert eyes.badges == ["!drift left alone"]


def test_three_reverts_in_more_than_ten_minutes_are_no_fight() -> None:
    eyes = Eyes()
    for _ in range(LIMIT + 2):
        eyes.now += timedelta(minutes=5)
        assert eyes.see(eyes.bent()).put
        eyes.see()
    assert eyes.badges == ["!drift"]


def test_once_it_is_as_wanted_again_it_is_ours_again() -> None:
    eyes = Eyes()
    fought(eyes)
    eyes.see(eyes.bent())
    eyes.see()
    assert eyes.badges == ["!drift"]
    eyes.now += timedelta(minutes=11)
    eyes.see()
    assert eyes.badges == []
    assert eyes.see(eyes.bent()).put


def test_one_that_another_tool_removed_is_created_again_after_a_second_look() -> None:
    eyes = Eyes()
    others = make_app("others", app="others")
    assert not eyes.look(make_observed(others)).put, "one look without it is not enough"
    assert eyes.badges == []
    made = eyes.look(make_observed(others))
    assert made.put
    assert eyes.events[0] == f"Another tool removed {NAME}. It is put back."
    assert eyes.task.status is Status.STARTING


def test_one_removed_again_and_again_waits_for_a_person() -> None:
    eyes = Eyes()
    fought(eyes)
    for _ in range(3):
        made = eyes.look(make_observed(make_app("others", app="others")))
        assert not made.put
    assert eyes.task.status is Status.IN_QUEUE
    assert eyes.task.progress.reason.text == f"another tool removed {NAME}: left alone"


@pytest.mark.parametrize("session", ["session_1", "session_2"])
def test_a_ray_that_lost_everything_is_no_other_tool(session: str) -> None:
    eyes = Eyes()
    eyes.look(make_observed(session=session))
    made = eyes.look(make_observed(session=session))
    assert made.put
    assert eyes.task.progress.reverts == ()


def test_one_deployed_in_anothers_own_way_is_put_back() -> None:
    eyes = Eyes()
    made = eyes.see(replace(eyes.app, source=Source.IMPERATIVE, config={}))
    assert made.put
    assert "in its own way" in eyes.events[0]


def test_a_change_that_is_held_back_counts_for_nothing() -> None:
    eyes = Eyes()
    many = [make_app(n) for n in ("a", "b", "c")]
    made = eyes.look(make_observed(eyes.bent(), *many))
    assert made.asks
    assert not made.put
    assert eyes.task.progress.reverts == ()


def test_an_identical_configuration_is_not_sent_again_because_it_failed() -> None:
    eyes = Eyes(revision=3)
    bad = replace(eyes.app, status=AppStatus.DEPLOY_FAILED, message="ImportError: no torch")
    for _ in range(5):
        assert not eyes.see(bad).put
    assert eyes.badges == ["!failed update"]
    assert eyes.task.progress.last_error == "ImportError: no torch"
    assert "H, then B rolls back to revision 2" in eyes.task.progress.reason.text
    assert ALONE not in eyes.task.progress.badges


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({}, []),
        ({"import_path": "a:b"}, ["import_path"]),
        ({"deployments": []}, None),
        ({"something_new": 1}, []),
    ],
)
def test_differences_are_told_by_the_names_of_the_keys(
    change: Mapping[str, object], names: list[str] | None
) -> None:
    eyes = Eyes()
    found = differing(eyes.service, eyes.bent(**change) if change else eyes.app)
    assert found == names if names is not None else all(n.startswith("deployments.") for n in found)
