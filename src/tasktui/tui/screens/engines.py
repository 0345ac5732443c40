"""What one does to the cluster and to the scheduler, rather than to a task."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tasktui.domain.observed import ClusterState
from tasktui.runtime.daemon import State, how_to_start
from tasktui.tui.lines import Tone
from tasktui.tui.screens import questions
from tasktui.tui.screens.acting import ask

if TYPE_CHECKING:
    from tasktui.tui.screens.page import Page

SCHEDULER_WAIT_S = 5.0
"""How long ``:scheduler start`` waits for it to come up."""


async def start_cluster(page: Page) -> None:
    """Offer to bring up Ray on this machine."""
    desk = page.desk
    if desk.cluster.state not in {ClusterState.NONE, ClusterState.UNREACHABLE}:
        page.say(f"There is a Ray cluster already: {desk.cluster.address}.", Tone.NOTE)
        return
    if desk.starting:
        page.say(f"Ray is starting on this machine: {desk.starting}.", Tone.NOTE)
        return
    log = desk.session.config.state_dir / "cluster.log"
    if await ask(page, questions.start_cluster(str(log))):
        desk.ask_cluster()
        await asyncio.to_thread(desk.session.start_cluster)
        page.say("Ray is starting on this machine.", Tone.GOOD)


async def scheduler(page: Page, word: str) -> None:
    """Start the scheduler, or replace it, where it hangs too. Raises SchedulerError."""
    desk, session = page.desk, page.desk.session
    if word == "restart":
        page.say("Stopping the scheduler ...")
        await session.astop_scheduler(force=True)
    if word == "takeover":
        await session.atake_over()
    desk.asked_at = desk.now()
    await asyncio.to_thread(lambda: session.start_scheduler(wait_s=SCHEDULER_WAIT_S))
    desk.health = await session.ahealth()
    running = desk.health.state is State.RUNNING
    hint = f" Please {how_to_start(desk.health)}." if desk.health.kept_apart and not running else ""
    page.say(f"The scheduler is {desk.health.state}.{hint}", Tone.GOOD if running else Tone.NOTE)
