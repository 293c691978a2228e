"""What inserting 100,000 rows of 128 dimensions costs as a whole process, beside scripts with pymilvus and the floor.

The floor sends messages that were made before: what the server and the network alone take.
"""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.install import Environment, clean_variables
from tests.bench.report import Row, compare
from tests.bench.timing import Process, Sample, Task, measure, peak_memory
from tests.support.cli import COMMAND, ROOT
from tests.support.milvus_server import MilvusServer
from tests.support.official import milvus_pb2, open_stub, schema_pb2
from tests.support.process import ServerProcess

ROWS, DIM, BATCH = 100_000, 128, 5_000
NAME = "books"
MEMORY_MB = 150.0
FASTER = {"csv": 1.3, "parquet": 1.5, "official": 1.3}
"""How many times faster than the script, or the official program, we have to be."""

SCRIPT_CSV = """\
import csv, json, sys
from pymilvus import MilvusClient
client, rows = MilvusClient(sys.argv[1]), []
csv.field_size_limit(1 << 24)
with open(sys.argv[2], newline="") as file:
    for row in csv.DictReader(file):
        rows.append({"id": int(row["id"]), "title": row["title"], "vector": json.loads(row["vector"])})
        if len(rows) == 5000:
            client.insert("books", rows)
            rows = []
if rows:
    client.insert("books", rows)
"""

SCRIPT_PARQUET = """\
import sys
import pyarrow.parquet
from pymilvus import MilvusClient
client = MilvusClient(sys.argv[1])
table = pyarrow.parquet.read_table(sys.argv[2])
ids, titles = table["id"].to_pylist(), table["title"].to_pylist()
vectors = table["vector"].combine_chunks().flatten().to_numpy().reshape(len(ids), -1)
for start in range(0, len(ids), 5000):
    rows = range(start, min(start + 5000, len(ids)))
    client.insert("books", [{"id": ids[row], "title": titles[row], "vector": vectors[row]} for row in rows])
"""


@dataclass(frozen=True)
class Fresh:
    """A task on an empty collection, which is made before and not timed."""

    server: ServerProcess
    task: Task

    def __call__(self) -> Sample:
        make_collection(self.server)
        return self.task()


def measure_insert(official: Environment | None, work: Path, rounds: int) -> list[Row]:
    write_files(work)
    (work / "home").mkdir()
    variables = {**clean_variables(work / "home"), "PYTHONPATH": str(ROOT)}
    with MilvusServer(work / "server") as server:
        ours = {**variables, "MILVUS_URI": server.uri}
        commands: dict[str, tuple[list[str | Path], Mapping[str, str]]] = {
            kind: ([*COMMAND, "insert", "file", "-c", NAME, work / f"books.{kind}"], ours)
            for kind in ("csv", "parquet")
        }
        scripts = {
            kind: Process([COMMAND[0], "-c", script, server.uri, work / f"books.{kind}"], variables)
            for kind, script in (("csv", SCRIPT_CSV), ("parquet", SCRIPT_PARQUET))
        }
        tasks: dict[str, Task] = {
            "prebuilt messages": Process(
                [COMMAND[0], "-m", "tests.bench.insert", server.address, work / "messages"], variables
            )
        }
        prebuild(work / "messages")
        for kind, (argv, env) in commands.items():
            tasks[f"insert file, {kind}"] = Process(argv, env)
            tasks[f"pymilvus script, {kind}"] = scripts[kind]
        if official is not None:
            tasks["official insert file, csv"] = official_process(official, server, work)
        samples = measure({name: Fresh(server, task) for name, task in tasks.items()}, rounds)
        rows = compare(samples, "prebuilt messages", {})
        for kind in commands:
            pair = {name: samples[name] for name in (f"pymilvus script, {kind}", f"insert file, {kind}")}
            rows += compare(pair, f"pymilvus script, {kind}", {f"insert file, {kind}": 1 / FASTER[kind]})[1:]
        if official is not None:
            pair = {name: samples[name] for name in ("official insert file, csv", "insert file, csv")}
            rows += compare(pair, "official insert file, csv", {"insert file, csv": 1 / FASTER["official"]})[1:]
        for kind, (argv, env) in commands.items():
            make_collection(server)
            most = peak_memory(argv, env)
            rows.append(Row(f"insert file, {kind}: most memory", most, most, unit="MB", budget=MEMORY_MB))
    return rows


def official_process(official: Environment, server: MilvusServer, work: Path) -> Task:
    """It reads commands from a prompt only, wants a header in the order of the schema, and text in quotes of JSON."""
    lines = f"connect -uri {server.uri}\ninsert file -c {NAME} {work / 'official.csv'}\nexit\n"
    # Its package has the name of ours, which must not be found first.
    return Process([official.milvus_cli], clean_variables(work / "home"), stdin=lines)


def make_collection(server: ServerProcess) -> None:
    schema = schema_pb2.CollectionSchema(name=NAME)
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    schema.fields.add(name="title", data_type=schema_pb2.VarChar).type_params.add(key="max_length", value="200")
    schema.fields.add(name="vector", data_type=schema_pb2.FloatVector).type_params.add(key="dim", value=str(DIM))
    with server.stub() as stub:
        stub.DropCollection(milvus_pb2.DropCollectionRequest(collection_name=NAME))
        stub.CreateCollection(
            milvus_pb2.CreateCollectionRequest(
                collection_name=NAME,
                schema=schema.SerializeToString(),
                shards_num=1,
            )
        )


def vectors(rows: int = ROWS) -> Any:
    import numpy

    return numpy.random.default_rng(1).random((rows, DIM), dtype=numpy.float32)


def write_files(work: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    found = vectors()
    table = pyarrow.table(
        {
            "id": pyarrow.array(range(ROWS), pyarrow.int64()),
            "title": [f"title {row}" for row in range(ROWS)],
            "vector": pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(found.ravel()), DIM),
        }
    )
    pyarrow.parquet.write_table(table, work / "books.parquet")
    with (work / "books.csv").open("w", newline="") as file, (work / "official.csv").open("w", newline="") as theirs:
        writers = csv.writer(file), csv.writer(theirs)
        for writer in writers:
            writer.writerow(["id", "title", "vector"])
        for row in range(ROWS):
            numbers = json.dumps([float(str(number)) for number in found[row]])
            writers[0].writerow([row, f"title {row}", numbers])
            writers[1].writerow([row, json.dumps(f"title {row}"), numbers])


def prebuild(path: Path, rows: int = ROWS) -> None:
    """The requests, one after the other, each behind its size."""
    found = vectors(rows)
    with path.open("wb") as file:
        for start in range(0, rows, BATCH):
            request = milvus_pb2.InsertRequest(collection_name=NAME, num_rows=BATCH)
            ids = request.fields_data.add(type=schema_pb2.Int64, field_name="id")
            ids.scalars.long_data.data.extend(range(start, start + BATCH))
            titles = request.fields_data.add(type=schema_pb2.VarChar, field_name="title")
            titles.scalars.string_data.data.extend(f"title {row}" for row in range(start, start + BATCH))
            column = request.fields_data.add(type=schema_pb2.FloatVector, field_name="vector")
            column.vectors.dim = DIM
            column.vectors.float_vector.data.extend(found[start : start + BATCH].ravel())
            data = request.SerializeToString()
            file.write(len(data).to_bytes(4, "little") + data)


def send_prebuilt(address: str, path: Path, in_flight: int = 2) -> None:
    with open_stub(address) as stub, path.open("rb") as file:
        waiting: list[Any] = []
        while size := int.from_bytes(file.read(4), "little"):
            waiting.append(stub.Insert.future(milvus_pb2.InsertRequest.FromString(file.read(size))))
            if len(waiting) == in_flight:
                waiting.pop(0).result()
        for each in waiting:
            each.result()


if __name__ == "__main__":
    import sys

    send_prebuilt(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:]))
