"""Variables by reference, from a task to Ray and back: the value is only there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from make import make_app
from scheduler.world import World
from tasktui.domain.event import EventKind
from tasktui.domain.status import Status
from tasktui.domain.task import When
from tasktui.engine.payload import deployed_env

SECRET = "hunter22-hunter22"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "secret"
    made.write_text(f"{SECRET}\n")
    return made


@pytest.fixture
async def world(tmp_path: Path) -> World:
    return await World.make(tmp_path)


def put(file: Path, text: str | None) -> None:
    """Let the file hold ``text``, or be gone."""
    file.unlink(missing_ok=True)
    if text is not None:
        file.write_text(text)


async def running(world: World, file: Path) -> None:
    world.launch(env={"TOKEN": f"file:{file}", "MODE": "fast"})
    world.commands.activate("chat", When.NOW)
    await world.advance(6)


def variables(world: World) -> Any:
    app = world.app()
    assert app
    return app.config["runtime_env"]["env_vars"]


def everything(world: World) -> str:
    """All that is stored."""
    db = world.store._db
    tables = [t for (t,) in db.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return str([db.rows(f"SELECT * FROM {t}") for t in tables])  # noqa: S608 - our own names


async def test_the_value_goes_to_ray_and_nowhere_else(world: World, file: Path) -> None:
    await running(world, file)
    assert world.status() is Status.RUNNING
    assert variables(world) == {"TOKEN": SECRET, "MODE": "fast"}
    assert SECRET not in everything(world)
    puts = len(world.ray.puts)
    await world.advance(20)
    assert len(world.ray.puts) == puts, "it compares as the same"


async def test_a_new_value_replaces_the_replicas_like_an_edit(world: World, file: Path) -> None:
    await running(world, file)
    put(file, "another-secret")
    await world.advance(5)
    assert variables(world)["TOKEN"] == "another-secret"


async def test_without_its_value_a_task_fails_to_start_with_the_reason(
    world: World, file: Path
) -> None:
    world.launch(env={"TOKEN": f"file:{file}"})
    put(file, None)
    world.commands.activate("chat", When.NOW)
    await world.advance(2)
    task = world.task()
    assert task.status is Status.IN_QUEUE
    assert "TOKEN=file:" in task.progress.last_error
    assert "No such file" in task.progress.last_error
    (event,) = [e for e in world.events() if e.kind is EventKind.START_FAILED]
    assert event.reason.startswith("1/5: env: ")
    assert world.app() is None
    put(file, SECRET)
    await world.advance(30)
    assert world.status() is Status.RUNNING


async def test_a_task_that_serves_goes_on_while_its_value_is_missing(
    world: World, file: Path
) -> None:
    await running(world, file)
    puts = len(world.ray.puts)
    put(file, None)
    await world.advance(10)
    assert world.status() is Status.RUNNING
    assert len(world.ray.puts) == puts
    world.commands.deactivate("chat")
    await world.advance(10)
    assert world.status() is Status.IDLE


async def test_ray_s_own_words_are_freed_of_the_value(world: World, file: Path) -> None:
    name = f"tasktui-{world.store.owner()}-chat"
    world.ray.failing[name] = f"ValueError: bad token {SECRET}"
    await running(world, file)
    assert "bad token ***" in world.task().progress.last_error
    assert SECRET not in everything(world)


async def test_a_refusal_is_freed_of_the_value(world: World, file: Path) -> None:
    name = f"tasktui-{world.store.owner()}-chat"
    world.ray.refusing[name] = f"input_value={{'TOKEN': '{SECRET}'}}"
    await running(world, file)
    assert "'TOKEN': '***'" in world.task().progress.last_error
    assert SECRET not in everything(world)


@pytest.mark.parametrize("config", [{}, {"runtime_env": None}, {"runtime_env": {"env_vars": []}}])
def test_an_application_without_variables_was_deployed_with_none(config: Any) -> None:
    assert deployed_env(make_app(config=config)) == {}


def test_our_own_variable_is_not_the_tasks() -> None:
    config = {"runtime_env": {"env_vars": {"A": "1", "TASKTUI_RESTARTS": "2"}}}
    assert deployed_env(make_app(config=config)) == {"A": "1"}
