"""A server that lacks many RPCs, Milvus Lite 2.5: everything that it can do works, and the rest is named."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pymilvus import AnnSearchRequest, MilvusClient, RRFRanker

from milvus_cli.grammar.tree import leaves, tree
from tests.support.cli import Cli, Run
from tests.support.earlier_lite_server import EarlierLiteServer
from tests.support.official import official_client
from tests.support.process import ServerProcess
from tests.support.recorder import run_here
from tests.support.typed import Typed, failed

VECTORS: dict[str, tuple[str, str, Any]] = {
    "f": ("FLOAT_VECTOR:8", "L2", [[0.5 * n - 1, 1, 0, 0.25, 0, 0, 0, n] for n in range(12)]),
    "b": ("BINARY_VECTOR:16", "HAMMING", [[n, 255 - n] for n in range(12)]),
    "h": ("FLOAT16_VECTOR:4", "COSINE", [[0.5, 0.25 * n, 1, -1] for n in range(12)]),
    "g": ("BFLOAT16_VECTOR:4", "COSINE", [[0.5, 0.25 * n, 1, -1] for n in range(12)]),
    "s": ("SPARSE_FLOAT_VECTOR", "IP", [{"1": 0.5 + n, "7": 2} for n in range(12)]),
}
FIELDS = " ".join(f"-f {name}:{kind}" for name, (kind, _, _) in VECTORS.items())


@pytest.fixture
def typed(cli: Cli, earlier_lite: EarlierLiteServer) -> Typed:
    return Typed(cli, earlier_lite)


@pytest.fixture(scope="module")
def official(earlier_lite: EarlierLiteServer) -> Iterator[MilvusClient]:
    client = official_client(earlier_lite.uri)
    yield client
    client.close()


@pytest.fixture(scope="module")
def vectors(earlier_lite: EarlierLiteServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A collection with a vector field of each type, indexed and loaded."""
    name, folder = "vectors", tmp_path_factory.mktemp("vectors")
    rows = folder / "rows.jsonl"
    values = [
        {"id": n, "shelf": f"s{n % 3}", **{field: rows[n] for field, (_, _, rows) in VECTORS.items()}}
        for n in range(12)
    ]
    rows.write_text("".join(f"{json.dumps(value)}\n" for value in values))
    indexes = " ".join(f"--index {field}:{index_type(field)}:{metric}" for field, (_, metric, _) in VECTORS.items())
    for line in (
        f"create collection -c {name} -f id:INT64 -f shelf:VARCHAR:9 {FIELDS} {indexes} -p id",
        f"insert file -c {name} {rows}",
        f"load collection {name}",
    ):
        run = run_here(shlex.split(line), folder / "home", earlier_lite.uri)
        assert (run.code, run.err) == (0, ""), (line, run)
    return name


def index_type(field: str) -> str:
    return {"f": "AUTOINDEX", "b": "BIN_FLAT", "s": "SPARSE_INVERTED_INDEX"}.get(field, "FLAT")


def query_vector(field: str) -> Any:
    """The third vector of a field, as pymilvus takes it."""
    value = VECTORS[field][2][2]
    if field == "b":
        return bytes(value)
    if field == "h":
        return np.array(value, np.float16)
    if field == "g":
        return (np.array(value, np.float32).view(np.uint32) >> 16).astype(np.uint16).tobytes()
    return {int(key): float(weight) for key, weight in value.items()} if field == "s" else value


def hits_of(rows: Any) -> list[tuple[Any, Any]]:
    return [(row["id"], pytest.approx(row["distance"], abs=1e-6)) for row in rows]


# What it has


def test_a_connection_without_a_version(typed: Typed) -> None:
    connected = typed.json("connect")
    assert (connected["server_version"], connected["state"]) == (None, "connected")
    assert typed("server_version") == typed("show server_version") == failed("this server does not report its version")
    assert typed.json("ping")["latency_ms"] > 0
    (row,) = typed.json("list connections --check")
    assert (row["reachable"], row["latency_ms"] > 0, row["error"]) == (True, True, None)


def test_its_health_is_that_of_the_management_port(typed: Typed) -> None:
    checks = typed.json("show health --management-port 1")
    assert [(row["check"], row["healthy"]) for row in checks] == [("CheckHealth", None), ("port 1 /healthz", None)]
    assert checks[0]["details"] == "not supported by this server"


def test_a_collection_with_its_rows(typed: Typed, official: MilvusClient) -> None:
    typed.make("book", rows=3)
    listed = {"collection": "book", "state": "loaded", "rows_by_statistics": 3, "indexes": ""}
    assert listed in typed.json("list collections")
    typed.all(
        'upsert row -c book --row \'{"id": 3, "title": "third", "vector": [1, 2, 3, 4]}\'',
        "delete ids -c book --ids 1 --yes",
    )
    rows = [{"id": 2, "title": "t2"}, {"id": 3, "title": "third"}]
    assert typed.json("query -c book -e 'id > 0' --fields id,title") == rows
    assert [dict(row) for row in official.query("book", "id > 0", output_fields=["id", "title"])] == rows

    assert typed.json("get -c book --ids 3 --fields title") == [{"title": "third"}]
    assert typed.json("count -c book") == {"collection": "book", "exact": 2, "statistics": 2}


def test_an_index_an_export_and_the_end(typed: Typed, official: MilvusClient, tmp_path: Path) -> None:
    typed.make("book", rows=3)
    typed.all(
        "create index -c book -f vector -t IVF_FLAT -m L2 --param nlist:8",
        "load collection book",
        f"export collection -c book {tmp_path}/book.csv",
        "wait collection book --for loaded,indexed",
    )
    index = typed.json("show index -c book")
    assert (index["index"], index["index_type"], index["params"]["nlist"]) == ("vector", "IVF_FLAT", "8")
    assert (tmp_path / "book.csv").read_text().splitlines()[3] == '3,t3,"[0.1,0.2,0.3,3.0]"'
    typed.all("release collection book", "delete index -c book -in vector --yes", "delete collection book --yes")
    assert not official.has_collection("book")


def test_show_collection_leaves_open_what_the_server_does_not_tell(typed: Typed, vectors: str) -> None:
    shown = typed.json(f"show collection {vectors}")
    told = ("load_state", "exact", "partitions", "aliases", "created")
    assert [shown[name] for name in told] == ["loaded", 12, None, [], None]
    types = [kind.partition(":")[0] for kind, _, _ in VECTORS.values()]
    assert [field["type"] for field in shown["fields"]][2:] == types


@pytest.mark.parametrize("field", VECTORS)
def test_hits_are_those_of_the_official_client(typed: Typed, official: MilvusClient, vectors: str, field: str) -> None:
    text = json.dumps(VECTORS[field][2][2])
    ours = typed.json(f"search -c {vectors} -f {field} -v '{text}' -l 4 --filter 'id != 3'")
    (theirs,) = official.search(vectors, [query_vector(field)], filter="id != 3", limit=4, anns_field=field)
    assert [(row["id"], row["distance"]) for row in ours] == hits_of(theirs)
    assert len(ours) == 4


def test_hits_in_groups_in_pages_and_by_an_entity(typed: Typed, official: MilvusClient, vectors: str) -> None:
    vector = json.dumps(VECTORS["f"][2][2])
    grouped = typed.json(f"search -c {vectors} -f f -v '{vector}' -l 3 --group-by shelf --fields shelf")
    (theirs,) = official.search(
        vectors, [query_vector("f")], limit=3, anns_field="f", group_by_field="shelf", output_fields=["shelf"]
    )
    assert [(row["id"], row["distance"]) for row in grouped] == hits_of(theirs)
    assert sorted(row["shelf"] for row in grouped) == ["s0", "s1", "s2"]
    like = typed.json(f"search -c {vectors} -f f --like 2 -l 3")
    assert [row["id"] for row in like] == [1, 3, 0]
    paged = typed.json(f"search_iterator -c {vectors} -f f -v '{vector}' --batch-size 5")
    assert len({row["id"] for row in paged}) == len(paged) == 12


def test_hybrid_search_ranks_as_for_the_official_client(typed: Typed, official: MilvusClient, vectors: str) -> None:
    legs = " ".join(f"--request 'field={field} vector={json.dumps(VECTORS[field][2][2])}'" for field in "fh")
    ours = typed.json(f"hybrid_search -c {vectors} {legs} --rerank rrf:60 -l 5")
    requests = [
        AnnSearchRequest([query_vector(field)], field, {"metric_type": VECTORS[field][1]}, limit=5) for field in "fh"
    ]
    (theirs,) = official.hybrid_search(vectors, requests, RRFRanker(60), limit=5)
    assert [(row["id"], row["distance"]) for row in ours] == hits_of(theirs)


def test_text_search_though_the_function_is_not_described(typed: Typed, official: MilvusClient) -> None:
    typed.gone("article")
    lines = (
        "create collection -c article -f id:INT64 -f text:VARCHAR:200 -p id --bm25 text:sparse --index sparse",
        'insert row -c article --row \'[{"id": 1, "text": "a white whale"}, {"id": 2, "text": "a cat"}]\'',
        "load collection article",
    )
    typed.all(*lines)
    ours = typed.json("search -c article --text whale --fields text")
    (theirs,) = official.search("article", ["whale"], anns_field="sparse", limit=5, output_fields=["text"])
    assert [(row["id"], row["distance"]) for row in ours] == hits_of(theirs)
    assert [row["text"] for row in ours] == ["a white whale"]
    (function,) = typed.json("show collection article")["functions"]
    assert (function["name"], function["type"], function["input_field_names"]) == ("sparse_function", "BM25", ["text"])
    assert typed.json("hybrid_search -c article --request 'text=cat' --request 'text=whale'")[0]["id"] in (1, 2)


# What it lacks

LACKING = {
    "list partitions -c vectors": "partitions",
    "create partition -c vectors -p novels": "partitions",
    "show partition_stats -c vectors -p novels": "partitions",
    "load partition -c vectors -p novels": "partitions",
    "query -c vectors --partition novels": "partitions",
    "search -c vectors -f f -v '[0,0,0,0,0,0,0,0]' --partition novels": "partitions",
    "delete entities -c vectors -p novels -e 'id > 3' --yes": "partitions",
    "insert fake -c vectors -p novels -n 3": "partitions",
    "create alias -c vectors -a novel": "aliases",
    "list aliases": "aliases",
    "delete alias novel": "aliases",
    "list databases": "databases",
    "create database shop": "databases",
    "use database shop": "databases",
    "connect --db shop": "databases",
    "list collections --db shop": "databases",
    "delete collection vectors --yes --db shop": "databases",
    "copy vectors default/shop:vectors --yes": "databases",
    "delete database shop --yes": "databases",
    "compact -c vectors": "compaction",
    "show compaction_state -id 1": "compaction",
    "rename collection vectors others": "renaming of collections",
    "alter collection_properties -c vectors --set collection.ttl.seconds=9": "properties of collections",
    "truncate -c vectors --yes": "truncate (requires Milvus 2.6.11)",
    "list users": "users",
    "list roles": "roles",
    "export access": "roles",
    "list resource_groups": "resource groups",
    "show replicas -c vectors": "replicas",
}


@pytest.mark.parametrize("line", LACKING)
def test_what_the_server_lacks_is_named(typed: Typed, vectors: str, line: str) -> None:
    typed.all("connect")
    assert typed(line) == failed(f"this server has no {LACKING[line]}")


def test_a_row_for_a_partition_that_the_server_would_ignore_is_not_inserted(typed: Typed) -> None:
    typed.make("book")
    row = '\'{"id": 1, "title": "a", "vector": [1, 2, 3, 4]}\''
    assert typed(f"insert row -c book -p novels --row {row}") == failed("this server has no partitions")
    assert typed(f"insert row -c book -p _default --row {row}") == Run(0, "Inserted 1 row into 'book'.\n", "")
    assert typed.json("count -c book")["exact"] == 1


@pytest.mark.parametrize(
    ("line", "operation"),
    [
        (
            """upsert row vectors --row '{"id": 2, "shelf": "x"}' --partial""",
            "upsert --partial (requires Milvus 2.6.2)",
        ),
        ("query vectors --order-by id:desc -l 3", "ordering of rows (requires Milvus 3.0)"),
        ("query vectors --namespace n", "namespaces (requires Milvus 3.0)"),
        ("count vectors --namespace n", "namespaces (requires Milvus 3.0)"),
        ("search vectors -f f --ids 1", "search by primary keys (requires Milvus 2.6.9)"),
        ("load vectors --fields id", "loading of single fields (requires Milvus 2.5)"),
        ("list slow_requests", "lists of slow requests (requires Milvus 2.5)"),
    ],
)
def test_what_the_server_would_ignore_is_not_sent(typed: Typed, vectors: str, line: str, operation: str) -> None:
    assert typed(line) == failed(f"this server has no {operation}")
    assert typed.json(f"count {vectors}")["exact"] == 12


def test_the_only_database_can_be_used(typed: Typed) -> None:
    assert typed("use database default") == Run(0, "Using database 'default'.\n", "")
    shown = typed.json("show database default")
    assert (shown["database"], shown["properties"]) == ("default", None)


def test_a_missing_collection_is_named(typed: Typed) -> None:
    message = failed("collection 'nosuch' not found", "run `list collections`")
    lines = ("show collection nosuch", "load collection nosuch", "count -c nosuch", "search -c nosuch -v '[1, 2]'")
    assert [typed(line) for line in lines] == [message] * 4


def test_an_indexed_collection_that_never_had_rows_is_empty(typed: Typed, tmp_path: Path) -> None:
    typed.gone("book", "book_copy")
    typed.all("create collection -c book -f id:INT64 -f v:FLOAT_VECTOR:4 -p id --index v:IVF_FLAT:L2:nlist=8")
    assert typed.json("query -c book") == []
    exported = typed(f"export collection -c book {tmp_path}/book.csv")
    assert exported == Run(0, f"Exported 0 rows of 'book' to {tmp_path}/book.csv.\n", "")
    assert typed.json("copy book book_copy --yes")["copied"] == 0


def test_an_index_type_that_it_lacks(typed: Typed) -> None:
    typed.make("book")
    run = typed("create index -c book -f vector -t HNSW -m L2 --param M:16 --param efConstruction:200")
    assert run.err.splitlines() == [
        "error: invalid index type: HNSW, local mode only support FLAT IVF_FLAT AUTOINDEX:",
        "hint: create index -c book -f vector -t AUTOINDEX",
    ]


# What of the program has no server, or ends the script.
APART = {"connect", "clear", "exit", "top", "watch", "source", "run", "system", "tee", "quickstart", "start server"}
RPC = re.compile(r"has no [A-Z][a-z]+[A-Z]|GetVersion|internal error|Traceback")


def test_no_example_of_any_command_fails_by_the_name_of_an_rpc(typed: Typed, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    typed.make("book", rows=3)
    examples = [
        (leaf.path, line)
        for leaf in leaves(tree())
        if leaf.path not in APART and not leaf.path.startswith(("delete", "stop", "disconnect"))
        for line in re.findall(r"Example: (.+)", leaf.help or "")
    ]
    runs = {line: run_here(shlex.split(line), typed.cli.home, typed.server.uri) for _, line in examples}
    assert [(line, run) for line, run in runs.items() if RPC.search(run.err) or run.code not in range(6)] == []


# Between servers


@pytest.mark.parametrize("other", ["milvus", "lite"])
def test_copies_to_another_server_and_back(
    cli: Cli, earlier_lite: EarlierLiteServer, request: pytest.FixtureRequest, other: str
) -> None:
    there: ServerProcess = request.getfixturevalue(other)

    def run(line: str, code: int = 0) -> Any:
        found = run_here(["-o", "json", *shlex.split(line)], cli.home)
        assert found.code == code, (line, found)
        return json.loads(found.out)

    run(f"connect {earlier_lite.address} -a earlier")
    run(f"connect {there.address} -a other")
    for alias, name in (("earlier", "moved"), ("other", "moved"), ("earlier", "back")):
        run_here(shlex.split(f"delete collection {name} --alias {alias} --yes"), cli.home)
    schema = "-f id:INT64 -f v:FLOAT_VECTOR:4 -p id --index v:IVF_FLAT:L2:nlist=8"
    run(f"create collection -c moved {schema} --alias earlier")
    run("insert fake -c moved -n 500 --seed 1 --alias earlier")
    run("copy earlier:moved other:moved --yes")
    run("copy other:moved earlier:back --yes")
    assert run("diff earlier:moved other:moved --rows all")["same"] is True
    assert run("diff earlier:moved earlier:back --rows all")["rows_b"] == 500
    for alias, name in (("earlier", "moved"), ("other", "moved"), ("earlier", "back")):
        run(f"delete collection {name} --alias {alias} --yes")


def test_a_type_that_it_lacks(typed: Typed) -> None:
    run = typed("create collection -c small -f id:INT64 -f v:INT8_VECTOR:4 -p id")
    assert run == failed("unsupported scalar type", "nothing was created; see `help create collection`")
