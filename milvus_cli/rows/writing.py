"""Writes columns to a collection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..client.failures import lost, silent
from ..errors import Fault, ServerRefused, Unreachable, Unsupported
from ..values.quoted_keys import TO_LITE_3, quoted_key, why_refused
from .write_target import WriteTarget

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema, FieldData

BUSY = frozenset({4, 8})
"""Milvus's codes for too many requests, and for exceeding the rate limit."""
NOT_READY = 1
"""Milvus's code while a component is still starting. Milvus Lite uses it for every refusal."""
OF_VALUES = frozenset({None, 0, 1, 6, 1001, 1100, 65535})
"""Codes that a value in one of the rows may cause: 6 on Milvus Lite, 1001 for JSON on Milvus 2.3.

Other codes concern every row.
"""


def write_rows(
    client: Client,
    target: WriteTarget,
    columns: Sequence[FieldData],
    rows: int,
    *,
    seconds: float,
    operation: str = "",
) -> Any:
    """Sends rows; the answer contains the ids.

    Raises as Client.call, but says that `operation` failed (the target's by default): the RPC may be another one, as
    on Milvus Lite or when a lost insert is settled by an upsert. Raises Unsupported for an upsert that would be run as
    SQL.
    """
    _refuse_quoted(target, columns)
    try:
        return client.call(
            target.method,
            timeout=seconds,
            collection_name=target.collection,
            partition_name=target.partition,
            fields_data=columns,
            num_rows=rows,
            **_merge_fields(target),
        )
    except Unreachable as exc:
        address, operation = client.profile.address, operation or target.verb
        if exc.fault is Fault.LOST:
            raise lost(operation, address) from exc
        if exc.fault is Fault.SILENT:
            raise silent(operation, address, seconds) from exc
        raise


def _refuse_quoted(target: WriteTarget, columns: Sequence[FieldData]) -> None:
    if not (target.pastes_keys and target.method == "Upsert"):
        return
    key = quoted_key(key for each in columns if each.field_name == target.key for key in each.scalars.string_data.data)
    if key is not None:
        raise Unsupported(why_refused(key), hint=TO_LITE_3)


def _merge_fields(target: WriteTarget) -> dict[str, Any]:
    """Returns the fields of a request that say how rows are merged with those that exist."""
    if not target.partial:
        return {}
    operations = [{"field_name": name, "op": operation} for name, operation in target.operations.items()]
    return {"partial_update": True, "field_ops": operations}


def writes_at_once(target: WriteTarget, wanted: int) -> int:
    """Returns 1 for Milvus Lite 3.2: it opens a collection per write, and loses one of the first two at its start."""
    return 1 if target.lite else wanted


def is_busy(error: ServerRefused) -> bool:
    """Returns True if the same request may succeed a little later."""
    return error.server_code in BUSY or (error.server_code == NOT_READY and "not ready" in error.message)


def require_unchanged(client: Client, target: WriteTarget) -> None:
    """Raises ServerRefused if every row is refused because the collection is gone or has other fields."""
    schema = client.call("DescribeCollection", collection_name=target.collection).schema
    if _field_types(schema) != _field_types(target.schema):
        raise ServerRefused(f"the fields of {target.collection!r} changed while rows were sent", fault=Fault.SAID_NO)


def _field_types(schema: CollectionSchema) -> object:
    return [(each.name, each.data_type) for each in schema.fields], schema.enable_dynamic_field
