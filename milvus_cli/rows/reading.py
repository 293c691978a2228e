"""Reads rows of a collection as tables, by filter or by keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..client.optional import Permitted
from ..errors import CliError, InvalidInput
from ..result import Record, Table
from ..schema.schema import require_scalars
from ..text.limits import HIGHEST_LIMIT
from ..values.dynamic import DYNAMIC, Wanted
from .cursor import Cursor, row_bytes, rows_at_once
from .grouping import grouped_table, is_grouped, order_params, require_grouping, require_groups
from .ordering import ordering_fields
from .selection import (
    COUNTED,
    Decoded,
    Selection,
    chosen_fields,
    counted_by_statistics,
    exact_count,
    explaining_selection_errors,
    key_filter,
    keys_of,
    parse_keys,
    query,
    strong_timestamp,
)

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData
    from .options import QueryOptions, RowOptions

KEYS_AT_ONCE = 5_000
MISSING_SHOWN = 10
LARGEST_ANSWER = 32 << 20
"""Approximate bytes; larger answers are read page by page."""


def count_record(client: Client, options: RowOptions, note: Callable[[str], None]) -> Record:
    """The rows as counted by a query, and by the statistics; notes what this user may not see."""
    selection = options.selection(client)
    exact = exact_count(client, selection)
    permitted = Permitted()
    statistics = counted_by_statistics(client, selection, permitted)
    permitted.tell(note)
    return Record({"collection": options.collection, "exact": exact, "statistics": statistics})


def rows_by_ids(client: Client, options: RowOptions, ids: str) -> Table:
    """The rows of the primary keys in a text, as `rows_by_key` returns them."""
    selection = options.selection(client)
    return rows_by_key(client, selection, parse_keys(ids, selection.schema))


def selected_rows(
    client: Client, options: RowOptions, *, limit: int | None = None, offset: int = 0, batch: int | None = None
) -> Table:
    """The rows that options select, as `rows_of` returns them."""
    return rows_of(client, options.selection(client, counting=True), limit=limit, offset=offset, batch=batch)


def queried_rows(client: Client, options: QueryOptions, *, limit: int | None = None, offset: int = 0) -> Table:
    """The rows of `query`, which the server may group or order."""
    require_groups(client, options)
    if not (options.order_by or is_grouped(options)):
        return selected_rows(client, options, limit=limit, offset=offset)
    require_grouping(client, options, limit, offset)
    if is_grouped(options):
        return grouped_table(client, options, limit, offset)
    selection = options.selection(client)
    ordering = ordering_fields(options.order_by)
    chosen_fields(selection.schema, ",".join(ordering))
    require_scalars(selection.schema, ordering, "--order-by")
    params = {"limit": limit, "offset": offset, **order_params(options)}
    with explaining_selection_errors(selection):
        columns = query(client, selection, selection.filter, params=params)
    return _rows_table(selection, iter([Decoded(columns, selection)]), selection.wanted)


def rows_of(
    client: Client, selection: Selection, *, limit: int | None = None, offset: int = 0, batch: int | None = None
) -> Table:
    """Returns the rows of a selection, holding one page in memory at a time.

    Dynamic keys of the first page become columns; those of later pages, and those with the name of a field, go into a
    last column `$meta`. The table's failure reports a requested dynamic key that no row had.
    """
    if selection.fields is COUNTED:
        return _count_table(client, selection, limit, offset)
    wanted = selection.wanted
    # Milvus Lite returns all rows of a filter that is a list of keys, whatever the limit and the offset.
    skips = bool(offset) and client.version.is_lite
    if limit and batch is None and not skips and _is_one_answer(selection, limit, offset):
        with explaining_selection_errors(selection):
            columns = query(client, selection, selection.filter, params={"limit": limit, "offset": offset})
        table = _rows_table(selection, iter([Decoded(columns, selection)]), wanted)
        return table._replace(rows=islice(iter(table.rows), limit))
    whole = _small_result(client, selection) if batch is None else None
    if whole is not None:
        table = _rows_table(selection, iter([Decoded(whole, selection)]), wanted)
    else:
        pages = Cursor(client, selection, rows=batch).pages()
        table = _rows_table(selection, (Decoded(page.columns, selection) for page in pages), wanted)
    stop = None if limit is None else offset + limit
    return table._replace(rows=islice(iter(table.rows), offset, stop))


def _count_table(client: Client, selection: Selection, limit: int | None, offset: int) -> Table:
    if limit is not None or offset:
        raise InvalidInput("count(*) counts all rows, and takes no --limit and no --offset")
    return Table(selection.fields.shown, [(exact_count(client, selection),)])


def rows_by_key(client: Client, selection: Selection, keys: Sequence[Any]) -> Table:
    """Returns rows in the order of the keys. The failure of the table names missing keys; it is raised if all are."""
    parts = (keys[start : start + KEYS_AT_ONCE] for start in range(0, len(keys), KEYS_AT_ONCE))
    decoded = []
    for part in parts:
        with explaining_selection_errors(selection):
            decoded.append(Decoded(query(client, selection, key_filter(selection, part), params={}), selection))
    wanted = selection.wanted
    table = _rows_table(selection, iter(decoded), wanted)
    found = dict(zip(chain.from_iterable(each.keys for each in decoded), table.rows, strict=True))
    missing = [key for key in keys if key not in found]
    failure = _not_found(selection, missing) if missing else wanted.failure()
    if failure is not None and not found:
        raise failure
    return Table(table.columns, [found[key] for key in keys if key in found], failure=failure)


def _small_result(client: Client, selection: Selection) -> Sequence[FieldData] | None:
    """Returns all rows if they are few, in the order of a limited query, which on Milvus Lite is not by key."""
    limit, timestamp = rows_at_once(selection), strong_timestamp(client, selection)
    with explaining_selection_errors(selection):
        columns = query(client, selection, selection.filter, params={"limit": limit}, timestamp=timestamp)
    rows = len(keys_of(columns, selection))
    # Of rows with equal keys Milvus 2.3 shows one, but counts all to the limit.
    is_whole = rows < limit and (not rows or exact_count(client, selection, timestamp=timestamp) <= rows)
    return columns if is_whole else None


def _is_one_answer(selection: Selection, limit: int, offset: int) -> bool:
    return offset + limit <= HIGHEST_LIMIT and limit * row_bytes(selection) <= LARGEST_ANSWER


def _not_found(selection: Selection, keys: Sequence[Any]) -> CliError:
    names = ", ".join(map(repr, keys[:MISSING_SHOWN])) + (", …" if len(keys) > MISSING_SHOWN else "")
    word = "row" if len(keys) == 1 else "rows"
    return CliError(
        f"{word} {names} not found in {selection.collection!r}",
        hint=f"{len(keys)} ids are missing" if len(keys) > 1 else "",
    )


def _rows_table(selection: Selection, pages: Iterator[Decoded], wanted: Wanted) -> Table:
    """Reads no further than needed to know the columns. All rows read are shown to `wanted`."""
    shown, pages = selection.fields.shown, _seen(pages, wanted)
    first = list(islice(pages, 2 if selection.fields.flat else 1))
    if not selection.fields.flat:
        plain = chain.from_iterable(page.rows(shown, rest=False) for page in chain(first, pages))
        return Table(shown, plain, failure=wanted.failure)
    keys = list(dict.fromkeys(key for page in first for key in page.dynamic_keys() if key not in shown))
    rest = DYNAMIC not in shown and (len(first) > 1 or any(page.has_hidden for page in first))
    columns = (*shown, *keys, *([DYNAMIC] if rest else []))
    rows = (page.rows((*shown, *keys), rest=rest) for page in chain(first, pages))
    return Table(columns, chain.from_iterable(rows), failure=wanted.failure)


def _seen(pages: Iterator[Decoded], wanted: Wanted) -> Iterator[Decoded]:
    for page in pages:
        wanted.see(page.dynamic)
        yield page
