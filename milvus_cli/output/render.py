"""Turns results and errors into text. Knows nothing of servers."""

import shutil
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from ..errors import CliError
from ..result import Canvas, Document, Done, Picture, Record, Report, Result, Table, Text, Value
from ..text.yaml import to_yaml
from .colors import PLAIN
from .console import Console
from .formats import FOR_PROGRAMS, WRITERS, Style, painted_json
from .objects import object_of, table_of
from .values import harmless, to_json

FRAME, LABEL = 7, 5
"""Columns taken by the borders of a two-column table, and the least width of its first column."""


LINES_BELOW = 4
"""Lines of a terminal left free below a picture, for its note and the next prompt."""
LOWEST, HIGHEST = 10, 40
"""Lines of a picture, however high the terminal."""


class _Page(NamedTuple):
    """Where a result goes, and in which format; `quiet` omits confirmations and notes."""

    console: Console
    output: str
    style: Style
    quiet: bool

    @property
    def for_programs(self) -> bool:
        return self.output in FOR_PROGRAMS

    def write(self, columns: Iterable[str], rows: Iterable[Any], style: Style | None = None) -> None:
        style = style or self.style
        write = self.console.write_painted if style.palette.is_on else self.console.write
        for piece in WRITERS[self.output](tuple(columns), rows, style):
            write(piece)


def render(result: Result, output: str, console: Console, *, quiet: bool = False, style: Style = Style()) -> None:
    """Writes a result to stdout in the format `output`; `quiet` omits confirmations and notes.

    `style` has the user's choices; what the stream needs is added.
    """
    renderer = RENDERERS.get(type(result))
    if renderer:
        renderer(result, _Page(console, output, _suited(style, console, output), quiet))
    console.flush()


def render_error(error: CliError, output: str, console: Console, *, where: str = "") -> None:
    """Writes one line and a hint to stderr; with a format for programs, one JSON object."""
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


def _render_done(result: Done, page: _Page) -> None:
    if page.for_programs:
        _write_record(Record(object_of(result)), page)
    elif not page.quiet:
        page.console.write(harmless(result.message, keep="\n") + "\n")


def _render_text(result: Text, page: _Page) -> None:
    if page.for_programs and result.values:
        _write_record(Record(result.values), page)
    else:
        page.console.write(result.text.rstrip("\n") + "\n")


def _render_table(result: Table, page: _Page) -> None:
    style = page.style._replace(optional=result.optional, roles=result.roles)
    page.write(result.columns, result.rows, style._replace(room=0) if result.whole else style)
    if not page.for_programs:
        _write_note(result, page)


def _write_note(result: Table, page: _Page) -> None:
    if result.note and not page.quiet:
        note = result.note if isinstance(result.note, str) else result.note()
        page.console.write(harmless(note) + "\n")


def _render_picture(result: Picture, page: _Page) -> None:
    if page.output not in ("table", "vertical"):
        _render_table(result.table, page)
        return
    columns, lines = shutil.get_terminal_size()
    height = max(LOWEST, min(HIGHEST, lines - LINES_BELOW - page.console.reserved_lines))
    drawn = result.draw(Canvas(columns, height, page.style.unicode, page.style.palette.is_on))
    page.console.write_painted("\n".join(page.style.written(drawn.split("\n"))) + "\n")
    _write_note(result.table, page)


def _render_record(result: Record, page: _Page) -> None:
    if not (page.quiet and result.confirms) or page.for_programs:
        _write_record(result, page)


def _write_record(result: Record, page: _Page) -> None:
    if page.output in ("table", "markdown"):
        _write_fields(result, page)
        return
    values = object_of(result)
    if page.output in ("json", "yaml"):
        _render_document(Document(values), page)
    else:
        page.write(values, [tuple(values.values())])


def _write_fields(result: Record, page: _Page) -> None:
    """Writes a line for each value: these are no rows to count, and may be as wide as the terminal."""
    room = page.style.columns - max(LABEL, *map(len, result.values)) - FRAME
    style = page.style._replace(expanded="off", counted=False, room=page.style.room and max(page.style.room, room))
    columns, rows = ["field", "value"], [[name, value] for name, value in result.values.items()]
    if result.sources:
        columns.append("source")
        style = style._replace(roles={"source": "type"})
        rows = [[name, value, result.sources.get(name, "")] for name, value in rows]
    page.write(columns, rows, style)


def _render_report(result: Report, page: _Page) -> None:
    if page.for_programs:
        _write_record(Record(object_of(result)), page)
        return
    _write_record(Record({name: _joined_words(value) for name, value in result.values.items()}), page)
    for section in result.sections:
        if section.items:
            title = page.style.palette.paint("header", section.key.replace("_", " ").capitalize())
            page.console.write_painted(f"\n{title}\n")
            _render_table(section.table, page)


def _joined_words(value: Value) -> Value:
    """Joins lists and mappings of words with commas."""
    if isinstance(value, dict):
        return ", ".join(f"{key}={each}" for key, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _render_document(result: Document, page: _Page) -> None:
    if result.items is not None and page.output == "jsonl":
        for each in result.items:
            _render_document(Document(each), page)
        return
    if result.items is not None and page.output not in ("json", "yaml"):
        _render_table(table_of(result.items), page)
        return
    ascii_only = not page.style.unicode
    if page.output == "yaml":
        page.console.write(to_yaml(result.value, ascii_only=ascii_only))
    else:
        indent = None if page.output == "jsonl" else 2
        text = to_json(result.value, indent=indent, ascii_only=ascii_only)
        page.console.write_painted(painted_json(text, page.style.palette) + "\n")


RENDERERS: Mapping[type, Callable[[Any, _Page], None]] = {
    Done: _render_done,
    Table: _render_table,
    Record: _render_record,
    Report: _render_report,
    Document: _render_document,
    Text: _render_text,
    Picture: _render_picture,
}
"""Other results are instructions to the caller: nothing is written for them."""


def _suited(style: Style, console: Console, output: str) -> Style:
    # What programs read has no colors outside a terminal, even if they are forced.
    palette = PLAIN if output in FOR_PROGRAMS and not console.to_terminal else console.stdout_palette
    if output == "jsonl":
        palette = PLAIN
    encoding = getattr(console.stdout, "encoding", None) or "ascii"
    unicode = encoding.lower().startswith("utf")
    return style._replace(terminal=console.to_terminal, unicode=unicode, encoding=encoding, palette=palette)
