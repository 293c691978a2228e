"""Compares what searches find with relevance judgments: recall, MRR, nDCG, hit rate and the worst queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..client.optional import Permitted
from ..errors import CliError, InvalidInput
from ..result import Report, Section, Table
from ..search.options import SearchOptions
from ..text.names import missing_name
from ..text.numbers import finite
from .hybrid_rankings import find_hybrid_rankings
from .known_documents import missing_documents
from .qrels import Qrels, read_qrels
from .ranking import MEASURES, Grades, is_judged
from .rankings import Ranking, find_rankings
from .recall import DIGITS

EXAMPLES = 5
"""Names shown of queries and documents without a counterpart."""
QUERY_COLUMNS = ("query", "ndcg", "recall", "mrr", "hit_rate", "relevant", "found", "text")
UNMATCHED = {
    "no_qrels": "queries of the file without judgments",
    "no_query": "judged queries that the file lacks",
    "no_relevant": "queries without a relevant document in the judgments",
    "no_document": "relevant documents that the collection lacks: they count as not found",
}


@dataclass(frozen=True)
class QualityOptions(SearchOptions):
    """Options of `check quality`: files of queries and judgments, `at_least` as measures and values."""

    queries: str = ""
    qrels: str = ""
    document: str | None = None
    requests: Sequence[str] = ()
    at_least: Sequence[tuple[str, str]] = ()
    worst: int = 5
    per_query: bool = False


@dataclass(frozen=True)
class QueryQuality:
    """The measures of one query, and how many of its relevant documents were found."""

    ranking: Ranking
    measures: Mapping[str, float]
    relevant: int
    found: int

    def item(self) -> dict[str, Any]:
        values = {name: round(each, DIGITS) for name, each in self.measures.items()}
        more = {"relevant": self.relevant, "found": self.found, "text": self.ranking.text}
        found = {"query": self.ranking.query, **values, **more}
        return {name: found[name] for name in QUERY_COLUMNS}


def quality_report(asked: QualityOptions) -> Report:
    """Raises InvalidInput for files that can't be read as such, and CliError if no query can be measured."""
    limits = parse_limits(asked.at_least, MEASURES)
    qrels = read_qrels(asked.qrels)
    fields, rankings = _searched(asked)
    unmatched = {**unmatched_names(rankings, qrels), "no_document": _missing(asked, rankings, qrels)}
    measured = measured_queries(rankings, qrels, asked.limit, (asked.queries, asked.qrels))
    means = {name: mean_of(name, measured) for name in MEASURES}
    below = below_limits(means, limits)
    values = {
        "collection": asked.collection,
        "field": ", ".join(fields),
        "k": asked.limit,
        "queries": len(measured),
        **means,
        "repeated_hits": sum(each.ranking.repeated for each in measured),
        **{reason: None if names is None else len(names) for reason, names in unmatched.items()},
    }
    sections = [*_query_sections(asked, measured), _unmatched(unmatched), limits_section(below)]
    return Report(values, sections, exit_code=1 if below else 0)


def _searched(asked: QualityOptions) -> tuple[list[str], list[Ranking]]:
    """Returns the searched fields, several of a hybrid search, and a ranking for each query."""
    if asked.requests:
        return find_hybrid_rankings(asked, asked.requests, asked.queries, asked.document)
    return find_rankings(asked, asked.queries, asked.document)


def measured_queries(rankings: Sequence[Ranking], qrels: Qrels, k: int, files: tuple[str, str]) -> list[QueryQuality]:
    """Returns the measures of the queries that have a relevant document. Raises CliError if none has.

    `files` are those of the queries and of the judgments.
    """
    measured = [judged(each, qrels[each.query], k) for each in rankings if is_judged(qrels.get(each.query, {}))]
    if not measured:
        raise CliError(
            f"no query of {files[0]} has a relevant document in {files[1]}",
            hint=f"queries are named {_some(each.query for each in rankings)}, in the judgments {_some(qrels)}",
        )
    return measured


def mean_of(name: str, measured: Sequence[QueryQuality]) -> float:
    return round(sum(each.measures[name] for each in measured) / len(measured), DIGITS)


def judged(ranking: Ranking, grades: Grades, k: int) -> QueryQuality:
    measures = {name: measure(ranking.documents, grades, k) for name, measure in MEASURES.items()}
    relevant = {document for document, grade in grades.items() if grade > 0}
    return QueryQuality(ranking, measures, len(relevant), len(relevant & set(ranking.documents[:k])))


def unmatched_names(rankings: Sequence[Ranking], qrels: Qrels) -> dict[str, list[str]]:
    """Returns the names of queries that count nowhere, by the reason."""
    names = [each.query for each in rankings]
    known = set(names)
    return {
        "no_qrels": [each for each in names if each not in qrels],
        "no_query": [each for each in qrels if each not in known],
        "no_relevant": [each for each in names if each in qrels and not is_judged(qrels[each])],
    }


def parse_limits(given: Sequence[tuple[str, str]], known: Collection[str]) -> dict[str, float]:
    """Parses the values of `ndcg=0.8`. Raises InvalidInput for another measure, or a value that is not a share."""
    found = dict[str, float]()
    for name, value in given:
        if name not in known:
            raise missing_name("measure", name, known, f"one of: {', '.join(known)}", error=InvalidInput)
        try:
            found[name] = finite(value)
        except ValueError:
            found[name] = -1.0
        if not 0 <= found[name] <= 1:
            raise InvalidInput(f"--at-least: {name} must be from 0 to 1, got {value}", hint=f"--at-least {name}=0.8")
    return found


def below_limits(values: Mapping[str, float], limits: Mapping[str, float]) -> list[dict[str, Any]]:
    """Returns the measures that are less than they should be."""
    missed = {name: limit for name, limit in limits.items() if values[name] < limit}
    return [{"measure": name, "value": values[name], "at_least": limit} for name, limit in missed.items()]


def limits_section(below: Sequence[Mapping[str, Any]]) -> Section:
    columns = ("measure", "value", "at_least")
    return Section("below", Table(columns, [tuple(each.values()) for each in below]), below)


def _query_sections(asked: QualityOptions, measured: Sequence[QueryQuality]) -> list[Section]:
    """Returns the worst queries, or all of them in the order of the file."""
    if asked.per_query:
        return [_queries("per_query", measured)]
    worst = sorted(measured, key=lambda each: [each.measures[name] for name in ("ndcg", "recall", "mrr")])
    return [_queries("worst", worst[: asked.worst])]


def _queries(key: str, measured: Sequence[QueryQuality]) -> Section:
    items = [each.item() for each in measured]
    columns = [each for each in QUERY_COLUMNS if each != "text" or any(item["text"] for item in items)]
    return Section(key, Table(columns, [[item[name] for name in columns] for item in items]), items)


def _unmatched(found: Mapping[str, Sequence[str] | None]) -> Section:
    items = [
        {"reason": reason, "count": len(names), "examples": list(names[:EXAMPLES]), "meaning": UNMATCHED[reason]}
        for reason, names in found.items()
        if names
    ]
    columns = ("reason", "count", "examples", "meaning")
    return Section("unmatched", Table(columns, [tuple(each.values()) for each in items]), items)


def _missing(asked: QualityOptions, rankings: Sequence[Ranking], qrels: Qrels) -> list[str] | None:
    """Returns the relevant documents of the measured queries that no row has; None if this user may not read rows."""
    grades = [qrels.get(each.query, {}) for each in rankings]
    relevant = dict.fromkeys(document for each in grades for document, grade in each.items() if grade > 0)
    schema = asked.client.call("DescribeCollection", collection_name=asked.collection).schema
    permitted = Permitted()
    missing = permitted(missing_documents, asked.client, schema, asked.collection, asked.document, relevant)
    permitted.tell(asked.session.console.note)
    return missing


def _some(names: Iterable[str]) -> str:
    return ", ".join(list(names)[:2]) + ", …"
