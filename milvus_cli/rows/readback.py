"""Reads rows back by key and compares them with what was sent, field by field."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..errors import CliError, NotAuthorized, ServerRefused
from ..schema.definition import DEFAULT_PARTITION
from ..schema.field_json import write_default
from ..schema.kinds import ValueShape, shape_of
from ..schema.schema import kind_of
from ..server.progress import load_state
from ..values.columns import comparable, field_named, one_value, raw_values
from .filters import both, one_of
from .write_target import WriteTarget

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData
    from ..schema.schema import Field

SLICE_ROWS, SLICE_BYTES = 4_096, 2 << 20
"""Limits of one request: servers limit the length of filters and answers."""

EXACT_SHAPES = (ValueShape.BOOLEAN, ValueShape.WHOLE, ValueShape.TEXT)
"""Shapes that servers never rewrite: if such a value differs, as with dense vectors, it is another row."""
RELOADING, AGAIN = 30.0, 0.5
"""Seconds."""
REVEALING = 3
"""Number of fields used to tell apart rows with equal keys."""


@dataclass
class BatchComparison:
    """Positions of a batch's rows, by what the server has under their keys.

    `same`: the row as sent. `absent`: nothing. `other`: certainly another row. `unclear`: a row that differs only in
    values that servers may rewrite.
    """

    same: list[int] = field(default_factory=list)
    absent: list[int] = field(default_factory=list)
    other: list[int] = field(default_factory=list)
    unclear: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Sent:
    """A batch as it was sent."""

    target: WriteTarget
    columns: Sequence[FieldData]
    rows: int

    @cached_property
    def keys(self) -> Sequence[Any]:
        """The primary keys, one per row; empty if Milvus generates them."""
        column = next((each for each in self.columns if each.field_name == self.target.key), None)
        return () if column is None else raw_values(column, self.rows)


def read_back(client: Client, sent: Sent, *, seconds: float) -> BatchComparison | None:
    """Compares the rows with the server's; None if they can't be read (not loaded, or not permitted).

    Waits while the collection is loaded again after its server came back. Raises Unreachable.
    """
    until = time.monotonic() + RELOADING
    while True:
        try:
            return _read_back(client, sent, seconds=seconds)
        except NotAuthorized:
            return None
        except ServerRefused:
            if time.monotonic() > until or not _is_loaded(client, sent.target.collection):
                return None
            time.sleep(AGAIN)


def _read_back(client: Client, sent: Sent, *, seconds: float) -> BatchComparison:
    found, reader = BatchComparison(), _Reader(client, sent, seconds)
    for positions in _slices(sent):
        reader.judge(positions, found)
    if found.other:
        reader.reveal(found)
    return found


def _is_loaded(client: Client, collection: str) -> bool:
    """Returns True if the collection is loaded or being loaded."""
    try:
        return load_state(client, collection) in ("loading", "loaded")
    except (ServerRefused, NotAuthorized):
        return False


def rows_under(client: Client, sent: Sent, positions: Sequence[int], *, seconds: float) -> int | None:
    """Returns the number of rows on the server with the keys of these rows; None if it can't be counted."""
    reader, total = _Reader(client, sent, seconds), 0
    keys = list(dict.fromkeys(sent.keys[position] for position in positions))
    try:
        for start in range(0, len(keys), SLICE_ROWS):
            answer = reader.ask(keys[start : start + SLICE_ROWS], ["count(*)"])
            total += int(answer[0].scalars.long_data.data[0])
    except (ServerRefused, NotAuthorized, IndexError):
        return None
    return total


def _slices(sent: Sent) -> Iterator[Sequence[int]]:
    size = sum(column.ByteSize() for column in sent.columns) // max(1, sent.rows)
    step = max(1, min(SLICE_ROWS, SLICE_BYTES // max(1, size)))
    for start in range(0, sent.rows, step):
        yield range(start, min(start + step, sent.rows))


class _Reader:
    def __init__(self, client: Client, sent: Sent, seconds: float) -> None:
        self._client = client
        self._sent = sent
        self._seconds = seconds
        self._fields = {
            column.field_name: found
            for column in sent.columns
            if (found := field_named(sent.target.schema, column.field_name)) is not None
        }
        self._raw = {column.field_name: raw_values(column, sent.rows) for column in sent.columns}

    def ask(self, keys: Sequence[Any], names: Sequence[str], narrower: str = "") -> Sequence[FieldData]:
        target = self._sent.target
        # A row with the same key in another partition is not the one that was sent.
        has_key = any(each.is_partition_key for each in target.schema.fields)
        partitions = [] if has_key else [target.partition or DEFAULT_PARTITION]
        answer = self._client.call(
            "Query",
            timeout=self._seconds,
            collection_name=target.collection,
            consistency_level="Strong",
            expr=both(one_of(target.key, keys), narrower),
            output_fields=names,
            partition_names=partitions,
        )
        columns: Sequence[FieldData] = answer.fields_data
        return columns

    def judge(self, positions: Sequence[int], found: BatchComparison, narrower: str = "") -> None:
        keys = self._sent.keys
        rows: dict[Any, list[Mapping[str, tuple[FieldData, Any]]]] = {}
        left = dict.fromkeys(keys[position] for position in positions)
        # Of rows with equal keys Milvus 2.3 omits some: only an empty answer proves that a key is absent.
        while left:
            answer = self._rows(list(left), narrower)
            if not answer.keys() & left.keys():
                break
            rows.update(answer)
            left = {key: None for key in left if key not in answer}
        for position in positions:
            held = rows.get(keys[position], [])
            verdicts = {self._compared(position, row) for row in held}
            name = next((each for each in ("same", "unclear", "other") if each in verdicts), "absent")
            getattr(found, name).append(position)

    def reveal(self, found: BatchComparison) -> None:
        """Finds rows hidden behind others with the same key, by filtering on their values."""
        fields = [
            each
            for each in self._fields.values()
            if _shape(each) in (ValueShape.WHOLE, ValueShape.TEXT) and each.name != self._sent.target.key
        ][:REVEALING]
        for each in fields:
            values = self._raw[each.name]
            again, found.other = found.other, []
            for start in range(0, len(again), SLICE_ROWS):
                positions = again[start : start + SLICE_ROWS]
                wanted = list({values[position] for position in positions if values[position] is not None})
                hidden = BatchComparison()
                if wanted:
                    self.judge(positions, hidden, one_of(each.name, wanted))
                settled = {*hidden.same}
                found.same += hidden.same
                found.other += [position for position in positions if position not in settled]

    def _rows(self, keys: Sequence[Any], narrower: str) -> dict[Any, list[Mapping[str, tuple[FieldData, Any]]]]:
        key = self._sent.target.key
        columns = {each.field_name: each for each in self.ask(keys, list(self._fields), narrower)}
        if key not in columns:
            return {}
        held = columns[key].scalars
        there = list(held.long_data.data or held.string_data.data)
        raw = {name: (column, raw_values(column, len(there))) for name, column in columns.items()}
        found: dict[Any, list[Mapping[str, tuple[FieldData, Any]]]] = {}
        for row, each in enumerate(there):
            found.setdefault(each, []).append({name: (column, values[row]) for name, (column, values) in raw.items()})
        return found

    def _compared(self, position: int, row: Mapping[str, tuple[FieldData, Any]]) -> str:
        verdict = "same"
        for column in self._sent.columns:
            name = column.field_name
            if name not in row or name not in self._fields:
                verdict = "unclear"
                continue
            there, value = row[name]
            if not _equal(self._fields[name], (column, self._raw[name][position]), (there, value)):
                if _is_exact(self._fields[name], self._raw[name][position]):
                    return "other"
                verdict = "unclear"
        return verdict


def _equal(field: Field, sent: tuple[FieldData, Any], there: tuple[FieldData, Any]) -> bool:
    (column, one), (answered, other) = sent, there
    if one == other:
        return True
    if one is None:
        # Milvus fills in the default value.
        default = write_default(field)
        return default is not None and _canonical(one_value(answered, field, other)) == _canonical(default)
    if other is None or _shape(field) in EXACT_SHAPES:
        return False
    with suppress(CliError, RecursionError):
        ours, theirs = one_value(column, field, one), one_value(answered, field, other)
        return bool(ours == theirs) or _canonical(comparable(field, ours)) == _canonical(comparable(field, theirs))
    return False


def _is_exact(field: Field, sent: Any) -> bool:
    return sent is not None and _shape(field) in (*EXACT_SHAPES, ValueShape.DENSE)


def _shape(field: Field) -> ValueShape | None:
    return shape_of(kind_of(field))


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
