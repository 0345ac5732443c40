"""The only place that reads the clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def boot_s() -> float:
    """Seconds since the machine started; every process reads the same."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def boot_id() -> str:
    """Which start of the machine that is; empty where the kernel does not tell."""
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return ""


class SystemClock:
    """The host's clock."""

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC)

    def steady(self) -> float:
        """Seconds that the machine was awake, from some moment on."""
        return time.monotonic()

    def boot_s(self) -> float:
        """Seconds since the machine started, asleep or not."""
        return boot_s()

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait for ``event``, at most ``seconds``; True when it was set."""
        import asyncio  # noqa: PLC0415 - 50 ms that faces, which read the boot clock, do not need

        try:
            async with asyncio.timeout(max(seconds, 0)):
                await event.wait()
        except TimeoutError:
            return False
        return True
