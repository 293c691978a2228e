"""Reads values separated by commas, tabs or another character. Knows nothing of schemas: all values are cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Literal

from ..errors import CliError
from ..text.counts import counted
from . import row_stream
from .encodings import cell_not_decoded, require_rows
from .row_stream import EMPTY, NULL, ROW_LIMIT, TOO_LONG, Chunk, RejectedRow, RowStream
from .sources import InputFile, Source
from .text_layout import DELIMITERS, PLAIN, TextLayout

LINE = 60
"""Bytes that Python needs per line of text, apart from its characters."""

NO_END = "unexpected end of data"
"""The csv module's message for an unclosed quote."""

TOLD = 10
"""Maximum notes about rows that look like several."""

STEP = 32
"""CSV rows read between checks of their size."""

SEPARATOR_LINE = re.compile(r'(")?sep=([^\r\n])(?(1)")[\r\n]*', re.IGNORECASE)
BREAK = re.compile(r"\r\n|\r|\n")


def read_separated(source: Source, layout: TextLayout = PLAIN) -> RowStream:
    """Reads values as in RFC 4180, where the layout does not say otherwise. Names of columns lose surrounding blanks.

    Without a header and names, the columns are column1, column2 …
    """
    # The csv module's own limit is 131,072 characters per cell; vectors may have more.
    csv.field_size_limit(ROW_LIMIT)
    source.text = io.TextIOWrapper(source.stream, "utf-8-sig", "surrogateescape", newline="")
    records = _Records(source, _Lines(source.text, source.file, source.before), layout)
    header = records.header()
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise CliError(f"{source.file.name} has two columns {twice!r}")
    return RowStream(
        records.chunks(header),
        header,
        text=True,
        delimiter=records.delimiter,
        decimal=layout.decimal,
        encoding=source.encoding,
    )


class _Lines:
    """The lines of a text, kept until they are taken."""

    def __init__(self, text: io.TextIOWrapper, file: InputFile, before: int) -> None:
        self._readline = text.readline
        self._file = file
        self._since: list[str] = []
        self.size = 0
        self.dropped = before
        self.next = self._readline(ROW_LIMIT)
        require_rows(self.next[:40].encode("utf-8", "surrogateescape"), file)

    def drop(self) -> None:
        """Leaves out the next line."""
        while self.next and not self.next.endswith(("\n", "\r")):
            self.next = self._readline(ROW_LIMIT)
        self.next = self._readline(ROW_LIMIT)
        self.dropped += 1

    def __iter__(self) -> Iterator[str]:
        """Raises OverflowError for a row that is too long, as no lines are taken while it is read."""
        readline, line = self._readline, self.next
        while line:
            self.size += len(line)
            self._since.append(line)
            if self.size + LINE * len(self._since) > ROW_LIMIT:
                raise OverflowError
            yield line
            line = readline(ROW_LIMIT)

    def too_long(self, number: int) -> CliError:
        reason = TOO_LONG if self.size >= ROW_LIMIT else f"a row of more than {len(self._since) - 1:,} lines"
        return CliError(f"{self._file.name}, line {number}: {reason}", hint="is a quote in it never closed?")

    def keep(self, lines: int) -> None:
        """Forgets all but the first `lines` lines."""
        del self._since[lines:]

    def take(self) -> list[str]:
        """Returns the lines since the last call."""
        taken, self._since, self.size = self._since, [], 0
        return taken


class _Swallowed:
    """Notes rows that look like several: a quote opens in one line and closes in another."""

    def __init__(self, source: Source, delimiter: str, width: int) -> None:
        self._source = source
        self._delimiter = delimiter
        self._width = width
        self._told = 0

    def look(self, rows: Sequence[Sequence[str]], line: int, raw: Sequence[str]) -> None:
        """Checks rows that begin on `line`; `raw` has the lines they were read from."""
        if len(raw) == len(rows):
            return
        lines = iter(raw)
        for row in rows:
            record = list(islice(lines, _span(row)))
            if len(record) > 1 and all(each.count(self._delimiter) == self._width - 1 for each in record):
                self._tell(line, line + len(record) - 1)
            line += len(record)

    def _tell(self, first: int, last: int) -> None:
        self._told += 1
        if self._told <= TOLD:
            self._source.note(
                f"{self._source.file.name}, lines {first} to {last} are one row: a quote opens in line {first} and "
                f"closes in line {last}"
            )


class _Records:
    """The records of a text, with the line on which each begins."""

    def __init__(self, source: Source, text: _Lines, layout: TextLayout) -> None:
        self._source = source
        self._text = text
        self._layout = layout
        for _ in range(layout.skip):
            text.drop()
        self.delimiter = layout.delimiter or DELIMITERS[source.file.format]
        # Excel writes this line where a comma is the decimal point, and obeys it everywhere; others write it in quotes.
        if named := SEPARATOR_LINE.fullmatch(text.next):
            self.delimiter = layout.delimiter or named[2]
            text.drop()
        self._reader = self._read(text)

    def _read(self, lines: Iterable[str]) -> Any:
        quote = self._layout.quote
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
        return csv.reader(lines, delimiter=self.delimiter, quotechar=quote or None, quoting=quoting, strict=True)

    @property
    def _line(self) -> int:
        """Number of the last line read."""
        return self._text.dropped + int(self._reader.line_num)

    def header(self) -> Sequence[str]:
        """Returns the names of the columns. Raises CliError for a file without a header, if it should have one."""
        names = list(self._layout.columns)
        if self._layout.no_header and names:
            return names
        if self._layout.no_header:
            width = len(next(iter(self._read([self._text.next])), [])) if self._text.next else 0
            return [f"column{number}" for number in range(1, width + 1)]
        header = self._first()
        if names and len(names) != len(header):
            raise CliError(f"{self._source.file.name} has {len(header)} columns, and --columns names {len(names)}")
        return names or [each.strip() for each in header]

    def _first(self) -> Sequence[str]:
        name = self._source.file.name
        try:
            header: list[str] | None = next(filter(None, self._reader), None)
        except csv.Error as exc:
            raise CliError(f"{name}, line {self._line}: {exc}") from exc
        except OverflowError as exc:
            raise self._text.too_long(1) from exc
        if header is None:
            raise CliError(f"{name} is empty", hint="its first line names the columns")
        # After leading empty lines, the text has not been checked yet.
        require_rows(header[0][:40].encode("utf-8", "surrogateescape"), self._source.file)
        if reason := cell_not_decoded(self.delimiter.join(header), self._source.encoding):
            raise CliError(f"{name}, line {self._line}: {reason}")
        return header

    def chunks(self, header: Sequence[str]) -> Iterator[Chunk]:
        text, swallowed = self._text, _Swallowed(self._source, self.delimiter, len(header))
        cell = _cell_pattern(self.delimiter, self._layout.quote)
        nulls = frozenset(self._layout.nulls)
        text.take()
        more, failure = True, None
        while more:
            rows: list[list[str]] = []
            lines: list[int] = []
            bad: list[RejectedRow] = []
            size = 0
            while size < row_stream.CHUNK_SIZE and more:
                step: list[list[str]] = []
                before, broken = self._line, None
                try:
                    more = _read_step(self._reader, text, step)
                except csv.Error as exc:
                    broken = exc
                except OverflowError:
                    # The rows before it count, as they do before a file breaks off.
                    whole = sum(map(_span, step))
                    failure, more = text.too_long(before + 1 + whole), False
                    text.keep(whole)
                size += text.size
                raw = text.take()
                if broken is None and not any(step):
                    # Empty lines are not rows, and a file may have millions of them.
                    continue
                if broken is not None:
                    self._source.cut |= str(broken) == NO_END
                    good = sum(map(_span, step))
                    bad.append(_bad(broken, before + 1 + good, self._line, raw[good:]))
                swallowed.look(step, before + 1, raw)
                lines += _starts(step, before + 1, raw)
                rows += _with_nulls(_marked(step, raw, cell, self._layout.quote * 2) if cell else step, nulls)
            yield _separated_chunk(rows, lines, bad, header)
        if failure is not None:
            raise failure


def _cell_pattern(delimiter: str, quote: str) -> re.Pattern[str] | None:
    """Returns the pattern of a cell as it is written; None if nothing is quoted."""
    if not quote:
        return None
    mark, between = re.escape(quote), re.escape(delimiter)
    return re.compile(f"(?:^|{between})({mark}(?:[^{mark}]|{mark}{mark})*{mark}|[^{between}]*)")


def _with_nulls(rows: list[list[str]], nulls: Collection[str]) -> list[list[str]]:
    """Replaces cells that stand for null."""
    if not nulls:
        return rows
    return [[NULL if cell in nulls and cell is not EMPTY else cell for cell in row] for row in rows]


def _read_step(reader: Any, text: _Lines, step: list[list[str]]) -> bool:
    """Reads a few rows, fewer if they are long; returns True if there may be more."""
    for row in islice(reader, STEP):
        step.append(row)
        if text.size > row_stream.CHUNK_SIZE:
            return True
    return len(step) == STEP


def _bad(error: csv.Error, first: int, last: int, raw: Sequence[str]) -> RejectedRow:
    """Rejects a row that begins on line `first` and fails on line `last`; `raw` has its lines."""
    reason = str(error)
    if reason == NO_END:
        unread = f"lines {first} to {last} are" if first < last else f"line {first} is"
        reason = f"a quote that opens in this row is not closed: {unread} not read"
    elif first < last:
        reason = f"{reason}: a quote opens in this row, and closes in line {last}"
    return RejectedRow(first, "", reason, "".join(raw).rstrip("\r\n"))


def _span(row: Sequence[str]) -> int:
    """Returns the number of lines of a row; a quoted cell may have several."""
    return 1 + sum(len(BREAK.findall(cell)) for cell in row)


def _starts(rows: Sequence[Sequence[str]], line: int, raw: Sequence[str]) -> Sequence[int]:
    """Returns the line on which each row begins."""
    if len(raw) == len(rows):
        return range(line, line + len(rows))
    starts = []
    for row in rows:
        starts.append(line)
        line += _span(row)
    return starts


def _marked(rows: list[list[str]], raw: Sequence[str], cell: re.Pattern[str], empty: str) -> list[list[str]]:
    """Replaces empty cells in quotes (`empty`) by EMPTY, which the csv module does not distinguish from empty cells."""
    if not any(empty in line for line in raw):
        return rows
    lines, found = iter(raw), []
    for row in rows:
        record = "".join(islice(lines, _span(row))).rstrip("\r\n")
        if "" in row and empty in record:
            cells = cell.findall(record)
            if len(cells) == len(row):
                row = [EMPTY if text == empty else value for text, value in zip(cells, row, strict=True)]
        found.append(row)
    return found


def _separated_chunk(rows: list[list[str]], lines: list[int], bad: list[RejectedRow], header: Sequence[str]) -> Chunk:
    width = len(header)
    if set(map(len, rows)) - {width}:
        # An empty line is not a row.
        bad += [
            RejectedRow(line, "", f"expected {counted(width, 'cell')}, got {len(row)}", row)
            for row, line in zip(rows, lines, strict=True)
            if len(row) not in (0, width)
        ]
        kept = [(row, line) for row, line in zip(rows, lines, strict=True) if len(row) == width]
        rows, lines = [row for row, _ in kept], [line for _, line in kept]
    values: Sequence[Sequence[str]] = list(zip(*rows, strict=True)) if rows else [()] * width
    return Chunk(dict(zip(header, values, strict=True)), lines, bad)


def other_delimiter(table: RowStream) -> str:
    """Returns a hint if the header is a single column because the file has another delimiter."""
    mark = other_mark(table)
    return f"the delimiter looks like {mark!r}: --delimiter {mark!r}" if mark else ""


def other_mark(table: RowStream) -> str:
    """Returns the usual delimiter in the name of the only column; "" if there is none."""
    names = table.columns or ()
    if not table.text or len(names) != 1:
        return ""
    return next((mark for mark in ";|\t," if mark in names[0] and mark != table.delimiter), "")
