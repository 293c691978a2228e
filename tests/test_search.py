"""search against Milvus 2.3.5 and Milvus Lite: the same hits as pymilvus, and every option reaches the server."""

import json
import re
import struct
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pymilvus import DataType, Function, FunctionType

from milvus_cli.app.runner import execute
from milvus_cli.connections.environment import Config
from milvus_cli.schema.kinds import FIELD_TYPES
from milvus_cli.schema.metrics import METRICS
from milvus_cli.session.session import Session
from milvus_cli.session.settings import load
from milvus_cli.text.floats import shortest
from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer, Handler, aborts, in_turn, refuses, replies
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.models_peer import DIMENSION, ModelsPeer, embedding
from tests.support.official import common_pb2, grpc, milvus_pb2, official_client, schema_pb2
from tests.support.process import ServerProcess
from tests.support.recorder import Recorder, run_here
from tests.support.searched import (
    HALF,
    INDEXES,
    LITE,
    MILVUS,
    NOWHERE,
    ROWS,
    TIED,
    Kind,
    fill,
    gaussian,
    typed_on,
)
from tests.support.typed import Typed, failed, on_lite, on_milvus

NAME, CLUSTERS, RELEASED, BARE = "searched", "searched_clusters", "searched_released", "searched_bare"
QUERY = json.dumps(gaussian(9, 1)[0])
SEARCH = f"search {NAME} -v '{QUERY}'"
TEXTS = ("a white whale", "the white horse", "black cats", "whale of a time", "no white at all, white lies")


@pytest.fixture(scope="module")
def searched_server(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typed]:
    """A server with a collection for each kind of vector, and one with all else."""
    typed = typed_on(tmp_path_factory.mktemp("searched"), server)

    def of_kind(kind: Kind) -> None:
        rows = [{"id": number, "g": number % 7, "v": vector} for number, vector in enumerate(kind.vectors())]
        fill(typed, kind.name, [kind.declaration, "g:INT64"], rows, f"-f v -t {kind.index} -m {kind.metric}")

    def all_else() -> None:
        rows = [
            {"id": number, "g": number % 7, "title": f"t{number}", "color": "red", "v": vector}
            for number, vector in enumerate(gaussian(1, ROWS))
        ]
        fill(
            typed,
            NAME,
            ["v:FLOAT_VECTOR:8", "g:INT64", "title:VARCHAR:20"],
            rows,
            "-f v -t FLAT -m L2",
            options="--dynamic",
        )

    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(all_else), pool.submit(clustered, typed), pool.submit(released, typed)]
        jobs += [pool.submit(of_kind, kind) for kind in kinds(server)]
        for job in jobs:
            job.result()
    yield typed
    typed.gone(NAME, CLUSTERS, RELEASED, *(kind.name for kind in kinds(server)))


def clustered(typed: Typed) -> None:
    """With an index of 32 clusters."""
    rows = [{"id": number, "v": vector} for number, vector in enumerate(gaussian(3, 1100, 4))]
    typed.gone(CLUSTERS)
    file = typed.cli.directory / "clusters.json"
    file.write_text(json.dumps(rows))
    typed.all(
        f"create collection -c {CLUSTERS} -f id:INT64 -f v:FLOAT_VECTOR:4 -p id",
        f"insert row -c {CLUSTERS} --row @{file}",
        f"flush -c {CLUSTERS}",
        f"create index -c {CLUSTERS} -f v -t IVF_FLAT -m L2 --param nlist:32",
        f"load {CLUSTERS}",
    )


def released(typed: Typed) -> None:
    """Indexed, and not loaded."""
    typed.gone(RELEASED)
    typed.all(
        f"create collection -c {RELEASED} -f id:INT64 -f v:FLOAT_VECTOR:2 -p id",
        f"create index -c {RELEASED} -f v -t FLAT -m L2",
        f"load {RELEASED}",
        f"release {RELEASED}",
    )


@pytest.fixture
def searched_rows(searched_server: Typed, tmp_path: Path) -> Typed:
    """That server, with a fresh home."""
    return Typed(Cli(tmp_path), searched_server.server)


def kinds(server: ServerProcess) -> tuple[Kind, ...]:
    return LITE if isinstance(server, LiteServer) else MILVUS


def ids(typed: Typed, line: str) -> list[int]:
    return [row["id"] for row in typed.json(line)]


def official(typed: Typed, name: str, data: list[Any], **options: Any) -> list[list[tuple[int, float]]]:
    client = official_client(typed.server.uri)
    try:
        found = client.search(name, data, anns_field="v", consistency_level="Strong", **options)
        return [[(hit["id"], shortest(hit["distance"])) for hit in hits] for hits in found]
    finally:
        client.close()


def ours(typed: Typed, line: str, count: int = 1) -> list[list[tuple[int, float]]]:
    found: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for row in typed.json(line):
        found[row.get("query", 0)].append((row["id"], row["distance"]))
    return found


def settled(found: list[list[tuple[int, float]]]) -> list[list[tuple[int, float]]]:
    """Without the farthest, which may be cut from others as near, and those that are equally near by id."""
    return [sorted(each for each in hits if len(hits) < 10 or each[1] != hits[-1][1]) for hits in found]


def test_hits_and_distances_are_those_of_pymilvus_for_every_type_and_metric(searched_rows: Typed) -> None:
    for kind in kinds(searched_rows.server):
        if kind.metric in TIED:
            continue
        queries = kind.vectors(3, seed=20)
        data = [kind.official(each) for each in queries]
        file = searched_rows.cli.directory / "queries.json"
        file.write_text(json.dumps(queries))
        expected = official(searched_rows, kind.name, data, limit=10)
        assert all(len(each) == 10 for each in expected), kind
        assert settled(ours(searched_rows, f"search {kind.name} -v @{file}", 3)) == settled(expected), kind

        params = {"metric_type": kind.metric, "offset": 2}
        single = f"search {kind.name} -v '{json.dumps(queries[0])}' --metric {kind.metric} --filter 'g > 2' --offset 2"
        assert settled(ours(searched_rows, single)) == settled(
            official(searched_rows, kind.name, data[:1], limit=10, filter="g > 2", search_params=params)
        ), kind

        near, far = expected[0][2][1], expected[0][7][1]
        line = f"search {kind.name} -v '{json.dumps(queries[0])}' --radius={far} --range-filter={near} -l 20"
        ranged = official(
            searched_rows,
            kind.name,
            data[:1],
            limit=20,
            search_params={"params": {"radius": far, "range_filter": near}},
        )
        if kind.type != "SPARSE_FLOAT_VECTOR":
            assert 3 <= len(ranged[0]) <= 6, kind
        assert settled(ours(searched_rows, line)) == settled(ranged), kind


def test_substructures_and_superstructures_are_found_as_by_pymilvus(searched_rows: Typed, is_lite: bool) -> None:
    for kind in () if is_lite else MILVUS:
        if kind.metric in TIED:
            (query,) = kind.vectors(1, seed=20)
            expected = official(searched_rows, kind.name, [kind.official(query)], limit=ROWS)
            line = f"search {kind.name} -v '{json.dumps(query)}' -l {ROWS}"
            assert sorted(ours(searched_rows, line)[0]) == sorted(expected[0]), kind
            assert 10 < len(expected[0]) < ROWS, kind


def test_every_other_metric_and_type_is_one_that_the_server_does_not_have(searched_rows: Typed, is_lite: bool) -> None:
    """Nothing is left out: each pair of type and metric is compared above, or refused here."""
    name, has = "searched_other", kinds(searched_rows.server)
    types = {kind.type for kind in has}
    nowhere = NOWHERE["lite" if is_lite else "milvus"]
    assert {*types, *nowhere, *(() if is_lite else (HALF.type,))} == {each for each in FIELD_TYPES if "VECTOR" in each}
    for each in types:
        searched_rows.gone(name)
        searched_rows.all(f"create collection -c {name} -f id:INT64 -p id -f {Kind(each, '').declaration}")
        for metric in METRICS.keys() - {kind.metric for kind in has if kind.type == each}:
            if (is_lite, each, metric) == (True, "FLOAT_VECTOR", "BM25"):
                continue  # Milvus Lite makes this index, and finds nothing with it.
            run = searched_rows(f"create index -c {name} -f v -t {INDEXES.get(each, 'FLAT')} -m {metric} --force")
            assert (run.code, run.out) == (1, ""), (each, metric)
    for each in nowhere:
        searched_rows.gone(name)
        if searched_rows(f"create collection -c {name} -f id:INT64 -p id -f {Kind(each, '').declaration}").code:
            continue
        vector = json.dumps(Kind(each, "").vectors(1)[0] if each != "INT8_VECTOR" else [1] * 8)
        assert searched_rows(f"""insert row -c {name} --row '{{"id": 1, "v": {vector}}}'""").code == 1, each
    searched_rows.gone(name)


def test_half_floats_are_not_searched_where_the_server_reads_beyond_them(milvus: MilvusServer, tmp_path: Path) -> None:
    typed = typed_on(tmp_path, milvus)
    typed.gone(HALF.name)
    typed.all(f"create collection -c {HALF.name} -f id:INT64 -p id -f {HALF.declaration}")
    assert typed(f"search {HALF.name} -v '{QUERY}'") == failed(
        "Milvus 2.3.5 has no search of half floats that reads the right bytes (requires Milvus 2.4)"
    )
    # It goes out where that is wanted.
    assert typed(f"search {HALF.name} -v '{QUERY}' --force").err.startswith(
        f"error: collection {HALF.name!r} is not loaded"
    )
    typed.gone(HALF.name)


def test_limit_and_offset_reach_the_server(searched_rows: Typed) -> None:
    every = ids(searched_rows, f"{SEARCH} -l {ROWS}")
    assert len(every) == ROWS
    assert ids(searched_rows, SEARCH) == every[:10]
    assert ids(searched_rows, f"{SEARCH} -l 4 --offset 3") == every[3:7]


def test_filters_and_partitions_reach_the_server(searched_rows: Typed) -> None:
    every = ids(searched_rows, f"{SEARCH} -l {ROWS}")
    assert ids(searched_rows, f"{SEARCH} --filter 'g == 3' -l 60") == [each for each in every if each % 7 == 3]
    assert ids(searched_rows, f"{SEARCH} --filter 'g in {{some}}' --param some=[1,2] -l 60") == [
        each for each in every if each % 7 in (1, 2)
    ]
    assert ids(searched_rows, f"{SEARCH} --partition odd -l 60") == [each for each in every if each % 2]
    assert ids(searched_rows, f"{SEARCH} --partition odd --partition _default -l 60") == every


@pytest.mark.parametrize("option", ["--radius {0}", "--params '{{\"radius\": {0}}}'", "--params radius={0}"])
def test_a_radius_leaves_out_farther_hits(searched_rows: Typed, option: str) -> None:
    every = searched_rows.json(f"{SEARCH} -l {ROWS}")
    line = f"{SEARCH} {option.format(every[5]['distance'])} -l 60"
    assert ids(searched_rows, line) == [row["id"] for row in every[:5]]


def test_distances_are_rounded_to_the_requested_places(searched_rows: Typed) -> None:
    distances = [row["distance"] for row in searched_rows.json(SEARCH)]
    rounded = searched_rows.json(f"{SEARCH} --round-decimal 2")
    assert [row["distance"] for row in rounded] == [round(each, 2) for each in distances]


def test_rows_that_are_not_sealed_can_be_left_out(searched_rows: Typed, is_lite: bool) -> None:
    run = searched_rows(f"{SEARCH} --ignore-growing -o jsonl")
    if is_lite:
        assert (run.code, run.out.count("\n")) == (0, 10)
        assert run.err == "note: Milvus Lite has no growing segments: nothing is left out\n"
    else:
        assert run == Run(0, "", "")


def test_output_fields_are_shown_beside_the_hit(searched_rows: Typed) -> None:
    first = ids(searched_rows, f"{SEARCH} -l 1")[0]
    (row,) = searched_rows.json(f"""{SEARCH} -l 1 --fields 'title,color,id,$meta["nothing"]'""")
    assert row == {
        "rank": 1,
        "id": first,
        "distance": row["distance"],
        "title": f"t{first}",
        "color": "red",
        "nothing": None,
    }
    (row,) = searched_rows.json(f"{SEARCH} -l 1 --fields '*'")
    assert row == {
        "rank": 1,
        "id": first,
        "distance": row["distance"],
        "g": first % 7,
        "title": f"t{first}",
        "v": [shortest(each) for each in gaussian(1, ROWS)[first]],
        "$meta": {"color": "red"},
    }
    assert list(row) == ["rank", "id", "distance", "v", "g", "title", "$meta"]


def test_people_see_a_table_with_how_many_how_long_and_how_consistent(searched_rows: Typed) -> None:
    run = searched_rows(f"{SEARCH} -l 2 --fields title --consistency bounded")
    lines = run.out.splitlines()
    first, second = searched_rows.json(f"{SEARCH} -l 2")
    assert [line.replace("│", " ").split() for line in (lines[1], lines[3], lines[4])] == [
        ["rank", "id", "distance", "title"],
        ["1", str(first["id"]), str(first["distance"]), f"t{first['id']}"],
        ["2", str(second["id"]), str(second["distance"]), f"t{second['id']}"],
    ]
    assert lines[6] == "(2 rows)"
    assert lines[7].endswith(" ms, consistency Bounded")
    assert (run.code, run.err, len(lines)) == (0, "", 8)


def test_an_entity_finds_others_like_it_and_the_limit_is_filled(searched_rows: Typed) -> None:
    vector = json.dumps(gaussian(1, ROWS)[17])
    expected = [
        each for each in ours(searched_rows, f"search {NAME} -v '{vector}' -l 6 --filter 'g < 6'")[0] if each[0] != 17
    ]
    assert len(expected) == 5
    assert ours(searched_rows, f"search {NAME} --like 17 -l 5 --filter 'g < 6'") == [expected]
    assert searched_rows(f"search {NAME} --like 1000") == failed(
        f"{NAME} has no entity with id 1000", f"query -c {NAME} shows some"
    )
    assert searched_rows(f"search {NAME} --like x") == failed(
        f"invalid id 'x': primary key 'id' of {NAME!r} is INT64", "write ids as 1,2,3", code=2
    )


def test_thousands_of_queries_go_in_several_requests_and_come_in_order(searched_rows: Typed) -> None:
    import numpy

    vectors = numpy.array(gaussian(5, 1200), dtype="<f4")
    file = searched_rows.cli.directory / "q.npy"
    numpy.save(file, vectors)
    run = searched_rows(f"search {NAME} -v @{file} -l 10 -o jsonl")
    assert (run.code, run.err) == (0, "")
    rows = [json.loads(line) for line in run.out.splitlines()]
    assert [row["query"] for row in rows] == [number // 10 for number in range(12_000)]
    expected = official(searched_rows, NAME, [vectors[number].tolist() for number in (0, 999, 1000, 1199)], limit=10)
    for number, hits in zip((0, 999, 1000, 1199), expected, strict=True):
        assert [(row["id"], row["distance"]) for row in rows[number * 10 : number * 10 + 10]] == hits


def test_histogram_and_hits_in_one_object(searched_rows: Typed) -> None:
    hits = searched_rows.json(f"{SEARCH} -l 20")
    found = searched_rows.json(f"{SEARCH} -l 20 --hist")
    distances = [row["distance"] for row in hits]
    _, after = max((far - near, -number) for number, (near, far) in enumerate(pairwise(distances), start=1))
    assert searched_rows(f"{SEARCH} -l 20 --hist").out.count("◀ largest gap") == 1

    assert found["hits"] == hits
    assert (found["count"], found["nearest"], found["farthest"]) == (20, distances[0], distances[-1])
    assert found["largest_gap"] == {"after_hits": -after, "from": distances[-after - 1], "to": distances[-after]}
    assert sum(each["hits"] for each in found["histogram"]) == 20


def test_explain_tells_index_state_and_where_the_time_went(searched_rows: Typed, is_lite: bool) -> None:
    found = searched_rows.json(f"{SEARCH} --explain --filter 'g > 1'")
    facts = {
        key: found[key]
        for key in ("field", "index_type", "metric", "load_state", "consistency", "filter", "queries", "hits")
    }
    assert facts == {
        "field": "v (FLOAT_VECTOR 8)",
        "index_type": "FLAT",
        "metric": "L2",
        "load_state": "loaded",
        "consistency": "Strong",
        "filter": "g > 1",
        "queries": 1,
        "hits": 10,
    }
    steps = [each["step"] for each in found["timing"]]
    assert [each for each in steps if not each.startswith("of it")] == [
        "connect",
        "describe",
        "encode",
        "search",
        "decode",
        "all",
    ]
    if is_lite:
        assert "segments" not in found
    else:
        assert "segments" in found


def test_explain_tells_the_servers_own_share_where_its_management_port_answers(
    searched_rows: Typed, is_lite: bool
) -> None:
    if is_lite:
        return
    assert isinstance(searched_rows.server, MilvusServer)
    home, port = searched_rows.cli.home, str(searched_rows.server.ports["management"])
    assert run_here(["connect", searched_rows.server.address, "-a", "m", "--management-port", port], home, "").code == 0
    run = run_here(["search", NAME, "-v", QUERY, "--explain", "-o", "json", "--alias", "m"], home, "")
    steps = {each["step"]: each["ms"] for each in json.loads(run.out)["timing"]}
    assert {"of it: proxy", "of it: consistency wait", "of it: growing segments"} <= steps.keys()
    assert all(steps[each] >= 0 for each in steps)


def test_query_files_of_the_references_run_unchanged(searched_rows: Typed) -> None:
    """They have no header and one quoted JSON list a line."""
    queries = gaussian(9, 3)
    file = searched_rows.cli.directory / "queries.csv"
    file.write_text("".join(f'"{query}"\n' for query in queries))
    wanted = searched_rows.json(f"search {NAME} -v '{json.dumps(queries)}'")
    assert len(wanted) == 30
    for source in (file, f"@{file}"):
        assert searched_rows.json(f"search -c {NAME} -f v -v {source}") == wanted
        assert searched_rows.json(f"bench search {NAME} -v {source} -n 3 -j 1")["errors"] == 0

    assert searched_rows(f"search_iterator {NAME} -v {file}") == failed(
        "3 queries are given, and search_iterator takes one", "search takes several", 2
    )
    file.write_text(f'"{queries[0]}"\n')
    assert searched_rows.json(f"search_iterator {NAME} -v {file} -l 5") == searched_rows.json(
        f"search_iterator {NAME} -v '{queries[0]}' -l 5"
    )


def test_nothing_is_sent_where_a_line_of_many_is_bad(cli: Cli) -> None:
    schema = schema_pb2.CollectionSchema(name="c")
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    schema.fields.add(name="v", data_type=schema_pb2.FloatVector).type_params.add(key="dim", value="2")
    file = cli.directory / "q.csv"
    file.write_text('"[1, 2]"\n' * 20_000 + '"[1, 2, 3]"\n')
    peer = GrpcPeer({"DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=schema))})
    with peer:
        for command in ("search", "search_iterator"):
            assert run_here([command, "c", "-v", str(file)], cli.home, peer.uri) == failed(
                f"{file}, line 20001: 'v' takes a list of 2 numbers, not 3 numbers", code=2
            )
        assert peer.requests("Search") == []


@pytest.mark.parametrize(
    ("line", "message", "hint", "code"),
    [
        ("search {} -v [1,2,3]", "query vector 1: 'v' takes a list of 8 numbers, not 3 numbers", "", 2),
        ("search {} -v [1,2,3,4,5,6,7,true]", "query vector 1: true does not fit in 'v', a FLOAT_VECTOR", "", 2),
        (
            "search {} -v [1,2,3,4,5,6,7,NaN]",
            "query vector 1: invalid vector: number 8 is NaN, expected finite numbers",
            "",
            2,
        ),
        (
            "search {} -v [1 -l 3",
            "the vector has no closing bracket",
            "write a vector as [0.1, 0.2, …] or 0.1, 0.2, …",
            2,
        ),
        ("search {}", "missing query", "-v VECTOR, --like ID or --text TEXT", 2),
        ("search {} -v [1] --like 3", "-v, --like, --text and --ids cannot be combined", "", 2),
        ("search {} -f w --like 3", "searched has no vector field 'w'", "vector fields: v", 1),
        ("search {} --like 3 --partition old", "partition 'old' not found in 'searched'", "did you mean odd?", 1),
        (
            "search {} --like 3 --metric IP",
            "the index of 'v' has the metric L2, not IP",
            "leave --metric out, or rebuild it with `release collection -c searched; delete index -c searched -in {} "
            "--yes; create index -c searched -f v -t FLAT -m IP; load collection -c searched`",
            1,
        ),
        ("search {} --like 3 --metric cosin", "unknown metric 'COSIN'", "did you mean COSINE?", 2),
        ("search {} -f g --like 3", "'g' of searched is not a vector: its type is INT64", "vector fields: v", 1),
        (
            "search searched_clusters -v [0,0,0,0] --params nprobe=many",
            "nprobe takes a number, not 'many'",
            "--force sends it anyway",
            2,
        ),
        (
            "search_iterator {} --like 3 --filter 'h == 1 and q < 3' --fields x --metric IP",
            "the index of 'v' has the metric L2, not IP",
            "leave --metric out, or rebuild it with `release collection -c searched; delete index -c searched -in {} "
            "--yes; create index -c searched -f v -t FLAT -m IP; load collection -c searched`",
            1,
        ),
        ("bench search {} -v [1,2]", "query vector 1: 'v' takes a list of 8 numbers, not 2 numbers", "", 2),
        (
            "bench search searched_clusters -v [0,0,0,0] -n 2 --filter 'idd > 1'",
            "invalid filter: unknown field 'idd'\n  idd > 1\n  ^",
            "did you mean id?",
            1,
        ),
        (
            "search {} --like 3 --params ef=3",
            "a search of FLAT has no parameter 'ef'",
            "it takes none; --force sends it anyway",
            2,
        ),
        ("search {} --like 3 --params ef", "invalid parameter 'ef'", 'write ef=64, or {{"ef": 64}}', 2),
        ("search {} --like 3 --range-filter 3", "--range-filter needs --radius, the far end of the range", "", 2),
        (
            "search {} --like 3 --range-filter 3 --radius 2",
            "--range-filter 3 is not less than --radius 2",
            "with L2 lower is nearer, and the radius is the far end",
            2,
        ),
        (
            "search {} --like 3 --offset 16380",
            "--offset and --limit make 16,390, and 16,384 is the most",
            "search_iterator goes further",
            2,
        ),
        ("search {} --like 3 --consistency strung", "unknown consistency level 'strung'", "did you mean Strong?", 2),
        (
            "search {} --text whale",
            "searched has no function that converts text to vectors",
            "pass a vector with -v, convert texts with --embed EMBEDDER (see `help embedding`), or create the "
            "collection with --bm25 TEXT:SPARSE (Milvus 2.5 and Milvus Lite)",
            1,
        ),
        ("search {} -v @nosuch.npy", "can't read nosuch.npy: No such file or directory", "", 2),
    ],
)
def test_invalid_options_are_one_line_with_the_expected_value(
    searched_rows: Typed, line: str, message: str, hint: str, code: int
) -> None:
    index = next(row["index"] for row in searched_rows.json(f"list indexes -c {NAME}"))
    assert searched_rows(line.format(NAME)) == failed(message, hint.format(index), code)


def test_a_missing_field_is_named_where_rows_have_no_dynamic_field(searched_rows: Typed) -> None:
    kind = kinds(searched_rows.server)[0]
    assert searched_rows(f"search {kind.name} --like 1 --fields g,h") == failed(
        f"{kind.name} has no field 'h'", "fields: id, v, g"
    )


def test_a_refused_filter_is_shown_with_its_place(searched_rows: Typed) -> None:
    run = searched_rows(f"{SEARCH} --filter 'g >'")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("error: invalid filter: ")
    assert "\n  g >\n" in run.err


def test_a_collection_that_is_not_loaded_or_has_no_index_says_what_to_do(searched_rows: Typed, is_lite: bool) -> None:
    searched_rows.gone(BARE)
    searched_rows.all(f"create collection -c {BARE} -f id:INT64 -f v:FLOAT_VECTOR:2 -p id")
    for line in searches_of(BARE):
        if not is_lite:  # Milvus Lite searches without an index.
            assert searched_rows(line) == failed(
                f"collection {BARE!r} is not loaded, and 'v' has no index",
                f"run `create index -c {BARE} -f v`, then `load collection -c {BARE}`",
            )
    for line in searches_of(RELEASED):
        assert searched_rows(line) == failed(
            f"collection {RELEASED!r} is not loaded", f"load it first with `load collection -c {RELEASED}`"
        )
    searched_rows.gone(BARE)


def searches_of(name: str) -> list[str]:
    return [f"{command} {name} -v [1,2]" for command in ("search", "search_iterator", "bench search")]


@on_milvus
def test_grouping_of_hits_needs_a_newer_milvus(searched_rows: Typed) -> None:
    assert searched_rows(f"{SEARCH} --group-by g -l 5") == failed(
        "Milvus 2.3.5 has no grouping of hits (requires Milvus 2.4)"
    )


@on_lite
def test_grouped_hits_are_those_of_pymilvus(searched_rows: Typed) -> None:
    data = [json.loads(QUERY)]
    assert ours(searched_rows, f"{SEARCH} --group-by g -l 5") == official(
        searched_rows, NAME, data, limit=5, group_by_field="g"
    )
    sized = official(searched_rows, NAME, data, limit=5, group_by_field="g", group_size=2)
    assert len(sized[0]) == 10
    assert ours(searched_rows, f"{SEARCH} --group-by g -l 5 --group-size 2") == sized
    assert searched_rows(f"{SEARCH} --group-by v").code == 2


@pytest.fixture(scope="module")
def texts_and_vectors(lite: LiteServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typed]:
    """Milvus Lite with the rows of TEXTS in `searched_texts`: a text, its BM25 vector `words`, and another one, `v`."""
    typed, name = typed_on(tmp_path_factory.mktemp("texts"), lite), "searched_texts"
    rows = [
        {"id": number, "body": text, "v": vector}
        for number, (text, vector) in enumerate(zip(TEXTS, gaussian(2, len(TEXTS)), strict=True))
    ]
    fill(
        typed,
        name,
        ["body:VARCHAR:200", "v:FLOAT_VECTOR:8", "words:SPARSE_FLOAT_VECTOR"],
        rows,
        "-f v -t FLAT -m L2",
        "-f words -t SPARSE_INVERTED_INDEX -m BM25",
        options="--bm25 body:words",
    )
    yield typed
    typed.gone(name)


def test_hits_of_a_text_are_those_of_bm25_for_pymilvus(texts_and_vectors: Typed) -> None:
    typed, name = texts_and_vectors, "searched_texts"
    client = official_client(typed.server.uri)
    found = client.search(name, ["white whale", "cats"], anns_field="words", limit=5, consistency_level="Strong")
    expected = [[(hit["id"], shortest(hit["distance"])) for hit in hits] for hits in found]
    client.close()
    assert [len(each) for each in expected] == [4, 1]
    assert ours(typed, f"search {name} --text 'white whale' --text cats -l 5", 2) == expected
    assert ours(typed, f"search {name} --like 0 -f words -l 2")[0][0][0] in (1, 3, 4)
    assert list(typed.json(f"search {name} --text cats --fields '*'")[0]) == ["rank", "id", "distance", "body", "v"]


def test_a_query_that_does_not_suit_the_vector_field_is_refused(texts_and_vectors: Typed) -> None:
    typed, name = texts_and_vectors, "searched_texts"
    assert typed(f"search {name} -v [1]") == failed(f"{name} has 2 vector fields", "give one: -f v or words", 2)
    assert typed(f"search {name} -f v --text cats") == failed(
        f"{name}: vector field 'v' is filled by no function", "give one: -f words"
    )
    assert typed(f"search {name} -f words -v '{{\"1\": 2}}'") == failed(
        "'words' is generated from text, so it cannot be searched with a vector",
        "search it with --text, or --like ID",
        2,
    )


def test_texts_are_made_vectors_and_ranked_by_models_of_the_server(lite: LiteServer, tmp_path: Path) -> None:
    typed = typed_on(tmp_path, lite)
    name = "searched_models"
    typed.gone(name)
    client = official_client(lite.uri)
    with ModelsPeer() as models:
        asked = {"api_key": "none", "base_url": models.uri}
        schema = client.create_schema()
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("body", DataType.VARCHAR, max_length=200)
        schema.add_field("v", DataType.FLOAT_VECTOR, dim=DIMENSION)
        schema.add_function(
            Function(
                "embed",
                FunctionType.TEXTEMBEDDING,
                ["body"],
                ["v"],
                params={"provider": "openai", "dimensions": DIMENSION, **asked},
            )
        )
        client.create_collection(name, schema=schema)
        rows = [{"id": number, "body": text} for number, text in enumerate(TEXTS)]
        typed.all(
            f"insert row -c {name} --row '{json.dumps(rows)}'",
            f"create index -c {name} -f v -t FLAT -m L2",
            f"load {name}",
        )

        def expected(text: str, **options: Any) -> list[list[tuple[int, float]]]:
            found = client.search(name, [text], anns_field="v", limit=5, consistency_level="Strong", **options)
            return [[(hit["id"], shortest(hit["distance"])) for hit in found[0]]]

        by_text = ours(typed, f"search {name} --text 'black cats' -l 5")
        assert by_text == expected("black cats")
        assert by_text[0][0] == (2, 0.0)
        assert ours(typed, f"search {name} -v '{json.dumps(embedding('black cats'))}' -l 5") == by_text
        assert ours(typed, f"search {name} --like 2 -l 4") == [by_text[0][1:]]

        model = {"provider": "cohere", "queries": ["white whale"], **asked}
        ranker = Function("model", FunctionType.RERANK, ["body"], params={"reranker": "model", **model})
        given = ",".join(f"{key}={json.dumps(value) if key == 'queries' else value}" for key, value in model.items())
        reranked = ours(typed, f"search {name} --text 'black cats' -l 5 --rerank 'model:field=body,{given}'")
        assert reranked == expected("black cats", ranker=ranker) != by_text
    client.close()

    # The model's server is gone.
    assert typed(f"search {name} --text cats").code == 1
    typed.gone(name)


def test_a_range_that_milvus_lite_did_not_reach_is_noted(searched_rows: Typed, is_lite: bool) -> None:
    distances = [row["distance"] for row in searched_rows.json(f"{SEARCH} -l {ROWS}")]
    between = f"--range-filter {distances[40]} --radius {distances[50]}"
    run = searched_rows(f"{SEARCH} -l 5 {between} -o table")
    assert run.err == (
        "note: Milvus Lite looks for a range among the nearest 5 × limit rows only: a larger -l may find more\n"
        if is_lite
        else ""
    )
    # Milvus Lite rounds before it compares: a hit on the edge may be in or out.
    assert 9 <= len(searched_rows.json(f"{SEARCH} -l 20 {between}")) <= 11


def test_search_parameters_reach_the_index(searched_rows: Typed) -> None:
    """With one cluster of 32 looked at, fewer rows are found than with all of them."""
    counts = [
        len(searched_rows.json(f"search {CLUSTERS} -v [0,0,0,0] -l 1000 --params nprobe={each}")) for each in (1, 32)
    ]
    assert 0 < counts[0] < counts[1] == 1000
    assert searched_rows(f"search {CLUSTERS} -v [0,0,0,0] --params nprob=1") == failed(
        "a search of IVF_FLAT has no parameter 'nprob'",
        "did you mean nprobe? --force sends it anyway",
        2,
    )


def test_a_shell_follows_a_collection_that_was_made_anew_elsewhere(searched_rows: Typed, tmp_path: Path) -> None:
    name = "searched_anew"
    searched_rows.make(name)
    searched_rows.all(f"create index -c {name} -f vector -t FLAT -m L2", f"load {name}")
    console = Recorder()
    session = Session(Config(tmp_path / "shell", uri=searched_rows.server.uri), console, load(tmp_path / "none", {}))
    try:
        for _ in range(3):
            assert execute(["search", name, "-v", "[1,2,3,4]", "-o", "jsonl"], session) == 0

        searched_rows.gone(name)
        # As many bytes a vector: Milvus 2.3 takes the one for the other.
        declared, index = (
            ("BINARY_VECTOR:128", "BIN_FLAT -m HAMMING")
            if isinstance(searched_rows.server, MilvusServer)
            else ("FLOAT_VECTOR:2", "FLAT -m L2")
        )
        vector = list(range(16)) if isinstance(searched_rows.server, MilvusServer) else [1, 2]
        searched_rows.all(
            f"create collection -c {name} -f key:INT64 -f vector:{declared} -p key",
            f"create index -c {name} -f vector -t {index}",
            f"load {name}",
            f"insert row -c {name} --row '{json.dumps({'key': 5, 'vector': vector})}'",
        )
        assert execute(["search", name, "-v", "[1,2,3,4]", "-o", "table"], session) == 2
        assert execute(["search", name, "-v", json.dumps(vector), "-o", "jsonl"], session) == 0
    finally:
        session.close()

    out, err = console.written()
    assert out == '{"rank": 1, "id": 5, "distance": 0.0}\n'
    assert err.startswith("error: query vector 1: 'vector' takes a list of ")
    searched_rows.gone(name)


def two_numbers(field: str) -> Handler:
    """Describes a collection with vectors of two numbers."""
    schema = schema_pb2.CollectionSchema(name="c")
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    schema.fields.add(name=field, data_type=schema_pb2.FloatVector).type_params.add(key="dim", value="2")
    return replies(milvus_pb2.DescribeCollectionResponse(schema=schema))


def test_who_may_not_count_rows_is_shown_hits(cli: Cli) -> None:
    peer = GrpcPeer(
        {
            "DescribeCollection": two_numbers("v"),
            "GetCollectionStatistics": aborts(
                grpc.StatusCode.PERMISSION_DENIED, "PrivilegeGetStatistics: permission deny"
            ),
            "Search": replies(milvus_pb2.SearchResults()),
        }
    )
    with peer:
        run = run_here(["search", "c", "-v", "[1,2]", "-o", "markdown"], cli.home, peer.uri)
    assert (run.code, run.err) == (0, "")
    assert re.sub(r"[\d.]+ ms", "# ms", run.out.splitlines()[-1]) == "# ms, consistency Strong"


def methods_of_searches(cli: Cli, peer: GrpcPeer, codes: Sequence[int]) -> list[list[str]]:
    """Runs one search per exit code in one shell; returns the methods that each of them called."""
    session = Session(Config(cli.home, uri=peer.uri), Recorder(), load(cli.home / "none", {}))
    called = []
    for code in codes:
        before = len(peer.calls)
        assert execute(["search", "c", "-v", "[1,2]", "-o", "jsonl"], session) == code
        called.append(sorted(peer.methods[before:]))
    session.close()
    return called


def test_every_search_confirms_the_schema(cli: Cli) -> None:
    with GrpcPeer({"DescribeCollection": two_numbers("v"), "Search": replies(milvus_pb2.SearchResults())}) as peer:
        assert methods_of_searches(cli, peer, [0, 0]) == [["DescribeCollection", "Search"]] * 2


def test_a_search_by_a_schema_that_has_changed_is_sent_again(cli: Cli) -> None:
    found, refused = replies(milvus_pb2.SearchResults()), refuses(65535, "no field v")
    peer = GrpcPeer(
        {
            "DescribeCollection": in_turn(two_numbers("v"), two_numbers("w"), two_numbers("x")),
            "Search": in_turn(found, refused, found, found, found),
        }
    )
    with peer:
        called = methods_of_searches(cli, peer, [0, 0, 0])
        searches = [
            {each.key: each.value for each in request.search_params}  # type: ignore[attr-defined]
            for request in peer.requests("Search")
        ]
    assert [each.count("Search") for each in called] == [1, 2, 2]
    assert [each["anns_field"] for each in searches] == ["v", "v", "w", "w", "x"]


def test_a_search_that_is_refused_by_an_unchanged_schema_is_not_sent_again(cli: Cli) -> None:
    found, refused = replies(milvus_pb2.SearchResults()), refuses(65535, "out of memory")
    peer = GrpcPeer({"DescribeCollection": two_numbers("v"), "Search": in_turn(found, refused)})
    with peer:
        called = methods_of_searches(cli, peer, [0, 1])
    assert [each.count("Search") for each in called] == [1, 1]


def test_rows_are_counted_once_in_a_while_and_after_each_write_of_ours(searched_rows: Typed) -> None:
    searched_rows.make("counted", rows=3, index=True)
    searched_rows.all("load counted")
    search = "search counted -v [1,2,3,4]"
    lines = [search, search, "delete entities -c counted -e 'id == 1' --yes", search, search]
    run = searched_rows.cli("--debug", "-c", "; ".join(lines), env=searched_rows.env)
    searched_rows.gone("counted")
    assert (run.code, run.out.count(" of about ")) == (0, 4), run
    traced = re.findall("^rpc (GetCollectionStatistics|Delete|Search) ", run.err, re.MULTILINE)
    assert traced == [
        "Search",
        "GetCollectionStatistics",
        "Search",
        "Delete",
        "Search",
        "GetCollectionStatistics",
        "Search",
    ]


def test_every_option_is_in_the_request(cli: Cli) -> None:
    schema = schema_pb2.CollectionSchema(name="c")
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    schema.fields.add(name="v", data_type=schema_pb2.FloatVector).type_params.add(key="dim", value="2")
    index = milvus_pb2.IndexDescription(field_name="v", index_name="i")
    for key, value in (("index_type", "HNSW"), ("metric_type", "IP")):
        index.params.add(key=key, value=value)
    peer = GrpcPeer(
        {
            "DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=schema)),
            "DescribeIndex": replies(milvus_pb2.DescribeIndexResponse(index_descriptions=[index])),
            "ShowPartitions": replies(milvus_pb2.ShowPartitionsResponse(partition_names=["p", "q"])),
            "GetVersion": replies(milvus_pb2.GetVersionResponse(version="v2.6.0")),
            "Search": replies(milvus_pb2.SearchResults()),
        }
    )
    argv = [
        "search",
        "c",
        "-v",
        "[[1,2],[3,4]]",
        "-l",
        "7",
        "--offset",
        "2",
        "--filter",
        "id > {n}",
        "--param",
        "n=3",
        "--fields",
        "id",
        "--partition",
        "p",
        "--partition",
        "q",
        "--metric",
        "ip",
        "--params",
        '{"ef": 9}',
        "--radius",
        "0.5",
        "--range-filter",
        "0.75",
        "--group-by",
        "id",
        "--group-size",
        "2",
        "--round-decimal",
        "3",
        "--consistency",
        "eventually",
        "--ignore-growing",
        "-o",
        "jsonl",
    ]
    with peer:
        assert run_here(argv, cli.home, peer.uri) == Run(0, "", "")
        (request,) = peer.requests("Search")
    assert isinstance(request, milvus_pb2.SearchRequest)

    params = {pair.key: pair.value for pair in request.search_params}
    assert json.loads(params.pop("params")) == {"ef": 9, "radius": 0.5, "range_filter": 0.75}
    assert params == {
        "anns_field": "v",
        "topk": "7",
        "offset": "2",
        "metric_type": "IP",
        "group_by_field": "id",
        "group_size": "2",
        "round_decimal": "3",
        "ignore_growing": "true",
    }

    group = common_pb2.PlaceholderGroup.FromString(request.placeholder_group)
    assert [list(struct.unpack("<2f", value)) for value in group.placeholders[0].values] == [[1, 2], [3, 4]]
    assert (request.dsl, list(request.partition_names), list(request.output_fields), request.nq) == (
        "id > {n}",
        ["p", "q"],
        ["id"],
        2,
    )
    assert dict(request.expr_template_values) == {"n": schema_pb2.TemplateValue(int64_val=3)}

    assert (request.consistency_level, request.guarantee_timestamp, request.use_default_consistency) == (
        common_pb2.Eventually,
        1,
        False,
    )
