"""The command that compares what the same queries find in two collections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import command, option
from ..grammar.offered import KeyValue
from ..grammar.options import options
from ..grammar.quality_options import document_option, queries_option
from ..grammar.search_options import SearchParameter, field_option, filter_options, force_option, limit_option
from ..grammar.types import COLLECTION_PLACE, FILE, VECTOR_FIELD
from ..result import Report

if TYPE_CHECKING:
    from ..checks.search_difference import SearchDiffOptions
    from ..session.collection_ref import CollectionRef
    from ..session.session import Session

OVERLAP = KeyValue({"overlap": "share of the documents that both sides found"})


@command("diff search")
@click.argument("a", type=COLLECTION_PLACE, metavar="A:COLLECTION")
@click.argument("b", type=COLLECTION_PLACE, metavar="B:COLLECTION")
@queries_option
@option(
    "--queries-b",
    type=FILE,
    metavar="FILE",
    help="The same queries for B, with the vectors of another model. [default: --queries]",
)
@field_option
@option("--field-a", type=VECTOR_FIELD, metavar="FIELD", help="Vector field of A. [default: -f]")
@option("--field-b", type=VECTOR_FIELD, metavar="FIELD", help="Vector field of B. [default: -f]")
@option(
    "--params",
    type=SearchParameter(),
    multiple=True,
    metavar="JSON",
    help="Search parameters of both sides, e.g. ef=64 (repeatable).",
)
@option(
    "--params-a", type=SearchParameter(), multiple=True, metavar="JSON", help="Search parameters of A (repeatable)."
)
@option(
    "--params-b", type=SearchParameter(), multiple=True, metavar="JSON", help="Search parameters of B (repeatable)."
)
@force_option
@document_option
@limit_option
@filter_options
@option(
    "--qrels", type=FILE, metavar="FILE", help="Relevance judgments, to measure both sides as `check quality` does."
)
@option(
    "--at-least",
    type=OVERLAP,
    multiple=True,
    metavar="overlap=X",
    help="Exit with 1 only if the mean overlap is below X.",
)
@option(
    "--changed",
    type=click.IntRange(0),
    default=5,
    show_default=True,
    metavar="N",
    help="Number of queries that changed most to show.",
)
@options("checks.search_difference:SearchDiffOptions")
def diff_search(session: Session, a: CollectionRef, b: CollectionRef, options: SearchDiffOptions) -> Report:
    """Compare the hits of two collections.

    Searches both for each query, and compares the documents found: the overlap, changes of rank, and the queries that
    changed most. A and B may be one collection with other --params or another field. Write a collection as in `diff`.
    Exits with 1 if any query finds other documents, or the same ones in another order.

    \b
    Example: diff search book default:book_copy --queries q.jsonl -k 5 --at-least overlap=0.9
    """
    from ..checks.search_difference import diff_search

    return diff_search(session, a, b, options)
