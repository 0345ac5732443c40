"""Screens that every page leads to, whatever it shows itself."""

from __future__ import annotations

from importlib import import_module

from textual.screen import Screen

from tasktui.tui.desk import Desk


class Elsewhere(Screen[None], inherit_bindings=False):
    """Opens each from a module of its own: the first frame needs none of them."""

    desk: Desk

    def do_audit(self) -> None:
        """Who did what."""
        self._open("audit", "AuditScreen")

    def do_apps(self) -> None:
        """What runs on the cluster."""
        self._open("apps", "AppsScreen")

    def do_nodes(self) -> None:
        """What the cluster has, and who holds it."""
        self._open("nodes", "NodesScreen")

    def do_artifacts(self) -> None:
        """What tasks are made of."""
        self._open("artifacts", "ArtifactsScreen")

    def do_tour(self) -> None:
        """The app in one screen."""
        self._open("tour", "TourScreen")

    def _open(self, module: str, name: str) -> None:
        screen = getattr(import_module(f"tasktui.tui.screens.{module}"), name)
        self.app.push_screen(screen(self.desk))
