"""Looks for judged documents in a collection: those that it lacks lower every measure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..rows.filters import one_of
from ..rows.selection import WHOLE_KEY, Fields, Selection, query
from ..schema.kinds import ValueShape, shape_of
from ..schema.schema import type_name
from ..values.decode import decode_column

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema

AT_ONCE = 1_000
"""Documents in one filter."""


def missing_documents(
    client: Client, schema: CollectionSchema, collection: str, name: str | None, documents: Collection[str]
) -> list[str]:
    """Returns the documents that no row has in a field, by default the primary key.

    None are missing in a field whose values are neither text nor whole numbers: no filter finds them.
    """
    selection = Selection(schema, collection, Fields((), (), flat=False))
    primary = selection.primary.name
    field = next((each for each in schema.fields if each.name == (name or primary)), None)
    shape = shape_of(type_name(field.data_type)) if field is not None else None
    if field is None or shape not in (ValueShape.TEXT, ValueShape.WHOLE):
        return []
    names = tuple(dict.fromkeys((primary, field.name)))
    selection = Selection(schema, collection, Fields(names, names, flat=False))
    values = {each: value for each in documents if (value := _value(each, shape)) is not None}
    known, wanted = set[Any](), list(values.values())
    for start in range(0, len(wanted), AT_ONCE):
        known |= _found(client, selection, field.name, wanted[start : start + AT_ONCE])
    return [each for each in documents if values.get(each) not in known]


def _value(document: str, shape: ValueShape) -> Any:
    if shape is ValueShape.TEXT:
        return document
    return int(document) if WHOLE_KEY.fullmatch(document) and abs(int(document)) < 2**63 else None


def _found(client: Client, selection: Selection, name: str, wanted: Sequence[Any]) -> set[Any]:
    columns = query(client, selection, one_of(name, wanted), params={})
    return {each for column in columns if column.field_name == name for each in decode_column(column)}
