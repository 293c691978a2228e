"""Builds the click tree of all commands from the modules in `commands/`."""

from __future__ import annotations

import pkgutil
import shlex
from collections.abc import Iterator, Sequence
from copy import copy
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import click

from ..text.names import Names, close_to, named
from .click_nodes import Leaf, Node
from .lines import PROGRAM
from .offered import Offered, items
from .params import SecretOption
from .parser import LineParser

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = "milvus_cli.commands"
"""The package whose modules declare the commands. Imported by name, as plug-ins are, because it is above this one."""
LONGEST = 200
"""Most characters of a line that a hint repeats."""
MARGIN = 4
"""Width of the margins before and between the two columns of a list of commands."""

COMPLETE_VARIABLE = "_MILVUS_CLI_COMPLETE"
"""Set by the completion scripts of bash, zsh and fish: the program then only answers a Tab."""

SYNONYMS = {
    "describe": ("show",),
    "desc": ("show",),
    "drop": ("delete",),
    "import": ("insert", "file"),
    "quit": ("exit",),
    "q": ("exit",),
    "?": ("help",),
    "h": ("help",),
    "i": ("source",),
}
"""Words of other shells, also with a backslash, and of the first Milvus_CLI; listed in help, never completed."""

DEFAULT_NOUNS = {
    "use": "database",
    "load": "collection",
    "release": "collection",
    "wait": "collection",
    "export": "collection",
    "diff": "collection",
    "restore": "dump",
}
"""The default noun of a verb: `use x` is `use database x`."""

FILE_VERBS = ("insert", "upsert")
"""Verbs whose default noun is `file` where an option follows: `insert -c book books.csv`."""


class UnknownCommand(click.UsageError):
    """The command does not exist; `hint` names the nearest."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Verb(Node, click.Group):
    """A verb and its nouns; also the root, whose children are the verbs. `typed` is the synonym that was written."""

    typed = ""

    @property
    def is_root(self) -> bool:
        return self.name == PROGRAM

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parses the global options before a command."""
        args = self.with_default_noun(args)
        if args[:1] and not args[0].startswith("-"):
            ctx.args = args
        else:
            super().parse_args(ctx, args)
        if not ctx.args:
            raise UnknownCommand(*self._what())
        return ctx.args

    def _what(self) -> tuple[str, str]:
        if self.is_root:
            return "missing command", "run `help` to list all commands"
        return f"incomplete command {(self.typed or self.name)!r}", f"one of: {', '.join(self.commands)}"

    def with_default_noun(self, args: list[str]) -> list[str]:
        """Returns the words after the verb, starting with its default noun if no noun is given."""
        default = DEFAULT_NOUNS.get(str(self.name))
        if self.name in FILE_VERBS and args and args[0].startswith("-"):
            default = "file" if self._names_no_noun(args) else None
        return [default, *args] if default and args and args[0] not in (*self.commands, "--help") else args

    def _names_no_noun(self, args: list[str]) -> bool:
        """Returns whether the options at the start are not global ones, or no noun follows them."""
        parsed = self._parser.parse(args, interspersed=False)
        return bool(parsed.unknown) or "".join(parsed.plain[:1]) not in self.commands

    def child(self, words: list[str]) -> tuple[str, click.Command, list[str]]:
        """Returns the verb or command that the first word names, and the words after it. Raises UnknownCommand."""
        name, *rest = self._spelled_out(words) if self.is_root else words
        if name in self.commands:
            return name, self._as_typed(self.commands[name], words[0]), rest
        listed = tree().commands.get("list")
        if self.name == "show" and isinstance(listed, Verb) and name in listed.commands:
            return name, listed.commands[name], rest
        raise self._unknown([name, *rest])

    def _as_typed(self, found: click.Command, word: str) -> click.Command:
        """Returns a verb that knows by which synonym it was called, so that errors have the words of the line."""
        if not isinstance(found, Verb) or word.removeprefix("\\") not in SYNONYMS:
            return found
        verb = copy(found)
        verb.typed = word
        return verb

    def _spelled_out(self, args: list[str]) -> list[str]:
        """Replaces a synonym of a verb, and puts `list` before a bare plural such as `collections`."""
        listed = self.commands.get("list")
        if args[0] not in self.commands and isinstance(listed, Verb) and args[0] in listed.commands:
            return ["list", *args]
        return [*_synonym(args[0]), *args[1:]]

    def _unknown(self, words: list[str]) -> UnknownCommand:
        name, known = words[0], [str(each) for each in self.commands]
        if self.is_root:
            known += [word for word in SYNONYMS if word.isalpha() and len(word) > 1]
            near = _corrected((), words, known) or "run `help` to list all commands"
            # The rest of a command in quotes may have a secret in it.
            shown = f"{name.split()[0]} …" if len(name.split()) > 1 else name
            return UnknownCommand(f"unknown command {shown!r}", _meant(words) or near)
        verb = self.typed or str(self.name)
        return UnknownCommand(
            f"unknown command '{verb} {name}'",
            _corrected((verb,), words, known) or f"one of: {', '.join(known)}",
        )

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return ["[OPTIONS]", "COMMAND"] if self.is_root else ["NOUN", "[OPTIONS]"]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        super().format_options(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes a line for each command: those of a verb in one list, those of the program in groups."""
        if not self.is_root:
            _write_rows(formatter, "Commands", [(each.path, each.summary) for each in leaves(self)])
            return
        from .help_layout import GROUPS, TOPICS, group_of

        rows = [(group_of(each.path), (each.path, each.summary)) for each in leaves(self) if not each.hidden]
        widest = max(len(path) for _, (path, _) in rows)
        for title in GROUPS:
            _write_rows(formatter, title, [row for group, row in rows if group == title], widest)
        _write_rows(formatter, "Topics", list(TOPICS.items()), widest)
        formatter.write_paragraph()
        same = ", ".join(f"{word} = {' '.join(words)}" for word, words in SYNONYMS.items())
        formatter.write_text(f"Synonyms: {same}. A plural lists: `collections` is `list collections`.")
        formatter.write_text(
            "`help COMMAND` shows options and examples, `help TOPIC` a guide, `help TEXT` searches both."
        )


def _synonym(word: str) -> tuple[str, ...]:
    """Returns the words that another shell's word stands for; a word that is no synonym stays."""
    return SYNONYMS.get(word.removeprefix("\\"), (word,))


def _write_rows(
    formatter: click.HelpFormatter, title: str, rows: Sequence[tuple[str, str]], width: int | None = None
) -> None:
    """Writes a line for each row, or two where the terminal is too narrow for one."""
    widest = width or max(len(name) for name, _ in rows)
    formatter.write(f"\n{title}:\n")
    for name, summary in rows:
        if MARGIN + widest + len(summary) > formatter.width:
            formatter.write(f"  {name}\n      {summary}\n")
        else:
            formatter.write(f"  {name:<{widest}}  {summary}\n")


def _meant(words: Sequence[str]) -> str:
    """Returns a hint for words that name a command in the way of another shell, else ""."""
    first, rest = words[0].strip().lower().lstrip("\\"), list(words[1:])
    if len(first.split()) > 1:
        return "leave out the quotes, or run a script with them: -c 'COMMAND; COMMAND'"
    for meant in (first.split("_"), [first]):
        command = [*meant, *(word.lower() for word in rest[: 2 - len(meant)])]
        for count in range(len(command), len(meant) - 1, -1):
            if _exists(command[:count]):
                left = len(meant) + len(rest) > count
                return f"did you mean {' '.join(command[:count])}{' …' if left else ''}?"
    return ""


def _corrected(before: Sequence[str], words: Sequence[str], known: Sequence[str]) -> str:
    """Returns a hint with the commands whose name is close to the first word, and the rest if that fits them; or ""."""
    rest = list(words[1:])
    commands = [[*before, each] for each in close_to(words[0].lower(), known)]
    lines = [shlex.join([*each, *rest]) for each in commands if rest and _fits([*each, *rest])]
    if lines:
        return f"did you mean {' or '.join(f'`{each}`' for each in lines)}?"
    meant = " or ".join(f"{' '.join(each)}{' …' if rest else ''}" for each in commands)
    return f"did you mean {meant}?" if meant else ""


def _fits(words: Sequence[str]) -> bool:
    """Reports whether a line names a command and has its form. Not for those that take secrets, nor for long lines."""
    try:
        leaf, ctx, rest = find(words)
    except UnknownCommand:
        return False
    if not isinstance(leaf, Leaf) or sum(map(len, words)) > LONGEST or not all(map(str.isprintable, words)):
        return False
    parser = LineParser(leaf.get_params(ctx))
    parsed, plain = parser.parse(rest), parser.plain
    takes_more = any(each.multiple or each.nargs < 0 for each in plain)
    has_secret = any(isinstance(each, SecretOption) for each in leaf.params)
    unclear = has_secret or parsed.unknown or parsed.waiting
    return not unclear and (takes_more or len(parsed.plain) <= len(plain))


def _exists(words: Sequence[str]) -> bool:
    """Returns whether these words name a verb or a command."""
    here: click.Command | None = tree()
    for word in (*_synonym(words[0]), *words[1:]):
        here = here.commands.get(word) if isinstance(here, click.Group) else None
    return here is not None


@cache
def tree() -> Verb:
    """Returns the root command. Importing about a hundred commands takes 12 ms."""
    root = Verb(name=PROGRAM, help="The command-line shell for Milvus.")
    for leaf in sorted(_collected(), key=lambda each: each.path):
        verb, _, noun = leaf.path.partition(" ")
        if not noun:
            root.add_command(leaf, verb)
            continue
        group = root.commands.get(verb)
        if not isinstance(group, Verb):
            group = Verb(name=verb)
            root.add_command(group)
        group.add_command(leaf, noun)
    return root


def leaves(group: click.Group) -> Iterator[Leaf]:
    """Yields every command below a verb or the root, in order."""
    for each in group.commands.values():
        if isinstance(each, click.Group):
            yield from leaves(each)
        elif isinstance(each, Leaf):
            yield each


def children(verb: Verb) -> Names:
    """Returns the verbs or nouns below a verb, each with a short description."""
    return named((str(name), _about(child)) for name, child in verb.commands.items())


def _about(command: click.Command) -> str:
    return ", ".join(command.commands) if isinstance(command, Verb) else getattr(command, "summary", "")


def following(words: Sequence[str]) -> Names:
    """Returns the words that can come next in a command's name. Synonyms are understood but not offered."""
    try:
        found = find(words)
    except UnknownCommand:
        return Names()
    return children(found.command) if isinstance(found.command, Verb) else Names()


class CommandWords(Offered):
    """A parameter type for the words of a command."""

    name = "command"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        return items(following(list(ctx.params.get(str(param.name)) or ())).best(incomplete))


class HelpWords(CommandWords):
    """A parameter type for the words after `help`: those of a command, or a topic."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        found = super().shell_complete(ctx, param, incomplete)
        if ctx.params.get(str(param.name)):
            return found
        from .help_layout import TOPICS

        return [*found, *items(named(TOPICS.items()).best(incomplete))]


COMMAND, SUBJECT = CommandWords(), HelpWords()


def _collected() -> Iterator[Leaf]:
    """Yields the commands that are values of the modules, and those in tuples."""
    for module in pkgutil.iter_modules(import_module(COMMANDS).__path__):
        for value in vars(import_module(f"{COMMANDS}.{module.name}")).values():
            yield from (each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, Leaf))


class ResolvedCommand(NamedTuple):
    """The verb or command that words name, its context, and the remaining words."""

    command: click.Command
    ctx: click.Context
    rest: list[str]


def find(words: Sequence[str]) -> ResolvedCommand:
    """Resolves words to a verb or command. Raises UnknownCommand."""
    here: click.Command = tree()
    ctx, rest = click.Context(here, info_name=PROGRAM, resilient_parsing=True), list(words)
    while rest and isinstance(here, Verb):
        name, here, rest = here.child(here.with_default_noun(rest))
        ctx = click.Context(here, info_name=name, parent=ctx, resilient_parsing=True)
    return ResolvedCommand(here, ctx, rest)
