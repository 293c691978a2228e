"""Adds fields to collections, changes their properties, and removes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..client.client import Client
from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema, StructArrayFieldSchema
from ..errors import CliError, InvalidInput, Unsupported
from ..result import Done, Removal
from ..schema.declaration import parse_field, set_default
from ..schema.schema import all_fields, check_limits, check_name, pairs, row_fields
from ..session.session import Session
from .collections import Properties, property_words
from .existence import require_field

if TYPE_CHECKING:
    from ..schema.schema import Field

DESCRIPTION = "field.description"
"""The property that changes the description of a field."""


@dataclass(frozen=True)
class NewFieldOptions:
    """Options of `create field`: `fields` in the notation of parse_field, `defaults` as FIELD=VALUE."""

    collection: str
    fields: tuple[str, ...]
    nullable: bool = True
    defaults: tuple[str, ...] = ()


def create_fields(session: Session, options: NewFieldOptions) -> Done:
    """Adds fields, one call for each. Rows that exist get the default or null."""
    declared = _declared(options)
    client, collection = session.client, options.collection
    client.require("AddCollectionField")
    session.require_collection(collection)
    known = [each.name for each in row_fields(_schema(client, collection))]
    for field in declared:
        if field.name in known:
            raise CliError(
                f"field {field.name!r} already exists in {collection!r}", hint=f"show collection {collection}"
            )
        if not isinstance(field, FieldSchema):
            client.require("AddCollectionStructField")
    made: list[str] = []
    for field in declared:
        try:
            _add(client, collection, field)
        except CliError as exc:
            raise exc.with_context(prefix=_progress(made, field.name)) if made else exc from exc
        made.append(field.name)
    names = ", ".join(map(repr, made))
    what = "field" if len(made) == 1 else "fields"
    return Done(f"Added {what} {names} to {collection!r}.", {"collection": collection, "fields": made})


def field_removal(session: Session, collection: str, field: str) -> Removal:
    """Raises CliError for a missing field, and for the primary key."""
    client = session.client
    client.require("AlterCollectionSchema.drop_field")
    session.require_collection(collection)
    known = {each.name: each for each in row_fields(_schema(client, collection))}
    if field not in known:
        require_field(client, collection, field)
    if getattr(known[field], "is_primary_key", False):
        raise CliError(f"field {field!r} is the primary key of {collection!r}, which every collection needs")
    return Removal(
        "delete",
        f"field {field!r} of {collection!r}",
        "with its values and its index",
        {"collection": collection, "field": field},
        lambda: client.call(
            "AlterCollectionSchema", collection_name=collection, action={"drop_request": {"field_name": field}}
        ),
    )


def alter_field(session: Session, collection: str, field: str, *, properties: Properties, keys: Sequence[str]) -> Done:
    """Sets properties of a field, or removes those with the keys."""
    client = session.client
    if keys:
        client.require("AlterCollectionField.delete_keys")
    if DESCRIPTION in dict(properties):
        client.require("AlterCollectionField.description")
    session.require_collection(collection)
    require_field(client, collection, field)
    client.call(
        "AlterCollectionField",
        collection_name=collection,
        field_name=field,
        properties=pairs(dict(properties)),
        delete_keys=keys,
    )
    done, changed = property_words(properties, keys)
    made = {"collection": collection, "field": field, "changed": changed}
    return Done(f"{done} of field {field!r} of {collection!r}.", made)


def _declared(options: NewFieldOptions) -> list[Field]:
    """Raises InvalidInput for a declaration that no server takes."""
    schema = CollectionSchema(name=options.collection)
    for each in map(parse_field, options.fields):
        each.nullable = each.nullable or options.nullable
        if isinstance(each, FieldSchema):
            schema.fields.append(each)
        else:
            schema.struct_array_fields.append(_nullable(each))
    for text in options.defaults:
        set_default(schema, text)
    fields = row_fields(schema)
    for name in (each.name for each in fields):
        check_name(name, "field")
        if sum(each.name == name for each in fields) > 1:
            raise InvalidInput(f"field {name!r} is given twice")
    for field in all_fields(schema):
        check_limits(field)
    return fields


def _nullable(struct: StructArrayFieldSchema) -> StructArrayFieldSchema:
    for field in struct.fields:
        field.nullable = struct.nullable
    return struct


def _add(client: Client, collection: str, field: Field) -> None:
    if not isinstance(field, FieldSchema):
        client.call("AddCollectionStructField", collection_name=collection, struct_array_field_schema=field)
        return
    try:
        client.require("AlterCollectionSchema")
        added = {"field_infos": [{"field_schema": field}]}
        client.call("AlterCollectionSchema", collection_name=collection, action={"add_request": added})
    except Unsupported:
        # Milvus 2.6 has a call for this alone.
        client.call("AddCollectionField", collection_name=collection, schema=field.SerializeToString())


def _progress(made: Sequence[str], failed: str) -> str:
    return f"added {', '.join(map(repr, made))}, but not {failed!r}"


def _schema(client: Client, collection: str) -> CollectionSchema:
    schema: CollectionSchema = client.call("DescribeCollection", collection_name=collection).schema
    return schema
