"""grpc takes an HTTP proxy from the environment: errors name it, and this machine is reached without it."""

import asyncio

import pytest

from milvus_cli.client.proxies import Proxy, proxy_of
from tests.support.cli import Cli
from tests.support.listener import Listener
from tests.support.lite_server import LiteServer
from tests.support.silent import SilentListener
from tests.support.typed import failed

SET = {"http_proxy": "http://ann:secret@proxy:3128"}


@pytest.mark.parametrize(
    ("environ", "proxy"),
    [
        (SET, Proxy("http_proxy", "proxy:3128")),
        ({**SET, "https_proxy": "http://other"}, Proxy("https_proxy", "other")),
        ({**SET, "grpc_proxy": "http://other:1"}, Proxy("grpc_proxy", "other:1")),
        ({"HTTP_PROXY": "http://proxy:3128"}, None),
        ({"http_proxy": "proxy:3128"}, None),
        ({**SET, "no_proxy": "other, .example.org"}, None),
        ({**SET, "no_proxy": "*"}, Proxy("http_proxy", "proxy:3128")),
        ({**SET, "no_grpc_proxy": "other", "no_proxy": ".example.org"}, Proxy("http_proxy", "proxy:3128")),
    ],
)
def test_the_proxy_is_the_one_that_grpc_takes(environ: dict[str, str], proxy: Proxy | None) -> None:
    assert proxy_of("db.example.org", environ) == proxy


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_has_no_proxy(host: str) -> None:
    assert proxy_of(host, SET) is None


def test_networks_are_exceptions_too() -> None:
    environ = {**SET, "no_proxy": "10.0.0.0/8,fe80::/10"}
    assert proxy_of("10.1.2.3", environ) is None
    assert proxy_of("fe80::7", environ) is None
    assert proxy_of("11.1.2.3", environ) == Proxy("http_proxy", "proxy:3128")


class Refusing(Listener):
    """A proxy that connects to nothing."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()


class Closing(Listener):
    """A proxy that hangs up."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")


@pytest.fixture
def closed_port() -> int:
    with SilentListener() as listener:
        return listener.port


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (SilentListener, "it does not respond"),
        (Refusing, "proxy returned response code 502"),
        (Closing, "it closes the connection"),
    ],
)
def test_a_connection_that_a_proxy_does_not_make_names_it(cli: Cli, kind: type[Listener], reason: str) -> None:
    with kind() as proxy:
        env = {"http_proxy": f"http://ann:secret@127.0.0.1:{proxy.port}"}
        run = cli("connect", "--uri", "http://db.invalid:19530", "--timeout", "1", env=env)
        assert run == failed(
            f"no connection to db.invalid:19530 through the proxy 127.0.0.1:{proxy.port}: {reason}",
            "http_proxy names the proxy: to connect without it, add db.invalid to no_proxy",
            code=3,
        )


def test_a_proxy_that_is_gone_is_told_from_the_server(cli: Cli, closed_port: int) -> None:
    env = {"grpc_proxy": f"http://127.0.0.1:{closed_port}"}
    run = cli("connect", "--uri", "http://db.invalid:19530", env=env)
    assert run == failed(
        f"no connection to db.invalid:19530 through the proxy 127.0.0.1:{closed_port}: it refuses the connection",
        "grpc_proxy names the proxy: to connect without it, add db.invalid to no_proxy",
        code=3,
    )

    excepted = cli("connect", "--uri", "http://db.invalid:19530", env={**env, "no_proxy": ".invalid"})
    assert excepted == failed("unknown host in db.invalid:19530", "check the host's name", code=3)


def test_a_server_on_this_machine_needs_no_proxy(cli: Cli, lite: LiteServer, closed_port: int) -> None:
    env = {"MILVUS_URI": lite.uri, "https_proxy": f"http://127.0.0.1:{closed_port}"}
    assert cli("ping", "--query", "[].alias", "-o", "jsonl", env=env).code == 0
