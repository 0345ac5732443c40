"""The table of all verbs, in the order in which help shows them."""

from __future__ import annotations

from tasktui.cli import (
    artifacts,
    changes,
    cluster,
    coming,
    demo,
    doctor,
    editing,
    history,
    keeping,
    launching,
    preview,
    revisions,
    scheduler,
    stepping,
    tasks,
    version,
    waiting,
    why,
)
from tasktui.cli.verbs import Verb

VERBS: tuple[Verb, ...] = (
    *tasks.VERBS,
    *why.VERBS,
    *coming.VERBS,
    *history.VERBS,
    *launching.VERBS,
    *editing.VERBS,
    *revisions.VERBS,
    *changes.VERBS,
    *stepping.VERBS,
    *waiting.VERBS,
    *artifacts.VERBS,
    *preview.VERBS,
    *cluster.VERBS,
    *scheduler.VERBS,
    *doctor.VERBS,
    *keeping.VERBS,
    *demo.VERBS,
    *version.VERBS,
)
