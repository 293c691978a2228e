"""The program: reads the options before the command, then runs one command, a script, or the shell."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from . import __version__
from .connections.private_files import LARGEST
from .errors import CliError, InvalidInput, Leave, OutputLost
from .grammar.click_nodes import WholeWords
from .grammar.lines import PROGRAM, command_start, read_script
from .grammar.params import GLOBAL_OPTIONS, PROGRAM_OPTIONS, UnclearOption, plain_message
from .grammar.tree import COMPLETE_VARIABLE, tree
from .output.colors import starting_palette
from .output.console import Console
from .output.standard import abandon

if TYPE_CHECKING:
    from .output.console import Offered
    from .session.name_source import NameSource
    from .session.options import Options
    from .session.session import Session

USAGE_HINT = "milvus_cli --help"


def main(argv: list[str] | None = None) -> int:
    """Runs the program and returns its exit code."""
    if COMPLETE_VARIABLE in os.environ:
        from .completion.tab import answer

        return answer(_program().params)
    console = Console()
    console.palette = starting_palette()
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        with _program().make_context(PROGRAM, list(words), obj=console) as ctx:
            return _run(console, **ctx.params)
    except click.exceptions.Exit as exc:
        return exc.exit_code
    except UnclearOption as exc:
        return _refuse(InvalidInput(exc.message, hint=exc.hint or USAGE_HINT), words, console)
    except click.UsageError as exc:
        return _refuse(InvalidInput(plain_message(exc), hint=USAGE_HINT), words, console)
    except BrokenPipeError:
        abandon(sys.stdout)
        return 141
    except OutputLost as exc:
        abandon(sys.stdout)
        return _fail(CliError(str(exc), hint=exc.hint), "table", console)


def _program() -> click.Command:
    """Returns the click command for the options before the command; its parsing ends at the first plain word."""
    own = [
        *PROGRAM_OPTIONS,
        _showing("--version", _show_version, "Show the version and exit."),
        _showing("--help", _show_help, "Show this help and exit."),
        click.Argument(["words"], nargs=-1, type=click.UNPROCESSED),
    ]
    return WholeWords(
        PROGRAM,
        params=[*own, *GLOBAL_OPTIONS],
        add_help_option=False,
        context_settings={"allow_interspersed_args": False},
    )


def _showing(name: str, callback: Callable[..., None], meaning: str) -> click.Option:
    """Returns an option that shows something and ends the program."""
    return click.Option([name], is_flag=True, is_eager=True, expose_value=False, callback=callback, help=meaning)


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        _show(ctx, f"milvus_cli {__version__}\n")


def _show_help(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if not value:
        return
    from .grammar.help_layout import columns, option_row, spelling_columns

    formatter = click.HelpFormatter(width=columns())
    formatter.write_usage(PROGRAM, "[OPTIONS] [COMMAND …]")
    formatter.write_paragraph()
    formatter.write_text("The command-line shell for Milvus. Without a command it opens the interactive shell.")
    root = tree()
    root.format_commands(click.Context(root, info_name=PROGRAM), formatter)
    options = [each for each in ctx.command.params if isinstance(each, click.Option)]
    with formatter.section("Options"):
        formatter.write_dl([row for each in options if (row := option_row(each, ctx))], col_max=spelling_columns())
    _show(ctx, formatter.getvalue().rstrip("\n") + "\n")


def _show(ctx: click.Context, text: str) -> None:
    """Writes the text, in the pager if it is long, and ends the program."""
    from .output.pager import paged

    with paged(ctx.obj):
        ctx.obj.write(text)
    ctx.obj.flush()
    ctx.exit()


def _run(
    console: Console,
    *,
    words: tuple[str, ...],
    scripts: tuple[str, ...],
    files: tuple[str, ...],
    keep_going: bool,
    echo: bool,
    **given: Any,
) -> int:
    from .connections.environment import Config
    from .session.options import Options
    from .session.session import Session
    from .session.settings import config_path, load

    options = Options(**given)
    console.editor = _edited
    try:
        session = Session(Config.from_environment(), console, load(config_path(), os.environ), options, _catalog)
    except CliError as exc:
        return _fail(exc, options.output or "table", console)
    console.palette = session.palette
    try:
        return _dispatch(session, options, words, scripts, files, keep_going=keep_going, echo=echo)
    except Leave as leave:
        return leave.exit_code
    except CliError as exc:
        return _fail(exc, session.output, console)
    finally:
        session.close()


def _edited(question: str, offered: Offered, console: Console) -> str:
    from .shell.answer import edited

    return edited(question, offered, console)


def _catalog(session: Session) -> NameSource:
    from .completion.catalog import Catalog

    return Catalog(session)


def _dispatch(
    session: Session,
    options: Options,
    words: tuple[str, ...],
    scripts: tuple[str, ...],
    files: tuple[str, ...],
    *,
    keep_going: bool,
    echo: bool,
) -> int:
    if sum((bool(words), bool(scripts), bool(files))) > 1:
        raise InvalidInput("a command, -c and -f cannot be combined", hint=USAGE_HINT)
    if words:
        from .app.runner import execute

        before = {"alias": options.alias, "database": options.database}
        code = execute(words[command_start(words) :], session, page=True, before=before)
        if unkept := session.unkept():
            session.console.note(unkept)
        return _shell(session) if session.state.stay and session.console.interactive and code == 0 else code
    if not scripts and not files and session.console.interactive:
        return _shell(session)
    session = session.with_options(replace(session.options, scripted=True))
    if scripts:
        return _script(session, "\n".join(scripts).split("\n"), "-c", keep_going=keep_going, echo=echo)
    return _files(session, files or ("-",), keep_going=keep_going, echo=echo)


def _shell(session: Session) -> int:
    from .shell.loop import run_shell

    return run_shell(session)


def _files(session: Session, files: Sequence[str], *, keep_going: bool, echo: bool) -> int:
    """Runs scripts one after the other; stops at the first that fails unless `keep_going`."""
    code, stdin = 0, session.console.stdin
    for file in files:
        if file == "-":
            # Nobody can be asked: standard input has commands, not answers.
            session = session.with_options(replace(session.options, no_input=True))
            session.console.commands_on_stdin = True
            lines: Iterable[str] = iter(lambda: stdin.readline(LARGEST), "")
        else:
            lines = read_script(file).split("\n")
        failed = _script(session, lines, "stdin" if file == "-" else file, keep_going=keep_going, echo=echo)
        code = code or failed
        if failed and not keep_going:
            break
    return code


def _script(session: Session, lines: Iterable[str], name: str, *, keep_going: bool, echo: bool) -> int:
    from .app.runner import run_script

    return run_script(lines, session, name=name, keep_going=keep_going, echo=echo)


def _refuse(error: CliError, words: Sequence[str], console: Console) -> int:
    from .output.formats import format_in

    return _fail(error, format_in(words) or "table", console)


def _fail(error: CliError, output: str, console: Console) -> int:
    from .output.render import render_error

    render_error(error, output, console)
    return error.exit_code
