from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tasktui.runtime.session import Session
from tasktui.tui import keys
from tasktui.tui.app import TasktuiApp, make_desk
from tasktui.tui.keymap import remap
from tasktui.tui.keys import KEYS, Where, keys_of
from tui.bench import Bench, press, text, until


@pytest.fixture(autouse=True)
def _given_keys() -> Iterator[None]:
    yield
    keys.use(KEYS)


def row(wanted: dict[str, str], id_: str) -> tuple[str, str]:
    found, complaints = remap(KEYS, wanted)
    assert complaints == []
    return next((r.names, r.shown) for r in found if r.id == id_)


@pytest.mark.parametrize(
    ("id_", "own", "names"),
    [
        ("detail", "h", "h"),
        ("detail", "h enter", "h enter"),
        ("filter", "\\", "backslash"),
        ("refresh", "f5", "f5"),
        ("activate", "V", "V"),
    ],
)
def test_a_key_of_ones_own_takes_the_place_of_the_given_one(id_: str, own: str, names: str) -> None:
    assert row({id_: own}, id_) == (names, own.split(maxsplit=1)[0])


def test_two_keys_can_be_exchanged_by_way_of_a_free_one() -> None:
    found, complaints = remap(KEYS, {"logs": "h", "detail": "l enter"})
    assert complaints == []
    assert {r.id: r.names for r in found if r.id in {"logs", "detail"}} == {
        "logs": "h",
        "detail": "l enter",
    }


@pytest.mark.parametrize(
    ("id_", "own", "says"),
    [
        ("logs", "d", "d is detail already on the same screen."),
        ("detial", "i", "there is no such command, did you mean detail?"),
        ("qqqq", "i", "there is no such command; tasktui keys lists them."),
        ("activate", "a", "what changes something needs a capital letter."),
        ("activate", "ctrl+a", "what changes something needs a capital letter."),
        ("back", "b", "this key stays as it is."),
        ("detail", " ", "this key stays as it is."),
    ],
)
def test_what_breaks_a_rule_is_not_used_and_said(id_: str, own: str, says: str) -> None:
    found, complaints = remap(KEYS, {id_: own})
    assert found == KEYS
    assert complaints == [f"{id_} = {own!r}: {says}"]


def app(bench: Bench, **own: str) -> TasktuiApp:
    config = replace(bench.config, keys=own)
    session = Session(config, {}, "tui", now=lambda: bench.at)
    bench.ends.callback(session.close)
    return TasktuiApp(make_desk(session, {"LANG": "C.UTF-8"}))


async def test_the_app_goes_by_them_in_keys_footer_and_help(bench: Bench) -> None:
    bench.launched("chat")
    async with app(bench, detail="h enter", activate="V").run_test(size=(120, 40)) as pilot:
        assert "h detail" in await until(pilot, "> chat")
        await pilot.press("d")
        assert len(pilot.app.screen_stack) == 1
        await pilot.press("h")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        await pilot.press("escape")
        await press(pilot, "V", seen="Activate chat")
        await pilot.press("escape")
        await press(pilot, "question_mark", "slash", *"whole", seen="No key here")
    assert "V" in {k.shown for k in keys_of(Where.DETAIL)}


async def test_a_key_that_is_not_used_is_said_at_start(bench: Bench) -> None:
    bench.launched("chat")
    async with app(bench, logs="d").run_test(size=(120, 40)) as pilot:
        await until(pilot, "Key not used: logs = 'd': d is detail already")
        await press(pilot, "d", seen="Schedule")
        assert "Schedule" in text(pilot)
