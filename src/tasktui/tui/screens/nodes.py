"""The nodes of the cluster, their GPUs, and who holds them: looked at, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from tasktui.commands.commands import Commands
from tasktui.commands.nodes import NodeUse, uses
from tasktui.commands.scene import concerned
from tasktui.domain.observed import ClusterView
from tasktui.domain.task import Task
from tasktui.tui.chrome import rule
from tasktui.tui.desk import Desk
from tasktui.tui.keys import Where, bindings
from tasktui.tui.lines import Line, Span, Tone, line
from tasktui.tui.nodes import Place, Scene, foot, moved, parts, settled, task_at
from tasktui.tui.screens.reader import Reader


class NodesScreen(Reader):
    """Every node in a line; the one under the cursor shows its holders, which have keys too."""

    WHERE = Where.NODES
    BINDINGS: ClassVar = bindings(Where.NODES)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._found: Sequence[NodeUse] | None = None
        self._here = Place()

    async def read(self) -> None:
        """Read the cluster as it was last seen, and the tasks that hold something, in one hop."""
        found = await self.desk.session.acall(_read)
        tasks, self.desk.cluster, self.desk.owner = found
        self._found = uses(self.desk.cluster.nodes, tasks)
        self._here = settled(self._found, self._here)
        self.draw()

    def target(self) -> Task | None:
        """The task under the cursor, where it stands on one."""
        return task_at(self._found or (), self._here)

    def heading(self) -> Line:
        """What these are."""
        text = line(Span("nodes ", Tone.TITLE), Span("and their GPUs", Tone.DIM))
        return rule(text, self.size.width, self.desk.palette.glyphs.rule)

    def content(self, cells: int) -> Sequence[Line]:
        """All nodes, then what others are."""
        if self._found is None:
            return [line(Span(" reading nodes", Tone.DIM))]
        shown = [text for part in self._parts(cells) for text in part]
        return [*shown, *(foot(self.desk.cluster, cells) if self._found else ())]

    def _parts(self, cells: int) -> list[list[Line]]:
        view = self.desk.view()
        return parts(
            Scene(
                cluster=view.cluster,
                nodes=self._found or (),
                here=self._here,
                now=view.now,
                stale=view.stale,
            ),
            cells,
        )

    def idle_status(self) -> Line:
        """What the keys do where the cursor stands."""
        if self.target() is not None:
            return line(Span(" Enter shows the task.", Tone.DIM))
        return line(Span(" j goes on to who holds this node.", Tone.DIM)) if self._found else ()

    def move(self, lines: int) -> None:
        """Move the cursor by nodes and the holders of the one it stands on."""
        nodes = self._found or ()
        if not nodes:
            return
        self._here = moved(nodes, self._here, lines)
        self.draw()
        shown = self._parts(max(1, self.size.width - 1))
        at = next((i for i, p in enumerate(shown) if i and _marked(p)), 0)
        self.keep_in_sight(shown, 0 if at == 1 else at)


def _marked(part: Sequence[Line]) -> bool:
    return part[0][0].text.startswith(">")


def _read(commands: Commands) -> tuple[Sequence[Task], ClusterView, str]:
    return concerned(commands), commands.cluster(), commands.owner()
