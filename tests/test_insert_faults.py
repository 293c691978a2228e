"""Whatever breaks during an insert, no row is lost or duplicated: counted on real servers."""

import gzip
import json
import random
import re
import resource
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message

from milvus_cli.schema.declaration import Declaration, declared
from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer, aborts, in_turn, never_answers, refuses, replies, writes
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.official import grpc, milvus_pb2, schema_pb2
from tests.support.recorder import run_here
from tests.support.shelf import Shelf
from tests.support.tcp_proxy import TcpProxy
from tests.support.typed import Typed, failed

ANEW = "send all rows again with `upsert file … --restart`, which replaces those that are in"
SMALL = "create collection -c {name} -f id:INT64 -f v:FLOAT_VECTOR:2 -p id"


def write_rows(path: Path, count: int, *, pad: int = 0) -> None:
    with path.open("w") as file:
        file.writelines(json.dumps({"id": number, "v": [number, 0.5]}) + " " * pad + "\n" for number in range(count))


def make_loaded(typed: Typed, name: str) -> None:
    typed.gone(name)
    typed.all(SMALL.format(name=name), f"create index -c {name} -f v -t FLAT -m L2", f"load collection -c {name}")


def exact(typed: Typed, name: str) -> int:
    return int(typed.json(f"count {name}")["exact"])


def distinct(typed: Typed, name: str) -> int:
    """Number of distinct primary keys."""
    from tests.support.official import official_client

    client = official_client(typed.server.uri)
    try:
        return len({row["id"] for row in client.query(name, "id >= 0", ["id"], consistency_level="Strong")})
    finally:
        client.close()


def wait_for(is_true: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < until
        time.sleep(0.02)


def acknowledged(checkpoint: Path) -> int:
    try:
        return int(json.loads(checkpoint.read_text())["inserted"])
    except (FileNotFoundError, ValueError):
        return 0


@pytest.fixture
def on_milvus(cli: Cli, milvus: MilvusServer) -> Typed:
    return Typed(cli, milvus)


@pytest.fixture
def on_lite(cli: Cli, lite: LiteServer) -> Typed:
    return Typed(cli, lite)


@pytest.fixture
def proxy(milvus: MilvusServer) -> Iterator[TcpProxy]:
    with TcpProxy(milvus.host, milvus.port) as found:
        yield found


def test_an_insert_that_was_killed_continues_with_resume(on_milvus: Typed, proxy: TcpProxy, tmp_path: Path) -> None:
    typed = on_milvus
    make_loaded(typed, "fault_killed")
    rows, checkpoint = tmp_path / "rows.jsonl", tmp_path / "how_far"
    write_rows(rows, 20_000, pad=1_000)
    line = ["insert", "file", "-c", "fault_killed", str(rows), "--checkpoint", str(checkpoint)]
    # Ten batches, two at once, each held for longer than this process may sleep.
    proxy.delay(0.3)
    process = typed.cli.start(*line, env={"MILVUS_URI": f"http://127.0.0.1:{proxy.port}"})
    wait_for(lambda: acknowledged(checkpoint) > 0)
    process.kill()
    process.communicate()
    assert 0 < acknowledged(checkpoint) < 20_000

    proxy.delay(0)
    again = run_here(line, typed.cli.home, f"http://127.0.0.1:{proxy.port}")
    assert again == failed(
        f"an earlier run of this insert stopped after {acknowledged(checkpoint):,} rows; "
        "rows that were on their way may be in too",
        "--resume continues it; --restart sends all rows again",
        code=2,
    )

    before = exact(typed, "fault_killed")
    run = run_here([*line, "--resume"], typed.cli.home, f"http://127.0.0.1:{proxy.port}")
    assert run == Run(
        0, f"Inserted 20,000 of 20,000 rows into 'fault_killed', which had {before:,} and has 20,000.\n", ""
    )
    assert not checkpoint.exists()
    assert distinct(typed, "fault_killed") == 20_000
    typed.gone("fault_killed")


class RandomCuts(TcpProxy):
    """Cuts every connection repeatedly, each time after a random number of bytes."""

    def __init__(self, host: str, port: int, *, cuts: int, least: int, most: int) -> None:
        super().__init__(host, port)
        self.left = cuts
        self._range = (least, most)
        self._bytes_until_cut = self._next()

    def _next(self) -> int:
        return random.Random(self.left).randrange(*self._range)

    def _cut_when_due(self) -> None:
        due = self._bytes_until_cut == 0
        try:
            super()._cut_when_due()
        finally:
            if due:
                self.left -= 1
                self._bytes_until_cut = self._next() if self.left else None


def test_a_connection_that_is_cut_at_random_loses_and_doubles_no_row(
    on_milvus: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = on_milvus
    monkeypatch.setattr("milvus_cli.files.row_stream.CHUNK_SIZE", 25_000)
    make_loaded(typed, "fault_cut")
    rows = tmp_path / "rows.jsonl"
    write_rows(rows, 10_000)
    with RandomCuts(typed.server.host, typed.server.port, cuts=12, least=5_000, most=25_000) as proxy:
        line = ["insert", "file", "-c", "fault_cut", str(rows)]
        run = run_here(line, typed.cli.home, f"http://127.0.0.1:{proxy.port}")
        assert proxy.left == 0
    assert run == Run(0, "Inserted 10,000 of 10,000 rows into 'fault_cut', which had 0 and has 10,000.\n", "")
    assert distinct(typed, "fault_cut") == 10_000
    typed.gone("fault_cut")


def test_a_server_that_is_killed_and_comes_back_has_every_row(cli: Cli) -> None:
    with MilvusServer(cli.directory / "killed", session_ttl=5) as server:
        typed = Typed(cli, server)
        make_loaded(typed, "fault_server")
        rows, checkpoint = cli.directory / "rows.jsonl", cli.directory / "how_far"
        write_rows(rows, 8_000, pad=2_000)
        with TcpProxy(server.host, server.port) as proxy:
            proxy.delay(0.2)
            line = ["insert", "file", "-c", "fault_server", str(rows), "--checkpoint", str(checkpoint), "--retry", "90"]
            process = cli.start(*line, env={"MILVUS_URI": f"http://127.0.0.1:{proxy.port}"})
            wait_for(lambda: acknowledged(checkpoint) > 0)
            server.kill()
            proxy.delay(0)
            server.start()
            out, err = process.communicate(timeout=120)
        assert (process.returncode, out.partition(",")[0]) == (0, "Inserted 8"), err
        wait_for(lambda: typed("count fault_server").code == 0, 90)
        assert (exact(typed, "fault_server"), distinct(typed, "fault_server")) == (8_000, 8_000)


FULL = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))
"""


def test_a_full_disk_for_the_checkpoint_is_reported_before_a_row_is_sent(cli: Cli, on_lite: Typed) -> None:
    typed = on_lite
    make_loaded(typed, "fault_disk")
    write_rows(cli.directory / "rows.jsonl", 10)
    line = ["insert", "file", "-c", "fault_disk", "rows.jsonl", "--checkpoint", "how_far"]
    process = cli.start(*line, env=typed.env, before=FULL)
    out, err = process.communicate(timeout=60)
    assert Run(process.returncode, out, err) == failed(
        "can't write the checkpoint how_far: No space left on device", "name a file on another disk: --checkpoint FILE"
    )
    assert exact(typed, "fault_disk") == 0
    typed.gone("fault_disk")


@pytest.mark.parametrize(("limit", "batches", "file"), [(0, 3, "the checkpoint how_far"), (4096, 1, "rejects.jsonl")])
def test_a_disk_that_fills_up_stops_an_insert_that_can_be_resumed(
    on_lite: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int, batches: int, file: str
) -> None:
    from milvus_cli.transfer.intake import RowEncoder

    typed, line = on_lite, "insert file -c fault_full rows.jsonl --checkpoint how_far --rejects rejects.jsonl"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("milvus_cli.files.row_stream.CHUNK_SIZE", 10_000)
    make_loaded(typed, "fault_full")
    with Path("rows.jsonl").open("w") as rows:
        rows.writelines(
            json.dumps({"id": number, "v": [number, 1][number % 5 == 0 :]}) + "\n" for number in range(2_000)
        )
    encode, limits, calls = RowEncoder.batch, resource.getrlimit(resource.RLIMIT_FSIZE), list[object]()

    def filling(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == batches:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limits[1]))
        return encode(*arguments)

    monkeypatch.setattr(RowEncoder, "batch", filling)
    try:
        run = typed(line)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    # A batch whose rejects could not be written does not count, although its good rows arrived.
    known = (
        r"[0-9]+ rows are in, and what was on its way may be" if limit else f"{exact(typed, 'fault_full')} rows are in"
    )
    assert (run.code, run.out) == (1, "")
    said = (
        f"error: can't write {file}: File too large; {known}\nhint: make room; then run the same command with --resume"
    )
    assert re.search(f"{said} to continue\n$", run.err), run.err
    assert limit or exact(typed, "fault_full") > 0

    monkeypatch.setattr(RowEncoder, "batch", encode)
    assert typed(f"{line} --resume").code == 5
    lines = [json.loads(each)["line"] for each in Path("rejects.jsonl").read_text().splitlines()]
    assert lines == list(range(1, 2_000, 5))
    assert (exact(typed, "fault_full"), distinct(typed, "fault_full")) == (1_600, 1_600)
    typed.gone("fault_full")


def test_rows_before_the_end_of_a_gzip_that_is_cut_off_are_inserted_with_an_error(
    on_lite: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = on_lite
    monkeypatch.setattr("milvus_cli.files.row_stream.CHUNK_SIZE", 10_000)
    monkeypatch.chdir(tmp_path)
    make_loaded(typed, "fault_gzip")
    write_rows(Path("rows.jsonl"), 5_000)
    whole = gzip.compress(Path("rows.jsonl").read_bytes())
    Path("rows.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    run = typed("insert file -c fault_gzip rows.jsonl.gz")
    there = exact(typed, "fault_gzip")
    assert 0 < there < 5_000
    assert run == failed(
        "rows.jsonl.gz is cut off or broken: Compressed file ended before the end-of-stream marker was reached; "
        f"{there:,} rows are in",
        f"repair the file, then {ANEW}",
    )

    # The repaired file is another file: nothing is doubled by mistake, and upsert inserts the rest.
    Path("rows.jsonl.gz").write_bytes(whole)
    assert typed("insert file -c fault_gzip rows.jsonl.gz --resume") == failed(
        f"an earlier insert was interrupted after {there:,} rows were in, and had another state of the files",
        ANEW,
        code=2,
    )
    assert typed("upsert file -c fault_gzip rows.jsonl.gz --restart").code == 0
    assert (exact(typed, "fault_gzip"), distinct(typed, "fault_gzip")) == (5_000, 5_000)
    typed.gone("fault_gzip")


def test_a_file_that_changes_while_it_is_read_is_reported(
    on_lite: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from milvus_cli.transfer.intake import RowEncoder

    monkeypatch.chdir(tmp_path)
    typed = on_lite
    make_loaded(typed, "fault_changed")
    write_rows(Path("rows.jsonl"), 100)
    encode = RowEncoder.batch

    def changing(*arguments: Any) -> Any:
        with Path("rows.jsonl").open("a") as file:
            file.write('{"id": 1000, "v": [1, 2]}\n')
        return encode(*arguments)

    monkeypatch.setattr(RowEncoder, "batch", changing)
    assert typed("insert file -c fault_changed rows.jsonl") == failed(
        "rows.jsonl changed while it was read; 100 rows are in", f"wait until nothing writes to it; then {ANEW}"
    )
    assert exact(typed, "fault_changed") == 100
    typed.gone("fault_changed")


def test_rows_with_generated_keys_may_be_there_twice_and_an_error_says_so(cli: Cli, tmp_path: Path) -> None:
    schema = schema_pb2.CollectionSchema(name="book")
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True, autoID=True)
    schema.fields.add(name="n", data_type=schema_pb2.Int64)
    lost = aborts(grpc.StatusCode.UNAVAILABLE, "Socket closed")
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"n": 1}\n{"n": 2}\n')
    handlers = {
        "DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=schema)),
        "Query": refuses(101, "collection not loaded"),
        "Insert": in_turn(lost, lost, writes),
    }
    with GrpcPeer(handlers) as peer:
        run = run_here(["insert", "file", "-c", "book", str(rows)], cli.home, peer.uri)
    assert run == failed(
        "Inserted 2 of 2 rows into 'book'; 4 were sent again and may be in twice: answers were lost, and Milvus "
        "assigns the keys",
        "compare the number of rows with the files",
        5,
    )


def test_a_server_that_stays_away_leaves_an_insert_to_be_resumed(cli: Cli, tmp_path: Path) -> None:
    schema = schema_pb2.CollectionSchema(name="book")
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    lost = aborts(grpc.StatusCode.UNAVAILABLE, "Socket closed")
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": 1}\n{"id": 2}\n')
    line = ["insert", "file", "-c", "book", str(rows), "--retry", "0"]
    handlers = {
        "DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=schema)),
        "Query": refuses(101, "collection not loaded"),
        "Insert": lost,
        "Upsert": writes,
    }
    with GrpcPeer(handlers) as peer:
        run = run_here(line, cli.home, peer.uri)
        assert (run.code, run.out) == (3, "")
        run = run_here([*line, "--resume"], cli.home, peer.uri)
        said = (
            "note: 2 rows of 'book' were sent again as an upsert, because answers were lost and the rows could not be "
            "read back: earlier rows with the same keys were replaced\n"
        )
        assert run == Run(0, "Inserted 2 of 2 rows into 'book'.\n", said)
        # The server can't be asked for the rows, so they replace any that may have arrived.
        assert [method for method in peer.methods if method in ("Insert", "Upsert")] == ["Insert", "Upsert"]


def test_an_insert_that_is_killed_before_it_tells_its_outcome_is_resumed_without_a_second_row(cli: Cli) -> None:
    schema = schema_pb2.CollectionSchema(name="book")
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True, autoID=True)
    schema.fields.add(name="n", data_type=schema_pb2.Int64)
    (cli.directory / "rows.jsonl").write_text('{"n": 1}\n{"n": 2}\n')
    unloaded = refuses(101, "collection not loaded")
    handlers = {
        "DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=schema)),
        "Query": in_turn(unloaded, never_answers()),
        "Insert": writes,
    }
    with GrpcPeer(handlers) as peer:
        line = ("insert", "file", "-c", "book", "rows.jsonl")
        process = cli.start(*line, env={"MILVUS_URI": peer.uri})
        wait_for(lambda: peer.methods.count("Query") == 2)
        process.kill()
        process.wait(20)
        peer.handlers["Query"] = unloaded
        run = cli(*line, "--resume", env={"MILVUS_URI": peer.uri})
        assert (run, peer.methods.count("Insert")) == (Run(0, "Inserted 2 of 2 rows into 'book'.\n", ""), 1)


def test_rows_that_were_sent_again_are_in_once_where_the_count_says_so(cli: Cli, tmp_path: Path) -> None:
    schema = schema_pb2.CollectionSchema(name="book")
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True, autoID=True)
    schema.fields.add(name="n", data_type=schema_pb2.Int64)
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"n": 1}\n{"n": 2}\n')

    def counting(count: int) -> milvus_pb2.QueryResults:
        column = schema_pb2.FieldData(field_name="count(*)", type=schema_pb2.Int64)
        column.scalars.long_data.data.append(count)
        return milvus_pb2.QueryResults(fields_data=[column])

    for after, code in ((7, 0), (9, 5)):
        handlers = {
            "DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=schema)),
            "Query": in_turn(replies(counting(5)), replies(counting(after))),
            "Insert": in_turn(aborts(grpc.StatusCode.UNAVAILABLE, "Socket closed"), writes),
        }
        with GrpcPeer(handlers) as peer:
            run = run_here(["insert", "file", "-c", "book", str(rows)], cli.home, peer.uri)
        told = f"Inserted 2 of 2 rows into 'book', which had 5 and has {after}"
        assert (run.code, told in run.out + run.err) == (code, True), run


@pytest.mark.parametrize("arrived", [True, False], ids=["after it arrived", "before it arrived"])
def test_a_row_with_a_key_of_its_own_is_there_once_when_its_answer_is_lost(arrived: bool, tmp_path: Path) -> None:
    schema = declared(Declaration("lost", ("id:INT64", "v:FLOAT_VECTOR:2"), primary="id")).schema
    with Shelf(schema) as peer:
        insert = peer.handlers["Insert"]

        def cut(request: Message, context: grpc.ServicerContext) -> Message:
            if arrived:
                insert(request, context)
            return aborts(grpc.StatusCode.UNAVAILABLE, "Socket closed")(request, context)

        peer.handlers["Insert"] = cut
        run = run_here(
            ["-o", "json", "insert", "row", "-c", "lost", "--row", '{"id": 7, "v": [1, 2]}'], tmp_path, peer.uri
        )
        assert (run.code, run.err, json.loads(run.out)["ids"]) == (0, "", [7])
        assert (peer.methods.count("Insert"), peer.methods.count("Upsert")) == (1, 0 if arrived else 1)
        first: Any = peer.requests("Insert")[0]
        again: list[Any] = peer.requests("Upsert")
        assert all(list(each.fields_data) == list(first.fields_data) for each in again)


def test_a_lost_answer_is_reported_by_the_operation_of_the_command(tmp_path: Path) -> None:
    schema = declared(Declaration("lost", ("id:INT64", "v:FLOAT_VECTOR:2"), primary="id")).schema
    (tmp_path / "rows.jsonl").write_text('{"id": 7, "v": [1, 2]}\n')
    with Shelf(schema) as peer:
        for method in ("Insert", "Upsert"):
            peer.handlers[method] = aborts(grpc.StatusCode.UNAVAILABLE, "Socket closed")
        # The row has not arrived, so it is sent again as an upsert.
        line = ["insert", "file", "-c", "lost", str(tmp_path / "rows.jsonl"), "--retry", "0.5"]
        run = run_here(line, tmp_path, peer.uri)
        assert run.err.startswith(f"error: the connection to {peer.address} was lost during Insert: outcome unknown; ")
        assert (run.code, {"Insert", "Upsert"} <= set(peer.methods)) == (3, True)


def test_a_row_with_a_generated_key_is_not_sent_again(tmp_path: Path) -> None:
    schema = declared(Declaration("lost", ("id:INT64", "v:FLOAT_VECTOR:2"), primary="id", auto_id=True)).schema
    with Shelf(schema) as peer:
        peer.handlers["Insert"] = aborts(grpc.StatusCode.UNAVAILABLE, "Socket closed")
        run = run_here(["insert", "row", "-c", "lost", "--row", '{"v": [1, 2]}'], tmp_path, peer.uri)
        assert run == failed(
            f"the connection to {peer.address} was lost during Insert: outcome unknown",
            "the server may have done it: check before you repeat it",
            3,
        )
        assert peer.methods.count("Insert") == 1


def test_ctrl_c_in_insert_fake_tells_how_many_rows_are_in(on_lite: Typed) -> None:
    make_loaded(on_lite, "fault_fake")
    inserting = on_lite.cli.start("insert", "fake", "-c", "fault_fake", "-n", "100000000", env=on_lite.env)
    wait_for(lambda: exact(on_lite, "fault_fake") > 0)
    inserting.send_signal(signal.SIGINT)
    out, err = inserting.communicate(timeout=30)
    told = re.fullmatch(r"error: interrupted; ([\d,]+) rows are in(?:, and what was on its way may be)?\n", err)
    assert told, err
    assert (inserting.returncode, out) == (130, "")
    assert 0 < int(told[1].replace(",", "")) <= exact(on_lite, "fault_fake")
    on_lite.gone("fault_fake")
