"""The target of `>`, `>>` and `|`: open before the command runs, and the only place that its output goes to."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.terminal import Terminal
from tests.support.typed import failed

VERSION = '{"milvus_cli": "0.1.0"}\n'
ERROR = "error: -c:1: can't write fifo: Broken pipe\n"
HELP = "Usage: milvus_cli version [OPTIONS]\n"


@pytest.fixture
def three_rows(cli: Cli, lite: LiteServer) -> Iterator[Cli]:
    """Connected to a server with three rows in the collection targets."""
    assert cli("connect", lite.address).code == 0
    made = cli(
        "--yes",
        "-q",
        "-c",
        "create collection targets -f id:INT64 -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2; load targets;"
        'upsert row targets --row \'[{"id": 1, "v": [1, 1]}, {"id": 2, "v": [2, 2]}, '
        '{"id": 3, "v": [3, 3]}]\'',
    )
    assert (made.code, made.err) == (0, "")
    yield cli
    assert cli("delete", "collection", "targets", "--yes").code == 0


def test_nothing_is_deleted_where_the_output_has_no_place_to_go(three_rows: Cli) -> None:
    for target, reason in (
        ("> no/such/x", "can't write no/such/x: No such file or directory"),
        (">> .", "can't write .: Is a directory"),
        (f"> {'n' * 300}", f"can't write {'n' * 300}: File name too long"),
        ("| no-such-program -x", "can't run 'no-such-program': command not found"),
    ):
        run = three_rows("-c", f"delete ids -c targets --ids 1 --yes {target}")
        assert run == Run(1, "", f"error: -c:1: {reason}\n")
    assert three_rows("count", "targets", "-o", "tsv") == Run(0, "collection\texact\tstatistics\ntargets\t3\t3\n", "")


def test_an_export_goes_where_its_line_says(three_rows: Cli, tmp_path: Path) -> None:
    lines = '{"id":1,"v":[1.0,1.0]}\n{"id":2,"v":[2.0,2.0]}\n{"id":3,"v":[3.0,3.0]}\n'
    run = three_rows("-c", "export targets - > rows.jsonl; export targets - >> rows.jsonl; export targets - | wc -l")
    assert run == Run(0, "3\n", "")
    assert (tmp_path / "rows.jsonl").read_text() == lines * 2
    assert three_rows("-c", "export targets - --format csv > rows.csv") == Run(0, "", "")
    assert (tmp_path / "rows.csv").read_text() == 'id,v\n1,"[1.0,1.0]"\n2,"[2.0,2.0]"\n3,"[3.0,3.0]"\n'


@pytest.mark.parametrize("line", ["version --help", "help version", "version --db x --help -o json"])
def test_help_goes_where_its_line_says(cli: Cli, tmp_path: Path, line: str) -> None:
    assert cli("-c", f"{line} > help.txt; {line} | head -1") == Run(0, HELP, "")
    assert (tmp_path / "help.txt").read_text().startswith(HELP)


@pytest.mark.parametrize(
    ("line", "begin"),
    [
        ("docs --man", ".TH"),
        ("history", "╭"),
        ("watch --count 2 0.1 version -o jsonl", VERSION * 2),
        ("list --help", "Usage: milvus_cli list "),
        ("completion bash", "# Completion of milvus_cli for bash"),
    ],
)
def test_whatever_writes_to_standard_output_goes_to_the_target(cli: Cli, tmp_path: Path, line: str, begin: str) -> None:
    assert cli("-c", f"{line} > out.txt") == Run(0, "", "")
    assert (tmp_path / "out.txt").read_text().startswith(begin)


def test_the_access_rules_go_to_standard_output_and_to_no_file_named_dash(
    cli: Cli, milvus_auth: MilvusServer, tmp_path: Path
) -> None:
    assert cli("connect", milvus_auth.address, "--token", "root:Milvus").code == 0
    shown = cli("export", "access")
    assert shown.out.startswith("users:")

    for line in ("export access -", "export access --file -"):
        assert cli("-c", line) == Run(0, shown.out, "")
        assert cli("-c", f"{line} > access.yaml") == Run(0, "", "")
        assert (tmp_path / "access.yaml").read_text() == shown.out
    assert not (tmp_path / "-").exists()


def test_a_command_that_fails_before_it_writes_leaves_the_target_as_it_was(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("before")
    for line in ("list collections", "nonsense", "watch 0.1 nonsense"):
        run = cli("--keep-going", "-c", f"{line} > old.txt; {line} >> old.txt; {line} > new.txt; {line} | tee new.txt")
        assert (run.code, run.out, run.err.count("error: ")) == (3 if line == "list collections" else 2, "", 4)
    assert (tmp_path / "old.txt").read_text() == "before"
    assert not (tmp_path / "new.txt").exists()


def test_a_command_with_nothing_to_say_empties_its_file_and_ends_its_program(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("before")
    assert cli("-c", "clear >> old.txt; clear | tee new.txt") == Run(0, "", "")
    assert (tmp_path / "old.txt").read_text() == "before"
    assert cli("-c", "clear > old.txt") == Run(0, "", "")
    assert (tmp_path / "old.txt").read_text() == (tmp_path / "new.txt").read_text() == ""


def test_a_link_is_followed_and_a_device_is_written_to(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("something longer than the version")
    (tmp_path / "link").symlink_to("real.txt")
    assert cli("-c", "version -o jsonl > link; version > /dev/null") == Run(0, "", "")
    assert (tmp_path / "real.txt").read_text() == VERSION
    assert (tmp_path / "link").is_symlink()


def test_a_named_pipe_waits_for_its_reader_until_ctrl_c(cli: Cli, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    os.mkfifo(tmp_path / "lonely")
    process = cli.start("-c", "version -o jsonl > fifo; version > lonely")
    with open(tmp_path / "fifo") as reader:
        assert reader.readline() == VERSION
    time.sleep(0.3)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20) == ("", "error: -c:1: interrupted\n")
    assert process.returncode == 130


def test_a_reader_of_a_named_pipe_that_goes_is_an_error_of_that_line_alone(cli: Cli, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    process = cli.start("--keep-going", "-c", "watch --count 9 0.2 version -o jsonl > fifo; version -o jsonl")
    with open(tmp_path / "fifo") as reader:
        assert reader.readline() == VERSION
    assert process.communicate(timeout=20) == (VERSION, ERROR)
    assert process.returncode == 1


def test_a_program_takes_no_key_before_the_question_is_answered(
    three_rows: Cli, terminal: Callable[..., Terminal]
) -> None:
    """As a pager would: it reads the terminal, which is also where the answer comes from."""
    shell = terminal(cols=120)
    shell.wait_for("default/default>")
    shell.send_line("delete ids -c targets --ids 2 | sh -c 'read x </dev/tty; cat; echo got $x'")
    shell.wait_for("[y/N]")
    shell.send_line("y")
    shell.send_line("key")
    shell.wait_for("got key")
    shell.send_line("count targets -o jsonl")
    shell.wait_for('"exact": 2')


def test_help_and_version_report_a_full_disk_too(cli: Cli) -> None:
    for option in ("--help", "--version"):
        with open("/dev/full", "w") as full:
            process = cli.start(option, stdout=full)
            err = process.communicate()[1]
        told = failed(
            "can't write the output: No space left on device", "make room on its disk, or write to another disk"
        )
        assert (process.returncode, err) == (1, told.err)


def test_checkpoints_and_rejects_go_to_no_file_named_dash(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("id\n1\n")
    for option in ("--rejects", "--checkpoint"):
        run = cli("insert", "file", "-c", "book", "rows.csv", option, "-")
        assert run == Run(
            2,
            "",
            f"error: {option}: expected a file, got - (standard output)\nhint: help insert file\n",
        )
    assert not (tmp_path / "-").exists()


def test_a_token_from_standard_input_takes_no_commands_from_there(cli: Cli) -> None:
    run = cli(input="connect 127.0.0.1:1 --token-file -\nversion -o jsonl\n")
    error = "error: stdin:1: - is standard input, and the commands come from there\nhint: give @FILE\n"
    assert run == Run(2, "", error)
