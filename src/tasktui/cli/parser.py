"""From the table of verbs to a parser whose complaints name what was probably meant.

Settings may stand before or after the verb. Raises UserError, never exits by
itself but for ``--help`` and ``--version``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import NoReturn, cast

from tasktui import __version__
from tasktui.cli.verbs import Place, Verb
from tasktui.errors import UserError

_ABOUT = """\
Launch models as tasks with a schedule on Ray Serve. Without a verb the terminal app opens."""

_CODES = """\
exit codes:
  0 done, 1 failed, 2 refused, 3 a wait that failed, 4 archived meanwhile, 70 a bug,
  124 out of time, 130 interrupted"""

_WIDTH = 88


class Help(argparse.RawDescriptionHelpFormatter):
    """One width everywhere, so that docs/cli.md is the same whoever makes it."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=_WIDTH)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        # The form of Python 3.13 under every Python: "-f, --file FILE".
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        return f"{', '.join(action.option_strings)} {self._format_args(action, action.dest)}"


class Parser(argparse.ArgumentParser):
    """Complains in sentences, with a hint."""

    def error(self, message: str) -> NoReturn:
        """Raise UserError instead of printing and exiting."""
        text = message[:1].upper() + message[1:].rstrip(".") + "."
        raise UserError(text, f"{self.prog} --help shows what it takes.")

    def _check_value(self, action: argparse.Action, value: object) -> None:
        # argparse would list everything; of thirty verbs one or two are meant.
        if action.choices is None or value in action.choices:
            return
        choices = [str(c) for c in action.choices]
        what = action.metavar if isinstance(action.metavar, str) else action.dest
        kind = "verb" if what == "VERB" else "value"
        raise UserError(
            f"{self.prog} has no {kind} {str(value)!r}.", meant(str(value), choices, self.prog)
        )


def meant(word: str, known: Sequence[str], prog: str) -> str:
    """A hint that names what is close to ``word``; all of the ``known`` where they are few."""
    from difflib import get_close_matches  # noqa: PLC0415 - only after a mistake

    given, bare = word.lstrip("-"), {k.lstrip("-"): k for k in known}
    close = [bare[name] for name in get_close_matches(given, bare, n=2, cutoff=0.5)]
    close = close or [k for name, k in bare.items() if _shortens(given, name)][:2]
    if close:
        return f"Did you mean {' or '.join(close)}?"
    if len(known) <= 8:
        return f"It takes {', '.join(known)}."
    return f"{prog} --help lists them."


def _shortens(word: str, name: str) -> bool:
    """Whether all letters of ``word`` come in that order, the first one first: tz, timezone."""
    rest = iter(name)
    return name[:1] == word[:1] and all(letter in rest for letter in word)


def build(verbs: Iterable[Place]) -> Parser:
    """The whole parser."""
    parser = Parser(
        prog="tasktui",
        description=_ABOUT,
        formatter_class=Help,
        allow_abbrev=False,
        epilog=_CODES,
    )
    parser.add_argument("--version", action="version", version=f"tasktui {__version__}")
    parser.add_argument(
        "--view", metavar="NAME", dest="opens", help="open the app in a saved view of yours"
    )
    _settings(parser, shown=True)
    parser.set_defaults(run=None, parser=parser)
    _add(parser, verbs)
    return parser


def parse(parser: Parser, words: Sequence[str]) -> argparse.Namespace:
    """Read the command line. Raises UserError; SystemExit after ``--help`` and ``--version``."""
    args, unknown = parser.parse_known_args(words)
    if unknown:
        verb: argparse.ArgumentParser = args.parser
        options = [o for a in verb._actions for o in a.option_strings]  # noqa: SLF001 - argparse offers no other way
        word = unknown[0].partition("=")[0]
        kind = "option" if word.startswith("-") else "argument"
        hint = meant(word, options, verb.prog) if kind == "option" else ""
        raise UserError(
            f"{verb.prog} does not take the {kind} {word!r}.",
            hint or f"{verb.prog} --help shows what it takes.",
        )
    if args.opens and args.run is not None:
        raise UserError(
            "--view before a verb would open the app in a view; a verb does not open it.",
            f"tasktui ls --view {args.opens} lists what it shows.",
        )
    return args


def children(parser: Parser) -> list[Parser]:
    """The parsers of the verbs right below ``parser``, in their order."""
    found = [a for a in parser._actions if isinstance(a, _Verbs)]  # noqa: SLF001 - argparse offers no other way
    return [action.parser(name) for action in found for name in action.choices]


_SETTINGS = {
    "--state-dir": ("DIR", "where everything is kept (TASKTUI_STATE_DIR)"),
    "--address": ("URL", "Ray's dashboard, such as http://127.0.0.1:8265 (TASKTUI_ADDRESS)"),
    "--allow-remote": ("", "permit an address that is not on this machine"),
    "--read-only": ("", "only look: every change is refused (TASKTUI_READ_ONLY)"),
}


def _settings(parser: argparse.ArgumentParser, *, shown: bool = False) -> None:
    """Take the settings; shown only once, since every verb takes them."""
    group = parser.add_argument_group("settings, before or after the verb")
    for flag, (metavar, text) in _SETTINGS.items():
        # SUPPRESS: a setting that is not given after the verb must not hide one given before it.
        unset, help_text = argparse.SUPPRESS, text if shown else argparse.SUPPRESS
        if metavar:
            group.add_argument(flag, metavar=metavar, default=unset, help=help_text)
        else:
            group.add_argument(flag, action="store_true", default=unset, help=help_text)


class _Verbs(argparse._SubParsersAction):  # type: ignore[type-arg]  # noqa: SLF001 - no other name
    """Makes the parser of a verb, and loads what it is, when that verb is used: not before.

    Thirty parsers take as long to make as all that one verb needs.
    """

    _places: dict[str, Place]

    def take(self, places: Iterable[Place]) -> None:
        """Know these verbs by name and summary."""
        self._places = {place.name: place for place in places}
        for place in self._places.values():
            self._choices_actions.append(self._ChoicesPseudoAction(place.name, (), place.summary))
        self.choices = self._places

    def parser(self, name: str) -> Parser:
        """The parser of the verb, with everything that it takes."""
        if name not in self._name_parser_map:
            made = self.add_parser(name, formatter_class=Help, allow_abbrev=False)
            _fill(made, self._places[name].load())
        found: Parser = self._name_parser_map[name]
        return found

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[object] | None,
        option_string: str | None = None,
    ) -> None:
        if values:
            self.parser(str(values[0]))
        super().__call__(parser, namespace, values, option_string)


def _add(parser: argparse.ArgumentParser, verbs: Iterable[Place]) -> None:
    made = parser.add_subparsers(metavar="VERB", title="verbs", action=_Verbs)
    cast("_Verbs", made).take(verbs)


def _fill(parser: Parser, verb: Verb) -> None:
    parser.description = "\n\n".join(t for t in (f"{verb.summary}.", verb.text) if t)
    parser.epilog = _examples(verb.examples)
    verb.arguments(parser)
    if verb.json:
        parser.add_argument("--json", action="store_true", help="answer in JSON, times in UTC")
    _settings(parser)
    parser.set_defaults(run=verb.run, parser=parser)
    if verb.verbs:
        _add(parser, verb.verbs)


def _examples(examples: Sequence[str]) -> str:
    return "\n".join(["examples:", *(f"  {e}" for e in examples)]) if examples else ""
