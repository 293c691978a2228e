"""Searches that ask: in a real terminal, to the line that does the same."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias

import pytest

from tests.support.cli import Cli
from tests.support.embedding_peer import EmbeddingPeer
from tests.support.lite_server import LiteServer
from tests.support.searched import fill, gaussian, typed_on
from tests.support.terminal import Terminal
from tests.support.typed import Typed

NAME = "asked"
Start: TypeAlias = Callable[..., Terminal]


def answered(shell: Terminal, *lines: tuple[str, str]) -> str:
    for question, answer in lines:
        shell.wait_for(question)
        shell.send_line(answer)
    assert shell.wait_exit() == 0, shell.text
    return " ".join(shell.text.split())


@pytest.fixture(scope="module")
def vectors_and_texts(lite: LiteServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typed]:
    """Milvus Lite with 20 rows of two vectors, and a text with its BM25 vector."""
    typed = typed_on(tmp_path_factory.mktemp("asked"), lite)
    rows = [
        {"id": number, "body": f"whale {number}", "v": vector, "w": vector[:2]}
        for number, vector in enumerate(gaussian(4, 20, 3))
    ]
    fill(
        typed,
        NAME,
        ["body:VARCHAR:20", "v:FLOAT_VECTOR:3", "w:FLOAT_VECTOR:2", "words:SPARSE_FLOAT_VECTOR"],
        rows,
        "-f v -t HNSW -m L2",
        "-f w -t FLAT -m L2",
        "-f words -t SPARSE_INVERTED_INDEX -m BM25",
        options="--bm25 body:words",
    )
    yield typed
    typed.gone(NAME)


@pytest.fixture
def tall_terminal(terminal: Start, lite: LiteServer) -> Start:
    """Starts milvus_cli in a terminal in which a whole dialogue stays visible."""
    return partial(terminal, rows=60, cols=160, env={"MILVUS_URI": lite.uri})


def test_search_without_a_query_asks_for_what_it_needs(vectors_and_texts: Typed, tall_terminal: Start) -> None:
    said = answered(
        tall_terminal("search"),
        ("Collection:", "askd"),
        ("did you mean asked?", NAME),
        ("as JSON or the path of a file (empty: search by text)", "[1]"),
        ("not 1", "[1,2,3]"),
        ("Vector field (v FLOAT_VECTOR 3, w FLOAT_VECTOR 2, words SPARSE_FLOAT_VECTOR) [v]:", "x"),
        ("vector field 'x' not found", "w"),
        ("not 3 numbers", ""),
        ("ef (empty: chosen by the server):", "nonsense"),
        ("ef takes a number", "30"),
        ("Decimal places of distances [-1]:", ""),
        ("Hits per query [10]:", "2"),
        ("Filter (empty: none):", "id > 3"),
        ("Only in partitions (empty: all):", "nosuch"),
        ("partition 'nosuch' not found", ""),
        ("Timeout in seconds [10]:", ""),
        ("Guarantee timestamp [0]:", ""),
    )
    line = f"search -c {NAME} -v '[1,2,3]' -f v --params ef=30 -l 2 --filter 'id > 3'"
    assert f"Equivalent command: {line} ╭" in said
    assert "(2 rows)" in said
    assert len(vectors_and_texts.json(line)) == 2


def test_search_iterator_without_a_query_asks_for_what_it_needs(vectors_and_texts: Typed, tall_terminal: Start) -> None:
    said = answered(
        tall_terminal("search_iterator", NAME),
        ("Vector field", "words"),
        ("Text to find", "whale"),
        ("Hits of the first request [1000]:", ""),
        ("Hits in total (empty: all) [10]:", "3"),
        ("Filter", "id > 3"),
        ("Fields to show", "bodi"),
        ("did you mean body?", "body"),
    )
    line = f"search_iterator {NAME} -f words --text whale -l 3 --filter 'id > 3' --fields body"
    assert f"Equivalent command: {line} ╭" in said
    assert all(row["id"] > 3 for row in vectors_and_texts.json(line))


def test_hybrid_search_without_requests_asks_for_each(vectors_and_texts: Typed, tall_terminal: Start) -> None:
    said = answered(
        tall_terminal("hybrid_search", NAME),
        ("field of request 1", "v"),
        ("as JSON or the path of a file", ""),
        ("Id of the entity:", "four"),
        ("four", "4"),
        ("Hits of this request [10]:", "5"),
        ("field of request 2", "words"),
        ("Text to find:", "whale 7"),
        ("Hits of this request [10]:", ""),
        ("field of request 3", ""),
        ("Reranker [rrf:60]:", "weighted:1"),
        ("2 requests and 1 weights", "weighted:1,2"),
        ("Fields to show", ""),
    )
    line = (
        f"hybrid_search {NAME} --request 'field=v like=4 limit=5' "
        "--request 'field=words text=whale 7 limit=10' --rerank weighted:1,2"
    )
    assert f"Equivalent command: {line} ╭" in said
    assert vectors_and_texts.json(line)[0].keys() == {"rank", "id", "distance"}


def test_a_field_with_an_embedder_is_searched_by_text(
    vectors_and_texts: Typed, cli: Cli, tall_terminal: Start, lite: LiteServer
) -> None:
    with EmbeddingPeer() as peer:
        typed = Typed(cli, lite)
        typed.all(f"create embedder words --url {peer.uri} --model words --dim 3 --send-dim")
        typed(f"search {NAME} -f v --text whale --embed words")
        said = answered(
            tall_terminal("search_iterator", NAME),
            ("Vector field", "v"),
            ("(empty: search by text)", ""),
            ("Text to find", "two whales"),
            ("Hits of the first request", ""),
            ("Hits in total", "2"),
            ("Filter", ""),
            ("Fields to show", ""),
        )
    assert "(2 rows)" in said
    assert peer.texts == ["whale", "two whales"]
