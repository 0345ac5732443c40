"""The main job, over a real store and Ray's protocol."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

import httpx
import pytest

from make import NOW, make_daily, make_one_off
from scheduler.world import Crash, World
from tasktui.domain.event import EventKind
from tasktui.domain.observed import ClusterState, SchedulerView
from tasktui.domain.status import Badge, Status
from tasktui.domain.task import When
from tasktui.engine.ray_serve import RayServe
from tasktui.errors import LeadershipLost


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}+00:00")


async def test_a_task_goes_from_idle_over_in_queue_and_starting_to_running(world: World) -> None:
    world.launch()
    world.commands.activate("chat", When.NOW)
    assert world.status() is Status.IN_QUEUE
    await world.advance(10)
    assert world.path() == [Status.IDLE, Status.IN_QUEUE, Status.STARTING, Status.RUNNING]
    assert world.bounds() == (1, 2)


async def test_activated_with_next_it_waits_for_the_first_point(world: World) -> None:
    world.launch()
    world.commands.activate("chat", When.NEXT)
    await world.advance(10)
    assert world.status() is Status.IN_QUEUE
    reason = world.task().progress.reason
    assert (reason.text, reason.until) == ("waiting for 20:00", at("05 20:00"))
    assert not world.ray.puts


async def test_a_point_is_applied_when_it_comes_and_logged_once(world: World) -> None:
    world.launch(schedule=make_daily("08:00=2-4,20:00=1-1"))
    world.commands.activate("chat", When.NOW)
    await world.advance(10)
    assert world.bounds() == (2, 4)
    await world.go_to(at("05 20:00"))
    await world.advance(10)
    assert world.bounds() == (1, 1)
    applied = [e for e in world.events() if e.kind is EventKind.POINT_APPLIED]
    assert [e.instant for e in applied] == [at("05 08:00"), at("05 20:00")]


async def test_points_passed_while_nobody_was_awake_are_superseded_and_one_is_applied(
    world: World,
) -> None:
    world.launch(schedule=make_daily("08:00=1-1,12:00=2-2,20:00=3-3"))
    world.commands.activate("chat", When.NOW)
    await world.go_to(at("05 20:00"))
    assert world.bounds() == (3, 3)
    puts = len(world.ray.puts)
    world.sleep((at("06 12:10") - world.clock.at).total_seconds())
    await world.advance(5)
    assert world.bounds() == (2, 2)
    assert len(world.ray.puts) == puts + 1
    kinds = {e.instant: e.kind for e in world.events() if e.instant}
    assert kinds[at("05 20:00")] is EventKind.POINT_APPLIED
    assert kinds[at("06 08:00")] is EventKind.POINT_SUPERSEDED
    assert kinds[at("06 12:00")] is EventKind.POINT_APPLIED


async def test_a_point_with_max_0_stops_the_application_and_waits_for_the_next(
    world: World,
) -> None:
    world.launch(schedule=make_daily("08:00=1-2,20:00=0-0"))
    world.commands.activate("chat", When.NOW)
    await world.advance(10)
    await world.go_to(at("05 20:00"))
    await world.advance(10)
    assert world.app() is None
    assert world.status() is Status.IN_QUEUE
    assert world.task().progress.reason.text == "waiting for 08:00"
    await world.go_to(at("06 08:00"))
    await world.advance(10)
    assert world.status() is Status.RUNNING


async def test_deactivated_it_drains_and_is_idle_and_stays_so(world: World) -> None:
    world.launch()
    world.commands.activate("chat", When.NOW)
    await world.advance(10)
    world.commands.deactivate("chat")
    assert world.status() is Status.NEED_STOP
    await world.advance(5)
    assert world.status() is Status.IDLE
    assert world.app() is None
    await world.go_to(at("05 20:00"))
    assert world.app() is None


async def test_a_second_deactivate_ends_the_replicas_at_once(world: World) -> None:
    world.ray.drain_s = 1000
    world.launch()
    world.commands.activate("chat", When.NOW)
    await world.advance(10)
    world.commands.deactivate("chat")
    await world.advance(5)
    assert world.status() is Status.NEED_STOP
    world.commands.deactivate("chat")
    await world.advance(5)
    assert world.status() is Status.IDLE
    assert len(world.ray.jobs.entries) == 1


async def test_archive_when_idle_puts_an_active_task_away_after_its_drain(world: World) -> None:
    world.launch()
    world.commands.activate("chat", When.NOW)
    await world.advance(10)
    world.commands.archive("chat", when_idle=True)
    await world.advance(10)
    assert world.status() is Status.ARCHIVED
    assert world.path()[-3:] == [Status.NEED_STOP, Status.IDLE, Status.ARCHIVED]


async def test_a_one_off_runs_until_its_end(world: World) -> None:
    world.launch(schedule=make_one_off("2026-03-05T15:00", end="2026-03-05T16:00"))
    world.commands.activate("chat")
    await world.go_to(at("05 15:00"))
    await world.advance(10)
    assert world.status() is Status.RUNNING
    await world.go_to(at("05 16:00"))
    await world.advance(10)
    assert world.status() is Status.IDLE
    assert world.task().armed is None


async def test_a_one_off_now_starts_at_once(world: World) -> None:
    world.launch(schedule=make_one_off(None))
    world.commands.activate("chat")
    await world.advance(10)
    assert world.status() is Status.RUNNING


async def test_a_one_off_missed_by_more_than_a_day_is_not_started(world: World) -> None:
    world.launch(schedule=make_one_off("2026-03-05T15:00"))
    world.commands.activate("chat")
    world.sleep(26 * 3600)
    await world.advance(2)
    task = world.task()
    assert task.status is Status.IDLE
    assert [m.badge for m in task.progress.badges] == [Badge.MISSED]


async def test_a_one_off_missed_by_an_hour_is_started_late(world: World) -> None:
    world.launch(schedule=make_one_off("2026-03-05T15:00"))
    world.commands.activate("chat")
    world.sleep(2 * 3600)
    await world.advance(10)
    assert world.status() is Status.RUNNING


async def test_a_past_one_off_started_late_on_purpose_runs(world: World) -> None:
    world.launch(schedule=make_one_off("2026-03-05T15:00"))
    world.sleep(2 * 3600)
    world.commands.activate("chat", late_ok=True)
    await world.advance(10)
    assert world.status() is Status.RUNNING


async def test_an_edit_of_the_bounds_is_hot(world: World) -> None:
    task = world.launch(schedule=make_one_off(None, "1-1"))
    world.commands.activate("chat")
    await world.advance(10)
    before = [r.pid for r in world.task().progress.replicas]
    wider = replace(world.commands.spec_of(task), schedule=make_one_off(None, "1-3"))
    world.commands.edit("chat", world.task().revision, wider)
    await world.advance(5)
    assert world.bounds() == (1, 3)
    assert [r.pid for r in world.task().progress.replicas] == before


async def test_a_failing_start_is_tried_five_times_and_given_up(world: World) -> None:
    world.launch(schedule=make_one_off(None))
    world.ray.failing[f"tasktui-{world.store.owner()}-chat"] = "Traceback\nImportError: no torch"
    world.commands.activate("chat")
    await world.advance(30)
    task = world.task()
    assert task.status is Status.IN_QUEUE
    assert str(task.progress.badges[0]).startswith("!failed")
    await world.advance(200)
    task = world.task()
    assert task.status is Status.IDLE
    assert str(task.progress.badges[0]) == "!failed 5/5"
    assert task.progress.last_error.endswith("ImportError: no torch")
    failures = [e for e in world.events() if e.kind is EventKind.START_FAILED]
    assert len(failures) == 5
    assert world.app() is None


async def test_a_start_that_takes_longer_than_its_limit_counts_as_failed(world: World) -> None:
    world.ray.start_s = 10_000
    world.launch(schedule=make_one_off(None))
    world.commands.activate("chat")
    await world.advance(5)
    world.sleep(1800)
    await world.advance(5)
    assert "start limit" in world.task().progress.last_error


async def test_a_task_that_ray_refuses_is_retried_and_the_others_go_on(world: World) -> None:
    world.launch("good", make_one_off(None))
    world.commands.activate("good")
    await world.advance(10)
    world.launch("bad", make_one_off(None))
    world.ray.refusing[f"tasktui-{world.store.owner()}-bad"] = "no such field"
    world.commands.activate("bad")
    await world.advance(5)
    assert "no such field" in world.task("bad").progress.last_error
    assert world.status("bad") is Status.IN_QUEUE
    assert world.status("good") is Status.RUNNING
    world.ray.refusing.clear()
    await world.advance(30)
    assert world.status("bad") is Status.RUNNING


async def test_applications_of_others_are_never_touched(world: World) -> None:
    world.ray.deploy_foreign("theirs")
    world.ray.deploy_foreign("imperative", imperative=True)
    theirs = dict(world.ray.apps["theirs"].config)
    world.launch()
    world.commands.activate("chat", When.NOW)
    await world.advance(10)
    world.commands.deactivate("chat")
    await world.advance(10)
    assert world.ray.apps["theirs"].config == theirs
    assert set(world.ray.apps) == {"theirs", "imperative"}
    assert world.commands.cluster().foreign == ("imperative", "theirs")


async def test_a_route_that_others_use_is_refused_in_words(world: World) -> None:
    world.ray.deploy_foreign("chat")
    world.launch()
    world.commands.activate("chat", When.NOW)
    await world.advance(5)
    assert world.status() is Status.IN_QUEUE
    assert "belongs to the application chat" in world.task().progress.reason.text


async def test_without_room_it_waits_and_says_what_it_needs(world: World) -> None:
    world.ray.nodes = {"node-1": {"CPU": 2.0}}
    world.launch("one", make_one_off(None, "2-2"))
    world.commands.activate("one")
    await world.advance(10)
    world.launch("two", make_one_off(None))
    world.commands.activate("two")
    await world.advance(5)
    assert world.status("two") is Status.IN_QUEUE
    assert "needs 1 CPU on one node" in world.task("two").progress.reason.text
    world.commands.deactivate("one")
    await world.advance(15)
    assert world.status("two") is Status.RUNNING


async def test_an_unreachable_ray_changes_no_status_and_is_said_once(world: World) -> None:
    world.launch()
    world.commands.activate("chat", When.NOW)
    await world.advance(10)
    puts = len(world.ray.puts)
    world.ray.down = True
    await world.advance(120)
    assert world.status() is Status.RUNNING
    view = world.commands.cluster()
    assert view.state is ClusterState.UNREACHABLE
    assert view.retry_at
    notices = [e for e in world.events(None) if e.kind is EventKind.NOTICE]
    assert len(notices) == 1
    world.ray.down = False
    await world.advance(35)
    assert world.commands.cluster().state is ClusterState.CONNECTED
    assert len(world.ray.puts) == puts
    told = [e.reason for e in world.events(None) if e.kind is EventKind.NOTICE]
    assert re.fullmatch(r"Ray at \S+ answers again, after \d+ (s|min)\.", told[1])


WRONG: dict[str, dict[str, object]] = {
    "refused": {"down": True},
    "500": {"status": 500},
    "503": {"status": 503},
    "401": {"status": 401},
    "garbage": {"garbage": b"<html>hello</html>"},
    "half of it": {"garbage": b'{"applications": {"a'},
    "no object": {"garbage": b"[]"},
}


@pytest.mark.parametrize("fault", list(WRONG.values()), ids=list(WRONG))
async def test_whatever_comes_instead_of_an_answer_the_last_state_stays_until_it_is_over(
    world: World, fault: dict[str, object]
) -> None:
    world.ray.deploy_foreign("theirs")
    world.launch(schedule=make_daily("08:00=1-1,15:00=2-2"))
    world.commands.activate("chat", When.NOW)
    await world.advance(10)
    puts, sound = len(world.ray.puts), {key: getattr(world.ray, key) for key in fault}
    for key, value in fault.items():
        setattr(world.ray, key, value)
    await world.go_to(at("05 15:00"))
    await world.advance(60)
    assert world.status() is Status.RUNNING, "an error is not an empty cluster"
    assert len(world.ray.puts) == puts
    for key, value in sound.items():
        setattr(world.ray, key, value)
    await world.advance(35)
    assert (world.status(), world.bounds()) == (Status.RUNNING, (2, 2))
    assert len(world.ray.puts) == puts + 1
    assert "theirs" in world.ray.apps
    assert len([e for e in world.events(None) if e.kind is EventKind.NOTICE]) == 2


async def test_a_ray_that_never_answered_before_is_no_news_when_it_does(world: World) -> None:
    world.ray.down = True
    world.restart()
    await world.advance(40)
    world.ray.down = False
    await world.advance(35)
    assert world.commands.cluster().state is ClusterState.CONNECTED
    assert not world.events(None)


async def test_after_hours_without_ray_one_put_brings_what_is_wanted_now(world: World) -> None:
    world.launch(schedule=make_daily("08:00=1-1,13:00=2-2,20:00=3-3"))
    world.commands.activate("chat", When.NOW)
    await world.advance(10)
    puts = len(world.ray.puts)
    world.ray.down = True
    await world.go_to(at("05 20:00"))
    await world.go_to(at("06 08:30"))
    world.ray.down = False
    await world.advance(40)
    assert (world.bounds(), len(world.ray.puts)) == ((1, 1), puts + 1)
    assert len([e for e in world.events(None) if e.kind is EventKind.NOTICE]) == 2


async def test_without_an_answer_those_in_line_are_told_what_they_wait_for(world: World) -> None:
    world.ray.down = True
    world.launch("now", make_one_off(None))
    world.launch("later", make_one_off("2026-03-05T15:00"))
    world.commands.activate("now")
    world.commands.activate("later")
    await world.advance(5)
    assert world.task("now").progress.reason.text == "waiting for Ray to answer"
    assert world.task("later").progress.reason.text == "waiting for 2026-03-05 15:00"
    await world.go_to(at("05 15:00"))
    await world.advance(35)
    assert world.task("later").progress.reason.text == "waiting for Ray to answer"
    world.ray.down = False
    await world.advance(40)
    assert {world.status("now"), world.status("later")} == {Status.RUNNING}


async def test_a_ray_that_restarted_empty_gets_its_applications_and_packages_again(
    world: World,
) -> None:
    world.launch()
    world.commands.activate("chat", When.NOW)
    await world.advance(10)
    world.ray.lose_state()
    puts = len(world.ray.puts)
    await world.turn()
    assert len(world.ray.puts) == puts, "one empty answer is not enough"
    await world.advance(10)
    assert world.status() is Status.RUNNING
    assert world.bounds() == (1, 2)
    assert len(world.ray.packages) == 1


async def test_nothing_is_sent_when_nothing_changes(world: World) -> None:
    world.launch()
    world.commands.activate("chat", When.NOW)
    await world.advance(10)
    puts = len(world.ray.puts)
    await world.advance(120)
    assert len(world.ray.puts) == puts


async def test_tasks_due_at_one_instant_go_in_one_put(world: World) -> None:
    for name in ("one", "two", "three"):
        world.launch(name, make_one_off("2026-03-05T15:00"))
        world.commands.activate(name)
    await world.go_to(at("05 15:00"))
    await world.advance(5)
    assert len(world.ray.puts) == 1
    assert {world.status(n) for n in ("one", "two", "three")} == {Status.RUNNING}


async def test_a_start_waits_while_another_application_is_being_built(world: World) -> None:
    world.ray.build_s = 8
    world.launch("one", make_one_off(None))
    world.commands.activate("one")
    await world.advance(3)
    world.launch("two", make_one_off(None))
    world.commands.activate("two")
    await world.advance(2)
    assert len(world.ray.puts) == 1
    assert "build in progress" in world.task("two").progress.reason.text
    await world.advance(20)
    assert {world.status("one"), world.status("two")} == {Status.RUNNING}


@pytest.mark.parametrize("step", ["before-put", "after-put", "before-record", "after-record"])
async def test_a_kill_at_any_step_is_repaired_by_the_next_scheduler(
    world: World, step: str
) -> None:
    world.ray.deploy_foreign("theirs")
    world.launch()
    world.commands.activate("chat", When.NOW)
    world.crash_at = step
    with pytest.raises(Crash):
        await world.advance(10)
    world.restart()
    await world.advance(10)
    assert world.status() is Status.RUNNING
    assert len(world.ray.puts) == 1
    applied = [e for e in world.events() if e.kind is EventKind.POINT_APPLIED]
    assert len(applied) == 1
    assert world.path()[-1] is Status.RUNNING
    assert "theirs" in world.ray.apps


async def test_a_lost_answer_to_a_put_is_not_repeated_blindly(world: World) -> None:
    world.ray.answers_put = False
    world.launch()
    world.commands.activate("chat", When.NOW)
    await world.advance(15)
    assert world.status() is Status.RUNNING
    assert len(world.ray.puts) == 1


async def test_an_application_of_an_unknown_task_is_removed_but_not_many_at_once(
    world: World,
) -> None:
    owner = world.store.owner()
    for name in ("a", "b", "c"):
        world.ray.deploy_foreign(f"tasktui-{owner}-{name}")
    await world.advance(10)
    assert len(world.ray.apps) == 3
    assert not world.ray.puts


async def test_a_task_keeps_its_state_when_its_zone_is_unknown(world: World) -> None:
    world.launch(schedule=make_daily("08:00=1-2", timezone="Europe/Berlin"))
    world.commands.activate("chat", When.NOW)
    await world.advance(10)
    task = world.task()
    broken = make_daily("08:00=1-2", timezone="Europe/Nowhere")
    world.store.save_task(replace(task, schedule=broken))
    world.launch("other", make_one_off(None))
    world.commands.activate("other")
    await world.advance(10)
    assert world.status() is Status.RUNNING
    assert [m.badge for m in world.task().progress.badges] == [Badge.ZONE]
    assert world.status("other") is Status.RUNNING
    assert world.bounds() == (1, 2)


async def test_the_view_of_the_cluster_is_kept_for_everybody(world: World) -> None:
    view = world.commands.cluster()
    assert view.state is ClusterState.CONNECTED
    assert view.serve_url == "http://127.0.0.1:8000"
    assert view.nodes[0].total.cpu == 8
    assert view.seen_at == NOW


async def test_one_that_leads_no_more_since_its_last_look_at_ray_changes_nothing(
    world: World,
) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        before_a_change = asked[-2:-1] and asked[-2].startswith("/api/packages/")
        if before_a_change and asked[-1] == "/api/serve/applications/" and request.method == "GET":
            world.store.lead(SchedulerView(holder="other", pid=7))
        return world.ray._handle(request)

    await world.engine.close()
    world.engine = RayServe(world.ray.address, transport=httpx.MockTransport(answer))
    world.launch()
    world.commands.activate("chat", When.NOW)
    with pytest.raises(LeadershipLost):
        await world.advance(10)
    assert world.store.leader().holder == "other"
    assert not world.ray.puts
