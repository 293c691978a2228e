"""Operations on indexes: create, list, show, delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..errors import CliError, InvalidInput, ServerRefused
from ..result import Done, Record, Removal, Table
from ..schema.index_types import USUAL, check_index, known_index_type, takes, usual_metric, usual_type
from ..schema.indexes import INDEX_STATES, Index, described, field_index, indexes, one_by_one
from ..schema.indexes import create_index as build
from ..schema.schema import check_name, pairs
from ..schema.vector_field import search_field
from ..session.session import Session
from ..text.counts import counted
from ..text.params import read_params
from .collections import Properties, property_words
from .existence import require_field, require_index
from .waiting import wait_indexed

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import IndexDescription
    from ..client.wire.schema_pb2 import CollectionSchema

COLUMNS = ("index", "field", "index_type", "metric_type", "params", "state", "indexed_rows", "total_rows")
OPTIONAL = ("total_rows", "indexed_rows", "state", "params", "metric_type")
"""Columns that a narrow terminal may lack, the first to go first."""

PROGRESS_COLUMNS = ("index", "field", "state", "indexed_rows", "total_rows", "pending_rows")

NO_TYPE = "local mode only support"
"""Milvus Lite's refusal of a type that it lacks."""


@dataclass(frozen=True)
class IndexOptions:
    """Options of `create index`. Each of `params` is KEY:VALUE or a JSON object."""

    collection: str
    field: str | None = None
    name: str = ""
    index_type: str | None = None
    metric: str | None = None
    params: tuple[str, ...] = ()
    if_not_exists: bool = False
    force: bool = False
    no_wait: bool = False


def create_index(session: Session, options: IndexOptions) -> Done:
    """Builds an index on a field, by default the only vector field, and waits for it."""
    asked = _asked(options)
    session.require_collection(options.collection)
    client, collection = session.client, options.collection
    schema, field = _field(client, collection, options.field)
    wanted = replace(
        asked,
        field=field,
        type=asked.type if options.index_type else usual_type(schema, field),
        metric=asked.metric or usual_metric(schema, field),
    )
    made = {"collection": collection, "field": field}
    existing = field_index(client, collection, field)
    leave = existing is not None and options.if_not_exists
    if not leave and not _is_same(existing, wanted, any_name=client.version.is_lite):
        _build(client, collection, wanted, existing)
    found = field_index(client, collection, field)
    name = found.name if found else ""
    if not (leave or options.no_wait):
        wait_indexed(session, collection, name)
    if existing is not None and existing == found:
        message = f"Field {field!r} of {collection!r} already has {_named(existing)}."
        return Done(message, {**made, "index": name, "created": False})
    renamed = f" The server named it {name!r}." if options.name not in ("", name) else ""
    message = f"Created index on {field!r} of {collection!r}{_defaults(options, wanted)}.{renamed}"
    return Done(message, {**made, "index": name, "created": True})


def _defaults(options: IndexOptions, made: Index) -> str:
    """Names the type and the metric that were not asked for."""
    if options.index_type or options.metric:
        return ""
    return f": {' with '.join(filter(None, [made.type, made.metric]))}, the defaults"


def index_table(session: Session, collection: str) -> Table:
    session.require_collection(collection)
    found = [_values(each) for each in indexes(session.client, collection)]
    return Table(COLUMNS, [[each[column] for column in COLUMNS] for each in found], optional=OPTIONAL)


def index_record(session: Session, collection: str, name: str | None) -> Record:
    return Record(_values(_one(session, collection, name)))


def progress_table(session: Session, collection: str, name: str | None) -> Table:
    """The build progress of an index, or of every index of the collection."""
    session.require_collection(collection)
    found = [_one(session, collection, name)] if name else indexes(session.client, collection)
    rows = [
        (
            each.index_name,
            each.field_name,
            INDEX_STATES.get(each.state, str(each.state)),
            each.indexed_rows,
            each.total_rows,
            each.pending_index_rows,
        )
        for each in found
    ]
    return Table(PROGRESS_COLUMNS, rows)


def alter_index(session: Session, collection: str, index: str, *, properties: Properties, keys: Sequence[str]) -> Done:
    """Sets properties of an index, or removes those with the keys."""
    client = session.client
    client.require("AlterIndex.delete_keys" if keys else "AlterIndex")
    session.require_collection(collection)
    require_index(client, collection, index)
    client.call(
        "AlterIndex",
        collection_name=collection,
        index_name=index,
        extra_params=pairs(dict(properties)),
        delete_keys=keys,
    )
    done, changed = property_words(properties, keys)
    made = {"collection": collection, "index": index, "changed": changed}
    return Done(f"{done} of index {index!r} of {collection!r}.", made)


def index_removal(session: Session, collection: str, name: str | None) -> Removal:
    found = _one(session, collection, name)
    client, index = session.client, found.index_name
    return Removal(
        "delete",
        f"index {index!r} of {collection!r}",
        f"{_values(found)['index_type']} on field {found.field_name!r}, of {counted(found.total_rows, 'row')}",
        {"collection": collection, "index": index},
        lambda: client.call("DropIndex", collection_name=collection, field_name=found.field_name, index_name=index),
    )


def _one(session: Session, collection: str, name: str | None) -> IndexDescription:
    """The index of that name; without a name the collection's only index."""
    session.require_collection(collection)
    if name:
        require_index(session.client, collection, name)
    found = [each for each in indexes(session.client, collection) if name in (None, each.index_name)]
    if not found:
        raise CliError(f"collection {collection!r} has no index", hint=f"create index -c {collection} -f FIELD")
    if len(found) > 1:
        names = ", ".join(each.index_name for each in found)
        raise InvalidInput(f"collection {collection!r} has {len(found)} indexes", hint=f"give -in, one of: {names}")
    return found[0]


def _asked(options: IndexOptions) -> Index:
    """The index as options describe it, without its field. Raises InvalidInput for what Milvus does not know."""
    kind = known_index_type(options.index_type or "AUTOINDEX")
    params = read_params(options.params, "the parameter", hint='write M:16, or {"M": 16}') or USUAL.get(kind, {})
    if options.name:
        check_name(options.name, "index")
    if not options.force:
        check_index(kind, (options.metric or "").upper() or None, params)
    return Index("", options.name, kind, (options.metric or "").upper(), params)


def _field(client: Client, collection: str, name: str | None) -> tuple[CollectionSchema, str]:
    """The schema, and the field to index."""
    if name is not None:
        return require_field(client, collection, name), name
    schema: CollectionSchema = client.call("DescribeCollection", collection_name=collection).schema
    return schema, search_field(schema, None).name


def _build(client: Client, collection: str, wanted: Index, existing: Index | None) -> None:
    """Requests the index. Servers refuse a second one on the same field."""
    try:
        build(client, collection, wanted)
    except ServerRefused as exc:
        if existing is None:
            raise exc.with_context(default_hint=_other_index(collection, wanted, exc.reason)) from exc
        prefix = f"field {wanted.field!r} of {collection!r} already has {_named(existing)}"
        raise exc.with_context(prefix=prefix, default_hint=f"delete index -c {collection} -in {existing.name}") from exc


def _other_index(collection: str, wanted: Index, reason: str) -> str:
    """Returns the hint for a refused index: another type if the server has not the wanted one, else its parameters."""
    if NO_TYPE in reason and wanted.type != "AUTOINDEX":
        return f"create index -c {collection} -f {wanted.field} -t AUTOINDEX"
    return takes(wanted.type)


def _is_same(existing: Index | None, wanted: Index, *, any_name: bool) -> bool:
    """Reports whether the wanted index exists: Milvus accepts a request for it once more, Milvus Lite does not."""
    if existing is None or not (any_name or wanted.name in ("", existing.name)):
        return False
    kept, given = ({key: str(value) for key, value in one_by_one(each.params).items()} for each in (existing, wanted))
    return (existing.type, existing.metric, kept) == (wanted.type, wanted.metric, given)


def _named(index: Index) -> str:
    return f"index {index.name!r} ({', '.join(filter(None, (index.type, index.metric)))})"


def _values(index: IndexDescription) -> dict[str, Any]:
    return {
        **described(index),
        "pending_rows": index.pending_index_rows,
        "failure": index.index_state_fail_reason or None,
        "id": index.indexID or None,
    }
