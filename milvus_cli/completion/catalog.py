"""Caches the names of a server's objects for completion and hints. Lookups don't wait unless `patience` is set."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ..errors import CliError, Fault, ServerRefused
from ..session.name_source import LOCAL
from ..session.saved_commands import SavedCommands
from ..text.names import OFFERED, Names, Pairs, named

if TYPE_CHECKING:
    from ..client.client import Client
    from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema
    from ..connections.profile import Profile
    from ..session.session import Session

DEADLINE = 2.0
"""Deadline of a call for names, in seconds."""

KEEP_SECONDS = 15.0
"""Seconds after which names are fetched again, since other processes change them too."""

FIRST_BACKOFF, LONGEST_BACKOFF = 1.0, 10.0
"""Seconds before an unreachable server is tried again, doubled after each failure."""


class NameQuery(NamedTuple):
    """A kind of names, of one object where needed, on a connection and in a database ("" for names in the store)."""

    kind: str
    of: str
    alias: str
    database: str

    @property
    def connection(self) -> tuple[str, str]:
        return ("", "") if self.kind in LOCAL else (self.alias, self.database)


class CachedNames(NamedTuple):
    """Names, and the time when they came (monotonic seconds)."""

    names: Names
    at: float


class Backoff(NamedTuple):
    """A failed server: the time of the next attempt (monotonic seconds), and the pause before it."""

    until: float
    pause: float


class Catalog:
    """Returns known names, and fetches others in daemon threads over separate channels.

    `patience` is the number of seconds to wait for names that were never fetched, `limit` the number offered to a user
    at once (None: all). `on_news` is called in the fetching thread when names have changed. Failures only mean no
    names; the traceback of a bug is kept in `failure`.
    """

    def __init__(self, session: Session) -> None:
        self.patience = 0.0
        self.limit: int | None = OFFERED
        self.failure = ""
        self.on_news: Callable[[], None] = lambda: None
        self._session = session
        self._lock = threading.Lock()
        self._round = 0
        self._heard: dict[NameQuery, CachedNames] = {}
        self._asking: dict[NameQuery, threading.Event] = {}
        self._trouble: dict[tuple[str, str], Backoff] = {}
        self._links = Links(session)

    def names(self, kind: str, *, of: str = "", alias: str = "", database: str = "") -> Names:
        """Returns known names of a kind in KINDS or LOCAL; alias and database default to the session's."""
        here, standing = self._session.here(alias)
        wanted = NameQuery(kind, of, here, database or standing)
        with self._lock:
            heard, asking = self._heard.get(wanted), self._asking.get(wanted)
            if asking is None and self._is_due(wanted, heard):
                asking = self._ask(wanted)
        if asking is not None and heard is None and self.patience:
            asking.wait(self.patience)
            heard = self._heard.get(wanted)
        return heard.names if heard else Names()

    def changed(self) -> None:
        """Forgets all names: a write may have added or removed any of them."""
        with self._lock:
            self._round += 1
            for known in (self._heard, self._asking, self._trouble):
                known.clear()

    def close(self) -> None:
        self._links.close()

    def _is_due(self, wanted: NameQuery, heard: CachedNames | None) -> bool:
        now, trouble = time.monotonic(), self._trouble.get(wanted.connection)
        return (heard is None or now - heard.at > KEEP_SECONDS) and (trouble is None or now > trouble.until)

    def _ask(self, wanted: NameQuery) -> threading.Event:
        done = self._asking[wanted] = threading.Event()
        threading.Thread(target=self._fetch, args=(wanted, self._round, done), daemon=True).start()
        return done

    def _fetch(self, wanted: NameQuery, asked_in: int, done: threading.Event) -> None:
        names: Names | None = None
        try:
            names = named(self._pairs(wanted))
        except CliError as exc:
            # A refusal, now or for this user, does not mean that the server is down.
            if isinstance(exc, ServerRefused) or exc.fault is Fault.NOT_PERMITTED:
                names = Names()
        except Exception:
            # A traceback printed by the thread would overwrite the line being typed.
            self.failure = traceback.format_exc()
        is_news = self._take(wanted, names, asked_in)
        done.set()
        if is_news:
            self.on_news()

    def _pairs(self, wanted: NameQuery) -> Pairs:
        if wanted.kind in LOCAL:
            return STORED_KINDS[wanted.kind](self._session)
        return SERVER_KINDS[wanted.kind](self._links.client(wanted.alias, wanted.database), wanted.of)

    def _take(self, wanted: NameQuery, names: Names | None, asked_in: int) -> bool:
        """Stores an answer unless names changed meanwhile; returns True if it differs from the last one."""
        with self._lock:
            if asked_in != self._round:
                return False
            self._asking.pop(wanted, None)
            if names is None:
                former = self._trouble.get(wanted.connection)
                pause = min(former.pause * 2, LONGEST_BACKOFF) if former else FIRST_BACKOFF
                self._trouble[wanted.connection] = Backoff(time.monotonic() + pause, pause)
                return False
            before, self._heard[wanted] = self._heard.get(wanted), CachedNames(names, time.monotonic())
            self._trouble.pop(wanted.connection, None)
            return names != (before.names if before else Names())


class Links:
    """Clients for names only, separate from the session's, so that they don't affect commands' calls or deadlines."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._clients: dict[Profile, Client] = {}

    def client(self, alias: str, database: str) -> Client:
        """Raises CliError if nothing is connected; does not start an embedded server."""
        from ..session.clients import open_client

        profile = self._session.resolved_at(alias, database).profile
        if profile.lite:
            server = self._session.servers.running(profile.lite)
            if server is None:
                raise CliError(f"no server runs on {profile.lite}")
            profile = replace(profile, host=server.host, port=server.port)
        key = replace(profile, database="")
        with self._lock:
            if key not in self._clients:
                self._clients[key] = open_client(profile, timeout=DEADLINE)
            return self._clients[key].with_options(database=profile.database, timeout=DEADLINE)

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


def _connections(session: Session) -> Pairs:
    stored = reversed(list(session.connections.all()))
    notes = {each.alias: each.profile.address + ("" if each.connected else ", disconnected") for each in stored}
    return sorted(notes.items())


def _uris(session: Session) -> Pairs:
    return {saved.profile.uri: saved.alias for saved in session.connections.all()}.items()


def _saved_commands(session: Session) -> Pairs:
    saved = SavedCommands(session.config.home)
    return [(name, saved.text(name).split("\n")[0]) for name in saved.names()]


def _embedders(session: Session) -> Pairs:
    return [(each.name, each.model or "command") for each in session.embedders.all()]


def _databases(client: Client, of: str) -> Pairs:
    return _without_notes(client.call("ListDatabases").db_names)


def _collections(client: Client, of: str) -> Pairs:
    from ..server.progress import loaded_percentages, state_of

    names = client.call("ShowCollections").collection_names
    try:
        percents = loaded_percentages(client)
    except ServerRefused:
        return _without_notes(names)
    return ((name, state_of(percents.get(name))) for name in sorted(names))


def _fields(client: Client, of: str) -> Pairs:
    from ..schema.nested import nested_names

    schema = client.call("DescribeCollection", collection_name=of).schema
    structs = [*(each.name for each in schema.struct_array_fields), *nested_names(schema)]
    return [*((field.name, _field_note(field)) for field in schema.fields), *_without_notes(structs)]


def _vector_fields(client: Client, of: str) -> Pairs:
    from ..schema.nested import nested_vectors
    from ..schema.schema import vector_fields

    schema = client.call("DescribeCollection", collection_name=of).schema
    return ((field.name, _field_note(field)) for field in [*vector_fields(schema), *nested_vectors(schema)])


def _scalar_fields(client: Client, of: str) -> Pairs:
    from ..schema.schema import scalar_fields

    schema = client.call("DescribeCollection", collection_name=of).schema
    return ((field.name, _field_note(field)) for field in scalar_fields(schema))


def _indexable_fields(client: Client, of: str) -> Pairs:
    from ..schema.features import indexable_fields

    schema = client.call("DescribeCollection", collection_name=of).schema
    return ((field.name, _field_note(field)) for field in indexable_fields(schema, client.version))


def _field_note(field: FieldSchema) -> str:
    """Returns a field's type first, which filters are completed by, then what else helps to choose it."""
    from ..schema.schema import params, type_name

    given = params(field.type_params)
    element = f"of {type_name(field.element_type)}" if field.element_type else ""
    marks = ["analyzed"] if given.get("enable_analyzer", "").lower() == "true" else []
    sizes = [value for key, value in given.items() if key in ("dim", "max_length")]
    kind = " ".join(filter(None, [type_name(field.data_type), element]))
    return " ".join([kind, *sizes, *marks, *(["primary"] if field.is_primary_key else [])])


def _partitions(client: Client, of: str) -> Pairs:
    return _without_notes(client.call("ShowPartitions", collection_name=of).partition_names)


def _indexes(client: Client, of: str) -> Pairs:
    from ..schema.indexes import indexes

    return ((index.index_name, f"on {index.field_name}") for index in indexes(client, of))


def _index_types(client: Client, of: str) -> Pairs:
    """Returns the indexed fields, each with the type of its index as the note."""
    from ..schema.indexes import index_of, indexes

    return ((index.field, index.type) for index in map(index_of, indexes(client, of)))


def _functions(client: Client, of: str) -> Pairs:
    schema = client.call("DescribeCollection", collection_name=of).schema
    return ((each.name, f"fills {', '.join(each.output_field_names)}") for each in schema.functions)


def _aliases(client: Client, of: str) -> Pairs:
    from ..server.existence import alias_names

    return _without_notes(alias_names(client))


def _snapshots(client: Client, of: str) -> Pairs:
    return _without_notes(client.call("ListSnapshots", collection_name=of).snapshots)


def _row_policies(client: Client, of: str) -> Pairs:
    policies = client.call("ListRowPolicies", collection_name=of).policies
    return ((each.policy_name, each.using_expr or each.check_expr) for each in policies)


def _file_resources(client: Client, of: str) -> Pairs:
    return ((each.name, each.path) for each in client.call("ListFileResources").resources)


def _user_tags(client: Client, of: str) -> Pairs:
    return sorted(client.call("GetUserTags", user_name=of).tags.items())


def _users(client: Client, of: str) -> Pairs:
    return _without_notes(client.call("ListCredUsers").usernames)


def _roles(client: Client, of: str) -> Pairs:
    return _without_notes(result.role.name for result in client.call("SelectRole").results)


def _resource_groups(client: Client, of: str) -> Pairs:
    return _without_notes(client.call("ListResourceGroups").resource_groups)


def _privilege_groups(client: Client, of: str) -> Pairs:
    from ..access.access import all_groups

    return ((name, ", ".join(privileges)[:60]) for name, privileges in sorted(all_groups(client).items()))


def _filter_words(client: Client, of: str) -> Pairs:
    """Returns the words of filters that this server has and that fit the collection's fields; all without one."""
    from ..text.filter_words import FILTER_WORDS

    kinds = _kinds(client.call("DescribeCollection", collection_name=of).schema) if of else None
    version = client.version
    return [
        (word, each.note)
        for word, each in FILTER_WORDS.items()
        if not version.before(each.since) and (each.in_lite or not version.is_lite)
        if kinds is None or not each.types or kinds.intersection(each.types)
    ]


def _kinds(schema: CollectionSchema) -> set[str]:
    """Returns what filters can be about: types of fields and of elements, keys of JSON, analyzed texts."""
    from ..text.filter_words import KEY

    kinds = {kind for field in schema.fields for kind in _field_note(field).split()}
    has_keys = schema.enable_dynamic_field or "JSON" in kinds
    return {*kinds, KEY} if has_keys else kinds


def _without_notes(names: Iterable[str]) -> Pairs:
    return ((name, "") for name in sorted(names))


STORED_KINDS: Mapping[str, Callable[[Session], Pairs]] = {
    "connections": _connections,
    "uris": _uris,
    "saved_commands": _saved_commands,
    "embedders": _embedders,
}
"""The kinds in LOCAL."""

SERVER_KINDS: Mapping[str, Callable[[Client, str], Pairs]] = {
    "databases": _databases,
    "collections": _collections,
    "fields": _fields,
    "vector_fields": _vector_fields,
    "scalar_fields": _scalar_fields,
    "indexable_fields": _indexable_fields,
    "partitions": _partitions,
    "indexes": _indexes,
    "index_types": _index_types,
    "functions": _functions,
    "aliases": _aliases,
    "snapshots": _snapshots,
    "row_policies": _row_policies,
    "file_resources": _file_resources,
    "user_tags": _user_tags,
    "users": _users,
    "roles": _roles,
    "resource_groups": _resource_groups,
    "privilege_groups": _privilege_groups,
    "filter_words": _filter_words,
}
"""Kinds of names that a server is asked for; the text is the collection of fields, partitions and indexes."""
