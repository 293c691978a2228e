"""The command that recommends an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import collection_option, command, option
from ..grammar.search_options import field_option
from ..grammar.types import DURATION, INDEX_TYPE
from ..grammar.value_types import ByteSize, FiniteRange
from ..result import Report

if TYPE_CHECKING:
    from ..session.session import Session


@command("advise index")
@collection_option
@field_option
@option(
    "--recall",
    type=FiniteRange(0, 1, min_open=True),
    default=0.95,
    show_default=True,
    metavar="FRACTION",
    help="Target recall.",
)
@option(
    "--memory", type=ByteSize(), metavar="SIZE", help="Memory limit of the index, e.g. 16GiB or 512MB. [default: none]"
)
@option(
    "--rows", type=click.IntRange(1), metavar="N", help="Number of rows to estimate for. [default: the current number]"
)
@option(
    "--measure-for",
    type=DURATION,
    default=60.0,
    metavar="DURATION",
    help="Time limit for measuring, e.g. 90 or 5m. [default: 60s]",
)
@option("-t", "--index-type", "index_type", type=INDEX_TYPE, metavar="TYPE", help="Index type. [default: any]")
@option("--no-measure", is_flag=True, help="Only estimate, without measuring the current index.")
def advise_index(
    session: Session,
    collection: str,
    field: str | None,
    recall: float,
    memory: int | None,
    rows: int | None,
    measure_for: float,
    index_type: str | None,
    no_measure: bool,
) -> Report:
    """Recommend an index type and parameters.

    Estimates the memory that the vectors of one replica need, and the recall that an index usually reaches, and prints
    the commands to build it. If the collection is loaded, the recall of its current index is measured with 100 rows,
    as `check recall` does, for at most a minute. With --index-type the advice is how to build and search an index of
    that type. Exits with 1 when no index fits.

    \b
    Example: advise index -c book --recall 0.95 --memory 16GiB
    """
    from ..checks.advise import AdviceOptions, advice

    session.require_collection(collection)
    seconds = 0 if no_measure else measure_for
    return advice(session, collection, field, AdviceOptions(recall, memory, rows, seconds, index_type))
