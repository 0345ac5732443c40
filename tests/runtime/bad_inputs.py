"""What people add by mistake or on purpose, under the words of ``docs/bad-input.md``."""

from __future__ import annotations

import stat
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tasktui.commands.artifacts import NewArtifact

DOCUMENT = Path(__file__).parents[2] / "docs" / "bad-input.md"

SERVE = "from ray import serve\n\n@serve.deployment\nclass Model: pass\n\n"
SCRIPT = f"{SERVE}app = Model.bind()\n"
HERE = "from other import app\n"
"""A script of which only a run can tell what it binds."""

Made = Callable[[Path], NewArtifact]


def folder(files: Mapping[str, str | bytes], name: str = "model") -> Made:
    """Add a folder with these files."""

    def make(place: Path) -> NewArtifact:
        source = place / name
        source.mkdir()
        for file, text in files.items():
            path = source / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        return NewArtifact(source=source)

    return make


def imported(text: str, other: str = "app = 1\n") -> Made:
    """Add a folder whose script must be run to be known."""
    return folder({"serve.py": text, "other.py": other})


def zipped(fill: Callable[[zipfile.ZipFile], None]) -> Made:
    """Add a zip of a good script and whatever ``fill`` writes."""

    def make(place: Path) -> NewArtifact:
        path = place / "model.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a name that is there twice
            archive.writestr("serve.py", SCRIPT)
            fill(archive)
        return NewArtifact(source=path)

    return make


def _link_out(place: Path) -> NewArtifact:
    new = folder({"serve.py": SCRIPT})(place)
    (new.source / "passwd").symlink_to("/etc/passwd")
    return new


def _many(place: Path) -> NewArtifact:
    new = folder({"serve.py": SCRIPT})(place)
    for number in range(10_000):
        (new.source / f"{number}.txt").touch()
    return new


def _large(place: Path) -> NewArtifact:
    new = folder({"serve.py": SCRIPT})(place)
    with (new.source / "weights.bin").open("wb") as stream:
        stream.truncate(2 * 10**9)
    return new


def _many_entries(archive: zipfile.ZipFile) -> None:
    for number in range(9_999):
        archive.writestr(f"{number}", "")


def _link(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("passwd")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(entry, "/etc/passwd")


def _patched(old: bytes, new: bytes) -> Made:
    def make(place: Path) -> NewArtifact:
        made = zipped(lambda a: a.writestr("data.bin", b"x" * 1000))(place)
        content = made.source.read_bytes()
        assert old in content
        made.source.write_bytes(content.replace(old, new))
        return made

    return make


def _encrypted(place: Path) -> NewArtifact:
    made = zipped(lambda a: a.writestr("a.txt", "a"))(place)
    content = bytearray(made.source.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    made.source.write_bytes(content)
    return made


def _cut(place: Path) -> NewArtifact:
    made = zipped(lambda a: a.writestr("data.bin", b"x" * 1000))(place)
    made.source.write_bytes(made.source.read_bytes()[:-30])
    return made


def _lying(place: Path) -> NewArtifact:
    """A zip whose list says that a file is shorter than it is."""
    made = zipped(lambda a: a.writestr("data.bin", b"x" * 1000))(place)
    content = bytearray(made.source.read_bytes())
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")
    made.source.write_bytes(content)
    return made


def _no_zip(place: Path) -> NewArtifact:
    path = place / "model.zip"
    path.write_text("no zip at all")
    return NewArtifact(source=path)


REFUSED: dict[str, Made] = {
    "a link out of the folder": _link_out,
    "10,000 files": _many,
    "2 GB": _large,
    "no script": folder({"readme.txt": "nothing"}),
    "a syntax error": folder({"serve.py": "def app(:\n"}),
    "no application under that name": folder({"serve.py": f"{SERVE}main = Model.bind()\n"}),
    "a deployment that is not bound": folder({"serve.py": f"{SERVE}app = Model\n"}),
    "a builder function of two parameters": folder(
        {"serve.py": f"{SERVE}def app(a, b):\n    return Model.bind()\n"}
    ),
    "an unknown key in artifact.toml": folder({"serve.py": SCRIPT, "artifact.toml": "nmae = 'x'"}),
    "a wrong type in artifact.toml": folder(
        {"serve.py": SCRIPT, "artifact.toml": "[resources]\ngpu = 'one'"}
    ),
    "a zip bomb": zipped(lambda a: a.writestr("zeros.bin", b"\0" * 20_000_000)),
    "a zip of 10,000 files": zipped(_many_entries),
    "a zip with an absolute name": zipped(lambda a: a.writestr("/etc/cron.d/job", "x")),
    "a zip with `..` in a name": zipped(lambda a: a.writestr("../outside.py", "x")),
    "a zip with a link": zipped(_link),
    "a zip with a name twice": zipped(lambda a: a.writestr("serve.py", "x = 1")),
    "an encrypted zip": _encrypted,
    "a zip that lies about a size": _lying,
    "half a zip": _cut,
    "no zip at all": _no_zip,
    "an image without a version": lambda _: NewArtifact(
        source=Path(), image="registry.local/chat", name="chat", scales="Model"
    ),
}
"""Refused before anything is kept."""

FAILED: dict[str, Made] = {
    "never returns from import": imported(
        f"{HERE}import time\nwhile True:\n    time.sleep(0.05)\n"
    ),
    "calls sys.exit on import": imported(f"{HERE}import sys\nsys.exit(3)\n"),
    "calls os._exit on import": imported(f"{HERE}import os\nos._exit(0)\n"),
    "crashes on import": imported(
        f"{HERE}import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n"
    ),
    "needs a module that is missing": imported(f"{HERE}import not_there\n"),
    "raises on import": imported(f"{HERE}raise ValueError('no weights')\n"),
    "has a syntax error in another file": imported(HERE, "app = = 1\n"),
    "has nothing of that name when run": imported("from other import *\n", "main = 1\n"),
    "binds something else to that name": imported(HERE),
    "a builder function that needs arguments": folder(
        {
            "serve.py": f"{SERVE}def app(args):\n    return Model.bind(args['model'])\n",
        }
    ),
    "does not tell which deployment scales": folder(
        {
            "serve.py": f"{SERVE}Other = Model.options(name='Other')\n"
            "app = Model.options(name='Front').bind(*[m.bind() for m in (Model, Other)])\n"
        }
    ),
}
"""Kept, and not to be launched: the build fails, within its limits."""

TESTED_ALONE = {"takes more memory than is allowed", "the build process is killed"}
"""By tests of their own."""


def rows() -> dict[str, tuple[str, str]]:
    """Outcome and message of each row of the two tables of the document."""
    tables = DOCUMENT.read_text().partition("## Limits")[0]
    lines = [line for line in tables.splitlines() if line.startswith("| ")]
    cells = [[c.strip() for c in line.strip("| ").split(" | ")] for line in lines]
    given = [c for c in cells if c[0] not in {"input", "---"}]
    return {name: (outcome, message.strip("`")) for name, outcome, message in given}
