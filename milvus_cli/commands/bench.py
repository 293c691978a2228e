"""The command that measures the load a server can take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import collection_option, command, option
from ..grammar.options import options
from ..grammar.search_options import field_option, filter_options, index_options, partition_option, vector_option
from ..grammar.types import CONSISTENCY
from ..result import Report
from ..text.limits import HIGHEST_LIMIT

if TYPE_CHECKING:
    from ..search.options import SearchOptions
    from ..session.session import Session


@command("bench search")
@collection_option
@vector_option
@field_option
@option(
    "-n",
    "--count",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    metavar="N",
    help="Total number of searches.",
)
@option(
    "-j", "--jobs", type=click.IntRange(1, 256), default=8, show_default=True, metavar="N", help="Concurrent searches."
)
@option(
    "-l",
    "-k",
    "--limit",
    type=click.IntRange(1, HIGHEST_LIMIT),
    default=10,
    show_default=True,
    metavar="N",
    help="Hits per search.",
)
@filter_options
@partition_option
@index_options
@option(
    "--consistency",
    type=CONSISTENCY,
    default="Bounded",
    show_default=True,
    metavar="LEVEL",
    help="Consistency level. Strong waits for all earlier writes.",
)
@options("search.options:SearchOptions")
def bench_search(session: Session, options: SearchOptions, count: int, jobs: int) -> Report:
    """Measure search throughput and latency.

    Each search has one query vector: the given ones in turn, otherwise randomly chosen rows. Ctrl-C stops early and
    shows the results so far. This client sends at most about 2,000 searches per second. Exits with 1 if any search
    failed.

    \b
    Example: bench search -c book -v '[[0.1, 0.2, 0.3, 0.4], [1, 0, 0, 0]]' -n 100 -j 4
    """
    from ..checks.bench import search_load

    session.require_collection(options.collection)
    return search_load(options, count=count, jobs=jobs)
