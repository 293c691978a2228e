"""Editing of lines and display of results, on a real terminal."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.lite_server import LiteServer
from tests.support.terminal import Terminal

Start = Callable[..., Terminal]
PROMPT = "milvus_cli>"


def opened(terminal: Start, rows: int = 24, cols: int = 80, **env: str) -> Terminal:
    shell = terminal(rows=rows, cols=cols, env=env)
    shell.wait_for(PROMPT)
    return shell


def test_the_line_may_be_edited_in_an_editor(terminal: Start, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "version -o jsonl" > "$1"\n')
    editor.chmod(0o755)
    shell = opened(terminal, EDITOR=str(editor), VISUAL="")
    shell.send("ver")
    shell.send_key("c-x", "c-e")
    shell.wait_for(f"{PROMPT} version -o jsonl")
    shell.send_key("enter")
    shell.wait_for('{"milvus_cli": "0.1.0"}')


def test_ctrl_r_finds_a_line_typed_before(terminal: Start) -> None:
    shell = opened(terminal)
    shell.send_line("version -o jsonl")
    shell.wait_for('"}\n' + PROMPT)
    shell.send_line("show output -o csv")
    shell.wait_for("output\ntable\n" + PROMPT)
    shell.send_key("c-r")
    shell.send("vers")
    shell.wait_for("version -o jsonl")
    shell.send_key("enter", "enter")
    shell.wait_for(f'{PROMPT} version -o jsonl\n{{"milvus_cli": "0.1.0"}}\n{PROMPT}')


def test_an_earlier_line_is_suggested_and_right_takes_it(terminal: Start) -> None:
    shell = opened(terminal)
    shell.send_line("version -o jsonl")
    shell.wait_for('"}\n' + PROMPT)
    shell.send("vers")
    shell.wait_for(f'"}}\n{PROMPT} version -o jsonl')
    shell.send_key("right", "enter")
    shell.wait_for(f'{PROMPT} version -o jsonl\n{{"milvus_cli": "0.1.0"}}\n{PROMPT}')


def test_vi_keys_can_be_chosen(terminal: Start) -> None:
    shell = opened(terminal, MILVUS_CLI_EDITING_MODE="vi")
    shell.send("versionx -o jsonl")
    shell.send_key("escape")
    shell.send("0fxx")
    shell.send_key("enter")
    shell.wait_for('{"milvus_cli": "0.1.0"}')


def test_enter_inside_an_open_quote_continues_in_the_next_line(terminal: Start) -> None:
    shell = opened(terminal)
    shell.send_line("set output 'js")
    shell.wait_for("...")
    shell.send_line("on'")
    shell.wait_for("error: set: output can't be 'js\\non'\n")


def test_enter_inside_an_open_bracket_continues_in_the_next_line(terminal: Start) -> None:
    shell = opened(terminal)
    shell.send_line("set output [1,")
    shell.wait_for("...")
    shell.send_line('"2", 3]')
    shell.wait_for("error: set: output can't be '[1,\\n\"2\", 3]'")


def test_the_prompt_can_be_chosen(cli: Cli, terminal: Start, lite: LiteServer) -> None:
    cli("connect", lite.address, "-a", "dev")
    shell = terminal(env={"MILVUS_CLI_PROMPT": "[{database}@{address} {nosuch}] "})
    shell.wait_for(f"[default@{lite.address} {{nosuch}}]")


def test_a_protected_or_read_only_connection_is_marked(cli: Cli, terminal: Start, lite: LiteServer) -> None:
    cli("connect", lite.address, "-a", "prod", "--protected", "--read-only")
    shell = terminal()
    shell.wait_for(f" prod · {lite.address} · db default · milvus_lite-3.2.2 · read-only · protected")
    shell.send_line("delete collection nosuch")
    shell.wait_for("error: collection 'nosuch' not found")
    shell.send_line("create collection x -f id:INT64 -f v:FLOAT_VECTOR:2 -p id")
    shell.wait_for("error: connection 'prod' is read-only: CreateCollection was not sent")


def test_colour_is_left_out_where_it_is_not_wanted(terminal: Start) -> None:
    coloured = opened(terminal)
    coloured.send("version")
    coloured.wait_for("version")
    assert b"\x1b[0;38;5;28;1m" in coloured.raw
    for plain in (opened(terminal, NO_COLOR="1"), opened(terminal, MILVUS_CLI_COLOR="never")):
        plain.send("version")
        plain.wait_for("version")
        assert b"[0;38;5" not in plain.raw


def test_output_longer_than_the_screen_goes_through_the_pager(terminal: Start, tmp_path: Path) -> None:
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\nwc -l\n")
    pager.chmod(0o755)
    shell = opened(terminal, rows=10, PAGER=str(pager))
    shell.send_line("version -o jsonl")
    shell.wait_for('{"milvus_cli": "0.1.0"}\n' + PROMPT)
    shell.send_line("list settings -o vertical")
    shell.wait_for("70\n" + PROMPT)
    shell.send_line("set pager off; list settings -o vertical")
    shell.wait_for("meaning | Colors for a dark or a light background.\n" + PROMPT)


def test_rows_that_are_too_wide_are_shown_one_value_a_line(terminal: Start) -> None:
    shell = opened(terminal, rows=90, cols=60)
    shell.send_line("save long help filters, keys, output, quoting, scripting, config, connections, consistency, files")
    shell.send_line("list saved_commands")
    shell.wait_for("-[ 1 ]-\nname    | long\n")
    shell.wait_for("(1 row)")
    shell.send_line("set expanded off")
    shell.wait_for("expanded is off.")


@pytest.mark.parametrize("cols", [20, 40])
def test_a_narrow_terminal_shows_everything(terminal: Start, cols: int) -> None:
    shell = opened(terminal, rows=90, cols=cols)
    shell.send_line("list settings -o jsonl")
    shell.wait_for('"theme"')
    shell.send_line("version")
    shell.wait_for("│ 0.1.0" if cols > 30 else "0.1.0")


def test_the_terminal_may_change_its_size(terminal: Start) -> None:
    shell = opened(terminal)
    shell.send("version -o")
    shell.wait_for(f"{PROMPT} version -o")
    shell.resize(12, 30)
    shell.send(" jsonl")
    shell.send_key("enter")
    shell.wait_for('{"milvus_cli": "0.1.0"}')
    shell.resize(30, 100)
    shell.send_line("show output -o csv")
    shell.wait_for("output\ntable\n" + PROMPT)


def test_hostile_text_from_a_server_never_reaches_the_terminal(cli: Cli, terminal: Start, lite: LiteServer) -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J\r\u202eevil\x9b31m"
    cli("connect", lite.address, "-a", "dev")
    fields = ("-f", "id:INT64", "-f", "t:VARCHAR:200", "-f", "v:FLOAT_VECTOR:2")
    cli("create", "collection", "hostile", *fields, "-p", "id")
    assert cli("insert", "row", "-c", "hostile", "--row", _row(hostile)).code == 0
    cli("create", "index", "-c", "hostile", "-f", "v", "-t", "FLAT", "-m", "L2")
    cli("load", "collection", "hostile")
    shell = terminal(cols=120)
    shell.wait_for("dev/default>")
    for output in ("table", "vertical", "markdown", "json", "yaml", "csv"):
        shell.send_line(f"search hostile -v [1,2] --fields t -o {output}")
        shell.wait_for(f"-o {output}")
    shell.send_line("version -o jsonl")
    shell.wait_for('{"milvus_cli"')
    for part in (b"\x1b]0;owned", b"\x07", "\u202e".encode(), "\x9b".encode()):
        assert part not in shell.raw
    assert _titles(cli) == [hostile]


def _row(title: str) -> str:
    return json.dumps({"id": 1, "t": title, "v": [1, 2]})


def _titles(cli: Cli) -> list[str]:
    found = cli("search", "hostile", "-v", "[1,2]", "--fields", "t", "-o", "json")
    return [row["t"] for row in json.loads(found.out)]


def test_a_line_that_the_terminal_wraps_has_no_prompt_of_its_own(terminal: Start) -> None:
    shell = opened(terminal, cols=40)
    shell.send("version --timeout 10 --color never -o jsonl")
    shell.wait_for("--color\n never -o jsonl")
    shell.send(" 'open\r")
    shell.wait_for("open\n...")


def test_up_searches_for_what_is_typed_although_a_menu_is_open(terminal: Start) -> None:
    shell = opened(terminal)
    for line, seen in (("version -o jsonl", '"}'), ("show theme -o csv", "auto"), ("version -o csv", "0.1.0")):
        shell.send_line(line)
        shell.wait_for(f"{seen}\n{PROMPT}")
    shell.send("ver")
    shell.wait_for("Show the version of milvus_cli")
    shell.send_key("up")
    shell.wait_for(f"0.1.0\n{PROMPT} version -o csv")
    shell.send_key("up")
    shell.wait_for(f"0.1.0\n{PROMPT} version -o jsonl")
    shell.send_key("down", "enter")
    shell.wait_for(f"0.1.0\n{PROMPT} version -o csv\nmilvus_cli\n0.1.0\n{PROMPT}")


@pytest.mark.parametrize("rows", [4, 6, 8])
def test_a_low_window_shows_the_line(terminal: Start, rows: int) -> None:
    shell = opened(terminal, rows=rows)
    shell.send_line("version -o jsonl")
    shell.wait_for('{"milvus_cli": "0.1.0"}\n' + PROMPT)
    assert b"Window too small" not in shell.raw


def test_down_and_tab_still_enter_the_menu(terminal: Start) -> None:
    shell = opened(terminal)
    shell.send("show t")
    shell.wait_for("Show the theme setting")
    shell.send_key("down", "tab")
    shell.wait_for(f"{PROMPT} show theme")


def test_the_first_line_names_version_connection_and_help(terminal: Start, cli: Cli, lite: LiteServer) -> None:
    said = "milvus_cli 0.1.0, {}. Type `help` for help, Ctrl-D to exit.\n"
    assert opened(terminal).text.startswith(said.format("not connected") + PROMPT)
    cli("connect", lite.uri, "-a", "dev")
    shell = terminal()
    shell.wait_for("dev/default>")
    assert shell.text.startswith(said.format(f"dev at {lite.uri.removeprefix('http://')}") + "dev/default>")
    quiet = terminal("-q")
    quiet.wait_for("dev/default>")
    assert quiet.text.startswith("dev/default>")
