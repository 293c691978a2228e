"""docs: the manual page and the command reference have every command and option, and are well formed."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest

from milvus_cli.grammar.click_nodes import Leaf
from milvus_cli.grammar.help_layout import TOPICS
from milvus_cli.grammar.reference import entries, manual, markdown
from milvus_cli.grammar.topics import blocks
from milvus_cli.grammar.tree import leaves, tree
from tests.support.cli import ROOT, Run
from tests.support.recorder import run_here
from tests.support.typed import failed

PATHS = sorted(leaf.path for leaf in leaves(tree()))


def test_docs_writes_them(tmp_path: Path) -> None:
    assert run_here(["docs", "--man"], tmp_path, "") == Run(0, manual(), "")
    assert run_here(["docs", "--markdown", "-o", "json"], tmp_path, "") == Run(0, markdown(), "")
    assert run_here(["docs", "--man", "--markdown"], tmp_path, "") == failed(
        "--man and --markdown cannot be combined", code=2
    )


def test_the_brief_page_names_every_command_and_exit_code(tmp_path: Path) -> None:
    run = run_here(["docs", "--brief"], tmp_path, "")
    page = run.out
    assert (run.code, run.err) == (0, "")
    assert [leaf.path for leaf in leaves(tree()) if not leaf.hidden and f"`{leaf.path}`" not in page] == []
    assert "| 130 | Interrupted by Ctrl-C |" in page
    assert len(page.splitlines()) < 60


def test_the_manual_page_is_fresh() -> None:
    page = (ROOT / "docs" / "milvus_cli.1").read_text(encoding="utf-8")
    assert page == manual(), "run: milvus_cli docs --man >docs/milvus_cli.1"


def test_the_command_reference_is_fresh(tmp_path: Path) -> None:
    run = run_here(["docs", "--markdown"], tmp_path, "")
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert run == Run(0, page, ""), "run: milvus_cli docs --markdown >docs/commands.md"


def test_the_table_of_versions_is_fresh(tmp_path: Path) -> None:
    run = run_here(["docs", "--versions"], tmp_path, "")
    page = (ROOT / "docs" / "versions.md").read_text(encoding="utf-8")
    assert run == Run(0, page, ""), "run: milvus_cli docs --versions >docs/versions.md"
    assert "| hybrid_search | 2.4 | `HybridSearch` |\n" in page


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The reference as a program reads it."""
    run = run_here(["docs", "-o", "json"], tmp_path_factory.mktemp("docs"), "")
    assert (run.code, run.err) == (0, "")
    found: dict[str, Any] = json.loads(run.out)
    return found


def test_the_reference_is_one_object_for_programs(reference: dict[str, Any]) -> None:
    assert list(reference) == [
        "program",
        "version",
        "summary",
        "synonyms",
        "commands",
        "program_options",
        "global_options",
        "exit_codes",
        "variables",
    ]
    synonyms = {"describe": "show", "desc": "show", "drop": "delete", "import": "insert file", "i": "source"}
    assert reference["synonyms"] == {**synonyms, "quit": "exit", "q": "exit", "?": "help", "h": "help"}

    assert [each["code"] for each in reference["exit_codes"]] == [0, 1, 2, 3, 4, 5, 130]
    assert [each["names"] for each in reference["program_options"]] == [["-c"], ["-f"], ["--keep-going"], ["--echo"]]


def test_the_reference_has_every_command_with_its_options(reference: dict[str, Any]) -> None:
    commands = {each["command"]: each for each in reference["commands"]}
    assert list(commands) == PATHS
    for leaf in leaves(tree()):
        declared = [[*each.opts, *each.secondary_opts] for each in leaf.params if isinstance(each, click.Option)]
        assert [each["names"] for each in commands[leaf.path]["options"]] == declared, leaf.path


def test_a_command_is_described_with_types_defaults_and_examples(reference: dict[str, Any]) -> None:
    commands = {each["command"]: each for each in reference["commands"]}
    option = {
        "choices": None,
        "min": None,
        "max": None,
        "metavar": None,
        "flag": False,
        "required": False,
        "repeatable": False,
        "secret": False,
        "plain_word": False,
        "default": None,
    }
    vector = {**option, "type": "text", "means": None, "metavar": "JSON", "required": True, "plain_word": True}
    assert commands["calc distance"] == {
        "command": "calc distance",
        "usage": "calc distance [OPTIONS] [LEFT] [RIGHT]",
        "help": [
            "Calculate distances between vectors.",
            "Each left vector is compared with each right one, as a search would report it.",
        ],
        "examples": ["calc distance --left '[0.1, 0.2]' --right '[[0.1, 0.2], [0.3, 0.4]]' --metric L2 --sqrt"],
        "words": [],
        "options": [
            {**vector, "names": ["-l", "--left"], "help": "Vectors as JSON or numbers. @FILE reads a file."},
            {
                **vector,
                "names": ["-r", "--right"],
                "help": "Vectors to compare with, as JSON or numbers. @FILE reads a file.",
            },
            {
                **option,
                "names": ["-m", "--metric"],
                "type": "choice",
                "means": None,
                "default": "L2",
                "choices": ["L2", "IP", "COSINE", "HAMMING", "JACCARD", "TANIMOTO"],
                "help": "Metric. With HAMMING, JACCARD and TANIMOTO, vectors are lists of bytes.",
            },
            {
                **option,
                "names": ["--sqrt"],
                "type": "boolean",
                "means": None,
                "flag": True,
                "help": "With L2, show the distance instead of its square, which searches show.",
            },
        ],
    }


def test_limits_defaults_and_marks_of_options_are_described(reference: dict[str, Any]) -> None:
    commands = {each["command"]: each for each in reference["commands"]}
    assert commands["diff collection"]["words"][1] == {
        "name": "b",
        "metavar": "B:COLLECTION",
        "required": True,
        "repeatable": False,
    }
    [limit] = [each for each in commands["check keys"]["options"] if "--limit" in each["names"]]
    assert (limit["type"], limit["min"], limit["max"], limit["default"]) == ("integer", 0, None, 20)
    named = commands["delete collection"]["options"][0]
    assert (named["means"], named["required"], named["plain_word"]) == ("collections", True, True)
    assert [each["secret"] for each in commands["create user"]["options"] if "-p" in each["names"]] == [True]


def test_people_see_the_commands_with_their_summaries(tmp_path: Path) -> None:
    run = run_here(["docs"], tmp_path, "")
    assert (run.code, run.err) == (0, "")
    assert re.findall(r"│ delete collection +│ (.*?) +│", run.out) == ["Delete a collection."]
    assert f"({len(PATHS)} rows)" in run.out


def test_both_have_every_command_in_order() -> None:
    commands = manual().partition(".SH COMMANDS\n")[2].partition("\n.SH ")[0]
    assert [line[4:] for line in commands.splitlines() if line.startswith(".SS ")] == PATHS
    assert [line[4:].replace("\\", "") for line in markdown().splitlines() if line.startswith("### ")] == PATHS


def shown_options(leaf: Leaf) -> list[click.Option]:
    return [each for each in leaf.params if isinstance(each, click.Option) and not each.hidden]


def test_every_command_has_a_text_an_example_and_all_its_options() -> None:
    found = {entry.path: entry for entry in entries()}
    assert [path for path, entry in found.items() if not entry.paragraphs or not entry.examples] == []
    for leaf in leaves(tree()):
        written = " ".join(name for name, _ in found[leaf.path].options)
        spellings = [each for param in shown_options(leaf) for each in param.opts]
        assert [each for each in spellings if each not in written] == [], leaf.path


def test_the_markdown_tables_have_two_cells_in_each_row() -> None:
    rows = [line for line in markdown().splitlines() if line.startswith("|")]
    assert {len(re.split(r"(?<!\\)\|", line)) for line in rows} == {4}


def test_the_manual_page_is_ascii_and_no_text_is_a_request() -> None:
    page = manual()
    assert page.isascii()
    requests = {line.split()[0] for line in page.splitlines() if line.startswith((".", "'"))}
    assert requests == {".TH", ".SH", ".SS", ".PP", ".TP", ".IP", ".br", ".nf", ".fi", ".RS", ".RE"}


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_takes_the_manual_page_without_a_warning() -> None:
    command = ["groff", "-man", "-ww", "-Tutf8", "-P-c"]
    done = subprocess.run(command, input=manual().encode(), capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    text = re.sub(r".\x08", "", done.stdout.decode())
    assert "milvus_cli - the command-line shell for Milvus" in text
    assert "Example: delete collection -c book --yes" in text
    assert "query -c shop -e 'title like \"White%\"'" in text


def test_both_have_the_topics() -> None:
    titles = [line[4:] for line in manual().splitlines() if line.startswith(".SH ")]
    topics = [blocks(each)[0].lines[0] for each in TOPICS]
    assert titles[titles.index("COMMANDS") + 1 : -1] == [each.upper() for each in topics]
    assert [line for line in markdown().splitlines() if line.startswith("## ")][-len(topics) :] == [
        f"## {each}" for each in topics
    ]
