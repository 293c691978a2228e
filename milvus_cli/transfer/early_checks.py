"""Refuses files before their first row: by the headers of NPY arrays, and by the columns of the first rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InvalidInput
from ..files.npy_tables import npy_values
from ..files.rejects_format import are_rejects
from ..files.row_stream import Chunk, Dense, RowStream
from ..files.typed_values import adapted
from ..schema.schema import is_vector, row_fields
from ..server.overview import type_text
from ..text.names import missing_name, nearest
from ..values.encode import ABSENT, check_value
from ..values.invalid import BadValue
from ..values.packing import Packed
from .renamed import renamed, unmatched

if TYPE_CHECKING:
    from ..files.npy import NpyArray
    from ..schema.schema import Field
    from .intake import RowEncoder


def require_first(encoder: RowEncoder, name: str, first: Chunk) -> None:
    """Raises InvalidInput if the first chunk shows that no row can be inserted."""
    require_texts(encoder, name, first)
    require_fields(encoder, name, first)


def require_texts(encoder: RowEncoder, name: str, first: Chunk) -> None:
    """Raises InvalidInput if no row of the first chunk has a column that --embed needs.

    Rows that bring their vectors need none, nor do those of a partial upsert, and rejected rows.
    """
    given = {encoder.field_of(each) for each in first.columns}
    target, filling = encoder.target, encoder.filling
    if target.partial or given & {*filling.fields} or are_rejects(first, target.schema):
        return
    named = {encoder.mapping.get(each) or each for each in first.columns}
    absent = next((each for each in filling.needs if named and each not in named), None)
    if absent is not None:
        raise missing_name("column", absent, first.columns, before=f"{name} has ", error=InvalidInput)


def require_fields(encoder: RowEncoder, name: str, first: Chunk) -> None:
    """Raises InvalidInput if all rows of the first chunk lack the same field and have the same others instead.

    That is one error, and not one for each row: their columns have other names than the fields.
    """
    if not first.lines or are_rejects(first, encoder.target.schema):
        return
    given = [field for each in first.columns if (field := encoder.field_of(each)) is not None]
    needed = encoder.needed_of(given)
    unknown, missing = unmatched(encoder.target.schema, given, needed, encoder.filling.fields)
    common = [each for each in unknown if _is_in_all(first, encoder, each)]
    if missing and common:
        hint = renamed(common, missing) or f"columns: {', '.join(first.columns)}; --map COLUMN=FIELD"
        raise InvalidInput(f"{name}: the first rows have no {', '.join(map(repr, missing))}", hint=hint)


def _is_in_all(first: Chunk, encoder: RowEncoder, name: str) -> bool:
    return all(
        value is not ABSENT
        for column, values in first.columns.items()
        if encoder.field_of(column) == name
        for value in values
    )


def require_arrays(encoder: RowEncoder, table: RowStream) -> None:
    """Raises InvalidInput for an NPY array that fits no field."""
    schema = encoder.target.schema
    fields = {each.name: each for each in row_fields(schema)}
    takes_unknown = encoder.ignore_unknown or schema.enable_dynamic_field
    for column, array in table.arrays.items():
        name = encoder.field_of(column, table)
        if name is not None and (field := fields.get(name)) is not None:
            require_fitting(array, field, encoder.dense.get(column))
        elif name is not None and table.columns is None and not takes_unknown:
            hint = nearest(name, fields) or f"fields: {', '.join(fields)}; --ignore-unknown leaves others out"
            raise InvalidInput(f"{array.name}: {encoder.target.collection} has no field {name!r}", hint=hint)


def require_fitting(array: NpyArray, field: Field, dense: Dense | None) -> None:
    """Raises InvalidInput for an array none of whose rows can fit a field: a row of zeros does not."""
    if array.dtype[1] == "U" and not is_vector(field):
        return
    values = npy_values(array, bytes(array.row_size), dense)
    if isinstance(values, Packed):
        return
    try:
        check_value(field, adapted(field, values)[0])
    except BadValue as exc:
        raise InvalidInput(
            f"{array.name} does not fit {field.name!r}: it has {array.dtype[1:]} in the shape {array.shape}, "
            f"and the field is {type_text(field)}",
            hint="--map COLUMN=FIELD names another field, --map COLUMN= leaves the array out",
        ) from exc
