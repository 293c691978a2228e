"""Whether what a server answered holds together. What does not is an InvalidAnswer, before anybody reads it.

Checks look at lengths and numbers, not at values, so that they cost a few microseconds a column. What this program
does not know (a new type, a new state) is not wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..client.failures import invalid
from .kinds import FIELD_TYPES, ValueShape, shape_of
from .schema import BITS, PRIMARY_TYPES, WIDTHS, all_fields, params, row_fields, type_name

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import (
        CollectionSchema,
        FieldData,
        FieldSchema,
        ScalarField,
        SearchResultData,
        VectorField,
    )

LARGEST_ROW = 64 << 20
"""Bytes of a vector that no message of a client can carry to Milvus, so that no collection has such vectors."""
LAST_MOMENT = 253_402_300_799_999
"""The end of the year 9999, in milliseconds."""
LONGEST_NUMBER = 19
"""Digits of an int64."""
COUNT = "count(*)"
SIZES = ("dim", "max_length", "max_capacity")

# What may hold values of a type, beside its own slot; on servers, as what clients send is another matter.
SLOTS: Mapping[str, frozenset[str]] = {
    **{name: frozenset({kind.slot}) for name, kind in FIELD_TYPES.items()},
    "GEOMETRY": frozenset({"geometry_data", "geometry_wkt_data", "string_data"}),
    "TIMESTAMPTZ": frozenset({"timestamptz_data", "string_data", "long_data"}),
    "ARRAY_OF_VECTOR": frozenset({"vector_array"}),
}
SMALL: Mapping[str, int] = {"INT8": 1 << 7, "INT16": 1 << 15}
"""Whole numbers that travel as larger ones, by the first that is none any more."""
DEFAULTS: Mapping[ValueShape, frozenset[str]] = {
    ValueShape.BOOLEAN: frozenset({"bool_data"}),
    ValueShape.TEXT: frozenset({"string_data"}),
    ValueShape.LITERAL: frozenset({"string_data", "timestamptz_data", "long_data"}),
    ValueShape.JSON: frozenset({"bytes_data", "string_data"}),
}
"""Slots of a field's default; of a number it is the type's own."""


class _Wrong(Exception):
    """What does not hold together."""


def check(method: str, fields: Mapping[str, Any], answer: Any) -> None:
    """Raises InvalidAnswer; `fields` are those of the request."""
    look = CHECKS.get(method)
    if look is None:
        return
    try:
        look(fields, answer)
    except _Wrong as exc:
        raise invalid(method, str(exc)) from None


def require_columns(columns: Sequence[FieldData], schema: CollectionSchema, names: Iterable[str]) -> None:
    """Raises InvalidAnswer where one of these is missing, or is not what the schema says. No rows have no columns."""
    by_name = {column.field_name: column for column in columns}
    if not any(map(_rows, columns)):
        return
    fields: dict[str, Any] = {field.name: field for field in row_fields(schema)}
    for name in names:
        column = by_name.get(name)
        if column is None:
            raise invalid("Query", f"column {name!r} was requested and is missing")
        if name in fields and (reason := _unlike(column, fields[name])):
            raise invalid("Query", f"column {name!r}: {reason}")


def _unlike(column: FieldData, field: Any) -> str:
    """What keeps a column from being that of a field; empty where nothing does."""
    from ..client.wire.schema_pb2 import FieldSchema

    if not isinstance(field, FieldSchema):
        return ""
    if column.type not in (0, field.data_type):
        return f"{type_name(column.type)} values for a field of type {type_name(field.data_type)}"
    dim = params(field.type_params).get("dim")
    if dim and column.WhichOneof("field") == "vectors" and column.vectors.dim not in (0, int(dim)):
        return f"dimension {column.vectors.dim} for a field of dimension {dim}"
    return ""


# Columns


def _rows(column: FieldData) -> int | None:
    """How many rows a column has; None where it is of a form that this program does not know."""
    found, valid = _values(column), column.valid_data
    if found is None or not valid:
        return found
    if found not in (len(valid), sum(valid)):
        raise _Wrong(f"column {column.field_name!r}: {found} values, and marks for {len(valid)} rows")
    return len(valid)


def _values(column: FieldData) -> int | None:
    content, kind = column.WhichOneof("field"), type_name(column.type)
    if content == "struct_arrays":
        return _structs(column)
    holder: ScalarField | VectorField = column.vectors if content == "vectors" else column.scalars
    slot = holder.WhichOneof("data")
    if slot is None:
        return None if content and shape_of(kind) is None else 0
    if kind in SLOTS and slot not in SLOTS[kind]:
        raise _Wrong(f"column {column.field_name!r}: {slot} for values of type {kind}")
    held: Any = getattr(holder, slot)
    if kind in SMALL and held.data and not -SMALL[kind] <= min(held.data) <= max(held.data) < SMALL[kind]:
        raise _Wrong(f"column {column.field_name!r}: a value that is no {kind}")
    try:
        return _dense(column.vectors, slot) if slot in DENSE else COUNTERS.get(slot, _data)(held)
    except _Wrong as exc:
        raise _Wrong(f"column {column.field_name!r}: {exc}") from None


def _data(held: Any) -> int:
    return len(held.data)


def _dense(vectors: VectorField, slot: str) -> int:
    """Rows of packed vectors."""
    held: Any = getattr(vectors, slot)
    numbers = len(held.data) if slot == "float_vector" else len(held)
    if not numbers:
        return 0
    bits = vectors.dim * (BITS if slot == "float_vector" else DENSE[slot])
    if vectors.dim <= 0 or bits % BITS or numbers % (bits // BITS):
        what = "numbers" if slot == "float_vector" else "bytes"
        raise _Wrong(f"{numbers} {what} for vectors of dimension {vectors.dim}")
    return numbers // (bits // BITS)


def _sparse(held: Any) -> int:
    if any(len(each) % 8 for each in held.contents):
        raise _Wrong("a sparse vector that is not pairs of 4 bytes each")
    return len(held.contents)


def _arrays(held: Any) -> int:
    """Of scalars: all of the type that is named."""
    kind = type_name(held.element_type)
    if kind in SLOTS:
        for row in held.data:
            slot = row.WhichOneof("data")
            if slot is not None and slot not in SLOTS[kind]:
                raise _Wrong(f"{slot} in an array of type {kind}")
    return len(held.data)


def _lists(held: Any) -> int:
    """Of vectors."""
    for row in held.data:
        slot = row.WhichOneof("data")
        if slot in DENSE:
            _dense(row, slot)
        elif slot == "sparse_float_vector":
            _sparse(row.sparse_float_vector)
        elif slot is not None:
            raise _Wrong(f"{slot} in a list of vectors")
    return len(held.data)


def _structs(column: FieldData) -> int | None:
    """Of a struct array: within a row all fields of the struct have as many elements."""
    fields, where = column.struct_arrays.fields, f"column {column.field_name!r}: "
    rows = _same_rows(fields, where)
    lengths = zip(*(_lengths(each) for each in fields), strict=True)
    if any(len(set(row)) > 1 for row in lengths):
        raise _Wrong(f"{where}fields of a struct with different numbers of elements")
    return rows


def _lengths(column: FieldData) -> list[int]:
    """Elements in each row of a field of a struct."""
    if column.WhichOneof("field") == "vectors":
        rows = column.vectors.vector_array.data
        return [_dense(row, slot) if (slot := row.WhichOneof("data")) in DENSE else 0 for row in rows]
    lists = column.scalars.array_data.data
    return [len(getattr(row, slot).data) if (slot := row.WhichOneof("data")) else 0 for row in lists]


DENSE: Mapping[str, int] = {FIELD_TYPES[name].slot: bits for name, bits in WIDTHS.items()}
"""Bits of a dimension, by slot."""
COUNTERS: Mapping[str, Callable[[Any], int]] = {
    "sparse_float_vector": _sparse,
    "array_data": _arrays,
    "vector_array": _lists,
}
"""What is not a plain list of values."""


def _same_rows(columns: Iterable[FieldData], where: str = "") -> int | None:
    """The number of rows that all columns have."""
    found: dict[str, int] = {}
    seen: set[str] = set()
    for column in columns:
        if column.field_name in seen:
            raise _Wrong(f"{where}two columns {column.field_name!r}")
        seen.add(column.field_name)
        rows = _rows(column)
        if rows is not None:
            found[column.field_name] = rows
    first = next(iter(found), "")
    other = next((name for name in found if found[name] != found[first]), None)
    if other is not None:
        raise _Wrong(f"{where}{found[first]} rows of {first!r} and {found[other]} of {other!r}")
    return found.get(first)


# Answers


def _query(fields: Mapping[str, Any], answer: Any) -> None:
    rows = _same_rows(answer.fields_data)
    if tuple(fields.get("output_fields", ())) != (COUNT,):
        return
    values = list(answer.fields_data[0].scalars.long_data.data[:1]) if rows == 1 else []
    if not values or values[0] < 0:
        raise _Wrong(f"{values[0] if values else 'nothing'} as a count")


def _search(fields: Mapping[str, Any], answer: Any) -> None:
    _hits(answer.results, fields.get("nq", 0))


def _hybrid(fields: Mapping[str, Any], answer: Any) -> None:
    legs = fields.get("requests", ())
    _hits(answer.results, legs[0].get("nq", 0) if legs else 0)


def _hits(results: SearchResultData, queries: int) -> None:
    """Ids, scores and columns of as many hits as `topks` says, for as many queries as were asked."""
    topks = results.topks
    count = sum(topks)
    if topks and (min(topks) < 0 or (queries and len(topks) != queries)):
        raise _Wrong(f"topks {list(topks[:5])} for {queries} queries")
    ids = len(results.ids.int_id.data) or len(results.ids.str_id.data)
    if ids != count or len(results.scores) != count:
        raise _Wrong(f"{ids} ids and {len(results.scores)} distances for {count} hits")
    rows = _same_rows(results.fields_data)
    if rows is not None and rows != count:
        raise _Wrong(f"columns of {rows} rows for {count} hits")


def _described(fields: Mapping[str, Any], answer: Any) -> None:
    _schema(answer.schema)
    _none_negative(answer, "shards_num", "num_partitions")
    if answer.created_utc_timestamp > LAST_MOMENT:
        raise _Wrong(f"created_utc_timestamp {answer.created_utc_timestamp} is after the year 9999")


def _schema(schema: CollectionSchema) -> None:
    names = [field.name for field in row_fields(schema)]
    double = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if double is not None:
        raise _Wrong(f"two fields {double!r}")
    primary = [field for field in schema.fields if field.is_primary_key]
    if len(primary) != 1:
        raise _Wrong(f"{len(primary) or 'no'} primary key fields among {len(names)} fields")
    if type_name(primary[0].data_type) not in PRIMARY_TYPES:
        raise _Wrong(f"primary key {primary[0].name!r} of type {type_name(primary[0].data_type)}")
    for field in all_fields(schema):
        _field(field)
    for function in schema.functions:
        unknown = [each for each in (*function.input_field_names, *function.output_field_names) if each not in names]
        if unknown:
            raise _Wrong(f"function {function.name!r} of a field {unknown[0]!r} that is not there")
        if not function.input_field_names or not function.output_field_names:
            raise _Wrong(f"function {function.name!r} without input or output")


def _field(field: FieldSchema) -> None:
    given = params(field.type_params)
    for key in SIZES:
        text = given.get(key)
        if text is not None and not _is_number(text):
            raise _Wrong(f"field {field.name!r}: {key} {text[:40]!r}")
    kind = type_name(field.element_type if type_name(field.data_type) == "ARRAY_OF_VECTOR" else field.data_type)
    if kind in WIDTHS:
        bits = int(given.get("dim", 0)) * WIDTHS[kind]
        if not 0 < bits <= LARGEST_ROW * BITS or bits % BITS:
            raise _Wrong(f"field {field.name!r}: dim {given.get('dim')} of a {kind}")
    _default(field, kind)


def _default(field: FieldSchema, kind: str) -> None:
    slot = field.default_value.WhichOneof("data")
    form = shape_of(kind)
    if slot is None or form is None:
        return
    fits = slot in DEFAULTS.get(form, frozenset({FIELD_TYPES[kind].slot} if kind in FIELD_TYPES else ()))
    if fits and slot == "bytes_data":
        try:
            json.loads(field.default_value.bytes_data)
        except (ValueError, RecursionError):
            fits = False
    if not fits:
        raise _Wrong(f"field {field.name!r}: a default that is no {kind}")


def _statistics(fields: Mapping[str, Any], answer: Any) -> None:
    for pair in answer.stats:
        if pair.key == "row_count" and not _is_number(pair.value):
            raise _Wrong(f"row_count {pair.value[:40]!r}")


def _indexes(fields: Mapping[str, Any], answer: Any) -> None:
    for each in answer.index_descriptions:
        _none_negative(each, "indexed_rows", "total_rows", "pending_index_rows", where=f"index {each.index_name!r}: ")


def _collections(fields: Mapping[str, Any], answer: Any) -> None:
    _percentages(answer.collection_names, answer.inMemory_percentages)


def _partitions(fields: Mapping[str, Any], answer: Any) -> None:
    ids, names = len(answer.partitionIDs), len(answer.partition_names)
    if ids not in (0, names):
        raise _Wrong(f"{ids} ids for {names} partitions")
    _percentages(answer.partition_names, answer.inMemory_percentages)


def _percentages(names: Sequence[str], found: Sequence[int]) -> None:
    if found and len(found) != len(names):
        raise _Wrong(f"{len(found)} percentages for {len(names)} names")
    _percent(found)


def _percent(found: Iterable[int]) -> None:
    beyond = next((each for each in found if not 0 <= each <= 100), None)
    if beyond is not None:
        raise _Wrong(f"{beyond} %")


def _progress(fields: Mapping[str, Any], answer: Any) -> None:
    _percent([answer.progress])


def _segments(fields: Mapping[str, Any], answer: Any) -> None:
    for each in answer.infos:
        counts = ("num_rows", "mem_size") if hasattr(each, "mem_size") else ("num_rows",)
        _none_negative(each, *counts, where=f"segment {each.segmentID}: ")


def _compaction(fields: Mapping[str, Any], answer: Any) -> None:
    _none_negative(answer, "executingPlanNo", "timeoutPlanNo", "completedPlanNo", "failedPlanNo")


def _group(fields: Mapping[str, Any], answer: Any) -> None:
    group = answer.resource_group
    _none_negative(group, "capacity", "num_available_node")
    for name in ("num_loaded_replica", "num_outgoing_node", "num_incoming_node"):
        if any(each < 0 for each in getattr(group, name).values()):
            raise _Wrong(f"negative {name}")


def _started(fields: Mapping[str, Any], answer: Any) -> None:
    if not answer.tasks:
        raise _Wrong("no task")


def _import(fields: Mapping[str, Any], answer: Any) -> None:
    _none_negative(answer, "row_count")
    percent = params(answer.infos).get("progress_percent", "")
    if percent and not (_is_number(percent) and int(percent) <= 100):
        raise _Wrong(f"progress_percent {percent[:40]!r}")


def _imports(fields: Mapping[str, Any], answer: Any) -> None:
    for each in answer.tasks:
        _import(fields, each)


def _mutation(fields: Mapping[str, Any], answer: Any) -> None:
    _none_negative(answer, "insert_cnt", "delete_cnt", "upsert_cnt")
    rows = fields.get("num_rows")
    if rows is not None and any(each >= rows for each in (*answer.succ_index, *answer.err_index)):
        raise _Wrong(f"it names rows beyond the {rows} that were sent")
    if answer.err_index:
        raise _Wrong(f"not all {rows} rows were written, and the server reports success")


def _inserted(fields: Mapping[str, Any], answer: Any) -> None:
    _written(fields, answer, "insert_cnt")


def _upserted(fields: Mapping[str, Any], answer: Any) -> None:
    _written(fields, answer, "upsert_cnt")


def _written(fields: Mapping[str, Any], answer: Any, name: str) -> None:
    """Servers count every row that they were sent, also those that share a key with another one."""
    _mutation(fields, answer)
    count, rows = getattr(answer, name), fields.get("num_rows")
    if rows is not None and count != rows:
        raise _Wrong(f"{name} {count} for {rows} rows")


def _none_negative(message: Any, *names: str, where: str = "") -> None:
    for name in names:
        if getattr(message, name) < 0:
            raise _Wrong(f"{where}{name} {getattr(message, name)}")


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= LONGEST_NUMBER


CHECKS: Mapping[str, Callable[[Mapping[str, Any], Any], None]] = {
    "DescribeCollection": _described,
    "DescribeIndex": _indexes,
    "DescribeResourceGroup": _group,
    "GetCollectionStatistics": _statistics,
    "GetCompactionState": _compaction,
    "GetImportState": _import,
    "GetLoadingProgress": _progress,
    "GetPartitionStatistics": _statistics,
    "GetPersistentSegmentInfo": _segments,
    "GetQuerySegmentInfo": _segments,
    "HybridSearch": _hybrid,
    "Import": _started,
    "Insert": _inserted,
    "Upsert": _upserted,
    "Delete": _mutation,
    "ListImportTasks": _imports,
    "Query": _query,
    "Search": _search,
    "ShowCollections": _collections,
    "ShowPartitions": _partitions,
}
"""By RPC. Others are of texts alone, which protobuf has checked, or of one number of which any will do."""
