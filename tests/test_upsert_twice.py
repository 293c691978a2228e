"""Of several rows with one key in an upsert, the last one stays."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer, refuses, replies, writes
from tests.support.official import grpc, milvus_pb2, schema_pb2
from tests.support.recorder import run_here
from tests.support.typed import Typed, on_milvus

COLLECTION = "create collection -c {name} -f id:INT64 -f n:INT64 -f t:VARCHAR:10 -f v:FLOAT_VECTOR:2 -p id"


def make_collection(typed: Typed, name: str) -> None:
    typed.gone(name)
    typed.all(f"{COLLECTION.format(name=name)} --index v:FLAT:L2", f"load collection -c {name}")


def row(key: int, n: int, text: str = "") -> dict[str, Any]:
    return {"id": key, "n": n, "t": text, "v": [key, n]}


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(each) + "\n" for each in rows))


def rows_of(typed: Typed, name: str) -> list[list[int]]:
    return sorted([each["id"], each["n"]] for each in typed.json(f"query -c {name} --filter 'id >= 0' --fields id,n"))


@pytest.mark.parametrize("chunk", [2 << 20, 4_000], ids=["in one batch", "in many batches"])
def test_the_last_row_of_each_key_stays(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr("milvus_cli.files.row_stream.CHUNK_SIZE", chunk)
    make_collection(typed, "twice_file")
    path = tmp_path / "rows.jsonl"
    write(path, [row(key, n) for n in range(4) for key in range(200)])
    message = (
        "Upserted 200 of 800 rows into 'twice_file', which had 0 and has 200; 600 superseded by later rows of "
        "their key."
    )
    assert typed.json(f"upsert file -c twice_file {path}") == {
        "message": message,
        "collection": "twice_file",
        "read": 800,
        "inserted": 200,
        "rejected": 0,
        "before": 0,
        "after": 200,
        "superseded": 600,
    }
    assert rows_of(typed, "twice_file") == [[key, 3] for key in range(200)]
    typed.gone("twice_file")


def test_upsert_row_keeps_the_last_of_a_key(typed: Typed) -> None:
    make_collection(typed, "twice_row")
    rows = json.dumps([row(1, 1), row(2, 1), row(1, 2)])
    assert typed(f"upsert row -c twice_row --row '{rows}'") == Run(
        0, "Upserted 2 rows into 'twice_row'; 1 superseded by later rows of their key.\n", ""
    )
    assert rows_of(typed, "twice_row") == [[1, 2], [2, 1]]
    typed.gone("twice_row")


@on_milvus
def test_where_the_last_row_is_refused_the_one_before_it_stays(typed: Typed, tmp_path: Path) -> None:
    make_collection(typed, "twice_bad")
    path, bad = tmp_path / "rows.jsonl", "ä" * 9
    write(path, [row(1, 1), row(1, 2), row(1, 3, bad), row(2, 1), row(2, 2, bad), row(2, 3, bad), row(3, 1, bad)])
    run = typed(f"upsert file -c twice_bad {path}")
    assert run.code == 5
    assert run.err.endswith(
        "error: Upserted 2 of 7 rows into 'twice_bad', which had 0 and has 2; 1 superseded by "
        "later rows of their key; 4 rejected\nhint: --rejects FILE keeps them\n"
    )
    assert rows_of(typed, "twice_bad") == [[1, 2], [2, 1]]
    typed.gone("twice_bad")


def test_a_batch_waits_for_one_in_flight_that_has_a_key_of_it(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milvus_cli.files.row_stream.CHUNK_SIZE", 1)
    schema = schema_pb2.CollectionSchema(name="book")
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    schema.fields.add(name="n", data_type=schema_pb2.Int64)
    log: list[tuple[str, int]] = []

    def upsert(request: Any, context: grpc.ServicerContext) -> Any:
        n = request.fields_data[1].scalars.long_data.data[0]
        log.append(("begin", n))
        time.sleep(0.1)
        log.append(("end", n))
        return writes(request, context)

    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": 7, "n": 1}\n{"id": 7, "n": 2}\n{"id": 8, "n": 3}\n')
    handlers = {
        "DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=schema)),
        "Query": refuses(101, "collection not loaded"),
        "Upsert": upsert,
    }
    with GrpcPeer(handlers) as peer:
        run = run_here(["upsert", "file", "-c", "book", str(path)], cli.home, peer.uri)
    assert run == Run(0, "Upserted 2 of 3 rows into 'book'; 1 superseded by later rows of their key.\n", "")
    assert log[:2] == [("begin", 1), ("end", 1)]
    # A batch without a shared key is sent concurrently.
    assert sorted(log[2:4]) == [("begin", 2), ("begin", 3)]
