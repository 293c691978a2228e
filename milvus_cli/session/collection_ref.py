"""A collection on any connection, as people write it: ALIAS:COLLECTION, ALIAS/DATABASE:COLLECTION, or COLLECTION."""

from dataclasses import dataclass

from ..errors import InvalidInput

HINT = "write ALIAS:COLLECTION, ALIAS/DATABASE:COLLECTION, or COLLECTION on the current connection"


@dataclass(frozen=True)
class CollectionRef:
    """What is empty was left open: the current connection, its database, the collection that the other place names."""

    alias: str
    database: str
    collection: str

    @property
    def where(self) -> str:
        """What stands before the name of a collection, with its colon; empty for the current connection."""
        where = self.alias + (f"/{self.database}" if self.database else "")
        return f"{where}:" if where else ""


def parse_collection_ref(text: str) -> CollectionRef:
    """The last colon is the one that counts, as an alias may have some. Raises InvalidInput."""
    where, colon, collection = text.rpartition(":")
    alias, slash, database = where.partition("/")
    if "/" in collection or (colon and not where) or (slash and not database):
        raise InvalidInput(f"{text!r} names no collection", hint=HINT)
    return CollectionRef(alias, database, collection)
