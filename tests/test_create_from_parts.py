"""A collection is made to fit several files of which each has columns that the others lack."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from tests.support.cli import Cli
from tests.support.lite_server import LiteServer
from tests.support.typed import Typed, on_milvus

FIRST = {"id": 1, "n": 5, "t": "a", "v": [0.5, 1.0]}
SECOND = {"id": 2, "t": "b", "v": [1.0, 2.0], "x": 0.5}
BOTH = [{**FIRST, "x": None}, {**SECOND, "n": None}]
MADE = "Created collection 'made', indexed and loaded.\n"


def separated(mark: str) -> Callable[[str, dict[str, object]], None]:
    def write(path: str, row: dict[str, object]) -> None:
        cells = [str(each) if mark == "\t" or not isinstance(each, list) else f'"{each}"' for each in row.values()]
        Path(path).write_text(f"{mark.join(row)}\n{mark.join(cells)}\n")

    return write


WRITERS: dict[str, Callable[[str, dict[str, object]], object]] = {
    "csv": separated(","),
    "tsv": separated("\t"),
    "jsonl": lambda path, row: Path(path).write_text(json.dumps(row)),
    "parquet": lambda path, row: parquet.write_table(pyarrow.Table.from_pylist([row]), path),
}


@pytest.fixture
def lite_typed(cli: Cli, lite: LiteServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """No collection `made`, on Milvus Lite."""
    monkeypatch.chdir(tmp_path)
    found = Typed(cli, lite)
    found.gone("made")
    return found


@pytest.mark.parametrize("sources", ["--from parts", "--from parts/a.{0} --from parts/b.{0}"])
@pytest.mark.parametrize("kind", WRITERS)
def test_columns_that_some_files_lack_are_nullable(lite_typed: Typed, kind: str, sources: str) -> None:
    Path("parts").mkdir()
    WRITERS[kind](f"parts/a.{kind}", FIRST)
    WRITERS[kind](f"parts/b.{kind}", SECOND)
    run = lite_typed(f"create collection made {sources.format(kind)}")
    assert (run.code, run.err) == (0, MADE)
    assert lite_typed.json("query -c made -e 'id > 0'") == BOTH


def test_files_without_a_header_may_not_differ_in_columns(lite_typed: Typed) -> None:
    Path("a.csv").write_text('1,5,"[0.5, 1]"\n')
    Path("b.csv").write_text('2,"[0.5, 1]"\n')
    run = lite_typed("create collection made --from a.csv --from b.csv --no-header --columns id,n,v")
    assert (run.code, run.err.splitlines()[1]) == (5, "b.csv, line 1: expected 3 cells, got 2")


@on_milvus
def test_a_server_without_nullable_fields_is_noted_before_a_file_that_lacks_a_column(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    WRITERS["csv"]("a.csv", FIRST)
    WRITERS["csv"]("b.csv", SECOND)
    run = typed("create collection made --from a.csv --from b.csv --dry-run")
    note = "note: Milvus 2.3.5 has no nullable fields: rows without a value for n, x are rejected, or get an empty text"
    assert (run.code, run.err) == (0, f"{note}\n")
