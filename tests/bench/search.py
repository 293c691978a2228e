"""What a search costs beyond the call itself: in the shell, and with a file of query vectors beside pymilvus."""

import json
import subprocess
import sys
from pathlib import Path

import numpy

from tests.bench.install import Environment, clean_variables
from tests.bench.report import Row, compare
from tests.bench.timing import BenchFailed, Process, Task, measure
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.official import official_client
from tests.support.process import ServerProcess

ROWS, DIM, QUERIES = 10_000, 128, 1_000
OVERHEAD_MS = {"jsonl": 4.0, "table": 5.0}
FASTER_THAN_PYMILVUS = 1.5

# Bare calls with a prebuilt message and whole lines in turn, in one process, as a shell that is connected runs them.
IN_SHELL = """\
import io, json, random, statistics, struct, sys, tempfile, time
from pathlib import Path
from milvus_cli.app.runner import execute, run
from milvus_cli.connections.environment import Config
from milvus_cli.grammar.lines import split
from milvus_cli.output.console import Console
from milvus_cli.search.request import Queries, Search
from milvus_cli.session.session import Session
from milvus_cli.session.settings import load
console, home = Console(), Path(tempfile.mkdtemp())
console.stdout, console.stdin = io.StringIO(), io.StringIO()
session = Session(Config(home), console, load(home / "config.toml", {}))
assert execute(["connect", sys.argv[1]], session) == 0
# A store that was just written is read anew for each command.
time.sleep(2.1)
from milvus_cli.client.wire import milvus_pb2 as wire
vector = [random.gauss(0, 1) for _ in range(128)]
raw = struct.pack("<128f", *vector)
request = wire.SearchRequest(**Search("bench", "v", Queries(101, [raw]), consistency="Eventually").request())
client = session.client
rpc = client._link.channel._channel.unary_unary("/milvus.proto.milvus.MilvusService/Search",
                                       request_serializer=wire.SearchRequest.SerializeToString,
                                       response_deserializer=wire.SearchResults.FromString)
line = f"search -c bench -v {json.dumps(vector)} --consistency Eventually -o {sys.argv[2]}"
def timed(act):
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000
def command():
    for statement in split(line):
        assert run(statement, session, page=True) == 0
pairs = [(timed(lambda: rpc(request, metadata=client._metadata(), timeout=10)), timed(command)) for _ in range(620)]
over = sorted(ours - bare for bare, ours in pairs[20:])
bare = sorted(bare for bare, _ in pairs[20:])
print(json.dumps([statistics.median(over), min(ours for _, ours in pairs) - bare[0], statistics.median(bare), bare[0]]))
session.close()
"""

PYMILVUS = """\
import json, sys
import numpy
from pymilvus import MilvusClient
client = MilvusClient(sys.argv[1])
found = client.search("bench", list(numpy.load(sys.argv[2])), limit=10, consistency_level="Eventually")
with open(sys.argv[3], "w") as file:
    for query, hits in enumerate(found):
        for rank, hit in enumerate(hits, start=1):
            file.write(json.dumps({"query": query, "rank": rank, "id": hit["id"], "distance": hit["distance"]}) + "\\n")
"""

OURS = """\
import sys
from milvus_cli.cli import main
with open(sys.argv[2], "w") as sys.stdout:
    code = main(["search", "-c", "bench", "-v", "@" + sys.argv[1], "-l", "10", "--consistency", "Eventually",
                 "-o", "jsonl"])
sys.exit(code)
"""


def measure_search(environment: Environment, work: Path, rounds: int) -> list[Row]:
    rows: list[Row] = []
    servers: dict[str, ServerProcess] = {
        "Milvus 2.3.5": MilvusServer(work / "milvus"),
        "Milvus Lite": LiteServer(work / "lite"),
    }
    for name, server in servers.items():
        with server:
            _fill(server)
            rows += _overhead(environment, server, name)
            rows += _from_file(server, work, name, min(rounds, 7))
    return rows


def _overhead(environment: Environment, server: ServerProcess, name: str) -> list[Row]:
    rows = []
    for output, budget in OVERHEAD_MS.items():
        argv = [str(environment.python), "-c", IN_SHELL, server.uri, output]
        done = subprocess.run(argv, capture_output=True, encoding="utf-8", check=False)
        if done.returncode:
            raise BenchFailed(done.stderr)
        over, least, bare, _ = json.loads(done.stdout)
        rows.append(
            Row(
                f"search in the shell over the bare call of {bare:.1f} ms, {output}, {name}",
                over,
                least,
                budget=budget,
            )
        )
    return rows


def _from_file(server: ServerProcess, work: Path, name: str, rounds: int) -> list[Row]:
    """Both in the interpreter of the tests, which has pymilvus."""
    file = work / "queries.npy"
    numpy.save(file, _vectors(QUERIES, seed=2))
    (work / "home").mkdir(exist_ok=True)
    variables = {**clean_variables(work / "home"), "MILVUS_URI": server.uri, "PYTHONPATH": ":".join(sys.path)}
    theirs = f"pymilvus, {QUERIES:,} vectors of a file, {name}"
    ours = f"search -v @q.npy -o jsonl, {name}"
    tasks: dict[str, Task] = {
        theirs: Process([sys.executable, "-c", PYMILVUS, server.uri, file, work / "theirs.jsonl"], variables),
        ours: Process([sys.executable, "-c", OURS, file, work / "ours.jsonl"], variables),
    }
    found = compare(measure(tasks, rounds), theirs, {ours: 1 / FASTER_THAN_PYMILVUS})
    if (work / "ours.jsonl").read_text().count("\n") != QUERIES * 10:
        raise BenchFailed("hits are missing")
    return found


def _fill(server: ServerProcess) -> None:
    from pymilvus import DataType, MilvusClient

    client = official_client(server.uri)
    schema = MilvusClient.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("v", DataType.FLOAT_VECTOR, dim=DIM)
    client.create_collection("bench", schema=schema)
    vectors = _vectors(ROWS, seed=1)
    for start in range(0, ROWS, 2_000):
        client.insert(
            "bench", [{"id": start + place, "v": each} for place, each in enumerate(vectors[start : start + 2_000])]
        )
    client.flush("bench")
    index = MilvusClient.prepare_index_params()
    index.add_index("v", index_type="HNSW", metric_type="L2", params={"M": 16, "efConstruction": 100})
    client.create_index("bench", index)
    client.load_collection("bench")
    client.close()


def _vectors(count: int, *, seed: int) -> "numpy.ndarray[tuple[int, int], numpy.dtype[numpy.float32]]":
    return numpy.random.default_rng(seed).standard_normal((count, DIM)).astype("<f4")
