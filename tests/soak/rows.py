"""The rows of a soak: each value follows from key and version, so that every row that is read back can be checked."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.support.official import grpc, milvus_pb2
from tests.support.process import ServerProcess

DIM = 8
FIELDS = ("id", "version", "title", "vector")
CREATE = (
    "create",
    "collection",
    "-f",
    "id:INT64",
    "-f",
    "version:INT32",
    "-f",
    "title:VARCHAR:64",
    "-f",
    f"vector:FLOAT_VECTOR:{DIM}",
    "-p",
    "id",
)
PAGE = 15_000
"""Keys of one query: fewer rows than a server's limit, so that duplicates come too where it shows them."""
PATIENCE = 120.0
"""Seconds that a server may need after its restart before it answers queries."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Page:
    """Rows as columns."""

    ids: Ints
    versions: Ints
    titles: Sequence[str]
    vectors: Floats


def made(ids: Ints, version: int) -> Page:
    """The rows that these keys have in a version."""
    numbers = (ids[:, None] * 31 + version * 17 + np.arange(DIM) * 7) % 4096
    return Page(
        ids, np.full(len(ids), version), [f"t{key}.{version}" for key in ids.tolist()], (numbers / 8).astype(np.float32)
    )


def write_rows(path: Path, ids: Ints, version: int) -> None:
    """As csv, jsonl or parquet, by the extension."""
    rows = made(ids, version)
    if path.suffix == ".parquet":
        return _write_parquet(path, rows)
    with path.open("w") as file:
        if path.suffix == ".csv":
            file.write("id,version,title,vector\n")
            form = '{},{},{},"{}"\n'
        else:
            form = '{{"id": {}, "version": {}, "title": "{}", "vector": {}}}\n'
        columns = zip(ids.tolist(), rows.versions.tolist(), rows.titles, rows.vectors.tolist(), strict=True)
        file.writelines(form.format(*row) for row in columns)


def _write_parquet(path: Path, rows: Page) -> None:
    import pyarrow
    from pyarrow import parquet

    vectors = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(rows.vectors.ravel()), DIM)
    columns = [pyarrow.array(rows.ids), pyarrow.array(rows.versions.astype(np.int32)), pyarrow.array(rows.titles)]
    parquet.write_table(pyarrow.table([*columns, vectors], FIELDS), path, row_group_size=20_000)


def stored_problems(server: ServerProcess, collection: str, count: int, version: int, *, older: bool) -> list[str]:
    """What is wrong with the keys 0 to `count`, each of which is to be there once in this version.

    `older` rows may stand beside them: an insert of keys that exist keeps those on Milvus 2.3.
    """
    only = f"version == {version}" if older else ""
    whole = stored_count(server, collection, only)
    found = [f"{whole:,} rows instead of {count:,}"] if whole != count else []
    pages = list(_pages(server, collection, count, only))
    return found + page_problems(pages, count, version)


def page_problems(pages: Sequence[Page], count: int, version: int) -> list[str]:
    """The keys that are missing, twice or beyond; the rows whose values are not those of key and version."""
    ids = np.concatenate([page.ids for page in pages]) if pages else np.zeros(0, np.int64)
    present, times = np.unique(ids, return_counts=True)
    missing = np.setdiff1d(np.arange(count), present)
    wrong = [key for page in pages for key in _wrong(page, version)]
    return [
        f"{len(keys):,} keys {what}, the first {sorted(keys)[0]}"
        for what, keys in (
            ("missing", missing.tolist()),
            ("twice", present[times > 1].tolist()),
            ("that nobody sent", present[present >= count].tolist()),
            ("with old or wrong values", wrong),
        )
        if keys
    ]


def _wrong(page: Page, version: int) -> list[int]:
    expected = made(page.ids, version)
    titles = np.array([one == other for one, other in zip(page.titles, expected.titles, strict=True)], dtype=bool)
    right = (page.versions == version) & titles & (page.vectors == expected.vectors).all(axis=1)
    return [int(key) for key in page.ids[~right]]


def read_exported(path: Path) -> Iterator[Page]:
    """The rows of a file as `export` writes it, csv or jsonl; raises ValueError for a line that is broken."""
    import csv

    rows: list[tuple[Any, ...]]
    with path.open(newline="") as file:
        if path.suffix == ".csv":
            rows = [
                (int(row["id"]), int(row["version"]), row["title"], json.loads(row["vector"]))
                for row in csv.DictReader(file)
            ]
        else:
            rows = [tuple(json.loads(line)[name] for name in FIELDS) for line in file]
    if rows:
        ids, versions, titles, vectors = zip(*rows, strict=True)
        yield Page(np.array(ids), np.array(versions), titles, np.array(vectors, dtype=np.float32))


def _pages(server: ServerProcess, collection: str, count: int, only: str) -> Iterator[Page]:
    # The last page has no end: keys that nobody sent are there.
    for start in range(0, count, PAGE):
        end = f" && id < {start + PAGE}" if start + PAGE < count else ""
        columns = _query(server, collection, f"id >= {start}{end}" + (f" && {only}" if only else ""), FIELDS)
        vectors = np.array(columns["vector"].vectors.float_vector.data, dtype=np.float32).reshape(-1, DIM)
        yield Page(
            np.array(columns["id"].scalars.long_data.data, dtype=np.int64),
            np.array(columns["version"].scalars.int_data.data, dtype=np.int64),
            list(columns["title"].scalars.string_data.data),
            vectors,
        )


def stored_count(server: ServerProcess, collection: str, only: str) -> int:
    """By the server, of rows for which ONLY holds."""
    (column,) = _query(server, collection, only, ["count(*)"]).values()
    return int(column.scalars.long_data.data[0])


def _query(server: ServerProcess, collection: str, expression: str, fields: Sequence[str]) -> Mapping[str, Any]:
    """The columns of an answer by their names; tries for a while, as a server that has just started can't answer."""
    request = milvus_pb2.QueryRequest(collection_name=collection, expr=expression, output_fields=fields)
    until = time.monotonic() + PATIENCE
    while True:
        with server.stub() as stub:
            try:
                answer = stub.Query(request, timeout=60)
                if answer.status.code == answer.status.error_code == 0:
                    return {column.field_name: column for column in answer.fields_data}
                said = answer.status.reason
                # Milvus Lite comes back with nothing loaded.
                stub.LoadCollection(milvus_pb2.LoadCollectionRequest(collection_name=collection), timeout=60)
            except grpc.RpcError as exc:
                said = str(exc)
        if time.monotonic() > until:
            raise TimeoutError(f"no answer to a query within {PATIENCE:g} s: {said[:300]}")
        time.sleep(0.5)
