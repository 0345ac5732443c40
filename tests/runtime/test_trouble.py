from __future__ import annotations

import logging
from dataclasses import dataclass, field

import pytest

from tasktui.runtime.trouble import EVERY_S, Trouble


@dataclass
class Site:
    now: float = 100.0
    signed: list[str] = field(default_factory=list)

    def made(self) -> Trouble:
        return Trouble(self.signed.append, lambda: self.now)


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]


def test_a_trouble_that_stays_is_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    site = Site()
    trouble = site.made()
    for _ in range(int(EVERY_S) * 2 + 1):
        trouble.tell("No space is left.")
        site.now += 1
    assert errors(caplog) == ["No space is left."] * 3
    assert len(site.signed) == 121, "beside the lock it is said each time: that is its heartbeat"


def test_another_trouble_is_logged_at_once(caplog: pytest.LogCaptureFixture) -> None:
    trouble = Site().made()
    trouble.tell("one")
    trouble.tell("two")
    assert errors(caplog) == ["one", "two"]


def test_its_end_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    trouble = Site().made()
    for text in ("", "one", "", ""):
        trouble.tell(text)
    ends = [r for r in caplog.records if r.levelno == logging.INFO]
    assert [r.getMessage() for r in ends] == ["The database can be written again."]
