"""Commands that put rows into a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..command import TEXT, collection_option, command, option
from ..errors import InvalidInput
from ..jsontext import parse_json
from ..result import Done
from ..types import PARTITION

if TYPE_CHECKING:
    from ..session import Session

ROW_HELP = "A row as a JSON object, or several as a list; @FILE reads a file, - standard input."


@command("insert row")
@collection_option
@option("--row", needed=True, type=TEXT, metavar="JSON", help=ROW_HELP)
@option("-p", "--partition", type=PARTITION, default="", metavar="NAME", help="Into this partition.")
def insert_row(session: Session, collection: str, row: str, partition: str) -> Done:
    """Insert a row, or several.

    \b
    Example: insert row -c book --row '{"id": 1, "title": "Emma", "vector": [0.1, 0.2, 0.3, 0.4]}'
    """
    return _write(session, "Insert", collection, row, partition)


@command("upsert row")
@collection_option
@option("--row", needed=True, type=TEXT, metavar="JSON", help=ROW_HELP)
@option("-p", "--partition", type=PARTITION, default="", metavar="NAME", help="Into this partition.")
def upsert_row(session: Session, collection: str, row: str, partition: str) -> Done:
    """Insert a row, or several, in place of those with the same primary key.

    \b
    Example: upsert row -c book --row '{"id": 1, "title": "Emma", "vector": [0.4, 0.3, 0.2, 0.1]}'
    """
    return _write(session, "Upsert", collection, row, partition)


def _write(session: Session, method: str, collection: str, text: str, partition: str) -> Done:
    from ..rpc.encode import encode_rows

    rows = _rows(text)
    schema = session.client.call("DescribeCollection", collection_name=collection).schema
    columns = encode_rows(rows, schema, upsert=method == "Upsert")
    answer = session.client.call(
        method, collection_name=collection, partition_name=partition, fields_data=columns, num_rows=len(rows)
    )
    ids = list(answer.IDs.int_id.data or answer.IDs.str_id.data)
    message = f"{method}ed {len(rows)} row{'' if len(rows) == 1 else 's'} into {collection!r}."
    return Done(message, {"collection": collection, "count": len(rows), "ids": ids})


def _rows(text: str) -> list[dict[str, Any]]:
    value = parse_json(text, "the row", 'write it as {"id": 1, …}')
    rows = value if isinstance(value, list) else [value]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput("a row is a JSON object, several are a list of objects")
    return rows
