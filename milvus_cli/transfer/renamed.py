"""Columns without a field and fields without a column, and the --map that may bring them together."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ..text.names import similar
from ..values.dynamic import DYNAMIC
from ..values.encode import taken_fields, takes_none

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema
    from ..schema.schema import Field


def unmatched(
    schema: CollectionSchema, given: Collection[str], needed: Sequence[Field], filled: Collection[str]
) -> tuple[list[str], list[str]]:
    """Returns the given names that are no fields, and the needed fields that are neither given nor filled."""
    names = {each.name for each in taken_fields(schema, given, upsert=True)}
    there = {*given, *filled}
    missing = [each.name for each in needed if each.name not in there and not takes_none(each)]
    return [each for each in given if each not in names], missing


def renamed(columns: Sequence[str], fields: Sequence[str]) -> str:
    """Returns the hint that maps a column without a field to a field without a column, "" where no pair is obvious."""
    columns = [each for each in columns if each != DYNAMIC]
    if len(columns) == len(fields) == 1:
        pairs = [(columns[0], fields[0])]
    else:
        pairs = [(near[0], each) for each in fields if (near := similar(each, columns))]
    return " ".join(shlex.join(["--map", f"{column}={field}"]) for column, field in pairs)
