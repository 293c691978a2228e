"""Finds the characters of a text outside its quotes and brackets, where a notation's own words may stand."""

from __future__ import annotations

from collections.abc import Iterator

OPENING, CLOSING, QUOTES = "[{(", "]})", "\"'"


def outside(text: str) -> Iterator[tuple[int, str]]:
    """Yields these characters with their positions. A quote after a backslash does not close a quoted part."""
    depth, quote = 0, ""
    for position, each in enumerate(text):
        if quote:
            quote = "" if each == quote and text[position - 1] != "\\" else quote
        elif each in QUOTES:
            quote = each
        else:
            depth += (each in OPENING) - (each in CLOSING)
            if depth == 0 and each not in OPENING + CLOSING:
                yield position, each
