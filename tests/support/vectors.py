"""Collections of a key `id` and a vector `v`, made with pymilvus: indexed and loaded."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pymilvus import DataType, MilvusClient
from pymilvus.exceptions import MilvusException

from tests.support.official import official_client
from tests.support.process import ServerProcess


@dataclass(frozen=True)
class Made:
    """`rows` are vectors by their keys, `more` is inserted when they are in a sealed segment.

    A dimension of 0 is for sparse vectors.
    """

    rows: Mapping[Any, Any]
    metric: str
    dimension: int
    kind: DataType = DataType.FLOAT_VECTOR
    index: str = "FLAT"
    params: Mapping[str, int] = field(default_factory=dict)
    more: Mapping[Any, Any] | None = None
    flush: bool = False


def make_all(server: ServerProcess, collections: Mapping[str, Made]) -> None:
    """At once, as a server mostly waits while it loads."""
    client = official_client(server.uri)
    with ThreadPoolExecutor(len(collections)) as pool:
        list(pool.map(lambda name: _make(client, name, collections[name]), collections))


def drop_all(server: ServerProcess, names: Mapping[str, Made]) -> None:
    client = official_client(server.uri)
    for name in names:
        client.release_collection(name)
        client.drop_collection(name)


def _make(client: MilvusClient, name: str, made: Made) -> None:
    client.create_collection(name, schema=_schema(client, made), num_shards=1)
    _insert(client, name, made.rows)
    if made.flush or made.more:
        client.flush(name)
    _insert(client, name, made.more or {})
    indexes = client.prepare_index_params()
    indexes.add_index("v", index_name="v", index_type=made.index, metric_type=made.metric, params=dict(made.params))
    client.create_index(name, indexes)
    _load(client, name)


def _load(client: MilvusClient, name: str) -> None:
    """A load hangs for a minute now and then, as a segment changes under it: it is asked for again."""
    for _ in range(3):
        with suppress(MilvusException):
            client.load_collection(name, timeout=20)
            return
        client.release_collection(name)
    client.load_collection(name)


def _insert(client: MilvusClient, name: str, rows: Mapping[Any, Any]) -> None:
    """In one call: the same key may come again in another one."""
    if rows:
        client.insert(name, [{"id": key, "v": vector} for key, vector in rows.items()])


def _schema(client: MilvusClient, made: Made) -> Any:
    schema = client.create_schema(auto_id=False)
    if isinstance(next(iter(made.rows)), str):
        schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=100)
    else:
        schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("v", made.kind, **({"dim": made.dimension} if made.dimension else {}))
    return schema
