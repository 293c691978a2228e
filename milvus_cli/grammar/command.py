"""Declares commands: the decorator for a function, and those for its options."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial, reduce
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from ..connections.private_files import read_whole
from ..connections.read_only import require_writable
from ..errors import ServerRefused, Unsupported
from ..output.formats import FORMATS
from ..result import Done, Removal, Result
from ..text.names import nearest
from .spellings import Layer, begun, spelled
from .types import (
    COLLECTION,
    CONNECTION,
    FILE,
    ONE_DATABASE,
    Duration,
    FileOrText,
    FiniteRange,
    OneOf,
    meant,
)

if TYPE_CHECKING:
    from ..session.session import Session

Declared: TypeAlias = "click.Parameter | Callable[[], click.Parameter]"


class NeededOption(click.Option):
    """An option that must get a value: from the line, or from the person where there is one."""


class SecretOption(click.Option):
    """An option whose value no history keeps: `-` asks for it or reads standard input, `@FILE` reads a file."""

    twice = False

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        text = super().type_cast_value(ctx, value)
        if text == "-" and ctx.obj is not None and ctx.obj.interactive:
            return ctx.obj.console.ask_secret("Secret: ", twice=self.twice)
        return read_value(text, ctx.obj) if isinstance(text, str) else text


class NeededSecretOption(SecretOption, NeededOption):
    pass


class NewSecretOption(NeededSecretOption):
    """A secret that is to be from now on: a person types it twice."""

    twice = True


class TextFromFile(FileOrText):
    """A value that `@FILE` reads from a file, `-` from standard input, and `@@x` says literally."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return read_value(value, ctx.obj if ctx else None)


TEXT = TextFromFile()


def read_file(path: str, session: Session) -> str:
    """The text of a file; `-` is standard input."""
    return read_value("-" if path == "-" else f"@{path}", session)


def read_value(text: str, session: Session | None) -> str:
    """Follows `@FILE`, `-` and `@@`."""
    if text == "-" and session is not None:
        return session.console.read().rstrip("\r\n")
    if text.startswith("@@"):
        return text[1:]
    if text.startswith("@"):
        try:
            with open(text[1:], encoding="utf-8") as file:
                return read_whole(file, text[1:]).rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as exc:
            reason = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8 text"
            raise click.BadParameter(f"can't read {text[1:]}: {reason}") from exc
    return text


OUTPUT_HELP = "Write results in this format."

SECONDS = FiniteRange(min=0.001, max=86400)
TIMES = (FiniteRange, Duration)
"""Types of what a command waits for: its `-t` is a timeout as the global one is."""

PROGRAM_OPTIONS = (
    click.Option(["-c", "script"], metavar="COMMANDS", help="Run these commands, separated by ';', and end."),
    click.Option(["-f", "file"], type=FILE, metavar="FILE", help="Run the commands in a file (-: stdin), and end."),
    click.Option(["--keep-going"], is_flag=True, help="In a script, go on after a command that failed."),
    click.Option(["--echo"], is_flag=True, help="In a script, show each command before its output."),
)
"""What only the program takes, before a command."""


class GlobalOption(click.Option):
    """An option that every command takes."""


GLOBAL_OPTIONS = (
    GlobalOption(["--alias"], type=CONNECTION, metavar="NAME", help="Use the connection saved under this alias."),
    GlobalOption(["--db", "database"], type=ONE_DATABASE, metavar="NAME", help="Use this database."),
    GlobalOption(["-o", "--output"], type=OneOf(FORMATS), help=OUTPUT_HELP),
    GlobalOption(["-y", "--yes"], is_flag=True, default=None, help="Don't ask for confirmation."),
    GlobalOption(["--no-input"], is_flag=True, default=None, help="Never ask; fail instead."),
    GlobalOption(["-q", "--quiet"], is_flag=True, default=None, help="Leave out what only confirms."),
    GlobalOption(["-t", "--timeout"], type=SECONDS, metavar="SECONDS", help="Deadline of each call [10]."),
    GlobalOption(["--debug"], is_flag=True, default=None, help="Show each call to the server, and tracebacks."),
    GlobalOption(["--color"], type=OneOf(["auto", "always", "never"]), help="When to use colour."),
)


UNSET = getattr(click.core, "UNSET", None)
"""What click, since 8.3, parses where nothing is given."""


class HelpWanted(Exception):
    """--help was given: the text goes where every other result goes, and not to the terminal past `>` and `|`."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def _want_help(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        raise HelpWanted(ctx.get_help())


class UnclearOption(click.UsageError):
    """An option that is none, or may mean two; `hint` says what to write, where that is known."""

    def __init__(self, message: str, hint: str = "", ctx: click.Context | None = None) -> None:
        super().__init__(message, ctx)
        self.hint = hint


def layers(params: Sequence[click.Parameter]) -> tuple[Layer, Layer]:
    """The spellings of a command's own options, and of the global ones: `-alias` is the own --alias-name first."""
    own: dict[str, object] = {}
    common: dict[str, object] = {}
    for param in params:
        if isinstance(param, click.Option):
            layer = common if isinstance(param, GlobalOption) else own
            layer |= dict.fromkeys(param.opts, param.name) | dict.fromkeys(param.secondary_opts, f"no {param.name}")
    return own, common


class WholeWords(click.Command):
    """Its options are whole words: click would take `-role x` for `-r ole` and `x`."""

    _parser: Any = None

    def make_parser(self, ctx: click.Context) -> Any:
        """Made once. Short options are found at once: else click first seeks long ones that are spelled like them."""
        if self._parser is None:
            parser: Any = super().make_parser(ctx)
            parser._long_opt.update(parser._short_opt)
            parser._process_opts = partial(self._read_option, layers(self.get_params(ctx)))
            self._parser = parser
        self._parser.ctx = ctx
        return self._parser

    def _read_option(self, known: Sequence[Layer], word: str, state: Any) -> None:
        """In place of click's way to read one."""
        parser = self._parser
        found = spelled(word, known)
        if found is None:
            raise self._unknown_option(known, word)
        option = parser._long_opt[found.name]
        value = found.value if found.value is not None else next(iter(state.rargs), None)
        if option.takes_value and value is not None:
            self._refuse_unclear(option.obj, found.name, value)
        parser._match_long_opt(found.name, found.value, state)

    def _refuse_unclear(self, param: click.Parameter, spelling: str, value: str) -> None:
        """Raises UnclearOption for a value that may be meant for another option of that spelling."""

    def _unknown_option(self, known: Sequence[Layer], word: str) -> UnclearOption:
        name, short = word.partition("=")[0], self._parser._long_opt.get(word[:2])
        ctx = self._parser.ctx
        near = begun(word, known)
        if near:
            return UnclearOption(f"ambiguous option {name!r}", f"did you mean {' or '.join(near)}?", ctx)
        glued = short is not None and short.takes_value and not word.startswith("--")
        if glued and isinstance(short.obj, SecretOption):
            return UnclearOption(f"no such option '{word[:2]}…'", f"did you mean {word[:2]} {short.obj.metavar}?", ctx)
        hint = nearest("--" + name.lstrip("-"), [each for layer in known for each in layer if each.startswith("--")])
        if glued:
            hint = f"{hint.removesuffix('?')} or {word[:2]} {word[2:]}?" if hint else f"write {word[:2]} {word[2:]}"
        return UnclearOption(f"no such option {name!r}", hint, ctx)


class Node(WholeWords):
    """What verbs and commands share: the global options, listed apart, unless the command has its own of that name."""

    _every_param: list[click.Parameter] | None = None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, but for looking at each of forty options anew for every line that leaves them out."""
        rest: list[str]
        values, rest, named = self.make_parser(ctx).parse_args(args)
        given = [each for each in dict.fromkeys(named) if each.required or values[each.name] is not UNSET]
        for param in iter_params_for_processing(named, given):
            value = _value(param, ctx, values)
            if param.expose_value:
                ctx.params[str(param.name)] = value
        ctx.params = {**self._left_out, **ctx.params}
        if rest and not ctx.allow_extra_args:
            ctx.fail(f"unexpected argument {rest[0]!r}")
        ctx.args = rest
        return rest

    @cached_property
    def _left_out(self) -> dict[str, Any]:
        """What parameters are on a line that names none of them."""
        ctx = click.Context(self)
        for param in self.get_params(ctx):
            if not param.required:
                param.handle_parse_result(ctx, {}, [])
        return {name: None if value is UNSET else value for name, value in ctx.params.items()}

    @cached_property
    def global_params(self) -> list[click.Option]:
        taken = {spelling for param in self.params for spelling in param.opts}
        names = {param.name for param in self.params}
        return [_without(each, taken) for each in GLOBAL_OPTIONS if each.name not in names]

    @cached_property
    def shadowed(self) -> dict[str, click.Option]:
        """Global options by the short spellings that the command uses for something else: `-o` may be an object."""
        others = {spelling for param in self.params if not isinstance(param.type, TIMES) for spelling in param.opts}
        return {
            spelling: each
            for each in GLOBAL_OPTIONS
            for spelling in each.opts
            if spelling in others and not spelling.startswith("--") and not each.is_flag
        }

    def _refuse_unclear(self, param: click.Parameter, spelling: str, value: str) -> None:
        other = self.shadowed.get(spelling)
        if other is None or not _takes(other, value):
            return
        own, meant = (next(each for each in one.opts if each.startswith("--")) for one in (param, other))
        shown = "VALUE" if isinstance(param, SecretOption) else value
        raise UnclearOption(
            f"ambiguous option {spelling!r}: {own} in this command, {meant} in others",
            f"write {own} {shown} or {meant} {shown}",
        )

    @cached_property
    def global_names(self) -> list[str]:
        return [str(param.name) for param in self.global_params]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.callback = _want_help
        return option

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        if self._every_param is None:
            self._every_param = [*super().get_params(ctx), *self.global_params]
        return self._every_param

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = (param for param in super().get_params(ctx) if isinstance(param, click.Option))
        own = [row for param in options if (row := param.get_help_record(ctx))]
        if own:
            with formatter.section("Options"):
                formatter.write_dl(own)
        formatter.write_paragraph()
        formatter.write_text("Global: " + ", ".join("/".join(param.opts) for param in self.global_params) + ".")


class Leaf(Node):
    """A command: returns a Result, or nothing when it has nothing to say.

    Its parameters are made when first asked for: those of all commands together would cost every start more than
    half of what the commands' modules do.
    """

    def __init__(self, path: str, declared: Sequence[Declared], formats: tuple[str, ...], **attributes: Any) -> None:
        super().__init__(path.rpartition(" ")[2], **attributes)
        self.path = path
        self._declared = declared
        self._formats = formats
        # Of a context made without `make_context`, as for each line, the command's settings say nothing.
        self.allow_interspersed_args = self.context_settings.get("allow_interspersed_args", True)
        del self.params

    @cached_property
    def params(self) -> list[click.Parameter]:  # type: ignore[override]
        return [each if isinstance(each, click.Parameter) else each() for each in self._declared]

    @cached_property
    def global_params(self) -> list[click.Option]:
        """With the formats that only this command has, for `-o` after its words."""
        if not self._formats:
            return super().global_params
        own = GlobalOption(["-o", "--output"], type=OneOf((*FORMATS, *self._formats)), help=OUTPUT_HELP)
        return [own if each.name == own.name else each for each in super().global_params]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parses a line; from here on, the context's session is seen with the line's global options."""
        rest = super().parse_args(ctx, args)
        if ctx.obj is not None:
            ctx.obj = ctx.obj.with_options(ctx.obj.options.but(_options(ctx)))
        self._merge_words(ctx)
        self._take_from_before(ctx)
        self._ask_for_missing(ctx)
        return rest

    @cached_property
    def _words(self) -> dict[str, click.Parameter]:
        """The options that words stand for, in the order of the words."""
        params = {str(param.name): param for param in self.params}
        names = [name.removesuffix("_word") for name in params if name.endswith("_word")]
        return {name: params[name] for name in names}

    @cached_property
    def _needed(self) -> list[NeededOption]:
        return [param for param in self.params if isinstance(param, NeededOption)]

    def _merge_words(self, ctx: click.Context) -> None:
        """Words stand for options that are not given, as they are declared; or for more of a repeatable one."""
        words = [word for name in self._words if (word := ctx.params.pop(f"{name}_word", None)) not in (None, ())]
        if not words:
            return
        free = [name for name, param in self._words.items() if param.multiple or ctx.params.get(name) is None]
        if len(words) > len(free):
            option = list(self._words.values())[-1].opts[0]
            raise click.UsageError(f"{option} and the word {words[-1]!r} name it twice", ctx)
        for name, word in zip(free, words, strict=False):
            param = self._words[name]
            value = param.type_cast_value(ctx, word)
            ctx.params[name] = (*(ctx.params.get(name) or ()), *value) if param.multiple else value

    def _take_from_before(self, ctx: click.Context) -> None:
        """An own --alias or --db also counts before the command: `--alias x connect …`. A name it needs never does."""
        for param in self._like_global:
            before = _before(ctx, str(param.name))
            if before is not None and ctx.params.get(str(param.name)) is None:
                ctx.params[str(param.name)] = param.type_cast_value(ctx, before)

    @cached_property
    def _like_global(self) -> list[click.Parameter]:
        """Own options in place of the global ones that tell where a command acts."""
        return [
            param
            for param in self.params
            if param.name in ("alias", "database") and not isinstance(param, NeededOption) and not param.multiple
        ]

    def _ask_for_missing(self, ctx: click.Context) -> None:
        session: Session | None = ctx.obj
        for param in self._needed:
            if ctx.params.get(str(param.name)) not in (None, ()):
                continue
            if session is None or not session.interactive:
                raise click.MissingParameter(ctx=ctx, param=param)
            question = f"{str(param.name).replace('_', ' ').capitalize()}: "
            if isinstance(param, SecretOption):
                ctx.params[str(param.name)] = session.console.ask_secret(question, twice=param.twice)
                continue
            answer = session.console.ask(question)
            ctx.params[str(param.name)] = param.type_cast_value(ctx, (answer,) if param.multiple else answer)

    def invoke(self, ctx: click.Context) -> Result | None:
        """Runs the command in the session of its context. Raises CliError."""
        given = {name: value for name, value in ctx.params.items() if name not in self.global_names}
        try:
            result: Result | None = self.callback(ctx.obj, **given) if self.callback else None
        except Unsupported:
            raise
        except ServerRefused as exc:
            exc.hint = meant(ctx) or exc.hint
            raise
        return result


def _takes(option: click.Option, value: str) -> bool:
    try:
        option.type.convert(value, option, None)
    except click.BadParameter:
        return False
    return True


def _value(param: click.Parameter, ctx: click.Context, values: Mapping[str, Any]) -> Any:
    """What the line gives it, as its type has it."""
    try:
        return param.process_value(ctx, param.consume_value(ctx, values)[0])
    except click.BadParameter as exc:
        exc.ctx, exc.param = exc.ctx or ctx, exc.param or param
        raise


def command(
    path: str, *, formats: tuple[str, ...] = (), **attributes: Any
) -> Callable[[Callable[..., Result | None]], Leaf]:
    """Declares a function as the command of this path, e.g. "list collections". The docstring is its help.

    `formats` are output formats that only this command has, and renders itself.
    """

    def declare(function: Callable[..., Result | None]) -> Leaf:
        declared = tuple(reversed(getattr(function, "__click_params__", ())))
        return Leaf(path, declared, formats, help=function.__doc__, callback=function, **attributes)

    return declare


def word(
    name: str, *spellings: str, needed: bool = True, multiple: bool = False, **attributes: Any
) -> Callable[[Any], Any]:
    """Declares an option that may also be written as a plain word after the command, or as several."""
    kind = NeededWordOption if needed else WordOption
    return _declare(partial(kind, (*spellings, name), multiple=multiple, **attributes))


def argument(name: str, **attributes: Any) -> Callable[[Any], Any]:
    return _declare(partial(click.Argument, (name,), **attributes))


def option(
    *spellings: str, needed: bool = False, secret: bool = False, twice: bool = False, **attributes: Any
) -> Callable[[Any], Any]:
    """Declares an option. A `needed` one is asked for on a terminal and an error elsewhere.

    A `secret` one is asked for without echo; one to be typed `twice` is needed and secret.
    """
    kinds: dict[tuple[bool, bool], type[click.Option]] = {
        (False, False): OptionalValueOption if "flag_value" in attributes else click.Option,
        (True, False): NeededOption,
        (False, True): SecretOption,
        (True, True): NeededSecretOption,
    }
    return _declare(partial(NewSecretOption if twice else kinds[needed, secret], spellings, **attributes))


def _declare(make: Callable[[], click.Parameter]) -> Callable[[Any], Any]:
    """Attaches a parameter as click's decorators do, without making it yet."""

    def decorate(function: Any) -> Any:
        function.__dict__.setdefault("__click_params__", []).append(make)
        return function

    return decorate


def all_of(*decorators: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Combines decorators, in the order in which help shows their options."""
    return lambda function: reduce(lambda inner, each: each(inner), reversed(decorators), function)


def collection_option(function: Any) -> Any:
    return word(
        "collection", "-c", "--collection-name", "--collection", type=COLLECTION, metavar="NAME", help="The collection."
    )(function)


dry_run_option = option("--dry-run", is_flag=True, help="Say what would go, and stop.")
no_wait_option = option("--no-wait", is_flag=True, help="Return at once, while the server goes on.")


def carry_out(session: Session, removal: Removal, *, dry_run: bool) -> Done:
    """Says what will go, from where, and asks; then does it. With `dry_run` it only says so."""
    done = f"{removal.verb}d"
    target = f"{removal.thing} on {session.place}" + (f", {removal.also}" if removal.also else "")
    require_writable(session.profile, f"nothing was {done}")
    if dry_run:
        return Done(f"Would {removal.verb} {target}.", {**removal.made, done: False})
    session.confirm(f"{removal.verb.capitalize()} {target}?")
    removal.act()
    return Done(f"{done.capitalize()} {removal.thing}.", {**removal.made, done: True})


def _without(option: click.Option, taken: set[str]) -> click.Option:
    """A global option less the spellings that a command uses for its own."""
    free = [spelling for spelling in option.opts if spelling not in taken]
    if free == option.opts:
        return option
    info: Mapping[str, Any] = {
        "type": option.type,
        "is_flag": option.is_flag,
        "help": option.help,
        "metavar": option.metavar,
    }
    return GlobalOption([str(option.name), *free], **info)


def _before(ctx: click.Context, name: str) -> Any:
    """What a global option was given before the command, nearest first; None where nowhere."""
    here = ctx.parent
    while here is not None:
        if here.params.get(name) is not None:
            return here.params[name]
        here = here.parent
    return None


def _options(ctx: click.Context) -> dict[str, Any]:
    """The global options that the command was given, and the verbs before it."""
    given: dict[str, Any] = {}
    here: click.Context | None = ctx
    while here is not None:
        if here.params and isinstance(here.command, Node):
            values = [(name, here.params.get(name)) for name in here.command.global_names]
            given = {**{name: value for name, value in values if value is not None}, **given}
        here = here.parent
    return given
