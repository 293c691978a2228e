"""What the shell offers inside a filter: fields, functions and operators that fit the collection."""

from collections.abc import Callable, Iterator

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from milvus_cli.app.runner import execute
from milvus_cli.session.session import Session
from milvus_cli.shell.completer import ShellCompleter
from tests.support.process import ServerProcess

FIELDS = (
    "-f id:INT64 -f title:VARCHAR:200 -f year:INT32 -f sold:BOOL -f tags:ARRAY:VARCHAR:20:40 -f info:JSON "
    "-f vector:FLOAT_VECTOR:4 -p id"
)
Offered = Callable[[str, str], list[str]]


@pytest.fixture
def offered(session: Session, server: ServerProcess) -> Iterator[Offered]:
    """Returns what is offered in a filter of `shop`, with every kind of field, or of `plain`, on each server."""
    assert execute(["connect", server.address, "-a", "real"], session) == 0
    for line in (f"shop {FIELDS}", "plain -f id:INT64 -f year:INT32 -f vector:FLOAT_VECTOR:4 -p id"):
        assert execute(["create", "collection", *line.split()], session) == 0
    session.catalog.patience = 30
    completer = ShellCompleter(session)

    def after(collection: str, text: str) -> list[str]:
        found = completer.get_completions(Document(f"query {collection} -e '{text}"), CompleteEvent())
        return [each.display_text.removeprefix(text[: text.rfind(" ") + 1]) for each in found]

    yield after
    for name in ("shop", "plain"):
        execute(["delete", "collection", name, "--yes"], session)


def test_functions_fit_the_fields_of_a_collection(offered: Offered) -> None:
    assert offered("plain", "") == ["id", "year", "not"]
    assert offered("shop", "")[:6] == ["id", "title", "year", "sold", "tags", "info"]
    assert offered("shop", "exis") == ["exists"]
    assert offered("shop", "array_c") == ["array_contains(", "array_contains_all(", "array_contains_any("]

    assert offered("shop", "json_contains(")[0] == "json_contains(info"
    assert offered("shop", "array_length(") == ["array_length(tags"]
    assert offered("shop", "year > 1 and json_contains(") == ["json_contains(info"]
    assert offered("shop", "array_contains(tags, ") == []


def test_operators_fit_what_stands_before_them(offered: Offered, is_lite: bool) -> None:
    null = ["is null", "is not null"] if is_lite else []
    compared = ["==", "!=", ">", ">=", "<", "<="]
    assert offered("shop", "year ") == [*compared, "in", "not in", *null]
    assert offered("shop", "title ") == [*compared, "in", "not in", "like", *null]
    assert offered("shop", "sold ") == ["==", "!=", "in", "not in", *null]
    assert offered("shop", "info ") == null

    assert offered("shop", "tags ") == null
    assert offered("shop", "tags[0] lik") == ["like"]
    assert offered("shop", "year > 3 ") == ["and", "or"]
    assert offered("shop", "array_length(tags) ") == compared


def test_a_field_is_compared_with_fields_of_its_kind(offered: Offered) -> None:
    assert offered("shop", "year == ") == ["id", "year"]
    assert offered("shop", "title != ") == ["title"]
    assert offered("shop", "title like ") == []
    assert offered("shop", "year not ") == ["in"]

    assert offered("shop", "exists ") == ["info"]
    assert offered("shop", "year in [") == []


def test_an_older_server_has_fewer_functions(offered: Offered, is_lite: bool) -> None:
    assert offered("shop", "year is ") == (["null", "not null"] if is_lite else [])
    # No field is analyzed.
    assert offered("shop", "text_m") == []
