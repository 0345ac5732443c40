from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import tasktui

PROGRAM = """
import os, sys
sys.path.insert(0, sys.argv[1])
from tasktui.runtime import bytecode
bytecode.keep(os.environ)
print(sys.pycache_prefix, sys.dont_write_bytecode)
import tasktui.errors
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The package without any compiled module."""
    package = tmp_path / "site" / "tasktui"
    for name in ("__init__.py", "errors.py", "runtime/__init__.py", "runtime/bytecode.py"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_bytes((Path(tasktui.__file__).parent / name).read_bytes())
    return package.parent


def ran(source: Path, **environ: str) -> str:
    env = {"HOME": str(source.parent), "PYTHONPATH": str(source), **environ}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(source)],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def cached(folder: Path) -> list[str]:
    return sorted(p.name.partition(".")[0] for p in folder.rglob("*.pyc") if "tasktui" in str(p))


def test_where_python_may_not_write_beside_the_source_it_writes_into_the_users_cache(
    source: Path,
) -> None:
    cache = source.parent / ".cache" / "tasktui" / "pycache"
    assert ran(source, PYTHONDONTWRITEBYTECODE="1") == f"{cache} False"
    assert "errors" in cached(cache)
    assert not cached(source)
    assert cache.stat().st_mode & 0o777 == 0o700


def test_the_cache_lies_where_the_user_has_it(source: Path) -> None:
    place = source.parent / "elsewhere"
    found = ran(source, PYTHONDONTWRITEBYTECODE="1", XDG_CACHE_HOME=str(place))
    assert found == f"{place}/tasktui/pycache False"


def test_where_python_writes_beside_the_source_nothing_is_done(source: Path) -> None:
    assert ran(source) == "None False"
    assert "errors" in cached(source)


def test_compiled_modules_that_are_there_are_used(source: Path) -> None:
    ran(source)
    assert ran(source, PYTHONDONTWRITEBYTECODE="1") == "None True"


def test_a_place_that_python_was_told_of_stays(source: Path) -> None:
    told = str(source.parent / "told")
    assert ran(source, PYTHONDONTWRITEBYTECODE="1", PYTHONPYCACHEPREFIX=told) == f"{told} True"


@pytest.mark.parametrize("mode", [0o777, 0o775])
def test_a_folder_into_which_others_may_write_is_not_believed(source: Path, mode: int) -> None:
    cache = source.parent / ".cache" / "tasktui" / "pycache"
    cache.mkdir(parents=True)
    cache.chmod(mode)
    assert ran(source, PYTHONDONTWRITEBYTECODE="1") == "None True"


def test_a_link_in_its_place_is_not_followed(source: Path) -> None:
    (source.parent / "other").mkdir()
    cache = source.parent / ".cache" / "tasktui"
    cache.mkdir(parents=True)
    (cache / "pycache").symlink_to(source.parent / "other")
    assert ran(source, PYTHONDONTWRITEBYTECODE="1") == "None True"
    assert not cached(source.parent / "other")


@pytest.mark.parametrize("home", ["", "relative"])
def test_without_a_home_nothing_is_kept(source: Path, home: str) -> None:
    assert ran(source, PYTHONDONTWRITEBYTECODE="1", HOME=home) == "None True"
