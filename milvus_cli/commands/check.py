"""Commands that check a collection's vectors, its primary keys and the recall of its index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import collection_option, command, option
from ..grammar.offered import Words
from ..grammar.options import options
from ..grammar.search_options import field_option, force_option, params_option
from ..grammar.types import CONSISTENCY, METRIC
from ..result import Report, Table

if TYPE_CHECKING:
    from ..checks.report import RecallOptions
    from ..session.session import Session

FINDING = Words(
    "finding",
    {
        "nan": "vectors with a NaN",
        "infinity": "vectors with an infinity",
        "zero": "vectors of length 0",
        "not_normalised": "vectors of another length than 1, under IP",
        "duplicate": "equal vectors",
    },
)

seed_option = option(
    "--seed", type=int, default=0, show_default=True, metavar="N", help="Another number draws another sample."
)


@command("check vectors")
@collection_option
@field_option
@option("--sample", type=click.IntRange(1), metavar="N", help="Look at so many rows only, drawn by chance.")
@seed_option
@option("--metric", type=METRIC, metavar="METRIC", help="Judge by this metric instead of the index's.")
@option("--ignore", type=FINDING, multiple=True, metavar="FINDING", help="Show it, but call it right (repeatable).")
def check_vectors(
    session: Session,
    collection: str,
    field: str | None,
    sample: int | None,
    seed: int,
    metric: str | None,
    ignore: tuple[str, ...],
) -> Report:
    """Look for vectors that can't be found or disturb others: NaN, infinities, zeros, duplicates, odd lengths.

    All rows of a loaded collection are read, by rising primary key; memory stays bounded. Under IP all vectors should
    have length 1. Of rows that share a primary key, a server shows one. Ends with 1 when something is wrong.

    \b
    Example: check vectors -c book -f vector
    """
    from ..checks.report import vectors_report

    session.require_collection(collection)
    return vectors_report(session, collection, field, sample=sample, seed=seed, metric=metric, ignored=ignore)


@command("check keys")
@collection_option
@option(
    "-l",
    "--limit",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    metavar="N",
    help="Duplicate keys to show.",
)
def check_keys(session: Session, collection: str, limit: int) -> Report:
    """Look for primary keys that several rows have: Milvus inserts a key twice, and then shows one of the rows.

    Queries tell each key once; that there are more rows is known from counting them, so collections must be loaded,
    and at rest. Milvus Lite replaces a row when its key comes again: it has none. Ends with 1 when there are some.

    \b
    Example: check keys -c book
    """
    from ..checks.report import keys_report

    session.require_collection(collection)
    return keys_report(session, collection, most=limit)


@command("check recall")
@collection_option
@field_option
@option(
    "--sample", type=click.IntRange(1, 100_000), default=200, show_default=True, metavar="N", help="Rows to search for."
)
@option(
    "-k",
    "--limit",
    "k",
    type=click.IntRange(1, 16_383),
    default=10,
    show_default=True,
    metavar="N",
    help="Hits per search.",
)
@option(
    "--sweep",
    multiple=True,
    metavar="NAME=A,B,C",
    help="Values of a search parameter, a row for each; several make every combination.",
)
@params_option
@force_option
@seed_option
@option(
    "--consistency",
    type=CONSISTENCY,
    default="Bounded",
    show_default=True,
    metavar="LEVEL",
    help="Of the searches that are timed.",
)
@options("checks.report:RecallOptions")
def check_recall(session: Session, options: RecallOptions) -> Table:
    """Measure an index's recall and latency: what it finds, beside exact search over all rows, which is done here.

    Some rows are drawn by chance, and searched for one after the other; a row itself is left out of its hits. A hit
    counts when it is as near as the last of the k nearest is, whichever of equals it be. All vectors are read from the
    server once. The extra `fast` (numpy) makes it many times faster.

    \b
    Example: check recall -c book -f vector --sample 200 -k 2 --sweep ef=16,64,256
    """
    from ..checks.report import recall_table

    session.require_collection(options.collection)
    return recall_table(session, options)
