"""Commands that put load on a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..command import TEXT, collection_option, command, option
from ..result import Report
from ..types import CONSISTENCY, PARTITION, VECTOR_FIELD, FileOrText

if TYPE_CHECKING:
    from ..session import Session


@command("bench search")
@collection_option
@option("-v", "--vector", type=FileOrText(), metavar="JSON",
        help="Query vectors, used in turn; @FILE of .npy, .json or .jsonl. Rows drawn by chance if not given.",
)  # fmt: skip
@option("-f", "--field", type=VECTOR_FIELD, metavar="FIELD", help="Vector field; needed only where there are several.")
@option("-n", "--count", type=click.IntRange(1), default=1000, show_default=True, metavar="N", help="Searches in all.")
@option("-j", "--jobs", type=click.IntRange(1, 256), default=8, show_default=True, metavar="N",
        help="Searches at once.")  # fmt: skip
@option("-l", "-k", "--limit", type=click.IntRange(1, 16_384), default=10, show_default=True, metavar="N",
        help="Hits per search.")  # fmt: skip
@option("--params", type=TEXT, default="{}", metavar="JSON", help="Parameters of the search, e.g. '{\"ef\": 64}'.")
@option("--filter", "filter_", default="", metavar="EXPR", help="Only among the rows for which this holds.")
@option("--partition", "partitions", type=PARTITION, multiple=True, metavar="NAME",
        help="Only in this partition (repeatable).")  # fmt: skip
@option("--consistency", type=CONSISTENCY, default="Bounded", show_default=True, metavar="LEVEL",
        help="Strong waits for every write before.")  # fmt: skip
def bench_search(
    session: Session, collection: str, vector: str | None, field: str | None, count: int, jobs: int, limit: int,
    params: str, filter_: str, partitions: tuple[str, ...], consistency: str,
) -> Report:  # fmt: skip
    """Search many times, several at once: searches a second, and how long each took, from here.

    Each search has one query vector. Ctrl-C ends it, and shows what was measured so far. This program sends some 2,000
    searches a second at most. Ends with 1 when some of them failed.

    \b
    Example: bench search -c book -v '[[0.1, 0.2, 0.3, 0.4], [1, 0, 0, 0]]' -n 100 -j 4
    """
    from ..jsontext import parse_json
    from ..loads import search_load
    from ..vectors.searches import Plan

    session.require_collection(collection)
    given = parse_json(params, "--params", 'write it as {"ef": 64}')
    plan = Plan(collection, field or "", limit, "", given, filter_, partitions, consistency)
    return search_load(session, plan, vector, count=count, jobs=jobs)
