from __future__ import annotations

from dataclasses import replace

from tasktui.commands.commands import Commands
from tasktui.domain.task import Task
from tasktui.tui.wizard.model import Draft
from tasktui.tui.wizard.opening import Occasion, begin, offer
from tui.bench import Bench
from tui.wizard_app import Workshop

OLD = '[env]\nMODE = "fast"\nGONE = "1"'
NEW = '[env]\nMODE = "slow"\nADDED = "2"'


def chosen(commands: Commands, occasion: Occasion, *labels: str) -> Draft:
    """The draft once these artifacts were chosen, one after the other."""
    state = begin(commands, occasion)
    for label in labels:
        draft, base = offer(commands, state, commands.artifact(label))
        state = replace(state, draft=draft, base=base)
    return state.draft


def test_another_artifact_brings_its_variables_and_leaves_the_tasks_own(bench: Bench) -> None:
    shop = Workshop(bench)
    old, new = shop.settable(OLD), shop.settable(NEW)

    def launch(commands: Commands) -> Task:
        spec = replace(commands.spec_of(shop.task()), name="bot", artifact=old, env={"OWN": "3"})
        return commands.launch(spec)

    task = bench.other.call(launch)

    def variables(occasion: Occasion, *labels: str) -> dict[str, str]:
        return dict(bench.other.call(lambda c: chosen(c, occasion, *labels)).env)

    for occasion in (Occasion(editing=task), Occasion(cloning=task)):
        assert variables(occasion, new) == {"MODE": "slow", "ADDED": "2", "OWN": "3"}
        assert variables(occasion, new, old) == dict(task.env)
