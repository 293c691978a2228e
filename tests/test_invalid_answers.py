"""Inconsistent answers, from every RPC that a command reads: one message, exit code 1, no leftovers."""

import json
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from milvus_cli.schema.schema_file import read_definition, write_definition
from milvus_cli.values.encode import encode_rows
from tests.support.cli import Run
from tests.support.grpc_peer import GrpcPeer, Handler, garbles, replies
from tests.support.official import common_pb2, grpc, milvus_pb2, schema_pb2
from tests.support.recorder import run_here
from tests.support.typed import failed

Spoil = Callable[[Any], object]

DEFINITION = read_definition(
    {
        "collection_name": "c",
        "enable_dynamic_field": True,
        "fields": [
            {"name": "id", "type": "INT64", "is_primary": True},
            {"name": "t", "type": "VARCHAR", "max_length": 20, "nullable": True},
            {"name": "j", "type": "JSON"},
            {"name": "n", "type": "INT8", "default_value": 1},
            {"name": "a", "type": "ARRAY", "element_type": "INT64", "max_capacity": 4},
            {"name": "g", "type": "GEOMETRY"},
            {"name": "z", "type": "TIMESTAMPTZ"},
            {"name": "v", "type": "FLOAT_VECTOR", "dim": 2},
            {"name": "b", "type": "BINARY_VECTOR", "dim": 16},
            {"name": "h", "type": "FLOAT16_VECTOR", "dim": 2},
            {"name": "i", "type": "INT8_VECTOR", "dim": 2},
            {"name": "s", "type": "SPARSE_FLOAT_VECTOR"},
            {
                "name": "parts",
                "type": "ARRAY",
                "element_type": "STRUCT",
                "max_capacity": 4,
                "fields": [{"name": "x", "type": "INT64"}, {"name": "y", "type": "FLOAT_VECTOR", "dim": 2}],
            },
        ],
        "functions": [{"name": "f", "type": "TextEmbedding", "input_field_names": ["t"], "output_field_names": ["h"]}],
    }
)
SCHEMA = DEFINITION.schema
ROW: dict[str, Any] = {
    "t": "x",
    "j": {},
    "n": 1,
    "a": [1, 2],
    "g": "POINT (1 2)",
    "z": "2026-01-31T12:00:00Z",
    "v": [1.0, 2.0],
    "b": [1, 2],
    "i": [1, 2],
    "s": {"1": 0.5},
    "color": "red",
    "parts": [{"x": 1, "y": [1.0, 2.0]}, {"x": 2, "y": [3.0, 4.0]}],
}
ROWS = [{"id": 1, **ROW}, {"id": 2, **ROW, "t": None}, {"id": 3, **ROW}]


def columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All but `h`, by the names of the columns."""
    fields = [each for each in write_definition(DEFINITION)["fields"] if each["name"] != "h"]
    schema = read_definition({"collection_name": "c", "enable_dynamic_field": True, "fields": fields}).schema
    found = [schema_pb2.FieldData.FromString(each.SerializeToString()) for each in encode_rows(rows, schema)]
    return {each.field_name: each for each in found}


@dataclass
class Spoiled:
    """A server with valid answers except for one RPC; `times` counts its corrupted answers."""

    method: str = ""
    spoil: Spoil = id
    times: int = 0
    columns: dict[str, Any] = field(default_factory=lambda: columns(ROWS))
    one: dict[str, Any] = field(default_factory=lambda: columns(ROWS[:1]))

    def handlers(self) -> dict[str, Handler]:
        return {name: self._spoiling(name, handler) for name, handler in self._good().items()}

    def _spoiling(self, name: str, handler: Handler) -> Handler:
        def answer(request: Any, context: grpc.ServicerContext) -> Any:
            good = handler(request, context)
            found = type(good).FromString(good.SerializeToString())
            if name == self.method:
                before = found.SerializeToString(deterministic=True)
                self.spoil(found)
                self.times += found.SerializeToString(deterministic=True) != before
            return found

        return answer

    def _good(self) -> dict[str, Handler]:
        described = milvus_pb2.DescribeCollectionResponse(
            schema=schema_pb2.CollectionSchema.FromString(SCHEMA.SerializeToString()),
            collection_name="c",
            collectionID=1,
            shards_num=1,
            created_utc_timestamp=1_700_000_000_000,
            consistency_level="Bounded",
        )
        index = milvus_pb2.IndexDescription(
            index_name="v", field_name="v", state=common_pb2.Finished, indexed_rows=3, total_rows=3
        )
        for key, value in (("index_type", "IVF_FLAT"), ("metric_type", "L2"), ("nlist", "16")):
            index.params.add(key=key, value=value)
        count = milvus_pb2.GetCollectionStatisticsResponse()
        count.stats.add(key="row_count", value="3")
        group = milvus_pb2.DescribeResourceGroupResponse()
        group.resource_group.name, group.resource_group.num_loaded_replica["c"] = "g", 1
        task = milvus_pb2.GetImportStateResponse(id=1, row_count=3)
        task.infos.add(key="progress_percent", value="50")
        return {
            "GetVersion": replies(milvus_pb2.GetVersionResponse(version="v2.6.5")),
            "DescribeCollection": replies(described),
            "DescribeIndex": replies(milvus_pb2.DescribeIndexResponse(index_descriptions=[index])),
            "HasCollection": lambda request, context: milvus_pb2.BoolResponse(value=request.collection_name == "c"),
            "ShowCollections": replies(
                milvus_pb2.ShowCollectionsResponse(collection_names=["c"], inMemory_percentages=[100])
            ),
            "ShowPartitions": replies(
                milvus_pb2.ShowPartitionsResponse(partition_names=["_default"], inMemory_percentages=[100])
            ),
            "GetLoadState": replies(milvus_pb2.GetLoadStateResponse(state=common_pb2.LoadStateLoaded)),
            "GetLoadingProgress": replies(milvus_pb2.GetLoadingProgressResponse(progress=100)),
            "GetCollectionStatistics": replies(count),
            "ListAliases": replies(milvus_pb2.ListAliasesResponse()),
            "ListDatabases": replies(milvus_pb2.ListDatabasesResponse(db_names=["default"])),
            "AllocTimestamp": replies(milvus_pb2.AllocTimestampResponse(timestamp=1)),
            "DescribeResourceGroup": replies(group),
            "Import": replies(milvus_pb2.ImportResponse(tasks=[1])),
            "GetImportState": replies(task),
            "ListImportTasks": replies(milvus_pb2.ListImportTasksResponse(tasks=[task])),
            "GetCompactionState": replies(milvus_pb2.GetCompactionStateResponse(state=common_pb2.Completed)),
            "GetPersistentSegmentInfo": replies(
                milvus_pb2.GetPersistentSegmentInfoResponse(
                    infos=[milvus_pb2.PersistentSegmentInfo(segmentID=7, num_rows=3, state=common_pb2.Flushed)]
                )
            ),
            "GetQuerySegmentInfo": replies(
                milvus_pb2.GetQuerySegmentInfoResponse(
                    infos=[milvus_pb2.QuerySegmentInfo(segmentID=7, num_rows=3, mem_size=9)]
                )
            ),
            "Query": self._query,
            "Search": self._search,
            "HybridSearch": self._search,
            "Insert": lambda request, context: milvus_pb2.MutationResult(
                IDs=schema_pb2.IDs(int_id=schema_pb2.LongArray(data=[1])), insert_cnt=request.num_rows
            ),
            "Delete": replies(milvus_pb2.MutationResult(delete_cnt=1)),
        }

    def _query(self, request: Any, context: grpc.ServicerContext) -> Any:
        """All rows for the first page, none after a key; without `h`, which is computed."""
        if list(request.output_fields) == ["count(*)"]:
            count = schema_pb2.FieldData(type=schema_pb2.Int64, field_name="count(*)")
            count.scalars.long_data.data.append(3)
            return milvus_pb2.QueryResults(fields_data=[count])
        names = [] if ">" in request.expr else request.output_fields
        found = self.one if "==" in request.expr else self.columns
        return milvus_pb2.QueryResults(fields_data=[found[each] for each in names if each in found])

    def _search(self, request: Any, context: grpc.ServicerContext) -> Any:
        results = schema_pb2.SearchResultData(num_queries=1, top_k=3, topks=[3], scores=[0.0, 1.0, 2.0])
        results.ids.int_id.data.extend([1, 2, 3])
        names = (
            list(self.columns)
            if "*" in request.output_fields
            else [each if each in self.columns else "$meta" for each in request.output_fields]
        )
        results.fields_data.extend(self.columns[each] for each in names if each in self.columns)
        return milvus_pb2.SearchResults(results=results)


READING = [
    *(f"query -c c -o {each}" for each in ("table", "jsonl", "csv")),
    "query_iterator -c c --batch-size 3",
    "get -c c --ids 1,2,3",
    "count -c c",
    "query -c c --fields 'count(*)'",
    *(f"export -c c out.{each}" for each in ("csv", "jsonl.gz", "parquet")),
    "export -c c -",
    "copy c d --yes",
    "diff c c",
    "diff c c --rows sample",
    "check keys c",
    "check vectors c -f v",
    "check vectors c -f s",
    "check duplicates c -f v --within 9",
    "check recall c -f v",
    "plot vectors c -f v",
    "plot norms c -f s",
    "advise index c -f v",
    "bench search c -f v -n 3 -j 1",
    "search -c c -f v --like 1",
    "show collection c",
    "delete entities -c c -e 'id > 0' --dry-run",
]
SEARCHING = [
    *(f"search -c c -f v -v [1,2] --fields '*,color' -o {each}" for each in ("table", "jsonl", "csv")),
    "search -c c -f v -v [1,2]",
    "search -c c -f v -v [1,2] --fields color",
    "search -c c -f v -v [1,2] --explain",
    "search -c c -f v -v [1,2] --hist",
    "search_iterator -c c -f v -v [1,2] --fields '*'",
    "hybrid_search -c c --request 'field=v vector=[1,2]' --fields '*'",
    "check recall c -f v",
    "check duplicates c -f v --within 9",
    "bench search c -f v -n 3 -j 1",
    "advise index c -f v",
]
DESCRIBING = [
    "query -c c",
    "get -c c --ids 1",
    "count -c c",
    "search -c c -f v -v [1,2]",
    "export -c c out.csv",
    "copy c d --yes",
    "diff c c",
    "check keys c",
    "advise index c -f v",
    "bench search c -f v -n 3 -j 1",
    "show collection c",
    "show collection c -o ddl",
    "insert row -c c --row '{row}'",
    "insert fake -c c -n 3",
    "delete collection c --dry-run",
]
OTHERS = [
    "list collections",
    "list collections --loaded",
    "list collections -o json",
    "show collection c",
    "list partitions -c c",
    "show partition -c c -p _default",
    "show collection_stats c",
    "list indexes -c c",
    "show index -c c -in v",
    "show index_progress -c c",
    "show loading_progress c",
    "load collection c",
    "wait collection c --for loaded -t 1",
    "wait collection c --for indexed -t 1",
    "show resource_group g",
    "bulk_insert -c c -f /rows.json",
    "show bulk_insert_state -id 1",
    "list bulk_insert_tasks",
    "show compaction_state -id 470641625798482089",
    "show flush_state c",
    "show query_segment_info c",
    "advise index c -f v",
    "insert row -c c --row '{row}'",
    "delete ids -c c --ids 1 --yes",
    "search -c c -f v -v [1,2]",
]
COMMANDS = {"Query": READING, "Search": SEARCHING, "HybridSearch": SEARCHING, "DescribeCollection": DESCRIBING}


def column(answer: Any, name: str) -> Any:
    """Returns the column of that name, or a detached one if it was not requested."""
    found = answer.results.fields_data if hasattr(answer, "results") else answer.fields_data
    return next((each for each in found if each.field_name == name), schema_pb2.FieldData())


def without(answer: Any, name: str) -> None:
    found = answer.results.fields_data if hasattr(answer, "results") else answer.fields_data
    kept = [each for each in found if each.field_name != name]
    if not kept and name != "count(*)" and not hasattr(answer, "results"):
        return
    del found[:]
    found.extend(kept)


def only(answer: Any, name: str, change: Spoil) -> None:
    """Changes a column that must match others."""
    found = column(answer, name)
    if found.field_name and (hasattr(answer, "results") or len(answer.fields_data) > 1):
        change(found)


def on(name: str, change: Spoil) -> Spoil:
    return lambda answer: only(answer, name, change)


def twice(answer: Any, name: str) -> None:
    if column(answer, name).field_name:
        answer.fields_data.add().CopyFrom(column(answer, name))


def counted(answer: Any, values: Sequence[int]) -> None:
    if column(answer, "count(*)").field_name:
        column(answer, "count(*)").scalars.long_data.data[:] = values


def schema_field(name: str, change: Spoil) -> Spoil:
    return lambda answer: change(next(each for each in answer.schema.fields if each.name == name))


def pair(holder: Any, key: str, value: str) -> None:
    next(each for each in holder if each.key == key).value = value


def dim(name: str, value: str) -> Spoil:
    return schema_field(name, lambda each: pair(each.type_params, "dim", value))


def drop(holder: Any, place: int) -> None:
    del holder[place]


def texts(*values: str) -> Any:
    strings = schema_pb2.StringArray(data=values)
    return schema_pb2.FieldData(type=schema_pb2.VarChar, scalars=schema_pb2.ScalarField(string_data=strings))


# The RPC, and the corruption of its answer.
SHAPES: Mapping[str, tuple[str, Spoil]] = {
    # Columns of a query
    "id short": ("Query", on("id", lambda each: each.scalars.long_data.data.pop())),
    "id missing": ("Query", lambda answer: without(answer, "id")),
    "id empty": ("Query", on("id", lambda each: each.scalars.ClearField("long_data"))),
    "id of texts": ("Query", on("id", lambda each: each.scalars.string_data.data.extend(["a", "b", "c"]))),
    "id a VARCHAR": ("Query", on("id", lambda each: each.MergeFrom(texts("a", "b", "c")))),
    "id twice": ("Query", lambda answer: twice(answer, "id")),
    "t long": ("Query", on("t", lambda each: each.scalars.string_data.data.extend(["y", "y", "y"]))),
    "t with more marks": ("Query", on("t", lambda each: each.valid_data.extend([True, True]))),
    "t with fewer marks": ("Query", on("t", lambda each: each.valid_data.pop())),
    "t without marks": ("Query", on("t", lambda each: each.ClearField("valid_data"))),
    "t missing": ("Query", lambda answer: without(answer, "t")),
    "t of numbers": ("Query", on("t", lambda each: each.scalars.int_data.data.extend([1, 2, 3]))),
    "t a vector": ("Query", on("t", lambda each: each.vectors.float_vector.data.extend([1, 2, 3]))),
    "j short": ("Query", on("j", lambda each: each.scalars.json_data.data.pop())),
    "j empty": ("Query", on("j", lambda each: each.ClearField("scalars"))),
    "n of longs": ("Query", on("n", lambda each: each.scalars.long_data.data.extend([1, 2, 3]))),
    "n of 300": ("Query", on("n", lambda each: each.scalars.int_data.data.__setitem__(0, 300))),
    "a short": ("Query", on("a", lambda each: each.scalars.array_data.data.pop())),
    "a of texts": ("Query", on("a", lambda each: each.scalars.array_data.data[1].string_data.data.append("x"))),
    "g long": (
        "Query",
        on("g", lambda each: getattr(each.scalars, each.scalars.WhichOneof("data")).data.append("POINT (1 1)")),
    ),
    "z short": ("Query", on("z", lambda each: each.scalars.string_data.data.pop())),
    "v ragged": ("Query", on("v", lambda each: each.vectors.float_vector.data.append(1))),
    "v long": ("Query", on("v", lambda each: each.vectors.float_vector.data.extend([1, 2]))),
    "v of dimension 0": ("Query", on("v", lambda each: setattr(each.vectors, "dim", 0))),
    "v of dimension -2": ("Query", on("v", lambda each: setattr(each.vectors, "dim", -2))),
    "v of dimension 3": ("Query", on("v", lambda each: setattr(each.vectors, "dim", 3))),
    "v of dimension 1": (
        "Query",
        on(
            "v",
            lambda each: each.vectors.CopyFrom(
                schema_pb2.VectorField(dim=1, float_vector=schema_pb2.FloatArray(data=[1, 2, 3]))
            ),
        ),
    ),
    "v of dimension 2^62": ("Query", on("v", lambda each: setattr(each.vectors, "dim", 2**62))),
    "v of bytes": ("Query", on("v", lambda each: setattr(each.vectors, "binary_vector", b"123"))),
    "v missing": ("Query", lambda answer: without(answer, "v")),
    "v as scalars": ("Query", on("v", lambda each: each.scalars.float_data.data.extend([1, 2, 3]))),
    "b ragged": ("Query", on("b", lambda each: setattr(each.vectors, "binary_vector", b"12345"))),
    "b of dimension 12": ("Query", on("b", lambda each: setattr(each.vectors, "dim", 12))),
    "i short": ("Query", on("i", lambda each: setattr(each.vectors, "int8_vector", b"12345"))),
    "s ragged": ("Query", on("s", lambda each: each.vectors.sparse_float_vector.contents.__setitem__(1, b"12345"))),
    "s short": ("Query", on("s", lambda each: each.vectors.sparse_float_vector.contents.pop())),
    "$meta missing": ("Query", lambda answer: without(answer, "$meta")),
    "$meta short": ("Query", on("$meta", lambda each: each.scalars.json_data.data.pop())),
    "parts missing": ("Query", lambda answer: without(answer, "parts")),
    "parts ragged": ("Query", on("parts", lambda each: each.struct_arrays.fields[0].scalars.array_data.data.pop())),
    "parts of two lengths": (
        "Query",
        on("parts", lambda each: each.struct_arrays.fields[0].scalars.array_data.data[0].long_data.data.append(3)),
    ),
    "parts of bad vectors": (
        "Query",
        on("parts", lambda each: each.struct_arrays.fields[1].vectors.vector_array.data[0].float_vector.data.append(3)),
    ),
    "count negative": ("Query", lambda answer: counted(answer, [-1])),
    "count missing": ("Query", lambda answer: without(answer, "count(*)")),
    "two counts": ("Query", lambda answer: counted(answer, [1, 2])),
    "no count": ("Query", lambda answer: counted(answer, [])),
    # Hits.
    "topks short": ("Search", lambda answer: answer.results.topks.pop()),
    "topks of two queries": ("Search", lambda answer: answer.results.topks.append(0)),
    "topks too many": ("Search", lambda answer: answer.results.topks.__setitem__(0, 4)),
    "topks too few": ("Search", lambda answer: answer.results.topks.__setitem__(0, 2)),
    "topks negative": ("Search", lambda answer: answer.results.topks.__setitem__(0, -3)),
    "topks huge": ("Search", lambda answer: answer.results.topks.__setitem__(0, 2**62)),
    "no ids": ("Search", lambda answer: answer.results.ClearField("ids")),
    "ids short": ("Search", lambda answer: answer.results.ids.int_id.data.pop()),
    "scores short": ("Search", lambda answer: answer.results.scores.pop()),
    "scores long": ("Search", lambda answer: answer.results.scores.append(1)),
    "no results": ("Search", lambda answer: answer.results.ClearField("topks")),
    "t of hits short": ("Search", on("t", lambda each: each.valid_data.pop())),
    "t of hits missing": ("Search", lambda answer: without(answer, "t")),
    "v of hits ragged": ("Search", on("v", lambda each: each.vectors.float_vector.data.append(1))),
    "$meta of hits missing": ("Search", lambda answer: without(answer, "$meta")),
    "$meta of hits short": ("Search", on("$meta", lambda each: each.scalars.json_data.data.pop())),
    "hybrid ids short": ("HybridSearch", lambda answer: answer.results.ids.int_id.data.pop()),
    "hybrid topks negative": ("HybridSearch", lambda answer: answer.results.topks.__setitem__(0, -3)),
    # Schemas.
    "no schema": ("DescribeCollection", lambda answer: answer.ClearField("schema")),
    "no fields": ("DescribeCollection", lambda answer: answer.schema.ClearField("fields")),
    "no primary key": ("DescribeCollection", schema_field("id", lambda each: each.ClearField("is_primary_key"))),
    "two primary keys": ("DescribeCollection", schema_field("t", lambda each: setattr(each, "is_primary_key", True))),
    "a vector as primary key": (
        "DescribeCollection",
        schema_field("id", lambda each: setattr(each, "data_type", schema_pb2.JSON)),
    ),
    "two fields of a name": ("DescribeCollection", schema_field("t", lambda each: setattr(each, "name", "id"))),
    "dim of words": ("DescribeCollection", dim("v", "abc")),
    "dim negative": ("DescribeCollection", dim("v", "-2")),
    "dim 0": ("DescribeCollection", dim("v", "0")),
    "dim 2^31": ("DescribeCollection", dim("v", str(2**31))),
    "dim 2^40": ("DescribeCollection", dim("v", str(2**40))),
    "dim of 5,000 digits": ("DescribeCollection", dim("v", "9" * 5000)),
    "dim missing": ("DescribeCollection", schema_field("v", lambda each: each.ClearField("type_params"))),
    "dim of bits": ("DescribeCollection", dim("b", "12")),
    "max_length of words": (
        "DescribeCollection",
        schema_field("t", lambda each: pair(each.type_params, "max_length", "long")),
    ),
    "max_capacity negative": (
        "DescribeCollection",
        schema_field("a", lambda each: pair(each.type_params, "max_capacity", "-1")),
    ),
    "default of text": (
        "DescribeCollection",
        schema_field("n", lambda each: setattr(each.default_value, "string_data", "x")),
    ),
    "default of no JSON": (
        "DescribeCollection",
        schema_field("j", lambda each: setattr(each.default_value, "bytes_data", b"{")),
    ),
    "function of nothing": ("DescribeCollection", lambda answer: drop(answer.schema.functions[0].input_field_names, 0)),
    "function of no field": (
        "DescribeCollection",
        lambda answer: answer.schema.functions[0].output_field_names.append("gone"),
    ),
    "the year 33658": ("DescribeCollection", lambda answer: setattr(answer, "created_utc_timestamp", 10**15)),
    "the last timestamp": ("DescribeCollection", lambda answer: setattr(answer, "created_utc_timestamp", 2**64 - 1)),
    "shards negative": ("DescribeCollection", lambda answer: setattr(answer, "shards_num", -1)),
    "partitions negative": ("DescribeCollection", lambda answer: setattr(answer, "num_partitions", -1)),
    # Numbers.
    "row_count of words": ("GetCollectionStatistics", lambda answer: pair(answer.stats, "row_count", "many")),
    "row_count negative": ("GetCollectionStatistics", lambda answer: pair(answer.stats, "row_count", "-1")),
    "row_count endless": ("GetCollectionStatistics", lambda answer: pair(answer.stats, "row_count", "9" * 5000)),
    "row_count empty": ("GetCollectionStatistics", lambda answer: pair(answer.stats, "row_count", "")),
    "indexed_rows negative": (
        "DescribeIndex",
        lambda answer: setattr(answer.index_descriptions[0], "indexed_rows", -1),
    ),
    "total_rows negative": ("DescribeIndex", lambda answer: setattr(answer.index_descriptions[0], "total_rows", -1)),
    "progress 250": ("GetLoadingProgress", lambda answer: setattr(answer, "progress", 250)),
    "progress negative": ("GetLoadingProgress", lambda answer: setattr(answer, "progress", -1)),
    "percentage -1": ("ShowCollections", lambda answer: answer.inMemory_percentages.__setitem__(0, -1)),
    "percentages of nothing": ("ShowCollections", lambda answer: answer.inMemory_percentages.append(100)),
    "percentage 101": ("ShowPartitions", lambda answer: answer.inMemory_percentages.__setitem__(0, 101)),
    "ids of other partitions": ("ShowPartitions", lambda answer: answer.partitionIDs.extend([1, 2])),
    "import of no task": ("Import", lambda answer: answer.ClearField("tasks")),
    "replicas negative": (
        "DescribeResourceGroup",
        lambda answer: answer.resource_group.num_loaded_replica.update({"c": -1}),
    ),
    "nodes negative": (
        "DescribeResourceGroup",
        lambda answer: setattr(answer.resource_group, "num_available_node", -1),
    ),
    "imported rows negative": ("GetImportState", lambda answer: setattr(answer, "row_count", -1)),
    "imported to 250 %": ("GetImportState", lambda answer: pair(answer.infos, "progress_percent", "250")),
    "imports negative": ("ListImportTasks", lambda answer: setattr(answer.tasks[0], "row_count", -1)),
    "plans negative": ("GetCompactionState", lambda answer: setattr(answer, "executingPlanNo", -1)),
    "stored rows negative": ("GetPersistentSegmentInfo", lambda answer: setattr(answer.infos[0], "num_rows", -1)),
    "memory negative": ("GetQuerySegmentInfo", lambda answer: setattr(answer.infos[0], "mem_size", -1)),
    "inserted rows negative": ("Insert", lambda answer: setattr(answer, "insert_cnt", -1)),
    "rejected row beyond": ("Insert", lambda answer: answer.err_index.append(1)),
    "deleted rows negative": ("Delete", lambda answer: setattr(answer, "delete_cnt", -1)),
    "nothing of a delete": ("Delete", lambda answer: answer.ClearField("delete_cnt")),
}


@pytest.fixture
def home_as_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that is also the current directory, for exports."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


@pytest.fixture
def spoiled_server(home_as_directory: Path) -> Iterator[tuple[Spoiled, Callable[[str], Run]]]:
    """A server whose answers a test spoils, and commands on it."""
    server = Spoiled()
    with GrpcPeer(server.handlers()) as peer:

        def run(line: str) -> Run:
            words = shlex.split(line.replace("{row}", json.dumps({"id": 1, **ROW}).replace("'", "")))
            return run_here(["--timeout", "5", *words], home_as_directory, peer.uri)

        yield server, run
        server.method = ""


def failure_of(run: Run, line: str) -> str:
    """Returns the command's message about the answer, in every format; the whole output if it is another."""
    said = run.err
    if said.startswith("{"):
        error = json.loads(said)["error"]
        said = f"error: {error['message']}\nhint: {error['hint']}\n"
    return said if run.code == 1 else f"{line}: {run}"


@pytest.mark.parametrize("shape", SHAPES)
def test_an_invalid_answer_is_one_sentence_and_leaves_nothing(
    spoiled_server: tuple[Spoiled, Callable[[str], Run]], home_as_directory: Path, shape: str
) -> None:
    server, run = spoiled_server
    server.method, server.spoil = SHAPES[shape]
    begin = f"error: the server sent an invalid answer to {server.method}: "
    others, met = {}, 0
    for line in COMMANDS.get(server.method, OTHERS):
        server.times = 0
        found = run(line)
        said = failure_of(found, line)
        assert "internal error" not in said, (line, found)
        if server.times:
            met += 1
            if not (said.startswith(begin) and said.count("\n") == 2):
                others[line] = found
    assert (others, met > 0, list((home_as_directory / "work").iterdir())) == ({}, True, [])


SENTENCES = {
    "id short": "2 rows of 'id' and 3 of 't'",
    "id missing": "column 'id' was requested and is missing",
    "t with more marks": "column 't': 2 values, and marks for 5 rows",
    "t of numbers": "column 't': int_data for values of type VARCHAR",
    "a of texts": "column 'a': string_data in an array of type INT64",
    "v ragged": "column 'v': 7 numbers for vectors of dimension 2",
    "s ragged": "column 's': a sparse vector that is not pairs of 4 bytes each",
    "parts of two lengths": "column 'parts': fields of a struct with different numbers of elements",
    "id a VARCHAR": "column 'id': VARCHAR values for a field of type INT64",
}


@pytest.mark.parametrize("shape", SENTENCES)
def test_the_sentence_names_the_part_that_does_not_fit(
    spoiled_server: tuple[Spoiled, Callable[[str], Run]], shape: str
) -> None:
    server, run = spoiled_server
    server.method, server.spoil = SHAPES[shape]
    message = f"the server sent an invalid answer to Query: {SENTENCES[shape]}"
    assert run("query -c c --limit 3") == failed(message, "run `server_version` to see which server it is")


NO_MESSAGE = b"\xff\xff\xff\xff"

# Odd but consistent answers
ODD: Mapping[str, tuple[str, Spoil]] = {
    "a load state to come": ("GetLoadState", lambda answer: setattr(answer, "state", 99)),
    "an index state to come": ("DescribeIndex", lambda answer: setattr(answer.index_descriptions[0], "state", 99)),
    "a segment state to come": ("GetPersistentSegmentInfo", lambda answer: setattr(answer.infos[0], "state", 99)),
    "a compaction state to come": ("GetCompactionState", lambda answer: setattr(answer, "state", 99)),
    "an import state to come": ("GetImportState", lambda answer: setattr(answer, "state", 99)),
    "a consistency level to come": ("DescribeCollection", lambda answer: setattr(answer, "consistency_level", 99)),
    "a version of words": ("GetVersion", lambda answer: setattr(answer, "version", "\x1b[31m v9.9 ☃")),
    "a version of a long number": ("GetVersion", lambda answer: setattr(answer, "version", "v" + "9" * 5000 + ".1")),
    "no version": ("GetVersion", lambda answer: answer.ClearField("version")),
    "nlist of words": ("DescribeIndex", lambda answer: pair(answer.index_descriptions[0].params, "nlist", "abc")),
    "nlist of 5,000 digits": (
        "DescribeIndex",
        lambda answer: pair(answer.index_descriptions[0].params, "nlist", "9" * 5000),
    ),
    "params that are no JSON": (
        "DescribeIndex",
        lambda answer: answer.index_descriptions[0].params.add(key="params", value="[" * 100_000),
    ),
    "an index of no type": ("DescribeIndex", lambda answer: answer.index_descriptions[0].ClearField("params")),
    "an index on no field": (
        "DescribeIndex",
        lambda answer: setattr(answer.index_descriptions[0], "field_name", "gone"),
    ),
    "no statistics": ("GetCollectionStatistics", lambda answer: answer.ClearField("stats")),
    "a row_count of 2^63 - 1": (
        "GetCollectionStatistics",
        lambda answer: pair(answer.stats, "row_count", str(2**63 - 1)),
    ),
    "a count of 2^63 - 1": ("Query", lambda answer: counted(answer, [2**63 - 1])),
    "no rows": ("Query", lambda answer: column(answer, "id").field_name and answer.ClearField("fields_data")),
    "no hits": ("Search", lambda answer: answer.ClearField("results")),
    "distances of no number": ("Search", lambda answer: answer.results.scores.__setitem__(0, float("nan"))),
    "distances without end": ("Search", lambda answer: answer.results.scores.__setitem__(2, float("inf"))),
    "JSON that is none": ("Query", on("j", lambda each: each.scalars.json_data.data.__setitem__(0, b"{\xff"))),
    "dynamic JSON that is none": (
        "Query",
        on("$meta", lambda each: each.scalars.json_data.data.__setitem__(0, b"{\xff")),
    ),
    "a dynamic list": ("Query", on("$meta", lambda each: each.scalars.json_data.data.__setitem__(0, b"[1]"))),
    "a vector of no number": (
        "Query",
        on("v", lambda each: each.vectors.float_vector.data.__setitem__(0, float("nan"))),
    ),
    "a geometry of nonsense": (
        "Query",
        on(
            "g",
            lambda each: each.scalars.CopyFrom(
                schema_pb2.ScalarField(
                    geometry_data=schema_pb2.GeometryArray(data=[b"\x01\x07", b"", b"\x01\xff\xff\xff\xff"])
                )
            ),
        ),
    ),
    "a time beyond the years": (
        "Query",
        on(
            "z",
            lambda each: each.scalars.CopyFrom(
                schema_pb2.ScalarField(timestamptz_data=schema_pb2.TimestamptzArray(data=[2**63 - 1, -(2**63), 0]))
            ),
        ),
    ),
    "a slot to come": (
        "Query",
        on(
            "z",
            lambda each: each.MergeFrom(
                schema_pb2.FieldData(
                    type=99, scalars=schema_pb2.ScalarField(mol_data=schema_pb2.MolArray(data=[b"", b"", b""]))
                )
            ),
        ),
    ),
    "a group of no name": ("DescribeResourceGroup", lambda answer: answer.ClearField("resource_group")),
    "collections of long names": (
        "ShowCollections",
        lambda answer: answer.collection_names.__setitem__(0, "x" * 100_000),
    ),
    "no partitions": (
        "ShowPartitions",
        lambda answer: (answer.ClearField("partition_names"), answer.ClearField("inMemory_percentages")),
    ),
}


@pytest.mark.parametrize("shape", ODD)
def test_an_odd_answer_is_not_an_internal_error(
    spoiled_server: tuple[Spoiled, Callable[[str], Run]], shape: str
) -> None:
    server, run = spoiled_server
    server.method, server.spoil = ODD[shape]
    failures = {}
    for line in COMMANDS.get(server.method, OTHERS):
        found = run(line)
        if found.code not in (0, 1, 5) or "internal error" in found.err or "Traceback" in found.err:
            failures[line] = found
        for path in Path().iterdir():
            path.unlink()
    assert failures == {}


def test_bytes_that_do_not_parse_are_an_invalid_answer(home_as_directory: Path) -> None:
    """For a read, and for a write, which may have been executed."""
    answers = {
        "ShowCollections": garbles(NO_MESSAGE),
        "DropAlias": garbles(NO_MESSAGE),
        "DescribeAlias": replies(milvus_pb2.DescribeAliasResponse(collection="c")),
    }
    with GrpcPeer(answers) as peer:
        read = run_here(["list", "collections"], home_as_directory, peer.uri)
        written = run_here(["delete", "alias", "a", "--yes"], home_as_directory, peer.uri)
    reason = "it is not a valid protobuf message"
    assert read == failed(
        f"the server sent an invalid answer to ShowCollections: {reason}",
        "run `server_version` to see which server it is",
    )
    assert written == failed(
        f"the server sent an invalid answer to DropAlias: {reason}: outcome unknown",
        "the server may have done it: check before you repeat it",
    )
