"""Checks that an answer is consistent with itself and with its request, before any caller reads it.

Checks look at lengths and numbers, not at values, so that they cost a few microseconds a column. Unknown types and
states of a newer server are accepted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..client.failures import invalid
from .column_checks import Inconsistent, same_rows
from .kinds import FIELD_TYPES, ValueShape, shape_of
from .schema import BITS, PRIMARY_TYPES, WIDTHS, all_fields, params, row_fields, type_name
from .undescribed import add_undescribed

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import (
        CollectionSchema,
        FieldSchema,
        SearchResultData,
    )

LARGEST_ROW = 64 << 20
"""Bytes of a vector that no client's message can carry: no collection has longer vectors."""
LAST_MOMENT = 253_402_300_799_999
"""End of the year 9999, in milliseconds since 1970."""
LONGEST_NUMBER = 19
"""Digits of the largest int64."""
COUNT = "count(*)"
SIZES = ("dim", "max_length", "max_capacity")

DEFAULTS: Mapping[ValueShape, frozenset[str]] = {
    ValueShape.BOOLEAN: frozenset({"bool_data"}),
    ValueShape.TEXT: frozenset({"string_data"}),
    ValueShape.LITERAL: frozenset({"string_data", "timestamptz_data", "long_data"}),
    ValueShape.JSON: frozenset({"bytes_data", "string_data"}),
}
"""Slots that may hold a field's default; numbers use the slot of their type."""


def check(method: str, fields: Mapping[str, Any], answer: Any) -> None:
    """Raises InvalidAnswer for an inconsistent answer; `fields` are those of the request."""
    look = CHECKS.get(method)
    if look is None:
        return
    try:
        look(fields, answer)
    except Inconsistent as exc:
        raise invalid(method, str(exc)) from None


def _query(fields: Mapping[str, Any], answer: Any) -> None:
    rows = same_rows(answer.fields_data)
    if answer.element_indices and len(answer.element_indices) != rows:
        raise Inconsistent(f"elements of {len(answer.element_indices)} rows for {rows} rows")
    if tuple(fields.get("output_fields", ())) != (COUNT,):
        return
    values = list(answer.fields_data[0].scalars.long_data.data[:1]) if rows == 1 else []
    if not values or values[0] < 0:
        raise Inconsistent(f"{values[0] if values else 'nothing'} as a count")


def _search(fields: Mapping[str, Any], answer: Any) -> None:
    _hits(answer.results, fields.get("nq", 0))
    _limited(answer.results, fields.get("search_params", ()), "topk")


def _hybrid(fields: Mapping[str, Any], answer: Any) -> None:
    legs = fields.get("requests", ())
    _hits(answer.results, legs[0].get("nq", 0) if legs else 0)
    _limited(answer.results, fields.get("rank_params", ()), "limit")


def _limited(results: SearchResultData, asked: Iterable[Mapping[str, str]], name: str) -> None:
    """Requires no more hits of a query than its limit; buckets of hits have limits of their own."""
    given = {each["key"]: each["value"] for each in asked}
    limit = int(given.get(name, 0)) * int(given.get("group_size", 1))
    most = max(results.topks, default=0)
    if limit and most > limit and not results.agg_topks:
        raise Inconsistent(f"{most} hits of a query for a limit of {limit}")


def _hits(results: SearchResultData, queries: int) -> None:
    """Requires ids, scores and columns for the hits counted in `topks`, and one count per query."""
    topks = results.topks
    count = sum(topks)
    if topks and (min(topks) < 0 or (queries and len(topks) != queries)):
        raise Inconsistent(f"topks {list(topks[:5])} for {queries} queries")
    ids = len(results.ids.int_id.data) or len(results.ids.str_id.data)
    if ids != count or len(results.scores) != count:
        raise Inconsistent(f"{ids} ids and {len(results.scores)} distances for {count} hits")
    rows = same_rows(results.fields_data)
    if rows is not None and rows != count:
        raise Inconsistent(f"columns of {rows} rows for {count} hits")
    _marks(results, count)
    _buckets(results, queries)


def _marks(results: SearchResultData, count: int) -> None:
    """Requires one element index, one text and one group for each hit, where there are any."""
    elements = len(results.element_indices.data)
    if elements not in (0, count):
        raise Inconsistent(f"{elements} element indices for {count} hits")
    for each in results.highlight_results:
        if len(each.datas) != count:
            raise Inconsistent(f"highlights of {each.field_name!r} for {len(each.datas)} of {count} hits")
    groups = same_rows(results.group_by_field_values)
    if groups not in (None, count):
        raise Inconsistent(f"{groups} group values for {count} hits")


def _buckets(results: SearchResultData, queries: int) -> None:
    """Requires a count of buckets for each query; one query alone may have none."""
    buckets, counts = len(results.agg_buckets), results.agg_topks
    if counts and (min(counts) < 0 or sum(counts) != buckets):
        raise Inconsistent(f"{buckets} buckets instead of {sum(counts)}")
    if buckets and queries > 1 and len(counts) != queries:
        raise Inconsistent(f"{len(counts) or 'no'} counts of buckets for {queries} queries")


def _described(fields: Mapping[str, Any], answer: Any) -> None:
    """Also completes the schema, so that no caller has to know which servers leave functions out."""
    _schema(answer.schema)
    add_undescribed(answer.schema)
    _none_negative(answer, "shards_num", "num_partitions")
    if answer.created_utc_timestamp > LAST_MOMENT:
        raise Inconsistent(f"created_utc_timestamp {answer.created_utc_timestamp} is after the year 9999")


def _schema(schema: CollectionSchema) -> None:
    names = [field.name for field in row_fields(schema)]
    double = next((name for position, name in enumerate(names) if name in names[:position]), None)
    if double is not None:
        raise Inconsistent(f"two fields {double!r}")
    primary = [field for field in schema.fields if field.is_primary_key]
    # An external collection needs no key of its own.
    if len(primary) != 1 and (primary or not schema.external_source):
        raise Inconsistent(f"{len(primary) or 'no'} primary key fields among {len(names)} fields")
    if primary and type_name(primary[0].data_type) not in PRIMARY_TYPES:
        raise Inconsistent(f"primary key {primary[0].name!r} of type {type_name(primary[0].data_type)}")
    for field in all_fields(schema):
        _field(field)
    for function in schema.functions:
        unknown = [each for each in (*function.input_field_names, *function.output_field_names) if each not in names]
        if unknown:
            raise Inconsistent(f"function {function.name!r} of a field {unknown[0]!r} that is not there")
        if not function.input_field_names or not function.output_field_names:
            raise Inconsistent(f"function {function.name!r} without input or output")


def _field(field: FieldSchema) -> None:
    given = params(field.type_params)
    for key in SIZES:
        text = given.get(key)
        if text is not None and not _is_number(text):
            raise Inconsistent(f"field {field.name!r}: {key} {text[:40]!r}")
    kind = type_name(field.element_type if type_name(field.data_type) == "ARRAY_OF_VECTOR" else field.data_type)
    if kind in WIDTHS:
        bits = int(given.get("dim", 0)) * WIDTHS[kind]
        if not 0 < bits <= LARGEST_ROW * BITS or bits % BITS:
            raise Inconsistent(f"field {field.name!r}: dim {given.get('dim')} of a {kind}")
    _default(field, kind)


def _default(field: FieldSchema, kind: str) -> None:
    slot = field.default_value.WhichOneof("data")
    shape = shape_of(kind)
    if slot is None or shape is None:
        return
    fits = slot in DEFAULTS.get(shape, frozenset({FIELD_TYPES[kind].slot} if kind in FIELD_TYPES else ()))
    if fits and slot == "bytes_data":
        try:
            json.loads(field.default_value.bytes_data)
        except (ValueError, RecursionError):
            fits = False
    if not fits:
        raise Inconsistent(f"field {field.name!r}: a default that is not a valid {kind}")


def _statistics(fields: Mapping[str, Any], answer: Any) -> None:
    for pair in answer.stats:
        if pair.key == "row_count" and not _is_number(pair.value):
            raise Inconsistent(f"row_count {pair.value[:40]!r}")


def _indexes(fields: Mapping[str, Any], answer: Any) -> None:
    for each in answer.index_descriptions:
        _none_negative(each, "indexed_rows", "total_rows", "pending_index_rows", where=f"index {each.index_name!r}: ")


def _collections(fields: Mapping[str, Any], answer: Any) -> None:
    _percentages(answer.collection_names, answer.inMemory_percentages)


def _partitions(fields: Mapping[str, Any], answer: Any) -> None:
    ids, names = len(answer.partitionIDs), len(answer.partition_names)
    if ids not in (0, names):
        raise Inconsistent(f"{ids} ids for {names} partitions")
    _percentages(answer.partition_names, answer.inMemory_percentages)


def _percentages(names: Sequence[str], found: Sequence[int]) -> None:
    if found and len(found) != len(names):
        raise Inconsistent(f"{len(found)} percentages for {len(names)} names")
    _percent(found)


def _percent(found: Iterable[int]) -> None:
    beyond = next((each for each in found if not 0 <= each <= 100), None)
    if beyond is not None:
        raise Inconsistent(f"{beyond} %")


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
            raise Inconsistent(f"negative {name}")


def _started(fields: Mapping[str, Any], answer: Any) -> None:
    if not answer.tasks:
        raise Inconsistent("no task")


def _import(fields: Mapping[str, Any], answer: Any) -> None:
    _none_negative(answer, "row_count")
    percent = params(answer.infos).get("progress_percent", "")
    if percent and not (_is_number(percent) and int(percent) <= 100):
        raise Inconsistent(f"progress_percent {percent[:40]!r}")


def _imports(fields: Mapping[str, Any], answer: Any) -> None:
    for each in answer.tasks:
        _import(fields, each)


def _mutation(fields: Mapping[str, Any], answer: Any) -> None:
    _none_negative(answer, "insert_cnt", "delete_cnt", "upsert_cnt")
    rows = fields.get("num_rows")
    if rows is not None and any(each >= rows for each in (*answer.succ_index, *answer.err_index)):
        raise Inconsistent(f"it names rows beyond the {rows} that were sent")
    if answer.err_index:
        raise Inconsistent(f"not all {rows} rows were written, and the server reports success")


def _deleted(fields: Mapping[str, Any], answer: Any) -> None:
    """Refuses an empty message: every server sends a status, also where nothing was deleted."""
    _mutation(fields, answer)
    if not answer.delete_cnt and not answer.HasField("status"):
        raise Inconsistent("it is empty")


def _inserted(fields: Mapping[str, Any], answer: Any) -> None:
    _written(fields, answer, "insert_cnt")


def _upserted(fields: Mapping[str, Any], answer: Any) -> None:
    _written(fields, answer, "upsert_cnt")


def _written(fields: Mapping[str, Any], answer: Any, name: str) -> None:
    """Requires the count of rows sent: servers also count rows that share a key with another one."""
    _mutation(fields, answer)
    count, rows = getattr(answer, name), fields.get("num_rows")
    if rows is not None and count != rows:
        raise Inconsistent(f"{name} {count} for {rows} rows")


def _none_negative(message: Any, *names: str, where: str = "") -> None:
    for name in names:
        if getattr(message, name) < 0:
            raise Inconsistent(f"{where}{name} {getattr(message, name)}")


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
    "Delete": _deleted,
    "ListImportTasks": _imports,
    "Query": _query,
    "Search": _search,
    "ShowCollections": _collections,
    "ShowPartitions": _partitions,
}
"""Checks by RPC. Other answers hold only texts, which protobuf checks, or a number without constraints."""
