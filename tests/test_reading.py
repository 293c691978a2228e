"""get, query, query_iterator and count, on Milvus and on Milvus Lite."""

import json

import pytest

from milvus_cli.connections.profile import Profile
from milvus_cli.errors import CliError
from milvus_cli.rows.cursor import Cursor
from milvus_cli.rows.selection import selected
from milvus_cli.session.clients import open_client
from tests.support.cli import Run
from tests.support.grpc_peer import GrpcPeer, replies
from tests.support.official import common_pb2, milvus_pb2, schema_pb2
from tests.support.typed import ROW, Typed, failed

SHAPE = (
    "create collection -c reads -f id:INT64 -f title:VARCHAR:50 -f j:JSON -f a:ARRAY:INT64:4 -f v:FLOAT_VECTOR:2 "
    "-p id --dynamic"
)
ROWS = (
    """[{"id": 3, "title": "Emma", "j": {"n": [1, null]}, "a": [1], "v": [0.1, 1], "color": "red"},"""
    """ {"id": 1, "title": "", "j": {}, "a": [], "v": [1, 2], "$n": 9007199254740993},"""
    """ {"id": 2, "title": "tab\\t漢", "j": {}, "a": [], "v": [3, 4]}]"""
)
KEYS = "create collection -c keys -f key:VARCHAR:50 -f v:FLOAT_VECTOR:2 -p key"
TEXTS = ["a", "B", "it's", 'say "no"', "back\\slash", "a,b", "ä", "漢🦅", "tab\t", "", "two\nlines", "\uffff"]
EVENTUALLY = "--consistency eventually"
"""Quicker than a strong read; enough for rows that were read before."""


@pytest.fixture(scope="module")
def prepared_servers() -> set[str]:
    """The servers that already have the collections of this module."""
    return set()


@pytest.fixture
def reads_and_keys(typed: Typed, prepared_servers: set[str]) -> Typed:
    """With loaded collections `reads` (INT64 keys, dynamic) and `keys` (VARCHAR keys)."""
    if typed.server.address not in prepared_servers:
        typed.gone("reads", "keys")
        keys = json.dumps([{"key": text, "v": [1, 2]} for text in TEXTS]).replace("'", "'\"'\"'")
        typed.all(SHAPE, f"insert row -c reads --row '{ROWS}'", KEYS, f"insert row -c keys --row '{keys}'")
        for name in ("reads", "keys"):
            typed.all(f"create index -c {name} -f v -t FLAT -m L2", f"load {name}")
        assert [typed.json(f"count {name}")["exact"] for name in ("reads", "keys")] == [3, len(TEXTS)]
        prepared_servers.add(typed.server.address)
    return typed


def test_query_flattens_the_dynamic_field_and_keeps_numbers_exact(reads_and_keys: Typed) -> None:
    rows = sorted(reads_and_keys.json("query reads"), key=lambda row: int(row["id"]))
    assert rows == [
        {"id": 1, "title": "", "j": {}, "a": [], "v": [1.0, 2.0], "color": None, "$n": 9007199254740993},
        {"id": 2, "title": "tab\t漢", "j": {}, "a": [], "v": [3.0, 4.0], "color": None, "$n": None},
        {"id": 3, "title": "Emma", "j": {"n": [1, None]}, "a": [1], "v": [0.1, 1.0], "color": "red", "$n": None},
    ]


def test_query_as_a_table(reads_and_keys: Typed) -> None:
    assert reads_and_keys(f"query reads -e 'id == 3' --fields id,title,v,color {EVENTUALLY}") == Run(
        0,
        "╭────┬───────┬────────────┬───────╮\n"
        "│ id │ title │ v          │ color │\n"
        "├────┼───────┼────────────┼───────┤\n"
        "│  3 │ Emma  │ [0.1, 1.0] │ red   │\n"
        "╰────┴───────┴────────────┴───────╯\n"
        "(1 row)\n",
        "",
    )


def test_query_with_limit_and_offset(reads_and_keys: Typed) -> None:
    line = f"query reads --fields id -e 'id > 0' {EVENTUALLY}"
    every = reads_and_keys.json(line)
    assert sorted(row["id"] for row in every) == [1, 2, 3]

    assert reads_and_keys.json(f"{line} --limit 2") == every[:2]
    assert reads_and_keys.json(f"{line} --limit 2 --offset 1") == every[1:]
    assert reads_and_keys.json(f"{line} --offset 2") == every[2:]

    assert reads_and_keys.json(f"{line} --limit 0") == []
    assert reads_and_keys(f"{line} --limit 99999999 -o csv").out.count("\n") == 4


def test_query_by_a_parameter_and_the_whole_dynamic_field(reads_and_keys: Typed) -> None:
    line = "query -c reads --filter 'title == {t} and id in {ids}' --param t=Emma --param ids=[1,3]"
    assert reads_and_keys.json(f"{line} --fields '$meta,id' {EVENTUALLY}") == [{"$meta": {"color": "red"}, "id": 3}]


def test_query_iterator_reads_batch_by_batch_in_the_order_of_the_key(reads_and_keys: Typed) -> None:
    assert reads_and_keys.json(f"query_iterator -c reads --batch-size 1 --fields id {EVENTUALLY}") == [
        {"id": 1},
        {"id": 2},
        {"id": 3},
    ]
    found = reads_and_keys.json(f"query_iterator -c keys -e 'key != \"B\"' --batch-size 2 --fields key {EVENTUALLY}")
    assert [row["key"] for row in found] == sorted(set(TEXTS) - {"B"})
    assert reads_and_keys.json(f"query_iterator keys --batch-size 5 --limit 7 --fields key {EVENTUALLY}") == [
        {"key": text} for text in sorted(TEXTS)[:7]
    ]


def test_keys_that_first_pages_lacked_are_in_a_last_column(reads_and_keys: Typed) -> None:
    reads_and_keys.all(
        """insert row -c reads --row '{"id": 9, "title": "", "j": {}, "a": [], "v": [0, 0], "late": [1]}'""",
    )
    rows = reads_and_keys.json("query_iterator reads --batch-size 1 -e 'id > 1'")
    assert [list(row) for row in rows] == [["id", "title", "j", "a", "v", "color", "$meta"]] * 3
    assert [row["$meta"] for row in rows] == [None, None, {"late": [1]}]
    reads_and_keys.all("delete ids -c reads --ids 9 -y")
    assert reads_and_keys.json("count reads -e 'id == 9'")["exact"] == 0


def test_get_shows_rows_in_the_order_asked_for(reads_and_keys: Typed) -> None:
    assert reads_and_keys.json(f"get -c reads --ids 3,1 --fields id,title {EVENTUALLY}") == [
        {"id": 3, "title": "Emma"},
        {"id": 1, "title": ""},
    ]
    assert reads_and_keys.json(f"""get keys --ids '["a,b", "two\\nlines"]' --fields key {EVENTUALLY}""") == [
        {"key": "a,b"},
        {"key": "two\nlines"},
    ]


def test_get_of_missing_rows_shows_the_others_and_exits_1(reads_and_keys: Typed) -> None:
    assert reads_and_keys(f"get reads --ids 3,7,8 --fields id -o vertical {EVENTUALLY}") == Run(
        1, "-[ 1 ]-\nid | 3\n", "error: rows 7, 8 not found in 'reads'\nhint: 2 ids are missing\n"
    )
    assert reads_and_keys(f"get keys --ids nosuch {EVENTUALLY}") == failed("row 'nosuch' not found in 'keys'")


@pytest.mark.parametrize("ids", ["x", "1,,x", "[1.5]", "[true]", "9223372036854775808"])
def test_get_of_no_key_exits_2(reads_and_keys: Typed, ids: str) -> None:
    run = reads_and_keys(f"get reads --ids '{ids}'")
    assert (run.code, run.out) == (2, "")
    assert run.err.endswith(": primary key 'id' of 'reads' is INT64\nhint: write ids as 1,2,3\n")


def test_get_without_ids_exits_2(reads_and_keys: Typed) -> None:
    assert reads_and_keys("get reads --ids ' , '") == failed("no ids", "write them as --ids 1,2,3", code=2)
    assert reads_and_keys("get reads").code == 2


def test_count_by_filter_and_partition(reads_and_keys: Typed) -> None:
    assert reads_and_keys.json(f"count reads --filter 'id > {{n}}' --param n=1 {EVENTUALLY}") == {
        "collection": "reads",
        "exact": 2,
        "statistics": None,
    }
    found = reads_and_keys.json(f"count reads -p _default {EVENTUALLY}")
    assert (found["exact"], type(found["statistics"])) == (3, int)


NO_PARTITION = failed("partition '_defualt' not found in 'reads'", "did you mean _default?")
LINES = ("query reads", "query_iterator reads", "count reads", "get reads --ids 1")


@pytest.mark.parametrize("line", [*LINES, "delete ids -c reads --ids 1 -y", "delete entities reads -e 'id > 0' -y"])
def test_a_partition_that_is_missing_exits_1(reads_and_keys: Typed, line: str) -> None:
    assert reads_and_keys(f"{line} -p _defualt") == NO_PARTITION


def test_a_field_that_no_row_can_have_exits_2(reads_and_keys: Typed) -> None:
    assert reads_and_keys("query keys --fields kee") == failed("keys has no field 'kee'", "did you mean key?")


def test_an_unknown_consistency_level_exits_2(reads_and_keys: Typed) -> None:
    assert reads_and_keys("query reads --consistency srtong") == failed(
        "unknown consistency level 'srtong'", "did you mean Strong?", code=2
    )


@pytest.mark.parametrize(
    "line", ["query keys -e", "query_iterator keys -e", "count keys --filter", "delete entities keys -y -e"]
)
def test_a_bad_filter_is_shown_at_its_place(reads_and_keys: Typed, line: str) -> None:
    assert reads_and_keys(f"{line} \"kee == 'x'\"") == failed(
        "invalid filter: unknown field 'kee'\n  kee == 'x'\n  ^", "did you mean key?"
    )


@pytest.mark.parametrize(
    "line",
    [
        "query nosuchthing",
        "query_iterator nosuchthing",
        "count nosuchthing",
        "get nosuchthing --ids 1",
        "delete ids nosuchthing --ids 1",
        "delete entities nosuchthing -e 'id > 1'",
    ],
)
def test_a_collection_that_is_missing_exits_1(typed: Typed, line: str) -> None:
    assert typed(line) == failed("collection 'nosuchthing' not found", "run `list collections`")


def test_an_error_of_a_released_collection_says_how_to_load_it(typed: Typed, is_lite: bool) -> None:
    typed.make("unloaded", index=True)
    typed("release collection unloaded")
    told = failed("collection 'unloaded' is not loaded", "load it first with `load collection -c unloaded`")
    assert [typed(f"{line} -c unloaded") for line in ("query", "get --ids 1")] == [told, told]
    if not is_lite:
        assert [typed(line) for line in ("count unloaded", "delete entities unloaded -e 'id > 1'")] == [told, told]
        assert typed.json("delete ids -c unloaded --ids 1 -y") == {
            "message": "Deleted rows of 'unloaded' by 1 id.",
            "collection": "unloaded",
            "count": None,
            "deleted": True,
        }
    typed.gone("unloaded")


# Deleting


def test_delete_entities_tells_how_many_rows_match(typed: Typed) -> None:
    typed.make("deletes", index=True)
    values = ", ".join(ROW.format(id=number) for number in range(1, 5))
    typed.all("load deletes", f"insert row -c deletes --row '[{values}]'")
    line, which = "delete entities -c deletes -e 'id > {n}' --param n=2", "2 rows of 'deletes' where id > 2"
    assert typed(f"{line} --dry-run") == Run(0, f"Would delete {which} on {typed.place}.\n", "")
    assert typed(line) == failed(
        f"refusing to delete {which} on {typed.place}: no terminal to confirm on", "pass --yes", code=2
    )

    assert typed.json(f"{line} -y") == {
        "message": f"Deleted {which}.",
        "collection": "deletes",
        "count": 2,
        "deleted": True,
    }
    assert typed(f"{line} -y") == Run(0, "No row of 'deletes' to delete where id > 2.\n", "")

    assert typed("delete ids deletes --ids 1,77 -p _default -y") == Run(0, "Deleted 1 row of 'deletes' by 2 ids.\n", "")
    assert typed.json("query deletes --fields id") == [{"id": 2}]
    typed.gone("deletes")


# Servers that behave differently


def test_pages_out_of_order_are_an_error_and_no_loss() -> None:
    schema = schema_pb2.CollectionSchema(name="c")
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    page = milvus_pb2.QueryResults()
    page.fields_data.add(type=schema_pb2.Int64, field_name="id").scalars.long_data.data.extend([5, 3])
    answers = {
        "DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=schema)),
        "Query": replies(page),
        "AllocTimestamp": replies(milvus_pb2.AllocTimestampResponse(status=common_pb2.Status())),
    }
    with GrpcPeer(answers) as peer:
        client = open_client(Profile(host=peer.host, port=peer.port), timeout=10)
        cursor = Cursor(client, selected(client, "c"), rows=2)
        with pytest.raises(CliError, match=r"^the server sends rows out of order: not all of them would come$"):
            list(cursor.pages())
        client.close()
