"""``plan VERB``: says what the verb would do, and changes nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from shutil import copytree

import pytest

from cli.tool import Tool
from make import make_replica
from tasktui.cli.planning import NAMES
from tasktui.domain.status import Status

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


def test_one_that_is_refused_keeps_none_of_the_others_from_its_plan(chat: Tool) -> None:
    out = chat.run("plan", "restart", "chat", "idle", code=2)
    assert out.startswith("Replaces") or "chat  Running  2 replicas" in out
    assert "idle is Idle" in chat.err
