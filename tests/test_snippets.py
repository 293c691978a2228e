"""show connection --code: the code runs, each in its own language, and no value can break out of its quotes."""

import ast
import contextlib
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from milvus_cli.connections.profile import Profile, Tls
from milvus_cli.connections.snippets import snippet
from milvus_cli.output.formats import FOR_PROGRAMS, FORMATS
from milvus_cli.text.words import LANGUAGES
from tests.support.certificates import Certificates
from tests.support.cli import Cli, Run
from tests.support.go_compiler import GoCompiler, equal_texts
from tests.support.milvus_server import MilvusServer
from tests.support.node_sdk import node_modules
from tests.support.recorder import run_here
from tests.support.typed import failed

HOSTILE = "a'b\"c\\d$(touch x)`e`\nf\x1b[2J\u202e\U0001f600é\\u0022 #{g}"
PLAIN = Profile(alias="prod", host="milvus.example", token="root:secret")
MUTUAL = Tls(mode=2, ca="ca.pem", client_cert="me.pem", client_key="me.key", server_name="inner.example")
TRICKY = replace(PLAIN, database=HOSTILE, tls=Tls(2, f"/ca/{HOSTILE}", f"/cert/{HOSTILE}", f"/key/{HOSTILE}", "n"))

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
needs_java = pytest.mark.skipif(shutil.which("javac") is None, reason="javac is not installed")
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")

JAVA_CONFIG = """\
package io.milvus.v2.client;

public class ConnectConfig {
    public static Builder builder() { return new Builder(); }
    public static class Builder {
        private final StringBuilder text = new StringBuilder();
        private Builder with(String name, Object value) {
            for (char each : (name + "=" + value).toCharArray()) text.append((int) each).append(' ');
            text.append('\\n');
            return this;
        }
        public Builder uri(String value) { return with("uri", value); }
        public Builder token(String value) { return with("token", value); }
        public Builder dbName(String value) { return with("dbName", value); }
        public Builder secure(Boolean value) { return with("secure", value); }
        public Builder serverPemPath(String value) { return with("serverPemPath", value); }
        public Builder caPemPath(String value) { return with("caPemPath", value); }
        public Builder clientPemPath(String value) { return with("clientPemPath", value); }
        public Builder clientKeyPath(String value) { return with("clientKeyPath", value); }
        public Builder serverName(String value) { return with("serverName", value); }
        public ConnectConfig build() { System.out.print(text); return new ConnectConfig(); }
    }
}
"""
JAVA_CLIENT = """\
package io.milvus.v2.client;

import java.util.List;

public class MilvusClientV2 {
    public static class Answer { public List<String> getCollectionNames() { return List.of(); } }
    public MilvusClientV2(ConnectConfig config) { }
    public Answer listCollections() { return new Answer(); }
    public void close() { }
}
"""
FAKE_NODE = """\
class MilvusClient {
  constructor(given) { console.log(JSON.stringify(given)); }
  listCollections() { return []; }
  closeConnection() {}
}
"""


@pytest.fixture(scope="module")
def books_database(milvus: MilvusServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with one collection."""
    home = tmp_path_factory.mktemp("home")
    run = partial(run_here, home=home, uri=milvus.uri)
    place = ["--db", "snippet_books"]
    fields = ["-f", "id:INT64", "-f", "v:FLOAT_VECTOR:4", "-p", "id"]
    assert run(["create", "database", "snippet_books"]).code == 0
    assert run(["create", "collection", "-c", "only_here", *fields, *place]).code == 0
    yield "snippet_books"
    assert run(["delete", "collection", "only_here", "-y", *place]).code == 0
    assert run(["delete", "database", "snippet_books", "-y"]).code == 0


@pytest.fixture
def library_connection(cli: Cli, milvus: MilvusServer, books_database: str) -> str:
    """The connection `library` to that database."""
    assert typed(cli, "connect", milvus.address, "-a", "library", "--db", books_database).code == 0
    return "library"


def typed(cli: Cli, *argv: str) -> Run:
    return run_here(argv, cli.home, "")


def code(cli: Cli, language: str, *argv: str) -> str:
    """The code for a connection; without options, for the current one."""
    run = typed(cli, "show", "connection", *argv, "--code", language)
    assert (run.code, run.err) == (0, "")
    return run.out


@pytest.fixture
def node_sdk(tmp_path: Path) -> Path:
    """A folder in which a module finds Milvus's SDK for Node.js."""
    (tmp_path / "node_modules").symlink_to(node_modules())
    return tmp_path


@pytest.fixture(scope="module")
def go_compiler(tmp_path_factory: pytest.TempPathFactory) -> GoCompiler:
    return GoCompiler(tmp_path_factory.mktemp("go"))


def connect(cli: Cli, server: MilvusServer, *options: str) -> None:
    """Keeps a connection to a server under the alias `made`."""
    secrets = ["--token", server.token] if server.token else []
    run = typed(cli, "connect", server.uri, "-a", "made", *secrets, *options)
    assert run.code == 0, run


def run_python(text: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The output of the code, with the token of the test servers in the environment."""
    monkeypatch.setenv("MILVUS_TOKEN", "root:Milvus")
    written, names = io.StringIO(), dict[str, Any]()
    with contextlib.redirect_stdout(written):
        exec(compile(text, "snippet", "exec"), names)
    names["client"].close()
    return written.getvalue()


def run_shell(text: str, cli: Cli, shell: str = "sh") -> Run:
    """The code run by a shell in which milvus_cli is this program, with the token in the environment."""
    program = cli.directory / "bin" / "milvus_cli"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m milvus_cli "$@"\n')
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    env = cli.environment({"PATH": path, "MILVUS_TOKEN": "root:Milvus"})
    done = subprocess.run([shell], input=text.encode(), capture_output=True, env=env, cwd=cli.directory, check=False)
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


def run_node(text: str, directory: Path) -> str:
    file = directory / "snippet.mjs"
    file.write_text(text, encoding="utf-8")
    env = {**os.environ, "MILVUS_TOKEN": "root:Milvus"}
    done = subprocess.run(["node", str(file)], capture_output=True, env=env, cwd=directory, check=False, timeout=180)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


# Run against servers


def test_python_lists_the_collections_of_the_database(
    cli: Cli, library_connection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_python(code(cli, "python", library_connection), monkeypatch) == "['only_here']\n"


def test_python_on_a_server_with_authorization(
    cli: Cli, milvus_auth: MilvusServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(cli, milvus_auth)
    text = code(cli, "python")
    assert "root:Milvus" not in text
    assert run_python(text, monkeypatch).startswith("[")


def test_python_over_tls(
    cli: Cli, milvus_tls: MilvusServer, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(cli, milvus_tls, "--ca", str(certificates.ca), "--server-name", "localhost")
    assert run_python(code(cli, "python"), monkeypatch).startswith("[")


def test_python_over_mutual_tls_with_a_user(
    cli: Cli, milvus_mutual: MilvusServer, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(
        cli,
        milvus_mutual,
        "--ca",
        str(certificates.ca),
        "--client-cert",
        str(certificates.client),
        "--client-key",
        str(certificates.client_key),
    )
    assert run_python(code(cli, "python"), monkeypatch).startswith("[")


def test_the_shell_code_makes_the_same_connection(
    cli: Cli, milvus_mutual: MilvusServer, certificates: Certificates
) -> None:
    connect(
        cli,
        milvus_mutual,
        "--ca",
        str(certificates.ca),
        "--client-cert",
        str(certificates.client),
        "--client-key",
        str(certificates.client_key),
        "--management-port",
        "9092",
        "--read-only",
    )
    before, text = typed(cli, "show", "connection", "made", "-o", "json"), code(cli, "shell")
    assert typed(cli, "delete", "connection", "made").code == 0
    assert run_shell(text, cli).code == 0
    kept, made = (json.loads(run.out) for run in (before, typed(cli, "show", "connection", "made", "-o", "json")))
    assert {**made, "sources": None} == {**kept, "sources": None}


@needs_curl
def test_curl_lists_the_collections_of_the_database(cli: Cli, library_connection: str) -> None:
    run = run_shell(code(cli, "curl", library_connection), cli)
    assert (run.code, json.loads(run.out), run.err) == (0, {"code": 200, "data": ["only_here"]}, "")


@needs_curl
def test_curl_on_a_server_with_authorization(cli: Cli, milvus_auth: MilvusServer) -> None:
    connect(cli, milvus_auth)
    run = run_shell(code(cli, "curl"), cli)
    assert (run.code, json.loads(run.out)["code"], run.err) == (0, 200, "")


@needs_npm
def test_node_connects_to_every_kind_of_server(
    cli: Cli,
    library_connection: str,
    milvus_auth: MilvusServer,
    milvus_tls: MilvusServer,
    milvus_mutual: MilvusServer,
    certificates: Certificates,
    node_sdk: Path,
) -> None:
    """In one process, as loading the SDK takes longer than all the rest."""
    trusted = ["--ca", str(certificates.ca), "--server-name", "localhost"]
    ours = ["--client-cert", str(certificates.client), "--client-key", str(certificates.client_key)]
    codes = {"plain": code(cli, "nodejs", library_connection)}
    for kind, server, options in (
        ("user", milvus_auth, []),
        ("tls", milvus_tls, trusted),
        ("mutual", milvus_mutual, [*trusted, *ours]),
    ):
        connect(cli, server, *options)
        codes[kind] = code(cli, "nodejs")
    for kind, text in codes.items():
        (node_sdk / f"{kind}.mjs").write_text(text, encoding="utf-8")
    run = "".join(f'console.log("== {kind}"); await import("./{kind}.mjs");\n' for kind in codes)
    _, *said = re.split(r"^== (\w+)\n", run_node(run, node_sdk), flags=re.MULTILINE)
    answers = dict(zip(said[::2], said[1::2], strict=True))
    assert "collection_names: [ 'only_here' ]," in answers["plain"]
    assert [kind for kind in codes if "error_code: 'Success'," not in answers[kind]] == []


# Hostile values


def test_python_reads_back_every_value() -> None:
    call = ast.parse(snippet("python", TRICKY, "")).body[2]
    assert isinstance(call, ast.Assign)
    assert isinstance(call.value, ast.Call)
    given = {each.arg: each.value for each in call.value.keywords}
    read = {name: ast.literal_eval(given[name]) for name in ("db_name", "ca_pem_path", "client_key_path")}
    assert read == {"db_name": HOSTILE, "ca_pem_path": TRICKY.tls.ca, "client_key_path": TRICKY.tls.client_key}


@needs_node
def test_javascript_reads_back_every_value(tmp_path: Path) -> None:
    text = snippet("nodejs", TRICKY, "").partition("\n")[2]
    given = json.loads(run_node(FAKE_NODE + text, tmp_path).splitlines()[0])
    assert given == {
        "address": "https://milvus.example:19530",
        "token": "root:Milvus",
        "database": HOSTILE,
        "tls": {
            "rootCertPath": TRICKY.tls.ca,
            "certChainPath": TRICKY.tls.client_cert,
            "privateKeyPath": TRICKY.tls.client_key,
            "serverName": "n",
        },
    }


@needs_java
def test_java_compiles_and_reads_back_every_value(tmp_path: Path) -> None:
    client = tmp_path / "io" / "milvus" / "v2" / "client"
    client.mkdir(parents=True)
    (client / "ConnectConfig.java").write_text(JAVA_CONFIG)
    (client / "MilvusClientV2.java").write_text(JAVA_CLIENT)
    (tmp_path / "Connect.java").write_text(snippet("java", TRICKY, ""), encoding="utf-8")
    compiler = ["javac", "-proc:none", "-encoding", "UTF-8", "-J-XX:TieredStopAtLevel=1", "Connect.java"]
    subprocess.run(compiler, cwd=tmp_path, check=True, timeout=120)
    run = subprocess.run(
        ["java", "-XX:TieredStopAtLevel=1", "-cp", ".", "Connect"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=120,
        env={**os.environ, "MILVUS_TOKEN": "t"},
    )
    lines = [bytes_of(line) for line in run.stdout.decode().splitlines()[:-1]]
    assert lines == [
        "uri=https://milvus.example:19530",
        "token=t",
        f"dbName={HOSTILE}",
        "secure=true",
        f"caPemPath={TRICKY.tls.ca}",
        f"clientPemPath={TRICKY.tls.client_cert}",
        f"clientKeyPath={TRICKY.tls.client_key}",
        "serverName=n",
    ]


def bytes_of(numbers: str) -> str:
    """Text from the UTF-16 units that Java printed."""
    return b"".join(int(each).to_bytes(2, "little") for each in numbers.split()).decode("utf-16-le")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_shell_code_gives_every_value_as_one_word(cli: Cli, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    run = run_shell("milvus_cli() { printf '%s\\0' \"$@\"; }\n" + snippet("shell", TRICKY, ""), cli, shell)
    assert run == Run(
        0,
        "\0".join(
            [
                "connect",
                "-uri",
                "https://milvus.example:19530",
                "-a",
                "prod",
                "--db",
                HOSTILE,
                "--ca",
                TRICKY.tls.ca,
                "--client-cert",
                TRICKY.tls.client_cert,
                "--client-key",
                TRICKY.tls.client_key,
                "--server-name",
                "n",
                "",
            ]
        ),
        "",
    )


def test_curl_gives_every_value_as_one_word(cli: Cli) -> None:
    run = run_shell("curl() { printf '%s\\0' \"$@\"; }\n" + snippet("curl", TRICKY, "v2.5.1"), cli, "bash")
    words = run.out.split("\0")
    assert words[:3] == ["--silent", "--show-error", "https://n:19530/v2/vectordb/collections/list"]
    assert words[3:9] == [
        "--connect-to",
        "n:19530:milvus.example:19530",
        "--cacert",
        TRICKY.tls.ca,
        "--cert",
        TRICKY.tls.client_cert,
    ]
    assert words[-5:-3] == ["--header", "Content-Type: application/json"]
    assert json.loads(words[-2]) == {"dbName": HOSTILE}


@pytest.mark.parametrize(
    "profile",
    [
        PLAIN,
        replace(PLAIN, token=""),
        replace(PLAIN, tls=Tls(1)),
        replace(PLAIN, tls=Tls(1, ca="ca.pem")),
        replace(PLAIN, tls=Tls(1, server_name="n")),
        replace(PLAIN, tls=replace(MUTUAL, ca="")),
        TRICKY,
    ],
    ids=["plain", "no token", "TLS", "CA", "server name", "mutual TLS", "hostile"],
)
def test_go_compiles_and_is_as_gofmt_writes_it(go_compiler: GoCompiler, profile: Profile) -> None:
    text = snippet("go", profile, "")
    assert (go_compiler.errors(text), go_compiler.difference(text)) == ("", "")


def test_errors_in_go_are_found(go_compiler: GoCompiler) -> None:
    text = snippet("go", PLAIN, "")
    for right, wrong in (
        (",\n", "\n"),
        ("DBName:", "Database:"),
        ('\t"fmt"\n', '\t"fmt"\n\t"io"\n'),
        ("err != nil", "err"),
    ):
        assert go_compiler.errors(text.replace(right, wrong)) != "", wrong
    assert go_compiler.difference(text.replace("\t\tAPIKey:  os", "\t\tAPIKey: os")) != ""


def test_go_reads_back_every_value(go_compiler: GoCompiler) -> None:
    text = snippet("go", TRICKY, "")
    literals = re.findall(r'"(?:[^"\\]|\\.)*"', text.partition("\n)\n")[2])
    values = [
        TRICKY.tls.ca,
        "no certificate in the CA's file",
        TRICKY.tls.client_cert,
        TRICKY.tls.client_key,
        "n",
        TRICKY.address,
        "MILVUS_TOKEN",
        HOSTILE,
    ]
    assert go_compiler.errors(text, equal_texts(literals, values)) == ""
    assert "duplicate key" in go_compiler.errors(text, equal_texts(literals, [*values[:-1], "another"]))
    bytes_of_a_file = replace(PLAIN, tls=Tls(1, ca="/ca/\udcff"))
    assert go_compiler.errors(snippet("go", bytes_of_a_file, ""), equal_texts(['"/ca/\\xff"'], ["/ca/\udcff"])) == ""


# Whole texts


def test_go_with_mutual_tls() -> None:
    assert snippet("go", replace(PLAIN, token="", database='a"b\x00é', tls=MUTUAL), "").splitlines() == [
        "package main",
        "",
        "import (",
        '\t"context"',
        '\t"crypto/tls"',
        '\t"crypto/x509"',
        '\t"fmt"',
        '\t"log"',
        '\t"os"',
        "",
        '\t"github.com/milvus-io/milvus/client/v2/milvusclient"',
        '\t"google.golang.org/grpc"',
        '\t"google.golang.org/grpc/credentials"',
        ")",
        "",
        "func main() {",
        "\tctx := context.Background()",
        '\tpem, err := os.ReadFile("ca.pem")',
        "\tif err != nil {",
        "\t\tlog.Fatal(err)",
        "\t}",
        "\troots := x509.NewCertPool()",
        "\tif !roots.AppendCertsFromPEM(pem) {",
        '\t\tlog.Fatal("no certificate in the CA\'s file")',
        "\t}",
        '\tcertificate, err := tls.LoadX509KeyPair("me.pem", "me.key")',
        "\tif err != nil {",
        "\t\tlog.Fatal(err)",
        "\t}",
        "\tsecured := &tls.Config{",
        "\t\tRootCAs:      roots,",
        "\t\tCertificates: []tls.Certificate{certificate},",
        '\t\tServerName:   "inner.example",',
        "\t}",
        "\tclient, err := milvusclient.New(ctx, &milvusclient.ClientConfig{",
        '\t\tAddress:       "milvus.example:19530",',
        '\t\tDBName:        "a\\"b\\u0000é",',
        "\t\tEnableTLSAuth: true,",
        "\t\tDialOptions:   append(milvusclient.DefaultGrpcOpts,"
        " grpc.WithTransportCredentials(credentials.NewTLS(secured))),",
        "\t})",
        "\tif err != nil {",
        "\t\tlog.Fatal(err)",
        "\t}",
        "\tdefer client.Close(ctx)",
        "\tnames, err := client.ListCollections(ctx, milvusclient.NewListCollectionOption())",
        "\tif err != nil {",
        "\t\tlog.Fatal(err)",
        "\t}",
        "\tfmt.Println(names)",
        "}",
    ]


def test_for_programs_the_code_is_a_value(tmp_path: Path) -> None:
    line = ["show", "connection", "--code", "python", "-o"]
    found = {output: run_here([*line, output], tmp_path, "http://milvus.example:19530").out for output in FORMATS}
    text = found["table"]
    assert text.endswith("print(client.list_collections())\n")
    assert {output for output, out in found.items() if out == text} == set(FORMATS) - set(FOR_PROGRAMS)

    value = {"language": "python", "code": text}
    assert [json.loads(found[each]) for each in ("json", "jsonl")] == [value, value]
    assert yaml.safe_load(found["yaml"]) == value
    assert list(csv.DictReader(io.StringIO(found["csv"]))) == [value]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_secret_is_in_the_code(language: str) -> None:
    text = snippet(language, replace(PLAIN, tls=MUTUAL), "v2.4.0")
    assert "secret" not in text
    assert ("MILVUS_TOKEN holds user:password, or an API key." in text) is True


@pytest.mark.parametrize(
    ("words", "run"),
    [
        (
            ["--all", "--code", "go"],
            failed("--all and --code cannot be combined", "show connection ALIAS --code LANGUAGE", code=2),
        ),
        (["nosuch", "--code", "go"], failed("connection 'nosuch' not found", "run `list connections`")),
    ],
)
def test_code_of_all_or_of_a_missing_connection_is_an_error(cli: Cli, words: Sequence[str], run: Run) -> None:
    assert typed(cli, "show", "connection", *words) == run


def test_milvus_lite_has_nothing_for_curl() -> None:
    with pytest.raises(Exception, match="Milvus Lite has no RESTful API"):
        snippet("curl", PLAIN, "milvus_lite-3.2.2")
