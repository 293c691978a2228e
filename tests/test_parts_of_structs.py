"""Fields of struct arrays by their full names: in exports as in queries, and refused where rows are written."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Run
from tests.support.grpc_peer import GrpcPeer, replies
from tests.support.official import milvus_pb2, schema_pb2
from tests.support.recorder import run_here
from tests.support.typed import failed
from tests.test_search_extras import NAME, VERSION, shop

ROWS = [
    {"id": 1, "chunks[txt]": ["a", "b"], "chunks[emb]": [[1.0, 0.5], [0.0, 2.0]]},
    {"id": 2, "chunks[txt]": [], "chunks[emb]": []},
]
FIELDS = ["--fields", "id,chunks[txt],chunks[emb]"]
ROW = {"id": 1, "body": "a", "note": "n", "price": 1.5, "info": {}, "v": [1, 2], "chunks": []}
ALONE = "'chunks[txt]': a part of 'chunks' can't be given alone"


def columns() -> list[schema_pb2.FieldData]:
    keys = schema_pb2.FieldData(type=schema_pb2.Int64, field_name="id")
    keys.scalars.long_data.data.extend([1, 2])
    chunks = schema_pb2.FieldData(type=schema_pb2.ArrayOfStruct, field_name="chunks")
    inner = chunks.struct_arrays.fields.add(type=schema_pb2.Array, field_name="chunks[txt]")
    inner.scalars.array_data.element_type = schema_pb2.VarChar
    inner.scalars.array_data.data.add().string_data.data.extend(["a", "b"])
    inner.scalars.array_data.data.add()
    lists = chunks.struct_arrays.fields.add(type=schema_pb2.ArrayOfVector, field_name="chunks[emb]").vectors
    lists.dim = lists.vector_array.dim = 2
    lists.vector_array.data.add(dim=2).float_vector.data.extend([1.0, 0.5, 0.0, 2.0])
    lists.vector_array.data.add(dim=2).float_vector.SetInParent()
    return [keys, chunks]


def queried(request: Any, context: object) -> Any:
    if list(request.output_fields) == ["count(*)"]:
        count = schema_pb2.FieldData(type=schema_pb2.Int64, field_name="count(*)")
        count.scalars.long_data.data.append(2)
        return milvus_pb2.QueryResults(fields_data=[count])
    return milvus_pb2.QueryResults(fields_data=[] if "id >" in request.expr else columns())


@pytest.fixture(scope="module")
def dynamic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GrpcPeer]:
    """A peer that says it is Milvus 3.0, with a collection of a struct array and a dynamic field."""
    schema = shop()
    schema.enable_dynamic_field = True
    described = milvus_pb2.DescribeCollectionResponse(schema=schema, collection_name=NAME, collectionID=1)
    handlers = {
        "GetVersion": replies(VERSION),
        "DescribeCollection": replies(described),
        "AllocTimestamp": replies(milvus_pb2.AllocTimestampResponse(timestamp=7)),
        "Query": queried,
        "Insert": replies(milvus_pb2.MutationResult(insert_cnt=1)),
        "Upsert": replies(milvus_pb2.MutationResult(upsert_cnt=1)),
    }
    with GrpcPeer(handlers) as peer:
        yield peer


@pytest.fixture
def typed(dynamic: GrpcPeer, tmp_path: Path) -> Any:
    dynamic.calls.clear()

    def run(*argv: str) -> Run:
        return run_here(argv, tmp_path, dynamic.uri)

    return run


@pytest.mark.parametrize("form", ["jsonl", "json"])
def test_exports_have_the_values_of_queries(typed: Any, tmp_path: Path, form: str) -> None:
    file = tmp_path / f"parts.{form}"
    run = typed("export", "collection", "-c", NAME, str(file), *FIELDS)
    assert run.code == 0, run
    text = file.read_text()
    assert (json.loads(text) if form == "json" else [*map(json.loads, text.splitlines())]) == ROWS
    assert json.loads(typed("query", NAME, *FIELDS, "-l", "2", "-o", "json").out) == ROWS


@pytest.mark.parametrize(("form", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_cells_of_exports_are_lists(typed: Any, tmp_path: Path, form: str, delimiter: str) -> None:
    file = tmp_path / f"parts.{form}"
    assert typed("export", "collection", "-c", NAME, str(file), *FIELDS).code == 0
    with open(file, newline="") as source:
        found = [*csv.DictReader(source, delimiter=delimiter)]
    assert [{name: json.loads(cell) for name, cell in row.items()} for row in found] == ROWS


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_columns_of_exports_are_lists(typed: Any, tmp_path: Path, form: str) -> None:
    from pyarrow import feather, parquet

    file = tmp_path / f"parts.{form}"
    assert typed("export", "collection", "-c", NAME, str(file), *FIELDS).code == 0
    table = parquet.read_table(file) if form == "parquet" else feather.read_table(file)
    assert table.to_pylist() == ROWS


@pytest.mark.parametrize("words", [["insert", "row"], ["upsert", "row"], ["upsert", "row", "--partial"]])
def test_a_row_with_a_part_is_refused(typed: Any, dynamic: GrpcPeer, words: list[str]) -> None:
    run = typed(*words, "-c", NAME, "--row", json.dumps({**ROW, "chunks[txt]": ["a"]}))
    assert run == failed(f"row 1: {ALONE}", "give 'chunks'", code=2)
    assert not {"Insert", "Upsert"} & {*dynamic.methods}
    hidden = typed(*words, "-c", NAME, "--row", json.dumps({**ROW, "$meta": {"chunks[txt]": ["a"]}}))
    assert "key 'chunks[txt]' is the name of a field" in hidden.err


@pytest.mark.parametrize("words", [["insert", "file"], ["upsert", "file"], ["upsert", "file", "--partial"]])
def test_files_with_a_part_are_refused(typed: Any, dynamic: GrpcPeer, tmp_path: Path, words: list[str]) -> None:
    cells, lines = tmp_path / "rows.csv", tmp_path / "rows.jsonl"
    cells.write_text('id,body,note,price,info,v,chunks,chunks[txt]\n1,a,n,1.5,{},"[1,2]",[],"[""a""]"\n')
    lines.write_text(json.dumps({**ROW, "chunks[txt]": ["a"]}) + "\n")
    run = typed(*words, "-c", NAME, str(cells))
    assert run == failed(f"{cells}: {ALONE}", "leave the column out: --map 'chunks[txt]='", code=2)
    run = typed(*words, "-c", NAME, str(lines), "--strict")
    assert (run.code != 0, ALONE in run.err) == (True, True), run
    assert not {"Insert", "Upsert"} & {*dynamic.methods}
