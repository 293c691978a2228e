"""The support code that the other tests rely on."""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.certificates import Certificates
from tests.support.cli import Cli
from tests.support.grpc_peer import GrpcPeer, aborts, in_turn, never_answers, refuses, sleeps
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.official import common_pb2, grpc, milvus_pb2, open_stub
from tests.support.process import ServerFailed, ServerProcess
from tests.support.silent import HttpOnly, SilentListener
from tests.support.tcp_proxy import TcpProxy
from tests.support.terminal import Terminal


@pytest.fixture
def echo() -> Iterator[tuple[str, int]]:
    """The address of a server that sends back every byte."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_echo_until_closed, args=[listener])
        thread.start()
        yield listener.getsockname()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _echo_until_closed(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            try:
                while data := connection.recv(65536):
                    connection.sendall(data)
            except ConnectionResetError:
                pass


def _connect(proxy: TcpProxy) -> socket.socket:
    return socket.create_connection((proxy.host, proxy.port), timeout=5)


def _call_error(target: str, method: str, timeout: float = 5) -> grpc.RpcError:
    with open_stub(target) as stub, pytest.raises(grpc.RpcError) as caught:
        getattr(stub, method)(_request(method), timeout=timeout)
    return caught.value


def _request(method: str) -> milvus_pb2.ConnectRequest:
    return getattr(milvus_pb2, f"{method}Request")()


def _is_healthy(server: ServerProcess) -> bool:
    return server.is_running and server.is_healthy(5)


def test_each_server_answers_the_official_client(server: ServerProcess) -> None:
    with server.stub() as stub:
        reply = stub.ShowCollections(milvus_pb2.ShowCollectionsRequest(), timeout=5)
    assert (reply.status.error_code, reply.status.code) == (0, 0)


def test_lite_freezes_and_thaws(lite: LiteServer) -> None:
    with lite.frozen():
        assert not lite.is_healthy(0.5)
    assert _is_healthy(lite)


def test_milvus_freezes_and_thaws(milvus: MilvusServer) -> None:
    with milvus.frozen():
        assert not milvus.is_healthy(0.5)
    assert _is_healthy(milvus)


def test_milvus_serves_its_management_port(milvus: MilvusServer) -> None:
    url = f"http://127.0.0.1:{milvus.management_port}/healthz"
    with urllib.request.urlopen(url, timeout=5) as answer:
        assert answer.read() == b"OK"


def test_milvus_with_authorization_refuses_whoever_shows_no_password(milvus_auth: MilvusServer) -> None:
    with milvus_auth.stub() as stub:
        request = milvus_pb2.ShowCollectionsRequest()
        assert stub.ShowCollections(request, timeout=5, metadata=milvus_auth.metadata).status.code == 0
        with pytest.raises(grpc.RpcError) as caught:
            stub.ShowCollections(request, timeout=5)
    assert caught.value.code() == grpc.StatusCode.UNAUTHENTICATED


def test_milvus_with_tls_refuses_plain_text(milvus_tls: MilvusServer) -> None:
    assert _is_healthy(milvus_tls)
    assert _call_error(milvus_tls.address, "CheckHealth").details().endswith("Socket closed")


def test_milvus_with_mutual_tls_refuses_a_client_without_certificate(
    milvus_mutual: MilvusServer, certificates: Certificates
) -> None:
    assert _is_healthy(milvus_mutual)
    credentials = grpc.ssl_channel_credentials(certificates.ca.read_bytes())
    with open_stub(milvus_mutual.address, credentials) as stub, pytest.raises(grpc.RpcError) as caught:
        stub.CheckHealth(milvus_pb2.CheckHealthRequest(), timeout=5, metadata=milvus_mutual.metadata)
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE


def test_lite_keeps_its_port_over_a_restart(tmp_path: Path) -> None:
    with LiteServer(tmp_path / "lite") as server:
        address = server.address
        server.restart()
        assert (server.address, _is_healthy(server)) == (address, True)


def test_a_server_that_cannot_start_shows_its_log(tmp_path: Path) -> None:
    class Broken(LiteServer):
        def command(self) -> list[str]:
            return [sys.executable, "-c", "raise SystemExit('out of luck')"]

    with pytest.raises(ServerFailed, match=r"Broken ended .*exit code 1.*\nout of luck"):
        Broken(tmp_path).start()


def test_a_server_dies_with_a_run_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys, time\n"
        "from tests.support.lite_server import LiteServer\n"
        "server = LiteServer(pathlib.Path(sys.argv[1]))\n"
        "server.start()\n"
        "print(server.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "lite")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        pid = int(run.stdout.readline())
        run.kill()
    assert _ends(pid, seconds=5)


def _ends(pid: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_the_proxy_forwards_and_counts(echo: tuple[str, int]) -> None:
    with TcpProxy(*echo) as proxy, _connect(proxy) as client:
        client.sendall(b"ping")
        assert client.recv(10) == b"ping"
        assert (proxy.connections, proxy.bytes_up, proxy.bytes_down) == (1, 4, 4)


def test_the_proxy_cuts_with_a_reset(echo: tuple[str, int]) -> None:
    with TcpProxy(*echo) as proxy, _connect(proxy) as client:
        client.sendall(b"ping")
        assert client.recv(10) == b"ping"
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            client.recv(10)
        with _connect(proxy) as other:
            other.sendall(b"again")
            assert other.recv(10) == b"again"


def test_the_proxy_cuts_after_a_number_of_bytes(echo: tuple[str, int]) -> None:
    with TcpProxy(*echo) as proxy, _connect(proxy) as client:
        proxy.cut_after(150_000)
        client.sendall(b"x" * 100_000)
        assert len(_receive_until_reset(client)) == 50_000
        assert (proxy.bytes_up, proxy.bytes_down) == (100_000, 50_000)


def _receive_until_reset(client: socket.socket) -> bytes:
    received = b""
    try:
        while data := client.recv(65536):
            received += data
    except ConnectionResetError:
        return received
    raise AssertionError("closed without a reset")


def test_the_proxy_refuses_and_accepts_on_the_same_port(echo: tuple[str, int]) -> None:
    with TcpProxy(*echo) as proxy:
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError):
            _connect(proxy)
        proxy.accept()
        with _connect(proxy) as client:
            client.sendall(b"ping")
            assert client.recv(10) == b"ping"


def test_the_proxy_freezes_and_thaws(echo: tuple[str, int]) -> None:
    with TcpProxy(*echo) as proxy, _connect(proxy) as client:
        proxy.freeze()
        client.sendall(b"ping")
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.recv(10)
        proxy.thaw()
        client.settimeout(5)
        assert client.recv(10) == b"ping"


def test_the_proxy_delays(echo: tuple[str, int]) -> None:
    with TcpProxy(*echo) as proxy, _connect(proxy) as client:
        proxy.delay(0.1)
        start = time.monotonic()
        client.sendall(b"ping")
        assert client.recv(10) == b"ping"
        assert time.monotonic() - start >= 0.2


def test_the_proxy_leaves_no_thread_and_no_open_connection(echo: tuple[str, int]) -> None:
    before = set(threading.enumerate())
    with TcpProxy(*echo) as proxy:
        client = _connect(proxy)
        proxy.freeze()
        client.sendall(b"ping")
    with client, pytest.raises(ConnectionResetError):
        client.recv(10)
    assert set(threading.enumerate()) == before


def test_a_call_through_the_proxy_is_lost_when_it_cuts() -> None:
    with GrpcPeer({"GetVersion": never_answers()}) as peer, TcpProxy(peer.host, peer.port) as proxy:
        timer = threading.Timer(0.3, proxy.cut)
        timer.start()
        assert _call_error(proxy.address, "GetVersion").code() == grpc.StatusCode.UNAVAILABLE
        timer.join()


def test_the_silent_listener_lets_a_call_run_to_its_deadline() -> None:
    with SilentListener() as listener:
        error = _call_error(listener.address, "Connect", timeout=0.5)
    assert (error.code(), listener.connections) == (grpc.StatusCode.DEADLINE_EXCEEDED, 1)


def test_http_only_answers_hello_and_does_not_speak_grpc() -> None:
    with HttpOnly() as http:
        with urllib.request.urlopen(f"http://{http.address}/any", data=b"body", timeout=5) as answer:
            assert answer.read() == b"hello"
        assert "Failed parsing HTTP/2" in _call_error(http.address, "Connect").details()


def test_the_peer_answers_and_records() -> None:
    with GrpcPeer() as peer, open_stub(peer.address) as stub:
        request = milvus_pb2.ConnectRequest(client_info=common_pb2.ClientInfo(user="root"))
        reply = stub.Connect(request, metadata=[("dbname", "default"), ("raw-bin", b"\xff")])
    assert reply.server_info.build_tags == "v2.3.5"
    assert peer.methods == ["Connect"]
    assert peer.requests("Connect") == [request]
    assert {("dbname", "default"), ("raw-bin", b"\xff")} <= set(peer.calls[0].metadata)


def test_the_peer_knows_only_the_methods_it_was_given() -> None:
    with GrpcPeer() as peer:
        error = _call_error(peer.address, "HasCollection")
    expected = "unknown method HasCollection for service milvus.proto.milvus.MilvusService"
    assert (error.code(), error.details()) == (grpc.StatusCode.UNIMPLEMENTED, expected)
    assert peer.methods == ["HasCollection"]


def test_the_peer_of_another_service_does_not_know_milvus() -> None:
    with GrpcPeer(service="other.Service") as peer:
        error = _call_error(peer.address, "Connect")
    expected = "unknown service milvus.proto.milvus.MilvusService"
    assert (error.code(), error.details()) == (grpc.StatusCode.UNIMPLEMENTED, expected)


def test_the_peer_aborts_refuses_sleeps_and_takes_turns() -> None:
    busy = aborts(grpc.StatusCode.RESOURCE_EXHAUSTED, "busy")
    missing = refuses(100, "no such collection", error_code=4)
    handlers = {"HasCollection": in_turn(busy, sleeps(0.1, then=missing))}
    with GrpcPeer(handlers) as peer, open_stub(peer.address) as stub:
        error = _call_error(peer.address, "HasCollection")
        assert (error.code(), error.details()) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "busy")
        start = time.monotonic()
        status = stub.HasCollection(milvus_pb2.HasCollectionRequest()).status
        assert time.monotonic() - start >= 0.1
    assert (status.error_code, status.code, status.reason) == (4, 100, "no such collection")


def test_the_peer_stops_at_once_although_a_call_hangs() -> None:
    before = set(threading.enumerate())
    with GrpcPeer({"Connect": never_answers()}) as peer:
        assert _call_error(peer.address, "Connect", timeout=0.2).code() == grpc.StatusCode.DEADLINE_EXCEEDED
        start = time.monotonic()
    assert time.monotonic() - start < 5
    assert {thread for thread in set(threading.enumerate()) - before if "GrpcPeer" in thread.name} == set()


def test_the_peer_speaks_tls(certificates: Certificates) -> None:
    ca = certificates.ca.read_bytes()
    client = grpc.ssl_channel_credentials(ca, certificates.client_key.read_bytes(), certificates.client.read_bytes())
    with GrpcPeer(certificates=certificates, require_client_auth=True) as peer:
        with open_stub(peer.address, client) as stub:
            assert stub.GetVersion(milvus_pb2.GetVersionRequest(), timeout=5).version == "v2.3.5"
        assert _tls_error(peer, ca) == grpc.StatusCode.UNAVAILABLE
    with GrpcPeer(certificates=certificates, wrong_host=True) as peer:
        assert _tls_error(peer, ca) == grpc.StatusCode.UNAVAILABLE
    with GrpcPeer(certificates=certificates) as peer:
        assert _tls_error(peer, certificates.other_ca.read_bytes()) == grpc.StatusCode.UNAVAILABLE


def _tls_error(peer: GrpcPeer, ca: bytes) -> grpc.StatusCode:
    credentials = grpc.ssl_channel_credentials(ca)
    with open_stub(peer.address, credentials) as stub, pytest.raises(grpc.RpcError) as caught:
        stub.GetVersion(milvus_pb2.GetVersionRequest(), timeout=5)
    return caught.value.code()


PROMPT = """
from prompt_toolkit import PromptSession
session = PromptSession()
try:
    while True:
        print("got", session.prompt("ask> "))
except KeyboardInterrupt:
    raise SystemExit(130)
"""


def test_the_terminal_shows_what_a_person_would_see() -> None:
    with Terminal([sys.executable, "-c", PROMPT], rows=10, cols=40) as terminal:
        terminal.wait_for("ask>")
        terminal.send("héllo")
        terminal.send_key("backspace", "enter")
        terminal.wait_for("got héll\nask>")

        assert terminal.screen == ["ask> héllo"[:9], "got héll", "ask>", *[""] * 7]
        assert terminal.cursor == (2, 5)
        assert b"\x1b[6n" in terminal.raw
        assert "CPR" not in terminal.text

        terminal.send_key("c-c")
        assert terminal.wait_exit() == 130


def test_the_terminal_reports_its_size_and_the_signal_that_ends() -> None:
    command = ["/bin/sh", "-c", "stty size; read x; stty size; kill -9 $$"]
    with Terminal(command, rows=12, cols=50, env={"PATH": os.environ["PATH"]}) as terminal:
        terminal.wait_for("12 50")
        terminal.resize(30, 100)
        terminal.send_line("")
        terminal.wait_for("30 100")
        assert terminal.wait_exit() == -9


def test_the_cli_runs_without_the_settings_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MILVUS_URI", "ZILLIZ_TOKEN", "NO_COLOR", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://elsewhere")
    environment = Cli(tmp_path).environment({"MILVUS_ALIAS": "book"})
    assert "http://elsewhere" not in environment.values()
    assert environment["MILVUS_ALIAS"] == "book"
    assert environment["MILVUS_CLI_HOME"] == str(tmp_path / "home")
