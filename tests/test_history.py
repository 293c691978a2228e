"""Lines that the history keeps, and lines that it never keeps."""

import json
import stat
from collections.abc import Callable

import pytest

from milvus_cli.app.history import carries_secret
from tests.support.cli import Cli, Run
from tests.support.terminal import Terminal


@pytest.mark.parametrize(
    "line",
    [
        "connect -u root -pwd hunter2",
        "connect --password=hunter2",
        "connect -t root:hunter2",
        "connect -troot:hunter2",
        "connect '-t' root:hunter2",
        "watch 2 connect -t root:hunter2",
        "--no-input connect -t root:hunter2",
        "list connections; conect -t root:hunter2",
        "connect --token \\\nroot:hunter2",
        "version; connect --token root:hunter2",
        "connect milvus://root:hunter2@host:19530",
        "connect -uri 'https://hunter2@host'",
        "insert file -c book s3://key:hun/ter2@books/a.csv",
        "connect --token 'root:hunt",
        "create user -u ann -p hunter22",
        "create user ann -phunter22",
        "update password ann -op hunter22 -p hunter23",
        "update password ann --new-password=hunter23",
        "--alias prod create user ann -p hunter22",
        "watch 2 create user ann -p hunter22",
        "version; drop user bob -y; create user ann -p hunter22",
        "connect root:hunter2@127.0.0.1:19530",
        "connect -uri root:hunter2@host",
        "connect -h host --passwrd hunter2",
        "conect -h host --passwrd hunter2",
        "create user ann hunter22",
        "connect host root hunter2",
        "list collections --token hunter2",
        "update password ann hunter22 hunter23",
        """api POST /v2/vectordb/users/create -d '{"userName": "ann", "password": "hunter22"}'""",
        "api /v2/vectordb/users/create -f userName=ann -f password=hunter22",
        "api /v2/vectordb/users/create --raw-field=password=hunter22",
        "api /v2/vectordb/users/create -fpassword=hunter22",
        "api /v2/vectordb/jobs/import/create -f options[secret_key]=hunter22",
        "!MILVUS_TOKEN=root:hunter2 milvus_cli version",
        "!export MILVUS_TOKEN=root:hunter2",
        "system 'export DB_PASSWORD=hunter2; run'",
        "!curl -u root:hunter2 localhost",
        "connect -h host -u root:hunter2",
        'search -c book --rerank-params \'{"api_key": "hunter2"}\'',
    ],
)
def test_a_line_with_a_secret_is_not_kept(line: str) -> None:
    assert carries_secret(line)


@pytest.mark.parametrize(
    "line",
    [
        "connect -tls 1",
        "!echo token = 1",
        "query -c book -e 'token==1'",
        "connect -h host -u root",
        "connect -h host -p 19530",
        "connect https://host:1/db",
        "search -c book -v [1] -l 3",
        "load collection book -p part",
        "import -c book",
        "grant privilege reader -p Search -o book",
        "create index -c book -f v -t HNSW; flush book -t 60",
        "connect host:19530 -a dev",
        "create user -u ann",
        "query -c book --fitler x",
        """insert row -c book --row '{"email": "me@host", "at": "a:b@c"}'""",
        "show connection dev",
        "",
    ],
)
def test_a_line_without_one_is_kept(line: str) -> None:
    assert not carries_secret(line)


def test_history_lists_lines_and_clears_them(cli: Cli) -> None:
    assert cli("history", "-o", "json") == Run(0, "[]\n", "")
    cli.home.mkdir()
    (cli.home / "history").write_text("\n# 2026-01-01\n+one\n\n# 2026-01-02\n+two 'a\n+b'\n\n# 2026-01-03\n+three\n")
    assert json.loads(cli("history", "-o", "json", "-n", "2").out) == [
        {"number": 2, "line": "two 'a\nb'"},
        {"number": 3, "line": "three"},
    ]

    refused = cli("history", "-n", "2", "clear")
    assert (refused.code, refused.err.splitlines()[0]) == (2, "error: --last and clear cannot be combined")
    assert cli("history", "clear") == Run(0, "History is cleared.\n", "")
    assert cli("history", "-o", "json") == Run(0, "[]\n", "")


def test_a_running_shell_forgets_a_cleared_history(terminal: Callable[..., Terminal]) -> None:
    shell = terminal()
    shell.wait_for("milvus_cli>")
    shell.send_line("version")
    shell.wait_for("│ milvus_cli │")
    shell.send_line("history clear")
    shell.wait_for("History is cleared.\n")
    shell.send_key("up")
    shell.send_line("history -o csv")
    shell.wait_for("number,line\n1,history -o csv")


def test_shells_share_their_lines(terminal: Callable[..., Terminal], cli: Cli) -> None:
    first, second = terminal(), terminal()
    for shell, line in ((first, "version -o jsonl"), (second, "show theme -o csv")):
        shell.wait_for("milvus_cli>")
        shell.send_line(line)
        shell.wait_for("jsonl\n{" if shell is first else "theme\nauto")
    first.send_line("show pager -o csv")
    first.wait_for("pager\non\nmilvus_cli>")
    first.send_key("up", "up")
    first.wait_for("on\nmilvus_cli> show theme -o csv")
    first.send_key("enter")
    first.wait_for("theme\nauto\nmilvus_cli>")
    assert [row["line"] for row in json.loads(cli("history", "-o", "json").out)] == [
        "version -o jsonl",
        "show theme -o csv",
        "show pager -o csv",
        "show theme -o csv",
    ]


def test_a_history_that_was_removed_begins_anew_and_is_private(terminal: Callable[..., Terminal], cli: Cli) -> None:
    shell = terminal()
    shell.wait_for("milvus_cli>")
    (cli.home / "history").unlink()
    shell.send_line("version -o jsonl")
    shell.wait_for('"}\nmilvus_cli>')
    assert stat.S_IMODE((cli.home / "history").stat().st_mode) == 0o600
