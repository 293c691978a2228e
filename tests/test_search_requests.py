"""Requests of searches, whole, beside those that pymilvus sends for the same: for every type of vector and every form.

That a server answers both alike is tested where one has the type (`support/searched` lists them); here is the rest.
"""

import json
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pymilvus import AnnSearchRequest, Function, FunctionScore, FunctionType, RRFRanker, WeightedRanker

from milvus_cli.schema.kinds import FIELD_TYPES
from milvus_cli.schema.metrics import METRICS as KNOWN_METRICS
from tests.support.grpc_peer import GrpcPeer, replies
from tests.support.official import common_pb2, milvus_pb2, official_client
from tests.support.sent import Sent

NUMBERS = [[1.5, -2.0, 0.25, 3.0, 0.5, -0.125, 8.0, 1.0], [0.0, 1.0, 2.0, -3.0, 4.0, 5.5, 6.0, -7.0]]
WHOLE = [[1, -2, 3, 127, -128, 0, 7, 8], [8, 7, 6, 5, 4, 3, 2, 1]]
SPARSE = [{"3": 0.5, "70000": 1.25}, {"0": 2.0}]
BITS = [[0b10110001], [0b00000001]]

METRICS = {
    "FLOAT_VECTOR": ("L2", "IP", "COSINE"),
    "FLOAT16_VECTOR": ("L2", "IP", "COSINE"),
    "BFLOAT16_VECTOR": ("L2", "IP", "COSINE"),
    "INT8_VECTOR": ("L2", "IP", "COSINE"),
    "BINARY_VECTOR": ("HAMMING", "JACCARD", "SUBSTRUCTURE", "SUPERSTRUCTURE", "TANIMOTO", "MHJACCARD"),
    "SPARSE_FLOAT_VECTOR": ("IP", "BM25"),
}
"""The metrics of Milvus 2.6 for each type: https://milvus.io/docs/metric.md"""

PAIRS = [(kind, metric) for kind, metrics in METRICS.items() for metric in metrics]
FORMS = ("single", "batched", "range", "grouped", "hybrid", "iterator")


def test_no_type_of_vector_is_left_out() -> None:
    assert {each for each in FIELD_TYPES if "VECTOR" in each} == METRICS.keys()


def as_typed(kind: str) -> list[Any]:
    special: dict[str, list[Any]] = {"INT8_VECTOR": WHOLE, "SPARSE_FLOAT_VECTOR": SPARSE, "BINARY_VECTOR": BITS}
    return special.get(kind, NUMBERS)


def as_official(kind: str) -> list[Any]:
    """The same queries as pymilvus takes them."""
    if kind == "SPARSE_FLOAT_VECTOR":
        return [{int(place): value for place, value in each.items()} for each in SPARSE]
    if kind == "BINARY_VECTOR":
        return [bytes(each) for each in BITS]
    dtype = {"FLOAT16_VECTOR": "f2", "INT8_VECTOR": "i1"}.get(kind, "f4")
    return list(np.array(as_typed(kind), dtype=dtype))


@pytest.fixture(scope="module")
def both_clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sent]:
    """A peer that records what pymilvus and this program send."""
    peer = GrpcPeer(
        {
            "GetVersion": replies(milvus_pb2.GetVersionResponse(version="v2.6.2")),
            "ShowPartitions": replies(milvus_pb2.ShowPartitionsResponse(partition_names=["p", "q"])),
            "Search": replies(milvus_pb2.SearchResults()),
            "HybridSearch": replies(milvus_pb2.SearchResults()),
        }
    )
    with peer:
        client = official_client(peer.uri)
        yield Sent(peer, client, tmp_path_factory.mktemp("requests"))
        client.close()


def placeholder(kind: str, queries: list[Any]) -> tuple[str, int, list[bytes]]:
    """As pymilvus takes no bfloat16 without a package of its own, its bytes are told here."""
    values = [b"".join(struct.pack("<f", number)[2:] for number in each) for each in queries]
    return ("$0", common_pb2.PlaceholderType.BFloat16Vector, values)


@pytest.mark.parametrize(("kind", "metric"), PAIRS)
def test_requests_of_every_form_are_those_of_pymilvus(both_clients: Sent, kind: str, metric: str) -> None:
    both_clients.has(kind, metric)
    typed, data = as_typed(kind), as_official(kind)
    if metric == "BM25":
        typed, data = ["white whale", "cats"], ["white whale", "cats"]
    for form in FORMS:
        queries = typed if form == "batched" else typed[:1]
        expected = theirs(both_clients, form, data[: len(queries)], metric)
        found = ours(both_clients, form, queries, metric)
        if kind == "BFLOAT16_VECTOR":
            for each in expected.get("requests", [expected]):
                each["placeholder_group"] = placeholder(kind, queries)
        assert found == expected, form


def ours(sent: Sent, form: str, queries: list[Any], metric: str) -> dict[str, Any]:
    is_text = isinstance(queries[0], str)
    query = [word for each in queries for word in ("--text", each)] if is_text else ["-v", json.dumps(queries)]
    more = {
        "single": [
            "-l",
            "7",
            "--offset",
            "2",
            "--filter",
            "id > 3",
            "--fields",
            "id,body",
            "--partition",
            "p",
            "--partition",
            "q",
            "--metric",
            metric,
            "--params",
            "ef=9",
        ],
        "batched": ["--round-decimal", "3", "--ignore-growing"],
        "range": ["--metric", metric, "--radius", "5", "--consistency", "bounded"],
        "grouped": ["--group-by", "body", "--group-size", "2", "--consistency", "eventually"],
        "iterator": ["--batch-size", "20", "--filter", "id > 3"],
    }
    if form == "hybrid":
        what = f"text={queries[0]}" if is_text else f"vector={json.dumps(queries)}"
        legs = (f'field=v {what} limit=15 metric={metric} params={{"ef": 9}}', f"field=v {what} limit=12 filter=id > 3")
        return sent.ours(
            "hybrid_search",
            "c",
            "--request",
            legs[0],
            "--request",
            legs[1],
            "--fields",
            "id",
            "-l",
            "5",
            "--partition",
            "p",
            "--rerank",
            "weighted:0.7,0.3",
            method="HybridSearch",
        )
    return sent.ours("search_iterator" if form == "iterator" else "search", "c", *query, *more[form])


def theirs(sent: Sent, form: str, data: list[Any], metric: str) -> dict[str, Any]:
    client = sent.client
    with_metric = {"metric_type": metric, "params": {"ef": 9}}
    if form == "hybrid":
        legs = [AnnSearchRequest(data, "v", with_metric, 15), AnnSearchRequest(data, "v", {}, 12, expr="id > 3")]
        client.hybrid_search(
            "c",
            legs,
            WeightedRanker(0.7, 0.3),
            limit=5,
            output_fields=["id"],
            partition_names=["p"],
            consistency_level="Strong",
        )
        return sent.theirs("HybridSearch")
    options: dict[str, Any] = {
        "single": {
            "limit": 7,
            "filter": "id > 3",
            "output_fields": ["id", "body"],
            "partition_names": ["p", "q"],
            "search_params": {**with_metric, "offset": 2},
        },
        "batched": {"limit": 10, "search_params": {"ignore_growing": True}, "round_decimal": 3},
        "range": {
            "limit": 10,
            "search_params": {"metric_type": metric, "params": {"radius": 5.0}},
            "consistency_level": "Bounded",
        },
        "grouped": {"limit": 10, "group_by_field": "body", "group_size": 2, "consistency_level": "Eventually"},
        # pymilvus walks by marks of the server; ours asks for a number of nearest rows, as any search.
        "iterator": {"limit": 20, "filter": "id > 3"},
    }[form]
    client.search("c", data, anns_field="v", **{"consistency_level": "Strong", **options})
    return sent.theirs()


DISTANCES = ["L2", "HAMMING", "JACCARD", "SUBSTRUCTURE", "SUPERSTRUCTURE", "TANIMOTO"]
DISTANCES += ["MAX_SIM_L2", "MAX_SIM_HAMMING", "MAX_SIM_JACCARD"]
SIMILARITIES = ["IP", "COSINE", "BM25", "MHJACCARD", "MAX_SIM", "MAX_SIM_IP", "MAX_SIM_COSINE"]
"""As Milvus's PositivelyRelated tells them apart: https://github.com/milvus-io/milvus/tree/master/pkg/util/metric"""


def test_every_metric_is_a_distance_or_a_similarity() -> None:
    assert sorted(DISTANCES + SIMILARITIES) == sorted(KNOWN_METRICS)


@pytest.mark.parametrize(
    ("metric", "radius", "nearest"),
    [(each, 10.0, 1.0) for each in DISTANCES] + [(each, 1.0, 10.0) for each in SIMILARITIES],
)
def test_the_radius_of_a_range_is_its_far_end(both_clients: Sent, metric: str, radius: float, nearest: float) -> None:
    both_clients.has("FLOAT_VECTOR", metric)
    query = ["--text", "white whale"] if metric == "BM25" else ["-v", json.dumps(NUMBERS[0])]
    ranged = ["search", "c", *query]
    found = both_clients.ours(*ranged, "--radius", str(radius), "--range-filter", str(nearest))
    assert found["search_params"]["params"] == {"radius": radius, "range_filter": nearest}

    refused = both_clients.run(*ranged, "--radius", str(nearest), "--range-filter", str(radius))
    assert (refused.code, "the radius is the far end" in refused.err) == (2, True)


RERANKERS: list[tuple[list[str], Any]] = [
    (["rrf:7"], RRFRanker(7)),
    (["weighted:0.5,2,norm_score=false"], WeightedRanker(0.5, 2, norm_score=False)),
    (
        ["decay:field=id,function=exp,origin=10,scale=3,offset=1,decay=0.5"],
        ("decay", ["id"], {"function": "exp", "origin": 10, "scale": 3, "offset": 1, "decay": 0.5}),
    ),
    (["boost:weight=1.5,filter=id in [1, 2]"], ("boost", [], {"weight": 1.5, "filter": "id in [1, 2]"})),
    (
        ['model:field=body,provider=tei,queries=["white whale"],endpoint=http://x:80'],
        ("model", ["body"], {"provider": "tei", "queries": ["white whale"], "endpoint": "http://x:80"}),
    ),
]


@pytest.mark.parametrize(("given", "ranker"), RERANKERS, ids=lambda each: str(each)[:12])
def test_rerankers_travel_as_those_of_pymilvus(both_clients: Sent, given: list[str], ranker: Any) -> None:
    both_clients.has("FLOAT_VECTOR", "L2")
    options = [word for each in given for word in ("--rerank", each)]
    if isinstance(ranker, tuple):
        name, fields, params = ranker
        ranker = Function(name, FunctionType.RERANK, fields, params={"reranker": name, **params})
        both_clients.client.search(
            "c", NUMBERS[:1], anns_field="v", limit=10, consistency_level="Strong", ranker=ranker
        )
        expected = both_clients.theirs()
        assert both_clients.ours("search", "c", "-v", json.dumps(NUMBERS[0]), *options) == expected
    legs = [AnnSearchRequest(NUMBERS[:1], "v", {}, 10)] * 2
    both_clients.client.hybrid_search("c", legs, ranker, limit=10, consistency_level="Strong")
    expected = both_clients.theirs("HybridSearch")
    leg = f"vector={json.dumps(NUMBERS[0])}"
    assert (
        both_clients.ours("hybrid_search", "c", "--request", leg, "--request", leg, *options, method="HybridSearch")
        == expected
    )


def test_several_boosts_travel_as_one_score(both_clients: Sent) -> None:
    both_clients.has("FLOAT_VECTOR", "L2")
    boosts = [
        Function("boost", FunctionType.RERANK, [], params={"reranker": "boost", "weight": weight, **more})
        for weight, more in ((2, {"filter": "id > 3"}), (0.5, {"random_score": {"seed": 7}}))
    ]
    score = FunctionScore(boosts, params={"boost_mode": "Sum", "function_mode": "Multiply"})
    both_clients.client.search("c", NUMBERS[:1], anns_field="v", limit=10, consistency_level="Strong", ranker=score)
    expected = both_clients.theirs()
    assert (
        both_clients.ours(
            "search",
            "c",
            "-v",
            json.dumps(NUMBERS[0]),
            "--rerank",
            "boost:weight=2,filter=id > 3,boost_mode=Sum",
            "--rerank",
            'boost:weight=0.5,random_score={"seed": 7},function_mode=Multiply',
        )
        == expected
    )
