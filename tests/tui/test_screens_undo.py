from __future__ import annotations

from dataclasses import replace

import pytest

from tasktui.domain.status import Status
from tui.bench import Bench, asked, press, until

SIZE = (120, 30)


async def test_an_archived_task_comes_back(bench: Bench) -> None:
    bench.launched("chat")
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await asked(pilot, "X", "Archive chat")
        await press(pilot, "tab", "enter", seen="chat is archived. U restores it.")
        await asked(pilot, "U", "Restore chat")
        await press(pilot, "tab", "enter", seen="chat is restored")
    assert bench.task("chat").status is Status.IDLE


async def test_undo_asks_first_and_cancel_changes_nothing(bench: Bench) -> None:
    bench.launched("chat")
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await asked(pilot, "A", "Activate chat")
        await press(pilot, "enter", seen="U deactivates it again.")
        await asked(pilot, "U", "Deactivate chat")
        await press(pilot, "escape", seen="> chat")
    assert bench.task("chat").armed is not None


async def test_an_override_is_cleared(bench: Bench) -> None:
    bench.running("chat")
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await asked(pilot, "S", "Scale chat by hand")
        await pilot.press("tab")
        await press(pilot, *"3-3", "enter", seen="[>Until 20:00Z, the next point<]")
        await press(pilot, "enter", seen="U clears that.")
        await asked(pilot, "U", "Clear the override of chat")
        await press(pilot, "tab", "enter", seen="the override is cleared")
    assert bench.task("chat").override is None


async def test_a_pause_is_resumed(bench: Bench) -> None:
    bench.running("chat")
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await asked(pilot, "P", "Pause chat")
        await pilot.press("tab", "tab", "tab")
        await press(pilot, "enter", seen="U resumes it.")
        await asked(pilot, "U", "Resume chat")


async def test_nothing_was_changed_and_a_deleted_task_are_said(bench: Bench) -> None:
    bench.launched("chat")
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "U", seen="There is nothing to undo")
        await asked(pilot, "X", "Archive chat")
        await press(pilot, "tab", "enter", seen="U restores it.")
        bench.other.call(lambda c: c.delete("chat"))
        await press(pilot, "U", seen="deleted")


@pytest.mark.parametrize("back", [True, False])
async def test_a_rollback_is_taken_back(bench: Bench, back: bool) -> None:
    bench.launched("chat")
    first = bench.task("chat")
    spec = replace(bench.other.call(lambda c: c.spec_of(first)), env={"A": "1"})
    bench.other.call(lambda c: c.edit("chat", first.revision, spec))
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "H", seen="history of chat")
        await asked(pilot, "B", "Roll chat back to revision 1")
        await press(pilot, "tab", "enter", seen="U takes that back.")
        assert bench.task("chat").env == first.env
        if back:
            await pilot.press("escape")
            await asked(pilot, "U", "Roll chat back to revision 2")
            await press(pilot, "tab", "enter", seen="revision 4")
    assert bench.task("chat").env == ({"A": "1"} if back else first.env)
