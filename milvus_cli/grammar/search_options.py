"""Options shared by the commands that search."""

from __future__ import annotations

import click

from ..text.limits import HIGHEST_LIMIT
from .command import all_of, option
from .params import TEXT
from .row_options import freshness_options, param_option
from .types import (
    FIELD,
    FIELDS,
    FILTER,
    METRIC,
    NUMBER,
    PARTITION,
    QUERY_VECTOR,
    RERANK_FUNCTION,
    VECTOR_FIELD,
)

vector_option = option(
    "-v",
    "--vector",
    "vectors",
    type=QUERY_VECTOR,
    multiple=True,
    metavar="VECTOR",
    help="Query vectors: [0.1, 0.2, …], bare numbers, or a file of them (NPY, JSON, CSV or text, as FILE or @FILE); "
    "- is standard input. Repeatable.",
)
like_option = option("--like", metavar="ID", help="Search by the vector of this entity, which is left out of the hits.")
text_option = option(
    "--text",
    "texts",
    multiple=True,
    metavar="TEXT",
    help="Search by text, where a function of the server makes vectors of it; repeatable.",
)
field_option = option(
    "-f", "--field", type=VECTOR_FIELD, metavar="FIELD", help="Vector field; needed only where there are several."
)
limit_option = option(
    "-l",
    "--limit",
    type=click.IntRange(1, HIGHEST_LIMIT),
    default=10,
    show_default=True,
    metavar="N",
    help="Hits per query.",
)
offset_option = option(
    "--offset", type=click.IntRange(0, HIGHEST_LIMIT), default=0, metavar="N", help="Leave out the first N hits."
)
filter_options = all_of(
    option("--filter", type=FILTER, default="", metavar="EXPR", help="Only among the rows for which this holds."),
    param_option,
)
fields_option = option("--fields", type=FIELDS, metavar="A,B", help="Fields to show beside id and distance; * is all.")
partition_option = option(
    "--partition",
    "partitions",
    type=PARTITION,
    multiple=True,
    metavar="NAME",
    help="Only in this partition (repeatable).",
)
force_option = option("--force", is_flag=True, help="Send parameters that are not known here.")
params_option = option(
    "--params",
    type=TEXT,
    multiple=True,
    metavar="JSON",
    help="Parameters of the search, e.g. '{\"ef\": 64}' or ef=64, checked against the index; repeatable.",
)
index_options = all_of(
    option("--metric", type=METRIC, default="", metavar="METRIC", help="The index's metric, where it must be given."),
    params_option,
    force_option,
)
radius_option = option("--radius", type=NUMBER, metavar="X", help="Only hits nearer than this distance.")
range_options = all_of(
    radius_option,
    option("--range-filter", type=NUMBER, metavar="X", help="With --radius: only hits no nearer than this distance."),
)
group_options = all_of(
    option("--group-by", type=FIELD, default="", metavar="FIELD", help="Hits with different values of this field."),
    option("--group-size", type=click.IntRange(1), metavar="N", help="So many hits of each group [1]."),
)
rerank_option = option(
    "--rerank",
    type=RERANK_FUNCTION,
    multiple=True,
    metavar="NAME:ARGS",
    help="Change distances by decay:field=F,…, boost:weight=W,filter=…, or model:field=F,…; repeatable. Milvus 2.6.",
)
round_option = option(
    "--round-decimal", type=click.IntRange(0, 6), metavar="N", help="Let the server round distances to N places."
)
consistency_options = all_of(
    freshness_options,
    option("--ignore-growing", is_flag=True, help="Leave out rows that are not in a sealed segment yet."),
)
