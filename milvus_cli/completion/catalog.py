"""The names of a server's objects as last heard, for completion and hints. Asking never waits, unless told to."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from ..errors import CliError, Fault, ServerRefused
from ..session.name_source import LOCAL
from ..text.names import OFFERED, Names, Pairs, named

if TYPE_CHECKING:
    from ..client.client import Client
    from ..client.wire.schema_pb2 import FieldSchema
    from ..connections.profile import Profile
    from ..session.session import Session

DEADLINE = 2.0
"""Seconds that a call for names may take."""

KEEP_SECONDS = 15.0
"""After this names are asked for again: other processes change them too."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 10.0
"""Seconds without a new attempt at a server that did not answer; each further failure doubles them."""


class Wanted(NamedTuple):
    """A kind of names, of one object where they belong to one, on a connection and in a database ("": the store's)."""

    kind: str
    of: str
    alias: str
    database: str

    @property
    def place(self) -> tuple[str, str]:
        return ("", "") if self.kind in LOCAL else (self.alias, self.database)


class Heard(NamedTuple):
    """The names that came, and when (monotonic seconds)."""

    names: Names
    at: float


@dataclass(frozen=True)
class Trouble:
    """A place that did not answer: when to try again (monotonic seconds), and the pause that this was."""

    until: float
    pause: float


class Catalog:
    """Answers with what is known, and asks in a daemon thread over channels of its own.

    `patience` is how many seconds to wait for names that were never heard, `limit` how many a person is offered
    at once (None: all). `on_news` is called, in that thread, when other names have come. Failures are silent: no names
    then; that of a bug is kept in `failure`.
    """

    def __init__(self, session: Session) -> None:
        self.patience = 0.0
        self.limit: int | None = OFFERED
        self.failure = ""
        self.on_news: Callable[[], None] = lambda: None
        self._session = session
        self._lock = threading.Lock()
        self._round = 0
        self._heard: dict[Wanted, Heard] = {}
        self._asking: dict[Wanted, threading.Event] = {}
        self._trouble: dict[tuple[str, str], Trouble] = {}
        self._links = Links(session)

    def names(self, kind: str, *, of: str = "", alias: str = "", database: str = "") -> Names:
        """What is known of a kind in KINDS or LOCAL; without an alias or database, of the session's own."""
        here, standing = self._session.here(alias)
        wanted = Wanted(kind, of, here, database or standing)
        with self._lock:
            heard, asking = self._heard.get(wanted), self._asking.get(wanted)
            if asking is None and self._is_due(wanted, heard):
                asking = self._ask(wanted)
        if asking is not None and heard is None and self.patience:
            asking.wait(self.patience)
            heard = self._heard.get(wanted)
        return heard.names if heard else Names()

    def changed(self) -> None:
        """Forgets all: what was just written may have made or removed any of it."""
        with self._lock:
            self._round += 1
            for known in (self._heard, self._asking, self._trouble):
                known.clear()

    def close(self) -> None:
        self._links.close()

    def _is_due(self, wanted: Wanted, heard: Heard | None) -> bool:
        now, trouble = time.monotonic(), self._trouble.get(wanted.place)
        return (heard is None or now - heard.at > KEEP_SECONDS) and (trouble is None or now > trouble.until)

    def _ask(self, wanted: Wanted) -> threading.Event:
        done = self._asking[wanted] = threading.Event()
        threading.Thread(target=self._fetch, args=(wanted, self._round, done), daemon=True).start()
        return done

    def _fetch(self, wanted: Wanted, asked_in: int, done: threading.Event) -> None:
        names: Names | None = None
        try:
            names = named(self._pairs(wanted))
        except CliError as exc:
            # What the server won't tell, now or to this user, is no trouble with the place.
            if isinstance(exc, ServerRefused) or exc.fault is Fault.NOT_PERMITTED:
                names = Names()
        except Exception:
            # A thread's traceback would be written over the line that is being typed.
            self.failure = traceback.format_exc()
        is_news = self._take(wanted, names, asked_in)
        done.set()
        if is_news:
            self.on_news()

    def _pairs(self, wanted: Wanted) -> Pairs:
        if wanted.kind in LOCAL:
            return OF_THE_STORE[wanted.kind](self._session)
        return KINDS[wanted.kind](self._links.client(wanted.alias, wanted.database), wanted.of)

    def _take(self, wanted: Wanted, names: Names | None, asked_in: int) -> bool:
        """Keeps an answer, unless something changed while it was on its way; whether it says other than before."""
        with self._lock:
            if asked_in != self._round:
                return False
            self._asking.pop(wanted, None)
            if names is None:
                former = self._trouble.get(wanted.place)
                pause = min(former.pause * 2, LONGEST_PAUSE) if former else FIRST_PAUSE
                self._trouble[wanted.place] = Trouble(time.monotonic() + pause, pause)
                return False
            before, self._heard[wanted] = self._heard.get(wanted), Heard(names, time.monotonic())
            self._trouble.pop(wanted.place, None)
            return names != (before.names if before else Names())


class Links:
    """Clients for names only: apart from the session's, so that no command's call, deadline or report is disturbed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._clients: dict[Profile, Client] = {}

    def client(self, alias: str, database: str) -> Client:
        """Raises CliError where nothing is connected; an embedded server that does not run is not started."""
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


def _databases(client: Client, of: str) -> Pairs:
    return _without_notes(client.call("ListDatabases").db_names)


def _collections(client: Client, of: str) -> Pairs:
    names = client.call("ShowCollections").collection_names
    try:
        loaded = client.call("ShowCollections", type="InMemory")
    except ServerRefused:
        return _without_notes(names)
    percents = dict(zip(loaded.collection_names, loaded.inMemory_percentages, strict=False))
    return ((name, _load_state(percents.get(name, 0))) for name in sorted(names))


def _load_state(percent: int) -> str:
    # Milvus leaves out what is not loaded, Milvus Lite says 0.
    return "loaded" if percent == 100 else f"loading, {percent} %" if percent else "not loaded"


def _fields(client: Client, of: str) -> Pairs:
    schema = client.call("DescribeCollection", collection_name=of).schema
    return ((field.name, _described(field)) for field in schema.fields)


def _vector_fields(client: Client, of: str) -> Pairs:
    from ..schema.schema import vector_fields

    schema = client.call("DescribeCollection", collection_name=of).schema
    return ((field.name, _described(field)) for field in vector_fields(schema))


def _described(field: FieldSchema) -> str:
    from ..schema.schema import type_name

    sizes = (pair.value for pair in field.type_params if pair.key in ("dim", "max_length"))
    return " ".join([type_name(field.data_type), *sizes, *(["primary"] if field.is_primary_key else [])])


def _partitions(client: Client, of: str) -> Pairs:
    return _without_notes(client.call("ShowPartitions", collection_name=of).partition_names)


def _indexes(client: Client, of: str) -> Pairs:
    from ..schema.indexes import indexes

    return ((index.index_name, f"on {index.field_name}") for index in indexes(client, of))


def _aliases(client: Client, of: str) -> Pairs:
    from ..server.existence import alias_names

    return _without_notes(alias_names(client))


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
    """What filters of this server have beside what all have."""
    from ..text.words import FILTER_NOT_LITE, FILTER_SINCE

    lacking = FILTER_NOT_LITE if client.version.is_lite else ()
    return [
        (word, note)
        for word, (since, note) in FILTER_SINCE.items()
        if word not in lacking and not client.version.before(since)
    ]


def _without_notes(names: Iterable[str]) -> Pairs:
    return ((name, "") for name in sorted(names))


OF_THE_STORE: Mapping[str, Callable[[Session], Pairs]] = {"connections": _connections, "uris": _uris}
"""What this machine knows by itself."""

KINDS: Mapping[str, Callable[[Client, str], Pairs]] = {
    "databases": _databases,
    "collections": _collections,
    "fields": _fields,
    "vector_fields": _vector_fields,
    "partitions": _partitions,
    "indexes": _indexes,
    "aliases": _aliases,
    "users": _users,
    "roles": _roles,
    "resource_groups": _resource_groups,
    "privilege_groups": _privilege_groups,
    "filter_words": _filter_words,
}
"""What a server is asked for; the text is the collection whose fields, partitions or indexes are meant."""
