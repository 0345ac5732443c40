"""``artifact prune``: remove the packages that nothing uses any more."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import timedelta

from tasktui.cli.output import Column, emit, say, table, width
from tasktui.cli.verbs import Call, Verb
from tasktui.commands.packages import Unused, size_text
from tasktui.commands.present import iso
from tasktui.errors import StoreError

_COLUMNS = (Column("PACKAGE"), Column("SIZE"), Column("UNUSED SINCE"), Column("WHAT"))
_DIGITS = 12


def _arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--all", action="store_true", help="also those that were used until just now")
    add("--dry-run", action="store_true", help="show what would go; remove nothing")


def _prune(call: Call) -> int:
    if not call.args.dry_run:
        call.require_writable()
    hours = 0.0 if call.args.all else call.config.unused_limit_h
    grace = timedelta(hours=hours)
    unused = call.session.call(lambda c: c.unused_packages())
    try:
        gone = call.session.call(
            lambda c: c.due_packages(grace) if call.args.dry_run else c.prune_packages(grace)
        )
    except OSError as error:
        raise StoreError(
            f"A package cannot be removed: {error.strerror}: {error.filename}.",
            "See who may write there, and prune again.",
        ) from error
    stays = [u for u in unused if u not in gone]
    if call.json:
        emit({"removed": _json(gone), "kept": _json(stays), "dry_run": call.args.dry_run})
    else:
        _show(gone, stays, hours, dry=call.args.dry_run)
    return 0


def _show(gone: Sequence[Unused], stays: Sequence[Unused], hours: float, *, dry: bool) -> None:
    if not gone and not stays:
        say("Every package is used.")
        return
    words = "would go" if dry else "removed"
    table(_COLUMNS, [*(_row(u, words) for u in gone), *(_row(u, "kept") for u in stays)], width())
    say(f"{words}: {_sum(gone)}. kept: {_sum(stays)}.")
    if stays and hours:
        say(f"They go once unused for {hours:g} h (unused_limit_h), or now: --all.")


def _row(unused: Unused, what: str) -> list[str]:
    return [unused.digest[:_DIGITS], size_text(unused.size), f"{iso(unused.since)}", what]


def _sum(found: Sequence[Unused]) -> str:
    return f"{len(found)}, {size_text(sum(u.size for u in found))}"


def _json(found: Sequence[Unused]) -> list[dict[str, object]]:
    return [{"package": u.digest, "size": u.size, "since": iso(u.since)} for u in found]


VERBS = (
    Verb(
        name="prune",
        summary="Remove the packages that nothing uses any more",
        run=_prune,
        arguments=_arguments,
        json=True,
        text="The scheduler does it by itself, once a package was unused for a day\n"
        "(unused_limit_h). What an artifact or a task needs always stays.",
        examples=("tasktui artifact prune --dry-run", "tasktui artifact prune --all"),
    ),
)
