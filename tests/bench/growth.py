"""Measures the growth of time and memory with the rows of a collection, and with the number of collections."""

import json
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.collections import fill_collections
from tests.bench.endless import NAME, Shape
from tests.bench.install import clean_variables
from tests.bench.memory import write_files
from tests.bench.report import Row
from tests.bench.timing import BenchFailed
from tests.support.cli import COMMAND, ROOT
from tests.support.grpc_peer import GrpcPeer, replies
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.official import milvus_pb2, schema_pb2
from tests.support.process import ServerProcess

TIMES = 10
"""Factor of rows from the first run to the second."""
TIME_BUDGET = 12.0
"""Maximum ratio of the times."""
MEMORY_BUDGET = 1.2
NAMED = (10, 100, 1_000, 10_000)
"""Numbers of collections, TIMES as many each time."""
DUMPED = (10, 100, 1_000)
IMPORTED = f"{NAME}_import"
FOUND = 1
"""Exit code of a check that found something: the vectors come again after a block."""
SERVERS = {"milvus": MilvusServer, "lite": LiteServer}

# A bare Python stands between: a process begins with the peak of the one that started it.
BETWEEN = """\
import json, os, resource, subprocess, sys, time
started = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, of processor time, and the most memory in MB."""

    wall: float
    cpu: float
    memory: float


def measure_growth(work: Path, rows: int, server: str) -> list[Row]:
    """Measures a collection of so many rows and one of TIMES as many, once each, then names and dumps."""
    return [*_of_rows(work, rows, server), *_of_names(work / "names"), *_of_dumps(work / "dumps")]


def _of_rows(work: Path, rows: int, server: str) -> Iterator[Row]:
    costs = {count: _costs(work / str(count), count, server) for count in (rows, rows * TIMES)}
    for what, few in costs[rows].items():
        yield from _growth(what, f"{rows:,}×128", few, f"{rows * TIMES:,}×128", costs[rows * TIMES][what])


def _growth(what: str, small: str, few: Cost, large: str, many: Cost) -> list[Row]:
    return [
        _row(f"{what}, {large}", many.wall, "s", small, few.wall, TIME_BUDGET, cpu=many.cpu / few.cpu),
        _row(f"{what}, {large}: memory", many.memory, "MB", small, few.memory, MEMORY_BUDGET),
    ]


def _row(
    what: str, value: float, unit: str, floor: str, least: float, budget: float | None, *, cpu: float | None = None
) -> Row:
    return Row(
        what,
        value,
        value,
        unit=unit,
        floor=floor,
        floor_value=least,
        ratio=value / least,
        cpu_ratio=cpu,
        budget=budget,
    )


def _costs(work: Path, rows: int, kind: str) -> dict[str, Cost]:
    """Of each command, in an order in which each finds what it needs."""
    (work / "home").mkdir(parents=True)
    shape = Shape(rows, 128, 0)
    with SERVERS[kind](work / "server") as server:
        env = {**clean_variables(work / "home"), "PYTHONPATH": str(ROOT), "MILVUS_URI": server.uri}
        _create(server, shape)
        run("connect", server.address, "-a", "there", env=env)
        costs = {}
        for format in ("csv", "parquet"):
            files = write_files(shape, format, work)
            costs[f"insert {format}"] = run("insert", "file", "-c", f"{NAME}_{format}", *files, env=env)
            if kind == "milvus":
                costs[f"import {format}"] = _import(work / "stage", files, env)
            for file in files:
                file.unlink()
        run("delete", "collection", "-c", f"{NAME}_csv", "-y", env=env)
        name = f"{NAME}_parquet"
        run("create", "index", "-c", name, "-f", "vector", "-t", "FLAT", "-m", "L2", env=env)
        run("load", "collection", "-c", name, env=env)
        costs["export"] = run("export", "-c", name, work / "out.parquet", env=env)
        (work / "out.parquet").unlink()
        costs["check vectors"] = run("check", "vectors", "-c", name, env=env, codes=(0, FOUND))
        costs["dump"] = run("dump", work / "dump", "--collection", name, env=env)
        costs["copy"] = run("copy", f"there:{name}", "there:copied", "-y", env=env)
        costs["diff"] = run("diff", f"there:{name}", "there:copied", "--rows", "all", env=env)
    return costs


def _import(stage: Path, files: Sequence[Path], env: Mapping[str, str]) -> Cost:
    """Has the server import files, and removes the rows again."""
    stage.mkdir(exist_ok=True)
    fields = ("id:INT64", "title:VARCHAR:65535", "vector:FLOAT_VECTOR:128")
    run(
        "create", "collection", "-c", IMPORTED, *(word for each in fields for word in ("-f", each)), "-p", "id", env=env
    )
    cost = run("insert", "file", "-c", IMPORTED, *files, "--via", "import", "--stage", stage, env=env)
    run("delete", "collection", "-c", IMPORTED, "-y", env=env)
    return cost


def _create(server: ServerProcess, shape: Shape) -> None:
    with server.stub() as stub:
        for format in ("csv", "parquet"):
            schema = shape.schema()
            schema.name = f"{NAME}_{format}"
            request = milvus_pb2.CreateCollectionRequest(
                collection_name=schema.name, schema=schema.SerializeToString(), shards_num=1
            )
            status = stub.CreateCollection(request)
            if status.code or status.error_code:
                raise BenchFailed(status.reason)


def run(*argv: str | Path, env: Mapping[str, str], codes: Collection[int] = (0,)) -> Cost:
    """Runs a command; one of these exit codes is demanded."""
    return _run([*COMMAND, "--timeout", "600", *argv], env, codes)


def _run(argv: Sequence[str | Path], env: Mapping[str, str], codes: Collection[int] = (0,)) -> Cost:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", BETWEEN, *argv], env=env, capture_output=True, encoding="utf-8", check=True
    )
    code, wall, cpu, memory = json.loads(done.stdout)
    if code not in codes:
        raise BenchFailed(f"{' '.join(map(str, argv))} ended with {code}:\n{done.stderr}")
    return Cost(wall, cpu, memory / 1024)


def _of_names(work: Path) -> Iterator[Row]:
    """Lists and completes names of a server in this process."""
    commands = {
        "list collections --names": (["list", "collections", "--names"], {}),
        "list collections": (["list", "collections", "-o", "jsonl"], {}),
        "completion": ([], {"_MILVUS_CLI_COMPLETE": "bash_complete", "COMP_LINE": "milvus_cli count -c collection_00"}),
    }
    before: dict[str, tuple[int, Cost]] = {}
    for count in NAMED:
        home = work / str(count)
        home.mkdir(parents=True)
        with GrpcPeer(_handlers(count)) as peer:
            env = {**clean_variables(home), "PYTHONPATH": str(ROOT), "MILVUS_URI": f"http://{peer.address}"}
            for what, (argv, more) in commands.items():
                cost = _run([*COMMAND, *argv], {**env, **more})
                if what in before:
                    yield from _step(what, *before[what], count, cost)
                before[what] = count, cost


def _step(what: str, before: int, few: Cost, count: int, many: Cost) -> list[Row]:
    """Memory of names is not constant: all are held to be sorted."""
    name, floor = f"{what}, {count:,} collections", f"{before:,}"
    return [
        _row(name, many.wall, "s", floor, few.wall, TIME_BUDGET, cpu=many.cpu / few.cpu),
        _row(f"{name}: memory", many.memory, "MB", floor, few.memory, None),
    ]


def _handlers(count: int) -> dict[str, Any]:
    names = [f"collection_{number:05}" for number in range(count)]
    schema = schema_pb2.CollectionSchema()
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    schema.fields.add(name="v", data_type=schema_pb2.FloatVector).type_params.add(key="dim", value="4")
    statistics = milvus_pb2.GetCollectionStatisticsResponse()
    statistics.stats.add(key="row_count", value="0")
    shown = milvus_pb2.ShowCollectionsResponse(
        collection_names=names,
        collection_ids=range(count),
        created_timestamps=[0] * count,
        created_utc_timestamps=[0] * count,
    )
    return {
        "ShowCollections": replies(shown),
        "GetCollectionStatistics": replies(statistics),
        "DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=schema)),
        "DescribeIndex": replies(milvus_pb2.DescribeIndexResponse()),
    }


def _of_dumps(work: Path) -> Iterator[Row]:
    """Dumps of empty collections of Milvus Lite."""
    before: tuple[int, Cost] | None = None
    for count in DUMPED:
        home = work / str(count)
        (home / "home").mkdir(parents=True)
        with LiteServer(home / "server") as server:
            fill_collections(server, count)
            env = {**clean_variables(home / "home"), "PYTHONPATH": str(ROOT), "MILVUS_URI": server.uri}
            cost = run("dump", home / "dump", env=env)
        if before:
            yield from _step("dump", *before, count, cost)
        before = count, cost
