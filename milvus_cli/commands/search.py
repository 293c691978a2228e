"""Commands that search by vectors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from ..command import TEXT, collection_option, command, option
from ..jsontext import parse_json
from ..result import Table
from ..types import FIELDS, METRIC, PARTITION, VECTOR_FIELD

if TYPE_CHECKING:
    from ..session import Session


HIT = ("query", "rank", "id", "distance")
"""What every hit has; a field of such a name gets another column."""


@command("search")
@collection_option
@option(
    "-v",
    "--vector",
    needed=True,
    type=TEXT,
    metavar="JSON",
    help="Query vector, or a list of them; @FILE reads a file, - standard input.",
)
@option("-f", "--field", type=VECTOR_FIELD, metavar="FIELD", help="Vector field; needed only where there are several.")
@option(
    "-l",
    "--limit",
    type=click.IntRange(1, 16384),
    default=10,
    show_default=True,
    metavar="N",
    help="Hits per query vector.",
)
@option("--offset", type=click.IntRange(0, 16384), default=0, metavar="N", help="Leave out the first N hits.")
@option("--filter", "filter_", default="", metavar="EXPR", help="Only among the rows for which this holds.")
@option("--fields", type=FIELDS, metavar="A,B", help="Fields to show beside id and distance.")
@option(
    "--partition",
    "partitions",
    type=PARTITION,
    multiple=True,
    metavar="NAME",
    help="Only in this partition (repeatable).",
)
@option("--metric", type=METRIC, metavar="METRIC", help="The index's metric, where it must be given.")
@option("--params", type=TEXT, default="{}", metavar="JSON", help="Parameters of the search, e.g. '{\"ef\": 64}'.")
def search(
    session: Session, collection: str, vector: str, field: str | None, limit: int, offset: int, filter_: str,
    fields: str | None, partitions: tuple[str, ...], metric: str | None, params: str,
) -> Table:  # fmt: skip
    """Find the rows whose vectors are nearest.

    \b
    Example: search -c book -v '[0.1, 0.2, 0.3, 0.4]' -l 3 --filter 'id > 0' --fields title
    """
    from ..rpc.encode import encode_vectors
    from ..rpc.schema import pairs
    from ..rpc.search import hits, parse_vectors, search_field

    vectors = parse_vectors(vector)
    schema = session.client.call("DescribeCollection", collection_name=collection).schema
    searched = search_field(schema, field)
    names = [name.strip() for name in fields.split(",")] if fields else []
    values: dict[str, Any] = {"anns_field": searched.name, "topk": limit, "offset": offset, "params": _json(params)}
    if metric:
        values["metric_type"] = metric.upper()
    answer = session.client.call(
        "Search", collection_name=collection, dsl=filter_, dsl_type="BoolExprV1", nq=len(vectors),
        placeholder_group=encode_vectors(vectors, searched), output_fields=names, partition_names=partitions,
        search_params=pairs(values), consistency_level="Strong",
    )  # fmt: skip
    rows = hits(answer.results, names)
    columns = [*HIT, *(f"{name}_field" if name in HIT else name for name in names)]
    if len(vectors) > 1:
        return Table(columns, rows)
    return Table(columns[1:], (row[1:] for row in rows))


def _json(text: str) -> str:
    return json.dumps(parse_json(text, "--params", 'write it as {"ef": 64}'))
