"""Arrow files and streams go in from everywhere, and an export to Arrow reads back as it was."""

import io
import struct
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.feather
import pyarrow.parquet
import pytest

from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.typed import Typed, failed

SCHEMA = pyarrow.schema([("id", pyarrow.int64()), ("t", pyarrow.string()), ("v", pyarrow.list_(pyarrow.float32()))])
END = b"\xff\xff\xff\xff\0\0\0\0"


def table(*ids: int) -> Any:
    rows = [{"id": each, "t": f"ü{each}", "v": [each / 8, 0.1]} for each in ids]
    return pyarrow.Table.from_pylist(rows, SCHEMA)


def arrow_file(*ids: int, compression: str | None = None) -> bytes:
    file = io.BytesIO()
    with pyarrow.ipc.new_file(file, SCHEMA, options=pyarrow.ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_table(table(*ids), max_chunksize=2)
    return file.getvalue()


def arrow_stream(*ids: int) -> bytes:
    file = io.BytesIO()
    with pyarrow.ipc.new_stream(file, SCHEMA) as writer:
        writer.write_table(table(*ids), max_chunksize=2)
    return file.getvalue()


@pytest.fixture
def loaded(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    monkeypatch.chdir(tmp_path)
    return with_collection(typed)


@pytest.fixture
def loaded_on_lite(cli: Cli, lite: LiteServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    monkeypatch.chdir(tmp_path)
    return with_collection(Typed(cli, lite))


def with_collection(typed: Typed) -> Typed:
    typed.gone("ar")
    typed.all(
        "create collection -c ar -f id:INT64 -f t:VARCHAR:9 -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2",
        "load collection -c ar",
    )
    return typed


def inserted(rows: int, before: int = 0) -> Run:
    return Run(0, f"Inserted {rows} of {rows} rows into 'ar', which had {before} and has {before + rows}.\n", "")


def rows_of(*ids: int) -> list[dict[str, Any]]:
    return [{"id": each, "t": f"ü{each}", "v": [each / 8, 0.1]} for each in ids]


@pytest.mark.parametrize("name", ["x.arrow", "x.feather", "x.ipc", "x.arrows"])
@pytest.mark.parametrize("form", [arrow_file, arrow_stream])
def test_the_content_tells_a_file_from_a_stream(loaded: Typed, name: str, form: Any) -> None:
    Path(name).write_bytes(form(1, 2, 3, 4, 5))
    assert loaded(f"insert file -c ar {name}") == inserted(5)
    assert loaded.json("query -c ar") == rows_of(1, 2, 3, 4, 5)


@pytest.mark.parametrize("compression", ["lz4", "zstd"])
def test_feather_files_of_pandas_are_compressed_inside(loaded: Typed, compression: Any) -> None:
    pyarrow.feather.write_feather(table(1, 2, 3), "x.feather", compression=compression)
    assert loaded("upsert file -c ar x.feather").code == 0
    assert loaded.json("query -c ar") == rows_of(1, 2, 3)


def test_exported_rows_go_back_in_as_they_were(loaded: Typed) -> None:
    Path("x.arrow").write_bytes(arrow_file(1, 2, 3))
    assert loaded("insert file -c ar x.arrow") == inserted(3)
    assert loaded("export ar out.arrow") == Run(0, "Exported 3 rows of 'ar' to out.arrow.\n", "")
    assert loaded("export ar out --format arrow") == Run(0, "Exported 3 rows of 'ar' to out.\n", "")
    for name in ("out.arrow", "out"):
        with pyarrow.ipc.open_file(name) as file:
            assert file.read_all().equals(table(1, 2, 3)), name

    with_collection(loaded)
    assert loaded("insert file -c ar out.arrow") == inserted(3)
    assert loaded.json("query -c ar") == rows_of(1, 2, 3)


def test_streams_one_after_another_are_read_to_the_end(loaded_on_lite: Typed) -> None:
    Path("x.arrows").write_bytes(arrow_stream(1, 2) + arrow_stream(3))
    assert loaded_on_lite("insert file -c ar x.arrows") == inserted(3)
    other = io.BytesIO()
    with pyarrow.ipc.new_stream(other, pyarrow.schema([("n", pyarrow.int8())])):
        pass
    Path("other.arrows").write_bytes(arrow_stream(4) + other.getvalue())
    run = loaded_on_lite("insert file -c ar other.arrows")
    assert run.code == 1
    begin = len(arrow_stream(4))
    assert f"other.arrows: a second stream begins at byte {begin}, and has other columns" in run.err


def test_a_stream_without_an_end_mark_is_noted(loaded_on_lite: Typed) -> None:
    Path("x.arrows").write_bytes(arrow_stream(1, 2, 3).removesuffix(END))
    run = loaded_on_lite("insert file -c ar x.arrows")
    assert run == Run(0, inserted(3).out, "note: x.arrows has no end marker: it may be truncated\n")


def test_files_that_are_not_arrow_are_refused(loaded_on_lite: Typed) -> None:
    Path("old.feather").write_bytes(b"FEA1....FEA1")
    Path("empty.arrow").write_bytes(b"")
    for name, text in (("text.arrow", b"id,v\n1,2\n"), ("cut.arrow", arrow_file(1, 2)[:-30])):
        Path(name).write_bytes(text)
        run = loaded_on_lite(f"insert file -c ar {name}")
        assert (run.code, run.out) == (1, "")
        assert f"{name} is not an Arrow file, or broken: " in run.err

    assert loaded_on_lite("insert file -c ar old.feather") == failed(
        "old.feather is Feather V1, which is obsolete", "convert it to Parquet or Feather V2"
    )
    assert loaded_on_lite("insert file -c ar empty.arrow") == failed("empty.arrow is empty")
    assert loaded_on_lite.json("query -c ar") == []


def written(name: str, **columns: Any) -> bytes:
    """Writes an Arrow file, and returns its content."""
    found = pyarrow.table(columns)
    with pyarrow.ipc.new_file(name, found.schema) as writer:
        writer.write_table(found)
    return Path(name).read_bytes()


def test_a_type_that_pyarrow_lacks_is_told_from_a_broken_file(loaded_on_lite: Typed) -> None:
    # The schema holds the number of bits.
    Path("wide.arrow").write_bytes(written("x.arrow", id=[1]).replace(struct.pack("<i", 64), struct.pack("<i", 128)))
    run = loaded_on_lite("show file wide.arrow")
    assert (run.code, run.err.partition(": ")[2].partition(": ")[0]) == (
        1,
        "wide.arrow has a type that pyarrow can't read",
    )
    assert run.err.endswith("hint: write the file without columns of that type\n")


def test_a_column_that_cannot_be_converted_is_named(loaded_on_lite: Typed) -> None:
    one = pyarrow.array([1])
    twice = pyarrow.StructArray.from_arrays([one, one], fields=[pyarrow.field("a", one.type)] * 2)
    written("x.arrow", id=one, s=twice)
    assert loaded_on_lite("show file x.arrow") == failed("x.arrow, column 's': a struct has two members 'a'")


def test_a_date_with_a_time_does_not_make_the_file_unreadable(loaded_on_lite: Typed) -> None:
    written("x.arrow", id=[1], d=pyarrow.array([86_400_001], pyarrow.int64()).view(pyarrow.date64()))
    assert loaded_on_lite.json("show file x.arrow")["first_rows"] == [{"id": 1, "d": "1970-01-02T00:00:00.001"}]


def test_a_broken_file_neither_crashes_nor_sends_what_lies_beside_its_values(loaded_on_lite: Typed) -> None:
    # The texts of two rows begin at 0 and 3, and end at 6.
    whole, offsets, broken = arrow_file(1, 2), struct.pack("<3i", 0, 3, 6), struct.pack("<3i", 0, 2**31 - 1, 6)
    assert whole.count(offsets) == 1
    Path("x.arrow").write_bytes(whole.replace(offsets, broken))
    run = loaded_on_lite("insert file -c ar x.arrow")
    assert run.code == 1
    assert "x.arrow is not an Arrow file, or broken: " in run.err


def test_an_export_to_a_stream_has_no_format(loaded_on_lite: Typed) -> None:
    assert loaded_on_lite("export ar x.arrows") == failed(
        "unknown file format: 'x.arrows'", "give --format; did you mean arrow?", code=2
    )
