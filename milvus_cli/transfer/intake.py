"""Checks rows against a schema and encodes them; rows that don't fit are set aside with place and reason."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import InvalidInput
from ..files.encodings import cell_not_decoded
from ..files.json_rows import RowKeys
from ..files.rejects_format import are_rejects, unwrapped_rows
from ..files.row_stream import Chunk, Dense, RejectedRow, RowStream
from ..files.separated import other_delimiter
from ..files.tables import WantedColumns
from ..schema.kinds import FIELD_TYPES, ValueShape, shape_of
from ..schema.nested import lone_part, part_alone
from ..schema.schema import kind_of, row_fields, type_name
from ..text.names import missing_name, nearest
from ..values.dynamic import DYNAMIC
from ..values.encode import encode_columns, given_fields, taken_fields, takes_none
from ..values.invalid import BadValue
from ..values.packing import dense_fields, row_size
from .cell_values import TEXT_CELLS, converted, decimal_of, typed
from .merging import new_patterns, repeated_keys
from .renamed import renamed, unmatched

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData
    from ..rows.write_target import WriteTarget
    from ..schema.schema import Field

NUMPY_CODES = {"f": "f4", "e": "f2", "b": "i1", "B": "u1"}
"""NumPy's codes of number types, by struct's."""
NO_CHUNK = Chunk({}, ())
PLAIN_VALUES = RowStream(iter(()))
"""Source of a chunk whose values need no conversion."""


@dataclass(frozen=True)
class Batch:
    """Rows encoded for one message, and the rejected rows of the same chunk.

    `earlier` holds rows of an upsert that were left out because a later row has the same key.
    """

    rows: int
    columns: Sequence[FieldData]
    keys: Sequence[Any]
    chunk: Chunk
    bad: Sequence[RejectedRow] = field(default=())
    earlier: Chunk = NO_CHUNK


class Prepared(NamedTuple):
    """Rows that are read, and what encodes them."""

    encoder: RowEncoder
    chunk: Chunk
    table: RowStream


@dataclass(frozen=True)
class Filling:
    """Fills `fields` of rows before they are encoded; `needs` are columns that this requires. By default nothing."""

    fields: Collection[str] = ()
    needs: Collection[str] = ()
    fill: Callable[[Iterator[Prepared]], Iterator[Prepared]] = field(default=lambda rows: rows)


@dataclass(frozen=True)
class RowEncoder:
    """`mapping` maps column names to field names where they differ, to "" for columns to leave out.

    `types` has the types of columns of text files that go into the dynamic field. Numbers of text files for the fields
    `exact` are rejected if they would lose digits. `filled` are columns that `filling` added; their values are encoded.
    """

    target: WriteTarget
    mapping: Mapping[str, str]
    ignore_unknown: bool = False
    types: Mapping[str, str] = field(default_factory=dict)
    exact: Collection[str] = ()
    filling: Filling = Filling()
    filled: Collection[str] = ()

    def require_columns(self, name: str, table: RowStream) -> None:
        """Raises InvalidInput for columns without a field, and for required fields without a column."""
        if table.columns is None:
            return
        schema = self.target.schema
        given = [field for each in table.columns if (field := self.field_of(each, table)) is not None]
        both = next((each for each in given if each in self.filling.fields), None)
        if both is not None:
            hint = f"leave --embed out, or the column: --map {both}="
            raise InvalidInput(f"{name} has a column for {both!r}, which --embed fills", hint=hint)
        absent = [column for column in (*self.mapping, *self.types) if column not in table.columns]
        named = {self.mapping.get(each, each) for each in table.columns}
        absent += [each for each in self.filling.needs if each not in (*table.columns, *named)]
        if absent:
            raise missing_name("column", absent[0], table.columns, before=f"{name} has ", error=InvalidInput)
        if part := lone_part(schema, given):
            raise InvalidInput(f"{name}: {part_alone(part)}", hint=f"leave the column out: --map '{part}='")
        names = [each.name for each in taken_fields(schema, given, upsert=True)]
        unknown, missing = unmatched(schema, given, self.needed_of(given), self.filling.fields)
        hint = other_delimiter(table) or renamed(unknown, missing)
        if unknown and not self._takes_unknown:
            fields = f"fields: {', '.join(names)}; --ignore-unknown leaves others out"
            hint = hint or nearest(unknown[0], names) or fields
            noun = "field" if len(unknown) == 1 else "fields"
            raise InvalidInput(f"{name}: {self.target.collection} has no {noun} {_quoted_names(unknown)}", hint=hint)
        if missing:
            hint = hint or f"columns: {', '.join(filter(None, table.columns))}; --map COLUMN=FIELD"
            raise InvalidInput(f"{name} has no column for {_quoted_names(missing)}", hint=hint)

    def notes(self, name: str, table: RowStream, columns: Collection[str]) -> Iterator[str]:
        """Yields notes about columns that are left out, and those that become text."""
        if table.text and "" in (table.columns or ()):
            yield f"{name}: column {(table.columns or ()).index('') + 1} has no name: left out"
        for column in table.columns or ():
            if self._is_index(column, table):
                yield f"{name}: column {column!r} is the index of pandas: left out"
        for column in table.own:
            yield f"column {column!r} is in the files and in their paths: the values in the paths are left out"
        for column in columns:
            if self._is_generated(self.mapping.get(column, column)):
                yield f"{name}: column {column!r} is left out: Milvus generates the keys of {self.target.collection}"
        if table.text and (dynamic := [each for each in columns if self._is_untyped(each, table)]):
            yield f"{name}: text in the dynamic field: {_quoted_names(dynamic)} (--types COLUMN=INT64 gives a type)"

    def batches(self, table: RowStream, *, after: int = 0) -> Iterator[Batch]:
        """Encodes the chunks, without rows up to line `after`."""
        for encoder, chunk, source in self.filling.fill(self._prepared(table, after)):
            yield from encoder._requests(chunk, source)

    def _prepared(self, table: RowStream, after: int) -> Iterator[Prepared]:
        for chunk in table.chunks:
            if chunk.last > after:
                rest = chunk.after(after) if after else chunk
                if are_rejects(rest, self.target.schema):
                    rows = unwrapped_rows(rest, self.field_of, self._read_cell)
                    yield Prepared(replace(self, mapping={}), rows, PLAIN_VALUES)
                else:
                    yield Prepared(self, rest, table)

    def _requests(self, chunk: Chunk, table: RowStream) -> Iterator[Batch]:
        """Yields the batches of a chunk: one, except for a partial upsert of rows that can't be in one request."""
        if not self.target.partial:
            yield self.batch(chunk, table)
            return
        names = {each.name for each in row_fields(self.target.schema)}
        columns = [values for column, values in chunk.columns.items() if self.field_of(column, table) in names]
        for part in chunk.cut(new_patterns(columns, len(chunk.lines))):
            batch = self.batch(part, table)
            repeats = repeated_keys(batch.keys)
            if repeats:
                plain, rows = replace(self, mapping={}, types={}), replace(batch.chunk, bad=batch.bad)
                yield from (plain.batch(each, PLAIN_VALUES) for each in rows.cut(repeats))
            else:
                yield batch

    def batch(self, chunk: Chunk, table: RowStream) -> Batch:
        """Encodes all rows at once if they are valid, else one by one to find those that are not."""
        bad = [self._with_columns(each, table) for each in chunk.bad]
        values, columns = self._tried(chunk, table)
        if columns is None:
            good = []
            for row in range(len(chunk.lines)):
                try:
                    self._encode(chunk.pick([row]), table)
                    good.append(row)
                except BadValue as exc:
                    bad.append(self.rejected(chunk, row, exc, table))
            chunk = chunk.pick(good)
            values, columns = self._encode(chunk, table)
        keys = sent_keys(columns, self.target.key) if self.target.key else ()
        earlier = NO_CHUNK
        if self.target.upsert and not self.target.partial and (last := last_of_each(keys)) is not None:
            whole, latest = Chunk(values, chunk.lines, unit=chunk.unit), set(last)
            earlier = whole.pick([row for row in range(len(keys)) if row not in latest])
            chunk = whole.pick(last)
            values, columns = self._encode(chunk, PLAIN_VALUES)
            keys = sent_keys(columns, self.target.key)
        plain = Chunk(values, chunk.lines, unit=chunk.unit)
        bad.sort(key=lambda each: each.line)
        return Batch(len(chunk.lines), columns, keys, plain, bad, earlier)

    def _tried(self, chunk: Chunk, table: RowStream) -> tuple[Mapping[str, Sequence[Any]], list[FieldData] | None]:
        try:
            return self._encode(chunk, table)
        except BadValue:
            return {}, None

    def _encode(self, chunk: Chunk, table: RowStream) -> tuple[Mapping[str, Sequence[Any]], list[FieldData]]:
        values = self._values(chunk, table)
        columns = encode_columns(
            values,
            len(chunk.lines),
            self.target.schema,
            upsert=self.target.upsert,
            partial=self.target.partial,
        )
        self.target.refuse_misread(values)
        return values, columns

    def _values(self, chunk: Chunk, table: RowStream) -> dict[str, Sequence[Any]]:
        """Returns columns by field name, with the cells of text files converted to values."""
        fields = {each.name: each for each in row_fields(self.target.schema)}
        found: dict[str, Sequence[Any]] = {}
        for column, values in chunk.columns.items():
            name = self.field_of(column, table)
            if name is None:
                continue
            field = fields.get(name)
            if column in self.filled:
                found[name] = values
            elif table.text and column not in table.plain and field is None and (kind := self.types.get(column)):
                found[name] = typed(values, name, kind, decimal_of(table, column))
            else:
                found[name] = converted(values, name, field, table, column, exact=name in self.exact)
        return found

    @property
    def wanted(self) -> WantedColumns:
        return WantedColumns(self.keys, self.dense, self._texts)

    @property
    def _texts(self) -> Collection[str]:
        """Columns that fill text fields, by column name."""
        texts = {each.name for each in row_fields(self.target.schema) if shape_of(kind_of(each)) is ValueShape.TEXT}
        return texts.difference(self.mapping.values()) | {
            column for column in self.mapping if self.mapping[column] in texts
        }

    @property
    def dense(self) -> dict[str, Dense]:
        """Columns that fill dense vectors, by column name."""
        names, fields = {field: column for column, field in self.mapping.items()}, dense_fields(self.target.schema)
        codes = {each.name: NUMPY_CODES.get(FIELD_TYPES[type_name(each.data_type)].code) for each in fields}
        return {
            names.get(each.name, each.name): Dense(code, row_size(each))
            for each in fields
            if (code := codes[each.name])
        }

    @property
    def keys(self) -> RowKeys:
        """Columns that may occur in files, and those that every row must have."""
        names, schema = {field: column for column, field in self.mapping.items()}, self.target.schema
        needed = [each for each in self.needed_of(()) if not takes_none(each) and each.name not in self.filling.fields]
        return RowKeys(
            frozenset(names.get(each.name, each.name) for each in row_fields(schema)),
            frozenset(names.get(each.name, each.name) for each in needed),
        )

    def needed_of(self, given: Collection[str]) -> Sequence[Field]:
        """Returns the fields that rows with values for these names must fill, unless they take null."""
        if self.target.partial:
            return given_fields(self.target.schema, given)
        return taken_fields(self.target.schema, given, upsert=self.target.upsert)

    @property
    def _takes_unknown(self) -> bool:
        return self.ignore_unknown or self.target.schema.enable_dynamic_field

    def field_of(self, column: str, table: RowStream = PLAIN_VALUES) -> str | None:
        """Returns the field that a column fills, None for a column to leave out (in text files, one without a name)."""
        name = self.mapping.get(column, column)
        if (not name and (table.text or column)) or self._is_index(column, table) or self._is_generated(name):
            return None
        if name in self.filling.needs and not self._is_stored(name):
            return None
        if self.ignore_unknown and not self.target.schema.enable_dynamic_field:
            known = {each.name for each in taken_fields(self.target.schema, (name,), upsert=True)}
            return name if name in known else None
        return name

    def _is_stored(self, name: str) -> bool:
        """Returns False for a column that is there to be embedded only: the collection has no place for it."""
        return self.target.schema.enable_dynamic_field or any(
            each.name == name for each in row_fields(self.target.schema)
        )

    def _is_generated(self, name: str) -> bool:
        return bool(name) and name == self.target.generated

    def _is_untyped(self, column: str, table: RowStream) -> bool:
        """Returns True for a column that goes into the dynamic field, and of which no type was given."""
        name = self.field_of(column, table)
        fields = {each.name for each in row_fields(self.target.schema)}
        is_cell = column not in table.plain and column not in self.types
        return bool(name) and name not in fields and name != DYNAMIC and is_cell

    def _is_index(self, column: str, table: RowStream) -> bool:
        """Returns True for an index of pandas that no field and no --map takes."""
        known = {*self.mapping, *(each.name for each in row_fields(self.target.schema))} if table.index else ()
        return column in table.index and column not in known

    def _read_cell(self, name: str, cell: str, decimal: str, kind: str) -> Any:
        """Returns the value of a text file's cell, of a type for the dynamic field if there is one. Raises BadValue."""
        fields = {each.name: each for each in row_fields(self.target.schema)}
        if kind and name not in fields:
            return typed([cell], name, kind, decimal)[0]
        return converted([cell], name, fields.get(name), TEXT_CELLS[decimal], name, exact=name in self.exact)[0]

    def _kept(self, value: Any, name: str, column: str, table: RowStream) -> Any:
        """Returns a value of a rejected row: of a cell its value, unless all of the row are cells of the file."""
        in_path = column in table.cells
        is_cell = column not in table.plain if table.text else in_path
        if is_cell and (table.plain or in_path):
            with suppress(BadValue):
                return self._read_cell(name, value, decimal_of(table, column), self.types.get(column, ""))
        return value

    def _with_columns(self, bad: RejectedRow, table: RowStream) -> RejectedRow:
        """Adds the field names for its cells to a rejected row of a text file."""
        if not table.text or bad.delimiter:
            return bad
        columns = [self.field_of(each, table) or "" for each in table.columns or () if each not in table.plain]
        return replace(
            bad, delimiter=table.delimiter, decimal=table.decimal, types=self._field_types(table), columns=columns
        )

    def _field_types(self, table: RowStream) -> list[tuple[str, str]]:
        """Returns the types of columns for the dynamic field, with their names in it."""
        return [(name, kind) for column, kind in self.types.items() if (name := self.field_of(column, table))]

    def rejected(self, chunk: Chunk, row: int, error: BadValue, table: RowStream) -> RejectedRow:
        """Returns a row that does not fit, with its values as they were read."""
        fields = {column: self.field_of(column, table) for column in chunk.columns if column not in self.filled}
        columns = {name: column for column, name in fields.items() if name is not None}
        sources = {self.mapping.get(column) or column: column for column in chunk.columns}
        columns |= {name: sources[name] for name in self.filling.needs if name in sources and name not in columns}
        reason = f"{error.reason} ({error.hint})" if error.hint and not error.field else error.reason
        values = {name: self._kept(chunk.columns[column][row], name, column, table) for name, column in columns.items()}
        if table.text:
            cells = [values[error.field]] if error.field in values else values.values()
            texts = [each for each in cells if isinstance(each, str)]
            reason = next((found for cell in texts if (found := cell_not_decoded(cell, table.encoding))), reason)
        field = columns.get(error.field, error.field)
        delimiter = "" if table.plain else table.delimiter
        return RejectedRow(
            chunk.lines[row],
            field,
            reason,
            values,
            delimiter=delimiter,
            decimal=table.decimal,
            types=self._field_types(table),
            unit=chunk.unit,
        )


def last_of_each(keys: Sequence[Any]) -> Sequence[int] | None:
    """Returns the index of the last row of each key, in order; None if all keys are distinct.

    Milvus 2.3 keeps all rows of an upsert that share a key.
    """
    if len(set(keys)) == len(keys):
        return None
    return sorted({key: row for row, key in enumerate(keys)}.values())


def last_rows(rows: Sequence[Mapping[str, Any]], key: str) -> Sequence[Mapping[str, Any]]:
    """Returns the rows without those superseded by a later row with the same key; every row has a key."""
    last = last_of_each([row[key] for row in rows])
    return rows if last is None else [rows[row] for row in last]


def sent_keys(columns: Sequence[FieldData], name: str) -> Sequence[Any]:
    """Returns the primary keys as encoded."""
    column = next((each for each in columns if each.field_name == name), None)
    return () if column is None else column.scalars.long_data.data or column.scalars.string_data.data


def _quoted_names(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))
