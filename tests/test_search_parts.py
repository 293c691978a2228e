"""Parts of searches: legs and rerankers as text, histograms, parameters, sizes of requests."""

import math

import pytest

from milvus_cli.errors import InvalidInput
from milvus_cli.search.histogram import Bin, Gap, bars, bins, largest_gap
from milvus_cli.search.legs import leg_text, parse_leg
from milvus_cli.search.options import parse_params
from milvus_cli.search.request import Queries, Search
from milvus_cli.search.reranker_text import parse_rerankers
from milvus_cli.search.rerankers import Reranker


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("field=dense vector=@q.json limit=50", {"field": "dense", "vector": "@q.json", "limit": "50"}),
        ('vector=[1, 2, 3] params={"ef": 64} limit=5', {"vector": "[1, 2, 3]", "params": '{"ef": 64}', "limit": "5"}),
        (
            'text=the white whale filter=a == 1 and b = "x limit=3"',
            {"text": "the white whale", "filter": 'a == 1 and b = "x limit=3"'},
        ),
        ("text='limit=3 field=x' like=7", {"text": "limit=3 field=x", "like": "7"}),
        ('filter=text=="a" text=b', {"filter": 'text=="a"', "text": "b"}),
        ("range-filter=0.5 radius=1", {"range_filter": "0.5", "radius": "1"}),
        ('{"field": "dense", "vector": [1, 2], "limit": 5}', {"field": "dense", "vector": "[1, 2]", "limit": "5"}),
    ],
)
def test_a_leg_is_read(text: str, values: dict[str, str]) -> None:
    assert parse_leg(text) == values
    assert parse_leg(leg_text(values)) == values or "limit=3" in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "invalid --request ''"),
        ("dense vector=[1]", "invalid --request 'dense vector=[1]'"),
        ("field=a field=b", "a request gives field twice"),
        ("fields=a", "a request has no 'fields'"),
        ("{", "--request is not JSON: "),
        ('{"field": "a", "vector": [1], "vector": [2]}', "--request: repeated key 'vector'"),
    ],
)
def test_an_invalid_leg_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidInput) as failure:
        parse_leg(text)
    assert failure.value.message.startswith(message)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rrf", Reranker("rrf", {"k": 60})),
        ("RRF:7", Reranker("rrf", {"k": 7})),
        ("weighted:0.7, 1", Reranker("weighted", {"weights": [0.7, 1], "norm_score": True})),
        ("weighted:1,2,norm_score=false", Reranker("weighted", {"weights": [1, 2], "norm_score": False})),
        (
            "decay:field=year,function=exp,origin=2000,scale=2",
            Reranker("decay", {"function": "exp", "origin": "2000", "scale": "2"}, ("year",)),
        ),
        (
            'boost:weight=1.5,filter=g in [1, 2] and t == "a,weight=3",boost_mode=Sum',
            Reranker(
                "boost", {"weight": "1.5", "filter": 'g in [1, 2] and t == "a,weight=3"'}, (), {"boost_mode": "Sum"}
            ),
        ),
        (
            'boost:weight=0.5, random_score={"seed": 7, "field": "id"}',
            Reranker("boost", {"weight": "0.5", "random_score": '{"seed": 7, "field": "id"}'}),
        ),
        (
            'model:field=body,provider=vllm,queries=["a", "b"],endpoint=http://x:1',
            Reranker("model", {"provider": "vllm", "queries": '["a", "b"]', "endpoint": "http://x:1"}, ("body",)),
        ),
    ],
)
def test_a_reranker_is_read(text: str, found: Reranker) -> None:
    assert parse_rerankers([text], 2) == [found]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("rff", "unknown reranker 'rff'", "did you mean rrf?"),
        ("none", "unknown reranker 'none'", "there are rrf, weighted, decay, boost, model"),
        ("rrf:x", "invalid reranker 'rrf:x': 'x' is not a number", "write rrf:60, or weighted:0.7,0.3"),
        ("weighted:1", "2 requests and 1 weights", "give each --request its weight"),
        (
            "decay:x",
            "invalid reranker 'decay:x'",
            "write decay:field=year,function=gauss,origin=2000,scale=10,offset=1,decay=0.5",
        ),
        (
            "decay:field=g,function=gauss,orgin=3,scale=2",
            "the reranker decay has no parameter 'orgin'",
            "did you mean origin?",
        ),
        (
            "decay:field=g,function=gauss",
            "the reranker decay needs origin, scale",
            "it needs field, function, origin, scale, and takes offset, decay: "
            "decay:field=year,function=gauss,origin=2000,scale=10,offset=1,decay=0.5",
        ),
        (
            "decay:field=g,function=gaus,origin=3,scale=2",
            "invalid reranker: function=gaus",
            "function is one of gauss, exp, linear",
        ),
        ("boost:weight=1,boost_mode=max", "invalid reranker: boost_mode=max", "boost_mode is one of multiply, sum"),
        (
            "boost:weight=much",
            "invalid reranker 'boost:weight=much': 'much' is not a number",
            "write boost:weight=1.5,filter=year > 2000",
        ),
        ("model:field=t,provider=x,queries=white", "invalid reranker: queries=white", 'write queries=["white whale"]'),
        (
            "boost",
            "the reranker boost needs weight",
            "it needs weight, and takes filter, random_score, boost_mode, function_mode: "
            "boost:weight=1.5,filter=year > 2000",
        ),
    ],
)
def test_an_invalid_reranker_is_refused_with_the_valid_ones(text: str, message: str, hint: str) -> None:
    with pytest.raises(InvalidInput) as failure:
        parse_rerankers([text], 2)
    assert (failure.value.message, failure.value.hint) == (message, hint)


def test_one_search_takes_no_reranker_of_several_and_several_take_one() -> None:
    with pytest.raises(InvalidInput, match="rrf makes one list of several searches' hits, and search has one"):
        parse_rerankers(["rrf:60"], 0)
    with pytest.raises(InvalidInput, match="rrf and weighted cannot be combined"):
        parse_rerankers(["rrf:60", "weighted:1,2"], 2)


def test_parameters_are_read_in_three_forms() -> None:
    assert parse_params(['{"ef": 9}', "nprobe=3", "level:2", "name=x:y", "flag=true"]) == {
        "ef": 9,
        "nprobe": 3,
        "level": 2,
        "name": "x:y",
        "flag": True,
    }


def test_the_largest_gap_is_the_nearest_of_equal_ones() -> None:
    assert largest_gap([1.0, 2.0, 4.0, 6.0]) == Gap(2, 2.0, 4.0)
    assert largest_gap([0.9, 0.8, 0.2]) == Gap(2, 0.8, 0.2)
    assert largest_gap([1.0, 1.0]) is None
    assert largest_gap([]) is None


def test_a_histogram_begins_with_the_nearest_and_marks_the_gap_once() -> None:
    distances = [1.0, 1.5, 4.0, 5.0]
    gap = largest_gap(distances)
    found = bins(distances, gap, count=4)
    assert found == [Bin(1, 2, 2, gap=False), Bin(2, 3, 0, gap=True), Bin(3, 4, 0, gap=True), Bin(4, 5, 2, gap=False)]
    assert bars(found, gap) == ["█" * 40, "◀ largest gap", "", "█" * 40]


def test_bins_hold_similarities_equal_distances_and_none() -> None:
    assert [each.low for each in bins([0.9, 0.5, 0.1], None, count=2)] == [0.5, 0.1]
    assert bins([3.0, 3.0], None) == [Bin(3, 3, 2, gap=False)]
    assert bins([math.nan], None) == []


def test_a_gap_within_one_bin_is_marked_once() -> None:
    narrow = bins([1.0, 1.4, 2.0], largest_gap([1.0, 1.4, 2.0]), count=2)
    assert [bar.count("◀") for bar in bars(narrow, largest_gap([1.0, 1.4, 2.0]))] == [1, 0]


def test_queries_are_cut_by_hits_and_by_bytes() -> None:
    def sizes(count: int, limit: int, size: int) -> list[int]:
        search = Search("c", "v", Queries(101, [b"x" * size] * count), limit=limit)
        return [len(each.queries) for each in search.chunks()]

    assert sizes(2500, 10, 8) == [1000, 1000, 500]
    assert sizes(3, 16_384, 8) == [1, 1, 1]
    assert sizes(20_000, 1, 8) == [10_000, 10_000]
    assert sizes(3, 1, 12 << 20) == [1, 1, 1]
