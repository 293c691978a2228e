"""Arrow arrays equal those of pyarrow, and Parquet and Arrow files of any content are read in pieces."""

import io
import os
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from milvus_cli.errors import CliError
from milvus_cli.files.arrow_values import arrow_array
from milvus_cli.files.columnar import read_arrow, read_parquet
from milvus_cli.files.record_batches import COLUMN_CHUNK
from milvus_cli.files.row_stream import Chunk
from milvus_cli.files.sources import InputFile, open_source

VALUES: dict[str, tuple[Any, list[Any]]] = {
    "numbers": (pyarrow.int64(), [1, None, -(2**63), 2**63 - 1, 0]),
    "small numbers": (pyarrow.int8(), [-128, 127]),
    "floats": (pyarrow.float32(), [0.1, None, -0.0, float("inf")]),
    "doubles": (pyarrow.float64(), [0.1, 5e-324]),
    "truths": (pyarrow.bool_(), [True, False, None, True, True, True, True, True, False, True]),
    "texts": (pyarrow.string(), ["", None, "é漢🦅", "\0"]),
    "lists of numbers": (pyarrow.list_(pyarrow.int32()), [[1, 2], [], None, [3]]),
    "lists of texts": (pyarrow.list_(pyarrow.string()), [["a", ""], None, []]),
    "lists of truths": (pyarrow.list_(pyarrow.bool_()), [[True, False], [True]]),
    "lists of objects": (
        pyarrow.list_(pyarrow.struct([("a", pyarrow.int8()), ("v", pyarrow.list_(pyarrow.float32()))])),
        [[{"a": 1, "v": [0.5]}, {"a": None, "v": []}], [], None, [{"a": 2, "v": None}]],
    ),
    "nothing": (pyarrow.list_(pyarrow.float32()), []),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_become_the_array_that_pyarrow_makes(name: str) -> None:
    kind, values = VALUES[name]
    found = arrow_array(values, kind)
    found.validate(full=True)
    expected = pyarrow.array(values, kind)
    assert found.equals(expected)
    # == would not tell 0.0 from -0.0.
    assert repr(found.to_pylist()) == repr(expected.to_pylist())


LONG = "long " * 1_000
REPEATED = 3_000
"""Rows of a long text, which a Parquet file has once: 25 KB there, 15 MB when it is read."""

COLUMNS: dict[str, Any] = {
    "text": pyarrow.array([LONG] * REPEATED),
    "large text": pyarrow.array([LONG] * REPEATED, pyarrow.large_string()),
    "categories": pyarrow.array([LONG] * REPEATED).dictionary_encode(),
    "lists of texts": pyarrow.array([[LONG, None], [], None] * (REPEATED // 3)),
    "lists of lists": pyarrow.array([[[0] * 625]] * 1_000),
    "numbers": pyarrow.array(range(300_000)),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_single_row_group_is_read_in_pieces_that_are_small_in_memory(name: str, tmp_path: Path) -> None:
    table = pyarrow.table({"x": COLUMNS[name]})
    path = tmp_path / "x.parquet"
    pyarrow.parquet.write_table(table, path, row_group_size=len(table))
    assert pyarrow.parquet.ParquetFile(path).num_row_groups == 1
    require_small_pieces(path, table)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_single_record_batch_is_read_in_pieces_that_are_small_in_memory(name: str, tmp_path: Path) -> None:
    table = pyarrow.table({"x": COLUMNS[name]})
    for path, new in ((tmp_path / "x.arrow", pyarrow.ipc.new_file), (tmp_path / "x.arrows", pyarrow.ipc.new_stream)):
        with new(path, table.schema) as writer:
            writer.write_table(table)
        require_small_pieces(path, table)


@pytest.mark.parametrize("new", [pyarrow.ipc.new_file, pyarrow.ipc.new_stream])
def test_a_file_that_becomes_shorter_is_an_error(new: Any, tmp_path: Path) -> None:
    """Reading behind the end of a mapped file would end the process."""
    path, table = tmp_path / "x.arrow", pyarrow.table({"x": COLUMNS["numbers"]})
    with new(path, table.schema) as writer:
        writer.write_table(table)
    with open_source(InputFile(str(path), "arrow"), io.BytesIO()) as source:
        chunks = read_arrow(source, {}).chunks
        next(chunks)
        os.truncate(path, 100)
        with pytest.raises(CliError, match=r"x\.arrow changed while it was read"):
            next(chunks)


def require_small_pieces(path: Path, table: Any) -> None:
    read = read_parquet if path.suffix == ".parquet" else read_arrow
    before, most, rows, lines = pyarrow.system_memory_pool().bytes_allocated(), 0, list[Any](), list[int]()
    with open_source(InputFile(str(path), path.suffix[1:]), io.BytesIO()) as source:
        for chunk in read(source, {}).chunks:
            most = max(most, pyarrow.total_allocated_bytes() - before)
            rows += column_of(chunk)
            lines += chunk.lines
    assert most < 8 * COLUMN_CHUNK
    assert lines == list(range(1, len(table) + 1))
    assert rows == table["x"].to_pylist()


def column_of(chunk: Chunk) -> list[Any]:
    (values,) = chunk.columns.values()
    assert len(repr(values)) < 8 * COLUMN_CHUNK
    return list(values)
