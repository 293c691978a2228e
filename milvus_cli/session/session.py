"""The facade that commands work with: one invocation's options over the session's connections, clients and settings."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ..connections.environment import Config
from ..connections.profile import Profile
from ..connections.read_only import require_writable, rpc_reads
from ..connections.resolve import Request, Resolved
from ..connections.store import Store
from ..errors import CliError, InvalidInput
from ..output.colors import PLAIN, Palette, palette
from ..output.console import Console
from ..output.formats import FOR_PEOPLE, Style
from ..text.names import nearest
from .known_connections import KnownConnections
from .name_source import NameSource, NoNames
from .options import Options
from .row_counts import RowCounts
from .settings import Settings

if TYPE_CHECKING:
    from ..client.client import Client, Trace
    from ..client.handshake import ServerInfo
    from ..client.wire.schema_pb2 import CollectionSchema
    from ..connections.embedders import EmbedderStore
    from ..connections.lite import LiteServers
    from .clients import ClientPool


class Status(NamedTuple):
    """A connection that was just made, and its server's answer to the handshake."""

    profile: Profile
    server: ServerInfo


class State:
    """The mutable state that all views of a session share: settings, clients and names, opened when first used.

    `schemas` are those of the last searches, by address, database and name, which later searches confirm.
    `scripts` are the names of those that run, the innermost last.
    `composed` are lines that dialogues put together, for the history of the shell.
    `compactions` are the last ones of collections, by address, database and the collection's id.
    `stay` asks the program to open the shell after the command. `last_latency_ms` is that of the last RPC.
    """

    def __init__(self, config: Config, console: Console, settings: Settings) -> None:
        self.settings = settings
        self.stay = False
        self.last_latency_ms: float | None = None
        self.catalog: NameSource | None = None
        self.row_counts = RowCounts()
        self.composed: list[str] = []
        self.scripts: list[str] = []
        self.schemas: dict[tuple[str, str, str], CollectionSchema] = {}
        self.compactions: dict[tuple[str, str, str], int] = {}
        self._config, self._console = config, console

    @cached_property
    def servers(self) -> LiteServers:
        from ..connections.lite import LiteServers

        return LiteServers(self._config.home, self._console.note)

    @cached_property
    def clients(self) -> ClientPool:
        from .clients import ClientPool

        return ClientPool(lambda: self.servers)

    def close(self) -> None:
        if self.catalog is not None:
            self.catalog.close()
        if "clients" in vars(self):
            self.clients.close_all()


class Session:
    """One shell, script or one-shot command, seen with the options of one invocation.

    `with_options` makes the view for another invocation; all views share connections, clients and settings. The
    connection store is shared with other processes. `catalog` makes the source of names when it is first needed.
    """

    def __init__(
        self,
        config: Config,
        console: Console,
        settings: Settings,
        start: Options = Options(),
        catalog: Callable[[Session], NameSource] = lambda session: NoNames(),
    ) -> None:
        self.config = config
        self.console = console
        self.store = Store(config.home, console.note)
        self.connections = KnownConnections(config, self.store, start)
        self.state = State(config, console, settings)
        # An alias or a database among the start options only says where the session begins.
        self.options = self._start = replace(start, alias=None, database=None)
        self._make_catalog = catalog

    def with_options(self, options: Options) -> Session:
        """Returns this session as an invocation with these options sees it."""
        other = copy(self)
        other.options = options
        return other

    def at(self, alias: str, database: str, *, timeout: float | None = None) -> Session:
        """Returns this session as --alias, --db and --timeout would set it; "" keeps the current one."""
        return self.with_options(
            Options(alias=alias or None, database=database or None, timeout=timeout).over(self.options)
        )

    @property
    def catalog(self) -> NameSource:
        """The names that exist on the server, for completion and hints."""
        state = self.state
        if state.catalog is None:
            state.catalog = self._make_catalog(self.with_options(self._start))
        return state.catalog

    @property
    def embedders(self) -> EmbedderStore:
        """The embedders in the store that connections are in."""
        from ..connections.embedders import EmbedderStore

        return EmbedderStore(self.config.home, self.console.note)

    def names_changed(self) -> None:
        """Makes the catalog forget its names: a command may have created or removed some."""
        if self.state.catalog is not None:
            self.state.catalog.changed()

    # Options and settings

    @property
    def settings(self) -> Settings:
        return self.state.settings

    @property
    def output(self) -> str:
        return self.options.output or ("json" if self.options.query else self.settings["output"])

    @property
    def chose_no_format(self) -> bool:
        """True if the output format is the default."""
        return self.options.output is None and self.settings.sources["output"] == "default"

    @property
    def for_people(self) -> bool:
        """True if the output format is for people."""
        return self.output in FOR_PEOPLE

    @property
    def quiet(self) -> bool:
        return bool(self.options.quiet)

    @property
    def style(self) -> Style:
        """The chosen layout of results."""
        chosen = self.settings
        return Style(
            expanded=chosen["expanded"],
            headers=not self.options.no_header,
            room=int(chosen["max_width"]),
            most=int(chosen["max_rows"]),
            null=chosen["null_text"],
            borders=chosen["table_style"],
        )

    @property
    def timeout(self) -> float:
        """Deadline of one call, in seconds."""
        return self.options.timeout or float(self.settings["timeout"])

    @property
    def chosen_timeout(self) -> float | None:
        """The deadline if the user chose it, by --timeout or the setting."""
        return self.timeout if self.options.timeout or self.settings.sources["timeout"] != "default" else None

    @property
    def palette(self) -> Palette:
        """The colors of results and messages; none if they are unwanted."""
        wanted = self.options.color or self.settings["color"]
        if wanted == "never" or (wanted == "auto" and self.config.no_color):
            return PLAIN
        return palette(self.settings["theme"], self.settings.colors, forced=wanted == "always")

    # Questions

    @property
    def interactive(self) -> bool:
        """True if questions can be asked on the terminal."""
        return self.console.interactive and not self.options.no_input

    def confirm(self, question: str, *, loses_data: bool = True) -> None:
        """Asks for confirmation. Raises CliError for a no, and InvalidInput if there is no terminal.

        What loses no data is asked about on a protected connection only.
        A read-only connection refuses without a question. A protected one requires the alias: typed on a terminal,
        elsewhere given by --alias together with --yes.
        """
        profile = self.resolved().profile
        require_writable(profile, "nothing was changed")
        if profile.protected:
            self._confirm_protected(question, profile.alias)
        elif loses_data and not self.options.yes:
            if not self.interactive:
                action = question[:1].lower() + question[1:].rstrip("?")
                raise InvalidInput(f"refusing to {action}: no terminal to confirm on", hint="pass --yes")
            if self.console.ask(f"{question} [y/N] ").lower() not in ("y", "yes"):
                raise CliError("canceled")

    def _confirm_protected(self, question: str, alias: str) -> None:
        if self.interactive:
            if self.console.ask(f"{question} {alias} is protected: type its name to continue: ") != alias:
                raise CliError("canceled")
        elif not (self.options.yes and alias in (self.options.alias, self.connections.position.named)):
            raise InvalidInput(
                f"connection {alias!r} is protected: {question}", hint=f"pass both --yes and --alias {alias}"
            )

    def ask_password(self, user: str) -> str:
        if not self.interactive:
            raise InvalidInput(
                f"no password for user {user!r}", hint="give --password, --token-file FILE or MILVUS_TOKEN"
            )
        return self.console.ask_secret(f"Password of {user}: ")

    def password_of(self, user: str) -> str:
        """Returns a user's present password: the connection's own, or the answer to a question.

        Empty for another user if there is no terminal to ask on: Milvus does not require it from its superusers.
        """
        profile = self.profile
        if profile.user == user:
            return profile.token.partition(":")[2]
        return self.console.ask_secret(f"Old password of {user}: ") if self.interactive else ""

    def password_changed(self, user: str, password: str) -> list[str]:
        """Saves a user's new password in every connection to this server that has that user; returns their aliases."""
        stale = self.connections.change_password(self.profile.address, user, password)
        for alias in stale:
            self.state.clients.close(alias)
        return stale

    # The connection that this invocation acts on

    @property
    def alias(self) -> str:
        """The alias: --alias, then the session's own, then the store's; empty if there is none."""
        return self.options.alias or self.connections.position.alias

    @property
    def alias_source(self) -> str:
        """The source of the alias: --alias, MILVUS_ALIAS, or current."""
        return "--alias" if self.options.alias else self.connections.position.source

    def here(self, alias: str = "") -> tuple[str, str]:
        """Returns an alias, or the session's own, and its database; "" for the store's choice, which is not read."""
        position = self.connections.position
        alias = alias or self.options.alias or position.known_alias
        choice = position.choice(alias)
        return alias, self.options.database or (choice.database if choice else "")

    def resolved(self) -> Resolved:
        """Returns the connection's parameters. Raises Unreachable, with the line to type, if nothing is connected."""
        return self.connections.resolved(self.alias, self.options.database or "", self.ask_password)

    def resolved_at(self, alias: str, database: str) -> Resolved:
        """Resolves an alias and a database as `here` returns them, whatever the options say."""
        return self.connections.resolved(alias, database, self.ask_password)

    @property
    def profile(self) -> Profile:
        return self.resolved().profile

    @property
    def place(self) -> str:
        """Where commands act, for questions and messages: alias, address and database."""
        profile = self.profile
        return f"{profile.alias or 'MILVUS_URI'} ({profile.address}, database {profile.database})"

    @property
    def server_version(self) -> str:
        """The version that the server reported at the last saved handshake; empty if unknown."""
        saved = self.store.get(self.alias) if self.alias else None
        return saved.server_version if saved else ""

    # Clients

    @property
    def servers(self) -> LiteServers:
        """The embedded servers of this user."""
        return self.state.servers

    @property
    def client(self) -> Client:
        """The connection's client, opened when first used."""
        return self.state.clients.get(
            self.alias, self.profile, timeout=self.timeout, chosen_timeout=self.chosen_timeout, trace=self.trace
        )

    def open(self, profile: Profile) -> Client:
        """Opens a separate client; starts the profile's Milvus Lite if it is not running."""
        return self.open_running(self.state.clients.served(profile))

    def open_running(self, profile: Profile) -> Client:
        """Opens a separate client. A Milvus Lite that is not running stays so: its address refuses."""
        from .clients import open_client

        client = open_client(profile, timeout=self.timeout, trace=self.trace)
        client.chosen_timeout = self.chosen_timeout
        return client

    def trace(self, trace: Trace) -> None:
        """Keeps the latency of an RPC, notes that a write may have changed names, and logs it for `--debug`."""
        self.state.last_latency_ms = trace.milliseconds
        if not rpc_reads(trace.method):
            self.names_changed()
        if self.options.debug:
            self.console.note(
                f"rpc {trace.method} {trace.address} db={trace.database} {trace.milliseconds:.1f} ms {trace.status}"
            )

    # Changes of connection

    def connect(self, request: Request, *, save: bool) -> Status:
        """Opens a channel and shakes hands; only then records the alias and makes it current."""
        from ..client.handshake import handshake

        requested, known = self.connections.requested(request, self.ask_password)
        profile = self.state.clients.served(requested)
        client = self.open(profile)
        try:
            server = handshake(client)
            if save:
                self.store.put(profile, server.version)
        except BaseException:
            client.close()
            raise
        self.names_changed()
        self.connections.connected(profile, saved=save)
        self.state.clients.keep(profile.alias, client)
        if save and known and not (known.lite or profile.lite) and known.address != profile.address:
            self.console.note(f"connection {profile.alias!r} now points to {profile.address} (was {known.address})")
        return Status(profile, server)

    def forget(self, alias: str) -> bool:
        """Closes what this session has open under an alias. Returns whether the connection was unsaved."""
        self.names_changed()
        self.state.clients.close(alias)
        return self.connections.forget(alias)

    def rename(self, old: str, new: str) -> None:
        """Gives a connection another alias; the current one stays current. Raises CliError."""
        self.connections.rename(old, new)
        self.names_changed()
        self.state.clients.close(old)

    def unkept(self) -> str:
        """Returns a note if the environment overrides the current connection or database in later commands, else ""."""
        name = self.connections.overriding_variable(lambda: self.profile)
        return f"{name} is set and takes precedence over this choice in later commands" if name else ""

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

    def close(self) -> None:
        self.state.close()
