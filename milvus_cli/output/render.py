"""Turns results and errors into text. Knows nothing of servers."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..errors import CliError
from ..result import Document, Done, Record, Report, Result, Table, Text, Value
from ..text.yaml import to_yaml
from .console import Console
from .formats import FOR_PROGRAMS, WRITERS, Style
from .values import CELL_WIDTH, harmless, to_json

FRAME, LABEL = 7, 7
"""Columns that the borders of a table with two columns take, and at the least the first of them."""


def render(result: Result, output: str, console: Console, *, quiet: bool = False, expanded: str = "auto") -> None:
    """Writes a result to stdout in the format `output`; `quiet` leaves out what only confirms.

    `expanded` is of Style.
    """
    style = _style(console, expanded)
    if isinstance(result, Done):
        _render_done(result, output, console, style, quiet=quiet)
    elif isinstance(result, Table):
        _render_table(result, output, console, style, quiet=quiet)
    elif isinstance(result, Record):
        if not (quiet and result.confirms and output not in FOR_PROGRAMS):
            _render_record(result, output, console, style)
    elif isinstance(result, Report):
        _render_report(result, output, console, style, quiet=quiet)
    elif isinstance(result, Document):
        _render_document(result, output, console, style)
    elif isinstance(result, Text):
        _render_text(result, output, console, style)
    console.flush()


def render_error(error: CliError, output: str, console: Console, *, where: str = "") -> None:
    """One line and a hint on stderr; with a format for programs, one JSON object there."""
    message = f"{where}: {error.message}" if where else error.message
    if output in FOR_PROGRAMS:
        values = {
            "code": error.exit_code,
            "message": message,
            "hint": error.hint or None,
            "server_code": error.server_code,
        }
        console.note(to_json({"error": values}))
        return
    console.note(f"error: {message}" + (f"\nhint: {error.hint}" if error.hint else ""))


def _render_done(result: Done, output: str, console: Console, style: Style, *, quiet: bool) -> None:
    if output in FOR_PROGRAMS:
        _render_record(Record({"message": result.message, **result.made}), output, console, style)
    elif not quiet:
        console.write(harmless(result.message, keep="\n") + "\n")


def _render_text(result: Text, output: str, console: Console, style: Style) -> None:
    if output in FOR_PROGRAMS and result.values:
        _render_record(Record(result.values), output, console, style)
    else:
        console.write(result.text.rstrip("\n") + "\n")


def _render_table(result: Table, output: str, console: Console, style: Style, *, quiet: bool) -> None:
    _write(WRITERS[output](result.columns, result.rows, style), console)
    if result.note and output not in FOR_PROGRAMS and not quiet:
        note = result.note if isinstance(result.note, str) else result.note()
        console.write(harmless(note) + "\n")


def _render_record(result: Record, output: str, console: Console, style: Style) -> None:
    if output in ("table", "markdown"):
        # A record is one thing: its lines are no rows to count, and may be as wide as the terminal.
        room = style.columns - max(LABEL, *map(len, result.values)) - FRAME
        style = replace(style, expanded="off", counted=False, room=max(CELL_WIDTH, room))
        columns, rows = ["field", "value"], [[name, value] for name, value in result.values.items()]
        if result.sources:
            columns.append("source")
            rows = [[name, value, result.sources.get(name, "")] for name, value in rows]
        _write(WRITERS[output](columns, rows, style), console)
        return
    values = {**result.values, "sources": dict(result.sources)} if result.sources else dict(result.values)
    if output in ("json", "yaml"):
        _render_document(Document(values), output, console, style)
    else:
        _write(WRITERS[output](tuple(values), [tuple(values.values())], style), console)


def _render_report(result: Report, output: str, console: Console, style: Style, *, quiet: bool) -> None:
    if output in FOR_PROGRAMS:
        parts = {section.key: [dict(each) for each in section.items] for section in result.sections}
        _render_record(Record({**result.values, **parts}), output, console, style)
        return
    plain = {name: _joined_words(value) for name, value in result.values.items()}
    _render_record(Record(plain), output, console, style)
    for section in result.sections:
        if section.items:
            console.write(f"\n{section.key.replace('_', ' ').capitalize()}\n")
            _render_table(section.table, output, console, style, quiet=quiet)


def _joined_words(value: Value) -> Value:
    """Lists of words as people write them."""
    if isinstance(value, dict):
        return ", ".join(f"{key}={each}" for key, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _render_document(result: Document, output: str, console: Console, style: Style) -> None:
    ascii_only = not style.unicode
    if output == "yaml":
        console.write(to_yaml(result.value, ascii_only=ascii_only))
    else:
        indent = None if output == "jsonl" else 2
        console.write(to_json(result.value, indent=indent, ascii_only=ascii_only) + "\n")


def _write(pieces: Iterable[Any], console: Console) -> None:
    for piece in pieces:
        console.write(piece)


def _style(console: Console, expanded: str) -> Style:
    encoding = getattr(console.stdout, "encoding", None) or "ascii"
    return Style(
        terminal=console.to_terminal,
        unicode=encoding.lower().startswith("utf"),
        encoding=encoding,
        expanded=expanded,
    )
