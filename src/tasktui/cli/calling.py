"""The verb that sends a request to a task's endpoint."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tasktui.cli.output import emit, note, say
from tasktui.cli.verbs import Call, Verb, task_name
from tasktui.commands.request import Request, checked, pretty, told
from tasktui.errors import UserError

_LARGEST = 16 * 2**20
"""Characters of a body that is read from a file."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    task_name(parser)
    add = parser.add_argument
    add("--method", metavar="M", help="GET, or POST with a body")
    add("--path", metavar="PATH", help="below the task's route, with its query; /")
    body = parser.add_mutually_exclusive_group()
    body.add_argument("--json-body", metavar="JSON", help="body to send")
    body.add_argument("--data", metavar="@FILE", help="the same from a file; @- is standard input")


def _call(call: Call) -> int:
    task, cluster = call.session.call(lambda c: (c.task(call.args.name), c.cluster()))
    request = _request(call.args) or call.session.call(lambda c: c.sample(task))
    answer = call.session.try_endpoint(task, cluster, request)
    text = pretty(answer.kind, answer.body)
    if call.json:
        emit(
            {
                "status": answer.status,
                "seconds": round(answer.seconds, 6),
                "type": answer.kind or None,
                "cut": answer.cut,
                "body": text,
            }
        )
    elif text:
        say(text, lines=True)
    note(told(answer.status, answer.reason, answer.seconds, len(answer.body)))
    return 0 if answer.status < 400 else 1


def _request(args: argparse.Namespace) -> Request | None:
    """What was given; None for nothing at all."""
    if (args.method, args.path, args.json_body, args.data) == (None, None, None, None):
        return None
    body = _file(args.data) if args.data is not None else args.json_body or ""
    method = (args.method or ("POST" if body else "GET")).upper()
    return checked(Request(method, args.path or "/", body))


def _file(word: str) -> str:
    if not word.startswith("@"):
        raise UserError(f"--data {word!r} names no file.", "Write --data @FILE, or --json-body.")
    try:
        with sys.stdin if word == "@-" else Path(word[1:]).open(encoding="utf-8") as file:
            text = file.read(_LARGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{word[1:]} cannot be read: {error}.", "It must be text.") from error
    if len(text) > _LARGEST:
        raise UserError(f"{word[1:]} is larger than {_LARGEST >> 20} MB.", "")
    return text


VERBS = (
    Verb(
        name="call",
        run=_call,
        arguments=_arguments,
        json=True,
        text="Without flags it sends the sample of the artifact's manifest, else GET /. A call to\n"
        "a task with min 0 waits for its start, at most 2 minutes. Exit code 1 for a status of\n"
        "400 and more.",
        examples=(
            "tasktui call chat",
            "tasktui call chat --path '/?sleep=1'",
            'tasktui call chat --path /v1/completions --json-body \'{"prompt": "hi"}\'',
        ),
    ),
)
