"""The measures of rankings, against ir-measures on random judgments."""

import random

import ir_measures
import pytest
from ir_measures import RR, R, Success, nDCG

from milvus_cli.checks.ranking import MEASURES, is_judged

OFFICIAL = {"recall": R, "mrr": RR, "ndcg": nDCG, "hit_rate": Success}
DOCUMENTS = [f"d{number}" for number in range(40)]


def scene(seed: int) -> tuple[dict[str, dict[str, int]], dict[str, list[str]]]:
    """Graded judgments, also of documents that are never found, and rankings, some short, of a few documents."""
    numbers = random.Random(seed)
    grades = [-1, 0, 0, 1, 1, 2, 3]
    queries = [f"q{number}" for number in range(30)]
    judged = {
        query: {each: numbers.choice(grades) for each in numbers.sample(DOCUMENTS, numbers.randint(1, 12))}
        for query in queries
    }
    return judged, {query: numbers.sample(DOCUMENTS, numbers.choice([0, 1, 5, 12, 40])) for query in queries}


@pytest.mark.parametrize("k", [1, 3, 10, 100])
@pytest.mark.parametrize("name", MEASURES)
def test_measures_of_each_query_are_those_of_ir_measures(name: str, k: int) -> None:
    for seed in range(10):
        judged, rankings = scene(seed)
        run = {query: {each: -float(rank) for rank, each in enumerate(found)} for query, found in rankings.items()}
        measures = ir_measures.iter_calc([OFFICIAL[name] @ k], judged, run)
        official = {each.query_id: each.value for each in measures}
        ours = {query: MEASURES[name](rankings[query], judged[query], k) for query in judged}
        assert ours == pytest.approx({query: official.get(query, 0.0) for query in judged}, abs=1e-6)


def test_hits_of_equal_scores_count_in_the_order_of_the_server() -> None:
    """trec_eval orders them by name, the last first: the server's order is what a user sees."""
    grades = {"b": 1.0}
    assert [MEASURES["mrr"](ranking, grades, 2) for ranking in (["a", "b"], ["b", "a"])] == [0.5, 1.0]


def test_queries_without_a_relevant_document_can_not_be_measured() -> None:
    assert [is_judged(each) for each in ({}, {"a": 0.0, "b": -1.0}, {"a": 0.5})] == [False, False, True]
    assert [measure(["a"], {"a": 0.0}, 5) for measure in MEASURES.values()] == [0.0, 0.0, 0.0, 0.0]
