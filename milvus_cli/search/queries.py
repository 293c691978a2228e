"""Reads query vectors: JSON, files (NPY, JSON, JSON Lines, CSV), standard input, texts, or an entity's vector.

Vectors of an NPY file with the field's own type are sent unchanged, byte for byte.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..connections.private_files import read_whole
from ..errors import CliError, InvalidInput
from ..files.npy import NPY_MAGIC, NpyArray, read_npy
from ..rows.filters import none_of, one_of, quoted
from ..rows.selection import parse_key
from ..schema.schema import primary_field, type_name
from ..values.columns import raw_values
from ..values.packing import dimension, pack_queries
from .request import Queries, parse_vectors

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema

SAME_BYTES = {"FLOAT_VECTOR": "<f4", "FLOAT16_VECTOR": "<f2", "INT8_VECTOR": "|i1", "BINARY_VECTOR": "|u1"}
"""The NPY type with the same bytes as each type of vector field."""

LARGEST = 256 << 20
"""Largest file of query vectors, in bytes: the text of vectors that fill a message of 64 MiB."""

TEXT = 21
"""The PlaceholderType of a text."""


def read_queries(sources: Sequence[str], field: FieldSchema, standard_input: Callable[[], bytes]) -> Queries:
    """Returns the vectors of all sources: JSON, `@FILE`, `-`. Raises InvalidInput; CliError for an unreadable file."""
    values = [value for source in sources for value in _read(source, field, standard_input)]
    return Queries(field.data_type, values)


def text_queries(texts: Sequence[str]) -> Queries:
    """Returns the queries for a field that a function of the server fills."""
    return Queries(TEXT, [text.encode() for text in texts])


def entity_query(
    client: Client, schema: CollectionSchema, field: FieldSchema, given: str, collection: str
) -> tuple[Queries, str]:
    """Returns the vector of the entity with this id (for BM25 its text), and the filter that excludes the entity."""
    name, key = _primary(schema, given)
    source = _input_of(schema, field)
    answer = client.call(
        "Query",
        collection_name=collection,
        expr=one_of(name, [key]),
        output_fields=[source],
        consistency_level="Strong",
    )
    column = next((each for each in answer.fields_data if each.field_name == source), None)
    value = raw_values(column, 1)[0] if column is not None else None
    if value is None:
        raise CliError(
            f"{schema.name} has no entity with {name} {quoted(key)}", hint=f"query -c {schema.name} shows some"
        )
    others = none_of(name, key)
    if source == field.name:
        return Queries(field.data_type, pack_queries([value], field)), others
    return Queries(TEXT, [value.encode() if isinstance(value, str) else value]), others


def _primary(schema: CollectionSchema, given: str) -> tuple[str, Any]:
    primary = primary_field(schema)
    if primary is None:
        raise CliError(f"{schema.name} has no primary field")
    return primary.name, parse_key(given, schema)


def _input_of(schema: CollectionSchema, field: FieldSchema) -> str:
    """Returns the field to read: for a BM25 vector, which is not stored with the row, its text field."""
    for function in schema.functions:
        if function.type == 1 and field.name in function.output_field_names:
            return function.input_field_names[0]
    return field.name


def _read(source: str, field: FieldSchema, standard_input: Callable[[], bytes]) -> Sequence[bytes]:
    if source == "-":
        return _from_bytes(standard_input(), "standard input", "", field)
    if source.startswith("@") and not source.startswith("@@"):
        path = source[1:]
        try:
            with open(path, "rb") as file:
                if path.lower().endswith(".npy"):
                    return _from_npy(read_npy(file, path), field)
                content = read_whole(file, path, LARGEST)
        except OSError as exc:
            raise CliError(f"can't read {path}: {exc.strerror}") from exc
        return _from_bytes(content, path, path.lower().rpartition(".")[2], field)
    return pack_queries(parse_vectors(source.removeprefix("@")), field)


def _from_bytes(content: bytes, name: str, kind: str, field: FieldSchema) -> Sequence[bytes]:
    """Detects the format by the first bytes: NPY, JSON, else CSV."""
    if content.startswith(NPY_MAGIC):
        return _from_npy(read_npy(io.BytesIO(content), name), field)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CliError(f"{name} is no text, and no NPY file") from None
    vectors = (
        _from_csv(text, field)
        if kind == "csv" or not text.lstrip().startswith(("[", "{"))
        else _from_json(text, name, field)
    )
    if not vectors:
        raise CliError(f"{name} has no vector")
    return pack_queries(vectors, field)


def _from_json(text: str, name: str, field: FieldSchema) -> list[Any]:
    """Reads a JSON value, or one per line. For rows, as other commands write them, takes the field's value."""
    try:
        value = json.loads(text)
        found = value if isinstance(value, list) and value and isinstance(value[0], (list, dict)) else [value]
    except (ValueError, RecursionError):
        found = [
            _line(line, f"{name}, line {number}")
            for number, line in enumerate(text.splitlines(), start=1)
            if line.strip()
        ]
    return [_vector_in(each, field) for each in found]


def _line(line: str, where: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise InvalidInput(f"{where} is not JSON: {exc}", hint="a line is a vector, or a row with one") from exc


def _vector_in(value: Any, field: FieldSchema) -> Any:
    if isinstance(value, dict) and field.name in value:
        return value[field.name]
    if isinstance(value, dict) and type_name(field.data_type) != "SPARSE_FLOAT_VECTOR":
        raise InvalidInput(f"a row has no {field.name!r}", hint=f"it has {', '.join(map(repr, value)) or 'nothing'}")
    return value


def _from_csv(text: str, field: FieldSchema) -> list[Any]:
    """Reads a vector per line; or, below a header with the field's name, JSON in that column."""
    csv.field_size_limit(2**31 - 1)
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    if rows and field.name in rows[0]:
        place = rows[0].index(field.name)
        return [_line(row[place], f"line {number}") for number, row in enumerate(rows[1:], start=2)]
    if all(len(row) == 1 and row[0].lstrip().startswith(("[", "{")) for row in rows):
        return [_line(row[0], f"line {number}") for number, row in enumerate(rows, start=1)]
    return [[_parse_coordinate(cell, number) for cell in row] for number, row in enumerate(rows, start=1)]


def _parse_coordinate(cell: str, line: int) -> float:
    try:
        number = float(cell)
    except ValueError:
        raise InvalidInput(
            f"line {line}: {cell.strip()[:40]!r} is no number",
            hint="write a vector's numbers with commas between, or name the field in a header",
        ) from None
    return int(number) if number.is_integer() else number


def _from_npy(array: NpyArray, field: FieldSchema) -> Sequence[bytes]:
    kind, width = type_name(field.data_type), array.width if len(array.shape) > 1 else array.length
    wanted = _width(field)
    if width != wanted:
        raise InvalidInput(f"{array.name} has vectors of {width} numbers, and {field.name!r} takes {wanted}")
    if array.dtype != SAME_BYTES.get(kind):
        rows = list(array.rows())
        return pack_queries(rows if len(array.shape) > 1 else [rows], field)
    if array.length * array.row_size > LARGEST:
        raise CliError(f"{array.name} has more than {LARGEST >> 20} MiB of query vectors")
    raw = b"".join(array.blocks())
    if not raw:
        raise CliError(f"{array.name} has no vector")
    size = width * array.item_size
    return pack_queries([raw[start : start + size] for start in range(0, len(raw), size)], field)


def _width(field: FieldSchema) -> int:
    """Returns the numbers per vector in a file; a binary vector has a byte for 8 dimensions."""
    if type_name(field.data_type) == "SPARSE_FLOAT_VECTOR":
        raise InvalidInput(f"{field.name!r} takes sparse vectors, and NPY files hold none", hint="give JSON")
    return dimension(field) // 8 if type_name(field.data_type) == "BINARY_VECTOR" else dimension(field)
