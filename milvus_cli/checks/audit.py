"""Finds vectors that searches can't use well: NaN, infinity, zero, duplicates, lengths that distort inner products."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .arithmetic import PreparedVectors, arithmetic, nonzero_numbers
from .directions import Axes, Cosines
from .pages import Key, VectorPage
from .vector_log import VectorLog

EXAMPLES = 5
"""Keys reported per finding."""
NO_VECTORS = PreparedVectors((), ())
UNIT = 1e-3
"""Deviation of a norm from 1 that still counts as normalised: float16 and bfloat16 are no more precise."""

MEANINGS = {
    "nan": "holds a NaN: no distance to it is a number",
    "infinity": "holds an infinity: no distance to it is finite",
    "zero": "has length 0: no direction, so no angle",
    "not_normalised": "has another length than 1: under IP longer vectors come first",
    "duplicate": "equals the vector of a row with a lower key",
}
SAME_DIRECTION = "has the direction of a row with a lower key"
SHARES = {"min": 0.0, "p5": 0.05, "p50": 0.5, "p95": 0.95, "max": 1.0}


@dataclass
class Finding:
    count: int = 0
    examples: list[Any] = field(default_factory=list)

    def add(self, key: Key) -> None:
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(key)


@dataclass(frozen=True)
class Audit:
    """Findings by the words of MEANINGS, without those that were not checked.

    An example of a duplicate is a list of keys whose rows share one vector.
    """

    rows: int
    findings: dict[str, Finding]
    norms: dict[str, float | None]


def audit(pages: Iterable[VectorPage], kind: str, *, metric: str, seen: Callable[[int], None]) -> Audit:
    """Judges vectors by what the metric makes of them; `seen` is called with the number of rows so far."""
    wanted = [name for name in MEANINGS if _concerns(name, kind, metric)]
    found, rows, count = {name: Finding() for name in wanted}, 0, arithmetic(kind)
    axes, is_directed = Axes(count), metric == "COSINE" and kind not in ("BINARY_VECTOR", "SPARSE_FLOAT_VECTOR")
    with VectorLog() as memory:
        for page in pages:
            numbers = count.numbers(page.vectors) if page.vectors else NO_VECTORS
            squares = [float(each) for each in numbers.squares]
            for key, vector, square in zip(page.keys, page.vectors, squares, strict=True):
                _judge(found, key, vector, square, kind)
            memory.add(map(_remembered, page.vectors, squares, page.keys))
            if is_directed:
                memory.add_directions(map(_if_directed, axes.cosines(numbers), squares))
            rows += len(page.keys)
            seen(rows)
        memory.seal()
        found["duplicate"] = Finding(memory.doubles(), memory.groups(EXAMPLES))
        norms = dict(zip(SHARES, memory.norms(list(SHARES.values())), strict=True))
        return Audit(rows, found, {**norms, "mean": memory.mean()})


def _concerns(name: str, kind: str, metric: str) -> bool:
    if name in ("nan", "infinity"):
        return kind not in ("BINARY_VECTOR", "INT8_VECTOR")
    if name == "not_normalised":
        return metric == "IP" and kind not in ("BINARY_VECTOR", "SPARSE_FLOAT_VECTOR")
    return name != "zero" or metric != "L2"


def _judge(found: dict[str, Finding], key: Key, vector: bytes, square: float, kind: str) -> None:
    if not math.isfinite(square):
        found["nan" if any(map(math.isnan, nonzero_numbers(kind, vector))) else "infinity"].add(key)
    elif not square:
        if "zero" in found:
            found["zero"].add(key)
    elif "not_normalised" in found and abs(math.sqrt(square) - 1) > UNIT:
        found["not_normalised"].add(key)


def _if_directed(cosines: Cosines, square: float) -> Cosines | None:
    return cosines if math.isfinite(square) and square > 0 else None


def _remembered(vector: bytes, square: float, key: Key) -> tuple[bytes, float | None, Key]:
    norm = math.sqrt(square) if math.isfinite(square) else None
    return hashlib.blake2b(vector, digest_size=16).digest(), norm, key


def meaning(name: str, metric: str) -> str:
    return SAME_DIRECTION if (name, metric) == ("duplicate", "COSINE") else MEANINGS[name]


def problems(found: Audit, ignored: Sequence[str]) -> int:
    """Returns the number of findings, so that a row counts once per finding."""
    return sum(each.count for name, each in found.findings.items() if name not in ignored)
