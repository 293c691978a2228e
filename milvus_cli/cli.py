"""The program: options before the command, then one command, a script, or the shell."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import click

from . import __version__
from .app import execute
from .command import GLOBAL_OPTIONS
from .config import Config
from .errors import CliError, InvalidInput, Leave
from .output.console import Console
from .output.render import render_error
from .session import Options, Session
from .tree import PROGRAM, tree

USAGE_HINT = "milvus_cli --help"


def main(argv: list[str] | None = None) -> int:
    """Runs the program and returns its exit code."""
    console = Console()
    try:
        with _program().make_context(PROGRAM, list(sys.argv[1:] if argv is None else argv)) as ctx:
            return _run(console, **ctx.params)
    except click.exceptions.Exit as exc:
        return exc.exit_code
    except click.UsageError as exc:
        render_error(InvalidInput(exc.format_message(), hint=USAGE_HINT), "table", console)
        return InvalidInput.exit_code
    except BrokenPipeError:
        return _close_pipe()


def _program() -> click.Command:
    """What stands before the command. Its own words end at the first that is not an option."""
    own = [
        click.Option(["-c", "script"], metavar="COMMANDS", help="Run these commands, separated by ';', and end."),
        click.Option(["-f", "file"], metavar="FILE", help="Run the commands in a file, - for standard input, and end."),
        click.Option(["--keep-going"], is_flag=True, help="In a script, go on after a command that failed."),
        click.Option(["--echo"], is_flag=True, help="In a script, show each command before its output."),
        click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version and end."),
        click.Option(["--help"], is_flag=True, is_eager=True, expose_value=False, callback=_show_help, help="Show this help and end."),
        click.Argument(["words"], nargs=-1, type=click.UNPROCESSED),
    ]  # fmt: skip
    return click.Command(
        PROGRAM,
        params=[*own, *GLOBAL_OPTIONS],
        add_help_option=False,
        context_settings={"allow_interspersed_args": False},
    )


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        click.echo(f"milvus_cli {__version__}")
        ctx.exit()


def _show_help(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if not value:
        return
    formatter = ctx.make_formatter()
    formatter.write_usage(PROGRAM, "[OPTIONS] [COMMAND …]")
    formatter.write_paragraph()
    formatter.write_text("The command-line shell for Milvus. Without a command: the interactive shell.")
    with formatter.section("Options"):
        formatter.write_dl([row for each in ctx.command.params if (row := each.get_help_record(ctx))])
    root = tree()
    root.format_commands(click.Context(root, info_name=PROGRAM), formatter)
    click.echo(formatter.getvalue().rstrip("\n"))
    ctx.exit()


def _run(
    console: Console, words: tuple[str, ...], script: str | None, file: str | None, keep_going: bool, echo: bool, **given: Any
) -> int:  # fmt: skip
    session = Session(Config.from_environment(), console, Options(**given))
    try:
        if sum((bool(words), script is not None, file is not None)) > 1:
            raise InvalidInput("give a command, -c or -f: one of them", hint=USAGE_HINT)
        if words:
            code = execute(words, session)
            return _shell(session) if session.stay and console.interactive and code == 0 else code
        if script is None and file is None and console.interactive:
            return _shell(session)
        return _script(session, script, file, keep_going=keep_going, echo=echo)
    except Leave as leave:
        return leave.exit_code
    except CliError as exc:
        render_error(exc, session.output, console)
        return exc.exit_code
    finally:
        session.close()


def _shell(session: Session) -> int:
    from .repl.loop import run_shell

    return run_shell(session)


def _script(session: Session, script: str | None, file: str | None, *, keep_going: bool, echo: bool) -> int:
    from .script import run_script

    lines: Iterable[str]
    if script is not None:
        lines, name = script.splitlines(), "-c"
    elif file is None or file == "-":
        # Nobody can be asked: what stands on standard input are commands, not answers.
        session.defaults = replace(session.defaults, no_input=True)
        lines, name = session.console.stdin, "stdin"
    else:
        try:
            with open(file, encoding="utf-8") as opened:
                lines, name = opened.read().splitlines(), file
        except (OSError, UnicodeDecodeError) as exc:
            reason = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8 text"
            raise InvalidInput(f"can't read {file}: {reason}") from exc
    return run_script(lines, session, name=name, keep_going=keep_going, echo=echo)


def _close_pipe() -> int:
    """Whoever read our output has gone: end quietly, as other programs in a pipe do."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 141
