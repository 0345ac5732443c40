"""A constant load on one endpoint that counts what was not answered well."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

RATE = 10.0
"""Requests a second: enough to meet every gap of 0.1 s, and little for two cores."""

TIMEOUT_S = 60.0
_AT_ONCE = 64


@dataclass
class Load:
    """``sent`` requests so far, and how each failed one ended."""

    url: str
    body: bytes | None = None
    """JSON to send; a GET without."""
    sent: int = 0
    failures: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def failed(self) -> int:
        """How many were not answered with 200."""
        return len(self.failures)

    def one(self) -> None:
        """Send one request and count it."""
        begin = time.monotonic()
        try:
            kind = {"Content-Type": "application/json"} if self.body else {}
            request = urllib.request.Request(self.url, self.body, kind)
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                answer.read()
            failure = ""
        except urllib.error.HTTPError as error:
            failure = str(error.code)
        except (OSError, ValueError) as error:
            failure = f"{type(error).__name__}: {error}"
        with self._lock:
            self.sent += 1
            self.slowest_s = max(self.slowest_s, time.monotonic() - begin)
            if failure:
                self.failures.append(failure)


@contextmanager
def load(url: str, rate: float = RATE, body: bytes | None = None) -> Iterator[Load]:
    """Send ``rate`` requests a second until the block ends, and wait for the last answer.

    Each is sent at its time, whether those before it were answered or not.
    """
    made, stop = Load(url, body), threading.Event()

    def run() -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            due = time.monotonic()
            while not stop.wait(max(0.0, due - time.monotonic())):
                pool.submit(made.one)
                due += 1 / rate

    sender = threading.Thread(target=run)
    sender.start()
    try:
        yield made
    finally:
        stop.set()
        sender.join()
