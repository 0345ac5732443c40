"""Keys by reflex change nothing: random ones on every screen, and rule by rule."""

from __future__ import annotations

import random
import string

import pytest
from textual import events
from textual.binding import Binding
from textual.pilot import Pilot

from tasktui.tui.key import LOOKS
from tasktui.tui.keys import KEYS, Key, keys_of
from tasktui.tui.screens.call import CallScreen
from tasktui.tui.screens.copy import CopyScreen
from tasktui.tui.screens.detail import DetailScreen
from tasktui.tui.screens.dialogs import Dialog
from tasktui.tui.screens.help import HelpScreen
from tasktui.tui.screens.logs import LogsScreen
from tasktui.tui.screens.page import Page
from tasktui.tui.screens.tasks import TasksScreen
from tasktui.tui.screens.verbs import VERBS
from tui.bench import Bench, until

# Without A: activating harms nothing, so its dialog has the focus on the action. Without h, l
# and arrows: whoever goes to a dialog's action with them and presses Enter means it.
# Without n, e and C: they open the wizard, whose last step does what it says on Enter.
LETTERS = sorted({*string.ascii_letters, *string.digits} - set("AhlneC"))
NAMED = {
    "enter": "\r",
    "escape": "\x1b",
    "space": " ",
    "asterisk": "*",
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "minus": "-",
    "exclamation_mark": "!",
    "backspace": "\x7f",
    "pagedown": None,
}
PRESSES = 300
BURST = 5

SCREENS = {
    "table": [],
    "detail": ["d"],
    "logs": ["l"],
    "help": ["question_mark"],
    "copy": ["c"],
    "call": ["T"],
    "deactivate": ["D"],
    "archive": ["X"],
    "delete": ["7", "D"],
    "scale": ["S"],
    "pause": ["P"],
}


async def storm(pilot: Pilot[None], rng: random.Random) -> int:
    """Keys in bursts, as from a cat; q may leave the app, and that is all. How many there were."""
    for pressed in range(0, PRESSES, BURST):
        for name in rng.choices([*LETTERS, *NAMED], k=BURST):
            pilot.app.post_message(events.Key(name, NAMED.get(name, name)))
        await pilot.pause(0.03)
        if pilot.app._exit:
            return pressed
    return PRESSES


@pytest.mark.parametrize("name", SCREENS)
async def test_random_keys_change_nothing_in_the_store(bench: Bench, name: str) -> None:
    bench.sees()
    bench.running("chat")
    bench.launched("idle")
    bench.archived("old")
    before = bench.everything()
    rng = random.Random(f"tasktui {name}")  # noqa: S311 - not for secrets
    pressed = 0
    while pressed < PRESSES:
        async with bench.app().run_test(size=(100, 30)) as pilot:
            await until(pilot, "> chat")
            for key in SCREENS[name]:
                await pilot.press(key)
                await pilot.pause(0.1)
            pressed += await storm(pilot, rng) + BURST
    assert bench.everything() == before


@pytest.mark.parametrize(
    "key", [k for k in KEYS if k.action and not k.archived], ids=lambda k: k.id
)
async def test_no_key_acts_before_its_dialog_or_form(bench: Bench, key: Key) -> None:
    bench.running("chat")
    before = bench.everything()
    async with bench.app().run_test(size=(100, 30)) as pilot:
        await until(pilot, "> chat")
        await pilot.press(key.names)
        await pilot.pause(0.2)
    assert bench.everything() == before


def test_every_verb_of_the_table_of_keys_is_there() -> None:
    assert {k.action for k in KEYS if k.action} == set(VERBS)


PAGES: list[type[Page]] = [
    TasksScreen,
    DetailScreen,
    LogsScreen,
    HelpScreen,
    CopyScreen,
    CallScreen,
]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.__name__)
def test_every_key_of_a_page_has_something_to_do(page: type[Page]) -> None:
    for key in keys_of(page.WHERE):
        if key.action is None and key.id not in LOOKS and not key.id.startswith(("tab_", "copy_")):
            assert callable(getattr(page, f"do_{key.id}"))


def test_a_dialog_shares_no_key_with_the_verbs() -> None:
    bound = {k for b in Dialog.BINDINGS if isinstance(b, Binding) for k in b.key.split(",")}
    assert "enter" in bound
    assert not bound & {k.names for k in KEYS if k.dangerous}
