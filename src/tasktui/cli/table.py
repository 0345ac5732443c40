"""The table of all verbs, in the order in which help shows them, and where each is.

Guarantees that only the module of a verb that is used is imported: the others would take longer
than most answers do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module

from tasktui.cli.verbs import Verb


@dataclass(frozen=True, slots=True)
class Row:
    """One verb before anybody needs it."""

    name: str
    summary: str
    """One line, as the list of verbs shows it."""
    module: str
    """The module of this package that has it in its ``VERBS``."""

    def load(self) -> Verb:
        """The verb itself."""
        found: tuple[Verb, ...] = import_module(f"tasktui.cli.{self.module}").VERBS
        verb = next(v for v in found if v.name == self.name)
        return replace(verb, summary=self.summary)


VERBS = (
    Row("ls", "List tasks with their status, next time and reason", "tasks"),
    Row("show", "Show one task whole", "tasks"),
    Row("why", "Say why a task is not as wanted, and what one can do", "why"),
    Row("next", "Show what the schedule will do next, in local time and UTC", "coming"),
    Row("events", "Show what happened: every action and every change of status", "history"),
    Row("logs", "Show the last lines of a replica's log", "logs"),
    Row("call", "Send a request to a task's endpoint and print the answer", "calling"),
    Row("launch", "Create a task: Idle, nothing runs yet", "launching"),
    Row("edit", "Change a task; what is not given stays as it is", "editing"),
    Row("history", "Show the revisions of a task, and what each changed", "revisions"),
    Row(
        "rollback", "Make a task what it was at an earlier revision, as a new revision", "revisions"
    ),
    Row("activate", "Arm a task: from now on its schedule drives it", "changes"),
    Row("deactivate", "Stop a task and disarm it; the schedule is kept", "changes"),
    Row("restart", "Replace the replicas of a Running task, a few at a time", "changes"),
    Row("archive", "Put an Idle task away: read-only, its name free for others", "changes"),
    Row("restore", "Bring an archived task back: Idle, not activated", "changes"),
    Row("rm", "Delete an archived task for good, with its events", "changes"),
    Row("scale", "Set replicas by hand for a while, over the schedule", "stepping"),
    Row(
        "pause", "Freeze the replicas in force: no point is applied until it is resumed", "stepping"
    ),
    Row("resume", "End a pause: the point in force applies once, nothing is replayed", "stepping"),
    Row("plan", "Say what a change would do, and change nothing", "planning"),
    Row("wait", "Wait until a task has a status", "waiting"),
    Row("artifact", "Check, add, list, show and remove what can be deployed", "artifacts"),
    Row("schedule", "Work with schedules alone", "preview"),
    Row(
        "cluster",
        "Bring an embedded Ray cluster up or down, or show the one that is used",
        "cluster",
    ),
    Row("scheduler", "Run, start, stop or show the process that drives the schedules", "scheduler"),
    Row("doctor", "Check everything that tasktui stands on, and say what to do", "doctor"),
    Row("nodes", "List the nodes of the cluster, their GPUs, and who holds them", "nodes"),
    Row("apps", "List what runs on the cluster, of tasks and of others", "foreign"),
    Row("adopt", "Make a task of an application of others, as it runs", "foreign"),
    Row("disown", "Let an adopted application go: it runs on, the task is archived", "foreign"),
    Row("import", "Take over applications and tasks of other tools", "importing"),
    Row("export", "Write tasks as files: tasktui's own, or a Ray Serve configuration", "exporting"),
    Row("backup", "Copy the database into STATE/backups; the newest seven stay", "keeping"),
    Row("restore-backup", "Put a copy in the place of the database", "keeping"),
    Row("demo", "Launch a small model for real, or remove it again", "demo"),
    Row("keys", "List the keys of the terminal app, with your own", "keys"),
    Row("version", "Print the version", "version"),
)
