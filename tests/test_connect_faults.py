"""Whatever goes wrong in connect gives one clear line, a hint and its exit code, in time, and changes nothing."""

import json
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest
import trustme

from tests.support.certificates import Certificates
from tests.support.cli import Cli, Run, StrPath
from tests.support.grpc_peer import SERVICE, GrpcPeer, never_answers
from tests.support.launcher import Launcher
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.ports import free_ports
from tests.support.silent import HttpOnly, SilentListener
from tests.support.tcp_proxy import TcpProxy

GRPC_PORT = "connect to Milvus's gRPC port, 19530 by default; 9091 serves only health and metrics"
PATIENCE = "the server may be frozen or overloaded: try a longer --timeout SECONDS"
NO_TOKEN = "a token is user:password, or an API key"
NO_PASSWORD = "check both; a new Milvus has the user root with the password Milvus"
MUTUAL = "mutual TLS needs --client-cert and --client-key, signed by the CA that the server knows"
PEM_FILES = "--ca, --client-cert and --client-key name PEM files, the key that of the certificate"

Words: TypeAlias = tuple[StrPath, ...]


@dataclass(frozen=True)
class Kept:
    """A home in which connections are saved that no failure may touch."""

    cli: Cli

    def fails(self, code: int, message: str, hint: str, *words: StrPath, env: dict[str, str] | None = None) -> None:
        """Runs connect, compares all it leaves, and the store before and after."""
        before = self.dump()
        hint_line = f"hint: {hint}\n" if hint else ""
        assert self.cli("connect", *words, env=env) == Run(code, "", f"error: {message}\n{hint_line}")
        assert self.dump() == before

    def dump(self) -> list[str]:
        """Everything in the store, tokens too."""
        with closing(sqlite3.connect(self.cli.home / "connections.db")) as database:
            return list(database.iterdump())


@pytest.fixture(scope="module")
def home_with_two_connections(
    tmp_path_factory: pytest.TempPathFactory, milvus: MilvusServer, launcher: Launcher
) -> Cli:
    """With the saved connections `other` and `default`, the current one."""
    cli = Cli(tmp_path_factory.mktemp("faults"), launcher)
    cli("connect", milvus.address, "-t", "root:Milvus", "-a", "other", "--db", "default")
    cli("connect", milvus.address)
    return cli


@pytest.fixture
def saved_connections(home_with_two_connections: Cli) -> Iterator[Kept]:
    """Two saved connections; in the end they are as before."""
    yield Kept(home_with_two_connections)
    rows = json.loads(home_with_two_connections("list", "connections", "-o", "json").out)
    assert [(row["alias"], row["current"], row["state"]) for row in rows] == [
        ("default", True, "connected"),
        ("other", False, "connected"),
    ]


# Nobody there, or somebody else


def test_nothing_listening(saved_connections: Kept) -> None:
    (port,) = free_ports(1)
    hint = "check that the server is running, and its host and port (Milvus listens on 19530)"
    saved_connections.fails(3, f"nothing is listening at 127.0.0.1:{port}", hint, f"127.0.0.1:{port}")


def test_unknown_host(saved_connections: Kept) -> None:
    saved_connections.fails(3, "unknown host in nosuch.invalid:19530", "check the host's name", "-h", "nosuch.invalid")


def test_a_host_name_that_can_not_be(saved_connections: Kept) -> None:
    saved_connections.fails(3, "invalid host name in a..b:19530", "check the host's name", "-h", "a..b")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_port_that_accepts_and_never_answers_is_given_up_in_time(
    saved_connections: Kept, certificates: Certificates, scheme: str
) -> None:
    tls = ("--ca", certificates.ca) if scheme == "https" else ()
    with SilentListener() as silent:
        started = time.monotonic()
        words = (f"{scheme}://{silent.address}", "--timeout", "1", *tls)
        saved_connections.fails(3, f"{silent.address} accepts connections but never responds", PATIENCE, *words)
        assert time.monotonic() - started < 8


def test_a_frozen_server_is_given_up_in_time(saved_connections: Kept, lite: LiteServer) -> None:
    with lite.frozen():
        started = time.monotonic()
        words = (lite.address, "--timeout", "1")
        saved_connections.fails(3, f"{lite.address} accepts connections but never responds", PATIENCE, *words)
        assert time.monotonic() - started < 8


def test_a_server_that_shakes_hands_and_never_answers_is_given_up_in_time(saved_connections: Kept) -> None:
    with GrpcPeer({"Connect": never_answers()}) as peer:
        words = (peer.address, "--timeout", "1")
        saved_connections.fails(3, f"{peer.address} did not respond to Connect within 1 s", PATIENCE, *words)


def test_a_port_that_speaks_http_only(saved_connections: Kept, milvus: MilvusServer) -> None:
    with HttpOnly() as http:
        for address in (http.address, f"127.0.0.1:{milvus.management_port}"):
            saved_connections.fails(3, f"{address} speaks HTTP, not gRPC", GRPC_PORT, address)


def test_a_grpc_service_other_than_milvus(saved_connections: Kept) -> None:
    with GrpcPeer(service="other.Service") as peer:
        hint = "Milvus serves gRPC on 19530"
        saved_connections.fails(3, f"{peer.address} is not a Milvus server", hint, peer.address)
    assert peer.service != SERVICE


def test_a_connection_reset_before_an_answer(saved_connections: Kept, milvus: MilvusServer) -> None:
    with TcpProxy(milvus.host, milvus.port) as proxy:
        proxy.cut_after(1)
        message = f"{proxy.address} closed the connection before it responded"
        hint = "the server may be starting or stopping, or behind a proxy or firewall: try again"
        saved_connections.fails(3, message, hint, proxy.address)


def test_a_server_killed_in_mid_call(cli: Cli, tmp_path: Path) -> None:
    with LiteServer(tmp_path / "mortal") as server, TcpProxy(server.host, server.port) as proxy:
        cli("connect", proxy.address)
        before = Kept(cli).dump()
        calling = cli.start()
        assert calling.stdin is not None
        assert calling.stdout is not None
        print("list collections -o json", file=calling.stdin, flush=True)
        assert calling.stdout.readline() == "[]\n"

        server.freeze()
        sent = proxy.bytes_up
        print("load collection x --no-wait", file=calling.stdin, flush=True)
        # More than the few bytes of flow control that may follow the first answer.
        wait_until(lambda: proxy.bytes_up > sent + 60)
        server.kill()
        out, err = calling.communicate(timeout=10)
    assert Run(calling.returncode, out, err) == Run(
        3,
        "",
        f"error: stdin:2: the connection to {proxy.address} was lost during LoadCollection: outcome unknown\n"
        "hint: the server may have done it: check before you repeat it\n",
    )
    assert Kept(cli).dump() == before


def wait_until(is_done: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not is_done():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_write_cut_off_in_mid_call_has_an_unknown_outcome(cli: Cli) -> None:
    with GrpcPeer({"LoadCollection": never_answers()}) as peer, TcpProxy(peer.host, peer.port) as proxy:
        cli("connect", proxy.address)
        before = Kept(cli).dump()
        calling = cli.start("load", "collection", "x", "--no-wait")
        wait_until(lambda: "LoadCollection" in peer.methods)
        proxy.cut()
        out, err = calling.communicate(timeout=10)
    assert Run(calling.returncode, out, err) == Run(
        3,
        "",
        f"error: the connection to {proxy.address} was lost during LoadCollection: outcome unknown\n"
        "hint: the server may have done it: check before you repeat it\n",
    )
    assert Kept(cli).dump() == before


def test_ctrl_c_in_connect_ends_it_at_once(saved_connections: Kept) -> None:
    with GrpcPeer({"Connect": never_answers()}) as peer:
        before = saved_connections.dump()
        calling = saved_connections.cli.start("connect", peer.address)
        wait_until(lambda: bool(peer.calls))
        calling.send_signal(signal.SIGINT)
        started = time.monotonic()
        out, err = calling.communicate(timeout=10)
        assert time.monotonic() - started < 5
    assert Run(calling.returncode, out, err) == Run(130, "", "error: interrupted\n")
    assert saved_connections.dump() == before


# TLS


def test_plaintext_to_a_tls_port(saved_connections: Kept, milvus_tls: MilvusServer) -> None:
    hint = "it may require TLS: connect with https://, or --tlsmode 1"
    saved_connections.fails(3, f"{milvus_tls.address} closed the connection", hint, milvus_tls.address)


def test_tls_to_a_plaintext_port(saved_connections: Kept, milvus: MilvusServer) -> None:
    hint = "connect with http://, or --tlsmode 0"
    saved_connections.fails(3, f"{milvus.address} does not speak TLS", hint, f"https://{milvus.address}")


def test_tls_broken_off(saved_connections: Kept, milvus_tls: MilvusServer) -> None:
    with TcpProxy(milvus_tls.host, milvus_tls.port) as proxy:
        proxy.cut_after(300)
        hint = "check the port and --tlsmode"
        saved_connections.fails(3, f"{proxy.address} aborted the TLS handshake", hint, "-s", proxy.address)


@pytest.mark.parametrize("ca", [None, "other_ca"])
def test_unknown_ca(
    saved_connections: Kept, milvus_tls: MilvusServer, certificates: Certificates, ca: str | None
) -> None:
    words: Words = ("--ca", getattr(certificates, ca)) if ca else ("-s",)
    message = f"the certificate of {milvus_tls.address} is not trusted: unable to get local issuer certificate"
    saved_connections.fails(3, message, "give the CA that signed it: --ca FILE", milvus_tls.address, *words)


def test_wrong_host_name(saved_connections: Kept, milvus_tls: MilvusServer, certificates: Certificates) -> None:
    hint = "connect by the name in the certificate, or give it: --server-name NAME"
    words = (milvus_tls.address, "--ca", certificates.ca, "--server-name", "example.test")
    saved_connections.fails(3, f"the certificate of {milvus_tls.address} is for another host", hint, *words)
    with GrpcPeer(certificates=certificates, wrong_host=True) as peer:
        message = f"the certificate of {peer.address} is for another host"
        saved_connections.fails(3, message, hint, peer.uri, "--ca", certificates.ca)


def test_missing_client_certificate(
    saved_connections: Kept, milvus_mutual: MilvusServer, certificates: Certificates
) -> None:
    message = f"{milvus_mutual.address} requires a trusted client certificate"
    saved_connections.fails(3, message, MUTUAL, milvus_mutual.address, "--ca", certificates.ca)


def test_client_certificate_of_another_ca(
    saved_connections: Kept, milvus_mutual: MilvusServer, certificates: Certificates, tmp_path: Path
) -> None:
    foreign = trustme.CA().issue_cert("client.example.test")
    foreign.cert_chain_pems[0].write_to_path(tmp_path / "foreign.pem")
    foreign.private_key_pem.write_to_path(tmp_path / "foreign.key")
    words = (
        "--ca",
        certificates.ca,
        "--client-cert",
        tmp_path / "foreign.pem",
        "--client-key",
        tmp_path / "foreign.key",
    )
    message = f"{milvus_mutual.address} requires a trusted client certificate"
    saved_connections.fails(3, message, MUTUAL, milvus_mutual.address, *words)


def test_a_key_of_another_certificate(
    saved_connections: Kept, milvus_mutual: MilvusServer, certificates: Certificates
) -> None:
    words = ("--ca", certificates.ca, "--client-cert", certificates.client, "--client-key", certificates.server_key)
    message = f"the TLS certificates given for {milvus_mutual.address} can't be used"
    saved_connections.fails(3, message, PEM_FILES, milvus_mutual.address, *words)


@pytest.mark.parametrize(
    ("content", "code", "message", "hint"),
    [
        (None, 2, "--ca: can't read {path}: No such file or directory", "give the path of a PEM file"),
        ("nonsense", 2, "--ca: {path} is not a PEM file", "it should have a line -----BEGIN …-----"),
        (
            "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n",
            3,
            "the TLS certificates given for {address} can't be used",
            PEM_FILES,
        ),
    ],
    ids=["missing", "no PEM", "broken PEM"],
)
def test_bad_ca_file(
    saved_connections: Kept,
    milvus_tls: MilvusServer,
    tmp_path: Path,
    content: str | None,
    code: int,
    message: str,
    hint: str,
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    text = message.format(path=path, address=milvus_tls.address)
    saved_connections.fails(code, text, hint, milvus_tls.address, "--ca", path)


# Credentials and databases


def test_no_credentials(saved_connections: Kept, milvus_auth: MilvusServer) -> None:
    hint = "connect with --username and --password, or --token user:password"
    saved_connections.fails(4, f"{milvus_auth.address} requires credentials", hint, milvus_auth.address)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("-u", "root", "-pwd", "wrong1"), "user name or password"),
        (("-u", "nosuch", "-pwd", "Milvus"), "user name or password"),
        (("-t", "root:"), "user name or password"),
        (("-t", "no-such-key"), "token"),
    ],
    ids=["wrong password", "unknown user", "empty password", "wrong key"],
)
def test_wrong_credentials(saved_connections: Kept, milvus_auth: MilvusServer, words: Words, what: str) -> None:
    hint = NO_TOKEN if what == "token" else NO_PASSWORD
    saved_connections.fails(4, f"{milvus_auth.address} rejected the {what}", hint, milvus_auth.address, *words)


@pytest.mark.parametrize("name", ["milvus", "lite"])
def test_missing_database(saved_connections: Kept, request: pytest.FixtureRequest, name: str) -> None:
    address = request.getfixturevalue(name).address
    hint = "connect without --db, then run `list databases`"
    saved_connections.fails(1, f"database 'nosuch' not found on {address}", hint, address, "--db", "nosuch")


# Invalid options

PORTS = "a port is 1 to 65535; Milvus listens on 19530"
ADDRESS = "write host:port, with a port from 1 to 65535"
HOST = "write a name or an IP address, such as 127.0.0.1:19530"
ALIAS = "an alias starts with a letter or digit and has letters, digits and . _ - @ : + (at most 128)"
ONE = "give one of them"
HELP = "help connect"


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ("127.0.0.1:0", "invalid port 0", PORTS),
        ("127.0.0.1:65536", "invalid address '127.0.0.1:65536'", ADDRESS),
        ("127.0.0.1:abc", "invalid address '127.0.0.1:abc'", ADDRESS),
        ("http://u:p@127.0.0.1:abc", "invalid address '127.0.0.1:abc'", ADDRESS),
        ("-p 0", "--port: must be between 1 and 65535, got 0", HELP),
        ("-p 65536", "--port: must be between 1 and 65535, got 65536", HELP),
        ("-p abc", "--port: 'abc' is not an integer", HELP),
        ("-a _x", "invalid alias '_x'", ALIAS),
        ("-a a/b", "invalid alias 'a/b'", ALIAS),
        ("-a ", "--alias: expected the alias of a connection, got ''", HELP),
        ("ftp://127.0.0.1", "unknown scheme 'ftp' in the URI", "use http:// or https://, or host:port"),
        ("http://", "invalid host ''", HOST),
        ("hö.example", "invalid host 'hö.example'", HOST),
        ("http://[::1", "invalid address '[::1'", ADDRESS),
        ("http://u:p/w@h:1", "a password in the URI has a /, ? or #", "write it as %2F, %3F or %23"),
        ("-uri h:1 -h h", "--uri and --host cannot be combined", ONE),
        ("h:1 -p 2", "--uri with port 1 and --port 2 name two ports", ""),
        ("-h h:1 -p 2", "--host with port 1 and --port 2 name two ports", ""),
        ("-t a:b -u a", "--token and --username cannot be combined", ONE),
        ("-t a:b --token-file /dev/null", "--token and --token-file cannot be combined", ""),
        ("-pwd x", "--password needs --username", "give both, or --token"),
        ("-tls 0 -s", "--secure and --tlsmode 0 cannot be combined", ""),
        ("-tls 0 --ca x", "--tlsmode 0 is plaintext: it can't go with certificates", "leave --tlsmode out"),
        ("-tls 2", "--tlsmode 2 is mutual TLS: it needs --client-cert and --client-key", ""),
        ("-tls 3", "--tlsmode: must be between 0 and 2, got 3", HELP),
        ("--client-cert x", "mutual TLS needs both --client-cert and --client-key", ""),
        ("--lite x -h h", "--lite and --host cannot be combined", ONE),
        ("--save-as a -a b", "--save-as and --alias name two aliases", ONE),
        ("-D -h h", "--disconnect goes with --alias only", "connect -D -a ALIAS"),
        ("--timeout 0", "--timeout: must be between 0.001 and 86400, got 0.0", HELP),
        ("--token-file nosuch", "--token-file: 'nosuch': No such file or directory", HELP),
        ("-t @nosuch", "--token: can't read nosuch: No such file or directory", HELP),
        ("--db ü", "invalid database name 'ü'", "a name has letters, digits and _"),
        ("--user-agent ü", "--user-agent takes plain ASCII text", ""),
        ("--nosuch", "no such option '--nosuch'", HELP),
    ],
)
def test_invalid_options(home_with_two_connections: Cli, words: str, message: str, hint: str) -> None:
    Kept(home_with_two_connections).fails(2, message, hint, *words.split(" "))


def test_a_token_of_two_lines(home_with_two_connections: Cli) -> None:
    message = "the token or password has a line break or another control character"
    Kept(home_with_two_connections).fails(2, message, "", "-t", "a:b\nc")


def test_a_bad_address_in_the_environment(home_with_two_connections: Cli) -> None:
    Kept(home_with_two_connections).fails(
        2, "invalid address '127.0.0.1:x'", ADDRESS, env={"MILVUS_URI": "http://127.0.0.1:x"}
    )


# Errors for programs


@pytest.mark.parametrize("output", ["json", "jsonl", "csv", "tsv", "yaml"])
def test_an_error_for_programs_is_one_json_object_on_stderr(home_with_two_connections: Cli, output: str) -> None:
    (port,) = free_ports(1)
    run = home_with_two_connections("connect", f"127.0.0.1:{port}", "-o", output)
    error = {
        "code": 3,
        "message": f"nothing is listening at 127.0.0.1:{port}",
        "hint": "check that the server is running, and its host and port (Milvus listens on 19530)",
        "server_code": None,
    }
    assert run == Run(3, "", json.dumps({"error": error}) + "\n")


def test_an_error_for_programs_carries_the_servers_code(home_with_two_connections: Cli, milvus: MilvusServer) -> None:
    run = home_with_two_connections("-o", "json", "connect", milvus.address, "--db", "nosuch")
    error = {
        "code": 1,
        "message": f"database 'nosuch' not found on {milvus.address}",
        "hint": "connect without --db, then run `list databases`",
        "server_code": 800,
    }
    assert run == Run(1, "", json.dumps({"error": error}) + "\n")
    usage = {"code": 2, "message": "invalid alias '_'", "hint": ALIAS, "server_code": None}
    assert home_with_two_connections("connect", "-a", "_", "-o", "json") == Run(
        2, "", json.dumps({"error": usage}) + "\n"
    )
