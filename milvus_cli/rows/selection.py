"""Reads rows: which fields, by which filter, how fresh. One request at a time; many make a cursor."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..client.not_found import NOT_LOADED
from ..client.optional import Permitted, permitted
from ..errors import CliError, InvalidInput, Unsupported
from ..schema.column_checks import require_columns
from ..schema.schema import kind_of, pairs, primary_field, row_fields, type_name
from ..server.existence import require_partitions, row_count
from ..text.consistency import read_level
from ..values.decode import decode_column
from ..values.dynamic import COUNT, DYNAMIC, Wanted, dynamic_key, dynamic_objects, is_count, names_in
from ..values.exact_json import exact_loads
from ..values.invalid import as_json
from .filters import explained, one_of

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema, FieldData, FieldSchema

PAGE_SECONDS = 60.0
"""Seconds that a page of rows may take at the least: Milvus Lite needs some for any."""

WHOLE_KEY = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)


@dataclass(frozen=True)
class Fields:
    """`asked` of the server; `shown` are the columns, in order; `flat` when keys of the dynamic field follow them.

    `keys` are those columns that were named as fields are, and are keys of the dynamic field: some row must have them.
    """

    asked: tuple[str, ...]
    shown: tuple[str, ...]
    flat: bool
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Selection:
    """Which rows of a collection, and what of them. `filter` is as servers take it, parameters filled in."""

    schema: CollectionSchema
    collection: str
    fields: Fields
    filter: str = ""
    partitions: tuple[str, ...] = ()
    consistency: str = "Strong"

    @property
    def wanted(self) -> Wanted:
        """The keys of the dynamic field that it names, none of them seen yet."""
        return Wanted(self.schema, self.fields.keys)

    @property
    def primary(self) -> FieldSchema:
        field = primary_field(self.schema)
        if field is None:
            raise CliError(f"{self.collection!r} has no primary field")
        return field


COUNTED = Fields((COUNT,), (COUNT,), flat=False)
"""The one field that is no field of a row: how many rows there are."""


def readable_fields(schema: CollectionSchema) -> list[str]:
    """What rows have, less what Milvus computes and does not give back."""
    fields = [field.name for field in schema.fields if not field.is_function_output and not field.is_dynamic]
    return [*fields, *(struct.name for struct in schema.struct_array_fields)]


def chosen_fields(schema: CollectionSchema, text: str | None, *, counting: bool = False) -> Fields:
    """The fields of `a,b`; `*` and nothing are all. With `counting` it may be `count(*)` alone.

    Raises CliError for one that no row can have.
    """
    every = tuple(readable_fields(schema))
    names = names_in(text) or ["*"]
    if any(map(is_count, names)):
        return _counted(names, counting=counting)
    known = [*every, *(field.name for field in schema.fields if field.is_function_output)]
    keys = {name: key for name in names if name != "*" and (key := dynamic_key(schema, name, known)) is not None}
    flat = schema.enable_dynamic_field and "*" in names
    shown = tuple(dict.fromkeys(each for name in names for each in (every if name == "*" else (keys.get(name, name),))))
    asked = [name for name in shown if name in known]
    primary = primary_field(schema)
    if primary is not None and primary.name not in asked:
        asked.append(primary.name)
    if flat or keys or DYNAMIC in shown:
        asked.append(DYNAMIC)
    return Fields(tuple(asked), shown, flat, tuple(key for name, key in keys.items() if name == key))


def _counted(names: Sequence[str], *, counting: bool) -> Fields:
    if not counting:
        raise InvalidInput("count(*) is not a field of a row", hint="count; or query with --fields 'count(*)'")
    if len(names) > 1:
        raise InvalidInput("count(*) can't stand beside other fields", hint="--fields 'count(*)'")
    return COUNTED


def key_filter(selection: Selection, keys: Sequence[Any]) -> str:
    return one_of(selection.primary.name, keys)


@contextmanager
def understood(selection: Selection) -> Iterator[None]:
    """Within it, a refusal of the selection's filter shows the place."""
    with explained(selection.filter, readable_fields(selection.schema)):
        yield


def query(
    client: Client, selection: Selection, expression: str, *, params: Mapping[str, object], moment: int = 0
) -> Sequence[FieldData]:
    """The columns of the rows for which an expression holds; `params` are limit, offset and the like.

    With a `moment` (a hybrid timestamp) the rows are at least as fresh as that, else as the selection says.
    """
    answer = client.call(
        "Query",
        collection_name=selection.collection,
        expr=expression,
        output_fields=selection.fields.asked,
        partition_names=selection.partitions,
        query_params=pairs(dict(params)),
        consistency_level="Customized" if moment else selection.consistency,
        guarantee_timestamp=moment,
        timeout=max(client.timeout, PAGE_SECONDS),
    )
    columns: Sequence[FieldData] = answer.fields_data
    require_columns(columns, selection.schema, selection.fields.asked)
    return columns


def exact_count(client: Client, selection: Selection, *, moment: int = 0) -> int:
    """How many rows there are, counted by the server. A key that several rows have counts as often."""
    with understood(selection):
        columns = query(client, replace(selection, fields=COUNTED), selection.filter, params={}, moment=moment)
    return int(columns[0].scalars.long_data.data[0])


def moment_of(client: Client, selection: Selection) -> int:
    """The moment that every request of a strong read sees, so that one wait is enough; 0 where servers tell none."""
    if selection.consistency == "Strong":
        with suppress(Unsupported):
            return int(client.call("AllocTimestamp").timestamp)
    return 0


def counted_by_statistics(client: Client, selection: Selection, permitted: Permitted) -> int | None:
    """Of the collection or its partitions; statistics know no filter."""
    if selection.filter:
        return None
    counts = [permitted(row_count, client, selection.collection, each) for each in selection.partitions or [""]]
    return None if None in counts else sum(each or 0 for each in counts)


def keys_of(columns: Sequence[FieldData], selection: Selection) -> list[Any]:
    """The primary keys, in the order of the rows."""
    name = selection.primary.name
    column = next((each for each in columns if each.field_name == name), None)
    # Where rows came, their keys did: `query` has seen to it.
    if column is None:
        return []
    return list(column.scalars.long_data.data or column.scalars.string_data.data)


class Decoded:
    """The rows of a page, decoded column by column."""

    def __init__(self, columns: Sequence[FieldData], selection: Selection) -> None:
        self.keys = keys_of(columns, selection)
        found = {each.field_name: decode_column(each) for each in columns if each.field_name in selection.fields.asked}
        nothing: list[Any] = [None] * len(self.keys)
        self.dynamic = dynamic_objects(found.get(DYNAMIC, nothing))
        self._columns = {name: values for name, values in found.items() if name != DYNAMIC}

    def dynamic_keys(self) -> list[str]:
        """What the rows have beside their fields, in the order in which it comes."""
        return list(dict.fromkeys(key for row in self.dynamic for key in row if not self._hides(key)))

    @property
    def has_hidden(self) -> bool:
        """Whether a row has a key that no column can show, as a field has its name."""
        return any(self._hides(key) for row in self.dynamic for key in row)

    def rows(self, names: Sequence[str], *, rest: bool) -> Iterator[tuple[Any, ...]]:
        """A row for each key: the named fields, None where a row has none; with `rest` the object of what they miss."""
        columns = [self._column(name) for name in names]
        for place, dynamic in enumerate(self.dynamic):
            row = tuple(column[place] for column in columns)
            if rest:
                yield (*row, {key: dynamic[key] for key in dynamic if key not in names or self._hides(key)} or None)
            else:
                yield row

    def _hides(self, key: str) -> bool:
        return key in self._columns or key == DYNAMIC

    def _column(self, name: str) -> Sequence[Any]:
        if name == DYNAMIC:
            return self.dynamic
        return self._columns[name] if name in self._columns else [row.get(name) for row in self.dynamic]


def selected(
    client: Client,
    collection: str,
    *,
    fields: str | None = None,
    filter: str = "",
    partitions: Sequence[str] = (),
    consistency: str = "Strong",
    counting: bool = False,
) -> Selection:
    """Checks what was named, with the server. Raises ServerRefused or CliError for what is not there.

    `counting` is of `chosen_fields`.
    """
    schema = client.call("DescribeCollection", collection_name=collection).schema
    found = Selection(
        schema,
        collection,
        chosen_fields(schema, fields, counting=counting),
        filter,
        tuple(partitions),
        read_level(consistency),
    )
    if partitions:
        require_partitions(client, collection, partitions)
    return found


def parse_keys(text: str, selection: Selection) -> list[Any]:
    """Primary keys with commas or line ends between, or a JSON list. Raises InvalidInput for what is no key."""
    whole = type_name(selection.primary.data_type) == "INT64"
    try:
        values = exact_loads(text) if text.lstrip().startswith("[") else None
    except (ValueError, RecursionError) as exc:
        if whole:
            raise InvalidInput(f"--ids is not JSON: {exc}", hint="write it as 1,2,3 or [1, 2, 3]") from exc
        values = None
    if values is None:
        values = [each.strip() for each in text.replace("\n", ",").split(",") if each.strip()]
    keys = [parse_key(each, selection.schema) for each in values]
    if not keys:
        raise InvalidInput("no ids", hint="write them as --ids 1,2,3")
    return list(dict.fromkeys(keys))


def parse_key(value: Any, schema: CollectionSchema) -> Any:
    """A primary key from text or JSON. Raises InvalidInput for what is none of the field's type."""
    field = primary_field(schema)
    kind = type_name(field.data_type) if field is not None else ""
    text = value if isinstance(value, str) else str(value) if type(value) is int else None
    if text is not None and kind != "INT64":
        return text
    # More digits than INT64 has are not worth being read: Python refuses very many.
    if text is not None and WHOLE_KEY.fullmatch(text.strip()) and -(2**63) <= int(text) < 2**63:
        return int(text)
    given = repr(value[:60]) if isinstance(value, str) else as_json(value)[:60]
    name = field.name if field is not None else ""
    raise InvalidInput(
        f"invalid id {given}: primary key {name!r} of {schema.name!r} is {kind}",
        hint="write ids as 1,2,3" if kind == "INT64" else 'write ids as ["a","b"]',
    )


def with_keys(selection: Selection, keys: Sequence[Any]) -> Selection:
    return replace(selection, filter=key_filter(selection, keys))


def count_if_loaded(client: Client, selection: Selection) -> int | None:
    """As `exact_count`, None where the collection is not loaded, or this user may not read it."""
    try:
        return permitted(exact_count, client, selection)
    except CliError as exc:
        if exc.server_code == NOT_LOADED:
            return None
        raise


def rows_told(client: Client, collection: str) -> str:
    """How many rows a collection has, in words: counted where it is loaded, else by the statistics, which lag."""
    with suppress(CliError):
        counted = count_if_loaded(client, selected(client, collection))
        if counted is not None:
            return f"{counted} row{'' if counted == 1 else 's'}"
    rows = permitted(row_count, client, collection)
    return f"{'?' if rows is None else rows} rows by its statistics"


def column_names(selection: Selection) -> tuple[str, ...]:
    """Of a file with columns: what the schema does not name is one column, a JSON object a row."""
    shown = selection.fields.shown
    return (*shown, DYNAMIC) if selection.fields.flat and DYNAMIC not in shown else shown


def column_kind(selection: Selection, name: str) -> str:
    """The type of a field; "" of a key of the dynamic field."""
    if name == DYNAMIC:
        return "JSON"
    return next((kind_of(field) for field in row_fields(selection.schema) if field.name == name), "")
