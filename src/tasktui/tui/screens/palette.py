"""Every command by its words, in Textual's own palette, over the table that ``:`` goes by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, ClassVar, cast

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from tasktui.tui.commandline import offered
from tasktui.tui.screens.views import all_of

if TYPE_CHECKING:
    from tasktui.tui.screens.prompting import Prompting


class Commands(Provider):
    """The commands of the command line, with what the help says of each, and the saved views."""

    _views: Sequence[tuple[str, str]] = ()

    async def discover(self) -> Hits:
        """All of them, before a letter is typed."""
        for words, text in self._all():
            yield DiscoveryHit(f":{words}  {text}", self._run(words))

    async def search(self, query: str) -> Hits:
        """Those with the letters of ``query`` in their order."""
        matcher = self.matcher(query)
        for words, text in self._all():
            shown = f":{words}  {text}"
            score = matcher.match(shown)
            if score:
                yield Hit(score, matcher.highlight(shown), self._run(words), text=shown)

    async def startup(self) -> None:
        """Read the saved views once."""
        self._views = all_of(cast("Prompting", self.screen).desk.views)

    def _all(self) -> Iterator[tuple[str, str]]:
        return chain(offered(), self._views)

    def _run(self, words: str) -> partial[None]:
        return partial(cast("Prompting", self.screen).run_text, words)


class _Palette(CommandPalette):
    # A pictogram of two cells, which not every terminal and locale has.
    CSS: ClassVar[str] = "SearchIcon { display: none; }"


def command_palette() -> CommandPalette:
    """The palette, closed by Esc or by a choice."""
    return _Palette(providers=[Commands], placeholder="A word of what you want to do")
