"""Filters: parameters are filled in, and refusals of real servers are shown at their position."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_cli.client.client import Client
from milvus_cli.connections.profile import Profile
from milvus_cli.errors import CliError, InvalidInput, ServerRefused
from milvus_cli.rows.filter_errors import explaining_filter_errors
from milvus_cli.rows.filters import above, both, filled, pointed, quoted, up_to
from milvus_cli.schema.declaration import Declaration, declared
from milvus_cli.session.clients import open_client
from milvus_cli.values.encode import encode_rows
from tests.support.process import ServerProcess

NAME = "filters"
SCHEMA = declared(Declaration(NAME, ("id:INT64", "title:VARCHAR:20", "vector:FLOAT_VECTOR:2"), primary="id")).schema


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("Emma", '"Emma"'),
        ("", '""'),
        ("7", "7"),
        ("-9223372036854775807", "-9223372036854775807"),
        ("0.1", "0.1"),
        ("true", "true"),
        ('"7"', '"7"'),
        ('[1, 2.5, "a\'b"]', '[1, 2.5, "a\'b"]'),
        ('He said "no" \\', '"He said \\"no\\" \\\\"'),
        ("two\nlines", '"two\\nlines"'),
        ("null", '"null"'),
        ("NaN", '"NaN"'),
        ('{"a": 1}', '"{\\"a\\": 1}"'),
    ],
)
def test_a_parameter_is_quoted_by_its_type(text: str, literal: str) -> None:
    assert filled("x == {x}", [("x", text)]) == f"x == {literal}"


@pytest.mark.parametrize(
    ("key", "greater", "at_most"),
    [
        (5, "id > 5", "id <= 5"),
        (-(2**63), "id >= -9223372036854775807", "id < -9223372036854775807"),
        ('a"b\\', 'id > "a\\"b\\\\"', 'id <= "a\\"b\\\\"'),
        ("é", 'id > "é"', 'id <= "é"'),
    ],
)
def test_rows_above_a_key_and_up_to_it_are_filtered_by_literals_that_milvus_reads(
    key: int | str, greater: str, at_most: str
) -> None:
    assert (above("id", key), up_to("id", key)) == (greater, at_most)


def test_two_filters_become_one_and_an_empty_filter_is_left_out() -> None:
    assert [both("a", "b"), both("", "b"), both("a", ""), both("", "")] == ["(a) and (b)", "b", "a", ""]


def test_strings_in_a_filter_are_left_alone() -> None:
    expression = """a == "{x} \\" {x}" or b == '{x}' or c == { x }"""
    assert filled(expression, [("x", "1")]) == """a == "{x} \\" {x}" or b == '{x}' or c == 1"""
    assert filled("a > 1\nand b < 2") == "a > 1 and b < 2"


@pytest.mark.parametrize(
    ("expression", "parameters", "message", "hint"),
    [
        ("x == {title}", [("titel", "1")], "the filter has {title}, and no --param gives it", "did you mean titel?"),
        ("x == {x}", [], "the filter has {x}, and no --param gives it", "add --param x=VALUE"),
        ('x == "{x}"', [("x", "1")], "the filter has no {x} for --param x", "write {x} there, without quotes"),
        ("x == {x}", [("x", "1"), ("x", "2")], "a --param is given twice", ""),
        ("x == {x}", [("x", "[null]")], "a filter has no way to write null", "give text, a number or a list"),
    ],
)
def test_parameters_that_do_not_fit_the_filter(
    expression: str, parameters: list[tuple[str, str]], message: str, hint: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        filled(expression, parameters)
    assert (caught.value.message, caught.value.hint) == (message, hint)


@given(st.text())
def test_a_quoted_text_comes_back_whole(text: str) -> None:
    literal = quoted(text)
    assert "\n" not in literal
    assert json.loads(literal, strict=False) == text
    assert filled("x == {x}", [("x", json.dumps(text))]) == f"x == {literal}"


def test_a_long_filter_is_shown_around_the_caret() -> None:
    assert pointed("x" * 500, 300) == f"  …{'x' * 60}{'x' * 40}…\n  {' ' * 61}^"
    assert pointed("漢 = 1", 2) == "  漢 = 1\n     ^"
    assert pointed("a >", 3) == "  a >\n     ^"


# Against real servers

TITLES = [
    "plain",
    'quo"te',
    "apo'strophe",
    "back\\slash",
    "new\nline",
    "return\r",
    "tab\t",
    "nul\0",
    "漢🦅\uffff",
    "{x}",
]
ROWS = [{"id": number, "title": title, "vector": [0.1, 0.2]} for number, title in enumerate(TITLES)]


@pytest.fixture(scope="module")
def client_with_titles(server: ServerProcess) -> Iterator[Client]:
    """A client of a server with the rows above in a loaded collection."""
    found = open_client(Profile(host=server.host, port=server.port), timeout=60)
    found.call("CreateCollection", collection_name=NAME, schema=SCHEMA.SerializeToString(), shards_num=1)
    found.call("Insert", collection_name=NAME, fields_data=encode_rows(ROWS, SCHEMA), num_rows=len(ROWS))
    found.call(
        "CreateIndex",
        collection_name=NAME,
        field_name="vector",
        index_name="vector",
        extra_params=[
            {"key": "index_type", "value": "FLAT"},
            {"key": "metric_type", "value": "L2"},
        ],
    )
    found.call("LoadCollection", collection_name=NAME)
    # Weaker and faster reads see the rows that one strong read has seen.
    found.call("Query", collection_name=NAME, expr="id > 0", output_fields=["id"], consistency_level="Strong")
    yield found
    found.call("ReleaseCollection", collection_name=NAME)
    found.call("DropCollection", collection_name=NAME)
    found.close()


def asked(client: Client, expression: str) -> list[int]:
    with explaining_filter_errors(expression, SCHEMA):
        answer = client.call(
            "Query", collection_name=NAME, expr=expression, output_fields=["id"], consistency_level="Eventually"
        )
    return sorted(next(each for each in answer.fields_data if each.field_name == "id").scalars.long_data.data)


def test_quoted_values_find_their_rows(client_with_titles: Client) -> None:
    found = [asked(client_with_titles, filled("title == {t}", [("t", str(row["title"]))])) for row in ROWS]
    assert found == [[number] for number in range(len(ROWS))]
    every = filled("title in {all}", [("all", quoted([row["title"] for row in ROWS[1:3]]))])
    assert asked(client_with_titles, every) == [1, 2]
    assert asked(client_with_titles, filled("id in {ids}", [("ids", "[1, 3]")])) == [1, 3]


ENDS = "unexpected end of the filter"
HELP = "help filters"


@pytest.mark.parametrize(
    ("expression", "by_milvus", "by_lite", "hint"),
    [
        ("title = 'x'", ("unexpected '='", 6), ("unexpected character '='", 6), "equality is written =="),
        ("titel == 'x'", ("unknown field 'titel'", 0), ("unknown field 'titel'", 0), "did you mean title?"),
        ("id > 3 and idd == 1", ("unknown field 'idd'", 11), ("unknown field 'idd'", 11), "did you mean id?"),
        ("id > 3 and", (ENDS, 10), (ENDS, 10), HELP),
        ("id in [1,2", (ENDS, 10), ("expected ']' or ',', but it ends", 10), HELP),
        ("(id > 3", (ENDS, 7), ("expected ')', but it ends", 7), HELP),
        ("id ==== 3", ("unexpected '=='", 5), ("unexpected token '=='", 5), HELP),
        ("id > 3 @ 4", ("unexpected '@'", 7), ("unexpected character '@'", 7), HELP),
        (
            "1",
            ("it is not a condition", None),
            ("top-level filter expression must evaluate to bool, got int", 0),
            HELP,
        ),
        ("漢 > " + "1" * 3, ("unexpected '>'", 2), ("unknown field '漢'", 0), "fields: id, title, vector"),
    ],
)
def test_a_refused_filter_is_shown_at_its_place(
    client_with_titles: Client,
    is_lite: bool,
    expression: str,
    by_milvus: tuple[str, int | None],
    by_lite: tuple[str, int],
    hint: str,
) -> None:
    reason, place = by_lite if is_lite else by_milvus
    with pytest.raises(CliError) as caught:
        asked(client_with_titles, expression)
    shown = "" if place is None else "\n" + pointed(expression, place)
    assert (caught.value.message, caught.value.hint) == (f"invalid filter: {reason}{shown}", hint)
    assert caught.value.exit_code == 1


def test_a_long_refused_filter_still_tells_its_reason(client_with_titles: Client) -> None:
    with pytest.raises(CliError, match=r"^invalid filter: unknown field 'idd'\n  …[1, ]+\] and idd > 1\n +\^$"):
        asked(client_with_titles, f"id in [{'1, ' * 400}1] and idd > 1")


def test_a_refusal_of_something_else_passes_unchanged() -> None:
    refused = ServerRefused("collection not found", server_code=100)
    with pytest.raises(ServerRefused) as caught, explaining_filter_errors("id > 1", SCHEMA):
        raise refused
    assert caught.value is refused
