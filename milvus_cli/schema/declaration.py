"""Parses fields and schemas from a command line: `title:VARCHAR:200`, or a field as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..client.wire.schema_pb2 import (
    CollectionSchema,
    DataType,
    FieldSchema,
    FunctionSchema,
    FunctionType,
    StructArrayFieldSchema,
    ValueField,
)
from ..errors import InvalidInput
from ..text.consistency import DEFAULT_LEVEL, collection_level
from ..text.json import parse_json
from ..text.names import missing_name
from .definition import Definition
from .field_json import DEFAULTS, read_default, read_field
from .index_types import USUAL, check_index, known_index_type, usual_type
from .indexes import Index
from .kinds import FIELD_TYPES
from .schema import (
    DEFAULT_MAX_LENGTH,
    DENSE_VECTORS,
    ELEMENT_TYPES,
    checked,
    known_type,
    no_such_type,
    type_name,
    type_number,
)
from .schema_file import read_function
from .undescribed import function_name

TYPE_HINT = "e.g. id:INT64, vector:FLOAT_VECTOR:768, tags:ARRAY:INT64:16"
INDEX_HINT = "write FIELD:TYPE:METRIC, e.g. vector, vector:HNSW:COSINE, vector:HNSW:L2:M=8:efConstruction=90"
FUNCTION_HINT = "write NAME:TYPE:INPUT:OUTPUT, e.g. embed:TextEmbedding:title:vector:provider=openai"
NUMBER_HINT = "e.g. vector:FLOAT_VECTOR:768, title:VARCHAR:200, tags:ARRAY:INT64:16"


ANALYZERS = ("standard", "english", "chinese")
"""Milvus's built-in analyzers (https://milvus.io/docs/analyzer-overview.md)."""


@dataclass(frozen=True)
class Declaration:
    """The options of `create collection`: `fields` in the notation of parse_field, the others by field name."""

    name: str
    fields: tuple[str, ...] = ()
    primary: str = ""
    auto_id: bool = False
    description: str = ""
    dynamic: bool = False
    partition_key: str = ""
    clustering_key: str = ""
    nullable: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    bm25: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    shards: int = 0
    consistency: str = DEFAULT_LEVEL
    num_partitions: int = 0
    properties: tuple[tuple[str, str], ...] = ()
    indexes: tuple[str, ...] = ()


def parse_field(text: str) -> FieldSchema | StructArrayFieldSchema:
    """Parses `name:TYPE[:argument[:…]]`, the notation of `create collection -f`, or a JSON object.

    The argument is the dimension of a vector, the length of a VARCHAR, or element type and capacity of an
    ARRAY in either order (`tags:ARRAY:VARCHAR:16:64`, `tags:ARRAY:16:VARCHAR:64`). The rest is a description.
    Raises InvalidInput.
    """
    if text.lstrip().startswith("{"):
        return read_field(parse_json(text, "the field", 'write it as {"name": "id", "type": "INT64"}, or id:INT64'))
    return parse_plain_field(text)


def parse_plain_field(text: str) -> FieldSchema:
    """Parses the notation without JSON."""
    name, _, rest = text.partition(":")
    word, *arguments = rest.split(":")
    if not name.strip():
        raise InvalidInput(f"field {text!r} has no name", hint="write name:TYPE, e.g. id:INT64")
    kind = _known_type(word, text, "type", FIELD_TYPES)
    field = FieldSchema(name=name.strip(), data_type=type_number(kind))
    if kind == "ARRAY":
        if arguments[0:1] and arguments[0].strip().isdecimal():
            # Scripts for Milvus 2.2 to 2.4 write the capacity first.
            arguments[0:2] = reversed(arguments[0:2])
        kind = _known_type(arguments.pop(0) if arguments else "", text, "element type", ELEMENT_TYPES)
        field.element_type = type_number(kind)
        _set_param(field, "max_capacity", arguments, meaning="its capacity", text=text)
    if kind in DENSE_VECTORS:
        _set_param(field, "dim", arguments, meaning="its dimension", text=text)
    elif kind == "VARCHAR":
        _set_param(field, "max_length", arguments or [str(DEFAULT_MAX_LENGTH)], meaning="its length", text=text)
    field.description = ":".join(arguments)
    return field


def parse_function(text: str) -> FunctionSchema:
    """Parses `name:TYPE:input:output[:key=value…]`, the notation of `create collection --function`, or a JSON object.

    Raises InvalidInput.
    """
    if text.lstrip().startswith("{"):
        return read_function(parse_json(text, "the function", FUNCTION_HINT), "the function")
    name, kind, source, target, *rest = [*map(str.strip, text.split(":")), "", "", ""]
    given = dict(each.split("=", 1) for each in rest if "=" in each)
    if not (name and kind and source and target) or any(each and "=" not in each for each in rest):
        raise InvalidInput(f"invalid function {text!r}", hint=FUNCTION_HINT)
    value = {"name": name, "type": kind, "input_field_names": source, "output_field_names": target, "params": given}
    return read_function(value, f"function {name!r}")


def parse_index(text: str) -> Index:
    """Parses `field[:TYPE[:METRIC[:key=value…]]]`, the notation of `create collection --index`. Raises InvalidInput.

    Without parameters, types that need some get the usual ones.
    """
    field, kind, metric, *rest = [*map(str.strip, text.split(":")), "", ""]
    given = dict(each.split("=", 1) for each in rest if "=" in each)
    wrong = next((each for each in rest if each and "=" not in each), None)
    if not field or wrong:
        raise InvalidInput(f"invalid index {text!r}", hint=INDEX_HINT)
    kind = known_index_type(kind or "AUTOINDEX")
    check_index(kind, metric.upper(), given)
    return Index(field, type=kind, metric=metric.upper(), params=given or USUAL.get(kind, {}))


def declared(given: Declaration) -> Definition:
    """Builds the definition of a declaration. Raises InvalidInput."""
    schema = CollectionSchema(
        name=given.name, description=given.description, autoID=given.auto_id, enable_dynamic_field=given.dynamic
    )
    for each in map(parse_field, given.fields):
        if isinstance(each, FieldSchema):
            schema.fields.append(each)
        else:
            schema.struct_array_fields.append(each)
    _apply(given, schema)
    checked(schema)
    return Definition(
        schema,
        shards=given.shards,
        consistency=collection_level(given.consistency),
        properties=dict(given.properties),
        num_partitions=given.num_partitions,
        indexes=tuple(_index(schema, each) for each in given.indexes),
    )


def quick(given: Declaration, dimension: int) -> Declaration:
    """Adds an id, an indexed vector and a dynamic field, like pymilvus for a name and a dimension."""
    return replace(
        given,
        fields=("id:INT64", f"vector:FLOAT_VECTOR:{dimension}"),
        primary="id",
        dynamic=True,
        indexes=given.indexes or ("vector:AUTOINDEX:COSINE",),
    )


def _apply(given: Declaration, schema: CollectionSchema) -> None:
    """Applies the options that name fields."""
    if given.primary:
        names = ", ".join(field.name for field in schema.fields)
        if given.primary not in names.split(", "):
            raise InvalidInput(f"primary field {given.primary!r} is not among the fields", hint=f"fields: {names}")
        _field(schema, given.primary, "-p").is_primary_key = True
    if given.partition_key:
        _field(schema, given.partition_key, "--partition-key").is_partition_key = True
    if given.clustering_key:
        _field(schema, given.clustering_key, "--clustering-key").is_clustering_key = True
    for name in given.nullable:
        _field(schema, name, "--nullable").nullable = True
    for text in given.defaults:
        set_default(schema, text)
    for text in given.bm25:
        _add_bm25(schema, text)
    schema.functions.extend(map(parse_function, given.functions))


def _index(schema: CollectionSchema, text: str) -> Index:
    """Parses an index of a field; without a type it has the usual one of the field, as with `create index`."""
    index = parse_index(text)
    _field(schema, index.field, "--index")
    return index if ":" in text else replace(index, type=usual_type(schema, index.field))


def set_default(schema: CollectionSchema, text: str) -> None:
    """Applies `field=value`; the value is JSON, or text for a text field."""
    name, equals, value = text.partition("=")
    if not equals:
        raise InvalidInput(f"invalid default {text!r}", hint="write FIELD=VALUE, e.g. year=1815")
    field = _field(schema, name, "--default")
    field.default_value.CopyFrom(parse_default(field, value))


def parse_default(field: FieldSchema, value: str) -> ValueField:
    """Parses a default: JSON, or text for a text field. Raises InvalidInput."""
    plain = DEFAULTS.get(type_name(field.data_type)) == "string_data"
    hint = "e.g. year=1815, price=9.5, sold=false"
    parsed = value if plain else parse_json(value, f"the default of {field.name!r}", hint)
    return read_default(field, parsed, f"default of {field.name!r}")


def _add_bm25(schema: CollectionSchema, text: str) -> None:
    """Applies `text:sparse[:analyzer]`: adds a function that fills the second field with BM25 vectors of the first.

    Enables the first field's analyzer, and adds the second field unless it is declared.
    """
    source, target, analyzer = [*text.split(":", 2), "", ""][:3]
    if not target:
        raise InvalidInput(f"invalid function {text!r}", hint="write TEXT_FIELD:SPARSE_FIELD, e.g. title:title_bm25")
    if analyzer and analyzer not in ANALYZERS:
        known = f"known: {', '.join(ANALYZERS)}; others go into a schema file"
        raise missing_name("analyzer", analyzer, ANALYZERS, known, error=InvalidInput)
    field = _field(schema, source, "--bm25")
    if target not in (each.name for each in schema.fields):
        schema.fields.add(name=target, data_type=DataType.SparseFloatVector)
    if not any(pair.key == "enable_analyzer" for pair in field.type_params):
        field.type_params.add(key="enable_analyzer", value="true")
    if analyzer:
        field.type_params.add(key="analyzer_params", value=json.dumps({"type": analyzer}))
    schema.functions.add(
        name=function_name(target), type=FunctionType.BM25, input_field_names=[source], output_field_names=[target]
    )


def _field(schema: CollectionSchema, name: str, option: str) -> FieldSchema:
    found = next((field for field in schema.fields if field.name == name), None)
    if found is None:
        names = [field.name for field in schema.fields]
        raise missing_name("field", name, names, before=f"{option}: ", error=InvalidInput)
    return found


def _known_type(word: str, text: str, meaning: str, types: Iterable[str]) -> str:
    if not word.strip():
        raise InvalidInput(f"field {text!r} has no {meaning}", hint=TYPE_HINT)
    found = known_type(word, types)
    if found is None:
        raise no_such_type(word, f"field {text!r}", types, meaning=meaning)
    return found


def _set_param(field: FieldSchema, key: str, arguments: list[str], *, meaning: str, text: str) -> None:
    """Sets a type parameter from the first argument, which it removes."""
    number = arguments.pop(0).strip() if arguments else ""
    # Milvus's limits have fewer digits.
    if not number.isdecimal() or len(number) > 9 or int(number) < 1:
        raise InvalidInput(f"field {text!r} needs {meaning}, an integer from 1", hint=NUMBER_HINT)
    field.type_params.add(key=key, value=str(int(number)))
