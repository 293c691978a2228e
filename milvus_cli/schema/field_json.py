"""Converts fields to and from JSON objects, with the keys of Milvus_CLI's schema files and pymilvus's to_dict."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..client.wire.schema_pb2 import FieldSchema, StructArrayFieldSchema, ValueField
from ..errors import InvalidInput
from ..text.floats import shortest
from ..text.json import load_json
from ..text.names import missing_name
from ..text.timestamps import instant
from .kinds import FIELD_TYPES, ValueShape, shape_of
from .schema import (
    DEFAULT_MAX_LENGTH,
    DENSE_VECTORS,
    ELEMENT_TYPES,
    known_type,
    no_such_type,
    params,
    short_name,
    type_name,
    type_number,
)

if TYPE_CHECKING:
    from .schema import Field

# Other names of a key.
SYNONYMS: Mapping[str, str] = {
    "field_name": "name",
    "data_type": "type",
    "datatype": "type",
    "dtype": "type",
    "is_primary_key": "is_primary",
    "primary": "is_primary",
    "partition_key": "is_partition_key",
    "clustering_key": "is_clustering_key",
    "struct_fields": "fields",
    "default": "default_value",
    "autoID": "auto_id",
    "mmap.enabled": "mmap_enabled",
}
FLAGS = {
    "is_primary": "is_primary_key",
    "auto_id": "autoID",
    "nullable": "nullable",
    "is_partition_key": "is_partition_key",
    "is_clustering_key": "is_clustering_key",
}
TYPE_PARAMS = (
    "dim",
    "max_length",
    "max_capacity",
    "enable_analyzer",
    "enable_match",
    "analyzer_params",
    "multi_analyzer_params",
    "mmap_enabled",
)
NUMBERS = ("dim", "max_length", "max_capacity")
KNOWN = (
    "name",
    "type",
    "description",
    "external_field",
    *FLAGS,
    "default_value",
    "element_type",
    "params",
    "fields",
    *TYPE_PARAMS,
)
# Keys whose values only a server assigns.
IGNORED = ("field_id", "is_function_output", "is_dynamic", "indexes")

WORDS = {ValueShape.TEXT: "string_data", ValueShape.LITERAL: "string_data", ValueShape.JSON: "bytes_data"}
DEFAULTS = {
    name: WORDS.get(kind.shape, kind.slot)
    for name, kind in FIELD_TYPES.items()
    if kind.shape in (ValueShape.BOOLEAN, ValueShape.WHOLE, ValueShape.NUMBER, *WORDS)
}
"""Slots of defaults by type."""


def read_field(value: Any, where: str = "the field") -> FieldSchema | StructArrayFieldSchema:
    """Builds a field or a struct array. Raises InvalidInput with its position."""
    given = known_keys(value, where, synonyms=SYNONYMS, known=KNOWN, ignored=IGNORED)
    name = given.get("name")
    if not isinstance(name, str) or not name:
        raise InvalidInput(f"{where} has no name", hint='write it as {"name": "id", "type": "INT64"}')
    where = f"field {name!r}"
    if "fields" in given or given.get("element_type") in ("STRUCT", type_number("STRUCT")):
        return _read_struct(given, where)
    return _read_plain(given, where)


def known_keys(
    value: Any, where: str, *, synonyms: Mapping[str, str], known: Iterable[str], ignored: Iterable[str]
) -> dict[str, Any]:
    """Returns an object's values by canonical key. Raises InvalidInput for other values, and for unknown keys."""
    if not isinstance(value, dict):
        raise InvalidInput(f"{where} is not a JSON object")
    found: dict[str, Any] = {}
    for key, each in value.items():
        name = synonyms.get(key, key)
        if name in ignored or each is None:
            continue
        if name not in known:
            keys = f"keys: {', '.join(known)}"
            raise missing_name("key", key, (*known, *synonyms), keys, before=f"{where}: ", error=InvalidInput)
        if name in found:
            raise InvalidInput(f"{where}: {name} is given twice")
        found[name] = each
    return found


def read_text(given: Mapping[str, Any], key: str, where: str) -> str:
    value = given.get(key, "")
    if not isinstance(value, str):
        raise InvalidInput(f"{where}: {key} is text, not {json.dumps(value)[:40]}")
    return value


def read_flag(given: Mapping[str, Any], key: str, where: str) -> bool:
    value = given.get(key, False)
    if not isinstance(value, bool):
        raise InvalidInput(f"{where}: {key} is true or false, not {json.dumps(value)[:40]}")
    return value


def as_param(value: Any) -> str:
    """Encodes a parameter's value for a server: text unchanged, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def read_default(field: FieldSchema, value: Any, where: str) -> ValueField:
    """Builds the default of a field. Raises InvalidInput for a value of another type."""
    kind = type_name(field.data_type)
    if kind not in DEFAULTS:
        raise InvalidInput(f"{where}: a {kind} takes no default")
    if kind == "TIMESTAMPTZ" and isinstance(value, int) and not isinstance(value, bool):
        return ValueField(timestamptz_data=value)
    if kind == "JSON":
        return ValueField(bytes_data=as_json(value).encode())
    _check_default(kind, value, where)
    try:
        return ValueField(**{DEFAULTS[kind]: value})
    except (TypeError, ValueError) as exc:
        raise _unfit(kind, value, where) from exc


def write_field(field: FieldSchema) -> dict[str, Any]:
    """Returns the object from which `read_field` builds the same field, except ids and other values of the server."""
    written: dict[str, Any] = {"name": field.name, "type": type_name(field.data_type)}
    if field.description:
        written["description"] = field.description
    if field.external_field:
        written["external_field"] = field.external_field
    written |= {key: True for key, attribute in FLAGS.items() if getattr(field, attribute)}
    if written["type"] == "ARRAY":
        written["element_type"] = type_name(field.element_type)
    written |= _write_params(params(field.type_params))
    if field.default_value.WhichOneof("data"):
        written["default_value"] = write_default(field)
    return written


def write_struct(struct: StructArrayFieldSchema) -> dict[str, Any]:
    """Returns a struct array as an ARRAY of STRUCT. Servers name its fields `struct[field]`."""
    fields = []
    capacity = ""
    for field in struct.fields:
        given = params(field.type_params)
        capacity = given.pop("max_capacity", capacity)
        inner: dict[str, Any] = {"name": short_name(struct.name, field.name), "type": type_name(field.element_type)}
        if field.description:
            inner["description"] = field.description
        fields.append({**inner, **_write_params(given)})
    written: dict[str, Any] = {"name": struct.name, "type": "ARRAY", "element_type": "STRUCT"}
    if struct.description:
        written["description"] = struct.description
    if struct.nullable:
        written["nullable"] = True
    return {**written, **_write_params({"max_capacity": capacity, **params(struct.type_params)}), "fields": fields}


def write_default(field: Field) -> Any:
    """Returns the default of a field as a JSON value; None without one."""
    source = field.default_value.WhichOneof("data") if isinstance(field, FieldSchema) else None
    if source is None or not isinstance(field, FieldSchema):
        return None
    value = getattr(field.default_value, source)
    if source == "float_data":
        return shortest(value)
    if source == "bytes_data":
        return load_json(value)
    if source == "timestamptz_data" or (source == "long_data" and type_name(field.data_type) == "TIMESTAMPTZ"):
        return instant(value)
    return value


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _read_plain(given: Mapping[str, Any], where: str) -> FieldSchema:
    kind = read_type(given.get("type"), where, FIELD_TYPES)
    description = read_text(given, "description", where)
    field = FieldSchema(name=given["name"], description=description, data_type=type_number(kind))
    field.external_field = read_text(given, "external_field", where)
    for key, attribute in FLAGS.items():
        setattr(field, attribute, read_flag(given, key, where))
    if kind == "ARRAY":
        kind = read_type(given.get("element_type"), where, ELEMENT_TYPES, meaning="element type")
        field.element_type = type_number(kind)
    for name, value in _type_params(given, kind, where).items():
        field.type_params.add(key="mmap.enabled" if name == "mmap_enabled" else name, value=as_param(value))
    if "default_value" in given:
        field.default_value.CopyFrom(read_default(field, given["default_value"], f"{where}: default_value"))
    return field


def _read_struct(given: Mapping[str, Any], where: str) -> StructArrayFieldSchema:
    """Builds a struct array, whose fields are arrays of their declared types, each with the struct's capacity."""
    struct = StructArrayFieldSchema(
        name=given["name"],
        description=read_text(given, "description", where),
        nullable=read_flag(given, "nullable", where),
    )
    outer = _type_params(given, "STRUCT", where)
    if "max_capacity" not in outer:
        raise InvalidInput(f"{where}: an ARRAY needs its max_capacity")
    inner = given.get("fields")
    if not isinstance(inner, list) or not inner:
        raise InvalidInput(f"{where}: a struct has a list of fields")
    capacity = outer.pop("max_capacity")
    for key, value in outer.items():
        struct.type_params.add(key="mmap.enabled" if key == "mmap_enabled" else key, value=as_param(value))
    for number, each in enumerate(inner, start=1):
        field = read_field(each, f"{where}, field {number}")
        kind = type_name(getattr(field, "data_type", 0))
        if kind not in (*ELEMENT_TYPES, *DENSE_VECTORS):
            raise InvalidInput(f"{where}: a struct can't have a field of type {kind if kind != 'None' else 'STRUCT'}")
        struct.fields.append(_in_struct(field, kind, capacity, nullable=struct.nullable))
    return struct


def _in_struct(field: Any, kind: str, capacity: Any, *, nullable: bool) -> Any:
    field.element_type = field.data_type
    field.data_type = type_number("ARRAY_OF_VECTOR" if kind.endswith("_VECTOR") else "ARRAY")
    field.nullable = nullable
    field.type_params.add(key="max_capacity", value=as_param(capacity))
    return field


def read_type(value: Any, where: str, types: Iterable[str], *, meaning: str = "type") -> str:
    """Parses a type by name, or by pymilvus's number. Raises InvalidInput."""
    if value is None:
        raise InvalidInput(f"{where} has no {meaning}", hint=f"{meaning}s: {', '.join(types)}")
    word = type_name(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)
    found = known_type(word, types)
    if found is None:
        raise no_such_type(word, where, types, meaning=meaning)
    return found


def _type_params(given: Mapping[str, Any], kind: str, where: str) -> dict[str, Any]:
    """Collects type parameters from the object and its `params`."""
    inner = given.get("params", {})
    if not isinstance(inner, dict):
        raise InvalidInput(f"{where}: params is not a JSON object")
    found = {SYNONYMS.get(key, key): value for key, value in inner.items()}
    found |= {key: given[key] for key in TYPE_PARAMS if key in given}
    for key in NUMBERS:
        value = found.get(key)
        if value is not None and not (isinstance(value, int) and not isinstance(value, bool)) and not _is_number(value):
            raise InvalidInput(f"{where}: {key} is an integer, not {json.dumps(value)[:40]}")
    if kind == "VARCHAR":
        found.setdefault("max_length", DEFAULT_MAX_LENGTH)
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and value.isdecimal()


def _write_params(given: Mapping[str, str]) -> dict[str, Any]:
    """Returns type parameters as keys of the field; unknown ones are in `params`."""
    written: dict[str, Any] = {}
    others: dict[str, str] = {}
    for key, text in given.items():
        name = SYNONYMS.get(key, key)
        if name in TYPE_PARAMS:
            written[name] = _parsed(text)
        else:
            others[key] = text
    return {**written, "params": others} if others else written


def _parsed(text: str) -> Any:
    """Parses a parameter as JSON if that encodes to the same text again; else returns the text."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if not isinstance(value, str) and as_param(value) == text else text


def _check_default(kind: str, value: Any, where: str) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "BOOL":
        fits = isinstance(value, bool)
    elif shape_of(kind) is ValueShape.WHOLE:
        limit = 2 ** (FIELD_TYPES[kind].bits - 1)
        fits = number and isinstance(value, int) and -limit <= value < limit
    elif kind in ("FLOAT", "DOUBLE"):
        fits = number
    else:
        fits = isinstance(value, str)
    if not fits:
        raise _unfit(kind, value, where)


def _unfit(kind: str, value: Any, where: str) -> InvalidInput:
    return InvalidInput(f"{where}: invalid {kind} value {json.dumps(value, ensure_ascii=False, default=str)[:60]}")
