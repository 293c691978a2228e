"""What exporting costs, beside a loop over pymilvus's query_iterator that writes the same file."""

import sys
from pathlib import Path

import numpy

from milvus_cli.client.wire.schema_pb2 import DataType, FieldData
from milvus_cli.connections.profile import Profile
from milvus_cli.schema.declaration import Declaration, declared
from milvus_cli.session.clients import open_client
from tests.bench.insert import MEMORY_MB
from tests.bench.install import clean_variables
from tests.bench.report import Row, compare
from tests.bench.timing import Process, Task, measure, peak_memory
from tests.support.cli import ROOT
from tests.support.milvus_server import MilvusServer
from tests.support.process import ServerProcess

COUNT, DIM, PART = 100_000, 128, 20_000
ROUNDS = 3
BUDGET = 0.5
"""Of the loop's time, at the most."""

# What people write who need the rows of a collection in a file.
LOOP = """\
import csv, json, sys
from pymilvus import MilvusClient
iterator = MilvusClient(sys.argv[1]).query_iterator("many", filter="", output_fields=["id", "v"], batch_size=5000)
with open(sys.argv[2], "w", newline="") as file:
    table = csv.writer(file, lineterminator="\\n")
    if file.name.endswith("csv"):
        table.writerow(["id", "v"])
    while rows := iterator.next():
        for row in rows:
            if file.name.endswith("csv"):
                table.writerow([row["id"], json.dumps([float(each) for each in row["v"]])])
            else:
                file.write(json.dumps({"id": row["id"], "v": [float(each) for each in row["v"]]}) + "\\n")
"""

LOOP_PARQUET = """\
import sys
import pyarrow, pyarrow.parquet
from pymilvus import MilvusClient
iterator = MilvusClient(sys.argv[1]).query_iterator("many", filter="", output_fields=["id", "v"], batch_size=5000)
schema = pyarrow.schema([("id", pyarrow.int64()), ("v", pyarrow.list_(pyarrow.float32()))])
with pyarrow.parquet.ParquetWriter(sys.argv[2], schema) as file:
    while rows := iterator.next():
        columns = {"id": [row["id"] for row in rows], "v": [row["v"] for row in rows]}
        file.write_table(pyarrow.table(columns, schema))
"""


def measure_export(work: Path, rounds: int) -> list[Row]:
    """In the interpreter that runs the bench, as both need packages of the `test` extra."""
    rows = []
    with MilvusServer(work / "server") as server:
        fill(server)
        (work / "home").mkdir()
        variables = {**clean_variables(work / "home"), "PYTHONPATH": str(ROOT), "MILVUS_URI": server.uri}
        for kind in ("csv", "jsonl", "parquet"):
            script = LOOP_PARQUET if kind == "parquet" else LOOP
            loop: list[str | Path] = [sys.executable, "-c", script, server.uri, work / f"loop.{kind}"]
            ours: list[str | Path] = [
                sys.executable,
                "-m",
                "milvus_cli",
                "export",
                "-c",
                "many",
                work / f"ours.{kind}",
                "--force",
            ]
            floor = f"query_iterator to {kind}, {COUNT:,}×{DIM}"
            tasks: dict[str, Task] = {floor: Process(loop, variables), f"export to {kind}": Process(ours, variables)}
            rows += compare(measure(tasks, min(rounds, ROUNDS)), floor, {f"export to {kind}": BUDGET})
            most = peak_memory(ours, variables)
            rows.append(Row(f"export to {kind}: most memory", most, most, unit="MB", budget=MEMORY_MB))
    return rows


def fill(server: ServerProcess) -> None:
    client = open_client(Profile(host=server.host, port=server.port), timeout=60)
    schema = declared(Declaration("many", ("id:INT64", f"v:FLOAT_VECTOR:{DIM}"), primary="id")).schema
    client.call("CreateCollection", collection_name="many", schema=schema.SerializeToString(), shards_num=1)
    random = numpy.random.default_rng(7)
    for start in range(0, COUNT, PART):
        ids = FieldData(type=DataType.Int64, field_name="id")
        ids.scalars.long_data.data.extend(range(start, start + PART))
        vectors = FieldData(type=DataType.FloatVector, field_name="v")
        vectors.vectors.dim = DIM
        vectors.vectors.float_vector.data.extend(random.standard_normal(PART * DIM).astype("f4").tolist())
        client.call("Insert", collection_name="many", fields_data=[ids, vectors], num_rows=PART)
    index = [{"key": "index_type", "value": "FLAT"}, {"key": "metric_type", "value": "L2"}]
    client.call("CreateIndex", collection_name="many", field_name="v", index_name="v", extra_params=index)
    client.call("LoadCollection", collection_name="many")
    client.call("Query", collection_name="many", expr="", output_fields=["count(*)"], consistency_level="Strong")
    client.close()
