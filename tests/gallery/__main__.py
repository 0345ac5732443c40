"""Make a picture of every screen: ``python -m gallery FOLDER [SCENE ...]``."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text
from textual.pilot import Pilot

from gallery.scenes import SCENES, Scene
from gallery.world import World
from picture import LIGHT, write
from tasktui.tui.logs import viewer
from tui.bench import text, until

HEAD = """# Pictures

Every screen at 80x24 and 120x40. `tools/gallery` makes them anew, and this list: from a store full
of tasks and a cluster that is not there, always at the same moment; nothing of Ray runs for them.
The pictures beside this file are those of end-to-end runs on a real Ray (`tools/screenshots`), and
`main-job.cast` is one of them as it was played: `asciinema play screenshots/main-job.cast`.

| what | 80x24 | 120x40 |
| --- | --- | --- |"""
SIZES = {"80x24": (80, 24), "120x40": (120, 40)}


async def main(folder: Path, names: Iterable[str]) -> int:
    """The pictures of these scenes, or of all; the number of those that failed."""
    wanted, failed = set(names), 0
    (folder / "README.md").write_text(index())
    for scene in SCENES:
        if wanted and scene.name not in wanted:
            continue
        for size in SIZES:
            try:
                await _picture(scene, size, folder / size / f"{scene.name}.svg")
            except AssertionError as error:
                failed += 1
                sys.stderr.write(f"{scene.name} at {size}: {error}\n")
    return failed


def index() -> str:
    """The list of all pictures, as Markdown."""
    rows = (
        f"| {s.about.replace('|', '/')} | [{s.name}](80x24/{s.name}.svg) "
        f"| [{s.name}](120x40/{s.name}.svg) |"
        for s in SCENES
    )
    return "\n".join([HEAD, *rows, ""])


async def _picture(scene: Scene, size: str, path: Path) -> None:
    state = Path(tempfile.gettempdir()) / f"tasktui-{scene.name}-{size}"
    shutil.rmtree(state, ignore_errors=True)
    world = World(state)
    with world.bench.ends:
        _prepare(world, scene.world)
        app = world.app(scene.theme, read_only=scene.read_only)
        if scene.world == "loading":
            app.desk.session.acall = _never  # type: ignore[method-assign, assignment]
        async with app.run_test(size=SIZES[size]) as pilot:
            await until(pilot, scene.first)
            for keys, seen in scene.steps:
                await pilot.press(*keys.split())
                await until(pilot, seen)
            await _settle(pilot)
            _save(pilot, path, scene)
    shutil.rmtree(state, ignore_errors=True)


async def _never(_: object) -> None:
    """A store that takes its time."""
    await asyncio.sleep(3600)


def _prepare(world: World, kind: str) -> None:
    if kind == "empty":
        world.lead()
        return
    world.fill(lead=kind != "down")
    if kind == "unreachable":
        world.unreachable()


async def _settle(pilot: Pilot[None]) -> None:
    """Wait until the screen has been the same for a while."""
    same, last = 0, ""
    while same < 8:
        await pilot.pause(0.05)
        shown = text(pilot)
        same, last = (same + 1, last) if shown == last else (0, shown)


def _save(pilot: Pilot[None], path: Path, scene: Scene) -> None:
    rows = []
    for strip in pilot.app.screen._compositor.render_strips():
        row = Text()
        for segment in strip:
            row.append(segment.text, segment.style)
        rows.append(row)
    theme = LIGHT if scene.theme == "light" else SVG_EXPORT_THEME
    write(rows, pilot.app.size.width, path, "tasktui", theme)


if __name__ == "__main__":
    os.environ |= {"TASKTUI_NO_SCHEDULER": "1", "LOGNAME": "op1", "TZ": "Europe/Berlin"}
    viewer.EVERY_S = 0.05
    sys.exit(bool(asyncio.run(main(Path(sys.argv[1]), sys.argv[2:]))))
