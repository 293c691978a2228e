"""Help: the page of all commands, the pages of commands and topics, and the search."""

import json
import re
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

import click
import pytest

from milvus_cli.grammar.help_layout import GROUP_OF, GROUPS, LONGEST_PLAIN, REST, SECTIONS, TOPICS, group_of
from milvus_cli.grammar.reference import EXIT_CODES
from milvus_cli.grammar.topics import blocks
from milvus_cli.grammar.tree import leaves, tree
from milvus_cli.text.markdown import parse, render
from tests.support.cli import ROOT, Cli, Run
from tests.support.recorder import run_here
from tests.support.terminal import Terminal
from tests.support.typed import failed

COMMANDS = {leaf.path: leaf for leaf in leaves(tree())}
LISTED = [path for path, leaf in COMMANDS.items() if not leaf.hidden]
LONGEST_SUMMARY = 45
NARROW, WIDE = 60, 200


def shown(tmp_path: Path, line: str) -> str:
    run = run_here(line.split(), tmp_path)
    assert (run.code, run.err) == (0, "")
    return run.out


def groups_of(page: str) -> dict[str, list[str]]:
    """The lines below each title of a page."""
    parts = re.split(r"^(\S.*):\n", page, flags=re.MULTILINE)
    return {
        title: re.findall(r"^  (.+)", text, re.MULTILINE) for title, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def test_the_page_of_all_commands_has_a_line_for_each_in_its_group(cli: Cli, tmp_path: Path) -> None:
    program, groups = cli("--help"), groups_of(shown(tmp_path, "help"))
    assert (program.code, program.err) == (0, "")
    assert [*groups][: len(GROUPS) + 1] == [*GROUPS, "Topics"]
    assert groups["Connections"][1] == "connect                       Connect to a Milvus server"
    assert [sorted(path for path in LISTED if group_of(path) == title) for title in GROUPS] == [
        [re.split(" {2,}", line)[0] for line in groups[title]] for title in GROUPS
    ]

    assert {title: groups_of(program.out)[title] for title in GROUPS} == {title: groups[title] for title in GROUPS}
    assert "[WORDS]" not in program.out
    assert max(map(len, program.out.splitlines())) <= 80


def test_every_name_in_the_groups_belongs_to_a_command() -> None:
    words = {word for path in COMMANDS for word in (path, *path.split())}
    assert sorted(GROUP_OF.keys() - words) == []


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (["colection"], "collection or collections or connection"),
        (["show", "colection"], "show collection or show connection or show collection_stats"),
        (["filtres"], "filters or files or file"),
    ],
)
def test_a_typo_after_help_gets_the_nearest_names(tmp_path: Path, words: list[str], near: str) -> None:
    assert run_here(["help", *words], tmp_path) == failed(
        f"no help found for {' '.join(words)!r}", f"did you mean {near}?", code=2
    )


@pytest.mark.parametrize("path", COMMANDS)
def test_a_summary_is_short_and_whole(path: str) -> None:
    summary = COMMANDS[path].summary
    assert 0 < len(summary) <= LONGEST_SUMMARY
    assert not re.search(r"\.\.\.|…|[.;:]", summary)


def test_help_has_the_width_of_the_terminal(cli: Cli) -> None:
    pages = {columns: cli("help", "search", env={"COLUMNS": str(columns)}).out for columns in (NARROW, WIDE)}
    widths = {columns: max(map(len, page.splitlines())) for columns, page in pages.items()}
    assert widths[NARROW] < 90 < widths[WIDE] <= 120


def test_a_narrow_terminal_has_summaries_on_lines_of_their_own(cli: Cli) -> None:
    page = cli("help", env={"COLUMNS": "40"}).out
    assert "  delete connection_history\n      Delete all connections to an address\n" in page
    assert "..." not in page


def test_a_narrow_terminal_has_the_text_of_options_below_their_spellings(cli: Cli) -> None:
    page = cli("help", "search", env={"COLUMNS": "40"}).out
    assert (
        "\n  --like ID\n        Search by the vector of this\n        row, which is excluded from the\n        hits.\n"
        in page
    )
    assert "  --version\n        Show" in cli("--help", env={"COLUMNS": "40"}).out


def test_the_help_of_a_verb_lists_its_commands(tmp_path: Path) -> None:
    page = shown(tmp_path, "help rename")
    assert page.startswith(
        "Usage: milvus_cli rename NOUN [OPTIONS]\n\n"
        "Commands:\n"
        "  rename collection  Rename a collection\n"
        "  rename connection  Rename a connection\n"
    )
    assert page == shown(tmp_path, "rename --help")


def test_long_pages_have_their_options_in_sections(tmp_path: Path) -> None:
    assert [*groups_of(shown(tmp_path, "help search"))] == ["Query", "Filter", "Output", "Advanced"]
    assert [*groups_of(shown(tmp_path, "help list collections"))] == ["Options"]
    page = shown(tmp_path, "help search")
    assert "  -l, -k, --limit N               Hits per query, 1 to 16,384. [default: 10]\n" in page


def test_every_name_in_the_sections_is_that_of_an_option_of_a_long_command() -> None:
    long = [leaf for leaf in COMMANDS.values() if len(leaf.params) > LONGEST_PLAIN]
    names = {f"{leaf.path.split()[0]}:{each.name}" for leaf in long for each in leaf.params}
    names |= {str(each.name) for leaf in long for each in leaf.params}
    assert sorted(word for members in SECTIONS.values() for word in members.split(", ") if word not in names) == []
    assert REST not in SECTIONS


def test_a_topic_is_shown_by_any_spelling_of_its_name(tmp_path: Path) -> None:
    page = shown(tmp_path, "help exit-codes")
    assert page.startswith("EXIT CODES\n\n  0    Success\n  1    The server refused")
    assert page == shown(tmp_path, "help exit codes") == shown(tmp_path, "help Exit_Codes")


def test_the_topic_on_exit_codes_agrees_with_the_reference() -> None:
    [table] = [each for each in blocks("exit-codes") if each.kind == "table"]
    assert [tuple(row) for row in table.rows[1:]] == list(EXIT_CODES)


def test_a_search_finds_commands_by_name_summary_and_options_and_topics(tmp_path: Path) -> None:
    assert shown(tmp_path, "help range-filter radius") == (
        "Commands:\n"
        "  search  Search by vector\n"
        "            --radius X\n"
        "            --range-filter X\n"
        "\n"
        "Run `help` with one of these names.\n"
    )


def test_a_search_for_programs(tmp_path: Path) -> None:
    found = json.loads(shown(tmp_path, "help duplicate keys -o json"))
    assert found["commands"][0] == {"command": "check keys", "summary": "Find duplicate primary keys"}
    topics = json.loads(shown(tmp_path, "help time travel -o json"))["topics"]
    assert topics == [{"topic": "consistency", "summary": TOPICS["consistency"]}]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("serch", "did you mean search or searching or user?"),
        ("flters", "did you mean filters or files or alter?"),
        ("xylophone", "run `help` to list all commands"),
        ("query xylophone", "help query"),
    ],
)
def test_a_search_without_a_result_names_what_is_near(tmp_path: Path, words: str, hint: str) -> None:
    run = run_here(["help", *words.split()], tmp_path)
    assert run == failed(f"no help found for {words!r}", hint, code=2)


def test_empty_words_after_help_are_left_out(tmp_path: Path) -> None:
    assert run_here(["help", "", " "], tmp_path) == run_here(["help"], tmp_path)
    assert run_here(["help", "exit codes"], tmp_path) == run_here(["help", "exit-codes"], tmp_path)


def test_help_goes_to_a_file_and_through_a_command(cli: Cli) -> None:
    run = cli("-c", "help filters > filters.txt; help | head -n 1; list --help | tail -n 1")
    assert run == Run(
        0, "Usage: milvus_cli [OPTIONS] COMMAND\n--no-input, -q/--quiet, -t/--timeout, --debug, --color.\n", ""
    )
    assert (cli.directory / "filters.txt").read_text().startswith("FILTERS\n")


@pytest.mark.parametrize("words", [["--help"], ["help"], ["help", "filters"], ["search", "--help"]], ids=" ".join)
def test_long_help_goes_through_the_pager(cli: Cli, terminal: Callable[..., Terminal], words: list[str]) -> None:
    terminal(*words, env={"PAGER": "sed s/^/paged:/"}).wait_for("paged:")


def test_a_dumb_terminal_has_no_pager(terminal: Callable[..., Terminal]) -> None:
    shown = terminal("help", env={"PAGER": "sed s/^/paged:/"}, term="dumb")
    shown.wait_for("Global options: ")
    assert "paged:" not in shown.text


def test_tab_offers_topics_after_help(cli: Cli) -> None:
    run = cli(env={"_MILVUS_CLI_COMPLETE": "zsh_complete", "COMP_LINE": "milvus_cli help fil"})
    assert run.out.splitlines()[:2] == [f"plain\t{topic}\t{TOPICS[topic]}" for topic in ("files", "filters")]


def test_the_pages_of_topics_are_installed() -> None:
    setup = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    [patterns] = re.findall(r"^milvus_cli = \[(.*)\]$", setup, re.MULTILINE)
    names = re.findall(r'"(.*?)"', patterns)
    pages = [f"help/{topic}.md" for topic in TOPICS]
    assert [page for page in pages if not any(fnmatch(page, name) for name in names)] == []


def test_a_page_is_laid_out_for_its_width() -> None:
    text = "# Two words\n\nOne two\nthree.\n\n- a\n  b\n- c\n\n```\ncode  x\n```\n\n"
    text += "| a | b |\n|---|---|\n| `k` | the value |\n"
    assert render(parse(text), 20) == (
        "TWO WORDS\n\n  One two three.\n\n  - a b\n  - c\n\n    code  x\n\n  k: the value"
    )
    assert render(parse(text), 80).endswith("\n\n  k  the value")


def test_values_are_named_for_what_they_are() -> None:
    options = [each for leaf in COMMANDS.values() for each in leaf.params if isinstance(each, click.Option)]
    spellings = [str(row[0]) for each in options if (row := each.get_help_record(click.Context(click.Command(""))))]
    assert [each for each in spellings if re.search("INTEGER|FLOAT|RANGE", each)] == []
