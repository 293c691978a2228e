"""Client calls against a scripted peer: the requests sent, and the answers and errors returned."""

import base64
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from google.protobuf.message import Message

from milvus_cli.client import channel, failures
from milvus_cli.client.client import Client, Trace
from milvus_cli.client.handshake import handshake
from milvus_cli.client.not_found import HINTS
from milvus_cli.connections.profile import Profile
from milvus_cli.errors import CliError, Fault, Interrupted, NotAuthorized, ServerRefused, Unreachable, Unsupported
from milvus_cli.schema.answers import check
from tests.support.grpc_peer import GrpcPeer, Handler, aborts, never_answers, refuses, replies
from tests.support.official import common_pb2, grpc, milvus_pb2
from tests.support.tcp_proxy import TcpProxy

PROXIES = ("http_proxy", "https_proxy", "grpc_proxy", "HTTP_PROXY", "HTTPS_PROXY")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def open_client() -> Iterator[Callable[..., Client]]:
    """Opens clients and closes them after the test."""
    clients: list[Client] = []

    def start(
        target: GrpcPeer | TcpProxy, *, timeout: float = 5, trace: Callable[[Trace], None] | None = None, **profile: Any
    ) -> Client:
        address = Profile(host=target.host, port=target.port, **profile)
        clients.append(Client(address, timeout=timeout, check=check, trace=trace))
        return clients[-1]

    yield start
    for each in clients:
        each.close()


def failure_of(call: Callable[[], object]) -> CliError:
    with pytest.raises(CliError) as caught:
        call()
    return caught.value


def seen(error: CliError) -> tuple[type[CliError], Fault | None, int | None, str, str]:
    return type(error), error.fault, error.server_code, error.message, error.hint


def failing(
    peer_handlers: Mapping[str, Handler], open_client: Callable[..., Client], method: str
) -> tuple[object, ...]:
    with GrpcPeer(peer_handlers) as peer:
        error = failure_of(lambda: open_client(peer).call(method))
        return tuple(text.replace(peer.address, "PEER") if isinstance(text, str) else text for text in seen(error))


# Requests


def test_a_call_carries_credentials_database_and_time(open_client: Callable[..., Client]) -> None:
    with GrpcPeer() as peer:
        open_client(peer, token="ann:pässword", database="shop").call("GetVersion")
        metadata = dict(peer.calls[0].metadata)
    assert metadata["authorization"] == base64.b64encode("ann:pässword".encode()).decode()
    assert metadata["dbname"] == "shop"
    assert abs(int(metadata["client-request-unixmsec"]) / 1000 - time.time()) < 10


def test_a_call_without_a_token_carries_no_authorization(open_client: Callable[..., Client]) -> None:
    with GrpcPeer() as peer:
        open_client(peer).call("GetVersion")
        assert "authorization" not in dict(peer.calls[0].metadata)


def test_the_user_agent_is_that_of_the_profile(open_client: Callable[..., Client]) -> None:
    with GrpcPeer() as peer:
        open_client(peer, user_agent="nightly/1").call("GetVersion")
        assert str(dict(peer.calls[0].metadata)["user-agent"]).startswith("nightly/1 ")


def test_a_copy_for_another_database_shares_the_connection(open_client: Callable[..., Client]) -> None:
    with GrpcPeer() as peer, TcpProxy(peer.host, peer.port) as proxy:
        first = open_client(proxy)
        first.call("GetVersion")
        first.with_options(database="other", timeout=1).call("GetVersion")
        assert [dict(call.metadata)["dbname"] for call in peer.calls] == ["default", "other"]
        assert proxy.connections == 1


def test_two_clients_of_one_address_share_nothing(open_client: Callable[..., Client]) -> None:
    with GrpcPeer() as peer, TcpProxy(peer.host, peer.port) as proxy:
        for token in ("a:b", "c:d"):
            open_client(proxy, token=token).call("GetVersion")
        assert proxy.connections == 2


def test_the_fields_of_a_call_are_those_of_its_request(open_client: Callable[..., Client]) -> None:
    with GrpcPeer({"DropCollection": replies(common_pb2.Status())}) as peer:
        open_client(peer).call("DropCollection", collection_name="böök")
        assert peer.requests("DropCollection") == [milvus_pb2.DropCollectionRequest(collection_name="böök")]


# Handshakes


def test_the_handshake_introduces_us_and_learns_the_version(open_client: Callable[..., Client]) -> None:
    with GrpcPeer() as peer:
        info = handshake(open_client(peer, token="ann:secret"))
        request = peer.requests("Connect")[0]
    assert (info.version, info.deploy_mode, info.latency_ms > 0) == ("v2.3.5", "STANDALONE", True)
    assert isinstance(request, milvus_pb2.ConnectRequest)
    assert (request.client_info.sdk_type, request.client_info.user) == ("milvus_cli", "ann")
    assert b"secret" not in request.SerializeToString()


def test_a_server_without_the_handshake_tells_its_version(open_client: Callable[..., Client]) -> None:
    with GrpcPeer({"Connect": aborts(grpc.StatusCode.UNIMPLEMENTED, "unknown method Connect")}) as peer:
        info = handshake(open_client(peer))
        assert (info.version, peer.methods) == ("v2.3.5", ["Connect", "GetVersion"])


# Answers


def test_a_response_over_4_mib_is_read(open_client: Callable[..., Client]) -> None:
    names = [f"{number:0>64}" for number in range(100_000)]
    response = milvus_pb2.ShowCollectionsResponse(status=common_pb2.Status(), collection_names=names)
    with GrpcPeer({"ShowCollections": replies(response)}) as peer:
        answer = open_client(peer).call("ShowCollections")
    assert list(answer.collection_names) == names
    assert answer.ByteSize() > 6 * 1024 * 1024


def test_each_finished_call_is_traced_without_the_token(open_client: Callable[..., Client]) -> None:
    traces: list[Trace] = []
    with GrpcPeer({"DropCollection": refuses(100, "no such")}) as peer:
        client = open_client(peer, token="ann:secret", trace=traces.append)
        client.call("GetVersion")
        failure_of(lambda: client.call("DropCollection"))
        address = peer.address
    assert [(each.method, each.address, each.database, each.status) for each in traces] == [
        ("GetVersion", address, "default", "OK"),
        ("DropCollection", address, "default", "no such"),
    ]
    assert "secret" not in repr(traces) + repr(client.profile)


# A status that is not success


@pytest.mark.parametrize(
    ("code", "error_code", "reason", "expected"),
    [
        (0, common_pb2.CollectionNotExists, "can't find collection", (4, "can't find collection", "")),
        (100, common_pb2.Success, "no such collection", (100, "no such collection", HINTS[100])),
        (101, common_pb2.UnexpectedError, "not loaded", (101, "not loaded", HINTS[101])),
        (65535, common_pb2.UnexpectedError, "", (65535, "DropCollection failed", "")),
    ],
    ids=["error_code only", "code only", "both", "no reason"],
)
def test_a_bad_status_is_refused_with_its_code(
    open_client: Callable[..., Client], code: int, error_code: int, reason: str, expected: tuple[int, str, str]
) -> None:
    found = failing({"DropCollection": refuses(code, reason, error_code)}, open_client, "DropCollection")
    assert found == (ServerRefused, Fault.SAID_NO, *expected)


def test_a_bad_status_inside_a_response_is_refused_too(open_client: Callable[..., Client]) -> None:
    found = failing({"ShowCollections": refuses(800, "database not found")}, open_client, "ShowCollections")
    assert found == (ServerRefused, Fault.SAID_NO, 800, "database 'default' not found", HINTS[800])


def test_a_go_stack_in_a_reason_is_cut(open_client: Callable[..., Client]) -> None:
    reason = "  collection not found\nstack trace: github.com/milvus-io\n" + "x" * 5000
    assert failing({"Flush": refuses(1, reason)}, open_client, "Flush")[3] == "collection not found"
    assert failing({"Flush": refuses(1, "y" * 5000)}, open_client, "Flush")[3] == "y" * failures.REASON_LENGTH + "…"


@pytest.mark.parametrize(
    ("handler", "message", "hint"),
    [
        (None, "this server has no Flush", ""),
        (refuses(1, "Method not implemented!"), "this server has no Flush: Method not implemented!", ""),
    ],
    ids=["unknown method", "Lite's own words"],
)
def test_a_method_that_the_server_lacks_is_unsupported(
    open_client: Callable[..., Client], handler: Handler | None, message: str, hint: str
) -> None:
    found = failing({"Flush": handler} if handler else {}, open_client, "Flush")
    assert (found[0], found[1], found[3], found[4]) == (Unsupported, Fault.UNSUPPORTED, message, hint)


# Failed calls

NO_TOKEN = "a token is user:password, or an API key"
CHECK = "the server may have done it: check before you repeat it"


@pytest.mark.parametrize(
    ("code", "details", "expected"),
    [
        (
            grpc.StatusCode.UNAUTHENTICATED,
            "missing authorization in header",
            (
                NotAuthorized,
                Fault.NOT_AUTHENTICATED,
                "PEER requires credentials",
                "connect with --username and --password, or --token user:password",
            ),
        ),
        (
            grpc.StatusCode.UNAUTHENTICATED,
            "auth check failure, please check username and password are correct",
            (
                NotAuthorized,
                Fault.NOT_AUTHENTICATED,
                "PEER rejected the user name or password",
                "check both; a new Milvus has the user root with the password Milvus",
            ),
        ),
        (
            grpc.StatusCode.UNAUTHENTICATED,
            "auth check failure, please check api key is correct",
            (NotAuthorized, Fault.NOT_AUTHENTICATED, "PEER rejected the token", NO_TOKEN),
        ),
        (
            grpc.StatusCode.UNAUTHENTICATED,
            "invalid token format",
            (
                NotAuthorized,
                Fault.NOT_AUTHENTICATED,
                "PEER rejected the credentials: invalid token format",
                NO_TOKEN,
            ),
        ),
        (
            grpc.StatusCode.PERMISSION_DENIED,
            "PrivilegeDropCollection: permission deny to ann",
            (
                NotAuthorized,
                Fault.NOT_PERMITTED,
                "not permitted: PrivilegeDropCollection: permission deny to ann",
                "ask an administrator to run `grant privilege -r ROLE -p DropCollection`",
            ),
        ),
        (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "message larger than max",
            (
                ServerRefused,
                Fault.SAID_NO,
                "DropCollection failed: message larger than max",
                "use smaller requests",
            ),
        ),
        (grpc.StatusCode.INTERNAL, "", (ServerRefused, Fault.SAID_NO, "DropCollection failed: INTERNAL", "")),
        (
            grpc.StatusCode.CANCELLED,
            "context canceled",
            (
                Unreachable,
                Fault.LOST,
                "the connection to PEER was lost during DropCollection: outcome unknown",
                CHECK,
            ),
        ),
        (
            grpc.StatusCode.UNAVAILABLE,
            "the server is shutting down",
            (
                Unreachable,
                Fault.LOST,
                "the connection to PEER was lost during DropCollection (the server is shutting down): outcome unknown",
                CHECK,
            ),
        ),
        (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "rate limit exceeded[rate=1]",
            (
                ServerRefused,
                Fault.SAID_NO,
                "DropCollection failed: rate limit exceeded[rate=1]",
                "the server limits the rate of requests: try again a little later",
            ),
        ),
        (
            grpc.StatusCode.UNIMPLEMENTED,
            "unknown service milvus.proto.milvus.MilvusService",
            (Unreachable, Fault.NOT_MILVUS, "PEER is not a Milvus server", "Milvus serves gRPC on 19530"),
        ),
    ],
)
def test_a_grpc_status_becomes_one_of_our_errors(
    open_client: Callable[..., Client], code: grpc.StatusCode, details: str, expected: tuple[object, ...]
) -> None:
    found = failing({"DropCollection": aborts(code, details)}, open_client, "DropCollection")
    assert (found[0], found[1], found[3], found[4]) == expected


def test_a_read_that_was_lost_may_be_tried_again(open_client: Callable[..., Client]) -> None:
    found = failing({"ShowCollections": aborts(grpc.StatusCode.UNAVAILABLE, "gone")}, open_client, "ShowCollections")
    message, hint = "the connection to PEER was lost during ShowCollections (gone)", "is the server up? try again"
    assert found == (Unreachable, Fault.LOST, None, message, hint)


@pytest.mark.parametrize(("method", "sent"), [("ShowCollections", 2), ("DropCollection", 1)])
def test_a_call_that_was_lost_is_sent_again_only_when_it_reads(
    open_client: Callable[..., Client], method: str, sent: int
) -> None:
    with GrpcPeer({method: never_answers()}) as peer, TcpProxy(peer.host, peer.port) as proxy:
        client = open_client(proxy, timeout=0.5)
        client.call("GetVersion")
        threading.Timer(0.2, proxy.cut).start()
        failure_of(lambda: client.call(method))
        assert peer.methods == ["GetVersion", *[method] * sent]


@pytest.mark.parametrize(("method", "unknown"), [("ShowCollections", ""), ("DropCollection", ": outcome unknown")])
def test_a_call_ends_at_its_deadline(open_client: Callable[..., Client], method: str, unknown: str) -> None:
    ended = threading.Event()
    with GrpcPeer({method: noting_the_end(ended)}) as peer:
        client = open_client(peer, timeout=10)
        client.call("GetVersion")
        started = time.monotonic()
        error = failure_of(lambda: client.call(method, timeout=0.3))
        assert 0.2 < time.monotonic() - started < 5
        assert ended.wait(5)
        message = f"{peer.address} did not respond to {method} within 0.3 s{unknown}"
    assert seen(error) == (Unreachable, Fault.SILENT, None, message, failures.TIMEOUT_HINT)


def test_ctrl_c_cancels_the_call_at_the_server_too(open_client: Callable[..., Client]) -> None:
    ended = threading.Event()
    with GrpcPeer({"ShowCollections": noting_the_end(ended)}) as peer:
        client = open_client(peer, timeout=30)
        client.call("GetVersion")
        pressed: list[float] = []

        def press_ctrl_c() -> None:
            while "ShowCollections" not in peer.methods:
                time.sleep(0.01)
            pressed.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

        presser = threading.Thread(target=press_ctrl_c)
        presser.start()
        with pytest.raises(KeyboardInterrupt):
            client.call("ShowCollections")
        assert ended.wait(5)
        assert time.monotonic() - pressed[0] < 8
        presser.join()
        assert client.call("GetVersion").version == "v2.3.5"


def test_the_version_is_requested_once_and_shared_with_other_databases(open_client: Callable[..., Client]) -> None:
    with GrpcPeer() as peer:
        client = open_client(peer)
        assert str(client.version) == "v2.3.5"
        assert client.with_options(database="other", timeout=1).version is client.version
        assert peer.methods == ["GetVersion"]


@pytest.mark.parametrize(
    "handler",
    [
        aborts(grpc.StatusCode.UNIMPLEMENTED, "unknown method GetVersion"),
        aborts(grpc.StatusCode.PERMISSION_DENIED, "PrivilegeGetVersion: permission deny to ann"),
    ],
    ids=["unsupported", "not permitted"],
)
def test_a_server_that_reports_no_version_counts_as_the_newest(
    open_client: Callable[..., Client], handler: Handler
) -> None:
    with GrpcPeer({"GetVersion": handler}) as peer:
        client = open_client(peer)
        found = [(client.version.text, client.version.is_lite, client.version.before("2.4")) for _ in range(2)]
        assert found == [("", False, False)] * 2
        assert peer.methods == ["GetVersion"]


def noting_the_end(ended: threading.Event) -> Handler:
    """Never answers, and signals when the client has given up."""

    def handler(request: Message, context: grpc.ServicerContext) -> Message:
        context.add_callback(ended.set)
        return never_answers()(request, context)

    return handler


def test_a_client_that_is_closed_ends_its_calls_as_interrupted(open_client: Callable[..., Client]) -> None:
    with GrpcPeer({"ShowCollections": never_answers()}) as peer:
        client = open_client(peer, timeout=10)
        client.call("GetVersion")
        threading.Timer(0.2, client.close).start()
        assert isinstance(failure_of(lambda: client.call("ShowCollections")), Interrupted)


def test_a_peer_that_goes_silent_in_mid_call_is_noticed_before_the_deadline(
    open_client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    faster = {"grpc.keepalive_time_ms": 500, "grpc.http2.ping_timeout_ms": 300, "grpc.keepalive_timeout_ms": 300}
    monkeypatch.setattr(channel, "CHANNEL_OPTIONS", {**channel.CHANNEL_OPTIONS, **faster})
    with GrpcPeer({"DropCollection": never_answers()}) as peer, TcpProxy(peer.host, peer.port) as proxy:
        client = open_client(proxy, timeout=30)
        client.call("GetVersion")
        threading.Timer(0.2, proxy.freeze).start()
        started = time.monotonic()
        error = failure_of(lambda: client.call("DropCollection"))
        assert time.monotonic() - started < 10
        message = f"the connection to {proxy.address} was lost during DropCollection: outcome unknown"
        proxy.thaw()
    assert seen(error) == (Unreachable, Fault.LOST, None, message, CHECK)


def test_after_an_outage_the_next_call_connects_again(open_client: Callable[..., Client]) -> None:
    with GrpcPeer() as peer, TcpProxy(peer.host, peer.port) as proxy:
        client = open_client(proxy)
        client.call("GetVersion")
        proxy.refuse()
        proxy.cut()
        error = failure_of(lambda: until_it_fails(client))
        proxy.accept()
        until = time.monotonic() + 3
        while time.monotonic() < until:
            try:
                client.call("GetVersion")
                break
            except Unreachable:
                time.sleep(0.05)
        assert client.call("GetVersion").version == "v2.3.5"
    assert error.fault in (Fault.REFUSED, Fault.LOST)


def until_it_fails(client: Client) -> None:
    for _ in range(100):
        client.call("GetVersion")
        time.sleep(0.01)


def test_a_request_that_was_never_sent_has_no_unknown_outcome(open_client: Callable[..., Client]) -> None:
    with GrpcPeer() as peer:
        client = open_client(peer)
    error = failure_of(lambda: client.call("DropCollection"))
    hint = "check that the server is running, and its host and port (Milvus listens on 19530)"
    assert seen(error) == (Unreachable, Fault.REFUSED, None, f"nothing is listening at {peer.address}", hint)


# Requests that are not sent


def test_a_read_only_connection_sends_no_write(open_client: Callable[..., Client]) -> None:
    with GrpcPeer() as peer:
        client = open_client(peer, read_only=True, alias="prod")
        client.call("GetVersion")
        for method in ("Insert", "DropCollection", "CreateCollection", "LoadCollection", "Flush", "Upsert"):
            assert failure_of(lambda: client.call(method)).message == (  # noqa: B023
                f"connection 'prod' is read-only: {method} was not sent"
            )
        assert peer.methods == ["GetVersion"]


def test_a_database_that_no_header_can_carry_is_not_sent(open_client: Callable[..., Client]) -> None:
    with GrpcPeer() as peer:
        client = open_client(peer)
        for name in ("bücher", "a\nb"):
            error = failure_of(lambda: client.with_options(database=name, timeout=1).call("GetVersion"))  # noqa: B023
            assert (error.exit_code, error.message) == (2, f"invalid database name {name!r}")
        assert peer.methods == []


def test_a_reason_behind_a_stack_trace_is_found() -> None:
    """As Milvus 2.3.5 refuses Flush for some seconds after a crash."""
    frames = "stack trace: /m/pkg/tracer/stack_trace.go:51 github.com/m/pkg/tracer.StackTrace\n"
    frames += "/m/internal/client.go:550 github.com/m/grpcclient.(*ClientBase[...]).Call\n"
    frames += "/m/internal/datacoord/services.go:116 github.com/m/datacoord.(*Server).Flush: "
    assert failures.short(f"attempt #0: {frames}node not found[node=2]: attempt #1: no") == (
        "node not found[node=2]: attempt #1: no"
    )
    assert failures.short(f"flush failed: {frames}node not found[node=2]") == "flush failed: node not found[node=2]"
    assert failures.short("no such field\nstack trace: /m/a.go:5 main.f") == "no such field"


def test_a_new_channel_leaves_the_calls_of_other_threads_alone(open_client: Callable[..., Client]) -> None:
    """Closing the lost one at once would end them as if the user had interrupted them, or as an internal error."""
    arrived, going = threading.Event(), threading.Event()

    def late(request: Message, context: Any) -> Message:
        arrived.set()
        going.wait(10)
        answer: Message = milvus_pb2.ShowCollectionsResponse(collection_names=["book"])
        return answer

    with GrpcPeer({"ShowCollections": late}) as peer:
        client = open_client(peer)
        sent, prepared = client.start("ShowCollections"), client.request("ShowCollections")
        send = prepared._sending(waits=True)
        assert arrived.wait(10)
        client._link.renew(client._link.channel)
        going.set()
        assert [*sent.result().collection_names, *send().collection_names] == ["book", "book"]
        assert (client.losses, list(client.call("ShowCollections").collection_names)) == (1, ["book"])
