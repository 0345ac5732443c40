"""Verbs for the cluster: bring an embedded one up or down, and say which one is used."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING

from tasktui.cli.found import SOURCES, UNSEEN, Found, ask, find_cluster
from tasktui.cli.output import emit, note, rows, say
from tasktui.cli.progress import Progress
from tasktui.cli.verbs import Call, Verb
from tasktui.commands.present import age, iso, open_ray
from tasktui.errors import UserError
from tasktui.runtime.host import others

if TYPE_CHECKING:
    from tasktui.engine.local import LocalStatus

_OUT_OF_REACH = {"unreachable", "unauthorized"}


def _up_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--num-cpus", metavar="N", type=_whole, help="logical CPUs; this machine's")
    parser.add_argument("--num-gpus", metavar="N", type=_whole, help="logical GPUs; this machine's")


def _whole(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 6:
        return int(text)
    raise UserError(f"{text!r} is not a number of CPUs or GPUs.", "Give a whole number.")


def _up(call: Call) -> int:
    bring_up(call, call.args.num_cpus, call.args.num_gpus)
    return _status(call)


def bring_up(call: Call, cpus: int | None = None, gpus: int | None = None) -> LocalStatus:
    """Bring the embedded cluster up, printing its stages. Raises ClusterError."""
    from tasktui.engine.local import LocalCluster, LocalOptions  # noqa: PLC0415 - psutil is slow

    call.require_writable()
    cluster = LocalCluster(call.config.state_dir)
    shown = Progress()
    # The state directory's own checks, before Ray writes into it.
    _ = call.session
    try:
        return cluster.up(LocalOptions(num_cpus=cpus, num_gpus=gpus), shown)
    finally:
        shown.close()


def _down(call: Call) -> int:
    ended = take_down(call)
    if call.json:
        emit({"ended": ended})
    elif ended:
        say(f"The embedded cluster is down; {ended} processes were ended.")
    else:
        say("No embedded cluster was up.")
    return 0


def take_down(call: Call) -> int:
    """End the embedded cluster; how many processes were ended. Raises ClusterError."""
    from tasktui.engine.local import LocalCluster  # noqa: PLC0415 - psutil is slow to import

    call.require_writable()
    shown = Progress()
    try:
        return LocalCluster(call.config.state_dir).down(shown)
    finally:
        shown.close()


def _status(call: Call) -> int:
    found = find_cluster(call)
    if found.state == UNSEEN:
        found = ask(call, found)
    code = 1 if found.state in _OUT_OF_REACH else 0
    if call.json:
        emit(_json(found))
        return code
    now = call.session.call(lambda c: c.now())
    seen = found.view.seen_at
    rows(
        [
            ("Cluster", found.state),
            ("Found", SOURCES.get(found.source, f"named by {found.source}")),
            ("Address", found.address),
            ("Endpoints", found.serve_url),
            ("Ray", found.ray_version),
            ("Token", str(found.token_file or "")),
            ("Others", ", ".join(found.view.foreign)),
            ("Last seen", f"{age(seen, now)} ago by the scheduler" if seen else ""),
            ("Embedded", _local(found)),
            ("Problem", found.error),
            ("Warning", open_ray(found.view, others())),
        ]
    )
    if found.environ:
        say("To use Ray's own programs with it:")
        for key, value in found.environ.items():
            say(f"  export {key}={shlex.quote(value)}")
    if found.state in {"none", "down"}:
        note("Bring one up: tasktui cluster up. Or name one: --address URL.")
    return code


def _local(found: Found) -> str:
    local = found.local
    return "" if found.embedded or local.state == "down" else f"{local.state} {local.stage}".strip()


def _json(found: Found) -> dict[str, object]:
    return {
        "state": found.state,
        "address": found.address or None,
        "source": found.source,
        "embedded": found.embedded,
        "serve_url": found.serve_url or None,
        "ray_version": found.ray_version or None,
        "token_file": str(found.token_file) if found.token_file else None,
        "foreign": list(found.view.foreign),
        "seen_at": iso(found.view.seen_at),
        "error": found.error or None,
        "open": found.view.open,
        "environ": dict(found.environ),
        "local": {
            "state": str(found.local.state),
            "stage": found.local.stage,
            "processes": found.local.processes,
        },
    }


VERBS = (
    Verb(
        name="cluster",
        verbs=(
            Verb(
                name="up",
                summary="Bring up an embedded cluster on 127.0.0.1",
                run=_up,
                arguments=_up_arguments,
                json=True,
                text="It belongs to the state directory, has a token of its own and outlives the\n"
                "terminal. Needs Ray: pip install 'tasktui[local]'.",
                examples=("tasktui cluster up", "tasktui cluster up --num-cpus 4 --num-gpus 2"),
            ),
            Verb(
                name="down",
                summary="End the embedded cluster, and nothing else",
                run=_down,
                json=True,
                examples=("tasktui cluster down",),
            ),
            Verb(
                name="status",
                summary="Show which cluster is used, how it was found, and how it is",
                run=_status,
                json=True,
                text="What the scheduler last saw. A cluster that it has not seen yet is asked\n"
                "itself; exit code 1 when that does not answer or refuses the token.",
                examples=("tasktui cluster status", "tasktui cluster status --json"),
            ),
        ),
    ),
)
