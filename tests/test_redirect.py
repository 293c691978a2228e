"""Output to files, through other programs, one value a line, again and again."""

from pathlib import Path

from tests.support.cli import Cli, Run
from tests.support.typed import failed

VERSION = '{"milvus_cli": "0.1.0"}\n'


def test_output_goes_to_a_file_and_to_its_end(cli: Cli, tmp_path: Path) -> None:
    assert cli("-o", "jsonl", "-c", "version > v.txt; version >> v.txt; version") == Run(0, VERSION, "")
    assert (tmp_path / "v.txt").read_text() == VERSION * 2


def test_output_replaces_a_file_unless_the_command_fails(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_text("before")
    assert cli("-c", "list collections > v.txt").code == 3
    assert (tmp_path / "v.txt").read_text() == "before"
    assert cli("-c", "version -o jsonl > v.txt").code == 0
    assert (tmp_path / "v.txt").read_text() == VERSION


def test_a_file_that_cannot_be_written_is_a_clear_error(cli: Cli) -> None:
    assert cli("-c", "version > no/such/place") == Run(
        1, "", "error: -c:1: can't write no/such/place: No such file or directory\n"
    )
    assert cli("-c", "version > /dev/full") == failed(
        "-c:1: can't write /dev/full: No space left on device", "make room on its disk, or write to another disk"
    )


def test_an_output_that_takes_no_more_is_a_clear_error(cli: Cli) -> None:
    with open("/dev/full", "w") as full:
        process = cli.start("help", stdout=full)
        err = process.communicate()[1]
    told = failed("can't write the output: No space left on device", "make room on its disk, or write to another disk")
    assert (process.returncode, err) == (1, told.err)


def test_output_goes_through_a_shell_command(cli: Cli) -> None:
    assert cli("-c", "version -o jsonl | tr a-z A-Z | sed 's/CLI; /x/'; version -o jsonl") == Run(
        0, VERSION.upper() + VERSION, ""
    )


def test_a_command_that_stops_reading_is_not_a_failure(cli: Cli) -> None:
    """The reference is longer than a pipe holds."""
    found = cli("-c", "help | head -1; docs --markdown | exec <&-; version -o jsonl")
    assert found == Run(0, "Usage: milvus_cli [OPTIONS] COMMAND\n" + VERSION, "")


def test_a_shell_command_that_fails_fails_the_line(cli: Cli) -> None:
    assert cli("-c", "version | exit 3") == Run(1, "", "error: -c:1: 'exit 3' ended with exit code 3\n")


def test_a_missing_or_second_file_is_a_usage_error(cli: Cli) -> None:
    for line in ("version >", "version > a b"):
        assert cli("-c", line) == Run(2, "", "error: -c:1: > takes one file, as the last of the line\nhint: … > FILE\n")
    assert cli("-c", "version |") == Run(2, "", "error: -c:1: | takes a program to write to\nhint: … | PROGRAM\n")


def test_output_of_no_command_is_a_usage_error(cli: Cli) -> None:
    for line in ("> a", "| cat", r"\G"):
        assert cli("-c", line).err.startswith("error: -c:1: missing command\n")


def test_a_quoted_sign_is_a_word(cli: Cli) -> None:
    assert cli("-c", "set output '>'").err.startswith("error: -c:1: set: output can't be '>'\n")


def test_backslash_g_shows_one_value_a_line(cli: Cli) -> None:
    assert cli("-c", r"version \G") == Run(0, "-[ 1 ]-\nmilvus_cli | 0.1.0\n", "")


def test_watch_runs_a_command_again_and_again(cli: Cli) -> None:
    assert cli("watch", "--count", "3", "0.1", "version", "-o", "jsonl") == Run(0, VERSION * 3, "")
    assert cli("watch", "0.1", "nonsense").code == 2


def test_a_tilde_leads_home_unless_it_is_quoted(cli: Cli, tmp_path: Path) -> None:
    home = tmp_path / "at home"
    home.mkdir()
    lines = [
        "version -o jsonl > ~/a",
        "version -o jsonl >> ~/a",
        "version -o jsonl >~/'b c'",
        "version -o jsonl > '~d'",
        r"version -o jsonl > \~e",
    ]
    assert cli("-c", "\n".join(lines), env={"HOME": str(home)}) == Run(0, "", "")
    written = {str(path.relative_to(tmp_path)): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert {name: text for name, text in written.items() if not name.startswith("home/")} == {
        "at home/a": VERSION * 2,
        "at home/b c": VERSION,
        "~d": VERSION,
        "~e": VERSION,
    }
    run = cli("-c", "version > ~/no/x", env={"HOME": str(home)})
    assert run == Run(1, "", f"error: -c:1: can't write {home}/no/x: No such file or directory\n")


def test_backslash_g_may_stand_before_the_target_or_after_it(cli: Cli, tmp_path: Path) -> None:
    vertical = "-[ 1 ]-\nmilvus_cli | 0.1.0\n"
    assert cli("-c", r"version \G > a; version > b \G; version \G | cat; version | cat \G") == Run(0, vertical * 2, "")
    assert (tmp_path / "a").read_text() == (tmp_path / "b").read_text() == vertical
    for line in (r"\G > a", r"\G | cat"):
        assert cli("-c", line).err.startswith("error: -c:1: missing command\n")
