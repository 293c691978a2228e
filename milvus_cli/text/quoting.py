"""What stands in a text outside of its quotes and brackets, where the words of a form are looked for."""

from __future__ import annotations

from collections.abc import Iterator

OPENING, CLOSING = "[{(", "]})"


def outside(text: str) -> Iterator[tuple[int, str]]:
    """Each such character with its place; a quote after a backslash ends nothing."""
    depth, quote = 0, ""
    for place, each in enumerate(text):
        if quote:
            quote = "" if each == quote and text[place - 1] != "\\" else quote
        elif each in "\"'":
            quote = each
        elif each in OPENING + CLOSING:
            depth += 1 if each in OPENING else -1
        elif depth == 0:
            yield place, each
