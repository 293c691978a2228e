"""Encodes rows and decodes columns, compared with pymilvus and real servers."""

import json
import math
import struct
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymilvus import DataType as PyDataType
from pymilvus.client.prepare import Prepare

from milvus_cli.client.wire.common_pb2 import PlaceholderGroup
from milvus_cli.client.wire.schema_pb2 import CollectionSchema, DataType, FieldData, FieldSchema, SearchResultData
from milvus_cli.connections.profile import Profile
from milvus_cli.errors import CliError, InvalidInput
from milvus_cli.schema.declaration import Declaration, declared, parse_plain_field
from milvus_cli.schema.vector_field import search_field
from milvus_cli.search.hits import Shown, hits
from milvus_cli.search.queries import numbered
from milvus_cli.search.request import placeholder_group
from milvus_cli.session.clients import open_client
from milvus_cli.text.floats import shortest
from milvus_cli.values.columns import moved, raw_values
from milvus_cli.values.decode import decode_column
from milvus_cli.values.encode import encode_rows
from milvus_cli.values.packing import pack_queries
from tests.support.official import official_client
from tests.support.process import ServerProcess

FIELDS = (
    "id:INT64",
    "b:BOOL",
    "i8:INT8",
    "i16:INT16",
    "i32:INT32",
    "f:FLOAT",
    "d:DOUBLE",
    "t:VARCHAR:100",
    "j:JSON",
    "a:ARRAY:INT64:8",
    "at:ARRAY:VARCHAR:8:8",
    "v:FLOAT_VECTOR:3",
    "bin:BINARY_VECTOR:16",
    "h:FLOAT16_VECTOR:2",
    "bf:BFLOAT16_VECTOR:2",
    "i:INT8_VECTOR:2",
    "s:SPARSE_FLOAT_VECTOR",
    "g:GEOMETRY",
    "tz:TIMESTAMPTZ",
    "x:TEXT",
)
ROWS: list[dict[str, Any]] = [
    {
        "id": -(2**63),
        "b": True,
        "i8": -128,
        "i16": -(2**15),
        "i32": -(2**31),
        "f": 0.1,
        "d": 0.1,
        "t": "",
        "j": {"a": [1, None, "ü漢🦅"], "n": 2**63 - 1},
        "a": [-(2**63), 2**63 - 1],
        "at": ["x", "ü"],
        "v": [0.1, -0.001, 3.4028235e38],
        "bin": [0, 255],
        "h": [0.1, 65500.0],
        "bf": [0.1, -3.0],
        "i": [-128, 127],
        "s": {"0": 0.5, "4294967294": 0.1},
        "g": "POINT (0.1 -1e-300)",
        "tz": "0001-01-01T00:00:00.000001Z",
        "x": "",
    },
    {
        "id": 2**63 - 1,
        "b": False,
        "i8": 127,
        "i16": 2**15 - 1,
        "i32": 2**31 - 1,
        "f": 1e-45,
        "d": 1.7e308,
        "t": "tab\tnul\0漢🦅",
        "j": [],
        "a": [],
        "at": [],
        "v": [1.0, 2.0, 3.0],
        "bin": [1, 2],
        "h": [0.0, -0.5],
        "bf": [1.0, 2.0],
        "i": [0, 1],
        "s": {},
        "g": "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), EMPTY)",
        "tz": "9999-12-31T23:59:59.999999Z",
        "x": "ü\0漢🦅",
    },
]


def schema_of(*fields: str, dynamic: bool = False) -> CollectionSchema:
    found = declared(Declaration("book", tuple(fields), primary="id")).schema
    found.enable_dynamic_field = dynamic
    return found


def decoded(columns: list[FieldData]) -> dict[str, list[Any]]:
    return {column.field_name: decode_column(column) for column in columns}


def refusal(schema: CollectionSchema, *rows: dict[str, Any]) -> str:
    with pytest.raises(InvalidInput) as caught:
        encode_rows(rows, schema)
    return caught.value.message


# Round trips


@pytest.mark.parametrize("name", [each.partition(":")[0] for each in FIELDS])
def test_every_type_comes_back_as_it_went(name: str) -> None:
    found = decoded(encode_rows(ROWS, schema_of(*FIELDS)))
    assert found[name] == [row[name] for row in ROWS]


def test_whole_numbers_stay_whole() -> None:
    found = decoded(encode_rows(ROWS, schema_of(*FIELDS)))
    assert [type(each) for each in (*found["id"], *found["a"][0], found["j"][0]["n"])] == [int] * 5


@pytest.mark.parametrize("name", [each.partition(":")[0] for each in FIELDS[1:]])
def test_every_type_has_nulls(name: str) -> None:
    schema = schema_of(*FIELDS)
    field = next(each for each in schema.fields if each.name == name)
    field.nullable = True
    for absent in ({**ROWS[0], name: None}, {key: value for key, value in ROWS[0].items() if key != name}):
        column = next(each for each in encode_rows([absent, ROWS[1], absent], schema) if each.field_name == name)
        assert list(column.valid_data) == [False, True, False]
        assert decode_column(column) == [None, ROWS[1][name], None]
        column = next(each for each in encode_rows([absent, absent], schema) if each.field_name == name)
        assert decode_column(column) == [None, None]


def test_a_server_may_send_places_for_nulls() -> None:
    column = FieldData(type=DataType.JSON, field_name="j", valid_data=[False, True])
    column.scalars.json_data.data.extend([b"", b"{}"])
    assert decode_column(column) == [None, {}]
    column = FieldData(type=DataType.Int64, field_name="n", valid_data=[True, False, True])
    column.scalars.long_data.data.extend([1, 0, 3])
    assert decode_column(column) == [1, None, 3]


def test_a_column_of_no_rows_has_its_type() -> None:
    for column in encode_rows([], schema_of(*FIELDS)):
        assert decode_column(column) == []
        assert column.WhichOneof("field") is not None


def test_the_dynamic_field_carries_keys_that_the_schema_lacks() -> None:
    columns = encode_rows([{"id": 1, "a": 2, "ü": [None]}, {"id": 2}], schema_of("id:INT64", dynamic=True))
    assert [(each.field_name, each.is_dynamic) for each in columns] == [("id", False), ("$meta", True)]
    assert decoded(columns) == {"id": [1, 2], "$meta": [{"a": 2, "ü": [None]}, {}]}


def test_fields_of_the_server_are_left_out_unless_a_row_has_them() -> None:
    schema = schema_of("id:INT64", "n:INT64")
    schema.fields[0].autoID = True
    assert decoded(encode_rows([{"n": 1}], schema)) == {"n": [1]}
    assert decoded(encode_rows([{"id": 7, "n": 1}], schema)) == {"id": [7], "n": [1]}
    assert decoded(encode_rows([{"id": 7, "n": 1}], schema, upsert=True)) == {"id": [7], "n": [1]}
    schema.enable_dynamic_field = True
    assert decoded(encode_rows([{"id": 7, "n": 1}], schema)) == {"id": [7], "n": [1], "$meta": [{}]}


# Numbers


FLOATS32 = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(FLOATS32)
def test_a_float32_is_shown_with_the_fewest_digits_that_are_the_same_float32(value: float) -> None:
    found = shortest(value)
    assert struct.pack("<f", found) == struct.pack("<f", value)
    digits = len(f"{float(str(numpy.float32(value))):.17g}".replace("-", "").partition("e")[0].strip("0."))
    assert found == float(str(numpy.float32(value))) or len(f"{found!r}") <= digits + 8


@pytest.mark.parametrize("value", [0.1, 0.001, 1e-45, 1e-40, 3.4028235e38, 16777216.0, 0.3, 1.1754944e-38, -0.0])
def test_a_float32_is_shown_as_people_write_it(value: float) -> None:
    (stored,) = struct.unpack("<f", struct.pack("<f", value))
    assert repr(shortest(stored)) == repr(value)


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_infinities_stay_infinities(value: float) -> None:
    assert shortest(value) == value
    assert math.isnan(shortest(math.nan))


@given(st.integers(0, 0xFFFF))
def test_every_float16_comes_back_by_its_shortest_digits(bits: int) -> None:
    column = FieldData(type=DataType.Float16Vector, field_name="h")
    column.vectors.dim, column.vectors.float16_vector = 1, struct.pack("<H", bits)
    ((value,),) = decode_column(column)
    expected = numpy.frombuffer(struct.pack("<H", bits), numpy.float16)[0]
    if numpy.isnan(expected):
        assert math.isnan(value)
    else:
        assert numpy.float16(value) == expected
        assert len(repr(value)) <= len(repr(float(expected)))


@given(st.integers(0, 0xFFFF))
def test_every_bfloat16_comes_back(bits: int) -> None:
    column = FieldData(type=DataType.BFloat16Vector, field_name="bf")
    column.vectors.dim, column.vectors.bfloat16_vector = 1, struct.pack("<H", bits)
    ((value,),) = decode_column(column)
    if not math.isfinite(value):
        return
    (encoded,) = encode_rows([{"id": 1, "bf": [value]}], schema_of("id:INT64", "bf:BFLOAT16_VECTOR:1"))[1:]
    assert encoded.vectors.bfloat16_vector == struct.pack("<H", bits)


# Bad values


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("x:BOOL", 1, "expected true or false, got 1"),
        ("x:INT8", 128, "expected an integer from -128 to 127, got 128"),
        ("x:INT8", -129, "expected an integer from -128 to 127, got -129"),
        ("x:INT16", 2**15, "expected an integer from -32768 to 32767, got 32768"),
        ("x:INT32", 2**31, "expected an integer from -2147483648 to 2147483647, got 2147483648"),
        (
            "x:INT64",
            2**63,
            "expected an integer from -9223372036854775808 to 9223372036854775807, got 9223372036854775808",
        ),
        ("x:INT64", 1.5, "expected an integer from -9223372036854775808 to 9223372036854775807, got 1.5"),
        ("x:INT64", 2.0**53, "9007199254740992.0 may have lost digits: a DOUBLE is exact only for integers below 2^53"),
        ("x:INT64", True, "expected an integer from -9223372036854775808 to 9223372036854775807, got true"),
        ("x:INT8", "1", 'expected an integer from -128 to 127, got "1"'),
        ("x:FLOAT", "1", 'expected a number, got "1"'),
        ("x:FLOAT", True, "expected a number, got true"),
        ("x:FLOAT", 1e39, "expected a number in the range of FLOAT, got 1e+39"),
        ("x:DOUBLE", 10**400, "expected a number in the range of DOUBLE, got 1" + "0" * 58 + "…"),
        ("x:VARCHAR", 7, "expected text, got 7"),
        ("x:VARCHAR", "\ud800", 'expected text, got "\\ud800"'),
        ("x:JSON", {"a": "\ud800"}, 'expected JSON, got {"a": "\\ud800"}'),
        ("x:JSON", [math.nan], "JSON has no NaN and no Infinity"),
        ("x:ARRAY:INT8:9", 7, "expected a list, got 7"),
        ("x:ARRAY:INT8:9", [1, 200], "expected an integer from -128 to 127, got 200"),
        ("x:ARRAY:INT8:9", [None], "expected an integer from -128 to 127, got null"),
        ("x:FLOAT_VECTOR:2", [1.0], "'x' takes a list of 2 numbers, not 1 numbers"),
        ("x:FLOAT_VECTOR:2", {"a": 1}, "'x' takes a list of 2 numbers, not {\"a\": 1}"),
        ("x:FLOAT_VECTOR:2", [1.0, "b"], "\"b\" does not fit in 'x', a FLOAT_VECTOR"),
        ("x:FLOAT_VECTOR:2", [True, 1.0], "true does not fit in 'x', a FLOAT_VECTOR"),
        ("x:FLOAT_VECTOR:2", [1.0, None], "null does not fit in 'x', a FLOAT_VECTOR"),
        ("x:FLOAT_VECTOR:2", [1.0, 1e39], "1e+39 does not fit in 'x', a FLOAT_VECTOR"),
        ("x:FLOAT16_VECTOR:2", [1.0, 70000.0], "70000.0 does not fit in 'x', a FLOAT16_VECTOR"),
        ("x:BFLOAT16_VECTOR:2", [1.0, 3.4e38], "3.4e+38 does not fit in 'x', a BFLOAT16_VECTOR"),
        ("x:INT8_VECTOR:2", [1, 128], "128 does not fit in 'x', a INT8_VECTOR"),
        ("x:INT8_VECTOR:2", [1, 1.5], "1.5 does not fit in 'x', a INT8_VECTOR"),
        (
            "x:GEOMETRY",
            "POINT (1)",
            'expected a geometry in WKT such as POINT (1 2), got "POINT (1)": a point has 2 to 4 numbers, not 1',
        ),
        ("x:GEOMETRY", [1, 2], "expected a geometry in WKT such as POINT (1 2), got [1, 2]"),
        ("x:TIMESTAMPTZ", 5, "expected a time such as 2026-01-31T12:00:00Z, got 5"),
        (
            "x:TIMESTAMPTZ",
            "2026-02-30T00:00:00Z",
            'expected a time such as 2026-01-31T12:00:00Z, got "2026-02-30T00:00:00Z": day is out of range for month',
        ),
        ("x:TEXT", 7, "expected text, got 7"),
        ("x:BINARY_VECTOR:16", [1, 256], "256 does not fit in 'x', a BINARY_VECTOR"),
        ("x:BINARY_VECTOR:16", [1, 2, 3], "'x' takes a list of 2 bytes, not 3 numbers"),
    ],
)
def test_a_bad_value_names_its_row_and_field(field: str, value: Any, message: str) -> None:
    good = {
        "x:BOOL": True,
        "x:VARCHAR": "",
        "x:JSON": 1,
        "x:ARRAY:INT8:9": [],
        "x:TEXT": "",
        "x:GEOMETRY": "POINT EMPTY",
        "x:TIMESTAMPTZ": "2026-01-31 12:00Z",
    }.get(field, 1)
    if "VECTOR" in field:
        good = [1, 1]
    where = "row 2, field 'x': "
    assert refusal(schema_of("id:INT64", field), {"id": 1, "x": good}, {"id": 2, "x": value}) == where + message


@pytest.mark.parametrize(
    "value",
    [
        [1],
        7,
        {"a": 1.0},
        {"-1": 1.0},
        {"4294967296": 1.0},
        {"1": 1.0, "01": 2.0},
        {"indices": [1, True], "values": [1.0, 2.0]},
        {"indices": 5, "values": [1.0]},
        [[1, 2, 3]],
    ],
)
def test_a_bad_sparse_vector_names_its_row_and_field(value: Any) -> None:
    assert refusal(schema_of("id:INT64", "s:SPARSE_FLOAT_VECTOR"), {"id": 1, "s": value}) == (
        "row 1, field 's': a sparse vector is {\"index\": value, …}, each index once, from 0 to 2³²-2"
    )


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"1": 0.5, "7": 1e39}, "expected a number in the range of a 32-bit float at index 7, got 1e+39"),
        ([[1, -1e39]], "expected a number in the range of a 32-bit float at index 1, got -1e+39"),
        ({"1": 10**400}, f"expected a number in the range of a 32-bit float at index 1, got 1{'0' * 58}…"),
        ({"1": "b"}, 'expected a number at index 1, got "b"'),
        ({"indices": [3], "values": [None]}, "expected a number at index 3, got null"),
        ([{"index": 1, "value": True}], "expected a number at index 1, got true"),
        ({"indices": [1, 2], "values": [0.5]}, "expected as many values as indices, got 1 for 2"),
        ({"1": float("inf")}, "expected finite values"),
    ],
)
def test_a_bad_value_in_a_sparse_vector_is_named_with_its_index(value: Any, reason: str) -> None:
    assert refusal(schema_of("id:INT64", "s:SPARSE_FLOAT_VECTOR"), {"id": 1, "s": value}) == (
        f"row 1, field 's': invalid sparse vector: {reason}"
    )


def test_a_missing_value_names_its_row_and_field() -> None:
    for row in ({"id": 2}, {"id": 2, "t": None}):
        assert refusal(schema_of("id:INT64", "t:VARCHAR"), {"id": 1, "t": ""}, row) == "row 2, field 't' is missing"


def test_a_value_without_a_field_names_its_row() -> None:
    assert refusal(schema_of("id:INT64"), {"id": 1}, {"id": 2, "idd": 3}) == "row 2: book has no field 'idd'"


def test_a_value_that_milvus_computes_names_its_row() -> None:
    schema = schema_of("id:INT64", "s:SPARSE_FLOAT_VECTOR", dynamic=True)
    schema.fields[1].is_function_output = True
    assert refusal(schema, {"id": 1, "s": {}}) == "row 1, field 's': Milvus computes it"


def test_a_bad_value_without_a_field_names_its_row() -> None:
    assert refusal(schema_of("id:INT64", dynamic=True), {"id": 1}, {"id": 2, "x": math.inf}) == (
        "row 2: JSON has no NaN and no Infinity"
    )


def test_a_type_that_can_not_be_written_is_named() -> None:
    schema = schema_of("id:INT64")
    schema.fields.append(FieldSchema(name="m", data_type=DataType.Mol))
    assert refusal(schema, {"id": 1, "m": "C"}) == "field 'm': values of type MOL can't be written yet"


# Columns of unknown types


@pytest.mark.parametrize("content", ["scalars", "vectors"])
def test_a_column_of_an_unknown_type_is_an_error_that_names_it(content: str) -> None:
    column = FieldData(field_name="x")
    column.type = 9999  # type: ignore[assignment]
    getattr(column, content).SetInParent()
    with pytest.raises(CliError) as caught:
        decode_column(column)
    assert (caught.value.exit_code, caught.value.message, caught.value.hint) == (
        1,
        "field 'x': values of type 9999 can't be shown yet",
        "leave it out with --fields",
    )


def test_a_geometry_in_wkb_is_shown_in_wkt_and_other_bytes_in_hexadecimal() -> None:
    column = FieldData(type=DataType.Geometry, field_name="g")
    column.scalars.geometry_data.data.extend([struct.pack("<BI2d", 1, 1, 0.5, -2), b"\x01\xff"])
    assert decode_column(column) == ["POINT (0.5 -2)", "01ff"]
    assert raw_values(column, 2) == ["POINT (0.5 -2)", "01ff"]
    made = moved(column, FieldSchema(name="g", data_type=DataType.Geometry), 2)
    assert list(made.scalars.geometry_wkt_data.data) == ["POINT (0.5 -2)", "01ff"]


def test_a_time_in_microseconds_is_shown_in_iso_8601_and_one_beyond_it_as_a_number() -> None:
    column = FieldData(type=DataType.Timestamptz, field_name="t")
    column.scalars.timestamptz_data.data.extend([1, 2**62])
    assert decode_column(column) == ["1970-01-01T00:00:00.000001Z", 2**62]
    del column.scalars.timestamptz_data.data[1:]
    made = moved(column, FieldSchema(name="t", data_type=DataType.Timestamptz), 1)
    assert list(made.scalars.string_data.data) == ["1970-01-01T00:00:00.000001Z"]


def test_json_that_is_broken_is_shown_as_its_text() -> None:
    column = FieldData(type=DataType.JSON, field_name="j")
    column.scalars.json_data.data.append(b"{no json\xff")
    assert decode_column(column) == ["{no json\\xff"]


# Against pymilvus


def official_fields(schema: CollectionSchema) -> list[dict[str, Any]]:
    """The schema in pymilvus's form."""
    return [
        {
            "name": field.name,
            "type": PyDataType(field.data_type),
            "element_type": PyDataType(field.element_type) if field.element_type else None,
            "is_primary": field.is_primary_key,
            "nullable": field.nullable,
            "params": {pair.key: int(pair.value) for pair in field.type_params},
        }
        for field in schema.fields
    ]


def for_pymilvus(row: dict[str, Any]) -> dict[str, Any]:
    """The row with the types that pymilvus requires."""
    found = dict(row)
    for name, kind in (("h", numpy.float16), ("i", numpy.int8)):
        if found.get(name) is not None:
            found[name] = numpy.array(found[name], kind)
    if found.get("bin") is not None:
        found["bin"] = bytes(found["bin"])
    return found


@pytest.mark.parametrize("nullable", [False, True])
@pytest.mark.parametrize("name", [each.partition(":")[0] for each in FIELDS if not each.startswith("bf:")])
def test_columns_are_those_of_pymilvus_byte_for_byte(name: str, nullable: bool) -> None:
    declared = [each for each in FIELDS if each.partition(":")[0] in ("id", name)]
    schema = schema_of(*declared)
    rows: list[dict[str, Any]] = [{key: row[key] for key in {"id", name}} for row in ROWS]
    if name == "s":
        # pymilvus refuses empty sparse vectors.
        rows[1]["s"] = {"7": 1.0}
    if nullable and name != "id":
        next(each for each in schema.fields if each.name == name).nullable = True
        rows.append({"id": 0, name: None})
    ours = [each.SerializeToString(deterministic=True) for each in encode_rows(rows, schema)]
    request = Prepare.row_insert_param(
        "book", [for_pymilvus(row) for row in rows], "", official_fields(schema), None, enable_dynamic=False
    )
    theirs = list(request.fields_data)
    if name.startswith("a"):
        # Ours also has the element type.
        theirs[1].scalars.array_data.element_type = schema.fields[1].element_type
    assert ours == [each.SerializeToString(deterministic=True) for each in theirs]


def test_the_dynamic_column_is_that_of_pymilvus_byte_for_byte() -> None:
    schema = schema_of("id:INT64", dynamic=True)
    rows: list[dict[str, Any]] = [{"id": 1, "ü": "漢", "n": [1, None, True, 2.5]}, {"id": 2}]
    ours = [each.SerializeToString(deterministic=True) for each in encode_rows(rows, schema)]
    request = Prepare.row_insert_param("book", rows, "", official_fields(schema), None, enable_dynamic=True)
    assert ours == [each.SerializeToString(deterministic=True) for each in request.fields_data]


def test_vectors_are_cut_into_the_bytes_of_each() -> None:
    column = FieldData(type=DataType.FloatVector, field_name="v")
    column.vectors.dim = 2
    column.vectors.float_vector.data.extend([1.0, 2.0, 3.0, 4.0])
    assert list(raw_values(column, 2)) == [b"\0\0\x80?\0\0\0@", b"\0\0@@\0\0\x80@"]
    column = FieldData(type=DataType.BFloat16Vector, field_name="v")
    column.vectors.dim, column.vectors.bfloat16_vector = 1, b"abcd"
    assert list(raw_values(column, 2)) == [b"ab", b"cd"]


def test_query_vectors_are_packed_as_rows_are() -> None:
    schema = schema_of(*FIELDS)
    for field in schema.fields:
        if "Vector" in DataType.Name(field.data_type):
            vectors = [row[field.name] for row in ROWS]
            group = placeholder_group(field.data_type, pack_queries(numbered(vectors), field))
            (value,) = PlaceholderGroup.FromString(group).placeholders
            assert (value.tag, int(value.type), len(value.values)) == ("$0", int(field.data_type), 2)
    assert pack_queries(numbered([[1, 2.5, -1]]), schema.fields[11]) == [struct.pack("<3f", 1, 2.5, -1)]


def test_a_bad_query_vector_is_named() -> None:
    (field,) = [parse_plain_field("v:FLOAT_VECTOR:2")]
    with pytest.raises(InvalidInput, match=r"^query vector 2: 'v' takes a list of 2 numbers, not 1 numbers$"):
        pack_queries(numbered([[1, 2], [1]]), field)


# Against real servers

SERVER_FIELDS = (
    "id:INT64",
    "b:BOOL",
    "i8:INT8",
    "i16:INT16",
    "i32:INT32",
    "f:FLOAT",
    "d:DOUBLE",
    "t:VARCHAR:100",
    "j:JSON",
    "a:ARRAY:INT64:8",
    "at:ARRAY:VARCHAR:8:8",
    "v:FLOAT_VECTOR:3",
)


def test_pymilvus_and_this_program_read_the_rows_that_it_wrote(server: ServerProcess) -> None:
    schema = schema_of(*SERVER_FIELDS, dynamic=True)
    schema.name = "codec"
    names = [each.partition(":")[0] for each in SERVER_FIELDS]
    rows = [{**{name: row[name] for name in names}, "color": "red", "n": 2**53 + 1} for row in ROWS]
    rows[0]["v"] = [0.1, -0.001, 3.5]
    # Milvus 2.3 never finds the highest primary key.
    rows[1]["id"] = 2**63 - 2
    # Milvus 2.3 accepts only objects as JSON.
    rows[1]["j"], rows[1]["t"] = {}, "tab\t漢🦅"
    client = open_client(Profile(host=server.host, port=server.port), timeout=60)
    official = official_client(server.uri)
    try:
        client.call("CreateCollection", collection_name="codec", schema=schema.SerializeToString(), shards_num=1)
        client.call("Insert", collection_name="codec", fields_data=encode_rows(rows, schema), num_rows=len(rows))
        params = official.prepare_index_params()
        params.add_index("v", index_type="FLAT", metric_type="L2")
        official.create_index("codec", params)
        official.load_collection("codec")
        found = official.query("codec", "i8 != 0", output_fields=["*"], consistency_level="Strong")
        by_id = {row["id"]: row for row in found}
        for row in rows:
            read = by_id[row["id"]]
            assert {name: read[name] for name in names if name not in ("f", "v")} == {
                name: row[name] for name in names if name not in ("f", "v")
            }
            assert [shortest(each) for each in (read["f"], *read["v"])] == [row["f"], *row["v"]]
            assert (read["color"], read["n"]) == ("red", 2**53 + 1)

        asked = client.call(
            "Query",
            collection_name="codec",
            expr="i8 != 0",
            output_fields=[*names, "$meta"],
        ).fields_data
        columns = decoded(list(asked))
        ours = {columns["id"][place]: {name: columns[name][place] for name in names} for place in range(len(rows))}
        assert ours == {row["id"]: {name: row[name] for name in names} for row in rows}

        (searched,) = [search_field(client.call("DescribeCollection", collection_name="codec").schema, None)]
        answer = client.call(
            "Search",
            collection_name="codec",
            dsl="",
            dsl_type="BoolExprV1",
            nq=1,
            consistency_level="Strong",
            placeholder_group=placeholder_group(searched.data_type, pack_queries(numbered([[1, 2, 3]]), searched)),
            output_fields=["t", "color"],
            search_params=[
                {"key": key, "value": value}
                for key, value in {"anns_field": "v", "topk": "1", "params": "{}", "metric_type": "L2"}.items()
            ],
        )
        shown = Shown(("t", "color", "nosuch"), keys=frozenset({"color", "nosuch"}))
        assert list(hits(answer.results, shown)) == [(0, 1, 2**63 - 2, 0.0, "tab\t漢🦅", "red", None)]
    finally:
        client.call("DropCollection", collection_name="codec")
        client.close()
        official.close()


# Searches


@pytest.mark.parametrize(
    ("fields", "name", "message"),
    [
        (("id:INT64",), None, "book has no vector field"),
        (("id:INT64", "v:FLOAT_VECTOR:2", "w:FLOAT_VECTOR:2"), None, "book has 2 vector fields"),
        (("id:INT64", "v:FLOAT_VECTOR:2"), "id", "'id' of book is not a vector: its type is INT64"),
    ],
)
def test_the_field_to_search_is_found_or_named(fields: tuple[str, ...], name: str | None, message: str) -> None:
    with pytest.raises(CliError) as caught:
        search_field(schema_of(*fields), name)
    assert caught.value.message == message


def test_hits_of_several_queries_have_rank_and_fields() -> None:
    results = SearchResultData(num_queries=3, top_k=2, topks=[2, 0, 1], scores=[0.1, 0.2, 0.3])
    results.ids.str_id.data.extend(["a", "b", "c"])
    title = results.fields_data.add(type=DataType.VarChar, field_name="title")
    title.scalars.string_data.data.extend(["A", "B", "C"])
    meta = results.fields_data.add(type=DataType.JSON, field_name="$meta", is_dynamic=True)
    meta.scalars.json_data.data.extend(json.dumps({"n": number}).encode() for number in range(3))
    shown = Shown(("title", "n", "gone"), keys=frozenset({"n", "gone"}))
    assert list(hits(results, shown)) == [
        (0, 1, "a", 0.1, "A", 0, None),
        (0, 2, "b", 0.2, "B", 1, None),
        (2, 1, "c", 0.3, "C", 2, None),
    ]
    assert list(hits(SearchResultData(num_queries=1), shown)) == []
