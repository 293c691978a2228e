"""Checks a search against its collection: metric, parameters, range, partitions, functions.

Servers explain little: Milvus 2.3 answers 65535 for most of it, Milvus Lite accepts any metric and ignores the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..client.client import Client
from ..client.not_found import NO_COLLECTION, NO_DATABASE, NOT_LOADED
from ..client.optional import permitted
from ..errors import CliError, InvalidInput, ServerRefused, Unsupported
from ..schema.index_types import check_search_params
from ..schema.indexes import Index, field_index, one_by_one
from ..schema.metrics import METRICS, lower_is_nearer
from ..schema.schema import type_name
from ..server.existence import require_partitions
from ..server.progress import load_state, not_loaded_error
from ..text.limits import HIGHEST_LIMIT
from ..text.names import missing_name
from .request import Search
from .rerankers import Reranker

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema, FunctionSchema

BM25, TEXT_EMBEDDING = 1, 2
"""Numbers of FunctionType: the functions that turn texts into vectors."""

HALF_FLOATS = (102, 103)
"""Milvus 2.3 stores half floats, but reads as many float32s from a query, beyond its end: its hits are random."""


def check_search(client: Client, search: Search, *, force: bool = False) -> None:
    """Raises CliError for a search that cannot be right. `force` allows unknown parameters."""
    far = search.offset + search.limit
    if far > HIGHEST_LIMIT:
        raise InvalidInput(
            f"--offset and --limit make {far:,}, and {HIGHEST_LIMIT:,} is the most", hint="search_iterator goes further"
        )
    if search.range_filter is not None and search.radius is None:
        raise InvalidInput("--range-filter needs --radius, the far end of the range")
    if search.partitions:
        require_partitions(client, search.collection, search.partitions)
    if search.metric or search.params or search.range_filter is not None:
        index = permitted(field_index, client, search.collection, search.field)
        check_metric(search, index)
        check_range(search, search.metric or (index.metric if index else ""))
        if index and not force:
            check_search_params(index.type, search.params)
    if search.queries.kind in HALF_FLOATS and not force and client.version.before("2.4"):
        raise client.unsupported("Search.half_floats")
    if search.group_by and client.version.before("2.4"):
        raise client.unsupported("Search.group_by_field")


def indexed_metric(client: Client, collection: str, field: str) -> str:
    """Returns the metric of the index on a field; "" if there is none, or this user may not see it."""
    index = permitted(field_index, client, collection, field)
    return index.metric if index else ""


def check_rerankers(client: Client, rerankers: Sequence[Reranker], schema: CollectionSchema) -> None:
    """Raises CliError for a rerank function that the server lacks, or one of a missing field."""
    functions = [each for each in rerankers if each.is_function]
    if not functions:
        return
    if client.version.before("2.6"):
        raise client.unsupported("HybridSearch.function_score")
    known = [each.name for each in schema.fields]
    for name in (name for each in functions for name in each.fields):
        if name not in known:
            raise missing_name("field", name, known, before=f"{schema.name} has ")


def check_metric(search: Search, index: Index | None) -> None:
    """Raises InvalidInput for an unknown metric, and CliError for another than the index has.

    Milvus Lite would compute either without an error.
    """
    if search.metric and search.metric not in METRICS:
        raise missing_name("metric", search.metric, METRICS, error=InvalidInput)
    if index and index.metric and search.metric and search.metric != index.metric:
        name = search.collection
        params = "".join(f" --param {key}:{value}" for key, value in one_by_one(index.params).items())
        raise CliError(
            f"the index of {search.field!r} has the metric {index.metric}, not {search.metric}",
            hint=f"leave --metric out, or rebuild it with `release collection -c {name}; delete index -c {name} "
            f"-in {index.name} --yes; create index -c {name} -f {search.field} -t {index.type} -m {search.metric}"
            f"{params}; load collection -c {name}`",
        )


def check_range(search: Search, metric: str) -> None:
    if search.radius is None or search.range_filter is None or not metric:
        return
    lower = lower_is_nearer(metric)
    if search.range_filter >= search.radius if lower else search.range_filter <= search.radius:
        order = "less" if lower else "more"
        raise InvalidInput(
            f"--range-filter {search.range_filter:g} is not {order} than --radius {search.radius:g}",
            hint=f"with {metric} {'lower' if lower else 'higher'} is nearer, and the radius is the far end",
        )


def text_function(schema: CollectionSchema, name: str | None) -> FunctionSchema:
    """Returns the function that turns texts into vectors, for the named field or the only one. Raises CliError."""
    found = [each for each in schema.functions if each.type in (BM25, TEXT_EMBEDDING)]
    outputs = [output for each in found for output in each.output_field_names]
    if name is not None:
        for each in found:
            if name in each.output_field_names:
                return each
    elif len(found) == 1:
        return found[0]
    if not found:
        raise CliError(
            f"{schema.name} has no function that converts text to vectors",
            hint="pass a vector with -v, convert texts with --embed EMBEDDER (see `help embedding`), or create the "
            "collection with --bm25 TEXT:SPARSE (Milvus 2.5 and Milvus Lite)",
        )
    what = (
        f"vector field {name!r} is filled by no function" if name else f"{len(found)} functions make vectors of texts"
    )
    raise CliError(f"{schema.name}: {what}", hint=f"give one: -f {' or '.join(outputs)}")


def has_text_function(schema: CollectionSchema, field: str | None) -> bool:
    """Returns whether a function of the server converts texts, for this field or for any."""
    found = [each for each in schema.functions if each.type in (BM25, TEXT_EMBEDDING)]
    return any(field is None or field in each.output_field_names for each in found)


def is_bm25_output(schema: CollectionSchema, field: str) -> bool:
    """Returns whether BM25 fills this field: it is searched by text only, and not returned with rows."""
    return any(each.type == BM25 and field in each.output_field_names for each in schema.functions)


def is_text_output(schema: CollectionSchema, field: str) -> bool:
    """Returns whether a function makes the field's vectors of text, by BM25 or an embedding: text can search it."""
    return any(each.type in (BM25, TEXT_EMBEDDING) and field in each.output_field_names for each in schema.functions)


def explained_refusal(client: Client, search: Search, error: ServerRefused) -> CliError:
    """Returns the cause of a refusal: a collection that is not loaded, or has no index. Else the error itself."""
    if isinstance(error, Unsupported) or error.server_code in (NO_COLLECTION, NO_DATABASE):
        return error
    collection, field = search.collection, search.field
    unseen = "not loaded" if error.server_code == NOT_LOADED else "loaded"
    state = permitted(load_state, client, collection, search.partitions) or unseen
    if error.server_code != NOT_LOADED and state == "loaded":
        return _shortened(error)
    found = unsearchable(client, collection, field, state, search.partitions)
    return CliError(found.message, hint=found.hint, fault=error.fault, server_code=error.server_code)


def unsearchable(client: Client, collection: str, field: str, state: str, partitions: Sequence[str] = ()) -> CliError:
    """Returns the error for a field that can't be searched in this load state: its index may be missing, too."""
    if state != "loading" and field_index(client, collection, field) is None:
        message = f"collection {collection!r} is not loaded, and {field!r} has no index"
        return CliError(
            message, hint=f"run `create index -c {collection} -f {field}`, then `load collection -c {collection}`"
        )
    return not_loaded_error(collection, state, partitions)


def _shortened(error: ServerRefused) -> ServerRefused:
    """Removes the list of nodes that passed a refusal on."""
    message = error.message.rpartition("reason=")[2]
    if not message:
        return error
    return ServerRefused(
        message, hint=error.hint, fault=error.fault, server_code=error.server_code, reason=error.reason
    )


def describe_field(field: FieldSchema) -> str:
    """Returns the type with its dimension, as in "FLOAT_VECTOR 128"."""
    dim = next((each.value for each in field.type_params if each.key == "dim"), "")
    return f"{type_name(field.data_type)} {dim}".rstrip()
