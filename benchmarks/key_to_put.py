"""From the key that confirms an activation to the PUT that reaches Ray: tasktui's own part.

Ray is a fake behind a real socket that answers at once; terminal, scheduler, SQLite and HTTP
are real.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from e2e.site import Site, until
from fake_server import FakeServer
from tasktui.engine.fake import FakeRay


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tt-bench-", dir="/tmp"))
    site = Site(state_dir=folder / "state", folder=folder)
    server = FakeServer(FakeRay(build_s=0.1, start_s=0.1, drain_s=0.1))
    try:
        with server.running():
            found = measure(site, server, options.rounds)
    finally:
        site.end()
        shutil.rmtree(folder, ignore_errors=True)
    found.sort()
    worst = found[min(len(found) - 1, int(len(found) * 0.99))]
    print(f"key -> PUT: median {statistics.median(found) * 1000:.0f} ms, p99 {worst * 1000:.0f} ms")
    if options.json:
        options.json.write_text(json.dumps({"key to PUT": found}, indent=2) + "\n")


def measure(site: Site, server: FakeServer, rounds: int) -> list[float]:
    """Seconds of each round."""
    site.run("scheduler", "start", "--address", server.address)
    site.run("launch", "bench", "--artifact", "echo", "--one-off", "now", "--replicas", "1")
    found = []
    with site.terminal() as terminal:
        terminal.wait("bench")
        for _ in range(rounds):
            terminal.press("A")
            terminal.wait("Activate")
            terminal.settle(0.2)
            seen = len(server.put_at)
            began = time.time()
            terminal.press("enter")
            until(lambda: len(server.put_at) > seen, 10, 0.002)  # noqa: B023 - used at once
            found.append(server.put_at[seen] - began)
            site.run("deactivate", "bench", "--force", "--wait")
            terminal.settle(0.3)
    return found


if __name__ == "__main__":
    main()
