"""A collection of texts and vectors in three clusters, created once on each kind of server."""

from collections.abc import Iterator

import numpy
import pytest
from pymilvus import DataType

from tests.support.cli import Cli
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.official import official_client
from tests.support.process import ServerProcess
from tests.support.typed import Typed

NAME = "plot_texts"
COUNT = 120
HOSTILE = "</script><script>alert(1)</script>"
TOPICS = ("art", HOSTILE, "$\\frac{1}$")
RANDOM = numpy.random.default_rng(9)
CENTERS = RANDOM.normal(size=(3, 6)) * 3
VECTORS = numpy.array([CENTERS[key % 3] + RANDOM.normal(size=6) for key in range(COUNT)], "f4")


def _made(server: ServerProcess) -> Iterator[ServerProcess]:
    client = official_client(server.uri)
    schema = client.create_schema(enable_dynamic_field=True)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("topic", DataType.VARCHAR, max_length=100)
    schema.add_field("v", DataType.FLOAT_VECTOR, dim=6)
    client.create_collection(NAME, schema=schema, num_shards=1)
    rows = [{"id": key, "topic": TOPICS[key % 3], "year": 1900 + key, "v": VECTORS[key]} for key in range(COUNT)]
    client.insert(NAME, rows)
    indexes = client.prepare_index_params()
    indexes.add_index("v", index_name="v", index_type="HNSW", metric_type="L2", params={"M": 8, "efConstruction": 60})
    client.create_index(NAME, indexes)
    client.load_collection(NAME)
    yield server
    client.release_collection(NAME)
    client.drop_collection(NAME)


@pytest.fixture(scope="session")
def plotted_lite(lite: LiteServer) -> Iterator[ServerProcess]:
    yield from _made(lite)


@pytest.fixture(scope="session")
def plotted_milvus(milvus: MilvusServer) -> Iterator[ServerProcess]:
    yield from _made(milvus)


@pytest.fixture
def plot(cli: Cli, plotted_lite: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Commands on Milvus Lite, in a directory of their own."""
    monkeypatch.chdir(cli.directory)
    return Typed(cli, plotted_lite)
