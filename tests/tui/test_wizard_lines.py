"""What each step shows, as text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from make import (
    NOW,
    make_arming,
    make_around,
    make_artifact,
    make_daily,
    make_node,
    make_one_off,
    make_progress,
    make_replica,
    make_task,
)
from tasktui.commands.checks import Problem
from tasktui.commands.edits import Change
from tasktui.commands.plan import plan as plan_of
from tasktui.domain.actions import Action
from tasktui.domain.artifact import ArtifactKind, Spec, Users
from tasktui.domain.build import Build, BuildStatus
from tasktui.domain.observed import ClusterState, ClusterView, Resources
from tasktui.domain.recipe import Parameter, ParameterType, Recipe
from tasktui.domain.schedule import Replicas, Schedule
from tasktui.domain.status import Status
from tasktui.domain.task import Override, TaskId, TaskSpec
from tasktui.tui.lines import Line, plain, width
from tasktui.tui.palette import Palette
from tasktui.tui.widgets.paint import strip
from tasktui.tui.wizard import buildlog, frame, moves, plan, resources
from tasktui.tui.wizard.choices import ArtifactRows, details, matching, nothing, refusal
from tasktui.tui.wizard.look import Look, Verdict
from tasktui.tui.wizard.model import Draft, Kind, PointDraft, from_spec
from tasktui.tui.wizard.notes import label, note, today_utc
from tasktui.tui.wizard.parameters import merged
from tasktui.tui.wizard.points import added, lines, stepped
from tasktui.tui.wizard.state import State, Step
from tasktui.tui.wizard.zones import ZoneRows
from tasktui.tui.wizard.zones import matching as zones_matching

HOSTILE = "[red]x\x1b[2J\u202e\n"
MODEL = make_artifact(
    "model",
    version=3,
    kind=ArtifactKind.FOLDER,
    spec=Spec(cpu=2, memory_gb=8, gpu=1, gpu_type="H100"),
    description="Answers questions",
    files=("serve.py", "weights.bin"),
)
ECHO = make_artifact()
PARAMETERS = (
    Parameter(
        name="max_tokens",
        type=ParameterType.INTEGER,
        default=256,
        low=1,
        high=4096,
        description="Longest answer",
    ),
    Parameter(name="model", type=ParameterType.TEXT),
    Parameter(name="stream", type=ParameterType.BOOLEAN, default=False),
)
SETTABLE = replace(MODEL, parameters=PARAMETERS)


def text(rows: Iterable[Line]) -> str:
    return "\n".join(plain(r).rstrip() for r in rows)


def make_draft(schedule: Schedule | None = None, artifact: str = "echo") -> Draft:
    rule = schedule or make_daily("08:00=2-4,20:00=0-1", "Europe/Berlin")
    return from_spec(
        TaskSpec(
            name="chat",
            artifact=artifact,
            file_path="serve",
            deployment_name="app",
            schedule=rule,
        )
    )


def make_state(draft: Draft | None = None, **kw: Any) -> State:
    seen = {"cluster", "users", "holders", "artifacts"} & kw.keys()
    known = {"artifacts": (ECHO, MODEL), **{name: kw.pop(name) for name in seen}}
    state = State(look=Look(now=NOW, **known), **kw)
    return moves.typed(state, draft if draft is not None else make_draft())


def make_cluster(**kw: Any) -> ClusterView:
    address = "http://127.0.0.1:8265"
    return ClusterView(
        **{"state": ClusterState.CONNECTED, "address": address, "seen_at": NOW, **kw}
    )


# Artifacts.


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["echo", "model@3"]),
        ("QUEST answers", ["model@3"]),
        ("official", ["echo"]),
        ("model none", []),
    ],
)
def test_every_word_of_the_filter_must_occur(query: str, found: list[str]) -> None:
    assert [a.label for a in matching((ECHO, MODEL), query)] == found


@pytest.mark.parametrize("cells", [30, 78, 98, 160])
def test_rows_of_artifacts_keep_within_the_screen(cells: int) -> None:
    rows = ArtifactRows("…")
    rows.take(make_state(users={"model@3": Users(1, "chat", "Idle")}))
    shown = plain(rows.line(MODEL, cells))
    assert "model@3" in shown
    assert ("Answers" in shown) == (cells >= 98)
    if cells >= 78:
        assert width(rows.line(MODEL, cells)) <= cells + 2
        assert "1 task" in shown


def test_the_chosen_artifact_has_a_star() -> None:
    rows = ArtifactRows("…")
    rows.take(make_state())
    assert [plain(rows.line(a, 78))[0] for a in (ECHO, MODEL)] == ["*", " "]


def test_details_name_scripts_and_users() -> None:
    look = Look(now=NOW, users={"model@3": Users(6, "t0", "Idle")})
    shown = text(details(MODEL, look, 80))
    assert "serve.py" in shown
    assert "weights.bin" not in shown
    assert "t0 (Idle) and 5 more" in shown
    assert "Used by   -" in text(details(MODEL, Look(now=NOW), 80))


FAILED = replace(
    MODEL,
    version=4,
    build=Build(status=BuildStatus.FAILURE, error="ImportError: no torch\nand more"),
    tags=("chat",),
)


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (Build(), ""),
        (Build(status=BuildStatus.BUILDING), "model@3 is not built yet: BUILDING."),
        (FAILED.build, "The build of model@3 ended in FAILURE: ImportError: no torch"),
        (Build(status=BuildStatus.TIMEOUT), "TIMEOUT: its build said nothing"),
    ],
)
def test_only_what_is_built_can_be_chosen(build: Build, says: str) -> None:
    found = refusal(replace(MODEL, build=build))
    assert found.endswith(says) if says else found == ""


def test_an_artifact_whose_build_failed_is_shown_with_the_reason() -> None:
    rows = ArtifactRows("…")
    rows.take(make_state(artifacts=(FAILED,)))
    assert "FAILURE" in plain(rows.line(FAILED, 78))
    shown = text(details(FAILED, Look(now=NOW), 80))
    assert "ended in FAILURE: ImportError: no torch" in shown
    assert "Tags      chat" in shown
    assert [a.label for a in matching((ECHO, FAILED), "failure chat")] == ["model@4"]


def test_where_an_artifact_was_imported_is_told() -> None:
    there = replace(MODEL, build=Build(where="on the cluster at http://127.0.0.1:8265"))
    shown = " ".join(text(details(there, Look(now=NOW), 80)).split())
    assert "imported on the cluster at http://127.0.0.1:8265" in shown
    read = replace(MODEL, build=Build(note="Not imported, only read."))
    shown = text(details(read, Look(now=NOW), 80))
    assert "Build     Not imported, only read." in shown
    assert ", imported" not in shown


def test_of_a_long_log_the_end_is_shown() -> None:
    shown = text(buildlog.lines("\n".join(f"line {n}" for n in range(2005)), 40)).splitlines()
    assert shown[0] == " 5 lines before are not shown."
    assert (shown[1], shown[-1]) == ("line 5", "line 2004")


def test_what_an_artifact_asks_for_is_told_without_its_secrets() -> None:
    recipe = Recipe(requirements=("torch==2.5.1",))
    env = {"TOKEN": "env:TOKEN", "PLAIN": "hunter2!"}
    asking = replace(MODEL, recipe=recipe, env=env, parameters=PARAMETERS)
    shown = " ".join(text(details(asking, Look(now=NOW), 200)).split())
    assert "packages torch==2.5.1; parameters max_tokens, model, stream;" in shown
    assert "TOKEN=env:TOKEN" in shown
    assert "hunter2" not in shown


def test_an_empty_list_says_why() -> None:
    assert "Reading" in text(nothing(State()))
    assert "No artifact matches: zzz" in text(nothing(make_state(query="zzz")))


# Resources.


@pytest.mark.parametrize(
    ("cluster", "says", "never"),
    [
        (ClusterView(), "No Ray cluster was found", "no node"),
        (
            make_cluster(state=ClusterState.STARTING, error="head"),
            "Ray is starting: head",
            "has no node",
        ),
        (make_cluster(state=ClusterState.UNREACHABLE), "is not reachable", "has no node"),
        (make_cluster(state=ClusterState.UNAUTHORIZED), "refuses the token", "has no node"),
        (make_cluster(), "The cluster has no node", "reachable"),
        (make_cluster(autoscaler=True), "its autoscaler may add some", "reachable"),
    ],
)
def test_unreachable_and_empty_clusters_are_never_taken_for_each_other(
    cluster: ClusterView, says: str, never: str
) -> None:
    shown = text(resources.lines(make_state(cluster=cluster), 80))
    assert says in shown
    assert never not in shown


def test_each_node_says_what_is_free_and_who_holds_it() -> None:
    used = Resources(cpu=4, memory_gb=16, gpu=3)
    nodes = (
        make_node("gpu-1", cpu=16, gpu=4, gpu_type="H100", used=used),
        make_node("gpu-2", cpu=16, gpu=4, gpu_type="H100"),
        make_node("cpu-1", cpu=16),
    )
    replicas = (make_replica("a", node="gpu-1"), make_replica("b", node="gpu-1"))
    holder = make_task(
        "talk", spec=Spec(cpu=2, gpu=1), progress=make_progress(Status.RUNNING, replicas=replicas)
    )
    state = make_state(
        make_draft(artifact="model@3"), cluster=make_cluster(nodes=nodes), holders=(holder,)
    )
    rows = text(resources.lines(state, 80)).splitlines()
    first, second, third = (next(r for r in rows if n.name in r) for n in nodes)
    assert [w for w in ("1 of 4", "12 of 16", "yes, 1", "talk 2, others 1") if w in first] == [
        "1 of 4",
        "12 of 16",
        "yes, 1",
        "talk 2, others 1",
    ]
    assert "yes, 4" in second
    assert " no " in third
    assert any("Replicas that fit now: 5" in r and "empty cluster: 8" in r for r in rows)
    assert any("numbers 0 s old" in r for r in rows)


def test_what_is_free_is_whole_on_screen_and_never_more_than_there_is() -> None:
    total, used = Resources(cpu=2, memory_gb=16.96), Resources(cpu=0.71, memory_gb=0.3)
    node = replace(make_node("vm"), total=total, used=used)
    state = make_state(make_draft(artifact="model@3"), cluster=make_cluster(nodes=(node,)))
    row = next(r for r in text(resources.lines(state, 80)).splitlines() if " vm " in r)
    assert "1.29 of 2 " in row
    assert max(map(width, resources.lines(state, 40)[:4])) <= 40
    assert "16 of 16 " in row


@pytest.mark.parametrize(
    ("needs", "count"),
    [
        (Spec(cpu=1), 8),
        (Spec(cpu=0.1), 80),
        (Spec(cpu=3, memory_gb=16), 2),
        (Spec(cpu=9), 0),
        (Spec(cpu=0, gpu=0.5), 2),
        (Spec(cpu=0, gpu=1, gpu_type="A100"), 0),
        (Spec(cpu=0), float("inf")),
    ],
)
def test_counts_replicas_that_fit_on_a_node(needs: Spec, count: float) -> None:
    node = make_node(cpu=8, gpu=1, gpu_type="H100")
    assert resources.capacity(needs, node) == count


def test_custom_resources_have_a_column_and_their_holders() -> None:
    needs = Spec(cpu=0, custom=(("licence", 1.0),))
    total = Resources(cpu=16, memory_gb=32, custom=(("licence", 2.0),))
    used = Resources(custom=(("licence", 2.0),))
    nodes = (make_node("lic", total=total, used=used), make_node("other"))
    progress = make_progress(Status.RUNNING, replicas=(make_replica("a", node="lic"),))
    holder = make_task("talk", spec=needs, progress=progress)
    state = make_state(
        make_draft(artifact="model@3"),
        cluster=make_cluster(nodes=nodes),
        holders=(holder,),
        artifacts=(replace(MODEL, spec=needs),),
    )
    head, first, second = text(resources.lines(state, 80)).splitlines()[-6:-3]
    assert "licence" in head
    assert "GPU" not in head
    assert "0 of 2" in first
    assert "talk 1, others 1" in first
    assert "0 of 0" in second
    assert " no " in second


def test_what_a_replica_lacks_on_a_node_says_who_holds_it() -> None:
    used = Resources(cpu=16, gpu=1)
    node = make_node("gpu-1", cpu=16, gpu=4, used=used)
    assert resources.held(Spec(cpu=1, gpu=1), node, ()) == "CPU: others 16"
    assert resources.held(Spec(cpu=0, gpu=1), node, ()) == "others 1"


def test_no_artifact_has_no_resources() -> None:
    assert "Choose an artifact first" in text(resources.lines(State(), 80))


# Settings.


def with_parameters(*typed: tuple[str, str]) -> State:
    draft = replace(make_draft(artifact="model@3"), parameters=typed)
    return make_state(draft, artifacts=(SETTABLE,))


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ((), "model", "needed: text"),
        ((("max_tokens", "5000"),), "max_tokens", "a whole number from 1 to 4096"),
        ((("max_tokens", ""),), "max_tokens", "a whole number from 1 to 4096"),
        ((("stream", "maybe"),), "stream", "true or false"),
    ],
)
def test_a_parameter_says_beside_its_field_what_is_allowed(
    typed: tuple[tuple[str, str], ...], field: str, says: str
) -> None:
    state = with_parameters(*typed)
    name = f"parameters.{field}"
    assert says in plain(note(name, state))
    assert name in {p.field for p in state.errors_of(Step.SETTINGS)}
    assert label(name) == field
    assert state.spec is None


def test_parameters_that_are_right_are_explained_and_go_into_the_task() -> None:
    state = with_parameters(("max_tokens", "512"), ("model", "tiny"), ("stream", "false"))
    hint = plain(note("parameters.max_tokens", state))
    assert hint == "a whole number from 1 to 4096; default 256: Longest answer"
    assert state.spec is not None
    assert state.spec.parameters == {"max_tokens": 512, "model": "tiny"}
    shown = text(plan.lines(state, 200))
    assert "Params    max_tokens=512, model=tiny, stream=false (default)" in shown


def test_what_another_artifact_does_not_have_is_kept_and_not_used() -> None:
    draft = replace(make_draft(), parameters=(("max_tokens", "512"),))
    state = make_state(draft)
    assert state.spec is not None
    assert state.spec.parameters == {}
    assert state.draft.parameters == draft.parameters


def test_my_parameters_are_put_on_top_of_theirs_one_by_one() -> None:
    base, mine = (("a", "1"), ("b", "1")), (("a", "2"), ("b", "1"))
    theirs = (("a", "1"), ("b", "3"), ("c", "4"))
    assert merged(base, mine, theirs) == (("a", "2"), ("b", "3"), ("c", "4"))


def test_a_parameter_named_beyond_letters_is_a_field_like_any_other() -> None:
    odd = Parameter(name="größe", type=ParameterType.NUMBER, default=0.5)
    draft = replace(make_draft(artifact="model@3"), parameters=(("größe", "1.5"),))
    state = make_state(draft, artifacts=(replace(MODEL, parameters=(odd,)),))
    assert state.spec is not None
    assert state.spec.parameters == {"größe": 1.5}


@pytest.mark.parametrize(
    ("name", "draft", "says"),
    [
        ("name", make_draft(), "route /chat"),
        ("deployment_name", make_draft(), "import path serve:app"),
        ("timezone", make_draft(), "15:00 CET = 14:00Z now"),
        ("start", make_draft(make_one_off(None)), "at activation"),
        ("start", make_draft(make_one_off("2026-03-06T08:00")), "Fri 2026-03-06 08:00 UTC"),
        ("end", make_draft(make_one_off(None)), "until deactivated"),
        ("days", make_draft(make_daily(weekdays=frozenset(range(5)))), "Mon-Fri"),
        ("except_dates", replace(make_draft(), except_dates="2026-12-24 2026-12-25"), "2 without"),
        ("max", replace(make_draft(), kind=Kind.ONE_OFF, max="?"), "a whole number"),
    ],
)
def test_a_note_explains_or_says_what_is_wrong(name: str, draft: Draft, says: str) -> None:
    assert says in plain(note(name, make_state(draft)))


@pytest.mark.parametrize(
    ("point", "zone", "shown"),
    [
        (PointDraft("08:00"), "Europe/Berlin", "07:00Z"),
        (PointDraft("20:00"), "America/New_York", "01:00Z +1 day"),
        (PointDraft("05:00"), "Asia/Tokyo", "20:00Z -1 day"),
        (PointDraft("05:00", timezone="UTC"), "Asia/Tokyo", "05:00Z"),
        (PointDraft("05:00:30"), "UTC", "05:00:30Z"),
        (PointDraft("5"), "UTC", ""),
        (PointDraft("05:00"), "Mars", ""),
    ],
)
def test_each_point_shows_today_in_utc(point: PointDraft, zone: str, shown: str) -> None:
    assert today_utc(point, zone, NOW) == shown


def test_the_grid_says_beside_a_point_what_is_wrong_with_it() -> None:
    points = (
        PointDraft("8", "1", "1"),
        PointDraft("09:00", "", "2"),
        PointDraft("10:00", "3", "2"),
    )
    shown = text(lines(make_state(replace(make_draft(), points=points)), (2, 1), 78)).splitlines()
    assert "a time of day: HH:MM" in shown[1]
    assert "min: needed" in shown[2]
    assert "max must be at least min, 3" in shown[3]
    assert shown[3].startswith("  > 3")


@pytest.mark.parametrize(
    ("point", "column", "by", "wanted"),
    [
        (PointDraft("08:00"), "time", 1, PointDraft("08:15")),
        (PointDraft("00:00"), "time", -1, PointDraft("23:45")),
        (PointDraft("08:00:30"), "time", -1, PointDraft("07:45:30")),
        (PointDraft("?"), "time", 1, PointDraft("?")),
        (PointDraft(min="1"), "min", 1, PointDraft(min="2")),
        (PointDraft(min="0"), "min", -1, PointDraft(min="0")),
        (PointDraft(max="4"), "max", -1, PointDraft(max="3")),
        (PointDraft(max="x"), "max", 1, PointDraft(max="x")),
    ],
)
def test_plus_and_minus_step_a_cell(
    point: PointDraft, column: str, by: int, wanted: PointDraft
) -> None:
    assert stepped(point, column, by) == wanted


def test_a_new_point_has_the_replicas_of_the_one_above() -> None:
    first, second = PointDraft("08:00", "2", "4", "Asia/Tokyo"), PointDraft("20:00", "0", "1")
    assert added((first, second), 1) == (first, replace(first, time=""), second)
    assert added((), 0) == (PointDraft("", "1", "1"),)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("europe BER", "Europe/Berlin"),
        ("zzz", None),
    ],
)
def test_zones_are_found_by_their_city(query: str, first: str | None) -> None:
    names = ["America/New_York", "America/North_Dakota/New_Salem", "Europe/Berlin", "UTC"]
    assert next(iter(zones_matching(names, query)), None) == first


def test_a_zone_shows_its_clock_and_offset() -> None:
    shown = plain(ZoneRows(NOW).line("Asia/Kolkata", 80))
    assert "Thu 19:30" in shown
    assert "+0530" in shown


# Summary.


def test_the_plan_of_a_daily_task_says_what_happens_and_when() -> None:
    shown = text(plan.lines(make_state(), 79))
    for words in (
        "after Launch    Idle: nothing runs",
        "Activate, next  Thu 2026-03-05 20:00 CET = 19:00Z          0-1",
        "Activate, now   at once: 2-4 (point 08:00 is in force)",
        "5th point       Sat 2026-03-07 20:00 CET = 19:00Z",
        "at the most 4 replicas with 4 CPU",
    ):
        assert words in shown


@pytest.mark.parametrize(
    ("schedule", "says"),
    [
        (make_one_off(None, "1-1"), "after Activate  Thu 2026-03-05 14:00 UTC"),
        (make_one_off("2026-03-06T08:00"), "after Activate  Fri 2026-03-06 08:00 UTC"),
        (make_one_off(None, end="2026-03-06T08:00"), "ends, disarmed"),
        (make_daily("08:00=0-0,20:00=1-2"), "stops"),
    ],
)
def test_the_plan_of_each_schedule(schedule: Schedule, says: str) -> None:
    assert says in text(plan.lines(make_state(make_draft(schedule)), 79))


def test_the_plan_lists_what_is_missing_with_its_step() -> None:
    draft = replace(make_draft(), name="?", points=(PointDraft("x", "1", "1"),))
    shown = text(plan.lines(make_state(draft), 79))
    assert "step 3, name:" in shown
    assert "step 3, point 1 time:" in shown
    assert "WHAT HAPPENS" not in shown


def test_changes_are_marked_hot_or_with_their_restarts() -> None:
    changes = (
        Change("schedule", "Daily 08:00", "Daily 09:00", restarts=False, text="hot"),
        Change("artifact", "model@2", "model@3", restarts=True, text="restarts 3"),
    )
    alive = make_progress(Status.RUNNING, replicas=(make_replica(),))
    task = make_task(armed=make_arming(), progress=alive)
    made = plan_of(Action.EDIT, task, replace(task, env={"A": "1"}), make_around(), changes)
    state = replace(make_state(editing=task), plan=made)
    shown = text(plan.lines(state, 79))
    assert "Replaces 1 replica by new ones" in shown
    assert "schedule: Daily 08:00 -> Daily 09:00  [hot]" in shown
    assert "artifact: model@2 -> model@3  [restarts 3]" in shown


def test_an_edit_of_an_armed_task_says_what_applies_at_once() -> None:
    task = make_task(schedule=make_daily("08:00=2-4,20:00=0-1"), armed=make_arming())
    shown = text(plan.lines(make_state(editing=task), 79))
    assert "after Apply     at once: 2-4 (08:00), then 20:00 0-1" in shown


def test_an_edit_below_an_override_says_what_stands_and_which_points_are_applied() -> None:
    override = Override(Replicas(4, 4), NOW, NOW + timedelta(hours=7), "op")
    task = make_task(
        schedule=make_daily("08:00=2-4,20:00=0-1"), armed=make_arming(), override=override
    )
    shown = " ".join(text(plan.lines(make_state(editing=task), 79)).split())
    assert "after Apply at once: 4-4 by hand until 22:00 (in 7h00)" in shown
    assert "then 22:00 0-1 (20:00)" in shown
    assert "not applied: 20:00 0-1" in shown
    assert "1st point Fri 2026-03-06 08:00" in shown


def test_a_stale_edit_shows_all_three_versions() -> None:
    base, mine = make_draft(), replace(make_draft(), days="mo-fr")
    other = replace(base, timezone="Asia/Tokyo")
    assert plan.differences(base, mine, other) == [
        ("timezone", "Europe/Berlin", "Europe/Berlin", "Asia/Tokyo"),
        ("days", "-", "mo-fr", "-"),
    ]


# The lines around.


def test_the_head_marks_the_step() -> None:
    assert "1 Artifact > (2) Resources" in plain(frame.head(make_state(step=Step.RESOURCES), 80))
    assert "Edit chat rev 1" in plain(frame.head(make_state(editing=make_task()), 80))
    assert "step 2 of 4: Resources" in plain(frame.head(make_state(step=Step.RESOURCES), 50))


def test_what_was_not_asked_yet_is_no_error() -> None:
    empty = make_state(Draft(), step=Step.ARTIFACT)
    assert plain(frame.status(empty, 80, 24)) == " Enter takes the artifact under the cursor"
    typed = replace(empty, draft=replace(empty.draft, name="chat"))
    assert "1 error, 0 warnings" in plain(frame.status(typed, 80, 24))
    asked = replace(empty, step=Step.SETTINGS)
    assert "4 errors, 0 warnings" in plain(frame.status(asked, 80, 24))


def test_a_small_terminal_is_told() -> None:
    assert "60x20: make it 80x24" in plain(frame.status(make_state(), 60, 20))


@pytest.mark.parametrize("focus", ["query", "points", "cell", "kind", "name", "button", ""])
@pytest.mark.parametrize("cells", [40, 80, 100])
def test_keys_fit_on_their_lines(focus: str, cells: int) -> None:
    rows = frame.keys(replace(make_state(), help=True), focus, cells)
    assert all(width(r) <= cells + 2 for r in rows)


def test_fields_have_the_names_of_the_screen() -> None:
    assert [label(f) for f in ("file_path", "points.1.min", "points.1", "points", "spec")] == [
        "file path",
        "point 2 min",
        "point 2",
        "points",
        "spec",
    ]


def test_points_that_need_gpus_say_how_many() -> None:
    schedule = make_daily("08:00=2-4,20:00=0-0", "Europe/Berlin")
    shown = text(lines(make_state(make_draft(schedule, "model@3")), None, 79)).splitlines()
    assert shown[0] == "    #   TIME      MIN   MAX    TODAY IN UTC   GPUS"
    assert shown[1] == "    1   08:00     2     4      07:00Z         2-4"
    assert shown[2] == "    2   20:00     0     0      19:00Z         0  stops"
    assert "GPUS" not in text(lines(make_state(make_draft(schedule)), None, 79))


def test_a_doubt_stands_beside_its_point_and_one_key_leads_from_problem_to_problem() -> None:
    doubts = (Problem("points.1", "02:30 will run at 03:00.", True), Problem("days", "?", True))
    state = replace(make_state(step=Step.SETTINGS), stored=doubts)
    assert "! 02:30 will run at 03:00." in text(lines(state, None, 79)).splitlines()[2]
    fields: list[str] = []
    for _ in range(3):
        state, field = moves.to_next_problem(state, fields[-1] if fields else "name")
        fields.append(field)
    assert fields == ["points.1", "days", "points.1"]
    assert moves.to_next_problem(state, "points.1.min")[1] == "days"


def test_errors_of_steps_to_come_are_no_problems_yet() -> None:
    state = make_state(replace(make_draft(), name="?"))
    assert moves.to_next_problem(state, "query")[1] == ""
    assert moves.to_next_problem(replace(state, step=Step.SUMMARY), "button")[1] == "name"


# From one state to the next.


def test_going_on_stops_at_the_first_error_and_keeps_everything() -> None:
    draft = replace(make_draft(), name="?")
    state, field = moves.forward(make_state(draft, step=Step.SETTINGS))
    assert (state.step, field, state.draft) == (Step.SETTINGS, "name", draft)
    assert state.said.startswith("First: ")


def test_steps_end_where_they_begin() -> None:
    state = make_state(step=Step.ARTIFACT)
    seen = [state.step]
    for _ in range(4):
        state, _field = moves.forward(state)
        seen.append(state.step)
    assert seen == [1, 2, 3, 4, 4]
    for _ in range(5):
        state = moves.backward(state)
    assert state.step is Step.ARTIFACT


def test_what_the_store_said_of_a_field_goes_when_the_field_changes() -> None:
    state = moves.judged(
        make_state(),
        Verdict(
            look=make_state().look,
            problems=(Problem("name", "taken"), Problem("file_path", "not there")),
        ),
        "",
    )
    typed = moves.typed(state, replace(state.draft, name="other"))
    assert [p.field for p in typed.errors] == ["file_path"]


def test_time_that_passes_makes_a_start_late() -> None:
    state = make_state(make_draft(make_one_off("2026-03-05T14:00:30")))
    assert not state.errors
    assert [p.field for p in moves.at(state, NOW.replace(minute=1)).errors] == ["start"]


def test_taking_theirs_as_base_keeps_what_i_changed() -> None:
    base = make_draft()
    theirs = make_task(id=TaskId(7), revision=2)
    state = make_state(replace(base, days="mo-fr"), base=base, editing=make_task())
    spec = TaskSpec(
        name="chat",
        artifact="echo",
        file_path="other",
        deployment_name="app",
        schedule=make_daily("08:00=2-4,20:00=0-1", "Europe/Berlin"),
    )
    after = moves.rebased(moves.stale(state, theirs, spec))
    assert (after.draft.days, after.draft.file_path) == ("mo-fr", "other")
    assert after.editing is theirs
    assert after.theirs is None


def test_the_first_error_decides_where_a_refused_launch_leads() -> None:
    draft = replace(make_draft(), artifact="", name="?")
    state, field = moves.to_first_error(make_state(draft, step=Step.SUMMARY))
    assert (state.step, field) == (Step.ARTIFACT, "artifact")


def test_hostile_text_is_only_text_everywhere() -> None:
    evil = make_artifact(HOSTILE, description=HOSTILE, files=(f"{HOSTILE}.py",))
    node = make_node(HOSTILE)
    look = Look(now=NOW, artifacts=(evil,), cluster=make_cluster(nodes=(node,), error=HOSTILE))
    draft = replace(make_draft(), artifact=evil.label, name=HOSTILE, timezone=HOSTILE)
    state = moves.typed(State(look=look), draft)
    rows = ArtifactRows("…")
    rows.take(state)
    shown = [
        *details(evil, look, 80),
        *resources.lines(state, 80),
        *plan.lines(state, 80),
        note("name", state),
        rows.line(evil, 80),
    ]
    painted = "".join(strip(row, 80, Palette()).text for row in shown)
    assert "[red]x" in painted
    assert not {"\x1b", "\u202e", "\n"} & set(painted)
