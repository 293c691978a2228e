"""Commands that check a collection's vectors, its primary keys and the recall of its index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import collection_option, command, option
from ..grammar.offered import Words
from ..grammar.options import options
from ..grammar.recall_options import recall_options
from ..grammar.row_options import sample_seed_option
from ..grammar.search_options import field_option, force_option
from ..grammar.types import METRIC
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


@command("check vectors")
@collection_option
@field_option
@option("--sample", type=click.IntRange(1), metavar="N", help="Check only N randomly chosen rows.")
@sample_seed_option
@option("--metric", type=METRIC, metavar="METRIC", help="Metric to check for. [default: the index's]")
@option(
    "--ignore",
    type=FINDING,
    multiple=True,
    metavar="FINDING",
    help="Show this finding but do not fail on it (repeatable).",
)
def check_vectors(
    session: Session,
    collection: str,
    field: str | None,
    sample: int | None,
    seed: int,
    metric: str | None,
    ignore: tuple[str, ...],
) -> Report:
    """Find invalid or suspicious vectors.

    Reports NaN, infinities, zero vectors, duplicates (under COSINE of any length) and lengths other than 1 under IP.
    All rows of the loaded collection are read in primary key order with bounded memory. Exits with 1 if it finds any.

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
    help="Number of duplicate keys to show.",
)
def check_keys(session: Session, collection: str, limit: int) -> Report:
    """Find duplicate primary keys.

    Milvus accepts the same key twice and then returns only one of the rows. Duplicates are found by counting, so the
    collection must be loaded and not be written to. Milvus Lite replaces rows with equal keys and has no duplicates.
    Exits with 1 if it finds any.

    \b
    Example: check keys -c book
    """
    from ..checks.report import keys_report

    session.require_collection(collection)
    return keys_report(session, collection, most=limit)


@command("check recall")
@collection_option
@field_option
@recall_options
@force_option
@options("checks.report:RecallOptions")
def check_recall(session: Session, options: RecallOptions) -> Table:
    """Measure the recall and latency of an index.

    Searches for randomly chosen rows and compares the hits with an exact search, which runs on this machine. A hit
    counts if it is as near as the last of the k nearest rows. All vectors are read from the server first, then the
    settings are measured one after the other. Install the extra `fast` (numpy) to make this many times faster.

    \b
    Example: check recall -c book -f vector --sample 200 -k 2 --sweep ef=16,64,256
    """
    from ..checks.report import recall_table

    session.require_collection(options.collection)
    return recall_table(session, options)
