"""``python -m jepsen``: one random run, its result on standard output; 1 for a violation."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from jepsen.campaign import run


def main() -> int:
    """Run once with the seed that was given, or with a new one."""
    parser = argparse.ArgumentParser(prog="random_run", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to make trouble")
    parser.add_argument("--seed", type=int, default=None, help="a new one where none is given")
    parser.add_argument("--folder", type=Path, default=None, help="where history and result stay")
    parser.add_argument("--faults", default="", help="only these, such as kill,usurp; all")
    given = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    folder = given.folder or Path(tempfile.mkdtemp(prefix=f"tasktui-run-{seed}-"))
    sys.stderr.write(f"seed {seed}, {given.seconds:g} s, history in {folder}\n")
    result = run(seed, given.seconds, folder, [f for f in given.faults.split(",") if f])
    sys.stdout.write(f"{result.text}\n")
    return 1 if result.violations or result.converged_s is None else 0


if __name__ == "__main__":
    sys.exit(main())
