"""Parameter types for numbers, durations, sizes, files, characters, encodings, column names and waiting."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource
from click.types import FloatParamType

from ..errors import InvalidInput
from ..output.objects import Query, compiled
from ..text.names import missing_name, named
from .offered import KeyValue, Offered, items

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


DYNAMIC_TYPES = ("BOOL", "INT64", "DOUBLE", "VARCHAR", "JSON")
"""Types that values of the dynamic field may have."""
ESCAPED = {"\\t": "\t", "tab": "\t"}
ENCODINGS = {
    "utf-8": "with or without a byte order mark",
    "utf-16": "Excel's Unicode text",
    "latin-1": "Western Europe",
    "cp1252": "Windows, Western Europe",
    "gbk": "Chinese",
    "big5": "Chinese, traditional",
    "shift_jis": "Japanese",
    "euc_kr": "Korean",
}


NO_PATH = "\0"
"""The value of an option that may be given without its path."""


class PathText(click.Path):
    """A path, which the command that uses it checks. An unset variable must not mean the current directory."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "" and not _is_default(param, ctx):
            self.fail("expected a path, got ''", param, ctx)
        return "" if value == NO_PATH else value


class KeptFile(PathText):
    """A file that is written and read again; not standard output."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "-":
            self.fail("expected a file, got - (standard output)", param, ctx)
        return super().convert(value, param, ctx)


def _is_default(param: click.Parameter | None, ctx: click.Context | None) -> bool:
    """Returns whether the value of a parameter is its default."""
    source = ctx.get_parameter_source(str(param.name)) if ctx is not None and param is not None else None
    return source is ParameterSource.DEFAULT


class FiniteNumber(FloatParamType):
    """A number, neither NaN nor infinite."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"expected a finite number, got {value!r}", param, ctx)
        return number


class FiniteRange(click.FloatRange):
    """A number within limits. NaN compares as neither less nor more, so that click's own type accepts it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        return super().convert(FiniteNumber().convert(value, param, ctx), param, ctx)


class Duration(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5 only
    """A duration in seconds, as a number or with units: 90, 1.5s, 5m, 1h30m."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        text = str(value).strip().lower()
        parts = re.fullmatch(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s?)?", text)
        numbers = [float(part or 0) for part in parts.groups()] if parts else [0.0, 0.0, 0.0]
        seconds = numbers[0] * 3600 + numbers[1] * 60 + numbers[2]
        if not 0 < seconds < 1e9:
            self.fail(f"{value!r} is not a duration: write 90, 5m or 1h30m", param, ctx)
        return seconds


class JmesPath(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5 only
    """A JMESPath expression."""

    name = "expression"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Query:
        if not isinstance(value, str):
            found: Query = value
            return found
        try:
            return compiled(value)
        except ValueError as exc:
            self.fail(f"invalid JMESPath expression: {exc}", param, ctx)


JMESPATH = JmesPath()


class ByteSize(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5 only
    """A size in bytes, as a number or with a unit: 512MB, 16GiB, 1.5g. KB, MB and so on are powers of 1,000."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        parts = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)(b?)", str(value).strip().lower())
        if not parts or not 0 < float(parts[1]) < 1e18:
            self.fail(f"{value!r} is not a size: write 16GiB, 512MB or bytes", param, ctx)
        base = 1000 if parts[4] and not parts[3] else 1024
        return int(float(parts[1]) * base ** " kmgt".index(parts[2] or " "))


class WaitTarget(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5 only
    """Several of these words, separated by commas."""

    name = "words"

    def __init__(self, words: Mapping[str, str]) -> None:
        self.words = words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        found = value if isinstance(value, tuple) else tuple(each.strip().lower() for each in value.split(","))
        for each in found:
            if each not in self.words:
                self.fail(f"{each!r} is not one of: {', '.join(self.words)}", param, ctx)
        return found

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        before, comma, last = incomplete.rpartition(",")
        return items(named(self.words.items()).best(last), prefix=before + comma)


class Character(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5 only
    """One character, which may be written as an escape (`\\t`); an empty text too, with `optional`."""

    name = "character"

    def __init__(self, *, optional: bool = False) -> None:
        self.optional = optional

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(ESCAPED.get(value, value))
        if text in ("\n", "\r") or (len(text) != 1 and (text or not self.optional)):
            self.fail(f"expected one character{' or none' if self.optional else ''}, got {value!r}", param, ctx)
        return text


class Encoding(Offered):
    """The name of a text encoding that Python knows."""

    name = "encoding"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            "".encode(value)
        except (LookupError, ValueError):
            self.fail(f"unknown encoding {value!r}; known are {', '.join(ENCODINGS)} and others", param, ctx)
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        return items(named(ENCODINGS.items()).best(incomplete))


class TimeZone(Offered):
    """A time zone; completes the names that this machine knows, and refuses others if it knows any."""

    name = "time zone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from zoneinfo import available_timezones

        known = available_timezones()
        if value and known and value not in known:
            raise missing_name("time zone", value, known, "write one as Europe/Rome", error=InvalidInput)
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        from zoneinfo import available_timezones

        return items(named((each, "") for each in sorted(available_timezones())).best(incomplete))


class ColumnNames(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5 only
    """Names with commas between them."""

    name = "names"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        names = tuple(each.strip() for each in value.split(","))
        if not any(names):
            self.fail("expected names separated by commas", param, ctx)
        return names


class ColumnType(KeyValue):
    """COLUMN=TYPE, with a type of values in the dynamic field."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        column, kind = super().convert(value, param, ctx)
        if kind.upper() not in DYNAMIC_TYPES:
            self.fail(f"unknown type {kind!r} for the dynamic field: {', '.join(DYNAMIC_TYPES)}", param, ctx)
        return column, kind.upper()
