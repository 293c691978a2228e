"""Answers `help`: the list of all commands, a command, a topic, or what a search for words finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from ..errors import InvalidInput
from ..result import Text, Value
from ..text.markdown import Block, render
from ..text.names import nearest
from .click_nodes import Leaf
from .help_layout import TOPICS, columns, option_row
from .topics import blocks, topic_named
from .tree import UnknownCommand, find, leaves, tree

IN_NAME, IN_SUMMARY, IN_TEXT = 1, 2, 3
"""Where a word was found, from the best place to the least."""


@dataclass(frozen=True)
class Match:
    """A command or topic that has all words; `place` is the worst place of one, `options` those that have one."""

    name: str
    summary: str
    place: int
    options: Sequence[str] = ()


def answer(words: Sequence[str]) -> Text:
    """Returns the help that words name, else what a search for them finds. Raises InvalidInput if it finds nothing."""
    words = " ".join(words).split()
    topic = topic_named(words)
    if topic:
        return Text(render(blocks(topic), columns()))
    try:
        found = find(words)
    except UnknownCommand as exc:
        return _searched(words, exc.hint)
    if found.rest:
        return _searched(words, f"help {' '.join(words[: len(words) - len(found.rest)])}")
    return Text(found.command.get_help(found.ctx))


def _searched(words: Sequence[str], hint: str) -> Text:
    text = " ".join(words)
    wanted = text.lower().split()
    commands, topics = list(_commands(wanted)), list(_topics(wanted))
    if not (commands or topics):
        paths = [leaf.path for leaf in leaves(tree())]
        known = [*TOPICS, *dict.fromkeys(word for path in paths for word in (path, *path.split()))]
        raise InvalidInput(f"no help found for {text!r}", hint=nearest(text, known) or hint)
    parts = [_section(title, each) for title, each in (("Commands", commands), ("Topics", topics)) if each]
    return Text("\n\n".join(parts) + "\n\nRun `help` with one of these names.", _values(commands, topics))


def _commands(wanted: Sequence[str]) -> Iterator[Match]:
    """Yields the commands that have all words, best first."""
    found = [match for leaf in leaves(tree()) if (match := _command(leaf, wanted))]
    yield from sorted(found, key=lambda each: each.place)


def _command(leaf: Leaf, wanted: Sequence[str]) -> Match | None:
    rows = _option_rows(leaf)
    texts = [leaf.path.replace("_", " "), leaf.summary, " ".join([leaf.help or "", *map(" ".join, rows)])]
    place = _place(texts, wanted)
    if place is None:
        return None
    named = [name for name, text in rows if any(word in f"{name} {text}".lower() for word in wanted)]
    return Match(leaf.path, leaf.summary, place, named if place == IN_TEXT else ())


def _option_rows(leaf: Leaf) -> list[tuple[str, str]]:
    ctx = click.Context(leaf, info_name=leaf.path)
    options = [each for each in leaf.params if isinstance(each, click.Option)]
    return [row for each in options if (row := option_row(each, ctx))]


def _topics(wanted: Sequence[str]) -> Iterator[Match]:
    found = []
    for name, summary in TOPICS.items():
        place = _place([name, summary, " ".join(map(_text, blocks(name)))], wanted)
        if place is not None:
            found.append(Match(name, summary, place))
    yield from sorted(found, key=lambda each: each.place)


def _text(block: Block) -> str:
    return " ".join([*block.lines, *(cell for row in block.rows for cell in row)])


def _place(texts: Sequence[str], wanted: Sequence[str]) -> int | None:
    """Returns the worst place in which a word is found first; None if one is found nowhere."""
    lower = [each.lower() for each in texts]
    places = [next((place for place, text in enumerate(lower, IN_NAME) if word in text), None) for word in wanted]
    known = [each for each in places if each is not None]
    return max(known) if len(known) == len(places) else None


def _section(title: str, matches: Sequence[Match]) -> str:
    widest = max(len(each.name) for each in matches)
    lines = [f"{title}:"]
    for each in matches:
        lines.append(f"  {each.name:<{widest}}  {each.summary}")
        lines += [f"  {'':<{widest}}    {option}" for option in each.options]
    return "\n".join(lines)


def _values(commands: Sequence[Match], topics: Sequence[Match]) -> dict[str, Value]:
    return {
        "commands": [{"command": each.name, "summary": each.summary} for each in commands],
        "topics": [{"topic": each.name, "summary": each.summary} for each in topics],
    }
