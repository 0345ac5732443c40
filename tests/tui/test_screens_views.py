"""Saved views by the command line."""

from __future__ import annotations

from tasktui.domain.search import Order
from tasktui.runtime.views import NAME, SavedView, save
from tasktui.tui.chosen import Col
from tasktui.tui.commandline import complete, parse
from tasktui.tui.screens.rows import Filter, Sorting
from tasktui.tui.screens.tasks import TasksScreen
from tasktui.tui.screens.views import Shown
from tui.bench import Bench, press, text, until


async def test_a_view_is_saved_left_and_shown_again(bench: Bench) -> None:
    bench.launched("alpha")
    bench.running("beta")
    app = bench.app()
    app.desk.views = bench.folder / NAME
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, "> alpha")
        await press(pilot, "5", "slash", *"bet", "enter", "o", "c", seen="filter: bet")
        await press(pilot, "x", seen="Full width")
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


async def test_the_view_that_is_on_is_marked_and_a_change_since_has_a_star(bench: Bench) -> None:
    bench.launched("alpha")
    app = bench.app()
    app.desk.views = bench.folder / NAME
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, "> alpha")
        screen = app.screen
        assert isinstance(screen, TasksScreen)
        screen.run_text("columns name,status,by")
        screen.run_text("view save night")
        await until(pilot, "view night")
        assert "night*" not in text(pilot)
        screen.run_text("columns default")
        await until(pilot, "view night*")
        await until(pilot, ":view save night keeps them in the view")
        screen.run_text("view night")
        await until(pilot, lambda: "night*" not in text(pilot))
        assert screen.rows.chosen == (Col.NAME, Col.STATUS, Col.BY)
        await press(pilot, "z", seen="view night*")
        screen.run_text("view off")
        await until(pilot, lambda: "view night" not in text(pilot))
        assert screen.filter == Filter()
        assert screen.rows.chosen == (Col.NAME, Col.STATUS, Col.BY), "the user's own"
        screen.run_text("view night")
        screen.run_text("view rm night")
        await until(pilot, "View night is removed.")
        assert screen.shown is None


async def test_saved_views_are_in_the_help_and_in_the_palette(bench: Bench) -> None:
    bench.launched("alpha")
    app = bench.app()
    app.desk.views = bench.folder / NAME
    save(app.desk.views, "night", SavedView(tab="Running", filter="llama", columns=("zone",)))
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, "> alpha")
        about = "View: night (tab Running, filter llama, own columns)"
        seen = await press(pilot, "question_mark", "G", seen=about)
        assert ":view off  Leave the view: all tasks by name" in seen
        await press(pilot, "slash", *"night", seen=lambda: "view off" not in text(pilot))
        await press(pilot, "escape", "escape", seen="> alpha")
        await press(pilot, "ctrl+p", *"night", seen=about)
        await press(pilot, "enter", seen="View night.")


async def test_the_app_opens_in_a_view(bench: Bench) -> None:
    bench.launched("alpha")
    bench.running("beta")
    bench.running("bravo")
    app = bench.app()
    app.desk.opens = Shown("night", SavedView(tab="Running", reverse=True, columns=("zone",)))
    async with app.run_test(size=(100, 30)) as pilot:
        seen = await until(pilot, "> bravo")
        assert "view night" in seen
        assert "night*" not in seen
        assert "alpha" not in seen
        assert "ZONE" in seen
        assert "READY" not in seen


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
    assert parse("view").error == ":view needs an argument: NAME | save NAME | rm NAME | off"
