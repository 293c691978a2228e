"""Commands for settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.click_nodes import Leaf
from ..grammar.command import argument, command
from ..grammar.offered import Offered, Words, items
from ..result import Done, Record, Table
from ..session.settings import SETTINGS, config_path, setting, write_file
from ..text.names import named

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ..session.session import Session

NAME = Words("setting", {name: each.meaning for name, each in SETTINGS.items()})


class SettingValue(Offered):
    """A value of the setting named on the line; its choices are offered."""

    name = "value"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        chosen = SETTINGS.get(str(ctx.params.get("name")))
        return items(named((each, "") for each in (chosen.choices if chosen else ())).best(incomplete))


@command("set")
@argument("name", type=NAME, metavar="[NAME]", required=False)
@argument("value", type=SettingValue(), metavar="[VALUE]", required=False)
def set_(session: Session, name: str | None, value: str | None) -> Done | Record | Table:
    """Change a setting, or show it.

    The change lasts until the end of the shell or script. Without VALUE, shows the setting; without NAME, all settings.

    \b
    Example: set output json
    Example: set output
    """
    if name is None:
        return _all_settings(session)
    if value is None:
        return Record({name: session.settings[setting(name, "set").name]})
    session.state.settings = session.settings.with_value(name, value, "set")
    chosen = session.settings[name]
    return Done(f"{name} is {chosen if chosen.strip() else repr(chosen)}.", {"setting": name, "value": chosen})


def _show(name: str) -> Leaf:
    """Declares the command that shows one setting."""

    def show(session: Session) -> Record:
        return Record({name: session.settings[name]})

    show.__doc__ = f"Show the {name} setting.\n\n{SETTINGS[name].meaning}\n\n\b\nExample: show {name}\n"
    return command(f"show {name}", hidden=True)(show)


SHOW_COMMANDS = tuple(map(_show, SETTINGS))
"""Left out of the list of all commands, where they would fill half a screen; `help show` lists them."""


@command("list settings")
def list_settings(session: Session) -> Table:
    """List settings.

    Shows each value, its source and its meaning.

    \b
    Example: list settings
    """
    return _all_settings(session)


def _all_settings(session: Session) -> Table:
    chosen = session.settings
    rows = [(name, chosen[name], chosen.sources[name], each.meaning) for name, each in SETTINGS.items()]
    return Table(("setting", "value", "source", "meaning"), rows, optional=("source", "meaning"))


@command("create config")
def create_config(session: Session) -> Done:
    """Create a configuration file.

    Lists every setting with its meaning, as comments to edit.

    \b
    Example: create config
    """
    path = config_path()
    write_file(path)
    return Done(f"Wrote {path}.", {"path": str(path)})
