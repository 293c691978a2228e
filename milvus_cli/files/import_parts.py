"""Writes rows as files that Milvus imports: a Parquet file, NPY files with a field each, or a JSON file."""

from __future__ import annotations

import json
import math
import re
import tempfile
from array import array
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema
from ..errors import CliError
from ..rows.selection import Fields, Selection
from ..schema.schema import is_vector, kind_of, params, primary_field, row_fields, type_name
from ..values.columns import raw_values
from ..values.decode import decode_column
from ..values.dynamic import DYNAMIC
from ..values.packing import Packed, row_size
from .arrow import ArrowWriter, parquet_writer
from .texts import json_texts

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData
    from ..schema.schema import Field

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
UTF32 = 4
"""Bytes of a character in NumPy's texts."""
WITHOUT_IMPORT = "leave out --via import and --stage"
LONGEST_TEXT = 256
"""Most bytes of a field's texts in NPY, where a long text lengthens all."""
FILE_NAME = re.compile(r"\w{1,200}", re.ASCII)


class PartWriter(Protocol):
    """Writes the files of a part. `size` is their length in bytes so far, perhaps without the last rows.

    All methods raise OSError.
    """

    @property
    def size(self) -> int: ...

    def add(self, columns: Sequence[FieldData], rows: int) -> None: ...

    def close(self) -> None: ...


PartFormat = Callable[[Path, CollectionSchema], PartWriter]
"""Makes a writer that writes to a folder."""


def part_format(schema: CollectionSchema, *, parquet: bool) -> PartFormat:
    """Returns Parquet if the server reads it, else the smallest format that holds every field.

    Raises CliError for fields that Milvus 2.3 can't import.
    """
    if parquet:
        return ParquetPart
    for each in schema.fields:
        _require_importable(each)
    fits = all(FILE_NAME.fullmatch(each.name) and _fits_npy(each) for each in row_fields(schema))
    return NpyPart if fits and not schema.enable_dynamic_field else JsonPart


def _require_importable(field: FieldSchema) -> None:
    kind = type_name(field.data_type)
    reason = ""
    if kind == "ARRAY" and type_name(field.element_type) == "DOUBLE":
        reason = "rounds the elements of an ARRAY of DOUBLE to 32 bits"
    if kind == "VARCHAR" and field.is_primary_key and field.autoID:
        reason = "can't generate VARCHAR keys"
    if reason:
        raise CliError(f"field {field.name!r}: the import of Milvus 2.3 {reason}", hint=WITHOUT_IMPORT)


def unfit_rows(form: PartFormat, columns: Sequence[FieldData]) -> dict[int, tuple[str, str]]:
    """Returns rows that an import would change, or refuse with all others: field and reason by index."""
    found: dict[int, tuple[str, str]] = {}
    for column in columns if form is not ParquetPart else ():
        if _is_of_floats(column):
            bad, reason = _not_finite, "the import of Milvus 2.3 takes no NaN or infinity"
        elif type_name(column.type) == "VARCHAR" and form is NpyPart:
            bad, reason = _ends_with_nul, "the import of Milvus 2.3 drops NUL characters at the end"
        else:
            continue
        rows = (row for row, value in enumerate(decode_column(column)) if bad(value))
        found = {**dict.fromkeys(rows, (column.field_name, reason)), **found}
    return found


def _not_finite(value: Any) -> bool:
    return any(map(_not_finite, value)) if isinstance(value, list) else not math.isfinite(value)


def _ends_with_nul(value: Any) -> bool:
    return bool(value.endswith("\0"))


def _fits_npy(field: Field) -> bool:
    if kind_of(field) == "VARCHAR" and isinstance(field, FieldSchema):
        return int(params(field.type_params).get("max_length", LONGEST_TEXT + 1)) <= LONGEST_TEXT
    return kind_of(field) in NPY_TYPES


class NpyPart:
    """A file per field, `FIELD.npy`."""

    def __init__(self, folder: Path, schema: CollectionSchema) -> None:
        self._folder = folder
        self._fields = {each.name: each for each in schema.fields}
        self._columns: dict[str, NpyColumn] = {}

    @property
    def size(self) -> int:
        return sum(each.size for each in self._columns.values())

    def add(self, columns: Sequence[FieldData], rows: int) -> None:
        for column in columns:
            name = column.field_name
            if name not in self._columns:
                is_text = type_name(column.type) == "VARCHAR"
                made = TextColumn if is_text else NumberColumn
                self._columns[name] = made(self._folder / f"{name}.npy", self._fields[name])
            self._columns[name].add(column, rows)

    def close(self) -> None:
        with ExitStack() as stack:
            for each in self._columns.values():
                stack.callback(each.close)


class NpyColumn(Protocol):
    """The file of a field; `size` is its length in bytes once it is closed."""

    @property
    def size(self) -> int: ...

    def add(self, column: FieldData, rows: int) -> None: ...

    def close(self) -> None: ...


class NumberColumn:
    """Numbers, or vectors of them, whose header gets the number of rows at the end."""

    def __init__(self, path: Path, field: FieldSchema) -> None:
        self._field = field
        self._rows = 0
        self._file = open(path, "wb", buffering=0)  # noqa: SIM115
        self._file.write(bytes(HEADER_SIZE))
        self.size = HEADER_SIZE

    def add(self, column: FieldData, rows: int) -> None:
        values = raw_values(column, rows)
        data: bytes | memoryview
        if isinstance(values, Packed):
            data = values.data
        else:
            data = array(CODES[NPY_TYPES[type_name(column.type)]], values).tobytes()
        _write(self._file, data)
        self.size += len(data)
        self._rows += rows

    def close(self) -> None:
        kind = NPY_TYPES[type_name(self._field.data_type)]
        width = row_size(self._field) // int(kind[2:]) if is_vector(self._field) else 0
        with self._file:
            self._file.seek(0)
            _write(self._file, npy_header(kind, (self._rows, width) if width else (self._rows,)))


class TextColumn:
    """Texts, which all take as much room as the longest one: they are kept in a file until that is known."""

    def __init__(self, path: Path, field: FieldSchema) -> None:
        self._path = path
        self._lengths = array("I")
        self._longest = 1
        self._texts: BinaryIO = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115

    @property
    def size(self) -> int:
        return HEADER_SIZE + len(self._lengths) * self._longest * UTF32

    def add(self, column: FieldData, rows: int) -> None:
        texts = column.scalars.string_data.data
        lengths = array("I", map(len, texts))
        _write(self._texts, "".join(texts).encode("utf-32-le"))
        self._lengths.extend(lengths)
        self._longest = max(self._longest, *lengths, 0)

    def close(self) -> None:
        width = self._longest * UTF32
        self._texts.seek(0)
        with self._texts, open(self._path, "wb") as file:
            file.write(npy_header(f"<U{self._longest}", (len(self._lengths),)))
            for length in self._lengths:
                file.write(self._texts.read(length * UTF32).ljust(width, b"\0"))


def npy_header(kind: str, shape: tuple[int, ...]) -> bytes:
    """Returns the header of version 1.0 of NumPy's format for values of a NumPy type."""
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    start = b"\x93NUMPY\x01\x00" + (HEADER_SIZE - 10).to_bytes(2, "little")
    return start + text.ljust(HEADER_SIZE - len(start) - 1) + b"\n"


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
    if type_name(column.type) == "JSON":
        return [json.dumps(text, ensure_ascii=False) for text in texts]
    return texts


def _is_of_floats(column: FieldData) -> bool:
    kind = type_name(column.type)
    return (type_name(column.scalars.array_data.element_type) if kind == "ARRAY" else kind) in ("FLOAT", "DOUBLE")


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
