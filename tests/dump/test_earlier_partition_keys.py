"""Collections with a partition key on Milvus Lite 2.5, which refuses every filter on them."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.dump.shelves import Killed
from tests.support.cli import Cli, Run
from tests.support.earlier_lite_server import EarlierLiteServer
from tests.support.lite_server import LiteServer
from tests.support.recorder import run_here
from tests.support.typed import failed

FIELDS = "-f id:INT64 -f shelf:VARCHAR:20 -f v:FLOAT_VECTOR:4 -p id --partition-key shelf --index v:FLAT:L2"
REFUSAL = "Milvus Lite 2 refuses every filter on a collection with a partition key"


class Old:
    """Milvus Lite 2.5 as `old` with 2,500 rows in `keyed`, and Milvus Lite 3 as `new`."""

    def __init__(self, cli: Cli, old: EarlierLiteServer, new: LiteServer, rows: int = 2_500) -> None:
        self.home = cli.home
        self.all(f"connect {new.address} -a new", f"connect {old.address} -a old")
        for alias in ("new", "old"):
            self(f"delete collection keyed --alias {alias} --yes")
        self.all(f"create collection -c keyed {FIELDS}", f"insert fake -c keyed -n {rows}", "load collection keyed")

    def __call__(self, line: str) -> Run:
        return run_here(shlex.split(line), self.home)

    def all(self, *lines: str) -> None:
        for line in lines:
            run = self(line)
            assert run.code == 0, (line, run)

    def json(self, line: str) -> Any:
        return json.loads(self(f"-o json {line}").out)


@pytest.fixture
def old(cli: Cli, earlier_lite: EarlierLiteServer, lite: LiteServer) -> Old:
    return Old(cli, earlier_lite, lite)


def test_all_rows_are_exported_dumped_and_copied(old: Old, tmp_path: Path) -> None:
    old.all(
        f"export collection -c keyed {tmp_path}/rows.csv --fields id",
        f"dump {tmp_path}/d -c keyed",
        "copy old:keyed new:keyed --yes",
    )
    assert len((tmp_path / "rows.csv").read_text().split()) == 2_501
    assert old.json(f"show dump {tmp_path}/d")["rows"] == 2_500
    found = old.json("diff old:keyed new:keyed --rows all")
    assert (found["rows_a"], found["rows_b"], found["only_in_a"], found["only_in_b"]) == (2_500, 2_500, 0, 0)


def test_an_interrupted_dump_continues_behind_its_last_row(
    small_parts: None, old: Old, tmp_path: Path, ending_at: Callable[[int, bool], None]
) -> None:
    ending_at(4, True)
    with pytest.raises(Killed):
        old(f"dump {tmp_path}/d -c keyed")
    ending_at(100_000, True)
    old.all(f"dump {tmp_path}/d -c keyed", f"check dump {tmp_path}/d")
    assert old.json(f"show dump {tmp_path}/d")["rows"] == 2_500
    old.all(f"restore {tmp_path}/d --alias new")
    found = old.json("diff old:keyed new:keyed --rows all")
    assert (found["rows_a"], found["rows_b"], found["only_in_a"], found["only_in_b"]) == (2_500, 2_500, 0, 0)


def test_a_filter_is_refused_before_rows_are_read(old: Old, tmp_path: Path) -> None:
    export = f"export collection -c keyed {tmp_path}/rows.csv -e 'id > 3'"
    for line in (export, "query keyed -e 'id > 3'", "get keyed --ids 1", "delete ids keyed --ids 1 --yes"):
        assert old(line) == failed(REFUSAL, "read all rows, or copy the collection to Milvus Lite 3 (`help lite`)")


def test_more_rows_than_the_server_returns_are_refused_before_any_is_read(
    cli: Cli, earlier_lite: EarlierLiteServer, lite: LiteServer, tmp_path: Path
) -> None:
    old = Old(cli, earlier_lite, lite, rows=16_385)
    error = f"can't read all 16,385 rows of 'keyed': {REFUSAL}, and returns only the first 16,384 rows without one"
    for line in (
        f"dump {tmp_path}/d -c keyed",
        f"export collection -c keyed {tmp_path}/rows.csv",
        "copy keyed b --yes",
    ):
        run = old(line)
        assert (run.code, error in run.err, "run the same command again" in run.err) == (1, True, False), run
