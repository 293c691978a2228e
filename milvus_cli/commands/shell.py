"""Commands of the shell itself."""

from __future__ import annotations

import shlex
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from .. import __version__
from ..errors import InvalidInput, Leave
from ..grammar.command import argument, command, option, word
from ..grammar.lines import read_script
from ..grammar.tree import COMMAND, SUBJECT, UnknownCommand, find
from ..grammar.types import FILE
from ..grammar.value_types import FiniteRange
from ..result import Done, Record, Repeat, Result, Script, Table, Text

if TYPE_CHECKING:
    from ..session.session import Session

NEXT_STEPS = """\
# Next steps
query films --filter 'year < 1960'     Query rows
search films --like 1 -l 3             Find films like the one with id 1
show collection films                  Show its fields and index
connect -h HOST                        Connect to your own server
delete collection films                Delete the sample
help                                   List the commands
"""


@command("version")
def version(session: Session) -> Record:
    """Show the version of milvus_cli.

    \b
    Example: version
    """
    return Record({"milvus_cli": __version__})


@command("exit")
@word("code", "--code", needed=False, type=click.IntRange(0, 255), metavar="N", help="Exit code. [default: 0]")
def exit_(session: Session, code: int | None) -> None:
    """Exit the shell or script.

    \b
    Example: exit
    """
    raise Leave(code or 0)


@command("history")
@argument("action", required=False, type=click.Choice(["clear"]))
@option("-n", "--last", type=click.IntRange(1), metavar="N", help="Show only the last N lines.")
def history(session: Session, action: str | None, last: int | None) -> Result:
    """List or clear the command history.

    \b
    Example: history -n 10
    """
    from ..app.history import clear_history, read_history

    if action == "clear" and last:
        raise InvalidInput("--last and clear cannot be combined", hint="`history clear` clears all of it")
    if action == "clear":
        clear_history(session.config.home)
        return Done("History is cleared.")
    lines = list(enumerate(read_history(session.config.home), start=1))
    return Table(("number", "line"), lines[-last:] if last else lines)


@command("watch", context_settings={"allow_interspersed_args": False})
@argument("seconds", type=FiniteRange(min=0.1, max=86400))
@argument("words", nargs=-1, required=True, type=COMMAND, metavar="COMMAND …")
@option(
    "-n", "--count", "times", type=click.IntRange(1), metavar="N", help="Number of runs. [default: until q or Ctrl-C]"
)
def watch(session: Session, seconds: float, words: tuple[str, ...], times: int | None) -> Repeat:
    """Run a command repeatedly.

    A terminal shows the last output below the time and the command, cut to the screen, and highlights what changed
    since the run before. Options of `watch` go before SECONDS.

    \b
    Example: watch --count 2 0.1 list databases
    """
    _require_ends_by_itself(words)
    return Repeat(words, seconds, times)


def _require_ends_by_itself(words: tuple[str, ...]) -> None:
    """Raises InvalidInput for a command that runs until Ctrl-C: watch would start it again."""
    # Errors in the words are reported when they run.
    with suppress(UnknownCommand, click.UsageError):
        name = find(words).command.name
        if name in ("watch", "top", "exit"):
            reason = "it would end the shell" if name == "exit" else "it repeats by itself"
            raise InvalidInput(f"watch can't run {name}: {reason}", hint=f"help {name}")


@command("clear")
def clear(session: Session) -> None:
    """Clear the screen.

    \b
    Example: clear
    """
    session.console.clear()


@command("help")
@argument("words", nargs=-1, type=SUBJECT, metavar="[COMMAND | TOPIC | TEXT]")
def help_(session: Session, words: tuple[str, ...]) -> Text:
    """Show help for a command or topic.

    Without words, lists all commands. Other words are searched for in commands and topics.

    \b
    Example: help connect
    Example: help filters
    Example: help duplicate keys
    """
    from ..grammar.help import answer

    return answer(words)


@command("system", context_settings={"allow_interspersed_args": False})
@argument("words", nargs=-1, required=True, metavar="COMMAND …")
@option("--argument", "arguments", multiple=True, hidden=True, help="Its $1, $2 and so on.")
def system(session: Session, words: tuple[str, ...], arguments: tuple[str, ...]) -> None:
    """Run a command of the operating system.

    A single word is a command for /bin/sh. `!COMMAND` takes the rest of the line as it is, without quotes.

    \b
    Example: system 'ls -l'
    """
    from ..app.system import run_system

    run_system(words[0] if len(words) == 1 else shlex.join(words), session.console, arguments)


@command("tee")
@argument("file", type=FILE, metavar="FILE")
def tee(session: Session, file: str) -> Done:
    """Copy the shell's output to a file.

    Appends commands, output, questions and messages until `notee`. What goes to a file or a program, the output of
    `!` commands, and commands with a password or token are left out.

    \b
    Example: tee session.txt
    """
    session.console.start_transcript(file)
    return Done(f"Copying to {file}.", {"file": file})


@command("notee")
def notee(session: Session) -> Done:
    """Stop copying to a file.

    \b
    Example: notee
    """
    file = session.console.stop_transcript()
    return Done(f"Stopped copying to {file}." if file else "Nothing was copied.", {"file": file})


@command("source")
@argument("file", type=FILE, metavar="FILE")
def source(session: Session, file: str) -> Script:
    """Run the commands of a file.

    Stops at the first error. `exit` ends the file, not the shell. Connections and settings that it changes stay.

    \b
    Example: source setup.mcli
    """
    return Script(file, read_script(file))


@command("quickstart")
@option("--no-shell", is_flag=True, help="Do not open the shell at the end.")
def quickstart(session: Session, no_shell: bool) -> Script:
    """Start with a small sample collection.

    Starts Milvus Lite on this machine and creates, fills, indexes, loads and searches a collection. On a terminal it
    then opens the shell. It can be run repeatedly. A format for programs gets only the answer of the search on standard
    output.

    \b
    Example: quickstart
    """
    from importlib.resources import files

    text = files("milvus_cli").joinpath("quickstart.mcli").read_text(encoding="utf-8")
    return Script("quickstart", text, echo=True, stay=not no_shell, ending=NEXT_STEPS, one_answer=True)
