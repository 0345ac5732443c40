"""Every application of the cluster, also those of others: looked at, and adopted by choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from tasktui.commands.moving import Item
from tasktui.commands.serveconfig import from_running
from tasktui.commands.text import clean
from tasktui.domain.observed import App, AppStatus
from tasktui.domain.service import task_name
from tasktui.errors import EngineError, NotAllowed
from tasktui.runtime.looking import alook
from tasktui.schedule.describe import describe
from tasktui.tui.chrome import rule
from tasktui.tui.desk import Desk
from tasktui.tui.keys import Where, bindings
from tasktui.tui.lines import Line, Span, Tone, line, wrap
from tasktui.tui.screens.acting import ask
from tasktui.tui.screens.dialogs import Button, Question
from tasktui.tui.screens.page import Page
from tasktui.tui.screens.questions import YES
from tasktui.tui.screens.reader import Reader

_MARK, _INDENT = "> ", "    "
_TONES = {AppStatus.RUNNING: Tone.GOOD, AppStatus.UNHEALTHY: Tone.PROBLEM}


class AppsScreen(Reader):
    """A list of applications; the cursor stands on one of them, known by its name."""

    WHERE = Where.APPS
    BINDINGS: ClassVar = bindings(Where.APPS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._apps: Mapping[str, App] | None = None
        self._tasks: Mapping[str, str] = {}
        self._chosen = ""
        self._trouble = ""

    async def read(self) -> None:
        """Ask Ray, and the store whose they are."""
        owner, adopted = await self.desk.session.acall(lambda c: (c.owner(), c.adopted()))
        try:
            apps = (await alook(self.desk.session)).apps
        except EngineError as error:
            self._trouble = str(error)
        else:
            self._trouble, self._apps = "", apps
            named = {n: task_name(owner, n) or "" for n in apps}
            self._tasks = {**named, **adopted}
            if self._chosen not in apps:
                self._chosen = next(iter(self._names()), "")
        self.draw()

    def _names(self) -> list[str]:
        """Of others first: those of tasks are seen elsewhere."""
        return sorted(self._apps or (), key=lambda n: (bool(self._tasks.get(n)), n))

    def heading(self) -> Line:
        """What these are."""
        text = line(Span("applications ", Tone.TITLE), Span("of the cluster", Tone.DIM))
        return rule(text, self.size.width, self.desk.palette.glyphs.rule)

    def content(self, cells: int) -> Sequence[Line]:
        """One application in a few lines."""
        if self._trouble:
            return wrap(line(Span(f" {clean(self._trouble, 400)}", Tone.PROBLEM)), cells)
        if self._apps is None:
            return [line(Span(" asking Ray", Tone.DIM))]
        if not self._apps:
            return [line(Span(" The cluster runs no application.", Tone.DIM))]
        return [text for part in self._parts(cells) for text in part]

    def _parts(self, cells: int) -> list[list[Line]]:
        apps = self._apps or {}
        return [
            app_lines(apps[n], self._tasks.get(n, ""), cells, here=n == self._chosen)
            for n in self._names()
        ]

    def idle_status(self) -> Line:
        """What can be done with the chosen one."""
        task = self._tasks.get(self._chosen, "")
        if not self._chosen:
            return line()
        if task:
            return line(Span(f" It is that of the task {task}.", Tone.DIM))
        return line(Span(f" A makes a task of {clean(self._chosen, 40)}.", Tone.DIM))

    def move(self, lines: int) -> None:
        """Move the cursor by applications."""
        names = self._names()
        if not names:
            return
        at = names.index(self._chosen) if self._chosen in names else 0
        at = min(max(at + lines, 0), len(names) - 1)
        self._chosen = names[at]
        self.draw()
        self.keep_in_sight(self._parts(max(1, self.size.width - 1)), at)

    def do_adopt(self) -> None:
        """Ask whether to take the chosen one over."""
        self.during(adopt, self._chosen)


async def adopt(page: Page, name: str) -> None:
    """Ask, and make a task of a foreign application. Raises NotAllowed with the reason."""
    session = page.desk.session
    apps = (await alook(session)).apps
    app = apps.get(name)
    if app is None:
        raise NotAllowed(f"{name} is gone.")
    item = await session.acall(lambda c: c.moving().plan_move(from_running(app), apps))
    if not item.moves or item.spec is None:
        raise NotAllowed(f"{name}: {item.does} ({item.why}).")
    if await ask(page, question(item)) is None:
        return
    task = await session.acall(lambda c: c.moving().move(item))
    page.say(f"{name} is the task {task.name} now.")
    page.reload()


def question(item: Item) -> Question:
    """What it means to adopt it."""
    incoming, spec = item.incoming, item.spec
    schedule = describe(spec.schedule) if spec else ""
    lines: list[Line | str] = [
        f"It becomes the task {incoming.name}, and keeps its name, route and replicas.",
        f"Schedule: {schedule}; e on the task changes it.",
        "From then on tasktui scales it, and deactivate removes it from Ray.",
        "tasktui disown lets it go again, as it runs.",
        *(line(Span(clean(text, 300), Tone.NOTE)) for text in item.notes),
    ]
    return Question(
        title=f"Adopt {clean(incoming.app, 60)}",
        lines=lines,
        actions=[Button(YES, "Adopt")],
    )


def app_lines(app: App, task: str, cells: int, *, here: bool) -> list[Line]:
    """One application: name, whose it is, status; then route, deployments and replicas."""
    ready = sum(r.ready for r in app.replicas)
    head = line(
        Span(_MARK if here else "  ", Tone.CURSOR if here else Tone.PLAIN),
        Span(clean(app.name, 60), Tone.STRONG),
        "  ",
        Span(f"task {task}" if task else "foreign", Tone.DIM if task else Tone.NOTE),
        "  ",
        Span(str(app.status), _TONES.get(app.status, Tone.PLAIN)),
    )
    rest = line(
        Span(
            f"{_INDENT}{clean(app.route or 'no route', 60)}  "
            f"{', '.join(clean(d, 40) for d in app.deployments) or 'not built yet'}  "
            f"{ready} of {len(app.replicas)} replicas ready  {app.source}",
            Tone.DIM,
        )
    )
    return [text for row in (head, rest) for text in wrap(row, cells, indent=_INDENT)]
