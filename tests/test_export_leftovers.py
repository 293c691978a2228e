"""An export whose name is a link to itself, and one killed just before its end."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer


@pytest.fixture
def one_row(cli: Cli, lite: LiteServer) -> Iterator[Cli]:
    """Connected to Milvus Lite, which has a collection `leftovers` of one row."""
    assert cli("connect", lite.address, "-q").code == 0
    made = cli(
        "-q",
        "-c",
        "create collection leftovers -f id:INT64 -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2;"
        'load leftovers; upsert row leftovers --row \'{"id": 1, "v": [1, 1]}\'',
    )
    assert made == Run(0, "", "")
    yield cli
    assert cli("delete", "collection", "leftovers", "--yes", "-q").code == 0


def test_links_in_a_circle_are_refused_before_a_row_is_read(one_row: Cli, tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    before = sorted(os.listdir(tmp_path))
    for more in ([], ["--force"]):
        told = "error: a is a symbolic link that leads nowhere: Too many levels of symbolic links\nhint: name a file\n"
        assert one_row("export", "leftovers", "a", "--format", "jsonl", *more) == Run(2, "", told)
    assert sorted(os.listdir(tmp_path)) == before


def test_a_part_that_is_the_finished_file_goes_at_the_next_export(one_row: Cli, tmp_path: Path) -> None:
    """A kill between publishing the file and removing the part leaves both names."""
    done = Run(0, "Exported 1 row of 'leftovers' to rows.jsonl.\n", "")
    assert one_row("export", "leftovers", "rows.jsonl") == done
    for more in ([], ["--resume"]):
        (tmp_path / "rows.jsonl.part").hardlink_to(tmp_path / "rows.jsonl")
        assert one_row("export", "leftovers", "rows.jsonl", "--force", *more) == done
        assert (tmp_path / "rows.jsonl").read_text() == '{"id":1,"v":[1.0,1.0]}\n'
        assert not (tmp_path / "rows.jsonl.part").exists()
