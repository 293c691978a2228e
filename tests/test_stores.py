"""Objects in stores are read as files are. S3 is a local server; others are fsspec's file system in memory."""

import io
import json
import random
import resource
import sys
from pathlib import Path
from typing import Any

import pyarrow
import pytest
import s3fs
from pyarrow import parquet

from milvus_cli.errors import CliError, InvalidInput
from milvus_cli.files import block_stream, stores
from milvus_cli.files.block_stream import BlockStream
from milvus_cli.files.sources import find_files, open_source
from milvus_cli.files.stores import ObjectStream
from milvus_cli.files.urls import STORES, shown_url
from tests.support.cli import Run
from tests.support.recorder import run_here
from tests.support.s3_server import S3Server
from tests.support.typed import failed

BOOKS = b'id,title,vector\n1,Emma,"[0.5, 1]"\n2,Ulysses,"[1, 2]"\n'
MORE = b'id,title,vector\n3,Dune,"[3, 4]"\n'
CREDENTIALS = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; for public buckets FSSPEC_S3_ANON=true"


@pytest.fixture
def two_objects(s3: S3Server) -> S3Server:
    """Three books in two objects."""
    s3.objects.update({"books/new/a.csv": BOOKS, "books/new/b.csv": MORE})
    return s3


def show(url: str, *words: str) -> Run:
    return run_here(["show", "file", url, *words], Path("no home"))


def shown(url: str, *words: str) -> Any:
    run = show(url, *words, "-o", "json")
    assert (run.code, run.err) == (0, "")
    return json.loads(run.out)


def titles(url: str) -> list[str]:
    return [row["title"] for row in shown(url)["first_rows"]]


def test_an_object_is_shown(two_objects: S3Server) -> None:
    found = shown("S3://books/new/a.csv")
    assert (found["file"], found["bytes"], found["rows"]) == ("S3://books/new/a.csv", len(BOOKS), 2)


def test_a_pattern_matches_objects(two_objects: S3Server) -> None:
    found = shown("s3://books/n*/?.csv")
    assert (found["file"], found["files"]) == ("s3://books/new/a.csv", 2)


@pytest.mark.parametrize(
    "url", ["s3://books/t", "s3://books/t/", "s3://books/t/lang=*", "s3://books/t/lang=*/[0-9].csv"]
)
def test_a_directory_of_objects_is_one_table(s3: S3Server, url: str) -> None:
    s3.objects.update({"books/t/lang=en/1.csv": BOOKS, "books/t/lang=fr/2.csv": MORE, "books/t/_SUCCESS": b""})
    s3.objects.update({"books/t/": b"", "books/t/lang=fr/": b""})
    found = shown(url)
    assert found["files"] == 2
    assert found["first_rows"][0] == {"id": "1", "title": "Emma", "vector": "[0.5, 1]", "lang": "en"}


def test_the_hint_for_several_formats_can_be_pasted(s3: S3Server) -> None:
    s3.objects.update({"books/t/1.csv": BOOKS, "books/t/2.jsonl": b"{}"})
    with pytest.raises(InvalidInput) as caught:
        find_files(["s3://books/t/"], None)
    assert caught.value.hint == "name those of one: 's3://books/t/*.csv'"


def test_parts_without_rows_are_left_out_and_numbers_are_in_order(s3: S3Server) -> None:
    s3.objects.update({"books/t/part-10.csv": MORE, "books/t/part-9.csv": BOOKS, "books/t/part-1.csv": b""})
    assert [each.path for each in find_files(["s3://books/t"], None)] == [
        "s3://books/t/part-9.csv",
        "s3://books/t/part-10.csv",
    ]


def test_a_saved_dataset_is_read_without_its_caches(s3: S3Server) -> None:
    state = {"_data_files": [{"filename": "data-0.csv"}]}
    s3.objects.update({"books/d/data-0.csv": BOOKS, "books/d/cache-1.csv": MORE, "books/d/dataset_info.json": b"{}"})
    s3.objects["books/d/state.json"] = json.dumps(state).encode()
    assert titles("s3://books/d") == ["Emma", "Ulysses"]


@pytest.mark.parametrize(
    "name",
    ["a b.csv", "100%25.csv", "50%.csv", "a#1.csv", "bücher.csv", "a+b&c=d.csv", "wh?t.csv", "a[1].csv", "x::y.csv"],
)
def test_odd_names_are_read(s3: S3Server, name: str) -> None:
    s3.objects[f"books/{name}"] = BOOKS
    assert shown(f"s3://books/{name}")["file"] == f"s3://books/{name}"


def test_an_empty_object_is_reported_as_an_empty_file_is(s3: S3Server) -> None:
    s3.objects["books/a.csv"] = b""
    assert show("s3://books/a.csv") == failed("s3://books/a.csv is empty", "its first line names the columns")


def test_of_a_large_parquet_object_only_the_first_rows_are_read(s3: S3Server) -> None:
    rows, content = 8_000, io.BytesIO()
    noise = random.Random(1)
    table = pyarrow.table({"id": range(rows), "text": [noise.randbytes(1500) for _ in range(rows)]})
    parquet.write_table(table, content, row_group_size=200, use_dictionary=False)
    s3.objects["books/large.parquet"] = content.getvalue()
    assert shown("s3://books/large.parquet")["rows"] == rows
    assert s3.bytes_sent < len(content.getvalue()) / 3


@pytest.mark.parametrize(
    "url",
    ["s3://books/none.csv", "s3://books/none/*.csv", "s3://books/none/", "s3://nobody/a.csv", "s3://nobody/*.csv"],
)
def test_a_missing_object_is_an_error(s3: S3Server, url: str) -> None:
    assert show(url) == failed(f"file {url} not found", code=2)


def test_a_bucket_is_required(s3: S3Server) -> None:
    assert show("s3://") == failed("s3:// names no object", "give s3://BUCKET/KEY", code=2)


def test_a_denied_object_exits_4(two_objects: S3Server) -> None:
    two_objects.failing["books/new/a.csv"] = 403
    assert show("s3://books/new/a.csv") == failed("can't read s3://books/new/a.csv: Forbidden", CREDENTIALS, code=4)


def test_a_store_that_is_too_busy_is_reported(two_objects: S3Server) -> None:
    two_objects.failing["books/new/a.csv"] = 503
    assert show("s3://books/new/a.csv") == failed("can't read s3://books/new/a.csv: Service Unavailable")


def test_without_credentials_the_error_names_the_variables(
    two_objects: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "")
    s3fs.S3FileSystem.clear_instance_cache()
    run = show("s3://books/new/a.csv")
    s3fs.S3FileSystem.clear_instance_cache()
    assert run == failed("can't read s3://books/new/a.csv: Unable to locate credentials", CREDENTIALS, code=4)


@pytest.mark.parametrize(
    ("url", "package", "missing"),
    [
        ("s3://books/a.csv", "s3fs", "fsspec"),
        ("gs://books/a.csv", "gcsfs", "gcsfs"),
        ("hf://datasets/me/books/a.csv", "huggingface_hub", "huggingface_hub"),
    ],
)
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, url: str, package: str, missing: str) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    message = f"{url.partition(':')[0]}:// URLs need the packages fsspec and {package}"
    assert show(url) == failed(message, f"run `{sys.executable} -m pip install fsspec {package}`")


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("s3://key:se/cret@books/a.csv", "s3://***@books/a.csv"),
        ("s3://books/a.csv?versionId=abc", "s3://books/a.csv?versionId=abc"),
        ("s3://books/10:30/me@home.csv", "s3://books/10:30/me@home.csv"),
        ("hf://datasets/me/books@main/a.csv", "hf://datasets/me/books@main/a.csv"),
    ],
)
def test_secrets_of_an_object_s_url_are_masked(url: str, masked: str) -> None:
    assert shown_url(url) == masked


def test_credentials_in_a_url_are_refused_and_shown_nowhere(s3: S3Server) -> None:
    run = show("s3://me:sec/ret@books/a.csv", "--debug")
    assert (run.code, run.out) == (2, "")
    assert run.err.endswith(f"error: credentials in a URL are not used: s3://***@books/a.csv\nhint: {CREDENTIALS}\n")
    assert "sec/ret" not in run.err


def test_any_file_system_of_fsspec_is_read_in_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STORES, "memory", "fsspec")
    from fsspec.implementations.memory import MemoryFileSystem

    MemoryFileSystem().pipe("/books/lang=en/a.csv", BOOKS)
    for url in ("memory:///books/*/*.csv", "memory:///books"):
        (file,) = find_files([url], None)
        with open_source(file) as source:
            assert (source.stream.read(), source.total, file.columns) == (BOOKS, len(BOOKS), [("lang", "en")])


def test_an_object_that_changes_while_it_is_read_is_an_error(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "READ_AHEAD", 1 << 16)
    s3.objects["books/a.csv"] = bytes(1 << 20)
    with open_source(find_files(["s3://books/a.csv"], None)[0]) as source:
        source.stream.read(1)
        s3.objects["books/a.csv"] = bytes(2 << 20)
        with pytest.raises(CliError, match=r"^s3://books/a\.csv changed while it was read$"):
            source.stream.read()


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block_stream, "BLOCK", 1000)
    monkeypatch.setattr(block_stream, "BLOCKS", 3)


@pytest.mark.usefixtures("small_blocks")
def test_ranges_of_an_object_are_its_content_while_few_blocks_are_kept(s3: S3Server) -> None:
    numbers = random.Random(1)
    content = s3.objects["books/a"] = numbers.randbytes(10_500)
    with BlockStream(ObjectStream("s3://books/a", ahead=False)) as stream:
        for _ in range(100):
            begin, size = numbers.randrange(11_000), numbers.choice([1, 900, 4000, 20_000])
            assert stream.seek(begin) == begin
            assert stream.read(size) == content[begin : begin + size]
        assert stream.seek(-100, io.SEEK_END) == 10_400
        assert stream.read() == content[-100:]


@pytest.mark.usefixtures("small_blocks")
def test_a_block_that_is_kept_is_not_requested_again(s3: S3Server) -> None:
    s3.objects["books/a"] = bytes(10_000)
    with BlockStream(ObjectStream("s3://books/a", ahead=False)) as stream:
        for begin in [0, 1000, 2000] * 5:
            stream.seek(begin)
            stream.read(1000)
    assert s3.bytes_sent == 3000


@pytest.mark.usefixtures("small_blocks")
def test_a_block_that_the_disk_takes_only_in_part_is_an_error(s3: S3Server) -> None:
    s3.objects["books/a"] = bytes(10_000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with BlockStream(ObjectStream("s3://books/a", ahead=False)) as stream:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1500, before[1]))
        try:
            with pytest.raises(OSError, match="No space left"):
                stream.read(3000)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_connection_that_is_lost_inside_parquet_is_an_error_of_the_connection(s3: S3Server) -> None:
    content = io.BytesIO()
    parquet.write_table(pyarrow.table({"text": [random.Random(1).randbytes(1 << 20).hex()]}), content)
    s3.objects["books/a.parquet"] = content.getvalue()
    s3.broken.add("books/a.parquet")
    run = show("s3://books/a.parquet")
    assert run.code == 3
    assert run.err.startswith("error: can't read s3://books/a.parquet: ")
