"""Collections with planted faults, created once on each kind of server."""

import math
import random
from collections.abc import Iterator, Mapping

import numpy as np
import pytest
from pymilvus import DataType

from milvus_cli.client.client import Client
from milvus_cli.connections.profile import Profile
from milvus_cli.session.clients import open_client
from tests.support.lite_server import LiteServer
from tests.support.process import ServerProcess
from tests.support.vectors import Made, drop_all, make_all

RANDOM = np.random.default_rng(6)
CLUSTERED = RANDOM.normal(size=(3000, 8)).astype("f4")
"""By key; an index of 64 clusters that looks into one of them finds less than half of the nearest rows."""

NUMBERS = [*range(-20, 60), -(2**63), 2**62]
random.Random(2).shuffle(NUMBERS)
TEXTS = [f"k{number:03}" for number in range(40)] + ["it's", 'say "x"', "back\\slash", "zürich", "日本"]

UNIT = {key: [math.cos(key), math.sin(key), 0.0, 0.0] for key in range(20)}
PLANTED = {
    **UNIT,
    3: [0.0, 0.0, 0.0, 0.0],
    5: [3.0, 0.0, 0.0, 0.0],
    8: [0.0, 0.0, 1.0, 0.0],
    11: [0.0, 0.0, 1.0, 0.0],
    12: [0.0, 0.0, 1.0, 0.0],
    15: UNIT[14],
    17: [0.5, 0.5, 0.5, 0.5],
}
AGAIN = {key: [9.0, float(key)] for key in (2, 40, 41, 97)}

SOME = {key: [1.0, float(key % 9)] for key in range(100)}
EVERYWHERE = {
    "checks_clustered": Made(
        dict(enumerate(CLUSTERED.tolist())), "L2", 8, index="IVF_FLAT", params={"nlist": 64}, flush=True
    ),
    "checks_numbers": Made(
        {key: [key % 7, 1.0] for key in NUMBERS[:50]}, "L2", 2, more={key: [key % 7, 1.0] for key in NUMBERS[50:]}
    ),
    "checks_texts": Made(
        {key: [1.0, float(at)] for at, key in enumerate(TEXTS)}, "L2", 2, more={"it's": [1.0, 0.0], "日本": [1.0, 0.0]}
    ),
    "checks_planted": Made(PLANTED, "IP", 4),
    "checks_twice": Made(SOME, "L2", 2, more={key: [9.0, 9.0] for key in (2, 40, 41, 97, 200)}),
    "checks_cosine": Made({key: (CLUSTERED[key % 70] * (1 + key // 70)).tolist() for key in range(200)}, "COSINE", 8),
}

BITS = {key: RANDOM.bytes(2) for key in range(200)}
"""So short that many are equally near."""
MILVUS_ONLY = {
    "checks_hamming": Made(BITS, "HAMMING", 16, DataType.BINARY_VECTOR, "BIN_FLAT"),
    "checks_jaccard": Made(BITS, "JACCARD", 16, DataType.BINARY_VECTOR, "BIN_FLAT"),
}

ODD = {1: [1.0, 0.0], 2: [math.nan, 0.0], 3: [math.inf, 1.0], 4: [-math.inf, 1.0], 5: [0.0, 2.0]}
SPARSE = {key: {key % 13: 1.0 + key, 20 + key % 7: 0.5} for key in range(60)}
LITE_ONLY = {
    "checks_odd": Made(ODD, "L2", 2),
    "checks_sparse": Made(SPARSE, "IP", 0, DataType.SPARSE_FLOAT_VECTOR, "SPARSE_INVERTED_INDEX"),
}


def collections_of(server: ServerProcess) -> Mapping[str, Made]:
    return {**EVERYWHERE, **(LITE_ONLY if isinstance(server, LiteServer) else MILVUS_ONLY)}


def _with_collections(server: ServerProcess) -> Iterator[ServerProcess]:
    made = collections_of(server)
    make_all(server, made)
    yield server
    drop_all(server, made)


@pytest.fixture(scope="session")
def lite_with_faults(lite: ServerProcess) -> Iterator[ServerProcess]:
    """Milvus Lite with the collections above."""
    yield from _with_collections(lite)


@pytest.fixture(scope="session")
def milvus_with_faults(milvus: ServerProcess) -> Iterator[ServerProcess]:
    """Milvus with the collections above."""
    yield from _with_collections(milvus)


@pytest.fixture(scope="session")
def server_with_faults(request: pytest.FixtureRequest, server: ServerProcess) -> ServerProcess:
    """Each kind of server in turn, with the collections above."""
    name = "lite_with_faults" if isinstance(server, LiteServer) else "milvus_with_faults"
    found: ServerProcess = request.getfixturevalue(name)
    return found


@pytest.fixture
def client(server_with_faults: ServerProcess) -> Iterator[Client]:
    """A client of that server."""
    opened = open_client(
        Profile(alias="", host=server_with_faults.host, port=server_with_faults.ports["grpc"]), timeout=30
    )
    yield opened
    opened.close()
