"""Every artifact with the status of its build: looked at, built again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from tasktui.commands.present import age
from tasktui.domain.artifact import Artifact, Users
from tasktui.domain.build import Build, BuildStatus
from tasktui.tui.chrome import rule
from tasktui.tui.desk import Desk
from tasktui.tui.keys import Where, bindings
from tasktui.tui.lines import Line, Span, Tone, line, wrap
from tasktui.tui.screens.acting import ask
from tasktui.tui.screens.dialogs import Button, Question
from tasktui.tui.screens.page import Page
from tasktui.tui.screens.questions import YES
from tasktui.tui.screens.reader import Reader
from tasktui.tui.times import View

_MARK, _INDENT = "> ", "    "
_NAME = 72
_TONES = {BuildStatus.SUCCESS: Tone.GOOD, BuildStatus.CANCELLED: Tone.NOTE}


class ArtifactsScreen(Reader):
    """A list of versions; the cursor stands on one of them, known by its label."""

    WHERE = Where.ARTIFACTS
    BINDINGS: ClassVar = bindings(Where.ARTIFACTS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._artifacts: Sequence[Artifact] | None = None
        self._users: Mapping[str, Users] = {}
        self._chosen = ""

    async def read(self) -> None:
        """Read all versions: by name, the newest first."""
        found = await self.desk.session.acall(lambda c: (c.artifacts(), c.users()))
        self._artifacts, self._users = found
        labels = self._labels()
        if self._chosen not in labels:
            self._chosen = next(iter(labels), "")
        self.draw()

    def _labels(self) -> list[str]:
        return [a.label for a in self._artifacts or ()]

    def heading(self) -> Line:
        """What these are."""
        text = line(Span("artifacts ", Tone.TITLE), Span("and their builds", Tone.DIM))
        return rule(text, self.size.width, self.desk.palette.glyphs.rule)

    def content(self, cells: int) -> Sequence[Line]:
        """One version in a few lines."""
        if self._artifacts is None:
            return [line(Span(" loading", Tone.DIM))]
        return [text for part in self._parts(cells) for text in part]

    def _parts(self, cells: int) -> list[list[Line]]:
        view = self.desk.view()
        return [
            artifact_lines(a, self._users.get(a.label), view, cells, here=a.label == self._chosen)
            for a in self._artifacts or ()
        ]

    def idle_status(self) -> Line:
        """What can be done with the chosen one, or how to have more."""
        if not self._chosen:
            return line()
        return line(
            Span(f" Enter: the build of {self._chosen}. tasktui artifact add adds one.", Tone.DIM)
        )

    def move(self, lines: int) -> None:
        """Move the cursor by versions."""
        labels = self._labels()
        if not labels:
            return
        at = min(max(labels.index(self._chosen) + lines, 0), len(labels) - 1)
        self._chosen = labels[at]
        self.draw()
        self.keep_in_sight(self._parts(max(1, self.size.width - 1)), at)

    def do_build_log(self) -> None:
        """The build of the chosen one."""
        from tasktui.tui.screens.build import BuildScreen  # noqa: PLC0415 - they know each other

        if self._chosen:
            self.app.push_screen(BuildScreen(self.desk, self._chosen))

    def do_rebuild(self) -> None:
        """Ask whether to build the chosen one again."""
        self.during(rebuild, self._chosen)


async def rebuild(page: Page, label: str) -> None:
    """Ask, and start a build. Raises NotAllowed or Conflict with the reason."""
    question = Question(
        title=f"Build {label}",
        lines=[
            "Its script is imported again, in a process apart or on the cluster.",
            "Until that went well no task can be launched from it; those that run, run on.",
        ],
        actions=[Button(YES, "Build")],
    )
    if await ask(page, question) is None:
        return
    await page.desk.session.acall(lambda c: c.rebuild(label))
    page.say(f"{label} is being built.")
    page.reload()


def artifact_lines(
    artifact: Artifact, users: Users | None, view: View, cells: int, *, here: bool
) -> list[Line]:
    """One version: label, kind and build; what a replica needs; who uses it; why it failed."""
    build = artifact.build
    head = line(
        Span(_MARK if here else "  ", Tone.CURSOR if here else Tone.PLAIN),
        Span(artifact.label[:_NAME], Tone.STRONG),
        Span(f"  {artifact.kind}  ", Tone.DIM),
        Span(str(build.status), tone(build)),
        Span(f"  used by {users}" if users else "", Tone.DIM),
    )
    made = f"{age(artifact.created_at, view.now)} ago by {artifact.created_by}"
    rest = line(Span(f"{_INDENT}per replica {artifact.spec}  {made}", Tone.DIM))
    rows = [head, rest]
    if artifact.description:
        rows.append(line(Span(f"{_INDENT}{artifact.description}", Tone.DIM)))
    if build.over and not build.launchable:
        rows.append(line(Span(f"{_INDENT}{build.why}", Tone.PROBLEM)))
    return [text for row in rows for text in wrap(row, cells, indent=_INDENT)]


def tone(build: Build) -> Tone:
    """How the status of a build looks."""
    if not build.over:
        return Tone.STARTING
    return _TONES.get(build.status, Tone.PROBLEM)
