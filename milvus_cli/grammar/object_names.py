"""Parameter types for the names of objects on a server, completed from the session's source of names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ..errors import InvalidInput
from ..session.collection_ref import CollectionRef, parse_collection_ref
from ..session.name_source import LOCAL
from ..text.names import Names, missing_name, named, nearest
from .offered import Offered, given_text, items, name_source

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

FOLLOWED = re.compile(r"[\[:=]")

HINT_PATIENCE = 1.0
"""Seconds a failed command waits for names to suggest."""

CHECK_PATIENCE = 3.0
"""Seconds a dialogue waits for the names that an answer must be among; longer than the deadline of their call."""


@contextmanager
def waiting(ctx: click.Context, seconds: float) -> Iterator[None]:
    """Lets lookups of names wait this long."""
    catalog = name_source(ctx)
    patience, catalog.patience = catalog.patience, seconds
    try:
        yield
    finally:
        catalog.patience = patience


class ObjectName(Offered):
    """The name of an existing object. `owner` is the parameter with the collection that it belongs to.

    `noun` is the word for one object, and makes dialogues refuse the name of a missing one at its question.
    `expected` describes the object and makes an empty name an error: an empty variable in a script must not mean the
    connection or database that happens to be current. `offered` is the kind of names to complete, if only some fit.
    """

    def __init__(self, kind: str, *, noun: str = "", owner: str = "", expected: str = "", offered: str = "") -> None:
        self.name = kind
        self.offered = offered or kind
        self.noun = noun
        self.owner = owner
        self._expected = expected

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "" and self._expected:
            self.fail(f"expected {self._expected}, got ''", param, ctx)
        return value

    def names(self, ctx: click.Context, kind: str = "") -> Names:
        """Returns the known names of this kind, on the connection and in the database given on the line."""
        owner = given_text(ctx, self.owner) if self.owner else ""
        if self.owner and not owner:
            return Names()
        alias, database = given_text(ctx, "alias"), given_text(ctx, "database")
        return name_source(ctx).names(kind or self.name, of=owner, alias=alias, database=database)

    def missing(self, ctx: click.Context, value: object) -> tuple[str, list[str]]:
        """Returns the first given name that does not exist, or "", and all known names."""
        known = [each.text for each in self.names(ctx).all]
        given = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
        return next((str(each) for each in given if each and each not in known), "") if known else "", known

    def require(self, ctx: click.Context, value: str) -> None:
        """Raises InvalidInput if the object does not exist; passes if the names can't be known."""
        if not self.noun:
            return
        with waiting(ctx, CHECK_PATIENCE):
            missing, known = self.missing(ctx, value)
            if missing:
                # It may have been made after the names were fetched.
                ctx.obj.names_changed()
                missing, known = self.missing(ctx, value)
        if missing:
            owner = given_text(ctx, self.owner) if self.owner else ""
            listing = f"show collection {owner}" if self.name == "fields" else f"list {self.name}"
            listing += f" -c {owner}" if owner and self.name != "fields" else ""
            after = f" in {owner!r}" if owner else ""
            raise missing_name(self.noun, missing, known, f"run `{listing}`", after=after, error=InvalidInput)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        return items(self.names(ctx, self.offered).best(incomplete, name_source(ctx).limit))


class FieldAndMore(ObjectName):
    """A field, and what may follow it: a path in its JSON, an order after a colon, words after an equals sign."""

    def missing(self, ctx: click.Context, value: object) -> tuple[str, list[str]]:
        given = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
        return super().missing(ctx, tuple(FOLLOWED.split(str(each))[0] for each in given))


class ObjectNames(ObjectName):
    """Several names, separated by commas."""

    def missing(self, ctx: click.Context, value: object) -> tuple[str, list[str]]:
        return super().missing(ctx, tuple(map(str.strip, value.split(","))) if isinstance(value, str) else value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        before, comma, last = incomplete.rpartition(",")
        taken = before.split(",")
        free = named(each for each in self.names(ctx, self.offered).all if each.text not in taken)
        return items(free.best(last.lstrip(), name_source(ctx).limit), prefix=before + comma)


class EmbeddedText(Offered):
    """TEXT:VECTOR=EMBEDDER, a text column and the vector field that an embedder fills from it; it may be left out."""

    name = "embedded text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str, str]:
        if isinstance(value, tuple):
            return value
        fields, equals, embedder = value.rpartition("=")
        text, _, vector = (fields if equals else value).rpartition(":")
        if not (text and vector) or (equals and not embedder):
            self.fail(f"{value!r} is not TEXT:VECTOR=EMBEDDER", param, ctx)
        return text, vector, embedder if equals else ""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        catalog, (fields, equals, word) = name_source(ctx), incomplete.rpartition("=")
        if equals:
            return items(catalog.names("embedders").best(word, catalog.limit), prefix=f"{fields}=")
        text, colon, word = incomplete.rpartition(":")
        where = {"alias": given_text(ctx, "alias"), "database": given_text(ctx, "database")}
        kind, of = "vector_fields" if colon else "fields", given_text(ctx, "collection")
        found = catalog.names(kind, of=of, **where).best(word, catalog.limit) if of else ()
        return items(found, prefix=text + colon, suffix="=" if colon else ":")


class CollectionPlace(Offered):
    """A collection on any connection. Completes connections, and after the colon their collections."""

    name = "collection"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> CollectionRef:
        return value if isinstance(value, CollectionRef) else parse_collection_ref(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        catalog, (where, colon, word) = name_source(ctx), incomplete.rpartition(":")
        alias, slash, start = incomplete.partition("/")
        found = []
        if colon or not slash:
            there = {
                "alias": where.partition("/")[0] or given_text(ctx, "alias"),
                "database": where.partition("/")[2] or given_text(ctx, "database"),
            }
            found = items(catalog.names("collections", **there).best(word, catalog.limit), prefix=where + colon)
        elif alias:
            databases = catalog.names("databases", alias=alias).best(start, catalog.limit)
            return items(databases, prefix=alias + slash, suffix=":")
        if not slash:
            found += items(catalog.names("connections").best(incomplete, catalog.limit), suffix=":")
        return found


class PrivilegeNames(Offered):
    """Parses comma-separated privileges into a tuple. Completes groups and privileges for the line's object type."""

    name = "privileges"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        return tuple(each.strip() for each in value.split(",") if each.strip())

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        before, comma, last = incomplete.rpartition(",")
        return items(self._names(ctx, before.split(",")).best(last.lstrip()), prefix=before + comma)

    def _names(self, ctx: click.Context, taken: list[str]) -> Names:
        from ..client.privileges import GROUPS, PRIVILEGES

        wanted = given_text(ctx, "object_type").capitalize()
        known = {name: kind for kind, names in PRIVILEGES.items() if wanted in ("", kind) for name in names}
        own = [each.text for each in name_source(ctx).names("privilege_groups", alias=given_text(ctx, "alias")).all]
        groups = dict.fromkeys([*GROUPS, *own], "group")
        return named((name, note) for name, note in {**known, **groups}.items() if name not in taken)


class ObjectType(Offered):
    """The type of object that a privilege is for."""

    name = "object type"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from ..client.privileges import read_type

        return read_type(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        from ..client.privileges import PRIVILEGES

        return items(named((kind, f"{len(names)} privileges") for kind, names in PRIVILEGES.items()).best(incomplete))


class GrantedObject(Offered):
    """The object of a grant: a collection or a user, depending on the line's object type or privileges, or *."""

    name = "object"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        from ..client.privileges import TYPE_OF, USER

        privileges = [name for each in ctx.params.get("privileges") or () for name in str(each).split(",")]
        kinds = {given_text(ctx, "object_type").capitalize(), *(TYPE_OF.get(name, "") for name in privileges)}
        kind = "users" if USER in kinds else "collections"
        known = name_source(ctx).names(kind, alias=given_text(ctx, "alias"), database=given_text(ctx, "database"))
        return items(named([("*", "all of them"), *known.all]).best(incomplete, name_source(ctx).limit))


def meant(ctx: click.Context) -> str:
    """Returns "did you mean …?" for a name on the line that does not exist. Waits up to a second for known names."""
    with waiting(ctx, HINT_PATIENCE):
        for param in ctx.command.params:
            if isinstance(param.type, ObjectName) and param.type.name not in (*LOCAL, "databases"):
                missing, known = param.type.missing(ctx, ctx.params.get(str(param.name)))
                if missing:
                    return nearest(missing, known)
        return _meant_database(ctx)


def _meant_database(ctx: click.Context) -> str:
    alias, database = ctx.obj.here()
    known = [each.text for each in name_source(ctx).names("databases", alias=alias, database="default").all]
    return nearest(database, known) if database and database not in known else ""
