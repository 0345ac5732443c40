"""The table of all verbs, in the order in which help shows them."""

from __future__ import annotations

from tasktui.cli import (
    artifacts,
    changes,
    cluster,
    demo,
    doctor,
    editing,
    history,
    launching,
    preview,
    scheduler,
    tasks,
    version,
    waiting,
)
from tasktui.cli.verbs import Verb

VERBS: tuple[Verb, ...] = (
    *tasks.VERBS,
    *history.VERBS,
    *launching.VERBS,
    *editing.VERBS,
    *changes.VERBS,
    *waiting.VERBS,
    *artifacts.VERBS,
    *preview.VERBS,
    *cluster.VERBS,
    *scheduler.VERBS,
    *doctor.VERBS,
    *demo.VERBS,
    *version.VERBS,
)
