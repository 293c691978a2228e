"""External collections: made from a schema file as pymilvus makes them, shown, and refused by older servers."""

import json
from pathlib import Path
from typing import Any

import pytest
from pymilvus import DataType, MilvusClient

from tests.support.newest import Newest
from tests.support.official import common_pb2, milvus_pb2, schema_pb2
from tests.support.typed import Typed, failed, on_lite, on_milvus

LAKE: dict[str, Any] = {
    "collection_name": "lake",
    "external_source": "s3://bucket/books/",
    "external_spec": {"format": "parquet"},
    "fields": [
        {"name": "id", "type": "INT64", "external_field": "key"},
        {"name": "vector", "type": "FLOAT_VECTOR", "dim": 4, "external_field": "embedding"},
    ],
}


@pytest.fixture
def lake_file(tmp_path: Path) -> Path:
    path = tmp_path / "lake.json"
    path.write_text(json.dumps(LAKE))
    return path


def make_by_pymilvus(client: MilvusClient) -> None:
    spec = json.dumps(LAKE["external_spec"])
    schema = MilvusClient.create_schema(external_source=LAKE["external_source"], external_spec=spec)
    schema.add_field("id", DataType.INT64, external_field="key")
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=4, external_field="embedding")
    client.create_collection("lake", schema=schema)


def test_a_schema_file_makes_an_external_collection_as_pymilvus_does(newest: Newest, lake_file: Path) -> None:
    newest.answers("CreateCollection", common_pb2.Status())
    newest.answers("DescribeAlias", common_pb2.Status(code=1600, error_code=1, reason="alias not found[alias=lake]"))
    newest.answers("DescribeIndex", milvus_pb2.DescribeIndexResponse())
    request: Any = newest.sent(f"create collection --schema-file {lake_file}", "CreateCollection")
    official: Any = newest.official(make_by_pymilvus, "CreateCollection")
    ours = schema_pb2.CollectionSchema.FromString(request.schema)
    assert ours == schema_pb2.CollectionSchema.FromString(official.schema)
    assert [field.external_field for field in ours.fields] == ["key", "embedding"]


def test_an_external_collection_is_shown_with_its_source(newest: Newest) -> None:
    schema = schema_pb2.CollectionSchema(name="book", external_source="s3://b", external_spec="{}")
    schema.fields.add(name="id", data_type=schema_pb2.Int64, external_field="key")
    newest.answers("DescribeCollection", milvus_pb2.DescribeCollectionResponse(schema=schema, collection_name="book"))
    newest.answers("GetLoadState", milvus_pb2.GetLoadStateResponse(state="LoadStateNotLoad"))
    newest.answers("GetCollectionStatistics", milvus_pb2.GetCollectionStatisticsResponse())
    newest.answers("ListAliases", milvus_pb2.ListAliasesResponse())
    newest.answers("DescribeIndex", milvus_pb2.DescribeIndexResponse())
    shown = newest.json("show collection book")
    assert (shown["external_source"], shown["external_spec"]) == ("s3://b", "{}")
    assert shown["fields"][0]["external_field"] == "key"
    assert "external field key" in newest("show collection book").out

    written = json.loads(newest("show collection book -o ddl").out)
    assert (written["external_source"], written["external_spec"]) == ("s3://b", "{}")
    assert written["fields"] == [{"name": "id", "type": "INT64", "external_field": "key"}]


def test_the_rows_of_an_external_collection_are_not_copied(newest: Newest) -> None:
    schema = schema_pb2.CollectionSchema(name="book", external_source="s3://b")
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    newest.answers("DescribeCollection", milvus_pb2.DescribeCollectionResponse(schema=schema, collection_name="book"))
    newest.answers("GetLoadState", milvus_pb2.GetLoadStateResponse(state="LoadStateLoaded"))
    newest.answers("DescribeIndex", milvus_pb2.DescribeIndexResponse())
    run = newest("copy book other")
    assert (run.code, run.out) == (1, "")
    assert "is an external collection, whose rows stay in its source\n" in run.err
    assert "CreateCollection" not in newest.peer.methods


@on_milvus
def test_an_old_milvus_makes_no_external_collection(typed: Typed, lake_file: Path) -> None:
    run = typed(f"create collection --schema-file {lake_file}")
    assert run == failed("Milvus 2.3.5 has no external collections (requires Milvus 3.0)")


@on_lite
def test_milvus_lite_makes_no_external_collection(typed: Typed, lake_file: Path) -> None:
    run = typed(f"create collection --schema-file {lake_file}")
    assert run == failed("Milvus Lite 3.2.2 has no external collections (requires Milvus 3.0)")
