"""The demo over a real store, with hands that start nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from cli.tool import Tool
from make import make_replica
from tasktui.cli import demo, parser
from tasktui.cli.demo_call import Hear, Heard
from tasktui.cli.demo_record import Record, read_record, write_record
from tasktui.cli.table import VERBS
from tasktui.cli.verbs import Call
from tasktui.cli.waiting import Outcome
from tasktui.commands.request import Request
from tasktui.config import load
from tasktui.domain.observed import ClusterState, ClusterView
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.engine.address import Target
from tasktui.engine.local import LocalState, LocalStatus
from tasktui.errors import UserError
from tasktui.runtime.session import Session

STARTED = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
URL = "http://127.0.0.1:9"


@dataclass
class World:
    """A cluster that comes up at once and runs whatever is asked for."""

    tool: Tool
    running: bool = False
    fails: str = ""
    answer: bytes = b'{"model": "echo"}'
    calls: list[str] = field(default_factory=list)

    def hands(self) -> demo.Hands:
        return demo.Hands(up=self.up, down=self.down, wait=self.wait, ask=self.ask)

    def status(self) -> LocalStatus:
        state = LocalState.RUNNING if self.running else LocalState.DOWN
        return LocalStatus(state=state, started_at=STARTED if self.running else None, address=URL)

    def up(self, call: Call) -> LocalStatus:
        self.calls.append("up")
        self.running = True
        call.config.state_dir.mkdir(exist_ok=True)
        return self.status()

    def down(self, _: Call) -> int:
        self.calls.append("down")
        self.running = False
        return 5

    def ask(self, url: str, request: Request, hear: Hear) -> Heard:
        self.calls.append(f"{request.method} {url}")
        for line in self.answer.splitlines(keepends=True):
            hear(line)
        return Heard(body=self.answer, seconds=0.25)

    def wait(
        self,
        _session: Session,
        task: Task,
        goal: Status,
        _limit_s: float,
        _tell: Callable[[str], None],
    ) -> Outcome:
        """Do at once what a scheduler would."""
        self.calls.append(f"wait {task.name} {goal}")
        if goal is Status.RUNNING and self.fails:
            return Outcome(3, self.fails)
        if goal is Status.IDLE and not self.running:
            return Outcome(124, "still there")
        store = self.tool.store()
        now = store.task_by_id(task.id)
        replicas = (make_replica(),) if goal is Status.RUNNING else ()
        store.save_task(
            replace(now, progress=replace(now.progress, status=goal, replicas=replicas))
        )
        epoch = store.lead(store.leader())
        view = ClusterView(
            state=ClusterState.CONNECTED, address=URL, serve_url="http://127.0.0.1:8000"
        )
        store.record(epoch, (), (), view)
        store.close()
        return Outcome(0)

    def run(self, *words: str) -> int:
        """``tasktui demo`` in this world."""
        args = parser.parse(parser.build(VERBS), ["demo", *words])
        call = Call(args, load(self.tool.environ), self.tool.environ)
        try:
            code = demo.run(call, self.hands())
        finally:
            call.close()
        self.tool.out, self.tool.err = self.tool.capsys.readouterr()
        return code


@pytest.fixture
def world(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tool)

    def find(_: Call) -> Target:
        source = "embedded" if made.running else "default"
        return Target(URL, "", embedded=made.running, source=source)

    monkeypatch.setattr(demo, "find_target", find)
    monkeypatch.setattr(Session, "local_status", lambda _: made.status())
    return made


def record(tool: Tool) -> Record:
    session = Session(load(tool.environ), tool.environ, "cli")
    try:
        return read_record(session)
    finally:
        session.close()


def test_from_nothing_to_an_answer_without_a_question(world: World, tool: Tool) -> None:
    assert world.run() == 0
    assert world.calls == ["up", "wait demo Running", "POST http://127.0.0.1:8000/demo"]
    assert '"model": "echo"' in tool.out
    assert tool.out.splitlines()[-2].endswith("tasktui")
    assert tool.out.splitlines()[-1].endswith("tasktui demo --down")
    assert tool.json("show", "demo")["status"] == "Running"
    assert tool.task("demo").armed


def test_a_second_demo_uses_what_is_there(world: World, tool: Tool) -> None:
    world.run()
    world.calls.clear()
    assert world.run() == 0
    assert "up" not in world.calls
    assert [t["name"] for t in tool.json("ls")] == ["demo"]
    assert record(tool).cluster, "it is still the demo's cluster"


def test_down_removes_the_task_and_the_cluster_and_can_be_repeated(
    world: World, tool: Tool
) -> None:
    world.run()
    assert world.run("--down") == 0
    assert "Removed: the task demo." in tool.out
    assert "Taken down: the embedded cluster." in tool.out
    assert tool.json("ls", "--all") == []
    assert record(tool) == Record()
    assert world.run("--down") == 0
    assert "no demo" in tool.out
    assert world.run() == 0
    assert world.run("--down") == 0


def test_a_name_that_others_use_is_left_to_them(world: World, tool: Tool) -> None:
    tool.run("artifact", "add", str(tool.model("mine")))
    tool.run("launch", "demo", "--artifact", "mine", "--one-off", "now")
    assert world.run() == 0
    assert sorted(t["name"] for t in tool.json("ls")) == ["demo", "demo-2"]
    assert world.run("--down") == 0
    assert [t["name"] for t in tool.json("ls")] == ["demo"]


def test_a_task_of_ones_own_on_the_same_model_is_used_but_not_removed(
    world: World, tool: Tool
) -> None:
    tool.launched("demo", "--one-off", "now")
    assert world.run() == 0
    assert [t["name"] for t in tool.json("ls")] == ["demo"]
    world.run("--down")
    assert [t["name"] for t in tool.json("ls")] == ["demo"]


def test_a_cluster_that_was_up_before_stays_up(world: World, tool: Tool) -> None:
    world.running = True
    world.run()
    assert world.run("--down") == 0
    assert "down" not in world.calls
    assert "Left alone: the embedded cluster" in tool.out


def test_a_cluster_on_which_other_tasks_run_stays_up_until_they_do_not(
    world: World, tool: Tool
) -> None:
    world.run()
    tool.launched("chat")
    tool.run("activate", "chat")
    world.run("--down")
    assert "on which chat may run" in tool.out
    assert world.running
    tool.run("deactivate", "chat")
    assert world.run("--down") == 0
    assert not world.running


def test_a_demo_that_does_not_start_says_why_and_how_to_go_on(world: World, tool: Tool) -> None:
    world.fails = "demo failed and is Idle: no room"
    assert world.run() == 3
    assert "no room" in tool.err
    assert "tasktui demo --down" in tool.err


def test_a_task_that_cannot_stop_is_archived_later_and_the_rest_goes(
    world: World, tool: Tool
) -> None:
    world.run()
    world.running = False  # the cluster was killed
    assert world.run("--down") == 1
    assert "archived when it does" in tool.err
    assert tool.task("demo").archive_when_idle
    assert record(tool).tasks, "the next --down tries again"


def test_a_model_that_there_is_not_is_said_before_anything_is_brought_up(world: World) -> None:
    with pytest.raises(UserError, match="No artifact"):
        world.run("--model", "ecko")
    assert world.calls == []


def test_a_model_of_ones_own_is_launched_once(world: World, tool: Tool) -> None:
    tool.run("artifact", "add", str(tool.model("mine")))
    assert world.run("--model", "mine") == 0
    assert world.run("--model", "mine") == 0
    assert [(t["name"], t["artifact"]) for t in tool.json("ls")] == [("demo", "mine@1")]


@pytest.mark.parametrize(("typed", "goes_on"), [("y", True), ("YES", True), ("", False)])
def test_the_cluster_of_others_is_used_only_when_somebody_agrees(
    world: World, monkeypatch: pytest.MonkeyPatch, typed: str, goes_on: bool
) -> None:
    _foreign(monkeypatch)
    monkeypatch.setattr(demo, "interactive", lambda: True)
    answers = iter([typed, "q"])
    monkeypatch.setattr("builtins.input", lambda: next(answers))
    if goes_on:
        assert world.run() == 0
    else:
        with pytest.raises(UserError, match="There is a cluster already"):
            world.run()
    assert "up" not in world.calls


def test_without_a_terminal_the_cluster_of_others_needs_yes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _foreign(monkeypatch)
    with pytest.raises(UserError, match="--yes"):
        world.run()
    assert world.run("--yes") == 0


def _foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target(URL, "", embedded=False, source="head")
    monkeypatch.setattr(demo, "find_target", lambda _: target)


@pytest.mark.parametrize(("typed", "opened"), [("", True), ("q", False), (None, False)])
def test_on_a_terminal_enter_opens_the_app(
    world: World, monkeypatch: pytest.MonkeyPatch, typed: str | None, opened: bool
) -> None:
    def read() -> str:
        if typed is None:
            raise KeyboardInterrupt
        return typed

    seen: list[Call] = []

    def open_app(call: Call) -> int:
        seen.append(call)
        return 0

    monkeypatch.setattr(demo, "interactive", lambda: True)
    monkeypatch.setattr(demo, "open_app", open_app)
    monkeypatch.setattr("builtins.input", read)
    assert world.run() == 0
    assert bool(seen) is opened


def test_the_record_survives_as_it_was(tool: Tool) -> None:
    session = Session(load(tool.environ), tool.environ, "cli")
    written = Record(tasks=(1, 2), cluster="2026-03-05T14:00:00Z", scheduler="x")
    write_record(session, written)
    assert read_record(session) == written
    session.close()


def test_the_models_are_listed_with_what_they_are(world: World, tool: Tool) -> None:
    assert world.run("--model") == 0
    assert "echo" in tool.out
    assert "OpenAI's /v1/embeddings" in tool.out
    assert world.run("--model", "--json") == 0
    assert {"chat-smollm2", "classify-iris"} <= {m["name"] for m in json.loads(tool.out)}
    assert world.calls == []


def test_a_name_that_is_nearly_one_is_told_the_right_one(world: World) -> None:
    with pytest.raises(UserError, match="embed-minilm"):
        world.run("--model", "embed-minlm")


def test_an_answer_in_json_has_its_times(world: World, tool: Tool) -> None:
    assert world.run("--json") == 0
    said = json.loads(tool.out)
    assert (said["model"], said["task"], said["request_s"]) == ("echo", "demo", 0.25)
    assert json.loads(said["answer"]) == {"model": "echo"}
    assert said["cold_start_s"] >= 0
    world.run("--json")
    assert json.loads(tool.out)["cold_start_s"] is None, "it ran already"


def test_a_chat_is_asked_for_a_stream_and_shown_as_text(world: World, tool: Tool) -> None:
    events = [{"choices": [{"delta": {"content": word}}]} for word in ("A ", "queue.")]
    world.answer = b"".join(b"data: %s\n\n" % json.dumps(e).encode() for e in events)
    assert world.run("--model", "chat-smollm2") == 0
    assert '"stream": true' in tool.out
    assert "A queue." in tool.out.splitlines()
