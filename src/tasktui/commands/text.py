"""Makes text of unknown origin harmless before it reaches a terminal.

Names, Ray's messages, log lines and manifests may hold escape sequences,
bidirectional overrides or invisible characters. ``clean`` makes them visible.
"""

from __future__ import annotations

import re

DEFAULT_LIMIT = 2000

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 (tab and newline have rules of their own), DEL, C1
    "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def clean(text: str, limit: int = DEFAULT_LIMIT, *, lines: bool = False) -> str:
    r"""Return ``text`` with nothing in it that a terminal would act on.

    Control, bidirectional, zero-width and surrogate characters become visible
    (``\x1b``), tabs become spaces, and line ends a space unless ``lines``.
    At most ``limit`` characters come back, the last one an ellipsis when cut.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"
    if text.isprintable():
        return _UNSAFE.sub(_visible, text) if not text.isascii() else text
    text = text.replace("\t", "    ").replace("\r\n", "\n")
    if not lines:
        text = text.replace("\n", " ")
    return _UNSAFE.sub(_visible, text)


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
