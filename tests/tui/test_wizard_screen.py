"""The wizard by keys: from an artifact to a task, and from a task to its edit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from make import make_daily, make_node, make_one_off, make_point, make_replica
from tasktui.commands.commands import Commands
from tasktui.domain.observed import Resources
from tasktui.domain.schedule import Daily, OneOff
from tasktui.domain.status import Status
from tasktui.domain.task import TaskSpec
from tasktui.errors import StoreBusy
from tasktui.tui.messages import StoreChanged, Ticked
from tasktui.tui.palette import ASCII, Palette
from tasktui.tui.wizard.model import Kind, PointDraft
from tasktui.tui.wizard.state import Step
from tui.bench import CLUSTER, Bench, text, until
from tui.wizard_app import PARAMETERS, Workshop

SIZES = [(80, 24), (100, 30)]


@pytest.fixture
def shop(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    monkeypatch.setattr("tasktui.tui.wizard.live.SETTLE_S", 0.02)
    return Workshop(bench)


# Launching.


@pytest.mark.parametrize("size", SIZES)
async def test_launches_a_daily_task_with_three_points_by_keys_only(
    shop: Workshop, size: tuple[int, int]
) -> None:
    async with shop.running(size=size) as pilot:
        await pilot.press(*"echo", "enter")
        await until(pilot, "One replica needs")
        await pilot.press("pagedown")
        await shop.over(pilot, "talk")
        await pilot.press("enter", "enter", "enter", "right", "enter", "enter")
        await pilot.press(*"07:00", "enter", *"2", "enter", *"4", "enter")
        await pilot.press(*"12:30", "enter", *"4", "enter", *"4", "enter")
        await pilot.press("enter", *"20:00", "enter", *"0", "enter", *"1", "enter")
        shown = await shop.press(pilot, "pagedown")
        assert "(4) Summary" in shown
        assert "Daily 07:00 2-4, 12:30 4-4, 20:00 0-1, Europe/Berlin" in shown
        await shop.ended(pilot, "enter")
        task = shop.outcome.task
        assert not shop.outcome.activate
    assert (task.name, task.artifact, task.status) == ("talk", "echo", Status.IDLE)
    assert task.schedule == make_daily("07:00=2-4,12:30=4-4,20:00=0-1", "Europe/Berlin")
    assert shop.bench.task("talk") == task


async def test_launches_a_one_off_by_enter_alone(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await pilot.press("enter")
        await until(pilot, "One replica needs")
        await pilot.press("enter", *["enter"] * 9)
        assert "(4) Summary" in await shop.settled(pilot)
        await shop.ended(pilot, "right", "enter")
        assert shop.outcome.activate
    assert shop.outcome.task.schedule == make_one_off(None, "1-1", timezone="Europe/Berlin")
    assert shop.outcome.task.status is Status.IDLE


async def test_a_launched_task_leaves_no_draft(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await pilot.press("enter")
        await until(pilot, "One replica needs")
        await pilot.press("pagedown", "pagedown")
        await shop.ended(pilot, "enter")
        shown = await shop.reopened(pilot)
        assert "(1) Artifact" in shown
        assert "Draft of" not in shown
    assert shop.bench.other.call(lambda c: c.draft()) is None


async def test_a_second_task_gets_a_free_name(shop: Workshop) -> None:
    shop.bench.launched("echo")
    async with shop.running() as pilot:
        await pilot.press(*"echo", "enter")
        await until(pilot, "One replica needs")
        assert shop.draft.name == "echo-2"


async def test_the_filter_narrows_the_list_and_enter_takes_the_row(shop: Workshop) -> None:
    shop.artifact("alpha")
    shop.artifact("beta", description="what betas do")
    async with shop.running() as pilot:
        total = len(shop.state.look.artifacts)
        assert f"{total} of {total}" in text(pilot)
        shown = await shop.press(pilot, *"folder")
        assert f"2 of {total}" in shown
        await pilot.press("down", "enter")
        await until(pilot, "One replica needs")
        assert shop.draft.artifact == "beta@1"


async def test_going_on_without_an_artifact_is_refused(shop: Workshop) -> None:
    async with shop.running() as pilot:
        shown = await shop.press(pilot, "pagedown")
        assert "(1) Artifact" in shown
        assert "choose one" in shown


# Fields.


async def to_settings(shop: Workshop, pilot: object) -> None:
    await pilot.press(*"echo", "enter")  # type: ignore[attr-defined]
    await until(pilot, "One replica needs")  # type: ignore[arg-type]
    await shop.press(pilot, "pagedown")  # type: ignore[arg-type]


@pytest.mark.parametrize("size", SIZES)
async def test_bad_input_is_kept_and_what_is_allowed_stands_beside_it(
    shop: Workshop, size: tuple[int, int]
) -> None:
    async with shop.running(size=size) as pilot:
        await to_settings(shop, pilot)
        await shop.over(pilot, "Bad Name")
        await pilot.press("tab")
        await shop.over(pilot, "serve.py")
        shown = await shop.settled(pilot)
        assert "[Bad Name" in shown
        assert "1 to 63 of a-z" in shown
        assert "without extension: serve" in shown
        shown = await shop.press(pilot, "pagedown")
        assert "(3) Settings" in shown
        assert "First: 1 to 63" in shown
        assert shop.wizard.focused is shop.wizard.settings.fields["name"].input
        assert shop.draft.name == "Bad Name"


async def test_a_taken_name_is_told_while_one_types(shop: Workshop) -> None:
    shop.task("chat")
    async with shop.running() as pilot:
        await to_settings(shop, pilot)
        await shop.over(pilot, "chat")
        assert "a task of that name" in await shop.settled(pilot)
        await pilot.press(*"ty")
        assert "a task of that name" not in text(pilot)


async def test_a_script_that_is_not_in_the_artifact_is_told(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await to_settings(shop, pilot)
        await pilot.press("tab")
        await shop.over(pilot, "nope")
        assert "a script of echo" in await shop.settled(pilot)


async def test_no_letter_does_anything_while_an_input_has_the_focus(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await to_settings(shop, pilot)
        before = shop.state.step
        await shop.over(pilot, "axyqdnevz")
        await shop.settled(pilot)
        assert shop.draft.name == "axyqdnevz"
        assert shop.state.step is before


async def to_parameters(shop: Workshop, pilot: object) -> None:
    await pilot.press(*"model@1", "enter")  # type: ignore[attr-defined]
    await until(pilot, "One replica needs")  # type: ignore[arg-type]
    await shop.press(pilot, "pagedown")  # type: ignore[arg-type]
    await shop.press(pilot, "tab", "tab", "tab")  # type: ignore[arg-type]


async def test_parameters_of_the_artifact_are_fields(shop: Workshop) -> None:
    shop.settable(PARAMETERS)
    async with shop.running(size=(100, 30)) as pilot:
        await to_parameters(shop, pilot)
        shown = text(pilot)
        assert "> max_tokens      [256" in shown
        assert "a whole number from 1 to 4096; default 256" in shown
        assert "a_very_long_nam…[false" in shown
        await shop.over(pilot, "9000")
        shown = await shop.press(pilot, "pagedown")
        assert "(3) Settings" in shown
        assert "First: a whole number from 1 to 4096" in shown
        await shop.over(pilot, "512")
        await shop.settled(pilot)
        await shop.press(pilot, "ctrl+g")
        assert "parameters.model" in shop.wizard.focus_field()
        await shop.over(pilot, "tiny")
        await shop.press(pilot, "f1")
        assert "must be given" in text(pilot)
        shown = await shop.press(pilot, "pagedown")
        assert "max_tokens=512, model=tiny" in shown
        await shop.ended(pilot, "enter")
    task = shop.outcome.task
    assert task.parameters == {"max_tokens": 512, "model": "tiny"}
    assert dict(task.recipe.args) == {
        "max_tokens": 512,
        "model": "tiny",
        "a_very_long_name_of_a_parameter": False,
    }


async def test_parameters_outlive_the_wizard_and_another_artifact(shop: Workshop) -> None:
    shop.settable(PARAMETERS)
    shop.artifact("plain")
    async with shop.running(size=(100, 30)) as pilot:
        await to_parameters(shop, pilot)
        await shop.over(pilot, "?")
        await shop.settled(pilot)
        await shop.ended(pilot, "escape")
        shown = await shop.reopened(pilot)
        assert "max_tokens      [?" in shown
        await shop.press(pilot, "pageup")
        await shop.press(pilot, "pageup")
        await pilot.press("ctrl+u", *"plain", "enter")
        await until(pilot, lambda: shop.draft.artifact == "plain@1")
        assert "max_tokens" not in await shop.press(pilot, "pagedown")
        await shop.press(pilot, "pageup")
        await shop.press(pilot, "pageup")
        await pilot.press("ctrl+u", *"model@1", "enter")
        await until(pilot, lambda: shop.draft.artifact == "model@1")
        assert "max_tokens      [?" in await shop.press(pilot, "pagedown")


async def test_an_edit_of_a_parameter_says_that_it_restarts(shop: Workshop) -> None:
    label = shop.settable(PARAMETERS)
    spec = TaskSpec(
        name="talk",
        artifact=label,
        file_path="",
        deployment_name="",
        schedule=make_daily(),
        parameters={"model": "tiny"},
    )
    task = shop.bench.other.call(lambda c: c.launch(spec))
    async with shop.running(editing=task) as pilot:
        await shop.press(pilot, "pageup")
        await shop.press(pilot, "tab", "tab", "tab", "tab")
        assert "model           [tiny" in text(pilot)
        await shop.over(pilot, "large")
        shown = await shop.press(pilot, "pagedown")
        assert "parameters" in shown
        assert "model=tiny -> model=large" in shown
        await shop.ended(pilot, "enter")
    assert shop.bench.task("talk").parameters == {"model": "large"}


async def test_the_log_of_a_build_opens_over_the_wizard(shop: Workshop) -> None:
    shop.broken("".join(f"line {n}\x1b[2J\n" for n in range(50)) + "ImportError: no torch\n")
    async with shop.running() as pilot:
        shown = await shop.press(pilot, *"broken")
        assert "F2 shows the log" in " ".join(shown.split())
        await pilot.press("f2")
        shown = await until(pilot, "ImportError: no torch")
        assert "Build log of broken@1  FAILURE" in shown
        assert "line 1\n" not in shown
        await pilot.press(*["pageup"] * 5)
        await until(pilot, "line 0")
        await pilot.press("escape")
        await until(pilot, "(1) Artifact")
        assert shop.draft.artifact == ""


async def test_no_log_says_so(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await pilot.press("f2")
        await until(pilot, "No log of a build is kept")


async def test_an_artifact_whose_build_failed_cannot_be_chosen(shop: Workshop) -> None:
    shop.broken("")
    async with shop.running() as pilot:
        shown = await shop.press(pilot, *"broken")
        assert "FAILURE" in shown
        shown = await shop.press(pilot, "enter")
        assert "(1) Artifact" in shown
        assert "The build of broken@1 ended in FAILURE: ImportError: no torch" in shown
        assert shop.draft.artifact == ""


async def test_a_variable_of_the_artifact_without_a_value_is_told(shop: Workshop) -> None:
    shop.settable('[env]\nTOKEN = "env:TASKTUI_TEST_NOWHERE"\n', "asking")
    async with shop.running(size=(120, 24)) as pilot:
        await pilot.press(*"asking", "enter")
        await until(pilot, "One replica needs")
        await shop.press(pilot, "pagedown")
        shown = await shop.press(pilot, "ctrl+g")
        assert "TASKTUI_TEST_NOWHERE is not set in this environment" in shown
        shown = await shop.press(pilot, "pagedown")
        assert "(3) Settings" in shown
        assert "First: " in shown


async def test_back_and_forth_loses_nothing(shop: Workshop) -> None:
    shop.artifact("alpha")
    async with shop.running() as pilot:
        await to_settings(shop, pilot)
        await shop.over(pilot, "?half typed")
        await pilot.press("tab", "tab", "tab", "right")
        await shop.settled(pilot)
        draft = shop.draft
        assert draft.kind is Kind.DAILY
        await shop.press(pilot, "pageup")
        await shop.press(pilot, "pageup")
        await pilot.press("ctrl+u", *"alp", "enter")
        await until(pilot, lambda: shop.draft.artifact == "alpha@1")
        await shop.press(pilot, "pagedown")
        assert "[?half typed" in text(pilot)
        assert shop.draft == replace(draft, artifact="alpha@1")


async def test_down_in_the_timezone_opens_a_list_that_filters(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await to_settings(shop, pilot)
        await pilot.press(*["tab"] * 4)
        assert "Down list of zones" in text(pilot)
        await pilot.press("down")
        await until(pilot, "> Europe/Berlin")
        await pilot.press(*"new york")
        await until(pilot, "> America/New_York")
        await pilot.press("enter")
        await until(pilot, "[America/New_York")
        await pilot.press("down")
        await until(pilot, "> America/New_York")
        await pilot.press("escape")
        await shop.settled(pilot)
        assert shop.draft.timezone == "America/New_York"


async def test_help_of_the_field_comes_and_goes(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await to_settings(shop, pilot)
        assert "is its route, too" in await shop.press(pilot, "f1")
        assert "is its route, too" not in await shop.press(pilot, "f1")


async def test_escape_sequences_that_are_pasted_become_visible(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await to_settings(shop, pilot)
        field = shop.wizard.settings.fields["name"].input
        field.value = "\x1b[2J\u202ex"
        await shop.settled(pilot)
        assert shop.draft.name == "\\x1b[2J\\u202ex"
        assert "\x1b" not in text(pilot)


# The grid.


async def to_grid(shop: Workshop, pilot: object) -> None:
    await to_settings(shop, pilot)
    await shop.press(pilot, *["tab"] * 3, "right", "tab", "tab")  # type: ignore[arg-type]
    await shop.press(pilot, "down", "x", "up")  # type: ignore[arg-type]


async def test_a_new_daily_schedule_runs_by_day_and_stops_at_night_in_a_few_keys(
    shop: Workshop,
) -> None:
    async with shop.running() as pilot:
        await to_settings(shop, pilot)
        await shop.press(pilot, *["tab"] * 3, "d", "tab")
        await shop.over(pilot, "new york")
        shown = await shop.press(pilot, "tab", "w")
        assert "America/New_York, " in shown
        assert shop.draft.days == "mo-fr"
        assert shop.wizard.settings.fields["days"].input.value == "mo-fr"
        spec = shop.state.spec
        assert spec is not None
        working = frozenset(range(5))
        assert spec.schedule == make_daily(
            "08:00=1-1,20:00=0-0", "America/New_York", weekdays=working
        )
        await shop.press(pilot, "w")
        assert shop.draft.days == "sa su"
        await shop.press(pilot, "w")
        assert shop.draft.days == ""


async def test_points_are_added_duplicated_deleted_and_stepped(shop: Workshop) -> None:
    first = PointDraft("08:00", "1", "1")
    async with shop.running() as pilot:
        await to_grid(shop, pilot)
        assert "a add  x delete  y duplicate  z zone  w weekdays  + - step" in text(pilot)
        await shop.press(pilot, "y", "plus")
        assert shop.draft.points == (first, PointDraft("08:15", "1", "1"))
        await shop.press(pilot, "right", "right", "plus", "plus", "minus")
        assert shop.draft.points[1] == PointDraft("08:15", "1", "2")
        await shop.press(pilot, "up", "x")
        assert list(shop.draft.points) == [PointDraft("08:15", "1", "2")]
        await shop.press(pilot, "a", *"20:00", "enter", *"0", "enter")
        assert shop.draft.points[1] == PointDraft("20:00", "0", "2")


async def test_a_look_from_before_a_point_was_added_does_not_take_it_away(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await to_grid(shop, pilot)
        grid = shop.wizard.settings.grid
        grid.action_add()
        shop.wizard.draw()  # as once a second, or when the store changed: not aware of it yet
        grid.action_add()
        await shop.press(pilot, *"20:00", "enter")
        assert [p.time for p in shop.draft.points] == ["08:00", "", "20:00"]


async def test_a_cell_takes_any_text_and_escape_takes_it_back(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await to_grid(shop, pilot)
        shown = await shop.press(pilot, "enter", "ctrl+u", *"axy+-")
        assert shop.draft.points == (PointDraft("axy+-", "1", "1"),)
        assert "a time of day: HH:MM" in shown
        await shop.press(pilot, "escape")
        assert shop.draft.points == (PointDraft("08:00", "1", "1"),)
        assert shop.state.step is Step.SETTINGS


async def test_tab_goes_cell_by_cell_and_on_to_the_next_field(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await to_grid(shop, pilot)
        grid, fields = shop.wizard.settings.grid, shop.wizard.settings.fields
        seen = []
        for _ in range(4):
            seen.append((grid.row, grid.column))
            await shop.press(pilot, "tab")
        assert seen == [(0, 0), (0, 1), (0, 2), (1, 0)]
        assert shop.wizard.focused is fields["days"].input
        await shop.press(pilot, "shift+tab", "shift+tab")
        assert (grid.row, grid.column) == (0, 2)
        await shop.press(pilot, "up")
        assert shop.wizard.focused is fields["timezone"].input


async def test_the_first_wrong_cell_gets_the_cursor(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await to_grid(shop, pilot)
        await shop.press(pilot, "y", "pagedown")
        assert "the same time as point 1" in text(pilot)
        grid = shop.wizard.settings.grid
        assert shop.wizard.focused is grid
        assert (grid.row, grid.column) == (1, 0)


async def test_a_warning_leads_to_its_point_from_any_step(shop: Workshop) -> None:
    schedule = make_daily("08:00=2-4,02:30=1-1", "Europe/Berlin")
    async with shop.running(cloning=shop.task(schedule=schedule)) as pilot:
        screen = await shop.press(pilot, "pagedown")
        assert "! point 2: Sun 29 Mar 02:00-03:00 does not exist" in screen
        await shop.press(pilot, "ctrl+g")
        screen = await shop.press(pilot, "ctrl+g")
        assert shop.state.step is Step.SETTINGS
        assert (shop.wizard.settings.grid.row, shop.wizard.focused) == (
            1,
            shop.wizard.settings.grid,
        )
        assert "> 2   02:30" in screen


async def test_many_points_scroll_into_sight(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await to_grid(shop, pilot)
        await pilot.press(*["y", "plus"] * 24)
        await shop.settled(pilot)
        assert "> 25" in text(pilot)
        await shop.press(pilot, *["up"] * 24)
        assert "> 1 " in text(pilot)


async def test_a_click_puts_the_cursor_on_a_cell(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await to_grid(shop, pilot)
        await pilot.click("#points", offset=(25, 1))
        assert shop.wizard.settings.grid.column == 2
        await pilot.click("#kind", offset=(20, 0))
        await shop.settled(pilot)
        assert shop.draft.kind is Kind.ONE_OFF


# Resources.


async def test_resources_show_where_a_replica_fits(shop: Workshop) -> None:
    node = make_node("node-7", cpu=8, used=Resources(cpu=7.95))
    shop.bench.sees(replace(CLUSTER, nodes=(node,)))
    async with shop.running() as pilot:
        await pilot.press(*"echo", "enter")
        shown = await until(pilot, "One replica needs")
        assert "node-7" in shown
        assert "Replicas that fit now: 0" in shown
        assert "would wait In-queue" in shown


async def test_what_fits_on_no_node_is_refused_before_the_settings(shop: Workshop) -> None:
    shop.artifact("model")
    shop.bench.sees(replace(CLUSTER, nodes=(make_node("small", cpu=0.5),)))
    async with shop.running() as pilot:
        await pilot.press(*"model@1", "enter")
        await until(pilot, "No node of the cluster can hold")
        await shop.settled(pilot)
        shown = await shop.press(pilot, "pagedown")
        assert "(2) Resources" in shown
        assert "First: No node" in shown


# Drafts.


async def test_a_draft_that_was_left_comes_back(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await to_grid(shop, pilot)
        await pilot.press("y", "pageup", "pagedown")
        await shop.over(pilot, "half")
        draft = shop.draft
        await shop.ended(pilot, "escape")
        assert shop.app.outcomes == [None]
        shown = await shop.reopened(pilot)
        assert shop.draft == draft
        assert "(3) Settings" in shown
        assert "Draft of Thu 05 Mar 14:00Z. Ctrl-O starts over." in shown
        assert "[half" in shown


async def test_starting_over_asks_once_more(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await to_settings(shop, pilot)
        await shop.over(pilot, "half")
        shown = await shop.press(pilot, "ctrl+o")
        assert "Ctrl-O once more" in shown
        assert shop.draft.name == "half"
        await shop.press(pilot, "ctrl+o")
        await until(pilot, "(1) Artifact")
        assert shop.draft.artifact == ""
        await shop.ended(pilot, "escape")
    assert shop.bench.other.call(lambda c: c.draft()) is None


async def test_the_draft_is_kept_while_one_types(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await to_settings(shop, pilot)
        await shop.over(pilot, "half")
        assert "draft saved 14:00:00" in await shop.settled(pilot)
        assert "half" in str(shop.bench.other.call(lambda c: c.draft()))


async def test_nothing_typed_leaves_no_draft(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await shop.ended(pilot, "escape")
    assert shop.bench.other.call(lambda c: c.draft()) is None


# Editing.


async def test_an_edit_opens_on_the_summary(shop: Workshop) -> None:
    task = shop.task()
    async with shop.running(editing=task) as pilot:
        shown = text(pilot)
        assert "Edit chat rev 1" in shown
        assert "(4) Summary" in shown
        assert "Nothing is changed yet" in shown


async def test_an_edit_marks_what_is_hot_and_what_restarts(shop: Workshop) -> None:
    task = shop.task()
    async with shop.running(editing=task) as pilot:
        await shop.press(pilot, "pageup", "tab")
        await shop.over(pilot, "other")
        await pilot.press(*["tab"] * 3, "tab", "plus")
        await shop.settled(pilot)
        shown = await shop.press(pilot, "pagedown")
        assert "schedule: " in shown
        assert "[hot]" in shown
        assert "file path: serve -> other  [hot]" in shown
        await shop.ended(pilot, "enter")
        edited = shop.outcome.task
    assert (edited.revision, edited.file_path) == (2, "other")
    assert isinstance(edited.schedule, Daily)
    assert edited.schedule.points[0] == make_point("08:15=2-4", "Europe/Berlin")


async def test_an_edit_that_restarts_replicas_has_the_focus_on_back(shop: Workshop) -> None:
    task = shop.task()
    task = shop.bench.becomes(task, Status.RUNNING, replicas=(make_replica(),))
    async with shop.running(editing=task) as pilot:
        await shop.press(pilot, "pageup", "tab")
        await shop.over(pilot, "other")
        await shop.settled(pilot)
        shown = await shop.press(pilot, "pagedown")
        assert "file path: serve -> other  [restarts 1]" in shown
        await shop.press(pilot, "enter")
        assert shop.state.step is Step.SETTINGS
        assert shop.bench.task().revision == 1


async def test_a_stale_edit_shows_both_and_takes_theirs_as_base(shop: Workshop) -> None:
    task = shop.task()
    async with shop.running(editing=task) as pilot:
        await shop.press(pilot, "pageup", *["tab"] * 5, "plus")
        await shop.press(pilot, "pagedown")
        theirs = shop.bench.other.call(
            lambda c: c.edit("chat", 1, replace(c.spec_of(task), file_path="other"))
        )
        await pilot.press("enter")
        shown = await until(pilot, "was edited meanwhile (now revision 2)")
        assert "file path: was serve, theirs other, yours serve" in shown
        assert "Take theirs as base" in shown
        assert shop.bench.task() == theirs
        await pilot.press("enter")
        shown = await until(pilot, "Edit chat rev 2")
        await shop.settled(pilot)
        await shop.ended(pilot, "enter")
        edited = shop.outcome.task
    assert (edited.revision, edited.file_path) == (3, "other")
    assert isinstance(edited.schedule, Daily)
    assert edited.schedule.points[0].label == "08:15"


async def test_a_draft_of_an_edit_on_an_older_revision_is_stale_when_it_comes_back(
    shop: Workshop,
) -> None:
    task = shop.task()
    async with shop.running(editing=task) as pilot:
        await shop.press(pilot, "pageup", *["tab"] * 5, "plus")
        await shop.ended(pilot, "escape")
        theirs = shop.bench.other.call(
            lambda c: c.edit("chat", 1, replace(c.spec_of(task), file_path="other"))
        )
        shown = await shop.reopened(pilot, editing=theirs)
        assert "was edited meanwhile" in shown
        await shop.press(pilot, "enter")
        assert (shop.draft.file_path, shop.draft.points[0].time) == ("other", "08:15")


async def test_a_refused_edit_says_why_and_keeps_everything(shop: Workshop) -> None:
    task = shop.bench.becomes(shop.task(), Status.STARTING)
    async with shop.running(editing=task) as pilot:
        await shop.press(pilot, "pageup")
        await shop.over(pilot, "renamed")
        await shop.settled(pilot)
        await shop.press(pilot, "pagedown")
        await pilot.press("enter")
        assert "Refused: " in await until(pilot, "changes only when Idle")
        assert shop.draft.name == "renamed"


async def test_a_clone_keeps_everything_but_the_name(shop: Workshop) -> None:
    task = shop.task()
    async with shop.running(cloning=task) as pilot:
        assert "[chat-2" in text(pilot)
        await shop.press(pilot, "pagedown")
        await shop.ended(pilot, "enter")
    assert shop.outcome.task.name == "chat-2"
    assert shop.outcome.task.schedule == task.schedule


# Whatever happens.


async def test_a_store_that_cannot_be_read_is_told(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(_action: object) -> None:
        raise StoreBusy("The database is locked.", "Try again.")

    monkeypatch.setattr(shop.app.desk.session, "acall", busy)
    async with shop.app.run_test() as pilot:
        shop.app.open()
        await until(pilot, "The database is locked. Try again.")


async def test_a_launch_with_errors_leads_to_the_first_one(shop: Workshop) -> None:
    task = shop.task()
    async with shop.running(editing=task) as pilot:
        await shop.press(pilot, "pageup")
        await shop.over(pilot, "?")
        await shop.press(pilot, "pageup", "pagedown")
        shop.wizard.go(replace(shop.state, step=Step.SUMMARY))
        shown = await shop.settled(pilot)
        assert "Not ready yet" in shown
        await shop.press(pilot, "enter")
        assert shop.state.step is Step.SETTINGS
        assert shop.wizard.focused is shop.wizard.settings.fields["name"].input


async def test_what_others_add_appears(shop: Workshop) -> None:
    async with shop.running() as pilot:
        shop.artifact("fresh")
        shop.wizard.post_message(StoreChanged())
        await until(pilot, "fresh@1")


async def test_a_start_that_passes_while_one_looks_becomes_an_error(shop: Workshop) -> None:
    later = make_one_off("2026-03-05T14:01", timezone="UTC")
    async with shop.running(cloning=shop.task(schedule=later)) as pilot:
        assert "has passed" not in text(pilot)
        shop.bench.later(minutes=2)
        shop.wizard.post_message(Ticked(due=True))
        await until(pilot, "has passed")


@pytest.mark.parametrize("size", [(1, 1), (10, 3), (40, 10), (79, 23), (200, 60)])
async def test_every_size_is_survived_on_every_step(shop: Workshop, size: tuple[int, int]) -> None:
    async with shop.running() as pilot:
        await to_grid(shop, pilot)
        for keys in (["pageup"], ["pageup"], ["pagedown"] * 3, ["f1"], ["pageup", "tab"]):
            await pilot.resize_terminal(*size)
            await shop.press(pilot, *keys)
            await pilot.resize_terminal(80, 24)
            await shop.settled(pilot)
        assert "[echo" in text(pilot)


async def test_ascii_terminals_get_ascii_only(bench: Bench) -> None:
    shop = Workshop(bench, Palette("mono", glyphs=ASCII))
    shop.artifact("model")
    async with shop.running() as pilot:
        shown = text(pilot)
        await to_grid(shop, pilot)
        shown += text(pilot) + await shop.press(pilot, "pagedown")
        assert shown.isascii()


async def test_hostile_names_of_artifacts_are_only_text(shop: Workshop) -> None:
    shop.artifact("model", description="[red]x[/red] \x1b]0;owned\x07 \u202eevil")
    async with shop.running() as pilot:
        await shop.press(pilot, *"model@1")
        shown = text(pilot)
        assert "[red]x[/red] \\x1b]0;owned\\x07 \\u202eevil" in shown
        assert "\x1b" not in shown


async def test_a_one_off_shows_its_own_fields(shop: Workshop) -> None:
    async with shop.running(cloning=shop.task(schedule=make_one_off(None))) as pilot:
        shown = text(pilot)
        assert "Start " in shown
        assert "Days " not in shown
        await pilot.press(*["tab"] * 5)
        await shop.over(pilot, "2026-03-08 08:00")
        shown = await shop.settled(pilot)
        assert "Sun 2026-03-08 08:00 UTC" in shown
        await shop.press(pilot, "pagedown")
        await shop.ended(pilot, "enter")
    assert isinstance(shop.outcome.task.schedule, OneOff)


async def test_arrows_go_from_field_to_field_and_from_button_to_button(shop: Workshop) -> None:
    async with shop.running() as pilot:
        await to_settings(shop, pilot)
        fields = shop.wizard.settings.fields
        await pilot.press("down", "down", "up")
        assert shop.wizard.focused is fields["file_path"].input
        await shop.press(pilot, "pagedown", "right")
        assert shop.wizard.focused is shop.wizard.query_one("#activate")
        await shop.press(pilot, "right", "enter")
        assert shop.state.step is Step.SETTINGS


async def test_a_draft_that_cannot_be_kept_is_not_lost_by_one_key(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(_action: object) -> None:
        raise StoreBusy("The database is locked.", "Try again.")

    async with shop.running() as pilot:
        await to_settings(shop, pilot)
        monkeypatch.setattr(shop.app.desk.session, "acall", busy)
        await shop.over(pilot, "half")
        await pilot.press("escape")
        await until(pilot, "Esc again leaves without it")
        assert shop.draft.name == "half"
        await shop.ended(pilot, "escape")


async def test_what_is_typed_before_the_list_is_there_filters_it(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, read = shop.app.desk.session, asyncio.Event()
    real = session.acall

    async def slow(action: Callable[[Commands], object]) -> object:
        await read.wait()
        return await real(action)

    monkeypatch.setattr(session, "acall", slow)
    async with shop.app.run_test(size=(80, 24)) as pilot:
        shop.app.open()
        await until(pilot, "0 of 0")
        await pilot.press(*"iris")
        read.set()
        shown = await shop.settled(pilot)
        assert shop.state.query == "iris"
        assert "1 of 6" in shown
        assert "> classify-iris" in " ".join(shown.split())
