"""Lost answers while rows are inserted under existing keys: an existing key proves nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer, aborts, refuses, replies, writes
from tests.support.milvus_server import MilvusServer
from tests.support.official import grpc, milvus_pb2, official_client, schema_pb2
from tests.support.recorder import run_here
from tests.support.tcp_proxy import TcpProxy
from tests.support.typed import Typed, failed, on_milvus
from tests.test_insert_faults import RandomCuts, acknowledged, wait_for

COLLECTION = "create collection -c {name} -f id:INT64 -f n:INT64 -f v:FLOAT_VECTOR:8 -p id --index v:FLAT:L2"


def write_rows(path: Path, count: int, n: int, *, pad: int = 0) -> None:
    with path.open("w") as file:
        for key in range(count):
            file.write(json.dumps({"id": key, "n": n, "v": [key + n / 2] * 8}) + " " * pad + "\n")


def collection_and_new_rows(typed: Typed, name: str, tmp_path: Path, count: int, *, pad: int = 0) -> Path:
    """Creates a loaded collection with older rows; returns a file with the new ones."""
    typed.gone(name)
    typed.all(COLLECTION.format(name=name), f"load collection -c {name}")
    write_rows(tmp_path / "old.jsonl", count, 0)
    typed.all(f"insert file -c {name} {tmp_path / 'old.jsonl'}")
    write_rows(tmp_path / "new.jsonl", count, 1, pad=pad)
    return tmp_path / "new.jsonl"


def contents(typed: Typed, name: str) -> dict[int, list[float]]:
    """The new rows, read by pymilvus."""
    client = official_client(typed.server.uri)
    try:
        rows = client.query(name, "n == 1", ["id", "v"], consistency_level="Strong")
        return {row["id"]: list(row["v"]) for row in rows}
    finally:
        client.close()


def expected(count: int) -> dict[int, list[float]]:
    return {key: [key + 0.5] * 8 for key in range(count)}


@pytest.fixture
def proxy(milvus: MilvusServer) -> Iterator[TcpProxy]:
    with TcpProxy(milvus.host, milvus.port) as found:
        yield found


@pytest.mark.parametrize("verb", ["insert", "upsert"])
def test_rows_whose_keys_exist_are_all_written_over_a_connection_that_is_cut(
    typed: Typed, is_lite: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    count = 3_000
    rows = collection_and_new_rows(typed, "lost_cut", tmp_path, count)
    monkeypatch.setattr("milvus_cli.files.row_stream.CHUNK_SIZE", 40_000)
    with RandomCuts(typed.server.host, typed.server.port, cuts=6, least=5_000, most=40_000) as proxy:
        run = run_here([verb, "file", "-c", "lost_cut", str(rows)], typed.cli.home, f"http://127.0.0.1:{proxy.port}")
        assert proxy.left == 0
    there = count if is_lite or verb == "upsert" else 2 * count
    replaced = (
        "note: 3,000 rows of 'lost_cut' replaced other rows with their keys: Milvus Lite keeps one row for each key\n"
    )
    assert run == Run(
        0,
        f"{verb.title()}ed 3,000 of 3,000 rows into 'lost_cut', which had 3,000 and has {there:,}.\n",
        replaced if is_lite and verb == "insert" else "",
    )
    assert contents(typed, "lost_cut") == expected(count)
    typed.gone("lost_cut")


@on_milvus
def test_an_insert_over_older_rows_that_was_killed_continues_with_resume(
    typed: Typed, proxy: TcpProxy, tmp_path: Path
) -> None:
    count = 5_000
    rows, checkpoint = collection_and_new_rows(typed, "lost_killed", tmp_path, count, pad=2_000), tmp_path / "how_far"
    line = ["insert", "file", "-c", "lost_killed", str(rows), "--checkpoint", str(checkpoint)]
    uri = f"http://127.0.0.1:{proxy.port}"
    proxy.delay(0.2)
    process = typed.cli.start(*line, env={"MILVUS_URI": uri})
    wait_for(lambda: acknowledged(checkpoint) > 0)
    process.kill()
    process.communicate()
    proxy.delay(0)
    assert 0 < acknowledged(checkpoint) < count
    run = run_here([*line, "--resume"], typed.cli.home, uri)
    assert (run.code, run.err) == (0, ""), run
    assert typed.json("count lost_killed")["exact"] == 2 * count
    assert contents(typed, "lost_killed") == expected(count)
    typed.gone("lost_killed")


@on_milvus
def test_rows_that_cannot_be_told_from_older_ones_are_reported(typed: Typed, tmp_path: Path) -> None:
    rows = collection_and_new_rows(typed, "lost_unknown", tmp_path, 2_000)
    typed.all(f"insert file -c lost_unknown {tmp_path / 'old.jsonl'}")
    with RandomCuts(typed.server.host, typed.server.port, cuts=1, least=30_000, most=30_001) as proxy:
        line = ["insert", "file", "-c", "lost_unknown", str(rows)]
        run = run_here(line, typed.cli.home, f"http://127.0.0.1:{proxy.port}")
    assert run == failed(
        "Inserted 0 of 2,000 rows into 'lost_unknown', which had 4,000 and has 4,000; 2,000 may be in or not: answers "
        "were lost, and other rows have the same keys",
        "upsert file with the same files puts every row in, and leaves one for each key",
        5,
    )
    assert typed(f"upsert file -c lost_unknown {rows}").code == 0
    assert contents(typed, "lost_unknown") == expected(2_000)
    assert typed.json("count lost_unknown")["exact"] == 2_000
    typed.gone("lost_unknown")


def keyed_schema() -> Any:
    schema = schema_pb2.CollectionSchema(name="book")
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    return schema


def test_where_rows_can_neither_be_read_nor_upserted_they_are_unknown(cli: Cli, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": 1}\n{"id": 2}\n')
    handlers = {
        "DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=keyed_schema())),
        "Query": refuses(101, "collection not loaded"),
        "Insert": aborts(grpc.StatusCode.UNAVAILABLE, "Socket closed"),
        "Upsert": aborts(grpc.StatusCode.PERMISSION_DENIED, "PrivilegeUpsert: permission deny to ann"),
    }
    with GrpcPeer(handlers) as peer:
        run = run_here(["insert", "file", "-c", "book", str(rows)], cli.home, peer.uri)
    assert run == failed(
        "Inserted 0 of 2 rows into 'book'; 2 may be in or not: answers were lost, and other rows have the same keys",
        "upsert file with the same files puts every row in, and leaves one for each key",
        5,
    )


def test_a_row_that_was_sent_again_unread_is_reported(cli: Cli) -> None:
    handlers = {
        "DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=keyed_schema())),
        "Query": refuses(101, "collection not loaded"),
        "Insert": aborts(grpc.StatusCode.UNAVAILABLE, "Socket closed"),
        "Upsert": writes,
    }
    with GrpcPeer(handlers) as peer:
        run = run_here(["insert", "row", "-c", "book", "--row", '{"id": 1}'], cli.home, peer.uri)
    assert run == Run(
        0,
        "Inserted 1 row into 'book'.\n",
        "note: 1 rows of 'book' were sent again as an upsert, because answers "
        "were lost and the rows could not be read back: earlier rows with the same keys were replaced\n",
    )
