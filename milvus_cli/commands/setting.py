"""Commands for settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..command import command
from ..result import Done, Record, Table
from ..settings import SETTINGS, config_path, write_file

if TYPE_CHECKING:
    from ..session import Session


@command("set")
@click.argument("name", metavar="NAME")
@click.argument("value", metavar="VALUE")
def set_(session: Session, name: str, value: str) -> Done:
    """Change a setting for the rest of this shell or script.

    \b
    Example: set output json
    """
    session.settings = session.settings.with_value(name, value, "set")
    return Done(f"{name} is {session.settings[name]}.", {"setting": name, "value": session.settings[name]})


@command("show output")
def show_output(session: Session) -> Record:
    """Show the format of results.

    \b
    Example: show output
    """
    return Record({"output": session.settings["output"]})


@command("list settings")
def list_settings(session: Session) -> Table:
    """List the settings: what each is, where that came from, and what it means.

    \b
    Example: list settings
    """
    chosen = session.settings
    rows = [(name, chosen[name], chosen.sources[name], each.meaning) for name, each in SETTINGS.items()]
    return Table(("setting", "value", "source", "meaning"), rows)


@command("create config")
def create_config(session: Session) -> Done:
    """Write a configuration file with every setting and its meaning, as comments to edit.

    \b
    Example: create config
    """
    path = config_path()
    write_file(path)
    return Done(f"Wrote {path}.", {"path": str(path)})
