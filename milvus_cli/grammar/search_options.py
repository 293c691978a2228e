"""Options shared by the commands that search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..text.limits import HIGHEST_LIMIT
from .command import all_of, option
from .offered import OneOf
from .parameter_keys import given_values, pairs, search_keys
from .params import TEXT, TextFromFile
from .row_options import freshness_options, param_option
from .types import (
    EMBEDDER,
    FIELD_AND_MORE,
    FIELDS,
    FILTER,
    METRIC,
    NUMBER,
    PARTITION,
    QUERY_VECTOR,
    RERANK_FUNCTION,
    SCALAR_AND_MORE,
    VECTOR_FIELD,
)

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


GROUP_TYPES = ("BOOL", "INT8", "INT16", "INT32", "INT64", "VARCHAR")


class SearchParameter(TextFromFile):
    """A parameter of a search. Completes keys for the index of the searched field, each with its range."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        if incomplete.startswith("@"):
            return super().shell_complete(ctx, param, incomplete)
        return pairs(incomplete, search_keys(ctx), given_values(ctx, param), mark="=")


vector_option = option(
    "-v",
    "--vector",
    "vectors",
    type=QUERY_VECTOR,
    multiple=True,
    metavar="VECTOR",
    help="Query vector: [0.1, 0.2, …], numbers, a file (NPY, JSON, CSV or text, as FILE or @FILE), or - for "
    "standard input (repeatable).",
)
like_option = option("--like", metavar="ID", help="Search by the vector of this row, which is excluded from the hits.")
text_option = option(
    "--text",
    "texts",
    multiple=True,
    metavar="TEXT",
    help="Query text, converted to a vector by a function of the server or by an embedder (repeatable).",
)
embed_option = option(
    "--embed",
    default="",
    type=EMBEDDER,
    metavar="EMBEDDER",
    help="Embedder for --text, and for lines of query files that have a text. [default: the field's]",
)
field_option = option("-f", "--field", type=VECTOR_FIELD, metavar="FIELD", help="Vector field. [default: the only one]")
limit_option = option(
    "-l",
    "-k",
    "--limit",
    type=click.IntRange(1, HIGHEST_LIMIT),
    default=10,
    show_default=True,
    metavar="N",
    help="Hits per query.",
)
offset_option = option(
    "--offset", type=click.IntRange(0, HIGHEST_LIMIT), default=0, metavar="N", help="Skip the first N hits."
)
filter_options = all_of(
    option("--filter", type=FILTER, default="", metavar="EXPR", help="Filter expression. See `help filters`."),
    param_option,
)
fields_option = option(
    "--fields", type=FIELDS, metavar="A,B", help="Fields to show besides id and distance, or * for all."
)
partition_option = option(
    "--partition",
    "partitions",
    type=PARTITION,
    multiple=True,
    metavar="NAME",
    help="Restrict to this partition (repeatable).",
)
force_option = option("--force", is_flag=True, help="Send parameters this client does not recognize.")
params_option = option(
    "--params",
    type=SearchParameter(),
    multiple=True,
    metavar="JSON",
    help="Search parameters of the index, e.g. ef=64 or '{\"ef\": 64}' (repeatable).",
)
index_options = all_of(
    option("--metric", type=METRIC, default="", metavar="METRIC", help="Metric. [default: the index's]"),
    params_option,
    force_option,
)
radius_option = option("--radius", type=NUMBER, metavar="X", help="Return only hits nearer than this distance.")
range_options = all_of(
    radius_option,
    option(
        "--range-filter", type=NUMBER, metavar="X", help="With --radius, return only hits at this distance or farther."
    ),
)
group_options = all_of(
    option(
        "--group-by",
        type=SCALAR_AND_MORE,
        default="",
        metavar="FIELD",
        help="Group hits by this field, or by a path in a JSON field (Milvus 2.6).",
    ),
    option("--group-size", type=click.IntRange(1), metavar="N", help="Hits per group. [default: 1]"),
    option(
        "--strict-group-size",
        is_flag=True,
        help="Look for groups until each has --group-size hits; Milvus Lite leaves out smaller groups.",
    ),
)
json_group_option = option(
    "--group-as",
    type=OneOf(GROUP_TYPES, case_sensitive=False),
    default="",
    metavar="TYPE",
    help="With --group-by and a path in a JSON field, the type of its values.",
)
rerank_option = option(
    "--rerank",
    type=RERANK_FUNCTION,
    multiple=True,
    metavar="NAME:ARGS",
    help="Rerank by decay:field=F,…, boost:weight=W,filter=… or model:field=F,… (repeatable). Requires Milvus 2.6.",
)
round_option = option(
    "--round-decimal", type=click.IntRange(0, 6), metavar="N", help="Round distances to N decimal places on the server."
)
consistency_options = all_of(
    freshness_options,
    option("--ignore-growing", is_flag=True, help="Skip growing segments: faster, but misses recent rows."),
)
analyzer_option = option(
    "--analyzer",
    default="",
    metavar="NAME",
    help="With --text, the analyzer of a field that has several. Requires Milvus 2.5.11.",
)
ids_option = option(
    "--ids",
    type=TEXT,
    metavar="1,2,3",
    help="Search by the vectors of the rows with these primary keys. Requires Milvus 2.6.9; --like works everywhere.",
)
order_option = option(
    "--order-by",
    "order_by",
    multiple=True,
    type=SCALAR_AND_MORE,
    metavar="FIELD[:desc]",
    help="Order the nearest hits by this field (repeatable). Requires Milvus 3.0.",
)
highlight_options = all_of(
    option(
        "--highlight",
        multiple=True,
        type=FIELD_AND_MORE,
        metavar="FIELD[=WORDS]",
        help="Also show this text field with the words of --text, of text_match in the filter, or WORDS marked "
        "(repeatable). Requires Milvus 2.6.8.",
    ),
    option(
        "--pre-tag", "pre_tags", multiple=True, metavar="TEXT", help="Text before a highlighted word. [default: <em>]"
    ),
    option(
        "--post-tag", "post_tags", multiple=True, metavar="TEXT", help="Text after a highlighted word. [default: </em>]"
    ),
    option("--fragments", type=click.IntRange(1), metavar="N", help="Maximum number of highlighted fragments."),
    option("--fragment-size", type=click.IntRange(1), metavar="N", help="Characters of a highlighted fragment."),
    option(
        "--fragment-offset",
        type=click.IntRange(0),
        metavar="N",
        help="Characters to keep before the first highlighted word of a fragment.",
    ),
)
chain_option = option(
    "--chain",
    "chains",
    type=TEXT,
    multiple=True,
    metavar="JSON",
    help="Function chain to rerank by, or @FILE (repeatable). Requires Milvus 3.0 or Milvus Lite. See "
    "`help searching`.",
)
aggregate_option = option(
    "--aggregate",
    type=TEXT,
    default="",
    metavar="JSON",
    help="Show buckets of hits instead of hits, or @FILE. Requires Milvus 3.0. See `help searching`.",
)
