"""Query vectors from JSON, files and standard input."""

import json
import struct
from pathlib import Path

import numpy
import pytest

from milvus_cli.client.wire.schema_pb2 import FieldSchema
from milvus_cli.errors import CliError
from milvus_cli.schema.schema import type_number
from milvus_cli.search.queries import read_queries, text_queries

ROWS = [[1.5, -2.0, 0.25, 3.0], [0.5, 0.125, 2.0, -1.0]]
FLOATS = [struct.pack("<4f", *row) for row in ROWS]


def field(kind: str = "FLOAT_VECTOR", dim: int | None = 4) -> FieldSchema:
    found = FieldSchema(name="v", data_type=type_number(kind))
    if dim is not None:
        found.type_params.add(key="dim", value=str(dim))
    return found


def read(source: str, where: FieldSchema | None = None, standard_input: bytes = b"") -> list[bytes]:
    return list(read_queries([source], where or field(), lambda: standard_input).values)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("q.json", json.dumps(ROWS)),
        ("q.jsonl", "\n".join(map(json.dumps, ROWS))),
        ("q.jsonl", "\n\n".join(json.dumps({"id": 3, "v": row}) for row in ROWS) + "\n"),
        ("q.json", json.dumps([{"v": row} for row in ROWS], indent=2)),
        ("q.csv", "\n".join(",".join(map(str, row)) for row in ROWS)),
        ("q.csv", "id,v\n" + "\n".join(f'{number},"{row}"' for number, row in enumerate(ROWS))),
        ("q.txt", "\n".join(",".join(map(str, row)) for row in ROWS)),
        ("q.json", "\ufeff" + json.dumps(ROWS)),
    ],
)
def test_vectors_come_from_files_and_from_standard_input(tmp_path: Path, name: str, content: str) -> None:
    file = tmp_path / name
    file.write_text(content)
    assert read(f"@{file}") == FLOATS
    assert read("-", standard_input=content.encode()) == FLOATS


def test_several_sources_are_read_one_after_the_other(tmp_path: Path) -> None:
    file = tmp_path / "q.json"
    file.write_text(json.dumps(ROWS[1]))
    found = read_queries([json.dumps(ROWS[0]), f"@{file}"], field(), bytes)
    assert (found.kind, list(found.values)) == (type_number("FLOAT_VECTOR"), FLOATS)


@pytest.mark.parametrize(
    ("kind", "dim", "dtype"),
    [("FLOAT_VECTOR", 4, "<f4"), ("FLOAT16_VECTOR", 4, "<f2"), ("INT8_VECTOR", 4, "|i1"), ("BINARY_VECTOR", 32, "|u1")],
)
def test_an_array_of_the_fields_own_type_goes_byte_for_byte(tmp_path: Path, kind: str, dim: int, dtype: str) -> None:
    array = numpy.arange(12, dtype=dtype).reshape(3, 4)
    file = tmp_path / "q.npy"
    numpy.save(file, array)
    assert read(f"@{file}", field(kind, dim)) == [row.tobytes() for row in array]
    assert read("-", field(kind, dim), file.read_bytes()) == [row.tobytes() for row in array]
    numpy.save(file, array[1])
    assert read(f"@{file}", field(kind, dim)) == [array[1].tobytes()]


def test_an_array_of_another_type_is_converted(tmp_path: Path) -> None:
    file = tmp_path / "q.npy"
    for dtype in ("<f8", "<f2"):
        numpy.save(file, numpy.array(ROWS, dtype=dtype))
        assert read(f"@{file}") == FLOATS
    numpy.save(file, numpy.array([[1, 2, 3, 4]], dtype="<i8"))
    assert read(f"@{file}") == [struct.pack("<4f", 1, 2, 3, 4)]


def test_sparse_vectors_are_objects(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"3": 0.5, "1": 2}\n{"id": 7, "v": {"9": 1.0}}')
    assert read(f"@{file}", field("SPARSE_FLOAT_VECTOR", None)) == [
        struct.pack("<IfIf", 1, 2, 3, 0.5),
        struct.pack("<If", 9, 1),
    ]


def test_texts_travel_as_they_are() -> None:
    assert text_queries(["größe", ""]).values == ["größe".encode(), b""]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("q.json", "[]", "query vector 1: 'v' takes a list of 4 numbers, not 0 numbers"),
        ("q.json", "[[1,2,3,4],[1,2]]", "query vector 2: 'v' takes a list of 4 numbers, not 2 numbers"),
        (
            "q.json",
            "[[1,2,3,4],[1,2,Infinity,3]]",
            "query vector 2: invalid vector: number 3 is Infinity, expected finite numbers",
        ),
        ("q.jsonl", "[1,2,3,4]\n[1,2", "{file}, line 2 is not JSON: "),
        ("q.jsonl", '{"w": [1,2,3,4]}', "a row has no 'v'"),
        ("q.csv", "a,b,c,d", "line 1: 'a' is no number"),
        ("q.csv", "", "{file} has no vector"),
        ("q.npy", "nothing", "{file} is no NPY file"),
    ],
)
def test_what_can_not_be_meant_is_refused(tmp_path: Path, name: str, content: str, message: str) -> None:
    file = tmp_path / name
    file.write_text(content)
    with pytest.raises(CliError) as failure:
        read(f"@{file}")
    assert failure.value.message.startswith(message.format(file=file))


def test_an_array_of_another_width_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "q.npy"
    numpy.save(file, numpy.zeros((2, 3), dtype="<f4"))
    with pytest.raises(CliError, match="has vectors of 3 numbers, and 'v' takes 4"):
        read(f"@{file}")
    numpy.save(file, numpy.array([[1, 2, 3, 4], [1, 2, numpy.nan, 4]], dtype="<f4"))
    with pytest.raises(CliError, match="query vector 2: invalid vector: number 3 is NaN"):
        read(f"@{file}")
    numpy.save(file, numpy.zeros((0, 4), dtype="<f4"))
    with pytest.raises(CliError, match="has no vector"):
        read(f"@{file}")
    with pytest.raises(CliError, match="can't read"):
        read(f"@{tmp_path}/nothing.npy")
    file.write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(CliError, match="is no text, and no NPY file"):
        read(f"@{file.rename(tmp_path / 'q.json')}")
