"""Rows go from objects of a store into collections, and out of them into objects."""

import gc
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from milvus_cli.errors import CliError, NotAuthorized, Unreachable
from milvus_cli.files import row_stream, stores
from milvus_cli.files.stores import PART, new_object
from tests.bench.endless import NAME, Endless, Shape
from tests.bench.memory import write_files
from tests.support.cli import COMMAND, ROOT, Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.s3_server import S3Server
from tests.support.typed import Typed, failed
from tests.test_stores import BOOKS, CREDENTIALS, MORE, titles

MAKE = "create collection -c book -f id:INT64 -f title:VARCHAR:64 -f vector:FLOAT_VECTOR:2 -p id --index vector:FLAT:L2"
ANEW = "export again from the beginning: an upload can't be resumed"
OUT = "s3://books/out.csv"


@pytest.fixture
def empty_book(typed: Typed, s3: S3Server) -> Iterator[Typed]:
    """The empty collection book, and a store with three books."""
    s3.objects.update({"books/new/a.csv": BOOKS, "books/new/b.csv": MORE})
    yield from _with_book(typed)


@pytest.fixture
def empty_book_on_lite(cli: Cli, lite: LiteServer, s3: S3Server) -> Iterator[Typed]:
    yield from _with_book(Typed(cli, lite))


@pytest.fixture
def one_book(empty_book_on_lite: Typed) -> Typed:
    """The collection book with one row, and an empty store."""
    assert empty_book_on_lite('insert row -c book --row \'{"id": 1, "title": "Emma", "vector": [1, 2]}\'').code == 0
    return empty_book_on_lite


def _with_book(typed: Typed) -> Iterator[Typed]:
    typed.gone("book", "made")
    typed.all(MAKE, "load collection -c book")
    yield typed
    typed.gone("book", "made")


def test_objects_go_in_and_every_format_comes_out(empty_book: Typed, s3: S3Server) -> None:
    inserted = "Inserted 3 of 3 rows into 'book', which had 0 and has 3.\n"
    assert empty_book("insert file -c book 's3://books/new/*.csv'") == Run(0, inserted, "")
    assert empty_book("upsert file -c book s3://books/new").code == 0

    for form in ("csv", "json", "jsonl.gz", "csv.zst", "parquet", "arrow"):
        url = f"s3://books/out ü.{form}"
        assert empty_book(f"export collection -c book '{url}'") == Run(0, f"Exported 3 rows of 'book' to {url}.\n", "")
        assert titles(url) == ["Emma", "Ulysses", "Dune"]


def test_a_collection_is_made_of_objects(empty_book: Typed) -> None:
    run = empty_book("create collection -c made --from s3://books/new")
    inserted = "Inserted 3 of 3 rows into 'made', which had 0 and has 3.\n"
    assert run == Run(0, inserted, "Created collection 'made', indexed and loaded.\n")


@pytest.fixture
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Objects are read in small ranges."""
    monkeypatch.setattr(row_stream, "CHUNK_SIZE", 1 << 17)
    monkeypatch.setattr(stores, "READ_AHEAD", 1 << 19)


def wide(count: int) -> bytes:
    """More rows than are read of an object at once."""
    rows = (b'%d,x,"[1, 2]",%s\n' % (number, b"y" * 30_000) for number in range(count))
    return b"id,title,vector,note\n" + b"".join(rows)


@pytest.mark.usefixtures("small_ranges")
def test_an_insert_goes_on_where_the_connection_to_the_store_was_lost(empty_book_on_lite: Typed, s3: S3Server) -> None:
    s3.objects["books/a.csv"] = wide(40)
    s3.broken.add("books/a.csv")
    line = "insert file -c book s3://books/a.csv --ignore-unknown"
    lost = empty_book_on_lite(line)
    assert (lost.code, lost.err.splitlines()[-1]) == (3, "hint: run the same command with --resume to continue")
    assert lost.err.startswith("error: can't read s3://books/a.csv: ")

    s3.broken.clear()
    assert empty_book_on_lite(f"{line} --resume").code == 0
    assert empty_book_on_lite("count -c book -o csv").out.endswith("\nbook,40,40\n")


@pytest.mark.usefixtures("small_ranges")
def test_an_insert_does_not_go_on_with_another_object(empty_book_on_lite: Typed, s3: S3Server) -> None:
    s3.objects["books/a.csv"] = wide(40)
    s3.broken.add("books/a.csv")
    line = "insert file -c book s3://books/a.csv --ignore-unknown"
    assert empty_book_on_lite(line).code == 3

    s3.objects["books/a.csv"] = wide(41)
    run = empty_book_on_lite(f"{line} --resume")
    assert run.code == 2
    assert run.err.startswith("error: s3://books/a.csv has changed since an earlier insert was interrupted; ")


def test_an_object_that_exists_is_replaced_only_with_force(one_book: Typed, s3: S3Server) -> None:
    s3.objects["books/out.csv"] = b"old"
    line = f"export collection -c book {OUT}"
    assert one_book(line) == failed(f"{OUT} exists", "add --force to replace it", code=2)
    assert s3.objects["books/out.csv"] == b"old"

    assert one_book(f"{line} --force").code == 0
    assert titles(OUT) == ["Emma"]


def upload(parts: Iterable[bytes]) -> None:
    with new_object(OUT, replace=False) as target:
        for part in parts:
            target.write(part)


def test_an_object_that_appears_meanwhile_is_left(s3: S3Server) -> None:
    def parts() -> Iterator[bytes]:
        yield b"new"
        s3.objects["books/out.csv"] = b"old"

    with pytest.raises(CliError, match=r"^s3://books/out\.csv exists$"):
        upload(parts())
    assert s3.objects == {"books/out.csv": b"old"}


def test_an_export_to_an_object_has_no_resume(one_book: Typed, s3: S3Server) -> None:
    assert one_book(f"export collection -c book {OUT} --resume") == failed(
        f"an export to {OUT} can't be resumed",
        "leave out --resume, or export to a file",
        code=2,
    )


def test_an_export_to_a_bucket_that_is_missing_fails(one_book: Typed) -> None:
    assert one_book("export collection -c book s3://nobody/out.csv") == failed(
        "can't write s3://nobody/out.csv: The specified bucket does not exist"
    )


def test_an_export_that_is_denied_exits_4(one_book: Typed, s3: S3Server) -> None:
    s3.failing["books/out.csv"] = 403
    run = one_book(f"export collection -c book {OUT}")
    assert run == failed(f"can't write {OUT}: Forbidden", CREDENTIALS, code=4)


def test_an_upload_in_parts_is_complete_when_the_object_appears(s3: S3Server) -> None:
    with new_object(OUT, replace=False) as target:
        target.write(bytes(PART + 1))
        target.write(bytes(PART))
        assert s3.objects == {}
    assert len(s3.objects["books/out.csv"]) == 2 * PART + 1


def test_parts_of_a_large_upload_grow(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "PARTS", 2)
    with new_object(OUT, replace=False) as target:
        for _ in range(5):
            target.write(bytes(PART))
        assert list(map(len, s3.uploads["books/out.csv"].values())) == [PART, PART, PART, 2 * PART]


def test_an_upload_that_is_interrupted_leaves_nothing(s3: S3Server) -> None:
    with suppress(KeyboardInterrupt), new_object(OUT, replace=False) as target:
        target.write(bytes(PART + 1))
        assert s3.uploads
        raise KeyboardInterrupt
    assert (s3.objects, s3.uploads) == ({}, {})


def test_an_upload_that_a_signal_ends_leaves_nothing(one_book: Typed, s3: S3Server) -> None:
    rows = "".join(json.dumps({"id": key, "title": "x" * 60, "vector": [0.1, key]}) + "\n" for key in range(80_000))
    assert one_book("insert file -c book --format jsonl -", input=rows).code == 0
    for number in (signal.SIGTERM, signal.SIGHUP):
        with one_book.cli.start("export", "-c", "book", OUT, env={**s3.environment, **one_book.env}) as export:
            until = time.monotonic() + 60
            while not any(s3.uploads.values()) and time.monotonic() < until and export.poll() is None:
                time.sleep(0.002)
            export.send_signal(number)
            assert export.wait(30) == -number
        assert (s3.objects, s3.uploads) == ({}, {})


SHAPE = Shape(3_000, 1536, 8_000)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="libraries take other amounts of memory")
PEAK = """
import subprocess, sys
from resource import RUSAGE_CHILDREN, getrusage
done = subprocess.run(sys.argv[2:])
peak, most = getrusage(RUSAGE_CHILDREN).ru_maxrss >> 10, int(sys.argv[1])
sys.exit(done.returncode or (f"{peak} MiB" if peak >= most else 0))
"""
"""Runs a command, which must stay under the MiB given first. A process begins with the peak of the one before it."""


@pytest.fixture
def endless(cli: Cli, s3: S3Server) -> Iterator[Callable[[int, str], tuple[int, str, str]]]:
    """Runs a command that must stay under a number of MiB, with a server that has wide rows and takes any others."""
    with Endless(SHAPE) as uri:
        env = {**cli.environment({**s3.environment, "MILVUS_URI": uri}), "PYTHONPATH": str(ROOT)}

        def run(most: int, line: str) -> tuple[int, str, str]:
            argv = [sys.executable, "-I", "-S", "-c", PEAK, str(most), *COMMAND, *line.split()]
            done = subprocess.run(argv, env=env, capture_output=True, encoding="utf-8", check=False)
            return done.returncode, done.stdout, done.stderr

        yield run


@LINUX
@pytest.mark.parametrize(("form", "most"), [("csv", 125), ("parquet", 150)])
def test_an_export_to_a_store_takes_little_memory(form: str, most: int, endless: Any) -> None:
    code, out, err = endless(most, f"export -c {NAME} s3://books/out.{form}")
    assert (code, out) == (0, f"Exported 3,000 rows of '{NAME}' to s3://books/out.{form}.\n"), err


@LINUX
@pytest.mark.parametrize(("form", "most"), [("csv", 125), ("parquet", 150)])
def test_an_insert_from_a_store_takes_little_memory(
    form: str, most: int, endless: Any, s3: S3Server, tmp_path: Path
) -> None:
    (path,) = write_files(SHAPE, form, tmp_path)
    s3.objects[f"books/in.{form}"] = path.read_bytes()
    code, out, err = endless(most, f"insert file -c {NAME} s3://books/in.{form}")
    assert (code, out[: out.find(" into")]) == (0, "Inserted 3,000 of 3,000 rows"), err


def test_an_upload_that_can_t_be_cancelled_is_not_completed_later(s3: S3Server) -> None:
    def parts() -> Iterator[bytes]:
        yield bytes(PART + 1)
        s3.failing["books/out.csv"] = 403

    with pytest.raises(NotAuthorized):
        upload(parts())
    s3.failing.clear()
    gc.collect()
    assert s3.objects == {}


def test_a_connection_that_is_lost_in_an_upload_leaves_no_object(s3: S3Server) -> None:
    s3.broken.add("books/out.csv")
    with pytest.raises(Unreachable, match=r"^can't write s3://books/out\.csv: "):
        upload([bytes(PART), bytes(PART)])
    assert (s3.objects, s3.uploads) == ({}, {})
