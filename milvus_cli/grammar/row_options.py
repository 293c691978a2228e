"""Options that select rows, shared by the commands that read, write or delete rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from .command import all_of, option
from .params import TEXT
from .types import CONSISTENCY, FIELDS, FILTER, PARAMETER, PARTITION
from .value_types import FiniteRange

HIGHEST_TIMESTAMP = 2**64 - 1
HIGHEST_GRACE = 10**9
"""30 years, in seconds."""
FILTER_SPELLINGS = ("-e", "--expr", "--filter", "expression")

param_option = option(
    "--param",
    "parameters",
    multiple=True,
    type=PARAMETER,
    metavar="NAME=VALUE",
    help="Fills {NAME} in the filter, quoted where it is text (repeatable).",
)
filter_options = all_of(
    option(*FILTER_SPELLINGS, type=FILTER, default="", metavar="EXPR", help="Only the rows for which this holds."),
    param_option,
)
needed_filter_options = all_of(
    option(*FILTER_SPELLINGS, needed=True, type=FILTER, metavar="EXPR", help="The rows for which this holds."),
    param_option,
)
ids_option = option(
    "--ids",
    needed=True,
    type=TEXT,
    metavar="1,2,3",
    help="Primary keys, with commas between, or a JSON list; @FILE reads a file, - standard input.",
)
limit_option = option(
    "-l", "--limit", type=click.IntRange(min=0), metavar="N", help="So many rows at the most; all when not given."
)
partition_option = option("-p", "--partition", type=PARTITION, metavar="NAME", help="Only in this partition.")
target_partition_option = option(
    "-p", "--partition", type=PARTITION, default="", metavar="NAME", help="Into this partition."
)
consistency_option = option(
    "--consistency",
    type=CONSISTENCY,
    default="Strong",
    show_default=True,
    metavar="LEVEL",
    help="How fresh the rows must be.",
)

freshness_options = all_of(
    option(
        "--consistency",
        type=CONSISTENCY,
        metavar="LEVEL",
        help="Consistency level: Strong sees all earlier writes; Bounded and Eventually are faster but may miss the "
        "latest. Milvus Lite always sees all. [default: Strong]",
    ),
    option(
        "--guarantee-timestamp",
        type=click.IntRange(0, HIGHEST_TIMESTAMP),
        metavar="TIMESTAMP",
        help="See at least all writes up to this hybrid timestamp, as `calc mkts_from_datetime` prints it; the read "
        "waits for one in the future. 0 is Strong, 1 Eventually, 2 Bounded.",
    ),
    option(
        "--graceful-time",
        type=FiniteRange(min=0, max=HIGHEST_GRACE),
        metavar="SECONDS",
        help="Bounded: see at least all writes older than this. Bounded alone leaves it to the server, 5 by default.",
    ),
)


def fields_option(text: str) -> Callable[[Any], Any]:
    """The option for the fields of each row; `text` is its help."""
    return option("--fields", type=FIELDS, metavar="A,B", help=text)


def partitions_option(text: str = "Only in this partition (repeatable).") -> Callable[[Any], Any]:
    """The option for the partitions to read; `text` is its help."""
    return option("-p", "--partition", "partitions", type=PARTITION, multiple=True, metavar="NAME", help=text)
