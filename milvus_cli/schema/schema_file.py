"""A collection's definition as a JSON object: the schema files of Milvus_CLI, and what pymilvus calls to_dict."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema, FunctionSchema, FunctionType
from ..errors import InvalidInput
from ..text.consistency import DEFAULT_LEVEL, collection_level
from .definition import Definition
from .field_json import as_param, known_keys, read_field, read_flag, read_text, write_field, write_struct
from .index_types import usual_type
from .indexes import Index
from .schema import checked, params

SYNONYMS: Mapping[str, str] = {
    "name": "collection_name",
    "dynamic": "enable_dynamic_field",
    "num_shards": "shards_num",
    "autoID": "auto_id",
    "struct_array_fields": "struct_fields",
    "index_params": "indexes",
}
KNOWN = (
    "collection_name",
    "description",
    "auto_id",
    "enable_dynamic_field",
    "consistency_level",
    "consistency_level_name",
    "shards_num",
    "num_partitions",
    "partitions",
    "properties",
    "external_source",
    "external_spec",
    "fields",
    "struct_fields",
    "functions",
    "indexes",
)
# Further keys of pymilvus's describe_collection, whose values a server assigns, and of dumps.
IGNORED = (
    *("aliases", "collection_id", "created_timestamp", "update_timestamp", "schema_version", "enable_namespace"),
    "load_state",
)
NUMBERED_LEVELS = ("Strong", "Bounded", "Session", "Eventually")
"""Consistency levels in the numbering of Milvus_CLI's reference, which differs from that on the wire."""

INDEX_SYNONYMS: Mapping[str, str] = {
    "field": "field_name",
    "name": "index_name",
    "index": "index_name",
    "type": "index_type",
    "metric": "metric_type",
}
INDEX_KEYS = ("field_name", "index_name", "index_type", "metric_type", "params")
INDEX_IGNORED = ("indexed_rows", "pending_index_rows", "total_rows", "state")
FUNCTION_SYNONYMS = {"function_type": "type", "inputs": "input_field_names", "outputs": "output_field_names"}
FUNCTION_KEYS = ("name", "description", "type", "input_field_names", "output_field_names", "params")
FUNCTION_IGNORED = ("id", "input_field_ids", "output_field_ids")
FUNCTION_TYPES = {
    "BM25": "BM25",
    "TEXTEMBEDDING": "TextEmbedding",
    "RERANK": "Rerank",
    "MINHASH": "MinHash",
    "MOLFINGERPRINT": "MolFingerprint",
}
HINT = 'it is {"collection_name": …, "fields": [{"name": …, "type": …}, …]}; `show collection NAME -o ddl` prints one'


def read_definition(value: Any, *, name: str = "") -> Definition:
    """Parses the definition in a schema file; `name` overrides the file's. Raises InvalidInput with the position."""
    where = "the schema"
    if not isinstance(value, dict):
        raise InvalidInput(f"{where} is not a JSON object", hint=HINT)
    given = known_keys(value, where, synonyms=SYNONYMS, known=KNOWN, ignored=IGNORED)
    name = name or read_text(given, "collection_name", where)
    if not name:
        raise InvalidInput(f"{where} has no collection name", hint="give it a collection_name, or add -c NAME")
    schema = _read_schema(given, name, where)
    return Definition(
        schema=schema,
        shards=_size(given, "shards_num", where),
        consistency=_level(given, where),
        properties={str(key): as_param(each) for key, each in _object(given, "properties", where).items()},
        num_partitions=_size(given, "num_partitions", where) if _has_key(schema) else 0,
        partitions=tuple(_names(given, "partitions", where)),
        indexes=tuple(
            _read_index(each, schema, f"index {number}")
            for number, each in enumerate(_items(given, "indexes", where), start=1)
        ),
    )


def write_definition(definition: Definition) -> dict[str, Any]:
    """Returns the value from which `read_definition` builds the same collection, without defaults."""
    schema = definition.schema
    written: dict[str, Any] = {
        "collection_name": schema.name,
        "description": schema.description,
        "enable_dynamic_field": schema.enable_dynamic_field,
        "consistency_level": definition.consistency,
        "shards_num": definition.shards,
        "num_partitions": definition.num_partitions,
        "partitions": list(definition.partitions),
        "properties": dict(definition.properties),
        "external_source": schema.external_source,
        "external_spec": schema.external_spec,
        "fields": [write_field(field) for field in schema.fields if not field.is_dynamic]
        + [write_struct(struct) for struct in schema.struct_array_fields],
        "functions": [write_function(function) for function in schema.functions],
        "indexes": [write_index(index) for index in definition.indexes],
    }
    return {key: value for key, value in written.items() if value or key == "enable_dynamic_field"}


def write_function(function: FunctionSchema) -> dict[str, Any]:
    names = {number: word for word, number in FunctionType.items()}
    return {
        "name": function.name,
        **({"description": function.description} if function.description else {}),
        "type": names.get(function.type, str(int(function.type))),
        "input_field_names": list(function.input_field_names),
        "output_field_names": list(function.output_field_names),
        **({"params": params(function.params)} if function.params else {}),
    }


def write_index(index: Index) -> dict[str, Any]:
    written = {
        "field_name": index.field,
        "index_name": index.name,
        "index_type": index.type,
        "metric_type": index.metric,
        "params": dict(index.params),
    }
    return {key: value for key, value in written.items() if value}


def to_text(written: Mapping[str, Any]) -> str:
    """Formats a schema file as JSON with a line for each field, function and index."""
    lines = []
    for key, value in written.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            rows = ",\n".join(f"    {_one_line(each)}" for each in value)
            lines.append(f"  {_one_line(key)}: [\n{rows}\n  ]")
        else:
            lines.append(f"  {_one_line(key)}: {_one_line(value)}")
    return "{\n" + ",\n".join(lines) + "\n}"


def _one_line(value: Any) -> str:
    """Encodes a value, with unprintable characters escaped, so that no terminal obeys them."""
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(value)


def _read_schema(given: Mapping[str, Any], name: str, where: str) -> CollectionSchema:
    schema = CollectionSchema(
        name=name,
        description=read_text(given, "description", where),
        autoID=read_flag(given, "auto_id", where),
        enable_dynamic_field=read_flag(given, "enable_dynamic_field", where),
        external_source=read_text(given, "external_source", where),
        external_spec=_spec(given, where),
    )
    fields = _items(given, "fields", where)
    if not fields:
        raise InvalidInput(f"{where} has no fields", hint=HINT)
    for number, each in enumerate([*fields, *_items(given, "struct_fields", where)], start=1):
        if isinstance(each, dict) and each.get("is_dynamic"):
            continue
        field = read_field(each, f"field {number}")
        if isinstance(field, FieldSchema):
            schema.fields.append(field)
        else:
            schema.struct_array_fields.append(field)
    schema.functions.extend(
        read_function(each, f"function {number}")
        for number, each in enumerate(_items(given, "functions", where), start=1)
    )
    return checked(schema)


def _spec(given: Mapping[str, Any], where: str) -> str:
    """Returns the specification of an external source as text; a file may have it as an object too."""
    if isinstance(given.get("external_spec"), dict):
        return json.dumps(given["external_spec"], ensure_ascii=False)
    return read_text(given, "external_spec", where)


def read_function(value: Any, where: str) -> FunctionSchema:
    """Builds a function from the object that `write_function` returns. Raises InvalidInput."""
    given = known_keys(value, where, synonyms=FUNCTION_SYNONYMS, known=FUNCTION_KEYS, ignored=FUNCTION_IGNORED)
    name = read_text(given, "name", where)
    if not name:
        raise InvalidInput(f"{where} has no name")
    function = FunctionSchema(
        name=name,
        description=read_text(given, "description", where),
        type=function_type(given.get("type"), where),
        input_field_names=_names(given, "input_field_names", where),
        output_field_names=_names(given, "output_field_names", where),
    )
    for key, each in _object(given, "params", where).items():
        function.params.add(key=str(key), value=as_param(each))
    return function


def function_type(value: Any, where: str) -> Any:
    """Parses the type of a function by name, or by pymilvus's number. Raises InvalidInput."""
    if isinstance(value, int) and not isinstance(value, bool) and value in FunctionType.values():
        return value
    word = FUNCTION_TYPES.get(str(value).upper().replace("_", ""))
    if word is None:
        raise InvalidInput(f"{where}: unknown type {value!r}", hint=f"types: {', '.join(FUNCTION_TYPES.values())}")
    return FunctionType.Value(word)


def _read_index(value: Any, schema: CollectionSchema, where: str) -> Index:
    """Parses an index. Unknown keys are parameters, as in pymilvus: `M` next to `index_type`."""
    if not isinstance(value, dict):
        raise InvalidInput(f"{where} is not a JSON object")
    spelled = {INDEX_SYNONYMS.get(key, key): each for key, each in value.items()}
    given = {key: each for key, each in spelled.items() if each is not None and key not in INDEX_IGNORED}
    field = read_text(given, "field_name", where)
    names = [each.name for each in schema.fields]
    # Fields of a struct array are named struct[field].
    if field.partition("[")[0] not in (*names, *(each.name for each in schema.struct_array_fields)):
        raise InvalidInput(f"{where}: field {field!r} not found", hint=f"fields: {', '.join(names)}")
    others = {key: each for key, each in given.items() if key not in INDEX_KEYS}
    return Index(
        field,
        name=read_text(given, "index_name", where),
        type=read_text(given, "index_type", where) or usual_type(schema, field),
        metric=read_text(given, "metric_type", where),
        params={**_object(given, "params", where), **others},
    )


def _level(given: Mapping[str, Any], where: str) -> str:
    value = given.get("consistency_level_name", given.get("consistency_level", DEFAULT_LEVEL))
    if isinstance(value, str):
        return collection_level(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < len(NUMBERED_LEVELS):
        raise InvalidInput(
            f"{where}: no consistency_level {json.dumps(value)[:40]}", hint=f"levels: {', '.join(NUMBERED_LEVELS)}"
        )
    return NUMBERED_LEVELS[value]


def _has_key(schema: CollectionSchema) -> bool:
    return any(field.is_partition_key for field in schema.fields)


def _size(given: Mapping[str, Any], key: str, where: str) -> int:
    value = given.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise InvalidInput(f"{where}: {key} is an integer, not {json.dumps(value)[:40]}")
    return value


def _object(given: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    value = given.get(key, {})
    if not isinstance(value, dict):
        raise InvalidInput(f"{where}: {key} is not a JSON object")
    return value


def _items(given: Mapping[str, Any], key: str, where: str) -> Sequence[Any]:
    value = given.get(key, [])
    if not isinstance(value, list):
        raise InvalidInput(f"{where}: {key} is not a list")
    return value


def _names(given: Mapping[str, Any], key: str, where: str) -> list[str]:
    value = given.get(key, [])
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise InvalidInput(f"{where}: {key} is a list of names")
    return names
