"""What newer servers take beside the query: requests as pymilvus composes them, answers as they are shown, refusals."""

import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pymilvus import DataType, LexicalHighlighter
from pymilvus.client.embedding_list import EmbeddingList
from pymilvus.client.search_aggregation import SearchAggregation, TopHits
from pymilvus.function_chain import FunctionChain, FunctionChainStage, col, fn

from milvus_cli.text.floats import shortest
from tests.support.cli import Run
from tests.support.grpc_peer import GrpcPeer, replies
from tests.support.lite_server import LiteServer
from tests.support.official import common_pb2, milvus_pb2, official_client, schema_pb2
from tests.support.recorder import run_here
from tests.support.searched import fill, typed_on
from tests.support.sent import Sent, said
from tests.support.typed import Typed

NAME = "shop"
VECTOR = [1.0, 2.0]
QUERY = ["-v", "[1, 2]"]
NESTED = [[1.0, 0.0], [0.0, 1.0]]
VERSION = milvus_pb2.GetVersionResponse(version="v3.0.1")


def shop() -> schema_pb2.CollectionSchema:
    """A collection with texts, their BM25 vectors, JSON, a vector, and a struct array."""
    schema = schema_pb2.CollectionSchema(name=NAME)
    for number, (name, kind) in enumerate(
        {
            "id": schema_pb2.Int64,
            "body": schema_pb2.VarChar,
            "note": schema_pb2.VarChar,
            "price": schema_pb2.Double,
            "info": schema_pb2.JSON,
            "v": schema_pb2.FloatVector,
            "words": schema_pb2.SparseFloatVector,
        }.items(),
        start=100,
    ):
        field = schema.fields.add(name=name, data_type=kind, fieldID=number, is_primary_key=name == "id")
        field.is_function_output = name == "words"
        for key in {"v": ["dim"], "body": ["max_length", "enable_match"], "note": ["max_length"]}.get(name, []):
            field.type_params.add(key=key, value={"dim": "2", "max_length": "99"}.get(key, "true"))
    schema.functions.add(name="f", type=schema_pb2.BM25, input_field_names=["body"], output_field_names=["words"])
    struct = schema.struct_array_fields.add(name="chunks", fieldID=110)
    text = struct.fields.add(
        name="chunks[txt]", data_type=schema_pb2.Array, element_type=schema_pb2.VarChar, fieldID=111
    )
    inner = {"max_capacity": "9", "max_length": "99", "dim": "2"}
    vectors = [
        struct.fields.add(
            name=f"chunks[{name}]",
            data_type=schema_pb2.ArrayOfVector,
            element_type=schema_pb2.FloatVector,
            fieldID=number,
        )
        for number, name in ((112, "emb"), (113, "one"))
    ]
    for field, keys in ((text, ("max_capacity", "max_length")), *((each, ("max_capacity", "dim")) for each in vectors)):
        for key in keys:
            field.type_params.add(key=key, value=inner[key])
    return schema


METRICS = {"v": "COSINE", "words": "BM25", "chunks[emb]": "MAX_SIM_COSINE", "chunks[one]": "COSINE"}


def shop_indexes() -> milvus_pb2.DescribeIndexResponse:
    answer = milvus_pb2.DescribeIndexResponse()
    for field, metric in METRICS.items():
        index = answer.index_descriptions.add(field_name=field, index_name=field)
        for key, value in (("index_type", "HNSW"), ("metric_type", metric)):
            index.params.add(key=key, value=value)
    return answer


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sent]:
    """A peer that says it is Milvus 3.0, with the collection `shop`."""
    described = milvus_pb2.DescribeCollectionResponse(schema=shop(), collection_name=NAME, collectionID=1)
    peer = GrpcPeer(
        {
            "GetVersion": replies(VERSION),
            "DescribeCollection": replies(described),
            "DescribeIndex": replies(shop_indexes()),
            "Search": replies(milvus_pb2.SearchResults()),
            "HybridSearch": replies(milvus_pb2.SearchResults()),
        }
    )
    with peer:
        client = official_client(peer.uri)
        yield Sent(peer, client, tmp_path_factory.mktemp("extras"))
        client.close()


CHAIN = {
    "name": "fresh",
    "ops": [
        {
            "op": "map",
            "outputs": ["age"],
            "expr": {
                "name": "decay",
                "args": [{"column": "price"}],
                "params": {"function": "exp", "origin": 10, "scale": 2, "offset": 0, "decay": 0.5},
            },
        },
        {
            "op": "map",
            "outputs": ["$score"],
            "expr": {
                "name": "num_combine",
                "args": [{"column": "$score"}, {"column": "age"}],
                "params": {"mode": "weighted", "weights": [0.7, 0.3]},
            },
        },
        {
            "op": "sort",
            "inputs": ["$score", "$id"],
            "params": {"column": "$score", "desc": True, "tie_break_col": "$id"},
        },
        {"op": "limit", "params": {"limit": 5, "offset": 0}},
    ],
}
OFFICIAL_CHAIN = (
    FunctionChain(FunctionChainStage.L2_RERANK, name="fresh")
    .map("age", fn.decay(col("price"), function="exp", origin=10, scale=2))
    .map("$score", fn.num_combine(col("$score"), col("age"), mode="weighted", weights=[0.7, 0.3]))
    .sort("$score", desc=True, tie_break_col="$id")
    .limit(5)
)
AGGREGATION = {
    "fields": ["body"],
    "size": 3,
    "metrics": {"mean": {"avg": "price"}, "rows": {"count": "*"}},
    "order": [{"mean": "desc"}, {"_count": "asc"}],
    "top_hits": {"size": 2, "sort": [{"_score": "desc"}]},
    "sub_aggregation": {"fields": ["price"], "size": 2},
}
OFFICIAL_AGGREGATION = SearchAggregation(
    ["body"],
    3,
    metrics={"mean": {"avg": "price"}, "rows": {"count": "*"}},
    order=[{"mean": "desc"}, {"_count": "asc"}],
    top_hits=TopHits(2, sort=[{"_score": "desc"}]),
    sub_aggregation=SearchAggregation(["price"], 2),
)
TEXT = {"data": ["white whale"], "anns_field": "words"}
VECTORS = {"data": [VECTOR], "anns_field": "v"}
FILTER = "text_match(body, 'white \\'whale\\'') and TEXT_MATCH( body,\"sea\")"

CASES: Mapping[str, tuple[list[str], dict[str, Any]]] = {
    "analyzer": (
        ["--text", "white whale", "--analyzer", "english"],
        {**TEXT, "search_params": {"analyzer_name": "english"}},
    ),
    "times": (
        [*QUERY, "--timezone", "Europe/Rome", "--time-fields", "year,month"],
        {**VECTORS, "timezone": "Europe/Rome", "time_fields": "year,month"},
    ),
    "strict groups": (
        [*QUERY, "--group-by", "body", "--group-size", "2", "--strict-group-size"],
        {**VECTORS, "group_by_field": "body", "group_size": 2, "strict_group_size": True},
    ),
    "groups by JSON": (
        [*QUERY, "--group-by", 'info["author"]', "--group-as", "varchar"],
        {**VECTORS, "group_by_field": "info", "json_path": 'info["author"]', "json_type": DataType.VARCHAR},
    ),
    "order": (
        [*QUERY, "--order-by", "price:desc", "--order-by", 'info["a:b"]'],
        {
            **VECTORS,
            "order_by_fields": [{"field": "price", "order": "desc"}, {"field": 'info["a:b"]', "order": "asc"}],
        },
    ),
    "keys": (["--ids", "7,9", "-f", "v"], {"ids": [7, 9], "anns_field": "v"}),
    "namespace": ([*QUERY, "--namespace", "tenant"], {**VECTORS, "namespace": "tenant"}),
    "chain": ([*QUERY, "--chain", json.dumps(CHAIN)], {**VECTORS, "function_chains": OFFICIAL_CHAIN}),
    "aggregation": (
        [*QUERY, "--aggregate", json.dumps(AGGREGATION)],
        {**VECTORS, "search_aggregation": OFFICIAL_AGGREGATION},
    ),
    "highlighted search text": (
        shlex.split(
            "--text 'white whale' --highlight body --pre-tag { --post-tag } --fragment-size 30 --fragments 2 "
            "--fragment-offset 5"
        ),
        {
            **TEXT,
            "highlighter": LexicalHighlighter(
                highlight_search_text=True,
                pre_tags=["{"],
                post_tags=["}"],
                fragment_size=30,
                num_of_fragments=2,
                fragment_offset=5,
            ),
        },
    ),
    "highlighted words": (
        [*QUERY, "--highlight", "body=white whale"],
        {
            **VECTORS,
            "highlighter": LexicalHighlighter(
                highlight_query=[{"type": "TextMatch", "field": "body", "text": "white whale"}]
            ),
        },
    ),
    "highlighted filter": (
        [*QUERY, "--highlight", "body", "--filter", FILTER],
        {
            **VECTORS,
            "filter": FILTER,
            "highlighter": LexicalHighlighter(
                highlight_query=[
                    {"type": "TextMatch", "field": "body", "text": text} for text in ("white 'whale'", "sea")
                ]
            ),
        },
    ),
    "templates": (
        shlex.split(
            "-v [1,2] --filter 'price > {low} and body in { names } and id != {no} and body like {start}' "
            """--param low=1.5 --param 'names=["a","b"]' --param no=7 --param start=A%"""
        ),
        {
            **VECTORS,
            "filter": 'price > {low} and body in {names} and id != {no} and body like "A%"',
            "filter_params": {"low": 1.5, "names": ["a", "b"], "no": 7},
        },
    ),
    "elements": (
        ["-f", "chunks[one]", "-v", json.dumps(NESTED), "--fields", "chunks[txt]"],
        {"data": NESTED, "anns_field": "chunks[one]", "output_fields": ["chunks[txt]"]},
    ),
    "lists of vectors": (
        ["-f", "chunks[emb]", "-v", json.dumps(NESTED), "-v", json.dumps([VECTOR])],
        {
            "data": [EmbeddingList(np.array(each, dtype="f4")) for each in (NESTED, [VECTOR])],
            "anns_field": "chunks[emb]",
        },
    ),
    "range of lists": (
        ["-f", "chunks[emb]", "-v", json.dumps(NESTED), "--metric", "max_sim_cosine", "--radius", "0.5"],
        {
            "data": [EmbeddingList(np.array(NESTED, dtype="f4"))],
            "anns_field": "chunks[emb]",
            "search_params": {"metric_type": "MAX_SIM_COSINE", "params": {"radius": 0.5}},
        },
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_requests_are_those_of_pymilvus(newer: Sent, case: str) -> None:
    argv, options = CASES[case]
    newer.client.search(NAME, limit=10, consistency_level="Strong", **{"filter": "", "search_params": {}, **options})
    expected = newer.theirs()
    field = [] if "-f" in argv else ["-f", options["anns_field"]]
    assert newer.ours("search", NAME, *argv, *field) == expected


def test_legs_have_analyzers_and_times_like_those_of_pymilvus(newer: Sent) -> None:
    run = newer.run(
        *["hybrid_search", NAME, "--request", "field=words text=whale analyzer=english", "--request"],
        *["field=v vector=[1,2]", "--timezone", "Europe/Rome", "--group-by", "body", "--strict-group-size"],
        *["--namespace", "tenant"],
    )
    assert run.code == 0, run
    found = said(newer.peer.requests("HybridSearch")[0])
    legs = [each["search_params"] for each in found["requests"]]
    assert [(each.get("analyzer_name"), each["timezone"]) for each in legs] == [
        ("english", "Europe/Rome"),
        (None, "Europe/Rome"),
    ]
    assert (found["rank_params"]["strict_group_size"], found["namespace"]) == ("True", "tenant")


def hit_answer(count: int = 2) -> schema_pb2.SearchResultData:
    """The nearest hits of one query, with keys from 1."""
    results = schema_pb2.SearchResultData(num_queries=1, top_k=count, topks=[count], scores=[0.5] * count)
    results.ids.int_id.data.extend(range(1, count + 1))
    return results


def texts(name: str, values: list[str]) -> schema_pb2.FieldData:
    column = schema_pb2.FieldData(type=schema_pb2.VarChar, field_name=name)
    column.scalars.string_data.data.extend(values)
    return column


def highlighted() -> schema_pb2.SearchResultData:
    results = hit_answer()
    results.fields_data.append(texts("body", ["a white whale", "a horse"]))
    found = results.highlight_results.add(field_name="body")
    found.datas.add(fragments=["a <em>white</em>", "<em>whale</em>"], scores=[1.0, 0.5])
    found.datas.add()
    return results


def answer(newer: Sent, results: schema_pb2.SearchResultData) -> None:
    newer.peer.handlers["Search"] = replies(milvus_pb2.SearchResults(results=results))


def shown(newer: Sent, argv: list[str], form: str) -> str:
    newer.peer.calls.clear()
    run = run_here(["search", NAME, *argv, "-o", form], newer.home, newer.peer.uri)
    assert run.code == 0, run
    return run.out


HIGHLIGHT = ["--text", "white whale", "--highlight", "body", "--fields", "body"]
HIGHLIGHTED = {
    "table": """\
╭──────┬────┬──────────┬────────────────────────────────────────┬───────────────╮
│ rank │ id │ distance │ body_highlight                         │ body          │
├──────┼────┼──────────┼────────────────────────────────────────┼───────────────┤
│    1 │  1 │      0.5 │ ["a <em>white</em>", "<em>whale</em>"] │ a white whale │
│    2 │  2 │      0.5 │ []                                     │ a horse       │
╰──────┴────┴──────────┴────────────────────────────────────────┴───────────────╯
""",
    "vertical": """\
-[ 1 ]-
rank           | 1
id             | 1
distance       | 0.5
body_highlight | ["a <em>white</em>", "<em>whale</em>"]
body           | a white whale
-[ 2 ]-
""",
    "json": """\
[
  {"rank": 1, "id": 1, "distance": 0.5, "body_highlight": ["a <em>white</em>", "<em>whale</em>"], \
"body": "a white whale"},
  {"rank": 2, "id": 2, "distance": 0.5, "body_highlight": [], "body": "a horse"}
]
""",
    "jsonl": """\
{"rank": 1, "id": 1, "distance": 0.5, "body_highlight": ["a <em>white</em>", "<em>whale</em>"], \
"body": "a white whale"}
{"rank": 2, "id": 2, "distance": 0.5, "body_highlight": [], "body": "a horse"}
""",
    "csv": """\
rank,id,distance,body_highlight,body
1,1,0.5,"[""a <em>white</em>"", ""<em>whale</em>""]",a white whale
2,2,0.5,[],a horse
""",
}


@pytest.mark.parametrize("form", HIGHLIGHTED)
def test_highlights_are_shown_in_every_format(newer: Sent, form: str) -> None:
    answer(newer, highlighted())
    assert shown(newer, HIGHLIGHT, form).startswith(HIGHLIGHTED[form])


def test_hits_without_highlights_have_none(newer: Sent) -> None:
    answer(newer, hit_answer(1))
    assert shown(newer, ["--text", "whale", "--highlight", "body"], "jsonl") == (
        '{"rank": 1, "id": 1, "distance": 0.5, "body_highlight": null}\n'
    )


def test_words_to_highlight_must_come_from_somewhere(newer: Sent) -> None:
    run = newer.run("search", NAME, *QUERY, "-f", "v", "--highlight", "body")
    assert (run.code, newer.peer.requests("Search")) == (2, [])
    assert json.loads(run.err)["error"] == {
        "code": 2,
        "message": "nothing to highlight in 'body': it is not searched by --text, and the filter has no "
        "text_match of it",
        "hint": "give the words: --highlight 'body=WORDS'",
        "server_code": None,
    }

    missing = newer.run("search", NAME, *QUERY, "-f", "v", "--highlight", "bodi=x")
    assert (missing.code, "did you mean body?" in missing.err) == (1, True), missing


def with_chunks(results: schema_pb2.SearchResultData) -> schema_pb2.SearchResultData:
    """As servers answer who asks for some fields of a struct array: with the struct array, which has only these."""
    column = results.fields_data.add(type=schema_pb2.ArrayOfStruct, field_name="chunks")
    inner = column.struct_arrays.fields.add(type=schema_pb2.Array, field_name="txt")
    inner.scalars.array_data.element_type = schema_pb2.VarChar
    for row in (["a", "b"], ["c"]):
        inner.scalars.array_data.data.add().string_data.data.extend(row)
    return results


def test_each_hit_among_elements_has_the_index_of_its_element(newer: Sent) -> None:
    results = with_chunks(hit_answer())
    results.element_indices.data.extend([1, 0])
    answer(newer, results)
    argv = ["-f", "chunks[one]", "-v", "[1,2]", "--fields", "chunks[txt]"]
    assert shown(newer, argv, "csv") == (
        'rank,id,distance,element,chunks[txt]\n1,1,0.5,1,"[""a"", ""b""]"\n2,2,0.5,0,"[""c""]"\n'
    )
    assert [json.loads(line)["element"] for line in shown(newer, argv, "jsonl").splitlines()] == [1, 0]


def test_hits_by_lists_of_vectors_are_rows_without_an_element(newer: Sent) -> None:
    answer(newer, with_chunks(hit_answer()))
    argv = ["-f", "chunks[emb]", "-v", json.dumps(NESTED), "--fields", "chunks"]
    assert shown(newer, argv, "jsonl") == (
        '{"rank": 1, "id": 1, "distance": 0.5, "chunks": [{"txt": "a"}, {"txt": "b"}]}\n'
        '{"rank": 2, "id": 2, "distance": 0.5, "chunks": [{"txt": "c"}]}\n'
    )


@pytest.mark.parametrize("slot", ["group_by_field_value", "group_by_field_values"])
def test_hits_show_their_group(newer: Sent, slot: str) -> None:
    results = hit_answer()
    column = texts("info", ["Melville", "Austen"])
    if slot == "group_by_field_value":
        results.group_by_field_value.CopyFrom(column)
    else:
        results.group_by_field_values.append(column)
    answer(newer, results)
    assert shown(newer, [*QUERY, "-f", "v", "--group-by", 'info["author"]'], "csv") == (
        'rank,id,distance,"info[""author""]"\n1,1,0.5,Melville\n2,2,0.5,Austen\n'
    )


def aggregated() -> schema_pb2.SearchResultData:
    results = schema_pb2.SearchResultData(num_queries=1, agg_topks=[2])
    for name, count in (("whale", 3), ("horse", 1)):
        bucket = results.agg_buckets.add(count=count)
        bucket.key.add(field_name="body", string_val=name)
        bucket.metrics["mean"].double_val = count / 2
        bucket.metrics["rows"].int_val = count
        hit = bucket.hits.add(int_pk=count, score=0.1)
        hit.fields.add(field_name="price", double_val=2.5)
        inner = bucket.sub_groups.add(count=count)
        inner.key.add(field_name="price", string_val="2.5")
    return results


def test_buckets_are_rows_with_their_metrics_hits_and_groups(newer: Sent) -> None:
    answer(newer, aggregated())
    argv = [*QUERY, "-f", "v", "--aggregate", json.dumps(AGGREGATION)]
    assert json.loads(shown(newer, argv, "jsonl").splitlines()[0]) == {
        "body": "whale",
        "count": 3,
        "mean": 1.5,
        "rows": 3,
        "hits": [{"id": 3, "distance": 0.1, "price": 2.5}],
        "groups": [{"price": "2.5", "count": 3}],
    }
    assert shown(newer, argv, "csv").splitlines()[0] == "body,count,mean,rows,hits,groups"
    plain = json.dumps({"fields": ["body"], "size": 2, "metrics": {"rows": {"count": "*"}}})
    assert (
        shown(newer, [*QUERY, "-f", "v", "--aggregate", plain], "table")
        == """\
╭───────┬───────┬──────╮
│ body  │ count │ rows │
├───────┼───────┼──────┤
│ whale │     3 │    3 │
│ horse │     1 │    1 │
╰───────┴───────┴──────╯
(2 rows)
"""
    )


PLAIN_BUCKETS = {"fields": ["body", 'info["author"]'], "size": 2, "top_hits": {"size": 1}}
WRONG_KEYS = {
    "another field": [("price", 0), ("info", 0)],
    "one field twice": [("body", 0), ("body", 0)],
    "too few": [("body", 0)],
}


def buckets(*keys: tuple[str, int]) -> schema_pb2.SearchResultData:
    """One bucket, whose key has these names and ids of fields."""
    results = schema_pb2.SearchResultData(num_queries=1)
    bucket = results.agg_buckets.add(count=3)
    for number, (name, field) in enumerate(keys):
        bucket.key.add(field_name=name, field_id=field, string_val=f"value {number}")
    return results


def bucketed(newer: Sent, results: schema_pb2.SearchResultData, vectors: str = "[1, 2]") -> Run:
    answer(newer, results)
    return newer.run("search", NAME, "-v", vectors, "-f", "v", "--aggregate", json.dumps(PLAIN_BUCKETS))


@pytest.mark.parametrize(
    "keys",
    [[("body", 101), ("info", 104)], [("", 101), ("", 104)], [("", 0), ("", 0)], [('info["author"]', 0), ("", 101)]],
)
def test_keys_of_buckets_are_found_by_name_by_id_or_by_position(newer: Sent, keys: list[tuple[str, int]]) -> None:
    (row,) = map(json.loads, bucketed(newer, buckets(*keys)).out.splitlines())
    turned = keys[0][0] == 'info["author"]'
    assert (row["body"], row['info["author"]']) == (("value 1", "value 0") if turned else ("value 0", "value 1"))


@pytest.mark.parametrize("kind", WRONG_KEYS)
def test_keys_of_buckets_that_are_of_other_fields_are_refused(newer: Sent, kind: str) -> None:
    run = bucketed(newer, buckets(*WRONG_KEYS[kind]))
    assert (run.code, 'the key of a bucket is not body, info[\\"author\\"]' in run.err) == (1, True), run


def test_fields_of_hits_in_buckets_have_names_of_their_own(newer: Sent) -> None:
    results = buckets(("body", 0), ("", 0))
    hit = results.agg_buckets[0].hits.add(int_pk=7, score=0.25)
    for name in ("distance", "id", "rank"):
        hit.fields.add(field_name=name, int_val=9)
    hit.fields.add(field_id=103, double_val=2.5)
    assert json.loads(bucketed(newer, results).out)["hits"] == [
        {"id": 7, "distance": 0.25, "distance_field": 9, "id_field": 9, "rank_field": 9, "price": 2.5}
    ]


@pytest.mark.parametrize(("counts", "reason"), [([], "no counts of buckets"), ([1], "1 counts of buckets")])
def test_buckets_of_several_queries_have_a_count_for_each(newer: Sent, counts: list[int], reason: str) -> None:
    results = buckets(("body", 0), ("info", 0))
    results.agg_topks.extend(counts)
    run = bucketed(newer, results, "[[1, 2], [3, 4]]")
    assert (run.code, f"{reason} for 2 queries" in run.err) == (1, True), run
    results.agg_topks[:] = [0, 1]
    assert json.loads(bucketed(newer, results, "[[1, 2], [3, 4]]").out)["query"] == 1


def test_highlights_of_another_field_are_refused(newer: Sent) -> None:
    results = highlighted()
    results.highlight_results[0].field_name = "note"
    answer(newer, results)
    run = newer.run("search", NAME, *HIGHLIGHT)
    assert (run.code, "highlights of 'body' were requested and are missing" in run.err) == (1, True), run


UNORDERED = [
    (["--group-by", "v"], "--group-by: field 'v' is FLOAT_VECTOR"),
    (["--group-by", "chunks"], "--group-by: field 'chunks' is a struct array"),
    (["--group-by", "chunks[txt]"], "--group-by: field 'chunks' is a struct array"),
    (["--order-by", "v:desc"], "--order-by: field 'v' is FLOAT_VECTOR"),
    (["--order-by", "chunks[txt]"], "--order-by: field 'chunks' is a struct array"),
    (
        ["--aggregate", '{"fields": ["body"], "size": 1, "sub_aggregation": {"fields": ["words"], "size": 1}}'],
        "--aggregate: field 'words' is SPARSE_FLOAT_VECTOR",
    ),
]


@pytest.mark.parametrize(("argv", "reason"), UNORDERED)
def test_hits_have_no_order_and_no_groups_by_vectors(newer: Sent, argv: list[str], reason: str) -> None:
    run = newer.run("search", NAME, *QUERY, "-f", "v", *argv)
    assert (run.code, reason in run.err, newer.peer.requests("Search")) == (2, True, []), run


def test_merged_hits_have_no_groups_by_vectors(newer: Sent) -> None:
    run = newer.run("hybrid_search", NAME, "--request", "field=v,vector=[1,2]", "--group-by", "words")
    assert (run.code, "--group-by: field 'words' is SPARSE_FLOAT_VECTOR" in run.err) == (2, True), run


def inconsistent(slot: str) -> schema_pb2.SearchResultData:
    results = hit_answer()
    if slot == "element":
        results.element_indices.data.append(1)
    elif slot == "highlight":
        results.highlight_results.add(field_name="body").datas.add()
    elif slot == "group":
        results.group_by_field_values.append(texts("body", ["a"]))
    else:
        results.agg_topks.append(3)
    return results


@pytest.mark.parametrize(
    ("slot", "reason"),
    [
        ("element", "1 element indices for 2 hits"),
        ("highlight", "highlights of 'body' for 1 of 2 hits"),
        ("group", "1 group values for 2 hits"),
        ("bucket", "0 buckets instead of 3"),
    ],
)
def test_answers_that_contradict_themselves_are_refused(newer: Sent, slot: str, reason: str) -> None:
    answer(newer, inconsistent(slot))
    run = newer.run("search", NAME, *QUERY, "-f", "v")
    assert (run.code, reason in run.err) == (1, True), run


def test_more_hits_than_asked_for_are_refused(newer: Sent) -> None:
    answer(newer, hit_answer())
    run = newer.run("search", NAME, *QUERY, "-f", "v", "-l", "1")
    assert (run.code, "2 hits of a query for a limit of 1" in run.err) == (1, True), run
    grouped = newer.run("search", NAME, *QUERY, "-f", "v", "-l", "1", "--group-by", "body", "--group-size", "2")
    assert "this server does not tell the 'body' of its groups" in grouped.err


def test_an_order_by_a_field_that_is_missing_is_refused(newer: Sent) -> None:
    run = newer.run("search", NAME, *QUERY, "-f", "v", "--order-by", "prise:desc")
    assert (run.code, newer.peer.requests("Search")) == (1, [])
    assert "did you mean price?" in run.err


WRONG: list[tuple[list[str], str]] = [
    (["--aggregate", "[]"], "--aggregate is not an object"),
    (["--aggregate", '{"fields": ["body"]}'], "--aggregate: size is not a whole number from 1"),
    (["--aggregate", '{"fields": ["body"], "size": 1, "metric": {}}'], "did you mean metrics?"),
    (["--aggregate", '{"fields": ["a"], "size": 1, "order": [{"x": "asc"}]}'], "key of order"),
    (["--chain", "{}"], "--chain has no ops"),
    (["--chain", '{"ops": [{"op": "map", "expr": {}}]}'], "--chain: an expr lacks 'name'"),
    (["--chain", '{"ops": [{"op": "limit", "params": {"limit": null}}]}'], "a parameter is null, which is not a value"),
    (["--order-by", "price:down"], "invalid order 'price:down'"),
    (["--order-by", "price", "--rerank", "boost:weight=2"], "--order-by and --rerank cannot be combined"),
    (["--aggregate", "{}", "--group-by", "body"], "--aggregate and --group-by cannot be combined"),
    (["--analyzer", "english"], "--analyzer needs --text"),
    (["--strict-group-size"], "--strict-group-size needs --group-by"),
    (["--group-as", "INT64", "--group-by", "body"], "--group-as needs --group-by with a path in JSON"),
    (["--ids", "1"], "-v, --like, --text and --ids cannot be combined"),
]


@pytest.mark.parametrize(("argv", "reason"), WRONG)
def test_options_that_cannot_be_meant_are_refused_before_anything_is_sent(
    newer: Sent, argv: list[str], reason: str
) -> None:
    run = newer.run("search", NAME, *QUERY, "-f", "v", *argv)
    assert (run.code, reason in run.err, newer.peer.requests("Search")) == (2, True, []), run


REFUSED: list[tuple[list[str], str, str]] = [
    (["--text", "whale", "--analyzer", "english"], "choice of an analyzer for the query", "2.5.11"),
    ([*QUERY, "--chain", json.dumps(CHAIN)], "function chains", "3.0"),
    ([*QUERY, "--highlight", "body=x"], "highlighting", "2.6.8"),
    (["--ids", "7"], "search by primary keys", "2.6.9"),
    ([*QUERY, "--group-by", 'info["author"]'], "grouping by a JSON path", "2.6"),
    ([*QUERY, "--namespace", "tenant"], "namespaces", "3.0"),
    ([*QUERY, "--order-by", "price"], "ordering of hits by fields", "3.0"),
    ([*QUERY, "--aggregate", json.dumps(AGGREGATION)], "aggregation of hits", "3.0"),
    ([*QUERY, "--group-by", "body", "--strict-group-size"], "groups of a strict size", "2.5"),
    ([*QUERY, "-f", "chunks[emb]"], "search in struct arrays", "2.6.4"),
    ([*QUERY, "--timezone", "Europe/Rome"], "time zones of TIMESTAMPTZ values", "2.6"),
    ([*QUERY, "--time-fields", "year"], "time zones of TIMESTAMPTZ values", "2.6"),
]


ON_LITE = ("function chains", "groups of a strict size", "time zones of TIMESTAMPTZ values")


@pytest.fixture(scope="module")
def older() -> Iterator[GrpcPeer]:
    """A peer that says it is Milvus 2.3.5."""
    with GrpcPeer() as peer:
        yield peer


@pytest.mark.parametrize(("argv", "what", "since"), REFUSED)
def test_options_say_what_they_need_before_anything_is_sent(
    older: GrpcPeer, tmp_path: Path, argv: list[str], what: str, since: str
) -> None:
    older.calls.clear()
    run = run_here(["search", NAME, *argv, "-o", "json"], tmp_path, older.uri)
    assert (run.code, json.loads(run.err)["error"]["message"]) == (
        1,
        f"Milvus 2.3.5 has no {what} (requires Milvus {since})",
    )
    assert {*older.methods} <= {"Connect", "GetVersion"}


@pytest.fixture(scope="module")
def times(lite: LiteServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typed]:
    """A collection on Milvus Lite with times, groups and numbers."""
    typed = typed_on(tmp_path_factory.mktemp("times"), lite)
    rows = [
        {"id": number, "g": number % 3 % 2, "price": float(9 - number), "v": [number, 1.0]}
        | {"at": f"2026-01-31T{10 + number}:30:00+01:00"}
        for number in range(1, 8)
    ]
    fill(typed, "times", ["v:FLOAT_VECTOR:2", "g:INT64", "price:DOUBLE", "at:TIMESTAMPTZ"], rows, "-f v -m L2")
    yield typed
    typed.gone("times")


def lite_hits(times: Typed, **options: Any) -> list[dict[str, Any]]:
    """The hits of pymilvus, with the fields beside them."""
    client = official_client(times.server.uri)
    try:
        found = client.search("times", [[1.0, 1.0]], anns_field="v", limit=4, **options)
    finally:
        client.close()
    return [{"id": hit["id"], "distance": shortest(hit["distance"]), **hit["entity"]} for hit in found[0]]


OF_LITE: Mapping[str, tuple[str, dict[str, Any]]] = {
    "time zone": (
        "--fields at --timezone Asia/Tokyo",
        {"output_fields": ["at"], "timezone": "Asia/Tokyo"},
    ),
    "time fields": (
        "--fields at --timezone Asia/Tokyo --time-fields year,hour",
        {"output_fields": ["at"], "timezone": "Asia/Tokyo", "time_fields": "year,hour"},
    ),
    "strict groups": (
        "--group-by g --group-size 3 --strict-group-size",
        {"output_fields": ["g"], "group_by_field": "g", "group_size": 3, "strict_group_size": True},
    ),
    "chain": (
        f"--fields price --chain '{json.dumps(CHAIN)}'",
        {"output_fields": ["price"], "function_chains": OFFICIAL_CHAIN},
    ),
}


@pytest.mark.parametrize("case", OF_LITE)
def test_milvus_lite_answers_both_clients_alike(times: Typed, case: str) -> None:
    options, official = OF_LITE[case]
    run = times(f"search times -v [1,1] -l 4 {options} -o jsonl")
    assert run.code == 0, run
    found = [json.loads(line) for line in run.out.splitlines()]
    for each in found:
        del each["rank"]
    assert found == lite_hits(times, **official)


@pytest.mark.parametrize(("argv", "what", "since"), [each for each in REFUSED if each[1] not in ON_LITE])
def test_milvus_lite_ignores_other_options_and_so_they_are_refused(
    times: Typed, argv: list[str], what: str, since: str
) -> None:
    run = times(shlex.join(["search", "times", *argv]))
    assert (run.code, f"Milvus Lite 3.2.2 has no {what} (requires Milvus {since})" in run.err) == (1, True), run


@pytest.fixture
def unindexed(newer: Sent) -> Iterator[Sent]:
    """The same peer while its collection has no index."""
    handlers = dict(newer.peer.handlers)
    newer.peer.handlers |= {
        "HasCollection": replies(milvus_pb2.BoolResponse(value=True)),
        "DescribeIndex": replies(milvus_pb2.DescribeIndexResponse()),
        "CreateIndex": replies(common_pb2.Status()),
    }
    yield newer
    newer.peer.handlers = handlers


@pytest.mark.parametrize(
    ("argv", "metric"),
    [
        (["-t", "HNSW", "--param", "M:8"], "MAX_SIM_COSINE"),
        (["-t", "HNSW", "--param", "M:8", "-m", "COSINE"], "COSINE"),
    ],
)
def test_indexes_of_struct_arrays_are_those_of_pymilvus(unindexed: Sent, argv: list[str], metric: str) -> None:
    params = unindexed.client.prepare_index_params()
    params.add_index("chunks[emb]", index_type="HNSW", index_name="by_emb", metric_type=metric, params={"M": 8})
    unindexed.peer.calls.clear()
    unindexed.client.create_index(NAME, params, sync=False)
    (expected,) = unindexed.peer.requests("CreateIndex")
    run = unindexed.run("create", "index", NAME, "-f", "chunks[emb]", "-in", "by_emb", *argv, "--no-wait")
    assert run.code == 0, run
    (found,) = unindexed.peer.requests("CreateIndex")
    assert index_request(found) == index_request(expected)


def index_request(request: Any) -> dict[str, Any]:
    return {**said(request), "extra_params": {pair.key: pair.value for pair in request.extra_params}}


def test_fields_of_struct_arrays_are_named_in_hints(newer: Sent) -> None:
    run = newer.run("search", NAME, *QUERY, "-f", "chunks[eb]")
    assert (run.code, "did you mean chunks[emb]" in run.err) == (1, True), run
    liked = newer.run("search", NAME, "--like", "1", "-f", "chunks[emb]")
    assert (liked.code, "a row has several vectors there" in liked.err) == (2, True), liked


def test_merged_hits_show_their_group(newer: Sent) -> None:
    results = hit_answer()
    results.group_by_field_value.CopyFrom(texts("body", ["whale", "horse"]))
    newer.peer.handlers["HybridSearch"] = replies(milvus_pb2.SearchResults(results=results))
    legs = ["--request", "field=v vector=[1,2]", "--request", "text=whale"]
    run = run_here(["hybrid_search", NAME, *legs, "--group-by", "body", "-o", "csv"], newer.home, newer.peer.uri)
    assert run.out == "rank,id,distance,body\n1,1,0.5,whale\n2,2,0.5,horse\n", run


def test_an_iterator_finds_rows_and_not_elements(newer: Sent) -> None:
    run = newer.run("search_iterator", NAME, *QUERY, "-f", "chunks[one]")
    assert (run.code, "search_iterator finds rows, not elements of 'chunks[one]'" in run.err) == (2, True), run


def test_a_group_that_is_shown_anyway_is_one_column(newer: Sent) -> None:
    results = hit_answer()
    results.fields_data.append(texts("body", ["whale", "horse"]))
    results.group_by_field_value.CopyFrom(texts("body", ["whale", "horse"]))
    answer(newer, results)
    found = shown(newer, [*QUERY, "-f", "v", "--group-by", "body", "--fields", "body"], "csv")
    assert found == "rank,id,distance,body\n1,1,0.5,whale\n2,2,0.5,horse\n"
