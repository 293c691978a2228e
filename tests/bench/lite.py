"""What exporting from Milvus Lite costs, beside the bare calls: one for all keys, and the others for rows by key."""

import sys
from pathlib import Path

from tests.bench.export import COUNT, DIM, ROUNDS, fill
from tests.bench.insert import MEMORY_MB
from tests.bench.install import clean_variables
from tests.bench.report import Row, compare
from tests.bench.timing import Process, Task, measure, peak_memory
from tests.support.cli import COMMAND, ROOT
from tests.support.lite_server import LiteServer

BUDGET = 2.5
"""Of the calls' time, at the most: an export also counts the rows, and writes them. A scan for each page takes 10."""

BARE = """\
import sys
import grpc
from milvus_cli.client.wire.milvus_pb2 import QueryRequest, QueryResults
with grpc.insecure_channel(sys.argv[1], [("grpc.max_receive_message_length", -1)]) as channel:
    call = channel.unary_unary("/milvus.proto.milvus.MilvusService/Query",
                               request_serializer=QueryRequest.SerializeToString,
                               response_deserializer=QueryResults.FromString)
    def columns(expr, *fields, **params):
        request = QueryRequest(collection_name="many", expr=expr, output_fields=fields)
        for key, value in params.items():
            request.query_params.add(key=key, value=value)
        return call(request).fields_data
    keys = columns("", "id", iterator="True", limit="1000000")[0].scalars.long_data.data
    assert len(keys) == int(sys.argv[2])
    for start in range(0, len(keys), 4000):
        assert columns(f"id in {list(keys[start:start + 4000])}", "id", "v")
"""


def measure_lite(work: Path, rounds: int) -> list[Row]:
    """In the interpreter that runs the bench, as Milvus Lite is a package of the `test` extra."""
    (work / "home").mkdir()
    with LiteServer(work / "server") as server:
        fill(server)
        variables = {**clean_variables(work / "home"), "PYTHONPATH": str(ROOT), "MILVUS_URI": server.uri}
        bare: list[str | Path] = [sys.executable, "-c", BARE, server.address, str(COUNT)]
        ours: list[str | Path] = [*COMMAND, "export", "-c", "many", work / "ours.jsonl", "--force"]
        floor, name = f"bare queries by key, {COUNT:,}×{DIM}", "export from Milvus Lite"
        tasks: dict[str, Task] = {floor: Process(bare, variables), name: Process(ours, variables)}
        rows = compare(measure(tasks, min(rounds, ROUNDS)), floor, {name: BUDGET})
        most = peak_memory(ours, variables)
        rows.append(Row(f"{name}: most memory", most, most, unit="MB", budget=MEMORY_MB))
    return rows
