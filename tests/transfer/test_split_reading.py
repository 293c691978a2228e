"""Files that several processes read give the rows, places, reasons and notes of one reader."""

import gzip
import io
import json
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest

from milvus_cli.client.wire.schema_pb2 import CollectionSchema, DataType, FieldSchema
from milvus_cli.errors import CliError
from milvus_cli.files import row_stream
from milvus_cli.files.sources import find_files
from milvus_cli.files.text_layout import TextLayout
from milvus_cli.rows.write_target import WriteTarget
from milvus_cli.transfer.checkpoint import Mark
from milvus_cli.transfer.intake import PLAIN_VALUES, RowEncoder
from milvus_cli.transfer.pieces import Parsed, Piece
from milvus_cli.transfer.pipeline import Job, read_steps
from milvus_cli.transfer.processes import Processes
from milvus_cli.transfer.split_reading import read_split
from milvus_cli.transfer.worker import parsed_or_none, receive, send
from milvus_cli.values.encode import ABSENT

SCHEMA = CollectionSchema(
    name="book",
    enable_dynamic_field=True,
    fields=[
        FieldSchema(name="id", data_type=DataType.Int64, is_primary_key=True),
        FieldSchema(name="title", data_type=DataType.VarChar),
    ],
)
ENCODER = RowEncoder(WriteTarget("book", "", SCHEMA), {})


@dataclass
class InProcess:
    """Reads pieces at once, in this process; they and the answers are written and read as for another one."""

    encoder: RowEncoder
    count: int = 2
    pieces: int = 0

    def parse(self, piece: Piece) -> Future[Parsed | None]:
        self.pieces += 1
        future: Future[Parsed | None] = Future()
        future.set_result(sent(parsed_or_none(self.encoder, sent(piece))))
        return future


def sent(value: Any) -> Any:
    stream = io.BytesIO()
    send(stream, value)
    stream.seek(0)
    return receive(stream)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_stream, "CHUNK_SIZE", 300)


@dataclass(frozen=True)
class Outcome:
    """All that an insert sees of files: rows with their places, rejected ones, notes, and the error at the end."""

    rows: list[Any]
    bad: list[Any]
    notes: list[str]
    error: str


def outcome(
    *paths: Path, split: bool, layout: TextLayout = TextLayout(), encoder: RowEncoder = ENCODER, done: Mark = Mark()
) -> tuple[Outcome, int]:
    """Returns it with the number of pieces that were read in processes."""
    notes = list[str]()
    job = Job(find_files([*map(str, paths)], None), encoder, None, note=notes.append, layout=layout)
    workers, found = InProcess(encoder), Outcome([], [], notes, "")
    steps = read_split(job, done, "", cast(Processes, workers)) if split else read_steps(job, done)
    try:
        for step in steps:
            batch = step.batch
            assert encoder.batch(batch.chunk, PLAIN_VALUES).columns == batch.columns
            for row, line in enumerate(batch.chunk.lines):
                found.rows.append(
                    (step.end.file, line, {name: each[row] for name, each in batch.chunk.columns.items()})
                )
            found.bad.extend(batch.bad)
    except CliError as exc:
        found = replace(found, error=f"{exc.message} ({exc.hint})")
    rows = [(file, line, without_absent(row)) for file, line, row in found.rows]
    # A chunk with rows that share a line tells the numbers of all its rows, wherever it ends.
    bad = [replace(each, row=without_absent(each.row), unit="line") for each in found.bad]
    return replace(found, rows=rows, bad=bad), workers.pieces


def without_absent(row: Any) -> Any:
    """Which columns a row lacks depends on the rows that are read with it."""
    return {name: value for name, value in row.items() if value is not ABSENT} if isinstance(row, dict) else row


def assert_equal(*paths: Path, pieces: int = 3, **given: Any) -> Outcome:
    """Reads files in both ways; `pieces` is the least number of pieces that they are to be cut into."""
    expected, _ = outcome(*paths, split=False, **given)
    found, cut = outcome(*paths, split=True, **given)
    if expected.error:
        # Where a file breaks off, the rows before it that count depend on where a chunk begins.
        rows = min(len(found.rows), len(expected.rows))
        bad = min(len(found.bad), len(expected.bad))
        found, expected = (replace(each, rows=each.rows[:rows], bad=each.bad[:bad]) for each in (found, expected))
    assert found == expected
    assert cut >= pieces
    return found


CELLS = (
    "plain",
    "",
    '""',
    '"a ""quoted"" word"',
    '"two\nlines"',
    '"two\r\nlines, and ""more"""',
    "ünïcode 漢字 🙂",
    "x" * 90,
    '5" disk',
    '"not closed at once" x',
    '"sep=;\n1,2\n"',
    "a,b,c",
    "\r",
)


def random_csv(seed: int) -> str:
    random, end = Random(seed), ("\n", "\r\n")[seed % 2]
    cells = CELLS[: random.choice([4, 8, len(CELLS)])]
    rows = [f"{random.choice([row, row, row, 'x'])},{random.choice(cells)}" for row in range(random.choice([20, 150]))]
    return end.join(["id,title", *rows, *[""] * random.randrange(2)])


@pytest.mark.parametrize("seed", range(40))
def test_csv_of_any_cells(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "books.csv"
    path.write_bytes(random_csv(seed).encode("utf-8"))
    assert_equal(path, pieces=1)


LINES = (
    '{"id": 1, "title": "a"}',
    '{"id": 2}',
    '{"id": "x", "title": "b"}',
    '{"id": 3, "title": "' + "y" * 90 + '"}',
    '{"id": 4, "title": "{}\\n{"}',
    '{"id": 5, "title": "broken}',
    '{"id": 6, "title": "c"',
    "",
    "null",
    '{"id": 7,\n "title": "over lines"\n}',
    '{"id": 8, "id": 9, "title": "twice"}',
    '{"id": 10, "title": "\udcff"}',
    '{"id": 11, "title": "d"} {"id": 12, "title": "e"}',
    '[{"id": 13, "title": "f"},\n{"id": 14, "title": "g"}]',
    "}",
)


def random_lines(seed: int) -> str:
    random = Random(seed)
    lines = LINES[: random.choice([3, 5, 7, 12, len(LINES)])]
    return "\n".join(random.choice([LINES[0], random.choice(lines)]) for _ in range(random.choice([10, 150])))


@pytest.mark.parametrize("seed", range(40))
def test_json_lines_of_any_values(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "books.jsonl"
    path.write_bytes(random_lines(seed).encode("utf-8", "surrogateescape"))
    assert_equal(path, pieces=1)


@pytest.mark.parametrize(
    "layout",
    [
        TextLayout(delimiter=";", quote="'", skip=2),
        TextLayout(no_header=True, columns=("id", "title"), quote=""),
        TextLayout(nulls=("NA",), encoding="utf-16"),
        TextLayout(encoding="latin-1", columns=("id", "title")),
    ],
)
def test_layouts_of_text(tmp_path: Path, layout: TextLayout) -> None:
    path, mark = tmp_path / "books.csv", layout.delimiter or ","
    rows = [f"{row}{mark}{('NA', 'é', '5')[row % 3]}" for row in range(200)]
    head = ["one", "two"][: layout.skip] + ([] if layout.no_header else [f"id{mark}title"])
    path.write_bytes("\n".join([*head, *rows, "x"]).encode(layout.encoding))
    found = assert_equal(path, layout=layout)
    assert len(found.rows) + len(found.bad) == 201


@pytest.mark.parametrize("line", range(0, 130, 7))
def test_continued_inserts(tmp_path: Path, line: int) -> None:
    path = tmp_path / "books.csv"
    path.write_text(random_csv(3))
    other = tmp_path / "more.csv"
    other.write_text(random_csv(5))
    assert_equal(path, other, done=Mark(line % 2, line))


def test_many_files_of_several_kinds_and_one_that_lacks_a_column(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.{kind}" for number, kind in enumerate(["csv", "jsonl", "json", "csv.gz", "csv"])]
    text = "id,title\n" + "".join(f"{row},title {row}\n" for row in range(100))
    paths[0].write_text(text)
    paths[1].write_text("".join(json.dumps({"id": row, "title": "x", "extra": row}) + "\n" for row in range(100)))
    paths[2].write_text('[{"id": 1, "title": "a"}]')
    paths[3].write_bytes(gzip.compress(text.encode()))
    paths[4].write_text("title\nx\n")
    found, pieces = outcome(*paths, split=True)
    expected, _ = outcome(*paths, split=False)
    assert (found.rows, found.bad, found.error) == (expected.rows, expected.bad, expected.error)
    assert found.notes == ["note: --jobs has no effect on json files: only CSV, TSV and JSON Lines are split"]
    assert (len(found.rows), pieces > 15) == (301, True)


def test_files_that_can_not_be_split_are_read_as_ever(tmp_path: Path) -> None:
    path = tmp_path / "books.jsonl"
    path.write_text(json.dumps([{"id": row, "title": "x"} for row in range(200)]))
    assert len(assert_equal(path, pieces=0).rows) == 200

    path.write_text(json.dumps({"id": 1, "title": "long" * 400}) + "\n" + '{"id": 2, "title": "short"}\n' * 200)
    assert len(assert_equal(path, pieces=0).rows) == 201


@pytest.mark.parametrize("text", ["", "\n\n", "id,title", '"id\n', "<html>", "PAR1", "id,id\n1,2\n", "id,other\n1,2\n"])
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_files_that_begin_strangely(tmp_path: Path, text: str, kind: str) -> None:
    path = tmp_path / f"books.{kind}"
    path.write_text(text)
    assert_equal(path, pieces=0)


def test_a_compressed_file_that_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "books.csv.gz"
    lines = "".join(f"{row},{Random(row).random()}\n" for row in range(2000))
    path.write_bytes(gzip.compress(f"id,title\n{lines}".encode())[:-2000])
    assert "cut off or broken" in assert_equal(path).error


def test_rows_of_an_upsert_that_are_superseded(tmp_path: Path) -> None:
    path = tmp_path / "books.csv"
    path.write_text("id,title\n" + "".join(f"{row % 5},{row}\n" for row in range(100)))
    encoder = RowEncoder(replace(ENCODER.target, upsert=True), {})
    job = Job(find_files([str(path)], None), encoder, None)
    batches = [step.batch for step in read_split(job, Mark(), "", cast(Processes, InProcess(encoder)))]
    assert sum(each.rows + len(each.earlier.lines) for each in batches) == 100
    assert all(each.rows == len(set(each.keys)) == len(each.chunk.columns["title"]) for each in batches)
    assert [len(each.earlier.columns["id"]) for each in batches] == [len(each.earlier.lines) for each in batches]
