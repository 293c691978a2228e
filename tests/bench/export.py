"""What exporting costs, beside a loop over pymilvus's query_iterator that writes the same file."""

import sys
from pathlib import Path

import numpy

from milvus_cli.connections.profile import Profile
from milvus_cli.rpc.client import Client
from milvus_cli.rpc.declaration import Declaration, declared
from milvus_cli.rpc.wire.schema_pb2 import DataType, FieldData
from tests.bench.install import clean_variables
from tests.bench.report import Row, compare
from tests.bench.timing import Process, Task, measure
from tests.support.cli import ROOT
from tests.support.milvus_server import MilvusServer

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


def measure_export(work: Path, rounds: int) -> list[Row]:
    """In the interpreter that runs the bench, as both need packages of the `test` extra."""
    rows = []
    with MilvusServer(work / "server") as server:
        _fill(server)
        (work / "home").mkdir()
        variables = {**clean_variables(work / "home"), "PYTHONPATH": str(ROOT), "MILVUS_URI": server.uri}
        for kind in ("csv", "jsonl"):
            loop: list[str | Path] = [sys.executable, "-c", LOOP, server.uri, work / f"loop.{kind}"]
            ours: list[str | Path] = [sys.executable, "-m", "milvus_cli", "export", "-c", "many",
                                      work / f"ours.{kind}", "--force"]  # fmt: skip
            floor = f"query_iterator to {kind}, {COUNT:,}×{DIM}"
            tasks: dict[str, Task] = {floor: Process(loop, variables), f"export to {kind}": Process(ours, variables)}
            rows += compare(measure(tasks, min(rounds, ROUNDS)), floor, {f"export to {kind}": BUDGET})
    return rows


def _fill(server: MilvusServer) -> None:
    client = Client(Profile(host=server.host, port=server.port), timeout=60)
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
