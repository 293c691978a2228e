"""The command for vector and text searches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import all_of, collection_option, command, option
from ..grammar.options import options
from ..grammar.row_options import namespace_option, time_options
from ..grammar.search_options import (
    aggregate_option,
    analyzer_option,
    chain_option,
    consistency_options,
    embed_option,
    field_option,
    fields_option,
    filter_options,
    group_options,
    highlight_options,
    ids_option,
    index_options,
    json_group_option,
    like_option,
    limit_option,
    offset_option,
    order_option,
    partition_option,
    range_options,
    rerank_option,
    round_option,
    text_option,
    vector_option,
)
from ..result import Report, Table

if TYPE_CHECKING:
    from ..search.options import SearchOptions
    from ..session.session import Session

search_options = all_of(
    vector_option,
    like_option,
    text_option,
    embed_option,
    ids_option,
    analyzer_option,
    field_option,
    limit_option,
    offset_option,
    filter_options,
    fields_option,
    partition_option,
    namespace_option,
    index_options,
    range_options,
    group_options,
    json_group_option,
    order_option,
    rerank_option,
    chain_option,
    aggregate_option,
    highlight_options,
    round_option,
    time_options,
    consistency_options,
)


@command("search", questions="search:ask_search", asks_without=("vectors", "texts", "like", "ids"))
@collection_option
@search_options
@option("--hist", is_flag=True, help="Also show a histogram of the distances with their largest gap.")
@option(
    "--explain",
    is_flag=True,
    help="Show how the time was spent, with index, load state and segments, instead of the hits.",
)
@options("search.options:SearchOptions")
def search(session: Session, options: SearchOptions, hist: bool, explain: bool) -> Table | Report:
    """Search by vector.

    Searches for the nearest rows. Without a query it asks for one on a terminal.

    \b
    Example: search -c book -v '[0.1, 0.2, 0.3, 0.4]' -l 3 --filter 'id > 0' --fields title
    Example: search -c book --like 1 -l 3
    """
    from ..search.views import search

    return search(options, hist=hist, explain=explain)
