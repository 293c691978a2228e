"""What searches are made of: legs and rerankers as text, histograms, parameters, sizes of requests."""

import math

import pytest

from milvus_cli.errors import InvalidInput
from milvus_cli.rpc.hybrid import Reranker, parse_reranker
from milvus_cli.rpc.operations import is_older
from milvus_cli.rpc.search import Queries, Search
from milvus_cli.search.histogram import Bin, Gap, bars, bins, largest_gap
from milvus_cli.search.legs import leg_text, parse_leg
from milvus_cli.tasks.searching import parse_params


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("field=dense vector=@q.json limit=50", {"field": "dense", "vector": "@q.json", "limit": "50"}),
        ('vector=[1, 2, 3] params={"ef": 64} limit=5', {"vector": "[1, 2, 3]", "params": '{"ef": 64}', "limit": "5"}),
        ('text=the white whale filter=a == 1 and b = "x limit=3"',
         {"text": "the white whale", "filter": 'a == 1 and b = "x limit=3"'}),
        ("text='limit=3 field=x' like=7", {"text": "limit=3 field=x", "like": "7"}),
        ('filter=text=="a" text=b', {"filter": 'text=="a"', "text": "b"}),
        ("range-filter=0.5 radius=1", {"range_filter": "0.5", "radius": "1"}),
        ('{"field": "dense", "vector": [1, 2], "limit": 5}', {"field": "dense", "vector": "[1, 2]", "limit": "5"}),
    ],
)  # fmt: skip
def test_a_leg_is_read(text: str, values: dict[str, str]) -> None:
    assert parse_leg(text) == values
    assert parse_leg(leg_text(values)) == values or "limit=3" in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "bad --request ''"),
        ("dense vector=[1]", "bad --request 'dense vector=[1]'"),
        ("field=a field=b", "a request gives field twice"),
        ("fields=a", "a request has no 'fields'"),
        ("{", "--request is not JSON: "),
    ],
)
def test_a_leg_that_can_not_be_meant_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidInput) as failure:
        parse_leg(text)
    assert failure.value.message.startswith(message)


def test_rerankers_are_read() -> None:
    assert parse_reranker("rrf", 2) == Reranker("rrf", {"k": 60})
    assert parse_reranker("RRF:7", 2) == Reranker("rrf", {"k": 7})
    assert parse_reranker("weighted:0.7, 1", 2) == Reranker("weighted", {"weights": [0.7, 1], "norm_score": True})
    assert parse_reranker("weighted:1,norm_score=false", 1) == Reranker(
        "weighted", {"weights": [1], "norm_score": False}
    )
    assert parse_reranker("decay:field=a+b,scale=2", 2) == Reranker(
        "decay", {"reranker": "decay", "scale": "2"}, ["a", "b"]
    )
    for text, message in (("rrf:x", "bad reranker 'rrf:x': 'x' is no number"), ("decay:x", "bad reranker 'decay:x'")):
        with pytest.raises(InvalidInput) as failure:
            parse_reranker(text, 2)
        assert failure.value.message == message


def test_parameters_are_read_in_three_forms() -> None:
    assert parse_params(['{"ef": 9}', "nprobe=3", "level:2", "name=x:y", "flag=true"]) == {
        "ef": 9, "nprobe": 3, "level": 2, "name": "x:y", "flag": True
    }  # fmt: skip


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
    assert [each.low for each in bins([0.9, 0.5, 0.1], None, count=2)] == [0.5, 0.1]
    assert bins([3.0, 3.0], None) == [Bin(3, 3, 2, gap=False)]
    assert bins([math.nan], None) == []
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


def test_versions_are_compared() -> None:
    assert is_older("v2.3.5-lite", "2.4")
    assert not is_older("v2.4.0", "2.4")
    assert not is_older("2.10", "2.4")
    assert not is_older("milvus_lite-3.2.2", "2.4")
    assert not is_older("unknown", "2.4")
