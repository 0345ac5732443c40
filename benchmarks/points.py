"""Points of a Daily schedule on a real Ray, under load: how late each change is, and what is lost.

1-1, then 3-3, then 0-0, then 1-1 again, ``--apart`` seconds from one to the next. Lateness is from
the point's instant to the scheduler's "To Ray" (written before the GET and the PUT), and to the
moment at which the wanted replicas are ready.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from e2e.load import load
from e2e.site import Site, until

_SENT = re.compile(r"^(\S+ \S+) INFO To Ray", re.MULTILINE)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apart", type=float, default=60.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tt-bench-", dir="/tmp"))
    site = Site(state_dir=folder / "state", folder=folder)
    try:
        site.run("cluster", "up", "--num-cpus", "4", seconds=180)
        found = measure(site, options.apart)
    finally:
        site.end()
        shutil.rmtree(folder, ignore_errors=True)
    for name, value in found.items():
        print(f"{name:44} {value:8.2f}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


def measure(site: Site, apart: float) -> dict[str, float]:
    """Seconds and counts by what they are of."""
    first = (datetime.now(UTC) + timedelta(seconds=25)).replace(microsecond=0)
    moments = [first + timedelta(seconds=apart * n) for n in range(3)]
    past = first - timedelta(hours=6)
    bounds = zip((past, *moments), ("1-1", "3-3", "0-0", "1-1"), strict=True)
    points = ",".join(f"{at:%H:%M:%S}={replicas}" for at, replicas in bounds)
    site.run("launch", "points", "--artifact", "echo", "--daily", points, "--timezone", "UTC")
    site.run("activate", "points", "--when", "now", "--wait")
    found: dict[str, float] = {}
    url = site.task("points")["endpoint"]
    with load(url) as traffic:
        found |= note(site, moments[0], "1-1 -> 3-3", 3)
        pause_until(moments[1] - timedelta(seconds=1))
    found |= {"requests while 1-1, 3-3": traffic.sent, "of them lost": traffic.failed}
    found |= note(site, moments[1], "3-3 -> 0-0", 0)
    found |= note(site, moments[2], "0-0 -> 1-1", 1)
    with load(url) as again:
        time.sleep(10)
    found |= {"requests while 1-1 again": again.sent, "of those lost": again.failed}
    return found


def note(site: Site, at: datetime, name: str, ready: int) -> dict[str, float]:
    """How long after ``at`` the change was sent, and until ``ready`` replicas are ready."""
    pause_until(at)
    until(lambda: site.task("points")["replicas"]["ready"] == ready, 60)
    seconds = (datetime.now(UTC) - at).total_seconds()
    text = (site.state_dir / "scheduler.log").read_text()
    # The log is in the local time of this machine's process.
    sent = [
        datetime.strptime(t, "%Y-%m-%d %H:%M:%S,%f").astimezone(UTC) for t in _SENT.findall(text)
    ]
    after = [(s - at).total_seconds() for s in sent if s >= at]
    return {f"{name}: point to 'To Ray'": after[0], f"{name}: point to ready": seconds}


def pause_until(at: datetime) -> None:
    """Sleep until then."""
    time.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()))


if __name__ == "__main__":
    main()
