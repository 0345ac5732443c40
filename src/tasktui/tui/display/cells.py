r"""From text to cells: what stands in each, and whether its width is the same on every terminal.

Guarantees that cells add up to what Textual measured, and that no cell holds a
character that a terminal acts on. Knows no position.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment

from tasktui.tui.display.pen import Pen, pen

REST = ""
"""What stands in the second cell of a wide character."""

_JOINER = "\u200d"
# Control characters (C0, DEL, C1), line ends and marks of direction of Unicode, lone surrogates.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# One cell each, on every terminal.
_NARROW = (
    "\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0377\u037a-\u037f\u0384-\u0482\u048a-\u052f"
    "\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u2199\u2200-\u22ff"
    "\u2500-\u25fc\u2800-\u28ff"
)
# Two cells each, on every terminal: Chinese, Japanese, Korean.
_WIDE = (
    "\u3000-\u3029\u3030-\u303e\u3041-\u3096\u309b-\u30ff\u3105-\u312f\u3131-\u318e\u31a0-\u31bf"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60\uffe0-\uffe6"
    "\U00020000-\U0002ffff"
)
_ALL_NARROW = re.compile(f"[{_NARROW}]*").fullmatch
_ALL_SURE = re.compile(f"[{_NARROW}{_WIDE}]*").fullmatch


def sure(text: str) -> bool:
    """Whether every terminal gives this text the cells that Textual gives it.

    Emoji, combining characters and most scripts beyond Europe and East Asia are not.
    """
    return text.isascii() or _ALL_SURE(text) is not None


def fill(
    segments: Iterable[Segment], system: ColorSystem, texts: list[str], pens: list[Pen]
) -> None:
    """Append one text and one pen for each cell of the segments; they grow alike."""
    for text, style, control in segments:
        if control:
            continue
        cells = cut(text)
        while cells and cell_len(cells[0]) == 0:
            _mark(texts, cells.pop(0))
        texts += cells
        pens += [pen(style, system)] * len(cells)


def _mark(texts: list[str], mark: str) -> None:
    """Add a mark to the last character, over its second cell; without one it is dropped."""
    for x in range(len(texts) - 1, -1, -1):
        if texts[x] != REST:
            texts[x] += mark
            return


def cut(text: str) -> list[str]:
    """One text for each cell; a wide character is followed by ``REST``.

    Where the pieces do not add up to what Textual measures, all of it is one piece.
    The first pieces may be without a cell: marks for what stands before.
    """
    text = _UNSAFE.sub(_harmless, text)
    if _ALL_NARROW(text):
        return list(text)
    # At the start there is nothing to join, and Rich would not measure what follows.
    body = text.lstrip(_JOINER)
    return [*text[: len(text) - len(body)], *_pieces(body)]


def _harmless(match: re.Match[str]) -> str:
    """As many cells as Textual measures for it: mostly none."""
    return "?" * cell_len(match.group())


@lru_cache(1024)
def _pieces(text: str) -> tuple[str, ...]:
    pieces = _clusters(text)
    widths = [cell_len(piece) for piece in pieces]
    if sum(widths) != cell_len(text):
        pieces, widths = [text], [cell_len(text)]
    cells: list[str] = []
    for piece, width in zip(pieces, widths, strict=True):
        cells += [piece, *[REST] * (width - 1)]
    return tuple(cells)


def _clusters(text: str) -> list[str]:
    """Characters with what joins them: marks without width, and what follows a joiner."""
    pieces: list[str] = []
    joined = False
    for character in text:
        if pieces and (joined or cell_len(character) == 0):
            pieces[-1] += character
        else:
            pieces.append(character)
        joined = character == _JOINER
    return pieces
