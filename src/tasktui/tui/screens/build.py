"""The build of one artifact, live: its status, what it told, and what it wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from tasktui.commands.commands import Commands
from tasktui.commands.present import iso
from tasktui.commands.text import clean
from tasktui.domain.artifact import Artifact
from tasktui.domain.build import Build
from tasktui.errors import NotFound
from tasktui.tui.chrome import rule
from tasktui.tui.desk import Desk
from tasktui.tui.keys import Where, bindings
from tasktui.tui.lines import EMPTY, Line, Span, Tone, line, wrap
from tasktui.tui.messages import Ticked
from tasktui.tui.screens.artifacts import rebuild, tone
from tasktui.tui.screens.reader import Reader
from tasktui.tui.summary import LABEL
from tasktui.tui.wizard.buildlog import lines


class BuildScreen(Reader):
    """One version, known by its label."""

    WHERE = Where.BUILD
    BINDINGS: ClassVar = bindings(Where.BUILD)

    def __init__(self, desk: Desk, label: str) -> None:
        super().__init__(desk)
        self._label = label
        self._artifact: Artifact | None = None
        self._log = ""
        self._gone = False

    async def read(self) -> None:
        """Read the build and its log in one hop."""
        label = self._label
        try:
            self._artifact, self._log = await self.desk.session.acall(lambda c: _read(c, label))
        except NotFound:
            self._gone = True
        self.draw()

    def on_ticked(self, message: Ticked) -> None:
        """A build on its way writes on without telling the store."""
        if self._artifact is not None and not self._artifact.build.over:
            self.reload()
        super().on_ticked(message)

    def heading(self) -> Line:
        """Whose build it is."""
        gone = Span("  was removed; this is how it was", Tone.NOTE) if self._gone else ""
        text = line(Span("build of ", Tone.DIM), Span(self._label, Tone.TITLE), gone)
        return rule(text, self.size.width, self.desk.palette.glyphs.rule)

    def content(self, cells: int) -> Sequence[Line]:
        """What it told, then the log."""
        if self._artifact is None:
            return [line(Span(" loading", Tone.DIM))]
        return [*told(self._artifact.build, cells), EMPTY, *lines(self._log, cells)]

    def idle_status(self) -> Line:
        """Whether there is more to see."""
        return EMPTY if self.at_end else line(Span(" more below: j, PgDn, G", Tone.DIM))

    def do_rebuild(self) -> None:
        """Ask whether to build it again."""
        self.during(rebuild, self._label)


def told(build: Build, cells: int) -> list[Line]:
    """What one knows of a build, a label each."""
    took = f"  {build.seconds:.1f} s" if build.seconds is not None else ""
    at = f"  {iso(build.at)}" if build.at else ""
    rows = [("Build", f"{build.status}{took}{at}", tone(build))]
    if build.over and not build.launchable:
        rows.append(("Failed", build.why, Tone.PROBLEM))
    if build.where:
        rows.append(("Imported", build.where, Tone.PLAIN))
    if build.note:
        rows.append(("Note", build.note, Tone.NOTE))
    for number, one in enumerate(build.deployments):
        calls = f", calls {', '.join(one.calls)}" if one.calls else ""
        text = f"{one.name}: {one.gpu:g} GPU, {one.cpu:g} CPU{calls}"
        rows.append(("" if number else "Topology", text, Tone.PLAIN))
    if build.docs_path:
        rows.append(("API docs", build.docs_path, Tone.PLAIN))
    return [text for row in rows for text in _row(*row, cells)]


def _row(label: str, text: str, shade: Tone, cells: int) -> list[Line]:
    parts = line(Span(f" {label:<{LABEL}}", Tone.DIM), Span(clean(text), shade))
    return wrap(parts, cells, indent=" " * (LABEL + 1))


def _read(commands: Commands, label: str) -> tuple[Artifact, str]:
    return commands.artifact(label), commands.build_log(label)
