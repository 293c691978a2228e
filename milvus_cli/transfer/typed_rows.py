"""Writes rows that a command line gives as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..errors import CliError, InvalidInput
from ..result import Done
from ..rows.readback import Sent
from ..rows.write_target import WriteTarget
from ..schema.features import require_types
from ..schema.schema import kind_of, row_fields
from ..server.existence import require_partition_to_write
from ..session.session import Session
from ..text.counts import counted
from ..text.json import parse_json
from ..text.names import missing_name
from ..values.encode import encode_rows, to_columns
from ..values.exact_json import exact_loads
from ..values.invalid import BadValue
from .intake import last_rows
from .merging import new_patterns, repeated_keys
from .sender import replaced_note, write_once

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema

Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class UpsertOptions:
    """Options of `upsert row`. `appended` and `removed` name arrays; they make the upsert a partial one."""

    collection: str
    row: str | None = None
    partition: str = ""
    partial: bool = False
    appended: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def operations(self) -> dict[str, str]:
        """The operations on arrays, by field. Raises InvalidInput for two on one field."""
        both = set(self.appended) & set(self.removed)
        if both:
            raise InvalidInput(f"--append and --remove are given for {min(both)!r}", hint="upsert the row twice")
        return {**dict.fromkeys(self.appended, "ARRAY_APPEND"), **dict.fromkeys(self.removed, "ARRAY_REMOVE")}


def insert_rows(session: Session, collection: str, text: str | None, partition: str) -> Done:
    """Inserts the rows of a JSON text."""
    rows = _parsed(text)
    return _write(session, WriteTarget(collection, partition, _schema(session, collection)), rows)


def upsert_rows(session: Session, options: UpsertOptions) -> Done:
    """Upserts the rows of a JSON text; a partial upsert keeps values of existing rows that it leaves out."""
    rows, operations, client = _parsed(options.row), options.operations, session.client
    partial = options.partial or bool(operations)
    if partial:
        client.require("Upsert.partial_update")
    if operations:
        client.require("Upsert.field_ops")
        if client.version.is_lite:
            raise client.unsupported("Upsert.field_ops")
    schema = _schema(session, options.collection)
    _require_arrays(schema, rows, operations)
    target = WriteTarget(
        options.collection, options.partition, schema, upsert=True, partial=partial, operations=operations
    )
    return _write(session, target, rows)


def _schema(session: Session, collection: str) -> CollectionSchema:
    schema: CollectionSchema = session.client.call("DescribeCollection", collection_name=collection).schema
    require_types(session.client, schema)
    return schema


def _write(session: Session, target: WriteTarget, rows: Rows) -> Done:
    """Checks all rows before it sends the first."""
    require_partition_to_write(session.client, target.collection, target.partition)
    version = session.client.version
    target = replace(target, lite=version.is_lite, pastes_keys=version.pastes_keys)
    starts = _starts(target, rows)
    parts = [(start, rows[start:stop]) for start, stop in pairwise([*starts, len(rows)])]
    requests = [_encoded(target, part, start) for start, part in parts]
    count, replaced = 0, 0
    keys: list[Any] = []
    for sent in requests:
        try:
            written = write_once(session.client, sent, seconds=session.timeout)
        except CliError as exc:
            raise exc.with_context(suffix=f"{counted(count, 'row')} before it are in") if count else exc from exc
        count, replaced = count + sent.rows, replaced + written.replaced
        keys += written.keys
    if replaced:
        session.console.note(replaced_note(target.collection, replaced))
    message = f"{target.verb}ed {counted(count, 'row')} into {target.collection!r}"
    superseded = len(rows) - count
    message += f"; {superseded:,} superseded by later rows of their key" if superseded else ""
    return Done(f"{message}.", {"collection": target.collection, "count": count, "ids": keys})


def _starts(target: WriteTarget, rows: Rows) -> list[int]:
    """Returns the rows at which a request begins: one, except for a partial upsert of rows that can't be in one."""
    if not target.partial:
        return [0]
    fields = {each.name for each in row_fields(target.schema)}
    columns = [values for name, values in to_columns(rows).items() if name in fields]
    keys = [row.get(target.key) for row in rows]
    return sorted({0, *new_patterns(columns, len(rows)), *repeated_keys(list(map(str, keys)))})


def _require_arrays(schema: CollectionSchema, rows: Rows, operations: Mapping[str, str]) -> None:
    """Raises InvalidInput for an operation on a field that is no array, or that no row has."""
    kinds = {each.name: kind_of(each) for each in row_fields(schema)}
    for name in operations:
        if name not in kinds:
            raise missing_name("field", name, kinds, after=f" in {schema.name!r}", error=InvalidInput)
        if kinds[name] != "ARRAY":
            raise InvalidInput(f"field {name!r} is {kinds[name]}, not ARRAY", hint="--partial replaces its value")
        if not any(name in row for row in rows):
            raise InvalidInput(f"no row has values of {name!r}", hint=f'write {{"{name}": [1, 2], …}}')


def _encoded(target: WriteTarget, rows: Rows, start: int) -> Sent:
    """The rows as columns, the first of them row `start`. An upsert keeps the last row of each key, but checks all.

    Raises InvalidInput.
    """
    try:
        columns = encode_rows(rows, target.schema, upsert=target.upsert, partial=target.partial)
    except BadValue as exc:
        raise BadValue(start + exc.row, exc.field, exc.reason, hint=exc.hint) from None
    target.refuse_misread(to_columns(rows))
    kept = last_rows(rows, target.key) if target.upsert and not target.partial else rows
    if len(kept) < len(rows):
        columns = encode_rows(kept, target.schema, upsert=True)
    given = {name for row in rows for name in row}
    operations = {name: each for name, each in target.operations.items() if name in given}
    return Sent(replace(target, operations=operations), columns, len(kept))


def _parsed(text: str | None) -> Rows:
    if text is None:
        raise InvalidInput("missing row", hint="--row '{\"id\": 1, …}'")
    value = parse_json(text, "the row", 'write it as {"id": 1, …}', loads=exact_loads)
    rows = value if isinstance(value, list) else [value]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput("a row is a JSON object, several are a list of objects")
    return rows
