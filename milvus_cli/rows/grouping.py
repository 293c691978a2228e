"""Queries whose rows the server groups, aggregates or orders: their fields, and their answers as tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..client.failures import invalid
from ..client.versions import lacks
from ..errors import InvalidInput
from ..result import Table
from ..schema.schema import require_scalars
from ..text.limits import HIGHEST_LIMIT
from ..text.names import missing_name
from ..values.decode import decode_column
from ..values.dynamic import is_count, names_in
from .ordering import ordered, ordering_fields
from .selection import Fields, Selection, chosen_fields, explaining_selection_errors, query

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema
    from .options import QueryOptions

AGGREGATE = re.compile(r"\s*(?P<function>count|sum|avg|min|max)\s*\(\s*(?P<field>\*|[^()]+?)\s*\)\s*", re.IGNORECASE)
FUNCTIONS = "count, sum, avg, min and max"


def is_grouped(options: QueryOptions) -> bool:
    """Reports whether the rows are groups: by --group-by, or by aggregates alone, other than a lone count(*)."""
    names = names_in(options.fields)
    aggregates = [each for each in names if AGGREGATE.fullmatch(each)]
    if options.group_by or not aggregates:
        return bool(options.group_by)
    return not (is_count(aggregates[0]) and len(aggregates) == 1)


def require_groups(client: Client, options: QueryOptions) -> None:
    """Raises InvalidInput for fields beside aggregates, if the server could group the rows by them."""
    names = names_in(options.fields)
    others = [each for each in names if not AGGREGATE.fullmatch(each)]
    aggregate = next((each for each in names if each not in others), None)
    if aggregate is None or not others or options.group_by or lacks("Query.group_by_fields", client.version):
        return
    by = "FIELD" if "*" in others else ",".join(dict.fromkeys(others))
    raise InvalidInput(f"{aggregate} beside {others[0]!r} needs --group-by", hint=f"--group-by {by}")


def require_grouping(client: Client, options: QueryOptions, limit: int | None, offset: int) -> None:
    """Raises CliError for what the server lacks, and InvalidInput for an order without a limit."""
    for given, operation in (
        (is_grouped(options), "Query.group_by_fields"),
        (options.order_by, "Query.order_by_fields"),
    ):
        if given and lacks(operation, client.version):
            raise client.unsupported(operation)
    if options.order_by and not limit and not is_grouped(options):
        raise InvalidInput("--order-by needs --limit: the server orders no more rows than that", hint="--limit 100")
    if (limit or 0) + offset > HIGHEST_LIMIT:
        raise InvalidInput(f"--limit and --offset make more than {HIGHEST_LIMIT:,} rows, the most that are ordered")


def group_names(schema: CollectionSchema, options: QueryOptions) -> list[str]:
    """Returns the columns: the fields to group by, then those of --fields. Raises CliError for a missing field."""
    names = names_in(",".join(options.group_by))
    chosen_fields(schema, ",".join(names) or None)
    require_scalars(schema, names, "--group-by")
    found = dict.fromkeys(names)
    for each in names_in(options.fields):
        aggregate = AGGREGATE.fullmatch(each)
        if aggregate is None and each not in names:
            raise InvalidInput(
                f"a group has no {each!r}, which is not grouped by", hint=f"--group-by {each}, or one of {FUNCTIONS}"
            )
        if aggregate and aggregate["field"] != "*":
            chosen_fields(schema, aggregate["field"])
        found[f"{aggregate['function'].lower()}({aggregate['field']})" if aggregate else each] = None
    return list(found)


def grouped_table(client: Client, options: QueryOptions, limit: int | None, offset: int) -> Table:
    """Returns a row per group, with the fields grouped by and the aggregates."""
    selection = options.without_fields().selection(client)
    names = group_names(selection.schema, options)
    _require_names(names, options.order_by)
    wanted: dict[str, object] = {} if limit is None else {"limit": limit}
    if offset:
        wanted["offset"] = offset
    params = {**wanted, **order_params(options)}
    if options.group_by:
        params["group_by_fields"] = ",".join(names_in(",".join(options.group_by)))
    with explaining_selection_errors(selection):
        columns = query(client, _plain(selection, names), selection.filter, params=params)
    values = {each.field_name: decode_column(each) for each in columns}
    # Without --group-by all rows are one group, which even an answer about no rows has.
    expected = names if values or not options.group_by else []
    missing = next((each for each in expected if each not in values), None)
    if missing is not None:
        raise invalid("Query", f"column {missing!r} was requested and is missing")
    return Table(names, _rows(values, names))


def _require_names(names: Sequence[str], order_by: Sequence[str]) -> None:
    """Raises InvalidInput for an order of groups by something that they don't have."""
    known = {each.replace(" ", "").lower(): each for each in names}
    for each in ordering_fields(order_by):
        if each.replace(" ", "").lower() not in known:
            raise missing_name("column", each, names, before="a group has ", error=InvalidInput)


def order_params(options: QueryOptions) -> dict[str, object]:
    return {"order_by_fields": ordered(options.order_by)} if options.order_by else {}


def _plain(selection: Selection, names: Sequence[str]) -> Selection:
    return replace(selection, fields=Fields(tuple(names), tuple(names), flat=False))


def _rows(values: dict[str, list[Any]], names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    return zip(*(values.get(name, []) for name in names), strict=True)
