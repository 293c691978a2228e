"""Options that select rows, shared by the commands that read, write or delete rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from .command import all_of, option
from .params import TEXT
from .types import CONSISTENCY, FIELDS, FILTER, PARAMETER, PARTITION, TIME_ZONE
from .value_types import FiniteRange

HIGHEST_TIMESTAMP = 2**64 - 1
HIGHEST_GRACE = 10**9
"""30 years, in seconds."""
MOST_SAMPLED = 100_000
"""The most rows of a sample: their keys must fit into a filter."""
FILTER_SPELLINGS = ("-e", "--expr", "--filter", "expression")

param_option = option(
    "--param",
    "parameters",
    multiple=True,
    type=PARAMETER,
    metavar="NAME=VALUE",
    help="Value for {NAME} in the filter, quoted as needed (repeatable).",
)
filter_options = all_of(
    option(*FILTER_SPELLINGS, type=FILTER, default="", metavar="EXPR", help="Filter expression. See `help filters`."),
    param_option,
)
needed_filter_options = all_of(
    option(*FILTER_SPELLINGS, needed=True, type=FILTER, metavar="EXPR", help="Filter expression. See `help filters`."),
    param_option,
)
ids_option = option(
    "--ids",
    needed=True,
    type=TEXT,
    metavar="1,2,3",
    help="Primary keys, comma-separated or as a JSON list. @FILE reads a file, - standard input.",
)
limit_option = option(
    "-l", "--limit", type=click.IntRange(min=0), metavar="N", help="Maximum number of rows. [default: all]"
)
SEED: Mapping[str, Any] = {
    "type": click.IntRange(0),
    "default": 0,
    "show_default": True,
    "metavar": "N",
    "help": "Seed of the random choice.",
}
seed_option = option("--seed", **SEED)
sample_seed_option = option("--seed", needs="sample", **SEED)
"""The seed where a sample is optional."""
sample_options = all_of(
    option(
        "--sample",
        type=click.IntRange(1, MOST_SAMPLED),
        metavar="N",
        help="Only N of the rows, chosen at random, and the same ones again with the same --seed.",
    ),
    sample_seed_option,
)
partition_option = option("-p", "--partition", type=PARTITION, metavar="NAME", help="Delete only in this partition.")
target_partition_option = option(
    "-p", "--partition", type=PARTITION, default="", metavar="NAME", help="Partition to insert into."
)
consistency_option = option(
    "--consistency",
    type=CONSISTENCY,
    default="Strong",
    show_default=True,
    metavar="LEVEL",
    help="Consistency level of the reads.",
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
        help="See at least all writes up to this hybrid timestamp, as printed by `calc mkts_from_datetime`. A "
        "read waits for a timestamp in the future. 0 is Strong, 1 Eventually, 2 Bounded.",
    ),
    option(
        "--graceful-time",
        type=FiniteRange(min=0, max=HIGHEST_GRACE),
        metavar="SECONDS",
        help="With Bounded, see at least all writes older than this. [default: chosen by the server, usually 5]",
    ),
)


def fields_option(text: str) -> Callable[[Any], Any]:
    """The option for the fields of each row; `text` is its help."""
    return option("--fields", type=FIELDS, metavar="A,B", help=text)


def partitions_option(text: str = "Restrict to this partition (repeatable).") -> Callable[[Any], Any]:
    """The option for the partitions to read; `text` is its help."""
    return option("-p", "--partition", "partitions", type=PARTITION, multiple=True, metavar="NAME", help=text)


namespace_option = option("--namespace", default="", metavar="NAME", help="Namespace to read. Requires Milvus 3.0.")
time_options = all_of(
    option(
        "--timezone",
        type=TIME_ZONE,
        default="",
        metavar="ZONE",
        help="Time zone of TIMESTAMPTZ values, e.g. Europe/Rome. Requires Milvus 2.6 or Milvus Lite.",
    ),
    option(
        "--time-fields",
        default="",
        metavar="A,B",
        help="Parts of TIMESTAMPTZ values to return instead of the time, e.g. year,month,hour.",
    ),
)
