"""Accidents at a start that must not happen: to lose a guard, act on another connection, show a secret, or crash."""

from tests.support.cli import Cli
from tests.support.lite_server import LiteServer
from tests.support.typed import failed


def test_a_guard_stays_with_its_alias_when_its_address_is_written_another_way(cli: Cli, lite: LiteServer) -> None:
    guarded = "connect {host}:{port} -a guarded"
    assert cli("connect", lite.address, "-a", "guarded", "--read-only").code == 0
    assert cli(*guarded.format(host="localhost", port=lite.port).split()).code == 0
    assert cli("--alias", "guarded", "create", "collection", "x", "--dim", "4") == failed(
        "connection 'guarded' is read-only: CreateCollection was not sent",
        "run `connect -a guarded --no-read-only` to allow it",
    )

    assert cli(*guarded.format(host="127.0.0.1", port=lite.port).split(), "--no-read-only").code == 0
    assert "read_only" in cli("show", "connection", "guarded").out
    assert cli("--alias", "guarded", "delete", "collection", "x", "--yes").err.startswith(
        "error: collection 'x' not found"
    )


def test_an_empty_alias_names_no_connection(cli: Cli, lite: LiteServer) -> None:
    cli("connect", lite.address)
    for words in (("--alias", "", "list", "collections"), ("list", "collections", "--alias="), ("disconnect", "")):
        run = cli(*words)
        assert (run.code, run.out) == (2, ""), words
        assert "expected the alias of a connection, got ''" in run.err


def test_a_word_that_is_not_utf8_is_a_readable_error(cli: Cli, lite: LiteServer) -> None:
    cli("connect", lite.address)
    for words in (("count", "\udcff"), ("--alias", "\udcff", "list", "collections"), ("list", "partitions", "\udcff")):
        run = cli(*words)
        assert (run.code, run.out) == (2, ""), words
        assert "internal error" not in run.err
        assert "not UTF-8" in run.err


def test_echo_hides_a_line_with_a_secret(cli: Cli) -> None:
    run = cli("--echo", "-c", "version -o jsonl; connect 127.0.0.1:1 -u ann -pwd secret123")
    assert run.code == 3
    assert run.out.startswith("> version -o jsonl\n")
    assert "> connect … (hidden: it has a secret)\n" in run.out
    assert "secret123" not in run.out + run.err
