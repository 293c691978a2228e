"""One cell to text: exact for programs, short and harmless for people."""

import json
import unicodedata
from typing import Any

CELL_WIDTH = 60
"""Characters of a cell that a table shows on a terminal."""

VECTOR_HEAD = 2


def exact(value: Any) -> str:
    """A csv cell: text as it is, anything nested as JSON, None empty."""
    if value is None:
        return ""
    return value if isinstance(value, str) else to_json(value)


def to_json(value: Any, *, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent, default=str)


def shown(value: Any, *, width: int | None = None) -> str:
    """A table cell: NULL for None, vectors short, control characters escaped, cut to `width` characters."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if _is_vector(value) and width is not None:
        return _short_vector(value)
    text = harmless(value if isinstance(value, str) else to_json(value))
    return text if width is None or len(text) <= width else text[: width - 1] + "…"


def harmless(text: str, *, keep: str = "") -> str:
    """Control, format and lone surrogate characters as escapes, so that a terminal obeys none of them."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(each if each in keep or _is_plain(each) else _escape(each) for each in text)


def _is_plain(character: str) -> bool:
    # Cf holds the bidirectional overrides; the zero-width joiner belongs to many emoji.
    return character == "\u200d" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")


def _is_vector(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 4 and all(isinstance(each, (int, float)) for each in value[:4])


def _short_vector(value: list[Any]) -> str:
    head = ", ".join(to_json(each) for each in value[:VECTOR_HEAD])
    return f"[{head}, … ×{len(value)}]"
