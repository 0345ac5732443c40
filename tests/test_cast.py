"""Recordings of a terminal hold all that was sent, without the waiting."""

from __future__ import annotations

import json

from cast import LONGEST_S, lines, played


def test_a_recording_holds_every_byte_and_no_long_pause() -> None:
    text = "\x1b[2J größer \u4f60"
    data = text.encode()
    came = [(5.0, data[:9]), (5.2, data[9:-1]), (99.0, data[-1:]), (99.1, b"end")]
    found = list(lines(came, 100, 30, "a job"))
    assert json.loads(found[0]) == {"version": 2, "width": 100, "height": 30, "title": "a job"}
    assert played(found).decode() == f"{text}end"
    times = [json.loads(line)[0] for line in found[1:]]
    assert times == sorted(times)
    assert times[-1] <= 0.2 + LONGEST_S + 0.1 + 0.01
