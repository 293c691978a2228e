"""Commands that read rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import collection_option, command, option
from ..grammar.options import options
from ..grammar.row_options import (
    fields_option,
    filter_options,
    freshness_options,
    ids_option,
    limit_option,
    namespace_option,
    partitions_option,
    sample_options,
    time_options,
)
from ..grammar.types import SCALAR_AND_MORE, SCALAR_FIELDS
from ..result import Record, Table
from ..text.limits import HIGHEST_LIMIT

if TYPE_CHECKING:
    from ..rows.options import QueryOptions, RowOptions
    from ..session.session import Session

FILTER_QUESTION = ("expression", "Filter (empty: none)", "")
PARTITIONS_QUESTION = ("partitions", "Only in partitions (empty: all)", "")
FIELDS_QUESTION = ("fields", "Fields to show (empty: all)", "")
WAITING_QUESTIONS = (
    "timeout",
    ("guarantee_timestamp", "Guarantee timestamp", "0"),
    ("graceful_time", "Graceful time in seconds", "5"),
)

shown_fields_option = fields_option("Fields to show. [default: all]")


@command("count")
@collection_option
@filter_options
@partitions_option()
@namespace_option
@freshness_options
@options("rows.options:RowOptions")
def count(session: Session, options: RowOptions) -> Record:
    """Count rows exactly.

    Also shows the count of the statistics, which lags behind. The collection must be loaded.

    \b
    Example: count -c book --filter 'title like "E%"'
    """
    from ..rows.reading import count_record

    return count_record(session.client, options, session.console.note)


@command("get", questions=("collection", "ids", FIELDS_QUESTION))
@collection_option
@ids_option
@shown_fields_option
@partitions_option()
@namespace_option
@time_options
@freshness_options
@options("rows.options:RowOptions")
def get(session: Session, options: RowOptions, ids: str) -> Table:
    """Get rows by primary key.

    Returns rows in the order of the given keys. Exits with 1 if any key is missing.

    \b
    Example: get -c book --ids 1 --fields title
    """
    from ..rows.reading import rows_by_ids

    return rows_by_ids(session.client, options, ids)


@command("query", questions=("collection", FILTER_QUESTION, PARTITIONS_QUESTION, FIELDS_QUESTION, *WAITING_QUESTIONS))
@collection_option
@filter_options
@shown_fields_option
@limit_option
@option("--offset", type=click.IntRange(min=0), default=0, metavar="N", help="Skip the first N rows.")
@sample_options
@option(
    "--group-by",
    "group_by",
    multiple=True,
    type=SCALAR_FIELDS,
    metavar="A,B",
    help="Return a row per group: these fields, and the aggregates in --fields. Requires Milvus 3.0.",
)
@option(
    "--order-by",
    "order_by",
    multiple=True,
    type=SCALAR_AND_MORE,
    metavar="FIELD[:desc]",
    help="Order the rows by this field; needs --limit (repeatable). Requires Milvus 3.0.",
)
@partitions_option()
@namespace_option
@time_options
@freshness_options
@options("rows.options:QueryOptions")
def query(session: Session, options: QueryOptions, limit: int | None, offset: int) -> Table:
    """Query rows by a filter.

    Returns all matching rows, however many. --fields 'count(*)' counts them; Milvus 3.0 also has sum, avg, min and max,
    and counts per group: --fields 'count(*),avg(price)' --group-by color. Request a key of the dynamic field by its
    name, or as '$meta["key"]', which is NULL where a row lacks it. `help filters` explains filters.

    \b
    Example: query -c book -e 'title == {t}' --param t=Emma --fields id,title --limit 10
    Example: query -c book --sample 2 --seed 1
    """
    from ..rows.reading import queried_rows

    return queried_rows(session.client, options, limit=limit, offset=offset)


@command("query_iterator", questions=("collection", FILTER_QUESTION, FIELDS_QUESTION, "batch_size", "limit"))
@collection_option
@filter_options
@shown_fields_option
@limit_option
@option(
    "--batch-size",
    type=click.IntRange(1, HIGHEST_LIMIT),
    default=1000,
    show_default=True,
    metavar="N",
    help="Rows per request.",
)
@partitions_option()
@namespace_option
@time_options
@freshness_options
@options("rows.options:RowOptions")
def query_iterator(session: Session, options: RowOptions, limit: int | None, batch_size: int) -> Table:
    """Query rows in batches.

    Same as `query`, with a chosen number of rows per request.

    \b
    Example: query_iterator -c book -e 'id > 0' --batch-size 500
    """
    from ..rows.reading import selected_rows

    return selected_rows(session.client, options, limit=limit, batch=batch_size)
