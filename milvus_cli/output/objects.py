"""Results as the values that programs get, and what a JMESPath expression selects of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from ..errors import CliError
from ..result import Document, Done, Picture, Record, Report, Shown, Table, Text, Value


class Query(Protocol):
    """A compiled expression."""

    def search(self, value: Value) -> Value: ...


def compiled(expression: str) -> Query:
    """Compiles a JMESPath expression. Raises ValueError, with a place in the expression, if it can't be parsed."""
    import jmespath

    try:
        query: Query = jmespath.compile(expression)
    except ValueError as exc:
        reason = str(exc).removeprefix("Invalid jmespath expression: ")
        raise ValueError(reason[:1].lower() + reason[1:]) from exc
    return query


def object_of(result: Record | Report | Done) -> dict[str, Value]:
    """Returns the one object that a result is."""
    if isinstance(result, Done):
        return {"message": result.message, **result.made}
    if isinstance(result, Report):
        return {**result.values, **{part.key: [dict(each) for each in part.items] for part in result.sections}}
    return {**result.values, "sources": dict(result.sources)} if result.sources else dict(result.values)


def value_of(result: Shown) -> Value:
    """Returns what the JSON of a result has."""
    if isinstance(result, Picture):
        return value_of(result.table)
    if isinstance(result, Table):
        return [dict(zip(result.columns, row, strict=True)) for row in result.rows]
    if isinstance(result, Document):
        return result.value
    if isinstance(result, Text):
        return dict(result.values) or result.text
    return object_of(result)


def selected(result: Shown, query: Query, output: str) -> Iterator[Shown]:
    """Returns what a query selects of a result, as results to be written one after the other. Raises CliError."""
    value = value_of(result)
    try:
        found = query.search(value)
    except ValueError as exc:
        raise CliError(f"can't filter the result by --query: {exc}", hint="see jmespath.org for its functions") from exc
    if output in ("json", "yaml"):
        yield Document(found)
    elif output == "jsonl":
        yield from map(Document, found if isinstance(found, list) else [found])
    else:
        yield _table(found if isinstance(found, list) else [found])


def table_of(items: Sequence[Value]) -> Table:
    """Returns a table of objects, with the keys of all of them, or of single values."""
    if items and all(isinstance(each, dict) for each in items):
        columns = list(dict.fromkeys(key for each in items for key in each))
        return Table(columns, [[each.get(key) for key in columns] for each in items])
    return Table(("value",), [(each,) for each in items], bare=True)


def _table(rows: list[Any]) -> Table:
    """Returns a table of objects with the same keys; a bare one of lists with the same length, or of single values."""
    shapes = {tuple(row) if isinstance(row, dict) else len(row) if isinstance(row, list) else None for row in rows}
    shape = shapes.pop() if len(shapes) == 1 else None
    if isinstance(shape, tuple):
        return Table(shape, [tuple(row.values()) for row in rows])
    if shape:
        return Table([f"value{number}" for number in range(1, shape + 1)], rows, bare=True)
    return Table(("value",), [(row,) for row in rows], bare=True)
