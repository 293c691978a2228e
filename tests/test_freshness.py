"""Freshness of reads: --consistency, --guarantee-timestamp and --graceful-time, in requests and on real servers."""

import shlex
import time
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.message import Message

from milvus_cli.app.runner import execute
from milvus_cli.connections.environment import Config
from milvus_cli.errors import InvalidInput
from milvus_cli.session.session import Session
from milvus_cli.session.settings import load
from milvus_cli.text.consistency import OLDEST, requested_level
from tests.support.cli import Cli
from tests.support.grpc_peer import GrpcPeer, Handler, replies
from tests.support.lite_server import LiteServer
from tests.support.official import common_pb2, milvus_pb2, schema_pb2
from tests.support.recorder import Recorder, run_here
from tests.support.typed import Typed, failed, on_milvus

NAME = "fresh"
NOW = (1_700_000_000_000 << 18) + 466
"""A hybrid timestamp of the year 2023."""
LINES = (
    "count c",
    "get c --ids 1",
    "query c -e 'id > 0' --limit 3",
    "query c",
    "query_iterator c --limit 3",
    "search c -v [1,2]",
    "search_iterator c -v [1,2]",
    "hybrid_search c --request 'field=v vector=[1,2]' --request 'field=v vector=[2,1]'",
)
METHODS = ("Query", "Search", "HybridSearch")


@pytest.mark.parametrize(
    ("level", "timestamp", "graceful", "meant"),
    [
        (None, None, None, "Strong"),
        ("session", None, None, "Session"),
        (None, 0, None, "Strong"),
        (None, 1, None, "Eventually"),
        (None, 2, None, "Bounded"),
        (None, OLDEST, None, "Customized"),
        (None, 2**64 - 1, None, "Customized"),
        ("strong", 0, None, "Strong"),
        ("Eventually", 1, None, "Eventually"),
        (None, None, 0.0, "Bounded"),
        ("bounded", None, 5.0, "Bounded"),
        ("bounded", 2, 5.0, "Bounded"),
        (None, 2, 5.0, "Bounded"),
        (None, 0, 5.0, "Strong"),
        (None, OLDEST, 5.0, "Customized"),
    ],
)
def test_options_that_agree_make_a_level(
    level: str | None, timestamp: int | None, graceful: float | None, meant: str
) -> None:
    assert requested_level(level, timestamp, graceful) == meant


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        (
            f"--consistency Strong --guarantee-timestamp {NOW}",
            f"--consistency Strong and --guarantee-timestamp {NOW} contradict each other",
            "give one of them; as timestamps, 0 is Strong, 1 is Eventually, 2 is Bounded",
        ),
        (
            "--consistency bounded --guarantee-timestamp 0",
            "--consistency Bounded and --guarantee-timestamp 0 contradict each other",
            "give one of them; as timestamps, 0 is Strong, 1 is Eventually, 2 is Bounded",
        ),
        (
            "--consistency Session --guarantee-timestamp 1",
            "--consistency Session and --guarantee-timestamp 1 contradict each other",
            "give one of them; as timestamps, 0 is Strong, 1 is Eventually, 2 is Bounded",
        ),
        (
            "--consistency Strong --graceful-time 5",
            "--graceful-time and --consistency Strong contradict each other",
            "--graceful-time goes with --consistency Bounded",
        ),
        (
            "--guarantee-timestamp 1 --graceful-time 5",
            "--graceful-time and --guarantee-timestamp 1 contradict each other",
            "--graceful-time goes with --consistency Bounded",
        ),
        (
            "--guarantee-timestamp 1637161541",
            "--guarantee-timestamp: 1637161541 is not a hybrid timestamp",
            "calc mkts_from_unixtime -e 1637161541",
        ),
    ],
)
def test_options_that_contradict_each_other_are_errors(
    empty_peer: GrpcPeer, cli: Cli, options: str, message: str, hint: str
) -> None:
    for line in LINES:
        run = run_here(shlex.split(f"{line} {options}"), cli.home, empty_peer.uri)
        assert run == failed(message, hint, 2), line
    assert sent(empty_peer) == []


@pytest.mark.parametrize("value", ["-1", "18446744073709551616", "now", "1.5"])
def test_a_timestamp_is_a_number_of_64_bits(empty_peer: GrpcPeer, cli: Cli, value: str) -> None:
    assert run_here(["query", "c", f"--guarantee-timestamp={value}"], cli.home, empty_peer.uri).code == 2
    assert sent(empty_peer) == []


def test_no_level_at_all_contradicts_an_unknown_one() -> None:
    with pytest.raises(InvalidInput, match="unknown consistency level 'Custom'"):
        requested_level("Custom", NOW, None)


@pytest.fixture
def empty_peer() -> Iterator[GrpcPeer]:
    """A server that finds nothing. Its clock stands at NOW."""
    schema = schema_pb2.CollectionSchema(name="c")
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    schema.fields.add(name="v", data_type=schema_pb2.FloatVector).type_params.add(key="dim", value="2")
    count = schema_pb2.FieldData(type=schema_pb2.Int64, field_name="count(*)")
    count.scalars.long_data.data.append(0)

    def query(request: Message, context: Any) -> Message:
        assert isinstance(request, milvus_pb2.QueryRequest)
        answer: Message = milvus_pb2.QueryResults(fields_data=[count] if "count(*)" in request.output_fields else [])
        return answer

    found: dict[str, Handler] = {
        "DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=schema)),
        "AllocTimestamp": replies(milvus_pb2.AllocTimestampResponse(timestamp=NOW)),
        "DescribeIndex": replies(milvus_pb2.DescribeIndexResponse()),
        "GetLoadState": replies(milvus_pb2.GetLoadStateResponse(state=common_pb2.LoadStateLoaded)),
        "HasCollection": replies(milvus_pb2.BoolResponse(value=True)),
        "ShowCollections": replies(milvus_pb2.ShowCollectionsResponse(collection_names=["c", "d"])),
        "Query": query,
        "Search": replies(milvus_pb2.SearchResults()),
        "HybridSearch": replies(milvus_pb2.SearchResults()),
    }
    with GrpcPeer(found) as made:
        yield made


def sent(peer: GrpcPeer) -> list[tuple[str, int]]:
    """Returns the freshness that each read requested, including those within a hybrid search."""
    found = [each for method in METHODS for each in peer.requests(method)]
    found += [leg for each in peer.requests("HybridSearch") for leg in each.requests]  # type: ignore[attr-defined]
    levels = common_pb2.ConsistencyLevel
    return [(levels.Name(each.consistency_level), each.guarantee_timestamp) for each in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize(
    ("options", "request_fields"),
    [
        (f"--guarantee-timestamp {NOW - 7}", ("Customized", NOW - 7)),
        ("--guarantee-timestamp 1", ("Eventually", 1)),
        ("--guarantee-timestamp 2", ("Bounded", 2)),
        ("--consistency bounded", ("Bounded", 2)),
        ("--graceful-time 5", ("Customized", ((NOW >> 18) - 5000) << 18)),
        ("--graceful-time 0.25 --consistency bounded", ("Customized", ((NOW >> 18) - 250) << 18)),
        ("--graceful-time 0 --guarantee-timestamp 2", ("Customized", NOW >> 18 << 18)),
        (f"--graceful-time 5 --guarantee-timestamp {NOW - 7}", ("Customized", NOW - 7)),
        (f"--graceful-time 5 --guarantee-timestamp {NOW - (9000 << 18)}", ("Customized", ((NOW >> 18) - 5000) << 18)),
    ],
)
def test_every_request_of_a_read_has_it(
    empty_peer: GrpcPeer, cli: Cli, line: str, options: str, request_fields: tuple[str, int]
) -> None:
    run_here(shlex.split(f"{line} {options}"), cli.home, empty_peer.uri)
    found = sent(empty_peer)
    assert set(found) == {request_fields}
    assert len(found) == (3 if line.startswith("hybrid_search") else len(found))


@pytest.mark.parametrize("line", LINES)
def test_a_graceful_time_asks_for_nothing_beyond_strong(empty_peer: GrpcPeer, cli: Cli, line: str) -> None:
    run_here(shlex.split(f"{line} --guarantee-timestamp 0"), cli.home, empty_peer.uri)
    strong = sent(empty_peer)
    run_here(shlex.split(f"{line} --guarantee-timestamp 0 --graceful-time 5"), cli.home, empty_peer.uri)
    assert sent(empty_peer) == strong * 2


def test_a_timestamp_of_the_past_costs_no_call(empty_peer: GrpcPeer, cli: Cli) -> None:
    run_here(["query", "c", f"--guarantee-timestamp={NOW - 7}"], cli.home, empty_peer.uri)
    assert empty_peer.requests("AllocTimestamp") == []


@pytest.mark.parametrize("line", ["diff c d --rows all", "diff c d", "diff default/a: default/b: --rows all"])
def test_a_comparison_waits_for_the_clock_of_the_server_once(empty_peer: GrpcPeer, cli: Cli, line: str) -> None:
    run_here(["connect", "--uri", empty_peer.uri], cli.home)
    assert run_here(shlex.split(line), cli.home).code == 0
    assert set(sent(empty_peer)) == {("Customized", NOW)}
    assert len(empty_peer.requests("AllocTimestamp")) == 2


@pytest.fixture
def empty_collection(typed: Typed) -> Typed:
    """With a loaded collection that has no rows."""
    typed.gone(NAME)
    typed.all(
        f"create collection -c {NAME} -f id:INT64 -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2",
        f"load collection {NAME}",
    )
    return typed


class OneSession:
    """Commands in one session, as in the shell: the client remembers what it wrote."""

    def __init__(self, typed: Typed) -> None:
        self.console = Recorder()
        self.session = Session(
            Config(typed.cli.home, uri=typed.server.uri), self.console, load(typed.cli.home / "c", {})
        )

    def __call__(self, line: str) -> str:
        before = len(self.console.written()[0])
        assert execute(shlex.split(line), self.session) == 0, self.console.written()
        return self.console.written()[0][before:]

    def insert(self, number: int) -> None:
        self(f"""insert row -c {NAME} --row '{{"id": {number}, "v": [0.5, {number}]}}'""")

    def ids(self, line: str) -> list[int]:
        rows = self(f"-o csv {line}").splitlines()
        place = rows[0].split(",").index("id") if rows else 0
        return [int(row.split(",")[place]) for row in rows[1:]]


def hybrid_now() -> int:
    return int(time.time() * 1000) << 18


@on_milvus
@pytest.mark.parametrize("line", [f"query {NAME} --fields id", f"search {NAME} -v [0.5,0] -l 100 --fields id"])
def test_an_old_timestamp_may_miss_the_latest_rows_and_strong_never_does(empty_collection: Typed, line: str) -> None:
    here = OneSession(empty_collection)
    old, missed = hybrid_now() - (5000 << 18), 0
    for number in range(40):
        here.insert(number)
        missed += number not in here.ids(f"{line} --guarantee-timestamp {old}")
        for options in ("", "--guarantee-timestamp 0", "--consistency session", "--graceful-time 0"):
            if number % 8 == 0:
                assert number in here.ids(f"{line} {options}"), options
    assert missed > 0


@on_milvus
def test_a_read_waits_for_a_timestamp_of_the_near_future(empty_collection: Typed) -> None:
    for line in (f"count {NAME}", f"search {NAME} -v [0.5,0]", f"query {NAME} --limit 3"):
        began, ahead = time.monotonic(), hybrid_now() + (1200 << 18)
        assert empty_collection(f"-o json {line} --guarantee-timestamp {ahead}").code == 0
        assert 1 < time.monotonic() - began < 8


@on_milvus
@pytest.mark.parametrize(
    ("line", "seconds"), [(f"search {NAME} -v [0.5,0] -t 5", 5), (f"query {NAME}", 60), (f"count {NAME} -t 90", 90)]
)
def test_a_timestamp_beyond_the_deadline_is_refused_at_once(empty_collection: Typed, line: str, seconds: int) -> None:
    began = time.monotonic()
    run = empty_collection(f"{line} --guarantee-timestamp {hybrid_now() + (3_600_000 << 18)}")
    assert time.monotonic() - began < 4
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("error: --guarantee-timestamp is 3,")
    assert run.err.endswith(
        f" s ahead of the server's clock: the read would wait until then, and its deadline is {seconds} s\n"
        "hint: give an earlier one; or a longer --timeout, for one less than 24 hours ahead\n"
    )


def test_lite_sees_all_rows_at_every_level(lite: LiteServer, cli: Cli) -> None:
    typed = Typed(cli, lite)
    typed.gone(NAME)
    typed.all(f"create collection -c {NAME} -f id:INT64 -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2")
    typed.all(f"load collection {NAME}")
    here = OneSession(typed)
    for number, options in enumerate(
        (
            "--guarantee-timestamp 1",
            f"--guarantee-timestamp {NOW}",
            f"--guarantee-timestamp {2**64 - 1}",
            "--graceful-time 3600",
            "--consistency eventually",
        )
    ):
        here.insert(number)
        for line in (f"query {NAME} --fields id", f"search {NAME} -v [0.5,0]"):
            assert len(here.ids(f"{line} {options}")) == number + 1, options
