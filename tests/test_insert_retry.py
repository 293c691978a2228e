"""While a server is unreachable an insert says so, and in the end how to resume."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.support.cli import Cli
from tests.support.grpc_peer import GrpcPeer, aborts, in_turn, refuses, replies
from tests.support.milvus_server import MilvusServer
from tests.support.official import grpc, milvus_pb2, schema_pb2
from tests.support.recorder import run_here
from tests.support.tcp_proxy import TcpProxy
from tests.support.terminal import Terminal
from tests.support.typed import Typed, failed, on_milvus


def peer_that_goes_away() -> GrpcPeer:
    schema = schema_pb2.CollectionSchema(name="book")
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    lost = aborts(grpc.StatusCode.UNAVAILABLE, "Socket closed")
    return GrpcPeer(
        {
            "DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=schema)),
            "Query": in_turn(refuses(101, "collection not loaded"), lost),
            "Insert": lost,
        }
    )


def test_the_bar_says_for_how_long_a_server_has_been_tried(terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": 1}\n')
    with peer_that_goes_away() as peer:
        line = ["insert", "file", "-c", "book", str(rows), "--retry", "4"]
        shown = terminal(*line, cols=120, env={"MILVUS_URI": peer.uri})
        for seconds in (1, 2):
            shown.wait_for(f"Inserting into 'book'  0 rows, retrying, {seconds} s of 4")
        assert shown.wait_exit() == 3
        assert "retrying" not in shown.text
        assert "run the same command with --resume to continue" in shown.text


def test_hints_add_up(cli: Cli, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": 1}\n')
    with peer_that_goes_away() as peer:
        run = run_here(["insert", "file", "-c", "book", str(rows), "--retry", "0.5"], cli.home, peer.uri)
        assert run == failed(
            f"the connection to {peer.address} was lost during Query; 0 rows are in, and what was on its way may be",
            "is the server up? try again; run the same command with --resume to continue",
            3,
        )


@on_milvus
def test_a_server_that_dies_in_the_middle_ends_an_insert_that_says_how_to_resume(
    typed: Typed, milvus: MilvusServer, tmp_path: Path
) -> None:
    typed.gone("retry_dies")
    typed.all(
        "create collection -c retry_dies -f id:INT64 -f v:FLOAT_VECTOR:8 -p id --index v:FLAT:L2",
        "load collection -c retry_dies",
    )
    rows = tmp_path / "rows.jsonl"
    with rows.open("w") as file:
        file.writelines(json.dumps({"id": key, "v": [key] * 8}) + " " * 2_000 + "\n" for key in range(2_500))
    with TcpProxy(milvus.host, milvus.port) as proxy:
        proxy.delay(0.05)
        port, line = proxy.port, ["insert", "file", "-c", "retry_dies", str(rows), "--retry", "1"]
        process = typed.cli.start(*line, "--checkpoint", str(tmp_path / "far"), env={"MILVUS_URI": proxy_uri(port)})
        while proxy.bytes_up < 40_000:
            assert process.poll() is None
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (3, "")
    assert err.startswith(f"error: nothing is listening at 127.0.0.1:{port}; "), err
    assert err.endswith(
        "hint: check that the server is running, and its host and port (Milvus listens on 19530); "
        "run the same command with --resume to continue\n"
    ), err
    typed.gone("retry_dies")


def proxy_uri(port: int) -> str:
    return f"http://127.0.0.1:{port}"
