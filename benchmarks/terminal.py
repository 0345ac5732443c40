"""The terminal app on a real pty beside what else draws tables there: start, keys, news, idle.

All programs show the same rows and take turns in one run. Medians of milliseconds are noise on a
shared machine: quote the ratios at the end of each table. No scheduler runs unless ``--busy``,
where another process commits ten times a second meanwhile.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.absolute().parent / "tests"))

import stock
from probe import Burst, Probe

BENCHMARKS = Path(__file__).parent.absolute()
Figures = dict[str, list[float]]
SORT = ("o", "n")
"""Keys of the app that order the table by name; left out where it has none."""
DOWN, PAGE_DOWN, TOP = "\x1b[B", "\x1b[6~", "\x1b[H"
LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Program:
    """One program on show."""

    name: str
    command: Sequence[str]
    rows: str = ""
    """Text of the first real row; empty where there is none."""
    leave: str = "q"
    down: str = DOWN
    """Key that moves the cursor; empty where there is none."""
    tabs: Sequence[str] = ()
    """Keys that turn to another tab, taken in turn."""
    sort: Sequence[str] = ()
    filter: str = ""
    """Letters typed into the filter that ``/`` opens."""
    most: int = 10**9
    """Rows above which it is left out: it would take minutes."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--quick", action="store_true", help="100 and 10,000 rows, few rounds, five idle seconds")
    add("--rows", type=int, nargs="+", help="other numbers of rows than 100 10000 100000")
    add("--rounds", type=int, help="starts of each program (9; 3 with --quick)")
    add("--keys", type=int, help="presses of each key (200; 40 with --quick)")
    add("--idle", type=float, help="seconds of watching an idle program (60; 5 with --quick)")
    add("--only", nargs="+", metavar="NAME", help="these programs only: tasktui empty datatable ..")
    add("--busy", action="store_true", help="another process commits ten times a second meanwhile")
    add("--peers", type=Path, default=os.environ.get("TASKTUI_PEERS"), metavar="DIR")
    add("--json", type=Path)
    options = parser.parse_args()
    options.rounds = options.rounds or (3 if options.quick else 9)
    options.keys = options.keys or (40 if options.quick else 200)
    options.idle = options.idle or (5.0 if options.quick else 60.0)
    sizes = options.rows or ([100, 10_000] if options.quick else [100, 10_000, 100_000])
    found: dict[str, dict[str, Figures]] = {}
    for size in sizes:
        folder = Path(tempfile.mkdtemp(prefix="tt-bench-", dir="/tmp"))
        try:
            stock.fill(folder, size)
            title = f"{size:,} rows"
            found[title] = measure(folder, size, options)
            report(title, found[title])
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


def programs(folder: Path, peers: Path | None) -> list[Program]:
    """Everything that can be shown here; what cannot is named with the reason."""
    app = [sys.executable, "-m", "tasktui"]
    peer = str(BENCHMARKS / "peers.py")
    rows = str(folder / "rows.tsv")
    first = stock.name(0)
    sort = SORT if stock.knows_key("order") else ()
    found = [
        Program("tasktui", app, first, tabs=("2", "1"), sort=sort, filter="0042"),
        Program("empty", [sys.executable, peer, "empty"], down=""),
        Program(
            "datatable", [sys.executable, peer, "datatable", rows], first, sort=("s",), most=20_000
        ),
    ]
    fast = interpreter(peers, "fast", "textual_fastdatatable")
    if fast:
        found.append(Program("fast", [fast, peer, "fast", rows], first, sort=("s",)))
    return [*found, *tools(folder, peers)]


def tools(folder: Path, peers: Path | None) -> Iterator[Program]:
    """Terminal tools that are no table of ours, each on what it is for."""
    for name, words, text, leave, down in (
        ("htop", ["htop"], "", "q", DOWN),
        ("ranger", ["ranger", str(folder / "files")], stock.name(0), "q", "j"),
        ("toolong", ["tl", str(folder / "rows.tsv")], "", "q", DOWN),
        ("posting", ["posting"], "", "\x03", ""),
        ("harlequin", ["harlequin", "-a", "sqlite", str(folder / "tasktui.db")], "", "\x11", ""),
    ):
        there = peers / name / "bin" / words[0] if peers else None
        path = str(there) if there and there.exists() else shutil.which(words[0])
        if path:
            yield Program(name, [path, *words[1:]], text, leave, down)
        else:
            missing(name)


def interpreter(peers: Path | None, name: str, module: str) -> str:
    """A Python that has the module; empty where none does."""
    for python in (peers and str(peers / name / "bin/python"), sys.executable):
        done = python and subprocess.run(
            [python, "-c", f"import {module}"], capture_output=True, check=False
        )
        if done and not done.returncode:
            return str(python)
    missing(name)
    return ""


def missing(name: str) -> None:
    """Say what is left out."""
    print(f"{name}: not installed, left out (benchmarks/README.md says how)")


def measure(folder: Path, size: int, options: argparse.Namespace) -> dict[str, Figures]:
    """Every figure of every program at this number of rows."""
    shown = [p for p in programs(folder, options.peers) if wanted(p, size, options.only)]
    figures: dict[str, Figures] = {p.name: {} for p in shown}
    site = Site(folder)
    # The first start warms the disk's cache and compiles; it also shows what runs here at all.
    for program in shown[:]:
        if not start(program, site)["start: real rows, ms"]:
            print(f"{program.name}: shows nothing here, left out")
            shown.remove(program)
            del figures[program.name]
    with site.busy(options.busy):
        for _ in range(options.rounds if size < 50_000 else min(3, options.rounds)):
            for program in shown:
                merge(figures[program.name], start(program, site))
        for program in shown:
            print(f"  {program.name} ...", file=sys.stderr, flush=True)
            merge(figures[program.name], session(program, site, options))
    return figures


def wanted(program: Program, size: int, only: Sequence[str] | None) -> bool:
    """Whether to show it at this number of rows."""
    return (not only or program.name in only) and size <= program.most


@dataclass
class Site:
    """The folder that all programs look at."""

    folder: Path
    environ: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.environ = {
            "TASKTUI_STATE_DIR": str(self.folder),
            "TASKTUI_NO_SCHEDULER": "1",
            "HOME": str(self.folder),
            "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(self.folder / "cache")),
        }

    @contextlib.contextmanager
    def busy(self, wanted: bool) -> Iterator[None]:
        """With ``wanted``, another process that commits all the time."""
        if not wanted:
            yield
            return
        words = [sys.executable, str(BENCHMARKS / "stock.py"), str(self.folder)]
        writer = subprocess.Popen(words)
        try:
            yield
        finally:
            writer.terminate()
            writer.wait(10)


def start(program: Program, site: Site) -> Figures:
    """Milliseconds from the start of the program."""
    with Probe(program.command, site.environ) as probe:
        first = probe.first_byte(LIMIT_S)
        frame = probe.until_frame(LIMIT_S)
        rows = probe.until(program.rows, LIMIT_S) if program.rows else frame
        probe.settle(0.2)
        probe.close(program.leave)
    return {
        "start: first byte, ms": milliseconds(first),
        "start: first frame, ms": milliseconds(frame),
        "start: real rows, ms": milliseconds(rows),
    }


def session(program: Program, site: Site, options: argparse.Namespace) -> Figures:
    """What keys, news and waiting cost in one open program."""
    figures: Figures = {}
    with Probe(program.command, site.environ) as probe:
        probe.until_frame(LIMIT_S)
        if program.rows:
            probe.until(program.rows, LIMIT_S)
        probe.settle(1.0, 30.0)
        figures["memory, MB"] = [probe.memory_mb()]
        if program.down:
            pressed(figures, "cursor down", probe, [program.down], options.keys)
            pressed(figures, "page down", probe, [PAGE_DOWN], options.keys // 2)
            probe.press(TOP, 0.5)
        few = max(4, options.keys // 10)
        pressed(figures, "tab switch", probe, program.tabs, few, quiet_s=1.5)
        pressed(figures, "sort", probe, program.sort, few, quiet_s=0.6)
        if program.filter:
            filtered(figures, probe, program.filter, max(1, few // 4))
        if program.name == "tasktui":
            probe.press(TOP, 0.5)
            changed(figures, probe, site.folder, few)
        probe.settle(1.0, 10.0)
        cpu, rate = probe.idle(options.idle)
        figures["idle, % of a core"] = [cpu]
        figures["idle, bytes/s"] = [rate]
        figures["memory at the end, MB"] = [probe.memory_mb()]
        probe.close(program.leave)
    return figures


def pressed(
    figures: Figures,
    what: str,
    probe: Probe,
    keys: Sequence[str],
    count: int,
    quiet_s: float = 0.05,
) -> None:
    """Press keys in turn; a key without an effect (at the end of the table) is not counted."""
    if keys:
        turns = cycle(keys)
        found = [probe.press(next(turns), quiet_s, 3.0) for _ in range(count)]
        note(figures, what, found)


def filtered(figures: Figures, probe: Probe, letters: str, rounds: int) -> None:
    """Type into the filter, letter by letter; every burst ends with the rows that are left."""
    found = []
    for _ in range(rounds):
        probe.press("/", 0.3)
        found += [probe.press(letter, 0.3, 3.0) for letter in letters]
        probe.press("\r", 0.3)
        probe.press("\x1b", 0.5)
    note(figures, "filter keystroke", found)


def changed(figures: Figures, probe: Probe, folder: Path, rounds: int) -> None:
    """Commit a change of the first row and see it come."""
    found = []
    with stock.Writer(folder) as writer:
        for number in range(rounds):
            probe.settle(0.2, 2.0)
            writer.change(number)
            found.append(probe.burst(time.perf_counter(), 0.08, 3.0))
    note(figures, "change elsewhere", found)


def note(figures: Figures, what: str, found: Sequence[Burst | None]) -> None:
    """Keep the times to the first byte and to the last one, and the bytes."""
    bursts = [b for b in found if b]
    if bursts:
        figures[f"{what}, first byte, ms"] = [b.first * 1000 for b in bursts]
        figures[f"{what}, ms"] = [b.last * 1000 for b in bursts]
        figures[f"{what}, bytes"] = [float(b.size) for b in bursts]


def milliseconds(seconds: float | None) -> list[float]:
    """As a list, empty where it never came."""
    return [] if seconds is None else [seconds * 1000]


def merge(into: Figures, more: Figures) -> None:
    """Add the values to what is there."""
    for what, values in more.items():
        into.setdefault(what, []).extend(values)


RATIOS: tuple[tuple[str, str, Callable[[Figures], Sequence[float] | None]], ...] = tuple(
    (peer, what, lambda f, w=what: f.get(w))  # type: ignore[misc]
    for peer, what in (
        ("empty", "start: real rows, ms"),
        ("datatable", "start: real rows, ms"),
        ("fast", "start: real rows, ms"),
        ("datatable", "cursor down, ms"),
        ("fast", "cursor down, ms"),
        ("datatable", "cursor down, bytes"),
        ("empty", "memory, MB"),
    )
)


def report(title: str, found: Mapping[str, Figures]) -> None:
    """Print one table, median and 99th percentile, then the ratios."""
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    print(f"\n## {title} (load {load}; median / p99)\n")
    names = list(found)
    print(f"| {'':26} | " + " | ".join(f"{n:>17}" for n in names) + " |")
    print("| --- |" + " ---: |" * len(names))
    for what in dict.fromkeys(w for figures in found.values() for w in figures):
        cells = [cell(found[n].get(what)) for n in names]
        print(f"| {what:26} | " + " | ".join(f"{c:>17}" for c in cells) + " |")
    print()
    mine = found.get("tasktui", {})
    for peer, what, of in RATIOS:
        one, other = of(mine), of(found.get(peer, {}))
        if one and other:
            ratio = statistics.median(one) / statistics.median(other)
            print(f"{what}: tasktui / {peer} = {ratio:.2f}")
    sys.stdout.flush()


def cell(values: Sequence[float] | None) -> str:
    """Median, and where there are enough values the 99th percentile."""
    if not values:
        return "-"
    middle = f"{statistics.median(values):,.1f}"
    if len(values) < 10:
        return middle
    worst = sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]
    return f"{middle} / {worst:,.1f}"


if __name__ == "__main__":
    main()
