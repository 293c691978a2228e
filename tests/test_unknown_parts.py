"""Unknown parts of a newer server's collection are reported, and not lost unseen."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from milvus_cli.client.wire import milvus_pb2 as wire
from milvus_cli.client.wire.schema_pb2 import (
    CollectionSchema,
    FieldSchema,
    FunctionSchema,
    StructArrayFieldSchema,
    ValueField,
)
from milvus_cli.schema.unknown import NOT_KEPT, OF_SERVERS
from tests.support.cli import Run
from tests.support.grpc_peer import GrpcPeer, Handler, replies
from tests.support.official import common_pb2, milvus_pb2, schema_pb2
from tests.support.recorder import run_here
from tests.support.typed import Typed, failed

OF_NUMBER_99 = b"\x98\x06\x01"
"""A field number that no message has yet."""
MESSAGES = {
    each.DESCRIPTOR.name: each
    for each in (
        wire.DescribeCollectionResponse,
        wire.IndexDescription,
        CollectionSchema,
        FieldSchema,
        FunctionSchema,
        StructArrayFieldSchema,
        ValueField,
    )
}


def described() -> Any:
    """A collection with every known part of a definition."""
    answer = milvus_pb2.DescribeCollectionResponse(collection_name="book", collectionID=1, consistency_level="Bounded")
    schema = answer.schema
    schema.name, schema.enable_dynamic_field = "book", True
    schema.fields.add(fieldID=100, name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    title = schema.fields.add(fieldID=101, name="title", data_type=schema_pb2.VarChar)
    title.type_params.add(key="max_length", value="200")
    title.default_value.string_data = "none"
    schema.fields.add(fieldID=102, name="sparse", data_type=schema_pb2.SparseFloatVector, is_function_output=True)
    vector = schema.fields.add(fieldID=103, name="v", data_type=schema_pb2.FloatVector)
    vector.type_params.add(key="dim", value="2")
    schema.functions.add(name="words", type=schema_pb2.BM25, input_field_names=["title"], output_field_names=["sparse"])
    struct = schema.struct_array_fields.add(name="parts")
    inner = struct.fields.add(name="parts[n]", data_type=schema_pb2.Array, element_type=schema_pb2.Int64)
    inner.type_params.add(key="max_capacity", value="4")
    answer.properties.add(key="collection.ttl.seconds", value="60")
    return answer


def described_index() -> Any:
    answer = milvus_pb2.DescribeIndexResponse()
    index = answer.index_descriptions.add(index_name="v", field_name="v", state=common_pb2.Finished)
    index.params.add(key="index_type", value="FLAT")
    index.params.add(key="metric_type", value="L2")
    return answer


def handlers(answer: Any, index: Any) -> dict[str, Handler]:
    count = schema_pb2.FieldData(type=schema_pb2.Int64, field_name="count(*)")
    count.scalars.long_data.data.append(0)

    def query(request: Any, context: object) -> Any:
        counting = list(request.output_fields) == ["count(*)"]
        return milvus_pb2.QueryResults(fields_data=[count] if counting else [])

    return {
        "GetVersion": replies(milvus_pb2.GetVersionResponse(version="v2.6.5")),
        "DescribeCollection": replies(answer),
        "DescribeIndex": replies(index),
        "Query": query,
        "HasCollection": lambda request, context: milvus_pb2.BoolResponse(value=request.collection_name == "book"),
        "GetLoadState": replies(milvus_pb2.GetLoadStateResponse(state=common_pb2.LoadStateLoaded)),
        "ShowPartitions": replies(milvus_pb2.ShowPartitionsResponse(partition_names=["_default"])),
        "ShowCollections": replies(milvus_pb2.ShowCollectionsResponse(collection_names=["book"])),
        "GetCollectionStatistics": replies(milvus_pb2.GetCollectionStatisticsResponse()),
        "ListAliases": replies(milvus_pb2.ListAliasesResponse()),
        "AllocTimestamp": replies(milvus_pb2.AllocTimestampResponse(timestamp=1)),
    }


def with_number(message: Any) -> None:
    message.MergeFromString(OF_NUMBER_99)


def set_type(field: Any, number: int) -> None:
    field.data_type = number


PARTS: Mapping[str, Callable[[Any, Any], object]] = {
    "part 99 of the collection": lambda answer, index: with_number(answer),
    "part 99 of the schema": lambda answer, index: with_number(answer.schema),
    "part 15 of the schema": lambda answer, index: setattr(answer.schema, "enable_namespace", True),
    "part 99 of field 'title'": lambda answer, index: with_number(answer.schema.fields[1]),
    "part 99 of the default of field 'title'": lambda answer, index: with_number(answer.schema.fields[1].default_value),
    "part 99 of parameter 'dim' of field 'v'": lambda answer, _: with_number(answer.schema.fields[3].type_params[0]),
    "type 31 of field 'v'": lambda answer, index: set_type(answer.schema.fields[3], 31),
    "type DATE of field 'title'": lambda answer, index: set_type(answer.schema.fields[1], schema_pb2.Date),
    "part 99 of field 'parts'": lambda answer, index: with_number(answer.schema.struct_array_fields[0]),
    "part 99 of field 'parts[n]'": lambda answer, index: with_number(answer.schema.struct_array_fields[0].fields[0]),
    "part 99 of function 'words'": lambda answer, index: with_number(answer.schema.functions[0]),
    "type 9 of function 'words'": lambda answer, index: setattr(answer.schema.functions[0], "type", 9),
    "part 99 of property 'collection.ttl.seconds'": lambda answer, index: with_number(answer.properties[0]),
    "consistency level 7": lambda answer, index: setattr(answer, "consistency_level", 7),
    "part 99 of the index on 'v'": lambda answer, index: with_number(index.index_descriptions[0]),
}


UnknownPart: TypeAlias = tuple[str, Callable[[str], Run], GrpcPeer]


@pytest.fixture(params=PARTS)
def unknown_part(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[UnknownPart]:
    """An unknown part, commands on a server with a collection that has it, and that server."""
    answer, index = described(), described_index()
    PARTS[request.param](answer, index)
    with GrpcPeer(handlers(answer, index)) as peer:
        yield request.param, lambda line: run_here(line.split(), tmp_path, peer.uri), peer


def test_an_unknown_part_is_shown_and_a_definition_says_that_it_lacks_it(unknown_part: UnknownPart) -> None:
    part, run, _ = unknown_part
    shown = run("show collection book -o json")
    assert (shown.code, shown.err, json.loads(shown.out)["unknown_parts"]) == (0, "", [part])
    ddl = run("show collection book -o ddl")
    assert (ddl.code, ddl.err) == (0, f"note: not in this definition, as this client does not know it: {part}\n")


def test_an_unknown_part_is_named_as_not_compared(unknown_part: UnknownPart) -> None:
    part, run, _ = unknown_part
    compared = run("diff book book --rows none -o json")
    found = json.loads(compared.out)
    assert (compared.code, compared.err, found["same"], found["differences"]) == (1, "", None, [])
    assert found["not_compared"] == [
        f"{part} of a (unknown to this client)",
        f"{part} of b (unknown to this client)",
        "rows (--rows none)",
    ]


def test_a_collection_with_an_unknown_part_is_not_copied(unknown_part: UnknownPart) -> None:
    part, run, peer = unknown_part
    place = f"'book' on MILVUS_URI ({peer.address}, database default)"
    assert run("copy book other --yes") == failed(
        f"refusing to copy: this client does not know {part} of {place}",
        "nothing was copied; a newer milvus_cli may know it",
    )
    assert not {"CreateCollection", "Insert", "Upsert"} & set(peer.methods)


def test_known_parts_and_those_of_servers_alone_are_not_unknown(tmp_path: Path) -> None:
    answer, index = described(), described_index()
    answer.virtual_channel_names.append("by-dev-rootcoord-dml_0v0")
    answer.physical_channel_names.append("by-dev-rootcoord-dml_0")
    answer.start_positions.add(key="a", data=b"b")
    answer.db_id, answer.request_time, answer.update_timestamp_str = 1, 2, "3"
    answer.schema.dbName, answer.schema.version = "default", 4
    answer.schema.fields[0].state = schema_pb2.FieldCreating
    index.index_descriptions[0].min_index_version, index.index_descriptions[0].max_index_version = 1, 6
    with GrpcPeer(handlers(answer, index)) as peer:
        shown = run_here(["show", "collection", "book", "-o", "json"], tmp_path, peer.uri)
        assert (shown.code, shown.err, "unknown_parts" in json.loads(shown.out)) == (0, "", False)
        ddl = run_here(["show", "collection", "book", "-o", "ddl"], tmp_path, peer.uri)
        assert (ddl.code, ddl.err) == (0, "")
        compared = run_here(["diff", "book", "book", "--rows", "none", "-o", "json"], tmp_path, peer.uri)
        assert (compared.code, json.loads(compared.out)["same"]) == (0, True)


def test_every_official_field_of_a_definition_is_known_the_servers_own_or_named() -> None:
    """Fails for new fields of a newer pymilvus: each requires a decision."""
    named = {}
    for name, ours in MESSAGES.items():
        official = getattr(milvus_pb2 if hasattr(milvus_pb2, name) else schema_pb2, name).DESCRIPTOR.fields
        numbers = {field.number: field.name for field in official}
        of_servers, not_kept = OF_SERVERS.get(name, {}).keys(), set(NOT_KEPT.get(name, ()))
        assert of_servers <= numbers.keys() - not_kept, name
        kept = set(ours.DESCRIPTOR.fields_by_number) - not_kept
        named[name] = {numbers[each] for each in numbers.keys() - kept - of_servers}
    assert {name: fields for name, fields in named.items() if fields} == {
        "CollectionSchema": {"do_physical_backfill", "file_resource_ids", "enable_namespace"},
        "ValueField": {"date_data", "time_data"},
    }


def test_a_real_server_has_no_unknown_parts(typed: Typed) -> None:
    name = "all_known"
    typed.gone(name)
    typed.all(
        f"create collection -c {name} -f id:INT64 -f title:VARCHAR:200 -f j:JSON -f a:ARRAY:INT64:4 "
        "-f v:FLOAT_VECTOR:4 -p id --dynamic --partition-key title --index v:HNSW:L2:M=8:efConstruction=64"
    )
    try:
        assert "unknown_parts" not in typed.json(f"show collection {name}")
        ddl = typed(f"show collection {name} -o ddl")
        assert (ddl.code, ddl.err) == (0, "")
        assert typed.json(f"diff {name} {name} --rows none")["not_compared"] == ["rows (--rows none)"]
    finally:
        typed.gone(name)
