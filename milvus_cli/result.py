"""What a command returns: data, never text for a terminal."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Value = Any
"""A cell: None, bool, int, float, str, or lists and dicts of these (JSON's types, int64 exact)."""


@dataclass(frozen=True)
class Table:
    """Rows under columns. `rows` may be a generator: it is read once, while it is written.

    `note` is for people, below the rows; it may be a function, which is asked when they are written.
    `failure` is what is raised after that, where some of what was asked for is not among them; it may be a function,
    which is asked when all rows are written.
    """

    columns: Sequence[str]
    rows: Iterable[Sequence[Value]]
    note: str | Callable[[], str] = ""
    failure: Exception | Callable[[], Exception | None] | None = None


@dataclass(frozen=True)
class Record:
    """One thing with named values, in order; `sources` tells where a value came from, where that is of interest.

    One that only confirms what was done is left out where that is to be: with --quiet.
    """

    values: Mapping[str, Value]
    sources: Mapping[str, str] = field(default_factory=dict)
    confirms: bool = False


@dataclass(frozen=True)
class Section:
    """Many parts of a thing: a table for people, and objects under `key` for programs."""

    key: str
    table: Table
    items: Sequence[Mapping[str, Value]]


@dataclass(frozen=True)
class Report:
    """One thing with named values, and its parts. For programs it is one object.

    `exit_code` is 1 for a check that has found something.
    """

    values: Mapping[str, Value]
    sections: Sequence[Section]
    exit_code: int = 0


@dataclass(frozen=True)
class Done:
    """A plain success: a sentence for people, and what was made (ids, counts) for programs."""

    message: str
    made: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Removal:
    """A destructive change to be confirmed: `verb` (delete), `thing` (collection 'book') and what `also` goes.

    `made` is for programs; `act` does it.
    """

    verb: str
    thing: str
    also: str
    made: Mapping[str, Value]
    act: Callable[[], object]


@dataclass(frozen=True)
class Document:
    """A JSON value whose shape is somebody else's, such as an answer of the RESTful API."""

    value: Value


@dataclass(frozen=True)
class Text:
    """Words for a person, such as help; the same in every format, but where there are `values` for programs."""

    text: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Script:
    """Commands to run next, echoed as typed; then the shell, if `stay` and there is a terminal."""

    name: str
    text: str
    stay: bool = False


@dataclass(frozen=True)
class Repeat:
    """A command line to run every so many seconds: `times` in all, for ever when None."""

    argv: Sequence[str]
    seconds: float
    times: int | None = None


@dataclass(frozen=True)
class Look:
    """What is seen at one moment: rows for programs, and tables for people."""

    rows: Sequence[Sequence[Value]]
    tables: Sequence[Table]


@dataclass(frozen=True)
class Live:
    """What is looked at again every so many seconds: `times` in all, for ever when None.

    For programs the rows of all looks are one table, written as they come; people see the last look, or, without a
    terminal, one after the other.
    """

    columns: Sequence[str]
    look: Callable[[], Look]
    seconds: float
    times: int | None = None


Result = Table | Record | Report | Done | Document | Text | Script | Repeat | Live
