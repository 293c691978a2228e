"""Collections with judged queries: rows of documents in parts, graded judgments, and the files with both."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ir_measures
from ir_measures import RR, R, Success, nDCG

from tests.support.searched import fill, gaussian
from tests.support.typed import Typed

WORDS = ("white", "whale", "black", "horse", "sea", "ship", "captain", "leg")
ROWS, QUERIES = 120, 25
OFFICIAL = {"recall": R, "mrr": RR, "ndcg": nDCG, "hit_rate": Success}


@dataclass(frozen=True)
class Judged:
    """Rows, queries as the lines of a file, and the grades of documents by query; one relevant row does not exist."""

    rows: list[dict[str, Any]]
    queries: list[dict[str, Any]]
    qrels: dict[str, dict[str, int]]

    def write(self, folder: Path) -> None:
        """Writes `q.jsonl`, and the judgments in the form of TREC and in that of BEIR."""
        (folder / "q.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in self.queries))
        lines = [(query, each, grade) for query, grades in self.qrels.items() for each, grade in grades.items()]
        (folder / "trec.qrels").write_text("".join(f"{query} 0 {each} {grade}\n" for query, each, grade in lines))
        beir = "".join(f"{query}\t{each}\t{grade}\n" for query, each, grade in lines)
        (folder / "beir.tsv").write_text(f"query-id\tcorpus-id\tscore\n{beir}")

    def official(self, name: str, k: int, found: dict[str, list[str]], qrels: dict[str, dict[str, int]]) -> float:
        """The mean of a measure by ir-measures."""
        run = {query: {each: -float(rank) for rank, each in enumerate(ranking)} for query, ranking in found.items()}
        return float(ir_measures.calc_aggregate([OFFICIAL[name] @ k], qrels, run)[OFFICIAL[name] @ k])


def judged(seed: int = 5) -> Judged:
    numbers = random.Random(seed)
    vectors, others = gaussian(seed, ROWS), gaussian(seed + 1, ROWS, 3)
    rows = [
        {
            "id": number,
            "part": f"doc {number // 2}",
            "body": " ".join(numbers.choices(WORDS, k=6)),
            "dense": vectors[number],
            "other": others[number],
        }
        for number in range(ROWS)
    ]
    queries = [
        {
            "_id": f"q{number}",
            "dense": [round(each + numbers.gauss(0, 0.5), 3) for each in vectors[number]],
            "other": others[number],
            "text": " ".join(numbers.sample(WORDS, 2)),
        }
        for number in range(QUERIES)
    ]
    qrels = {
        f"q{number}": {str(number): 2, **{str(numbers.randrange(ROWS)): numbers.choice([0, 1, 3]) for _ in range(6)}}
        for number in range(QUERIES)
    }
    return Judged(rows, queries, qrels | {"q3": {**qrels["q3"], "9999": 1}})


def fill_judged(typed: Typed, name: str, found: Judged, *, words: bool) -> None:
    """Makes the collection; with `words` it has a BM25 vector of the texts too."""
    fields = ["part:VARCHAR:50", "dense:FLOAT_VECTOR:8"]
    indexes = ["-f dense -t FLAT -m COSINE"]
    if words:
        fields += ["other:FLOAT_VECTOR:3", "body:VARCHAR:500", "words:SPARSE_FLOAT_VECTOR"]
        indexes += ["-f other -t FLAT -m L2", "-f words -t SPARSE_INVERTED_INDEX -m BM25"]
    kept = ("id", "part", "dense", *(("other", "body") if words else ()))
    rows = [{key: row[key] for key in kept} for row in found.rows]
    fill(typed, name, fields, rows, *indexes, options="--bm25 body:words" if words else "")
