"""Values that JSON, and Python's own types of it, cannot hold."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Digits:
    """A number that no float and no whole number of a column holds exactly, as its text."""

    text: str


@dataclass(frozen=True)
class NotJson:
    """A value that no value of JSON stands for, and so no value of a field: why, and a text of it that is no JSON."""

    shown: str
    reason: str
