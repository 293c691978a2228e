"""Settings: default, file, environment, `set`, flag, each over the one before."""

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_cli.errors import CliError
from milvus_cli.output.colors import THEMES
from milvus_cli.session.settings import SETTINGS, load
from tests.support.cli import Cli, Run


def parse(text: str) -> dict[str, object]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return dict(tomllib.loads(text))


def settings(cli: Cli, **env: str) -> dict[str, tuple[str, str]]:
    run = cli("list", "settings", "-o", "json", env=env)
    assert run.code == 0, run.err
    return {row["setting"]: (row["value"], row["source"]) for row in json.loads(run.out)}


def write(cli: Cli, text: str) -> Path:
    cli.home.mkdir(exist_ok=True)
    path = cli.home / "config.toml"
    path.write_text(text)
    return path


def test_set_without_a_value_shows_settings(cli: Cli) -> None:
    assert cli("set", "-o", "json") == cli("list", "settings", "-o", "json")
    assert cli("set", "output", "-o", "json") == cli("show", "output", "-o", "json")

    unknown = cli("set", "outptu")
    assert (unknown.code, unknown.err.splitlines()[0]) == (2, "error: set: unknown setting 'outptu'")


def test_without_anything_settings_have_their_defaults(cli: Cli) -> None:
    assert settings(cli) == {name: (each.default, "default") for name, each in SETTINGS.items()}


def test_the_file_overrides_the_default_and_the_environment_the_file(cli: Cli) -> None:
    path = write(cli, 'output = "csv"\ntimeout = 2.5\ntiming = false\n')
    found = settings(cli, MILVUS_CLI_TIMEOUT="3")
    assert found["output"] == ("csv", str(path))
    assert found["timeout"] == ("3", "MILVUS_CLI_TIMEOUT")
    assert found["timing"] == ("off", str(path))


def test_set_overrides_the_environment_and_a_flag_everything(cli: Cli) -> None:
    env = {"MILVUS_CLI_OUTPUT": "csv"}
    assert cli("show", "output", env=env).out == "output\ncsv\n"
    assert cli("-c", "set output jsonl; show output", env=env).out.endswith('\n{"output": "jsonl"}\n')
    assert cli("-c", "set output jsonl; show output -o tsv", env=env).out.endswith("\noutput\njsonl\n")


def test_another_file_may_be_named(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('output = "tsv"\n')
    assert settings(cli, MILVUS_CLI_CONFIG=str(tmp_path / "mine.toml"))["output"] == (
        "tsv",
        str(tmp_path / "mine.toml"),
    )


def test_create_config_writes_a_file_that_changes_nothing_and_is_never_overwritten(cli: Cli) -> None:
    assert cli("create", "config") == Run(0, f"Wrote {cli.home / 'config.toml'}.\n", "")
    text = (cli.home / "config.toml").read_text()
    assert parse(text) == {}

    uncommented = "\n".join(line.removeprefix("# ") for line in text.splitlines() if " = " in line or "# [" in line)
    found = parse(uncommented)
    assert found.pop("colors") == THEMES["dark"]
    assert {name: str(value) for name, value in found.items()} == {
        name: each.default for name, each in SETTINGS.items()
    }

    assert cli("create", "config") == Run(
        1, "", f"error: {cli.home / 'config.toml'} exists\nhint: edit it, or move it away first\n"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("otput = 1", "unknown setting 'otput'\nhint: did you mean output?"),
        ('output = "xml"', "output can't be 'xml'\nhint: one of: table, vertical,"),
        ("timeout = -1", "timeout can't be '-1'\nhint: a number from 0.001 to 86,400"),
        ('[colors]\nerrors = "red"', "[colors]: role 'errors' not found\nhint: did you mean error?"),
        ('[colors]\nerror = "rot"', "[colors]: error: unknown color 'rot'\nhint: such as red, bright-cyan,"),
        ('colors = "red"', "[colors] must be a table\nhint: "),
        ("timeout = true", "timeout can't be 'true'\nhint: a number from 0.001 to 86,400"),
        ("timeout = [1]", "timeout can't be '[1]'\nhint: a number from 0.001 to 86,400"),
    ],
)
def test_a_bad_file_is_a_usage_error_that_names_it(cli: Cli, text: str, message: str) -> None:
    path = write(cli, text)
    found = cli("version")
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith(f"error: {path}{',' if 'colors' in text else ':'} {message}")


def test_a_file_that_is_not_toml_or_not_text_is_a_usage_error(cli: Cli) -> None:
    path = write(cli, "x = [")
    assert cli("version").err.startswith(f"error: {path} is not TOML: ")
    path.write_bytes(b"\xff")
    assert cli("version") == Run(2, "", f"error: can't read {path}: it is not UTF-8 text\n")


@given(st.text() | st.builds("{} = {}".format, st.sampled_from(sorted(SETTINGS)), st.text()))
def test_no_file_raises_anything_but_a_clear_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed.toml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        load(path, {})
    except CliError as exc:
        found = (exc.exit_code, str(path) in exc.message)
    else:
        found = (2, True)
    assert found == (2, True)


def test_a_negative_or_empty_value_is_a_value(cli: Cli) -> None:
    refused = "error: set: max_rows can't be '-1'\nhint: an integer from 0 to 1,000,000,000\n"
    assert cli("set", "max_rows", "-1") == Run(2, "", refused)
    assert cli("set", "null_text", "-1").out == "null_text is -1.\n"
    assert cli("set", "null_text", "").out == "null_text is ''.\n"
    assert cli("set", "--help").out.startswith("Usage: milvus_cli set [OPTIONS] [NAME] [VALUE]\n")


def test_a_configuration_file_that_can_not_be_written_leaves_nothing(cli: Cli) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64)); "
    ignore = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)"
    with cli.start("create", "config", before=limit + ignore) as process:
        _, err = process.communicate()
    assert (process.returncode, err) == (1, f"error: can't write {cli.home / 'config.toml'}: File too large\n")
    assert not (cli.home / "config.toml").exists()


def test_timing_tells_how_long_a_command_took(cli: Cli) -> None:
    found = cli("-c", "set timing on -q; version -o jsonl")
    assert found.out == '{"milvus_cli": "0.1.0"}\n'
    assert [line.split()[0] for line in found.err.splitlines()] == ["Time:", "Time:"]
