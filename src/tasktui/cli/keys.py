"""The keys of the terminal app as a verb: with the user's own, and what is wrong with those."""

from __future__ import annotations

from tasktui.cli.output import emit, note, say
from tasktui.cli.verbs import Call, Verb


def _keys(call: Call) -> int:
    from tasktui.tui.keymap import remap  # noqa: PLC0415 - Textual is slow to import
    from tasktui.tui.keys import KEYS  # noqa: PLC0415 - as above

    rows, complaints = remap(KEYS, call.config.keys)
    if call.json:
        keys = [
            {"id": r.id, "keys": r.names.split(), "where": sorted(r.where), "help": r.help}
            for r in rows
        ]
        emit({"keys": keys, "not_used": complaints})
    else:
        for row in rows:
            say(f"{row.shown:<8} {row.id:<16} {row.help}")
    for text in complaints:
        note(f"Not used: {text}")
    return 1 if complaints else 0


VERBS = (
    Verb(
        name="keys",
        run=_keys,
        json=True,
        text="Your own stand in config.toml, by the id of what they do:\n\n"
        '  [keys]\n  detail = "h"\n  refresh = "f5 ctrl+r"\n\n'
        "What changes something keeps a capital letter, and no key means two things on one\n"
        "screen: what breaks a rule is not used, is named here, and ends this with 1.",
        examples=("tasktui keys", "tasktui keys --json"),
    ),
)
