"""Sets of screens that keys share."""

from __future__ import annotations

from tasktui.tui.key import Where

TASKS = frozenset({Where.TASKS})
LOGS = frozenset({Where.LOGS})
COPY = frozenset({Where.COPY})
ORDER = frozenset({Where.ORDER})
COLUMNS = frozenset({Where.COLUMNS})
DETAIL = frozenset({Where.DETAIL})
BOTH = frozenset({Where.TASKS, Where.DETAIL})
CALENDAR = frozenset({Where.CALENDAR})
TIMES = BOTH | CALENDAR | {Where.WHY}
CALL = frozenset({Where.CALL})
HISTORY = frozenset({Where.HISTORY})
WHY = frozenset({Where.WHY})
YAML = frozenset({Where.YAML})
LOOKS = BOTH | WHY
AUDIT = frozenset({Where.AUDIT})
APPS = frozenset({Where.APPS})
NODES = frozenset({Where.NODES})
ARTIFACTS = frozenset({Where.ARTIFACTS})
BUILDS = ARTIFACTS | {Where.BUILD}
PAGES = TIMES | YAML | LOGS | HISTORY | AUDIT | APPS | NODES | BUILDS | CALL | {Where.TOUR}
HELP = frozenset({Where.HELP})
SCROLL = PAGES | HELP | COLUMNS
ALL = frozenset(Where)
