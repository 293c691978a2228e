"""Features that a collection requires, and the servers that have them, to check before anything is created."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..client.client import Client
from ..connections.version import Version
from ..errors import CliError
from .definition import Definition
from .schema import all_fields, type_name, vector_fields

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema

# First versions, from Milvus's release notes (https://milvus.io/docs/release_notes.md). Other types are older than
# every supported server.
TYPES_SINCE = {
    "FLOAT16_VECTOR": "2.3",
    "BFLOAT16_VECTOR": "2.4",
    "SPARSE_FLOAT_VECTOR": "2.4",
    "INT8_VECTOR": "2.6",
    "GEOMETRY": "2.6",
    "TIMESTAMPTZ": "2.6",
    "TEXT": "2.6",
    "ARRAY_OF_VECTOR": "2.6",
}
SCALAR_INDEXES_SINCE = {
    **dict.fromkeys(("INT8", "INT16", "INT32", "INT64", "FLOAT", "DOUBLE", "VARCHAR"), ""),
    "BOOL": "2.4",
    "ARRAY": "2.4",
    "JSON": "2.5",
    "GEOMETRY": "2.6",
    "TIMESTAMPTZ": "2.6",
}
"""Types of fields without vectors that can be indexed."""
SEVERAL_VECTORS, NULLABLE, FUNCTIONS, STRUCTS, EXTERNAL_SINCE = "2.4", "2.5", "2.5", "2.6", "3.0"
EXTERNAL = "external source"

# For Milvus Lite 3.2.
LITE_LACKS = (
    *("BINARY_VECTOR", "FLOAT16_VECTOR", "BFLOAT16_VECTOR", "INT8_VECTOR", "TEXT", "ARRAY_OF_VECTOR"),
    EXTERNAL,
)
LITE_UNINDEXED = ("ARRAY", "JSON", "GEOMETRY", "TIMESTAMPTZ")


def lacking_features(definition: Definition, version: Version) -> list[str]:
    """Returns the parts of a collection's schema that a server does not support."""
    return _lacking(dict(_needs(definition.schema)), version)


def _lacking(needs: Mapping[str, str], version: Version) -> list[str]:
    if version.is_lite:
        return [what for what in needs if any(word in what for word in LITE_LACKS) or what.startswith("struct")]
    return [f"{what} (Milvus {since})" for what, since in needs.items() if version.before(since)]


def require_types(client: Client, schema: CollectionSchema) -> None:
    """Raises CliError for a collection with fields of types whose rows its server cannot store.

    Milvus 2.3 creates these collections silently. It refuses most of their rows, but accepts those with a
    TIMESTAMPTZ, and crashes at the next flush.
    """
    lacks = lacking_types(client, schema)
    if lacks:
        raise CliError(
            f"this server keeps no rows of {schema.name!r}: it lacks {'; '.join(lacks)}",
            hint=f"create the collection without it, from `show collection {schema.name} -o ddl`",
        )


def require_parts(client: Client, schema: CollectionSchema) -> None:
    """Raises CliError for a schema with fields or functions that its server would leave out, or keep without rows."""
    needs = dict(_parts(schema))
    if needs and (lacks := _lacking(needs, client.version)):
        raise CliError(
            f"{client.version.product or 'this server'} lacks {'; '.join(lacks)}",
            hint="nothing was created; leave it out, or use a newer server",
        )


def lacking_types(client: Client, schema: CollectionSchema) -> list[str]:
    """Returns fields whose types the server lacks, even if it created the collection."""
    needs = dict(_types(schema))
    return _lacking(needs, client.version) if needs else []


def indexable_fields(schema: CollectionSchema, version: Version) -> list[FieldSchema]:
    """Returns the fields that a server can index, vector fields first."""
    vectors = vector_fields(schema)
    others = [each for each in schema.fields if each not in vectors]
    return [*vectors, *(each for each in others if _has_scalar_index(type_name(each.data_type), version))]


def _has_scalar_index(kind: str, version: Version) -> bool:
    if kind not in SCALAR_INDEXES_SINCE or (version.is_lite and kind in LITE_UNINDEXED):
        return False
    return not version.before(SCALAR_INDEXES_SINCE[kind])


def _needs(schema: CollectionSchema) -> Iterator[tuple[str, str]]:
    """Yields a description of each requirement, with the first Milvus that has it."""
    yield from _parts(schema)
    if len(vector_fields(schema)) > 1:
        yield "several vector fields", SEVERAL_VECTORS
    nullable = [field.name for field in schema.fields if field.nullable]
    if nullable:
        yield f"nullable {_listed(nullable)}", NULLABLE
    if schema.external_source:
        yield EXTERNAL, EXTERNAL_SINCE


def _parts(schema: CollectionSchema) -> Iterator[tuple[str, str]]:
    """Yields the requirements of fields and functions, without which a collection is another one."""
    yield from _types(schema)
    if schema.functions:
        yield f"function {_listed([each.name for each in schema.functions])}", FUNCTIONS
    if schema.struct_array_fields:
        yield f"struct array {_listed([each.name for each in schema.struct_array_fields])}", STRUCTS


def _types(schema: CollectionSchema) -> Iterator[tuple[str, str]]:
    for field in all_fields(schema):
        kind = type_name(field.data_type)
        if kind in TYPES_SINCE or kind in LITE_LACKS:
            yield f"{kind} {field.name!r}", TYPES_SINCE.get(kind, "")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))
