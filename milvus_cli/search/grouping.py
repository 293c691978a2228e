"""Parses the field, or path in a JSON field, by which a search groups its hits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..schema.schema import require_scalars
from .hits import shown_fields

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema

JSON_TYPES = {
    "BOOL": "Bool",
    "INT8": "Int8",
    "INT16": "Int16",
    "INT32": "Int32",
    "INT64": "Int64",
    "VARCHAR": "VarChar",
}
"""The types that values of JSON can be grouped as, with the server's names."""


def is_json_path(text: str) -> bool:
    """Reports whether this is a path such as `info["author"]`, also below `$meta`."""
    return text.endswith("]") and "[" in text


def group_field(schema: CollectionSchema, text: str) -> tuple[str, str]:
    """Returns the field to group by, and the path in it, "" without one. Raises CliError for a missing field."""
    if not text:
        return "", ""
    field = text.partition("[")[0].strip() if is_json_path(text) else text
    shown_fields(schema, [field])
    require_scalars(schema, [field], "--group-by")
    return field, text if field != text else ""
