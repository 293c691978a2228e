"""Values that programs write in another type than the field's go in, if they are the same value."""

import csv
import json
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.feather
import pyarrow.parquet
import pytest

from milvus_cli.text.printed import numpy_list, python_value
from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.typed import Typed

FIELDS = (
    "-f id:INT64 -f n:INT32 -f d:DOUBLE -f t:VARCHAR:99 -f b:BOOL -f j:JSON -f a:ARRAY:INT64:8 -f w:ARRAY:VARCHAR:8:9 "
    "-f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2"
)
NAMES = ("n", "d", "t", "b", "j", "a", "w")
VECTOR = pyarrow.array([[0.5, 0.25]], pyarrow.list_(pyarrow.float32()))


@pytest.fixture
def nullable(cli: Cli, lite: LiteServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """A collection in which a row needs only a key and a vector."""
    monkeypatch.chdir(tmp_path)
    typed = Typed(cli, lite)
    typed.gone("cv")
    typed.all(
        f"create collection -c cv {FIELDS} {' '.join(f'--nullable {name}' for name in NAMES)}", "load collection -c cv"
    )
    return typed


def stored(typed: Typed) -> list[dict[str, Any]]:
    """The rows without vectors and nulls, by key."""
    rows = sorted(typed.json("query -c cv"), key=lambda row: int(row["id"]))
    return [{name: value for name, value in row.items() if name != "v" and value is not None} for row in rows]


def reasons(run: Run) -> list[str]:
    return [line.partition(": ")[2] for line in run.err.splitlines() if not line.startswith(("error:", "hint:"))]


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps({"v": [0.5, 0.25], **row}) + "\n" for row in rows)


def write_csv(name: str, rows: list[dict[str, Any]]) -> None:
    with Path(name).open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def parquet(name: str, **columns: pyarrow.Array) -> None:
    table = {"id": pyarrow.array([1]), "v": VECTOR, **columns}
    pyarrow.parquet.write_table(pyarrow.table(table), name)


# Whole numbers


def test_whole_numbers_come_as_floats_in_every_format(nullable: Typed) -> None:
    Path("x.csv").write_text('id,n,a,v\n1.0,10.0,"[1.0, 2]","[1, 2]"\n2,10.5,[],"[1, 2]"\n')
    Path("x.jsonl").write_text(lines({"id": 3.0, "n": 10.0, "a": [1.0, 2]}, {"id": 4, "n": 10.5}))
    Path("x.json").write_text(json.dumps([json.loads(lines({"id": 5.0, "n": 1e1}))]))
    numpy.savez("x.npz", id=[6.0, 7.0], n=[10.0, 10.5], v=[[1, 2], [1, 2]])
    parquet("x.parquet", id=pyarrow.array([8.0]), n=pyarrow.array([10.0], pyarrow.float32()))
    found = [nullable(f"insert file -c cv x.{kind}") for kind in ("csv", "jsonl", "json", "npz", "parquet")]
    assert [run.code for run in found] == [5, 5, 0, 5, 0]
    assert [reason for run in found for reason in reasons(run)] == [
        "invalid INT32 value '10.5'",
        "expected an integer from -2147483648 to 2147483647, got 10.5",
        "expected an integer from -2147483648 to 2147483647, got 10.5",
    ]
    assert stored(nullable) == [
        {"id": 1, "n": 10, "a": [1, 2]},
        {"id": 3, "n": 10, "a": [1, 2]},
        *({"id": key, "n": 10} for key in (5, 6, 8)),
    ]


# Text in place of lists


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[1 2]", [1, 2]),
        ("[ 1.   2.5]", [1.0, 2.5]),
        ("[1\n 2]", [1, 2]),
        ("[ True False]", [True, False]),
        ("['a' 'ü,b' \"it's\"]", ["a", "ü,b", "it's"]),
        ("[]", []),
    ],
)
def test_lists_that_numpy_prints(text: str, value: list[Any]) -> None:
    assert repr(numpy_list(text)) == repr(value)


@pytest.mark.parametrize("text", ["['a''b']", "['a' 'b'", "[a b]", "[1, 2]", "[1 ... 2]", "[1_0 2]"])
def test_other_lists_are_none_of_numpy(text: str) -> None:
    with pytest.raises(ValueError, match=r"could not convert|1_0|as NumPy prints"):
        numpy_list(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("['a', \"it's\"]", ["a", "it's"]),
        ("[(1, 0.5)]", [[1, 0.5]]),
        ("{'a': None, 1: True}", {"a": None, "1": True}),
    ],
)
def test_values_that_python_prints(text: str, value: Any) -> None:
    assert python_value(text) == value


@pytest.mark.parametrize(
    "text",
    ["['a' 'b']", "['a',]", "{'a': 1, 'a': 2}", "{1, 2}", "[1_0]", "[1e999]", "b'a'", "f()", "[" * 999, "'" * 99],
)
def test_values_that_would_change_are_none_of_python(text: str) -> None:
    with pytest.raises(ValueError, match=r"as Python prints|of Python|malformed"):
        python_value(text)


def test_printed_lists_are_read_in_csv_json_and_parquet(nullable: Typed) -> None:
    printed = {"a": "[1 2]", "w": "['x', 'y']", "v": "[0.5 0.25]"}
    scalars = {"a": "[np.int64(1), np.int64(2)]", "w": '["x", "y"]', "v": "[np.float32(0.5), np.float32(0.25)]"}
    write_csv("x.csv", [{"id": 1, **printed}, {"id": 2, **scalars}])
    Path("x.jsonl").write_text(lines({"id": 3, **printed}, {"id": 4, **scalars}))
    parquet("x.parquet", id=pyarrow.array([5]), **{name: pyarrow.array([text]) for name, text in printed.items()})
    for kind in ("csv", "jsonl", "parquet"):
        assert nullable(f"insert file -c cv x.{kind}").code == 0, kind
    assert stored(nullable) == [{"id": key, "a": [1, 2], "w": ["x", "y"]} for key in range(1, 6)]
    assert {tuple(row["v"]) for row in nullable.json("query -c cv")} == {(0.5, 0.25)}


def test_a_printed_list_that_numpy_cut_short_is_rejected(nullable: Typed) -> None:
    Path("x.jsonl").write_text(lines({"id": 1}, {"id": 2, "v": "[0.5 ... 0.25]"}))
    assert reasons(nullable("insert file -c cv x.jsonl")) == [
        "invalid FLOAT_VECTOR value '[0.5 ... 0.25]': NumPy cut its text short ('...')"
    ]


def test_text_of_json_fields_stays_text(nullable: Typed) -> None:
    Path("x.jsonl").write_text(lines({"id": 1, "j": "[1 2]"}, {"id": 2, "t": "[1, 2]"}))
    assert nullable("insert file -c cv x.jsonl").code == 0
    assert stored(nullable) == [{"id": 1, "j": "[1 2]"}, {"id": 2, "t": "[1, 2]"}]


# Truth values and nulls


def test_truth_values_come_as_numbers_and_words(nullable: Typed) -> None:
    given = [0, 1, 1.0, "True", "false", 2, "maybe"]
    write_csv("x.csv", [{"id": key, "b": value, "v": "[1, 2]"} for key, value in enumerate(given)])
    Path("x.jsonl").write_text(lines(*({"id": key, "b": value} for key, value in enumerate(given))))
    bad = {"csv": ["invalid BOOL value '2'", "invalid BOOL value 'maybe'"]}
    bad["jsonl"] = ["expected true or false, got 2", "invalid BOOL value 'maybe'"]
    for kind in ("csv", "jsonl"):
        assert reasons(nullable(f"upsert file -c cv x.{kind}")) == bad[kind]
        truths = [False, True, True, True, False]
        assert stored(nullable) == [{"id": key, "b": value} for key, value in enumerate(truths)]
    parquet("x.parquet", id=pyarrow.array([9]), b=pyarrow.array([1], pyarrow.int8()))
    assert nullable("insert file -c cv x.parquet").code == 0
    assert stored(nullable)[-1] == {"id": 9, "b": True}


def test_nan_is_null_where_it_is_no_value(nullable: Typed) -> None:
    nan = float("nan")
    Path("x.jsonl").write_text(lines({"id": 1, "n": nan, "t": nan, "b": nan, "a": nan, "d": nan}))
    parquet("x.parquet", id=pyarrow.array([2]), n=pyarrow.array([nan]), d=pyarrow.array([nan]))
    for name in ("x.jsonl", "x.parquet"):
        assert nullable(f"insert file -c cv {name}").code == 0, name
    assert stored(nullable) == [{"id": 1, "d": "NaN"}, {"id": 2, "d": "NaN"}]


# Parquet's types


def test_decimals_and_uuids_fill_text_and_numbers(nullable: Typed) -> None:
    number = uuid.UUID(int=5)
    money = pyarrow.array([Decimal("1.50")])
    parquet("1.parquet", t=money, d=money)
    parquet("2.parquet", id=pyarrow.array([2]), n=pyarrow.array([Decimal("2.00")]))
    ids = pyarrow.ExtensionArray.from_storage(pyarrow.uuid(), pyarrow.array([number.bytes], pyarrow.binary(16)))
    parquet("3.parquet", id=pyarrow.array([3]), title=pyarrow.array([Decimal("1E+3")], pyarrow.decimal128(9, 4)), t=ids)
    parquet("4.parquet", id=pyarrow.array([4]), n=pyarrow.array([Decimal("2.50")]))

    assert nullable("insert file -c cv 1.parquet 2.parquet").code == 0
    assert nullable("insert file -c cv 3.parquet --map title=t --map t=").code == 0
    assert nullable("insert file -c cv 4.parquet").code == 5
    assert stored(nullable) == [
        {"id": 1, "t": "1.50", "d": 1.5},
        {"id": 2, "n": 2},
        {"id": 3, "t": "1000.0000"},
    ]

    assert nullable("upsert file -c cv 3.parquet --map title=").code == 0
    assert stored(nullable)[-1] == {"id": 3, "t": str(number)}


def test_structs_of_structs_fill_json(nullable: Typed) -> None:
    parquet("x.parquet", j=pyarrow.array([{"a": {"b": [1, None]}, "c": [{"d": "é"}]}]))
    assert nullable("insert file -c cv x.parquet").code == 0
    assert stored(nullable) == [{"id": 1, "j": {"a": {"b": [1, None]}, "c": [{"d": "é"}]}}]


# The index of pandas


def frame(number: int, **index: Any) -> pyarrow.Table:
    """A row as pandas writes it, with a value for each level of the index."""
    columns = {
        "id": pyarrow.array([number]),
        "v": VECTOR,
        **{name: pyarrow.array([each]) for name, each in index.items()},
    }
    levels: list[Any] = list(index) or [{"kind": "range", "name": None, "start": 0, "stop": 1, "step": 1}]
    return pyarrow.table(columns).replace_schema_metadata({"pandas": json.dumps({"index_columns": levels})})


def left_out(file: str, *columns: str) -> str:
    return "".join(f"{file}: column {name!r} is the index of pandas: left out\n" for name in columns)


def test_the_index_of_pandas_is_left_out_unless_a_field_has_its_name(nullable: Typed) -> None:
    write = pyarrow.parquet.write_table
    write(frame(1, __index_level_0__="x"), "1.parquet")
    pyarrow.feather.write_feather(frame(2, key="x"), "2.feather")
    write(frame(3, t="x", __index_level_1__=1), "3.parquet")
    write(frame(4, id=4), "4.parquet")
    write(frame(5), "5.parquet")
    # Other programs copy the columns, and not the metadata.
    write(frame(6, __index_level_0__="x").replace_schema_metadata(None), "6.parquet")
    run = nullable("insert file -c cv 1.parquet 2.feather 3.parquet 4.parquet 5.parquet 6.parquet")
    notes = [
        left_out("1.parquet", "__index_level_0__"),
        left_out("2.feather", "key"),
        left_out("3.parquet", "__index_level_1__"),
        left_out("6.parquet", "__index_level_0__"),
    ]
    assert run == Run(0, "Inserted 6 of 6 rows into 'cv', which had 0 and has 6.\n", "".join(notes))
    assert stored(nullable) == [{"id": 1}, {"id": 2}, {"id": 3, "t": "x"}, {"id": 4}, {"id": 5}, {"id": 6}]
    assert nullable("upsert file -c cv 2.feather --map key=t") == Run(
        0, "Upserted 1 of 1 rows into 'cv', which had 6 and has 6.\n", ""
    )
    assert stored(nullable)[1] == {"id": 2, "t": "x"}


def numbered(stop: int) -> pyarrow.Table:
    """Two rows whose index is called id, and is only in the metadata: from 7 up to `stop`, every third number."""
    columns = {"t": ["a", "b"], "v": VECTOR.take([0, 0])}
    index = {"kind": "range", "name": "id", "start": 7, "stop": stop, "step": 3}
    return pyarrow.table(columns).replace_schema_metadata({"pandas": json.dumps({"index_columns": [index]})})


def test_an_index_of_pandas_that_is_only_a_range_is_a_column(nullable: Typed) -> None:
    pyarrow.parquet.write_table(numbered(13), "range.parquet")
    assert nullable("insert file -c cv range.parquet") == Run(
        0, "Inserted 2 of 2 rows into 'cv', which had 0 and has 2.\n", ""
    )
    assert stored(nullable) == [{"id": 7, "t": "a"}, {"id": 10, "t": "b"}]
    assert nullable.json("show file range.parquet")["key"] == "id"


def test_a_range_that_is_not_that_of_the_rows_is_noted(nullable: Typed) -> None:
    pyarrow.parquet.write_table(numbered(100), "part.parquet")
    pyarrow.feather.write_feather(numbered(13), "range.feather")
    for name in ("part.parquet", "range.feather"):
        run = nullable(f"show file {name}")
        note = f"note: {name}: the index 'id' of pandas is not stored as a column: left out\n"
        assert (run.code, run.err) == (0, note)


def test_the_index_of_pandas_is_no_key_of_the_dynamic_field(typed: Typed, tmp_path: Path) -> None:
    typed.gone("cv")
    typed.all(
        "create collection -c cv -f id:INT64 -f v:FLOAT_VECTOR:2 -p id --dynamic --index v:FLAT:L2",
        "load collection -c cv",
    )
    file = tmp_path / "x.parquet"
    pyarrow.parquet.write_table(frame(1, __index_level_0__="x").append_column("more", [["é"]]), file)
    assert typed(f"insert file -c cv {file}").err == left_out(str(file), "__index_level_0__")
    assert stored(typed) == [{"id": 1, "more": "é"}]


# Both servers


def test_values_of_another_type_are_the_same_on_every_server(typed: Typed, tmp_path: Path) -> None:
    typed.gone("cv")
    typed.all(f"create collection -c cv {FIELDS}", "load collection -c cv")
    row = {"n": 10.0, "d": 1, "t": "x", "b": 1, "j": {"k": 0.5}, "a": "[1 2]", "w": "['x', 'y']", "v": "[0.5 0.25]"}
    (tmp_path / "x.jsonl").write_text(lines({"id": 1.0, **row}))
    assert typed(f"insert file -c cv {tmp_path}/x.jsonl").code == 0
    assert stored(typed) == [
        {"id": 1, "n": 10, "d": 1.0, "t": "x", "b": True, "j": {"k": 0.5}, "a": [1, 2], "w": ["x", "y"]}
    ]
    typed.gone("cv")


# Sparse vectors


def test_sparse_vectors_come_in_every_notation(cli: Cli, lite: LiteServer, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    typed = Typed(cli, lite)
    typed.gone("cv")
    typed.all(
        "create collection -c cv -f id:INT64 -f s:SPARSE_FLOAT_VECTOR -p id --index s:SPARSE_INVERTED_INDEX:IP",
        "load collection -c cv",
    )
    forms: list[Any] = [{"1": 0.5}, {"indices": [1], "values": [0.5]}, [[1, 0.5]], [{"index": 1, "value": 0.5}]]
    texts = ["{1: 0.5}", "[(1, 0.5)]", "{'indices': [1], 'values': [0.5]}", "[{'key': 1, 'value': 0.5}]"]
    values = [*forms, *map(json.dumps, forms), *texts]
    Path("x.jsonl").write_text("".join(json.dumps({"id": key, "s": each}) + "\n" for key, each in enumerate(values)))
    cells = [each if isinstance(each, str) else json.dumps(each) for each in values]
    write_csv("x.csv", [{"id": key, "s": cell} for key, cell in enumerate(cells)])
    pyarrow.parquet.write_table(pyarrow.table({"id": list(range(len(cells))), "s": cells}), "x.parquet")
    pair = pyarrow.struct([("index", pyarrow.int64()), ("value", pyarrow.float32())])
    pairs = pyarrow.array([[{"index": 1, "value": 0.5}]], pyarrow.list_(pair))
    pyarrow.parquet.write_table(pyarrow.table({"id": pyarrow.array([0]), "s": pairs}), "structs.parquet")
    for name in ("x.jsonl", "x.csv", "x.parquet", "structs.parquet"):
        run = typed(f"upsert file -c cv {name}")
        assert (run.code, run.err) == (0, ""), name
        rows = typed.json("query -c cv")
        assert [row["s"] for row in rows] == [{"1": 0.5}] * len(values), name
    typed.gone("cv")
