from __future__ import annotations

from dataclasses import replace

from make import make_progress, make_replica, make_task


def test_only_replicas_of_the_deployment_that_scales_count_as_ready() -> None:
    replicas = (
        make_replica("r1", deployment="Gateway"),
        make_replica("r2", deployment="Reader"),
        make_replica("r3", "STARTING", deployment="Reader"),
    )
    task = make_task(scaled="Reader", progress=make_progress(replicas=replicas))
    assert task.ready == 1
    assert replace(task, scaled="").ready == 2
