"""The kinds of options, and the options that every command and the program take."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from ..connections.private_files import read_whole, why_unreadable
from ..output.formats import FORMATS
from ..text.yes_no import yes_or_no
from .offered import FileOrText, OneOf
from .types import CONNECTION, FILE, ONE_DATABASE
from .value_types import JMESPATH, Duration, FiniteRange

if TYPE_CHECKING:
    from ..session.session import Session


OUT_OF_RANGE = re.compile(
    r"(?P<given>\S+) is not in the range (?:(?P<low>\S+?)<=?)?x(?:<=?(?P<high>\S+?))?(?:>=?(?P<least>\S+?))?\.?"
)
"""click's message about a number outside of its limits."""


class UnclearOption(click.UsageError):
    """An option or word that is unknown or ambiguous; `hint` says what to write, if that is known."""

    def __init__(self, message: str, hint: str = "", ctx: click.Context | None = None) -> None:
        super().__init__(message, ctx)
        self.hint = hint


class GlobalOption(click.Option):
    """An option that every command takes."""


class NeededOption(click.Option):
    """An option that must get a value: from the line, or from a person where one can be asked."""


class OptionalValueOption(click.Option):
    """An option whose value may be left out: --lite, --lite PATH."""

    def takes(self, word: str) -> bool:
        """Returns whether the next word is its value."""
        return not word.startswith("-")


class SwitchOption(OptionalValueOption):
    """A flag that a word for yes or no may follow: -s, -s TRUE, -s FALSE."""

    def takes(self, word: str) -> bool:
        return yes_or_no(word) is not None


class DependentOption(click.Option):
    """An option that means nothing without another one, given by the name of its parameter: --seed without --sample."""

    def __init__(self, declarations: Sequence[str], needs: str, **attributes: Any) -> None:
        super().__init__(declarations, **attributes)
        self._needs = needs

    def handle_parse_result(
        self, ctx: click.Context, opts: Mapping[str, Any], args: list[str]
    ) -> tuple[Any, list[str]]:
        if self.name in opts and self._needs not in opts:
            raise click.UsageError(f"{self.opts[0]} needs --{self._needs}", ctx)
        return super().handle_parse_result(ctx, opts, args)


class WordOption(click.Option):
    """An option that may also be written as a plain word after the command: `show collection book`."""

    def get_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [f"[{str(self.name).upper()}]" + ("…" if self.multiple else "")]


class NeededWordOption(NeededOption, WordOption):
    pass


class SecretOption(click.Option):
    """An option whose value no history keeps. `-` asks for it or reads standard input, `@FILE` reads a file."""

    twice = False

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        text = super().type_cast_value(ctx, value)
        if text == "-" and ctx.obj is not None and ctx.obj.interactive:
            return ctx.obj.console.ask_secret("Secret: ", twice=self.twice)
        return read_value(text, ctx.obj) if isinstance(text, str) else text


class NeededSecretOption(SecretOption, NeededOption):
    pass


class NewSecretOption(NeededSecretOption):
    """A new secret: a person types it twice."""

    twice = True


class FilesArgument(click.Argument):
    """The files of a command; before them may stand the collection, if no option gives it."""

    def handle_parse_result(
        self, ctx: click.Context, opts: Mapping[str, Any], args: list[str]
    ) -> tuple[Any, list[str]]:
        words = opts.get(str(self.name))
        first, *others = words if isinstance(words, (list, tuple)) and words else [""]
        if not (others and is_collection_name(first)) or ctx.params.get("collection") is not None:
            return super().handle_parse_result(ctx, opts, args)
        if os.path.exists(first) and not ctx.resilient_parsing:
            raise UnclearOption(f"{first!r} is a file: missing collection name", f"-c NAME {first}, or -c {first}", ctx)
        ctx.params["collection"] = first
        return super().handle_parse_result(ctx, {**opts, str(self.name): others}, args)


def is_collection_name(word: str) -> bool:
    """Returns whether a word may name a collection: data files have a dot in their names, and columns a '='."""
    return word.isascii() and word.isidentifier()


class TextFromFile(FileOrText):
    """A text value: `@FILE` reads a file, `-` standard input, `@@x` is the text @x."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return read_value(value, ctx.obj if ctx else None)


TEXT = TextFromFile()


def plain_message(error: click.UsageError) -> str:
    """Returns click's message in the words of this program."""
    if isinstance(error, click.MissingParameter) and error.param is not None:
        param = error.param
        return f"missing {noun_of(param) if isinstance(param, click.Option) else param.human_readable_name.upper()}"
    if isinstance(error, click.BadParameter) and error.param is None:
        return plain_reason(error.message)
    if isinstance(error, click.BadParameter) and error.param is not None:
        named = next((each for each in error.param.opts if each.startswith("--")), error.param.opts[0])
        return f"{named}: {plain_reason(error.message)}"
    message = plain_reason(error.format_message())
    return message[:1].lower() + message[1:]


def plain_reason(text: str) -> str:
    """Returns why click refused a value: an integer, a number or a limit was expected."""
    found = OUT_OF_RANGE.fullmatch(text)
    if not found:
        text = re.sub(r"is not a valid integer( range)?", "is not an integer", text.rstrip("."))
        return re.sub(r"is not a valid float( range)?", "is not a number", text)
    given, low, high = found["given"], found["low"] or found["least"], found["high"]
    if low and high:
        return f"must be between {low} and {high}, got {given}"
    return f"must be at least {low}, got {given}" if low else f"must be at most {high}, got {given}"


def noun_of(option: click.Option) -> str:
    """Returns what an option gives, as in `collection name`."""
    name = str(option.name).replace("_", " ")
    if option.multiple:
        name = name.removesuffix("es" if name.endswith("ses") else "s")
    return f"{name} name" if option.metavar == "NAME" and not name.endswith("name") else name


def given_as(option: click.Option) -> str:
    """Returns how an option is written: by its letter, else by its shortest long spelling."""
    longs = [each for each in option.opts if each.startswith("--")]
    spelling = option.opts[0] if len(option.opts[0]) == 2 or not longs else min(longs, key=len)
    return f"{spelling} {option.metavar}" if option.metavar else spelling


def read_file(path: str, session: Session) -> str:
    """Returns the text of a file; `-` is standard input."""
    return read_value("-" if path == "-" else f"@{path}", session)


def read_value(text: str, session: Session | None) -> str:
    """Returns the text that a value refers to by `@FILE` or `-`. Raises BadParameter for a file that can't be read."""
    if text == "-" and session is not None:
        return session.console.read().rstrip("\r\n")
    if text.startswith("@@"):
        return text[1:]
    if text.startswith("@"):
        try:
            with open(text[1:], encoding="utf-8") as file:
                return read_whole(file, text[1:]).rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as exc:
            raise click.BadParameter(f"can't read {text[1:]}: {why_unreadable(exc)}") from exc
    return text


OUTPUT_HELP = "Output format. [default: table]"

SECONDS = FiniteRange(min=0.001, max=86400)
TIMES = (FiniteRange, Duration)
"""Types of durations: a command's own `-t` with one of these is a timeout, like the global one."""

PROGRAM_OPTIONS = (
    click.Option(
        ["-c", "scripts"], multiple=True, metavar="COMMANDS", help="Run these commands, separated by ';', and exit."
    ),
    click.Option(
        ["-f", "files"],
        multiple=True,
        type=FILE,
        metavar="FILE",
        help="Run the commands in a file, or - for standard input, and exit.",
    ),
    click.Option(["--keep-going"], is_flag=True, help="In a script, continue after a failed command."),
    click.Option(["--echo"], is_flag=True, help="In a script, print each command before its output."),
)
"""Options of the program only, before the command."""


GLOBAL_OPTIONS = (
    GlobalOption(["--alias"], type=CONNECTION, metavar="NAME", help="Connection to use."),
    GlobalOption(["--db", "database"], type=ONE_DATABASE, metavar="NAME", help="Database to use."),
    GlobalOption(["-o", "--output"], type=OneOf(FORMATS), help=OUTPUT_HELP),
    GlobalOption(
        ["--query"], type=JMESPATH, metavar="EXPR", help="Filter the output, as JSON, by a JMESPath expression."
    ),
    GlobalOption(["--no-header"], is_flag=True, default=None, help="Omit the header of csv, tsv and tables."),
    GlobalOption(["-y", "--yes"], is_flag=True, default=None, help="Answer yes to all confirmations."),
    GlobalOption(["--no-input"], is_flag=True, default=None, help="Never ask for missing values: fail instead."),
    GlobalOption(["-q", "--quiet"], is_flag=True, default=None, help="Suppress confirmation messages."),
    GlobalOption(["-t", "--timeout"], type=SECONDS, metavar="SECONDS", help="Timeout of each request. [default: 10]"),
    GlobalOption(["--debug"], is_flag=True, default=None, help="Show each request to the server, and tracebacks."),
    GlobalOption(["--color"], type=OneOf(["auto", "always", "never"]), help="When to use color. [default: auto]"),
)
