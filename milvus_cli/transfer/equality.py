"""Compares rows of two collections: first by their bytes, and where those differ, by their values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..rows.selection import readable_fields
from ..text.json import dump_json
from ..values.columns import comparable, field_named, one_value, same_form
from ..values.dynamic import DYNAMIC
from .merge import Run, WindowRows

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema


@dataclass(frozen=True)
class FieldDifference:
    """A field in which two rows differ; None is null."""

    field: str
    a: Any
    b: Any


@dataclass(frozen=True)
class Schemas:
    """Schemas of the two sides."""

    a: CollectionSchema
    b: CollectionSchema

    def common_fields(self) -> list[str]:
        """Returns the fields that both sides have, in forms that can be compared."""
        found = []
        for name in [*readable_fields(self.a), DYNAMIC]:
            one, other = field_named(self.a, name), field_named(self.b, name)
            if one is not None and other is not None and same_form(one, other):
                found.append(name)
        return found

    def uncompared(self) -> list[str]:
        """Returns the fields that are not compared, each with the reason."""
        common = self.common_fields()
        names = dict.fromkeys([*readable_fields(self.a), *readable_fields(self.b), DYNAMIC])
        return [f"{name} ({self._why_not(name)})" for name in names if name not in common and self._why_not(name)]

    def _why_not(self, name: str) -> str:
        """Returns why a field that is not common to both is not compared; "" for one that neither has."""
        has_a, has_b = (field_named(schema, name) is not None for schema in (self.a, self.b))
        if has_a and has_b:
            return "the types differ"
        return "only in A" if has_a else "only in B" if has_b else ""

    def differences(self, run: Run, fields: Sequence[str]) -> dict[int, list[FieldDifference]]:
        """Returns the differing fields of each differing row of a run; values decide where bytes differ."""
        found: dict[int, list[FieldDifference]] = {}
        if run.a is None or run.b is None:
            return found
        for row, names in _differing(run.a, run.b, fields).items():
            values = [
                FieldDifference(name, _field_value(self.a, run.a, name, row), _field_value(self.b, run.b, name, row))
                for name in names
            ]
            different = [each for each in values if not self._are_same(each)]
            if different:
                found[row] = different
        return found

    def _are_same(self, values: FieldDifference) -> bool:
        field = field_named(self.a, values.field)
        if _canonical(values.a) == _canonical(values.b) or field is None:
            return True
        return _canonical(comparable(field, values.a)) == _canonical(comparable(field, values.b))


def _differing(a: WindowRows, b: WindowRows, fields: Sequence[str]) -> dict[int, list[str]]:
    """Returns the fields whose bytes differ, by row."""
    found: dict[int, list[str]] = {}
    for field in fields:
        mine, theirs = a.raw(field), b.raw(field)
        if mine != theirs:
            for row, (one, other) in enumerate(zip(mine, theirs, strict=True)):
                if one != other:
                    found.setdefault(row, []).append(field)
    return found


def _field_value(schema: CollectionSchema, rows: WindowRows, name: str, row: int) -> Any:
    column, field = rows.window.column(name), field_named(schema, name)
    return None if column is None or field is None else one_value(column, field, rows.raw(name)[row])


def _canonical(value: Any) -> str:
    """Returns text that is equal for equal values, whatever the order of an object's keys."""
    return dump_json(value, sort_keys=True)
