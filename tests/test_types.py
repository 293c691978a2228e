"""Rows of every type of Milvus, even those that no server here has: compared with pymilvus, and read back."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
from pymilvus import DataType as PyDataType
from pymilvus import MilvusClient

from milvus_cli.client.wire.schema_pb2 import CollectionSchema, DataType, FieldData, FieldSchema
from milvus_cli.schema.kinds import FIELD_TYPES
from milvus_cli.schema.schema import DENSE_VECTORS, ELEMENT_TYPES, type_name, type_number
from milvus_cli.schema.schema_file import read_definition
from milvus_cli.values.columns import comparable, field_named, moved, one_value, raw_values
from milvus_cli.values.encode import encode_rows
from milvus_cli.values.invalid import BadValue
from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.official import official_client
from tests.support.recorder import run_here
from tests.support.shelf import Shelf
from tests.support.typed import Typed, failed

FORMATS = ("csv", "tsv", "jsonl", "json", "parquet")
ELEMENTS: dict[str, list[Any]] = {
    "BOOL": [True, False],
    "INT8": [-128, 127],
    "INT16": [-(2**15), 0],
    "INT32": [2**31 - 1, 0],
    "INT64": [2**63 - 1, -(2**63)],
    "FLOAT": [0.1, 1e-45],
    "DOUBLE": [0.1, 5e-324],
    "VARCHAR": ['ü\0,"\n', ""],
    "FLOAT_VECTOR": [[0.1, -0.0], [3.4028235e38, 1e-45]],
    "BINARY_VECTOR": [[0, 255], [1, 2]],
    "FLOAT16_VECTOR": [[0.1, -2.0], [6e-08, 0.0]],
    "BFLOAT16_VECTOR": [[0.1, -2.0], [1e30, 0.0]],
    "INT8_VECTOR": [[-128, 127], [0, 1]],
}
SIZES = {"VARCHAR": {"max_length": 50}, "BINARY_VECTOR": {"dim": 16}}


def sizes(kind: str) -> dict[str, int]:
    return SIZES.get(kind, {"dim": 2} if kind.endswith("VECTOR") else {})


def schema_of(*, nullable: bool) -> CollectionSchema:
    """A field of each type, an array of each type, and a struct array with each type that it can have."""
    plain = ["GEOMETRY", "TIMESTAMPTZ", "TEXT", "JSON", "SPARSE_FLOAT_VECTOR", *ELEMENTS]
    arrays = [kind for kind in ELEMENTS if not kind.endswith("VECTOR")]
    some = {"nullable": True} if nullable else {}
    fields: list[dict[str, Any]] = [
        {"name": "id", "type": "INT64", "is_primary": True},
        *({"name": kind.lower(), "type": kind, **sizes(kind), **some} for kind in plain),
        *(
            {
                "name": f"array_{kind.lower()}",
                "type": "ARRAY",
                "element_type": kind,
                "max_capacity": 4,
                **sizes(kind),
                **some,
            }
            for kind in arrays
        ),
        {
            "name": "chunks",
            "type": "ARRAY",
            "element_type": "STRUCT",
            "max_capacity": 3,
            **some,
            "fields": [{"name": kind.lower(), "type": kind, **sizes(kind)} for kind in ELEMENTS],
        },
    ]
    schema = read_definition({"collection_name": "all_types", "fields": fields}).schema
    for field in schema.struct_array_fields[0].fields:
        field.name = f"chunks[{field.name}]"
    return schema


def row(number: int) -> dict[str, Any]:
    struct = [{kind.lower(): values[place] for kind, values in ELEMENTS.items()} for place in range(2)]
    return {
        "id": number,
        "geometry": ("POINT (0.1 -1e-300)", "GEOMETRYCOLLECTION (POINT Z (1 2 3), LINESTRING EMPTY)")[number % 2],
        "timestamptz": ("0001-01-01T00:00:00Z", "2026-01-31T12:00:00.000001Z")[number % 2],
        "text": "ü\0\r\n",
        "json": {"deep": [None, {"é": 2**63 - 1}]},
        "sparse_float_vector": {"0": 0.1, str(2**32 - 2): 1e-30},
        **{kind.lower(): values[number % 2] for kind, values in ELEMENTS.items()},
        **{f"array_{kind.lower()}": values[: number % 3] for kind, values in ELEMENTS.items() if "VECTOR" not in kind},
        "chunks": ([], struct, struct[:1])[number % 3],
    }


def rows(*, nullable: bool) -> list[dict[str, Any]]:
    nothing = [dict.fromkeys(row(0), None) | {"id": 7}] if nullable else []
    return [*map(row, range(4)), *nothing]


@pytest.fixture(params=[False, True], ids=["plain", "nullable"])
def shelf_of_all_types(request: pytest.FixtureRequest) -> Iterator[Shelf]:
    """A peer with a collection of every type of Milvus and its rows, once with nullable fields."""
    with Shelf(schema_of(nullable=request.param)) as peer:
        run = run_there(peer, f"insert row -c all_types --row {shlex.quote(json.dumps(rows(nullable=request.param)))}")
        assert run.code == 0, run
        yield peer


def run_there(peer: Shelf, line: str) -> Run:
    return run_here(shlex.split(line), Path("/nonexistent"), peer.uri)


def is_nullable(peer: Shelf) -> bool:
    return bool(peer.schema.struct_array_fields[0].nullable)


def for_pymilvus(value: Any, kind: str) -> Any:
    """Converts a value to the type that pymilvus expects."""
    if value is None or not kind.endswith("_VECTOR") or kind.startswith(("FLOAT_", "SPARSE")):
        return value
    if kind == "BINARY_VECTOR":
        return bytes(value)
    if kind == "BFLOAT16_VECTOR":
        bits = numpy.array(value, "<f4").view("<u4")
        return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype("<u2").tobytes()
    return numpy.array(value, {"FLOAT16_VECTOR": numpy.float16, "INT8_VECTOR": numpy.int8}[kind])


def test_columns_of_every_type_are_those_of_pymilvus_byte_for_byte(shelf_of_all_types: Shelf) -> None:
    ours = shelf_of_all_types.sent
    given = [
        {
            name: for_pymilvus(value, name.upper())
            if name != "chunks" or not value
            else [{key: for_pymilvus(each, key.upper()) for key, each in item.items()} for item in value]
            for name, value in each.items()
        }
        for each in rows(nullable=is_nullable(shelf_of_all_types))
    ]
    client = MilvusClient(shelf_of_all_types.uri)
    client.insert("all_types", given)
    client.close()
    for column in shelf_of_all_types.columns:
        _say_elements(shelf_of_all_types, column)
    assert shelf_of_all_types.sent == ours


def _say_elements(shelf: Shelf, column: Any) -> None:
    """Adds the element types of arrays, which only our messages contain."""
    (struct,) = shelf.schema.struct_array_fields
    known = {each.name: each.element_type for each in (*shelf.schema.fields, *struct.fields)}
    for field in column.struct_arrays.fields:
        if field.type == DataType.Array:
            field.scalars.array_data.element_type = known[f"chunks[{field.field_name}]"]
    if column.type == DataType.Array:
        column.scalars.array_data.element_type = known[column.field_name]


def test_rows_of_every_type_are_shown_as_they_were_given(shelf_of_all_types: Shelf) -> None:
    run = run_there(shelf_of_all_types, "query -c all_types -o jsonl")
    assert (run.code, run.err) == (0, "")
    assert [json.loads(line) for line in run.out.splitlines()] == rows(nullable=is_nullable(shelf_of_all_types))


@pytest.mark.parametrize("kind", FORMATS)
def test_rows_of_every_type_come_back_from_files(shelf_of_all_types: Shelf, kind: str, tmp_path: Path) -> None:
    before, path = shelf_of_all_types.sent, tmp_path / f"rows.{kind}"
    run = run_there(shelf_of_all_types, f"export -c all_types {path}")
    assert run.code == 0, run
    run = run_there(shelf_of_all_types, f"insert file -c all_types {path}")
    assert run.code == 0, run
    assert shelf_of_all_types.sent == before


def test_columns_of_every_type_move_to_another_server_as_they_are(shelf_of_all_types: Shelf) -> None:
    schema = schema_of(nullable=is_nullable(shelf_of_all_types))
    given = rows(nullable=is_nullable(shelf_of_all_types))
    for whole in (False, True):
        places, count = (None, len(given)) if whole else ([3, 0], 2)
        moving = [
            moved(
                FieldData.FromString(shelf_of_all_types.answered(each).SerializeToString()), field, len(given), places
            )
            for each in shelf_of_all_types.columns
            if (field := field_named(schema, each.field_name))
        ]
        assert [one_value(each, _field(schema, each), raw_values(each, count)[count - 1]) for each in moving] == [
            (given[-1] if whole else given[0])[each.field_name] for each in moving
        ]
        wanted = encode_rows(given if places is None else [given[place] for place in places], schema)
        assert [each.SerializeToString(deterministic=True) for each in moving] == [
            each.SerializeToString(deterministic=True) for each in wanted
        ]


def test_a_copy_has_every_type_and_a_comparison_sees_what_differs(shelf_of_all_types: Shelf, tmp_path: Path) -> None:
    given = rows(nullable=is_nullable(shelf_of_all_types))
    with Shelf(schema_of(nullable=is_nullable(shelf_of_all_types)), exists=False) as target:
        for alias, peer in (("a", shelf_of_all_types), ("b", target)):
            assert run_here(["connect", peer.address, "-a", alias], tmp_path).code == 0
        run = run_here(["copy", "a:all_types", "b:all_types", "--yes"], tmp_path)
        assert run.code == 0, run
        assert target.sent == shelf_of_all_types.sent

        diff = ["-o", "json", "diff", "a:all_types", "b:all_types", "--rows", "all"]
        assert run_here(diff, tmp_path).code == 0

        given[1]["chunks"] = []
        run_there(target, f"insert row -c all_types --row {shlex.quote(json.dumps(given))}")
        run = run_here(diff, tmp_path)
        assert (run.code, json.loads(run.out)["differences"]) == (
            1,
            [{"what": "row 1: chunks", "key": 1, "field": "chunks", "a": row(1)["chunks"], "b": []}],
        )


def _field(schema: CollectionSchema, column: FieldData) -> Any:
    return field_named(schema, column.field_name)


@pytest.mark.parametrize(
    ("kind", "one", "other", "same"),
    [
        ("TIMESTAMPTZ", "2026-01-31T12:00:00Z", "2026-01-31 20:00:00.000+08:00", True),
        ("TIMESTAMPTZ", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000001Z", False),
        ("TIMESTAMPTZ", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00", False),
        ("GEOMETRY", "point(1 2)", "POINT (1.0 2)", True),
        ("GEOMETRY", "POINT (1 2)", "POINT (1 2.5)", False),
        ("VARCHAR", "point(1 2)", "POINT (1 2)", False),
    ],
)
def test_different_notations_of_servers_are_not_a_difference(kind: str, one: str, other: str, same: bool) -> None:
    field = FieldSchema(name="x", data_type=type_number(kind))
    assert (comparable(field, one) == comparable(field, other)) is same


# Bad values


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"t": "x"}, 'expected a list of objects, got {"t": "x"}'),
        ([1], "expected a list of objects, got [1]"),
        ([{"t": "x"}], "object 1 lacks 'v'"),
        ([{"t": "x", "v": None}], "object 1 lacks 'v'"),
        (
            [{"t": "x", "v": [1, 2]}, {"t": "x", "v": [1, 2], "w": 1}],
            "object 2 has 'w', which the struct has not: t, v",
        ),
        ([{"t": 5, "v": [1, 2]}], "'t': expected text, got 5"),
        ([{"t": "x", "v": [1]}], "'v': 'v' takes a list of 2 numbers, not 1 numbers"),
        ([{"t": "x", "v": [1, 2]}] * 3, "3 objects are more than its max_capacity"),
    ],
)
def test_a_bad_struct_array_is_refused_with_its_reason(value: Any, reason: str) -> None:
    struct = {
        "name": "c",
        "type": "ARRAY",
        "element_type": "STRUCT",
        "max_capacity": 2,
        "fields": [{"name": "t", "type": "VARCHAR"}, {"name": "v", "type": "FLOAT_VECTOR", "dim": 2}],
    }
    fields = [{"name": "id", "type": "INT64", "is_primary": True}, struct]
    schema = read_definition({"collection_name": "book", "fields": fields}).schema
    with pytest.raises(BadValue) as caught:
        encode_rows([{"id": 1, "c": []}, {"id": 2, "c": value}], schema)
    assert (caught.value.row, caught.value.field, caught.value.reason) == (1, "c", reason)


# Against real servers


ROWS = [
    {"id": 1, "g": "POINT (1 2)", "z": "2026-01-31 12:00+08:00", "n": "2026-01-31T12:00:00.5Z", "v": [0, 1]},
    {"id": 2, "g": "POLYGON ((0 0, 4 0, 4 4, 0 0))", "z": "1969-12-31T23:59:59.999999Z", "v": [1, 0]},
]


@pytest.fixture
def places_and_times(cli: Cli, lite: LiteServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    """Milvus Lite with ROWS in `places`: a geometry `g`, a time `z`, and a time `n` that may be missing."""
    monkeypatch.chdir(tmp_path)
    typed = Typed(cli, lite)
    typed.gone("places", "places_copy")
    typed.all(
        "create collection places -f id:INT64 -f g:GEOMETRY -f z:TIMESTAMPTZ -f n:TIMESTAMPTZ "
        "-f v:FLOAT_VECTOR:2 -p id --nullable n",
        f"insert row -c places --row {shlex.quote(json.dumps(ROWS))}",
        "create index -c places -f v -t FLAT -m L2",
        "load places",
    )
    yield typed
    typed.gone("places", "places_copy")


FIRST, SECOND = "2026-01-31T04:00:00Z", "1969-12-31T23:59:59.999999Z"
"""The times `z` of ROWS, as they are shown."""


def test_places_and_times_are_shown_and_found(places_and_times: Typed) -> None:
    typed = places_and_times
    assert typed("get -c places --ids 1 -o csv --fields g,z,n") == Run(
        0, f"g,z,n\nPOINT (1 2),{FIRST},2026-01-31T12:00:00.500000Z\n", ""
    )
    assert typed.json("search -c places -v [1,0] --fields g,z,n -l 1") == [
        {"rank": 1, "id": 2, "distance": 0.0, "g": ROWS[1]["g"], "z": SECOND, "n": None}
    ]

    found = typed.json("query -c places -e 'z < ISO {t}' --param t=2000-01-01T00:00:00Z --fields id")
    assert found == [{"id": 2}]
    found = typed.json(
        "query -c places -e 'st_within(g, {p})' --fields id --param 'p=POLYGON ((0 0, 3 0, 3 3, 0 3, 0 0))'"
    )
    assert found == [{"id": 1}]


def test_places_and_times_that_make_no_sense_are_rejected_with_line_and_column(places_and_times: Typed) -> None:
    typed = places_and_times
    Path("bad.csv").write_text(
        'id,g,z,n,v\n1,POINT (5 6),2026-01-31T12:00:00.25+00:00,,"1,2"\n4,POINT (1;2),2026-01-31T12:00Z,,"1,2"\n'
        '5,POINT (1 2),31.1.2026,,"1,2"\n6,POINT (1 2),2026-01-31T12:00:00.0000001Z,,"1,2"\n7,POINT (1 2),,,"1,2"\n'
        '8,"LINESTRING (0 0, 1 1)",2026-01-31T12:00Z,,"1,2"\n'
    )
    run = typed("upsert file -c places bad.csv")
    assert (run.code, run.err.splitlines()[:5]) == (
        5,
        [
            "bad.csv, line 3, column 'g': expected a geometry in WKT such as POINT (1 2), got \"POINT (1;2)\": "
            "';2)' has no meaning there",
            "bad.csv, line 4, column 'z': expected a time such as 2026-01-31T12:00:00Z, got \"31.1.2026\": "
            "it is not written like 2026-01-31T12:00:00Z",
            "bad.csv, line 5, column 'z': expected a time such as 2026-01-31T12:00:00Z, got "
            '"2026-01-31T12:00:00.0000001Z": microseconds are the finest that Milvus keeps',
            "bad.csv, line 6, column 'z': is missing",
            # Milvus Lite supports only points and polygons.
            "bad.csv, line 7: field 'g' value 'LINESTRING (0 0, 1 1)' does not match dtype DataType.GEOMETRY",
        ],
    )
    assert typed.json("get -c places --ids 1 --fields g,z") == [
        {"g": "POINT (5 6)", "z": "2026-01-31T12:00:00.250000Z"}
    ]


def test_places_and_times_are_copied_and_compared_by_their_meaning(places_and_times: Typed) -> None:
    typed = places_and_times
    typed.all("insert fake -c places -n 20 --first 100", "copy places places_copy --yes")
    other = {**ROWS[1], "g": "polygon((0 0,4 0,4 4.0,0 0))"}
    typed.all(f"upsert row -c places_copy --row {shlex.quote(json.dumps(other))}")
    assert typed.json("diff places places_copy --rows all")["same"] is True

    typed.all(f"upsert row -c places_copy --row {shlex.quote(json.dumps({**other, 'z': '1970-01-01T00:00:00Z'}))}")
    run = typed("-o json diff places places_copy --rows all")
    assert (run.code, json.loads(run.out)["differences"]) == (
        1,
        [{"what": "row 2: z", "key": 2, "field": "z", "a": SECOND, "b": "1970-01-01T00:00:00Z"}],
    )


def test_times_of_a_parquet_file_are_taken_whatever_their_unit(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    fields = [
        {"name": "id", "type": "INT64", "is_primary": True},
        *({"name": unit, "type": "TIMESTAMPTZ"} for unit in ("s", "ms", "us", "ns")),
    ]
    table = pyarrow.table(
        {
            "id": [1],
            **{
                unit: pyarrow.array([10**9 * scale], pyarrow.timestamp(unit, "Asia/Shanghai"))
                for unit, scale in (("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9))
            },
        }
    )
    pyarrow.parquet.write_table(table, tmp_path / "x.parquet")
    with Shelf(read_definition({"collection_name": "times", "fields": fields}).schema) as peer:
        assert run_there(peer, f"insert file -c times {tmp_path / 'x.parquet'}").code == 0
        assert [list(each.scalars.string_data.data) for each in peer.columns[1:]] == [["2001-09-09T01:46:40Z"]] * 4


def test_times_of_an_npy_file_are_taken_whatever_their_unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    key: dict[str, Any] = {"name": "id", "type": "INT64", "is_primary": True}
    fields = [key, {"name": "z", "type": "TIMESTAMPTZ", "nullable": True}]
    numpy.save("id.npy", numpy.arange(3))
    with Shelf(read_definition({"collection_name": "times", "fields": fields}).schema) as peer:
        for unit, fraction in (("s", ""), ("ms", ".500000"), ("us", ".500001"), ("ns", ".500001")):
            first = f"1969-12-31T23:59:59{fraction}"
            numpy.save("z.npy", numpy.array([first, "NaT", "2262-04-11"], f"<M8[{unit}]"))
            assert run_there(peer, "insert file -c times id.npy z.npy").code == 0
            column = peer.columns[1]
            assert list(column.valid_data) == [True, False, True]
            assert list(column.scalars.string_data.data) == [f"{first}Z", "2262-04-11T00:00:00Z"]
        numpy.save("z.npy", numpy.array(["1969-12-31T23:59:59.500001001"] + ["NaT"] * 2, "<M8[ns]"))
        run = run_there(peer, "insert file -c times id.npy z.npy")
        assert (run.code, run.err.splitlines()[0]) == (
            5,
            (
                "id.npy, z.npy, row 1, column 'z': expected a time such as 2026-01-31T12:00:00Z, "
                'got "1969-12-31T23:59:59.500001001Z": microseconds are the finest that Milvus keeps'
            ),
        )


def test_every_type_of_pymilvus_and_of_ours_is_among_these() -> None:
    inner = {"STRUCT", "_ARRAY_OF_STRUCT", "_ARRAY_OF_VECTOR"}
    nothing = {"NONE", "UNKNOWN", "STRING"}
    assert {each.name for each in PyDataType} - inner - nothing == FIELD_TYPES.keys()
    schema = schema_of(nullable=False)
    assert {type_name(field.data_type) for field in schema.fields} == FIELD_TYPES.keys()
    assert {type_name(field.element_type) for field in schema.struct_array_fields[0].fields} == {
        *ELEMENT_TYPES,
        *DENSE_VECTORS,
    }


def made_by_another_client(milvus: MilvusServer, name: str) -> None:
    """A collection with a TIMESTAMPTZ, which Milvus 2.3 creates without looking at its type."""
    schema = MilvusClient.create_schema()
    schema.add_field("id", PyDataType.INT64, is_primary=True)
    schema.add_field("z", PyDataType.TIMESTAMPTZ)
    schema.add_field("v", PyDataType.FLOAT_VECTOR, dim=2)
    client = official_client(milvus.uri)
    client.create_collection(name, schema=schema)
    client.close()


def test_rows_of_a_type_that_would_end_the_server_are_not_sent(cli: Cli, milvus: MilvusServer) -> None:
    typed = Typed(cli, milvus)
    typed.gone("no_times")
    lacks = failed(
        "Milvus 2.3.5 lacks TIMESTAMPTZ 'z' (Milvus 2.6)", "nothing was created; leave it out, or use a newer server"
    )
    assert typed("create collection no_times -f id:INT64 -f z:TIMESTAMPTZ -f v:FLOAT_VECTOR:2 -p id") == lacks
    made_by_another_client(milvus, "no_times")
    told = failed(
        "this server keeps no rows of 'no_times': it lacks TIMESTAMPTZ 'z' (Milvus 2.6)",
        "create the collection without it, from `show collection no_times -o ddl`",
    )
    for line in (
        "insert row -c no_times --row '{}'",
        "insert fake -c no_times",
        "upsert file -c no_times /dev/null --format csv",
    ):
        assert typed(line) == told
    typed.gone("no_times")
