"""What `list collections` costs with many of them, beside the bare calls that it is made of, on each kind of server.

Milvus Lite holds 1,000. Milvus 2.3.5 in the tests' set-up makes about four a second on two busy cores, and with 285 of
them it takes a second for a bare ShowCollections: there are 100.
"""

from pathlib import Path

from tests.bench.install import Environment, clean_variables
from tests.bench.report import Row, compare
from tests.bench.timing import BenchFailed, Process, Task, measure
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.official import milvus_pb2, schema_pb2
from tests.support.process import ServerProcess

COUNT = 1_000
STANDALONE_COUNT = 100
LONG = "60"

# One program for both floors: the names alone, and the calls for each name, from as many threads as ours.
BARE = """\
import os, sys
os.environ["GRPC_VERBOSITY"] = "NONE"
import click, grpc
from concurrent.futures import ThreadPoolExecutor
from milvus_cli.client.wire import milvus_pb2 as wire
with grpc.insecure_channel(sys.argv[1]) as channel:
    def call(method, **fields):
        request, response = getattr(wire, method + "Request"), getattr(wire, method + "Response")
        rpc = channel.unary_unary("/milvus.proto.milvus.MilvusService/" + method,
                                  request_serializer=request.SerializeToString,
                                  response_deserializer=response.FromString)
        return rpc(request(**fields), timeout=60)
    def one(name):
        return call("GetCollectionStatistics", collection_name=name), call("DescribeIndex", collection_name=name)
    names = call("ShowCollections").collection_names
    assert len(names) == int(sys.argv[2])
    if sys.argv[3:]:
        with ThreadPoolExecutor(8) as pool:
            print(len(list(pool.map(one, names))))
"""


def measure_collections(environment: Environment, work: Path, rounds: int, *, standalone: bool) -> list[Row]:
    (work / "home").mkdir()
    server: ServerProcess = MilvusServer(work / "server") if standalone else LiteServer(work / "server")
    count = STANDALONE_COUNT if standalone else COUNT
    with server:
        fill_collections(server, count)
        return _measure(environment, server, work / "home", count, rounds)


def _measure(environment: Environment, server: ServerProcess, home: Path, count: int, rounds: int) -> list[Row]:
    variables = clean_variables(home)
    Process([environment.milvus_cli, "connect", server.address], variables)()
    listing: list[str | Path] = [environment.milvus_cli, "list", "collections", "-o", "jsonl", "--timeout", LONG]
    bare: list[str | Path] = [environment.python, "-c", BARE, server.address, str(count)]
    names: dict[str, Task] = {
        f"bare ShowCollections, of {count:,}": Process(bare, variables),
        "list collections --names": Process([*listing, "--names"], variables),
    }
    full: dict[str, Task] = {
        "bare calls for each, 8 threads": Process([*bare, "each"], variables),
        "list collections": Process(listing, variables),
    }
    return [
        *compare(measure(names, rounds), next(iter(names)), {"list collections --names": 3.0}),
        *compare(measure(full, min(rounds, 5)), next(iter(full)), {"list collections": 1.6}),
    ]


def fill_collections(server: ServerProcess, count: int) -> None:
    schema = schema_pb2.CollectionSchema()
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    schema.fields.add(name="v", data_type=schema_pb2.FloatVector).type_params.add(key="dim", value="4")
    with server.stub() as stub:
        for number in range(count):
            schema.name = f"c{number:04}"
            status = stub.CreateCollection(
                milvus_pb2.CreateCollectionRequest(
                    collection_name=schema.name,
                    schema=schema.SerializeToString(),
                    shards_num=1,
                )
            )
            if status.code or status.error_code:
                raise BenchFailed(f"no more than {number} collections: {status.reason}")
