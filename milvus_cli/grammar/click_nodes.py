"""The verbs and commands of the click tree: parsing of their lines, and layout of their help."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import click
from click.core import ParameterSource

from ..errors import ServerRefused, Unsupported
from ..output.formats import FORMATS
from ..result import Result
from .object_names import meant
from .offered import OneOf
from .params import (
    GLOBAL_OPTIONS,
    OUTPUT_HELP,
    TIMES,
    GlobalOption,
    NeededOption,
    SecretOption,
    UnclearOption,
    WordOption,
)
from .parser import OTHERS, Given, LineParser, Parsed, commands_with, written_out
from .spellings import begun, similar

if TYPE_CHECKING:
    from ..session.session import Session
    from .dialogue import Questions

Declared: TypeAlias = "click.Parameter | Callable[[], click.Parameter]"


class HelpWanted(Exception):
    """--help was given. Its text is shown like any other result, so that `>` and `|` work."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def _want_help(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        raise HelpWanted(ctx.get_help())


class WholeWords(click.Command):
    """A command whose options are whole words: click would read `-role x` as `-r ole` and `x`."""

    allow_extra_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        parsed = self._parser.parse(args, interspersed=ctx.allow_interspersed_args)
        params = self.get_params(ctx)
        self._require_clear(ctx, parsed, params)
        words = written_out(parsed, self._parser.plain)
        spellings = {word.partition("=")[0] for word in words if word.startswith("-")}
        # A line has few of forty options: click processes those, and the defaults of the others once.
        present = [
            each
            for each in params
            if each.param_type_name == "argument" or not spellings.isdisjoint((*each.opts, *each.secondary_opts))
        ]
        rest = click.Command(self.name, params=present, add_help_option=False).parse_args(ctx, words)
        ctx.params = {**self._defaults, **ctx.params}
        return rest

    @cached_property
    def _defaults(self) -> dict[str, Any]:
        """The values of all parameters on an empty line."""
        ctx = click.Context(self, resilient_parsing=True)
        click.Command.parse_args(self, ctx, [])
        return ctx.params

    @cached_property
    def _parser(self) -> LineParser:
        return LineParser(self.get_params(click.Context(self)))

    def _require_clear(self, ctx: click.Context, parsed: Parsed, params: Sequence[click.Parameter]) -> None:
        """Raises UsageError for an unknown or ambiguous option, or one with a missing or needless value."""
        for each in (*parsed.options, *filter(None, [parsed.waiting])):
            if each.value is not None and each.option.is_flag:
                raise click.BadOptionUsage(each.spelling, f"{each.spelling} does not take a value", ctx)
            if each.value is not None:
                self._refuse_unclear(each)
        _refuse_repeated(ctx, parsed.options)
        if parsed.unknown:
            raise self._unknown_option(ctx, params, parsed.unknown[0])
        if parsed.waiting:
            spelling = parsed.waiting.spelling
            raise click.BadOptionUsage(spelling, f"{spelling} requires a value", ctx)

    def _unknown_option(self, ctx: click.Context, params: Sequence[click.Parameter], word: str) -> UnclearOption:
        known, name = self._parser.spellings, word.partition("=")[0]
        near = begun(word, known)
        if near:
            return UnclearOption(f"ambiguous option {name!r}", f"did you mean {' or '.join(near)}?", ctx)
        options = [each for each in params if isinstance(each, click.Option)]
        short = next((each for each in options if word[:2] in each.opts and not each.is_flag), None)
        if short is not None and isinstance(short, SecretOption):
            return UnclearOption(f"no such option '{word[:2]}…'", f"did you mean {word[:2]} {short.metavar}?", ctx)
        others = commands_with(name, ctx.find_root().command)
        if 0 < len(others) <= OTHERS:
            return UnclearOption(f"no such option {name!r}", f"it is an option of {', '.join(others)}", ctx)
        hint = similar(name, known)
        if short is not None:
            hint = f"{hint.removesuffix('?')} or {word[:2]} {word[2:]}?" if hint else f"write {word[:2]} {word[2:]}"
        return UnclearOption(f"no such option {name!r}", hint, ctx)

    def _refuse_unclear(self, given: Given) -> None:
        """Raises UnclearOption for a value that may be meant for another option of that spelling."""


class Node(WholeWords):
    """A verb or a command: takes the global options, unless it has its own of that name."""

    _every_param: list[click.Parameter] | None = None

    @cached_property
    def global_params(self) -> list[click.Option]:
        taken = {spelling for param in self.params for spelling in param.opts}
        names = {param.name for param in self.params}
        return [_without(each, taken) for each in GLOBAL_OPTIONS if each.name not in names]

    @cached_property
    def shadowed(self) -> dict[str, click.Option]:
        """Maps short spellings that the command uses for an option of its own to the global options they would be."""
        others = {spelling for param in self.params if not isinstance(param.type, TIMES) for spelling in param.opts}
        return {
            spelling: each
            for each in GLOBAL_OPTIONS
            for spelling in each.opts
            if spelling in others and not spelling.startswith("--") and not each.is_flag
        }

    def _refuse_unclear(self, given: Given) -> None:
        spelling, value = given.spelling, str(given.value)
        other = self.shadowed.get(spelling)
        if other is None or not _takes(other, value):
            return
        own, meant = (next(each for each in one.opts if each.startswith("--")) for one in (given.option, other))
        shown = "VALUE" if isinstance(given.option, SecretOption) else value
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

    def get_help(self, ctx: click.Context) -> str:
        from .help_layout import columns

        formatter = click.HelpFormatter(width=columns())
        self.format_help(ctx, formatter)
        return formatter.getvalue().rstrip("\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from .help_layout import sections, spelling_columns

        own = [param for param in super().get_params(ctx) if isinstance(param, click.Option)]
        for title, rows in sections(own, ctx):
            with formatter.section(title):
                formatter.write_dl(rows, col_max=spelling_columns())
        formatter.write_paragraph()
        formatter.write_text("Global options: " + ", ".join("/".join(each.opts) for each in self.global_params) + ".")


class Leaf(Node):
    """A command. It returns a Result, or None if it has nothing to say.

    Its parameters are created at the first access: those of all commands together would cost every start more than
    half of the time that importing the commands takes.

    `questions` are those of its dialogue on a terminal, in their order; by default one for each needed parameter. The
    dialogue begins when a needed parameter is missing, or all parameters in `asks_without`. A command that
    `asks_for_defaults` can do without, so that scripts and --yes leave the dialogue out. `operation` is an
    RPC that a server must have for the dialogue to make sense. `needs` is one too, of `client/versions.OPERATIONS`,
    without which the command does not run either.
    """

    def __init__(
        self,
        path: str,
        declared: Sequence[Declared],
        formats: tuple[str, ...],
        *,
        questions: Questions = (),
        asks_without: tuple[str, ...] = (),
        asks_for_defaults: bool = False,
        operation: str = "",
        needs: str = "",
        **attributes: Any,
    ) -> None:
        super().__init__(path.rpartition(" ")[2], **attributes)
        self.path = path
        self.questions = questions
        self._asks_without = asks_without
        self._asks_for_defaults = asks_for_defaults
        self.operation = operation or needs
        self._needs = needs
        self._declared = declared
        self._formats = formats
        # A context made without `make_context` ignores the command's context settings.
        self.allow_interspersed_args = self.context_settings.get("allow_interspersed_args", True)
        del self.params

    @property
    def summary(self) -> str:
        """The first sentence of the help, without its full stop."""
        return (self.help or "").partition("\n")[0].rstrip(".")

    @cached_property
    def params(self) -> list[click.Parameter]:  # type: ignore[override]
        return [each if isinstance(each, click.Parameter) else each() for each in self._declared]

    @cached_property
    def global_params(self) -> list[click.Option]:
        """The global options, with the output formats that only this command has."""
        if not self._formats:
            return super().global_params
        own = GlobalOption(["-o", "--output"], type=OneOf((*FORMATS, *self._formats)), help=OUTPUT_HELP)
        return [own if each.name == own.name else each for each in super().global_params]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parses a line; from here on, the context's session is seen with the line's global options."""
        rest = super().parse_args(ctx, args)
        if rest:
            raise _unexpected(rest[0], ctx)
        self._settle(ctx)
        if self._must_ask(ctx):
            self._hold_dialogue(ctx, args)
        return rest

    def _require_clear(self, ctx: click.Context, parsed: Parsed, params: Sequence[click.Parameter]) -> None:
        super()._require_clear(ctx, parsed, params)
        plain = self._parser.plain
        words = [each for each in plain if isinstance(each, WordOption)]
        if len(words) < len(plain) or any(each.multiple for each in words):
            return
        if len(parsed.plain) > len(words):
            raise _unexpected(parsed.plain[len(words)], ctx)
        given = {each.option for each in parsed.options}
        if len(parsed.plain) > sum(each not in given for each in words):
            raise click.UsageError(f"{words[-1].opts[0]} and {parsed.plain[-1]!r} give the same value twice", ctx)

    @cached_property
    def needed(self) -> list[NeededOption]:
        return [param for param in self.params if isinstance(param, NeededOption)]

    def _take_from_before(self, ctx: click.Context) -> None:
        """Uses --alias and --db from before the command for the command's own options: `--alias x connect …`."""
        for param in self._like_global:
            before = _before(ctx, str(param.name))
            if before is not None and ctx.params.get(str(param.name)) is None:
                ctx.params[str(param.name)] = param.type_cast_value(ctx, before)

    @cached_property
    def _like_global(self) -> list[click.Parameter]:
        """The command's own --alias and --db, unless they are names it needs."""
        return [
            param
            for param in self.params
            if param.name in ("alias", "database") and not isinstance(param, NeededOption) and not param.multiple
        ]

    def _settle(self, ctx: click.Context) -> None:
        """Applies the global options of a parsed line."""
        if ctx.obj is not None:
            ctx.obj = ctx.obj.with_options(ctx.obj.options.but(_options(ctx)))
        self._take_from_before(ctx)

    def _must_ask(self, ctx: click.Context) -> bool:
        """Reports whether the dialogue begins. Raises MissingParameter if it should, without a terminal to ask on."""
        session: Session | None = ctx.obj
        asks = session is not None and session.interactive
        missing = [each for each in self.needed if ctx.params.get(str(each.name)) in (None, ())]
        if missing and not asks:
            raise click.MissingParameter(ctx=ctx, param=missing[0])
        if missing or session is None or not asks or not self._asks_without:
            return bool(missing)
        wanted = not self._asks_for_defaults or not (session.options.yes or session.options.scripted)
        given = (ctx.get_parameter_source(each) is ParameterSource.COMMANDLINE for each in self._asks_without)
        return wanted and not any(given)

    def _hold_dialogue(self, ctx: click.Context, words: list[str]) -> None:
        """Completes the line by the answers, and parses it again."""
        from .dialogue import hold

        before = [("--alias", _before(ctx, "alias")), ("--db", _before(ctx, "database"))]
        interview = hold(ctx, [*words, *(word for pair in before if pair[1] for word in pair)])
        ctx.params = {}
        super().parse_args(ctx, [*words, *interview.words])
        self._settle(ctx)
        ctx.params.update(interview.secrets)

    def invoke(self, ctx: click.Context) -> Result | None:
        """Runs the command in the session of its context. Raises CliError."""
        given = {name: value for name, value in ctx.params.items() if name not in self.global_names}
        if self._needs and ctx.obj is not None:
            ctx.obj.client.require(self._needs)
        try:
            result: Result | None = self.callback(ctx.obj, **given) if self.callback else None
        except Unsupported:
            raise
        except ServerRefused as exc:
            raise exc.with_context(hint=meant(ctx)) from exc
        return result


def _refuse_repeated(ctx: click.Context, options: Sequence[Given]) -> None:
    """Raises UsageError for a second value of an option that takes one: neither may be dropped silently.

    Of global options the last one counts, so that a line can differ from a shell's alias; but not of targets.
    """
    seen: dict[click.Option, str | None] = {}
    for each in options:
        if each.option.multiple or each.option.is_flag:
            continue
        if each.option in seen and _are_too_many(each.option, seen[each.option], each.value):
            raise UnclearOption(f"{each.spelling} is given twice", "it takes one value", ctx)
        seen[each.option] = each.value


def _are_too_many(option: click.Option, first: str | None, second: str | None) -> bool:
    return not isinstance(option, GlobalOption) or (option.name in ("alias", "database") and first != second)


def _unexpected(word: str, ctx: click.Context) -> click.UsageError:
    """Returns the error for a word too many: a file may be meant for the option that takes several."""
    several = [each for each in ctx.command.params if isinstance(each, click.Option) and each.multiple]
    takers = [each.opts[0] for each in several if isinstance(each.type, click.Path)]
    hint = f"{takers[0]} {word}" if len(takers) == 1 and os.path.isfile(word) else ""
    return UnclearOption(f"unexpected argument {word!r}", hint, ctx)


def _takes(option: click.Option, value: str) -> bool:
    try:
        option.type.convert(value, option, None)
    except click.BadParameter:
        return False
    return True


def _without(option: click.Option, taken: set[str]) -> click.Option:
    """Returns a global option without the spellings that a command uses for its own options."""
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
    """Returns the value of a global option given before the command, the nearest first, or None."""
    here = ctx.parent
    while here is not None:
        if here.params.get(name) is not None:
            return here.params[name]
        here = here.parent
    return None


def _options(ctx: click.Context) -> dict[str, Any]:
    """Returns the global options given to the command and to the verbs before it."""
    given: dict[str, Any] = {}
    here: click.Context | None = ctx
    while here is not None:
        if here.params and isinstance(here.command, Node):
            values = [(name, here.params.get(name)) for name in here.command.global_names]
            given = {**{name: value for name, value in values if value is not None}, **given}
        here = here.parent
    return given
