"""Text of others on a terminal: shown escaped, never obeyed; and exact wherever else it goes."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from milvus_cli.output.colors import RESET, ROLES, THEMES, Palette
from milvus_cli.output.formats import FORMATS
from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer, refuses, replies
from tests.support.official import common_pb2, milvus_pb2, schema_pb2
from tests.support.process import ServerProcess
from tests.support.terminal import Terminal

Start = Callable[..., Terminal]

TITLE = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202eevil\x7f\u2028 \\ é漢\t'\"\n,"
ROW = {"id": 1, "title": TITLE, "v": [1.0, 2.0], "\x1b[31mkey\u202e": ["\x9b\x7f", {"\x07": TITLE}]}
EXPORTS = ("csv", "tsv", "jsonl", "json")


@pytest.fixture
def hostile_row(cli: Cli, server: ServerProcess, tmp_path: Path) -> Iterator[Cli]:
    """Connected to a real server with a row of control characters, also in the key of a dynamic field."""
    (tmp_path / "row.json").write_text(json.dumps(ROW))
    run = cli("connect", server.address, "-a", "real")
    assert run.code == 0
    cli("delete", "collection", "hostile", "--yes")
    lines = (
        "create collection hostile -f id:INT64 -f title:VARCHAR:200 -f v:FLOAT_VECTOR:2 -p id --dynamic "
        "--index v:FLAT:L2; load hostile; insert row hostile --row @row.json"
    )
    assert cli("-q", "-c", lines) == Run(0, "", "")
    yield cli
    assert cli("delete", "collection", "hostile", "--yes").code == 0


def seen(terminal: Start, *argv: str) -> str:
    """All that a run writes to its terminal, which ends no line by itself; it must be harmless."""
    shell = terminal(*argv, cols=400, rows=200)
    shell.wait_exit()
    text = without_colors(shell.raw.decode().replace("\r\n", "\n"))
    assert text
    assert [character for character in text if not character.isprintable() and character not in "\n\t"] == []
    return text


def without_colors(text: str) -> str:
    """Leaves out the program's own colors, and no other sequence."""
    palette = Palette(THEMES["neutral"], forced=True)
    for role in ROLES:
        text = text.replace(palette.paint(role, "x").partition("x")[0], "")
    return text.replace(RESET, "")


def shows(echoed: str) -> list[str]:
    """The output after each command that --echo shows."""
    return [each.partition("\n")[2] for each in ("\n" + echoed).split("\n> ")[1:]]


def test_an_export_to_a_terminal_is_escaped_and_one_to_a_file_or_pipe_exact(
    hostile_row: Cli, terminal: Start, tmp_path: Path
) -> None:
    exports = {format: f"export hostile - --format {format}" for format in EXPORTS}
    shown = dict(zip(EXPORTS, shows(seen(terminal, "--echo", "-c", ";".join(exports.values()))), strict=True))
    lines = (
        f"{line} > {format}.redirected; {line} | cat > {format}.piped; export hostile f.{format}"
        for format, line in exports.items()
    )
    assert hostile_row("-q", "-c", ";".join(lines)) == Run(0, "", "")
    for format in EXPORTS:
        exact = (tmp_path / f"f.{format}").read_bytes()
        assert (tmp_path / f"{format}.redirected").read_bytes() == exact
        assert (tmp_path / f"{format}.piped").read_bytes() == exact

        if format.startswith("json"):
            found = json.loads(exact)
            assert (found if format == "jsonl" else found[0]) == ROW
            assert json.loads(shown[format]) == found
        else:
            delimiter = "," if format == "csv" else "\t"
            row = list(csv.reader(io.StringIO(exact.decode(), newline=""), delimiter=delimiter))[1]
            assert (row[0], row[1]) == ("1", TITLE)
            assert r"\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202eevil\x7f\u2028 \ é漢" in shown[format]

    assert hostile_row("export", "hostile", "-", "--format", "csv").out.encode() == (tmp_path / "f.csv").read_bytes()


def test_rows_in_every_format_are_escaped_on_a_terminal(hostile_row: Cli, terminal: Start) -> None:
    lines = (f"query hostile -e 'id == 1' -o {format}" for format in FORMATS)
    for shown in shows(seen(terminal, "--echo", "-c", ";".join(lines))):
        assert "owned" in shown
        assert "evil" in shown


PEER_NAME = "\x1b]0;owned\x07\u202e\x9bname"
SCHEMA = schema_pb2.CollectionSchema(
    name=PEER_NAME,
    description=PEER_NAME,
    fields=[
        schema_pb2.FieldSchema(name="id", data_type=5, is_primary_key=True, description=PEER_NAME),
        schema_pb2.FieldSchema(
            name=PEER_NAME, data_type=101, type_params=[common_pb2.KeyValuePair(key="dim", value="4\x1b[2J")]
        ),
    ],
)
INFO = common_pb2.ServerInfo(build_tags=f"v2.3.5{PEER_NAME}", deploy_mode=PEER_NAME)
LIAR = {
    "Connect": replies(milvus_pb2.ConnectResponse(server_info=INFO, identifier=1)),
    "GetVersion": replies(milvus_pb2.GetVersionResponse(version=f"v2.3.5{PEER_NAME}")),
    "ShowCollections": replies(milvus_pb2.ShowCollectionsResponse(collection_names=[PEER_NAME])),
    "ListDatabases": replies(milvus_pb2.ListDatabasesResponse(db_names=[PEER_NAME] * 30)),
    "DescribeCollection": replies(
        milvus_pb2.DescribeCollectionResponse(schema=SCHEMA, collection_name=PEER_NAME, aliases=[PEER_NAME])
    ),
    "ListCredUsers": refuses(1, f"no {PEER_NAME}"),
}


def test_whatever_a_lying_server_says_is_escaped_on_a_terminal(cli: Cli, terminal: Start) -> None:
    with GrpcPeer(LIAR) as peer:
        script = cli.directory / "script.mcli"
        script.write_text(
            f"connect {peer.address} -a liar; list collections --names; list databases; show collection x;"
            "show collection x -o ddl; show collection x -o json; list users; list users -o json;"
            "show server; show connection --code python; nosuch \x1b[2J; list connections; show connection -o yaml\n"
        )
        shown = seen(terminal, "--echo", "--keep-going", "--debug", "-f", str(script))
    assert shown.count("owned") > 9


def test_the_shell_escapes_prompt_toolbar_history_menu_and_pager(cli: Cli, terminal: Start) -> None:
    cli("-c", "set prompt '{alias} {version}> ' --save")
    with GrpcPeer(LIAR) as peer:
        assert cli("connect", peer.address, "-a", "liar").code == 0
        (cli.home / "history").write_text("\n# 2026-01-01\n+version \x1b]0;owned\x07\n")
        shell = terminal(cols=160, rows=12, env={"PAGER": "cat"})
        shell.wait_for("liar")
        shell.send_line("history -o csv")
        shell.wait_for(r"1,version \x1b]0;owned\x07")
        shell.send("count -c ")
        shell.send_key("tab")
        shell.send_key("c-u")
        # Longer than the screen, it goes through the pager.
        shell.send_line("list collections --names; list databases; list databases -o json; exit 7")
        assert shell.wait_exit() == 7
        for part in (b"\x1b]0;owned", b"\x07", "\u202e".encode(), "\x9b".encode()):
            assert part not in shell.raw
