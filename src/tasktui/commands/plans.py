"""Plans over one store: what each verb would do, and nothing is written.

Guarantees that a plan refuses what the verb refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tasktui.commands.checks import Problem, require, start_time
from tasktui.commands.demand import shortages
from tasktui.commands.plan import Around, Plan, plan, serving
from tasktui.commands.planlaunch import Launch
from tasktui.commands.reads import Reads
from tasktui.commands.revisions import Revisions
from tasktui.commands.scene import concerned
from tasktui.commands.stepping import Stepping
from tasktui.commands.steps import Step
from tasktui.domain.actions import Action
from tasktui.domain.observed import ClusterState
from tasktui.domain.task import Task, TaskSpec
from tasktui.store.tasks import taken


class Plans(Reads, Stepping, Revisions):
    """What would be, over one store."""

    def around(self, task: Task | None = None) -> Around:
        """What stands beside a task at this moment."""
        events = self._store.events(task.id) if task else ()
        now = self.now()
        tasks = concerned(self)
        return Around(
            now=now,
            config=self._context.config,
            cluster=self.cluster(),
            tasks=tasks,
            serving=serving(tasks, now),
            start=start_time(events),
        )

    def planned(self, name: str, action: Action, step: Step) -> Plan:
        """What ``action`` would do. Raises what the verb raises."""
        old = self._allowed(name, action)
        return plan(action, old, self.would(name, action, step), self.around(old))

    def planned_restore(self, name: str, new_name: str | None = None) -> Plan:
        """What a restore would do. Raises what ``restore`` raises."""
        made = self.planned(name, Action.RESTORE, self.restoring(new_name))
        if made.new.name in self.names():
            raise taken(made.new.name)
        return made

    def planned_launch(self, spec: TaskSpec) -> Launch:
        """What a launch would make. Raises UserError with every problem found."""
        warnings = tuple(p.message for p in self._doubts(spec))
        artifact = self._store.artifact(spec.artifact)
        return Launch(spec=spec, artifact=artifact, now=self.now(), warnings=warnings)

    def planned_edit(self, name: str, spec: TaskSpec, revision: int | None = None) -> Plan:
        """What an edit made from ``revision`` would do. Raises what ``edit`` raises."""
        old = self.task(name)
        self._require_editable(old, old.revision if revision is None else revision, spec)
        return self._edit(Action.EDIT, old, spec, self._doubts(spec, old))

    def drafted_edit(self, name: str, spec: TaskSpec) -> Plan:
        """What an edit would do, whatever stands against it.

        Raises TasktuiError where ``spec`` does not lead to a task at all.
        """
        return self._edit(Action.EDIT, self.task(name), spec, ())

    def planned_rollback(self, name: str, number: int | None = None) -> Plan:
        """What a rollback would do. Raises what ``rollback`` raises."""
        old = self._allowed(name, Action.ROLLBACK)
        spec = self.going_back(name, number)
        return self._edit(Action.ROLLBACK, old, spec, self._doubts(spec, old))

    def _doubts(self, spec: TaskSpec, old: Task | None = None) -> list[Problem]:
        """Every warning, GPUs that others want too among them.

        Raises UserError with every problem that is none.
        """
        found = self.check(spec, editing=old.name if old else None)
        require(found)
        needs = self._store.artifact(spec.artifact).spec
        tasks = self._store.tasks_on_gpus() if needs.gpu else []
        others = [t for t in tasks if old is None or t.id != old.id]
        return found + shortages(needs, spec.schedule, others, self.cluster(), self.now())

    def _edit(self, action: Action, old: Task, spec: TaskSpec, doubts: Sequence[Problem]) -> Plan:
        around = self.around(old)
        made = plan(action, old, self.edited(old, spec), around, self.changes(old.name, spec))
        if around.cluster.state is not ClusterState.CONNECTED:
            doubts = [p for p in doubts if p.field != "spec"]  # what fits is not known
        found = [p.message for p in doubts if p.message != made.gap]
        return replace(made, warnings=(*found, *made.warnings))
