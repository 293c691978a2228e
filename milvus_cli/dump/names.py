"""Names that collections, databases and aliases of a dump get where they are restored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..errors import InvalidInput
from ..schema.schema import check_name
from ..server.chosen import CollectionName
from ..text.names import nearest
from .manifest import DumpedCollection, DumpedDatabase


@dataclass(frozen=True)
class NewNames:
    """`mapping` has pairs of an old and a new name: NAME, DATABASE/NAME, or DATABASE/ for all collections of one.

    The `suffix` is for collections and aliases that the mapping does not name.
    """

    mapping: Sequence[tuple[str, str]] = ()
    suffix: str = ""

    def database(self, name: str) -> str:
        return self._new(f"{name}/").rstrip("/") or name

    def collection(self, name: CollectionName) -> CollectionName:
        new = self._new(str(name)) or self._new(name.collection)
        database, slash, collection = new.rpartition("/")
        if not slash or not database:
            database = self.database(name.database)
        return CollectionName(database, collection or name.collection + self.suffix)

    def alias(self, name: str) -> str:
        return self._new(name) or name + self.suffix

    def _new(self, old: str) -> str:
        return next((new for each, new in self.mapping if each == old), "")

    def require_usable(
        self,
        databases: Sequence[DumpedDatabase],
        dumped: Sequence[DumpedCollection],
        everything: Sequence[DumpedCollection],
    ) -> None:
        """Raises InvalidInput for old names that the dump lacks, new ones that are invalid, and for equal new ones.

        `dumped` are those of `everything` in the dump that are restored.
        """
        known = _known(dumped) | {f"{each.database}/" for each in databases}
        for old, new in self.mapping:
            if not new.strip("/"):
                raise InvalidInput(f"--map {old}={new}: the new name is missing", hint="write OLD=NEW")
            if old not in known and old in _known(everything):
                raise InvalidInput(
                    f"--map: {old!r} is not selected", hint="select it with --collection, or leave it out"
                )
            if old not in known:
                raise InvalidInput(f"--map: the dump has no {old!r}", hint=nearest(old, _near(old, known)))
            if old.endswith("/") != new.endswith("/"):
                raise InvalidInput(f"--map {old}={new}: a database is mapped to a database", hint="write OLD/=NEW/")
        names = [self.collection(each.name) for each in dumped]
        for name in names:
            check_name(name.collection, "collection")
            check_name(name.database, "database")
        twice = _repeated(names)
        if twice:
            raise InvalidInput(f"two collections would be restored as {twice!r}", hint="give them names with --map")

    def require_usable_aliases(self, dumped: Sequence[DumpedCollection]) -> None:
        """Raises InvalidInput for aliases that are invalid, and for those that two collections would have."""
        names = [self.collection(each.name) for each in dumped]
        aliases = [
            CollectionName(name.database, self.alias(alias))
            for name, each in zip(names, dumped, strict=True)
            for alias in each.aliases
        ]
        hint = "give it another name with --map, or leave aliases out with --no-aliases"
        for each in aliases:
            try:
                check_name(each.collection, "alias")
            except InvalidInput as exc:
                raise exc.with_context(more_hint=hint) from exc
        twice = _repeated(aliases)
        if twice:
            raise InvalidInput(f"two collections would have the alias {twice!r}", hint=hint)
        taken = sorted(set(aliases) & set(names))
        if taken:
            raise InvalidInput(f"the alias {str(taken[0])!r} would have the name of a collection", hint=hint)


def _repeated(names: Sequence[CollectionName]) -> str:
    return next((str(name) for name, count in Counter(names).items() if count > 1), "")


def _known(dumped: Sequence[DumpedCollection]) -> set[str]:
    return {name for each in dumped for name in (each.collection, str(each.name), *each.aliases)}


def _near(name: str, known: Collection[str]) -> list[str]:
    """Returns the names of the same form, with a database or without."""
    return sorted(each for each in known if ("/" in each) == ("/" in name))
