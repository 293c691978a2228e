"""One of the two collections of a copy or comparison, with its connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..client.leaked_alias import require_no_leaked_alias
from ..client.optional import permitted
from ..errors import CliError, InvalidInput
from ..rows.freshness import STRONG, Freshness
from ..rows.selection import exact_count, selected
from ..schema.definition import fetch
from ..server.existence import collection_identity
from ..server.progress import load_state
from ..session.collection_ref import HINT, CollectionRef
from ..session.session import Session
from ..text.names import nearest

if TYPE_CHECKING:
    from ..client.client import Client
    from ..connections.profile import Profile
    from ..connections.version import Version
    from ..rows.selection import Selection
    from ..schema.definition import Definition

BUSY_SERVER_SECONDS = 600.0
"""Milvus Lite builds indexes, loads and counts within one call, and answers nothing else meanwhile."""


@dataclass(frozen=True)
class Side:
    """`where` is alias, address and database in words; `client` has a deadline long enough for a busy server.

    `fresh` says how recent the rows are that it reads.
    """

    ref: CollectionRef
    profile: Profile
    client: Client
    version: Version
    where: str
    fresh: Freshness = STRONG

    @property
    def collection(self) -> str:
        return self.ref.collection

    def __str__(self) -> str:
        return f"{self.collection!r} on {self.where}"

    @property
    def name(self) -> str:
        """The side as written on a command line."""
        return f"{self.ref.where}{self.collection}"

    def identity(self) -> tuple[object, ...]:
        """Identity of the collection, see `collection_identity`."""
        return collection_identity(self.client.call("DescribeCollection", collection_name=self.collection))

    def view(self, session: Session) -> Session:
        """Returns the session as commands on this side see it, with the deadline of a busy server."""
        return session.at(self.ref.alias, self.ref.database, timeout=self.client.timeout)

    @property
    def exists(self) -> bool:
        return bool(self.client.call("HasCollection", collection_name=self.collection).value)

    def require_creatable(self) -> None:
        """Raises CliError if a leaked alias would hide a collection created under this name."""
        require_no_leaked_alias(self.client, self.collection, options=self.options)

    def require(self) -> None:
        """Raises CliError with the nearest names if the collection does not exist."""
        if not self.exists:
            listed = permitted(self.client.call, "ShowCollections")
            names = listed.collection_names if listed else ()
            raise CliError(f"collection {self} not found", hint=nearest(self.collection, names))

    def definition(self) -> Definition:
        return fetch(self.client, self.collection)

    def loaded(self) -> bool:
        return load_state(self.client, self.collection) == "loaded"

    def require_loaded(self) -> None:
        if not self.loaded():
            raise CliError(
                f"{self} is not loaded: its rows can't be read", hint=f"load it first with `load {self.line}`"
            )

    @property
    def line(self) -> str:
        """The collection on a command line of the current connection."""
        return f"{self.collection}{self.options}"

    @property
    def options(self) -> str:
        """Options that make a command line of the current connection work on this side."""
        alias, database = self.ref.alias, self.ref.database
        return (f" --alias {alias}" if alias else "") + (f" --db {database}" if database else "")

    def selection(self, fields: Sequence[str] = ()) -> Selection:
        """Selects all rows, with all fields or the given ones."""
        return selected(self.client, self.collection, fields=",".join(fields) or None, fresh=self.fresh)

    def count(self) -> int:
        """Returns the exact number of rows. Raises CliError if the collection is not loaded."""
        return exact_count(self.client, self.selection())


def open_side(session: Session, ref: CollectionRef, *, collection: str = "", fresh: Freshness = STRONG) -> Side:
    """Opens a side; `collection` is the name if the reference has none. Raises if the server can't be reached."""
    if not (ref.collection or collection):
        raise InvalidInput(f"{ref.where!r} has no collection name", hint=HINT)
    if not ref.collection:
        ref = ref._replace(collection=collection)
    there = session.at(ref.alias, ref.database)
    # Ask the server, as the store may not know its version. A lost server fails here, at the session's deadline.
    version = there.client.version
    profile, seconds = there.servers.served(there.profile), max(there.timeout, BUSY_SERVER_SECONDS)
    client = there.client.with_options(database=profile.database, timeout=seconds)
    return Side(ref, profile, client, version, there.place, fresh)
