"""One of two collections that a command works on: where it is, what it is, and the client that asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import CliError, InvalidInput
from ..session.collection_ref import HINT, CollectionRef
from ..session.session import Session

if TYPE_CHECKING:
    from ..client.client import Client
    from ..connections.profile import Profile
    from ..connections.version import Version
    from ..rows.selection import Selection
    from ..schema.definition import Definition

BUSY_SERVER_SECONDS = 600.0
"""Seconds: Milvus Lite builds an index, loads and counts within the call, and answers nothing else meanwhile."""


@dataclass(frozen=True)
class Side:
    """`where` is alias, address and database in words; the client has the patience that a busy server needs."""

    place: CollectionRef
    profile: Profile
    client: Client
    version: Version
    where: str

    @property
    def collection(self) -> str:
        return self.place.collection

    def __str__(self) -> str:
        return f"{self.collection!r} on {self.where}"

    @property
    def name(self) -> str:
        """As it is written in a command line."""
        return f"{self.place.where}{self.collection}"

    def identity(self) -> tuple[object, ...]:
        """As `collection_identity` knows it."""
        from ..server.existence import collection_identity

        return collection_identity(self.client.call("DescribeCollection", collection_name=self.collection))

    def view(self, session: Session) -> Session:
        """Returns the session as commands on this side see it, with the deadline of a busy server."""
        return session.at(self.place.alias, self.place.database, timeout=self.client.timeout)

    @property
    def exists(self) -> bool:
        return bool(self.client.call("HasCollection", collection_name=self.collection).value)

    def require_creatable(self) -> None:
        """Raises CliError for a name that would hide what is created under it."""
        from ..client.leaked_alias import require_no_leaked_alias

        require_no_leaked_alias(self.client, self.collection, options=self.options)

    def require(self) -> None:
        """Raises CliError, with the nearest names, where there is no such collection."""
        from ..client.optional import permitted
        from ..text.names import nearest

        if not self.exists:
            listed = permitted(self.client.call, "ShowCollections")
            names = listed.collection_names if listed else ()
            raise CliError(f"no collection {self}", hint=nearest(self.collection, names))

    def definition(self) -> Definition:
        from ..schema.definition import fetch

        return fetch(self.client, self.collection)

    def loaded(self) -> bool:
        from ..server.progress import load_state

        return load_state(self.client, self.collection) == "loaded"

    def require_loaded(self) -> None:
        if not self.loaded():
            raise CliError(f"{self} is not loaded: its rows can't be read", hint=f"load it first: load {self.line}")

    @property
    def line(self) -> str:
        """The collection in a command line of the current connection."""
        return f"{self.collection}{self.options}"

    @property
    def options(self) -> str:
        """What a command line of the current connection needs in order to act there."""
        alias, database = self.place.alias, self.place.database
        return (f" --alias {alias}" if alias else "") + (f" --db {database}" if database else "")

    def selection(self, fields: Sequence[str] = ()) -> Selection:
        """All rows, as fresh as can be; all fields, or these."""
        from ..rows.selection import selected

        return selected(self.client, self.collection, fields=",".join(fields) or None)

    def count(self) -> int:
        """How many rows there are, exactly. Raises CliError where they are not loaded."""
        from ..rows.selection import exact_count

        return exact_count(self.client, self.selection())


def open_side(session: Session, place: CollectionRef, *, collection: str = "") -> Side:
    """The side at a place; `collection` is its name where the place has none. Raises what keeps it from being asked."""
    if not (place.collection or collection):
        raise InvalidInput(f"{place.where!r} names no collection", hint=HINT)
    if not place.collection:
        place = replace(place, collection=collection)
    there = session.at(place.alias, place.database)
    # Asked, as the store may not know it; a server that is not there says so here, without much patience.
    version = there.client.version
    profile, seconds = there.servers.served(there.profile), max(there.timeout, BUSY_SERVER_SECONDS)
    client = there.client.with_options(database=profile.database, timeout=seconds)
    return Side(place, profile, client, version, there.place)
