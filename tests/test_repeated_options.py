"""A value that is given twice is never dropped silently."""

from pathlib import Path

import pytest

from tests.support.cli import Cli, Run
from tests.support.typed import Typed, failed, on_lite

VERSION = '{"milvus_cli": "0.1.0"}\n'


@on_lite
@pytest.mark.parametrize(
    ("line", "option"),
    [
        ("""insert row twice --row '{"id": 1}' --row '{"id": 2}'""", "--row"),
        ("delete entities twice -e 'id < 1' -e 'id < 9' --dry-run", "-e"),
        ("delete collection -c twice -c other --dry-run", "-c"),
        ("create partition twice -p one --partition two", "--partition"),
        ("get twice --ids 1 --ids 2", "--ids"),
        ("--alias one --alias two list databases", "--alias"),
        ("list databases --db one --db two", "--db"),
    ],
)
def test_a_second_value_is_refused_where_one_is_taken(typed: Typed, line: str, option: str) -> None:
    assert typed(line) == failed(f"{option} is given twice", "it takes one value", code=2)


def test_the_last_of_other_global_options_counts(cli: Cli) -> None:
    assert cli("-o", "json", "-o", "jsonl", "version") == Run(0, VERSION, "")


def test_several_scripts_run_in_order(cli: Cli, tmp_path: Path) -> None:
    assert cli("-o", "jsonl", "-c", "version", "-c", "version; version") == Run(0, VERSION * 3, "")
    (tmp_path / "one.mcli").write_text("version\nnosuch\n")
    (tmp_path / "two.mcli").write_text("version\n")
    files = ("-f", tmp_path / "one.mcli", "-f", tmp_path / "two.mcli")
    run = cli("-o", "jsonl", *files)
    assert (run.code, run.out) == (2, VERSION)
    run = cli("-o", "jsonl", "--keep-going", *files)
    assert (run.code, run.out) == (2, VERSION * 2)


@on_lite
def test_a_dry_run_counts_rows_with_yes_too(typed: Typed) -> None:
    typed.make("twice", rows=3)
    for yes in ("", " --yes"):
        assert "with 3 rows" in typed(f"delete collection twice --dry-run{yes}").out
    typed.gone("twice")
