"""Collections whose fields change between two pages of their rows."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from milvus_cli.client.wire.schema_pb2 import CollectionSchema, DataType
from tests.support.cli import Run
from tests.support.grpc_peer import GrpcPeer, refuses, replies
from tests.support.official import common_pb2, milvus_pb2, schema_pb2
from tests.support.recorder import run_here
from tests.support.shelf import Shelf
from tests.support.typed import failed

ROWS = 1_500
CHANGED = "the schema of 'docs' changed while it was read"


class Changing(GrpcPeer):
    """A server on which the field `title` is an INT64, or is gone, after the first page of rows."""

    def __init__(self) -> None:
        super().__init__(
            {
                "GetVersion": replies(milvus_pb2.GetVersionResponse(version="v2.6.5")),
                "DescribeCollection": self._describe,
                "Query": self._query,
                "AllocTimestamp": replies(milvus_pb2.AllocTimestampResponse(timestamp=7)),
                "GetLoadState": replies(milvus_pb2.GetLoadStateResponse(state=common_pb2.LoadStateLoaded)),
                "HasCollection": replies(milvus_pb2.BoolResponse(value=True)),
                "ShowPartitions": replies(milvus_pb2.ShowPartitionsResponse(partition_names=["_default"])),
                "DescribeIndex": replies(milvus_pb2.DescribeIndexResponse()),
            }
        )
        self.begin()

    def begin(self, *, changes: bool = True, drops: bool = False) -> None:
        self.changed, self.changes, self.drops = False, changes, drops

    def _describe(self, request: Any, context: object) -> Any:
        schema = schema_pb2.CollectionSchema(name="docs")
        schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True, fieldID=100)
        is_other = self.changed and self.changes
        if not (is_other and self.drops):
            kind = schema_pb2.Int64 if is_other else schema_pb2.VarChar
            schema.fields.add(name="title", data_type=kind, fieldID=120 if is_other else 101)
        return milvus_pb2.DescribeCollectionResponse(schema=schema, collection_name="docs", collectionID=1)

    def _query(self, request: Any, context: Any) -> Any:
        keys = schema_pb2.FieldData(type=schema_pb2.Int64, field_name="id")
        if list(request.output_fields) == ["count(*)"]:
            keys.field_name = "count(*)"
            keys.scalars.long_data.data.append(ROWS)
            return milvus_pb2.QueryResults(fields_data=[keys])
        first = int(request.expr.partition(">")[2].strip(" ()") or 0)
        self.changed = self.changed or first > 0
        if self.changed and self.drops:
            return refuses(1100, "field title not exist")(request, context)
        found = range(first + 1, min(first + 1_000, ROWS) + 1)
        keys.scalars.long_data.data.extend(found)
        titles = schema_pb2.FieldData(type=schema_pb2.VarChar, field_name="title")
        if self.changed:
            titles.type = schema_pb2.Int64
            titles.scalars.long_data.data.extend(found)
        else:
            titles.scalars.string_data.data.extend(f"t{each}" for each in found)
        return milvus_pb2.QueryResults(fields_data=[keys, titles])


@pytest.fixture(scope="module")
def changing() -> Iterator[Changing]:
    with Changing() as peer:
        yield peer


@pytest.fixture
def typed(changing: Changing, tmp_path: Path) -> Callable[..., Run]:
    changing.begin()
    return lambda *argv: run_here(argv, tmp_path, changing.uri)


@pytest.mark.parametrize("drops", [False, True])
def test_a_query_says_that_the_schema_changed(typed: Any, changing: Changing, drops: bool) -> None:
    changing.begin(drops=drops)
    run = typed("query", "docs", "-o", "csv")
    assert (run.code, json.loads(run.err)["error"]["message"]) == (1, CHANGED)
    assert len(run.out.splitlines()) == 1_001


def test_values_of_another_type_are_invalid_where_the_schema_is_the_same(typed: Any, changing: Changing) -> None:
    changing.begin(changes=False)
    assert "column 'title': INT64 values for a field of type VARCHAR" in typed("query", "docs", "-o", "csv").err


@pytest.mark.parametrize("drops", [False, True])
def test_an_export_is_not_resumed_into_another_schema(
    typed: Any, changing: Changing, tmp_path: Path, drops: bool
) -> None:
    changing.begin(drops=drops)
    file = tmp_path / "docs.csv"
    run = typed("export", "collection", "-c", "docs", str(file))
    hint = f"start over without --resume; {file}.part has the rows read before, until then"
    assert run == failed(CHANGED, hint)
    if not drops:
        assert typed("export", "collection", "-c", "docs", str(file)).code == 0
        assert len(file.read_text().splitlines()) == ROWS + 1


def test_a_copy_is_not_resumed_into_another_schema(typed: Any, changing: Changing) -> None:
    schema = CollectionSchema(name="docs")
    schema.fields.add(name="id", data_type=DataType.Int64, is_primary_key=True, fieldID=100)
    schema.fields.add(name="title", data_type=DataType.VarChar, fieldID=101)
    with Shelf(schema, exists=False) as target:
        assert typed("connect", changing.address, "--alias", "from").code == 0
        assert typed("connect", target.address, "--alias", "to").code == 0
        run = typed("copy", "from:docs", "to:docs", "--yes")
    assert run == failed(CHANGED, "copy into a new collection")
