"""Our own screens, drawn by differences and as Textual draws them, under random keys."""

from __future__ import annotations

from datetime import UTC

import pytest

from tasktui.domain.status import Status
from tasktui.tui.app import TasktuiApp
from tasktui.tui.desk import Desk
from tasktui.tui.palette import palette
from tui.bench import Bench
from tui.display.beside import Beside
from tui.display.synthetic import seeded

# No key changes anything for good: every verb ends in a dialog that is left.
KEYS = (
    *("down", "up", "j", "k", "g", "G", "pagedown", "pageup", "1", "2", "5", "left_square_bracket"),
    *("d", "v", "w", "H", "question_mark", "c", "t", "z", "r", "ctrl+l", "A", "D", "S", "X", "P"),
    *("n", "slash", "colon", "q", "escape", "escape", "escape", "tab", "shift+tab", "ctrl+u"),
    *("x", "中", "é", "4", "backspace"),
)


class Ours(Beside, TasktuiApp):
    pass


@pytest.mark.parametrize("seed", range(2))
async def test_random_keys_and_news_draw_the_same(bench: Bench, seed: int) -> None:
    random = seeded(seed)
    tasks = [bench.launched(f"task-{n}") for n in range(30)]
    bench.sees()
    look = palette(no_color=bool(seed), encoding="utf-8")
    app = Ours(Desk(bench.session(), look, lambda: bench.at, UTC))
    app.pyte = True
    async with app.run_test(headless=False, size=(100, 30)) as pilot:
        app.begin()
        app.resized(100, 30)
        await pilot.pause()
        for _ in range(120):
            roll = random.random()
            if roll < 0.75:
                key = random.choice(KEYS)
                if len(app.screen_stack) > 1 or key != "q":
                    await pilot.press(key)
            elif roll < 0.85:
                bench.later(seconds=random.choice((1, 40, 4000)))
                app._tick()
            elif roll < 0.93:
                at = random.randrange(len(tasks))
                tasks[at] = bench.becomes(tasks[at], random.choice(list(Status)[:5]))
                app._changed()
            else:
                app.resized(random.randrange(20, 130), random.randrange(5, 40))
            await pilot.pause()
    assert app.compared > 40
    assert app.bytes_layer < app.bytes_plain
