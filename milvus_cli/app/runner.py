"""Runs single commands and scripts, and maps failures to exit codes."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import click
from click.core import ParameterSource

from ..errors import CliError, Interrupted, InterruptedChange, InvalidInput, Leave, OutputLost
from ..grammar.click_nodes import HelpWanted, Leaf
from ..grammar.foreign_words import foreign_hint
from ..grammar.lines import PROGRAM, Statement, Unreadable, statements
from ..grammar.params import UnclearOption, given_as, plain_message
from ..grammar.tree import UnknownCommand, Verb, find, tree
from ..output.formats import Style, format_in
from ..output.objects import selected
from ..output.pager import paged
from ..output.render import render, render_error
from ..result import Document, Live, Picture, Repeat, Report, Result, Script, Shown, Table, Text
from ..session.session import Session
from .redirect import redirected

CHOOSE_BEFORE = "run `use connection NAME` first, or start with it: `milvus_cli --alias NAME -c '…'`"
NOTHING: Mapping[str, object] = MappingProxyType({})


def execute(
    argv: Sequence[str], session: Session, *, page: bool = False, before: Mapping[str, object] = NOTHING
) -> int:
    """Runs the command given by these words, as `run` does."""
    return run(Statement(tuple(argv), "", 1), session, page=page, before=before)


def run(
    statement: Statement,
    session: Session,
    *,
    where: str = "",
    page: bool = False,
    before: Mapping[str, object] = NOTHING,
) -> int:
    """Runs a command and shows its result; returns the exit code. Raises Leave for `exit`.

    `where` (file:line) precedes error messages. With `page`, long results go through the pager. `before` has
    the alias and database given before the command.
    """
    started = time.monotonic()
    try:
        return _run(statement, session, where, before, page=page)
    finally:
        if session.settings["timing"] == "on":
            session.console.note(f"Time: {(time.monotonic() - started) * 1000:.1f} ms")


def run_script(
    lines: Iterable[str],
    session: Session,
    *,
    name: str,
    keep_going: bool = False,
    echo: bool = False,
    prepared: Callable[[Statement], Statement] = lambda statement: statement,
) -> int:
    """Runs the commands of a text, each as `prepared` returns it; returns the exit code of the first failure, or 0.

    Stops at the first failure unless `keep_going`.
    """
    code = 0

    def told(error: Unreadable) -> None:
        nonlocal code
        render_error(error, session.output, session.console, where=f"{name}:{error.line}")
        code = code or error.exit_code

    try:
        for statement in statements(lines, passed_over=told if keep_going else None):
            failed = _run_echoed(prepared(statement), session, name, echo=echo)
            code = code or failed
            if failed and (not keep_going or failed == 130):
                break
    except Leave as leave:
        return leave.exit_code or code
    except Unreadable as exc:
        told(exc)
    return code


def _run_echoed(statement: Statement, session: Session, name: str, *, echo: bool) -> int:
    if echo:
        from .history import carries_secret

        hidden = carries_secret(statement.text)
        text = f"{statement.argv[0]} … (hidden: it has a secret)" if hidden else statement.text
        _tell(session, f"{statement.comment}> {text}\n")
    code = run(statement, session, where=f"{name}:{statement.line}")
    if echo:
        _tell(session, "\n")
    return code


def _tell(session: Session, text: str) -> None:
    """Writes what a script says beside its results: to stderr if the format is for programs."""
    if session.for_people:
        session.console.write(text)
        session.console.flush()
    elif text:
        session.console.note(text.removesuffix("\n"))


def _run(statement: Statement, session: Session, where: str, before: Mapping[str, object], *, page: bool) -> int:
    acting, console = session, session.console
    console.palette = session.palette

    def act() -> int:
        nonlocal acting
        result: Result | None
        style = session.style
        try:
            leaf, ctx = _parsed(statement.argv, session, before)
            acting, style = ctx.obj, _style(ctx)
            console.palette = acting.palette
            result = leaf.invoke(ctx)
        except HelpWanted as wanted:
            result = Text(wanted.text)
        return _show(result, acting, "vertical" if statement.vertical else acting.output, style, page=page)

    try:
        return redirected(session.console, statement.target, act)
    except (Leave, BrokenPipeError, OutputLost):
        raise
    except (click.UsageError, CliError, KeyboardInterrupt, click.Abort) as exc:
        error = _translated(exc, statement)
        _trace_back(acting)
    except UnicodeEncodeError as exc:
        error = InvalidInput(f"invalid text: {ascii(exc.object)[:60]} (not UTF-8)")
        _trace_back(acting)
    except Exception as exc:
        error = CliError(f"internal error: {type(exc).__name__}: {exc}", hint="run it with --debug for the traceback")
        _trace_back(acting)
    if isinstance(error, Interrupted) and session.console.interactive:
        # The terminal has echoed ^C.
        session.console.note("")
    # A line that could not be parsed may still name the format that it wants.
    wanted = format_in(statement.argv) if acting is session else None
    render_error(error, wanted or acting.output, session.console, where=where)
    return error.exit_code


def _parsed(words: Sequence[str], session: Session, before: Mapping[str, object]) -> tuple[Leaf, click.Context]:
    """Returns the command that these words name, and its context, whose session has the line's options."""
    here: click.Command = tree()
    ctx, rest = click.Context(here, info_name=PROGRAM, obj=session), list(words)
    ctx.params.update(before)
    while isinstance(here, Verb):
        here.parse_args(ctx, rest)
        name, here, rest = here.child(ctx.args)
        ctx = click.Context(here, info_name=name, parent=ctx)
    assert isinstance(here, Leaf)
    here.parse_args(ctx, rest)
    return here, ctx


def _style(ctx: click.Context) -> Style:
    """Returns the layout of a line's output: the rows of an explicit --limit are all shown."""
    session: Session = ctx.obj
    wanted = ctx.get_parameter_source("limit") is ParameterSource.COMMANDLINE
    return session.style._replace(most=0) if wanted else session.style


def _show(result: object, session: Session, output: str, style: Style, *, page: bool) -> int:
    if isinstance(result, Script):
        return _run_within(result, session)
    if isinstance(result, Repeat):
        from .repeat import run_repeatedly

        return run_repeatedly(result, session, lambda argv: execute(argv, session))
    if isinstance(result, Live):
        from .live import show_live

        return show_live(result, session, output)
    if isinstance(result, Shown):
        with paged(session.console) if page and session.settings["pager"] == "on" else nullcontext():
            _write(result, session, output, style)
        if isinstance(result, Picture):
            result = result.table
        if isinstance(result, Table):
            failure = result.failure() if callable(result.failure) else result.failure
            if failure is not None:
                raise failure
    return result.exit_code if isinstance(result, Report) else 0


def _run_within(script: Script, session: Session) -> int:
    """Runs the script that a command gave. Raises InvalidInput for one that is already running.

    Its commands choose their connections: an alias given to this command could not be theirs without outranking them.
    """
    if session.options.alias or session.options.database:
        raise InvalidInput("--alias and --db do not apply to the commands of a script", hint=CHOOSE_BEFORE)
    running = session.state.scripts
    if script.name in running:
        raise InvalidInput(f"{script.name} runs itself")
    options: dict[str, Any] = {"name": script.name, "echo": script.echo}
    if script.arguments is not None:
        from .arguments import filler

        options["prepared"] = filler(script.name, script.text, script.arguments)
    session.state.stay = script.stay
    inner = session.with_options(replace(session.options, scripted=True))
    running.append(script.name)
    try:
        runs = run_script if session.for_people or not script.one_answer else _run_for_answer
        code = runs(script.text.split("\n"), inner, **options)
    finally:
        running.pop()
    if not code:
        _tell(session, script.ending)
    return code


def _run_for_answer(lines: Iterable[str], session: Session, *, name: str, echo: bool) -> int:
    """Runs a script whose last result is its answer: the others go to stderr, in the form for people."""
    console = session.console
    *first, last = statements(lines)
    people = session.with_options(replace(session.options, output="table", query=None))
    before = console.stdout
    console.stdout = console.stderr
    try:
        for statement in first:
            if code := _run_echoed(statement, people, name, echo=echo):
                return code
    finally:
        console.stdout = before
    return _run_echoed(last, session, name, echo=echo)


def _write(result: Shown, session: Session, output: str, style: Style) -> None:
    query = session.options.query
    if query is not None:
        for each in selected(result, query, output):
            bare = isinstance(each, Table) and each.bare
            render(each, output, session.console, style=style._replace(headers=style.headers and not bare))
        return
    if session.chose_no_format and not session.console.to_terminal:
        if isinstance(result, Table) and result.bare:
            output, style = "tsv", style._replace(headers=False)
        elif isinstance(result, Document):
            result = result._replace(items=None)
    render(result, output, session.console, quiet=session.quiet, style=style)


def _translated(error: BaseException, statement: Statement) -> CliError:
    argv, cut = statement.argv, statement.cut_option
    if isinstance(error, CliError):
        return error
    if isinstance(error, click.UsageError) and (meant := foreign_hint(argv)):
        return InvalidInput(plain_message(error), hint=meant)
    if isinstance(error, UnknownCommand):
        return InvalidInput(error.message, hint=error.hint)
    if isinstance(error, UnclearOption):
        return InvalidInput(error.message, hint=error.hint or _usage_hint(error, argv))
    if isinstance(error, click.BadOptionUsage) and cut == error.option_name:
        return InvalidInput(plain_message(error), hint=f"quote a ; that is its value: {cut} ';'")
    if isinstance(error, click.UsageError):
        return InvalidInput(plain_message(error), hint=_usage_hint(error, argv))
    if isinstance(error, InterruptedChange):
        return error.error
    return Interrupted()


def _usage_hint(error: click.UsageError, argv: Sequence[str]) -> str:
    """Returns the missing option, or a hint to the command's help.

    click does not report the command of an option without its value.
    """
    if isinstance(error, click.MissingParameter) and isinstance(error.param, click.Option):
        return given_as(error.param)
    with suppress(click.UsageError):
        command = error.ctx.command if error.ctx else find(argv).command
        if isinstance(command, Leaf):
            return f"help {command.path}"
    return "run `help` to list all commands"


def _trace_back(session: Session) -> None:
    if session.options.debug:
        import traceback

        session.console.note(traceback.format_exc())
