"""The settings a user can choose, and where each value came from: `set`, flag, environment, file, default.

The file is config.toml under the user's configuration directory, or where MILVUS_CLI_CONFIG says.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from ..connections.environment import expanded
from ..connections.private_files import make_private, why_unreadable, write_whole
from ..errors import CliError, InvalidInput
from ..output.colors import ROLES, THEMES, parsed
from ..output.formats import FORMATS, ROWS_SHOWN
from ..output.grid import TABLE_STYLES
from ..output.values import CELL_WIDTH, NULL
from ..text.names import missing_name
from ..text.numbers import finite
from ..text.unwritable import unwritable

SWITCH = ("on", "off")


SHORTEST, LONGEST = 0.001, 86_400
"""The seconds that a setting takes: a millisecond to a day."""

COLORS = "colors"
"""The table of the configuration file with the colors of single roles."""

COLOR_HINT = "such as red, bright-cyan, bold #d0d0d0, or white on blue"

MOST = 1_000_000_000
"""The largest whole number that a setting takes."""


class Setting(NamedTuple):
    """One choice. `choices` is empty for free text and for numbers; `variable` is its environment variable.

    A `number` is of seconds; a `whole` one may be 0.
    """

    name: str
    default: str
    meaning: str
    choices: tuple[str, ...] = ()
    number: bool = False
    whole: bool = False

    @property
    def variable(self) -> str:
        return f"MILVUS_CLI_{self.name.upper()}"

    def checked(self, value: Any, source: str) -> str:
        """The value as text. Raises InvalidInput, naming setting, value and source."""
        text = str(value)
        if isinstance(value, bool):
            text = ("on" if value else "off") if "on" in self.choices else text.lower()
        if self.choices and text not in self.choices:
            raise InvalidInput(f"{source}: {self.name} can't be {text!r}", hint=f"one of: {', '.join(self.choices)}")
        if self.number and not _is_duration(text):
            hint = f"a number from {SHORTEST:g} to {LONGEST:,}"
            raise InvalidInput(f"{source}: {self.name} can't be {text!r}", hint=hint)
        if self.whole and not _is_whole(text):
            hint = f"an integer from 0 to {MOST:,}"
            raise InvalidInput(f"{source}: {self.name} can't be {text!r}", hint=hint)
        return text


SETTINGS = {
    each.name: each
    for each in (
        Setting("output", "table", "Output format.", FORMATS),
        Setting("timeout", "10", "Timeout of each request, in seconds.", number=True),
        Setting("completion_timeout", "0.5", "Timeout of completion in bash, zsh and fish, in seconds.", number=True),
        Setting("timing", "off", "Show how long each command took.", SWITCH),
        Setting("pager", "on", "Show long output in a pager ($PAGER or less).", SWITCH),
        Setting("expanded", "auto", "Show one value per line: always, never, or if too wide.", (*SWITCH, "auto")),
        Setting("table_style", "rounded", "Borders of tables.", tuple(TABLE_STYLES)),
        Setting("null_text", NULL, "How tables show NULL."),
        Setting("max_rows", str(ROWS_SHOWN), "Maximum rows of a table on a terminal. 0 means no limit.", whole=True),
        Setting("max_width", str(CELL_WIDTH), "Maximum width of a cell on a terminal. 0 means no limit.", whole=True),
        Setting("editing_mode", "emacs", "Editing keys of the command line.", ("emacs", "vi")),
        Setting(
            "prompt", "{alias}/{database}> ", "Prompt. May contain {alias}, {address}, {database}, {user}, {version}."
        ),
        Setting("color", "auto", "When to use color.", ("auto", "always", "never")),
        Setting("theme", "auto", "Colors for a dark or a light background.", ("auto", *THEMES)),
    )
}


@dataclass(frozen=True)
class Settings:
    """Chosen values by name, each with where it came from. `colors` are those of single roles, from the file."""

    values: Mapping[str, str]
    sources: Mapping[str, str]
    colors: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def with_value(self, name: str, value: str, source: str) -> Settings:
        """These with one changed. Raises InvalidInput for a setting or value that does not exist."""
        checked = setting(name, source).checked(value, source)
        return replace(self, values={**self.values, name: checked}, sources={**self.sources, name: source})


def setting(name: str, source: str) -> Setting:
    found = SETTINGS.get(name)
    if found is None:
        raise missing_name("setting", name, SETTINGS, before=f"{source}: ", error=InvalidInput)
    return found


def load(path: Path, environment: Mapping[str, str]) -> Settings:
    """Defaults, under the file's values, under the environment's. Raises InvalidInput for a file that can't be read."""
    found = Settings({name: each.default for name, each in SETTINGS.items()}, dict.fromkeys(SETTINGS, "default"))
    given = read_file(path)
    colors = given.pop(COLORS, {})
    if colors:
        found = replace(found, colors=_checked_colors(colors, f"{path}, [{COLORS}]"))
    for name, value in given.items():
        found = found.with_value(name, value, str(path))
    for name, each in SETTINGS.items():
        if environment.get(each.variable):
            found = replace(found.with_value(name, environment[each.variable], each.variable))
    return found


def _checked_colors(given: Any, source: str) -> dict[str, str]:
    """Returns the colors of roles. Raises InvalidInput for a role or a color that does not exist."""
    if not isinstance(given, dict):
        raise InvalidInput(f"{source} must be a table", hint='a line [colors], and below it: error = "bold red"')
    for role, text in given.items():
        if role not in ROLES:
            raise missing_name("role", role, ROLES, before=f"{source}: ", error=InvalidInput)
        try:
            parsed(str(text))
        except ValueError as exc:
            raise InvalidInput(f"{source}: {role}: {exc}", hint=COLOR_HINT) from exc
    return {role: str(text) for role, text in given.items()}


def config_path(environment: Mapping[str, str] = os.environ) -> Path:
    given = environment.get("MILVUS_CLI_CONFIG")
    if given:
        return expanded(given)
    if environment.get("MILVUS_CLI_HOME"):
        return expanded(environment["MILVUS_CLI_HOME"]) / "config.toml"
    import platformdirs

    return Path(platformdirs.user_config_dir("milvus_cli", appauthor=False)) / "config.toml"


def read_file(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidInput(f"can't read {path}: {why_unreadable(exc)}") from exc
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return dict(tomllib.loads(text))
    except tomllib.TOMLDecodeError as exc:
        raise InvalidInput(
            f"{path} is not TOML: {exc}", hint="correct it, or move it away and run `create config`"
        ) from exc


def write_file(path: Path) -> None:
    """Writes every setting as a comment with its default and meaning. Raises CliError; never over a file."""
    head = "# Settings of milvus_cli. Environment variables and options take precedence.\n\n"
    blocks = "\n".join(map(_block, SETTINGS.values()))
    try:
        make_private(path.parent)
        write_whole(path, head + blocks + _color_block(), replace=False)
    except FileExistsError as exc:
        raise CliError(f"{path} exists", hint="edit it, or move it away first") from exc
    except OSError as exc:
        raise unwritable(path, exc) from exc


def _block(each: Setting) -> str:
    from json import dumps

    choices = f" One of: {', '.join(each.choices)}." if each.choices else ""
    value = each.default if each.number or each.whole else dumps(each.default)
    return f"# {each.meaning}{choices} Environment: {each.variable}.\n# {each.name} = {value}\n"


def _color_block() -> str:
    lines = "".join(f'# {role} = "{look}"\n' for role, look in THEMES["dark"].items())
    return f"\n# Single colors, over those of the theme (here the dark one's): {COLOR_HINT}.\n# [{COLORS}]\n{lines}"


def _is_duration(text: str) -> bool:
    try:
        return SHORTEST <= finite(text) <= LONGEST
    except ValueError:
        return False


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= len(str(MOST)) and int(text) <= MOST
