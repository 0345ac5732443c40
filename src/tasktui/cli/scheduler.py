"""Verbs for the scheduler: run it here, start and stop it in the background, ask how it is."""

from __future__ import annotations

import argparse
from datetime import datetime

from tasktui.cli import installing
from tasktui.cli.output import emit, rows, say
from tasktui.cli.verbs import Call, Verb
from tasktui.commands.commands import Commands
from tasktui.commands.present import age, iso
from tasktui.config import NO_SCHEDULER
from tasktui.errors import SchedulerError
from tasktui.runtime.daemon import Health, State, how_to_start
from tasktui.scheduler.clocksteps import doubted
from tasktui.scheduler.leader import is_locked, running
from tasktui.scheduler.timekeeper import DOUBT

_START_S = 15.0


def _run(call: Call) -> int:
    from tasktui.runtime.service import run_scheduler  # noqa: PLC0415 - only this verb needs it

    if is_locked(call.config.state_dir):
        raise running(call.config.state_dir)
    call.session.bind()
    call.close()
    return run_scheduler(call.config)


def _start(call: Call) -> int:
    return _started(call)


def _started(call: Call) -> int:
    session = call.writer()
    session.start_scheduler(wait_s=_START_S)
    health = session.health()
    if health.state is State.DOWN:
        raise SchedulerError(
            f"The scheduler was not started: {NO_SCHEDULER} is set.",
            "Start it where it belongs, such as with systemctl, or unset that.",
        )
    if call.json:
        emit(health_json(health))
    else:
        say(f"The scheduler runs. Its log: {health.log}")
    return 0


def _stop_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--force", action="store_true", help="kill it when it does not stop by itself"
    )


def _stop(call: Call) -> int:
    stopped = call.session.stop_scheduler(force=call.args.force)
    if call.json:
        emit({"stopped": stopped})
    elif stopped:
        say("The scheduler is stopped. What runs on Ray goes on; schedules wait.")
    else:
        say("No scheduler ran.")
    return 0


def _restart(call: Call) -> int:
    call.session.stop_scheduler(force=call.args.force)
    return _started(call)


def _accept_clock(call: Call) -> int:
    accepted = call.writer().call(lambda c: c.accept_clock())
    if call.json:
        emit({"accepted": accepted})
    elif accepted:
        say("The clock is accepted. Every schedule is read anew.")
    else:
        say("The scheduler believes the clock already.")
    return 0


def _confirm_removal(call: Call) -> int:
    names = call.writer().call(lambda c: c.confirm_removal())
    if call.json:
        emit({"confirmed": list(names)})
    elif names:
        say(f"Confirmed. These are removed from Ray now: {', '.join(names)}")
    else:
        say("No removal waits to be confirmed.")
    return 0


def _takeover(call: Call) -> int:
    session = call.writer()
    ended = session.take_over()
    health = session.health()
    if call.json:
        emit({"ended": ended, **health_json(health)})
    else:
        say(f"The scheduler that hung (process {ended}) is ended; a new one runs.")
    return 0


def _status(call: Call) -> int:
    health = call.session.health()
    if call.json:
        emit(health_json(health))
        return 0
    now, problem = call.session.call(lambda c: (c.now(), _problem(c)))
    up = health.state is not State.DOWN
    beat = health.heartbeat_at
    rows(
        [
            ("Scheduler", str(health.state)),
            ("Process", str(health.pid) if up else ""),
            ("Started", iso(health.started_at) or "" if up else ""),
            ("Heard of", f"{age(beat, now)} ago" if beat else ""),
            ("Problem", problem),
            ("Database", health.trouble),
            ("Start it", "" if up else how_to_start(health)),
            ("Log", str(health.log)),
        ]
    )
    return 0


def _problem(c: Commands) -> str:
    doubt = c.setting(DOUBT)
    if doubt:
        return doubted(datetime.fromisoformat(doubt), c.now())
    names = c.waiting_removal()
    return f"It asks before it removes {', '.join(names)} (confirm-removal)" if names else ""


def health_json(health: Health) -> dict[str, object]:
    """The scheduler's state as JSON."""
    return {
        "state": str(health.state),
        "pid": health.pid or None,
        "started_at": iso(health.started_at),
        "heartbeat_at": iso(health.heartbeat_at),
        "trouble": health.trouble or None,
        "log": str(health.log),
    }


VERBS = (
    Verb(
        name="scheduler",
        text="It starts by itself whenever something changes, and outlives the terminal.",
        verbs=(
            Verb(
                name="run",
                summary="Run it here until interrupted: for systemd",
                run=_run,
                examples=("tasktui scheduler run",),
            ),
            Verb(
                name="start",
                summary="Start it in the background, unless it runs",
                run=_start,
                json=True,
                examples=("tasktui scheduler start",),
            ),
            Verb(
                name="stop",
                summary="Stop it; tasks on Ray go on",
                run=_stop,
                arguments=_stop_arguments,
                json=True,
                examples=("tasktui scheduler stop", "tasktui scheduler stop --force"),
            ),
            Verb(
                name="restart",
                summary="Stop and start it, for example after an upgrade",
                run=_restart,
                arguments=_stop_arguments,
                json=True,
                examples=("tasktui scheduler restart",),
            ),
            Verb(
                name="accept-clock",
                summary="Go by the clock, though it was set back by more than a day",
                run=_accept_clock,
                json=True,
                text="Until then nothing is applied: a clock that is wrong by days would start\n"
                "and stop everything at wrong times.",
                examples=("tasktui scheduler accept-clock",),
            ),
            Verb(
                name="confirm-removal",
                summary="Let it remove the running applications that it asks about",
                run=_confirm_removal,
                json=True,
                text="It asks where more than half of what runs would go and nobody stopped it,\n"
                "as after an old database came back. tasktui scheduler status names them.",
                examples=("tasktui scheduler confirm-removal",),
            ),
            Verb(
                name="takeover",
                summary="End a scheduler that hangs and start a new one",
                run=_takeover,
                json=True,
                text="Only one that holds its lock and has been silent for 20 s is ended.",
                examples=("tasktui scheduler takeover",),
            ),
            Verb(
                name="status",
                summary="Show whether it runs and when it was last heard of",
                run=_status,
                json=True,
                examples=("tasktui scheduler status --json",),
            ),
            *installing.VERBS,
        ),
    ),
)
