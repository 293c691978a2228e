"""Selects rows: fields, filter and consistency, one request at a time (see `cursor` for many)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..client.not_found import NOT_LOADED
from ..client.optional import Permitted, permitted, supported
from ..errors import CliError, InvalidInput, ServerRefused
from ..schema.column_checks import require_columns
from ..schema.nested import nested_names
from ..schema.schema import kind_of, pairs, primary_field, row_fields, type_name
from ..server.existence import exact_row_count, require_partitions, row_count
from ..text.consistency import CUSTOMIZED, guarantee
from ..text.counts import counted
from ..values.decode import decode_column, nested_columns
from ..values.dynamic import COUNT, DYNAMIC, Wanted, dynamic_key, dynamic_objects, is_count, names_in
from ..values.exact_json import exact_loads
from ..values.invalid import as_json
from ..values.unread import name_unread
from .changes import explaining_changes
from .elements import ELEMENTS, matching_elements
from .filter_errors import explaining_filter_errors
from .filters import one_of
from .freshness import STRONG, Freshness
from .text_match import require_match

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema, FieldData, FieldSchema

PAGE_SECONDS = 60.0
"""Deadline of a page unless the user chose one, in seconds; Milvus Lite takes some seconds for any."""

NO_PARAMS: Mapping[str, str] = {}

WHOLE_KEY = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)


@dataclass(frozen=True)
class Fields:
    """`asked` go to the server; `shown` are the columns, in order; with `flat`, dynamic keys follow them.

    `keys` are the columns that name dynamic keys like fields: at least one row must have them.
    """

    asked: tuple[str, ...]
    shown: tuple[str, ...]
    flat: bool
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Selection:
    """Rows of a collection, and their fields. Parameters of `filter` are already filled in.

    `consistency` and the hybrid `timestamp` are as for `guarantee`. `params` are further parameters of each query,
    `templates` values for the filter that the server fills in.
    """

    schema: CollectionSchema
    collection: str
    fields: Fields
    filter: str = ""
    partitions: tuple[str, ...] = ()
    consistency: str = "Strong"
    timestamp: int = 0
    params: Mapping[str, str] = field(default_factory=dict)
    namespace: str = ""
    templates: Mapping[str, Any] = field(default_factory=dict)

    @property
    def wanted(self) -> Wanted:
        """The dynamic keys that the selection names, none seen yet."""
        return Wanted(self.schema, self.fields.keys)

    @property
    def primary(self) -> FieldSchema:
        field = primary_field(self.schema)
        if field is None:
            raise CliError(f"{self.collection!r} has no primary field")
        return field


NEVER_FILLED = "loss raw data"
"""Milvus Lite 2.5's refusal to read vectors of a collection that has an index and has never had rows."""

NO_FILTERS = "Milvus Lite 2 refuses every filter on a collection with a partition key"

COUNTED = Fields((COUNT,), (COUNT,), flat=False)
"""The pseudo-field count(*)."""


def readable_fields(schema: CollectionSchema) -> list[str]:
    """Returns the fields of rows, without those that Milvus computes and does not return."""
    fields = [field.name for field in schema.fields if not field.is_function_output and not field.is_dynamic]
    return [*fields, *(struct.name for struct in schema.struct_array_fields)]


def chosen_fields(schema: CollectionSchema, text: str | None, *, counting: bool = False) -> Fields:
    """Parses `a,b`; `*` and an empty text mean all fields. With `counting`, `count(*)` alone is allowed.

    Raises CliError for a field that no row can have.
    """
    every = tuple(readable_fields(schema))
    names = names_in(text) or ["*"]
    if any(map(is_count, names)):
        return _count_field(names, counting=counting)
    known = [*every, *(field.name for field in schema.fields if field.is_function_output), *nested_names(schema)]
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


def _count_field(names: Sequence[str], *, counting: bool) -> Fields:
    if not counting:
        raise InvalidInput("count(*) is not a field of a row", hint="count; or query with --fields 'count(*)'")
    if len(names) > 1:
        raise InvalidInput("count(*) can't stand beside other fields", hint="--fields 'count(*)'")
    return COUNTED


def key_filter(selection: Selection, keys: Sequence[Any]) -> str:
    return one_of(selection.primary.name, keys)


@contextmanager
def explaining_selection_errors(selection: Selection) -> Iterator[None]:
    """Marks the error if the server refuses the selection's filter."""
    with explaining_filter_errors(selection.filter, selection.schema):
        yield


def page_deadline(client: Client) -> float:
    """Returns the deadline of a read of rows, in seconds."""
    return client.chosen_timeout or max(client.timeout, PAGE_SECONDS)


def refuses_filters(client: Client, schema: CollectionSchema) -> bool:
    """Reports whether the server can be Milvus Lite 2, and refuses filters on a collection of this schema."""
    return any(field.is_partition_key for field in schema.fields) and not client.version.text


def query(
    client: Client, selection: Selection, expression: str, *, params: Mapping[str, object], timestamp: int = 0
) -> Sequence[FieldData]:
    """Returns the columns of the rows that match an expression; `params` are limit, offset and the like.

    With a hybrid `timestamp` the rows are at least as recent as that, else as the selection says.
    """
    if expression and refuses_filters(client, selection.schema):
        raise CliError(NO_FILTERS, hint="read all rows, or copy the collection to Milvus Lite 3 (`help lite`)")
    try:
        answer = client.call(
            "Query",
            collection_name=selection.collection,
            expr=expression,
            output_fields=selection.fields.asked,
            partition_names=selection.partitions,
            query_params=pairs({**params, **selection.params}),
            **({"namespace": selection.namespace} if selection.namespace else {}),
            **({"expr_template_values": selection.templates} if selection.templates else {}),
            **(
                guarantee(CUSTOMIZED, timestamp) if timestamp else guarantee(selection.consistency, selection.timestamp)
            ),
            timeout=page_deadline(client),
        )
    except ServerRefused as exc:
        if NEVER_FILLED in exc.reason and exact_row_count(client, selection.collection) == 0:
            return []
        raise
    columns: Sequence[FieldData] = answer.fields_data
    with explaining_changes(client, selection.collection, selection.schema):
        require_columns(columns, selection.schema, selection.fields.asked)
    if selection.fields is not COUNTED:
        name_unread(columns, len(keys_of(columns, selection)))
    if answer.element_indices and ELEMENTS in selection.fields.shown:
        return [*columns, matching_elements(answer.element_indices)]
    return columns


def exact_count(client: Client, selection: Selection, *, timestamp: int = 0) -> int:
    """Returns the number of rows, counted by the server; rows with equal keys count separately."""
    with explaining_selection_errors(selection):
        columns = query(client, replace(selection, fields=COUNTED), selection.filter, params={}, timestamp=timestamp)
    return int(columns[0].scalars.long_data.data[0])


def strong_timestamp(client: Client, selection: Selection) -> int:
    """Returns the timestamp that all requests of a strong read share, so that only one waits; 0 if unsupported."""
    return server_timestamp(client) if selection.consistency == "Strong" else 0


def server_timestamp(client: Client) -> int:
    """Returns the server's hybrid timestamp of now; 0 if it tells none."""
    answer = permitted(supported, client.call, "AllocTimestamp")
    return int(answer.timestamp) if answer else 0


def as_of(timestamp: int) -> Freshness:
    """Returns the freshness of reads that see all rows written before a hybrid timestamp; Strong for 0."""
    return Freshness(CUSTOMIZED, timestamp) if timestamp else STRONG


def counted_by_statistics(client: Client, selection: Selection, permitted: Permitted) -> int | None:
    """Counts a collection or its partitions by statistics; None with a filter, which statistics ignore."""
    if selection.filter or selection.namespace:
        return None
    counts = [permitted(row_count, client, selection.collection, each) for each in selection.partitions or [""]]
    return None if None in counts else sum(each or 0 for each in counts)


def keys_of(columns: Sequence[FieldData], selection: Selection) -> list[Any]:
    """Returns the primary keys, in row order."""
    name = selection.primary.name
    column = next((each for each in columns if each.field_name == name), None)
    # An answer with rows has their keys: `query` checks that.
    if column is None:
        return []
    return list(column.scalars.long_data.data or column.scalars.string_data.data)


class Decoded:
    """The rows of a page, decoded column by column."""

    def __init__(self, columns: Sequence[FieldData], selection: Selection) -> None:
        self.keys = keys_of(columns, selection)
        asked = selection.fields.asked
        found = {each.field_name: decode_column(each) for each in columns if each.field_name in (*asked, ELEMENTS)}
        found |= nested_columns(columns, [name for name in asked if name not in found])
        nothing: list[Any] = [None] * len(self.keys)
        self.dynamic = dynamic_objects(found.get(DYNAMIC, nothing))
        self._columns = {name: values for name, values in found.items() if name != DYNAMIC}

    def dynamic_keys(self) -> list[str]:
        """Returns the dynamic keys of the rows, in order of appearance."""
        return list(dict.fromkeys(key for row in self.dynamic for key in row if not self._hides(key)))

    @property
    def has_hidden(self) -> bool:
        """True if a row has a dynamic key with the name of a field, which no column can show."""
        return any(self._hides(key) for row in self.dynamic for key in row)

    def rows(self, names: Sequence[str], *, rest: bool) -> Iterator[tuple[Any, ...]]:
        """Yields a row per key with the named fields, None where missing; `rest` adds an object of the other keys."""
        columns = [self._column(name) for name in names]
        for position, dynamic in enumerate(self.dynamic):
            row = tuple(column[position] for column in columns)
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
    fresh: Freshness = STRONG,
    counting: bool = False,
    params: Mapping[str, str] = NO_PARAMS,
    namespace: str = "",
) -> Selection:
    """Creates a selection after checking its names with the server. Raises ServerRefused or CliError for missing ones.

    `counting` as in `chosen_fields`.
    """
    schema = client.call("DescribeCollection", collection_name=collection).schema
    found = Selection(
        schema,
        collection,
        chosen_fields(schema, fields, counting=counting),
        filter,
        tuple(partitions),
        *fresh,
        params,
        namespace,
    )
    require_match(client, filter, schema)
    if partitions:
        require_partitions(client, collection, partitions)
    return found


def parse_keys(text: str, schema: CollectionSchema) -> list[Any]:
    """Parses primary keys separated by commas or newlines, as a JSON list, or as lines of JSON texts.

    Raises InvalidInput for invalid keys.
    """
    primary = primary_field(schema)
    whole = primary is not None and type_name(primary.data_type) == "INT64"
    try:
        values = exact_loads(text) if text.lstrip().startswith("[") else None
    except (ValueError, RecursionError) as exc:
        if whole:
            raise InvalidInput(f"--ids is not JSON: {exc}", hint="write it as 1,2,3 or [1, 2, 3]") from exc
        values = None
    if values is None:
        values = _json_texts(text)
    if values is None:
        values = [each.strip() for each in text.replace("\n", ",").split(",") if each.strip()]
    keys = [parse_key(each, schema) for each in values]
    if not keys:
        raise InvalidInput("no ids", hint="write them as --ids 1,2,3")
    return list(dict.fromkeys(keys))


def _json_texts(text: str) -> list[str] | None:
    """Returns the texts of JSON lines, as `check duplicates` writes keys; None if a line is anything else."""
    lines = [each.strip() for each in text.splitlines() if each.strip()]
    if not lines or not all(each.startswith('"') for each in lines):
        return None
    try:
        found = [exact_loads(each) for each in lines]
    except (ValueError, RecursionError):
        return None
    return found


def parse_key(value: Any, schema: CollectionSchema) -> Any:
    """Parses a primary key from text or JSON. Raises InvalidInput if it does not have the field's type."""
    field = primary_field(schema)
    kind = type_name(field.data_type) if field is not None else ""
    text = value if isinstance(value, str) else str(value) if type(value) is int else None
    if text is not None and kind != "INT64":
        return text
    # Longer numbers are no INT64, and Python refuses to parse very long ones.
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
    """Like `exact_count`; None if the collection is not loaded, or this user may not read it."""
    try:
        return permitted(exact_count, client, selection)
    except CliError as exc:
        if exc.server_code == NOT_LOADED:
            return None
        raise


def row_count_text(client: Client, collection: str) -> str:
    """Describes the number of rows: an exact count if the collection is loaded, else statistics, which lag."""
    with suppress(CliError):
        exact = permitted(exact_row_count, client, collection)
        if exact is not None:
            return counted(exact, "row")
    rows = permitted(row_count, client, collection)
    return f"{'? rows' if rows is None else counted(rows, 'row')} by its statistics"


def column_names(selection: Selection) -> tuple[str, ...]:
    """Returns the columns of a file; dynamic keys share one column, a JSON object per row."""
    shown = selection.fields.shown
    return (*shown, DYNAMIC) if selection.fields.flat and DYNAMIC not in shown else shown


def column_kind(selection: Selection, name: str) -> str:
    """Returns the type of a field, "" for a dynamic key."""
    if name == DYNAMIC:
        return "JSON"
    return next((kind_of(field) for field in row_fields(selection.schema) if field.name == name), "")
