"""Every command that takes a collection says alike that it is not there."""

import json
import re
import shlex

import pytest

from milvus_cli.grammar.click_nodes import Leaf
from milvus_cli.grammar.tree import leaves, tree
from tests.support.typed import Typed, failed, on_milvus

NAME = "zyxwvq"
"""Resembles nothing that other tests may have left, so that no hint names that."""


def line(leaf: Leaf) -> str:
    """Its first example, of a collection that is not there."""
    example = re.findall(r"Example: (.+)", leaf.help or "")[0]
    return re.sub(r"\bbook\b", NAME, re.sub(r" -o \w+$", "", example))


TAKERS = [
    pytest.param(line(leaf), id=leaf.path)
    for leaf in leaves(tree())
    if leaf.path != "create collection"
    and any(param.name == "collection" for param in leaf.params)
    and NAME in line(leaf)
]


@pytest.mark.parametrize("line", TAKERS)
def test_a_collection_that_is_missing_is_named_with_a_hint_in_every_format(typed: Typed, line: str) -> None:
    books = typed.cli.directory / "books.csv"
    books.write_text("id\n1\n")
    line = line.replace("books.csv", str(books))
    run = typed(line)
    lacks = re.fullmatch(r"error: (Milvus [\w .]+ has no [\w ]+(?: \(requires Milvus [\w .]+\))?)\n", run.err)
    message, hint = (lacks[1], "") if lacks else (f"collection {NAME!r} not found", "run `list collections`")
    assert run == failed(message, hint)
    run = typed(f"-o json {line}")
    error = json.loads(run.err)["error"]
    assert (run.code, run.out, error["code"], error["message"], error["hint"] or "") == (1, "", 1, message, hint)


def test_most_commands_of_collections_are_among_them() -> None:
    assert len(TAKERS) > 40, len(TAKERS)
    assert all(NAME in shlex.split(each.values[0]) for each in TAKERS if isinstance(each.values[0], str))


@on_milvus
def test_a_name_of_several_lines_does_not_end_the_servers_sentence(typed: Typed) -> None:
    reason = "collection name can only contain numbers, letters and underscores: invalid parameter"
    assert typed("count -c 'book\nid'") == failed(f"Invalid collection name: book\\nid. {reason}")
