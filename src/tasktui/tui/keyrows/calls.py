"""Keys of the endpoint's screen, and the one that opens it."""

from __future__ import annotations

from tasktui.tui.key import Group, Key
from tasktui.tui.keyrows.places import CALL, LOOKS

ROWS = (
    Key(
        "call",
        "T",
        "T",
        "try it",
        Group.VIEW,
        LOOKS,
        "Make up a request to the endpoint; nothing is sent before Enter there.",
        footer=20,
    ),
    Key("send", "enter", "Enter", "send", Group.VIEW, CALL, "Send the request.", 1),
    Key(
        "request_line",
        "p",
        "p",
        "path",
        Group.VIEW,
        CALL,
        "Type method and path, such as POST /v1/completions.",
        2,
    ),
    Key("request_body", "b", "b", "body", Group.VIEW, CALL, "Type the body, as JSON.", 3),
    Key(
        "older_request",
        "left_square_bracket",
        "[",
        "older",
        Group.VIEW,
        CALL,
        "The request that was sent before this one.",
        4,
    ),
    Key(
        "newer_request",
        "right_square_bracket",
        "]",
        "newer",
        Group.VIEW,
        CALL,
        "The request that was sent after this one.",
        5,
    ),
    Key("answer_copy", "c", "c", "copy", Group.VIEW, CALL, "Copy the answer.", 6),
)
