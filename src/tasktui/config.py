"""Configuration: flags over environment over the TOML file; unknown keys are refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Literal, get_args

from tasktui.errors import InvalidField, UserError

NO_SCHEDULER = "TASKTUI_NO_SCHEDULER"
"""Variable set by people who run the scheduler under systemd only, and by tests."""

_SWITCHES = frozenset({"allow_remote", "read_only"})

Admission = Literal["auto", "strict", "off"]
Builds = Literal["import", "cluster", "read"]
Theme = Literal["16", "dark", "light", "mono"]

_WORDS = {"admission": Admission, "builds": Builds, "theme": Theme}


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that can be set."""

    state_dir: Path
    """Database, packages, logs, lock, and the embedded cluster's record. Mode 0700."""
    address: str = ""
    """Dashboard URL of the cluster; empty: find one."""
    allow_remote: bool = False
    """Permit addresses that are not loopback."""
    read_only: bool = False
    """Whether faces refuse every change. The scheduler goes on."""
    drain_s: float = 60.0
    """How long requests in flight may take after a stop, in seconds."""
    start_limit_s: float = 1800.0
    """How long a start may take until a replica is ready, in seconds."""
    late_limit_h: float = 24.0
    """How late a One-off that was missed may still start, in hours."""
    admission: Admission = "auto"
    """Whether tasks wait for free resources: ``auto`` is off where Ray's autoscaler runs."""
    builds: Builds = "import"
    """Where an artifact's script is imported: ``import`` on this machine, in a process apart, or,
    where packages that it needs are missing here, on the cluster; ``cluster`` always there;
    ``read`` nowhere, it is only read."""
    build_limit_s: float = 120.0
    """How long importing an artifact's script may take, in seconds."""
    unused_limit_h: float = 24.0
    """How long a package that nothing uses is kept, in hours."""
    keys: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The user's own keys of the terminal app by the id of what they do; only in the file."""
    theme: Theme = "16"
    """Colours of the terminal app; ``16`` are the terminal's own."""

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.state_dir / "tasktui.db"

    @property
    def scheduler_log(self) -> Path:
        """The scheduler's log."""
        return self.state_dir / "scheduler.log"

    @property
    def cluster_record(self) -> Path:
        """What is known of the embedded cluster."""
        return self.state_dir / "cluster.json"


def load(environ: Mapping[str, str], **flags: object) -> Config:
    """Build the configuration. Flags that are None count as not given.

    Raises InvalidField for an unknown key or a value of the wrong type.
    """
    home = Path(environ.get("HOME") or Path.home())
    state = environ.get("XDG_STATE_HOME") or str(home / ".local/state")
    config = Config(state_dir=(Path(state) / "tasktui").absolute())
    file = Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "tasktui/config.toml"
    config = _apply(config, _read(file), str(file))
    names = {f.name: f"TASKTUI_{f.name.upper()}" for f in fields(Config) if f.name != "keys"}
    given = {n: environ[v] for n, v in names.items() if environ.get(v)}
    config = _apply(config, given, "environment")
    chosen = {k: v for k, v in flags.items() if v is not None}
    return _apply(config, chosen, "command line")


def _read(file: Path) -> dict[str, object]:
    try:
        text = file.read_text()
        import tomllib  # noqa: PLC0415 - only where there is a file

        return tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:  # ValueError: neither text nor TOML
        raise UserError(f"{file} cannot be read: {error}.", "Mend or remove the file.") from error


def _meant(key: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only after a mistake

    close = get_close_matches(key, known, n=1)
    return f"did you mean {close[0]}?" if close else f"known keys: {', '.join(sorted(known))}"


def _apply(config: Config, values: Mapping[str, object], where: str) -> Config:
    known = {f.name for f in fields(Config)}
    for key in values:
        if key not in known:
            raise InvalidField(where, key, f"no key here; {_meant(key, known)}")
    return replace(config, **{k: _parse(k, v, where) for k, v in values.items()})  # type: ignore[arg-type]


def _parse(key: str, value: object, where: str) -> object:
    field = f"{where}: {key}"
    if key == "state_dir":
        return _directory(field, value)
    if key.endswith(("_s", "_h")):
        return _number(field, value)
    if key in _SWITCHES:
        words = {"true": True, "1": True, "false": False, "0": False}
        if str(value).lower() not in words:
            raise InvalidField(field, value, "true or false")
        return words[str(value).lower()]
    if key in _WORDS and value not in get_args(_WORDS[key]):
        raise InvalidField(field, value, f"one of {', '.join(get_args(_WORDS[key]))}")
    if key == "keys":
        return _table(field, value)
    if not isinstance(value, str):
        raise InvalidField(field, value, "text")
    return value


def _table(field: str, value: object) -> dict[str, str]:
    if isinstance(value, dict) and all(isinstance(v, str) for v in value.values()):
        return {str(k): str(v) for k, v in value.items()}
    raise InvalidField(field, value, 'a table such as [keys] with lines such as detail = "h"')


def _directory(field: str, value: object) -> Path:
    try:
        if isinstance(value, (str, Path)) and str(value):
            return Path(value).expanduser().absolute()
    except RuntimeError as error:  # nobody has the name after the ~
        raise InvalidField(field, value, "a directory; ~NAME must be a user's name") from error
    raise InvalidField(field, value, "a directory")


def _number(field: str, value: object) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise InvalidField(field, value, "a number, 0 or more")
    return number
