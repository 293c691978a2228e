"""Rules for the whole project: types, lint, help for every command, and blocks of assertions in tests."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click
import pytest

from milvus_cli.grammar.click_nodes import Leaf
from milvus_cli.grammar.params import GLOBAL_OPTIONS
from milvus_cli.grammar.tree import leaves, tree

ROOT = Path(__file__).parents[1]
LEAVES = list(leaves(tree()))

MOST_ASSERTIONS = 4
"""In one block of a test. A blank line sets the next scene apart; several behaviours are several tests."""


def check(*argv: str) -> None:
    done = subprocess.run([sys.executable, "-m", *argv], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing() -> None:
    check("ruff", "check", ".")


def test_every_file_is_formatted() -> None:
    check("ruff", "format", "--check", ".")


def test_mypy_finds_nothing() -> None:
    check("mypy")


def test_there_are_commands() -> None:
    assert {"connect", "list collections", "search"} <= {leaf.path for leaf in LEAVES}


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.path)
def test_every_command_has_help_with_an_example(leaf: Leaf) -> None:
    lines = cleandoc(leaf.help or "").splitlines()
    assert lines[0].endswith(".")
    examples = [line for line in lines if line.startswith("Example: ")]
    assert examples
    assert all(line.removeprefix("Example: ").startswith(leaf.path) for line in examples)


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.path)
def test_every_option_has_help(leaf: Leaf) -> None:
    options = [param for param in leaf.params if isinstance(param, click.Option) and not param.hidden]
    assert [param.opts for param in options if not param.help] == []


def test_every_global_option_has_help() -> None:
    assert [param.opts for param in GLOBAL_OPTIONS if not param.help] == []


def functions_of_tests() -> Iterator[tuple[str, list[str]]]:
    """Each function in a test file: its place, and its lines."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno:
                place = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
                yield place, text.splitlines()[node.lineno - 1 : node.end_lineno]


def most_assertions(lines: list[str]) -> int:
    """In a run of lines without a blank one."""
    blocks = "\n".join(line.strip() for line in lines).split("\n\n")
    return max(sum(line.startswith("assert ") for line in block.splitlines()) for block in blocks)


def test_no_block_of_a_test_has_many_assertions() -> None:
    assert [place for place, lines in functions_of_tests() if most_assertions(lines) > MOST_ASSERTIONS] == []


def test_assertions_are_counted_from_one_blank_line_to_the_next() -> None:
    assert most_assertions(["assert a", "    assert b", "", "assert c"]) == 2
    assert most_assertions(["x = 1"]) == 0
