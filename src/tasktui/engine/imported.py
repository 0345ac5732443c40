"""What an import tells: the deployments of an application, or why there is none. Pure.

Guarantees a sentence with what happened, where, and what to do, for every way in which an
import can end; and that of an answer, which the user's code may have written, only what has
the right form and size is believed.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tasktui.domain.build import Build, BuildStatus, Deployment, heaviest
from tasktui.domain.recipe import EMPTY
from tasktui.engine.importer import End, Ending

_BOUNDS = {"min_replicas", "max_replicas", "initial_replicas"}
_MOST = 100
_LINES = 12
_CHARACTERS = 2000
_FRAME = re.compile(r'File "(?:[^"]*/)?([^"/]+)", line (\d+)')
_INSTALL = "Install it for tasktui, too, to have it built here."
_HIDE = 'Remove that, or put it below if __name__ == "__main__".'


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was to be imported."""

    script: str
    """Its file: ``models/serve.py``."""
    name: str
    args: Mapping[str, object]
    scales: str = ""
    limit_s: float = 120.0
    memory: int = 0
    """Bytes."""
    on_cluster: bool = False
    """Whether it was imported there, not on this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A build, and what it tells of its artifact."""

    build: Build
    """Without a time."""
    scaled: str = ""
    """Empty where the build failed."""
    autoscaling: Mapping[str, object] = field(default_factory=lambda: EMPTY)
    """Options of the scaled deployment besides the bounds, as the code says."""
    missing: str = ""
    """A module that is not installed here, which stopped the import."""
    lacking: bool = False
    """Whether that stopped it, or a module that has not what is wanted of it."""


def tell(asked: Asked, ending: Ending) -> Told:
    """Judge how an import ended."""
    answer = ending.answer or {}
    found = _deployments(answer.get("deployments"))
    if found:
        return _built(asked, found, _text(answer, "docs_path"), ending.seconds)
    words = _failure(asked, answer) if ending.end is End.ANSWERED else _ended(asked, ending)
    build = Build(
        status=_STATUS.get(ending.end, BuildStatus.FAILURE),
        seconds=ending.seconds,
        error="\n".join([_one_line(words), *_last(ending.last)]),
        scales=asked.scales,
    )
    lacking = _text(answer, "type") in {"ModuleNotFoundError", "ImportError"}
    return Told(build=build, missing=_text(answer, "missing"), lacking=lacking)


_STATUS = {End.TIMEOUT: BuildStatus.TIMEOUT, End.STOPPED: BuildStatus.CANCELLED}


def _built(asked: Asked, found: tuple[Deployment, ...], docs_path: str, seconds: float) -> Told:
    build = Build(
        status=BuildStatus.SUCCESS,
        seconds=seconds,
        deployments=found,
        docs_path=docs_path,
        scales=asked.scales,
    )
    named = {d.name: d for d in found}
    weights = {d.name: (d.gpu, d.cpu) for d in found}
    scaled = named.get(asked.scales or heaviest(weights, found[0].name) or "")
    if scaled is None:
        failed = replace(build, status=BuildStatus.FAILURE, error=_one_line(_unclear(asked, found)))
        return Told(build=failed)
    kept = {key: value for key, value in scaled.autoscaling.items() if key not in _BOUNDS}
    return Told(build=build, scaled=scaled.name, autoscaling=kept)


def _unclear(asked: Asked, found: tuple[Deployment, ...]) -> str:
    listed = ", ".join(f"{d.name} ({d.gpu:g} GPU, {d.cpu:g} CPU)" for d in found)
    how = "scales in artifact.toml, or --scales NAME"
    if asked.scales:
        return f"{asked.script} has no deployment {asked.scales}: {listed}. Change {how}."
    return (
        f"Which deployment of {asked.script} the replicas count for cannot be told: {listed}. "
        f"Name it: {how}."
    )


def _failure(asked: Asked, answer: Mapping[str, object]) -> str:
    """The sentence for what the program met while it imported."""
    name, script = asked.name, asked.script
    bound = ", ".join(_texts(answer.get("bound"))) or "it has none"
    match _text(answer, "stage"):
        case "name":
            return (
                f"{script} has no {name}. Its applications: {bound}. "
                "Change deployment_name, or bind it in the script."
            )
        case "kind":
            return (
                f"{name} of {script} is of type {_text(answer, 'type')}, no Serve application. "
                f"Its applications: {bound}. Bind one: {name} = MyDeployment.bind()."
            )
        case "arguments":
            return (
                f"{name} of {script} is an application, and parameters need a function that "
                f"builds one: def {name}(args): return MyDeployment.bind(args)."
            )
        case "import" | "call" | "build" as stage:
            return _raised(asked, answer, stage)
        case _:
            return f"What the import of {script} answered has not the right form. Build it again."


def _raised(asked: Asked, answer: Mapping[str, object], stage: str) -> str:
    kind, message = _text(answer, "type"), _text(answer, "message")
    where, missing = _text(answer, "where"), _text(answer, "missing")
    at = f" ({where})" if where else ""
    raised = f"{kind}: {message}" if message else kind
    if kind == "SystemExit":
        return f"{asked.script} ends the process on import: sys.exit({message}){at}. {_HIDE}"
    if missing:
        here = "there" if asked.on_cluster else "here"
        return (
            f"{asked.script} needs the module {missing}, which is not installed {here}{at}. Name "
            "its package under requirements in artifact.toml, or put the file into the folder."
        )
    if kind == "ImportError":
        mend = "Name it under requirements in artifact.toml." if asked.on_cluster else _INSTALL
        return f"{asked.script} cannot import what it needs: {raised}{at}. {mend}"
    if stage == "call":
        given = ", ".join(f"{key}={value!r}" for key, value in asked.args.items()) or "none"
        return (
            f"{asked.name} of {asked.script} is a function, and fails when called with one "
            f"dictionary of arguments ({given}): {raised}{at}. Give each key that it needs a "
            "default under [parameters] of artifact.toml."
        )
    doing = "built" if stage == "build" else "imported"
    return f"{asked.script} cannot be {doing}: {raised}{at}. Mend it and add it again."


def _ended(asked: Asked, ending: Ending) -> str:
    """The sentence for a process that gave no answer."""
    script = asked.script
    if ending.why:
        return ending.why
    match ending.end:
        case End.STOPPED:
            return "The build was cancelled. Build it again where it is wanted."
        case End.TIMEOUT:
            return (
                f"Importing {script} was not over after {asked.limit_s:g} s"
                f"{_place(ending.last)}. Move what takes long into the deployment's __init__, or "
                "raise build_limit_s."
            )
        case End.MEMORY:
            return (
                f"Importing {script} took more than {asked.memory / 2**30:.1f} GB of memory. Load "
                "weights in the deployment's __init__, not on import."
            )
        case _ if ending.code < 0:
            return (
                f"The process that imported {script} was ended by {_signal(-ending.code)}: a "
                "crash in a library, or no memory left. Its last words are below."
            )
        case _:
            return (
                f"{script} ended the process with code {ending.code} on import, as os._exit "
                f"does. {_HIDE}"
            )


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _place(last: str) -> str:
    """Where it was, as the stack that it wrote at the end says."""
    _, stack, frames = last.rpartition("most recent call first")
    found = _FRAME.findall(frames) if stack else []
    return f" and stood at {found[0][0]} line {found[0][1]}" if found else ""


def _deployments(value: object) -> tuple[Deployment, ...]:
    """The deployments of an answer; empty where one of them has not the right form."""
    if not isinstance(value, list) or len(value) > _MOST:
        return ()
    found = [_deployment(item) for item in value]
    return tuple(d for d in found if d) if all(found) else ()


def _deployment(value: object) -> Deployment | None:
    if not isinstance(value, dict):
        return None
    name, cpu, gpu = (value.get(key) for key in ("name", "cpu", "gpu"))
    options = value.get("autoscaling")
    if not isinstance(name, str) or not name or not isinstance(options, dict):
        return None
    if not isinstance(cpu, int | float) or not isinstance(gpu, int | float):
        return None
    return Deployment(
        name=name[:_CHARACTERS],
        calls=tuple(_texts(value.get("calls"))),
        cpu=float(cpu),
        gpu=float(gpu),
        autoscaling=options,
    )


def _texts(value: object) -> list[str]:
    return [v for v in value[:_MOST] if isinstance(v, str)] if isinstance(value, list) else []


def _text(answer: Mapping[str, object], key: str) -> str:
    value = answer.get(key)
    return value[:_CHARACTERS] if isinstance(value, str) else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _last(output: str) -> list[str]:
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    return [line[:400] for line in lines[-_LINES:]]
