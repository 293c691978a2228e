"""Sends columns to a collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..client.optional import permitted
from ..errors import Fault, ServerRefused
from ..schema.schema import primary_field

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema, FieldData

BUSY = frozenset({4, 8})
"""Codes of Milvus that ask for patience: too many requests, over the rate limit."""
NOT_READY = 1
"""Milvus's code while a part of it still starts. Milvus Lite has it for every refusal."""
OF_VALUES = frozenset({None, 0, 1, 6, 1001, 1100, 65535})
"""Codes that a value in one of the rows may cause: 6 on Milvus Lite, 1001 for JSON on Milvus 2.3.

Others concern every row.
"""


@dataclass(frozen=True)
class WriteTarget:
    """Where rows go. `lite` is set for a Milvus Lite 3; older ones behave like Milvus and report no version."""

    collection: str
    partition: str
    schema: CollectionSchema
    upsert: bool = False
    lite: bool = False

    @property
    def verb(self) -> str:
        """What is wanted."""
        return "Upsert" if self.upsert else "Insert"

    @property
    def method(self) -> str:
        """The RPC that does it.

        Milvus Lite's insert takes the place of rows with the same keys, which Milvus keeps; its upsert leaves what the
        dynamic field of the new row lacks.
        """
        return "Upsert" if self.upsert and not self.lite else "Insert"

    @property
    def key(self) -> str:
        """The primary field that the rows bring; empty where Milvus gives it out."""
        field = primary_field(self.schema)
        return field.name if field and (self.upsert or not field.autoID) else ""


def write(client: Client, target: WriteTarget, columns: Sequence[FieldData], rows: int, *, seconds: float) -> Any:
    """Raises as Client.call; the answer has the ids."""
    return client.call(
        target.method,
        timeout=seconds,
        collection_name=target.collection,
        partition_name=target.partition,
        fields_data=columns,
        num_rows=rows,
    )


def writes_at_once(target: WriteTarget, wanted: int) -> int:
    """Milvus Lite 3.2 loses one of two that it answers as the first after its start: it opens a collection for each."""
    return 1 if target.lite else wanted


def is_busy(error: ServerRefused) -> bool:
    """Whether the same may be taken a little later."""
    return error.server_code in BUSY or (error.server_code == NOT_READY and "not ready" in error.message)


def require_unchanged(client: Client, target: WriteTarget) -> None:
    """Raises ServerRefused for what keeps every row out: the collection is gone, or has other fields now."""
    schema = client.call("DescribeCollection", collection_name=target.collection).schema
    if _fields(schema) != _fields(target.schema):
        raise ServerRefused(f"the fields of {target.collection!r} changed while rows were sent", fault=Fault.SAID_NO)


def _fields(schema: CollectionSchema) -> object:
    return [(each.name, each.data_type) for each in schema.fields], schema.enable_dynamic_field


def exact_count(client: Client, collection: str) -> int | None:
    """Rows by a query; None where the collection is not loaded, or where this user may not read it."""
    try:
        answer = permitted(client.call, "Query", collection_name=collection, output_fields=["count(*)"])
    except ServerRefused:
        return None
    if answer is None:
        return None
    return int(answer.fields_data[0].scalars.long_data.data[0])
