"""The results that commands return: data, never text for a terminal.

They are NamedTuples, like other values that every start defines: a frozen dataclass takes six times as long to make.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

Value = Any
"""A value of a result: None, bool, int, float, str, or lists and dicts of these (JSON's types; int64 stays exact)."""

NOTHING: Mapping[str, Value] = {}


class Table(NamedTuple):
    """Rows under columns. `rows` may be a generator; it is read once, while the table is written.

    `note` is for people, below the rows; a function is called after they are written.
    `failure` is raised after the rows are written, if some requested value is missing; a function
    is called after all rows are written.
    `optional` are columns that a narrow terminal may lack, the first to go first. A `bare` list is names alone, which
    a pipe gets without a frame. `roles` are what columns are painted as, by name: "type", "added", "removed", or "sign"
    for + and -. Values that are `whole`, such as lines to run, are never cut.
    """

    columns: Sequence[str]
    rows: Iterable[Sequence[Value]]
    note: str | Callable[[], str] = ""
    failure: Exception | Callable[[], Exception | None] | None = None
    optional: Sequence[str] = ()
    bare: bool = False
    roles: Mapping[str, str] = NOTHING
    whole: bool = False


class Record(NamedTuple):
    """One object with named values, in order; `sources` says where values came from.

    With `confirms`, --quiet suppresses it.
    """

    values: Mapping[str, Value]
    sources: Mapping[str, str] = NOTHING
    confirms: bool = False


class Section(NamedTuple):
    """A part of a report: a table for people, objects under `key` for programs."""

    key: str
    table: Table
    items: Sequence[Mapping[str, Value]]


class Report(NamedTuple):
    """One object with named values and sections. For programs it is a single object.

    `exit_code` is 1 for a check that found something.
    """

    values: Mapping[str, Value]
    sections: Sequence[Section]
    exit_code: int = 0


class Done(NamedTuple):
    """A success: a sentence for people, and the result (ids, counts) for programs."""

    message: str
    made: Mapping[str, Value] = NOTHING


class Removal(NamedTuple):
    """A destructive change to be confirmed: `verb` (delete), `thing` (collection 'book') and what `also` goes.

    `made` is for programs; `act` does it. Only a protected connection asks about a removal that loses no data.
    """

    verb: str
    thing: str
    also: str
    made: Mapping[str, Value]
    act: Callable[[], object]
    loses_data: bool = True


class Document(NamedTuple):
    """A JSON value of any shape, such as an answer of the RESTful API.

    `items` is the list in it that formats of rows show instead of the whole: objects, or single values. A pipe gets the
    whole, as JSON, unless a format was chosen.
    """

    value: Value
    items: Sequence[Value] | None = None


class Text(NamedTuple):
    """Text for a person, such as help. Programs get `values` if there are any, else the same text."""

    text: str
    values: Mapping[str, Value] = NOTHING


class Canvas(NamedTuple):
    """The room for a picture in characters, and whether it may have Unicode and colors."""

    width: int
    height: int
    unicode: bool = True
    color: bool = False


class Picture(NamedTuple):
    """A chart: people see what `draw` returns for a canvas, and programs the numbers of `table`.

    The note and the failure of the table are for both.
    """

    draw: Callable[[Canvas], str]
    table: Table


class Script(NamedTuple):
    """Commands to run next, echoed as typed with `echo`; then the shell, if `stay` is set and there is a terminal.

    `ending` is shown if all of them succeed. `arguments` fill $1, $2 and so on in the commands; with None these stay.
    With `one_answer`, a format for programs gets only the result of the last command.
    """

    name: str
    text: str
    echo: bool = False
    stay: bool = False
    ending: str = ""
    arguments: Sequence[str] | None = None
    one_answer: bool = False


class Repeat(NamedTuple):
    """A command line to repeat at an interval in seconds, `times` in all; None repeats forever."""

    argv: Sequence[str]
    seconds: float
    times: int | None = None


class Look(NamedTuple):
    """One refresh of a live view: rows for programs, tables for people."""

    rows: Sequence[Sequence[Value]]
    tables: Sequence[Table]


if TYPE_CHECKING:

    class LiveScreen(Protocol):
        """A live view on the whole screen of a terminal."""

        def start(self) -> None:
            """Gets ready. Raises CliError if there is nothing to show."""

        def show_on(self, wake: Callable[[], None]) -> None:
            """Calls `wake`, from any thread, when there is something new to draw."""

        @property
        def is_finished(self) -> bool:
            """Whether the view ended by itself."""

        def lines(self, width: int, height: int) -> list[str]:
            """Returns the lines to draw: `height` at most, of `width` columns at most."""

        def press(self, key: str) -> bool:
            """Handles a key; returns False if it ends the view."""

        def close(self) -> None:
            """Stops background work."""


class Live(NamedTuple):
    """A live view, refreshed at an interval in seconds, `times` in all; None refreshes forever.

    Programs get the rows of all refreshes as one table, as they come. People see the screen that `screen` makes or,
    without a terminal, one refresh after the other. `start` comes before the first refresh.
    """

    columns: Sequence[str]
    start: Callable[[], object]
    look: Callable[[], Look]
    screen: "Callable[[], LiveScreen]"
    seconds: float
    times: int | None = None


Shown = Table | Record | Report | Done | Document | Text | Picture
"""Results that are written; the others are instructions."""

Result = Shown | Script | Repeat | Live
