"""docs: the manual page and the command reference have every command and option, and are well formed."""

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from milvus_cli.reference import entries, manual, markdown
from milvus_cli.tree import leaves, tree
from tests.support.cli import Run
from tests.support.recorder import run_here
from tests.support.typed import failed

PATHS = sorted(leaf.path for leaf in leaves(tree()))


def test_docs_writes_them(tmp_path: Path) -> None:
    assert run_here(["docs", "--man"], tmp_path, "") == Run(0, manual(), "")
    assert run_here(["docs", "--markdown", "-o", "json"], tmp_path, "") == Run(0, markdown(), "")


@pytest.mark.parametrize("words", [["docs"], ["docs", "--man", "--markdown"]], ids=" ".join)
def test_docs_wants_one_of_them(tmp_path: Path, words: list[str]) -> None:
    assert run_here(words, tmp_path, "") == failed("docs what?", "give --man or --markdown", code=2)


def test_both_have_every_command_in_order() -> None:
    assert [line[4:] for line in manual().splitlines() if line.startswith(".SS ")] == PATHS
    assert [line[4:].replace("\\", "") for line in markdown().splitlines() if line.startswith("### ")] == PATHS


def test_every_command_has_a_text_an_example_and_all_its_options() -> None:
    found = {entry.path: entry for entry in entries()}
    assert [path for path, entry in found.items() if not entry.paragraphs or not entry.examples] == []
    for leaf in leaves(tree()):
        written = " ".join(name for name, _ in found[leaf.path].options)
        spellings = [each for param in leaf.params if isinstance(param, click.Option) for each in param.opts]
        assert [each for each in spellings if each not in written] == [], leaf.path


def test_the_markdown_tables_have_two_cells_in_each_row() -> None:
    rows = [line for line in markdown().splitlines() if line.startswith("|")]
    assert {len(re.split(r"(?<!\\)\|", line)) for line in rows} == {4}


def test_the_manual_page_is_ascii_and_no_text_is_a_request() -> None:
    page = manual()
    assert page.isascii()
    requests = {line.split()[0] for line in page.splitlines() if line.startswith((".", "'"))}
    assert requests == {".TH", ".SH", ".SS", ".PP", ".TP", ".br"}


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_takes_the_manual_page_without_a_warning() -> None:
    command = ["groff", "-man", "-ww", "-Tutf8", "-P-c"]
    done = subprocess.run(command, input=manual().encode(), capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    text = re.sub(r".\x08", "", done.stdout.decode())
    assert "milvus_cli - the command-line shell for Milvus" in text
    assert "Example: delete collection -c book --yes" in text
