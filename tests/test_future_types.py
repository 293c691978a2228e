"""Types of fields that this client does not know: shown and exported as servers write them, and in nobody's way."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from pyarrow import parquet

from tests.support.cli import Run
from tests.support.grpc_peer import GrpcPeer, replies, writes
from tests.support.official import common_pb2, milvus_pb2, schema_pb2
from tests.support.recorder import run_here
from tests.support.typed import failed

FUTURE = 107
"""A number that no DataType has yet."""
SLOT_99 = b"\x9a\x06\x03abc"
"""Field 99 of a message, which is in no .proto file yet."""
TYPES: dict[str, int] = {
    "day": schema_pb2.Date,
    "clock": schema_pb2.Time,
    "mol": schema_pb2.Mol,
    "smiles": schema_pb2.Mol,
    "price": schema_pb2.Decimal,
    "known": FUTURE,
    "scalar": FUTURE,
    "vector": FUTURE,
    "other": FUTURE,
    "items": schema_pb2.Array,
}
SHOWN: dict[str, Any] = {
    "day": 20_000,
    "clock": 3_600_000_000,
    "mol": "0aff",
    "smiles": "CCO",
    "price": "1.50",
    "known": 7,
    "scalar": "(type 107)",
    "vector": "(type 107)",
    "other": "(type 107)",
    "items": "(ARRAY of type 108)",
}
"""The values of the first row; those of the second are null."""
TITLES = {"id": 1, "title": "Emma"}


def schema() -> Any:
    made = schema_pb2.CollectionSchema(name="lab")
    made.fields.add(fieldID=100, name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    made.fields.add(fieldID=101, name="title", data_type=schema_pb2.VarChar).type_params.add(
        key="max_length", value="20"
    )
    vector = made.fields.add(fieldID=102, name="v", data_type=schema_pb2.FloatVector)
    vector.type_params.add(key="dim", value="2")
    for number, (name, kind) in enumerate(TYPES.items(), start=103):
        field = made.fields.add(fieldID=number, name=name, nullable=True)
        field.data_type = kind
        if kind == schema_pb2.Array:
            field.element_type = 108
    return made


def columns() -> dict[str, Any]:
    """Two rows, of which the second has only the fields that are not nullable."""
    made = {name: schema_pb2.FieldData(field_name=name, valid_data=[True, False]) for name in TYPES}
    for name, kind in TYPES.items():
        made[name].type = kind
    made["day"].scalars.date_data.data.append(20_000)
    made["clock"].scalars.time_data.data.append(3_600_000_000)
    made["mol"].scalars.mol_data.data.append(b"\x0a\xff")
    made["smiles"].scalars.mol_smiles_data.data.append("CCO")
    made["price"].scalars.string_data.data.append("1.50")
    made["known"].scalars.long_data.data.append(7)
    made["scalar"].scalars.MergeFromString(SLOT_99)
    made["vector"].vectors.MergeFromString(SLOT_99)
    made["other"].MergeFromString(SLOT_99)
    arrays = made["items"].scalars.array_data
    arrays.element_type = 108
    arrays.data.add().MergeFromString(SLOT_99)
    made["id"] = schema_pb2.FieldData(field_name="id", type=schema_pb2.Int64)
    made["id"].scalars.long_data.data.extend([1, 2])
    made["title"] = schema_pb2.FieldData(field_name="title", type=schema_pb2.VarChar)
    made["title"].scalars.string_data.data.extend(["Emma", "Persuasion"])
    made["v"] = schema_pb2.FieldData(field_name="v", type=schema_pb2.FloatVector)
    made["v"].vectors.dim = 2
    made["v"].vectors.float_vector.data.extend([1, 2, 3, 4])
    return made


def answered(request: Any, context: object) -> Message:
    """The rows of a query: all of them once."""
    if list(request.output_fields) == ["count(*)"]:
        count = schema_pb2.FieldData(type=schema_pb2.Int64, field_name="count(*)")
        count.scalars.long_data.data.append(2)
        counted: Message = milvus_pb2.QueryResults(fields_data=[count])
        return counted
    after = ">" in request.expr
    found: Message = milvus_pb2.QueryResults(
        fields_data=[] if after else [columns()[name] for name in request.output_fields]
    )
    return found


def hits(request: Any, context: object) -> Message:
    found = milvus_pb2.SearchResults()
    found.results.num_queries, found.results.top_k = 1, 2
    found.results.topks.append(2)
    found.results.scores.extend([0.5, 1.5])
    found.results.ids.int_id.data.extend([1, 2])
    found.results.fields_data.extend(columns()[name] for name in request.output_fields)
    message: Message = found
    return message


class Lab:
    """Commands on a server with a collection of such fields."""

    def __init__(self, peer: GrpcPeer, home: Path) -> None:
        self.peer, self.home = peer, home

    def __call__(self, *argv: str) -> Run:
        self.peer.calls.clear()
        return run_here(argv, self.home, self.peer.uri)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    index = milvus_pb2.IndexDescription(field_name="v", index_name="v", state=common_pb2.Finished)
    for key, value in (("index_type", "FLAT"), ("metric_type", "L2")):
        index.params.add(key=key, value=value)
    described = milvus_pb2.DescribeCollectionResponse(schema=schema(), collection_name="lab", collectionID=1)
    described.consistency_level = common_pb2.Bounded
    handlers = {
        "GetVersion": replies(milvus_pb2.GetVersionResponse(version="v3.1.0")),
        "DescribeCollection": replies(described),
        "DescribeIndex": replies(milvus_pb2.DescribeIndexResponse(index_descriptions=[index])),
        "HasCollection": lambda request, context: milvus_pb2.BoolResponse(value=request.collection_name == "lab"),
        "GetLoadState": replies(milvus_pb2.GetLoadStateResponse(state=common_pb2.LoadStateLoaded)),
        "ShowPartitions": replies(milvus_pb2.ShowPartitionsResponse(partition_names=["_default"])),
        "ShowCollections": replies(milvus_pb2.ShowCollectionsResponse(collection_names=["lab"])),
        "GetCollectionStatistics": replies(milvus_pb2.GetCollectionStatisticsResponse()),
        "ListAliases": replies(milvus_pb2.ListAliasesResponse()),
        "AllocTimestamp": replies(milvus_pb2.AllocTimestampResponse(timestamp=1)),
        "Query": answered,
        "Search": hits,
        "Insert": writes,
        "CreateCollection": replies(common_pb2.Status()),
    }
    with GrpcPeer(handlers) as peer:
        yield Lab(peer, tmp_path_factory.mktemp("lab"))


def test_show_collection_names_the_types(lab: Lab) -> None:
    run = lab("show", "collection", "lab", "-o", "json")
    found = {each["name"]: each["type"] for each in json.loads(run.out)["fields"]}
    assert (run.code, run.err) == (0, "")
    assert [found[name] for name in TYPES] == [
        *("DATE", "TIME", "MOL", "MOL", "DECIMAL"),
        *("type 107", "type 107", "type 107", "type 107", "ARRAY"),
    ]
    assert "type 107" in lab("show", "collection", "lab").out


def test_a_query_shows_their_values_and_the_other_fields(lab: Lab) -> None:
    run = lab("query", "-c", "lab", "-o", "jsonl")
    assert (run.code, run.err) == (0, ""), run
    first, second = map(json.loads, run.out.splitlines())
    assert first == {**TITLES, "v": [1.0, 2.0], **SHOWN}
    assert second == {"id": 2, "title": "Persuasion", "v": [3.0, 4.0], **dict.fromkeys(SHOWN)}

    table = lab("get", "-c", "lab", "--ids", "1,2", "--fields", "day,scalar")
    assert (table.code, table.err) == (0, ""), table
    assert "(type 107)" in table.out


def test_a_search_shows_their_values(lab: Lab) -> None:
    run = lab("search", "-c", "lab", "-v", "[1, 2]", "--fields", "title,day,mol,scalar,items", "-o", "jsonl")
    assert (run.code, run.err) == (0, ""), run
    first = json.loads(run.out.splitlines()[0])
    shown = {name: SHOWN[name] for name in ("day", "mol", "scalar", "items")}
    assert {name: first[name] for name in ("title", *shown)} == {"title": "Emma", **shown}


def exported(lab: Lab, kind: str) -> Path:
    path = lab.home / f"lab.{kind}"
    run = lab("export", "-c", "lab", str(path))
    assert (run.code, run.err) == (0, ""), run
    return path


def test_an_export_has_their_values(lab: Lab) -> None:
    rows = [json.loads(line) for line in exported(lab, "jsonl").read_text().splitlines()]
    assert rows[0] == {**TITLES, "v": [1.0, 2.0], **SHOWN}
    with exported(lab, "csv").open() as file:
        first, second = csv.DictReader(file)
    # A cell with an array is JSON.
    cells = {name: str(value) for name, value in SHOWN.items()}
    assert {name: first[name] for name in SHOWN} == {**cells, "items": json.dumps(SHOWN["items"])}
    assert {second[name] for name in SHOWN} == {""}


def test_a_parquet_file_has_their_values_as_text(lab: Lab) -> None:
    first, second = parquet.read_table(exported(lab, "parquet")).to_pylist()
    assert {name: first[name] for name in SHOWN} == {name: str(value) for name, value in SHOWN.items()}
    assert second["known"] is None


def test_a_copy_is_refused_and_a_comparison_names_what_it_leaves_out(lab: Lab) -> None:
    run = lab("copy", "lab", "other", "--yes")
    assert run.code == 1
    assert run.err.startswith("error: refusing to copy: this client does not know type DATE of field 'day', ")
    assert not {"CreateCollection", "Insert"} & set(lab.peer.methods)

    compared = lab("diff", "lab", "lab", "-o", "json")
    assert "type 107 of field 'known' of a (unknown to this client)" in json.loads(compared.out)["not_compared"]


def test_a_schema_with_such_a_type_is_not_created(lab: Lab) -> None:
    ddl = lab("show", "collection", "lab", "-o", "ddl")
    assert ddl.code == 0
    path = lab.home / "lab.json"
    path.write_text(ddl.out)
    line = ("create", "collection", "-c", "new", "--schema-file", str(path))
    for run in (lab(*line), lab(*line, "--dry-run")):
        assert (run.code, run.err.splitlines()[0]) == (2, "error: field 'day': unknown type 'DATE'")
    assert "CreateCollection" not in lab.peer.methods


def test_rows_without_values_of_such_fields_are_inserted(lab: Lab) -> None:
    row = {"id": 3, "title": "Sanditon", "v": [5, 6]}
    run = lab("insert", "row", "-c", "lab", "--row", json.dumps(row))
    assert run.out == "Inserted 1 row into 'lab'.\n", run
    (request,) = lab.peer.requests("Insert")
    sent: Any = request
    assert [each.field_name for each in sent.fields_data] == ["id", "title", "v"]

    run = lab("insert", "fake", "-c", "lab", "-n", "3")
    assert (run.code, lab.peer.methods.count("Insert")) == (0, 1), run

    refused = lab("insert", "row", "-c", "lab", "--row", json.dumps({**row, "known": 1}))
    assert refused == failed("field 'known': values of type 107 can't be written yet", code=2)
