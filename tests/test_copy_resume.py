"""A resumed copy compares rows by their values: an existing row with the same key may be another row."""

import json
import shlex
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.official import official_client
from tests.support.process import ServerProcess
from tests.support.recorder import run_here
from tests.support.tcp_proxy import TcpProxy

ROWS = 2_000
DIM = 64
FIELDS = f"-f id:INT64 -f title:VARCHAR:200 -f v:FLOAT_VECTOR:{DIM} -p id"


@dataclass(frozen=True)
class BothServers:
    """Command lines with both kinds of server connected, as old and lite."""

    home: Path
    by_alias: dict[str, ServerProcess]

    def __call__(self, line: str) -> Run:
        return run_here(shlex.split(line), self.home)

    def all(self, *lines: str) -> None:
        for line in lines:
            run = self(line)
            assert run.code == 0, (line, run)

    def make(self, alias: str, name: str, fields: str = FIELDS) -> None:
        """Creates a fresh, empty, loaded collection."""
        self.drop(alias, name)
        index = f"create index -c {name} -f v -t FLAT -m L2"
        for line in (f"create collection {name} {fields}", index, f"load {name}"):
            self.all(f"{line} --alias {alias}")

    def drop(self, alias: str, *names: str) -> None:
        for name in names:
            self(f"release collection {name} --alias {alias}")
            self(f"delete collection {name} -y --alias {alias}")

    def fill(self, alias: str, name: str, keys: range, word: str) -> None:
        """Inserts rows with `word`, by pymilvus."""
        client = official_client(self.by_alias[alias].uri)
        try:
            client.insert(name, [row(key, word) for key in keys])
        finally:
            client.close()

    def words(self, alias: str, name: str) -> list[tuple[int, str]]:
        """Key and word of every row in key order; a key with two rows appears twice."""
        client = official_client(self.by_alias[alias].uri)
        try:
            found = client.query(
                name, filter="id != -1", output_fields=["id", "title"], limit=16_384, consistency_level="Strong"
            )
        finally:
            client.close()
        return sorted((each["id"], each["title"]) for each in found)

    def titles(self, alias: str, name: str) -> list[str]:
        return sorted(title for _, title in self.words(alias, name))


def row(key: int, word: str) -> dict[str, Any]:
    return {"id": key, "title": f"{word} {key}", "v": [key / 8 + each for each in range(DIM)]}


@pytest.fixture(scope="module")
def both_servers(
    tmp_path_factory: pytest.TempPathFactory, milvus: MilvusServer, lite: LiteServer
) -> Iterator[BothServers]:
    """Connections to Milvus (`old`) and to Milvus Lite (`lite`), which has rows to copy in `resume_source`."""
    found = BothServers(tmp_path_factory.mktemp("servers"), {"old": milvus, "lite": lite})
    found.all(*(f"connect {server.address} -a {alias}" for alias, server in found.by_alias.items()))
    found.make("lite", "resume_source")
    found.fill("lite", "resume_source", range(ROWS), "new")
    yield found
    found.drop("lite", "resume_source")


NEW = [(key, f"new {key}") for key in range(ROWS)]


@pytest.mark.parametrize("alias", ["old", "lite"])
def test_a_copy_over_old_rows_that_was_killed_ends_with_every_value_of_the_source(
    both_servers: BothServers, cli: Cli, alias: str
) -> None:
    target, server = "resume_over", both_servers.by_alias[alias]
    both_servers.make(alias, target)
    both_servers.fill(alias, target, range(100, ROWS + 3), "old")
    line = f"copy lite:resume_source slow:{target} --into-existing -y --quiet"
    with TcpProxy(server.host, server.port) as proxy:
        both_servers.all(f"connect 127.0.0.1:{proxy.port} -a slow")
        proxy.delay(0.03)
        process = cli.start(*shlex.split(line), env={"MILVUS_CLI_HOME": str(both_servers.home)})
        until = time.monotonic() + 60
        while proxy.bytes_up < 200_000:
            assert time.monotonic() < until
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    words = [title for _, title in both_servers.words(alias, target)]
    assert any(title.startswith("old") for title in words[:-3])

    both_servers.all(f"connect {server.address} -a slow")
    run = both_servers(f"{line} --resume".replace(" --quiet", ""))
    assert (run.code, run.out.partition(" rows")[0].partition(" ")[0]) == (0, "Copied"), run
    assert f" rows of {target!r} had other values, and were replaced\n" in run.err

    # The target's own rows are left alone.
    assert both_servers.words(alias, target) == [*NEW, *((key, f"old {key}") for key in range(ROWS, ROWS + 3))]
    # The second time there is nothing to do.
    assert both_servers(f"{line} --resume".replace(" --quiet", "")).out.startswith("Copied 0 rows of ")
    both_servers.drop(alias, target)
    both_servers.all("delete connection slow -y")


def test_a_copy_that_is_resumed_into_rows_with_other_values_replaces_them_and_says_so(
    both_servers: BothServers,
) -> None:
    both_servers.make("old", "resume_other")
    both_servers.fill("old", "resume_other", range(300, 600), "other")
    both_servers.fill("old", "resume_other", range(600, 1_000), "new")
    run = both_servers("copy lite:resume_source old:resume_other --resume -y")
    places = [f"{alias} ({server.address}, database default)" for alias, server in both_servers.by_alias.items()]
    assert run == Run(
        0,
        f"Copied 1,600 rows of 'resume_source' on {places[1]} to 'resume_other' on {places[0]}: both have 2,000.\n",
        "note: 300 rows of 'resume_other' had other values, and were replaced\n",
    ), run
    assert both_servers.words("old", "resume_other") == NEW
    assert both_servers("diff lite:resume_source old:resume_other --rows all").code == 0
    both_servers.drop("old", "resume_other")


AUTO = f"-f id:INT64 -f title:VARCHAR:200 -f v:FLOAT_VECTOR:{DIM} -p id -a"
ROW = json.dumps({"title": "foreign", "v": [0.5] * DIM})


@pytest.mark.parametrize("alias", ["old", "lite"])
def test_where_keys_are_generated_only_the_first_rows_of_the_source_are_taken_for_copied(
    both_servers: BothServers, cli: Cli, alias: str
) -> None:
    both_servers.make("lite", "resume_auto", AUTO)
    both_servers.drop(alias, "resume_auto_b")
    client = official_client(both_servers.by_alias["lite"].uri)
    rows = [{**row(key, "new"), "title": f"new {key}"} for key in range(1_500)]
    client.insert("resume_auto", [{name: value for name, value in each.items() if name != "id"} for each in rows])
    client.close()
    server, line = both_servers.by_alias[alias], "copy lite:resume_auto slow:resume_auto_b -y --quiet"
    with TcpProxy(server.host, server.port) as proxy:
        both_servers.all(f"connect 127.0.0.1:{proxy.port} -a slow")
        proxy.delay(0.03)
        process = cli.start(*shlex.split(line), env={"MILVUS_CLI_HOME": str(both_servers.home)})
        until = time.monotonic() + 60
        while proxy.bytes_up < 250_000:
            assert time.monotonic() < until
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    both_servers.all(f"connect {server.address} -a slow", f"{line} --resume")
    assert both_servers.titles(alias, "resume_auto_b") == sorted(f"new {key}" for key in range(1_500))

    # With a foreign row the number of rows proves nothing.
    both_servers.all(
        f"insert row -c resume_auto_b --row '{ROW}' --alias {alias}",
        f"insert row -c resume_auto --row '{ROW.replace('foreign', 'last')}' --alias lite",
        f"insert row -c resume_auto --row '{ROW.replace('foreign', 'very last')}' --alias lite",
    )
    run = both_servers(f"{line} --resume")
    assert (run.code, run.out, run.err.splitlines()[-2:]) == (
        1,
        "",
        [
            "error: 'resume_auto_b' has rows that are not the first of the source: which have arrived is unknown, as "
            "the server generates the keys",
            "hint: delete it, and copy again",
        ],
    )
    run = both_servers(f"{line} --resume --into-existing")
    assert (run.code, run.err.splitlines()[0]) == (
        1,
        (
            f"error: can't resume into 'resume_auto_b' on slow ({server.address}, database default): the server "
            "generates the keys, and nothing tells which rows were there before"
        ),
    )
    assert len(both_servers.titles(alias, "resume_auto_b")) == 1_501
    both_servers.drop(alias, "resume_auto_b")
    both_servers.drop("lite", "resume_auto")
    both_servers.all("delete connection slow -y")
