"""Step 1 as lines: the artifacts to choose from, and the one under the cursor. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from tasktui.commands.packages import size_text
from tasktui.commands.present import age, env_text
from tasktui.domain.artifact import Artifact, ArtifactKind
from tasktui.domain.build import BuildStatus
from tasktui.tui.lines import EMPTY, Line, Span, Tone, ends, fit, line, wrap
from tasktui.tui.wizard.look import Look
from tasktui.tui.wizard.state import State

WIDE = 100
"""Cells from which on descriptions have a column."""
_TONES = {BuildStatus.SUCCESS: Tone.GOOD, BuildStatus.FAILURE: Tone.PROBLEM}


def matching(artifacts: Sequence[Artifact], query: str) -> list[Artifact]:
    """The artifacts in which every word of the query occurs."""
    words = query.lower().split()
    return [a for a in artifacts if all(w in _searchable(a) for w in words)]


def _searchable(artifact: Artifact) -> str:
    own = "" if artifact.kind is ArtifactKind.OFFICIAL else "own"
    parts = (artifact.label, artifact.kind, own, artifact.build.status, artifact.description)
    return " ".join((*parts, *artifact.tags, artifact.created_by)).lower()


def refusal(artifact: Artifact) -> str:
    """Why the artifact cannot be chosen, in its build's own words; empty when it can."""
    build = artifact.build
    if build.launchable:
        return ""
    if not build.over:
        return f"{artifact.label} is not built yet: {build.status}."
    why = build.error.partition("\n")[0] or "its build said nothing"
    return f"The build of {artifact.label} ended in {build.status}: {why}"


class ArtifactRows:
    """How an artifact looks as a row."""

    def __init__(self, ellipsis: str) -> None:
        self._ellipsis = ellipsis
        self._look = Look()
        self._chosen = ""

    def take(self, state: State) -> None:
        """Look at another state: ages, uses and the chosen one come from it."""
        self._look, self._chosen = state.look, state.draft.artifact

    def key(self, artifact: Artifact) -> Hashable:
        """The label."""
        return artifact.label

    def head(self, cells: int) -> Line:
        """Titles of the columns."""
        titles = ("  NAME", "KIND", "BUILD", "NEEDS", "AGE", "USED BY", "DESCRIPTION")
        return self._row([line(Span(t, Tone.DIM)) for t in titles], cells)

    def line(self, artifact: Artifact, cells: int) -> Line:
        """The cells of one artifact; a star marks the chosen one."""
        size = _name_cells(cells) - 2
        users, status = self._look.users.get(artifact.label), artifact.build.status
        mark = "* " if artifact.label == self._chosen else "  "
        texts = (
            line(Span(f"{mark}{ends(artifact.label, size, self._ellipsis)}", Tone.STRONG)),
            line(artifact.kind.value),
            line(Span(status, _TONES.get(status, Tone.NOTE))),
            line(str(artifact.spec)),
            line(Span(age(artifact.created_at, self._look.now), Tone.DIM)),
            line(_tasks(users.count) if users else Span("-", Tone.DIM)),
            line(Span(artifact.description, Tone.DIM)),
        )
        return self._row(texts, cells)

    def _row(self, texts: Sequence[Line], cells: int) -> Line:
        needs, about = (21, cells - 86) if _wide(cells) else (17, 0)
        widths = (_name_cells(cells), 8, 9, needs, 4, 8, about)
        parts: list[Span] = []
        for text, size in zip(texts, widths, strict=True):
            if size > 0:
                parts += [*fit(text, size, ellipsis=self._ellipsis), Span("  ")]
        return tuple(parts[:-1])


def _wide(cells: int) -> bool:
    """Whether descriptions have room."""
    return cells >= WIDE - 2


def _name_cells(cells: int) -> int:
    return 24 if _wide(cells) else max(14, cells - 58)


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
    why = refusal(artifact)
    rows = [
        *([("Build", f"{why} (F2 shows the log)")] if why else []),
        *([("Build", artifact.build.note)] if artifact.build.note else []),
        ("About", artifact.description or "-"),
        ("Needs", _needs(artifact)),
        ("Used by", str(look.users.get(artifact.label, "-"))),
        *([("Tags", ", ".join(artifact.tags))] if artifact.tags else []),
        ("Runs", f"{artifact.file_path}.py, deployment name {artifact.deployment_name}"),
        ("Scripts", f"{', '.join(scripts[:8]) or '-'}, {size_text(artifact.size)} in all"),
        ("Added by", f"{artifact.created_by}, package {artifact.digest[:12]}{_imported(artifact)}"),
    ]
    out: list[Line] = []
    for label, text in rows:
        content = line(Span(f" {label:<9} ", Tone.DIM), text)
        out += wrap(content, cells, indent=" " * 11)[:2]
    return out


def _imported(artifact: Artifact) -> str:
    where = artifact.build.where
    return f", imported {where}" if where else ""


def _needs(artifact: Artifact) -> str:
    """One replica's resources, and what else the artifact asks for."""
    parts = [str(artifact.spec)]
    if artifact.recipe.requirements:
        parts.append(f"packages {', '.join(artifact.recipe.requirements)}")
    if artifact.parameters:
        parts.append(f"parameters {', '.join(p.name for p in artifact.parameters)}")
    if artifact.env:
        parts.append(f"variables {env_text(artifact.env)}")
    return "; ".join(parts)


def _tasks(count: int) -> str:
    return f"{count} task{'s' if count > 1 else ''}"
