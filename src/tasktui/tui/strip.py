"""Days as lines: what ``schedule.strip`` draws, with tones that only repeat it. Pure."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from tasktui.schedule import strip as text
from tasktui.schedule.days import Day
from tasktui.schedule.strip import GAP, NOTHING, STOPPED, Glyphs
from tasktui.tui.lines import Line, Span, Tone, line

_FEW, _SOME, _ALL = Tone.STARTING, Tone.RUNNING, Tone.STRONG


def strip(
    day: Day, count: int, drawn: Glyphs, now: datetime | None = None, *, dim: bool = False
) -> Line:
    """``|----====####|``: ``count`` cells between two bars, that of ``now`` marked."""
    cells = text.cells(day, count, drawn)
    here = text.place(day, count, now) if now is not None else None
    tones = tones_of(drawn)
    marked = [
        (Tone.DIM if dim else Tone.SELECTED if i == here else tones[c], c)
        for i, c in enumerate(cells)
    ]
    spans = [Span("".join(c for _, c in run), tone) for tone, run in _runs(marked)]
    return line(Span("|", Tone.DIM), *spans, Span("|", Tone.DIM))


def _runs(marked: list[tuple[Tone, str]]) -> list[tuple[Tone, list[tuple[Tone, str]]]]:
    return [(tone, list(run)) for tone, run in groupby(marked, key=lambda pair: pair[0])]


def legend(drawn: Glyphs, shown: str) -> Line:
    """What the glyphs mean, each in its tone."""
    tones = tones_of(drawn)
    parts: list[Span] = []
    for word in text.legend(drawn, shown).split("  "):
        glyph, rest = word[:1], word[1:]
        parts += [Span("  ")] if parts else []
        parts += [Span(glyph, tones.get(glyph, Tone.PLAIN)), Span(rest, Tone.DIM)]
    return tuple(parts)


def tones_of(drawn: Glyphs) -> dict[str, Tone]:
    """A tone for each glyph, by size."""
    running = [glyph for bounds, glyph in drawn.items() if not bounds.stopped]
    found = {STOPPED: Tone.DIM, GAP: Tone.NOTE, NOTHING: Tone.PLAIN}
    for i, glyph in enumerate(running):
        most, least = i == len(running) - 1, i == 0
        found[glyph] = _ALL if most and not least else _FEW if least else _SOME
    return found
