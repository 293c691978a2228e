"""hybrid_search against Milvus Lite: the same hits as pymilvus; Milvus 2.3.5 has none."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymilvus import AnnSearchRequest, Function, FunctionScore, FunctionType, RRFRanker, WeightedRanker

from milvus_cli.text.floats import shortest
from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.official import official_client
from tests.support.searched import fill, gaussian, typed_on
from tests.support.typed import Typed, failed

NAME = "hybrid"
WORDS = ("white", "whale", "black", "horse", "sea", "ship")
DENSE, OTHER = gaussian(31, 1)[0], gaussian(32, 1, 3)[0]
DECAY = "decay:field=id,function=gauss,origin=1,scale=2"
LEGS = f"--request 'field=dense vector={json.dumps(DENSE)} limit=15' --request 'text=white whale limit=12'"


@pytest.fixture(scope="module")
def hybrid_server(lite: LiteServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typed]:
    """Milvus Lite with 40 rows of a dense vector, another one, and a text with its BM25 vector."""
    typed = typed_on(tmp_path_factory.mktemp("hybrid"), lite)
    rows = [
        {"id": number, "g": number % 5, "body": words(number), "dense": dense, "other": other}
        for number, (dense, other) in enumerate(zip(gaussian(1, 40), gaussian(2, 40, 3), strict=True))
    ]
    fill(
        typed,
        NAME,
        ["body:VARCHAR:1000", "dense:FLOAT_VECTOR:8", "other:FLOAT_VECTOR:3", "g:INT64", "words:SPARSE_FLOAT_VECTOR"],
        rows,
        "-f dense -t FLAT -m COSINE",
        "-f other -t FLAT -m L2",
        "-f words -t SPARSE_INVERTED_INDEX -m BM25",
        options="--bm25 body:words",
    )
    yield typed
    typed.gone(NAME)


@pytest.fixture
def hybrid_rows(hybrid_server: Typed, tmp_path: Path) -> Typed:
    """That server, with a fresh home."""
    return Typed(Cli(tmp_path), hybrid_server.server)


def words(number: int) -> str:
    return " ".join(WORDS[(number * step) % 6] for step in range(1, 2 + number))


def official(typed: Typed, reranker: Any, **options: Any) -> list[tuple[int, float]]:
    legs = [
        AnnSearchRequest([DENSE], "dense", {}, 15, expr=options.pop("dense_filter", None)),
        AnnSearchRequest(["white whale"], "words", {}, 12),
    ]
    client = official_client(typed.server.uri)
    try:
        (found,) = client.hybrid_search(NAME, legs, reranker, limit=10, consistency_level="Strong", **options)
        return [(hit["id"], shortest(hit["distance"])) for hit in found]
    finally:
        client.close()


def ours(typed: Typed, line: str) -> list[tuple[int, float]]:
    return [(row["id"], row["distance"]) for row in typed.json(f"hybrid_search {NAME} {line}")]


GAUSS = Function(
    "decay", FunctionType.RERANK, ["g"], params={"reranker": "decay", "function": "gauss", "origin": 3, "scale": 2}
)


@pytest.mark.parametrize(
    ("reranker", "ranker"),
    [
        ("", RRFRanker(60)),
        ("--rerank rrf:5", RRFRanker(5)),
        ("--rerank weighted:0.7,0.3", WeightedRanker(0.7, 0.3)),
        ("--rerank weighted:0.2,0.8", WeightedRanker(0.2, 0.8)),
        ("--rerank decay:field=g,function=gauss,origin=3,scale=2", GAUSS),
    ],
    ids=["default", "rrf", "weighted", "weighted the other way", "decay"],
)
def test_fused_hits_are_those_of_pymilvus(hybrid_rows: Typed, reranker: str, ranker: Any) -> None:
    assert ours(hybrid_rows, f"{LEGS} {reranker}") == official(hybrid_rows, ranker)


def test_the_number_of_rrf_makes_a_difference(hybrid_rows: Typed) -> None:
    assert official(hybrid_rows, RRFRanker(5)) != official(hybrid_rows, RRFRanker(60))


RERANKERS: dict[str, list[tuple[str, list[str], dict[str, Any]]]] = {
    "decay:field=g,function=gauss,origin=3,scale=2,offset=1,decay=0.3": [
        ("decay", ["g"], {"function": "gauss", "origin": 3, "scale": 2, "offset": 1, "decay": 0.3})
    ],
    "decay:field=g,function=exp,origin=1,scale=3": [("decay", ["g"], {"function": "exp", "origin": 1, "scale": 3})],
    "decay:field=g,function=linear,origin=0,scale=3": [
        ("decay", ["g"], {"function": "linear", "origin": 0, "scale": 3})
    ],
    "boost:weight=0.25,filter=g in [1,2]": [("boost", [], {"weight": 0.25, "filter": "g in [1,2]"})],
    'boost:weight=0.25,filter=g == 1|boost:weight=2,random_score={"seed": 7}': [
        ("boost", [], {"weight": 0.25, "filter": "g == 1"}),
        ("boost", [], {"weight": 2, "random_score": {"seed": 7}}),
    ],
}
"""Those that Milvus Lite computes itself, as options and as pymilvus takes them."""


def test_the_vector_of_a_leg_is_read_from_a_file_of_the_references(hybrid_rows: Typed) -> None:
    file = hybrid_rows.cli.directory / "q.csv"
    file.write_text(f'"{DENSE}"\n')
    fused = ours(hybrid_rows, LEGS)
    for vector in (file, f"@{file}", " ".join(map(str, DENSE)), f"[{' '.join(map(str, DENSE))}]"):
        legs = f"--request 'field=dense vector={vector} limit=15' --request 'text=white whale limit=12'"
        assert ours(hybrid_rows, legs) == fused, vector


@pytest.mark.parametrize("text", RERANKERS)
def test_functions_change_the_hits_of_one_search_and_of_several_as_for_pymilvus(hybrid_rows: Typed, text: str) -> None:
    score = FunctionScore(
        [
            Function(name, FunctionType.RERANK, fields, params={"reranker": name, **params})
            for name, fields, params in RERANKERS[text]
        ]
    )
    options = " ".join(f"--rerank '{each}'" for each in text.split("|"))
    single = f"search {NAME} -f dense -v '{json.dumps(DENSE)}'"
    client = official_client(hybrid_rows.server.uri)
    try:
        (found,) = client.search(NAME, [DENSE], anns_field="dense", limit=10, consistency_level="Strong", ranker=score)
    finally:
        client.close()
    expected = [(hit["id"], shortest(hit["distance"])) for hit in found]
    reranked = [(row["id"], row["distance"]) for row in hybrid_rows.json(f"{single} {options}")]
    assert reranked == expected != [(row["id"], row["distance"]) for row in hybrid_rows.json(single)]
    if len(score.functions) == 1:  # pymilvus takes no more in hybrid_search.
        assert ours(hybrid_rows, f"{LEGS} {options}") == official(hybrid_rows, score.functions[0])


def test_filters_limit_offset_and_partition_reach_the_server(hybrid_rows: Typed) -> None:
    assert ours(hybrid_rows, f"{LEGS} -l 4 --offset 2") == ours(hybrid_rows, LEGS)[2:6]
    assert ours(hybrid_rows, LEGS.replace(" limit=15", ' limit=15 filter="g == 2"')) == official(
        hybrid_rows, RRFRanker(60), dense_filter="g == 2"
    )
    assert {number % 5 for number, _ in ours(hybrid_rows, f"{LEGS} --filter 'g in [1,2]'")} == {1, 2}
    assert {number % 2 for number, _ in ours(hybrid_rows, f"{LEGS} --partition odd")} == {1}


def test_a_hit_has_only_the_requested_fields(hybrid_rows: Typed) -> None:
    near = hybrid_rows.json(f"hybrid_search {NAME} {LEGS} --fields body -l 1")
    assert near[0].keys() == {"rank", "id", "distance", "body"}


def test_ranks_and_distances_of_each_leg_stand_beside_the_fused_ones(hybrid_rows: Typed) -> None:
    dense = {row["id"]: row for row in hybrid_rows.json(f"search {NAME} -f dense -v '{json.dumps(DENSE)}' -l 15")}
    texts = {row["id"]: row for row in hybrid_rows.json(f"search {NAME} --text 'white whale' -l 12")}
    found = hybrid_rows.json(f"hybrid_search {NAME} {LEGS} --show-legs -l 20")
    assert list(found[0]) == ["rank", "id", "distance", "dense_rank", "dense_distance", "words_rank", "words_distance"]
    assert {row["id"] for row in found} == dense.keys() | texts.keys() or len(found) == 20
    for row in found:
        for name, leg in (("dense", dense), ("words", texts)):
            hit = leg.get(row["id"])
            assert (row[f"{name}_rank"], row[f"{name}_distance"]) == (
                (hit["rank"], hit["distance"]) if hit else (None, None)
            )
        fused = sum(1 / (60 + row[f"{name}_rank"]) for name in ("dense", "words") if row[f"{name}_rank"])
        assert row["distance"] == pytest.approx(fused, rel=1e-6)


def test_legs_may_search_one_field_twice(hybrid_rows: Typed) -> None:
    vector = json.dumps(OTHER)
    found = hybrid_rows.json(
        f"hybrid_search {NAME} --request 'field=other vector={vector}' --request 'field=other like=7' --show-legs -l 3"
    )
    assert list(found[0])[3:] == ["other_1_rank", "other_1_distance", "other_2_rank", "other_2_distance"]


@pytest.mark.parametrize(
    ("line", "message", "hint", "code"),
    [
        (
            "",
            "no --request is given",
            "give one for each vector: --request 'field=dense vector=@q.json' --request 'text=words to find'",
            2,
        ),
        ("--request 'field=dense vektor=[1]'", "a request has no 'vektor'", "did you mean vector?", 2),
        (
            "--request 'dense'",
            "invalid --request 'dense'",
            'write it as: field=dense vector=@q.json limit=50 params={"ef": 64}',
            2,
        ),
        (
            "--request 'text=white' --rerank weighted:1,2",
            "1 requests and 2 weights",
            "give each --request its weight",
            2,
        ),
        ("--request 'text=white' --rerank rff", "unknown reranker 'rff'", "did you mean rrf?", 2),
        (
            "--request 'text=white' --rerank decay:field=h,function=exp,origin=1,scale=2",
            "hybrid has no field 'h'",
            "fields: id, body, dense, other, g, words",
            1,
        ),
        (
            "--request 'field=dense like=1 metric=L2'",
            "the index of 'dense' has the metric COSINE, not L2",
            "leave --metric out, or rebuild it with `release collection -c hybrid; delete index -c hybrid -in dense "
            "--yes; create index -c hybrid -f dense -t FLAT -m L2; load collection -c hybrid`",
            1,
        ),
        (
            "--request 'field=dense like=1' --request 'field=other vector=[[1,2,3],[4,5,6]]'",
            "the requests have different numbers of queries: 1, 2",
            "",
            2,
        ),
        ("--request 'field=dense like=1 limit=0'", "limit=0 is not a number from 1 to 16384", "", 2),
    ],
)
def test_invalid_options_are_one_line(hybrid_rows: Typed, line: str, message: str, hint: str, code: int) -> None:
    assert hybrid_rows(f"hybrid_search {NAME} {line}") == failed(message, hint, code)


def test_milvus_2_3_says_which_version_has_it(milvus: MilvusServer, tmp_path: Path) -> None:
    typed = typed_on(tmp_path, milvus)
    fill(typed, NAME, ["v:FLOAT_VECTOR:2"], [{"id": 1, "v": [1, 2]}, {"id": 2, "v": [2, 1]}], "-f v -t FLAT -m L2")
    assert typed(f"hybrid_search {NAME} --request 'vector=[1,2]' --request 'vector=[2,1]'") == failed(
        "Milvus 2.3.5 has no hybrid_search (requires Milvus 2.4)"
    )
    assert typed(f"hybrid_search {NAME} --request 'vector=[1,2]' --rerank {DECAY}") == failed(
        "Milvus 2.3.5 has no rerankers that are functions (requires Milvus 2.6)"
    )
    assert typed(f"search {NAME} -v '[1,2]' --rerank {DECAY}") == failed(
        "Milvus 2.3.5 has no rerankers that are functions (requires Milvus 2.6)"
    )
    typed.gone(NAME)


def test_people_see_the_reranker_and_the_time(hybrid_rows: Typed) -> None:
    run = hybrid_rows(f"hybrid_search {NAME} {LEGS} -l 1")
    assert (run.code, run.err) == (0, "")
    assert run.out.splitlines()[-1].endswith(" ms, rrf:60, consistency Strong")
    assert hybrid_rows(f"hybrid_search {NAME} {LEGS} --filter 'g > 9' -o json") == Run(0, "[]\n", "")
