"""Why one task is not as wanted, live: the answer of ``tasktui why`` as a page.

What one can do is told by its key, which works on the page; where there is none, by the command
line.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from tasktui.commands.answer import Answer, Fact, Remedy, lines, told
from tasktui.commands.commands import Commands
from tasktui.commands.scene import Scene, concerned
from tasktui.commands.why import why
from tasktui.domain.observed import ClusterView
from tasktui.domain.task import Task, TaskId
from tasktui.errors import NotFound
from tasktui.runtime.daemon import State, how_to_start
from tasktui.tui.chrome import rule
from tasktui.tui.desk import Desk
from tasktui.tui.keys import Key, Where, bindings, keys_of
from tasktui.tui.lines import EMPTY, Line, Span, Tone, line, wrap
from tasktui.tui.screens.reader import Reader
from tasktui.tui.summary import LABEL, title
from tasktui.tui.times import clock

_OTHERWISE = {"resume": "pause", "rollback": "history", "events": "detail"}
"""Verbs of the command line whose key is called otherwise."""
_TONES = {"ERROR": Tone.PROBLEM, "STALE": Tone.PROBLEM, "DO": Tone.NOTE}


class WhyScreen(Reader):
    """One task, known by its id; what it waits for is computed anew with every look."""

    WHERE = Where.WHY
    BINDINGS: ClassVar = bindings(Where.WHY)

    def __init__(self, desk: Desk, task: Task) -> None:
        super().__init__(desk)
        self.subject = task
        self._tasks: Sequence[Task] = (task,)
        self._gone = False

    async def read(self) -> None:
        """Read the task, those beside it and the cluster in one hop."""
        try:
            found = await self.desk.session.acall(lambda c: _read(c, self.subject.id))
        except NotFound:
            self._gone = True
        else:
            self.subject, self._tasks, self.desk.cluster, self.desk.owner = found
        self.draw()

    def target(self) -> Task | None:
        """The task, as long as it exists."""
        return None if self._gone else self.subject

    def heading(self) -> Line:
        """Whose answer it is."""
        gone = Span("  was deleted; this is how it was", Tone.NOTE) if self._gone else ""
        text = line(Span("why: ", Tone.DIM), *title(self.subject), gone)
        return rule(text, self.size.width, self.desk.palette.glyphs.rule)

    def content(self, cells: int) -> Sequence[Line]:
        """The answer as it is at this moment."""
        return page(self.answer(), cells)

    def answer(self) -> Answer:
        """Why the task is as it is now."""
        view = self.desk.view()
        return why(
            Scene(
                task=self.subject,
                tasks=self._tasks,
                cluster=view.cluster,
                now=view.now,
                config=self.desk.session.config,
                say=clock(view, self.subject.schedule.timezone),
                trouble=self._trouble(),
            )
        )

    def _trouble(self) -> str:
        health = self.desk.health
        if health is None or health.state is State.RUNNING or not self.subject.armed:
            return ""
        how = how_to_start(health) if health.kept_apart else ":scheduler start starts it"
        return f"the scheduler does not run: {how}"

    def idle_status(self) -> Line:
        """Whether there is more to see."""
        return () if self.at_end else line(Span(" more below: j, PgDn, G", Tone.DIM))


def page(answer: Answer, cells: int) -> list[Line]:
    """The answer in ``cells`` cells: the status, then labels at the left, a gap before errors."""
    out = _row(Fact("STATUS", answer.status), Tone.STRONG, cells)
    tone = Tone.PLAIN
    for fact in lines(answer, partial(by_key, answer.task)):
        if fact.label:
            tone = _tone(fact.label, answer)
        if fact.label in {"ERROR", "DO"}:
            out.append(EMPTY)
        out += _row(fact, tone, cells)
    return out


def by_key(task: str, remedy: Remedy) -> str:
    """A remedy of that task by the key that does it here; of another one by what one types."""
    row = _row_of(remedy.verb)
    if row is None:
        return told(remedy)
    elsewhere = row.action is not None and remedy.on != task
    press = f":{row.id} {remedy.on}" if elsewhere else row.shown
    amount = f", then {remedy.more}" if remedy.more[:1].isdigit() else ""
    return f"{press}{amount}  {remedy.text}"


def _row_of(verb: str) -> Key | None:
    """The key that does what a verb of the command line does; None where none does."""
    id_ = _OTHERWISE.get(verb, verb)
    return next((k for k in keys_of(Where.WHY) if k.id == id_), None)


def _tone(label: str, answer: Answer) -> Tone:
    if label == "WHY":
        return Tone.GOOD if answer.as_wanted else Tone.STRONG
    return _TONES.get(label, Tone.PLAIN)


def _row(fact: Fact, tone: Tone, cells: int) -> list[Line]:
    label = Span(f" {fact.label:<{LABEL}}", Tone.DIM)
    return wrap((label, Span(fact.text, tone)), cells, indent=" " * (LABEL + 1))


def _read(commands: Commands, task: TaskId) -> tuple[Task, Sequence[Task], ClusterView, str]:
    return commands.task_by_id(task), concerned(commands), commands.cluster(), commands.owner()
