"""README, the guides and the help texts are true: every command line in them is parsed, and most are run."""

import gzip
import re
import shlex
from pathlib import Path

import click
import pytest

from milvus_cli.grammar.click_nodes import Leaf
from milvus_cli.grammar.parser import LineParser, plain_params
from milvus_cli.grammar.tree import find, leaves, tree
from tests.support.cli import ROOT, Cli
from tests.support.milvus_server import MilvusServer
from tests.support.typed import Typed

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
GENERATED = ("commands.md", "versions.md")
COMMANDS = sorted(leaves(tree()), key=lambda each: each.path)
EXAMPLES = {leaf.path: re.findall(r"Example: (.+)", leaf.help or "") for leaf in COMMANDS}

# Examples in the order in which a person would type them; later ones use objects of earlier ones.
ORDER = [
    "connect",
    "create collection",
    "insert row",
    "upsert row",
    "create partition",
    "create index",
    "create alias",
    "load collection",
    "count",
    "copy",
    "diff collection",
    "diff search",
    "check quality",
    "search",
    "search_iterator",
    "save",
    "run",
    "bulk_insert",
    "create database",
    "use database",
    "dump",
    "check dump",
    "show dump",
    "restore dump",
    "create user",
    "create role",
    "grant role",
    "grant privilege",
    "export access",
]
LAST = [
    "delete resource_group",
    "release partition",
    "delete partition",
    "delete alias",
    "rename collection",
    "release collection",
    "delete index",
    "delete database",
    "rename connection",
    "delete connection",
    "delete connection_history",
    "delete collection",
    "stop server",
    "disconnect",
]
ALONE = ["exit", "quickstart"]
TWO_ROWS = '[{"id": 21, "title": "a", "vector": [1, 0, 0, 0]}, {"id": 22, "title": "b", "vector": [0, 1, 0, 0]}]'
BEFORE = {
    "stop server": "delete collection book_copy --yes",
    "check recall": f"insert row -c book --row '{TWO_ROWS}'",
    "delete role": "create role old_reader",
    "delete user": "create user bob -p bobs-password",
    "show server": "start server",
    "delete connection": "connect -a old",
    "delete connection_history": "connect",
    "delete collection": "connect",
    "delete collection_properties": "alter collection_properties -c book --set collection.ttl.seconds=86400",
}

# Commands that Milvus 2.3.5 lacks; tests of the commands themselves run them on Milvus Lite, where that has them.
LACKING = ["alter database", "truncate", "alter collection_field", "hybrid_search", "update resource_group"]
LACKING += ["create field", "delete field", "create function", "alter function", "delete function", "alter index"]
LACKING += ["analyze", "list compactions", "list slow_requests", "refresh collection"]
LACKING += ["alter role", "alter user", "backup access", "list tagged_users", "restore access"]
NEWER_NOUNS = ("privilege_group", "snapshot", "_job", "user_tags", "row_polic", "file_resource", "replication")
LACKING += [leaf.path for leaf in COMMANDS if any(noun in leaf.path for noun in NEWER_NOUNS)]
FILES = {
    "ann.password": "anns-password",
    "new.password": "another-password",
    "new.passwords": "eve:eves-password\n",
    "rows.json": '{"rows": [{"id": 8, "title": "Dune", "vector": [0.1, 0.2, 0.3, 0.4]}]}',
    "setup.mcli": "list databases\n",
    "q.jsonl": '{"id": "q1", "vector": [0.1, 0.2, 0.3, 0.4]}\n',
    "qrels.tsv": "q1 0 1 1\n",
}

# Commands that would move the one query node of this Milvus, or the rows loaded there.
MOVING = ["load_balance", "transfer node", "transfer replica"]
# Commands that ask the management port, which is another one in tests.
MANAGED = ("show metrics", "top")
FILLERS = {"127.0.0.1 -p 19530": "{host} -p {port}", "http://127.0.0.1:19530": "{uri}"}
TASK = "447265736549269506"
"""Of a bulk insert; a server chooses the numbers."""


def test_every_command_has_help_and_an_example() -> None:
    assert [path for path, found in EXAMPLES.items() if not found] == []


def test_every_option_has_help() -> None:
    silent = [
        (leaf.path, param.opts[0])
        for leaf in COMMANDS
        for param in leaf.params
        if isinstance(param, click.Option) and not param.help
    ]
    assert silent == []


def test_the_examples_of_every_help_text_run(cli: Cli, milvus: MilvusServer, tmp_path: Path) -> None:
    middle = [leaf.path for leaf in COMMANDS if leaf.path not in ORDER + LAST + LACKING + MOVING + ALONE]
    typed = Typed(cli, milvus)
    typed.make("tasks")
    (task,) = typed.json("bulk_insert -c tasks -f /nosuch.json")["tasks"]
    typed.gone("tasks")
    lines = [
        line
        for path in [*ORDER, *middle, *LAST]
        for example in EXAMPLES[path]
        for line in (BEFORE.get(path, ""), _filled(example, milvus).replace(TASK, str(task)))
    ]
    rows = 'id,title,vector\n7,Emma,"[0.1, 0.2, 0.3, 0.4]"\n'
    (cli.directory / "books.csv").write_text(rows)
    (cli.directory / "books").mkdir()
    (cli.directory / "books" / "1.csv.gz").write_bytes(gzip.compress(rows.replace("title", "name").encode()))
    (cli.directory / "shared").mkdir()
    for name, text in FILES.items():
        (cli.directory / name).write_text(text)
    script = tmp_path / "examples"
    script.write_text("\n".join(lines))
    # A grant says who gave it, also where the server asks nobody who they are.
    env = {"MILVUS_URI": milvus.uri, "MILVUS_TOKEN": "root:Milvus"}
    run = cli("-f", script, "--keep-going", env=env, timeout=300)
    cli("stop", "server", "--all")
    cli("-c", "delete role reader -y; delete user ann -y", env=env)
    assert run.code == 0, run.err


@pytest.mark.parametrize("path", ALONE)
def test_examples_of_commands_that_end_a_script_run(cli: Cli, path: str) -> None:
    for example in EXAMPLES[path]:
        assert cli(*shlex.split(example)).code == 0
    cli("stop", "server", "--all")


def _filled(example: str, milvus: MilvusServer) -> str:
    for text, filler in FILLERS.items():
        example = example.replace(text, filler.format(host=milvus.host, port=milvus.port, uri=milvus.uri))
    return f"{example} --management-port {milvus.management_port}" if example.startswith(MANAGED) else example


def lines_of_pages() -> list[str]:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES if page.name not in GENERATED)
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("milvus_cli ")]


@pytest.mark.parametrize("line", sorted(set(lines_of_pages())))
def test_every_command_line_of_the_pages_parses(line: str) -> None:
    words = shlex.split(line.partition(" | ")[0].partition(" > ~/")[0], comments=True)[1:]
    if not words:
        return
    if words[0] == "-c":
        assert len(words) == 2
        return
    found = find(words)
    assert isinstance(found.command, Leaf)
    params = found.command.get_params(found.ctx)
    parsed = LineParser(params).parse(found.rest)
    assert (parsed.unknown, parsed.waiting) == ([], None)
    assert len(parsed.plain) <= len(plain_params(params)) or plain_params(params)[-1].nargs == -1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_readme_is_short_and_links_to_every_guide() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= 150
    assert [page.name for page in PAGES[1:] if f"](docs/{page.name})" not in readme] == []
