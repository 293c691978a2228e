"""diff and copy between two servers: Milvus and Milvus Lite, both ways, interrupted and resumed."""

import json
import shlex
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pymilvus import DataType

from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.official import official_client
from tests.support.process import ServerProcess
from tests.support.recorder import run_here
from tests.support.tcp_proxy import TcpProxy
from tests.support.terminal import Terminal

ROWS = 2_500
SECOND = 500
"""Of them in a partition of its own."""
DIM = 64
ALIASES = {"old": "milvus", "lite": "lite"}
BOOK = "-f id:INT64 -f title:VARCHAR:200 -f vector:FLOAT_VECTOR:4 -p id"
ROW = '{{"id": {id}, "title": "t{id}", "vector": [0.1, 0.2, 0.3, {id}]}}'


@dataclass(frozen=True)
class BothServers:
    """Command lines with both servers connected, as old and lite."""

    home: Path
    servers: dict[str, ServerProcess]

    def __call__(self, line: str) -> Run:
        return run_here(shlex.split(line), self.home, "")

    def all(self, *lines: str) -> None:
        """Runs lines that must all succeed."""
        for line in lines:
            run = self(line)
            assert run.code == 0, (line, run)

    def json(self, line: str, *, code: int = 0) -> Any:
        run = self(f"{line} -o json")
        assert run.code == code, run
        return json.loads(run.out if code in (0, 1) and run.out else run.err)

    def place(self, alias: str) -> str:
        return f"{alias} ({self.servers[alias].address}, database default)"

    def make(self, alias: str, name: str, fields: str = BOOK, *, rows: int = 0, index: str = "HNSW") -> None:
        """Creates a fresh, loaded collection."""
        self.drop(alias, name)
        params = "--param M:16 --param efConstruction:200" if index == "HNSW" else ""
        self.all(f"create collection {name} {fields} --alias {alias}")
        if rows:
            values = ", ".join(ROW.format(id=number) for number in range(1, rows + 1))
            self.all(f"insert row -c {name} --row '[{values}]' --alias {alias}")
        self.all(
            f"create index -c {name} -f vector -in vector -t {index} -m COSINE {params} --alias {alias}",
            f"load {name} --alias {alias}",
        )

    def drop(self, alias: str, *names: str) -> None:
        for name in names:
            self(f"release collection {name} --alias {alias}")
            self(f"delete collection {name} -y --alias {alias}")

    def count(self, alias: str, name: str) -> int:
        return int(self.json(f"count {name} --alias {alias}")["exact"])


@pytest.fixture(scope="module")
def both_servers(tmp_path_factory: pytest.TempPathFactory, milvus: MilvusServer, lite: LiteServer) -> BothServers:
    """Connections to Milvus (`old`) and to Milvus Lite (`lite`)."""
    found = BothServers(tmp_path_factory.mktemp("both"), {"old": milvus, "lite": lite})
    found.all(*(f"connect {server.address} -a {alias}" for alias, server in found.servers.items()))
    return found


def everything(number: int) -> dict[str, Any]:
    """A row of all common types, with the limits of their ranges."""
    sign = -1 if number % 2 else 1
    return {
        "id": sign * (2**63 - 1 - number) if number % 3 else number,
        "flag": number % 3 == 0,
        "tiny": number % 256 - 128,
        "small": sign * (number % 32_768),
        "medium": sign * (2**31 - 1 - number),
        "single": number / 3,
        "double": number / 7,
        "text": f"row {number} é 中 \"'\\\n\t",
        "object": {"n": number, "list": [1, 2.5, None, "x"], "deep": {"z": 1, "a": [{}]}},
        "numbers": list(range(number % 4)),
        "words": [f"w{each}" for each in range(number % 3)],
        "vector": [(number * 31 + each) % 1000 / 1000 for each in range(DIM)],
        **({"extra": {"k": number}} if number % 2 else {"other é": 2**60 + number}),
    }


@pytest.fixture(scope="module")
def milvus_rows(both_servers: BothServers) -> Iterator[str]:
    """Rows of all common types on Milvus, in two partitions."""
    name = "copy_source"
    client = official_client(both_servers.servers["old"].uri)
    if client.has_collection(name):
        client.drop_collection(name)
    schema = client.create_schema(enable_dynamic_field=True)
    for field, kind in {
        "flag": DataType.BOOL,
        "tiny": DataType.INT8,
        "small": DataType.INT16,
        "medium": DataType.INT32,
        "single": DataType.FLOAT,
        "double": DataType.DOUBLE,
        "object": DataType.JSON,
    }.items():
        schema.add_field(field, kind)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("text", DataType.VARCHAR, max_length=100)
    schema.add_field("numbers", DataType.ARRAY, element_type=DataType.INT32, max_capacity=9)
    # Milvus Lite does not store this length: back on Milvus it is the maximum.
    schema.add_field("words", DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=9, max_length=65_535)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=DIM)
    index = client.prepare_index_params()
    index.add_index("vector", index_type="FLAT", metric_type="L2")
    client.create_collection(name, schema=schema, index_params=index)
    client.create_partition(name, "second")
    for begin in range(0, ROWS, 500):
        rows = [everything(number) for number in range(begin, begin + 500)]
        client.insert(name, rows, partition_name="second" if begin < SECOND else "_default")
    yield name
    client.drop_collection(name)
    client.close()


@pytest.fixture(scope="module")
def copied_to_lite(both_servers: BothServers, milvus_rows: str) -> Iterator[Run]:
    """Copies those rows to Milvus Lite under the same name; returns the run."""
    both_servers.drop("lite", milvus_rows)
    yield both_servers(f"copy old:{milvus_rows} lite: -y")
    both_servers.drop("lite", milvus_rows)


@pytest.fixture(scope="module")
def expected_rows(both_servers: BothServers, milvus_rows: str) -> list[str]:
    """The same rows as pymilvus reads them."""
    return rows_by_pymilvus(both_servers.servers["old"], milvus_rows)


def rows_by_pymilvus(server: ServerProcess, name: str) -> list[str]:
    """All rows as text in key order, read by pymilvus alone."""
    client = official_client(server.uri)
    try:
        found = client.query(
            name, filter="id != 1234567", output_fields=["*"], limit=16_384, consistency_level="Strong"
        )
    finally:
        client.close()
    return sorted(json.dumps(dict(row), default=_plain, sort_keys=True) for row in found)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else list(value)


def test_rows_of_milvus_copied_to_milvus_lite_and_back_are_identical(
    both_servers: BothServers, milvus_rows: str, copied_to_lite: Run, expected_rows: list[str]
) -> None:
    old, lite = both_servers.place("old"), both_servers.place("lite")
    copied = f"Copied 2,500 rows of 'copy_source' on {old} to 'copy_source' on {lite}: both have 2,500.\n"
    assert copied_to_lite == Run(0, copied, "")

    both_servers.drop("old", "copy_back")
    both_servers.all(f"copy lite:{milvus_rows} old:copy_back -y")
    assert len(expected_rows) == ROWS
    assert rows_by_pymilvus(both_servers.servers["lite"], milvus_rows) == expected_rows
    assert rows_by_pymilvus(both_servers.servers["old"], "copy_back") == expected_rows
    assert both_servers.json(f"diff old:{milvus_rows} old:copy_back --rows all") == {
        "a": f"'copy_source' on {both_servers.place('old')}",
        "b": f"'copy_back' on {both_servers.place('old')}",
        "same": True,
        "rows_a": ROWS,
        "rows_b": ROWS,
        "compared": ROWS,
        "differing": 0,
        "only_in_a": 0,
        "only_in_b": 0,
        "not_compared": [],
        "differences": [],
    }

    # Attributes that Milvus Lite does not keep are not compared.
    sample = both_servers.json(f"diff old:{milvus_rows} lite: --sample 100")
    assert (sample["same"], sample["compared"], sample["not_compared"]) == (
        True,
        100,
        [
            "consistency level (Milvus Lite reports Strong for all)",
            "lengths of texts in arrays (Milvus Lite keeps none)",
        ],
    )

    partitions = both_servers.json("list partitions -c copy_back --alias old")
    assert sorted(each["partition"] for each in partitions) == ["_default", "second"]
    second = both_servers.json("query -c copy_back -e 'id != 1234567' --partition second --fields id --alias old")
    assert sorted(each["id"] for each in second) == sorted(everything(number)["id"] for number in range(SECOND))
    both_servers.drop("old", "copy_back")


@pytest.mark.parametrize(("origin", "target"), [("old", "lite"), ("lite", "old")])
def test_a_copy_that_is_interrupted_and_killed_resumes_without_a_lost_or_doubled_row(
    both_servers: BothServers,
    milvus_rows: str,
    copied_to_lite: Run,
    expected_rows: list[str],
    cli: Cli,
    origin: str,
    target: str,
) -> None:
    assert copied_to_lite.code == 0
    server = both_servers.servers[target]
    both_servers.drop(target, "copy_killed")
    line = ["copy", f"{origin}:{milvus_rows}", "slow:copy_killed", "-y", "--quiet"]
    # Also interrupted once; a resumed copy does the same wherever the rows go.
    for number, code in ((signal.SIGKILL, -9), (signal.SIGINT, 130))[: 2 if target == "lite" else 1]:
        # A separate proxy for each, so that no request of the one before is still in flight.
        with TcpProxy(server.host, server.port) as proxy:
            both_servers.all(f"connect 127.0.0.1:{proxy.port} -a slow")
            proxy.delay(0.03)
            resume = ["--resume"] if code == 130 else []
            process = cli.start(*line, *resume, env={"MILVUS_CLI_HOME": str(both_servers.home)})
            _wait_for_bytes(proxy, 400_000)
            process.send_signal(number)
            out, err = process.communicate(timeout=60)
        hint = "error: interrupted\nhint: run the same command with --resume to continue\n"
        assert (process.returncode, out, err.endswith(hint)) == (code, "", code == 130), err

    both_servers.all(f"connect {server.address} -a slow")
    assert both_servers(" ".join([*line, "--resume"])) == Run(0, "", "")
    assert both_servers.count(target, "copy_killed") == ROWS
    assert rows_by_pymilvus(server, "copy_killed") == expected_rows
    both_servers.all("delete connection slow -y")
    both_servers.drop(target, "copy_killed")


def _wait_for_bytes(proxy: TcpProxy, count: int) -> None:
    until = time.monotonic() + 60
    while proxy.bytes_up < count:
        assert time.monotonic() < until, proxy.bytes_up
        time.sleep(0.01)


def test_the_alias_of_a_protected_target_is_typed_and_ctrl_c_says_how_to_resume(
    both_servers: BothServers, terminal: Callable[..., Terminal]
) -> None:
    both_servers.make("lite", "copy_typed", rows=3)
    both_servers.drop("lite", "copy_there")
    line, env = ["copy", "lite:copy_typed", "guarded:copy_there"], {"MILVUS_CLI_HOME": str(both_servers.home)}
    with TcpProxy(both_servers.servers["lite"].host, both_servers.servers["lite"].port) as proxy:
        both_servers.all(f"connect 127.0.0.1:{proxy.port} -a guarded --protected")
        place = f"guarded (127.0.0.1:{proxy.port}, database default)"
        question = (
            f"Copy 3 rows of 'copy_typed' on {both_servers.place('lite')} to 'copy_there' on {place}, which is new? "
            "guarded is protected: type its name to continue:"
        )

        # Neither --yes nor the name of the source is enough.
        screen = terminal(*line, "--yes", cols=250, env=env)
        screen.wait_for(question)
        screen.send_line("lite")
        assert screen.wait_exit() == 1
        assert screen.text == f"{question} lite\nerror: canceled"
        assert both_servers("show collection copy_there --alias lite").code == 1

        screen = terminal(*line, cols=250, env=env)
        screen.wait_for(question)
        asked = proxy.bytes_up
        proxy.delay(0.5)
        screen.send_line("guarded")
        _wait_for_bytes(proxy, asked + 1)
        screen.send_key("c-c")
        assert screen.wait_exit() == 130, screen.text
        assert screen.text.endswith("error: interrupted\nhint: run the same command with --resume to continue"), (
            screen.text
        )

    # Requests in flight are gone with the proxy.
    both_servers.all(f"connect {both_servers.servers['lite'].address} -a guarded", f"{' '.join(line)} --resume -y")
    assert both_servers.count("lite", "copy_there") == 3
    both_servers.drop("lite", "copy_typed", "copy_there")
    both_servers.all("delete connection guarded -y")


def test_diff_names_the_columns_that_it_does_not_compare(both_servers: BothServers) -> None:
    both_servers.make("old", "copy_a", rows=3)
    wider = BOOK.replace("FLOAT_VECTOR:4", "FLOAT_VECTOR:8").replace("title:", "name:")
    both_servers.make("old", "copy_b", wider, index="FLAT")
    found = both_servers.json("diff old:copy_a old:copy_b --rows all", code=1)
    assert (found["same"], found["not_compared"]) == (
        False,
        ["title (only in A)", "vector (the types differ)", "name (only in B)"],
    )


def test_diff_names_the_attribute_the_index_the_count_and_the_value_that_differ(both_servers: BothServers) -> None:
    shorter = BOOK.replace("VARCHAR:200", "VARCHAR:100")
    both_servers.make("old", "copy_a", rows=3)
    both_servers.make("old", "copy_b", shorter, rows=4, index="FLAT")
    both_servers.all(
        'upsert row -c copy_b --alias old --row \'{"id": 2, "title": "changed", "vector": [0.1, 0.2, 0.3, 2]}\''
    )
    found = both_servers.json("diff old:copy_a old:copy_b --rows all", code=1)
    part = {"key": None, "field": None}
    assert found == {
        "a": f"'copy_a' on {both_servers.place('old')}",
        "b": f"'copy_b' on {both_servers.place('old')}",
        "same": False,
        "rows_a": 3,
        "rows_b": 4,
        "compared": 3,
        "differing": 1,
        "only_in_a": 0,
        "only_in_b": 1,
        "not_compared": [],
        "differences": [
            {**part, "what": "field title: max length", "a": 200, "b": 100},
            {**part, "what": "index on vector: index type", "a": "HNSW", "b": "FLAT"},
            {**part, "what": "index on vector: params: M", "a": "16", "b": None},
            {**part, "what": "index on vector: params: efConstruction", "a": "200", "b": None},
            {**part, "what": "rows", "a": 3, "b": 4},
            {"what": "row 2: title", "key": 2, "field": "title", "a": "t2", "b": "changed"},
            {"what": "row 4", "key": 4, "field": None, "a": None, "b": "there"},
        ],
    }
    run = both_servers("diff old:copy_a old:copy_b --rows all --limit 1")
    assert (run.code, run.out.endswith("(6 rows)\n1 more row differs: use --limit 2 to see all\n")) == (1, True), run
    assert both_servers.json("diff old:copy_a old: --sample 2")["same"] is True
    assert both_servers.json("diff old:copy_a old:copy_b --rows none", code=1)["not_compared"] == ["rows (--rows none)"]
    both_servers.drop("old", "copy_a", "copy_b")


def test_a_resumed_copy_sends_only_the_missing_rows(both_servers: BothServers) -> None:
    both_servers.make("lite", "copy_holes", rows=9)
    both_servers.drop("lite", "copy_holes_b")
    both_servers.all(
        "copy lite:copy_holes lite:copy_holes_b -y", "delete ids -c copy_holes_b --ids 3,4,8 -y --alias lite"
    )
    run = both_servers("copy lite:copy_holes lite:copy_holes_b --resume -y")
    place = both_servers.place("lite")
    assert run.out == f"Copied 3 rows of 'copy_holes' on {place} to 'copy_holes_b' on {place}: both have 9.\n"
    assert both_servers("diff lite:copy_holes lite:copy_holes_b --rows all").code == 0
    both_servers.all("delete ids -c copy_holes --ids 5 -y --alias lite")
    assert both_servers("copy lite:copy_holes lite:copy_holes_b --resume -y").err == (
        "error: 'copy_holes_b' has a row 5 that the source lacks: it is not a copy that was interrupted\n"
        "hint: --into-existing leaves such rows, and puts the source's beside them\n"
    )
    run = both_servers("copy lite:copy_holes lite:copy_holes_b --into-existing -y")
    assert (run.code, run.out) == (
        0,
        f"Copied 8 rows of 'copy_holes' on {place} to 'copy_holes_b' on {place}: it has 9.\n",
    )
    both_servers.drop("lite", "copy_holes", "copy_holes_b")


def test_generated_keys_are_generated_anew_with_a_note(both_servers: BothServers) -> None:
    rows = '[{"title": "a", "vector": [1, 2, 3, 4]}, {"title": "b", "vector": [2, 2, 3, 4]}]'
    both_servers.make("old", "copy_auto", f"{BOOK} -a")
    both_servers.all(f"insert row -c copy_auto --row '{rows}' --alias old")
    both_servers.drop("lite", "copy_auto")
    run = both_servers("copy old:copy_auto lite: -y")
    assert (run.code, run.err) == (0, "note: copy_auto: the server generates new keys\n"), run
    both_servers.all(f"insert row -c copy_auto --row '{rows}' --alias old", "copy old:copy_auto lite: --resume -y")
    titles = both_servers.json("query -c copy_auto -e 'title != \"\"' --fields title --alias lite")
    assert sorted(each["title"] for each in titles) == ["a", "a", "b", "b"]
    both_servers.drop("old", "copy_auto")
    both_servers.drop("lite", "copy_auto")


def test_rows_with_generated_keys_are_compared_without_them(both_servers: BothServers) -> None:
    book, other = '{"title": "a", "vector": [1, 2, 3, 4]}', '{"title": "b", "vector": [2, 2, 3, 4]}'
    for alias, first, second in (("old", book, other), ("lite", other, book)):
        both_servers.drop(alias, "copy_auto")
        both_servers.make(alias, "copy_auto", f"{BOOK} -a")
        both_servers.all(*(f"insert row -c copy_auto --row '{each}' --alias {alias}" for each in (first, second)))
    found = both_servers.json("diff old:copy_auto lite:")
    assert (found["same"], found["compared"]) == (True, 2)
    assert found["not_compared"][-1] == "id (the server generates the keys)"
    whole = both_servers.json("diff old: lite: -c copy_auto")["collections"][0]
    assert (whole["result"], whole["message"].endswith("id (the server generates the keys)")) == ("same", True)

    both_servers.all(f"insert row -c copy_auto --row '{book}' --alias old")
    uneven = both_servers.json("diff old:copy_auto lite:", code=1)
    assert uneven["not_compared"][-1] == "rows (their numbers differ, and the server generates the keys)"

    both_servers.all(f"insert row -c copy_auto --row '{other}' --alias lite")
    unlike = both_servers.json("diff old:copy_auto lite:", code=1)
    assert [each["what"] for each in unlike["differences"]] == ["digest of the rows without their keys"]
    both_servers.drop("old", "copy_auto")
    both_servers.drop("lite", "copy_auto")


def test_nulls_defaults_and_sparse_vectors_are_copied(both_servers: BothServers) -> None:
    fields = (
        f"{BOOK} -f note:VARCHAR:50 -f n:INT64 -f x:DOUBLE -f tags:ARRAY:INT32:9 -f j:JSON "
        "-f s:SPARSE_FLOAT_VECTOR --nullable note --nullable n --nullable x --nullable tags --nullable j "
        "--default n=7 --dynamic"
    )
    both_servers.make("lite", "copy_nulls", fields)
    both_servers.drop("lite", "copy_nulls_b")
    rows = [
        {"id": 1, "title": "a", "vector": [1, 2, 3, 4], "s": {"1": 0.5, "9": 2}, "note": None, "more": None},
        {
            "id": 2,
            "title": "b",
            "vector": [1, 2, 3, 5],
            "s": {"3": 1},
            "note": "",
            "n": 0,
            "x": 0.1,
            "tags": [],
            "j": {},
        },
        {"id": 3, "title": "c", "vector": [1, 2, 3, 6], "s": {"7": 0.1}, "tags": [1, 2], "j": [None], "more": [1]},
    ]
    both_servers.all(
        f"insert row -c copy_nulls --alias lite --row '{json.dumps(rows)}'",
        "create index -c copy_nulls -f s -in s -t SPARSE_INVERTED_INDEX -m IP --alias lite",
        "load copy_nulls --alias lite",
        "copy lite:copy_nulls lite:copy_nulls_b -y",
    )
    first, second = (rows_by_pymilvus(both_servers.servers["lite"], name) for name in ("copy_nulls", "copy_nulls_b"))
    assert (len(first), first) == (3, second)
    assert both_servers("diff lite:copy_nulls lite:copy_nulls_b --rows all").code == 0

    refused = both_servers("copy lite:copy_nulls old: -y")
    lacks = (
        "SPARSE_FLOAT_VECTOR 's' (Milvus 2.4); several vector fields (Milvus 2.4); "
        "nullable 'note', 'n', 'x', 'tags', 'j' (Milvus 2.5)"
    )
    error = f"error: {both_servers.place('old')} lacks {lacks}"
    assert (refused.code, refused.out, refused.err.splitlines()[0]) == (1, "", error)
    assert both_servers("show collection copy_nulls --alias old").code == 1
    both_servers.drop("lite", "copy_nulls", "copy_nulls_b")


def test_a_copy_names_source_and_target_and_refuses_ambiguous_ones(both_servers: BothServers) -> None:
    both_servers.make("lite", "copy_from", rows=2)
    both_servers.drop("lite", "copy_to")
    both_servers.drop("old", "copy_unloaded")
    lite, place = both_servers.servers["lite"], both_servers.place("lite")
    both_servers.all(
        f"connect {lite.address} -a frozen --read-only",
        f"connect {lite.address} -a guarded --protected",
        f"create collection copy_unloaded {BOOK} --alias old",
    )
    words = f"2 rows of 'copy_from' on {place} to 'copy_to' on {place}, which is new"
    assert both_servers("copy lite:copy_from lite:copy_to --dry-run") == Run(0, f"Would copy {words}.\n", "")
    assert both_servers("copy lite:copy_from lite:copy_to") == Run(
        2, "", f"error: refusing to copy {words}: no terminal to confirm on\nhint: pass --yes\n"
    )

    for line, code, message in (
        ("lite:copy_from lite:copy_from", 2, f"source and target are the same: 'copy_from' on {place}"),
        ("lite:copy_from guarded:copy_from", 2, f"source and target are the same: 'copy_from' on {place}"),
        ("lite:copy_from frozen:copy_to", 1, "connection 'frozen' is read-only: nothing was copied"),
        (
            "lite:copy_from old:copy_unloaded",
            1,
            f"collection 'copy_unloaded' on {both_servers.place('old')} already exists",
        ),
        (
            "old:copy_unloaded lite:copy_to",
            1,
            f"'copy_unloaded' on {both_servers.place('old')} is not loaded: its rows can't be read",
        ),
        ("lite:copy_form lite:copy_to", 1, f"collection 'copy_form' on {place} not found"),
        ("nosuch:copy_from lite:copy_to", 1, "connection 'nosuch' not found"),
        ("lite/:copy_from lite:copy_to", 2, "'lite/:copy_from' has no collection name"),
    ):
        run = both_servers(f"copy {line} -y")
        assert (run.code, run.out, run.err.partition("\n")[0]) == (code, "", f"error: {message}"), line
    run = both_servers("copy lite:copy_from guarded:copy_to --no-indexes -y")
    assert (run.code, run.out) == (
        0,
        f"Copied 2 rows of 'copy_from' on {place} to 'copy_to' on {place.replace('lite', 'guarded')}: both have 2.\n",
    )
    assert both_servers("list indexes -c copy_to --alias lite -o json").out == "[]\n"
    both_servers.drop("lite", "copy_from", "copy_to")
    both_servers.drop("old", "copy_unloaded")
    both_servers.all("delete connection frozen -y", "delete connection guarded -y")
