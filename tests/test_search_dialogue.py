"""Searches that ask: in a real terminal, to the line that does the same."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.support.lite_server import LiteServer
from tests.support.searched import fill, gaussian, typed_on
from tests.support.terminal import Terminal

NAME = "asked"


def answered(shell: Terminal, *lines: tuple[str, str]) -> str:
    for question, answer in lines:
        shell.wait_for(question)
        shell.send_line(answer)
    assert shell.wait_exit() == 0
    return " ".join(shell.text.split())


def test_searches_without_a_query_ask_for_what_they_need(
    lite: LiteServer, tmp_path: Path, terminal: Callable[..., Terminal]
) -> None:
    typed = typed_on(tmp_path, lite)
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
    env = {"MILVUS_URI": lite.uri}
    start = {"rows": 60, "cols": 160, "env": env}
    said = answered(
        terminal("search", **start),
        ("Collection:", NAME),
        ("Vector field (v FLOAT_VECTOR 3", "x"),
        ("no vector field 'x'", "v"),
        ("as JSON or @FILE", "[1,2]"),
        ("not 2 numbers", "[1,2,3]"),
        ("Hits [10]:", "2"),
        ("Only in partitions", ""),
        ("Filter", "id > 3"),
        ("Fields to show", "bodi"),
        ("did you mean body?", "body"),
        ("Parameters of the search, ef=…", "ef=30"),
    )
    line = f"search -c {NAME} -f v -v '[1,2,3]' -l 2 --filter 'id > 3' --fields body --params ef=30"
    assert f"The same in one line: {line} ╭" in said
    assert "(2 rows)" in said
    assert len(typed.json(line)) == 2
    said = answered(
        terminal("search_iterator", NAME, **start),
        ("Vector field", "words"),
        ("Text to find", "whale"),
        ("Hits of the first request [1000]:", ""),
        ("Hits in all (empty: all):", "3"),
        ("Only in partitions", "odd"),
        ("Filter", ""),
        ("Fields to show", ""),
        ("Parameters of the search, drop_ratio_search", ""),
    )
    line = f"search_iterator -c {NAME} -f words --text whale --batch-size 1000 -l 3 --partition odd"
    assert f"The same in one line: {line} ╭" in said
    assert [row["id"] % 2 for row in typed.json(line)] == [1, 1, 1]
    said = answered(
        terminal("hybrid_search", NAME, **start),
        ("field of request 1", "v"),
        ("as JSON or @FILE", ""),
        ("Id of the entity:", "4"),
        ("Hits of it [10]:", "5"),
        ("field of request 2", "words"),
        ("Text to find:", "whale 7"),
        ("Hits of it [10]:", ""),
        ("field of request 3", ""),
        ("Reranker [rrf:60]:", "weighted:1"),
        ("2 requests and 1 weights", "weighted:1,2"),
        ("Hits [10]:", "4"),
        ("Only in partitions", ""),
        ("Filter", ""),
        ("Fields to show", ""),
    )
    line = (
        f"hybrid_search -c {NAME} --request 'field=v like=4 limit=5' "
        "--request 'field=words text=whale 7 limit=10' --rerank weighted:1,2 -l 4"
    )
    assert f"The same in one line: {line} ╭" in said
    assert len(typed.json(line)) == 4
    assert json.loads(typed(f"{line} -o json").out)[0].keys() == {"rank", "id", "distance"}
    typed.gone(NAME)
