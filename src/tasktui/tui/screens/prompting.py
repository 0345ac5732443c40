"""A page with a prompt at its bottom: the ``:`` command line, on every page.

Guarantees that a refused command stays in the prompt, with what is wrong beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events

from tasktui.tui.desk import Desk
from tasktui.tui.lines import Line, Span, Tone, line
from tasktui.tui.screens.page import Page

if TYPE_CHECKING:
    from textual.widget import Widget

    from tasktui.tui.widgets.prompt import Prompt


class Prompting(Page):
    """Base of the pages on which one can type a command."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._prompt: Prompt | None = None
        self._refused = ""
        """What is wrong with the command line that was entered."""

    def names(self) -> Sequence[str]:
        """Names that Tab completes."""
        task = self.target()
        return [task.name] if task else []

    def do_command(self) -> None:
        """Open the command line."""
        self.open_prompt(":", "")

    def do_palette(self) -> None:
        """Find a command by its words."""
        from tasktui.tui.screens.palette import command_palette  # noqa: PLC0415 - not at first

        self.app.push_screen(command_palette())

    def open_prompt(self, mark: str, text: str) -> None:
        """Open a line that begins with ``mark``, unless one is open."""
        from tasktui.tui.widgets.prompt import Prompt  # noqa: PLC0415 - not for the first frame

        if self._prompt is None:
            self._prompt = Prompt(mark, text, self.names())
            self.mount(self._prompt, before=self.status)
            # At once, not when it is mounted: a letter that follows quickly is meant for it.
            self.set_focus(self._prompt)

    def close_prompt(self) -> None:
        """Back from the prompt to the page."""
        if self._prompt is not None:
            self._prompt.remove()
            self._prompt = None
            self._refused = ""
            self.set_focus(self.resting())
            self.draw_chrome()

    def resting(self) -> Widget | None:
        """What has the focus when no prompt is open: nothing, on a page that is only read."""
        return None

    def status_line(self) -> Line:
        """What is wrong with the command goes before everything."""
        if self._refused:
            return line(Span(f" {self._refused}", Tone.PROBLEM))
        return super().status_line()

    def on_prompt_typed(self, message: Prompt.Typed) -> None:
        """Run a command when it is entered."""
        self._refused = ""
        if message.done:
            self.run_text(message.text)
        else:
            self.draw_chrome()

    def run_text(self, text: str) -> None:
        """Carry out a command line, or say what is wrong with it."""
        from tasktui.tui.commandline import parse  # noqa: PLC0415 - not for the first frame
        from tasktui.tui.screens.running import run_command  # noqa: PLC0415

        typed = parse(text)
        if typed.error:
            self._refused = typed.error
            self.draw_chrome()
        else:
            self.close_prompt()
            run_command(self, typed)

    def on_prompt_left(self, message: Prompt.Left) -> None:
        """Left without Enter."""
        message.stop()
        self.close_prompt()

    def on_click(self, event: events.Click) -> None:
        """Clicks outside the prompt close it."""
        if self._prompt is not None and event.widget is not self._prompt:
            self.close_prompt()
