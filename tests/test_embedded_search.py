"""Texts search vector fields through an embedder: that of the line, else the one that the field has."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from milvus_cli.errors import CliError
from tests.support.cli import Cli
from tests.support.embedding_peer import DIMENSION, EmbeddingPeer, Reply, answer, embedding
from tests.support.lite_server import LiteServer
from tests.support.typed import Typed, failed

NAME = "embedded_texts"
TEXTS = ("a white whale", "the white horse", "black cats", "a storm at sea", "the captain")


@pytest.fixture
def peer() -> Iterator[EmbeddingPeer]:
    with EmbeddingPeer() as running:
        yield running


@pytest.fixture(scope="module")
def collection(lite: LiteServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typed]:
    """A collection with a dense field, and a sparse one that BM25 fills."""
    typed = Typed(Cli(tmp_path_factory.mktemp("embedded")), lite)
    typed.gone(NAME)
    rows = [{"id": number, "title": text, "dense": embedding(text)} for number, text in enumerate(TEXTS)]
    typed.all(
        f"create collection -c {NAME} -f id:INT64 -f title:VARCHAR:200 -f dense:FLOAT_VECTOR:{DIMENSION} -p id "
        "--bm25 title:sparse",
        f"create index -c {NAME} -f dense -t FLAT -m COSINE",
        f"create index -c {NAME} -f sparse",
        f"insert row -c {NAME} --row '{json.dumps(rows)}'",
        f"load collection {NAME}",
    )
    yield typed
    typed.gone(NAME)


@pytest.fixture
def typed(collection: Typed, cli: Cli, peer: EmbeddingPeer, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Command lines in a home of their own, with the embedder `words`."""
    monkeypatch.chdir(cli.directory)
    found = Typed(cli, collection.server)
    found.all(f"create embedder words --url {peer.uri} --model words")
    return found


def ids(typed: Typed, line: str) -> list[Any]:
    return [row["id"] for row in typed.json(line)]


def test_a_text_is_searched_as_its_vector_would_be(typed: Typed, peer: EmbeddingPeer) -> None:
    by_text = typed.json(f"search {NAME} --text 'white horse' --embed words --fields title")
    assert by_text == typed.json(f"search {NAME} -f dense -v '{embedding('white horse')}' --fields title")
    assert peer.texts == ["white horse"]
    several = typed.json(f"search {NAME} --text whale --text cats --embed words -l 1")
    assert [(row["query"], row["id"]) for row in several] == [(0, 0), (1, 2)]
    assert [each.texts for each in peer.asked[1:]] == [["whale", "cats"]]


def test_bm25_keeps_the_text_unless_another_field_or_an_embedder_is_named(typed: Typed, peer: EmbeddingPeer) -> None:
    lexical = typed.json(f"search {NAME} --text storm")
    assert [row["id"] for row in lexical] == [3]
    unknown = typed(f"search {NAME} --text storm -f dense")
    assert unknown.err.startswith(f"error: {NAME}: vector field 'dense' is filled by no function\n")
    assert peer.asked == []

    assert len(ids(typed, f"search {NAME} --text storm --embed words")) == 5
    assert len(ids(typed, f"search {NAME} --text storm -f dense")) == 5
    assert typed.json(f"search {NAME} --text storm") == lexical
    assert peer.texts == ["storm", "storm"]


def test_the_legs_of_a_hybrid_search_take_texts(typed: Typed, peer: EmbeddingPeer) -> None:
    legs = "--request 'field=sparse text=storm' --request 'field=dense text={} {}'"
    assert ids(typed, f"hybrid_search {NAME} {legs.format('a storm at sea', 'embed=words')} -l 1") == [3]
    assert ids(typed, f"hybrid_search {NAME} {legs.format('a storm at sea', '')} -l 1") == [3]

    quoted = legs.format('"a storm at sea"', "limit=2")
    shown = typed.json(f"hybrid_search {NAME} {quoted} --show-legs")
    assert (shown[0]["id"], shown[0]["dense_distance"]) == (3, pytest.approx(1.0, abs=1e-3))
    assert peer.texts == ["a storm at sea"] * 3
    assert typed(f"hybrid_search {NAME} --request 'field=dense like=1 embed=words'") == failed(
        "embed= needs text=", code=2
    )


def test_search_iterator_takes_a_text(typed: Typed) -> None:
    assert ids(typed, f"search_iterator {NAME} --text 'black cats' --embed words -l 1") == [2]
    assert ids(typed, f"search_iterator {NAME} --text 'black cats' -f dense -l 2")[0] == 2


def test_lines_of_a_query_file_may_have_a_text(typed: Typed, peer: EmbeddingPeer) -> None:
    lines = [{"text": "captain"}, {"dense": embedding("cats")}, {"id": 7, "text": "a white whale"}, {"text": "captain"}]
    Path("q.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    found = typed.json(f"search {NAME} -v q.jsonl --embed words -f dense -l 1")
    assert [row["id"] for row in found] == [4, 2, 0, 4]
    assert [each.texts for each in peer.asked] == [["captain", "a white whale"]]
    assert len(typed.json(f"search {NAME} -v @q.jsonl -f dense -l 1")) == 4

    Path("other.jsonl").write_text('{"words": "captain"}\n')
    assert typed(f"search {NAME} -v other.jsonl --embed words -f dense") == failed(
        "other.jsonl, line 1: the row has no 'dense'", "it has 'words'", code=2
    )


@pytest.mark.parametrize(
    "line",
    [
        "search {} --text a --embed other -f dense",
        "search {} -v q.jsonl --embed other -f dense",
        "search_iterator {} --text a --embed other -f dense -l 1",
        "hybrid_search {} --request 'field=sparse text=a' --request 'field=dense text=a embed=other'",
    ],
)
def test_another_embedder_than_the_one_that_filled_the_field_is_a_note(
    typed: Typed, peer: EmbeddingPeer, line: str
) -> None:
    Path("q.jsonl").write_text('{"text": "a"}\n{"text": "b"}\n')
    Path("row.jsonl").write_text('{"id": 0, "title": "a white whale"}\n')
    typed.all(
        f"create embedder other --url {peer.uri} --model other",
        f"upsert file -c {NAME} row.jsonl --embed title:dense=words",
    )
    run = typed(line.format(NAME))
    note = "note: 'dense' has vectors of embedder 'words': those of 'other' can't be compared with them\n"
    assert (run.code, run.err) == (0, note)
    assert typed(line.format(NAME).replace("other", "words")).err == ""


def test_a_vector_of_zeros_is_rejected_where_cosine_compares(typed: Typed, peer: EmbeddingPeer) -> None:
    zeros = {"data": [{"index": 0, "embedding": [0.0] * DIMENSION}]}
    peer.reply = lambda asked: Reply(body=zeros) if asked.texts == ["nothing"] else None
    Path("row.jsonl").write_text('{"id": 90, "title": "nothing"}\n')
    run = typed(f"insert file -c {NAME} row.jsonl --embed title:dense=words")
    assert (run.code, ids(typed, f"query {NAME} --filter 'id == 90'")) == (5, [])
    assert "embedder 'words': its vector is all zeros, which COSINE can't compare" in run.err


def test_an_embedder_is_not_asked_twice_for_a_search_that_is_sent_again(
    typed: Typed, peer: EmbeddingPeer, lite: LiteServer
) -> None:
    name = "embedded_again"
    typed.gone(name)
    make = (
        f"create collection -c {name} -f id:INT64 {{}} -f v:FLOAT_VECTOR:{DIMENSION} -p id; "
        f"create index -c {name} -f v -t FLAT -m IP; load collection {name}; search {name} --text a --embed words; "
        f"release {name}; delete collection {name} -y; "
    )
    Path("lines").write_text(make.format("") + make.format("-f more:INT64"))
    run = typed.cli("-f", "lines", env=typed.env)
    assert (run.code, peer.texts) == (0, ["a", "a"])


def test_an_explanation_tells_how_long_the_embedder_took(typed: Typed, peer: EmbeddingPeer) -> None:
    peer.reply = lambda asked: Reply(body=answer(asked.texts), seconds=0.2)
    timing = {
        each["step"]: each["ms"] for each in typed.json(f"search {NAME} --text a --embed words --explain")["timing"]
    }
    assert (timing["embed"] > 200, timing["all"] > timing["embed"], len(peer.asked)) == (True, True, 1)
    plain = typed.json(f"search {NAME} --like 1 -f dense --explain")["timing"]
    assert "embed" not in [each["step"] for each in plain]


def test_the_line_below_the_hits_names_the_embedder(typed: Typed) -> None:
    run = typed(f"search {NAME} --text storm --embed words -o table")
    assert run.out.rstrip().endswith("consistency Strong, embedded by 'words'")


def test_the_embedder_of_a_renamed_collection_goes_with_it_and_of_a_deleted_one_is_forgotten(typed: Typed) -> None:
    old, new = "embedded_old", "embedded_new"
    typed.gone(old, new)
    typed.all(f"create collection -c {old} -f id:INT64 -f v:FLOAT_VECTOR:{DIMENSION} -p id")
    typed(f"search {old} --text a --embed words")
    fields = typed.json("show embedder words")["fields"]
    assert fields == [f"{typed.server.address}/default:{old}.v"]
    if typed(f"rename collection -old {old} -new {new}").code == 0:
        assert typed.json("show embedder words")["fields"] == [f"{typed.server.address}/default:{new}.v"]
    typed.gone(old, new)
    assert typed.json("show embedder words")["fields"] == []


REFUSED = {
    "--embed words": ("missing query", 2),
    "--like 1 --embed words -f dense": ("--embed needs --text, or a file of queries with -v", 2),
    "--text a --embed words -f sparse": (
        "an embedder can't fill 'sparse': its type is SPARSE_FLOAT_VECTOR, not FLOAT_VECTOR or FLOAT16_VECTOR or "
        "BFLOAT16_VECTOR",
        2,
    ),
    "--text a --embed words -f title": (f"'title' of {NAME} is not a vector: its type is VARCHAR", 1),
    "--text ' ' --embed words": ("a query text is empty", 2),
    "--text a --embed nobody": ("embedder 'nobody' not found", 2),
    "--text a --embed small": (f"embedder 'small' makes vectors of 3 numbers, and 'dense' has {DIMENSION}", 1),
    "--text a --embed saying": (f"embedder 'saying' makes vectors of 4 numbers, and 'dense' has {DIMENSION}", 1),
}


@pytest.mark.parametrize("given", REFUSED)
def test_a_search_that_can_not_be_right_is_refused(typed: Typed, peer: EmbeddingPeer, given: str) -> None:
    message, code = REFUSED[given]
    peer.reply = lambda asked: Reply(body=answer(asked.texts, 3)) if asked.body["model"] == "small" else None
    typed.all(
        f"create embedder small --url {peer.uri} --model small",
        f"create embedder saying --url {peer.uri} --model words --dim 4",
    )
    run = typed(f"search {NAME} {given}")
    assert (run.code, run.err.splitlines()[0]) == (code, f"error: {message}")
    assert not [each for each in peer.asked if each.body["model"] != "small"]


def test_a_search_finds_its_hits_where_nothing_can_be_remembered(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise CliError("the disk is full")

    monkeypatch.setattr("milvus_cli.connections.embedders.EmbedderStore.remember", full)
    run = typed(f"search {NAME} --text 'a storm at sea' --embed words -l 1 -o json")
    assert json.loads(run.out)[0]["id"] == 3
    assert run.err == "note: the embedder is not remembered: the disk is full\n"


def test_a_typing_error_in_a_name_is_near_it(typed: Typed) -> None:
    typed.all("create embedder other --command cat")
    assert typed(f"search {NAME} --embed wrods --text x") == failed(
        "embedder 'wrods' not found", "did you mean words?", code=2
    )
