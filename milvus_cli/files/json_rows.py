"""Reads rows in JSON: lists of objects, consecutive objects (one per line or not), or an object with a list of them.

The layout of a file is determined by its structure, value by value, never by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ..errors import CliError, InvalidInput
from ..text.repeated_keys import RepeatedKey, refuse_repeated_keys
from . import row_stream
from .json_text import NEAR, TOO_DEEP, JsonText, Malformed, Repeated, TooDeep, TooLong, UnreadableValue
from .row_stream import ROW_LIMIT, TOO_LONG, RowCollector, RowStream
from .sources import Source

ROW_LISTS = ("rows", "data")
"""Names of the list of rows in an object, in Milvus's own files and in most others."""

Found = tuple[int, Any]
"""A line number (0 if only the row number is known), and a value that may be a row."""


@dataclass(frozen=True)
class RowKeys:
    """Tells a row from an object that holds rows, by the columns that a row may have and those that it must have."""

    columns: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()

    def is_row(self, names: Collection[str]) -> bool:
        """Returns True if an object with these members is certainly a row."""
        return bool(self.required) and self.required.issubset(names)

    def list_of_rows(self, value: Mapping[str, Any], where: str) -> str:
        """Returns the member that holds rows, "" if the object is a row. Raises InvalidInput if that is ambiguous."""
        if self.is_row(value):
            return ""
        self.refuse_foreign(value, where)
        lists = [name for name, each in value.items() if isinstance(each, list) and self.may_hold_rows(name, value)]
        full = [name for name in lists if value[name] and isinstance(value[name][0], dict)]
        if len(full) > 1:
            raise two_lists(where, full)
        empty = [name for name in lists if name in ROW_LISTS and not value[name]]
        return next(iter(full or empty), "")

    def refuse_foreign(self, value: Mapping[str, Any], where: str) -> None:
        """Raises InvalidInput for another program's layout, unless a member has the name of a column."""
        if self.columns.isdisjoint(value) and (found := foreign_shape(value)):
            raise InvalidInput(f"{where}: {found[0]}", hint=found[1])

    def may_hold_rows(self, name: str, others: Collection[str]) -> bool:
        """Returns True if a member can hold the rows: it is not a column, and its object does not look like a row."""
        if name in self.columns or self.is_row(others):
            return False
        return name in ROW_LISTS or self.columns.isdisjoint(others)


def foreign_shape(value: Mapping[str, Any]) -> tuple[str, str] | None:
    """Recognizes JSON layouts that cannot be read as rows. Returns the layout's name and a hint, or None."""
    data, meta, columns = (value.get(name) for name in ("data", "meta", "columns"))
    if isinstance(data, list) and isinstance(meta, list) and meta and all(map(_describes_column, meta)):
        return "this is ClickHouse's JSON format, not a list of rows", "export with FORMAT JSONEachRow"
    if isinstance(data, list) and isinstance(columns, list) and data and isinstance(data[0], list):
        return "this lists columns and data apart, as pandas' orient='split' does", "write it with orient='records'"
    if _are_columns([*value.values()]):
        return "this is an object of columns, as pandas' to_json writes by default", "write it with orient='records'"
    inner = data if isinstance(data, dict) else {}
    for name in ROW_LISTS:
        rows = inner.get(name)
        if isinstance(rows, list) and all(isinstance(each, dict) for each in rows):
            return f"the rows are in data.{name}, which is too deep", f"take them out: jq -c '.data.{name}[]'"
    return None


def _are_columns(values: Sequence[Any]) -> bool:
    """Reports whether these are columns, each an object of all its values by row number: {"0": 7, "1": 8}."""
    first = values[0] if len(values) > 1 else None
    if not isinstance(first, dict) or not first or list(first) != [str(row) for row in range(len(first))]:
        return False
    return all(isinstance(each, dict) and each.keys() == first.keys() for each in values)


def _describes_column(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"name", "type"}


def read_json_rows(source: Source, keys: RowKeys) -> RowStream:
    """Reads rows. Lines that are broken or nested too deeply are rejected; a broken list makes the file unreadable."""
    return RowStream(_chunks(JsonText(source), keys, by_line=source.file.format == "jsonl"))


def _chunks(text: JsonText, keys: RowKeys, *, by_line: bool) -> Iterator[row_stream.Chunk]:
    if not by_line and not text.peek():
        raise CliError(f"{text.name} is empty", hint="write [] for no rows")
    rows, before = RowCollector(), text.taken
    for line, value in _line_values(text, keys, by_line=by_line):
        if isinstance(value, UnreadableValue):
            rows.refuse(line, value.reason, value.text)
        else:
            rows.add(line, value)
        if text.taken - before >= row_stream.CHUNK_SIZE:
            yield rows.chunk()
            rows, before = RowCollector(rows.last), text.taken
    yield rows.chunk()


def _line_values(text: JsonText, keys: RowKeys, *, by_line: bool) -> Iterator[Found]:
    """Yields values that may be rows, in order. With `by_line` a broken line does not make the file unreadable."""
    loads, required = text.loads, keys.required
    while True:
        number, line = text.number, text.line()
        if line == b"":
            return
        value = _line_value(loads, line)
        if value is UnreadableValue:
            yield from _unreadable_line(text, keys, line, by_line=by_line)
            continue
        is_object = isinstance(value, dict)
        by_line = by_line or is_object
        if is_object and required and required <= value.keys():
            yield number, value
        else:
            yield from _rows_of(text, keys, number, value)


def _line_value(loads: Callable[[bytes], Any], line: bytes | None) -> Any:
    """Returns the value of a line; Unreadable if the line is not one whole value, or None (its end is too far away)."""
    if not line:
        return UnreadableValue
    try:
        value = loads(line)
        # Most rows have one colon per key, which proves that no key is repeated: the check costs more than this.
        if type(value) is not dict or line.count(b":") != len(value):
            refuse_repeated_keys(line, value)
        return value
    except (ValueError, RecursionError):
        return _before_comma(loads, line)


def _before_comma(loads: Callable[[bytes], Any], line: bytes) -> Any:
    """Returns the object of a line with a trailing comma, as in a list without brackets; else Unreadable."""
    line = line.rstrip()
    if line.endswith(b"},"):
        with suppress(ValueError, RecursionError):
            value = loads(line[:-1])
            refuse_repeated_keys(line[:-1], value)
            return value
    return UnreadableValue


def _rows_of(text: JsonText, keys: RowKeys, number: int, value: Any) -> Iterator[Found]:
    """Returns the value itself, or the rows of the list that it is or holds."""
    name = keys.list_of_rows(value, text.name) if isinstance(value, dict) else ""
    rows = value[name] if name else value
    return ((0, each) for each in rows) if isinstance(rows, list) else iter([(number, value)])


def _unreadable_line(text: JsonText, keys: RowKeys, line: bytes | None, *, by_line: bool) -> Iterator[Found]:
    """Reads on from the start of a line that is not one whole value."""
    if line is not None and line.isspace():
        return
    if line:
        text.back_to(text.taken - len(line))
    yield from _unaligned(text, keys, by_line=by_line)


def _unaligned(text: JsonText, keys: RowKeys, *, by_line: bool) -> Iterator[Found]:
    """Yields the rows of a value that spans lines. Raises CliError if it makes the file unreadable."""
    mark, number, begin = text.peek(), text.number, text.taken
    if not mark:
        return
    if mark == b"[":
        yield from _list_items(text)
        return
    try:
        if mark != b"{":
            yield number, text.value()
        else:
            yield from _object_rows(text, keys)
    except (Malformed, TooLong) as exc:
        if not by_line:
            raise _broken(text, exc, f"line {number}") from exc
        yield from _rejected(text, exc, number, whole=text.taken == begin)


def _object_rows(text: JsonText, keys: RowKeys) -> Iterator[Found]:
    number, begin = text.number, text.taken
    try:
        value = text.value(NEAR)
    except TooLong:
        yield from _member_rows(text, keys)
        return
    if isinstance(value, Repeated) and keys.list_of_rows(value.value, text.name):
        text.back_to(begin)
        yield from _member_rows(text, keys)
    elif isinstance(value, UnreadableValue):
        yield number, value
    else:
        yield from _rows_of(text, keys, number, value)


def _member_rows(text: JsonText, keys: RowKeys) -> Iterator[Found]:
    """Reads a long object member by member: yields its rows as they come, or the object itself at the end."""
    number, begin, rows_in = text.number, text.taken, ""
    others: dict[str, Any] = {}
    repeated: UnreadableValue | None = None
    text.require(b"{")
    more = True
    while more:
        name = text.value()
        text.require(b":")
        if not isinstance(name, str):
            raise Malformed("expected a name in quotes", 0)
        inner = text.after_peek() if text.peek() == b"[" else b""
        if name == "data" and inner and not keys.is_row(others):
            keys.refuse_foreign({**others, name: [[] if inner == b"[" else {}]}, text.name)
        # A member that may describe columns is not taken for rows until more members are known.
        holds = inner == b"{" and name != "meta" and keys.may_hold_rows(name, others)
        if holds and rows_in:
            raise two_lists(text.name, [rows_in, name])
        if holds:
            rows_in = name
            yield from _list_items(text)
        else:
            repeated = repeated or (UnreadableValue(str(RepeatedKey(name)), "") if name in others else None)
            others[name] = text.value()
        if not rows_in and text.taken - begin > ROW_LIMIT:
            raise TooLong
        more = text.peek() == b","
        text.require(b"," if more else b"}")
    if not rows_in:
        unreadable = next((each for each in others.values() if isinstance(each, UnreadableValue)), repeated)
        yield from [(number, unreadable)] if unreadable else _rows_of(text, keys, number, others)
    elif not keys.may_hold_rows(rows_in, others):
        raise InvalidInput(
            f"{text.name}: cannot tell whether the object is a row or holds rows in {rows_in!r}",
            hint="write the rows as a list, or one on each line",
        )


def _list_items(text: JsonText) -> Iterator[Found]:
    """Yields the values of a list."""
    number, count = text.number, 0
    try:
        text.require(b"[")
        more = text.peek() != b"]"
        while more:
            yield 0, text.value()
            count += 1
            more = text.peek() == b","
            if more:
                text.require(b",")
        text.require(b"]")
    except (Malformed, TooLong) as exc:
        raise _broken(text, exc, f"value {count + 1:,} of the list in line {number}") from exc


def _rejected(text: JsonText, error: Exception, number: int, *, whole: bool) -> Iterator[Found]:
    """Rejects the line of a broken value. Raises CliError if more than the line may be broken."""
    line = text.line()
    if line is None:
        text.skip_line()
    if isinstance(error, Malformed) and line is not None and error.offset >= len(line) and text.peek() not in b"{":
        raise _broken(text, error, f"line {number}") from error
    shown = (line or b"").decode("utf-8", "backslashreplace").rstrip("\r\n") if whole else ""
    yield number, UnreadableValue(_reason(error), shown)


def _broken(text: JsonText, error: Exception, where: str) -> CliError:
    endless = ", or without an end" if isinstance(error, TooLong) else ""
    return CliError(f"{text.name}, {where}: {_reason(error)}{endless}")


def _reason(error: Exception) -> str:
    if isinstance(error, Malformed):
        return f"not JSON: {error.reason}"
    return TOO_DEEP if isinstance(error, TooDeep) else TOO_LONG


def two_lists(where: str, names: Collection[str]) -> InvalidInput:
    listed = " or ".join(map(repr, names))
    return InvalidInput(f"{where}: cannot tell which list holds the rows: {listed}", hint="keep only the rows")
