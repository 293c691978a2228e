"""Writes rows as files that Milvus imports: a Parquet file, NPY files with a field each, or a JSON file."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema
from ..rows.selection import Fields, Selection
from ..schema.schema import is_vector, kind_of, primary_field, row_fields, type_name
from ..values.columns import raw_values
from ..values.dynamic import DYNAMIC
from ..values.packing import Packed, row_size
from .arrow import ArrowWriter, parquet_writer
from .texts import json_texts

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData

NPY_TYPES = {
    "BOOL": "|b1",
    "INT8": "|i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "FLOAT": "<f4",
    "DOUBLE": "<f8",
    "FLOAT_VECTOR": "<f4",
    "BINARY_VECTOR": "|u1",
}
"""NumPy's types, by those of fields."""
CODES = {"|b1": "b", "|i1": "b", "<i2": "h", "<i4": "i", "<i8": "q"}
"""Codes of Python's arrays for types whose values are no bytes."""
HEADER_SIZE = 128
FILE_NAME = re.compile(r"\w{1,200}", re.ASCII)


class PartWriter(Protocol):
    """Writes the files of a part. `size` is their length in bytes so far, perhaps without the last rows.

    All methods raise OSError.
    """

    size: int

    def add(self, columns: Sequence[FieldData], rows: int) -> None: ...

    def close(self) -> None: ...


PartFormat = Callable[[Path, CollectionSchema], PartWriter]
"""Makes a writer that writes to a folder."""


def part_format(schema: CollectionSchema, *, parquet: bool) -> PartFormat:
    """Returns Parquet if the server reads it, else the smallest format that holds every field."""
    if parquet:
        return ParquetPart
    fields = row_fields(schema)
    fits = all(kind_of(each) in NPY_TYPES and FILE_NAME.fullmatch(each.name) for each in fields)
    return NpyPart if fits and not schema.enable_dynamic_field else JsonPart


class NpyPart:
    """A file per field, `FIELD.npy`."""

    def __init__(self, folder: Path, schema: CollectionSchema) -> None:
        self._folder = folder
        self._fields = {each.name: each for each in schema.fields}
        self._files: dict[str, BinaryIO] = {}
        self._rows = 0
        self.size = 0

    def add(self, columns: Sequence[FieldData], rows: int) -> None:
        if not self._rows:
            names = [column.field_name for column in columns]
            self._files = {name: open(self._folder / f"{name}.npy", "wb", buffering=0) for name in names}  # noqa: SIM115
            for file in self._files.values():
                file.write(bytes(HEADER_SIZE))
        for column in columns:
            data = _packed_numbers(column, rows)
            _write(self._files[column.field_name], data)
            self.size += len(data)
        self._rows += rows

    def close(self) -> None:
        with ExitStack() as stack:
            for name, file in self._files.items():
                stack.enter_context(file)
                file.seek(0)
                file.write(npy_header(self._fields[name], self._rows))


def npy_header(field: FieldSchema, rows: int) -> bytes:
    """Returns the header of version 1.0 of NumPy's format for a field's values."""
    kind = NPY_TYPES[type_name(field.data_type)]
    shape = (rows, row_size(field) // int(kind[2:])) if is_vector(field) else (rows,)
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    start = b"\x93NUMPY\x01\x00" + (HEADER_SIZE - 10).to_bytes(2, "little")
    return start + text.ljust(HEADER_SIZE - len(start) - 1) + b"\n"


def _packed_numbers(column: FieldData, rows: int) -> bytes | memoryview:
    values = raw_values(column, rows)
    if isinstance(values, Packed):
        return values.data
    return array(CODES[NPY_TYPES[type_name(column.type)]], values).tobytes()


class JsonPart:
    """A file of rows. JSON values and the dynamic field are texts of JSON, which Milvus parses without loss."""

    def __init__(self, folder: Path, schema: CollectionSchema) -> None:
        self._file = open(folder / "rows.json", "wb", buffering=0)  # noqa: SIM115
        self._separator = ""
        self.size = 0
        self._write('{"rows":[')

    def add(self, columns: Sequence[FieldData], rows: int) -> None:
        texts = {column.field_name: _json_members(column) for column in columns}
        names = [json.dumps(name).replace("%", "%%") for name in texts]
        members = "{" + ",".join(f"{name}:%s" for name in names) + "}"
        objects = ",\n".join(members % row for row in zip(*texts.values(), strict=True))
        self._write(f"{self._separator}\n{objects}")
        self._separator = ","

    def close(self) -> None:
        with self._file:
            self._write("\n]}\n")

    def _write(self, text: str) -> None:
        data = text.encode()
        _write(self._file, data)
        self.size += len(data)


def _json_members(column: FieldData) -> list[str]:
    texts = [text or "null" for text in json_texts(column)]
    return [json.dumps(text, ensure_ascii=False) for text in texts] if type_name(column.type) == "JSON" else texts


class ParquetPart:
    """A Parquet file with a column for every field that the rows may have."""

    def __init__(self, folder: Path, schema: CollectionSchema) -> None:
        self._path = folder / "rows.parquet"
        self._schema = schema
        self._writer: Any = None
        self._rows: ArrowWriter | None = None
        self.size = 0

    def add(self, columns: Sequence[FieldData], rows: int) -> None:
        if self._rows is None:
            names = tuple(_columns_of(self._schema, {column.field_name for column in columns}))
            selection = Selection(self._schema, self._schema.name, Fields(names, names, flat=False))
            self._rows = ArrowWriter(selection, packed_halves=True)
            self._writer = parquet_writer(str(self._path), self._rows.schema)
        self._writer.write_batch(self._rows.batch(columns, rows))
        self.size = self._path.stat().st_size

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def _columns_of(schema: CollectionSchema, given: set[str]) -> Sequence[str]:
    """Returns the fields of rows; the primary field only if the rows bring its values, where Milvus generates them."""
    key = primary_field(schema)
    generated = key.name if key is not None and key.autoID and key.name not in given else ""
    computed = {each.name for each in schema.fields if each.is_function_output}
    names = [each.name for each in row_fields(schema) if each.name not in (generated, *computed)]
    return [*names, DYNAMIC] if schema.enable_dynamic_field else names


def _write(file: BinaryIO, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
