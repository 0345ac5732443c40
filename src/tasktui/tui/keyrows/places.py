"""Sets of screens that keys share."""

from __future__ import annotations

from tasktui.tui.key import Where

TASKS = frozenset({Where.TASKS})
LOGS = frozenset({Where.LOGS})
COPY = frozenset({Where.COPY})
BOTH = frozenset({Where.TASKS, Where.DETAIL})
CALENDAR = frozenset({Where.CALENDAR})
TIMES = BOTH | CALENDAR | {Where.WHY}
HISTORY = frozenset({Where.HISTORY})
LOOKS = BOTH | {Where.WHY}
PAGES = TIMES | LOGS | HISTORY
SCROLL = PAGES | {Where.HELP}
ALL = frozenset(Where)
