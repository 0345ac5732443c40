"""``doctor``: every check with a sentence, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

from tasktui.cli.output import emit, say
from tasktui.cli.verbs import Call, Verb


def _doctor(call: Call) -> int:
    from tasktui.runtime.doctor import Host, Level, examine  # noqa: PLC0415 - psutil is slow

    now = datetime.now(UTC)
    checks = examine(Host(config=call.config, environ=call.environ, now=now))
    failed = any(c.level is Level.FAIL for c in checks)
    if call.json:
        emit({"ok": not failed, "checks": [asdict(c) for c in checks]})
        return int(failed)
    size = max(len(c.name) for c in checks)
    for check in checks:
        say(f"{check.level:<4}  {check.name:<{size}}  {check.text}")
        if check.hint:
            say(f"{'':<{size + 8}}{check.hint}")
    return int(failed)


VERBS = (
    Verb(
        name="doctor",
        run=_doctor,
        json=True,
        text="Asks the cluster too. Exit code 1 when a check fails; changes nothing.",
        examples=("tasktui doctor", "tasktui doctor --json"),
    ),
)
