"""A server that reports another number of written rows than it was sent is not trusted."""

from pathlib import Path

import pytest

from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer, aborts, refuses, replies, writes
from tests.support.official import grpc, milvus_pb2, schema_pb2
from tests.support.recorder import run_here
from tests.support.typed import failed


@pytest.mark.parametrize("verb", ["insert", "upsert"])
@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("how", ["row", "file"])
def test_a_write_whose_count_differs_from_its_rows_is_an_error(
    cli: Cli, tmp_path: Path, verb: str, count: int, how: str
) -> None:
    schema = schema_pb2.CollectionSchema(name="book")
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    method, name = verb.title(), f"{verb}_cnt"
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": 1}\n{"id": 2}\n')
    handlers = {
        "DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=schema)),
        "Query": refuses(101, "collection not loaded"),
        method: replies(milvus_pb2.MutationResult(**{name: count})),
    }
    given = [str(rows)] if how == "file" else ["--row", '[{"id": 1}, {"id": 2}]']
    with GrpcPeer(handlers) as peer:
        run = run_here([verb, how, "-c", "book", *given], cli.home, peer.uri)
    said = f"the server sent an invalid answer to {method}: {name} {count} for 2 rows: outcome unknown"
    hint = "the server may have done it: check before you repeat it"
    if how == "file":
        said += "; 0 rows are in, and what was on its way may be"
        hint += "; run the same command with --resume to continue"
    assert run == failed(said, hint)


@pytest.mark.parametrize("verb", ["insert", "upsert"])
def test_a_server_that_tells_no_version_takes_files(cli: Cli, tmp_path: Path, verb: str) -> None:
    """Like Milvus Lite before 3.0, whose upsert replaces rows as Milvus's does."""
    schema = schema_pb2.CollectionSchema(name="book")
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": 1}\n{"id": 2}\n')
    handlers = {
        "DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=schema)),
        "GetVersion": aborts(grpc.StatusCode.UNIMPLEMENTED, "unknown method GetVersion"),
        "Query": refuses(101, "collection not loaded"),
        verb.title(): writes,
    }
    with GrpcPeer(handlers) as peer:
        run = run_here([verb, "file", "-c", "book", str(rows)], cli.home, peer.uri)
        assert run == Run(0, f"{verb.title()}ed 2 of 2 rows into 'book'.\n", "")
        assert peer.methods.count(verb.title()) == 1
