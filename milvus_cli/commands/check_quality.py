"""Commands that judge what searches find, and find rows that say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import collection_option, command, option
from ..grammar.offered import KeyValue
from ..grammar.options import options
from ..grammar.quality_options import document_option, queries_option
from ..grammar.search_options import (
    field_option,
    filter_options,
    force_option,
    index_options,
    limit_option,
    params_option,
    partition_option,
)
from ..grammar.types import FILE, KEPT_FILE, RERANKER
from ..grammar.value_types import FiniteRange
from ..result import Report
from ..text.limits import HIGHEST_LIMIT

if TYPE_CHECKING:
    from ..checks.duplicates_report import DuplicateOptions
    from ..checks.quality import QualityOptions
    from ..session.session import Session

QUALITY = KeyValue(
    {
        "recall": "share of the relevant documents that were found",
        "mrr": "1 / rank of the first relevant document",
        "ndcg": "gain by grade and rank, of the highest possible",
        "hit_rate": "share of queries that found a relevant document",
    }
)


@command("check quality")
@collection_option
@queries_option
@option(
    "--qrels",
    needed=True,
    type=FILE,
    metavar="FILE",
    help="Relevance judgments: lines of QUERY 0 DOCUMENT GRADE (TREC), or a table query-id, corpus-id, score (BEIR).",
)
@field_option
@option(
    "--request",
    "requests",
    multiple=True,
    metavar="LEG",
    help="Search of one field in a hybrid search (repeatable): field=F, limit=N, filter=…, params=JSON, metric=….",
)
@option(
    "--rerank",
    type=RERANKER,
    multiple=True,
    metavar="NAME[:ARGS]",
    help="How to merge the hits of the requests: rrf:K or weighted:W1,W2. [default: rrf:60]",
)
@document_option
@limit_option
@filter_options
@partition_option
@index_options
@option(
    "--at-least",
    type=QUALITY,
    multiple=True,
    metavar="MEASURE=X",
    help="Exit with 1 if recall, mrr, ndcg or hit_rate is below X (repeatable).",
)
@option(
    "--worst",
    type=click.IntRange(0),
    default=5,
    show_default=True,
    metavar="N",
    help="Number of queries with the lowest nDCG to show.",
)
@option("--per-query", is_flag=True, help="Show every query, in the order of the file.")
@options("checks.quality:QualityOptions")
def check_quality(session: Session, options: QualityOptions) -> Report:
    """Measure search quality by judgments.

    Searches for each query, and compares the documents found with relevance judgments: recall, MRR, nDCG and hit rate
    among the first -k hits. Texts are searched by BM25 or another function of the collection. Queries without
    judgments, and judgments without a query, are counted and named. See `help quality`.

    \b
    Example: check quality -c book --queries q.jsonl --qrels qrels.tsv -k 5 --at-least recall=0.5
    """
    from ..checks.quality import quality_report

    session.require_collection(options.collection)
    return quality_report(options)


@command("check duplicates")
@collection_option
@field_option
@option(
    "--within",
    "distance",
    needed=True,
    type=FiniteRange(min=0),
    metavar="X",
    help="Greatest distance: 1 - similarity under COSINE and IP, the squared distance under L2.",
)
@filter_options
@option("--out", type=KEPT_FILE, metavar="FILE", help="Write the keys of all rows but one of each group, for delete.")
@option(
    "-l",
    "--limit",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    metavar="N",
    help="Number of groups to show.",
)
@option(
    "--neighbors",
    type=click.IntRange(1, HIGHEST_LIMIT - 1),
    default=1000,
    show_default=True,
    metavar="N",
    help="Most near rows to look for around each row.",
)
@params_option
@force_option
@options("checks.duplicates_report:DuplicateOptions")
def check_duplicates(session: Session, options: DuplicateOptions) -> Report:
    """Find rows with nearly equal vectors.

    Searches for every row, and groups those that are near to one another, directly or through others. Distances are
    computed again on this machine. An approximate index can miss some pairs; --params ef=200 finds more. Deletes
    nothing: `delete ids --ids @FILE` takes the keys. Exits with 1 if it finds any.

    \b
    Example: check duplicates -c book -f vector --within 0.02 --out near.jsonl --yes
    """
    from ..checks.duplicates_report import duplicates_report

    session.require_collection(options.collection)
    return duplicates_report(session, options)
