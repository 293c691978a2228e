"""Candidates for the end of a line: command words, options, and the values that parameter types offer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import click

from ..grammar.click_nodes import Node
from ..grammar.lines import SYSTEM_MARK, Word, scan
from ..grammar.offered import items
from ..grammar.params import GLOBAL_OPTIONS
from ..grammar.parser import LineParser, Parsed, plain_params
from ..grammar.tree import DEFAULT_NOUNS, UnknownCommand, Verb, children, find, tree
from ..text.names import named

if TYPE_CHECKING:
    from typing import TypeAlias

    from click.shell_completion import CompletionItem

    from ..session.name_source import NameSource

    Items: TypeAlias = list[CompletionItem[str]]


REDIRECTION = re.compile(r">>?|\|")
BEFORE_PROGRAMS = ("|", "||", "&&")


class HasCatalog(Protocol):
    """A session, or a cheaper stand-in."""

    @property
    def catalog(self) -> NameSource: ...


class Target(Enum):
    """The kind of a word after > or |. NOTHING is what may follow a file: > takes one."""

    FILE = "file"
    PROGRAM = "program"
    ARGUMENT = "argument"
    NOTHING = "nothing"


class CursorLine(NamedTuple):
    """The command at the end of a text: the words before the last one, and the last one parsed and as typed.

    `start` is the last word's position in the text, `mark` its open quote, `target` what it is after > or |.
    """

    words: list[str]
    incomplete: str
    raw: str = ""
    start: int = 0
    mark: str = ""
    target: Target | None = None
    comment: bool = False


def read_line(text: str) -> CursorLine:
    """Parses a text up to the cursor."""
    words = scan(text)[-1] if text else []
    if words and words[0].raw == SYSTEM_MARK:
        return _system_line(text, words[0].start)
    end = words[-1].end if words else 0
    after = text[end:].replace("\\\n", "")
    if "#" in after:
        return CursorLine([], "", start=len(text), comment=True)
    last = words.pop() if words and end == len(text) else Word("", "", len(text))
    if ";" in after or "\n" in after:
        words = []
    if sign := REDIRECTION.match(last.raw):
        words.append(Word(sign[0], sign[0], last.start))
        last = Word(last.value[sign.end() :], last.raw[sign.end() :], last.start + sign.end(), last.mark)
    values = [each.value for each in words]
    return CursorLine(values, last.value, last.raw, last.start, last.mark, _target([each.raw for each in words]))


def _system_line(text: str, start: int) -> CursorLine:
    """Parses a line for the shell of the operating system like the end of one that is piped to it."""
    line = read_line("|" + text[start + len(SYSTEM_MARK) :])
    return line._replace(start=start + line.start, comment=line.comment or line.target is None)


def _target(words: Sequence[str]) -> Target | None:
    """Returns what follows these words, as typed, if one of them is the > or | that ends a command."""
    first = next((number for number, word in enumerate(words) if REDIRECTION.match(word)), len(words))
    redirected = words[first:]
    if not redirected:
        return None
    if redirected[0].startswith("|"):
        return Target.PROGRAM if redirected[-1] in BEFORE_PROGRAMS else Target.ARGUMENT
    return Target.FILE if redirected in ([">"], [">>"]) else Target.NOTHING


def complete(
    words: Sequence[str], incomplete: str, session: HasCatalog, leading: Sequence[click.Parameter] = GLOBAL_OPTIONS
) -> Items:
    """The candidates for the word that is being typed after `words`; `leading` are the options before the command."""
    before = LineParser(leading).parse(words, interspersed=False)
    if before.waiting or (not before.plain and incomplete.startswith("-")):
        ctx = click.Context(tree(), obj=session, resilient_parsing=True)
        return _after(ctx, leading, before, incomplete)
    try:
        found = find(before.plain)
    except UnknownCommand:
        return []
    options = [each for each in leading if isinstance(each, click.Option)]
    found.ctx.obj, found.ctx.params = session, _values(before, options)
    if isinstance(found.command, Verb):
        return _verb(found.command, found.ctx, incomplete)
    params = _params(found.command)
    given = LineParser(params).parse(found.rest)
    found.ctx.params.update(_values(given, params))
    return _after(found.ctx, params, given, incomplete)


def _verb(verb: Verb, ctx: click.Context, incomplete: str) -> Items:
    """The nouns of a verb, or its options; then what may follow the noun that it takes for granted."""
    if incomplete.startswith("-"):
        return _options(ctx, verb.global_params, Parsed(), incomplete)
    found = items(children(verb).best(incomplete))
    default = verb.commands.get(DEFAULT_NOUNS.get(str(verb.name), ""))
    if default is None:
        return found
    below = click.Context(default, parent=ctx, resilient_parsing=True)
    below.params = ctx.params
    return found + _after(below, _params(default), Parsed(), incomplete)


def _after(ctx: click.Context, params: Sequence[click.Parameter], given: Parsed, incomplete: str) -> Items:
    if given.waiting is not None:
        return given.waiting.option.shell_complete(ctx, incomplete)
    if given.optional is not None and not incomplete.startswith("-"):
        return given.optional.option.shell_complete(ctx, incomplete)
    if incomplete.startswith("-") and not given.ended:
        spelling, equals, value = incomplete.partition("=")
        if equals and len(spelling) > 2:
            return _attached(ctx, params, spelling, value)
        return _options(ctx, params, given, incomplete)
    param = _plain_param(params, len(given.plain))
    found = param.shell_complete(ctx, incomplete) if param is not None else []
    # A name that begins with a dash would be read as an option: it needs -- before it, or its own option.
    return [each for each in found if given.ended or not str(each.value).startswith("-")]


def _attached(ctx: click.Context, params: Sequence[click.Parameter], spelling: str, value: str) -> Items:
    """The candidates for --option=value."""
    option = next((each.option for each in LineParser(params).parse([f"{spelling}="]).options), None)
    if option is None or option.is_flag:
        return []
    found = option.shell_complete(ctx, value)
    for item in found:
        item.value = f"{spelling}={item.value}"
    return found


def _options(ctx: click.Context, params: Sequence[click.Parameter], given: Parsed, incomplete: str) -> Items:
    """Options that the line does not have yet, each by the long spelling that fits best."""
    free = [each for each in params if isinstance(each, click.Option) and not each.hidden]
    free = [each for each in free if each.multiple or each.name not in _values(given, params)]
    offered = ((spelling, each.help or "") for each in free for spelling in _offered(each, incomplete))
    return items(named(offered).best(incomplete))


def _offered(option: click.Option, incomplete: str) -> Iterator[str]:
    for spellings in (option.opts, option.secondary_opts):
        ordered = sorted(spellings, key=lambda each: (not each.startswith(incomplete), not each.startswith("--")))
        yield from ordered[:1]


def _values(given: Parsed, params: Sequence[click.Parameter]) -> dict[str, Any]:
    """Returns the values of a line by parameter, as text."""
    values: dict[str, Any] = {}
    plain = ((_plain_param(params, position), word) for position, word in enumerate(given.plain))
    for param, value in [*((each.option, each.value or "") for each in given.options), *plain]:
        if param is None:
            continue
        name = str(param.name)
        if param.multiple or param.nargs == -1:
            values[name] = (*values.get(name, ()), value)
        else:
            values[name] = value
    return values


def _params(command: click.Command) -> list[click.Parameter]:
    return [*command.params, *(command.global_params if isinstance(command, Node) else ())]


def _plain_param(params: Sequence[click.Parameter], position: int) -> click.Parameter | None:
    """Returns the parameter that the plain word at this position gives."""
    plain = plain_params(params)
    if plain and (plain[-1].nargs == -1 or plain[-1].multiple):
        position = min(position, len(plain) - 1)
    return plain[position] if position < len(plain) else None
