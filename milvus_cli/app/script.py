"""Runs commands from a text, one after the other, until one fails."""

from collections.abc import Iterable

from ..errors import Leave
from ..grammar.lines import Statement, Unreadable, statements
from ..output.render import render_error
from ..session.session import Session
from .history import carries_secret
from .runner import run


def run_script(
    lines: Iterable[str], session: Session, *, name: str, keep_going: bool = False, echo: bool = False
) -> int:
    """Returns the exit code of the first command that failed, and stops there unless `keep_going`; 0 when none did."""
    code = 0

    def told(error: Unreadable) -> None:
        nonlocal code
        render_error(error, session.output, session.console, where=f"{name}:{error.line}")
        code = code or error.exit_code

    try:
        for statement in statements(lines, passed_over=told if keep_going else None):
            failed = _run(statement, session, name, echo=echo)
            code = code or failed
            if failed and (not keep_going or failed == 130):
                break
    except Leave as leave:
        return leave.exit_code or code
    except Unreadable as exc:
        told(exc)
    return code


def _run(statement: Statement, session: Session, name: str, *, echo: bool) -> int:
    if echo:
        hidden = carries_secret(statement.text)
        text = f"{statement.argv[0]} … (hidden: it has a secret)" if hidden else statement.text
        session.console.write(f"{statement.comment}> {text}\n")
        session.console.flush()
    code = run(statement, session, where=f"{name}:{statement.line}")
    if echo:
        session.console.write("\n")
    return code
