"""What may become a task: read from a file or from Ray, before anything is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tasktui.domain.artifact import NO_ENV, Spec
from tasktui.domain.recipe import EMPTY, NO_VALUES, Scalar
from tasktui.domain.schedule import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One of them. Either ``base`` says what runs, or an artifact that is there already."""

    where: str
    """What it is in the file: ``application text_ml``."""
    name: str = ""
    """Of the task; empty where none can be made of the file."""
    schedule: Schedule | None = None
    """None: at once, with the bounds that ``base`` declares."""
    artifact: str = ""
    """Label; empty where it is to be found by ``file_path`` and ``deployment_name``."""
    file_path: str = ""
    deployment_name: str = ""
    env: Mapping[str, str] = field(default_factory=lambda: NO_ENV, repr=False)
    parameters: Mapping[str, Scalar] = field(default_factory=lambda: NO_VALUES)
    spec: Spec | None = None
    """Resources of one replica; None: the artifact's."""
    base: Mapping[str, object] = field(default_factory=lambda: EMPTY, repr=False)
    """An application in Ray Serve's own form, without name, route and variables."""
    scaled: str = ""
    """The deployment of ``base`` that the bounds apply to; empty where none is named."""
    autoscaling: Mapping[str, object] = field(default_factory=lambda: EMPTY)
    """Its autoscaling options; with bounds where only the code has them."""
    app: str = ""
    """Name of the application, where it keeps one of its own."""
    route: str = ""
    left_out: tuple[str, ...] = ()
    """What is not taken over, key by key, each with the reason."""
    notes: tuple[str, ...] = ()
    """What is worth knowing of what is."""
    problem: str = ""
    """Why it cannot be taken over at all."""
