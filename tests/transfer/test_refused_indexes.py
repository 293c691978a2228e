"""Indexes that the target of a copy or a restore does not have, or refuses: others are made, or they are left out."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Cli, Run
from tests.support.earlier_lite_server import EarlierLiteServer
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.official import official_client
from tests.support.recorder import run_here

FIELDS = "-f id:INT64 -f n:INT64 -f v:FLOAT_VECTOR:4 -p id"
LACKS = (
    "the index on 'n' is left out: this server has no {scalar}",
    "the index on 'v' is AUTOINDEX: this server has no {vector}",
)


class Servers:
    """Connections to all kinds of servers; the collections `idx_*` are deleted at the end."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, line: str) -> Run:
        return run_here(shlex.split(line), self.home)

    def all(self, *lines: str) -> None:
        for line in lines:
            run = self(line)
            assert run.code == 0, (line, run)

    def json(self, line: str) -> Any:
        run = self(f"-o json {line}")
        assert run.code == 0, run
        return json.loads(run.out)

    def index(self, alias: str, name: str, field: str) -> dict[str, Any] | None:
        found = self.json(f"list indexes -c {name} --alias {alias}")
        return next((each for each in found if each["field"] == field), None)

    def clear(self, alias: str) -> None:
        for row in self.json(f"list collections --names --alias {alias}"):
            if row["collection"].startswith("idx_"):
                self(f"release collection {row['collection']} --alias {alias}")
                self.all(f"delete collection {row['collection']} --yes --alias {alias}")


@pytest.fixture
def servers(cli: Cli, lite: LiteServer, earlier_lite: EarlierLiteServer, milvus: MilvusServer) -> Iterator[Servers]:
    there = Servers(cli.home)
    connected = {"new": lite.address, "old": earlier_lite.address, "full": milvus.address}
    for alias, address in connected.items():
        there.all(f"connect {address} -a {alias}")
        there.clear(alias)
    yield there
    for alias in connected:
        there.clear(alias)


@pytest.fixture
def filled(servers: Servers) -> Servers:
    """A collection on each newer server, with an index of each kind that Milvus Lite 2.5 lacks."""
    scalars = {"new": "INVERTED", "full": "STL_SORT"}
    for alias, scalar in scalars.items():
        servers.all(
            f"create collection -c idx_book {FIELDS} --alias {alias}",
            f"create index -c idx_book -f v -t HNSW -m L2 --alias {alias}",
            f"create index -c idx_book -f n -t {scalar} --alias {alias}",
            f"insert fake -c idx_book -n 20 --alias {alias}",
            f"load collection idx_book --alias {alias}",
        )
    return servers


def test_a_restore_into_an_earlier_server_tells_before_it_creates_anything(filled: Servers, tmp_path: Path) -> None:
    filled.all(f"dump {tmp_path}/d -c idx_book --alias full")
    notes = "; ".join(each.format(scalar="STL_SORT", vector="HNSW") for each in LACKS)
    (row,) = filled.json(f"restore {tmp_path}/d --dry-run --alias old")
    assert sorted(row["result"].split("; ")) == sorted(["new", *notes.split("; ")])
    run = filled(f"restore {tmp_path}/d --alias old")
    assert (run.code, run.out) == (0, f"Restored 1 collection with 20 rows from {tmp_path}/d.\n")
    assert len(filled.json("query -c idx_book --fields id --alias old")) == 20
    assert filled.index("old", "idx_book", "v")["index_type"] == "AUTOINDEX"  # type: ignore[index]


def test_a_copy_into_an_earlier_server_has_another_index_and_is_loaded(filled: Servers) -> None:
    run = filled("copy new:idx_book old:idx_book --yes")
    assert (run.code, "the index on 'v' is AUTOINDEX: " in run.err, "has no HNSW\n" in run.err) == (0, True, True)
    assert len(filled.json("query -c idx_book --fields id --alias old")) == 20


def test_a_copied_database_has_other_indexes_and_is_loaded(filled: Servers) -> None:
    (row,) = filled.json("copy full: old: --collection 'idx_*' --yes")["collections"]
    assert (row["result"], row["target_rows"]) == ("copied", 20)
    assert len(filled.json("query -c idx_book --fields id --alias old")) == 20


def test_an_index_without_parameters_gets_the_usual_ones_where_they_are_needed(
    servers: Servers, lite: LiteServer, tmp_path: Path
) -> None:
    official = official_client(lite.uri)
    servers.all(f"create collection -c idx_bare {FIELDS} --alias new")
    params = official.prepare_index_params()
    params.add_index("v", index_type="HNSW", metric_type="L2")
    official.create_index("idx_bare", params)
    official.close()
    servers.all(
        "insert fake -c idx_bare -n 20 --alias new",
        "load collection idx_bare --alias new",
        f"dump {tmp_path}/d -c idx_bare --alias new",
    )
    assert servers(f"restore {tmp_path}/d --alias full").code == 0
    made = servers.index("full", "idx_bare", "v")
    assert made is not None
    assert (made["index_type"], made["params"]) == ("HNSW", {"M": "16", "efConstruction": "200"})
    assert len(servers.json("query -c idx_bare --fields id --alias full")) == 20


def test_an_index_that_is_refused_though_it_was_planned_is_another_one(servers: Servers) -> None:
    servers.all(
        f"create collection -c idx_odd {FIELDS} --alias new",
        "create index -c idx_odd -f v -t HNSW -m L2 --param M:16 --param efConstruction:0 --force --alias new",
        "insert fake -c idx_odd -n 20 --alias new",
        "load collection idx_odd --alias new",
    )
    run = servers("copy new:idx_odd full:idx_odd --yes")
    assert (run.code, "Copied 20 rows" in run.out) == (0, True)
    assert "the index on 'v' of 'idx_odd' is AUTOINDEX: the server refused HNSW (" in run.err
    line = "`create index -c idx_odd -f v -t HNSW -m L2 --param M:16 --param efConstruction:0 --alias full`"
    assert f"); to build it, {line}\n" in run.err
    assert len(servers.json("query -c idx_odd --fields id --alias full")) == 20


def test_the_index_of_a_binary_vector_becomes_the_exact_one(servers: Servers) -> None:
    servers.all(
        "create collection -c idx_bits -f id:INT64 -f b:BINARY_VECTOR:16 -p id --alias full",
        "create index -c idx_bits -f b -t BIN_IVF_FLAT -m HAMMING --alias full",
        "insert fake -c idx_bits -n 20 --alias full",
        "load collection idx_bits --alias full",
    )
    assert servers("copy full:idx_bits old:idx_bits --yes").code == 0
    made = servers.index("old", "idx_bits", "b")
    assert made is not None
    assert (made["index_type"], made["metric_type"]) == ("BIN_FLAT", "HAMMING")
