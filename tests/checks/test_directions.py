"""Vectors of the same direction, among those that are nearly so, against the cosines of all pairs."""

from collections import Counter

import numpy as np
import pytest

from milvus_cli.checks.arithmetic import arithmetic
from milvus_cli.checks.directions import Axes, same_directions

NUMBERS = np.random.default_rng(4)


@pytest.mark.parametrize("dimension", [2, 3, 64, 768])
def test_rows_are_grouped_by_their_direction(dimension: int) -> None:
    base = NUMBERS.normal(size=(60, dimension))
    others = base[:20] + 3e-4 * NUMBERS.normal(size=(20, dimension)) * np.linalg.norm(base[:20], axis=1, keepdims=True)
    scaled = base[:40] * NUMBERS.uniform(0.01, 100, size=(40, 1))
    vectors = np.concatenate([base, others, scaled, -base[:5]]).astype("f4")
    cosines = Axes(count := arithmetic("FLOAT_VECTOR")).cosines(count.numbers([each.tobytes() for each in vectors]))
    ordered = sorted(range(len(vectors)), key=lambda row: cosines[row][0])
    same = dict(same_directions((row, str(row).encode(), cosines[row]) for row in ordered))

    labels = [int(same.get(row, str(row).encode())) for row in range(len(vectors))]
    exact = vectors.astype("f8")
    unit = exact / np.linalg.norm(exact, axis=1, keepdims=True)
    sizes = Counter(map(tuple, (np.flatnonzero(row > 1 - 1e-12) for row in unit @ unit.T)))
    assert sorted(Counter(labels).values()) == sorted(len(each) for each in sizes)
    assert all(labels[row] == labels[row + 80] for row in range(40))
