"""Commands for indexes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..errors import CliError, InvalidInput, ServerRefused
from ..grammar.command import carry_out, collection_option, command, dry_run_option, no_wait_option, option
from ..grammar.types import FIELD, INDEX, INDEX_PARAMETER, INDEX_TYPE, METRIC
from ..result import Done, Record, Removal, Table
from ..text.json import parse_json

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import IndexDescription
    from ..client.wire.schema_pb2 import CollectionSchema
    from ..schema.indexes import Index
    from ..session.session import Session

INDEX_SPELLINGS = ("-in", "--index-name", "-i", "--index")


@command("create index")
@collection_option
@option("-f", "--field", type=FIELD, metavar="FIELD", help="The field to index; the only vector field when not given.")
@option(
    "-in",
    "--index-name",
    "name",
    default="",
    metavar="NAME",
    help="The index's name; the server's choice when not given.",
)
@option(
    "-t",
    "--index-type",
    "index_type",
    type=INDEX_TYPE,
    metavar="TYPE",
    help="E.g. HNSW, IVF_FLAT, FLAT [AUTOINDEX; SPARSE_INVERTED_INDEX for sparse vectors].",
)
@option(
    "-m",
    "--metric",
    "--index-metric",
    "metric",
    type=METRIC,
    metavar="METRIC",
    help="E.g. COSINE, L2, IP [COSINE; HAMMING for binary, IP or BM25 for sparse vectors].",
)
@option(
    "--param",
    "-p",
    "--index-params",
    "params",
    multiple=True,
    type=INDEX_PARAMETER,
    metavar="KEY:VALUE",
    help="A parameter of the index; JSON is taken too.",
)
@option("--if-not-exists", is_flag=True, help="Don't fail when the field has an index; leave it as it is.")
@option("--force", is_flag=True, help="Send types, metrics and parameters that are not known here.")
@no_wait_option
def create_index(
    session: Session,
    collection: str,
    field: str | None,
    name: str,
    index_type: str | None,
    metric: str | None,
    params: tuple[str, ...],
    if_not_exists: bool,
    force: bool,
    no_wait: bool,
) -> Done:
    """Build an index on a field, and wait for it.

    \b
    Example: create index -c book -f vector -in by_vector -t HNSW -m COSINE --param M:16 --param efConstruction:200
    """
    from ..schema.index_types import USUAL, known_index_type, usual_metric, usual_type
    from ..schema.indexes import Index, indexes
    from ..server.waiting import wait_indexed

    kind = known_index_type(index_type or "AUTOINDEX")
    wanted = Index("", name, kind, (metric or "").upper(), _parameters(params) or USUAL.get(kind, {}))
    _check(wanted, force=force)
    session.require_collection(collection)
    schema, field = _field(session, collection, field)
    wanted = replace(
        wanted,
        field=field,
        type=kind if index_type else usual_type(schema, field),
        metric=wanted.metric or usual_metric(schema, field),
    )
    made = {"collection": collection, "field": field}
    existing = next((each for each in indexes(session.client, collection) if each.field_name == field), None)
    if if_not_exists and existing is not None:
        return Done(f"{field!r} of {collection!r} has an index.", {**made, "created": False})
    _build(session, collection, wanted)
    actual = _name_on(session, collection, field)
    if not no_wait:
        wait_indexed(session, collection, actual)
    renamed = f" The server named it {actual!r}." if name not in ("", actual) else ""
    message = f"Created index on {field!r} of {collection!r}.{renamed}"
    return Done(message, {**made, "index": actual, "created": True})


@command("list indexes")
@collection_option
def list_indexes(session: Session, collection: str) -> Table:
    """List the indexes of a collection.

    \b
    Example: list indexes -c book
    """
    from ..schema.indexes import indexes

    session.require_collection(collection)
    found = [_whole(each) for each in indexes(session.client, collection)]
    columns = ("index", "field", "index_type", "metric_type", "params", "state", "indexed_rows", "total_rows")
    return Table(columns, [[each[column] for column in columns] for each in found])


@command("show index")
@collection_option
@option(*INDEX_SPELLINGS, "index", type=INDEX, metavar="NAME", help="The index; needed where there are several.")
def show_index(session: Session, collection: str, index: str | None) -> Record:
    """Show an index.

    \b
    Example: show index -c book -in by_vector
    """
    return Record(_whole(_one(session, collection, index)))


@command("show index_progress")
@collection_option
@option(*INDEX_SPELLINGS, "index", type=INDEX, metavar="NAME", help="This index; all if not given.")
def show_index_progress(session: Session, collection: str, index: str | None) -> Table:
    """Show how far a collection's indexes are built.

    \b
    Example: show index_progress -c book -in by_vector
    """
    from ..schema.indexes import INDEX_STATES, indexes

    session.require_collection(collection)
    found = [_one(session, collection, index)] if index else indexes(session.client, collection)
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
    return Table(("index", "field", "state", "indexed_rows", "total_rows", "pending_rows"), rows)


@command("delete index")
@collection_option
@option(*INDEX_SPELLINGS, "index", type=INDEX, metavar="NAME", help="The index; needed where there are several.")
@dry_run_option
def delete_index(session: Session, collection: str, index: str | None, dry_run: bool) -> Done:
    """Delete an index; the collection must be released first. It asks first, or takes --yes.

    \b
    Example: delete index -c book -in by_vector --yes
    """
    found = _one(session, collection, index)
    client, name = session.client, found.index_name
    also = f"{_whole(found)['index_type']} on field {found.field_name!r}, of {found.total_rows} rows"
    removal = Removal(
        "delete",
        f"index {name!r} of {collection!r}",
        also,
        {"collection": collection, "index": name},
        lambda: client.call("DropIndex", collection_name=collection, field_name=found.field_name, index_name=name),
    )
    return carry_out(session, removal, dry_run=dry_run)


def _one(session: Session, collection: str, name: str | None) -> IndexDescription:
    """The index of that name; without one the collection's only index."""
    from ..schema.indexes import indexes
    from ..server.existence import require_index

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


def _field(session: Session, collection: str, name: str | None) -> tuple[CollectionSchema, str]:
    """The schema, and the field to index."""
    from ..search.request import search_field
    from ..server.existence import require_field

    if name is not None:
        return require_field(session.client, collection, name), name
    schema: CollectionSchema = session.client.call("DescribeCollection", collection_name=collection).schema
    return schema, search_field(schema, None).name


def _check(wanted: Index, *, force: bool) -> None:
    from ..schema.index_types import check_index
    from ..schema.schema import check_name

    if wanted.name:
        check_name(wanted.name, "index")
    if not force:
        check_index(wanted.type, wanted.metric or None, wanted.params)


def _build(session: Session, collection: str, wanted: Index) -> None:
    from ..schema.index_types import takes
    from ..schema.indexes import create_index as build

    try:
        build(session.client, collection, wanted)
    except ServerRefused as exc:
        exc.hint = exc.hint or takes(wanted.type)
        raise


def _name_on(session: Session, collection: str, field: str) -> str:
    """Milvus Lite names an index after its field, whatever was asked for."""
    from ..schema.indexes import indexes

    return next((each.index_name for each in indexes(session.client, collection) if each.field_name == field), "")


def _whole(index: IndexDescription) -> dict[str, Any]:
    from ..schema.indexes import described

    more = {
        "pending_rows": index.pending_index_rows,
        "failure": index.index_state_fail_reason or None,
        "id": index.indexID or None,
    }
    return {**described(index), **more}


def _parameters(given: tuple[str, ...]) -> dict[str, object]:
    values: dict[str, object] = {}
    for each in given:
        if each.lstrip().startswith("{"):
            values.update(_from_json(each))
            continue
        key, separator, value = each.partition(":")
        if not separator:
            raise InvalidInput(f"bad parameter {each!r}", hint="write KEY:VALUE, e.g. nlist:128")
        values[key.strip()] = value.strip()
    return values


def _from_json(text: str) -> dict[str, object]:
    return dict(parse_json(text, "the parameter", 'write it as {"M": 16}, or M:16'))
