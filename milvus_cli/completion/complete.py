"""Candidates for the end of a line: command words, options, and the values that parameter types offer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import click

from ..grammar.command import GLOBAL_OPTIONS, Node, layers
from ..grammar.lines import scan
from ..grammar.spellings import spelled
from ..grammar.tree import DEFAULT_NOUNS, UnknownCommand, Verb, children, find, tree
from ..grammar.types import items
from ..text.names import named

if TYPE_CHECKING:
    from typing import TypeAlias

    from click.shell_completion import CompletionItem

    from ..session.name_source import NameSource

    Items: TypeAlias = list[CompletionItem[str]]


class HasCatalog(Protocol):
    """A session, or a cheaper stand-in."""

    @property
    def catalog(self) -> NameSource: ...


@dataclass(frozen=True)
class CursorLine:
    """The command at the end of a text: the words before the last one, and the last one parsed and as typed.

    `start` is the last word's position in the text, `mark` its open quote, `redirect` a > or | before it.
    """

    words: list[str]
    incomplete: str
    raw: str = ""
    start: int = 0
    mark: str = ""
    redirect: str = ""
    comment: bool = False


def read_line(text: str) -> CursorLine:
    """Parses a text up to the cursor."""
    words = scan(text)[-1] if text else []
    end = words[-1].end if words else 0
    after = text[end:].replace("\\\n", "")
    if "#" in after:
        return CursorLine([], "", start=len(text), comment=True)
    last = words.pop() if words and end == len(text) else None
    if ";" in after or "\n" in after:
        words = []
    redirect = next((each.raw[0] for each in words if each.raw.startswith((">", "|"))), "")
    values = [each.value for each in words]
    if last is None:
        return CursorLine(values, "", start=len(text), redirect=redirect)
    return CursorLine(values, last.value, last.raw, last.start, last.mark, redirect)


@dataclass
class ParsedWords:
    """Parsed words: values by parameter, positional words, and the option that still needs a value."""

    values: dict[str, Any] = field(default_factory=dict)
    plain: list[str] = field(default_factory=list)
    waiting: click.Option | None = None
    options_ended: bool = False


def complete(
    words: Sequence[str], incomplete: str, session: HasCatalog, leading: Sequence[click.Parameter] = GLOBAL_OPTIONS
) -> Items:
    """Returns candidates for the word after `words`; `leading` are the options allowed before the command."""
    before, rest = _leading(words, leading)
    if before.waiting or (not rest and incomplete.startswith("-")):
        ctx = click.Context(tree(), obj=session, resilient_parsing=True)
        return _following_items(ctx, leading, before, incomplete)
    try:
        found = find(rest)
    except UnknownCommand:
        return []
    found.ctx.obj, found.ctx.params = session, before.values
    if isinstance(found.command, Verb):
        return _verb(found.command, rest, found.ctx, incomplete)
    params = _params(found.command)
    given = _parse_words(found.rest, params)
    found.ctx.params = {**before.values, **given.values}
    return _following_items(found.ctx, params, given, incomplete)


def _verb(verb: Verb, words: Sequence[str], ctx: click.Context, incomplete: str) -> Items:
    """Returns the nouns of a verb or its options, and the candidates after its default noun."""
    if incomplete.startswith("-"):
        return _option_items(ctx, verb.global_params, ParsedWords(), incomplete)
    found = items(children(verb).best(incomplete))
    default = verb.commands.get(DEFAULT_NOUNS.get(str(verb.name), ""))
    if default is None:
        return found
    below = click.Context(default, parent=ctx, resilient_parsing=True)
    below.params = ctx.params
    return found + _following_items(below, _params(default), ParsedWords(), incomplete)


def _following_items(
    ctx: click.Context, params: Sequence[click.Parameter], given: ParsedWords, incomplete: str
) -> Items:
    if given.waiting is not None:
        found = given.waiting.shell_complete(ctx, incomplete)
        if _takes_value(given.waiting) or not incomplete.startswith("-"):
            return found
    if incomplete.startswith("-") and not given.options_ended:
        spelling, equals, value = incomplete.partition("=")
        if equals and len(spelling) > 2:
            return _attached(ctx, params, spelling, value)
        return _option_items(ctx, params, given, incomplete)
    param = _plain_param(params, len(given.plain))
    found = param.shell_complete(ctx, incomplete) if param is not None else []
    # A name that begins with a dash would be read as an option: it needs -- or its own option before it.
    return [each for each in found if given.options_ended or not str(each.value).startswith("-")]


def _attached(ctx: click.Context, params: Iterable[click.Parameter], spelling: str, value: str) -> Items:
    """Returns the candidates for --option=value."""
    params = list(params)
    found_option = spelled(spelling, layers(params))
    option = _spellings(params).get(found_option.name) if found_option else None
    if option is None or option.is_flag:
        return []
    found = option.shell_complete(ctx, value)
    for item in found:
        item.value = f"{spelling}={item.value}"
    return found


def _option_items(ctx: click.Context, params: Iterable[click.Parameter], given: ParsedWords, incomplete: str) -> Items:
    """Returns options not yet on the line, each in the long spelling that fits best."""
    free = [each for each in params if isinstance(each, click.Option) and not each.hidden]
    free = [each for each in free if each.multiple or str(each.name) not in given.values]
    offered = ((spelling, each.help or "") for each in free for spelling in _offered(each, incomplete))
    return items(named(offered).best(incomplete))


def _offered(option: click.Option, incomplete: str) -> Iterator[str]:
    for spellings in (option.opts, option.secondary_opts):
        ordered = sorted(spellings, key=lambda each: (not each.startswith(incomplete), not each.startswith("--")))
        yield from ordered[:1]


def _leading(words: Sequence[str], params: Iterable[click.Parameter]) -> tuple[ParsedWords, Sequence[str]]:
    """Parses the options before the command; returns them and the remaining words."""
    given, position = ParsedWords(), 0
    while position < len(words) and words[position].startswith("-"):
        taken = _read_option(given, params, words[position:])
        position += taken
    return given, words[position:]


def _parse_words(words: Sequence[str], params: Sequence[click.Parameter]) -> ParsedWords:
    """Parses the words after a command as far as possible, and skips the others."""
    given, position = ParsedWords(), 0
    while position < len(words):
        word = words[position]
        if word == "--" and not given.options_ended:
            given.options_ended = True
        elif word.startswith("-") and not given.options_ended and len(word) > 1:
            position += _read_option(given, params, words[position:]) - 1
        else:
            _set_value(given, _plain_param(params, len(given.plain)), word)
            given.plain.append(word)
        position += 1
    return given


def _read_option(given: ParsedWords, params: Iterable[click.Parameter], words: Sequence[str]) -> int:
    """Parses the option at the start of the words; returns the number of words consumed."""
    params = list(params)
    found = spelled(words[0], layers(params))
    option = _spellings(params).get(found.name) if found else None
    if found is None or option is None:
        return 1
    if option.is_flag or found.value is not None:
        _set_value(given, option, found.value or "")
        return 1
    if len(words) == 1:
        given.waiting = option
        return 1
    if not _takes_value(option) and words[1].startswith("-"):
        _set_value(given, option, "")
        return 1
    _set_value(given, option, words[1])
    return 2


def _set_value(given: ParsedWords, param: click.Parameter | None, value: str) -> None:
    if param is None:
        return
    name = str(param.name)
    if param.multiple or param.nargs == -1:
        given.values[name] = (*given.values.get(name, ()), value)
    else:
        given.values[name] = value


def _takes_value(option: click.Option) -> bool:
    """Returns True if a value must follow; `--lite` may stand alone."""
    return not getattr(option, "_flag_needs_value", False)


def _params(command: click.Command) -> list[click.Parameter]:
    return [*command.params, *(command.global_params if isinstance(command, Node) else ())]


def _spellings(params: Iterable[click.Parameter]) -> dict[str, click.Option]:
    options = [each for each in params if isinstance(each, click.Option)]
    return {spelling: each for each in options for spelling in (*each.opts, *each.secondary_opts)}


def _plain_param(params: Sequence[click.Parameter], position: int) -> click.Parameter | None:
    """Returns the parameter of the positional word at this position: an argument, or the option it sets."""
    arguments = [each for each in params if isinstance(each, click.Argument)]
    if arguments and arguments[-1].nargs == -1:
        position = min(position, len(arguments) - 1)
    if position >= len(arguments):
        return None
    argument = arguments[position]
    target = str(argument.name).removesuffix("_word")
    return next((each for each in params if each.name == target), argument)
