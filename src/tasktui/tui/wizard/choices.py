"""Step 1 as lines: the artifacts to choose from, and the one under the cursor. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

from tasktui.commands.present import age
from tasktui.domain.artifact import Artifact, ArtifactKind
from tasktui.tui.lines import EMPTY, Line, Span, Tone, fit, line, wrap
from tasktui.tui.wizard.look import Look
from tasktui.tui.wizard.state import State

WIDE = 100
"""Cells from which on descriptions have a column."""
_NAMES = 4
"""Users of an artifact that are named; the others are counted."""


def matching(artifacts: Sequence[Artifact], query: str) -> list[Artifact]:
    """The artifacts in which every word of the query occurs."""
    words = query.lower().split()
    return [a for a in artifacts if all(w in _searchable(a) for w in words)]


def _searchable(artifact: Artifact) -> str:
    return " ".join(
        (artifact.label, _kind(artifact), artifact.description, artifact.created_by)
    ).lower()


def _kind(artifact: Artifact) -> str:
    return "official" if artifact.kind is ArtifactKind.OFFICIAL else "own"


class ArtifactRows:
    """How an artifact looks as a row."""

    def __init__(self, ellipsis: str) -> None:
        self._ellipsis = ellipsis
        self._look = Look()
        self._chosen = ""
        self._uses: Counter[str] = Counter()

    def take(self, state: State) -> None:
        """Look at another state: ages, uses and the chosen one come from it."""
        if state.look.tasks is not self._look.tasks:
            self._uses = Counter(t.artifact for t in state.look.tasks)
        self._look, self._chosen = state.look, state.draft.artifact

    def key(self, artifact: Artifact) -> Hashable:
        """The label."""
        return artifact.label

    def head(self, cells: int) -> Line:
        """Titles of the columns."""
        titles = ("  NAME", "KIND", "NEEDS", "AGE", "USED BY", "DESCRIPTION")
        return self._row([line(Span(t, Tone.DIM)) for t in titles], cells)

    def line(self, artifact: Artifact, cells: int) -> Line:
        """The cells of one artifact; a star marks the chosen one."""
        uses = self._uses[artifact.label]
        mark = "* " if artifact.label == self._chosen else "  "
        texts = (
            line(Span(f"{mark}{artifact.label}", Tone.STRONG)),
            line(_kind(artifact)),
            line(str(artifact.spec)),
            line(Span(age(artifact.created_at, self._look.now), Tone.DIM)),
            line(f"{uses} task{'s' if uses > 1 else ''}" if uses else Span("-", Tone.DIM)),
            line(Span(artifact.description, Tone.DIM)),
        )
        return self._row(texts, cells)

    def _row(self, texts: Sequence[Line], cells: int) -> Line:
        widths = (max(16, cells - 54), 8, 20, 5, 8, 0)
        if cells >= WIDE - 2:
            widths = (28, 8, 20, 5, 8, cells - 80)
        parts: list[Span] = []
        for text, size in zip(texts, widths, strict=True):
            if size > 0:
                parts += [*fit(text, size, ellipsis=self._ellipsis), Span("  ")]
        return tuple(parts[:-1])


def nothing(state: State) -> list[Line]:
    """What stands in the list where no artifact is shown."""
    if not state.look.artifacts:
        return [EMPTY, line(Span("  Reading artifacts ...", Tone.DIM))]
    return [
        EMPTY,
        line(f"  No artifact matches: {state.query}"),
        line(Span("  tasktui artifact add FOLDER makes one of a folder with a script", Tone.DIM)),
    ]


def details(artifact: Artifact | None, look: Look, cells: int) -> list[Line]:
    """The artifact under the cursor: what it is, its scripts, and who uses it."""
    if artifact is None:
        return []
    scripts = [f for f in artifact.files if f.endswith(".py")]
    users = [t for t in look.tasks if t.artifact == artifact.label]
    named = [f"{t.name} ({t.status})" for t in users[:_NAMES]]
    more = len(users) - len(named)
    rows = [
        ("About", artifact.description or "-"),
        ("Scripts", f"{', '.join(scripts[:8]) or '-'}, {_size(artifact.size)} in all"),
        ("Runs", f"{artifact.file_path}.py, deployment name {artifact.deployment_name}"),
        ("Used by", ", ".join(named) + (f" and {more} more" if more else "") if named else "-"),
        ("Added by", f"{artifact.created_by}, package {artifact.digest[:12]}"),
    ]
    out: list[Line] = []
    for label, text in rows:
        content = line(Span(f" {label:<9} ", Tone.DIM), text)
        out += wrap(content, cells, indent=" " * 11)[:2]
    return out


def _size(size: int) -> str:
    for unit in ("bytes", "KB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size //= 1000
    return f"{size} GB"
