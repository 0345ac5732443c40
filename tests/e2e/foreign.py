"""Somebody else's application on the same cluster, deployed with Ray's own tool."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

from e2e.site import Site, until

SCRIPT = """
from ray import serve


@serve.deployment
class Theirs:
    def __call__(self, request):
        import os

        return {"theirs": os.getpid()}


app = Theirs.bind()
"""


class Foreign:
    """``serve deploy`` of a script of its own; ``pid`` is that of its only replica."""

    def __init__(self, site: Site) -> None:
        self._site = site
        folder = site.folder / "theirs"
        folder.mkdir()
        (folder / "theirs.py").write_text(SCRIPT)
        app = {
            "name": "theirs",
            "route_prefix": "/theirs",
            "import_path": "theirs:app",
            "runtime_env": {"env_vars": {"PYTHONPATH": str(folder)}},
        }
        config = folder / "config.yaml"
        config.write_text(json.dumps({"applications": [app]}))
        self._config = config
        self.begin()

    def begin(self) -> None:
        """Deploy it where it is not there yet, or no more."""
        self.deploy()
        until(self.now, 90)
        self.pid = self.now()

    def deploy(self) -> None:
        """Deploy it as its owner does, who knows of nobody else: Ray drops all other ones."""
        self._serve("deploy", str(self._config))

    def config(self) -> str:
        """What Ray says was deployed, byte for byte."""
        return json.dumps(self._site.applications()["theirs"]["deployed_app_config"])

    def now(self) -> int:
        """Process that answers now; 0 when nobody does."""
        url = self._site.json("cluster", "status")["serve_url"] + "/theirs"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return int(json.load(answer)["theirs"])
        except OSError:
            return 0

    def untouched(self) -> bool:
        """Whether the same replica as in the beginning answers."""
        return self.now() == self.pid

    def _serve(self, *words: str) -> None:
        site = self._site
        env = {**site.environ, **site.json("cluster", "status")["environ"], **site.more}
        serve = Path(sys.executable).parent / "serve"
        subprocess.run([str(serve), *words], env=env, check=True, capture_output=True, timeout=120)
