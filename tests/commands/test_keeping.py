from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from commands.desk import Desk, one_off, spec
from make import NOW, make_daily, make_task
from tasktui.cli.taskfile import application_of, is_application, load, read_task
from tasktui.commands import keeping
from tasktui.commands.incoming import Incoming
from tasktui.commands.keeping import task_file
from tasktui.commands.serveconfig import from_application
from tasktui.domain.artifact import ArtifactKind
from tasktui.domain.recipe import Recipe
from tasktui.domain.schedule import Schedule
from tasktui.domain.task import Task
from tasktui.errors import NotFound, UserError


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.launched("chat")
    desk.launched("batch")
    return desk


def test_every_task_that_is_not_archived_is_exported_by_name(desk: Desk) -> None:
    desk.launched("old")
    desk.commands.archive("old")
    assert [name for name, _ in desk.commands.export()] == ["batch", "chat"]
    assert [name for name, _ in desk.commands.export(["chat"])] == ["chat"]
    with pytest.raises(NotFound):
        desk.commands.export(["nobody"])


@pytest.mark.parametrize(
    "schedule",
    [
        make_daily("08:00=2-4,20:00=0-1@Asia/Tokyo", "Europe/Berlin", weekdays=frozenset({0, 4})),
        one_off(NOW.replace(tzinfo=None)),
        one_off(),
    ],
    ids=["daily", "one-off", "now"],
)
def test_launching_an_exported_file_gives_the_same_task(
    desk: Desk, tmp_path: Path, schedule: Schedule
) -> None:
    task = desk.commands.launch(spec("again", "model@1", schedule))
    file = tmp_path / "again.yaml"
    file.write_text(task_file(task))
    assert read_task(str(file)) == desk.commands.spec_of(task)


def test_values_of_variables_stay_here_and_references_go_along(tmp_path: Path) -> None:
    env = {"KEY": "hunter22", "TOKEN": "env:TOKEN", "CERT": "file:/etc/cert"}
    text = task_file(make_task(env=env))
    assert "hunter22" not in text
    assert "# env: the values of KEY are not exported." in text
    file = tmp_path / "task.yaml"
    file.write_text(text)
    assert read_task(str(file)).env == {"TOKEN": "env:TOKEN", "CERT": "file:/etc/cert"}


def test_a_backup_can_be_asked_for(desk: Desk) -> None:
    made = desk.commands.backup()
    assert made.exists()
    assert made.stat().st_mode & 0o777 == 0o600


def test_tasks_are_exported_one_by_one_however_many_pages_they_fill(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_PAGE", 2)
    for name in ("a", "b", "c", "d", "e"):
        desk.launched(name)
    assert sorted(desk.commands.exported()) == desk.commands.export()
    assert len(list(desk.commands.exported())) >= 5


# Applications in Ray's own form.

COUNTS = st.integers(1, 9)
SCALING = st.one_of(
    st.just({}),
    st.builds(lambda n: {"num_replicas": n}, COUNTS),
    st.builds(
        lambda low, more: {
            "autoscaling_config": {
                "min_replicas": low,
                "max_replicas": low + more,
                "target_ongoing_requests": 5,
            }
        },
        COUNTS,
        COUNTS,
    ),
)
ENTRIES = st.lists(
    st.builds(
        lambda scaling, gpu: {**scaling, "ray_actor_options": {"num_gpus": gpu}}, SCALING, COUNTS
    ),
    max_size=3,
).map(lambda found: [{"name": f"D{n}", **one} for n, one in enumerate(found)])
REFERENCES = st.dictionaries(st.sampled_from("ABC"), st.just("env:TOKEN"))


@given(
    deployments=ENTRIES,
    env=REFERENCES,
    args=st.dictionaries(st.sampled_from("xy"), COUNTS),
    route=st.sampled_from(["/", "/text", "/api/v1"]),
)
def test_an_application_that_moved_in_and_out_again_is_the_same(
    deployments: list[dict[str, object]],
    env: dict[str, str],
    args: dict[str, int],
    route: str,
) -> None:
    form = {
        "name": "text_ml",
        "route_prefix": route,
        "import_path": "text.models:app",
        "args": args,
        "runtime_env": {"working_dir": "https://host/repo.zip", "env_vars": env},
        "deployments": deployments,
    }
    first = replace(from_application(form), where="task text-ml", notes=(), schedule=make_daily())
    text = task_file(_task_of(first))
    document = yaml.safe_load(text)
    assert is_application(document)
    again = replace(application_of(document, "text.yaml"), notes=())
    assert again == first


def _task_of(incoming: Incoming) -> Task:
    return make_task(
        incoming.name,
        kind=ArtifactKind.CONFIG,
        digest="",
        scaled=incoming.scaled,
        autoscaling=incoming.autoscaling,
        env=incoming.env,
        recipe=Recipe(base=incoming.base),
        app=incoming.app,
        own_route=incoming.route,
    )


def test_bounds_that_only_the_code_has_go_along(tmp_path: Path) -> None:
    code = {"min_replicas": 1, "max_replicas": 3}
    made = from_application({"name": "a", "import_path": "a:b", "deployments": [{"name": "D"}]})
    file = tmp_path / "a.yaml"
    file.write_text(task_file(replace(_task_of(made), autoscaling=code)))
    assert application_of(load(str(file)), str(file)).autoscaling == code
    with pytest.raises(UserError, match=r"own form.* tasktui import .*a\.yaml"):
        read_task(str(file))


def test_values_of_single_deployments_stay_here_too() -> None:
    own = {"runtime_env": {"env_vars": {"KEY": "hunter22"}}, "num_cpus": 2}
    form = {
        "name": "a",
        "import_path": "a:b",
        "deployments": [{"name": "D", "ray_actor_options": own}],
    }
    text = task_file(_task_of(from_application(form)))
    assert "hunter22" not in text
    assert "# env: the values of D.KEY are not exported." in text
    assert yaml.safe_load(text)["application"]["deployments"][0]["ray_actor_options"] == {
        "num_cpus": 2,
        "runtime_env": {},
    }
