"""One task as YAML, live: the file that ``tasktui launch -f`` takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from tasktui.commands.keeping import task_file
from tasktui.commands.text import clean
from tasktui.domain.task import Task
from tasktui.errors import NotFound
from tasktui.tui.chrome import rule
from tasktui.tui.desk import Desk
from tasktui.tui.keys import Where, bindings
from tasktui.tui.lines import Line, Span, Tone, line, wrap
from tasktui.tui.screens.copy import to_clipboard
from tasktui.tui.screens.reader import Reader
from tasktui.tui.summary import title

_LONGEST = 4000
"""Characters of a line that are shown."""


class YamlScreen(Reader):
    """As ``tasktui export`` writes it: values of variables that are no references are left out."""

    WHERE = Where.YAML
    BINDINGS: ClassVar = bindings(Where.YAML)

    def __init__(self, desk: Desk, task: Task) -> None:
        super().__init__(desk)
        self._subject = task
        self._gone = False

    async def read(self) -> None:
        """Read the task again."""
        key = self._subject.id
        try:
            self._subject = await self.desk.session.acall(lambda c: c.task_by_id(key))
        except NotFound:
            self._gone = True
        self.draw()

    def target(self) -> Task | None:
        """The task, as long as it exists."""
        return None if self._gone else self._subject

    def heading(self) -> Line:
        """Whose file it is."""
        gone = Span("  was deleted; this is how it was", Tone.NOTE) if self._gone else ""
        text = line(Span("yaml: ", Tone.DIM), *title(self._subject), gone)
        return rule(text, self.size.width, self.desk.palette.glyphs.rule)

    def content(self, cells: int) -> Sequence[Line]:
        """The file, each key apart from what it holds."""
        rows = [_row(text) for text in task_file(self._subject).splitlines()]
        return [part for row in rows for part in wrap(row, cells)]

    def idle_status(self) -> Line:
        """Whether there is more to see."""
        return () if self.at_end else line(Span(" more below: j, PgDn, G", Tone.DIM))

    def do_copy_yaml(self) -> None:
        """The whole file."""
        to_clipboard(self.app, task_file(self._subject))
        self.say("The file is sent to the terminal's clipboard.", Tone.GOOD)


def _row(text: str) -> Line:
    """A line of the file, harmless for a terminal."""
    shown = clean(text, _LONGEST)
    if shown.startswith("#"):
        return line(Span(shown, Tone.DIM))
    head, colon, rest = shown.partition(":")
    if not colon or not head.strip(" -").replace("_", "").isalnum():
        return line(shown)
    return line(Span(f"{head}:", Tone.KEY), rest)
