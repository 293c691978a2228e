"""Reads rows out of open sources, chunk by chunk. Knows nothing of schemas; what is no row is told beside the rows."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ..errors import CliError
from ..rpc.encode import to_columns
from ..rpc.exact_json import decoder_of, exact_loads
from .sources import Source

CHUNK = 2 << 20
"""Bytes of a source that a chunk has, about; never less than a row."""

LONGEST = 64 << 20
"""Bytes of a row: more fit in no message to a server."""

STEP = 32
"""Rows of a csv that are read before their size is looked at."""

BREAK = re.compile(r"\r\n|\r|\n")
TOO_LONG_FOR_64_BITS = re.compile(rb"[0-9]{20}")
EMPTY: Any = type("Empty", (str,), {"__slots__": ()})()
"""A cell that is empty but stands in quotes: the empty text, and no null."""


@dataclass(frozen=True)
class Bad:
    """What is no row of its file, or does not fit a collection; `row` is what there is of it, by fields.

    With a `delimiter` it is cells of a text: by fields, a list in the order of `columns`, or a line that is not even
    that.
    """

    line: int
    field: str
    reason: str
    row: Any
    delimiter: str = ""
    columns: Sequence[str] = ()


@dataclass(frozen=True)
class Chunk:
    """Rows as columns. `lines` tell where each stands: the line of a text, else the number of the row, from 1."""

    columns: Mapping[str, Sequence[Any]]
    lines: Sequence[int]
    bad: Sequence[Bad] = field(default=())

    @property
    def last(self) -> int:
        """The line of the last row, 0 where there is none."""
        return max([*self.lines[-1:], *(each.line for each in self.bad)], default=0)

    def after(self, line: int) -> Chunk:
        """What stands behind a line."""
        start = bisect_right(self.lines, line)
        columns = {name: values[start:] for name, values in self.columns.items()}
        return Chunk(columns, self.lines[start:], [each for each in self.bad if each.line > line])

    def pick(self, rows: Sequence[int]) -> Chunk:
        """Some of the rows."""
        columns = {name: [values[row] for row in rows] for name, values in self.columns.items()}
        return Chunk(columns, [self.lines[row] for row in rows])


@dataclass(frozen=True)
class Dense:
    """What a column of vectors should be: the type of its numbers as NumPy writes it ("f4"), and bytes a row."""

    code: str
    size: int


@dataclass(frozen=True)
class Table:
    """What a reader found: rows, and the columns where they are known before.

    `text`: all values are a text's cells, with `delimiter` between. `nested` columns hold text, which may be JSON.
    """

    chunks: Iterator[Chunk]
    columns: Sequence[str] | None = None
    text: bool = False
    nested: Collection[str] = ()
    delimiter: str = ""


# Separated values


def read_separated(source: Source, delimiter: str) -> Table:
    """Comma- or tab-separated values with a header, as RFC 4180 has them, in UTF-8."""
    # The module's own limit of a cell is 131,072 characters; a vector may have more.
    csv.field_size_limit(LONGEST)
    source.text = io.TextIOWrapper(source.stream, "utf-8-sig", "surrogateescape", newline="")
    text = _Lines(source.text)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        header = next(filter(None, reader), None)
    except csv.Error as exc:
        raise CliError(f"{source.place.name}, line {reader.line_num}: {exc}") from exc
    if header is None:
        raise CliError(f"{source.place.name} is empty", hint="its first line names the columns")
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise CliError(f"{source.place.name} has two columns {twice!r}")
    return Table(_separated_chunks(reader, text, header, delimiter), header, text=True, delimiter=delimiter)


class _Lines:
    """The lines of a text, each remembered until they are taken."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._since: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self._text:
            self._since.append(line)
            yield line

    def take(self) -> list[str]:
        taken, self._since = self._since, []
        return taken


def _separated_chunks(reader: Any, text: _Lines, header: Sequence[str], delimiter: str) -> Iterator[Chunk]:
    cell = re.compile(f'(?:^|{delimiter})("(?:[^"]|"")*"|[^{delimiter}]*)')
    text.take()
    more = True
    while more:
        rows: list[list[str]] = []
        lines: list[int] = []
        bad: list[Bad] = []
        size = 0
        while size < CHUNK and more:
            step: list[list[str]] = []
            before, broken = reader.line_num, ""
            try:
                step.extend(islice(reader, STEP))
                more = len(step) == STEP
            except csv.Error as exc:
                broken = str(exc)
            raw = text.take()
            if broken:
                good = sum(1 + sum(len(BREAK.findall(cell)) for cell in row) for row in step)
                bad.append(Bad(reader.line_num, "", broken, "".join(raw[good:]).rstrip("\r\n")))
            size += sum(map(len, raw))
            lines += _starts(step, before + 1, raw)
            rows += _marked(step, raw, cell)
        yield _separated_chunk(rows, lines, bad, header)


def _starts(rows: Sequence[Sequence[str]], line: int, raw: Sequence[str]) -> Sequence[int]:
    """The line on which each row begins: a cell in quotes may have several."""
    if len(raw) == len(rows):
        return range(line, line + len(rows))
    starts = []
    for row in rows:
        starts.append(line)
        line += 1 + sum(len(BREAK.findall(cell)) for cell in row)
    return starts


def _marked(rows: list[list[str]], raw: Sequence[str], cell: re.Pattern[str]) -> list[list[str]]:
    """With EMPTY for each empty cell in quotes, which the csv module does not tell from nothing at all."""
    if not any('""' in line for line in raw):
        return rows
    lines, found = iter(raw), []
    for row in rows:
        span = 1 + sum(len(BREAK.findall(each)) for each in row)
        record = "".join(islice(lines, span)).rstrip("\r\n")
        if "" in row and '""' in record:
            cells = cell.findall(record)
            if len(cells) == len(row):
                row = [EMPTY if text == '""' else value for text, value in zip(cells, row, strict=True)]
        found.append(row)
    return found


def _separated_chunk(rows: list[list[str]], lines: list[int], bad: list[Bad], header: Sequence[str]) -> Chunk:
    width = len(header)
    if set(map(len, rows)) - {width}:
        # A line without anything is no row.
        bad += [Bad(line, "", f"{len(row)} cells in place of {width}", row)
                for row, line in zip(rows, lines, strict=True) if len(row) not in (0, width)]  # fmt: skip
        kept = [(row, line) for row, line in zip(rows, lines, strict=True) if len(row) == width]
        rows, lines = [row for row, _ in kept], [line for _, line in kept]
    values: Sequence[Sequence[str]] = list(zip(*rows, strict=True)) if rows else [()] * width
    return Chunk(dict(zip(header, values, strict=True)), lines, bad)


# JSON


def read_jsonl(source: Source) -> Table:
    """An object a line, in UTF-8."""
    return Table(_jsonl_chunks(source, loads_exact()))


def loads_exact() -> Callable[[bytes], Any]:
    """Parses JSON with every digit of whole numbers, by orjson where it is installed."""
    try:
        import orjson
    except ImportError:
        return exact_loads

    def loads(text: bytes) -> Any:
        # orjson makes floats of what has more than 64 bits, and knows no NaN.
        if TOO_LONG_FOR_64_BITS.search(text):
            return exact_loads(text)
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return exact_loads(text)

    return loads


def _jsonl_chunks(source: Source, loads: Callable[[bytes], Any]) -> Iterator[Chunk]:
    found, size = _Rows(), 0
    for number, line in enumerate(iter(lambda: source.stream.readline(LONGEST), b""), start=1):
        text = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if not text.strip():
            continue
        try:
            found.add(number, loads(text))
        except (ValueError, RecursionError) as exc:
            found.refuse(number, f"no JSON: {exc}", text.decode("utf-8", "backslashreplace").rstrip("\r\n"))
        size += len(line)
        if size >= CHUNK:
            yield found.chunk()
            found, size = _Rows(), 0
    yield found.chunk()


class _Rows:
    """Objects on their way into a chunk."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []
        self._lines: list[int] = []
        self._bad: list[Bad] = []

    def add(self, line: int, value: Any) -> None:
        if isinstance(value, dict):
            self._rows.append(value)
            self._lines.append(line)
        else:
            self.refuse(line, "no JSON object", value)

    def refuse(self, line: int, reason: str, value: Any) -> None:
        self._bad.append(Bad(line, "", reason, value))

    def chunk(self) -> Chunk:
        return Chunk(to_columns(self._rows), self._lines, self._bad)


def read_json(source: Source) -> Table:
    """A list of objects, or an object with such a list in it, as the official files {"rows": […]} have; streamed."""
    return Table(_json_chunks(source))


def _json_chunks(source: Source) -> Iterator[Chunk]:
    text = _Json(source)
    text.open_list()
    found, number, before = _Rows(), 0, 0
    while text.next_item():
        number += 1
        found.add(number, text.value(f"row {number:,}"))
        if text.taken - before >= CHUNK:
            yield found.chunk()
            found, before = _Rows(), text.taken
    yield found.chunk()


class _Json:
    """A JSON text that is read as it is needed."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape").decode
        self._scan = json.JSONDecoder().raw_decode
        self._text = ""
        self._at = 0
        self.taken = 0
        self._first = True
        self._ended = False

    def open_list(self) -> None:
        """Goes to the first list: of the text, or in its outermost object."""
        if self._peek() == "{":
            self._at += 1
            while self._peek() == '"':
                self.value("its first key")
                self._require(":")
                if self._peek() == "[":
                    break
                self.value("a value")
                if self._peek() == ",":
                    self._at += 1
        if self._peek() != "[":
            hint = 'it is [{…}, …] or {"rows": [{…}, …]}; one object a line is --format jsonl'
            raise CliError(f"{self._source.place.name} has no list of rows", hint=hint)
        self._at += 1

    def next_item(self) -> bool:
        """Whether another value follows in the list."""
        mark = self._peek()
        if mark == "]":
            return False
        if not self._first:
            self._require(",")
        self._first = False
        return True

    def value(self, what: str) -> Any:
        self._peek()
        while True:
            try:
                value, end = self._scan(self._text, self._at)
                # A number may go on behind what has been read.
                if end < len(self._text) or self._ended:
                    break
            except (ValueError, RecursionError) as exc:
                if self._ended:
                    raise CliError(f"{self._source.place.name}, {what}: no JSON: {exc}") from exc
            self._more()
        self.taken += end - self._at
        self._at = end
        return value

    def _require(self, mark: str) -> None:
        found = self._peek()
        if found != mark:
            what = repr(found) if found else "the end of the file"
            raise CliError(f"{self._source.place.name} is broken: {mark!r} is wanted, not {what}")
        self._at += 1

    def _peek(self) -> str:
        """The next character that is no white space; empty at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in " \t\r\n":
                    return self._text[self._at]
                self._at += 1
            if self._ended:
                return ""
            self._more()

    def _more(self) -> None:
        # A value that is not complete is scanned again, so each time as much comes as there is already.
        data = self._source.stream.read(max(1 << 18, len(self._text) - self._at))
        self._text = self._text[self._at :] + self._decode(data)
        self._at = 0
        self._scan = decoder_of(self._text).raw_decode
        if len(self._text) > LONGEST:
            raise CliError(f"{self._source.place.name}: a row is longer than {LONGEST >> 20} MiB, or has no end")
        self._ended = not data


READERS: Mapping[str, Callable[[Source], Table]] = {
    "csv": lambda source: read_separated(source, ","),
    "tsv": lambda source: read_separated(source, "\t"),
    "jsonl": read_jsonl,
    "json": read_json,
}
