"""What holds for the whole project: types, lint, and help for every command."""

import subprocess
import sys
from inspect import cleandoc
from pathlib import Path

import click
import pytest

from milvus_cli.grammar.click_nodes import Leaf
from milvus_cli.grammar.params import GLOBAL_OPTIONS
from milvus_cli.grammar.tree import leaves, tree

ROOT = Path(__file__).parents[1]
LEAVES = list(leaves(tree()))


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
