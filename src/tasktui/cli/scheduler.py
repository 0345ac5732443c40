"""Verbs for the scheduler: run it here, start and stop it in the background, ask how it is."""

from __future__ import annotations

import argparse

from tasktui.cli.output import emit, rows, say
from tasktui.cli.verbs import Call, Verb
from tasktui.commands.present import age, iso
from tasktui.errors import SchedulerError
from tasktui.runtime.daemon import NO_SCHEDULER, Health, State

_START_S = 15.0


def _run(call: Call) -> int:
    from tasktui.runtime.service import run_scheduler  # noqa: PLC0415 - only this verb needs it

    if call.config.address:
        call.writer()
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
            "Unset it, or run it yourself: tasktui scheduler run.",
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


def _status(call: Call) -> int:
    health = call.session.health()
    if call.json:
        emit(health_json(health))
        return 0
    now = call.session.call(lambda c: c.now())
    up = health.state is not State.DOWN
    beat = health.heartbeat_at
    rows(
        [
            ("Scheduler", str(health.state)),
            ("Process", str(health.pid) if up else ""),
            ("Started", iso(health.started_at) or "" if up else ""),
            ("Heard of", f"{age(beat, now)} ago" if beat else ""),
            ("Log", str(health.log)),
        ]
    )
    return 0


def health_json(health: Health) -> dict[str, object]:
    """The scheduler's state as JSON."""
    return {
        "state": str(health.state),
        "pid": health.pid or None,
        "started_at": iso(health.started_at),
        "heartbeat_at": iso(health.heartbeat_at),
        "log": str(health.log),
    }


VERBS = (
    Verb(
        name="scheduler",
        summary="Run, start, stop or show the process that drives the schedules",
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
                name="status",
                summary="Show whether it runs and when it was last heard of",
                run=_status,
                json=True,
                examples=("tasktui scheduler status --json",),
            ),
        ),
    ),
)
