"""Reads comma- and tab-separated values. Knows nothing of schemas: all values are cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from ..errors import CliError
from . import row_stream
from .encodings import CONVERT, not_utf8_in, require_rows
from .row_stream import EMPTY, ROW_LIMIT, TOO_LONG, Chunk, RejectedRow, RowStream
from .sources import InputFile, Source

LINE = 60
"""Bytes that Python needs per line of text, apart from its characters."""

NO_END = "unexpected end of data"
"""The csv module's message for an unclosed quote."""

TOLD = 10
"""Maximum notes about rows that look like several."""

STEP = 32
"""CSV rows read between checks of their size."""

DELIMITERS = {"csv": ",", "tsv": "\t"}
"""Delimiters by format."""
BREAK = re.compile(r"\r\n|\r|\n")


def read_separated(source: Source, delimiter: str) -> RowStream:
    """Reads comma- or tab-separated values with a header, as in RFC 4180, in UTF-8."""
    # The csv module's own limit is 131,072 characters per cell; vectors may have more.
    csv.field_size_limit(ROW_LIMIT)
    source.text = io.TextIOWrapper(source.stream, "utf-8-sig", "surrogateescape", newline="")
    text = _Lines(source.text, source.place)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        header = next(filter(None, reader), None)
    except csv.Error as exc:
        raise CliError(f"{source.place.name}, line {reader.line_num}: {exc}") from exc
    except OverflowError as exc:
        raise text.too_long(1) from exc
    if header is None:
        raise CliError(f"{source.place.name} is empty", hint="its first line names the columns")
    # After leading empty lines, the text has not been checked yet.
    require_rows(header[0][:40].encode("utf-8", "surrogateescape"), source.place)
    if reason := not_utf8_in(delimiter.join(header)):
        raise CliError(f"{source.place.name}, line {reader.line_num}: {reason}", hint=CONVERT)
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise CliError(f"{source.place.name} has two columns {twice!r}")
    swallowed = _Swallowed(source, delimiter, len(header))
    chunks = _separated_chunks(reader, text, header, delimiter, swallowed)
    return RowStream(chunks, header, text=True, delimiter=delimiter)


class _Lines:
    """The lines of a text, kept until they are taken."""

    def __init__(self, text: io.TextIOWrapper, place: InputFile) -> None:
        self._text = text
        self._place = place
        self._since: list[str] = []
        self.size = 0

    def __iter__(self) -> Iterator[str]:
        """Raises OverflowError for a row that is too long, as no lines are taken while it is read."""
        readline = self._text.readline
        line = readline(ROW_LIMIT)
        require_rows(line[:40].encode("utf-8", "surrogateescape"), self._place)
        while line:
            self.size += len(line)
            self._since.append(line)
            if self.size + LINE * len(self._since) > ROW_LIMIT:
                raise OverflowError
            yield line
            line = readline(ROW_LIMIT)

    def too_long(self, number: int) -> CliError:
        reason = TOO_LONG if self.size >= ROW_LIMIT else f"a row of more than {len(self._since) - 1:,} lines"
        return CliError(f"{self._place.name}, line {number}: {reason}", hint="is a quote in it never closed?")

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
                f"{self._source.place.name}, lines {first} to {last} are one row: a quote opens in line {first} and "
                f"closes in line {last}"
            )


def _separated_chunks(
    reader: Any, text: _Lines, header: Sequence[str], delimiter: str, swallowed: _Swallowed
) -> Iterator[Chunk]:
    cell = re.compile(f'(?:^|{delimiter})("(?:[^"]|"")*"|[^{delimiter}]*)')
    text.take()
    more, failure = True, None
    while more:
        rows: list[list[str]] = []
        lines: list[int] = []
        bad: list[RejectedRow] = []
        size = 0
        while size < row_stream.CHUNK_SIZE and more:
            step: list[list[str]] = []
            before, broken = reader.line_num, None
            try:
                more = _read_step(reader, text, step)
            except csv.Error as exc:
                broken = exc
            except OverflowError:
                # The rows before it count, as they do before a file breaks off.
                whole = sum(map(_span, step))
                failure, more = text.too_long(before + 1 + whole), False
                text.keep(whole)
            size += text.size
            raw = text.take()
            if broken is not None:
                good = sum(map(_span, step))
                bad.append(_bad(broken, before + 1 + good, reader.line_num, raw[good:]))
            swallowed.look(step, before + 1, raw)
            lines += _starts(step, before + 1, raw)
            rows += _marked(step, raw, cell)
        yield _separated_chunk(rows, lines, bad, header)
    if failure is not None:
        raise failure


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
        reason = f"a quote that opens in this row is not closed: lines {first} to {last} are not read"
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


def _marked(rows: list[list[str]], raw: Sequence[str], cell: re.Pattern[str]) -> list[list[str]]:
    """Replaces empty cells in quotes by EMPTY, which the csv module does not distinguish from empty cells."""
    if not any('""' in line for line in raw):
        return rows
    lines, found = iter(raw), []
    for row in rows:
        record = "".join(islice(lines, _span(row))).rstrip("\r\n")
        if "" in row and '""' in record:
            cells = cell.findall(record)
            if len(cells) == len(row):
                row = [EMPTY if text == '""' else value for text, value in zip(cells, row, strict=True)]
        found.append(row)
    return found


def _separated_chunk(rows: list[list[str]], lines: list[int], bad: list[RejectedRow], header: Sequence[str]) -> Chunk:
    width = len(header)
    if set(map(len, rows)) - {width}:
        # An empty line is not a row.
        bad += [
            RejectedRow(line, "", f"{len(row)} cells in place of {width}", row)
            for row, line in zip(rows, lines, strict=True)
            if len(row) not in (0, width)
        ]
        kept = [(row, line) for row, line in zip(rows, lines, strict=True) if len(row) == width]
        rows, lines = [row for row, _ in kept], [line for _, line in kept]
    values: Sequence[Sequence[str]] = list(zip(*rows, strict=True)) if rows else [()] * width
    return Chunk(dict(zip(header, values, strict=True)), lines, bad)
