"""How a cell is written: colours, attributes and link, and the shortest way from one to another.

Guarantees that what a pen looks like is what Textual would have sent for the
same style. Knows no cell and no position.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

from rich.color import Color, ColorSystem
from rich.style import Style

LINK_END = "\x1b]8;;\x1b\\"

_CODES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 21, 51, 52, 53)
"""The code that sets each attribute, by the bits of a style: bold is bit 0."""
_OFF = {1: 22, 2: 22, 3: 23, 4: 24, 21: 24, 5: 25, 6: 25, 7: 27, 8: 28, 9: 29, 51: 54, 52: 54}
"""The code that ends an attribute; bold and dim end together."""
_OFF_OVERLINE = 55
_DEFAULT = {"39", "49"}
"""The terminal's own colours: what is there after a reset."""


@dataclass(frozen=True, slots=True)
class Pen:
    """What a cell is written with; codes are parameters of SGR."""

    attributes: frozenset[int] = frozenset()
    foreground: str = ""
    """Empty: the terminal's own."""
    background: str = ""
    link: str = ""
    """Where a click on it leads; empty for none."""


PLAIN = Pen()


def pen(style: Style | None, system: ColorSystem) -> Pen:
    """The pen for a style on a terminal with so many colours; clickable data is not visible."""
    if style is None:
        return PLAIN
    bits = style._attributes & style._set_attributes  # noqa: SLF001 - 13 properties otherwise
    return _pen(bits, style.color, style.bgcolor, style.link or "", system)


@lru_cache(4096)
def _pen(
    bits: int, color: Color | None, bgcolor: Color | None, link: str, system: ColorSystem
) -> Pen:
    return Pen(
        frozenset(code for bit, code in enumerate(_CODES) if bits >> bit & 1),
        _colour(color, system, foreground=True),
        _colour(bgcolor, system, foreground=False),
        # An address with control characters could end the sequence that it stands in.
        link if link.isprintable() else "",
    )


def _colour(color: Color | None, system: ColorSystem, *, foreground: bool) -> str:
    if color is None:
        return ""
    codes = ";".join(color.downgrade(system).get_ansi_codes(foreground))
    return "" if codes in _DEFAULT else codes


@lru_cache(4096)
def change(old: Pen, new: Pen) -> str:
    """The shortest sequence after which ``new`` is written with; empty when they are the same."""
    return _link(old, new) + _sgr(old, new)


def _link(old: Pen, new: Pen) -> str:
    if old.link == new.link:
        return ""
    if not new.link:
        return LINK_END
    # The id joins the pieces of one link that are sent apart.
    return f"\x1b]8;id={crc32(new.link.encode()):x};{new.link}\x1b\\"


def _sgr(old: Pen, new: Pen) -> str:
    if (old.attributes, old.foreground, old.background) == (
        new.attributes,
        new.foreground,
        new.background,
    ):
        return ""
    return min(f"\x1b[{_afresh(new)}m", f"\x1b[{_onward(old, new)}m", key=len)


def _afresh(new: Pen) -> str:
    """From a reset on."""
    set_ = [*map(str, sorted(new.attributes)), new.foreground, new.background]
    codes = ";".join(filter(None, set_))
    return f"0;{codes}" if codes else ""


def _onward(old: Pen, new: Pen) -> str:
    """Only what differs."""
    ended = {_OFF.get(code, _OFF_OVERLINE) for code in old.attributes - new.attributes}
    begun = {
        code
        for code in new.attributes
        if code not in old.attributes or _OFF.get(code, _OFF_OVERLINE) in ended
    }
    codes = [str(code) for code in (*sorted(ended), *sorted(begun))]
    if new.foreground != old.foreground:
        codes.append(new.foreground or "39")
    if new.background != old.background:
        codes.append(new.background or "49")
    return ";".join(codes)
