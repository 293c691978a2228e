"""Values that JSON and Python's types for it cannot represent."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Digits:
    """A number that neither a float nor an integer column holds exactly, as text."""

    text: str


@dataclass(frozen=True)
class NotJson:
    """A value without an equivalent in JSON, and so in a field: a text that shows it, and the reason."""

    shown: str
    reason: str
