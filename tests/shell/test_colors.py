"""Colors in the shell, which settings and flags change at once."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from prompt_toolkit.styles import Attrs

from milvus_cli.output.colors import DARK, LIGHT, PLAIN, palette
from milvus_cli.shell.style import CLASSES, color_depth, shell_style
from tests.support.cli import Cli
from tests.support.terminal import Terminal

Start = Callable[..., Terminal]
PROMPT = "milvus_cli>"


def attributes(theme: str, name: str) -> Attrs:
    return shell_style(palette(theme, {})).get_attrs_for_style_str(f"class:{name}")


def raw_of(shell: Terminal, line: str, end: str) -> bytes:
    """Returns the bytes from the echo of a line to the next prompt."""
    before = len(shell.raw)
    shell.send_line(line)
    shell.wait_for(end)
    return shell.raw[before:]


@pytest.fixture
def colored_shell(terminal: Start) -> Terminal:
    """A shell with the dark theme."""
    shell = terminal(env={"COLORFGBG": "15;0"}, rows=40)
    shell.wait_for(PROMPT)
    return shell


def test_the_shell_has_the_colors_of_the_theme() -> None:
    assert set(CLASSES.values()) <= DARK.keys()
    assert attributes("dark", "verb").color == "ansigreen"
    assert attributes("light", "verb").color == "005f00"


@pytest.mark.parametrize(("theme", "looks"), [("dark", DARK), ("light", LIGHT)])
def test_the_toolbar_has_a_background_of_its_own(theme: str, looks: dict[str, str]) -> None:
    found = attributes(theme, "bottom-toolbar")
    assert f"#{found.color} on #{found.bgcolor}" == looks["toolbar"]
    assert not found.reverse


def test_without_colors_the_shell_is_black_and_white() -> None:
    assert color_depth(PLAIN) is not None
    assert shell_style(PLAIN).get_attrs_for_style_str("class:verb").color == ""


def test_every_color_is_one_of_prompt_toolkit() -> None:
    names = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
    for name in (*names, *(f"bright-{each}" for each in names), "#123456"):
        assert shell_style(palette("none", {"verb": f"{name} on {name}"})).get_attrs_for_style_str("class:verb").color


def test_set_color_has_effect_at_once(colored_shell: Terminal) -> None:
    assert b"\x1b[1;91merror:\x1b[0m" in raw_of(colored_shell, "show connection x", "error: ")
    raw_of(colored_shell, "set color never", "color is never.")
    plain = raw_of(colored_shell, "version; show connection y", "connection 'y'")
    assert re.findall(rb"\x1b\[[0-9;]*[34][0-8][0-9;]*m", plain) == []


def test_set_theme_has_effect_at_once(colored_shell: Terminal) -> None:
    raw_of(colored_shell, "set theme light", "theme is light.")
    assert b"\x1b[1;38;5;124merror:\x1b[0m" in raw_of(colored_shell, "show connection x", "connection 'x'")


def test_a_flag_is_for_its_line_only(colored_shell: Terminal) -> None:
    assert b"\x1b[1mmilvus_cli\x1b[0m" not in raw_of(colored_shell, "version -o vertical --color never", "| 0.1.0")
    assert b"\x1b[1mtiming\x1b[0m" in raw_of(colored_shell, "show timing -o vertical", "| off")


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"MILVUS_CLI_COLOR": "never"}, {"MILVUS_CLI_THEME": "none"}])
def test_one_command_has_no_colors_where_they_are_unwanted(terminal: Start, env: dict[str, Any]) -> None:
    shown = terminal("version", env=env)
    assert shown.wait_exit() == 0
    assert b"\x1b" not in shown.raw


def test_the_file_has_single_colors(cli: Cli, terminal: Start) -> None:
    cli.home.mkdir()
    (cli.home / "config.toml").write_text('[colors]\nerror = "underline blue"\n')
    shown = terminal("show", "connection", "x")
    assert shown.wait_exit() == 1
    assert shown.raw.startswith(b"\x1b[4;34merror:\x1b[0m ")


def test_a_usage_error_before_the_command_has_its_color(terminal: Start) -> None:
    shown = terminal("--nonsense")
    assert shown.wait_exit() == 2
    assert shown.raw.startswith(b"\x1b[1;38;5;196merror:\x1b[0m ")


def test_only_a_terminal_gets_colors_unless_they_are_forced(cli: Cli) -> None:
    assert "\x1b" not in cli("version").out
    assert "\x1b[1mfield\x1b[0m" in cli("version", "--color", "always").out
    assert cli("version", "--color", "always", "-o", "json").out == '{\n  "milvus_cli": "0.1.0"\n}\n'
