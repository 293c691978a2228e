"""NPZ files are tables of their arrays, read block by block, compressed or not."""

import io
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy
import pytest

from milvus_cli.errors import CliError
from milvus_cli.files.npy_tables import read_npz
from milvus_cli.files.row_stream import Dense
from milvus_cli.files.sources import InputFile, open_source
from tests.support.cli import Run
from tests.support.typed import Typed, failed

IDS, TEXTS = numpy.array([1, 2, 3]), numpy.array(["a", "ü漢🦅", ""])
VECTORS = numpy.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], numpy.float32)


def read(path: Path) -> list[dict[str, Any]]:
    rows = []
    with open_source(InputFile(str(path), "npz"), io.BytesIO()) as source:
        table = read_npz(source, {})
        for chunk in table.chunks:
            rows += [dict(zip(chunk.columns, row, strict=True)) for row in zip(*chunk.columns.values(), strict=True)]
        assert not rows or source.position == source.total
    return rows


@pytest.mark.parametrize("save", [numpy.savez, numpy.savez_compressed])
def test_every_array_is_a_column(save: Any, tmp_path: Path) -> None:
    save(tmp_path / "x.npz", id=IDS, t=TEXTS, v=VECTORS.astype(float))
    assert read(tmp_path / "x.npz") == [
        {"id": number, "t": text, "v": vector}
        for number, text, vector in zip(IDS.tolist(), TEXTS.tolist(), VECTORS.astype(float).tolist(), strict=True)
    ]


def test_large_arrays_are_not_held(tmp_path: Path) -> None:
    numpy.savez_compressed(tmp_path / "x.npz", id=numpy.arange(100_000), v=numpy.zeros((100_000, 256), "f4"))
    tracemalloc.start()
    with open_source(InputFile(str(tmp_path / "x.npz"), "npz"), io.BytesIO()) as source:
        rows = sum(len(chunk.lines) for chunk in read_npz(source, {"v": Dense("f4", 1_024)}).chunks)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows == 100_000
    assert peak < 40e6


def refusal(path: Path) -> tuple[str, str]:
    with pytest.raises(CliError) as caught:
        read(path)
    return caught.value.message.replace(f"{path.parent}/", ""), caught.value.hint


def test_files_that_are_no_table_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    numpy.savez(path, id=IDS, v=VECTORS[:2])
    assert refusal(path) == (
        "the arrays of x.npz are not of one length: x.npz, array 'id' has 3 rows, x.npz, array 'v' has 2 rows",
        "",
    )
    numpy.savez(path, id=IDS, t=numpy.array([{}, [], None], dtype=object))
    assert refusal(path) == (
        "x.npz, array 't' holds Python objects",
        "save an array of numbers or of texts (dtype str)",
    )
    numpy.savez(path)
    assert refusal(path) == ("x.npz has no array", "")
    path.write_bytes(b"id,v\n")
    assert refusal(path) == ("x.npz is not an NPZ file, or is broken: File is not a zip file", "")


def test_other_content_of_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello, world")
    assert refusal(path) == ("x.npz, array 'readme.txt' is not an NPY file", "")


def test_an_array_whose_bytes_changed_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    numpy.savez(path, id=IDS, v=VECTORS)
    path.write_bytes(path.read_bytes().replace(VECTORS.tobytes(), VECTORS[::-1].tobytes()))
    assert refusal(path) == ("x.npz is not an NPZ file, or is broken: Bad CRC-32 for file 'v.npy'", "")


def test_rows_of_npz_files_go_in(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    typed.gone("npz")
    typed.all(
        "create collection -c npz -f id:INT64 -f t:VARCHAR:9 -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2",
        "load collection -c npz",
    )
    numpy.savez("1.npz", id=IDS, t=TEXTS, vectors=VECTORS)
    numpy.savez_compressed("2.npz", id=IDS + 3, t=TEXTS, vectors=VECTORS)
    assert typed("insert file -c npz [12].npz --map vectors=v") == Run(
        0, "Inserted 6 of 6 rows into 'npz', which had 0 and has 6.\n", ""
    )
    texts, vectors = TEXTS.tolist() * 2, [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]] * 2
    assert typed.json("query -c npz") == [
        {"id": number, "t": text, "v": vector}
        for number, (text, vector) in enumerate(zip(texts, vectors, strict=True), start=1)
    ]
    numpy.savez("3.npz", id=IDS, t=TEXTS)
    assert typed("insert file -c npz 3.npz") == failed(
        "3.npz has no column for 'v'", "columns: id, t; --map COLUMN=FIELD", code=2
    )
    typed.gone("npz")
