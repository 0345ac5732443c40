from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from make import NOW, make_arming, make_node, make_progress, make_task
from tasktui.domain.observed import ClusterState, ClusterView, Node, Resources
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.runtime.daemon import Health, State
from tasktui.tui.chrome import TABS, Trouble, banner, footer, header, resources, rule, tabs
from tasktui.tui.keys import Where
from tasktui.tui.keys import footer as footer_keys
from tasktui.tui.lines import Line, Tone, fit, line, plain, width
from tasktui.tui.times import TimeBase, View

CLUSTER = ClusterView(
    state=ClusterState.CONNECTED,
    address="http://127.0.0.1:8265",
    serve_url="http://127.0.0.1:8000",
    nodes=(make_node(gpu=8),),
    seen_at=NOW - timedelta(seconds=42),
)
VIEW = View(now=NOW, mine=ZoneInfo("Europe/Berlin"), cluster=CLUSTER, owner="a1")
OK = Health(State.RUNNING, 4242, NOW, NOW, Path("/state/scheduler.log"))
DOWN = replace(OK, state=State.DOWN, pid=0)
STUCK = replace(OK, state=State.STUCK, heartbeat_at=NOW - timedelta(seconds=45))
WIDE_CLOCK = "Thu 05 Mar 15:00 CET (14:00Z) "
IS_DOWN = "The scheduler is down: nothing starts or stops."
HOSTILE = "\x1b]52;c;aGk=\x07\x9b31m\u202e[@click=app.quit]x[/]"
COUNTS = {s: n for n, s in enumerate(Status, start=1)}


def cluster(state: ClusterState, **kw: Any) -> View:
    found = replace(CLUSTER, state=state, **kw)
    return replace(VIEW, cluster=found, stale=state is not ClusterState.CONNECTED)


def task(status: Status = Status.IDLE) -> Task:
    armed = status in {Status.RUNNING, Status.STARTING, Status.IN_QUEUE}
    return make_task(progress=make_progress(status), armed=make_arming() if armed else None)


def tones(parts: Line) -> dict[str, Tone]:
    return {s.text.strip(): s.tone for s in parts}


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (80, " tasktui  127.0.0.1:8265  sched ok  GPU 0/8                Thu 15:00 CET 14:00Z "),
        (
            100,
            f" tasktui   ray 127.0.0.1:8265   sched ok   GPU 0/8{' ' * 20}{WIDE_CLOCK}",
        ),
    ],
)
def test_the_header_at_usual_widths(cells: int, shown: str) -> None:
    assert plain(header(VIEW, OK, cells)) == shown


@pytest.mark.parametrize("cells", [20, 40, 80, 100, 200])
@pytest.mark.parametrize("state", list(ClusterState))
def test_the_header_is_exactly_as_wide_as_the_screen(cells: int, state: ClusterState) -> None:
    assert width(header(cluster(state), OK, cells)) == cells


@pytest.mark.parametrize(
    ("health", "shown", "tone"),
    [
        (None, "sched ?", Tone.DIM),
        (DOWN, "sched down", Tone.PROBLEM),
        (STUCK, "sched stuck 45 s", Tone.PROBLEM),
    ],
)
def test_the_header_says_how_the_scheduler_is(
    health: Health | None, shown: str, tone: Tone
) -> None:
    assert tones(header(VIEW, health, 80))[shown] is tone


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (ClusterState.NONE, "no cluster"),
        (ClusterState.STARTING, "starting"),
        (ClusterState.UNREACHABLE, "unreachable"),
        (ClusterState.UNAUTHORIZED, "token refused"),
    ],
)
def test_the_header_says_how_the_cluster_is_and_shows_no_old_numbers(
    state: ClusterState, shown: str
) -> None:
    text = plain(header(cluster(state), OK, 80))
    assert shown in text
    assert "GPU" not in text


def test_a_long_host_hides_neither_scheduler_nor_clock() -> None:
    address = "http://gpu-head-01.prod.cluster.example.com:8265"
    text = plain(header(cluster(ClusterState.UNREACHABLE, address=address), DOWN, 80))
    assert "gpu-head-01" in text
    assert "~ unreachable  sched down" in text
    assert text.endswith("15:00 CET 14:00Z ")


def test_an_embedded_cluster_is_named_where_there_is_room() -> None:
    view = cluster(ClusterState.CONNECTED, embedded=True)
    assert "embedded" in plain(header(view, OK, 100))
    assert "embedded" not in plain(header(view, OK, 80))


def test_the_clock_names_the_base_that_was_chosen_and_utc_only_once() -> None:
    assert "[my zone]" in plain(header(replace(VIEW, base=TimeBase.MINE), OK, 80))
    assert "[UTC]" in plain(header(replace(VIEW, base=TimeBase.UTC), OK, 80))
    assert plain(header(replace(VIEW, mine=UTC), OK, 80)).endswith(" Thu 14:00Z ")


@pytest.mark.parametrize(
    ("nodes", "shown"),
    [
        ((), ""),
        ((make_node(cpu=8, used=Resources(cpu=2.5)),), "CPU 2.5/8"),
        ((make_node(gpu=8), make_node(gpu=8, used=Resources(gpu=0.5))), "GPU 0.5/16"),
    ],
)
def test_resources_are_gpus_where_there_are_any(nodes: tuple[Node, ...], shown: str) -> None:
    assert resources(ClusterView(nodes=nodes)) == shown


def test_every_tab_has_its_live_count_and_all_leaves_out_the_archived() -> None:
    assert (None, *Status) == TABS
    text = plain(tabs(0, COUNTS, 120)[0])
    assert text == (
        "[1 All 15]| 2 Idle 1 | 3 In-queue 2 | 4 Starting 3 | 5 Running 4 "
        "| 6 Need Stop 5 | 7 Archived 6 "
    )
    assert plain(tabs(4, COUNTS, 80)[0]) == (
        " 1 All 15  2 Idle 1  3 Queue 2  4 Start 3 [5 Run 4] 6 Stop 5  7 Arch 6 "
    )
    assert "1 All ?" in plain(tabs(0, {}, 80)[0])


@given(st.integers(0, 6), st.integers(0, 20000), st.sampled_from([80, 100, 120, 200]))
def test_tabs_fit_any_count_and_their_places_are_where_they_are_drawn(
    active: int, count: int, cells: int
) -> None:
    strip, places = tabs(active, dict.fromkeys(Status, count), cells)
    text = plain(strip)
    assert len(text) <= cells
    assert [text[p.start : p.stop].strip(" []")[0] for p in places] == list("1234567")
    assert text[places[active].start] == "["


def test_no_tab_moves_when_another_is_chosen() -> None:
    assert len({tabs(active, COUNTS, 80)[1] for active in range(7)}) == 1


def test_all_is_well_is_said_by_no_banner() -> None:
    assert banner(VIEW, Trouble(health=OK)) == ()
    assert banner(VIEW, Trouble()) == ()


@pytest.mark.parametrize(
    ("view", "trouble", "shown"),
    [
        (VIEW, Trouble(store="Store: locked", health=DOWN), "Store: locked"),
        (
            VIEW,
            Trouble(health=DOWN),
            f"{IS_DOWN} :scheduler start helps, its log: /state/scheduler.log",
        ),
        (VIEW, Trouble(health=DOWN, asked=True), "The scheduler is starting"),
        (
            VIEW,
            Trouble(health=STUCK),
            "The scheduler (process 4242) hangs, silent for 45 s. :scheduler takeover helps",
        ),
        (VIEW, Trouble(health=OK, starting="12 s"), "Ray is starting on this machine: 12 s"),
        (
            cluster(ClusterState.NONE),
            Trouble(health=OK),
            "No Ray cluster was found. K starts one on this machine",
        ),
        (
            cluster(ClusterState.NONE),
            Trouble(health=OK, broken="port 8265 is taken"),
            "Ray did not start (K tries again): port 8265 is taken",
        ),
        (
            cluster(ClusterState.STARTING),
            Trouble(health=OK),
            "Ray is starting: http://127.0.0.1:8265",
        ),
        (
            cluster(ClusterState.UNAUTHORIZED),
            Trouble(health=OK),
            "Ray refuses the token. Set RAY_AUTH_TOKEN, then :scheduler restart",
        ),
        (
            cluster(ClusterState.UNREACHABLE, retry_at=NOW + timedelta(seconds=5), error="refused"),
            Trouble(health=OK),
            "Ray does not answer, last answer 42 s ago, next try in 5 s. refused",
        ),
        (
            cluster(ClusterState.UNREACHABLE, seen_at=None),
            Trouble(health=OK),
            "Ray does not answer.",
        ),
    ],
)
def test_the_banner_says_the_one_thing_to_know_first(
    view: View, trouble: Trouble, shown: str
) -> None:
    assert plain(banner(view, trouble)).strip() == shown


@pytest.mark.parametrize(
    ("view", "trouble", "essential"),
    [
        (VIEW, Trouble(health=DOWN), ":scheduler start helps"),
        (VIEW, Trouble(health=STUCK), ":scheduler takeover helps"),
        (cluster(ClusterState.UNAUTHORIZED), Trouble(health=OK), ":scheduler restart"),
        (cluster(ClusterState.NONE), Trouble(health=OK, broken="x" * 200), "K tries again"),
        (
            cluster(ClusterState.UNREACHABLE, retry_at=NOW + timedelta(minutes=5), error="x" * 200),
            Trouble(health=OK),
            "next try in 5m00",
        ),
    ],
)
def test_what_to_do_is_not_cut_off_at_80_cells(
    view: View, trouble: Trouble, essential: str
) -> None:
    assert essential in plain(fit(banner(view, trouble), 80))


@pytest.mark.parametrize("field", ["address", "error"])
def test_hostile_text_of_the_cluster_becomes_visible(field: str) -> None:
    view = cluster(ClusterState.UNREACHABLE, **{field: HOSTILE})
    trouble = Trouble(health=OK, store=HOSTILE, starting=HOSTILE, broken=HOSTILE)
    for parts in (header(view, OK, 200), banner(view, trouble), banner(view, Trouble())):
        assert plain(fit(parts, 200)).isprintable()
        assert width(fit(parts, 200)) == 200


def footer_text(of: Task | None, cells: int, lines: int) -> list[str]:
    return [plain(r) for r in footer(footer_keys(Where.TASKS), of, cells, lines)]


@pytest.mark.parametrize(("cells", "lines"), [(60, 2), (80, 1), (80, 2), (100, 2), (200, 1)])
def test_the_footer_fits_and_always_ends_with_help_and_quit(cells: int, lines: int) -> None:
    shown = footer_text(task(), cells, lines)
    assert len(shown) <= lines
    assert all(len(text) <= cells for text in shown)
    assert shown[-1].endswith("? keys  q quit")
    assert shown[0].startswith(" d detail  l logs")


def test_a_wide_footer_names_every_key() -> None:
    shown = "".join(footer_text(task(), 120, 2))
    assert all(f" {k.shown} {k.label}" in shown for k in footer_keys(Where.TASKS))


@pytest.mark.parametrize(
    ("of", "allowed", "refused"),
    [
        (task(Status.IDLE), "AXeC", "DR"),
        (task(Status.RUNNING), "DXReC", "A"),
        (task(Status.NEED_STOP), "DXeC", "AR"),
        (None, "nt/:z?q", "dlcvwADXReC"),
    ],
)
def test_the_footer_dims_what_does_not_apply(of: Task | None, allowed: str, refused: str) -> None:
    found = tones(footer(footer_keys(Where.TASKS), of, 200, 1)[0])
    assert all(found[key] is not Tone.DIM for key in allowed)
    assert all(found[key] is Tone.DIM for key in refused)


def test_keys_that_change_something_look_different() -> None:
    found = tones(footer(footer_keys(Where.TASKS), task(Status.RUNNING), 200, 1)[0])
    assert (found["D"], found["d"]) == (Tone.DANGER_KEY, Tone.KEY)


def test_the_footer_of_an_archived_task_says_what_the_keys_do_to_it() -> None:
    (parts,) = footer(footer_keys(Where.TASKS), make_task(archived_at=NOW), 200, 1)
    assert "D delete  X restore" in plain(parts)
    assert "deactivate" not in plain(parts)
    assert tones(parts)["X"] is Tone.DANGER_KEY


def test_a_rule_has_its_title_near_the_left() -> None:
    assert plain(rule(line("chat rev 7"), 20, "-")) == "- chat rev 7 -------"
    assert plain(rule((), 5, "-")) == "-----"


OPEN = replace(VIEW, cluster=replace(CLUSTER, open=True))


@pytest.mark.parametrize(
    ("view", "trouble", "said"),
    [
        (OPEN, Trouble(health=OK, others=("ann", "bob")), "Ray asks for no token, so ann, bob on"),
        (OPEN, Trouble(health=OK, others=("a", "b", "c", "d", "e")), "a, b, c and 2 more on this"),
        (OPEN, Trouble(health=DOWN, others=("ann",)), IS_DOWN),
        (VIEW, Trouble(health=replace(OK, trouble="No space is left.")), "No space is left."),
        (VIEW, Trouble(health=replace(DOWN, kept_apart=True)), "start it where it belongs"),
    ],
)
def test_what_is_dangerous_stays_in_the_banner(view: View, trouble: Trouble, said: str) -> None:
    assert said in plain(banner(view, trouble))


@pytest.mark.parametrize("trouble", [Trouble(health=OK), Trouble(health=OK, others=())])
def test_an_open_ray_endangers_nobody_who_is_alone(trouble: Trouble) -> None:
    assert banner(OPEN, trouble) == ()
    assert banner(VIEW, replace(trouble, others=("ann",))) == ()


def test_a_user_s_name_cannot_reach_the_terminal() -> None:
    shown = plain(banner(OPEN, Trouble(health=OK, others=(HOSTILE,))))
    assert "\x1b" not in shown


@pytest.mark.parametrize("owner", ["", "a1"])
def test_before_the_first_read_nothing_is_said_of_the_cluster(owner: str) -> None:
    """That there is no cluster is something read, not something not read yet."""
    view = replace(VIEW, cluster=ClusterView(), owner=owner)
    assert ("no cluster" in plain(header(view, OK, 120))) is bool(owner)
    assert bool(banner(view, Trouble(health=OK))) is bool(owner)
