"""Writes pages of rows as values separated by commas, tabs or another character."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import CliError
from ..rows.selection import Selection, column_kind, column_names
from ..schema.kinds import ValueShape, shape_of
from .text_layout import COMMA, DELIMITERS, PLAIN, TextLayout
from .texts import plain_texts, texts_of

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData


class SeparatedWriter:
    """An empty cell is null, if the layout has no other text for it, and an empty cell in quotes the empty text."""

    def __init__(self, selection: Selection, kind: str, layout: TextLayout = PLAIN) -> None:
        self._selection = selection
        self._delimiter = layout.delimiter or DELIMITERS[kind]
        self._quote = layout.quote
        self._null = next(iter(layout.nulls), "")
        self._decimal = layout.decimal
        self._needs_quotes = re.compile(f"^$|[\r\n{re.escape(self._quote + self._delimiter)}]").search
        self._names = column_names(selection)
        self._kinds = [column_kind(selection, name) for name in self._names]
        header = [self._cell(name, name) for name in self._names]
        self.head = b"" if layout.no_header else (self._delimiter.join(header) + "\n").encode()
        self.tail = b""

    def page(self, columns: Sequence[FieldData], rows: int, *, first: bool) -> bytes:
        texts = texts_of(columns, self._selection.fields, rows)
        cells = [self._cells(name, kind, texts[name]) for kind, name in zip(self._kinds, self._names, strict=True)]
        return "".join(self._delimiter.join(row) + "\n" for row in zip(*cells, strict=True)).encode()

    def _cells(self, name: str, kind: str, texts: Sequence[str | None]) -> list[str]:
        plain = plain_texts(kind, texts)
        if self._decimal == COMMA and shape_of(kind) is ValueShape.NUMBER:
            plain = [text and text.replace(".", ",") for text in plain]
        if self._null and self._null in plain:
            raise CliError(
                f"{name} has the text {self._null!r}, which --null makes of nulls", hint="give another --null TEXT"
            )
        needs_quotes, null = self._needs_quotes, self._null
        return [null if text is None else self._cell(name, text) if needs_quotes(text) else text for text in plain]

    def _cell(self, name: str, text: str) -> str:
        """Returns a text as a cell, in quotes where it could be misread without."""
        if not self._needs_quotes(text):
            return text
        if self._quote:
            return self._quote + text.replace(self._quote, self._quote * 2) + self._quote
        if text or not self._null:
            shown = text if len(text) <= 40 else text[:39] + "…"
            raise CliError(
                f"{name} has the value {shown!r}, which can't be told apart without quotes",
                hint="leave out --quote '', or give another --delimiter" + ("" if text else ", or --null TEXT"),
            )
        return text
