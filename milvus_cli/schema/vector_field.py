"""Finds the vector field that a name, or the lack of one, means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import CliError, InvalidInput
from ..text.names import missing_name
from .nested import nested_vectors
from .schema import type_name, vector_fields

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema


def search_field(schema: CollectionSchema, name: str | None) -> FieldSchema:
    """The vector field of that name, also one in a struct array; without a name the only vector field.

    Raises CliError and InvalidInput.
    """
    fields = {field.name: field for field in vector_fields(schema)}
    if schema.struct_array_fields and (name is not None or not fields):
        fields |= {field.name: field for field in nested_vectors(schema)}
    if name is None and len(fields) == 1:
        return next(iter(fields.values()))
    if not fields:
        raise CliError(f"{schema.name} has no vector field", hint="only vectors can be searched")
    if name is None:
        raise InvalidInput(f"{schema.name} has {len(fields)} vector fields", hint=f"give one: -f {' or '.join(fields)}")
    if name not in fields:
        other = next((type_name(each.data_type) for each in schema.fields if each.name == name), "")
        if other:
            raise CliError(
                f"{name!r} of {schema.name} is not a vector: its type is {other}",
                hint=f"vector fields: {', '.join(fields)}",
            )
        raise missing_name("vector field", name, fields, before=f"{schema.name} has ")
    return fields[name]
