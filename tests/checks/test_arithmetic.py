"""Distances in plain Python and with numpy, against definitions written out here."""

import math
import struct

import numpy as np
import pytest

from milvus_cli.checks.arithmetic import Arithmetic, NumpyArithmetic, PlainArithmetic, arithmetic, slack

RANDOM = np.random.default_rng(6)
FLOATS = RANDOM.normal(size=(7, 16)).astype("f4")
BITS = RANDOM.integers(0, 2, size=(7, 64), dtype="u1")
BITS[0] = 0
ROWS = {
    "FLOAT_VECTOR": [each.tobytes() for each in FLOATS],
    "FLOAT16_VECTOR": [each.astype("f2").tobytes() for each in FLOATS],
    "BFLOAT16_VECTOR": [(each.view("u4") >> 16).astype("u2").tobytes() for each in FLOATS],
    "INT8_VECTOR": [(each * 40).astype("i1").tobytes() for each in FLOATS],
    "BINARY_VECTOR": [np.packbits(each).tobytes() for each in BITS],
}
VALUES = {
    "FLOAT_VECTOR": FLOATS.astype("f8"),
    "FLOAT16_VECTOR": FLOATS.astype("f2").astype("f8"),
    "BFLOAT16_VECTOR": (FLOATS.view("u4") & 0xFFFF0000).view("f4").astype("f8"),
    "INT8_VECTOR": (FLOATS * 40).astype("i1").astype("f8"),
    "BINARY_VECTOR": BITS.astype("f8"),
}
CASES = [(kind, metric) for kind in ROWS if kind != "BINARY_VECTOR" for metric in ("L2", "IP", "COSINE")]
CASES += [("BINARY_VECTOR", "HAMMING"), ("BINARY_VECTOR", "JACCARD")]


def defined(metric: str, one: np.ndarray, other: np.ndarray) -> float:
    """Distances as Milvus's documentation defines them, negated where higher is nearer."""
    if metric == "L2":
        return float(((one - other) ** 2).sum())
    if metric == "IP":
        return -float((one * other).sum())
    if metric == "COSINE":
        return -float((one * other).sum() / math.sqrt((one**2).sum() * (other**2).sum()))
    if metric == "HAMMING":
        return float((one != other).sum())
    return 1 - float(np.logical_and(one, other).sum()) / max(1.0, float(np.logical_or(one, other).sum()))


def both(kind: str) -> list[Arithmetic]:
    return [PlainArithmetic(kind), NumpyArithmetic(kind, np)]


@pytest.mark.parametrize(("kind", "metric"), CASES)
def test_distances_are_those_of_the_definition(kind: str, metric: str) -> None:
    values = VALUES[kind]
    expected = [[defined(metric, one, other) for other in values] for one in values[:3]]
    for count in both(kind):
        queries, rows = count.numbers(ROWS[kind][:3]), count.numbers(ROWS[kind])
        found = [[float(each) for each in distances] for distances in count.distances(metric, queries, rows)]
        assert found == [pytest.approx(row, rel=1e-9, abs=1e-9) for row in expected], count


@pytest.mark.parametrize("kind", ROWS)
def test_squares_are_squared_lengths(kind: str) -> None:
    for count in both(kind):
        found = [float(each) for each in count.numbers(ROWS[kind]).squares]
        assert found == pytest.approx((VALUES[kind] ** 2).sum(axis=1).tolist(), rel=1e-9)


def test_sparse_vectors_meet_where_both_have_a_number() -> None:
    assert isinstance(arithmetic("SPARSE_FLOAT_VECTOR"), PlainArithmetic)
    count = arithmetic("SPARSE_FLOAT_VECTOR")
    rows = count.numbers([struct.pack("<IfIf", 1, 0.5, 7, 2.0), struct.pack("<If", 7, 3.0), b""])
    assert [list(each) for each in count.distances("IP", rows, rows)] == [[-4.25, -6, 0], [-6, -9, 0], [0, 0, 0]]


def test_nan_is_infinitely_far() -> None:
    rows = [struct.pack("<2f", 1, 0), struct.pack("<2f", math.nan, 1), struct.pack("<2f", math.inf, 0)]
    for count in both("FLOAT_VECTOR"):
        [found] = count.distances("L2", count.numbers(rows[:1]), count.numbers(rows))
        assert [float(each) for each in found] == [0, math.inf, math.inf]


def test_the_least_of_all_are_sorted() -> None:
    for count in both("FLOAT_VECTOR"):
        assert [float(each) for each in count.least([[5.0, 1.0], [4.0, 0.5, 9.0]], 3)] == [0.5, 1, 4]
        assert [float(each) for each in count.least([(), [2.0, 1.0]], 3)] == [1, 2]


def test_equal_distances_may_differ_by_a_rounding_of_float32() -> None:
    assert slack("COSINE", -0.5, 9) == 1e-6
    assert slack("IP", -2, 9) == 9e-6
    assert slack("L2", 2, 9) == pytest.approx(2e-6, rel=1e-5)
    assert slack("HAMMING", 0, 30) < 1e-9
