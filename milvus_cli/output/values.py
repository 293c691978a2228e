"""Converts a cell to text: exact for programs; short, and safe on a terminal, for people."""

import json
import math
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

from ..text import deep_json
from ..text.numbers import not_finite_name

CELL_WIDTH = 60
"""Widest cell of a table on a terminal, in columns."""

ELLIPSIS = "…"
"""Marks an omission."""

VECTOR_HEAD = 2
NULL = "NULL"
COLOR_SEQUENCE = re.compile(r"(\x1b\[[0-9;]+m)")
NUMBERS = re.compile(r"\[\n(?:\s*-?\d[^,\s]*,\n)*\s*-?\d[^,\s]*\n\s*\]")
"""A list of only numbers in indented JSON, where strings have no line breaks."""


def width_of(text: str) -> int:
    """Returns the width of a text on a terminal, in columns."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth

    return wcswidth(text)


def exact(value: Any) -> str:
    """Returns a CSV cell: text unchanged, nested values as JSON, "" for None."""
    if value is None:
        return ""
    return value if isinstance(value, str) else _bare(value)


def to_json(value: Any, *, indent: int | None = None, ascii_only: bool = False) -> str:
    """Returns JSON with unprintable characters escaped, so that no terminal obeys them.

    NaN and infinities, which JSON lacks, are the strings "NaN", "Infinity" and "-Infinity", as in the JSON of
    Protocol Buffers.
    """
    encode = _encoder(ascii_only, indent).encode
    try:
        text = _encoded(value, encode)
    except RecursionError:
        text = deep_json.write(value, lambda each: encode(not_finite_name(each) if _is_special(each) else each))
    if indent is not None:
        text = NUMBERS.sub(lambda found: " ".join(found.group().split()).replace("[ ", "[").replace(" ]", "]"), text)
    if text.isascii() and "\x7f" not in text:
        return text
    return harmless_json(text)


def harmless_json(text: str) -> str:
    """Returns equivalent JSON with unprintable characters escaped."""
    return _escaped(text, _escape_in_json, keep="\n")


def _encoded(value: Any, encode: Callable[[Any], str]) -> str:
    try:
        return encode(value)
    except ValueError:
        return encode(_named(value))


def _escape_in_json(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


@cache
def _encoder(ascii_only: bool, indent: int | None) -> json.JSONEncoder:
    return json.JSONEncoder(ensure_ascii=ascii_only, allow_nan=False, indent=indent, default=str)


def shown(value: Any, *, width: int | None = None, null: str = NULL) -> str:
    """Returns a table cell, cut to `width`: `null` for None and quoted for that text, vectors short, text escaped."""
    if value is None:
        return harmless(null)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value == null:
        return harmless(f'"{null}"')
    if type(value) is int or (type(value) is float and math.isfinite(value)):
        text = repr(value)
    elif width is not None and _is_vector(value):
        return _short_vector(value)
    else:
        text = harmless(value if isinstance(value, str) else _bare(value))
    return text if width is None else clipped(text, width)


def clipped(text: str, columns: int, ellipsis: str = ELLIPSIS) -> str:
    """Cuts a text to a number of columns on a terminal."""
    if len(text) <= columns and width_of(text) <= columns:
        return text
    end = max(0, columns - 1)
    while end and width_of(text[:end]) >= columns:
        end -= 1
    return (text[:end] + ellipsis)[: max(0, columns)]


def harmless(text: str, *, keep: str = "") -> str:
    """Escapes control, format and lone surrogate characters, so that a terminal obeys none of them."""
    return _escaped(text, lambda character: character.encode("unicode_escape").decode(), keep)


def harmless_but_colors(text: str) -> str:
    """Like `harmless`, but keeps line breaks, tabs, and the escape sequences that only change a color."""
    parts = COLOR_SEQUENCE.split(text)
    return "".join(part if place % 2 else harmless(part, keep="\n\t") for place, part in enumerate(parts))


def _escaped(text: str, escape: Callable[[str], str], keep: str) -> str:
    if text.isprintable() or (keep and all(map(str.isprintable, re.split(f"[{keep}]", text)))):
        return text
    return "".join(each if each in keep or _is_plain(each) else escape(each) for each in text)


def _is_plain(character: str) -> bool:
    # Cf includes the bidirectional overrides; the zero-width joiner is part of many emoji.
    return character == "\u200d" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _bare(value: Any) -> str:
    """Returns JSON, but a single NaN or infinity without quotes."""
    return not_finite_name(value) if _is_special(value) else to_json(value)


def _named(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _named(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_named(each) for each in value]
    return not_finite_name(value) if _is_special(value) else value


def _is_special(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _is_vector(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 4 and all(isinstance(each, (int, float)) for each in value[:4])


def _short_vector(value: list[Any]) -> str:
    head = ", ".join(_bare(each) for each in value[:VECTOR_HEAD])
    return f"[{head}, {ELLIPSIS} ×{len(value)}]"
