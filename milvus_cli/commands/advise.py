"""The command that recommends an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import collection_option, command, option
from ..grammar.search_options import field_option
from ..grammar.types import DURATION
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
    help="Of the nearest rows, how many searches should find.",
)
@option("--memory", type=ByteSize(), metavar="SIZE", help="What the index may take: 16GiB, 512MB; any if not given.")
@option("--rows", type=click.IntRange(1), metavar="N", help="Estimate for so many rows; those there are if not given.")
@option(
    "--measure-for",
    type=DURATION,
    default=60.0,
    metavar="DURATION",
    help="How long measuring may take, as in 90 or 5m. [default: 60s]",
)
@option("--no-measure", is_flag=True, help="Estimate only: don't measure the recall of the index that is there.")
def advise_index(
    session: Session,
    collection: str,
    field: str | None,
    recall: float,
    memory: int | None,
    rows: int | None,
    measure_for: float,
    no_measure: bool,
) -> Report:
    """Propose an index for a recall and an amount of memory, with the lines to run.

    Memory is estimated by published formulas, for the vectors of one replica; recall is what an index usually reaches.
    Where a loaded index is there, its recall is measured with 100 rows, as `check recall` does: that reads all vectors,
    and is given up after a minute. All else are estimates: look at what you have built with `check recall`. Ends with 1
    when nothing fits.

    \b
    Example: advise index -c book --recall 0.95 --memory 16GiB
    """
    from ..checks.advise import AdviceOptions, advice

    session.require_collection(collection)
    return advice(
        session, collection, field, AdviceOptions(recall, memory, rows, seconds=0 if no_measure else measure_for)
    )
