from __future__ import annotations

import pytest

from tasktui.tui.commandline import known, parse
from tasktui.tui.habits import ALIASES, COMMANDS, KEYS, no_key
from tasktui.tui.keys import Where, keys_of
from tui.bench import Bench, press, text, until


@pytest.mark.parametrize("name", ALIASES)
def test_every_other_name_leads_to_a_command_or_to_a_hint(name: str) -> None:
    typed = parse(name)
    assert name not in known()
    assert not typed.error or typed.error == COMMANDS[ALIASES[name]]


def test_hints_are_for_what_does_not_exist_on_the_task_table() -> None:
    bound = {n for k in keys_of(Where.TASKS) for n in k.names.split()}
    assert not bound & set(KEYS)
    assert not set(known()) & set(COMMANDS)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("0", "0 does nothing here. 1 shows all tasks."),
        ("ctrl+k", "Ctrl-K does nothing here. D stops a task."),
        ("s", "s does nothing here. S sets the replicas"),
        ("f5", "F5 does nothing here. ? lists the keys"),
    ],
)
def test_a_key_without_a_meaning_names_what_to_press(name: str, says: str) -> None:
    assert no_key(name).startswith(says)


async def test_a_key_without_a_meaning_says_so_on_the_screen(bench: Bench) -> None:
    bench.launched("alpha")
    async with bench.app().run_test(size=(100, 30)) as pilot:
        await until(pilot, "> alpha")
        await press(pilot, "0", seen="0 does nothing here. 1 shows all tasks.")
        await press(pilot, "exclamation_mark", seen="! does nothing here. ? lists the keys")


async def test_keys_that_a_prompt_takes_are_not_called_meaningless(bench: Bench) -> None:
    bench.launched("alpha")
    async with bench.app().run_test(size=(100, 30)) as pilot:
        await until(pilot, "> alpha")
        await press(pilot, "slash", "y", "left", "right", "p", seen="0 of 1 shown, filter: yp")
        assert "does nothing here" not in text(pilot)
