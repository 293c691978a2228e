"""Chooses databases and collections of a server by patterns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple

from ..client.optional import permitted, supported
from ..errors import InvalidInput, ServerRefused
from ..session.session import Session
from ..text.names import nearest


class CollectionName(NamedTuple):
    """A collection's name with that of its database."""

    database: str
    collection: str

    def __str__(self) -> str:
        return f"{self.database}/{self.collection}"


@dataclass(frozen=True)
class Choice:
    """Patterns with *, ? and [a-z]. Those of collections may begin with a database: shop/book*.

    Without any, all names are chosen.
    """

    databases: Sequence[str] = ()
    collections: Sequence[str] = ()
    excluded: Sequence[str] = ()

    @property
    def is_all(self) -> bool:
        return not (self.databases or self.collections or self.excluded)

    def has_database(self, name: str) -> bool:
        return not self.databases or any(fnmatchcase(name, each) for each in self.databases)

    def has(self, name: CollectionName) -> bool:
        chosen = not self.collections or any(_matches(name, each) for each in self.collections)
        return chosen and self.has_database(name.database) and not any(_matches(name, each) for each in self.excluded)

    def of(self, names: Iterable[CollectionName]) -> list[CollectionName]:
        """Returns the chosen names, in order. Raises InvalidInput for a pattern that no name matches."""
        known = sorted(names)
        for pattern in self.collections:
            if not any(_matches(each, pattern) for each in known):
                words = {str(each) if "/" in pattern else each.collection for each in known}
                raise InvalidInput(f"no collection matches {pattern!r}", hint=nearest(pattern, sorted(words)))
        return [each for each in known if self.has(each)]

    def databases_of(self, names: Iterable[str]) -> list[str]:
        """Like `of`, for databases."""
        known = sorted(names)
        for pattern in self.databases:
            if not any(fnmatchcase(each, pattern) for each in known):
                raise InvalidInput(f"no database matches {pattern!r}", hint=nearest(pattern, known))
        return [each for each in known if self.has_database(each)]


def _matches(name: CollectionName, pattern: str) -> bool:
    """A pattern without a database is for all of them; `shop/` is for all collections of one."""
    database, slash, collection = pattern.rpartition("/")
    return fnmatchcase(name.collection, collection or ("*" if slash else "")) and (
        not slash or fnmatchcase(name.database, database)
    )


def database_names(session: Session) -> list[str] | None:
    """Returns the server's databases; None if it has none, or this user may not list them."""
    try:
        answer = permitted(supported, session.client.call, "ListDatabases")
    except ServerRefused:
        # Zilliz Cloud's serverless clusters refuse the list.
        return None
    return list(answer.db_names) if answer else None


def chosen_databases(session: Session, choice: Choice) -> list[str]:
    names = database_names(session)
    return choice.databases_of([session.profile.database] if names is None else names)


def chosen_collections(session: Session, databases: Sequence[str], choice: Choice) -> list[CollectionName]:
    """Returns the chosen collections of these databases."""
    return choice.of(
        CollectionName(database, name)
        for database in databases
        for name in session.at("", database).client.call("ShowCollections").collection_names
    )
