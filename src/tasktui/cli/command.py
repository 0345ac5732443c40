"""The command boundary: reads the command line, runs the verb, and turns every error into words.

Guarantees an exit code for everything that can happen, one sentence instead of
a traceback, and nothing but the answer on standard output.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tasktui import config
from tasktui.cli import app, parser
from tasktui.cli.output import complain, note
from tasktui.cli.table import VERBS
from tasktui.cli.verbs import Call
from tasktui.config import Config
from tasktui.engine.logfile import append
from tasktui.errors import TasktuiError
from tasktui.runtime.files import prepare
from tasktui.tui import skeleton

INTERRUPTED = 130
CLOSED_PIPE = 141
CRASHED = 70


def main(argv: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Run the command line and return the exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that the terminal cannot show must not end the listing.
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(words, os.environ if environ is None else environ)
    except SystemExit as done:  # argparse, after --help and --version
        return int(done.code or 0)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _silence()


def _run(words: Sequence[str], environ: Mapping[str, str]) -> int:
    settings: Config | None = None
    try:
        args = parser.parse(parser.build(VERBS), words)
        settings = _settings(args, environ)
        call = Call(args, settings, environ)
        try:
            code = int((args.run or _no_verb)(call))
            sys.stdout.flush()
        finally:
            call.close()
    except TasktuiError as error:
        skeleton.drop()
        complain(error, as_json="--json" in words)
        return error.exit_code
    except (KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - the boundary: a sentence and a file, not a trace
        return _crashed(error, settings)
    return code


def _settings(args: argparse.Namespace, environ: Mapping[str, str]) -> Config:
    given = vars(args)
    flags = {
        name: given.get(name) for name in ("state_dir", "address", "allow_remote", "read_only")
    }
    return config.load(environ, **flags)


def _no_verb(call: Call) -> int:
    """A group without its verb shows its help; nothing at all opens the terminal app."""
    made: argparse.ArgumentParser = call.args.parser
    if made.prog == "tasktui":
        return app.open_app(call)
    made.print_help(sys.stderr)
    return 2


def _silence() -> int:
    """Whoever read our output has gone: say nothing more, not even at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return CLOSED_PIPE


def _crashed(error: Exception, settings: Config | None) -> int:
    skeleton.drop()
    import traceback  # noqa: PLC0415 - only after a mistake of ours

    text = "".join(traceback.format_exception(error))
    what = f"tasktui: this should not have happened: {type(error).__name__}: {error}"
    note(what)
    try:
        note(f"  The traceback is kept in {_keep(text, settings.state_dir)}." if settings else text)
    except (OSError, TasktuiError):
        print(text, file=sys.stderr)
    return CRASHED


def _keep(text: str, state_dir: Path) -> Path:
    prepare(state_dir)
    path = state_dir / "crash.log"
    # What follows a = may be a secret: --env TOKEN=...
    words = [w.partition("=")[0] for w in sys.argv]
    append(path, f"{datetime.now(UTC).isoformat()} {' '.join(words)}\n{text}\n")
    return path
