"""Texts for people are plain English: no phrases that no one says, and none of click's own words."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from milvus_cli.grammar.tree import leaves, tree
from tests.support.cli import ROOT, Cli
from tests.support.recorder import run_here
from tests.support.typed import failed

PACKAGE = ROOT / "milvus_cli"
BANNED = re.compile(
    r"\bso many\b|(?<!there )\bis no (?!longer)|\bare no (?!longer)|\bgives? out\b|\b(?:goes|go) on\b|\bstands? for\b"
    r"|\banew\b"
    r"|\bthe same line\b|\bwhat is there\b|\blikewise\b|\bby chance\b|\bshows all\b|can't be together|\bis wanted\b"
    r"|not a valid (?:integer|float) range|missing option|\bwithout them it\b|\bso much\b|\bwants\b|\bmend\b"
    r"|\bbad (?:name|filter|address|port|host|alias|index|default|path)|\bcolour|\bsign of life\b|\bis made\b"
)
"""Phrases that no engineer says to a colleague, or that another word is used for everywhere."""


@cache
def texts() -> list[tuple[str, str]]:
    """Every text in the code that is not a docstring, and every docstring of a command, with its place."""
    return list(_read_texts())


def _read_texts() -> Iterator[tuple[str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if "_pb2" not in path.name:
            yield from _texts(path)
    for topic in sorted((PACKAGE / "help").iterdir()):
        yield topic.name, topic.read_text(encoding="utf-8")


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    module = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)} if _is_code(path) else set()
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield f"{path.relative_to(PACKAGE)}:{node.lineno}", node.value


def _is_code(path: Path) -> bool:
    return path.parent.name != "commands"


def test_no_text_has_a_banned_phrase() -> None:
    assert [f"{place}: {text}" for place, text in texts() if BANNED.search(text)] == []


VERBS = sorted({leaf.path.split()[0] for leaf in leaves(tree())})
OTHER_NOTATION = re.compile(
    r"\b(?:[Rr]un|[Ss]ee|[Tt]hen|[Ww]ith|first|without|forget (?:one|it)|repeat it|rebuild it|stop it|another one): ?"
    rf"(?:$|(?:{'|'.join(VERBS)}|milvus_cli|pip|kill)\b)"
)
"""A command after a colon: in a sentence a command stands in backquotes, as in "run `list aliases`"."""


def test_a_command_in_a_sentence_is_in_backquotes() -> None:
    assert [f"{place}: {text}" for place, text in texts() if OTHER_NOTATION.search(text)] == []


def test_a_semicolon_that_ends_a_command_in_place_of_a_value_is_to_be_quoted(cli: Cli) -> None:
    run = cli("-c", "insert file -c book x.csv --delimiter ;")
    assert run == failed("-c:1: --delimiter requires a value", "quote a ; that is its value: --delimiter ';'", code=2)
    run = cli("-c", "insert file -c book x.csv --delimiter")
    assert run == failed("-c:1: --delimiter requires a value", "help insert file", code=2)


def test_a_default_is_written_in_one_way() -> None:
    helps = [
        (leaf.path, each.help or "")
        for leaf in leaves(tree())
        for each in leaf.params
        if isinstance(each, click.Option)
    ]
    brackets = {(path, found) for path, text in helps for found in re.findall(r"\[[^\]]*\]", text)}
    examples = {"[0.1, 0.2, …]"}
    assert {each for each in brackets if not each[1].startswith("[default") and each[1] not in examples} == set()


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("get -c book", "missing ids", "--ids 1,2,3"),
        ("load collection", "missing collection name", "-c NAME"),
        ("grant role reader", "missing username", "-u NAME"),
        ("watch", "missing SECONDS", "help watch"),
        ("search book -l abc", "--limit: 'abc' is not an integer", "help search"),
        ("search book -l 99999", "--limit: must be between 1 and 16384, got 99999", "help search"),
        ("search book --radius x", "--radius: 'x' is not a number", "help search"),
        ("history -n 0", "--last: must be at least 1, got 0", "help history"),
        ("connect --host", "--host requires a value", "help connect"),
        ("search book --hist=yes", "--hist does not take a value", "help search"),
        ("list", "incomplete command 'list'", None),
    ],
)
def test_usage_errors_are_in_our_own_words(tmp_path: Path, line: str, message: str, hint: str | None) -> None:
    run = run_here(line.split(), tmp_path)
    if hint is None:
        assert run.err.startswith(f"error: {message}\nhint: one of: aliases, ")
    else:
        assert run == failed(message, hint, code=2)
