"""References to collections on any connection: ALIAS:COLLECTION, ALIAS/DATABASE:COLLECTION, or COLLECTION."""

from typing import NamedTuple

from ..errors import InvalidInput

HINT = "write ALIAS:COLLECTION, ALIAS/DATABASE:COLLECTION, or COLLECTION on the current connection"


class CollectionRef(NamedTuple):
    """A reference to a collection. Empty parts: the current connection, its database, the other reference's name."""

    alias: str
    database: str
    collection: str

    @property
    def where(self) -> str:
        """The part before the collection's name, with its colon; empty for the current connection."""
        where = self.alias + (f"/{self.database}" if self.database else "")
        return f"{where}:" if where else ""


def parse_collection_ref(text: str) -> CollectionRef:
    """Parses a reference. The last colon separates, because an alias may contain colons. Raises InvalidInput."""
    where, colon, collection = text.rpartition(":")
    alias, slash, database = where.partition("/")
    if "/" in collection or (colon and not where) or (slash and not database):
        raise InvalidInput(f"{text!r} has no collection name", hint=HINT)
    return CollectionRef(alias, database, collection)
