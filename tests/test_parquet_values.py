"""Parquet files with values of every type, as other programs write them, into every kind of field."""

import datetime
import json
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.parquet
import pytest

from milvus_cli.errors import CliError
from milvus_cli.files.arrow_plain import plain_values
from milvus_cli.text.beyond_json import Digits, NotJson
from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.typed import Typed

NOON = 1_704_196_800
LONG = "12345678901234567890.12"
LIST = pyarrow.list_
MAP = pyarrow.map_(pyarrow.string(), pyarrow.int32())


def far(text: str) -> NotJson:
    return NotJson(text, f"date out of range: {text} (expected the years 1 to 9999)")


VALUES: dict[str, tuple[pyarrow.Array, list[Any]]] = {
    "nothing": (pyarrow.array([None, None]), [None, None]),
    "truths": (pyarrow.array([True, None]), [True, None]),
    "whole numbers": (pyarrow.array([2**64 - 1], pyarrow.uint64()), [2**64 - 1]),
    "halves": (pyarrow.array([numpy.float16(1.5), None], pyarrow.float16()), [1.5, None]),
    "decimals": (pyarrow.array([Decimal("1.50"), Decimal("2.00"), Decimal(LONG), None]), [1.5, 2, Digits(LONG), None]),
    "large decimals": (pyarrow.array([Decimal("1.5")], pyarrow.decimal256(50, 2)), [1.5]),
    "bytes": (pyarrow.array([b"ab\xff", None]), ["YWL/", None]),
    "bytes of a size": (pyarrow.array([b"ab"], pyarrow.binary(2)), ["YWI="]),
    "large bytes": (pyarrow.array([b"ab"], pyarrow.large_binary()), ["YWI="]),
    "days": (pyarrow.array([datetime.date(2024, 1, 2), None]), ["2024-01-02", None]),
    "days in milliseconds": (pyarrow.array([86_400_000], pyarrow.date64()), ["1970-01-02"]),
    "days beyond all calendars": (
        pyarrow.array([2**31 - 1, 1], pyarrow.date32()),
        [far("+5881580-07-11"), "1970-01-02"],
    ),
    "times": (pyarrow.array([1, 1_000], pyarrow.time32("ms")), ["00:00:00.001", "00:00:01"]),
    "nanoseconds of a day": (pyarrow.array([1], pyarrow.time64("ns")), ["00:00:00.000000001"]),
    "moments": (pyarrow.array([NOON, None], pyarrow.timestamp("s")), ["2024-01-02T12:00:00", None]),
    "nanoseconds": (
        pyarrow.array([NOON * 10**9 + 123_456_789], pyarrow.timestamp("ns")),
        ["2024-01-02T12:00:00.123456789"],
    ),
    "moments with a zone": (
        pyarrow.array([NOON * 10**6 + 5], pyarrow.timestamp("us", "Europe/Berlin")),
        ["2024-01-02T12:00:00.000005Z"],
    ),
    "moments beyond all calendars": (
        pyarrow.array([2**62, 0], pyarrow.timestamp("s", "UTC")),
        [far("+146138514283-06-19T07:45:04Z"), "1970-01-01T00:00:00Z"],
    ),
    "days with a time": (
        pyarrow.array([86_400_001, None], pyarrow.int64()).view(pyarrow.date64()),
        ["1970-01-02T00:00:00.001", None],
    ),
    "durations": (
        pyarrow.array([93_784_500, -1_500, None], pyarrow.duration("ms")),
        ["P1DT2H3M4.5S", "-P0DT0H0M1.5S", None],
    ),
    "intervals": (pyarrow.array([pyarrow.MonthDayNano([1, 2, -1_500_000_000])]), ["P1M2DT-1.5S"]),
    "lists of moments": (
        pyarrow.array([[datetime.datetime(2024, 1, 2)], None, []]),
        [["2024-01-02T00:00:00"], None, []],
    ),
    "lists of lists of bytes": (
        pyarrow.array([[[b"a"], None]], pyarrow.large_list(LIST(pyarrow.binary()))),
        [[["YQ=="], None]],
    ),
    "lists of a size": (pyarrow.array([[1, 2], None], LIST(pyarrow.int8(), 2)), [[1, 2], None]),
    "structs": (
        pyarrow.array([{"a": datetime.date(2024, 1, 2), "b": [Decimal("0.10")]}, None]),
        [{"a": "2024-01-02", "b": [0.1]}, None],
    ),
    "maps": (pyarrow.array([[("a", 1)], None, []], MAP), [{"a": 1}, None, {}]),
    "maps of numbers": (pyarrow.array([[(7, 0.5)]], pyarrow.map_(pyarrow.int32(), pyarrow.float64())), [{"7": 0.5}]),
    "maps with a key twice": (
        pyarrow.array([[("a", 1), ("a", 2)]], MAP),
        [NotJson('map [["a", 1], ["a", 2]]', "a map has the key 'a' twice")],
    ),
    "categories": (pyarrow.array(["a", "b", "a", None]).dictionary_encode(), ["a", "b", "a", None]),
    "lists of categories": (
        pyarrow.array([["a"]], LIST(pyarrow.dictionary(pyarrow.int8(), pyarrow.string()))),
        [["a"]],
    ),
    "text that is no UTF-8": (
        pyarrow.Array.from_buffers(
            pyarrow.string(), 1, [None, pyarrow.py_buffer(b"\0\0\0\0\2\0\0\0"), pyarrow.py_buffer(b"a\xff")]
        ),
        ["a\udcff"],
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_of_every_type_become_json(name: str) -> None:
    array, expected = VALUES[name]
    assert repr(plain_values(array)) == repr(expected)
    # A slice of an array is an array with an offset.
    assert repr(plain_values(array.slice(1))) == repr(expected[1:])
    nested = pyarrow.ListArray.from_arrays(pyarrow.array([0, len(array)], pyarrow.int32()), array)
    assert repr(plain_values(nested)) == repr([expected])


def test_types_of_newer_versions_become_json() -> None:
    extended = pyarrow.ExtensionArray.from_storage
    number = uuid.UUID(int=5)
    for array, expected in (
        (extended(pyarrow.uuid(), pyarrow.array([number.bytes, None], pyarrow.binary(16))), [str(number), None]),
        (extended(pyarrow.json_(), pyarrow.array(['{"a": 1}'])), ['{"a": 1}']),
        (extended(pyarrow.bool8(), pyarrow.array([1, None], pyarrow.int8())), [True, None]),
        (pyarrow.array([[1, 2], None], pyarrow.list_view(pyarrow.int8())), [[1, 2], None]),
        (pyarrow.array([b"a"], pyarrow.binary_view()), ["YQ=="]),
        (pyarrow.array(["a"], pyarrow.string_view()), ["a"]),
        (
            pyarrow.DictionaryArray.from_arrays(pyarrow.array([0, None]), pyarrow.array(["ü"], pyarrow.string_view())),
            ["ü", None],
        ),
        (pyarrow.RunEndEncodedArray.from_arrays(pyarrow.array([2], pyarrow.int32()), pyarrow.array(["a"])), ["a", "a"]),
        (pyarrow.FixedShapeTensorArray.from_numpy_ndarray(numpy.arange(4).reshape(2, 2)), [[0, 1], [2, 3]]),
    ):
        assert plain_values(array) == expected, array.type


@pytest.mark.parametrize("lists", [[[1, 2], [3, 4], [5, 6]], [None, [3, 4], [5, 6]]])
@pytest.mark.parametrize(
    "kind",
    [pyarrow.list_(pyarrow.int64()), pyarrow.large_list(pyarrow.int64()), pyarrow.list_(pyarrow.int64(), 2)],
    ids=str,
)
def test_parts_of_lists_have_their_own_items(lists: list[list[int] | None], kind: Any) -> None:
    array = pyarrow.array(lists, kind)
    for first, count in ((0, 3), (1, 2), (2, 1), (1, 0)):
        assert plain_values(array.slice(first, count)) == lists[first : first + count]


def test_a_struct_with_a_name_twice_is_refused() -> None:
    one = pyarrow.array([1])
    array = pyarrow.StructArray.from_arrays([one, one], fields=[pyarrow.field("a", one.type)] * 2)
    with pytest.raises(CliError, match="a struct has two members 'a'"):
        plain_values(array)


@pytest.fixture
def lite_in_tmp(cli: Cli, lite: LiteServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Commands on Milvus Lite; the current directory is empty."""
    monkeypatch.chdir(tmp_path)
    return Typed(cli, lite)


VECTOR = pyarrow.array([[0.1, 0.2]], LIST(pyarrow.float32()))


def write(name: str, key: int, **columns: pyarrow.Array) -> None:
    pyarrow.parquet.write_table(pyarrow.table({"id": pyarrow.array([key]), "v": VECTOR, **columns}), name)


def test_columns_of_every_type_go_into_json_and_dynamic_fields(lite_in_tmp: Typed) -> None:
    lite_in_tmp.gone("pq_json")
    lite_in_tmp.all(
        "create collection -c pq_json -f id:INT64 -f j:JSON -f v:FLOAT_VECTOR:2 -p id --dynamic --index v:FLAT:L2",
        "load collection -c pq_json",
    )
    columns = {
        "day": pyarrow.array([datetime.date(2024, 1, 2)]),
        "moments": pyarrow.array([[datetime.datetime(2024, 1, 2)]]),
        "raw": pyarrow.array([b"ab\xff"]),
        "map": pyarrow.array([[("a", 1)]], MAP),
        "price": pyarrow.array([Decimal("1.50")]),
        "long": pyarrow.array([Decimal(LONG)]),
        "time": pyarrow.array([1], pyarrow.time32("s")),
        "after": pyarrow.array([60], pyarrow.duration("s")),
    }
    expected = {
        "day": "2024-01-02",
        "moments": ["2024-01-02T00:00:00"],
        "raw": "YWL/",
        "map": {"a": 1},
        "price": 1.5,
        "long": LONG,
        "time": "00:00:01",
        "after": "P0DT0H1M0S",
    }
    write("dynamic.parquet", 1, j=pyarrow.array(["{}"]), **columns)
    assert lite_in_tmp("insert file -c pq_json dynamic.parquet") == Run(
        0, "Inserted 1 of 1 rows into 'pq_json', which had 0 and has 1.\n", ""
    )
    assert lite_in_tmp.json("query -c pq_json") == [{"id": 1, "j": {}, "v": [0.1, 0.2], **expected}]
    struct = pyarrow.StructArray.from_arrays(list(columns.values()), names=list(columns))
    write("json.parquet", 2, j=struct)
    assert lite_in_tmp("insert file -c pq_json json.parquet").code == 0
    assert lite_in_tmp.json("query -c pq_json -e 'id == 2'") == [{"id": 2, "j": expected, "v": [0.1, 0.2]}]
    lite_in_tmp.gone("pq_json")


def test_decimals_and_floats_fill_numbers_exactly(lite_in_tmp: Typed) -> None:
    lite_in_tmp.gone("pq_numbers")
    lite_in_tmp.all(
        "create collection -c pq_numbers -f id:INT64 -f d:DOUBLE -f n:INT32 -f v:FLOAT_VECTOR:2 -p id "
        "--nullable n --index v:FLAT:L2",
        "load collection -c pq_numbers",
    )
    numbers = pyarrow.table(
        {
            "id": pyarrow.array([1.0, 2.0, 3.0]),
            "d": pyarrow.array([Decimal("1.50"), Decimal("2.25"), Decimal("0.10")]),
            "n": pyarrow.array([10.0, None, 10.5]),
            "v": pyarrow.array([[Decimal("0.1"), Decimal("0.7")]] * 3, LIST(pyarrow.decimal128(2, 1))),
        }
    )
    pyarrow.parquet.write_table(numbers, "numbers.parquet")
    run = lite_in_tmp("insert file -c pq_numbers numbers.parquet --rejects r.jsonl")
    whole = f"expected an integer from {-(2**31)} to {2**31 - 1}, got 10.5"
    assert run == Run(
        5,
        "",
        f"numbers.parquet, row 3, column 'n': {whole}\nerror: Inserted 2 of 3 rows into "
        "'pq_numbers', which had 0 and has 2; 1 rejected\nhint: r.jsonl has them\n",
    )
    assert lite_in_tmp.json("query -c pq_numbers") == [
        {"id": 1, "d": 1.5, "n": 10, "v": [0.1, 0.7]},
        {"id": 2, "d": 2.25, "n": None, "v": [0.1, 0.7]},
    ]
    assert json.loads(Path("r.jsonl").read_text())["row"] == {"id": 3.0, "d": 0.1, "n": 10.5, "v": [0.1, 0.7]}
    lite_in_tmp.gone("pq_numbers")


def test_sparse_vectors_come_as_structs_maps_and_pairs(lite_in_tmp: Typed) -> None:
    lite_in_tmp.gone("pq_sparse")
    lite_in_tmp.all(
        "create collection -c pq_sparse -f id:INT64 -f s:SPARSE_FLOAT_VECTOR -p id --index s:SPARSE_INVERTED_INDEX:IP",
        "load collection -c pq_sparse",
    )
    struct = pyarrow.struct([("indices", LIST(pyarrow.int64())), ("values", LIST(pyarrow.float32()))])
    forms = [
        pyarrow.array([{"indices": [3, 1], "values": [0.25, 0.5]}], struct),
        pyarrow.array([[(1, 0.5), (3, 0.25)]], pyarrow.map_(pyarrow.int64(), pyarrow.float64())),
        pyarrow.array([[[1, 0.5], [3, 0.25]]]),
    ]
    for form in forms:
        pyarrow.parquet.write_table(pyarrow.table({"id": pyarrow.array([1]), "s": form}), "sparse.parquet")
        assert lite_in_tmp("upsert file -c pq_sparse sparse.parquet").code == 0, form
        assert lite_in_tmp.json("query -c pq_sparse") == [{"id": 1, "s": {"1": 0.5, "3": 0.25}}], form
    lite_in_tmp.gone("pq_sparse")


def test_a_file_with_a_column_twice_is_refused(lite_in_tmp: Typed) -> None:
    lite_in_tmp.gone("pq_twice")
    lite_in_tmp.all("create collection -c pq_twice -f id:INT64 -f v:FLOAT_VECTOR:2 -p id")
    one = pyarrow.array([1])
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays([one, VECTOR, one], names=["id", "v", "id"]), "twice.parquet")
    assert lite_in_tmp("insert file -c pq_twice twice.parquet") == Run(
        1, "", "error: twice.parquet has two columns 'id'\n"
    )
    lite_in_tmp.gone("pq_twice")
