"""What the log of a job that imports a script holds, and why one failed. Pure.

Guarantees that whatever Ray or the script write is told from the answer, and that of that only
what has the right form is believed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from tasktui.engine.importer import End, Ending

_ERROR = re.compile(r"(?:ERROR:|error:|\N{MULTIPLICATION SIGN}) *(.+)")
"""How pip marks what went wrong, in any of its words."""
_ERRORS = 3
_WORDS = 400


@dataclass(frozen=True, slots=True)
class Said:
    """What a job's log holds."""

    output: str
    """What the script wrote. Untrusted text."""
    ending: Ending | None
    """How the import ended; None where that is not there, or has not the right form."""


def read(text: str, mark: str, *, whole: bool) -> Said:
    """The output and the ending in a job's log, whatever Ray wrote around them.

    ``whole``: nothing more will come. Until then a line that is not complete is left out.
    """
    _, _, rest = f"\n{text}".partition(f"\n{mark}\n")
    output, ended, last = rest.rpartition(f"\n{mark} ")
    if not ended:
        output = rest if whole else rest[: rest.rfind("\n") if "\n" in rest else 0]
        return Said(output, None)
    line, complete, _ = last.partition("\n")
    return Said(output, _ending(line) if complete else None)


def _ending(line: str) -> Ending | None:
    try:
        found = json.loads(line)
        end, seconds, code = End(found["end"]), float(found["seconds"]), int(found["code"])
        answer, last = found["answer"], found["last"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(last, str) or not isinstance(answer, dict | None):
        return None
    return Ending(end=end, seconds=seconds, code=code, answer=answer, last=last)


def failed(message: str) -> str:
    """A sentence with the words of whatever failed: pip's, a shell's, or Ray's."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    marked = (found[1] for line in lines if (found := _ERROR.match(line)))
    errors = list(dict.fromkeys(marked))[:_ERRORS] or lines[-1:]
    words = "; ".join(error.rstrip(".") for error in errors)[:_WORDS]
    if "runtime_env setup failed" in message:
        return (
            f"The cluster cannot prepare the environment: {words}. Check requirements in "
            "artifact.toml, and what the head reaches."
        )
    return f"The job of the import failed: {words or 'no reason given'}"
