"""Generates code that opens a connection, without secrets, in each language of Milvus's own page.

The forms are those of https://milvus.io/docs/connect-to-milvus-server.md. Every value becomes a valid literal of its
language, whatever characters it has.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote

from ..errors import CliError
from .profile import DEFAULT_MANAGEMENT_PORT, Profile
from .version import Version

TOKEN = "MILVUS_TOKEN"
PLACEHOLDER = f"{TOKEN} holds user:password, or an API key."
SHORT_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}

Arguments = Iterable[tuple[str, str]]


def snippet(language: str, profile: Profile, server_version: str) -> str:
    """Returns the code. Raises CliError if the server has no interface for that language."""
    return WRITERS[language](profile, server_version)


def _python(profile: Profile, server_version: str) -> str:
    tls = profile.tls
    arguments = [("uri", _python_text(profile.uri))]
    if profile.token:
        arguments.append(("token", f'os.environ["{TOKEN}"]'))
    arguments.append(("db_name", _python_text(profile.database)))
    if tls.mode == 1 and tls.ca:
        arguments.append(("server_pem_path", _python_text(tls.ca)))
    elif tls.mode == 2:
        # pymilvus accepts a client certificate only together with a CA.
        arguments += [
            ("ca_pem_path", _python_text(tls.ca or _system_ca())),
            ("client_pem_path", _python_text(tls.client_cert)),
            ("client_key_path", _python_text(tls.client_key)),
        ]
    if tls.mode and tls.server_name:
        arguments.append(("server_name", _python_text(tls.server_name)))
    return _lines(
        *(["import os", ""] if profile.token else []),
        "from pymilvus import MilvusClient",
        "",
        *_comment("#", profile),
        "client = MilvusClient(",
        *(f"    {name}={value}," for name, value in arguments),
        ")",
        "print(client.list_collections())",
    )


def _nodejs(profile: Profile, server_version: str) -> str:
    tls = profile.tls
    arguments = [("address", _utf16_text(profile.uri))]
    if profile.token:
        arguments.append(("token", f"process.env.{TOKEN}"))
    arguments.append(("database", _utf16_text(profile.database)))
    paths = {
        "rootCertPath": tls.ca,
        "certChainPath": tls.client_cert,
        "privateKeyPath": tls.client_key,
        "serverName": tls.server_name,
    }
    secured = [f"    {name}: {_utf16_text(value)}," for name, value in paths.items() if tls.mode and value]
    return _lines(
        'import { MilvusClient } from "@zilliz/milvus2-sdk-node";',
        "",
        *_comment("//", profile),
        "const client = new MilvusClient({",
        *(f"  {name}: {value}," for name, value in arguments),
        *(["  tls: {", *secured, "  },"] if secured else []),
        "});",
        "console.log(await client.listCollections());",
        "await client.closeConnection();",
    )


def _java(profile: Profile, server_version: str) -> str:
    tls = profile.tls
    calls = [("uri", _utf16_text(profile.uri))]
    if profile.token:
        calls.append(("token", f'System.getenv("{TOKEN}")'))
    calls.append(("dbName", _utf16_text(profile.database)))
    if tls.mode:
        calls.append(("secure", "true"))
    if tls.mode == 1 and tls.ca:
        # With a custom CA, the SDK takes the expected name only from serverName.
        calls += [("serverPemPath", _utf16_text(tls.ca)), ("serverName", _utf16_text(tls.server_name or profile.host))]
    elif tls.mode == 2:
        calls += [
            ("caPemPath", _utf16_text(tls.ca or _system_ca())),
            ("clientPemPath", _utf16_text(tls.client_cert)),
            ("clientKeyPath", _utf16_text(tls.client_key)),
        ]
    if tls.server_name and (tls.mode == 2 or not tls.ca):
        calls.append(("serverName", _utf16_text(tls.server_name)))
    return _lines(
        "import io.milvus.v2.client.ConnectConfig;",
        "import io.milvus.v2.client.MilvusClientV2;",
        "",
        "public class Connect {",
        "    public static void main(String[] args) {",
        *_comment("        //", profile),
        "        ConnectConfig config = ConnectConfig.builder()",
        *(f"                .{name}({value})" for name, value in calls),
        "                .build();",
        "        MilvusClientV2 client = new MilvusClientV2(config);",
        "        System.out.println(client.listCollections().getCollectionNames());",
        "        client.close();",
        "    }",
        "}",
    )


def _go(profile: Profile, server_version: str) -> str:
    fields = [("Address", _go_text(profile.address))]
    if profile.token:
        fields.append(("APIKey", f'os.Getenv("{TOKEN}")'))
    fields.append(("DBName", _go_text(profile.database)))
    secured, packages = _go_tls(profile)
    if profile.tls.mode:
        fields.append(("EnableTLSAuth", "true"))
    if secured:
        # DialOptions replace the SDK's defaults, so those are listed too.
        credentials = "grpc.WithTransportCredentials(credentials.NewTLS(secured))"
        fields.append(("DialOptions", f"append(milvusclient.DefaultGrpcOpts, {credentials})"))
    packages |= {"context", "fmt", "log", "github.com/milvus-io/milvus/client/v2/milvusclient"}
    if profile.token:
        packages.add("os")
    return _lines(
        "package main",
        "",
        "import (",
        *(f'\t"{each}"' for each in sorted(packages) if "." not in each),
        "",
        *(f'\t"{each}"' for each in sorted(packages) if "." in each),
        ")",
        "",
        "func main() {",
        "\tctx := context.Background()",
        *secured,
        *_comment("\t//", profile),
        "\tclient, err := milvusclient.New(ctx, &milvusclient.ClientConfig{",
        *_go_aligned("\t\t", fields),
        "\t})",
        *_go_check("err != nil", "err"),
        "\tdefer client.Close(ctx)",
        "\tnames, err := client.ListCollections(ctx, milvusclient.NewListCollectionOption())",
        *_go_check("err != nil", "err"),
        "\tfmt.Println(names)",
        "}",
    )


def _go_tls(profile: Profile) -> tuple[list[str], set[str]]:
    """Returns lines that build `secured`, a tls.Config, and their packages; nothing if Go's defaults suffice."""
    tls = profile.tls
    lines, fields, packages = [], [], set()
    if not tls.mode or not (tls.ca or tls.client_cert or tls.server_name):
        return [], set()
    if tls.ca:
        lines += [
            f"\tpem, err := os.ReadFile({_go_text(tls.ca)})",
            *_go_check("err != nil", "err"),
            "\troots := x509.NewCertPool()",
            *_go_check("!roots.AppendCertsFromPEM(pem)", '"no certificate in the CA\'s file"'),
        ]
        fields.append(("RootCAs", "roots"))
        packages |= {"crypto/x509", "os"}
    if tls.client_cert:
        pair = f"{_go_text(tls.client_cert)}, {_go_text(tls.client_key)}"
        lines += [f"\tcertificate, err := tls.LoadX509KeyPair({pair})", *_go_check("err != nil", "err")]
        fields.append(("Certificates", "[]tls.Certificate{certificate}"))
    if tls.server_name:
        fields.append(("ServerName", _go_text(tls.server_name)))
    lines += ["\tsecured := &tls.Config{", *_go_aligned("\t\t", fields), "\t}"]
    return lines, packages | {"crypto/tls", "google.golang.org/grpc", "google.golang.org/grpc/credentials"}


def _go_aligned(indent: str, fields: Arguments) -> list[str]:
    """Aligns a struct's fields like gofmt."""
    fields = list(fields)
    width = max(len(name) for name, _ in fields) + 2
    return [f"{indent}{name + ':':<{width}}{value}," for name, value in fields]


def _go_check(condition: str, problem: str) -> list[str]:
    return [f"\tif {condition} {{", f"\t\tlog.Fatal({problem})", "\t}"]


def _shell(profile: Profile, server_version: str) -> str:
    tls = profile.tls
    place = [("--lite", profile.lite)] if profile.lite else [("-uri", profile.uri)]
    given = [*place, ("-a", profile.alias), ("--db", profile.database)]
    given += [
        (name, value)
        for name, value in (
            ("--ca", tls.ca),
            ("--client-cert", tls.client_cert),
            ("--client-key", tls.client_key),
            ("--server-name", tls.server_name),
            ("--user-agent", profile.user_agent),
        )
        if value
    ]
    if profile.management_port != DEFAULT_MANAGEMENT_PORT:
        given.append(("--management-port", str(profile.management_port)))
    words = [f"{name} {_shell_text(value)}" for name, value in given if value]
    words += ["--read-only"] * profile.read_only + ["--protected"] * profile.protected
    return _lines(*_comment("#", profile), " ".join(["milvus_cli connect", *words]))


def _curl(profile: Profile, server_version: str) -> str:
    version = Version(server_version)
    older = version.before("2.4")
    if profile.lite or version.is_lite:
        raise CliError("Milvus Lite has no RESTful API", hint="take another language: python, nodejs, go, java, shell")
    tls = profile.tls
    base, words = profile.uri, []
    if tls.server_name and tls.mode:
        # curl verifies the host in the URL: use the expected name there, and redirect the connection.
        target = profile.address.rpartition(":")[0]
        base = f"https://{tls.server_name}:{profile.port}"
        words.append(f"--connect-to {_shell_text(f'{tls.server_name}:{profile.port}:{target}:{profile.port}')}")
    for name, value in (("--cacert", tls.ca), ("--cert", tls.client_cert), ("--key", tls.client_key)):
        words += [f"{name} {_shell_text(value)}"] if tls.mode and value else []
    if profile.token:
        words.append(f'--header "Authorization: Bearer ${TOKEN}"')
    if older:
        address = f"{base}/v1/vector/collections?dbName={quote(profile.database, safe='')}"
        first = f"curl --silent --show-error {_shell_text(address)}"
    else:
        body = json.dumps({"dbName": profile.database})
        words += ["--header 'Content-Type: application/json'", f"--data {_shell_text(body)}"]
        first = f"curl --silent --show-error {_shell_text(f'{base}/v2/vectordb/collections/list')}"
    notes = ["# Milvus 2.3 serves no RESTful API on a TLS port."] if older and tls.mode else []
    return _lines(*notes, *_comment("#", profile), " \\\n    ".join([first, *words]))


WRITERS: Mapping[str, Callable[[Profile, str], str]] = {
    "python": _python,
    "nodejs": _nodejs,
    "go": _go,
    "java": _java,
    "shell": _shell,
    "curl": _curl,
}


def _lines(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def _comment(mark: str, profile: Profile) -> list[str]:
    return [f"{mark} {PLACEHOLDER}"] if profile.token else []


def _system_ca() -> str:
    """Returns the system's file of CAs, which this program trusts by default."""
    import ssl

    return ssl.get_default_verify_paths().cafile or "ca.pem"


def _quoted(text: str, escape: Callable[[str], str]) -> str:
    """Puts a text in double quotes; `escape` encodes unprintable characters."""
    return (
        '"' + "".join(SHORT_ESCAPES.get(each) or (each if each.isprintable() else escape(each)) for each in text) + '"'
    )


def _python_text(text: str) -> str:
    return _quoted(text, _code_point)


def _utf16_text(text: str) -> str:
    """Returns a literal of JavaScript and Java, whose escapes are UTF-16 code units."""
    return _quoted(text, lambda each: json.dumps(each).strip('"') if each != "\x7f" else "\\u007f")


def _go_text(text: str) -> str:
    """Returns a literal of Go, whose strings are bytes: bytes of a file name that are not UTF-8 are kept."""
    return _quoted(
        text, lambda each: f"\\x{ord(each) & 0xFF:02x}" if "\udc80" <= each <= "\udcff" else _code_point(each)
    )


def _code_point(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _shell_text(text: str) -> str:
    """Returns a word of sh; with control characters one of bash, zsh and ksh, so that no terminal obeys them."""
    if text.isprintable():
        return shlex.quote(text)
    escaped = "".join(
        f"\\{each}" if each in "\\'" else each if each.isprintable() else _shell_bytes(each) for each in text
    )
    return f"$'{escaped}'"


def _shell_bytes(character: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))
