"""``plan VERB``: says what the verb would do, and changes nothing."""

from __future__ import annotations

import sqlite3
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from cli.tool import Tool
from make import make_replica
from tasktui.cli.planning import NAMES, only_read
from tasktui.cli.verbs import Call
from tasktui.commands.commands import Commands
from tasktui.commands.plan import Around
from tasktui.config import Config
from tasktui.domain.actions import Action
from tasktui.domain.status import Status
from tasktui.domain.task import Task, TaskSpec
from tasktui.errors import ReadOnly
from tasktui.runtime.session import Session
from tasktui.tui.lines import Line, plain
from tasktui.tui.screens import questions, several, stepping
from tasktui.tui.times import View
from tasktui.tui.wizard import plan as summary
from tasktui.tui.wizard.look import judge
from tasktui.tui.wizard.model import from_spec
from tasktui.tui.wizard.moves import judged
from tasktui.tui.wizard.state import State

DAILY = ("--daily", "00:00=2-4,23:59:59=0-1", "--timezone", "UTC")
LAUNCH = ("launch", "new", "--artifact", "echo", *DAILY)
REPLICAS = (make_replica("a"), make_replica("b"))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the state directory of ``chat`` is kept: it takes long to make, and no test writes."""
    return tmp_path_factory.mktemp("kept") / "state"


@pytest.fixture
def chat(tool: Tool, kept: Path) -> Tool:
    """``chat`` runs two replicas, ``llama`` one beside it; ``old`` is archived."""
    if not kept.exists():
        _make(tool)
        copytree(tool.state_dir, kept)
    else:
        copytree(kept, tool.state_dir)
    return tool


def _make(tool: Tool) -> None:
    for name in ("chat", "llama", "old", "idle"):
        tool.launched(name, *DAILY)
    for name in ("chat", "llama"):
        tool.run("activate", name, "--when", "now")
    tool.becomes("chat", Status.RUNNING, replicas=REPLICAS)
    tool.becomes("llama", Status.RUNNING, replicas=REPLICAS[:1])
    tool.run("edit", "chat", "--env", "A=1")
    tool.run("archive", "old")
    tool.launched("held", *DAILY)
    tool.run("activate", "held")
    tool.run("pause", "held")
    tool.run("scale", "held", "3", "--until", "cleared")


PLANNED: list[tuple[tuple[str, ...], str]] = [
    (LAUNCH, "after Launch    Idle: nothing runs until it is activated"),
    (("edit", "chat", "--env", "A=2"), "Replaces 2 replicas by new ones, a few at a time"),
    (("edit", "chat", "--daily", "00:00=2-6", "--timezone", "UTC"), "-> 2-6 (0.2-0.6 CPU)"),
    (("rollback", "chat"), "environment: A -> -  [restarts 2]"),
    (("activate", "idle", "--when", "now"), "replicas: 0 -> 2-4 (0.2-0.4 CPU)"),
    (("activate", "idle"), "at once: nothing runs yet"),
    (("deactivate", "chat"), "Drains 2 replicas: requests in flight get up to 60 s"),
    (("deactivate", "chat", "llama"), "In all 3 replicas; 0.3 CPU become free."),
    (("deactivate", "chat", "--force"), "Requests in flight are cut off."),
    (("restart", "chat"), "Replaces 2 replicas by new ones, a few at a time"),
    (("archive", "idle"), "It becomes read-only, and its name free for others."),
    (("archive", "chat", "--when-idle"), "It is Running, and archived as soon as it is Idle."),
    (("restore", "old", "--name", "older"), "It is called older then."),
    (("rm", "old"), "removed for good. This cannot be undone."),
    (("scale", "chat", "4"), "Hot: no replica restarts; 2 more start."),
    (("scale", "chat", "0", "--until", "cleared"), "replicas: 2-4 (0.2-0.4 CPU) -> 0"),
    (("pause", "chat"), "at once: 2-4, frozen until resumed"),
    (("pause", "chat", "llama"), "llama  Running  2-4, frozen until resumed"),
]


@pytest.mark.parametrize(("words", "said"), PLANNED, ids=[" ".join(w) for w, _ in PLANNED])
def test_a_plan_says_what_comes_and_writes_nothing(
    chat: Tool, words: tuple[str, ...], said: str
) -> None:
    before = dump(chat)
    assert said in chat.run("plan", *words)
    assert "Nothing was written." in chat.err
    chat.json("plan", *words)
    assert dump(chat) == before


def dump(tool: Tool) -> list[str]:
    with sqlite3.connect(tool.state_dir / "tasktui.db") as db:
        return list(db.iterdump())


def test_whatever_a_plan_tries_to_change_is_refused(chat: Tool) -> None:
    def act(call: Call) -> int:
        call.session.call(lambda c: c.activate("idle"))
        return 0

    before, config = dump(chat), Config(state_dir=chat.state_dir)
    with pytest.raises(ReadOnly):
        only_read(act)(Call(Namespace(), config, chat.environ))
    with pytest.raises(ReadOnly):
        only_read(lambda call: int(call.writer().read_only))(
            Call(Namespace(), config, chat.environ)
        )
    assert dump(chat) == before


def test_every_verb_that_changes_a_task_is_planned() -> None:
    assert {words[0] for words, _ in PLANNED} | {"resume"} == set(NAMES)


def test_a_plan_of_a_resume(chat: Tool) -> None:
    chat.run("pause", "chat")
    before = dump(chat)
    assert "The point in force applies once" in chat.run("plan", "resume", "chat")
    assert dump(chat) == before


@pytest.mark.parametrize("words", [w for w, _ in PLANNED if w[0] in {"edit", "scale", "pause"}])
def test_a_dry_run_prints_the_same(chat: Tool, words: tuple[str, ...]) -> None:
    if len(words) > 2 and words[2] == "llama":
        return
    assert chat.run("plan", *words) == chat.run(*words, "--dry-run")


def test_a_plan_as_json_has_its_values(chat: Tool) -> None:
    body = chat.json("plan", "scale", "chat", "4", "--until", "cleared")
    assert (body["effect"], body["restarts"], body["kept"]) == ("hot", 0, ["llama"])
    assert body["replicas"] == {"before": {"min": 2, "max": 4}, "after": {"min": 4, "max": 4}}
    body = chat.json("plan", "edit", "chat", "--env", "A=2")
    assert (body["effect"], body["restarts"]) == ("restarts", 2)
    assert [c["field"] for c in body["changes"]] == ["environment"]
    several = chat.json("plan", "deactivate", "chat", "llama")
    assert [(p["task"], p["drains"]) for p in several] == [("chat", 2), ("llama", 1)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("restart", "idle"), "only a Running task can be restarted"),
        (("archive", "chat"), "only an Idle task is archived at once"),
        (("restore", "old", "--name", "chat"), "'chat' is taken by another task"),
        (("edit", "chat", "--revision", "1", "--env", "A=2"), "edited meanwhile"),
        (("scale", "chat", "x"), "replicas: 'x' is not valid"),
        (("rm", "chat"), "archive it first"),
        (("nope",), "has no verb 'nope'"),
    ],
)
def test_a_plan_refuses_what_the_verb_refuses(
    chat: Tool, words: tuple[str, ...], said: str
) -> None:
    assert said in chat.fails("plan", *words)


def test_a_plan_of_no_change_says_what_is_doubtful_in_the_task_as_it_is(tool: Tool) -> None:
    tool.launched("chat", "--daily", "02:30=1", "--timezone", "Europe/Berlin")
    assert "02:30" in tool.run("plan", "edit", "chat")
    assert "does not exist" in tool.out
    assert "Nothing to change" in tool.fails("edit", "chat")


def test_one_that_is_refused_keeps_none_of_the_others_from_its_plan(chat: Tool) -> None:
    out = chat.run("plan", "restart", "chat", "idle", code=2)
    assert out.startswith("Replaces") or "chat  Running  2 replicas" in out
    assert "idle is Idle" in chat.err


# The same words from the terminal app.

Asks = Callable[[Task, View, Around], Sequence[Line | str]]

SAME: list[tuple[tuple[str, ...], Asks]] = [
    (("activate", "idle", "--when", "now"), lambda *a: questions.activate(*a).told("now", ())),
    (("activate", "idle"), lambda *a: questions.activate(*a).told("next", ())),
    (("deactivate", "chat"), lambda *a: questions.deactivate(*a).lines),
    (("restart", "chat"), lambda *a: questions.restart(*a).lines),
    (("archive", "idle"), lambda *a: questions.archive(*a).lines),
    (("archive", "chat", "--when-idle"), lambda *a: questions.archive(*a).lines),
    (("restore", "old"), lambda t, v, r: questions.restore(t, v, r, frozenset()).lines),
    (("rm", "old"), lambda *a: questions.delete(*a).lines),
    (
        ("scale", "chat", "4", "--until", "cleared"),
        lambda *a: stepping.scale(*a).told("cleared", ("4", "")),
    ),
    (("pause", "chat"), lambda *a: stepping.pause(*a).told("yes", ("", ""))),
    (("resume", "held"), lambda *a: stepping.resume(*a).lines[2:]),
    (("scale", "held", "--clear"), lambda *a: stepping.scale(*a).told("clear", ("", ""))),
]


@pytest.mark.parametrize(("words", "asks"), SAME, ids=[" ".join(w) for w, _ in SAME])
def test_a_dialog_says_the_very_lines_of_the_plan(
    chat: Tool, words: tuple[str, ...], asks: Asks
) -> None:
    with beside(chat) as commands:
        task = commands.any_task(words[1])
        around = commands.plans().around(task)
        view = View(now=around.now, cluster=around.cluster)
        assert spoken(asks(task, view, around)) == chat.run("plan", *words).splitlines()


def test_the_dialog_of_a_rollback_says_the_very_lines_of_the_plan(chat: Tool) -> None:
    with beside(chat) as commands:
        made = commands.plans().planned_rollback("chat")
        question = questions.rollback(made, 1, View(now=made.around.now))
        assert spoken(question.lines) == chat.run("plan", "rollback", "chat").splitlines()


@pytest.mark.parametrize("action", [Action.DEACTIVATE, Action.RESTART, Action.PAUSE])
def test_the_dialog_of_marked_tasks_says_the_very_lines_of_the_plan(
    chat: Tool, action: Action
) -> None:
    with beside(chat) as commands:
        tasks, around = [commands.task(n) for n in ("chat", "llama")], commands.plans().around()
        question = several.question(action, tasks, [], View(now=around.now), around)
        found = chat.run("plan", str(action), "chat", "llama").splitlines()
        assert [text for text in spoken(question.lines) if text] == found


def test_the_summary_of_an_edit_says_the_lines_of_the_plan(chat: Tool) -> None:
    with beside(chat) as commands:
        task = commands.task("chat")
        spec = replace(commands.spec_of(task), env={"A": "2"})
        draft = from_spec(spec)
        state = judged(State(draft=draft, editing=task), judge(commands, draft, task), "")
        shown = [text.strip() for text in spoken(summary.lines(state, 200))]
        for text in chat.run("plan", "edit", "chat", "--env", "A=2").splitlines():
            assert text in shown


def test_the_summary_of_a_launch_says_the_lines_of_the_plan(chat: Tool) -> None:
    with beside(chat) as commands:
        schedule = commands.task("chat").schedule
        # With the script, as the wizard offers it.
        draft = from_spec(
            TaskSpec(
                name="new",
                artifact="echo",
                file_path="serve",
                deployment_name="app",
                schedule=schedule,
            )
        )
        state = judged(State(draft=draft), judge(commands, draft, None), "")
        shown = [text.strip() for text in spoken(summary.lines(state, 200))]
        found = [text for text in chat.run("plan", *LAUNCH).splitlines() if text]
        assert len(found) > 12
        assert [text for text in found if text not in shown] == []


@contextmanager
def beside(tool: Tool) -> Iterator[Commands]:
    """The commands as the terminal app has them."""
    session = Session(Config(state_dir=tool.state_dir), tool.environ, "tui")
    try:
        yield session.call(lambda c: c)
    finally:
        session.close()


def spoken(parts: Sequence[Line | str]) -> list[str]:
    return [part if isinstance(part, str) else plain(part) for part in parts]
