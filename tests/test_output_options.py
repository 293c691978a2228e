"""Settings and options of results: tables, headers, bare names, and JMESPath queries."""

import json
from collections.abc import Callable

import pytest

from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer
from tests.support.terminal import Terminal
from tests.support.typed import Typed, on_milvus


@pytest.fixture
def two_connections(cli: Cli) -> Cli:
    """milvus_cli with the connections a and b, which is current."""
    with GrpcPeer() as peer:
        for alias in ("a", "b"):
            assert cli("connect", "-h", peer.host, "-p", str(peer.port), "-a", alias).code == 0
    return cli


@pytest.fixture
def shelf(typed: Typed) -> Typed:
    """A server with the collection shelf."""
    typed.gone("shelf")
    fields = "-f id:INT64 -f title:VARCHAR:200 -f vector:FLOAT_VECTOR:4 -p id"
    typed.all(f"create collection -c shelf {fields}")
    return typed


# Settings


def test_set_changes_how_tables_look_at_once(cli: Cli) -> None:
    found = cli("-c", "set table_style plain -q; version; set table_style ascii -q; version")
    assert found == Run(
        0,
        "field       value\nmilvus_cli  0.1.0\n"
        "+------------+-------+\n| field      | value |\n+============+=======+\n"
        "| milvus_cli | 0.1.0 |\n+------------+-------+\n",
        "",
    )


def test_null_text_is_for_people(two_connections: Cli) -> None:
    env = {"MILVUS_CLI_NULL_TEXT": "∅"}
    assert "│ user            │ ∅ " in two_connections("show", "connection", "a", env=env).out
    assert json.loads(two_connections("show", "connection", "a", "-o", "json", env=env).out)["user"] is None


@pytest.mark.parametrize("value", ["-1", "1.5", "many", "10000000000", "²"])
@pytest.mark.parametrize("name", ["max_rows", "max_width"])
def test_a_limit_of_what_is_shown_is_a_whole_number(cli: Cli, name: str, value: str) -> None:
    assert cli("set", name, "--", value) == Run(
        2, "", f"error: set: {name} can't be {value!r}\nhint: an integer from 0 to 1,000,000,000\n"
    )


# An explicit limit


@on_milvus
def test_an_explicit_limit_is_shown_in_full(terminal: Callable[..., Terminal], typed: Typed) -> None:
    typed.gone("many")
    typed.all(
        "create collection -c many -f id:INT64 -f v:FLOAT_VECTOR:2 -p id",
        "create index -c many -f v -t FLAT -m L2",
        "load collection many",
        "insert fake -c many -n 12",
    )
    shown = terminal(env={"MILVUS_URI": typed.server.uri, "MILVUS_CLI_MAX_ROWS": "3"}, cols=120, rows=40)
    shown.wait_for("default>")
    shown.send_line("query -c many --fields id --consistency Strong")
    shown.wait_for("(12 rows)\n9 rows not shown. -o csv and -o jsonl show every row.\n")

    shown.send_line("query -c many --fields id --limit 11 --consistency Strong")
    shown.wait_for("╯\n(11 rows)\n")


# Columns of narrow terminals


@on_milvus
def test_a_narrow_terminal_drops_columns_of_show_collection(shelf: Typed, terminal: Callable[..., Terminal]) -> None:
    shown = terminal("show", "collection", "shelf", env={"MILVUS_URI": shelf.server.uri}, rows=50, cols=50)
    assert shown.wait_exit() == 0
    assert (
        "Fields\n"
        "╭────────┬─────────────────┬────────────╮\n"
        "│ field  │ type            │ attributes │\n"
        "├────────┼─────────────────┼────────────┤\n"
        "│ id     │ INT64           │ primary    │\n"
        "│ title  │ VARCHAR(200)    │            │\n"
        "│ vector │ FLOAT_VECTOR(4) │            │\n"
        "╰────────┴─────────────────┴────────────╯\n"
        "(3 rows)\n"
        "Columns not shown: default, description. -o vertic"
    ) in shown.text


def test_list_connections_is_a_table_on_80_columns(two_connections: Cli, terminal: Callable[..., Terminal]) -> None:
    shown = terminal("list", "connections", cols=80)
    assert shown.wait_exit() == 0
    lines = shown.screen
    assert [word for word in lines[1].split() if word != "│"][:3] == ["alias", "current", "address"]
    assert max(map(len, lines)) <= 80
    assert "Columns not shown: user, tls, " in shown.text


# Headers and bare names


def test_no_header_leaves_bare_values(two_connections: Cli) -> None:
    listed = ["list", "connection_history", "--no-header"]
    run = two_connections(*listed, "-o", "csv")
    assert [line.split(",")[1:3] for line in run.out.splitlines()] == [["a", "off"], ["b", "off"]]
    assert two_connections(*listed, "-o", "tsv").out.count("\t") == 6
    assert "alias" not in two_connections(*listed, "-o", "table").out


def test_names_alone_are_bare_where_no_person_looks(shelf: Typed) -> None:
    names = [each["collection"] for each in shelf.json("list collections --names")]
    assert shelf("list collections --names") == Run(0, "".join(f"{name}\n" for name in names), "")
    assert shelf("list collections --names -o table").out.startswith("╭")
    assert shelf("list collections --names -o csv").out == "".join(f"{name}\n" for name in ["collection", *names])


@on_milvus
def test_names_alone_are_a_table_on_a_terminal(shelf: Typed, terminal: Callable[..., Terminal]) -> None:
    shown = terminal("list", "collections", "--names", env={"MILVUS_URI": shelf.server.uri})
    assert shown.wait_exit() == 0
    assert shown.screen[1].startswith("│ collection ")


# Queries


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["[].alias"], '[\n  "a",\n  "b"\n]\n'),
        (["[?current].alias | [0]"], '"b"\n'),
        (["[].alias", "-o", "jsonl"], '"a"\n"b"\n'),
        (["[].{name: alias}", "-o", "jsonl"], '{"name": "a"}\n{"name": "b"}\n'),
        (["[].alias", "-o", "tsv"], "a\nb\n"),
        (["[0].alias", "-o", "tsv"], "a\n"),
        (["[].[alias, current]", "-o", "csv"], "a,false\nb,true\n"),
        (["[].{name: alias}", "-o", "csv"], "name\na\nb\n"),
        (["[].{name: alias}", "-o", "csv", "--no-header"], "a\nb\n"),
        (["[].alias", "-o", "yaml"], "- a\n- b\n"),
        (["[].nothing"], "[]\n"),
        (["[0].{name: alias}", "-o", "table"], "╭──────╮\n│ name │\n├──────┤\n│ a    │\n╰──────╯\n(1 row)\n"),
    ],
    ids=" ".join,
)
def test_a_query_filters_the_json_of_a_result(two_connections: Cli, words: list[str], text: str) -> None:
    assert two_connections("list", "connections", "--query", *words) == Run(0, text, "")


def test_a_query_sees_records_confirmations_and_reports_as_their_json(two_connections: Cli) -> None:
    assert two_connections("version", "--query", "milvus_cli").out == '"0.1.0"\n'
    assert two_connections("set", "output", "csv", "--query", "value").out == '"csv"\n'
    assert two_connections("help", "count", "--query", "type(@)").code == 0


def test_a_query_keeps_every_digit(shelf: Typed) -> None:
    shelf.gone("digits")
    shelf.all(
        "create collection -c digits -f id:INT64 -f v:FLOAT_VECTOR:2 -p id",
        "create index -c digits -f v -t FLAT -m L2",
        "load collection digits",
        'insert row -c digits --row \'[{"id": 9007199254740993, "v": [0.001, 1]}]\'',
    )
    run = shelf("query -c digits --consistency Strong --query '[].[id, v]' -o tsv")
    assert run == Run(0, "9007199254740993\t[0.001, 1.0]\n", "")


@pytest.mark.parametrize("line", ["delete connection a --yes --query '[?'", "delete connection a --yes --query ''"])
def test_a_wrong_query_is_refused_before_anything_is_done(two_connections: Cli, line: str) -> None:
    run = two_connections("-c", line)
    assert (run.code, run.out) == (2, "")
    assert "invalid JMESPath expression: " in run.err
    assert two_connections("list", "connections", "--query", "length(@)").out == "2\n"


def test_a_query_that_fails_on_the_result_says_so(two_connections: Cli) -> None:
    run = two_connections("list", "connections", "--query", "abs(@)", "-o", "table")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("error: can't filter the result by --query: ")
