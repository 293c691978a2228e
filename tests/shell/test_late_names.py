"""Names that a slow server sends after Tab, in a real terminal: the open menu takes them up."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.cli import Cli
from tests.support.lite_server import LiteServer
from tests.support.tcp_proxy import TcpProxy
from tests.support.terminal import Terminal

LATE = 0.1
"""Seconds that the proxy holds what the server sends and receives: names come after several of them."""


@pytest.fixture
def proxy(lite: LiteServer) -> Iterator[TcpProxy]:
    """Stands between the shell and Milvus Lite."""
    host, port = lite.address.split(":")
    with TcpProxy(host, int(port)) as between:
        yield between


@pytest.fixture
def slow_shell(cli: Cli, terminal: Callable[..., Terminal], lite: LiteServer, proxy: TcpProxy) -> Iterator[Terminal]:
    """A shell whose server has a collection `late_books` and a database `late_archive`, and answers late."""
    cli("connect", lite.address, "-a", "direct")
    fields = "-f id:INT64 -f late_title:VARCHAR:20 -f late_vector:FLOAT_VECTOR:2 -p id"
    cli("create", "collection", "late_books", *fields.split())
    cli("create", "database", "late_archive")
    cli("connect", f"127.0.0.1:{proxy.port}", "-a", "dev")
    shell = terminal(cols=120)
    shell.wait_for("dev/default>")
    proxy.delay(LATE)
    yield shell
    proxy.delay(0)
    cli("delete", "collection", "late_books", "--alias", "direct", "--yes")
    cli("delete", "database", "late_archive", "--alias", "direct", "--yes")


def test_fields_that_come_after_tab_open_the_menu(slow_shell: Terminal) -> None:
    slow_shell.send("query late_books --fields ")
    slow_shell.send_key("tab")
    slow_shell.wait_for("late_title")
    slow_shell.wait_for("VARCHAR 20")


def test_databases_that_come_after_tab_join_the_menu(slow_shell: Terminal) -> None:
    slow_shell.send("use ")
    slow_shell.wait_for("Switch to another connection")
    slow_shell.send_key("tab")
    slow_shell.wait_for("> use connection")
    slow_shell.wait_for("late_archive")
    assert "> use connection" in slow_shell.text
    for choice in ("database", "default", "late_archive"):
        slow_shell.send_key("tab")
        slow_shell.wait_for(f"> use {choice}")


def test_fields_that_come_late_join_a_filter(slow_shell: Terminal) -> None:
    slow_shell.send("query late_books -e 'not la")
    slow_shell.send_key("tab")
    slow_shell.wait_for("late_title")
