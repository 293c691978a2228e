"""Numbers that no vector can have are refused for every format, type and server, before anything is sent."""

import json
import random
import struct
from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet
import pytest

from milvus_cli.errors import InvalidInput
from milvus_cli.files.columnar import read_parquet
from milvus_cli.files.sources import InputFile, open_source
from milvus_cli.rows.write_target import WriteTarget
from milvus_cli.schema.declaration import Declaration, declared
from milvus_cli.search.queries import numbered
from milvus_cli.text.floats import bfloat16, first_not_finite
from milvus_cli.transfer.intake import RowEncoder
from milvus_cli.values.encode import encode_rows
from milvus_cli.values.packing import pack_queries
from tests.support.cli import Run
from tests.support.typed import Typed, failed, on_lite

MAKE = "create collection -c finite -f id:INT64 -f v:{kind}:2 -p id --index v:FLAT:L2"
WHY = "invalid vector: number 2 is {name}, expected finite numbers"


@pytest.fixture
def empty_finite(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """With a loaded collection `finite` that has no rows; the current directory is empty."""
    monkeypatch.chdir(tmp_path)
    typed.gone("finite")
    typed.all(MAKE.format(kind="FLOAT_VECTOR"), "load collection -c finite")
    return typed


def write_file(kind: str, number: float, text: str) -> str:
    """Writes a row with this number, and a good one; returns the files' names."""
    rows = [(1, [0.5, number]), (2, [0.5, 1])]
    if kind in ("csv", "tsv"):
        tab = "," if kind == "csv" else "\t"
        Path(f"f.{kind}").write_text(f'id{tab}v\n1{tab}"[0.5, {text}]"\n2{tab}0.5 1\n')
    elif kind == "words.csv":
        Path(f"f.{kind}").write_text(f"id,v\n1,0.5 {text}\n2,0.5 1\n")
    elif kind == "jsonl":
        Path(f"f.{kind}").write_text(f'{{"id": 1, "v": [0.5, {text}]}}\n{{"id": 2, "v": [0.5, 1]}}\n')
    elif kind == "json":
        Path(f"f.{kind}").write_text(f'[{{"id": 1, "v": [0.5, {text}]}}, {{"id": 2, "v": [0.5, 1]}}]')
    elif kind.endswith("parquet"):
        width = pyarrow.float64() if kind.startswith("double") else pyarrow.float32()
        vectors = pyarrow.array([vector for _, vector in rows], pyarrow.list_(width))
        pyarrow.parquet.write_table(pyarrow.table({"id": [1, 2], "v": vectors}), f"f.{kind}")
    else:
        numpy.save("id.npy", numpy.array([1, 2]))
        numpy.save("v.npy", numpy.array([vector for _, vector in rows], "<f8" if kind == "double.npy" else "<f4"))
        return "id.npy v.npy"
    return f"f.{kind}"


@pytest.mark.parametrize("libraries", ["with numpy", "without"])
def test_a_row_with_nan_or_infinity_is_rejected_whatever_its_file(
    empty_finite: Typed, libraries: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if libraries == "without":
        # pyarrow needs numpy only for half floats and extension types.
        for name in ("orjson", "numpy"):
            monkeypatch.setitem(__import__("sys").modules, name, None)
    kinds = ("csv", "tsv", "words.csv", "jsonl", "json", "parquet", "double.parquet")
    for kind in kinds if libraries == "without" else (*kinds, "npy", "double.npy"):
        for number, text, name in ((float("nan"), "NaN", "NaN"), (float("-inf"), "-Infinity", "-Infinity")):
            files = write_file(kind, number, text)
            run = empty_finite(f"upsert file -c finite {files}")
            line = 2 if kind in ("csv", "tsv", "words.csv") else 1
            place = "row" if kind.endswith(("json", "parquet", "npy")) else "line"
            files = files.replace(" ", ", ")
            assert run.err.splitlines()[0] == f"{files}, {place} {line}, column 'v': {WHY.format(name=name)}", (
                kind,
                run,
            )
            assert run.code == 5, kind
    assert empty_finite("query -c finite -o jsonl") == Run(0, '{"id": 2, "v": [0.5, 1.0]}\n', "")


def test_a_number_too_large_for_a_vector_is_rejected(empty_finite: Typed) -> None:
    fits = "1e400 does not fit in 'v', a FLOAT_VECTOR"
    for kind in ("csv", "jsonl", "json"):
        run = empty_finite(f"insert file -c finite {write_file(kind, 0, '1e400')}")
        assert (run.code, fits in run.err) == (5, True), (kind, run)
    files = write_file("double.parquet", 1e39, "")
    assert WHY.format(name="Infinity") in empty_finite(f"upsert file -c finite {files}").err


def test_a_number_too_large_for_a_double_is_rejected(empty_finite: Typed) -> None:
    empty_finite.gone("finite")
    empty_finite.all("create collection -c finite -f id:INT64 -f d:DOUBLE -f v:FLOAT_VECTOR:2 -p id")
    Path("d.csv").write_text("id,d,v\n1,1e400,1 2\n")
    Path("d.jsonl").write_text('{"id": 1, "d": 1e400, "v": [1, 2]}\n')
    assert "line 2, column 'd': invalid DOUBLE value '1e400'" in empty_finite("insert file -c finite d.csv").err
    told = "expected a number, got 1e400"
    assert f"line 1, column 'd': {told}" in empty_finite("insert file -c finite d.jsonl").err
    assert empty_finite("""insert row -c finite --row '{"id": 1, "d": 1e400, "v": [1, 2]}'""") == failed(
        f"row 1, field 'd': {told}", code=2
    )


def test_rows_and_queries_that_are_typed_are_checked_too(empty_finite: Typed) -> None:
    said = WHY.format(name="NaN")
    for verb in ("insert", "upsert"):
        for number in ("NaN", '"NaN"'):
            assert empty_finite(f"""{verb} row -c finite --row '{{"id": 1, "v": [0.5, {number}]}}'""") == failed(
                f"row 1, field 'v': {said}", code=2
            )
    numpy.save("q.npy", numpy.array([[0.5, numpy.nan]], "<f4"))
    numpy.save("d.npy", numpy.array([[0.5, numpy.nan]], "<f8"))
    Path("q.json").write_text("[[0.5, NaN]]")
    Path("q.csv").write_text("0.5,nan\n")
    places = dict.fromkeys(("[0.5,NaN]", "@q.npy", "@d.npy"), "query vector 1")
    for source, place in {**places, "@q.json": "q.json, line 1", "@q.csv": "q.csv, line 1"}.items():
        query = failed(f"{place}: {said}", code=2)
        assert empty_finite(f"search finite -v {source}") == query, source
        assert empty_finite(f"search_iterator finite -v {source}") == query, source


@pytest.mark.parametrize(
    ("kind", "number", "why"),
    [
        ("FLOAT16_VECTOR", "1e6", "1000000.0 does not fit in 'v', a FLOAT16_VECTOR"),
        ("FLOAT16_VECTOR", "NaN", WHY.format(name="NaN")),
        ("BFLOAT16_VECTOR", "1e39", "1e+39 does not fit in 'v', a BFLOAT16_VECTOR"),
        ("BFLOAT16_VECTOR", "-Infinity", WHY.format(name="-Infinity")),
        ("INT8_VECTOR", "NaN", "NaN does not fit in 'v', a INT8_VECTOR"),
        ("INT8_VECTOR", "1.5", "1.5 does not fit in 'v', a INT8_VECTOR"),
    ],
)
def test_vectors_of_other_types_are_checked_the_same_way(kind: str, number: str, why: str, tmp_path: Path) -> None:
    schema = declared(Declaration("finite", fields=("id:INT64", f"v:{kind}:2"), primary="id")).schema
    with pytest.raises(InvalidInput) as row:
        encode_rows([{"id": 1, "v": [0, float(number)]}], schema)
    assert row.value.message == f"row 1, field 'v': {why}"
    with pytest.raises(InvalidInput) as query:
        pack_queries(numbered([[0, float(number)]]), schema.fields[1])
    assert query.value.message == f"query vector 1: {why}"
    path = str(tmp_path / "f.parquet")
    numbers = pyarrow.array([[0, float(number)], [0, 1]], pyarrow.list_(pyarrow.float32()))
    pyarrow.parquet.write_table(pyarrow.table({"id": [1, 2], "v": numbers}), path)
    intake = RowEncoder(WriteTarget("finite", "", schema), {})
    with open_source(InputFile(path, "parquet")) as source:
        (batch,) = intake.batches(read_parquet(source, intake.dense))
    assert (batch.rows, [(each.line, each.field) for each in batch.bad]) == (1, [(1, "v")])


@on_lite
def test_sparse_vectors_have_finite_values_and_indexes_that_milvus_takes(empty_finite: Typed) -> None:
    empty_finite.gone("finite")
    empty_finite.all("create collection -c finite -f id:INT64 -f v:SPARSE_FLOAT_VECTOR -p id")
    form = 'a sparse vector is {"index": value, …}, each index once, from 0 to 2³²-2'
    for vector, why in (
        ('{"1": NaN}', "invalid sparse vector: expected finite values"),
        (
            '{"1": 1e39}',
            "invalid sparse vector: expected a number in the range of a 32-bit float at index 1, got 1e+39",
        ),
        ('{"4294967295": 1}', form),
        ('{"4294967296": 1}', form),
        ('{"-1": 1}', form),
        ("[[1, 0.5], [1, 0.5]]", form),
        (
            '{"indices": [1, 2], "values": [0.5]}',
            "invalid sparse vector: expected as many values as indices, got 1 for 2",
        ),
        ("[[1.5, 0.5]]", form),
    ):
        row = json.dumps({"id": 1}).replace("}", f', "v": {vector}}}')
        assert empty_finite(f"insert row -c finite --row '{row}'") == failed(f"row 1, field 'v': {why}", code=2), vector
    for vector in ("[[1, 0.5], [4294967294, 0.25]]", '{"indices": [4294967294, 1], "values": [0.25, 0.5]}'):
        empty_finite.all(f"""upsert row -c finite --row '{{"id": 1, "v": {vector}}}'""")


def test_the_scan_of_packed_numbers_finds_the_same_as_python() -> None:
    source = random.Random(1)
    numbers = [0.0, -0.0, 1.0, 3.4e38, -3.4e38, 1.7e38, 1e-45, *(source.uniform(-9, 9) for _ in range(999))]
    largest = {"f": 3.5e38, "": 3e38, "e": 65504.0}
    for code, pack in (
        ("f", lambda value: struct.pack("<f", value)),
        ("", bfloat16),
        ("e", lambda value: struct.pack("<e", value)),
    ):
        source.shuffle(numbers)
        good = [value for value in numbers if abs(value) < largest[code]]
        raw = b"".join(map(pack, good))
        assert first_not_finite(raw, code) is None
        for bad in (float("nan"), float("inf"), float("-inf")):
            size = len(pack(bad))
            broken = raw[: 7 * size] + pack(bad) + raw[7 * size :]
            found = first_not_finite(memoryview(broken), code)
            assert found is not None
            assert (found[0], repr(found[1])) == (7, repr(bad))


def test_numbers_of_text_are_those_that_other_programs_write(empty_finite: Typed) -> None:
    empty_finite.gone("finite")
    empty_finite.all(
        "create collection -c finite -f id:INT64 -f v:FLOAT_VECTOR:4 -p id --index v:FLAT:L2",
        "load collection -c finite",
    )
    Path("f.csv").write_text(
        'id,v\n1.0,"[ 1.0e-01  2.0e-01\n -3.0e-01  4.0e-01]"\n2,[0.1 0.2 ... 0.4]\n10.5,0 0 0 0\n'
        "9007199254740993.0,0 0 0 0\n3e0,[1. 2. 3. 4.]\n"
    )
    run = empty_finite("insert file -c finite f.csv")
    assert run.err.splitlines()[:3] == [
        "f.csv, line 4, column 'v': invalid FLOAT_VECTOR value '[0.1 0.2 ... 0.4]': NumPy cut its text short ('...')",
        "f.csv, line 5, column 'id': invalid INT64 value '10.5'",
        "f.csv, line 6, column 'id': invalid INT64 value '9007199254740993.0'",
    ]
    assert empty_finite("query -c finite -o jsonl").out.splitlines() == [
        '{"id": 1, "v": [0.1, 0.2, -0.3, 0.4]}',
        '{"id": 3, "v": [1.0, 2.0, 3.0, 4.0]}',
    ]
