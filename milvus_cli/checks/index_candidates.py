"""Recommends an index: memory by the published formulas of FAISS, hnswlib and Milvus, recall as usually observed.

All figures are estimates. Sources: FAISS wiki "Faiss indexes" and "Guidelines to choose an index" (bytes a vector),
hnswlib's README (links), Milvus's documentation of DiskANN (PQCodeBudgetGBRatio 0.125, SearchCacheBudgetGBRatio 0.1)
and of IVF (nlist of 4 × √rows).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

FEW_ROWS = 20_000
"""Below this many rows, comparing with every row takes about as long as searching an index."""
M, EF_CONSTRUCTION, NBITS = 16, 200, 8
EF, REORDERED, SEARCH_LIST = 128, 200, 128
"""Search parameters of HNSW, SCANN and DISKANN at which ten hits usually have the recall named here."""
ID = 8
"""Bytes of a row number in an IVF index."""
GRAPH_DEGREE = 56
"""Links per row in DiskANN's graph, 4 bytes each."""
PQ_RATIO, CACHE_RATIO = 0.125, 0.1


@dataclass(frozen=True)
class IndexedRows:
    """The rows to index. `number_size` is the bytes per dimension, 0 for a sparse field, whose length varies."""

    count: int
    dimension: int
    number_size: float
    kind: str

    @property
    def raw(self) -> int:
        """Bytes of the vectors alone."""
        return int(self.count * self.dimension * self.number_size)


@dataclass(frozen=True)
class IndexCandidate:
    """`recall` is the recall of searches with the parameters `search`: usual, or `measured` on the existing index.

    `memory` and `disk` are bytes; `memory` is None if unknown.
    """

    index_type: str
    memory: int | None
    recall: float
    why: str
    params: Mapping[str, Any]
    search: Mapping[str, Any] = field(default_factory=dict)
    disk: int = 0
    measured: bool = False

    def misses(self, memory: int | None, recall: float) -> list[str]:
        """Returns the limits that it misses, of "recall" and "memory"."""
        too_large = memory is not None and (self.memory or 0) > memory
        return [*(["recall"] if self.recall < recall else []), *(["memory"] if too_large else [])]


def candidates(rows: IndexedRows) -> list[IndexCandidate]:
    """Returns candidates in order of preference, each supported since Milvus 2.3."""
    if rows.kind == "SPARSE_FLOAT_VECTOR":
        return [IndexCandidate("SPARSE_INVERTED_INDEX", None, 1.0, "the index for sparse vectors; exact", {})]
    found = _binary_candidates(rows) if rows.kind == "BINARY_VECTOR" else _dense_candidates(rows)
    few = rows.count <= FEW_ROWS
    return sorted(
        found, key=lambda each: each.index_type.endswith("FLAT") and "IVF" not in each.index_type, reverse=few
    )


def with_measured(found: Sequence[IndexCandidate], present: IndexCandidate) -> list[IndexCandidate]:
    """Returns the existing index first, as it was measured, with the memory of its type if that is known.

    Another candidate of its type stays, unless it would be built with the same parameters.
    """
    alike = [each for each in found if each.index_type == present.index_type]
    memory = next((each.memory for each in alike), None)
    others = [each for each in found if each not in alike or not _is_built_alike(each, present)]
    return [replace(present, memory=memory), *others]


def chosen(found: Sequence[IndexCandidate], memory: int | None, recall: float) -> IndexCandidate | None:
    """Returns the first candidate that misses no limit."""
    return next((each for each in found if not each.misses(memory, recall)), None)


def _is_built_alike(candidate: IndexCandidate, present: IndexCandidate) -> bool:
    return all(str(present.params.get(name, "")) == str(value) for name, value in candidate.params.items())


def clusters(count: int) -> int:
    """Returns nlist: 4 × √rows, rounded to a power of two."""
    return int(min(65_536, max(16, 2 ** round(math.log2(4 * math.sqrt(max(1, count)))))))


def probes(nlist: int) -> int:
    """Returns the nprobe at which IVF indexes usually reach their recall: a sixteenth of the clusters, at least 16."""
    return min(nlist, max(16, nlist // 16))


def subvectors(dimension: int) -> int:
    """Returns m for IVF_PQ: the largest divisor that leaves at least four numbers per subvector."""
    return next(each for each in range(max(1, dimension // 4), 0, -1) if dimension % each == 0)


def _dense_candidates(rows: IndexedRows) -> list[IndexCandidate]:
    count, raw, nlist, m = rows.count, rows.raw, clusters(rows.count), subvectors(rows.dimension)
    centres = nlist * rows.dimension * 4
    codebooks = 2**NBITS * rows.dimension * 4
    probing = {"nprobe": probes(nlist)}
    return [
        IndexCandidate(
            "HNSW",
            raw + count * M * 2 * 4,
            0.99,
            "a graph over the vectors; the quickest at high recall",
            {"M": M, "efConstruction": EF_CONSTRUCTION},
            {"ef": EF},
        ),
        IndexCandidate(
            "IVF_FLAT",
            raw + count * ID + centres,
            0.99,
            "whole vectors in clusters; less memory than a graph",
            {"nlist": nlist},
            probing,
        ),
        IndexCandidate(
            "SCANN",
            raw + count * (rows.dimension // 4 + ID) + centres,
            0.98,
            "clusters by 4-bit codes, hits compared again by whole vectors",
            {"nlist": nlist},
            {**probing, "reorder_k": REORDERED},
        ),
        IndexCandidate(
            "IVF_SQ8",
            count * (rows.dimension + ID) + centres,
            0.97,
            "1 byte per number in clusters",
            {"nlist": nlist},
            probing,
        ),
        IndexCandidate(
            "DISKANN",
            int(raw * (PQ_RATIO + CACHE_RATIO)),
            0.97,
            "a graph on the disk, codes in memory",
            {},
            {"search_list": SEARCH_LIST},
            disk=raw + count * GRAPH_DEGREE * 4,
        ),
        IndexCandidate(
            "IVF_PQ",
            count * (m * NBITS // 8 + ID) + centres + codebooks,
            0.7,
            f"{m} bytes a vector in clusters; the least memory, and recall to match",
            {"nlist": nlist, "m": m, "nbits": NBITS},
            probing,
        ),
        IndexCandidate("FLAT", raw, 1.0, "compares with every row: exact, and slow with many", {}),
    ]


def _binary_candidates(rows: IndexedRows) -> list[IndexCandidate]:
    nlist = clusters(rows.count)
    return [
        IndexCandidate(
            "BIN_IVF_FLAT",
            rows.raw + rows.count * ID + nlist * rows.dimension // 8,
            0.98,
            "whole vectors in clusters",
            {"nlist": nlist},
            {"nprobe": probes(nlist)},
        ),
        IndexCandidate("BIN_FLAT", rows.raw, 1.0, "compares with every row: exact, and slow with many", {}),
    ]
