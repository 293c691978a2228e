"""Commands about the shell itself."""

from importlib.resources import files

import click

from .. import __version__
from ..command import command, option, word
from ..errors import Leave
from ..result import Record, Script, Text
from ..session import Session


@command("version")
def version(session: Session) -> Record:
    """Show the version of this program.

    \b
    Example: version
    """
    return Record({"milvus_cli": __version__})


@command("exit")
@word("code", "--code", needed=False, type=click.IntRange(0, 255), help="Exit code [0].")
def exit_(session: Session, code: int | None) -> None:
    """Leave the shell, or end the script.

    \b
    Example: exit
    """
    raise Leave(code or 0)


@command("help")
@click.argument("words", nargs=-1)
def help_(session: Session, words: tuple[str, ...]) -> Text:
    """Show all commands, or the help of one.

    \b
    Example: help connect
    """
    from ..tree import help_text

    return Text(help_text(words))


@command("quickstart")
@option("--no-shell", is_flag=True, help="Don't open the shell at the end.")
def quickstart(session: Session, no_shell: bool) -> Script:
    """Start Milvus Lite here and walk through a small collection: create, insert, index, load, search.

    Then opens the shell, on a terminal. It may be run again: it makes what is missing.

    \b
    Example: quickstart
    """
    text = files("milvus_cli").joinpath("quickstart.mcli").read_text(encoding="utf-8")
    return Script("quickstart", text, stay=not no_shell)
