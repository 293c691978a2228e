"""Judges a ranking of documents by relevance judgments, as trec_eval defines recall, reciprocal rank, nDCG and success.

A document is relevant if its grade is above 0. The gain of nDCG is the grade itself, not 2 ** grade - 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

Grades = Mapping[str, float]
"""The grades of one query's judged documents. A document that is not among them is not relevant."""


def recall(ranking: Sequence[str], grades: Grades, k: int) -> float:
    """Returns the share of the relevant documents that the first k have."""
    wanted = _relevant(grades)
    return sum(each in wanted for each in ranking[:k]) / len(wanted) if wanted else 0.0


def reciprocal_rank(ranking: Sequence[str], grades: Grades, k: int) -> float:
    """Returns 1 divided by the rank of the first relevant document; 0 if the first k have none."""
    wanted = _relevant(grades)
    return next((1 / rank for rank, each in enumerate(ranking[:k], start=1) if each in wanted), 0.0)


def ndcg(ranking: Sequence[str], grades: Grades, k: int) -> float:
    """Returns the discounted gain of the first k, as a share of the highest possible one."""
    best = _discounted(sorted((max(each, 0.0) for each in grades.values()), reverse=True)[:k])
    return _discounted([max(grades.get(each, 0.0), 0.0) for each in ranking[:k]]) / best if best else 0.0


def hit(ranking: Sequence[str], grades: Grades, k: int) -> float:
    """Returns 1 if a relevant document is among the first k, else 0."""
    return float(reciprocal_rank(ranking, grades, k) > 0)


MEASURES: Mapping[str, Callable[[Sequence[str], Grades, int], float]] = {
    "recall": recall,
    "mrr": reciprocal_rank,
    "ndcg": ndcg,
    "hit_rate": hit,
}
"""The measures of a query by the names that their means have."""


def is_judged(grades: Grades) -> bool:
    """Reports whether a search can find anything relevant at all."""
    return bool(_relevant(grades))


def _relevant(grades: Grades) -> set[str]:
    return {document for document, grade in grades.items() if grade > 0}


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
