"""Writes rows that a command line gives as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import InvalidInput
from ..result import Done
from ..rows.readback import Sent
from ..rows.writing import WriteTarget
from ..schema.features import require_types
from ..server.existence import require_partition_to_write
from ..session.session import Session
from ..text.counts import counted
from ..text.json import parse_json
from ..values.encode import encode_rows, to_columns
from ..values.exact_json import exact_loads
from ..values.lite_json import refuse_changed
from .intake import last_rows
from .sender import replaced_note, write_once

Rows = Sequence[dict[str, Any]]


def write_rows(session: Session, collection: str, text: str | None, partition: str, *, upsert: bool) -> Done:
    """Inserts or upserts the rows of a JSON text."""
    if text is None:
        raise InvalidInput("missing row", hint="--row '{\"id\": 1, …}'")
    rows = _parsed(text)
    schema = session.client.call("DescribeCollection", collection_name=collection).schema
    require_types(session.client, schema)
    require_partition_to_write(session.client, collection, partition)
    target = WriteTarget(collection, partition, schema, upsert, session.client.version.is_lite)
    sent = _encoded(target, rows)
    written = write_once(session.client, sent, seconds=session.timeout)
    if written.replaced:
        session.console.note(replaced_note(written.replaced))
    message = f"{target.verb}ed {counted(sent.rows, 'row')} into {collection!r}"
    superseded = len(rows) - sent.rows
    message += f"; {superseded:,} superseded by later rows of their key" if superseded else ""
    return Done(f"{message}.", {"collection": collection, "count": sent.rows, "ids": list(written.keys)})


def _encoded(target: WriteTarget, rows: Rows) -> Sent:
    """The rows as columns. An upsert keeps the last row of each key, but every row must be valid."""
    columns = encode_rows(rows, target.schema, upsert=target.upsert)
    if target.lite:
        refuse_changed(to_columns(rows), target.schema)
    kept = last_rows(rows, target.key) if target.upsert else rows
    if len(kept) < len(rows):
        columns = encode_rows(kept, target.schema, upsert=True)
    return Sent(target, columns, len(kept))


def _parsed(text: str) -> Rows:
    value = parse_json(text, "the row", 'write it as {"id": 1, …}', loads=exact_loads)
    rows = value if isinstance(value, list) else [value]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput("a row is a JSON object, several are a list of objects")
    return rows
