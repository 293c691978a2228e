"""Compares NPY arrays with the fields that they fill by their headers, before the first row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InvalidInput
from ..files.npy_tables import npy_values
from ..files.row_stream import Dense
from ..files.typed_values import adapted
from ..schema.schema import is_vector
from ..server.overview import type_text
from ..values.encode import check_value
from ..values.invalid import BadValue
from ..values.packing import Packed

if TYPE_CHECKING:
    from ..files.npy import NpyArray
    from ..schema.schema import Field


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
