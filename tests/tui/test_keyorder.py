"""A burst of keys does what the same keys do one by one."""

from __future__ import annotations

import pytest
from textual import events
from textual.app import ComposeResult
from textual.widgets import Input

from tasktui.tui.keyorder import OrderedKeys
from tui.bench import until


class Form(OrderedKeys[None]):
    def compose(self) -> ComposeResult:
        yield Input("old", id="one", select_on_focus=False)
        yield Input("old", id="two", select_on_focus=False)

    def values(self) -> list[str]:
        return [i.value for i in self.query(Input)]


def burst(app: Form, *keys: str) -> None:
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else None))


async def test_bound_keys_and_letters_of_one_burst_keep_their_order() -> None:
    app = Form()
    async with app.run_test() as pilot:
        burst(app, "ctrl+u", "a", "b", "tab", "ctrl+u", "c", "shift+tab", "d", "backspace", "e")
        await until(pilot, lambda: app.values() == ["abe", "c"])


@pytest.mark.parametrize("count", [1, 50])
async def test_no_key_of_a_long_burst_is_lost(count: int) -> None:
    app = Form()
    async with app.run_test() as pilot:
        burst(app, "ctrl+u", *("x" for _ in range(count)), "tab", "ctrl+u", "y")
        await until(pilot, lambda: app.values() == ["x" * count, "y"])


async def test_a_widget_that_goes_away_with_a_key_does_not_stop_the_next_ones() -> None:
    app = Form()
    async with app.run_test() as pilot:
        one, two = app.query(Input)
        burst(app, "a")
        await one.remove()
        two.focus()
        await until(pilot, lambda: two.has_focus)
        burst(app, "end", "z", "ctrl+u", "q")
        await until(pilot, lambda: two.value == "q")


async def test_keys_that_still_wait_when_the_app_is_left_are_left_too() -> None:
    app = Form()
    async with app.run_test() as pilot:
        await pilot.pause()
        app._keys_waiting.append(events.Key("a", "a"))
        app._screen_stacks[app._current_mode].clear()
        await app._arrived()
        assert not app._keys_waiting
        app.exit()


async def test_held_keys_wait_and_keep_their_order() -> None:
    app = Form()
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.focused is not None)
        app.hold_keys()
        burst(app, "ctrl+u", "a", "tab", "ctrl+u", "b")
        await pilot.pause(0.1)
        assert app.values() == ["old", "old"]
        app.release_keys()
        await until(pilot, lambda: app.values() == ["a", "b"])
