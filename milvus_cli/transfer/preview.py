"""Previews files of rows: their format, their columns with the fields that fit, and the first rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ..files.column_notes import column_notes
from ..files.inference import plain_value, short_value
from ..files.likely_keys import likely_key
from ..files.rejects import rejection_text
from ..files.sample import Sample, one_column, read_sample
from ..files.separated import other_delimiter
from ..files.sources import find_files
from ..files.text_layout import SEPARATED, TEXT_FORMATS, TextLayout
from ..result import Report, Section, Table
from ..session.session import Session

CELL = 40
"""Characters of a value in the preview on a screen."""
REASONS = 3
"""Rejected rows whose reasons are shown."""


@dataclass(frozen=True)
class PreviewOptions(TextLayout):
    """Options of `show file`; `count` is the number of rows to show."""

    paths: tuple[str, ...] = ()
    format: str | None = None
    count: int = 5


def preview(session: Session, options: PreviewOptions) -> Report:
    """Raises CliError for files that can't be read."""
    files = find_files(options.paths, options.format)
    options.require_use(files)
    stdin = getattr(session.console.stdin, "buffer", None)
    found = read_sample(files, stdin, options.layout, session.console.note)
    _require_delimiter(found, options)
    _note(session, found)
    return Report(
        {
            "file": found.file.name,
            **({"files": len(files)} if len(files) > 1 else {}),
            "format": found.file.format,
            "compression": found.file.compression or None,
            **_text_facts(found),
            "bytes": found.size or None,
            "rows": found.rows,
            **({"rows_estimated": found.estimate} if found.estimate is not None else {}),
            "rows_read": found.count,
            "key": likely_key(found.inferred) or None,
        },
        [_columns(found), _first_rows(found, options.count)],
    )


def _text_facts(found: Sample) -> Mapping[str, Any]:
    kind = found.file.format
    encoding = {"encoding": found.table.encoding} if kind in TEXT_FORMATS else {}
    return {**encoding, **({"delimiter": found.table.delimiter} if kind in SEPARATED else {})}


def _require_delimiter(found: Sample, options: PreviewOptions) -> None:
    """Raises InvalidInput for a file whose rows are divided by another delimiter, unless this one was asked for."""
    if options.delimiter is None and found.has_other_delimiter:
        raise one_column(found)


def _note(session: Session, found: Sample) -> None:
    if hint := other_delimiter(found.table):
        session.console.note(f"note: {hint}")
    for note in column_notes(found):
        session.console.note(note)
    if found.not_decoded:
        session.console.note(f"note: {found.not_decoded}")
    if found.rejected:
        count = len(found.rejected)
        session.console.note(f"note: {count:,} of these rows can't be read:")
        for each in found.rejected[:REASONS]:
            session.console.note(rejection_text(found.file.name, each))


def _columns(found: Sample) -> Section:
    items = [
        {
            "column": each.name,
            "field": each.field,
            "type": each.type,
            "nulls": each.nulls,
            "longest": each.longest,
            "distinct": each.distinct,
        }
        for each in found.inferred
    ]
    rows = [list(each.values()) for each in items]
    return Section("columns", Table(("column", "field", "type", "nulls", "longest", "distinct"), rows), items)


def _first_rows(found: Sample, count: int) -> Section:
    names = [each.name for each in found.inferred]
    rows = list(islice(zip(*(found.columns[name] for name in names), strict=True), count))
    shown = [[short_value(value, CELL) for value in row] for row in rows]
    items = [{name: plain_value(value) for name, value in zip(names, row, strict=True)} for row in rows]
    return Section("first_rows", Table(names, shown), items)
