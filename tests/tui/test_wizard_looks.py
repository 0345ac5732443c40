"""How the wizard looks: pictures of two steps, compared cell by cell."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from make import make_daily
from tui.bench import Bench
from tui.wizard_app import PARAMETERS, Workshop


@pytest.fixture
def shop(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    return Workshop(bench)


def test_settings_of_a_daily_task_at_100x30(shop: Workshop, snap_compare: Any) -> None:
    plan = make_daily("07:00=2-4,12:30=4-4,20:00=0-1", "America/New_York")
    task = shop.task("llama-70b-eu", plan)

    async def run(pilot: Pilot[None]) -> None:
        await shop.reopened(pilot, cloning=task)
        await shop.press(pilot, *["tab"] * 5, "right", "right", *"2")

    assert snap_compare(shop.app, terminal_size=(100, 30), run_before=run)


def test_summary_of_an_edit_at_80x24(shop: Workshop, snap_compare: Any) -> None:
    task = shop.task("llama-70b-eu")

    async def run(pilot: Pilot[None]) -> None:
        await shop.reopened(pilot, editing=task)
        await shop.press(pilot, "pageup", "tab")
        await shop.over(pilot, "other")
        await shop.settled(pilot)
        await shop.press(pilot, "pagedown")

    assert snap_compare(shop.app, terminal_size=(80, 24), run_before=run)


def test_an_artifact_whose_build_failed_at_80x24(shop: Workshop, snap_compare: Any) -> None:
    shop.broken("ImportError: no torch\n")

    async def run(pilot: Pilot[None]) -> None:
        await shop.reopened(pilot)
        await shop.press(pilot, *"broken", "enter")

    assert snap_compare(shop.app, terminal_size=(80, 24), run_before=run)


def test_settings_with_parameters_at_80x24(shop: Workshop, snap_compare: Any) -> None:
    shop.settable(PARAMETERS)

    async def run(pilot: Pilot[None]) -> None:
        await shop.reopened(pilot)
        await shop.press(pilot, *"model@1", "enter")
        await shop.press(pilot, "pagedown", "tab", "tab", "tab")
        await shop.over(pilot, "9000")
        await shop.settled(pilot)

    assert snap_compare(shop.app, terminal_size=(80, 24), run_before=run)
