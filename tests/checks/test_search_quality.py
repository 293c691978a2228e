"""check quality on Milvus and Milvus Lite, against pymilvus's hits and ir-measures."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymilvus import AnnSearchRequest, RRFRanker

from tests.support.cli import Cli, Run
from tests.support.judged import QUERIES, fill_judged, judged
from tests.support.lite_server import LiteServer
from tests.support.official import official_client
from tests.support.process import ServerProcess
from tests.support.searched import typed_on
from tests.support.typed import Typed, failed, on_lite

NAME = "judged"
DATA = judged()
MEASURES = ("recall", "mrr", "ndcg", "hit_rate")


@pytest.fixture(scope="module")
def judged_server(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Each kind of server in turn, with rows that judgments name."""
    typed = typed_on(tmp_path_factory.mktemp("judged"), server)
    fill_judged(typed, NAME, DATA, words=isinstance(server, LiteServer))
    yield server
    typed.gone(NAME)


@pytest.fixture
def judged_rows(judged_server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """That server, and the files in the working directory."""
    DATA.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return Typed(Cli(tmp_path / "home"), judged_server)


def checked(typed: Typed, line: str, code: int = 0) -> Any:
    run = typed(f"check quality {NAME} --queries q.jsonl --qrels trec.qrels -o json {line}")
    assert (run.code, run.err) == (code, ""), run
    return json.loads(run.out)


def official_hits(typed: Typed, field: str, data: list[Any], k: int, **options: Any) -> dict[str, list[Any]]:
    client = official_client(typed.server.uri)
    try:
        found = client.search(NAME, data, limit=k, anns_field=field, consistency_level="Strong", **options)
        return {f"q{number}": list(each) for number, each in enumerate(found)}
    finally:
        client.close()


def means(found: Any) -> list[float]:
    return [found[name] for name in MEASURES]


def official_means(found: dict[str, list[str]], k: int, qrels: dict[str, dict[str, int]] = DATA.qrels) -> list[float]:
    return [DATA.official(name, k, found, qrels) for name in MEASURES]


@pytest.mark.parametrize("k", [1, 5, 1000])
def test_measures_are_those_of_ir_measures_for_pymilvus_s_hits(judged_rows: Typed, k: int) -> None:
    found = checked(judged_rows, f"-f dense -k {k} --per-query")
    hits = official_hits(judged_rows, "dense", [each["dense"] for each in DATA.queries], k)
    rankings = {query: [str(hit["id"]) for hit in each] for query, each in hits.items()}
    assert means(found) == pytest.approx(official_means(rankings, k), abs=1e-6)
    assert (found["queries"], found["k"], found["no_document"]) == (QUERIES, k, 1)

    assert [each["query"] for each in found["per_query"]] == list(rankings)
    for each in found["per_query"]:
        query = each["query"]
        only = official_means({query: rankings[query]}, k, {query: DATA.qrels[query]})
        assert [each[name] for name in MEASURES] == pytest.approx(only, abs=1e-6)


def test_hits_count_for_the_document_of_their_row_each_document_once(judged_rows: Typed, tmp_path: Path) -> None:
    qrels = {
        query: {f"doc {int(each) // 2}": grade for each, grade in grades.items()}
        for query, grades in DATA.qrels.items()
    }
    lines = [f"{query}\t{each}\t{grade}\n" for query, grades in qrels.items() for each, grade in grades.items()]
    (tmp_path / "parts.tsv").write_bytes(gzip.compress(("query-id\tcorpus-id\tscore\n" + "".join(lines)).encode()))
    hits = official_hits(judged_rows, "dense", [each["dense"] for each in DATA.queries], 20, output_fields=["part"])
    rankings = {query: list(dict.fromkeys(hit["entity"]["part"] for hit in each)) for query, each in hits.items()}
    run = judged_rows(
        f"check quality {NAME} -f dense --queries q.jsonl --qrels parts.tsv --doc-field part -k 20 -o json"
    )
    found = json.loads(run.out)
    assert means(found) == pytest.approx(official_means(rankings, 20, qrels), abs=1e-6)
    repeated = sum(map(len, hits.values())) - sum(map(len, rankings.values()))
    assert (run.code, found["repeated_hits"], found["no_document"]) == (0, repeated, 1)


def test_filters_and_search_parameters_apply_to_every_query(judged_rows: Typed) -> None:
    found = checked(judged_rows, "-f dense --filter 'id < {most}' --param most=60 --metric COSINE --partition _default")
    options = {"filter": "id < 60", "partition_names": ["_default"]}
    hits = official_hits(judged_rows, "dense", [each["dense"] for each in DATA.queries], 10, **options)
    rankings = {query: [str(hit["id"]) for hit in each] for query, each in hits.items()}
    assert means(found) == pytest.approx(official_means(rankings, 10), abs=1e-6)


@on_lite
def test_texts_are_searched_by_bm25(judged_rows: Typed) -> None:
    found = checked(judged_rows, "-f words -k 7")
    hits = official_hits(judged_rows, "words", [each["text"] for each in DATA.queries], 7)
    rankings = {query: [str(hit["id"]) for hit in each] for query, each in hits.items()}
    assert means(found) == pytest.approx(official_means(rankings, 7), abs=1e-6)
    assert (found["field"], found["worst"][0]["text"] is not None) == ("words", True)


@on_lite
def test_legs_of_a_hybrid_search_take_their_queries_from_the_file(judged_rows: Typed) -> None:
    found = checked(judged_rows, "--request 'field=dense limit=1000' --request field=words --rerank rrf:20 -k 8")
    client = official_client(judged_rows.server.uri)
    legs = [
        AnnSearchRequest([each["dense"] for each in DATA.queries], "dense", {}, 1000),
        AnnSearchRequest([each["text"] for each in DATA.queries], "words", {}, 8),
    ]
    hits = client.hybrid_search(NAME, legs, RRFRanker(20), limit=8, consistency_level="Strong")
    client.close()
    rankings = {f"q{number}": [str(hit["id"]) for hit in each] for number, each in enumerate(hits)}
    assert means(found) == pytest.approx(official_means(rankings, 8), abs=1e-6)
    assert found["field"] == "dense, words"


def test_queries_and_judgments_without_a_counterpart_are_counted_and_named(judged_rows: Typed, tmp_path: Path) -> None:
    lines = (tmp_path / "trec.qrels").read_text().splitlines()
    kept = [each for each in lines if each.split()[0] not in ("q1", "q2")]
    irrelevant = [f"{each.rsplit(' ', 1)[0]} 0" if each.startswith("q5 ") else each for each in kept]
    (tmp_path / "trec.qrels").write_text("\n".join([*irrelevant, "q77 0 1 1", "q78 0 2 1"]))
    found = checked(judged_rows, "-f dense")
    assert (found["queries"], found["no_qrels"], found["no_query"], found["no_relevant"]) == (QUERIES - 3, 2, 2, 1)
    assert {each["reason"]: each["examples"] for each in found["unmatched"]} == {
        "no_qrels": ["q1", "q2"],
        "no_query": ["q77", "q78"],
        "no_relevant": ["q5"],
        "no_document": ["9999"],
    }


def test_a_measure_below_its_limit_exits_1(judged_rows: Typed) -> None:
    assert checked(judged_rows, "-f dense --at-least recall=0.01 --at-least ndcg=0.05")["below"] == []
    found = checked(judged_rows, "-f dense --at-least recall=0.01 --at-least mrr=1", code=1)
    assert found["below"] == [{"measure": "mrr", "value": found["mrr"], "at_least": 1.0}]


def test_the_worst_queries_are_those_with_the_lowest_ndcg(judged_rows: Typed) -> None:
    every = checked(judged_rows, "-f dense --per-query")["per_query"]
    worst = checked(judged_rows, "-f dense --worst 4")["worst"]
    assert [each["ndcg"] for each in worst] == sorted(each["ndcg"] for each in every)[:4]


TABLE = """\
╭───────────────┬──────────╮
│ field         │ value    │
├───────────────┼──────────┤
│ collection    │ judged   │
│ field         │ dense    │
│ k             │ 3        │
│ queries       │ 1        │
│ recall        │ 0.5      │
│ mrr           │ 1.0      │
│ ndcg          │ 0.760188 │
│ hit_rate      │ 1.0      │
│ repeated_hits │ 0        │
│ no_qrels      │ 0        │
│ no_query      │ 0        │
│ no_relevant   │ 0        │
│ no_document   │ 1        │
╰───────────────┴──────────╯

Worst
╭───────┬──────────┬────────┬─────┬──────────┬──────────┬───────╮
│ query │     ndcg │ recall │ mrr │ hit_rate │ relevant │ found │
├───────┼──────────┼────────┼─────┼──────────┼──────────┼───────┤
│ 7     │ 0.760188 │    0.5 │ 1.0 │      1.0 │        2 │     1 │
╰───────┴──────────┴────────┴─────┴──────────┴──────────┴───────╯
(1 row)

Unmatched
╭─────────────┬───────┬──────────┬───────────────────────────────────────────────────────────────────────╮
│ reason      │ count │ examples │ meaning                                                               │
├─────────────┼───────┼──────────┼───────────────────────────────────────────────────────────────────────┤
│ no_document │     1 │ ["x"]    │ relevant documents that the collection lacks: they count as not found │
╰─────────────┴───────┴──────────┴───────────────────────────────────────────────────────────────────────╯
(1 row)

Below
╭─────────┬───────┬──────────╮
│ measure │ value │ at_least │
├─────────┼───────┼──────────┤
│ recall  │   0.5 │      0.6 │
╰─────────┴───────┴──────────╯
(1 row)
"""


def test_check_quality_as_a_table(judged_rows: Typed, tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text(json.dumps({"id": 7, "embedding": DATA.rows[7]["dense"]}) + "\n\n")
    (tmp_path / "trec.qrels").write_text("\n7 0 7 2\n7 0 x 1\n")
    line = f"check quality {NAME} -f dense --queries q.jsonl --qrels trec.qrels -k 3 --at-least recall=0.6"
    assert judged_rows(line) == Run(1, TABLE, "")


QRELS_FORM = "write `QUERY 0 DOCUMENT GRADE` on each line, or a header `query-id corpus-id score` and three columns"
QUERY_FORM = 'write a line for each query: {"id": "q1", "vector": [0.1, 0.2]} or {"id": "q1", "text": "white whale"}'


@pytest.mark.parametrize(
    ("queries", "qrels", "message", "hint", "code"),
    [
        ("", "q 0 1 1", "q.jsonl has no queries", QUERY_FORM, 2),
        ("[1]", "q 0 1 1", "q.jsonl, line 1 is not a JSON object", QUERY_FORM, 2),
        (
            '{"vector": [1]}',
            "q 0 1 1",
            "q.jsonl, line 1 has no identifier",
            "expected a key of '_id', 'id', 'query_id', 'query-id', 'qid'",
            2,
        ),
        ('{"id": 1, "text": ""}\n{"id": "1"}', "q 0 1 1", "q.jsonl, line 2: query '1' is on line 1 too", "", 2),
        (
            '{"id": 1, "vector": [1, 2]}',
            "1 0 1 1",
            "q.jsonl, line 1: 'dense' takes a list of 8 numbers, not 2 numbers",
            "",
            2,
        ),
        (
            '{"id": 1}',
            "1 0 1 1",
            "q.jsonl, line 1 has no vector for 'dense'",
            "expected a key of 'dense', 'vector', 'embedding'; it has 'id'",
            2,
        ),
        ("{}", "", "trec.qrels has no judgments", QRELS_FORM, 2),
        ("{}", "q 0 1 high", "trec.qrels, line 1: invalid grade 'high'", QRELS_FORM, 2),
        ("{}", "q 1", "trec.qrels, line 1 has 2 columns, expected 3 or 4", QRELS_FORM, 2),
        ("{}", "q 0 1 1\nq 0 1 2", "trec.qrels, line 2: document '1' has two grades for query 'q'", "", 2),
    ],
)
def test_files_of_another_form_are_refused(
    judged_rows: Typed, tmp_path: Path, queries: str, qrels: str, message: str, hint: str, code: int
) -> None:
    (tmp_path / "q.jsonl").write_text(queries)
    (tmp_path / "trec.qrels").write_text(qrels)
    run = judged_rows(f"check quality {NAME} -f dense --queries q.jsonl --qrels trec.qrels")
    assert run == failed(message, hint, code)


def test_judgments_of_other_queries_are_an_error(judged_rows: Typed, tmp_path: Path) -> None:
    (tmp_path / "trec.qrels").write_text("a 0 1 1\nb 0 1 1\n")
    assert judged_rows(f"check quality {NAME} -f dense --queries q.jsonl --qrels trec.qrels") == failed(
        "no query of q.jsonl has a relevant document in trec.qrels",
        "queries are named q0, q1, …, in the judgments a, b, …",
    )


FAULTS = {
    "--at-least precision=1": failed("unknown measure 'precision'", "one of: recall, mrr, ndcg, hit_rate", 2),
    "--at-least ndcg=2": failed("--at-least: ndcg must be from 0 to 1, got 2", "--at-least ndcg=0.8", 2),
    "--at-least ndcg=much": failed("--at-least: ndcg must be from 0 to 1, got much", "--at-least ndcg=0.8", 2),
    "--doc-field parts": failed("judged has no field 'parts'", "did you mean part?"),
    "--queries nosuch.jsonl": failed("can't read nosuch.jsonl: No such file or directory", code=2),
}


@pytest.mark.parametrize("options", FAULTS)
def test_options_that_can_not_be_meant_are_refused(judged_rows: Typed, options: str) -> None:
    given = "" if "--queries" in options else "--queries q.jsonl"
    run = judged_rows(f"check quality {NAME} -f dense {given} --qrels beir.tsv {options}")
    assert run == FAULTS[options]


@on_lite
def test_a_leg_with_a_query_of_its_own_is_refused(judged_rows: Typed) -> None:
    line = f"check quality {NAME} --queries q.jsonl --qrels beir.tsv --request 'field=words text=whale'"
    hint = "leave out text=: queries come from the file"
    assert judged_rows(line) == failed("--request 'field=words text=whale' has a query of its own", hint, 2)


def test_hybrid_searches_need_a_server_that_has_them(judged_rows: Typed, judged_server: ServerProcess) -> None:
    if isinstance(judged_server, LiteServer):
        return
    run = judged_rows(f"check quality {NAME} --queries q.jsonl --qrels beir.tsv --request field=dense")
    assert (run.code, run.err) == (1, "error: Milvus 2.3.5 has no hybrid_search (requires Milvus 2.4)\n")
