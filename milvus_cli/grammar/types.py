"""Parameter types: each is the only place that says what may be typed for its parameters."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from ..session.collection_ref import CollectionRef, parse_collection_ref
from ..session.name_source import LOCAL
from ..text.names import OFFERED, Name, Names, named, nearest
from ..text.words import (
    COLLECTION_PROPERTIES,
    CONSISTENCY_LEVELS,
    DATABASE_PROPERTIES,
    FIELD_PROPERTIES,
    FILTER_OPERATORS,
    FILTER_STARTS,
    INDEX_TYPES,
    METRICS,
    RERANK_FUNCTIONS,
    RERANKERS,
    WAITED,
)

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ..session.name_source import NameSource


HINT_PATIENCE = 1.0
"""Seconds that a failed command waits for the names that may have been meant."""


class Offered(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5 only
    """A type that takes any text, and offers some."""


class ObjectName(Offered):
    """The name of a thing that exists; `owner` is the parameter with the collection that it belongs to.

    With `expected`, which says what it is, an empty name is refused: a script's empty variable must not mean the
    connection or database that happens to be current.
    """

    def __init__(self, kind: str, *, owner: str = "", expected: str = "") -> None:
        self.name = kind
        self.owner = owner
        self._expected = expected

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "" and self._expected:
            self.fail(f"expected {self._expected}, got ''", param, ctx)
        return value

    def names(self, ctx: click.Context) -> Names:
        """The names that the session's catalog knows, on the connection and in the database that the line names."""
        owner = _given(ctx, self.owner) if self.owner else ""
        if self.owner and not owner:
            return Names()
        alias, database = _given(ctx, "alias"), _given(ctx, "database")
        return _catalog(ctx).names(self.name, of=owner, alias=alias, database=database)

    def missing(self, ctx: click.Context, value: object) -> tuple[str, list[str]]:
        """The first of the given names that nothing has, and those that there are; empty when all are there."""
        known = [each.text for each in self.names(ctx).all]
        given = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
        return next((str(each) for each in given if each and each not in known), "") if known else "", known

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        return items(self.names(ctx).best(incomplete, _catalog(ctx).limit))


class ObjectNames(ObjectName):
    """Several names with commas between."""

    def missing(self, ctx: click.Context, value: object) -> tuple[str, list[str]]:
        return super().missing(ctx, tuple(map(str.strip, value.split(","))) if isinstance(value, str) else value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        before, comma, last = incomplete.rpartition(",")
        taken = before.split(",")
        free = named(each for each in self.names(ctx).all if each.text not in taken)
        return items(free.best(last.lstrip(), _catalog(ctx).limit), prefix=before + comma)


class CollectionPlace(Offered):
    """A collection on any connection: connections are offered, and after the colon the collections of that one."""

    name = "collection"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> CollectionRef:
        return value if isinstance(value, CollectionRef) else parse_collection_ref(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        catalog, (where, colon, word) = _catalog(ctx), incomplete.rpartition(":")
        alias, slash, start = incomplete.partition("/")
        found = []
        if colon or not slash:
            place = {
                "alias": where.partition("/")[0] or _given(ctx, "alias"),
                "database": where.partition("/")[2] or _given(ctx, "database"),
            }
            found = items(catalog.names("collections", **place).best(word, catalog.limit), prefix=where + colon)
        elif alias:
            databases = catalog.names("databases", alias=alias).best(start, catalog.limit)
            return items(databases, prefix=alias + slash, suffix=":")
        if not slash:
            found += items(catalog.names("connections").best(incomplete, catalog.limit), suffix=":")
        return found


class Words(Offered):
    """Any text; these words are offered, each with a note."""

    def __init__(self, name: str, words: Mapping[str, str]) -> None:
        self.name = name
        self.words = words

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        return items(named(self.words.items()).best(incomplete))


class OneOf(click.Choice[str]):
    """One of these words, offered as others are: those that begin with what was typed first, then those near it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return value if value in self.choices else super().convert(value, param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        return items(named((word, "") for word in self.choices).best(incomplete))


class PrivilegeNames(Offered):
    """Privileges with commas between, as a tuple; those for the line's type of object are offered, and groups."""

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

        wanted = _given(ctx, "object_type").capitalize()
        known = {name: kind for kind, names in PRIVILEGES.items() if wanted in ("", kind) for name in names}
        own = [each.text for each in _catalog(ctx).names("privilege_groups", alias=_given(ctx, "alias")).all]
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
    """What a privilege is granted on: a collection or a user, as the line's type or privileges say, or *."""

    name = "object"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        from ..client.privileges import TYPE_OF, USER

        privileges = [name for each in ctx.params.get("privileges") or () for name in str(each).split(",")]
        kinds = {_given(ctx, "object_type").capitalize(), *(TYPE_OF.get(name, "") for name in privileges)}
        kind = "users" if USER in kinds else "collections"
        known = _catalog(ctx).names(kind, alias=_given(ctx, "alias"), database=_given(ctx, "database"))
        return items(named([("*", "all of them"), *known.all]).best(incomplete, _catalog(ctx).limit))


class FieldDeclaration(Offered):
    """NAME:TYPE[:ARGUMENT]: the types are offered after the colon."""

    name = "field declaration"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        from ..schema.kinds import FIELD_TYPES

        before, colon, word = incomplete.rpartition(":")
        if not colon or (":" in before and before.rpartition(":")[2].upper() != "ARRAY"):
            return []
        return items(named((each, "") for each in FIELD_TYPES).best(word), prefix=before + colon)


class DeclaredField(Offered):
    """The name of a field that this line declares."""

    name = "declared field"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        declared = (text.partition(":") for text in ctx.params.get("fields") or ())
        return items(named((name, kind) for name, _, kind in declared).best(incomplete))


class IndexDeclaration(DeclaredField):
    """FIELD[:TYPE[:METRIC[:…]]]: declared fields, then index types, then metrics are offered."""

    name = "index declaration"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        before, colon, word = incomplete.rpartition(":")
        if not colon:
            return super().shell_complete(ctx, param, incomplete)
        offered = {0: INDEX_TYPE.words, 1: METRIC.words}.get(before.count(":"), {})
        return items(named(offered.items()).best(word), prefix=before + colon)


class IndexParameter(Offered):
    """KEY:VALUE of an index: the keys that its type takes, and that the line does not have yet."""

    name = "index parameter"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        from ..schema.index_types import PARAMETERS, known_index_type

        taken = [each.partition(":")[0] for each in ctx.params.get(str(param.name)) or ()]
        known = PARAMETERS.get(known_index_type(_given(ctx, "index_type")), ())
        return items(named((f"{key}:", "") for key in known if key not in taken).best(incomplete))


class FileOrText(Offered):
    """Text; after @ the path of a file."""

    name = "text"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        if not incomplete.startswith("@") or incomplete.startswith("@@"):
            return []
        return items(paths(incomplete[1:]), prefix="@")


class KeyValue(Offered):
    """KEY=VALUE, as a pair; keys are offered."""

    name = "key=value"

    def __init__(self, keys: Mapping[str, str]) -> None:
        self.keys = keys

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        key, equals, text = value.partition("=")
        if not equals or not key.strip():
            self.fail(f"{value!r} is not KEY=VALUE", param, ctx)
        return key.strip(), text.strip()

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        if "=" in incomplete:
            return []
        return items(named((f"{key}=", note) for key, note in self.keys.items()).best(incomplete))


class FilterExpression(Offered):
    """A filter: the collection's fields, functions and operators are offered where each may stand, and `{name}`s."""

    name = "filter"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        from .filter_cursor import cursor

        at = cursor(incomplete)
        if at.in_text:
            return []
        words = self._words(ctx, at.word, after_value=at.after_value)
        return items(words.best(at.word), prefix=at.before, ends=False)

    def _words(self, ctx: click.Context, word: str, *, after_value: bool) -> Names:
        place = {"alias": _given(ctx, "alias"), "database": _given(ctx, "database")}
        if word.startswith("{"):
            given = (each.partition("=")[0] for each in ctx.params.get("parameters") or ())
            return named((f"{{{name}}}", "given by --param") for name in given)
        newer = _catalog(ctx).names("filter_words", **place).all
        if after_value:
            return named([*FILTER_OPERATORS.items(), *(each for each in newer if each.text.startswith("is "))])
        collection = _given(ctx, "collection")
        fields = _catalog(ctx).names("fields", of=collection, **place).all if collection else ()
        return named([*fields, *FILTER_STARTS.items(), *(each for each in newer if not each.text.startswith("is "))])


class FilterParameter(KeyValue):
    """NAME=VALUE: the `{name}`s of the line's filter that have no value yet."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        from .filter_cursor import places

        given = [each.partition("=")[0] for each in ctx.params.get(str(param.name)) or ()]
        wanted = places(_given(ctx, "filter") or _given(ctx, "expression"))
        free = named((f"{each}=", "of the filter") for each in wanted if each not in given)
        return [] if "=" in incomplete else items(free.best(incomplete))


class Directory(click.Path):
    """A directory that is there or is to be made; whether it can be used is told by whoever uses it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value


class KeptFile(click.Path):
    """A file that is written to and read again."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "-":
            self.fail("expected a file, got - (standard output)", param, ctx)
        return value


class FiniteRange(click.FloatRange):
    """A number within limits: nan would be within any, as it is neither less nor more."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"expected a finite number, got {value!r}", param, ctx)
        return number


class Duration(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5 only
    """Seconds as a number, or with units: 90, 1.5s, 5m, 1h30m."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        text = str(value).strip().lower()
        parts = re.fullmatch(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s?)?", text)
        numbers = [float(part or 0) for part in parts.groups()] if parts else [0.0, 0.0, 0.0]
        seconds = numbers[0] * 3600 + numbers[1] * 60 + numbers[2]
        if not 0 < seconds < 1e9:
            self.fail(f"{value!r} is no time: write 90, 5m or 1h30m", param, ctx)
        return seconds


class ByteSize(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5 only
    """Bytes as a number, or with a unit: 512MB, 16GiB, 1.5g; KB, MB and so on are powers of 1,000."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        parts = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)(b?)", str(value).strip().lower())
        if not parts or not 0 < float(parts[1]) < 1e18:
            self.fail(f"{value!r} is no size: write 16GiB, 512MB or bytes", param, ctx)
        base = 1000 if parts[4] and not parts[3] else 1024
        return int(float(parts[1]) * base ** " kmgt".index(parts[2] or " "))


class WaitTarget(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5 only
    """Several of these words, with commas between."""

    name = "words"

    def __init__(self, words: Mapping[str, str]) -> None:
        self.words = words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        found = value if isinstance(value, tuple) else tuple(each.strip().lower() for each in value.split(","))
        for each in found:
            if each not in self.words:
                self.fail(f"{each!r} is not one of: {', '.join(self.words)}", param, ctx)
        return found

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        before, comma, last = incomplete.rpartition(",")
        return items(named(self.words.items()).best(last), prefix=before + comma)


def items(names: Iterable[Name], *, prefix: str = "", suffix: str = "", ends: bool = True) -> list[CompletionItem[str]]:
    """With a suffix, and where it does not end so, more of the word is to follow."""
    from click.shell_completion import CompletionItem

    kind = "plain" if ends and not suffix else "part"
    return [CompletionItem(prefix + each.text + suffix, kind, each.note or None) for each in names]


def meant(ctx: click.Context) -> str:
    """ "did you mean …?" for a name on the line that the server does not have; waits a second for those it has."""
    catalog = ctx.obj.catalog
    patience, catalog.patience = catalog.patience, HINT_PATIENCE
    try:
        for param in ctx.command.params:
            if isinstance(param.type, ObjectName) and param.type.name not in (*LOCAL, "databases"):
                missing, known = param.type.missing(ctx, ctx.params.get(str(param.name)))
                if missing:
                    return nearest(missing, known)
        return _meant_database(ctx)
    finally:
        catalog.patience = patience


def _meant_database(ctx: click.Context) -> str:
    alias, database = ctx.obj.here()
    known = [each.text for each in _catalog(ctx).names("databases", alias=alias, database="default").all]
    return nearest(database, known) if database and database not in known else ""


def paths(incomplete: str, *, files: bool = True) -> list[Name]:
    """Files (or directories only) that go on from the text; a directory ends with a slash, as more may follow."""
    folder, start = os.path.split(incomplete)
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as entries:
            found = [
                (_no_option(os.path.join(folder, each.name)) + (os.sep if each.is_dir() else ""), "")
                for each in entries
                if each.name.startswith(start) and (start or not each.name.startswith(".")) and (files or each.is_dir())
            ]
    except OSError:
        return []
    return list(named(sorted(found)).all[:OFFERED])


def _no_option(path: str) -> str:
    """The path written so that it does not begin with a dash."""
    return os.path.join(".", path) if path.startswith("-") else path


def with_paths(item: CompletionItem[str]) -> list[CompletionItem[str]]:
    """The paths that an item of kind file or dir stands for, after its `--option=`; any other item itself."""
    if item.type not in ("file", "dir"):
        return [item]
    option, equals, path = item.value.rpartition("=") if item.value.startswith("--") else ("", "", item.value)
    return items(paths(path, files=item.type == "file"), prefix=option + equals)


def _catalog(ctx: click.Context) -> NameSource:
    """Of the session, or of what stands for it while nothing but a Tab is to be answered."""
    catalog: NameSource = ctx.obj.catalog
    return catalog


def _given(ctx: click.Context, name: str) -> str:
    value: Any = ctx.params.get(name)
    return value if isinstance(value, str) else ""


CONNECTION = ObjectName("connections", expected="the alias of a connection")
URI = ObjectName("uris")
DATABASE = ObjectName("databases")
ONE_DATABASE = ObjectName("databases", expected="the name of a database")
COLLECTION = ObjectName("collections")
COLLECTION_PLACE = CollectionPlace()
COLLECTION_ALIAS = ObjectName("aliases")
PARTITION = ObjectName("partitions", owner="collection")
FIELD = ObjectName("fields", owner="collection")
FIELDS = ObjectNames("fields", owner="collection")
VECTOR_FIELD = ObjectName("vector_fields", owner="collection")
INDEX = ObjectName("indexes", owner="collection")
USER = ObjectName("users")
ROLE = ObjectName("roles")
RESOURCE_GROUP = ObjectName("resource_groups")
PRIVILEGE_GROUP = ObjectName("privilege_groups")
PRIVILEGES = PrivilegeNames()
OBJECT_TYPE = ObjectType()
OBJECT = GrantedObject()

# Whether it can be read is told by whoever reads it.
FILE = click.Path(readable=False)
KEPT_FILE = KeptFile()
DIRECTORY = Directory(file_okay=False)
FIELD_DECLARATION = FieldDeclaration()
DECLARED_FIELD = DeclaredField()
INDEX_DECLARATION = IndexDeclaration()
INDEX_PARAMETER = IndexParameter()

PARAMETER = FilterParameter({})
FILTER = FilterExpression()
QUERY_VECTOR = FileOrText()
NUMBER = FiniteRange()
DURATION = Duration()
WAITED_FOR = WaitTarget(WAITED)
COLLECTION_PROPERTY, DATABASE_PROPERTY, FIELD_PROPERTY = map(
    KeyValue, (COLLECTION_PROPERTIES, DATABASE_PROPERTIES, FIELD_PROPERTIES)
)
COLLECTION_PROPERTY_KEY = Words("property", COLLECTION_PROPERTIES)
DATABASE_PROPERTY_KEY = Words("property", DATABASE_PROPERTIES)

CONSISTENCY = Words("consistency level", CONSISTENCY_LEVELS)
METRIC = Words("metric", METRICS)
INDEX_TYPE = Words("index type", INDEX_TYPES)
RERANKER = Words("reranker", {**RERANKERS, **RERANK_FUNCTIONS})
RERANK_FUNCTION = Words("reranker", RERANK_FUNCTIONS)
