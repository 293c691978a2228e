"""Writes pages of rows as Arrow streams, and converts those to a Parquet or Arrow file. Requires pyarrow."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from ..client.wire.schema_pb2 import FieldSchema
from ..errors import CliError
from ..output.values import exact
from ..rows.selection import Selection, column_kind, column_names
from ..schema.kinds import ValueShape, shape_of
from ..schema.nested import nested_fields
from ..schema.schema import row_fields, short_name, type_name
from ..text.floats import packed
from ..text.json import load_json
from ..values.columns import raw_values
from ..values.decode import decode_column, nested_columns
from .arrow_package import pyarrow
from .arrow_values import arrow_array, arrow_lists
from .memory import give_back
from .texts import Texts, json_text, json_texts, texts_of

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData
    from ..schema.schema import Field

ARROW_TYPES = {
    "BOOL": "bool_",
    "INT8": "int8",
    "INT16": "int16",
    "INT32": "int32",
    "INT64": "int64",
    "FLOAT": "float32",
    "DOUBLE": "float64",
}
VECTOR_ELEMENTS = {
    "FLOAT_VECTOR": "float32",
    "FLOAT16_VECTOR": "float32",
    "BFLOAT16_VECTOR": "float32",
    "INT8_VECTOR": "int8",
    "BINARY_VECTOR": "uint8",
}
LIST_TYPES = ("ARRAY", "ARRAY_OF_VECTOR")
HALVES = ("FLOAT16_VECTOR", "BFLOAT16_VECTOR")


DATA_PAGE = 1 << 18
"""Bytes per page of a column; several pages are held at once."""


class ArrowWriter:
    """Writes each page as a separate Arrow stream, so that a file of them can be cut between two and resumed.

    Vectors and arrays are lists of numbers; JSON and sparse vectors are text. 16-bit floats become 32-bit, or with
    `packed_halves` two bytes.
    """

    def __init__(self, selection: Selection, *, packed_halves: bool = False) -> None:
        self._arrow = pyarrow()
        self._packed_halves = packed_halves
        self._selection = selection
        self._names = column_names(selection)
        fields: dict[str, Field] = {field.name: field for field in row_fields(selection.schema)}
        fields |= nested_fields(selection.schema)
        self.schema = self._arrow.schema([(name, self._type(fields.get(name))) for name in self._names])
        self.head, self.tail = b"", b""

    def page(self, columns: Sequence[FieldData], rows: int, *, first: bool) -> bytes:
        sink = self._arrow.BufferOutputStream()
        batch = self.batch(columns, rows)
        with self._arrow.ipc.new_stream(sink, self.schema) as stream:
            stream.write_batch(batch)
        return bytes(sink.getvalue())

    def batch(self, columns: Sequence[FieldData], rows: int) -> Any:
        """Returns rows as an Arrow record batch."""
        by_name = {column.field_name: column for column in columns}
        arrays = [self._array(name, by_name, columns, rows) for name in self._names]
        return self._arrow.record_batch(arrays, schema=self.schema)

    def _type(self, field: Field | None) -> Any:
        arrow = self._arrow
        if field is None:
            return arrow.string()
        if not isinstance(field, FieldSchema):
            members = [(short_name(field.name, each.name), self._type(each).value_type) for each in field.fields]
            return arrow.list_(arrow.struct(members))
        kind = type_name(field.data_type)
        if kind in LIST_TYPES and shape_of(type_name(field.element_type)) is not None:
            return arrow.list_(self._single(type_name(field.element_type)))
        return self._single(kind)

    def _single(self, kind: str) -> Any:
        """Returns the Arrow type of one value; a vector is a list."""
        arrow = self._arrow
        if kind in HALVES and self._packed_halves:
            return arrow.list_(arrow.uint8())
        if kind in VECTOR_ELEMENTS:
            return arrow.list_(getattr(arrow, VECTOR_ELEMENTS[kind])())
        return getattr(arrow, ARROW_TYPES[kind])() if kind in ARROW_TYPES else arrow.string()

    def _array(self, name: str, by_name: dict[str, FieldData], columns: Sequence[FieldData], rows: int) -> Any:
        kind, column = column_kind(self._selection, name), by_name.get(name)
        wanted = self.schema.field(name).type
        if column is None and (nested := nested_columns(columns, [name])):
            as_text = self._arrow.types.is_string(wanted)
            return arrow_array(_plain_texts(nested[name]) if as_text else nested[name], wanted)
        if column is None:
            return arrow_array(_reload_exactly(texts_of(columns, self._selection.fields, rows)[name]), wanted)
        if kind in HALVES and self._packed_halves:
            return arrow_array(raw_values(column, rows), wanted)
        if kind == "FLOAT_VECTOR" and not column.valid_data:
            return arrow_lists(packed(column.vectors.float_vector), column.vectors.dim, wanted)
        if shape_of(kind) in (ValueShape.LITERAL, None) or (kind in LIST_TYPES and self._arrow.types.is_string(wanted)):
            return arrow_array(_plain_texts(decode_column(column)), wanted)
        if not self._arrow.types.is_string(wanted) or shape_of(kind) is ValueShape.TEXT:
            return arrow_array(decode_column(column), wanted)
        return arrow_array(json_texts(column), wanted)


def to_columnar(streams: str, target: str, selection: Selection, kind: str) -> None:
    """Converts a file of consecutive Arrow streams to Parquet or Arrow: a row group or record batch per stream."""
    arrow = pyarrow()
    size = os.path.getsize(streams)
    schema = ArrowWriter(selection).schema
    writing = parquet_writer(target, schema) if kind == "parquet" else arrow.ipc.new_file(target, schema)
    give_back()
    with arrow.OSFile(streams) as source, writing as writer:
        while source.tell() < size:
            with arrow.ipc.open_stream(source) as stream:
                writer.write_table(stream.read_all())


def parquet_writer(target: str, schema: Any) -> Any:
    from pyarrow import parquet, types

    # Numbers of vectors hardly repeat: a dictionary of them costs time and memory, and makes the file larger.
    repeated = [field.name for field in schema if not types.is_list(field.type)]
    return parquet.ParquetWriter(target, schema, use_dictionary=repeated, data_page_size=DATA_PAGE)


def _plain_texts(values: Sequence[Any]) -> Texts:
    """Returns texts as they are, and other values as JSON."""
    return [value if value is None or isinstance(value, str) else json_text(value) for value in values]


def _reload_exactly(texts: Texts) -> list[str | None]:
    return [None if text is None else exact(load_json(text)) for text in texts]


def parquet_rows(file: BinaryIO, name: str) -> int | None:
    """Returns the number of rows in a Parquet file; None if pyarrow is not installed. Raises CliError if it is none."""
    try:
        arrow = pyarrow()
    except CliError:
        return None
    from pyarrow import parquet

    try:
        return int(parquet.read_metadata(file).num_rows)
    except (OSError, arrow.ArrowException) as exc:
        raise CliError(f"{name} is not a Parquet file: {exc}") from exc
