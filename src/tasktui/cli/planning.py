"""``plan VERB``: what a verb would do, with the arguments of the verb itself.

Guarantees that nothing changes: the plan is made in a session that can only read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tasktui.cli.output import note
from tasktui.cli.table import VERBS as ALL
from tasktui.cli.table import Row
from tasktui.cli.verbs import Call, Run, Verb

NAMES = (
    "launch", "edit", "rollback", "activate", "deactivate", "restart", "archive", "restore", "rm",
    "scale", "pause", "resume",
)  # fmt: skip
"""Verbs that change a task."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A verb that is only planned, before anybody needs it."""

    row: Row

    @property
    def name(self) -> str:
        """The word that is typed."""
        return self.row.name

    @property
    def summary(self) -> str:
        """One line, as the list of verbs shows it."""
        return f"Say what {self.name} would do"

    def load(self) -> Verb:
        """The verb: the same arguments, and nothing changes."""
        verb = self.row.load()
        if verb.plan is None:
            raise AssertionError(f"{verb.name} has no plan")
        return replace(
            verb,
            summary=self.summary,
            run=only_read(verb.plan),
            examples=tuple(e.replace("tasktui ", "tasktui plan ") for e in verb.examples),
        )


def only_read(plan: Run) -> Run:
    """``plan`` with a session that can only read: whatever it tries to change is refused."""

    def run(call: Call) -> int:
        reader = Call(call.args, replace(call.config, read_only=True), call.environ)
        try:
            code = plan(reader)
        finally:
            reader.close()
        note("Nothing was written.")
        return code

    return run


VERBS = (
    Verb(
        name="plan",
        verbs=tuple(Planned(row) for row in ALL if row.name in NAMES),
        text="Takes what the verb itself takes. Says when it takes effect, replicas before and\n"
        "after and what they take, whether they go on (hot) or are replaced, which tasks are kept\n"
        "as they are in the same call to Ray, and what stands against it. The dialogs of the\n"
        "terminal app say the same.",
        examples=(
            "tasktui plan edit chat --env A=1",
            "tasktui plan scale chat 4 --until 18:00",
            "tasktui plan launch -f task.toml",
            "tasktui plan deactivate chat llama --json",
        ),
    ),
)
