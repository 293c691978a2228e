"""Commands that compute distances and hybrid timestamps locally, as the first Milvus_CLI did on the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import command, option, word
from ..grammar.offered import OneOf
from ..grammar.params import TEXT
from ..grammar.types import NUMBER
from ..result import Record, Table
from ..search.calc import HIGHEST, METRICS, distance_table, hybrid, later, moment, parse_moment, unix_seconds

if TYPE_CHECKING:
    from ..session.session import Session

hybridts_option = word(
    "hybridts",
    "-h",
    "--hybridts",
    type=click.IntRange(0, HIGHEST),
    metavar="TIMESTAMP",
    help="Hybrid timestamp (0 to 18446744073709551615).",
)
milliseconds_option = option(
    "-m",
    "--milliseconds",
    type=NUMBER,
    default=0.0,
    metavar="MS",
    help="Milliseconds to add, negative to subtract. [default: 0]",
)


@command("calc distance", questions="distance:ask_distance")
@word("left", "-l", "--left", type=TEXT, metavar="JSON", help="Vectors as JSON or numbers. @FILE reads a file.")
@word(
    "right",
    "-r",
    "--right",
    type=TEXT,
    metavar="JSON",
    help="Vectors to compare with, as JSON or numbers. @FILE reads a file.",
)
@option(
    "-m",
    "--metric",
    type=OneOf(METRICS, case_sensitive=False),
    default="L2",
    show_default=True,
    help="Metric. With HAMMING, JACCARD and TANIMOTO, vectors are lists of bytes.",
)
@option("--sqrt", is_flag=True, help="With L2, show the distance instead of its square, which searches show.")
def calc_distance(session: Session, left: str, right: str, metric: str, sqrt: bool) -> Table:
    """Calculate distances between vectors.

    Each left vector is compared with each right one, as a search would report it.

    \b
    Example: calc distance --left '[0.1, 0.2]' --right '[[0.1, 0.2], [0.3, 0.4]]' --metric L2 --sqrt
    """
    return distance_table(left, right, metric, root=sqrt)


@command("calc mkts_from_hybridts")
@hybridts_option
@milliseconds_option
def calc_mkts_from_hybridts(session: Session, hybridts: int, milliseconds: float) -> Record:
    """Add time to a hybrid timestamp.

    Pass the result to queries and searches as --guarantee-timestamp.

    \b
    Example: calc mkts_from_hybridts -h 429164525386203142 -m 1000
    """
    return Record({"hybridts": later(hybridts, milliseconds)})


@command("calc mkts_from_unixtime")
@word("epoch", "-e", "--epoch", type=NUMBER, metavar="SECONDS", help="Seconds since 1970-01-01 UTC.")
@milliseconds_option
def calc_mkts_from_unixtime(session: Session, epoch: float, milliseconds: float) -> Record:
    """Convert Unix time to a hybrid timestamp.

    Pass the result to queries and searches as --guarantee-timestamp.

    \b
    Example: calc mkts_from_unixtime -e 1637161541.123
    """
    return Record({"hybridts": hybrid(epoch * 1000 + milliseconds)})


@command("calc mkts_from_datetime")
@word(
    "time",
    "-d",
    "--datetime",
    metavar="TIME",
    help="Date and time, e.g. 2021-11-17 15:05:41+00:00. Local time unless it has a zone.",
)
@milliseconds_option
def calc_mkts_from_datetime(session: Session, time: str, milliseconds: float) -> Record:
    """Convert a date to a hybrid timestamp.

    Pass the result to queries and searches as --guarantee-timestamp.

    \b
    Example: calc mkts_from_datetime -d '2021-11-17 15:05:41+00:00'
    """
    return Record({"hybridts": hybrid(parse_moment(time).timestamp() * 1000 + milliseconds)})


@command("calc hybridts_to_unixtime")
@hybridts_option
def calc_hybridts_to_unixtime(session: Session, hybridts: int) -> Record:
    """Convert a hybrid timestamp to Unix time.

    \b
    Example: calc hybridts_to_unixtime -h 429164525386203142
    """
    return Record({"unixtime": unix_seconds(hybridts)})


@command("calc hybridts_to_datetime")
@hybridts_option
def calc_hybridts_to_datetime(session: Session, hybridts: int) -> Record:
    """Convert a hybrid timestamp to a date.

    Uses the time zone of this machine.

    \b
    Example: calc hybridts_to_datetime -h 429164525386203142
    """
    return Record({"datetime": moment(hybridts).isoformat(" ", "milliseconds")})
