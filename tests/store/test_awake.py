"""However many tasks rest: those that do not are found by an index."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tasktui.store.connection import Connection
from tasktui.store.migrations import migrate
from tasktui.store.tasks import _AWAKE, _NEXT_AWAKE


@pytest.mark.parametrize(
    ("sql", "values"),
    [(f"SELECT * FROM task WHERE {_AWAKE} ORDER BY id", [1, 1]), (_NEXT_AWAKE, [1])],  # noqa: S608 - ours
)
def test_no_query_of_a_pass_reads_all_tasks(sql: str, values: Sequence[int]) -> None:
    db = Connection.memory()
    migrate(db)
    steps = [row[3] for row in db.rows(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert any("SEARCH task USING" in step for step in steps)
    assert not [step for step in steps if "SCAN task" in step or "TEMP B-TREE FOR ORDER" in step]
    db.close()
