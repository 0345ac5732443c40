"""A stand-in for Ray's ``ray`` program: daemons of the same names, and a dashboard that answers."""

from __future__ import annotations

import sys
from pathlib import Path

_FAIL = """
import sys
print("Ray cannot start: the moon is full")
sys.exit(3)
"""

_HANG = """
import time
time.sleep(600)
"""

_PORT = """
if starts == 1:
    print("Failed to bind to 127.0.0.1:1 because it's already occupied.")
    sys.exit(1)
"""

_COMES_UP = """
import os, pathlib, subprocess, sys
here = pathlib.Path(__file__).parent
with (here / "starts").open("a") as file:
    file.write(" ".join(sys.argv[1:]) + "\\n")
starts = len((here / "starts").read_text().splitlines())

def given(name):
    return next(w.split("=", 1)[1] for w in sys.argv if w.startswith(f"--{name}="))

# before the daemons
pathlib.Path(given("temp-dir")).mkdir()
(here / "environ").write_text("\\n".join(f"{k}={v}" for k, v in os.environ.items()))
port = given("dashboard-port")
for words in (["gcs_server"], ["raylet"], ["dashboard/dashboard.py", port]):
    quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    subprocess.Popen([str(here / words[0]), *words[1:]], **quiet)
print("Ray runtime started.")
"""

_DAEMON = """
import signal
signal.pause()
"""

_DASHBOARD = """
import http.server, json, sys
options = None

class Answer(http.server.BaseHTTPRequestHandler):
    def reply(self, body):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def do_GET(self):
        if self.path == "/api/ray/version":
            self.reply({"ray_version": "2.60.0"})
        else:
            proxies = {"node": {"status": "HEALTHY"}} if options else {}
            self.reply({"applications": {}, "http_options": options, "proxies": proxies})

    def do_PUT(self):
        global options
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        options = body["http_options"]
        self.reply(None)

    def log_message(self, *words):
        pass

http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""

KINDS = {
    "fails": _FAIL,
    "hangs": _HANG,
    "comes up": _COMES_UP,
    "meets a taken port": _COMES_UP.replace("# before the daemons", _PORT),
}


def ray_program(folder: Path, kind: str = "comes up") -> str:
    """Write the program, which ``kind`` says the behaviour of; its path."""
    folder = folder / f"ray that {kind}".replace(" ", "-")
    (folder / "dashboard").mkdir(parents=True, exist_ok=True)
    for name in ("gcs_server", "raylet"):
        _write(folder / name, _DAEMON)
    _write(folder / "dashboard/dashboard.py", _DASHBOARD)
    return _write(folder / "ray", KINDS[kind])


def starts(program: str) -> list[str]:
    """The words of each start so far."""
    file = Path(program).with_name("starts")
    return file.read_text().splitlines() if file.exists() else []


def environ(program: str) -> dict[str, str]:
    """The environment of the last start."""
    lines = Path(program).with_name("environ").read_text().splitlines()
    return dict(line.partition("=")[::2] for line in lines if "=" in line)


def _write(path: Path, code: str) -> str:
    path.write_text(f"#!{sys.executable} -S\n{code}")
    path.chmod(0o700)
    return str(path)
