"""Converts Arrow arrays of any type to JSON-like values (numbers, texts, lists, objects) without losing a digit."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from operator import sub
from typing import Any

from ..errors import CliError
from ..text.beyond_json import Digits, NotJson
from ..text.json import dump_json
from ..text.timestamps import beyond_calendars
from ..values.invalid import in_words

FRACTION_DIGITS: Mapping[str, int] = {"s": 0, "ms": 3, "us": 6, "ns": 9}
"""Digits of a fraction of a second."""
FIRST_DAY, LAST_DAY = -719_162, 2_932_896
"""Days since 1970 of the years 1 to 9999, the range of ISO 8601's four-digit years."""
DAY = 86_400
DAY_MS = 1_000 * DAY


def plain_values(array: Any) -> list[Any]:
    """Returns the values of an array, with None for nulls.

    Dates, times and UUIDs become ISO text (timestamps with a zone in UTC, a date64 with a time as a timestamp),
    durations ISO 8601 durations, bytes base64, maps objects. Decimals become numbers, or `Digits` if a float can't hold
    them. Values that would change become `NotJson`: timestamps outside the years of ISO 8601, and maps with a repeated
    key.
    """
    import pyarrow

    if isinstance(array, pyarrow.ExtensionArray):
        return _extended(array)
    for name, read in ARROW_READERS.items():
        is_one = getattr(pyarrow.types, name, None)
        if is_one is not None and is_one(array.type):
            return read(array)
    raise CliError(f"values of type {array.type} are not supported", hint="write the file without that column")


def _as_they_are(array: Any) -> list[Any]:
    values: list[Any] = array.to_pylist()
    return values


def _extended(array: Any) -> list[Any]:
    import pyarrow

    name = getattr(array.type, "extension_name", "")
    if name == "arrow.uuid":
        return [None if each is None else str(each) for each in array.to_pylist()]
    return plain_values(array.cast(pyarrow.bool_()) if name == "arrow.bool8" else array.storage)


def _texts(array: Any) -> list[str | None]:
    try:
        return _as_they_are(array)
    except UnicodeDecodeError:
        # Invalid UTF-8 becomes surrogates, by which its row is recognized and rejected.
        values = array.cast("large_binary").to_pylist()
        return [None if each is None else each.decode("utf-8", "surrogateescape") for each in values]


def _base64_texts(array: Any) -> list[str | None]:
    return [None if each is None else base64.b64encode(each).decode("ascii") for each in array.to_pylist()]


def _lists(array: Any) -> list[Any]:
    values = iter(plain_values(list_items(array)))
    return [None if size is None else list(islice(values, size)) for size in _list_sizes(array)]


def list_items(array: Any) -> Any:
    """Returns the items of all lists. Vectors do without pyarrow.compute, which takes 0.2 s to load."""
    from pyarrow import types

    kind = array.type
    if array.null_count or not len(array):
        return array.flatten()
    if types.is_fixed_size_list(kind):
        return array.values.slice(array.offset * kind.list_size, len(array) * kind.list_size)
    if types.is_list(kind) or types.is_large_list(kind):
        first, last = array.offsets[0].as_py(), array.offsets[-1].as_py()
        return array.values.slice(first, last - first)
    return array.flatten()


def _list_sizes(array: Any) -> Iterable[int | None]:
    """Returns the length of each list, like `list_items`."""
    from pyarrow import types

    kind = array.type
    if not array.null_count and types.is_fixed_size_list(kind):
        return [kind.list_size] * len(array)
    if not array.null_count and (types.is_list(kind) or types.is_large_list(kind)):
        offsets = array.offsets.to_pylist()
        return map(sub, offsets[1:], offsets)
    from pyarrow import compute

    sizes: list[int | None] = compute.list_value_length(array).to_pylist()
    return sizes


def _objects(array: Any) -> list[Any]:
    names = [field.name for field in array.type]
    if len(set(names)) < len(names):
        raise CliError(f"a struct has two members {next(each for each in names if names.count(each) > 1)!r}")
    columns = [plain_values(each) for each in array.flatten()]
    rows: Iterator[tuple[Any, ...]] = zip(*columns, strict=True) if columns else iter([()] * len(array))
    return [
        dict(zip(names, row, strict=True)) if there else None
        for row, there in zip(rows, array.is_valid().to_pylist(), strict=True)
    ]


def _maps(array: Any) -> list[Any]:
    offsets = array.offsets.to_pylist()
    first, count = offsets[0], offsets[-1] - offsets[0]
    keys, values = (plain_values(each.slice(first, count)) for each in (array.keys, array.items))
    return [
        _map_object(keys[start - first : end - first], values[start - first : end - first]) if there else None
        for start, end, there in zip(offsets, offsets[1:], array.is_valid().to_pylist(), strict=False)
    ]


def _map_object(keys: Sequence[Any], values: Sequence[Any]) -> Any:
    """Returns the object of a map. Keys become text, as JSON requires: 1 becomes "1"."""
    if (far := next((each for each in keys if isinstance(each, NotJson)), None)) is not None:
        return NotJson(_pairs(keys, values), far.reason)
    names = [each if isinstance(each, str) else _key(each) for each in keys]
    found = dict(zip(names, values, strict=True))
    if len(found) == len(names):
        return found
    twice = next(name for position, name in enumerate(names) if name in names[:position])
    return NotJson(_pairs(keys, values), f"a map has the key {twice!r} twice")


def _pairs(keys: Sequence[Any], values: Sequence[Any]) -> str:
    """Formats a map for messages."""
    return f"map {dump_json([list(each) for each in zip(keys, values, strict=True)], default=in_words)}"


def _key(value: Any) -> str:
    return value.text if isinstance(value, Digits) else json.dumps(value, ensure_ascii=False, default=str)


def _decimals(array: Any) -> list[Any]:
    return [None if each is None else _decimal_value(each) for each in array.to_pylist()]


def _decimal_value(value: Decimal) -> Any:
    if value == value.to_integral_value():
        return int(value)
    nearest = float(value)
    return nearest if Decimal(repr(nearest)) == value else Digits(str(value))


def _dates(array: Any) -> list[Any]:
    import pyarrow

    if pyarrow.types.is_date64(array.type):
        milliseconds = array.cast(pyarrow.int64())
        if any(each % DAY_MS for each in milliseconds.to_pylist() if each is not None):
            return _moments(milliseconds.cast(pyarrow.timestamp("ms")))
    days = array.cast(pyarrow.date32()).cast(pyarrow.int32())
    return _iso(array.cast(pyarrow.date32()), days, range(FIRST_DAY, LAST_DAY + 1), beyond_calendars)


def _times(array: Any) -> list[Any]:
    import pyarrow

    return _trimmed(array.cast(pyarrow.string()))


def _moments(array: Any) -> list[Any]:
    import pyarrow

    kind = array.type
    if kind.tz:
        array = array.cast(pyarrow.timestamp(kind.unit, "UTC"))
    digits = FRACTION_DIGITS[kind.unit]
    second = 10**digits
    numbers = array.cast(pyarrow.int64())
    known = range(FIRST_DAY * DAY * second, (LAST_DAY + 1) * DAY * second)
    return _iso(array, numbers, known, lambda number: far_moment(number, digits, "Z" if kind.tz else ""))


def far_moment(number: int, digits: int, zone: str) -> NotJson:
    """Returns a timestamp outside the years of ISO 8601; `digits` is the precision of its fraction of a second."""
    days, rest = divmod(number, DAY * 10**digits)
    seconds, fraction = divmod(rest, 10**digits)
    minutes, seconds = divmod(seconds, 60)
    time = f"T{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return beyond_calendars(days, f"{time}{_fraction(fraction, digits)}{zone}")


def _iso(array: Any, numbers: Any, known: range, beyond: Callable[[int], NotJson]) -> list[Any]:
    """Returns ISO 8601 text for numbers within `known` (the years 1 to 9999), and `beyond(number)` for others."""
    import pyarrow
    from pyarrow import compute

    found = compute.min_max(numbers).as_py()
    if found["min"] is None or known[0] <= found["min"] <= found["max"] <= known[-1]:
        return _trimmed(array.cast(pyarrow.string()))
    return [
        _iso(array.slice(row, 1), numbers.slice(row, 1), known, beyond)[0]
        if number is None or number in known
        else beyond(number)
        for row, number in enumerate(numbers.to_pylist())
    ]


def _trimmed(texts: Any) -> list[Any]:
    """Puts a T between date and time, and drops fractions of only zeros."""
    from pyarrow import compute

    texts = compute.replace_substring(texts, " ", "T")
    return _as_they_are(compute.replace_substring_regex(texts, r"\.0+(Z?)$", r"\1"))


def _durations(array: Any) -> list[str | None]:
    import pyarrow

    digits = FRACTION_DIGITS[array.type.unit]
    values = array.cast(pyarrow.int64()).to_pylist()
    return [None if each is None else duration_text(each, digits) for each in values]


def duration_text(value: int, digits: int) -> str:
    """Formats a duration as pandas does: P1DT2H3M4.5S."""
    seconds, rest = divmod(abs(value), 10**digits)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"{'-' if value < 0 else ''}P{days}DT{hours}H{minutes}M{seconds}{_fraction(rest, digits)}S"


def _intervals(array: Any) -> list[str | None]:
    return [None if each is None else _interval(*each) for each in array.to_pylist()]


def _interval(months: int, days: int, nanoseconds: int) -> str:
    seconds, rest = divmod(abs(nanoseconds), 10**9)
    return f"P{months}M{days}DT{'-' if nanoseconds < 0 else ''}{seconds}{_fraction(rest, 9)}S"


def _fraction(rest: int, digits: int) -> str:
    return f".{rest:0{digits}}".rstrip("0") if rest else ""


ARROW_READERS: Mapping[str, Callable[[Any], list[Any]]] = {
    "is_null": _as_they_are,
    "is_boolean": _as_they_are,
    "is_integer": _as_they_are,
    "is_float16": lambda array: _as_they_are(array.cast("float32")),
    "is_floating": _as_they_are,
    "is_decimal": _decimals,
    "is_string": _texts,
    "is_large_string": _texts,
    "is_string_view": _texts,
    "is_binary": _base64_texts,
    "is_large_binary": _base64_texts,
    "is_fixed_size_binary": _base64_texts,
    "is_binary_view": _base64_texts,
    "is_date": _dates,
    "is_time": _times,
    "is_timestamp": _moments,
    "is_duration": _durations,
    "is_interval": _intervals,
    "is_map": _maps,
    "is_struct": _objects,
    "is_list": _lists,
    "is_large_list": _lists,
    "is_fixed_size_list": _lists,
    "is_list_view": _lists,
    "is_large_list_view": _lists,
    "is_dictionary": lambda array: plain_values(decodable(array).dictionary_decode()),
    "is_run_end_encoded": lambda array: plain_values(_decoded_runs(array)),
}
"""Readers by the name of pyarrow's type check; older versions lack some checks."""


def decodable(array: Any) -> Any:
    """Returns an array with a dictionary that pyarrow can decode, which it can't where the texts are views (Polars)."""
    import pyarrow

    name, is_view, _ = str(array.type.value_type).partition("_view")
    if not is_view:
        return array
    return pyarrow.DictionaryArray.from_arrays(array.indices, array.dictionary.cast(f"large_{name}"))


def _decoded_runs(array: Any) -> Any:
    from pyarrow import compute

    return compute.run_end_decode(array)
