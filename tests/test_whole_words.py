"""Options are whole words: none is taken apart, none means two things, and every documented spelling is taken."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click
import pytest

from milvus_cli.app.history import carries_secret
from milvus_cli.completion.complete import complete
from milvus_cli.grammar.click_nodes import Leaf
from milvus_cli.grammar.params import GLOBAL_OPTIONS, PROGRAM_OPTIONS, TIMES
from milvus_cli.grammar.parser import layers
from milvus_cli.grammar.spellings import Spelled, spelled
from milvus_cli.grammar.tree import find, leaves, tree
from tests.support.cli import Cli, Run
from tests.support.recorder import run_here
from tests.support.typed import Typed, failed, on_milvus

# Options that the references of Milvus_CLI write with a single dash, and the commands that take them.
DOCUMENTED = """
connect: -uri -pwd -tls -cert -host -port -user -username -password -token -alias -secure -timeout
delete connection_history: -uri
create database: -db
use database: -db
show database: -db
alter database: -db
delete database: -db
create collection: -desc
rename collection: -old -new
show compaction_state: -id
show compaction_plans: -id
create index: -in -collection -field -metric
show index: -in
show index_progress: -in
delete index: -in
wait_for_index: -in
show bulk_insert_state: -id
create role: -role -roleName
delete role: -role -roleName
grant privilege: -ot -db -objectName -objectType -privilege
revoke privilege: -ot -db
list grants: -ot -role
load_balance: -ss
query: -limit -collection -partition -timeout
create alias: -alias
"""

# Every option of the references, by command.
OPTIONS = (Path(__file__).parent / "documented_options.txt").read_text(encoding="utf-8").splitlines()[1:]

SPELLED = [
    ("-r", "-r", None),
    ("-r=x", "-r", "x"),
    ("-role", "--roleName", None),
    ("-role=x", "--roleName", "x"),
    ("-role=a=b", "--roleName", "a=b"),
    ("--roleName", "--roleName", None),
    ("-l5", "-l", "5"),
    ("-l-5", "-l", "-5"),
    ("-l0.5", "-l", "0.5"),
    ("-lim", "--limit", None),
    ("-limit", "--limit", None),
    ("-alias", "--alias-name", None),
    ("-quiet", "--quiet", None),
    ("-ot", "-ot", None),
    ("-force", "--force", None),
]
UNKNOWN = ["-rx", "-role5", "--role", "--lim", "-lx5", "-l5x", "-x", "-", "-fo", "--", "-5"]
OWN = {"-r": 1, "--roleName": 1, "-l": 2, "--limit": 2, "--alias-name": 3, "-ot": 4, "--force": 5, "--follow": 6}
COMMON = {"--alias": 7, "--quiet": 8, "-q": 8}


@pytest.mark.parametrize(("word", "name", "value"), SPELLED)
def test_a_word_is_an_option_as_a_whole(word: str, name: str, value: str | None) -> None:
    assert spelled(word, (OWN, COMMON)) == Spelled(name, value)


@pytest.mark.parametrize("word", UNKNOWN)
def test_a_word_is_not_an_option_by_its_letters(word: str) -> None:
    assert spelled(word, (OWN, COMMON)) is None


@pytest.mark.parametrize("line", [*DOCUMENTED.strip().splitlines(), *OPTIONS])
def test_every_documented_spelling_is_taken(line: str) -> None:
    path, _, words = line.partition(": ")
    found = find(path.split())
    known = layers(found.command.get_params(found.ctx))
    assert [word for word in words.split() if spelled(word, known) is None] == []


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("list collections -l", True),
        ("list collections -l TRUE", True),
        ("list collections --show-loaded true", True),
        ("list collections -l=yes", True),
        ("list collections -l FALSE", False),
        ("list collections -l False -t 10", False),
        ("list collections", False),
        ("connect -s TRUE -h localhost", True),
        ("connect -s localhost", True),
        ("connect --secure=no localhost", False),
        ("connect localhost", None),
        ("create collection -a book", True),
        ("create collection -A True book", True),
        ("create collection book", False),
    ],
)
def test_a_flag_may_have_a_word_for_yes_or_no(line: str, value: bool | None) -> None:
    found = find(line.split())
    leaf = found.command
    assert isinstance(leaf, Leaf)
    ctx = click.Context(leaf)
    leaf.parse_args(ctx, list(found.rest))
    name = {"list": "only_loaded", "connect": "secure", "create": "auto_id"}[line.split()[0]]
    assert ctx.params[name] is value


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("list collections -l maybe", "unexpected argument 'maybe'", "help list collections"),
        ("connect -s FALSE -tls 1", "--secure FALSE and --tlsmode 1 cannot be combined", ""),
        ("connect -s -tls 0", "--secure and --tlsmode 0 cannot be combined", ""),
        (
            "create role -rolle x",
            "no such option '-rolle'",
            "did you mean --role or --roleName or --role-name or -r olle?",
        ),
        ("query -cbook", "no such option '-cbook'", "did you mean --color or -c book?"),
        ("version -yq", "no such option '-yq'", "did you mean --yes?"),
        ("connect -tsecret", "no such option '-t…'", "did you mean -t TOKEN?"),
        ("connect -to secret", "ambiguous option '-to'", "did you mean --token or --token-file?"),
        ("list --outputt x databases", "no such option '--outputt'", "did you mean --output or --no-input?"),
        (
            "create index -t=60",
            "ambiguous option '-t': --index-type in this command, --timeout in others",
            "write --index-type 60 or --timeout 60",
        ),
        (
            "connect -t 60",
            "ambiguous option '-t': --token in this command, --timeout in others",
            "write --token VALUE or --timeout VALUE",
        ),
    ],
)
def test_unknown_and_ambiguous_options_are_refused(tmp_path: Path, line: str, message: str, hint: str) -> None:
    assert run_here(shlex.split(line), tmp_path) == failed(message, hint, code=2)


@pytest.mark.parametrize("command", ["list grants", "grant privilege -r x -p Search", "revoke privilege -r x -p All"])
def test_a_format_is_not_an_object(tmp_path: Path, command: str) -> None:
    run = run_here(f"{command} -o json".split(), tmp_path)
    message = "ambiguous option '-o': --objectName in this command, --output in others"
    error = {"code": 2, "message": message, "hint": "write --objectName json or --output json", "server_code": None}
    assert (run.code, run.out, json.loads(run.err)) == (2, "", {"error": error})


def test_the_programs_own_options_are_whole_words_too(cli: Cli) -> None:
    assert cli("-quiet", "-output", "jsonl", "version") == Run(0, '{"milvus_cli": "0.1.0"}\n', "")
    assert cli("-version") == cli("--version")
    assert cli("-qy", "version") == Run(2, "", "error: no such option '-qy'\nhint: did you mean --query or --yes?\n")
    assert cli("-cversion") == Run(
        2, "", "error: no such option '-cversion'\nhint: did you mean --version or -c version?\n"
    )


@on_milvus
def test_a_role_is_made_and_deleted_by_its_whole_name(typed: Typed) -> None:
    assert typed("create role -role words_x").out == "Created role 'words_x'.\n"
    assert typed("delete role -role words_x --yes").out == "Deleted role 'words_x'.\n"


@on_milvus
def test_a_description_is_whole(typed: Typed) -> None:
    typed.gone("words")
    assert typed("create collection words -f id:INT64 -f v:FLOAT_VECTOR:2 -p id -desc abc").code == 0
    assert typed.json("show collection words")["description"] == "abc"
    typed.gone("words")


def test_no_short_option_means_two_things_unnoticed() -> None:
    """Each option of a command that hides a global one refuses values that may be meant for the global one."""
    example = {"output": "json", "timeout": "5"}
    taken = []
    for leaf in leaves(tree()):
        own = {spelling: param for param in leaf.params for spelling in param.opts}
        for other in (each for each in GLOBAL_OPTIONS if not each.is_flag):
            for spelling in (each for each in other.opts if each in own and not each.startswith("--")):
                with pytest.raises(click.UsageError) as raised:
                    leaf.make_context(leaf.name, [f"{spelling}={example[str(other.name)]}", "--nosuch"])
                same = isinstance(own[spelling].type, TIMES)
                taken.append((leaf.path, spelling))
                assert ("nosuch" in str(raised.value)) is same, (leaf.path, spelling)
    assert {("list grants", "-o"), ("connect", "-t"), ("flush", "-t")} <= set(taken)


def test_no_flag_of_a_command_takes_the_place_of_a_global_one() -> None:
    flags = {spelling for each in (*GLOBAL_OPTIONS, *PROGRAM_OPTIONS) if each.is_flag for spelling in each.opts}
    # Where a file is read or written, --no-header is about the header of the file.
    flags.remove("--no-header")
    clashes = [
        (leaf.path, spelling)
        for leaf in leaves(tree())
        for param in leaf.params
        for spelling in param.opts
        if spelling in flags
    ]
    assert clashes == []


@pytest.mark.parametrize("line", ["connect -tok x", "connect -passw x", "connect -tx", "connect --token=x"])
def test_no_history_keeps_a_secret_by_any_spelling(line: str) -> None:
    assert carries_secret(line)
    assert not carries_secret("connect -timeout 5 -tls 1")


def test_completion_reads_options_as_the_parser_does() -> None:
    for words in (["version", "-outp"], ["-output"], ["list", "grants", "-output"]):
        assert [each.value for each in complete(words, "jsonl", None)] == ["jsonl"]  # type: ignore[arg-type]
    found = complete(["calc", "distance", "-metric"], "COS", None)  # type: ignore[arg-type]
    assert [each.value for each in found] == ["COSINE"]


def test_options_after_the_command_that_watch_repeats_are_its_own(tmp_path: Path) -> None:
    line = "watch --count 2 0.1 calc hybridts_to_unixtime -h 429164525386203142 -o csv"
    assert run_here(shlex.split(line), tmp_path) == Run(0, "unixtime\n1637132741.494\n" * 2, "")
