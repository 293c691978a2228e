"""Output that --quiet leaves out, commands that watch refuses, and errors of writes on a read-only connection."""

from pathlib import Path

from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer


def test_a_quiet_connect_says_nothing_but_to_programs(cli: Cli, lite: LiteServer) -> None:
    assert cli("connect", lite.address, "-q") == Run(0, "", "")
    assert cli("connect", lite.address, "-q", "-o", "jsonl").out.startswith('{"alias": "default"')
    assert cli("ping", "-q", "-o", "table").out.startswith("╭")


def test_an_insert_on_a_read_only_connection_sends_nothing_and_says_so(
    cli: Cli, lite: LiteServer, tmp_path: Path
) -> None:
    (tmp_path / "rows.csv").write_text('id,vector\n1,"[1,2]"\n')
    assert cli("connect", lite.address, "-q").code == 0
    assert cli("create", "collection", "frozen_rows", "--dim", "2", "-q").code == 0
    assert cli("connect", "--read-only", "-q").code == 0

    for line, verb in (
        ("insert fake -c frozen_rows -n 5", "inserted"),
        ("insert file -c frozen_rows rows.csv", "inserted"),
        ("upsert file -c frozen_rows rows.csv", "upserted"),
    ):
        hint = "hint: run `connect -a default --no-read-only` to allow it\n"
        assert cli(*line.split()) == Run(1, "", f"error: connection 'default' is read-only: nothing was {verb}\n{hint}")

    assert cli("connect", "--no-read-only", "-q").code == 0
    done = cli("insert", "file", "-c", "frozen_rows", "rows.csv")
    assert done == Run(0, "Inserted 1 of 1 rows into 'frozen_rows', which had 0 and has 1.\n", "")
    assert cli("delete", "collection", "frozen_rows", "--yes", "-q").code == 0


def test_watch_runs_no_command_that_repeats_by_itself(cli: Cli) -> None:
    for line in ("watch 1 watch 1 version", "watch 1 watch --nosuch", "watch 1 top"):
        name = line.split()[2]
        told = f"error: watch can't run {name}: it repeats by itself\nhint: help {name}\n"
        assert cli(*line.split()) == Run(2, "", told)
    ending = "error: watch can't run exit: it would end the shell\nhint: help exit\n"
    assert cli("watch", "1", "quit") == Run(2, "", ending)
    assert cli("watch", "--count", "1", "0.1", "version", "-o", "jsonl") == Run(0, '{"milvus_cli": "0.1.0"}\n', "")
