"""diff search on Milvus and Milvus Lite, against pymilvus's hits of both sides."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.cli import Cli, Run
from tests.support.judged import QUERIES, Judged, judged
from tests.support.official import official_client
from tests.support.process import ServerProcess
from tests.support.typed import Typed, failed
from tests.support.vectors import Made, drop_all, make_all

DATA: Judged = judged(8)
NUMBERS = np.random.default_rng(2)
VECTORS = np.array([each["dense"] for each in DATA.rows], "f4")
NOISY = (VECTORS + NUMBERS.normal(scale=0.15, size=VECTORS.shape)).astype("f4")
SHORT = np.array([each["other"] for each in DATA.rows], "f4")
MADE = {
    "side_a": Made(dict(enumerate(VECTORS.tolist())), "L2", 8, index="IVF_FLAT", params={"nlist": 32}, flush=True),
    "side_b": Made(dict(enumerate(NOISY.tolist())), "COSINE", 8),
    "side_c": Made(dict(enumerate(SHORT.tolist())), "L2", 3),
}
DENSE = [each["dense"] for each in DATA.queries]
OTHER = [each["other"] for each in DATA.queries]


@pytest.fixture(scope="module")
def sides(server: ServerProcess) -> Iterator[ServerProcess]:
    """Each kind of server in turn, with three collections of the same documents."""
    make_all(server, MADE)
    yield server
    drop_all(server, MADE)


@pytest.fixture
def both_sides(sides: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """That server, and the queries in the working directory."""
    DATA.write(tmp_path)
    for name, vectors in (("dense", DENSE), ("other", OTHER)):
        lines = [json.dumps({"id": f"q{number}", "vector": each}) for number, each in enumerate(vectors)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines))
    monkeypatch.chdir(tmp_path)
    return Typed(Cli(tmp_path / "home"), sides)


def checked(typed: Typed, line: str, code: int) -> Any:
    run = typed(f"diff search {line} -o json")
    assert (run.code, run.err) == (code, ""), run
    return json.loads(run.out)


def official(typed: Typed, name: str, queries: Sequence[Any], k: int, **params: Any) -> list[list[str]]:
    client = official_client(typed.server.uri)
    try:
        found = client.search(name, queries, limit=k, search_params={"params": params}, consistency_level="Strong")
        return [[str(hit["id"]) for hit in hits] for hits in found]
    finally:
        client.close()


def overlaps(a: list[list[str]], b: list[list[str]], k: int) -> list[float]:
    return [len(np.intersect1d(one, other)) / k for one, other in zip(a, b, strict=True)]


def rank_changes(a: list[str], b: list[str]) -> list[int]:
    return [abs(a.index(each) - b.index(each)) for each in np.intersect1d(a, b)]


@pytest.mark.parametrize("k", [3, 10])
def test_overlap_and_changes_of_rank_are_those_of_pymilvus_s_hits(both_sides: Typed, k: int) -> None:
    found = checked(both_sides, f"side_a side_b --queries dense.jsonl -k {k} --params-a nprobe=32 --changed 99", 1)
    a, b = official(both_sides, "side_a", DENSE, k, nprobe=32), official(both_sides, "side_b", DENSE, k)
    shares = overlaps(a, b, k)
    assert found["overlap"] == pytest.approx(np.mean(shares), abs=1e-6)
    assert found["lowest_overlap"] == pytest.approx(min(shares), abs=1e-6)

    changes = [rank_changes(*each) for each in zip(a, b, strict=True)]
    assert found["rank_change"] == pytest.approx(np.mean([each for some in changes for each in some]), abs=1e-6)
    assert found["changed"] == sum(one != other for one, other in zip(a, b, strict=True))
    assert found["other_first"] == sum(one[0] != other[0] for one, other in zip(a, b, strict=True))

    for each in found["changed_most"]:
        one, other = (side[int(each["query"][1:])] for side in (a, b))
        assert each["only_in_a"] == [key for key in one if key not in other]
        assert each["only_in_b"] == [key for key in other if key not in one]
        assert each["rank_change"] == pytest.approx(np.mean(rank_changes(one, other) or [0]), abs=1e-6)
    shown = [each["overlap"] for each in found["changed_most"]]
    assert shown == sorted(shown)


def test_one_collection_with_two_settings(both_sides: Typed) -> None:
    """Milvus does not index so few rows: both settings find the same there."""
    a, b = official(both_sides, "side_a", DENSE, 10, nprobe=1), official(both_sides, "side_a", DENSE, 10, nprobe=32)
    found = checked(
        both_sides, "side_a side_a --queries dense.jsonl --params nprobe=1 --params-b nprobe=32", int(a != b)
    )
    longest = [max(len(one), len(other)) for one, other in zip(a, b, strict=True)]
    shares = [len(np.intersect1d(one, other)) / most for one, other, most in zip(a, b, longest, strict=True)]
    assert found["overlap"] == pytest.approx(np.mean(shares), abs=1e-6)
    assert (found["queries"], found["k"], found["same"]) == (QUERIES, 10, a == b)


def test_equal_sides_exit_0_and_so_do_those_with_enough_overlap(both_sides: Typed) -> None:
    same = checked(both_sides, "side_b side_b --queries dense.jsonl", 0)
    assert (same["same"], same["overlap"], same["changed"], same["changed_most"]) == (True, 1.0, 0, [])
    near = checked(both_sides, "side_a side_b --queries dense.jsonl --params-a nprobe=32 --at-least overlap=0.1", 0)
    assert (near["same"], near["below"]) == (False, [])
    far = checked(both_sides, "side_a side_b --queries dense.jsonl --params-a nprobe=32 --at-least overlap=0.99", 1)
    assert far["below"] == [{"measure": "overlap", "value": far["overlap"], "at_least": 0.99}]


def test_two_models_with_queries_of_their_own_are_measured_by_judgments(both_sides: Typed) -> None:
    line = "side_b side_c --queries dense.jsonl --queries-b other.jsonl --qrels trec.qrels -k 5 --filter 'id < 100'"
    found = checked(both_sides, line, 1)
    measures = {each["measure"]: (each["a"], each["b"], each["change"]) for each in found["quality"]}
    sides = {}
    for side, name in (("a", "side_b --queries dense.jsonl"), ("b", "side_c --queries other.jsonl")):
        run = both_sides(f"check quality {name} --qrels trec.qrels -k 5 --filter 'id < 100' -o json")
        sides[side] = json.loads(run.out)
    for name, (a, b, change) in measures.items():
        assert (a, b) == (sides["a"][name], sides["b"][name])
        assert change == pytest.approx(b - a, abs=1e-6)


CHANGED = """\

Changed most
╭───────┬─────────┬─────────────┬───────────┬───────────╮
│ query │ overlap │ rank_change │ only_in_a │ only_in_b │
├───────┼─────────┼─────────────┼───────────┼───────────┤
│ one   │     0.0 │         0.0 │ ["0"]     │ ["1"]     │
╰───────┴─────────┴─────────────┴───────────┴───────────╯
(1 row)
"""


def test_diff_search_as_a_table(both_sides: Typed, tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_text(json.dumps({"id": "one", "vector": VECTORS[0].tolist()}))
    (tmp_path / "other.jsonl").write_text(json.dumps({"id": "one", "vector": SHORT[1].tolist()}))
    line = "diff search side_a side_c --queries one.jsonl --queries-b other.jsonl -k 1 --params-a nprobe=32"
    run = both_sides(line)
    assert (run.code, run.err) == (1, "")
    assert run.out.endswith(CHANGED)


FAULTS = {
    "side_a nosuch_side --queries dense.jsonl": ("collection 'nosuch_side' on {place} not found", "", 1),
    "side_a : --queries dense.jsonl": (
        "':' has no collection name",
        "write ALIAS:COLLECTION, ALIAS/DATABASE:COLLECTION, or COLLECTION on the current connection",
        2,
    ),
    "side_a side_b": ("missing queries", "--queries FILE", 2),
    "side_a side_b --queries dense.jsonl --queries-b few.jsonl": (
        "few.jsonl has no query 'q1'",
        "both files need the same queries",
        2,
    ),
    "side_a side_c --queries dense.jsonl": (
        "dense.jsonl, line 1: 'v' takes a list of 3 numbers, not 8 numbers",
        "",
        2,
    ),
    "side_a side_b --queries dense.jsonl --params-a ef=8": (
        "a search of IVF_FLAT has no parameter 'ef'",
        "it takes nprobe, max_empty_result_buckets; --force sends it anyway",
        2,
    ),
    "side_a side_b --queries dense.jsonl --at-least recall=1": ("unknown measure 'recall'", "one of: overlap", 2),
}


@pytest.mark.parametrize("line", FAULTS)
def test_sides_that_can_not_be_compared_are_refused(both_sides: Typed, tmp_path: Path, line: str) -> None:
    (tmp_path / "few.jsonl").write_text(json.dumps({"id": "q0", "vector": DENSE[0]}))
    message, hint, code = FAULTS[line]
    assert both_sides(f"diff search {line}") == failed(message.format(place=both_sides.place), hint, code)


def test_diff_alone_still_compares_collections(both_sides: Typed) -> None:
    short, long = (both_sides(f"{line} side_a side_b --rows none -o json") for line in ("diff", "diff collection"))
    assert short == long
    assert isinstance(short, Run)
    assert short.code == 1
