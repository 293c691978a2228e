"""What a command works in: the current connection and database, the options given, and the client when first asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ..connections.environment import Config
from ..connections.profile import DEFAULT_ALIAS, Profile, checked_alias
from ..connections.read_only import require_writable, rpc_reads
from ..connections.resolve import Request, Resolved, from_environment, resolve
from ..connections.store import Saved, Store
from ..errors import CliError, InvalidInput, Unreachable, Unsupported
from ..output.console import Console
from ..text.names import nearest
from .current import Choice, Standing
from .name_source import NameSource, NoNames
from .options import Options
from .settings import Settings

if TYPE_CHECKING:
    from ..client.client import Client, ServerInfo, Trace
    from ..connections.lite import LiteServers
    from ..schema.cache import Seen


@dataclass(frozen=True)
class Status:
    """A connection that was just made: what it is, and what the server said."""

    profile: Profile
    server: ServerInfo


class Session:
    """One shell, script or one-shot command. Owns its clients; the store is shared with other processes.

    `seen` is what collections were when last searched, by address, database and name. `catalog` makes the source of
    names when it is first asked for.
    """

    def __init__(
        self,
        config: Config,
        console: Console,
        settings: Settings,
        defaults: Options = Options(),
        catalog: Callable[[Session], NameSource] = lambda session: NoNames(),
    ) -> None:
        self.config = config
        self.console = console
        self.settings = settings
        # An alias or database in the options is for one command: those of the start only say where the session begins.
        self.defaults = self.options = replace(defaults, alias=None, database=None)
        self.store = Store(config.home, console.note)
        self.stay = False
        self.last_latency_ms: float | None = None
        self._standing = Standing(config, defaults, self.store.current)
        self._unsaved: dict[str, Profile] = {}
        self._clients: dict[str, Client] = {}
        self._as_stored: dict[str, tuple[Saved, str, Resolved]] = {}
        self._make_catalog = catalog
        self.seen: dict[tuple[str, str, str], Seen] = {}

    @contextmanager
    def by_default(self, options: Options) -> Iterator[None]:
        """For a command that runs inside another: the options of that one hold for it too."""
        before, self.defaults = self.defaults, options
        try:
            yield
        finally:
            self.defaults = before

    @contextmanager
    def at(self, alias: str, database: str, *, timeout: float | None = None) -> Iterator[None]:
        """Within it all is done there, as if --alias, --db and --timeout had said so; empty: they stay."""
        before = self.options
        self.options = Options(alias=alias or None, database=database or None, timeout=timeout).over(before)
        try:
            yield
        except Unsupported as exc:
            # Told here, as the version of this server is the one to name.
            told = self.explained(exc)
            raise Unsupported(told.message, hint=told.hint, server_code=told.server_code) from exc
        finally:
            self.options = before

    @cached_property
    def servers(self) -> LiteServers:
        """The embedded servers of this user."""
        from ..connections.lite import LiteServers

        return LiteServers(self.config.home, self.console.note)

    @cached_property
    def catalog(self) -> NameSource:
        """The names of what is there, for completion and hints."""
        return self._make_catalog(self)

    def names_changed(self) -> None:
        """Forgets the names that the catalog has heard: a command may have made or removed some."""
        if "catalog" in vars(self):
            self.catalog.changed()

    # What the running command was told

    @property
    def output(self) -> str:
        return self.options.output or self.settings["output"]

    @property
    def timeout(self) -> float:
        """Seconds that one call may take."""
        return self.options.timeout or float(self.settings["timeout"])

    @property
    def colorful(self) -> bool:
        """Whether colour is wanted, and can be shown."""
        wanted = self.options.color or self.settings["color"]
        return wanted == "always" or (wanted == "auto" and not self.config.no_color)

    @property
    def interactive(self) -> bool:
        """Whether a person can be asked."""
        return self.console.interactive and not self.options.no_input

    def confirm(self, question: str) -> None:
        """Asks before something changes that should not do so unasked. Raises CliError at a no, and InvalidInput when
        there is no terminal.

        On a read-only connection it is refused without a question. On a protected one the person types the alias;
        elsewhere than on a terminal it needs --yes and the alias by name.
        """
        profile = self.resolved().profile
        require_writable(profile, "nothing was changed")
        if profile.protected:
            self._confirm_protected(question, profile.alias)
        elif not self.options.yes:
            if not self.interactive:
                raise InvalidInput(f"{question} There is no terminal to confirm on.", hint="add --yes")
            if self.console.ask(f"{question} [y/N] ").lower() not in ("y", "yes"):
                raise CliError("not done")

    def _confirm_protected(self, question: str, alias: str) -> None:
        if self.interactive:
            if self.console.ask(f"{question} {alias} is protected: type its name to go on: ") != alias:
                raise CliError("not done")
        elif not (self.options.yes and alias in (self.options.alias, self._standing.named)):
            raise InvalidInput(
                f"connection {alias!r} is protected: {question}", hint=f"add both --yes and --alias {alias}"
            )

    def ask_password(self, user: str) -> str:
        if not self.interactive:
            raise InvalidInput(
                f"no password for user {user!r}", hint="give --password, --token-file FILE or MILVUS_TOKEN"
            )
        return self.console.ask_secret(f"Password of {user}: ")

    def password_of(self, user: str) -> str:
        """The password that the connection is made with; asked for where it is another user's, empty without a person.

        Milvus lets its superusers leave it empty.
        """
        profile = self.profile
        if profile.user == user:
            return profile.token.partition(":")[2]
        return self.console.ask_secret(f"Old password of {user}: ") if self.interactive else ""

    def password_changed(self, user: str, password: str) -> list[str]:
        """Keeps a user's new password with every connection to this server that has the old one; returns them."""
        here = self.profile.address
        stale = [saved.alias for saved in self.connections() if (saved.profile.address, saved.user) == (here, user)]
        for alias in stale:
            token = f"{user}:{password}"
            if alias in self._unsaved:
                self._unsaved[alias] = replace(self._unsaved[alias], token=token)
            else:
                self.store.replace_token(alias, token)
            self._close_client(alias)
        return stale

    @property
    def place(self) -> str:
        """Where commands act, for questions and messages: alias, address and database."""
        profile = self.profile
        return f"{profile.alias or 'MILVUS_URI'} ({profile.address}, database {profile.database})"

    # Which connection

    @property
    def alias(self) -> str:
        """The alias that commands use: named, then the session's own, then the store's; empty when there is none."""
        return self.options.alias or self._standing.alias

    @property
    def alias_source(self) -> str:
        """What made the alias that commands use the one: --alias, MILVUS_ALIAS, or current."""
        return "--alias" if self.options.alias else self._standing.source

    def here(self, alias: str = "") -> tuple[str, str]:
        """An alias, or the session's own, and its database; "" is what the store says, which is not read for it."""
        alias = alias or self.options.alias or self._standing.known_alias
        choice = self._standing.choice(alias)
        return alias, self.options.database or (choice.database if choice else "")

    def saved(self, alias: str) -> Saved:
        """The connection of that alias; raises CliError with the nearest names."""
        if alias in self._unsaved:
            return _as_saved(self._unsaved[alias])
        found = self.store.get(alias)
        if found is None:
            known = [*self._unsaved, *self.store.aliases()]
            raise CliError(f"no connection {alias!r}", hint=nearest(alias, known) or "list connections shows all")
        return found

    def resolved(self) -> Resolved:
        """The current connection's parameters. Raises Unreachable, with the line to type, when nothing is connected."""
        return self.resolved_at(self.alias, self.options.database or "")

    def resolved_at(self, alias: str, database: str) -> Resolved:
        """As `resolved`, of a place as `here` tells it, whatever the running command was told."""
        alias = alias or self._standing.alias
        if not alias:
            found = from_environment(self.config)
            if found is None:
                raise Unreachable("not connected", hint="connect -h HOST -p PORT")
        elif alias in self._unsaved:
            found = self._resolve(Request(alias=alias), self._unsaved[alias])
        else:
            found = self._resolved_as_saved(alias)
            if alias == self._standing.alias:
                found = self._standing.held(found)
        choice = Choice(database, "--db") if database else self._standing.choice(alias)
        if choice is None:
            return found
        return Resolved(replace(found.profile, database=choice.database), {**found.sources, "database": choice.source})

    @property
    def profile(self) -> Profile:
        return self.resolved().profile

    def _connected(self, alias: str) -> Saved:
        saved = self.saved(alias)
        if not saved.connected:
            raise Unreachable(f"connection {alias!r} is disconnected", hint=f"connect -a {alias}")
        return saved

    def _resolved_as_saved(self, alias: str) -> Resolved:
        """Of an alias in the store; as before, while the same is stored."""
        saved = self._connected(alias)
        token = self.store.token(saved)
        known = self._as_stored.get(alias)
        if known is None or known[:2] != (saved, token):
            found = self._resolve(Request(alias=alias), replace(saved.profile, token=token))
            known = self._as_stored[alias] = saved, token, found
        return known[2]

    def _resolve(self, request: Request, profile: Profile) -> Resolved:
        # An alias names its server: MILVUS_URI speaks only where no alias does, and its MILVUS_TOKEN only
        # where the alias kept none, so that it reaches no other server.
        config = replace(self.config, uri="", token="" if profile.token or self.config.uri else self.config.token)
        return resolve(request, config, profile, self.ask_password)

    def connections(self) -> Iterator[Saved]:
        """Every connection: those that only this session knows, then the stored ones."""
        yield from map(_as_saved, self._unsaved.values())
        yield from self.store.all()

    def with_token(self, saved: Saved) -> Profile:
        """The profile to connect with."""
        return self._unsaved.get(saved.alias) or replace(saved.profile, token=self.store.token(saved))

    # Clients

    @property
    def client(self) -> Client:
        """The current connection's client, opened when first asked."""
        alias, profile = self.alias, self.profile
        known = self._clients.get(alias)
        if known is not None and (_channel(known.profile) != _channel(profile) or self._is_gone(profile)):
            self._close_client(alias)
        if alias not in self._clients:
            self._clients[alias] = self.open(profile)
        return self._clients[alias].with_options(database=profile.database, timeout=self.timeout)

    def _is_gone(self, profile: Profile) -> bool:
        return bool(profile.lite) and self.servers.running(profile.lite) is None

    def open(self, profile: Profile) -> Client:
        """A client of its own for a profile; a Milvus Lite that is not running is started."""
        return self.open_running(self.served(profile))

    def open_running(self, profile: Profile) -> Client:
        """As `open`, but a Milvus Lite that is not running stays so: its address refuses."""
        from .clients import open_client

        return open_client(profile, timeout=self.timeout, trace=self.trace)

    def open_aliases(self) -> list[str]:
        return list(self._clients)

    def served(self, profile: Profile) -> Profile:
        """The profile with the address that its embedded server has today; unchanged without one."""
        if not profile.lite:
            return profile
        server = self.servers.start(profile.lite)
        return replace(profile, host=server.host, port=server.port)

    @property
    def server_version(self) -> str:
        """What the current connection's server said at its last handshake; empty when it was never asked."""
        saved = self.store.get(self.alias) if self.alias else None
        return saved.server_version if saved else ""

    def explained(self, error: Unsupported) -> Unsupported:
        """An operation that the server lacks, with the server's version, and the one that has it."""
        from ..client.versions import OPERATIONS, lacking

        if error.method not in OPERATIONS:
            return error
        return Unsupported(
            lacking(error.method, self.server_version or self._asked_version()),
            method=error.method,
            server_code=error.server_code,
        )

    def _asked_version(self) -> str:
        try:
            return str(self.client.call("GetVersion").version)
        except CliError:
            return ""

    def trace(self, trace: Trace) -> None:
        """Remembers how long an RPC took, that a write may have changed names, and shows it when `--debug` is given."""
        self.last_latency_ms = trace.milliseconds
        if not rpc_reads(trace.method):
            self.names_changed()
        if self.options.debug:
            self.console.note(
                f"rpc {trace.method} {trace.address} db={trace.database} {trace.milliseconds:.1f} ms {trace.status}"
            )

    def connect(self, request: Request, *, save: bool) -> Status:
        """Opens a channel, shakes hands, and only then records the alias and makes it current."""
        from ..client.client import handshake

        alias = request.alias or self.config.alias or DEFAULT_ALIAS
        known = self._known(alias)
        profile = self.served(resolve(request, self.config, known, self.ask_password).profile)
        client = self.open(profile)
        try:
            server = handshake(client)
            if save:
                self.store.put(profile, server.version)
        except BaseException:
            client.close()
            raise
        self.forget(alias)
        if not save:
            self._unsaved[alias] = profile
        self._clients[alias] = client
        self._standing.move(alias)
        if save and known and not (known.lite or profile.lite) and known.address != profile.address:
            self.console.note(f"connection {alias!r} now points to {profile.address} (was {known.address})")
        return Status(profile, server)

    def unkept(self) -> str:
        """Returns a note if the environment overrides the current connection or database in later commands, else ""."""
        config = self.config
        if not self._standing.has_moved or not (config.alias or config.uri):
            return ""
        if config.alias:
            name, kept = "MILVUS_ALIAS", self._standing.alias == config.alias
        else:
            by_environment = from_environment(config)
            here = self.profile
            there = by_environment.profile if by_environment else None
            name = "MILVUS_URI"
            kept = there is not None and (there.address, there.database) == (here.address, here.database)
        return "" if kept else f"{name} is set and takes precedence over this choice in later commands"

    def _known(self, alias: str) -> Profile | None:
        if alias in self._unsaved:
            return self._unsaved[alias]
        saved = self.store.get(alias)
        return self.with_token(saved) if saved else None

    def use_alias(self, alias: str) -> None:
        """Makes a saved connection current, here and for commands to come."""
        if alias not in self._unsaved:
            self._connected(alias)
            self.store.make_current(alias)
        self._standing.move(alias)

    def use_database(self, database: str) -> None:
        """Makes a database current, here and, saved with the alias, for commands to come."""
        alias = self.alias
        if alias and alias not in self._unsaved:
            self.store.change(alias, database=database)
        self._standing.choose(alias, database)

    def require_collection(self, name: str) -> None:
        """Raises CliError, with the nearest names, for a collection that does not exist."""
        from ..client.leaked_alias import leaked
        from ..client.not_found import LIST_COLLECTIONS, no_collection
        from ..client.optional import permitted

        client = self.client
        if client.call("HasCollection", collection_name=name).value:
            return
        listed = permitted(client.call, "ShowCollections")
        if listed and name in listed.collection_names:
            raise leaked(name)
        hint = nearest(name, listed.collection_names if listed else ()) or LIST_COLLECTIONS
        raise CliError(no_collection(name, client.profile.database), hint=hint)

    def forget(self, alias: str) -> bool:
        """Closes what this session has open under an alias; whether it was one that only this session knew."""
        self.names_changed()
        self._close_client(alias)
        self._standing.forget(alias)
        return self._unsaved.pop(alias, None) is not None

    def _close_client(self, alias: str) -> None:
        client = self._clients.pop(alias, None)
        if client is not None:
            client.close()

    def rename(self, old: str, new: str) -> None:
        """Gives a connection another alias; where it is the current one, it stays that. Raises CliError as `saved`."""
        self.saved(old)
        if new in self._unsaved or self.store.get(checked_alias(new)) is not None:
            raise CliError(f"connection {new!r} exists", hint=f"delete connection {new}")
        if old in self._unsaved:
            self._unsaved[new] = replace(self._unsaved.pop(old), alias=new)
        else:
            self.store.rename(old, new)
        self.names_changed()
        self._close_client(old)
        self._standing.follow(old, new)

    def close(self) -> None:
        if "catalog" in vars(self):
            self.catalog.close()
        for client in self._clients.values():
            client.close()


def _channel(profile: Profile) -> Profile:
    """What a channel is opened for: with another database it is the same one."""
    # An embedded server has its address of today in the client's profile, and that of some day in the stored one.
    return replace(profile, database="", host="", port=0) if profile.lite else replace(profile, database="")


def _as_saved(profile: Profile) -> Saved:
    return Saved(profile, profile.user, connected=True, server_version="", last_used=0, secret_in="")
