"""What a check looks at: a collection's vector field and its primary key, there and loaded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import CliError
from ..rpc.client import Client
from ..rpc.indexes import Index, described, index_of, indexes
from ..rpc.objects import row_count
from ..rpc.progress import load_state
from ..rpc.schema import params, primary_field, type_name
from ..rpc.search import search_field

if TYPE_CHECKING:
    from ..rpc.wire.schema_pb2 import CollectionSchema, FieldSchema

SIZES = {"FLOAT_VECTOR": 4.0, "FLOAT16_VECTOR": 2.0, "BFLOAT16_VECTOR": 2.0, "INT8_VECTOR": 1.0, "BINARY_VECTOR": 0.125}
"""Bytes of one dimension."""
SPARSE_SIZE = 2048
"""Bytes taken for a sparse vector, whose length nothing tells before it is read."""


@dataclass(frozen=True)
class Keys:
    """The primary field of a collection."""

    collection: str
    name: str
    is_text: bool


@dataclass(frozen=True)
class Target:
    """`schema` is the vector field's."""

    keys: Keys
    schema: FieldSchema

    @property
    def collection(self) -> str:
        return self.keys.collection

    @property
    def field(self) -> str:
        return self.schema.name

    @property
    def kind(self) -> str:
        return type_name(self.schema.data_type)

    @property
    def dimension(self) -> int:
        """0 for a sparse field."""
        return int(params(self.schema.type_params).get("dim", 0))

    @property
    def row_size(self) -> int:
        """Bytes of a vector; of a sparse one a guess."""
        return max(1, int(self.dimension * SIZES[self.kind])) if self.kind in SIZES else SPARSE_SIZE


def find_keys(client: Client, collection: str) -> Keys:
    """Raises CliError where the collection is not loaded, ServerRefused where there is none."""
    return _keys(client, collection, _schema(client, collection))


def find_target(client: Client, collection: str, field: str | None, *, loaded: bool = True) -> Target:
    """The vector field of that name, or the only one. Raises as `find_keys`, and CliError for a missing field."""
    schema = _schema(client, collection)
    found = search_field(schema, field)
    return Target(_keys(client, collection, schema, loaded=loaded), found)


def count_rows(client: Client, collection: str) -> int:
    """Exactly where the collection is loaded, else by the statistics, which know nothing of rows not yet flushed."""
    if load_state(client, collection) != "loaded":
        return row_count(client, collection) or 0
    answer = client.call("Query", collection_name=collection, output_fields=["count(*)"], consistency_level="Strong")
    return int(answer.fields_data[0].scalars.long_data.data[0])


def index_on(client: Client, target: Target) -> Index | None:
    """The index on the vector field, its parameters one by one."""
    found = next((each for each in indexes(client, target.collection) if each.field_name == target.field), None)
    return None if found is None else replace(index_of(found), params=described(found)["params"])


def require_index(client: Client, target: Target) -> Index:
    found = index_on(client, target)
    if found is None:
        raise CliError(f"no index on {target.field!r} of {target.collection!r}",
                       hint=f"make one first: create index -c {target.collection} -f {target.field}")  # fmt: skip
    return found


def _schema(client: Client, collection: str) -> CollectionSchema:
    schema: CollectionSchema = client.call("DescribeCollection", collection_name=collection).schema
    return schema


def _keys(client: Client, collection: str, schema: CollectionSchema, *, loaded: bool = True) -> Keys:
    if loaded and (state := load_state(client, collection)) != "loaded":
        raise CliError(f"collection {collection!r} is {state}",
                       hint=f"load it first: load collection -c {collection}")  # fmt: skip
    primary = primary_field(schema)
    if primary is None:
        raise CliError(f"{collection} has no primary field")
    return Keys(collection, primary.name, type_name(primary.data_type) == "VARCHAR")
