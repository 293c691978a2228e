"""The vector fields that embedders can fill, and which embedder a field has."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..client.client import Client
from ..client.optional import permitted
from ..connections.embedders import Embedder, EmbedderStore, field_place
from ..errors import CliError, InvalidAnswer, InvalidInput
from ..schema.indexes import field_index
from ..schema.schema import type_name, vector_fields
from ..values.invalid import InvalidValue
from ..values.packing import dimension, packer, require_finite

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema

FILLED_TYPES = ("FLOAT_VECTOR", "FLOAT16_VECTOR", "BFLOAT16_VECTOR")
METRICS = ("", "COSINE", "IP", "L2")
"""Metrics that compare embeddings; "" if the field has no index."""


def fillable_fields(schema: CollectionSchema) -> list[FieldSchema]:
    """Returns the vector fields that an embedder can fill: of floats, and filled by no function of the server."""
    outputs = {name for each in schema.functions for name in each.output_field_names}
    return [
        each for each in vector_fields(schema) if type_name(each.data_type) in FILLED_TYPES and each.name not in outputs
    ]


def require_fillable(schema: CollectionSchema, field: FieldSchema) -> None:
    """Raises InvalidInput for a vector field that no embedder can fill."""
    kind = type_name(field.data_type)
    if kind not in FILLED_TYPES:
        raise InvalidInput(
            f"an embedder can't fill {field.name!r}: its type is {kind}, not {' or '.join(FILLED_TYPES)}"
        )
    if all(each.name != field.name for each in fillable_fields(schema)):
        raise InvalidInput(f"an embedder can't fill {field.name!r}: a function of the server does")


def require_metric(client: Client, collection: str, field: str) -> str:
    """Returns the metric, "" without an index. Raises InvalidInput for one that does not compare embeddings."""
    index = permitted(field_index, client, collection, field)
    if index and index.metric not in METRICS:
        raise InvalidInput(
            f"an embedder can't fill {field!r}: its index has the metric {index.metric}",
            hint=f"embeddings are compared by {', '.join(filter(None, METRICS))}",
        )
    return index.metric if index else ""


def require_dimension(embedder: Embedder, dim: int, field: FieldSchema) -> None:
    """Raises CliError if the field has another dimension than the embedder's vectors."""
    if dim and dim != dimension(field):
        raise CliError(
            f"embedder {embedder.name!r} makes vectors of {dim} numbers, and {field.name!r} has {dimension(field)}",
            hint="take another embedder, or create the collection with that dimension",
        )


def vector_packer(embedder: Embedder, field: FieldSchema) -> Callable[[list[float]], bytes]:
    """Returns what encodes an embedder's vectors for a field. It raises InvalidAnswer for numbers out of range."""
    pack = packer(field)

    def packed(vector: list[float]) -> bytes:
        try:
            raw = pack(vector)
            require_finite(field, raw)
            return raw
        except (InvalidValue, OverflowError, struct.error) as exc:
            raise InvalidAnswer(f"embedder {embedder.name!r}: {exc}") from exc

    return packed


def mixing_note(field: str, known: str, other: str) -> str:
    """Tells that an embedder is used for a field with vectors of another."""
    return f"note: {field!r} has vectors of embedder {known!r}: those of {other!r} can't be compared with them"


def remembered_embedder(store: EmbedderStore, client: Client, collection: str, field: str) -> str:
    """Returns the name of the embedder that a field is known to have; "" if none is."""
    found = store.remembered(field_place(client.profile, collection, field))
    return found.embedder if found else ""
