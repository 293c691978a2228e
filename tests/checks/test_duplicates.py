"""check duplicates on Milvus and Milvus Lite, against scikit-learn's distances and scipy's connected components."""

import json
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pymilvus import DataType
from scipy.sparse.csgraph import connected_components
from sklearn.metrics import pairwise_distances

from milvus_cli.checks.groups import Groups
from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.process import ServerProcess
from tests.support.typed import Typed, failed, on_milvus
from tests.support.vectors import Made, drop_all, make_all

RANDOM = np.random.default_rng(17)
NOISE = np.repeat([0.0, 0.004, 0.02, 0.05, 0.3], 60)
CENTERS = RANDOM.normal(size=(120, 8))
SPREAD = (CENTERS[np.arange(300) % 120] + NOISE[:, None] * RANDOM.normal(size=(300, 8))).astype("f4")
"""Each center two or three times, at distances around those that are asked for."""
COPIES = np.repeat(np.eye(8, dtype="f4")[:1], 70, axis=0)
CROWD = (np.eye(8)[1] + 1e-3 * RANDOM.normal(size=(50, 8))).astype("f4")
CHAIN = np.array([[0, 0, *(np.array([np.cos(at / 20), np.sin(at / 20)]) * 2), 0, 0, 0, 0] for at in range(40)], "f4")
"""Each is near to the next one only: all are one group."""
VECTORS = np.concatenate([SPREAD, COPIES, CROWD, CHAIN])
UNIT = (VECTORS / np.linalg.norm(VECTORS.astype("f8"), axis=1, keepdims=True)).astype("f4")
BITS = RANDOM.integers(0, 256, size=(150, 8), dtype="u1")
BITS[100:] = BITS[:50]
BITS[100:, 0] ^= np.left_shift(1, RANDOM.integers(0, 8, size=50), dtype="u1", casting="unsafe")

EVERYWHERE = {
    "near_cosine": Made(
        dict(enumerate(VECTORS.tolist())), "COSINE", 8, index="HNSW", params={"M": 16, "efConstruction": 100}
    ),
    "near_l2": Made(dict(enumerate(VECTORS.tolist())), "L2", 8),
    "near_ip": Made(dict(enumerate(UNIT.tolist())), "IP", 8),
    "near_long": Made({1: [1.0, 0.0], 2: [0.0, 1.5]}, "IP", 2),
    "near_texts": Made({"it's": [1.0, 0.0], 'a "b"': [1.0, 0.0], "c,d": [1.0, 0.0], "é": [0.0, 1.0]}, "L2", 2),
}
MILVUS_ONLY = {
    "near_hamming": Made(
        {key: each.tobytes() for key, each in enumerate(BITS)}, "HAMMING", 64, DataType.BINARY_VECTOR, "BIN_FLAT"
    ),
    "near_short": Made(
        dict(enumerate(VECTORS.tolist())), "L2", 8, index="IVF_PQ", params={"nlist": 1, "m": 8, "nbits": 6}, flush=True
    ),
}


@pytest.fixture(scope="module")
def server_with_near_rows(server: ServerProcess) -> Iterator[ServerProcess]:
    """Each kind of server in turn, with rows that are near to one another."""
    made: Mapping[str, Made] = {**EVERYWHERE, **({} if isinstance(server, LiteServer) else MILVUS_ONLY)}
    make_all(server, made)
    yield server
    drop_all(server, made)


@pytest.fixture
def near_rows(cli: Cli, server_with_near_rows: ServerProcess) -> Typed:
    return Typed(cli, server_with_near_rows)


@cache
def distances(metric: str) -> np.ndarray:
    if metric == "hamming":
        return np.asarray(pairwise_distances(np.unpackbits(BITS, axis=1), metric="cityblock"))
    vectors = (UNIT if metric == "ip" else VECTORS).astype("f8")
    return np.asarray(pairwise_distances(vectors, metric="sqeuclidean" if metric == "l2" else "cosine"))


def expected(metric: str, within: float, *, chosen: np.ndarray | None = None) -> list[list[int]]:
    """The groups of two rows or more, of all rows or the chosen ones."""
    near = distances(metric) <= within
    if chosen is not None:
        near &= chosen[:, None] & chosen[None, :]
    count, labels = connected_components(near, directed=False)
    groups = (np.flatnonzero(labels == label).tolist() for label in range(count))
    return sorted(each for each in groups if len(each) > 1)


def checked(typed: Typed, line: str, code: int = 1, note: str = "") -> Any:
    run = typed(f"check duplicates {line} -o json")
    assert (run.code, run.err) == (code, note), run
    return json.loads(run.out)


def keys_of(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize(
    ("metric", "within"),
    [("cosine", 0.00001), ("cosine", 0.002), ("cosine", 0.0005), ("l2", 0.003), ("l2", 0.0), ("ip", 0.002)],
)
def test_groups_are_those_of_all_pairs_of_rows(near_rows: Typed, tmp_path: Path, metric: str, within: float) -> None:
    file = tmp_path / "near.jsonl"
    found = checked(near_rows, f"near_{metric} --within {within} -l 999 --out {file} --params '{{}}'")
    groups = expected(metric, within)
    assert [(each["keep"], each["rows"]) for each in found["found"]] == [(group[0], len(group)) for group in groups]
    assert keys_of(file) == [key for _, *others in groups for key in others]

    assert (found["groups"], found["duplicates"]) == (len(groups), sum(len(each) - 1 for each in groups))
    assert (found["rows"], found["incomplete"], found["invalid"]) == (len(VECTORS), 0, 0)
    farthest = [max(distances(metric)[group[0]][group]) for group in groups]
    assert [each["farthest"] for each in found["found"]] == pytest.approx(farthest, abs=1e-6)


def test_rows_of_a_chain_are_one_group_and_the_farthest_says_how_far_it_reaches(near_rows: Typed) -> None:
    found = checked(near_rows, "near_l2 --within 0.011 --filter 'id >= 420'")
    [chain] = found["found"]
    assert (chain["keep"], chain["rows"], chain["duplicates"]) == (420, 40, [421, 422, 423, 424, 425])
    assert chain["farthest"] == pytest.approx(
        distances("l2")[420].max(where=np.arange(460) >= 420, initial=0), abs=1e-6
    )


def test_only_rows_that_match_the_filter_are_compared(near_rows: Typed) -> None:
    found = checked(near_rows, "near_l2 --within 0.003 --filter 'id >= {first}' --param first=130 -l 999")
    groups = expected("l2", 0.003, chosen=np.arange(len(VECTORS)) >= 130)
    assert [(each["keep"], each["rows"]) for each in found["found"]] == [(group[0], len(group)) for group in groups]
    assert found["rows"] == len(VECTORS) - 130


def test_copies_of_a_vector_are_found_beyond_the_neighbors_and_others_are_reported(near_rows: Typed) -> None:
    """The 70 copies are one vector, and each of the 50 rows of the crowd has 49 near ones."""
    note = "note: 51 rows have 20 near neighbors or more: groups may be incomplete (raise --neighbors)\n"
    found = checked(near_rows, "near_l2 --within 0.003 --neighbors 20 --filter 'id >= 300 and id < 420'", note=note)
    assert (found["incomplete"], [each["rows"] for each in found["found"]]) == (51, [70, 50])


def test_nothing_found_exits_0_and_writes_no_keys(near_rows: Typed, tmp_path: Path) -> None:
    file = tmp_path / "near.jsonl"
    found = checked(near_rows, f"near_l2 --within 0 --filter 'id < 60' --out {file}", code=0)
    assert (found["groups"], found["found"], file.read_text()) == (0, [], "")


TABLE = """\
╭────────────┬────────────╮
│ field      │ value      │
├────────────┼────────────┤
│ collection │ near_texts │
│ field      │ v          │
│ index      │ FLAT       │
│ metric     │ L2         │
│ within     │ 0.5        │
│ rows       │ 4          │
│ groups     │ 1          │
│ duplicates │ 2          │
│ incomplete │ 0          │
│ invalid    │ 0          │
│ keys_file  │ NULL       │
╰────────────┴────────────╯

Found
╭───────┬──────┬──────────┬─────────────────╮
│ keep  │ rows │ farthest │ duplicates      │
├───────┼──────┼──────────┼─────────────────┤
│ a "b" │    3 │      0.0 │ ["c,d", "it's"] │
╰───────┴──────┴──────────┴─────────────────╯
(1 row)
"""


def test_check_duplicates_as_a_table(near_rows: Typed) -> None:
    assert near_rows("check duplicates near_texts --within 0.5") == Run(1, TABLE, "")


def test_more_groups_than_the_limit_are_announced(near_rows: Typed) -> None:
    count = len(expected("l2", 0.003))
    run = near_rows("check duplicates near_l2 --within 0.003 -l 2")
    assert run.out.endswith(f"(2 rows)\n{count - 2} more groups: use --limit {count} to see all\n")


def test_the_keys_are_ready_for_delete_ids(near_rows: Typed, tmp_path: Path) -> None:
    file = tmp_path / "near.jsonl"
    checked(near_rows, f"near_texts --within 0.5 --out {file}")
    assert file.read_text() == '"c,d"\n"it\'s"\n'
    shown = near_rows(f"delete ids near_texts --ids @{file} --dry-run")
    assert (shown.code, shown.out) == (0, f"Would delete 2 rows of 'near_texts' by 2 ids on {near_rows.place}.\n")

    again = near_rows(f"check duplicates near_texts --within 0.5 --out {file}")
    assert again == failed(f"{file} exists", "add --yes to replace it", 2)
    assert near_rows(f"check duplicates near_texts --within 0.5 --out {file} --yes").code == 1


def test_metrics_that_are_no_distance_are_refused(near_rows: Typed) -> None:
    assert near_rows("check duplicates near_long --within 0.1") == failed(
        "row 2 has a vector of length 1.5: under IP, lengths other than 1 count",
        "near-duplicates of any length are found by an index with COSINE or L2",
    )
    assert near_rows("check duplicates near_l2 --within -1").code == 2
    assert near_rows("check duplicates near_l2") == failed("missing distance", "--within X", 2)


@on_milvus
def test_binary_vectors_are_near_by_the_bits_that_differ(near_rows: Typed) -> None:
    found = checked(near_rows, "near_hamming --within 1 -l 999")
    groups = expected("hamming", 1)
    assert [(each["keep"], each["rows"]) for each in found["found"]] == [(group[0], len(group)) for group in groups]
    assert {each["farthest"] for each in found["found"]} == {1.0}


@on_milvus
def test_an_index_of_shortened_vectors_proposes_pairs_and_exact_distances_decide(near_rows: Typed) -> None:
    """Its own distances of equal vectors are not 0, and some pairs are missing: none is wrong."""
    found = checked(near_rows, "near_short --within 0.003 -l 999")
    groups = expected("l2", 0.003)
    whole = {each["keep"]: each["rows"] for each in found["found"]}
    assert all(any(keep in group and rows <= len(group) for group in groups) for keep, rows in whole.items())
    assert found["duplicates"] >= 0.95 * sum(len(each) - 1 for each in groups)


def test_sparse_vectors_are_refused(cli: Cli, lite_with_faults: ServerProcess) -> None:
    assert Typed(cli, lite_with_faults)("check duplicates checks_sparse --within 0.1") == failed(
        "'v' has sparse vectors, whose metric IP is not a distance",
        "near-duplicates are found among dense and binary vectors",
    )


def test_rows_without_finite_vectors_are_counted_and_left_out(cli: Cli, lite_with_faults: ServerProcess) -> None:
    """Milvus Lite takes NaN and infinities."""
    found = checked(Typed(cli, lite_with_faults), "checks_odd --within 1.5", code=0)
    assert (found["rows"], found["invalid"]) == (5, 3)


def test_groups_by_links_in_any_order() -> None:
    for seed in range(20):
        random = np.random.default_rng(seed)
        links = random.integers(0, 60, size=(45, 2))
        groups = Groups()
        for one, other in links.tolist():
            groups.link(one, other)
        matrix = np.zeros((60, 60))
        matrix[links[:, 0], links[:, 1]] = 1
        _, labels = connected_components(matrix, directed=False)
        linked = np.unique(links)
        parts = [linked[labels[linked] == label].tolist() for label in dict.fromkeys(labels[linked].tolist())]
        assert groups.all() == sorted(parts)


def test_parameters_that_limit_the_hits_grow_with_them(near_rows: Typed) -> None:
    """The crowd is searched for again with more neighbors than `ef`, which servers refuse."""
    found = checked(near_rows, "near_cosine --within 0.00001 --filter 'id >= 300 and id < 420' --params ef=12")
    assert [each["rows"] for each in found["found"]] == [len(each) for each in expected("cosine", 0.00001)[-2:]]


def test_near_rows_are_the_same_without_numpy(near_rows: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    line = "near_l2 --within 0.003 -l 999 --filter 'id >= 300'"
    fast = checked(near_rows, line)
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert checked(near_rows, line) == fast
