"""Every screen once: the keys that lead there, and what it shows then."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One picture: ``steps`` are keys and what is seen after them, one pair after the other."""

    name: str
    about: str
    steps: tuple[tuple[str, str], ...] = ()
    world: str = "full"
    """``full``, ``empty``, ``unreachable``, ``down`` (no scheduler), ``loading``."""
    theme: str = "16"
    read_only: bool = False
    first: str = "> dev-7b"
    """What the first screen shows once it is ready."""


def _on(name: str) -> tuple[tuple[str, str], ...]:
    """The cursor on a task."""
    letters = " ".join(c.replace("-", "minus") for c in name)
    return ((f"colon t a s k space {letters} enter", f"{name} rev"),)


SCENES = (
    Scene(name="table", about="The task table, all tasks"),
    Scene(name="tab-idle", about="Tab Idle", steps=(("2", "scratch"),)),
    Scene(name="tab-in-queue", about="Tab In-queue: why each waits", steps=(("3", "report"),)),
    Scene(name="tab-starting", about="Tab Starting", steps=(("4", "mistral-exp"),)),
    Scene(name="tab-running", about="Tab Running", steps=(("5", "whisper"),)),
    Scene(name="tab-need-stop", about="Tab Need Stop: what drains", steps=(("6", "old-chat"),)),
    Scene(name="tab-archived", about="Tab Archived", steps=(("7", "llama-13b"),)),
    Scene(name="wide", about="`x`: columns in full width", steps=(("x", "llama-70b"),)),
    Scene(
        name="columns",
        about="`f`: which columns, and in which order",
        steps=(("f", "SHOW COLUMN"), ("j J space G space K K", "[x]  zone")),
    ),
    Scene(
        name="view",
        about="A saved view, with columns of one's own, and changed since",
        steps=(
            (
                "colon c o l u m n s space n a m e , s t a t u s , h o l d s , b y enter",
                "4 columns",
            ),
            ("colon v i e w space s a v e space n i g h t enter", "view night"),
            ("z", "night*"),
        ),
    ),
    Scene(name="order", about="`o`: order by a column", steps=(("o", "By n name"),)),
    Scene(
        name="filter",
        about="`/`: the filter as it is typed; the tabs count with it",
        steps=(("slash l l a m a", "shown, filter"),),
    ),
    Scene(
        name="filter-nothing",
        about="A filter that nothing matches says so",
        steps=(("slash x y z z y enter", "No task here matches"),),
    ),
    Scene(name="problems", about="`z`: only problems", steps=(("z", "problems"),)),
    Scene(
        name="command",
        about="`:`: the command line; Tab completes",
        steps=(("colon t h e m e space l tab", "theme light"),),
    ),
    Scene(
        name="command-unknown",
        about="A command that does not exist",
        steps=(("colon d e s t r o y enter", "There is no command"),),
    ),
    Scene(
        name="palette",
        about="`Ctrl-P`: commands by their words",
        steps=(("ctrl+p", "A word of what"),),
    ),
    Scene(name="help", about="`?`: the keys of this screen", steps=(("question_mark", "Keys of"),)),
    Scene(
        name="help-search",
        about="Searching in the help",
        steps=(("question_mark", "Keys of"), ("slash l o g", "log")),
    ),
    Scene(
        name="tour", about="`:tour`: the app in one screen", steps=(("colon t o u r enter", ""),)
    ),
    Scene(name="copy", about="`c`: what can be copied", steps=(*_on("llama-70b"), ("c", "URL"))),
    Scene(
        name="detail",
        about="`d`: everything about a task",
        steps=(*_on("llama-70b"), ("d", "Endpoint")),
    ),
    Scene(
        name="detail-artifact",
        about="Detail: the part with the artifact",
        steps=(*_on("llama-70b"), ("d", "Endpoint"), ("tab tab", "Artifact")),
    ),
    Scene(
        name="detail-replicas",
        about="Detail: the part with the replicas",
        steps=(*_on("llama-70b"), ("d", "Endpoint"), ("tab tab tab", "REPLICA")),
    ),
    Scene(
        name="detail-events",
        about="Detail: history and events",
        steps=(*_on("llama-70b"), ("d", "Endpoint"), ("G", "EVENTS")),
    ),
    Scene(
        name="detail-problem",
        about="Detail of a task with an error",
        steps=(
            *_on("dev-7b"),
            ("d", "Endpoint"),
            ("tab tab tab", "Last error"),
        ),
    ),
    Scene(
        name="logs",
        about="`l`: the log of a replica, live",
        steps=(*_on("llama-70b"), ("l", "kv cache")),
    ),
    Scene(
        name="logs-search",
        about="Searching in the log",
        steps=(*_on("llama-70b"), ("l", "kv cache"), ("slash W A R N enter", "WARN")),
    ),
    Scene(
        name="logs-dead",
        about="`l` `p`: the log of a replica that has died",
        steps=(*_on("dev-7b"), ("l", "kv cache"), ("p", "exit code 137")),
    ),
    Scene(
        name="logs-replicas",
        about="`r` in the log: which replica",
        steps=(*_on("dev-7b"), ("l", "kv cache"), ("r", "k77c0")),
    ),
    Scene(
        name="calendar",
        about="`v`: a week of the schedule",
        steps=(*_on("llama-70b"), ("v", "calendar")),
    ),
    Scene(
        name="why",
        about="`w`: why a task waits",
        steps=(*_on("llama-canary"), ("w", "why: llama-canary")),
    ),
    Scene(
        name="yaml",
        about="`y`: the task as a file",
        steps=(*_on("llama-70b"), ("y", "yaml: llama-70b")),
    ),
    Scene(
        name="why-failed",
        about="`w`: why a start fails",
        steps=(*_on("mistral-exp"), ("w", "why: mistral-exp")),
    ),
    Scene(
        name="artifacts",
        about="`b`: every artifact, its build and who uses it",
        steps=(("b", "and their builds"), ("G", "vllm-7b-dev")),
    ),
    Scene(
        name="applications",
        about="`O`: what runs on the cluster, of tasks and of others",
        steps=(("O", "> notebook"), ("down", "> text_ml")),
    ),
    Scene(
        name="nodes",
        about="`i`: nodes, their GPUs, and who holds them",
        steps=(("i", "> gpu-01"), ("down", "> ")),
    ),
    Scene(
        name="adopt",
        about="`A` there: what it means to take an application over",
        steps=(("O", "> notebook"), ("down", "> text_ml"), ("A", "Adopt text_ml")),
    ),
    Scene(name="audit", about="`a`: who did what, from where", steps=(("a", "launched"),)),
    Scene(
        name="history",
        about="`H`: revisions, with what each changed",
        steps=(*_on("llama-70b"), ("H", "history of llama-70b")),
    ),
    Scene(
        name="rollback",
        about="`B` in the history: the plan of a roll back",
        steps=(
            *_on("llama-70b"),
            ("H", "history of"),
            ("B", "Roll llama-70b"),
        ),
    ),
    Scene(
        name="call",
        about="`T`: a request to the endpoint",
        steps=(*_on("llama-70b"), ("T", "Enter sends")),
    ),
    Scene(
        name="call-answer",
        about="The answer, with its time",
        steps=(*_on("llama-70b"), ("T", "Enter sends"), ("enter", "200 OK")),
    ),
    Scene(
        name="activate",
        about="`A`: activate, at the next point or now",
        steps=(*_on("nightly-eval"), ("A", "Activate nightly-eval")),
    ),
    Scene(
        name="deactivate",
        about="`D`: what drains, and which points will not fire",
        steps=(*_on("llama-70b"), ("D", "Deactivate llama-70b")),
    ),
    Scene(name="force", about="`D` again: by force", steps=(*_on("old-chat"), ("D", "old-chat"))),
    Scene(
        name="override",
        about="`S`: replicas by hand for a while",
        steps=(*_on("llama-70b"), ("S", "Scale llama-70b"), ("tab 6 minus 8", "6-8")),
    ),
    Scene(
        name="pause",
        about="`P`: pause the schedule",
        steps=(*_on("llama-70b"), ("P", "Pause llama-70b")),
    ),
    Scene(
        name="restart", about="`R`: restart", steps=(*_on("llama-70b"), ("R", "Restart llama-70b"))
    ),
    Scene(name="archive", about="`X`: archive", steps=(*_on("scratch"), ("X", "Archive scratch"))),
    Scene(
        name="delete", about="`D` on tab 7: delete", steps=(("7", "gpt-j"), ("D", "Delete gpt-j"))
    ),
    Scene(
        name="marks",
        about="`Space`: marked rows",
        steps=(("g", "> dev-7b"), ("space space space", "3 marked")),
    ),
    Scene(
        name="bulk",
        about="A verb on marked tasks: one plan for all",
        steps=(("5", "whisper"), ("asterisk", "marked"), ("D", "Deactivate 5")),
    ),
    Scene(
        name="bulk-mixed",
        about="Some of the marked tasks are left out, with why",
        steps=(("asterisk", "marked"), ("P", "Pause")),
    ),
    Scene(
        name="bulk-result",
        about="What was left out stays marked, with why",
        steps=(("asterisk", "marked"), ("R", "Restart"), ("left enter", "estart:")),
    ),
    Scene(name="launch-artifact", about="`n`: the wizard, step 1", steps=(("n", "(1) Artifact"),)),
    Scene(
        name="launch-resources",
        about="Step 2: where a replica fits now",
        steps=(("n", "(1) Artifact"), ("l l a m a enter", "One replica needs")),
    ),
    Scene(
        name="launch-settings",
        about="Step 3: settings and schedule",
        steps=(
            ("n", "(1) Artifact"),
            ("l l a m a enter", "One replica needs"),
            ("pagedown", "Deployment name"),
            ("enter enter enter right", "Daily"),
        ),
    ),
    Scene(
        name="launch-plan",
        about="Step 4: what will happen, before anything is written",
        steps=(
            ("n", "(1) Artifact"),
            ("l l a m a enter", "One replica needs"),
            ("pagedown", "Deployment name"),
            ("pagedown", "(4) Summary"),
        ),
    ),
    Scene(
        name="edit",
        about="`e`: the plan of an edit",
        steps=(*_on("qwen-vl"), ("e", "(4) Summary")),
    ),
    Scene(
        name="cluster-start",
        about="`K`: start Ray on this machine",
        world="empty",
        first="No task",
        steps=(("K", "Start"),),
    ),
    Scene(
        name="read-only",
        about="Read-only: every change is refused",
        read_only=True,
        steps=(("A", "ead-only"),),
    ),
    Scene(
        name="unreachable",
        about="Ray does not answer: rows stay, their age is said",
        world="unreachable",
        first="llama-70b",
    ),
    Scene(name="scheduler-down", about="No scheduler runs", world="down", first="cheduler is down"),
    Scene(name="empty", about="No task yet", world="empty", first="No task yet"),
    Scene(
        name="loading",
        about="The frame before the first rows",
        world="loading",
        first="Reading tasks",
    ),
    Scene(name="theme-light", about="`:theme light`", theme="light"),
    Scene(name="theme-dark", about="`:theme dark`", theme="dark"),
    Scene(name="theme-mono", about="`:theme mono`, and NO_COLOR", theme="mono"),
)
