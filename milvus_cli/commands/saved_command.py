"""Commands for saved commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import argument, command, option
from ..grammar.tree import COMMAND
from ..grammar.types import SAVED_COMMAND
from ..result import Done, Script, Table
from ..session.saved_commands import SavedCommands

if TYPE_CHECKING:
    from ..session.session import Session


@command("save", context_settings={"allow_interspersed_args": False})
@argument("name", metavar="NAME")
@argument("words", nargs=-1, required=True, type=COMMAND, metavar="COMMAND …")
@option("--force", "replace", is_flag=True, help="Replace a saved command of this name.")
def save(session: Session, name: str, words: tuple[str, ...], replace: bool) -> Done:
    """Save a command under a name, for `run`.

    $1, $2 and so on are its arguments, $@ is all of them. Quote several commands, or one with `|`, as a single word.

    \b
    Example: save first query -c book --limit $1
    """
    from ..app.saving import checked_text

    SavedCommands(session.config.home).save(name, checked_text(words), replace=replace)
    session.names_changed()
    return Done(f"Saved {name}.", {"name": name, "saved": True})


@command("run")
@argument("name", type=SAVED_COMMAND, metavar="NAME")
@argument("arguments", nargs=-1, metavar="[ARGUMENT …]")
def run(session: Session, name: str, arguments: tuple[str, ...]) -> Script:
    """Run a saved command.

    Options such as -o are for its output. Arguments that begin with a dash go after `--`.

    \b
    Example: run first 3
    """
    return Script(name, SavedCommands(session.config.home).text(name), arguments=arguments)


@command("list saved_commands")
def list_saved_commands(session: Session) -> Table:
    """List saved commands.

    \b
    Example: list saved_commands
    """
    saved = SavedCommands(session.config.home)
    return Table(("name", "command"), [(name, saved.text(name)) for name in saved.names()])


@command("delete saved_command")
@argument("name", type=SAVED_COMMAND, metavar="NAME")
def delete_saved_command(session: Session, name: str) -> Done:
    """Delete a saved command.

    \b
    Example: delete saved_command first
    """
    SavedCommands(session.config.home).delete(name)
    session.names_changed()
    return Done(f"Deleted saved command {name}.", {"name": name, "deleted": True})
