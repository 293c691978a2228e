"""Compares rows by their contents, in any order: where the server generates the keys, those match nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from ..text.json import dump_json
from ..values.columns import comparable, field_named, raw_values
from ..values.decode import decode_column

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema, FieldData
    from ..rows.cursor import Page

SIZE = 16
"""Bytes of a digest."""
NULL = b"null"


class Contents:
    """A digest of rows that does not depend on their order, over the fields of a schema with these names."""

    def __init__(self, schema: CollectionSchema, names: Sequence[str]) -> None:
        self._fields = {name: field for name in names if (field := field_named(schema, name)) is not None}
        self._sum = 0

    @property
    def digest(self) -> str:
        return f"{self._sum:0{2 * SIZE}x}"

    def add(self, page: Page) -> None:
        columns = {each.field_name: each for each in page.columns}
        cells = [self._cells(name, columns.get(name), len(page.keys)) for name in self._fields]
        for row in zip(*cells, strict=True):
            text = b"".join(b"%d:%s" % (len(cell), cell) for cell in row)
            # A sum, unlike an exclusive or, tells rows that are there twice from rows that are not there.
            self._sum += int.from_bytes(blake2b(text, digest_size=SIZE).digest(), "big")
        self._sum %= 1 << 8 * SIZE

    def _cells(self, name: str, column: FieldData | None, count: int) -> Iterator[bytes]:
        """Returns texts that are equal for equal values."""
        if column is None:
            return iter([NULL] * count)
        if column.WhichOneof("field") == "vectors" and column.vectors.WhichOneof("data") != "sparse_float_vector":
            return (NULL if each is None else bytes(each) for each in raw_values(column, count))
        field = self._fields[name]
        return (_text(comparable(field, each)) for each in decode_column(column) or [None] * count)


def _text(value: Any) -> bytes:
    return dump_json(value, sort_keys=True).encode("utf-8", "surrogatepass")
