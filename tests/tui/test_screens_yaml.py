"""The page that shows a task as a file."""

from __future__ import annotations

import pytest
import yaml

from make import make_task
from tasktui.commands.keeping import task_file
from tasktui.tui.lines import plain
from tasktui.tui.screens import yaml as page
from tui.bench import Bench, press, text, until


async def test_y_shows_the_file_that_export_writes_and_c_copies_it(bench: Bench) -> None:
    task = bench.launched("chat")
    async with bench.app().run_test(size=(100, 30)) as pilot:
        await until(pilot, "> chat")
        seen = await press(pilot, "y", seen="yaml: chat")
        for row in task_file(task).splitlines():
            assert row in seen
        await press(pilot, "c", seen="The file is sent to the terminal's clipboard.")
        copied = pilot.app.clipboard
        await press(pilot, "escape", seen="> chat")
    assert copied == bench.other.call(lambda c: c.export(["chat"]))[0][1]
    assert yaml.safe_load(copied)["name"] == "chat"


async def test_the_file_lives_and_stays_when_the_task_is_deleted(bench: Bench) -> None:
    bench.launched("chat")
    async with bench.app().run_test(size=(100, 30)) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "colon", *"yaml", "enter", seen="yaml: chat")
        bench.other.call(lambda c: c.archive("chat"))
        bench.other.call(lambda c: c.delete("chat"))
        await until(pilot, "was deleted; this is how it was")
        assert "name: chat" in text(pilot)


@pytest.mark.parametrize("cells", [20, 80])
def test_no_line_of_it_reaches_the_terminal_as_it_is(bench: Bench, cells: int) -> None:
    task = make_task("chat", file_path="\x1b[2J\u202eevil:app", deployment_name="a" * 300)
    shown = page.YamlScreen(bench.app().desk, task).content(cells)
    assert all(len(plain(row)) <= cells for row in shown)
    assert "\x1b" not in "".join(plain(row) for row in shown)
