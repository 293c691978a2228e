"""Describes a collection in full: schema, indexes, load state, counts, aliases, partitions, properties."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..client.optional import Permitted, supported
from ..client.wire.schema_pb2 import FieldSchema
from ..result import Report, Section, Table, Text
from ..schema.definition import fetch
from ..schema.field_json import FLAGS, write_default, write_struct
from ..schema.indexes import described, indexes
from ..schema.schema import params, short_name, type_name
from ..schema.schema_file import to_text, write_definition, write_function
from ..schema.unknown import unknown_parts
from ..text.consistency import level_name
from .existence import aliases_of, exact_row_count, row_count
from .indexing import COLUMNS, OPTIONAL
from .progress import load_state

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import DescribeCollectionResponse, IndexDescription
    from ..client.wire.schema_pb2 import CollectionSchema
    from ..schema.schema import Field
    from ..session.session import Session

SIZE_PARAMS = ("dim", "max_length", "max_capacity")
ATTRIBUTES = {
    "is_primary": "primary",
    "auto_id": "auto id",
    "is_partition_key": "partition key",
    "is_clustering_key": "clustering key",
    "nullable": "nullable",
    "is_function_output": "function output",
}


def collection_report(session: Session, name: str) -> Report:
    """The overview of a collection, with a note on what this user may not see."""
    permitted = Permitted()
    report = overview(session.client, name, permitted)
    permitted.tell(session.console.note)
    return report


def schema_text(session: Session, name: str) -> Text:
    """The schema file of a collection, with a note on what can't be in it."""
    definition = fetch(session.client, name)
    if definition.unknown:
        session.console.note(
            f"note: not in this definition, as this client does not know it: {', '.join(definition.unknown)}"
        )
    return Text(to_text(write_definition(definition)))


def overview(client: Client, name: str, permitted: Permitted) -> Report:
    """Raises ServerRefused if the collection does not exist; values that the server does not report are None."""
    answer = client.call("DescribeCollection", collection_name=name)
    state = permitted(load_state, client, name)
    shown = permitted(supported, client.call, "ShowPartitions", collection_name=name)
    schema = answer.schema
    values: dict[str, Any] = {
        "collection": schema.name,
        "description": schema.description,
        "load_state": state,
        "exact": permitted(exact_row_count, client, name) if state in (None, "loaded") else None,
        "statistics": permitted(row_count, client, name),
        "aliases": aliases_of(client, answer),
        "partitions": sorted(shown.partition_names) if shown else None,
        "shards": answer.shards_num,
        "consistency_level": level_name(answer.consistency_level),
        "enable_dynamic_field": schema.enable_dynamic_field,
        "properties": params(answer.properties),
        "created": _created(answer),
    }
    if schema.external_source:
        values |= {"external_source": schema.external_source, "external_spec": schema.external_spec or None}
    found = permitted(indexes, client, name) or []
    unknown = unknown_parts(answer, found)
    if unknown:
        values["unknown_parts"] = list(unknown)
    return Report(values, [_field_section(schema), _function_section(schema), _index_section(found)])


def type_text(field: Field) -> str:
    """Formats a type with its sizes: VARCHAR(200), FLOAT_VECTOR(768), ARRAY<VARCHAR(64)>(16), ARRAY<STRUCT<a, b>>."""
    if not isinstance(field, FieldSchema):
        return f"ARRAY<STRUCT<{', '.join(short_name(field.name, each.name) for each in field.fields)}>>"
    given = params(field.type_params)
    kind = type_name(field.data_type)
    if kind not in ("ARRAY", "ARRAY_OF_VECTOR"):
        return _sized(kind, given.get("dim") or given.get("max_length"))
    element = _sized(type_name(field.element_type), given.get("dim") or given.get("max_length"))
    return _sized(f"ARRAY<{element}>", given.get("max_capacity"))


def _sized(kind: str, size: str | None) -> str:
    return f"{kind}({size})" if size else kind


def _field_section(schema: CollectionSchema) -> Section:
    items = [_field_item(field) for field in schema.fields]
    rows = [_field_row(field, item) for field, item in zip(schema.fields, items, strict=True)]
    for struct in schema.struct_array_fields:
        items.append(write_struct(struct))
        rows.append((struct.name, "ARRAY<STRUCT>", "nullable" if struct.nullable else "", None, struct.description))
        for field in struct.fields:
            name = field.name if "[" in field.name else f"{struct.name}[{field.name}]"
            rows.append((name, type_text(field), "", None, field.description))
    columns = ("field", "type", "attributes", "default", "description")
    return Section("fields", Table(columns, rows, optional=columns[:1:-1], roles={"type": "type"}), items)


def _field_item(field: FieldSchema) -> dict[str, Any]:
    kind = type_name(field.data_type)
    return {
        "name": field.name,
        "type": kind,
        "element_type": type_name(field.element_type) if kind == "ARRAY" else None,
        "description": field.description,
        **{key: getattr(field, attribute) for key, attribute in FLAGS.items()},
        "is_function_output": field.is_function_output,
        **({"external_field": field.external_field} if field.external_field else {}),
        "default_value": write_default(field),
        "params": {
            key: int(text) if key in SIZE_PARAMS and text.isdecimal() else text
            for key, text in params(field.type_params).items()
        },
    }


def _field_row(field: FieldSchema, item: Mapping[str, Any]) -> tuple[Any, ...]:
    words = [word for key, word in ATTRIBUTES.items() if item[key]]
    words += [f"external field {field.external_field}"] if field.external_field else []
    words += [f"{key}={text}" for key, text in params(field.type_params).items() if key not in SIZE_PARAMS]
    return field.name, type_text(field), ", ".join(words), item["default_value"], field.description


def _function_section(schema: CollectionSchema) -> Section:
    items = [{"params": {}, **write_function(each)} for each in schema.functions]
    columns = ("name", "type", "input_field_names", "output_field_names", "params")
    rows = [[item[key] for key in columns] for item in items]
    return Section("functions", Table(columns, rows, optional=columns[:1:-1], roles={"type": "type"}), items)


def _index_section(found: list[IndexDescription]) -> Section:
    items = [described(each) for each in found]
    return Section(
        "indexes", Table(COLUMNS, [[item[key] for key in COLUMNS] for item in items], optional=OPTIONAL), items
    )


def _created(answer: DescribeCollectionResponse) -> str | None:
    """Returns ISO 8601 in UTC, to the second; Milvus Lite stores no time."""
    if not answer.created_utc_timestamp:
        return None
    moment = datetime.fromtimestamp(answer.created_utc_timestamp / 1000, timezone.utc)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
