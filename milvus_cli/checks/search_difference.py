"""Compares what the same queries find in two collections, in two fields, or with two settings of one search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidInput
from ..result import Report, Section, Table
from ..search.options import SearchOptions
from ..session.collection_ref import CollectionRef
from ..session.session import Session
from ..transfer.side import Side, open_side
from .qrels import read_qrels
from .quality import below_limits, limits_section, mean_of, measured_queries, parse_limits
from .ranking import MEASURES
from .rankings import Ranking, find_rankings
from .recall import DIGITS

QUERY_COLUMNS = ("query", "overlap", "rank_change", "only_in_a", "only_in_b", "text")
SHOWN = 5
"""Documents shown of those that one side alone found."""


@dataclass(frozen=True)
class SearchDiffOptions:
    """Options of `diff search`. Those of one side come after those of both, and replace them."""

    queries: str
    queries_b: str | None = None
    qrels: str | None = None
    field: str | None = None
    field_a: str | None = None
    field_b: str | None = None
    params: Sequence[str] = ()
    params_a: Sequence[str] = ()
    params_b: Sequence[str] = ()
    filter: str = ""
    parameters: Sequence[tuple[str, str]] = ()
    document: str | None = None
    limit: int = 10
    at_least: Sequence[tuple[str, str]] = ()
    changed: int = 5
    force: bool = False

    def search(self, session: Session, side: Side, field: str | None, params: Sequence[str]) -> SearchOptions:
        return SearchOptions(
            side.view(session),
            side.collection,
            field=field or self.field,
            limit=self.limit,
            filter=self.filter,
            parameters=self.parameters,
            params=(*self.params, *params),
            force=self.force,
        )


@dataclass(frozen=True)
class Change:
    """The documents of two sides for one query. `rank_change` is the mean change of documents that both found."""

    a: Ranking
    b: Ranking

    @property
    def only_in_a(self) -> list[str]:
        return _only(self.a, self.b)

    @property
    def only_in_b(self) -> list[str]:
        return _only(self.b, self.a)

    @property
    def overlap(self) -> float:
        """The documents that both found, as a share of the longer list; 1 if both found nothing."""
        longer = max(len(self.a.documents), len(self.b.documents))
        return len(self.rank_changes) / longer if longer else 1.0

    @property
    def rank_changes(self) -> list[int]:
        """The change of rank of each document that both found, regardless of the direction."""
        ranks = {document: rank for rank, document in enumerate(self.b.documents)}
        both = ((rank, ranks[each]) for rank, each in enumerate(self.a.documents) if each in ranks)
        return [abs(one - other) for one, other in both]

    @property
    def rank_change(self) -> float:
        return _mean(self.rank_changes)

    @property
    def is_none(self) -> bool:
        return self.a.documents == self.b.documents

    def item(self) -> dict[str, Any]:
        return {
            "query": self.a.query,
            "overlap": round(self.overlap, DIGITS),
            "rank_change": round(self.rank_change, DIGITS),
            "only_in_a": self.only_in_a,
            "only_in_b": self.only_in_b,
            "text": self.a.text,
        }


def diff_search(session: Session, a: CollectionRef, b: CollectionRef, options: SearchDiffOptions) -> Report:
    """Raises CliError if a collection is missing or can't be searched, and InvalidInput for files of another form."""
    limits = parse_limits(options.at_least, ("overlap",))
    sides = open_side(session, a), open_side(session, b, collection=a.collection)
    for side in sides:
        side.require()
    asked_a = options.search(session, sides[0], options.field_a, options.params_a)
    asked_b = options.search(session, sides[1], options.field_b, options.params_b)
    fields_a, found_a = find_rankings(asked_a, options.queries, options.document)
    fields_b, found_b = find_rankings(asked_b, options.queries_b or options.queries, options.document)
    changes = _pairs(found_a, found_b, options)
    overlap = round(_mean([each.overlap for each in changes]), DIGITS)
    changed = [each for each in changes if not each.is_none]
    below = below_limits({"overlap": overlap}, limits)
    values = {
        "a": str(sides[0]),
        "b": str(sides[1]),
        "field_a": ", ".join(fields_a),
        "field_b": ", ".join(fields_b),
        "k": options.limit,
        "queries": len(changes),
        "same": not changed,
        "overlap": overlap,
        "lowest_overlap": round(min(each.overlap for each in changes), DIGITS),
        "rank_change": round(_mean([change for each in changes for change in each.rank_changes]), DIGITS),
        "changed": len(changed),
        "other_first": sum(each.a.documents[:1] != each.b.documents[:1] for each in changes),
    }
    sections = [_changed(changed, options.changed), *_quality(options, found_a, found_b), limits_section(below)]
    return Report(values, sections, exit_code=1 if (below if limits else changed) else 0)


def _pairs(a: Sequence[Ranking], b: Sequence[Ranking], options: SearchDiffOptions) -> list[Change]:
    """Pairs the rankings by their queries. Raises InvalidInput for a query that one of two files lacks."""
    found = {each.query: each for each in b}
    known = dict.fromkeys(each.query for each in a)
    for path, missing in (
        (options.queries_b, next((each for each in known if each not in found), None)),
        (options.queries, next((each for each in found if each not in known), None)),
    ):
        if missing is not None:
            raise InvalidInput(f"{path} has no query {missing!r}", hint="both files need the same queries")
    return [Change(each, found[each.query]) for each in a]


def _changed(changed: Sequence[Change], most: int) -> Section:
    """Returns the queries that changed most: the fewest common documents first."""
    items = [each.item() for each in sorted(changed, key=lambda each: (each.overlap, -each.rank_change))[:most]]
    columns = [each for each in QUERY_COLUMNS if each != "text" or any(item["text"] for item in items)]
    rows = [[_shortened(item[name]) for name in columns] for item in items]
    return Section("changed_most", Table(columns, rows, roles={"only_in_a": "removed", "only_in_b": "added"}), items)


def _quality(options: SearchDiffOptions, a: Sequence[Ranking], b: Sequence[Ranking]) -> list[Section]:
    """Returns the measures of both sides by the judgments, if there are any."""
    if options.qrels is None:
        return []
    qrels = read_qrels(options.qrels)
    measured_a, measured_b = (
        measured_queries(each, qrels, options.limit, (options.queries, options.qrels)) for each in (a, b)
    )
    means = [(name, mean_of(name, measured_a), mean_of(name, measured_b)) for name in MEASURES]
    items = [{"measure": name, "a": a, "b": b, "change": round(b - a, DIGITS)} for name, a, b in means]
    return [Section("quality", Table(("measure", "a", "b", "change"), [tuple(each.values()) for each in items]), items)]


def _only(one: Ranking, other: Ranking) -> list[str]:
    known = set(other.documents)
    return [each for each in one.documents if each not in known]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _shortened(value: Any) -> Any:
    return [*value[:SHOWN], "…"] if isinstance(value, list) and len(value) > SHOWN else value
