"""All commands as one click tree, collected from the modules of `commands/`."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

import click

from ..text.names import Names, named, nearest
from .click_nodes import Leaf, Node
from .offered import Offered, items

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

PROGRAM = "milvus_cli"
COMMANDS = "milvus_cli.commands"
"""The package whose modules declare the commands. Loaded by its name, as plug-ins are: it stands above this one."""
MARGIN = 6
"""Columns that a list of commands leaves empty: before, between and after its two columns."""

COMPLETE_VARIABLE = "_MILVUS_CLI_COMPLETE"
"""Set by the completion scripts of bash, zsh and fish: the program then answers a Tab and does nothing else."""

SYNONYMS = {"describe": ("show",), "drop": ("delete",), "import": ("insert", "file")}
"""Verbs of other shells and of the first Milvus_CLI; listed in help, never completed."""

DEFAULT_NOUNS = {
    "use": "database",
    "load": "collection",
    "release": "collection",
    "wait": "collection",
    "export": "collection",
}
"""The noun that a verb takes for granted: `use x` is `use database x`."""


class UnknownCommand(click.UsageError):
    """No such command; `hint` names the nearest."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Verb(Node, click.Group):
    """A verb and its nouns; also the root, whose children are the verbs."""

    @property
    def is_root(self) -> bool:
        return self.name == PROGRAM

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The global options before a command; there are seldom any."""
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
            return "a command is missing", "help shows all commands"
        return f"{self.name} what?", f"one of: {', '.join(self.commands)}"

    def with_default_noun(self, args: list[str]) -> list[str]:
        """The words after the verb, with the noun that it takes for granted."""
        default = DEFAULT_NOUNS.get(str(self.name))
        return [default, *args] if default and args and args[0] not in (*self.commands, "--help") else args

    def child(self, words: list[str]) -> tuple[str, click.Command, list[str]]:
        """The verb or command that the first word names, and the words after it. Raises UnknownCommand."""
        name, *rest = self._spelled_out(words) if self.is_root else words
        if name not in self.commands:
            raise self._unknown(name)
        return name, self.commands[name], rest

    def _spelled_out(self, args: list[str]) -> list[str]:
        """The line with the verb meant by a synonym, or by a bare plural: `collections`."""
        listed = self.commands.get("list")
        if args[0] not in self.commands and isinstance(listed, Verb) and args[0] in listed.commands:
            return ["list", *args]
        return [*SYNONYMS.get(args[0], args[:1]), *args[1:]]

    def _unknown(self, name: str) -> UnknownCommand:
        known = [str(each) for each in self.commands]
        if self.is_root:
            return UnknownCommand(f"no command {name!r}", nearest(name, known) or "help shows all commands")
        return UnknownCommand(f"no command '{self.name} {name}'", nearest(name, known) or f"one of: {', '.join(known)}")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        super().format_options(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(each.path, each) for each in leaves(self)]
        room = formatter.width - max(len(path) for path, _ in rows) - MARGIN
        with formatter.section("Commands"):
            formatter.write_dl([(path, leaf.get_short_help_str(limit=room)) for path, leaf in rows])
        if self.is_root:
            formatter.write_paragraph()
            same = ", ".join(f"{word} for {' '.join(words)}" for word, words in SYNONYMS.items())
            formatter.write_text(f"Other words: {same}; a bare plural lists: collections. One command: help COMMAND.")


@cache
def tree() -> Verb:
    """The root command. Importing every command costs about 12 ms for a hundred of them."""
    root = Verb(name=PROGRAM, help="The command-line shell for Milvus.")
    for leaf in sorted(_collected(), key=lambda each: each.path):
        verb, _, noun = leaf.path.partition(" ")
        if not noun:
            root.add_command(leaf, verb)
            continue
        group = root.commands.get(verb)
        if not isinstance(group, Verb):
            group = Verb(name=verb, help=f"{verb.capitalize()} …")
            root.add_command(group)
        group.add_command(leaf, noun)
    return root


def leaves(group: click.Group) -> Iterator[Leaf]:
    """Every command below a verb, or below the root, in order."""
    for each in group.commands.values():
        if isinstance(each, click.Group):
            yield from leaves(each)
        elif isinstance(each, Leaf):
            yield each


def children(verb: Verb) -> Names:
    """The verbs or nouns below a verb, each with what it is about."""
    return named((str(name), _about(child)) for name, child in verb.commands.items())


def _about(command: click.Command) -> str:
    return ", ".join(command.commands) if isinstance(command, Verb) else command.get_short_help_str(limit=60)


def following(words: Sequence[str]) -> Names:
    """The words that may follow in the name of a command; synonyms are understood and not offered."""
    try:
        found = find(words)
    except UnknownCommand:
        return Names()
    return children(found.command) if isinstance(found.command, Verb) else Names()


class CommandWords(Offered):
    """The words of a command."""

    name = "command"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        return items(following(list(ctx.params.get(str(param.name)) or ())).best(incomplete))


COMMAND = CommandWords()


def _collected() -> Iterator[Leaf]:
    for module in pkgutil.iter_modules(import_module(COMMANDS).__path__):
        yield from (
            each for each in vars(import_module(f"{COMMANDS}.{module.name}")).values() if isinstance(each, Leaf)
        )


@dataclass(frozen=True)
class ResolvedCommand:
    """How far words lead into the tree: the verb or command that they name, and the words after it."""

    command: click.Command
    ctx: click.Context
    rest: list[str]


def find(words: Sequence[str]) -> ResolvedCommand:
    """Follows words down the tree. Raises UnknownCommand for one that leads nowhere."""
    here: click.Command = tree()
    ctx, rest = click.Context(here, info_name=PROGRAM, resilient_parsing=True), list(words)
    while rest and isinstance(here, Verb):
        name, here, rest = here.child(here.with_default_noun(rest))
        ctx = click.Context(here, info_name=name, parent=ctx, resilient_parsing=True)
    return ResolvedCommand(here, ctx, rest)


def help_text(words: Sequence[str]) -> str:
    """The help of the command or verb that the words name; of the whole program for none."""
    found = find(words)
    return found.command.get_help(found.ctx)
