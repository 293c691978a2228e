"""Options of the commands that measure recall."""

from __future__ import annotations

import click

from .command import all_of, option
from .row_options import seed_option
from .search_options import params_option
from .types import CONSISTENCY, SWEPT_PARAMETER

recall_options = all_of(
    option(
        "--sample",
        type=click.IntRange(1, 100_000),
        default=200,
        show_default=True,
        metavar="N",
        help="Number of rows to search for.",
    ),
    option(
        "-k",
        "--limit",
        "k",
        type=click.IntRange(1, 16_383),
        default=10,
        show_default=True,
        metavar="N",
        help="Hits per search.",
    ),
    option(
        "--sweep",
        multiple=True,
        type=SWEPT_PARAMETER,
        metavar="NAME=A,B,C",
        help="Values of a search parameter to try, one result each (repeatable: tries all combinations).",
    ),
    params_option,
    seed_option,
    option(
        "--consistency",
        type=CONSISTENCY,
        default="Bounded",
        show_default=True,
        metavar="LEVEL",
        help="Consistency level of the measured searches.",
    ),
)
