"""URLs that can't be read as files of rows."""

from pathlib import Path

import pytest

from milvus_cli.errors import InvalidInput
from milvus_cli.files.sources import find_files, open_source
from tests.support.cli import Cli, Run
from tests.support.typed import Typed, failed


@pytest.mark.parametrize("url", ["file:///rows.csv", "ftp://me:secret@host/rows.csv", "gcs://bucket/*.csv"])
def test_urls_of_other_schemes_are_not_read(cli: Cli, url: str) -> None:
    scheme = url.partition("//")[0]
    known = "http://, https://, s3://, gs://, hf://"
    error = f"error: can't read {scheme}// URLs\nhint: give the path of a file, or a URL of {known}\n"
    assert cli("insert", "file", "-c", "book", url) == Run(2, "", error)


@pytest.mark.parametrize("url", ["http://127.0.0.1/rows.csv", "s3a://bucket/rows.csv"])
def test_urls_of_other_schemes_are_not_written(typed: Typed, url: str) -> None:
    hint = "give the path of a file, or a URL of s3://, gs://, hf://"
    run = typed(f"export collection -c book {url}")
    assert run == failed(f"can't write to {url.partition('//')[0]}// URLs", hint, code=2)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PAR1\x15\x80", "a Parquet file"),
        (b"\x93NUMPY\x01", "an NPY file"),
        (b"PK\x03\x04\x14", "a ZIP archive, such as an NPZ or Excel file"),
        (b"SQLite format 3\x00", "an SQLite database"),
    ],
)
@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl", "rows.json"])
def test_a_binary_file_with_the_name_of_a_text_is_recognized(cli: Cli, data: bytes, kind: str, name: str) -> None:
    (cli.directory / name).write_bytes(data + bytes(range(256)))
    run = cli("show", "file", name)
    hint = "give its format: --format FORMAT, or convert it"
    assert run == Run(1, "", f"error: {name} is {kind}, not text\nhint: {hint}\n")


def test_an_empty_directory_among_the_files_is_reported_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(InvalidInput, match=r"b\.csv has no data files$"):
        find_files([str(tmp_path / "*.csv")], None)


def test_a_folder_may_have_the_name_of_a_scheme(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "ftp:").mkdir()
    (tmp_path / "ftp:" / "rows.txt").write_text("")
    run = cli("insert", "file", "-c", "book", "ftp://rows.txt")
    assert run.err.startswith("error: ftp://rows.txt: unknown file format\n")


def test_a_port_that_no_server_has_is_not_taken_for_another() -> None:
    """A socket would use the port modulo 65,536."""
    url = "http://127.0.0.1:65616/rows.csv"
    with pytest.raises(InvalidInput, match=f"^invalid URL: {url}$"), open_source(find_files([url], None)[0]):
        pass
