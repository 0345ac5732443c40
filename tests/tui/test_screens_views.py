"""Saved views by the command line."""

from __future__ import annotations

from tasktui.domain.search import Order
from tasktui.runtime.views import NAME
from tasktui.tui.commandline import complete, parse
from tasktui.tui.screens.rows import Filter, Sorting
from tasktui.tui.screens.tasks import TasksScreen
from tui.bench import Bench, press, until


async def test_a_view_is_saved_left_and_shown_again(bench: Bench) -> None:
    bench.launched("alpha")
    bench.running("beta")
    app = bench.app()
    app.desk.views = bench.folder / NAME
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, "> alpha")
        await press(pilot, "5", "slash", *"bet", "enter", "o", "c", "x", seen="filter: bet")
        await press(pilot, "colon", *"view save night", "enter", seen="View night is kept.")
        await press(pilot, "x", "escape", "1", "o", "n", seen="> alpha")
        await press(pilot, "colon", *"view night", "enter", seen="View night.")
        screen = app.screen
        assert isinstance(screen, TasksScreen)
        assert screen.tab == 4
        assert screen.filter == Filter("bet")
        assert screen.rows.sorting == Sorting(Order.CREATED)
        assert screen.rows.wide
        await until(pilot, "> beta")
        await press(pilot, "colon", *"view nope", "enter", seen="There is no view 'nope'")
        await press(pilot, "colon", *"view rm night", "enter", seen="View night is removed.")
        await press(pilot, "colon", *"view rm night", "enter", seen="There is no view 'night'")


async def test_words_of_another_version_count_as_the_first_ones(bench: Bench) -> None:
    bench.launched("alpha")
    app = bench.app()
    app.desk.views = bench.folder / NAME
    app.desk.views.write_text('{"odd": {"tab": "Elsewhere", "order": "weight"}}')
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, "> alpha")
        await press(pilot, "colon", *"view odd", "enter", seen="View odd.")
        await until(pilot, "> alpha")


def test_the_command_completes_and_says_what_it_wants() -> None:
    assert complete("view n", (), ("night", "noon")) == "view n"
    assert complete("view ni", (), ("night", "noon")) == "view night"
    assert complete("view rm no", (), ("night", "noon")) == "view rm noon"
    assert complete("view s", (), ()) == "view save "
    assert parse("view").error == ":view needs an argument: NAME | save NAME | rm NAME"
