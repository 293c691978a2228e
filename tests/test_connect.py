"""Connecting to every kind of server, and the connection that is saved under an alias."""

import http.client
import json
import os
import re
import sqlite3
import stat
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from pymilvus import DataType, MilvusClient

from milvus_cli.connections.environment import Config
from milvus_cli.connections.profile import parse_address
from milvus_cli.connections.resolve import Request, resolve
from tests.support.certificates import Certificates
from tests.support.cli import Cli, Run, StrPath
from tests.support.connecting import LATENCY, connected, jsonl, kept, listed, masked, version_of
from tests.support.grpc_peer import GrpcPeer, replies
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.official import common_pb2, milvus_pb2, official_client
from tests.support.ports import free_ports
from tests.support.process import ServerProcess
from tests.support.silent import SilentListener
from tests.support.terminal import Terminal
from tests.support.typed import failed

JSONL = ("-o", "jsonl")


def details(server: ServerProcess, sources: dict[str, str] | None = None, **changes: object) -> dict[str, object]:
    """What `show connection` says of a saved connection without anything special; `sources` beside "saved"."""
    values = {
        "alias": "default",
        "address": server.address,
        "database": "default",
        **dict.fromkeys(("user", "credentials")),
        "tls": "off",
        **dict.fromkeys(("ca", "client_cert", "client_key", "server_name", "user_agent")),
        "management_port": 9091,
        "read_only": False,
        "protected": False,
        "lite": None,
        **changes,
    }
    saved = {name: "saved" for name, value in values.items() if value is not None}
    return {**values, "sources": {**saved, "alias": "current", **(sources or {})}}


def pymilvus(server: ServerProcess) -> MilvusClient:
    return official_client(f"http://{server.address}")


# The status that connect prints


def test_connect_prints_a_table_of_the_connection(cli: Cli, server: ServerProcess) -> None:
    run = cli("connect", server.address)
    width = max(len(server.address), len(version_of(server)))
    rows = {
        "alias": "default",
        "address": server.address,
        "server_version": version_of(server),
        "database": "default",
        "user": "NULL",
        "tls": "off",
        "state": "connected",
        "latency_ms": "#",
    }
    table = [f"│ {name:<14} │ {value:<{width}} │" for name, value in {"field": "value", **rows}.items()]
    edges = [left + "─" * 16 + middle + "─" * (width + 2) + right for left, middle, right in ("╭┬╮", "├┼┤", "╰┴╯")]
    expected = "\n".join([edges[0], table[0], edges[1], *table[1:], edges[2]]) + "\n"
    assert Run(
        run.code, re.sub(r"(latency_ms +│ )([\d.]+)", lambda m: m[1] + "#".ljust(len(m[2])), run.out), run.err
    ) == (Run(0, expected, ""))


def test_connect_keeps_the_connection_for_later_commands(cli: Cli, server: ServerProcess) -> None:
    assert masked(cli("connect", server.address, *JSONL)) == connected(server)
    assert masked(cli("list", "connections", *JSONL)) == Run(0, jsonl(listed(server)), "")
    assert cli("server_version", *JSONL) == Run(
        0, jsonl({"server_version": cli_version(server), "address": server.address}), ""
    )
    assert masked(cli("ping", *JSONL)) == Run(
        0, jsonl({"alias": "default", "address": server.address, "latency_ms": 0}), ""
    )


def cli_version(server: ServerProcess) -> str:
    """The answer of GetVersion."""
    with server.stub() as stub:
        return str(stub.GetVersion(milvus_pb2.GetVersionRequest(), timeout=5).version)


# Addresses


@pytest.mark.parametrize(
    "form",
    [
        ["{address}"],
        ["-uri", "{address}"],
        ["-h", "{address}"],
        ["-h", "{host}", "-p", "{port}"],
        ["--host", "localhost", "--port", "{port}"],
        ["http://{address}"],
        ["HTTP://{address}/"],
        ["tcp://{address}"],
        ["milvus://nobody:secret@{address}/default"],
    ],
    ids=" ".join,
)
def test_connect_takes_every_form_of_address(cli: Cli, milvus: MilvusServer, form: list[str]) -> None:
    words = [word.format(address=milvus.address, host=milvus.host, port=milvus.port) for word in form]
    user = "nobody" if "nobody" in form[0] else None
    address = milvus.address.replace("127.0.0.1", "localhost") if "localhost" in words else milvus.address
    assert masked(cli("connect", *words, *JSONL)) == connected(milvus, address=address, user=user)


@pytest.mark.parametrize(
    ("text", "host", "port", "secure", "user", "database"),
    [
        ("db1", "db1", None, None, None, None),
        ("db1.example.com:1", "db1.example.com", 1, None, None, None),
        ("http://db1", "db1", None, False, None, None),
        ("https://db1", "db1", 443, True, None, None),
        ("https://db1:19530/shop", "db1", 19530, True, None, "shop"),
        ("milvus://ann@db1:2/shop", "db1", 2, None, "ann", "shop"),
        ("milvus://a%40b:p%2Fw@db1/shop", "db1", None, None, "a@b", "shop"),
        ("::1", "::1", None, None, None, None),
        ("[::1]:19531", "::1", 19531, None, None, None),
    ],
)
def test_an_address_sets_only_the_parameters_in_it(
    text: str, host: str, port: int | None, secure: bool | None, user: str | None, database: str | None
) -> None:
    address = parse_address(text)
    found = (address.host, address.port, address.secure, address.user, address.database)
    assert found == (host, port, secure, user, database)


def test_without_an_address_the_documented_defaults_hold(tmp_path: Path) -> None:
    profile = resolve(Request(), Config(home=tmp_path), None, ask_password=str).profile
    assert (profile.alias, profile.address, profile.database) == ("default", "127.0.0.1:19530", "default")


# Credentials


@pytest.mark.parametrize(
    ("words", "input_"),
    [
        (["-u", "root", "-pwd", "Milvus"], None),
        (["--username", "root", "--password", "-"], "Milvus\n"),
        (["-u", "root", "-pwd", "@password"], None),
        (["-t", "root:Milvus"], None),
        (["-t", "-"], "root:Milvus\n"),
        (["--token", "@token"], None),
        (["--token-file", "token"], None),
        (["--token-file", "-"], "root:Milvus\n"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_connect_takes_credentials_in_every_way(
    cli: Cli, milvus_auth: MilvusServer, words: list[str], input_: str | None
) -> None:
    (cli.directory / "token").write_text("root:Milvus\n")
    (cli.directory / "password").write_text("Milvus\n")
    run = cli("connect", milvus_auth.address, *words, *JSONL, input=input_)
    assert masked(run) == connected(milvus_auth, user="root")
    assert cli("list", "collections", "-o", "json") == Run(0, "[]\n", "")


@pytest.mark.parametrize("name", ["MILVUS_TOKEN", "ZILLIZ_TOKEN"])
def test_connect_takes_the_token_from_the_environment(cli: Cli, milvus_auth: MilvusServer, name: str) -> None:
    run = cli("connect", milvus_auth.address, *JSONL, env={name: "root:Milvus"})
    assert masked(run) == connected(milvus_auth, user="root")


@pytest.mark.parametrize("words", [["-u", "root", "{address}"], ["milvus://root@{address}"]], ids=" ".join)
def test_a_user_without_a_password_is_asked_for_it_hidden(
    milvus_auth: MilvusServer, terminal: Callable[..., Terminal], words: list[str]
) -> None:
    shown = terminal("connect", *(word.format(address=milvus_auth.address) for word in words), *JSONL)
    shown.wait_for("Password of root:")
    shown.send_line("Milvus")
    assert shown.wait_exit() == 0
    answer = LATENCY.sub(r"\g<1>0", shown.raw.decode().replace("\r\n", "\n"))
    assert answer == "Password of root: \n" + connected(milvus_auth, user="root").out


@pytest.mark.parametrize("words", [["-u", "root", "{address}"], ["milvus://root@{address}"]], ids=" ".join)
def test_a_user_without_a_password_is_an_error_where_nobody_can_be_asked(
    cli: Cli, milvus_auth: MilvusServer, words: list[str]
) -> None:
    assert cli("connect", *(word.format(address=milvus_auth.address) for word in words)) == Run(
        2, "", "error: no password for user 'root'\nhint: give --password, --token-file FILE or MILVUS_TOKEN\n"
    )


def test_connecting_again_as_the_same_user_asks_for_nothing(cli: Cli, milvus_auth: MilvusServer) -> None:
    cli("connect", milvus_auth.address, "-t", "root:Milvus")
    assert masked(cli("connect", "-u", "root", *JSONL)) == connected(milvus_auth, user="root")
    assert masked(cli("connect", f"milvus://root@{milvus_auth.address}", *JSONL)) == connected(milvus_auth, user="root")


def test_a_saved_token_is_not_used_for_another_user(cli: Cli, milvus_auth: MilvusServer) -> None:
    cli("connect", milvus_auth.address, "-t", "root:Milvus")
    for words in (["-u", "ann"], [f"milvus://ann@{milvus_auth.address}"]):
        assert cli("connect", *words).err.splitlines()[0] == "error: no password for user 'ann'"


def test_a_saved_token_is_not_sent_to_another_server(cli: Cli, milvus_auth: MilvusServer) -> None:
    with GrpcPeer() as peer:
        cli("connect", milvus_auth.address, "-t", "root:Milvus")
        cli("connect", peer.address)
    assert [dict(call.metadata).get("authorization") for call in peer.calls] == [None]


# TLS


@pytest.mark.parametrize(
    "words",
    [
        ["https://{address}", "--ca", "{ca}"],
        ["{address}", "--ca", "{ca}"],
        ["{address}", "-tls", "1", "-cert", "{ca}"],
        ["-h", "127.0.0.1", "-p", "{port}", "-s", "--cert", "{ca}"],
        ["https://{address}", "--ca", "{ca}", "--server-name", "localhost"],
    ],
    ids=" ".join,
)
def test_connect_over_one_way_tls(
    cli: Cli, milvus_tls: MilvusServer, certificates: Certificates, words: list[str]
) -> None:
    places = {"address": milvus_tls.address, "port": milvus_tls.port, "ca": certificates.ca}
    run = cli("connect", *(word.format(**places) for word in words), *JSONL)
    assert masked(run) == connected(milvus_tls, tls="one-way")


def test_tls_trusts_the_cas_of_the_system(cli: Cli, milvus_tls: MilvusServer, certificates: Certificates) -> None:
    run = cli("connect", "-s", milvus_tls.address, *JSONL, env={"SSL_CERT_FILE": str(certificates.ca)})
    assert masked(run) == connected(milvus_tls, tls="one-way")


@pytest.mark.parametrize("mode", [[], ["-tls", "2"]], ids=["by the certificate", "by the mode"])
def test_connect_over_mutual_tls(
    cli: Cli, milvus_mutual: MilvusServer, certificates: Certificates, mode: list[str]
) -> None:
    files: list[StrPath] = ["--ca", certificates.ca, "--client-cert", certificates.client]
    files += ["--client-key", certificates.client_key]
    run = cli("connect", milvus_mutual.address, *mode, *files, "-t", "root:Milvus", *JSONL)
    assert masked(run) == connected(milvus_mutual, tls="mutual", user="root")
    assert cli("list", "collections", "-o", "json") == Run(0, "[]\n", "")


def test_server_name_is_compared_with_the_certificate(cli: Cli, certificates: Certificates) -> None:
    with GrpcPeer(certificates=certificates, wrong_host=True) as peer:
        words: tuple[StrPath, ...] = ("connect", peer.uri, "--ca", certificates.ca, *JSONL)
        assert cli(*words).code == 3
        assert cli(*words, "--server-name", "example.test").code == 0


def test_a_relative_ca_path_is_kept_absolute(cli: Cli, milvus_tls: MilvusServer, certificates: Certificates) -> None:
    relative = os.path.relpath(certificates.ca, cli.directory)
    assert cli("connect", milvus_tls.address, "--ca", relative).code == 0
    shown = json.loads(cli("show", "connection", "-o", "json").out)
    assert shown["ca"] == str(cli.directory / relative)


def test_connecting_again_by_https_keeps_the_saved_ca(
    cli: Cli, milvus_tls: MilvusServer, certificates: Certificates
) -> None:
    cli("connect", milvus_tls.address, "--ca", certificates.ca)
    assert masked(cli("connect", f"https://{milvus_tls.address}", *JSONL)) == connected(milvus_tls, tls="one-way")


def test_connecting_again_by_http_gives_up_the_saved_tls(cli: Cli, certificates: Certificates) -> None:
    with GrpcPeer(certificates=certificates) as peer:
        assert cli("connect", peer.uri, "--ca", certificates.ca).code == 0
        address, port = peer.address, peer.port
    with GrpcPeer(port=port):
        assert cli("connect").code == 3
        assert cli("connect", f"http://{address}").code == 0


# Databases


def test_connect_to_a_database(cli: Cli, server: ServerProcess) -> None:
    client = pymilvus(server)
    if "reached" not in client.list_databases():
        client.create_database("reached")
    for words in (["--db", "reached", server.address], [f"milvus://{server.address}/reached"]):
        assert masked(cli("connect", *words, *JSONL)) == connected(server, database="reached")
    assert masked(cli("connect", "--db", "", *JSONL)) == connected(server)


# Under which alias, and for how long


def test_connections_live_beside_each_other_under_their_aliases(
    cli: Cli, milvus: MilvusServer, lite: LiteServer
) -> None:
    assert masked(cli("connect", milvus.address, "-a", "big", *JSONL)) == connected(milvus, alias="big")
    assert masked(cli("connect", lite.address, "--save-as", "small", *JSONL)) == connected(lite, alias="small")
    rows = [listed(milvus, alias="big", current=False), listed(lite, alias="small")]
    assert masked(cli("list", "connections", *JSONL)) == Run(0, jsonl(*rows), "")

    assert cli("use", "connection", "big", *JSONL) == Run(
        0, jsonl({"message": "Using connection 'big'.", "alias": "big"}), ""
    )
    assert json.loads(cli("ping", *JSONL).out)["address"] == milvus.address
    assert json.loads(cli("ping", *JSONL, "--alias", "small").out)["address"] == lite.address
    assert json.loads(cli("ping", *JSONL, env={"MILVUS_ALIAS": "small"}).out)["address"] == lite.address


def test_a_disconnected_connection_keeps_its_parameters(cli: Cli, milvus: MilvusServer) -> None:
    cli("connect", milvus.address, "-a", "a")
    refused = Run(3, "", "error: connection 'a' is disconnected\nhint: connect -a a\n")
    for words in (["connect", "-D", "-a", "a"], ["disconnect", "a"], ["disconnect"], ["connect", "-D", "-a", "a"]):
        assert cli(*words) == Run(0, "Disconnected 'a'.\n", "")
        assert cli("ping") == refused

    assert masked(cli("list", "connections", *JSONL)).out == jsonl(listed(milvus, alias="a", state="disconnected"))
    assert json.loads(cli("show", "connection", "a", "-o", "json").out)["address"] == milvus.address

    assert masked(cli("connect", "-a", "a", *JSONL)) == connected(milvus, alias="a")
    assert cli("ping").code == 0


def test_disconnect_all_disconnects_every_connection(cli: Cli, milvus: MilvusServer) -> None:
    for alias in ("a", "b"):
        cli("connect", milvus.address, "-a", alias)
    assert cli("disconnect", "--all") == Run(0, "Disconnected 2 connections.\n", "")
    assert cli("disconnect", "--all") == Run(0, "Disconnected 0 connections.\n", "")
    rows = [listed(milvus, alias="a", current=False, state="disconnected")]
    rows += [listed(milvus, alias="b", state="disconnected")]
    assert masked(cli("list", "connections", *JSONL)).out == jsonl(*rows)


def test_rename_connection_moves_the_alias_with_its_credentials(cli: Cli, milvus_auth: MilvusServer) -> None:
    cli("connect", milvus_auth.address, "-a", "old", "-t", "root:Milvus")
    assert cli("rename", "connection", "old", "new") == Run(0, "Renamed connection 'old' to 'new'.\n", "")
    assert masked(cli("list", "connections", *JSONL)).out == jsonl(listed(milvus_auth, alias="new", user="root"))
    assert cli("list", "collections", "-o", "json") == Run(0, "[]\n", "")
    assert cli("rename", "connection", "new", "new") == Run(
        1, "", "error: connection 'new' already exists\nhint: delete connection new\n"
    )


def test_delete_connection_forgets_the_alias(cli: Cli, milvus: MilvusServer) -> None:
    cli("connect", milvus.address, "-a", "gone")
    assert cli("delete", "connection", "gone") == Run(0, "Deleted connection 'gone'.\n", "")
    assert cli("list", "connections", "-o", "json") == Run(0, "[]\n", "")
    assert cli("ping") == Run(3, "", "error: not connected\nhint: connect -h HOST -p PORT\n")


def test_an_alias_that_does_not_exist_is_answered_with_the_nearest(cli: Cli, milvus: MilvusServer) -> None:
    cli("connect", milvus.address, "-a", "prod")
    before = kept(cli)
    for line in (
        "use connection prdo",
        "show connection prdo",
        "disconnect prdo",
        "connect -D -a prdo",
        "rename connection prdo x",
        "delete connection prdo",
        "--alias prdo ping",
    ):
        assert cli(*line.split()) == Run(1, "", "error: connection 'prdo' not found\nhint: did you mean prod?\n"), line
    assert kept(cli) == before


def test_no_save_keeps_the_connection_in_the_session_only(cli: Cli, milvus: MilvusServer) -> None:
    run = cli("-c", f"connect {milvus.address} --no-save -a once -o jsonl; list connections -o jsonl; ping -o jsonl")
    row = listed(milvus, alias="once", server_version=None, last_used=None)
    ping = {"alias": "once", "address": milvus.address, "latency_ms": 0}
    assert masked(run) == Run(0, connected(milvus, alias="once").out + jsonl(row, ping), "")
    assert cli("list", "connections", "-o", "json") == Run(0, "[]\n", "")


def test_use_connection_takes_a_database_of_it_too(cli: Cli, milvus: MilvusServer, lite: LiteServer) -> None:
    cli("connect", milvus.address, "-a", "used"), cli("connect", lite.address, "-a", "other")
    cli("create", "database", "used_shop", "--alias", "used", "--if-not-exists")
    before = kept(cli)
    assert cli("use", "connection", "used", "--db", "used_shpo") == failed(
        "database 'used_shpo' not found", "did you mean used_shop?"
    )
    assert kept(cli) == before

    done = Run(0, "Using database 'used_shop' of connection 'used'.\n", "")
    for line in ("use connection used --db used_shop", "--db used_shop use connection used"):
        assert cli("use", "connection", "other").code == 0
        assert cli(*line.split()) == done
        shown = json.loads(cli("show", "connection", "-o", "json").out)
        assert (shown["alias"], shown["database"]) == ("used", "used_shop")
    cli("delete", "database", "used_shop", "-y")


def test_list_connections_shows_which_are_read_only_or_protected(cli: Cli) -> None:
    with GrpcPeer() as peer:
        for alias, options in {"both": ["--read-only", "--protected"], "free": [], "guarded": ["--protected"]}.items():
            assert cli("connect", peer.address, "-a", alias, *options).code == 0
    rows = json.loads(kept(cli))
    assert [(row["alias"], row["read_only"], row["protected"]) for row in rows] == [
        ("both", True, True),
        ("free", False, False),
        ("guarded", False, True),
    ]


# show connection


def test_show_connection_says_where_each_parameter_comes_from(cli: Cli, milvus: MilvusServer) -> None:
    cli("connect", milvus.address)
    assert cli("show", "connection", *JSONL) == Run(0, jsonl(details(milvus)), "")
    shown = details(milvus, {"alias": "--alias"})
    assert cli("show", "connection", "default", *JSONL) == Run(0, jsonl(shown), "")
    token = {"user": "MILVUS_TOKEN", "credentials": "MILVUS_TOKEN"}
    run = cli("show", "connection", *JSONL, "--db", "x", env={"MILVUS_ALIAS": "default", "MILVUS_TOKEN": "u:secret"})
    sources = {"alias": "MILVUS_ALIAS", "database": "--db", **token}
    shown = details(milvus, sources, database="x", user="u", credentials="kept")
    assert run == Run(0, jsonl(shown), "")


def test_show_connection_knows_the_user_of_another_than_the_current(
    cli: Cli, milvus: MilvusServer, milvus_auth: MilvusServer
) -> None:
    cli("connect", milvus_auth.address, "-a", "secured", "-t", "root:Milvus", "--management-port", "1", "--protected")
    cli("connect", milvus.address)
    changes = {"alias": "secured", "user": "root", "credentials": "kept", "management_port": 1, "protected": True}
    shown = details(milvus_auth, {"alias": "--alias"}, **changes)
    assert cli("show", "connection", "secured", *JSONL) == Run(0, jsonl(shown), "")


def test_show_connection_all_lists_as_list_connections_does(cli: Cli, milvus: MilvusServer) -> None:
    cli("connect", milvus.address)
    assert cli("show", "connection", "-a", "-o", "json") == Run(0, kept(cli), "")


# Which of flag, environment, saved and default wins


def test_a_flag_wins_over_the_environment_that_over_the_saved_that_over_the_default(
    cli: Cli, milvus: MilvusServer, lite: LiteServer
) -> None:
    (nothing,) = free_ports(1)
    cli("connect", milvus.address, "--management-port", "1234")
    environment = {"MILVUS_URI": f"http://{lite.address}"}
    assert masked(cli("connect", *JSONL)) == connected(milvus)
    assert masked(cli("connect", *JSONL, "--no-save", env=environment)) == connected(lite)
    refused = cli("connect", f"127.0.0.1:{nothing}", env=environment)
    assert refused.err.startswith(f"error: nothing is listening at 127.0.0.1:{nothing}\n")
    shown = json.loads(cli("show", "connection", "-o", "json").out)
    assert (shown["address"], shown["management_port"]) == (milvus.address, 1234)


def test_the_environment_alone_is_a_connection(cli: Cli, milvus_auth: MilvusServer) -> None:
    environment = {"ZILLIZ_URI": f"http://{milvus_auth.address}", "ZILLIZ_TOKEN": "root:Milvus"}
    assert cli("list", "collections", "-o", "json", env=environment) == Run(0, "[]\n", "")
    assert cli("list", "connections", "-o", "json") == Run(0, "[]\n", "")


def test_an_environment_with_a_user_needs_a_password_too(cli: Cli, milvus_auth: MilvusServer) -> None:
    run = cli("list", "collections", env={"MILVUS_URI": f"milvus://root@{milvus_auth.address}"})
    assert run == Run(2, "", "error: MILVUS_URI has no password for 'root'\nhint: set MILVUS_TOKEN to user:password\n")


# list connections --check


def test_list_connections_check_asks_all_at_once(cli: Cli, milvus: MilvusServer) -> None:
    with SilentListener() as silent, GrpcPeer() as peer:
        for alias in ("mute1", "mute2", "refused"):
            cli("connect", peer.address, "-a", alias)
        cli("connect", milvus.address, "-a", "up")
        rename_address(cli, {"mute1": silent.port, "mute2": silent.port})
        peer.stop()
        started = time.monotonic()
        run = cli("list", "connections", "--check", "--timeout", "2", *JSONL)
        seconds = time.monotonic() - started
    rows = [json.loads(line) for line in run.out.splitlines()]
    mute = f"{silent.address} accepts connections but never responds"
    assert (run.code, run.err) == (0, "")
    assert [(row["alias"], row["reachable"], row["error"]) for row in rows] == [
        ("mute1", False, mute),
        ("mute2", False, mute),
        ("refused", False, f"nothing is listening at {peer.address}"),
        ("up", True, None),
    ]
    assert [row["latency_ms"] is None for row in rows] == [True, True, True, False]
    assert seconds < 3.5


def rename_address(cli: Cli, ports: dict[str, int]) -> None:
    """Moves saved connections to other ports, as when a server has changed since."""
    with closing(sqlite3.connect(cli.home / "connections.db")) as database, database:
        for alias, port in ports.items():
            database.execute(
                "UPDATE connection SET profile = json_set(profile, '$.port', ?) WHERE alias = ?", (port, alias)
            )


# list connection_history


def test_connection_history_lists_addresses_and_forgets_them(cli: Cli, milvus: MilvusServer, lite: LiteServer) -> None:
    cli("connect", milvus.address, "-a", "a")
    cli("connect", milvus.address, "-a", "b")
    cli("connect", lite.address, "-a", "c")
    rows = [
        {"uri": f"http://{server.address}", "alias": alias, "tls": "off", "last_used": "WHEN"}
        for alias, server in (("a", milvus), ("b", milvus), ("c", lite))
    ]
    assert masked(cli("list", "connection_history", *JSONL)) == Run(0, jsonl(*rows), "")
    uri = f"http://{milvus.address}"
    assert cli("delete", "connection_history", "-uri", uri) == Run(0, "Deleted a, b.\n", "")
    assert masked(cli("list", "connection_history", *JSONL)) == Run(0, jsonl(rows[2]), "")
    assert cli("delete", "connection_history", uri) == Run(
        1, "", f"error: no connection to {uri!r}\nhint: run `list connection_history`\n"
    )


# --read-only


def test_a_read_only_connection_reads_and_sends_no_write(cli: Cli) -> None:
    showing = milvus_pb2.ShowCollectionsResponse(status=common_pb2.Status(), collection_names=["book"])
    create = ("create", "collection", "-c", "x", "-f", "id:INT64", "-f", "v:FLOAT_VECTOR:2", "-p", "id")
    missing = milvus_pb2.BoolResponse(status=common_pb2.Status(), value=False)
    answers = {"ShowCollections": replies(showing), "HasCollection": replies(missing)}
    with GrpcPeer(answers) as peer:
        cli("connect", peer.address, "--read-only")
        assert cli("list", "collections", "--names", *JSONL) == Run(0, jsonl({"collection": "book"}), "")
        assert cli(*create) == Run(
            1,
            "",
            "error: connection 'default' is read-only: CreateCollection was not sent\n"
            "hint: run `connect -a default --no-read-only` to allow it\n",
        )
        assert peer.methods == ["Connect", "ShowCollections", "HasCollection", "DescribeCollection"]
        cli("connect", "--no-read-only")
        cli(*create)
        assert peer.methods[-1] == "CreateCollection"


# Health and the RESTful API


def test_show_health_asks_the_server_and_its_management_port(cli: Cli, milvus: MilvusServer) -> None:
    port = milvus.management_port
    cli("connect", milvus.address, "--management-port", str(port))
    own = {"check": "CheckHealth", "healthy": True, "details": None}
    open_ = {"check": f"port {port} /healthz", "healthy": True, "details": "OK"}
    assert cli("show", "health", *JSONL) == Run(0, jsonl(own, open_), "")
    (closed,) = free_ports(1)
    details = f"no HTTP from 127.0.0.1:{closed}: Connection refused"
    shut = {"check": f"port {closed} /healthz", "healthy": None, "details": details}
    assert cli("show", "health", "--management-port", str(closed), *JSONL) == Run(0, jsonl(own, shut), "")


@pytest.mark.parametrize("name", ["milvus", "milvus_auth"])
def test_api_calls_the_restful_api_with_the_connections_credentials(
    cli: Cli, request: pytest.FixtureRequest, name: str
) -> None:
    server: MilvusServer = request.getfixturevalue(name)
    cli("connect", server.address, *(["-t", server.token] if server.token else []))
    curl = http.client.HTTPConnection(server.host, server.port, timeout=10)
    headers = {"Authorization": f"Bearer {server.token}"} if server.token else {}
    curl.request("GET", "/v1/vector/collections", headers=headers)
    expected = json.loads(curl.getresponse().read())
    run = cli("api", "GET", "/v1/vector/collections")
    answer = json.loads(run.out)
    for each in (expected, answer):
        each["data"].sort()  # The server promises no order.
    assert (run.code, answer, run.err) == (0, expected, "")
    assert expected["code"] == 200
    curl.close()


def test_api_with_wrong_credentials_is_not_authorized(cli: Cli, milvus_auth: MilvusServer) -> None:
    refused = Run(
        4,
        "",
        f"error: {milvus_auth.address} rejected the credentials\n"
        "hint: connect with --username and --password, or --token\n",
    )
    for token in ("root:wrong1", "ünï:cödé", "nothing"):
        assert (
            cli("api", "GET", "/v1/vector/collections", env={"MILVUS_URI": milvus_auth.uri, "MILVUS_TOKEN": token})
            == refused
        )


def test_api_that_fails_says_so(cli: Cli, milvus: MilvusServer) -> None:
    cli("connect", milvus.address)
    assert cli("api", "GET", "/nosuch") == Run(
        1,
        "",
        "error: GET /nosuch: HTTP 404, not JSON: '404 page not found'\n"
        "hint: Milvus before 2.4 has /v1/vector/…, newer ones /v2/vectordb/…\n",
    )
    missing = cli("api", "GET", "/v1/vector/collections/describe?collectionName=nosuch", "-o", "json")
    error = json.loads(missing.err)["error"]
    assert (missing.code, missing.out, error["code"], error["server_code"]) == (1, "", 1, 100)
    assert "collection=nosuch" in error["message"]


def test_api_posts_a_body_from_a_file(cli: Cli, milvus: MilvusServer) -> None:
    cli("connect", milvus.address)
    (cli.directory / "body.json").write_text('{"collectionName": "by_rest", "dimension": 4}')
    made = cli("api", "POST", "/v1/vector/collections/create", "--data", "@body.json", "--yes")
    assert made == Run(0, '{\n  "code": 200,\n  "data": {}\n}\n', "")
    assert "by_rest" in pymilvus(milvus).list_collections()
    pymilvus(milvus).drop_collection("by_rest")
    assert cli("api", "POST", "/x", "--data", "{").err.startswith("error: --data is not JSON: ")


def test_api_on_a_server_without_one_says_so(
    cli: Cli, lite: LiteServer, milvus_tls: MilvusServer, certificates: Certificates
) -> None:
    cli("connect", lite.address)
    assert cli("api", "GET", "/v1/vector/collections") == Run(
        1,
        "",
        f"error: {lite.address} serves no HTTP/1\n"
        "hint: a standalone Milvus has a RESTful API on its gRPC port, Milvus Lite has none\n",
    )
    cli("connect", milvus_tls.address, "--ca", certificates.ca)
    assert cli("api", "GET", "/v1/vector/collections") == Run(
        1,
        "",
        f"error: {milvus_tls.address} serves no HTTP/1\nhint: Milvus 2.3 serves no RESTful API on a TLS port\n",
    )


# Secrets

SECRET = "Xq7-Hidden"


def test_no_byte_of_a_password_is_shown_or_lies_outside_the_store(cli: Cli) -> None:
    with GrpcPeer() as peer:
        commands = f"""
            connect -h {peer.address} -u ann -pwd {SECRET}
            connect -h {peer.address} -a b -t ann:{SECRET}
            connect -a c milvus://ann:{SECRET}@{peer.address}/default
            connect --no-save -a d milvus://ann:{SECRET}@{peer.address}
            show connection
            show connection b -o json
            list connections -o yaml
            list connections --check
            list connection_history
            list collections
            api GET /
            connect http://ann:{SECRET}/@{peer.address}
            connect http://ann:{SECRET}@{peer.address}0000
            connect -h {peer.address} -u ann -pwd {SECRET} -t {SECRET}
            connect -h {peer.address} -t "ann:{SECRET}\nx"
            connect -h {peer.address} -a _ -t {SECRET}
            rename connection b e
        """
        (cli.directory / "script").write_text(commands)
        runs = [cli(*debug, "--keep-going", "-f", "script") for debug in ([], ["--debug"])]
        runs.append(cli("connect", peer.address, "--debug", "-t", f"ann:{SECRET}\udcff"))
        assert len(peer.calls) > 10
    assert [run for run in runs if SECRET in run.out + run.err] == []
    found = [path for path in cli.home.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert found
    assert {path.name for path in found} <= {"connections.db", "connections.db-wal"}


def test_a_failed_login_shows_no_byte_of_the_password(cli: Cli, milvus_auth: MilvusServer) -> None:
    for option in ("--debug", "--no-input"):
        run = cli("connect", milvus_auth.address, "-u", "root", "-pwd", SECRET, option, "-o", "json")
        assert (run.code, run.out) == (4, "")
        assert SECRET not in run.err


def test_files_are_for_the_user_alone(cli: Cli, milvus_auth: MilvusServer) -> None:
    cli("connect", milvus_auth.address, "-t", "root:Milvus")
    cli("list", "connections")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in cli.home.rglob("*") if path.is_file()}
    directories = [cli.home, *(path for path in cli.home.rglob("*") if path.is_dir())]
    assert modes == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in directories} == {0o700}


# The same server through pymilvus


def test_pymilvus_sees_collections_made_by_our_commands(cli: Cli, server: ServerProcess) -> None:
    cli("connect", server.address)
    fields = ["-f", "id:INT64", "-f", "title:VARCHAR:50", "-f", "vector:FLOAT_VECTOR:2", "-p", "id"]
    assert cli("create", "collection", "-c", "ours", *fields).code == 0
    assert cli("insert", "row", "-c", "ours", "--row", '{"id": 7, "title": "Emma", "vector": [0.5, 1]}').code == 0
    assert cli("create", "index", "-c", "ours", "-f", "vector", "-t", "FLAT", "-m", "L2").code == 0
    assert cli("load", "collection", "ours").code == 0

    client = pymilvus(server)
    assert "ours" in client.list_collections()
    rows = client.query("ours", filter="id > 0", output_fields=["title", "vector"], consistency_level="Strong")
    assert [(row["id"], row["title"], list(row["vector"])) for row in rows] == [(7, "Emma", [0.5, 1.0])]

    assert cli("delete", "collection", "ours", "--yes").code == 0
    assert "ours" not in client.list_collections()


def test_our_commands_see_collections_made_by_pymilvus(cli: Cli, server: ServerProcess) -> None:
    client = pymilvus(server)
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=2)
    index = client.prepare_index_params()
    index.add_index("vector", index_type="FLAT", metric_type="L2")
    client.create_collection("theirs", schema=schema, index_params=index)
    client.insert("theirs", [{"id": 1, "vector": [0.0, 1.0]}, {"id": 2, "vector": [3.0, 1.0]}])
    cli("connect", server.address)
    assert '"theirs"' in cli("list", "collections", "--names", "-o", "json").out
    hits = [{"rank": 1, "id": 2, "distance": 0.0}, {"rank": 2, "id": 1, "distance": 9.0}]
    assert cli("search", "-c", "theirs", "-v", "[3, 1]", *JSONL) == Run(0, jsonl(*hits), "")
    assert json.loads(cli("count", "theirs", *JSONL).out)["exact"] == 2
    client.drop_collection("theirs")
    assert '"theirs"' not in cli("list", "collections", "--names", "-o", "json").out


def test_pymilvus_and_our_commands_see_the_same_databases(cli: Cli, server: ServerProcess) -> None:
    client = pymilvus(server)
    client.create_database("made_by_them")
    cli("connect", server.address)
    assert {"database": "made_by_them"} in json.loads(cli("list", "databases", "-o", "json").out)

    assert cli("use", "database", "made_by_them") == Run(0, "Using database 'made_by_them'.\n", "")
    fields = ["-f", "id:INT64", "-f", "v:FLOAT_VECTOR:2", "-p", "id"]
    assert cli("create", "collection", "-c", "inside", *fields).code == 0
    inside = official_client(f"http://{server.address}", db_name="made_by_them")
    assert inside.list_collections() == ["inside"]
    assert "inside" not in client.list_collections()
    inside.drop_collection("inside")
    client.drop_database("made_by_them")
