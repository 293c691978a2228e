"""Commands for collections."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ..command import collection_option, command, option, word
from ..errors import CliError, Interrupted, ServerRefused
from ..result import Done, Table
from ..types import DECLARED_FIELD, FIELD_DECLARATION

if TYPE_CHECKING:
    from ..session import Session


@command("create collection")
@word("collection", "-c", "--collection-name", "--collection", metavar="NAME", help="The collection's name.")
@option("-f", "--schema-field", "--field", "fields", needed=True, multiple=True, type=FIELD_DECLARATION,
        metavar="NAME:TYPE[:ARG]",
        help="A field; ARG is a vector's dimension, a VARCHAR's length, an ARRAY's element type and capacity.")
@option("-p", "--schema-primary-field", "--primary", "primary", needed=True, type=DECLARED_FIELD, metavar="FIELD",
        help="The primary field.")
@option("-a", "--schema-auto-id", "--auto-id", "auto_id", is_flag=True, help="Let Milvus give out the primary keys.")
@option("-d", "--schema-description", "--description", "description", default="", metavar="TEXT", help="A description.")
@option("--if-not-exists", is_flag=True, help="Don't fail when it exists; leave it as it is.")
def create_collection(
    session: Session, collection: str, fields: tuple[str, ...], primary: str, auto_id: bool, description: str,
    if_not_exists: bool,
) -> Done:  # fmt: skip
    """Create a collection.

    \b
    Example: create collection -c book -f id:INT64 -f title:VARCHAR:200 -f vector:FLOAT_VECTOR:4 -p id
    """
    from ..rpc.schema import collection_schema, parse_field

    schema = collection_schema(
        collection, [parse_field(each) for each in fields], primary, auto_id=auto_id, description=description
    )
    if if_not_exists and session.client.call("HasCollection", collection_name=collection).value:
        return Done(f"Collection {collection!r} exists.", {"collection": collection, "created": False})
    session.client.call("CreateCollection", collection_name=collection, schema=schema.SerializeToString(), shards_num=1)
    return Done(f"Created collection {collection!r}.", {"collection": collection, "created": True})


@command("list collections")
def list_collections(session: Session) -> Table:
    """List the collections of the database.

    \b
    Example: list collections
    """
    names = session.client.call("ShowCollections").collection_names
    return Table(("collection",), ((name,) for name in sorted(names)))


@command("delete collection")
@collection_option
@option("--dry-run", is_flag=True, help="Say what would go, and stop.")
def delete_collection(session: Session, collection: str, dry_run: bool) -> Done:
    """Delete a collection with its data and indexes. It asks first, or takes --yes.

    \b
    Example: delete collection -c book --yes
    """
    session.require_collection(collection)
    stats = session.client.call("GetCollectionStatistics", collection_name=collection).stats
    rows = next((pair.value for pair in stats if pair.key == "row_count"), "?")
    what = f"collection {collection!r} on {session.place}, with {rows} rows by its statistics"
    if dry_run:
        return Done(f"Would delete {what}.", {"collection": collection, "deleted": False})
    session.confirm(f"Delete {what}?")
    session.client.call("DropCollection", collection_name=collection)
    return Done(f"Deleted collection {collection!r}.", {"collection": collection, "deleted": True})


@command("load collection")
@collection_option
@option("--no-wait", is_flag=True, help="Return at once, while it loads.")
def load_collection(session: Session, collection: str, no_wait: bool) -> Done:
    """Load a collection into memory, so that it can be searched.

    \b
    Example: load collection -c book
    """
    session.client.call("LoadCollection", collection_name=collection, replica_number=1)
    if no_wait:
        return Done(f"Loading collection {collection!r}.", {"collection": collection, "loaded": False})
    _wait_until_loaded(session, collection)
    return Done(f"Loaded collection {collection!r}.", {"collection": collection, "loaded": True})


def _wait_until_loaded(session: Session, collection: str) -> None:
    """Loading has no deadline of its own: it ends, fails, or the person stops waiting."""
    try:
        while session.client.call("GetLoadingProgress", collection_name=collection).progress < 100:
            time.sleep(0.1)
    except KeyboardInterrupt:
        raise Interrupted(f"no longer waiting; the server goes on loading {collection!r}") from None
    except ServerRefused as exc:
        raise CliError(f"loading {collection!r} failed: {exc.message}", server_code=exc.server_code) from exc
