from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tasktui.runtime.units import NAME, Unit, quoted, steps, steps_away, text

OWN = Unit(
    argv=["/opt/venv/bin/python", "-m", "tasktui", "--state-dir", "/var/lib/t", "scheduler", "run"],
    state_dir=Path("/var/lib/t"),
    environment_file=Path("/etc/tasktui/scheduler.env"),
)
SYSTEM = replace(OWN, user="daemon", named=True)


def lines(unit: Unit) -> list[str]:
    return text(unit).splitlines()


def test_it_runs_this_python_over_this_directory_and_ends_cleanly() -> None:
    found = lines(OWN)
    assert "ExecStart=/opt/venv/bin/python -m tasktui --state-dir /var/lib/t scheduler run" in found
    for line in ("Type=exec", "Restart=on-failure", "KillSignal=SIGTERM", "TimeoutStopSec=15"):
        assert line in found
    assert "WantedBy=default.target" in found
    assert not [line for line in found if line.startswith(("User=", "ProtectSystem="))]


def test_a_unit_of_the_machine_writes_only_to_its_directory() -> None:
    found = lines(SYSTEM)
    assert "User=daemon" in found
    assert "WantedBy=multi-user.target" in found
    assert "ProtectSystem=strict" in found
    assert [line for line in found if line.startswith("ReadWritePaths=")] == [
        "ReadWritePaths=/var/lib/t"
    ]
    assert "IPAddressDeny=any" in found


def test_another_machine_is_reached_only_where_that_is_allowed() -> None:
    assert "IPAddressDeny=any" not in lines(replace(SYSTEM, remote=True))


def test_a_cluster_that_must_be_found_is_looked_for_in_the_real_tmp() -> None:
    assert "PrivateTmp=yes" in lines(SYSTEM)
    assert "PrivateTmp=yes" not in lines(replace(SYSTEM, named=False))


def test_a_token_is_handed_on_and_never_written_down() -> None:
    found = lines(replace(OWN, token_file=Path("/home/op/100% token")))
    assert "LoadCredential=ray-token:/home/op/100%% token" in found
    assert "Environment=RAY_AUTH_TOKEN_PATH=%d/ray-token" in found
    assert not [line for line in lines(OWN) if "token" in line.lower()]


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("/usr/bin/python3.11", "/usr/bin/python3.11"),
        ("--address", "--address"),
        ("http://127.0.0.1:8265", "http://127.0.0.1:8265"),
        ("/home/o p/x", '"/home/o p/x"'),
        ("50%", "50%%"),
        ("$HOME", "$$HOME"),
        ('a"b', '"a\\"b"'),
        ("a\\b", '"a\\\\b"'),
        ("a;b", '"a;b"'),
        ("", '""'),
        ("a\nExecStart=evil", '"a\\nExecStart=evil"'),
    ],
)
def test_a_word_reaches_the_program_as_it_is(word: str, written: str) -> None:
    assert quoted(word) == written
    assert len(text(replace(OWN, argv=[word])).splitlines()) == len(lines(OWN))


@pytest.mark.parametrize("system", [True, False])
def test_what_to_type_names_the_right_manager(system: bool) -> None:
    for line in (*steps(Path("/x") / NAME, system=system), *steps_away(system=system)):
        assert line.startswith(("systemctl", "loginctl"))
        assert ("--user" in line) is (not system and line.startswith("systemctl"))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize(("unit", "most"), [(SYSTEM, 1.5), (OWN, 6.5)], ids=["system", "user"])
def test_systemd_finds_it_hardened(tmp_path: Path, unit: Unit, most: float) -> None:
    file = tmp_path / NAME
    file.write_text(text(unit))
    words = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(file)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if "Overall exposure level" not in done.stdout:
        pytest.skip(f"systemd-analyze cannot tell here: {done.stderr}")
    level = done.stdout.rpartition("service: ")[2].split()[0]
    assert float(level) <= most
    assert "Unknown" not in done.stderr
