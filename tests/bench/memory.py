"""The most memory that inserting and exporting take: whole processes, thin rows and fat ones, files of any size."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.bench.endless import NAME, Endless, Shape
from tests.bench.insert import MEMORY_MB
from tests.bench.install import clean_variables
from tests.bench.report import Row
from tests.bench.timing import peak_memory
from tests.support.cli import COMMAND, ROOT

FORMATS = ("csv", "jsonl", "json", "parquet", "arrow")


def measure_memory(work: Path, rows: int) -> list[Row]:
    """So many rows of 128 dimensions, and other shapes of about as many bytes."""
    return list(measured(work, rows))


def measured(work: Path, rows: int) -> Iterator[Row]:
    """Fat rows are a twentieth as many; a row of one text has few bytes in a Parquet file, and many when it is read."""
    shapes = {
        f"{rows:,}×128": Shape(rows, 128, 0),
        f"{rows // 20:,}×1536 + 8 KB": Shape(rows // 20, 1536, 8_000),
    }
    (work / "home").mkdir()
    variables = {**clean_variables(work / "home"), "PYTHONPATH": str(ROOT)}
    for name, shape in shapes.items():
        with Endless(shape) as uri:
            env = {**variables, "MILVUS_URI": uri}
            for kind in (*FORMATS, "npy"):
                files = write_files(shape, kind, work)
                yield _row(f"insert {kind}, {name}", insert_argv(files), env)
                for file in files:
                    file.unlink()
            for kind in FORMATS:
                file = work / f"out.{kind}"
                argv: list[str | Path] = [*COMMAND, "export", "-c", NAME, file]
                yield _row(f"export {kind}, {name}", argv, env)
                file.unlink()
    same = Shape(rows // 20, 8, 8_000)
    with Endless(same) as uri:
        files = write_parquet(same, work / "same.parquet", ["same ".ljust(same.length, "x")] * same.block)
        env = {**variables, "MILVUS_URI": uri}
        yield _row(f"insert parquet, {rows // 20:,} times one text of 8 KB", insert_argv(files), env)


def insert_argv(files: Sequence[Path]) -> list[str | Path]:
    return [*COMMAND, "insert", "file", "-c", NAME, *files]


def _row(what: str, argv: Sequence[str | Path], env: dict[str, str]) -> Row:
    most = peak_memory(argv, env)
    return Row(what, most, most, unit="MB", budget=MEMORY_MB)


def write_files(shape: Shape, kind: str, work: Path) -> list[Path]:
    """A file, or those that are the columns of a table."""
    if kind == "parquet":
        return write_parquet(shape, work / "in.parquet", shape.texts())
    if kind == "arrow":
        return write_arrow(shape, work / "in.arrow")
    return write_npy(shape, work) if kind == "npy" else [write_text(shape, kind, work / f"in.{kind}")]


def write_text(shape: Shape, kind: str, path: Path) -> Path:
    texts, numbers = shape.texts(), [json.dumps(each) for each in shape.vectors().astype(float).round(7).tolist()]
    form = '%d,%s,"%s"\n' if kind == "csv" else '{"id": %d, "title": "%s", "vector": %s}'
    with path.open("w", encoding="utf-8") as file:
        file.write({"csv": "id,title,vector\n", "json": "["}.get(kind, ""))
        for row in range(shape.rows):
            if kind == "json" and row:
                file.write(",")
            file.write(form % (row, texts[row % shape.block], numbers[row % shape.block]))
            if kind == "jsonl":
                file.write("\n")
        file.write("]" if kind == "json" else "")
    return path


def write_parquet(shape: Shape, path: Path, texts: list[str]) -> list[Path]:
    """One row group, as pandas writes them."""
    import pyarrow.parquet

    pyarrow.parquet.write_table(table_of(shape, texts), path, row_group_size=shape.rows)
    return [path]


def write_arrow(shape: Shape, path: Path) -> list[Path]:
    """One record batch."""
    import pyarrow

    table = table_of(shape, shape.texts()).combine_chunks()
    with pyarrow.ipc.new_file(path, table.schema) as file:
        file.write_table(table)
    return [path]


def table_of(shape: Shape, texts: list[str]) -> Any:
    import pyarrow

    lists = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(shape.vectors().ravel()), shape.dim)
    block = pyarrow.table({"title": pyarrow.array(texts), "vector": lists.cast(pyarrow.list_(pyarrow.float32()))})
    whole = pyarrow.concat_tables([block] * (shape.rows // shape.block + 1)).slice(0, shape.rows)
    return whole.append_column("id", pyarrow.array(range(shape.rows)))


def write_npy(shape: Shape, work: Path) -> list[Path]:
    import numpy

    columns: dict[str, Any] = {"title": numpy.array(shape.texts()), "vector": shape.vectors()}
    paths = [work / f"{name}.npy" for name in columns]
    for path, block in zip(paths, columns.values(), strict=True):
        made = numpy.lib.format.open_memmap(path, "w+", block.dtype, (shape.rows, *block.shape[1:]))
        for start in range(0, shape.rows, shape.block):
            made[start : start + shape.block] = block[: shape.rows - start]
    numpy.save(work / "id.npy", numpy.arange(shape.rows))
    return [work / "id.npy", *paths]
