"""The command for hybrid searches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import all_of, collection_option, command, option
from ..grammar.options import options
from ..grammar.row_options import namespace_option, time_options
from ..grammar.search_options import (
    consistency_options,
    fields_option,
    filter_options,
    force_option,
    group_options,
    limit_option,
    offset_option,
    partition_option,
    round_option,
)
from ..grammar.types import RERANKER
from ..result import Table

if TYPE_CHECKING:
    from ..search.hybrid_run import HybridOptions
    from ..session.session import Session

hybrid_options = all_of(
    option(
        "--request",
        "requests",
        multiple=True,
        metavar="LEG",
        help="Search of one vector field (repeatable): field=F vector=VECTOR|FILE (or text=…, like=ID), "
        "limit=N, filter=…, params=JSON, metric=…, radius=…, range_filter=…, analyzer=…, embed=EMBEDDER.",
    ),
    option(
        "--rerank",
        type=RERANKER,
        multiple=True,
        default=("rrf:60",),
        show_default=True,
        metavar="NAME[:ARGS]",
        help="How to merge the hits of the requests: rrf:K or weighted:W1,W2. Milvus 2.6 also accepts "
        "decay:field=F,…, boost:weight=W,… and model:field=F,… (repeatable).",
    ),
    limit_option,
    offset_option,
    filter_options,
    fields_option,
    partition_option,
    namespace_option,
    group_options,
    round_option,
    time_options,
    consistency_options,
    force_option,
)


@command("hybrid_search", questions="search:ask_hybrid", asks_without=("requests",), operation="HybridSearch")
@collection_option
@hybrid_options
@option("--show-legs", is_flag=True, help="Also show rank and distance in each request.")
@options("search.hybrid_run:HybridOptions")
def hybrid_search(session: Session, options: HybridOptions, show_legs: bool) -> Table:
    """Search several vector fields at once.

    Without requests it asks for them on a terminal. Requires Milvus 2.4 or newer.

    \b
    Example: hybrid_search -c article --request 'field=dense vector=[0.1,0.2,0.3,0.4]' --request 'text=white whale'
    """
    from ..search.hybrid_run import hybrid_table

    return hybrid_table(options, show_legs=show_legs)
