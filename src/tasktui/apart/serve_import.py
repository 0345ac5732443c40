"""Imports one application of a folder the way Ray Serve does, and writes what it found.

A program of its own, run by a build in a process apart, here or on the cluster (whose Python may
be of 3.10), and never imported by the control plane: beside the catalogue the only file that
imports Ray. Knows nothing of tasktui. What fails before Ray is needed fails without it, in a
tenth of the time.

    python serve_import.py JOB.json
"""

from __future__ import annotations

import ctypes
import faulthandler
import importlib
import inspect
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

_DIE_WITH_PARENT = 1  # Linux: PR_SET_PDEATHSIG
_NAMES = 20
_MACHINERY = {__file__, importlib.__file__, "<frozen importlib._bootstrap>"}


def answer(job: dict[str, Any]) -> dict[str, Any]:
    """What the application is, or what went wrong at which stage."""
    folder = job["folder"]
    sys.path[0] = folder
    os.chdir(folder)
    try:
        module = importlib.import_module(job["module"])
    except BaseException as error:  # noqa: BLE001 - whatever the user's script raises is the answer
        return _failed("import", error, folder)
    found: Any = getattr(module, job["name"], None)
    bound = sorted(n for n, v in vars(module).items() if _is_application(v))[:_NAMES]
    if found is None:
        return {"stage": "name", "bound": bound}
    if not inspect.isfunction(found) and not _is_application(found):
        return {"stage": "kind", "type": type(found).__name__, "bound": bound}
    if job["args"] and not inspect.isfunction(found):
        return {"stage": "arguments"}
    return _built(found, job["args"], folder)


def _built(found: Any, args: dict[str, Any], folder: str) -> dict[str, Any]:  # noqa: ANN401 - the user's
    try:
        from ray.serve._private.api import (  # noqa: PLC0415 - only where it is needed
            call_user_app_builder_with_args_if_necessary as call,
        )

        app = call(found, args)
    except BaseException as error:  # noqa: BLE001 - as above
        return _failed("call", error, folder)
    try:
        return _facts(app)
    except BaseException as error:  # noqa: BLE001 - as above
        return _failed("build", error, folder)


def _is_application(value: Any) -> bool:  # noqa: ANN401 - the user's
    deployment = sys.modules.get("ray.serve.deployment")
    return deployment is not None and isinstance(value, deployment.Application)


def _facts(app: Any) -> dict[str, Any]:  # noqa: ANN401 - Ray's
    from ray.serve._private.build_app import build_app  # noqa: PLC0415 - as above

    built = build_app(app, name="build")
    check = getattr(built, "validate_single_fastapi_ingress", None)  # not every Ray has it
    if check is not None:
        check()
    first = [d for d in built.deployments if d.name == built.ingress_deployment_name]
    others = [d for d in built.deployments if d.name != built.ingress_deployment_name]
    return {
        "deployments": [_deployment(d) for d in (*first, *others)],
        "docs_path": _docs_path(first[0]),
    }


def _deployment(deployment: Any) -> dict[str, Any]:  # noqa: ANN401 - Ray's
    options = deployment.ray_actor_options or {}
    cpu = options.get("num_cpus")
    return {
        "name": deployment.name,
        "calls": _handles(deployment),
        "cpu": 1.0 if cpu is None else float(cpu),
        "gpu": float(options.get("num_gpus") or 0),
        "autoscaling": _autoscaling(deployment),
    }


def _handles(deployment: Any) -> list[str]:  # noqa: ANN401 - Ray's
    from ray.dag.py_obj_scanner import _PyObjScanner  # noqa: PLC0415 - as above
    from ray.serve.handle import DeploymentHandle  # noqa: PLC0415 - as above

    scanner: Any = _PyObjScanner(source_type=DeploymentHandle)
    try:
        found = scanner.find_nodes((deployment.init_args, deployment.init_kwargs))
        return list(dict.fromkeys(handle.deployment_name for handle in found))
    finally:
        scanner.clear()


def _autoscaling(deployment: Any) -> dict[str, Any]:  # noqa: ANN401 - Ray's
    """What the code sets, not Ray's defaults; a policy that is code stays where it is."""
    config = deployment._deployment_config.autoscaling_config  # noqa: SLF001 - Ray has no other way
    if config is None:
        return {}
    found: dict[str, Any] = json.loads(config.json(exclude_unset=True, exclude={"policy"}))
    return {key: value for key, value in found.items() if value is not None}


def _docs_path(ingress: Any) -> str:  # noqa: ANN401 - Ray's
    """The documentation page of a FastAPI application, which only its wrapper knows."""
    try:
        held = inspect.getclosurevars(ingress.func_or_class.__init__).nonlocals
    except (AttributeError, TypeError):
        return ""
    paths = [getattr(value, "docs_url", None) for value in held.values()]
    return next((path for path in paths if isinstance(path, str)), "")


def _failed(stage: str, error: BaseException, folder: str) -> dict[str, Any]:
    """What was raised and where; the traceback, without our own lines, goes to the log."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename in _MACHINERY:
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace)
    frames = [f for f in traceback.extract_tb(trace) if f.filename.startswith(folder)]
    where = f"{_short(frames[-1].filename, folder)} line {frames[-1].lineno}" if frames else ""
    if isinstance(error, SyntaxError) and error.filename:
        where = f"{_short(error.filename, folder)} line {error.lineno}"
    return {
        "stage": stage,
        "type": type(error).__name__,
        "message": str(error.msg if isinstance(error, SyntaxError) else error),
        "where": where,
        "missing": (error.name or "") if isinstance(error, ModuleNotFoundError) else "",
    }


def _short(path: str, folder: str) -> str:
    return path.removeprefix(folder).lstrip("/")


def _confine(job: dict[str, Any]) -> None:
    """End with the parent, however that ends; write no large file and no core; tell where."""
    call: Callable[..., Any] | None = getattr(ctypes.CDLL(None), "prctl", None)
    if call is not None:
        call(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != job["parent"]:
        sys.exit(1)  # it ended before
    size = job["file_bytes"]
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
    faulthandler.register(signal.SIGUSR1, file=sys.stderr)


def _main(path: Path) -> None:
    job = json.loads(path.read_text())
    _confine(job)
    text = json.dumps(answer(job))
    draft = Path(job["answer"] + ".draft")
    draft.write_text(text)
    draft.rename(job["answer"])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads of the script may go on for ever


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
