"""Options as dataclasses: fields and parameters have the same names, and the command expects that class."""

import inspect
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from typing import Any

import pytest

from milvus_cli.grammar.click_nodes import Leaf
from milvus_cli.grammar.command import command, option
from milvus_cli.grammar.options import options, options_class
from milvus_cli.grammar.tree import leaves, tree

TYPED = [leaf for leaf in leaves(tree()) if hasattr(leaf.callback, "options_of")]


@dataclass(frozen=True)
class Wishes:
    count: int
    color: str = "red"


def test_a_command_gets_its_options_as_a_dataclass_and_the_rest_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milvus_cli.result.Wishes", Wishes, raising=False)

    @command("wish")
    @option("--count", type=int)
    @option("--dry-run", is_flag=True)
    @options("result:Wishes")
    def wish(session: str, options: Wishes, dry_run: bool) -> Any:
        return session, options, dry_run

    assert wish.callback is not None
    assert wish.callback("session", count=3, dry_run=True) == ("session", Wishes(3), True)
    assert [param.name for param in wish.params] == ["count", "dry_run"]


def names_of(leaf: Leaf) -> set[str]:
    return {str(param.name) for param in leaf.params if not str(param.name).endswith("_word")}


def own_parameters(leaf: Leaf) -> Iterator[inspect.Parameter]:
    """Those of the function, less the session."""
    assert leaf.callback is not None
    return iter(list(inspect.signature(leaf.callback).parameters.values())[1:])


def test_some_commands_have_typed_options() -> None:
    assert TYPED


@pytest.mark.parametrize("leaf", TYPED, ids=lambda leaf: leaf.path)
def test_the_command_expects_the_class_that_is_built(leaf: Leaf) -> None:
    where: str = leaf.callback.options_of  # type: ignore[union-attr]
    [expected] = [each.annotation for each in own_parameters(leaf) if each.name == "options"]
    assert expected == where.partition(":")[2]


@pytest.mark.parametrize("leaf", TYPED, ids=lambda leaf: leaf.path)
def test_every_option_is_a_field_or_a_parameter(leaf: Leaf) -> None:
    known = fields(options_class(leaf.callback.options_of))  # type: ignore[union-attr]
    needed = {each.name for each in known if each.default is MISSING and each.default_factory is MISSING}
    plain = {each.name for each in own_parameters(leaf) if each.name != "options"}
    assert needed - {"session"} <= names_of(leaf)
    assert names_of(leaf) - {each.name for each in known} == plain


@pytest.mark.parametrize("leaf", list(leaves(tree())), ids=lambda leaf: leaf.path)
def test_no_command_takes_options_without_types(leaf: Leaf) -> None:
    assert leaf.callback is not None
    assert [each.name for each in own_parameters(leaf) if each.kind is each.VAR_KEYWORD] == []
