"""The connections a session knows, saved or not, with their parameters and where each parameter came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

from ..connections.environment import Config
from ..connections.lite_path import lite_path
from ..connections.profile import DEFAULT_ALIAS, Profile, checked_alias
from ..connections.resolve import Request, Resolved, from_environment, resolve
from ..connections.store import Saved, Store
from ..errors import CliError, Unreachable
from ..text.names import missing_name
from .current import Choice, Position
from .options import Options

AskPassword: TypeAlias = Callable[[str], str]
"""Asks for the password of a user; raises InvalidInput if there is no terminal to ask on."""


class KnownConnections:
    """The connections of a session, and its position among them. Unsaved ones live as long as the session."""

    def __init__(self, config: Config, store: Store, start: Options) -> None:
        self.position = Position(config, start, store.current)
        self._config = config
        self._store = store
        self._unsaved: dict[str, Profile] = {}
        self._as_stored: dict[str, tuple[Saved, str, Resolved]] = {}

    def saved(self, alias: str) -> Saved:
        """Returns the connection of that alias. Raises CliError with the nearest names."""
        if alias in self._unsaved:
            return _as_saved(self._unsaved[alias])
        found = self._store.get(alias)
        if found is None:
            known = [*self._unsaved, *self._store.aliases()]
            raise missing_name("connection", alias, known, "run `list connections`")
        return found

    def all(self) -> Iterator[Saved]:
        """Yields every connection: unsaved ones first, then the stored ones."""
        yield from map(_as_saved, self._unsaved.values())
        yield from self._store.all()

    def with_token(self, saved: Saved) -> Profile:
        """Returns the profile to connect with."""
        return self._unsaved.get(saved.alias) or replace(saved.profile, token=self._store.token(saved))

    def resolved(self, alias: str, database: str, ask_password: AskPassword) -> Resolved:
        """Returns the parameters of a connection; "" for the current alias, or the database chosen for it.

        Raises Unreachable, with the line to type, if nothing is connected.
        """
        alias = alias or self.position.alias
        if not alias:
            found = from_environment(self._config)
            if found is None:
                raise Unreachable("not connected", hint="connect -h HOST -p PORT")
        elif alias in self._unsaved:
            found = self._resolve(alias, self._unsaved[alias], ask_password)
        else:
            found = self._resolved_as_saved(alias, ask_password)
            if alias == self.position.alias:
                found = self.position.keep_database(found)
        choice = Choice(database, "--db") if database else self.position.choice(alias)
        if choice is None:
            return found
        return Resolved(replace(found.profile, database=choice.database), {**found.sources, "database": choice.source})

    def lite_directory(self, alias: str) -> str:
        """Returns the data directory if an alias, or MILVUS_URI without one, is Milvus Lite; "" if it is not.

        Raises CliError for an unknown alias. Needs no token, nor a server.
        """
        if not alias:
            return lite_path(self._config.uri) or ""
        return self.saved(alias).profile.lite

    def requested(self, request: Request, ask_password: AskPassword) -> tuple[Profile, Profile | None]:
        """Returns the profile that a `connect` asks for, and the one its alias had before."""
        alias = request.alias or self._config.alias or DEFAULT_ALIAS
        known = self._unsaved.get(alias)
        if known is None and (saved := self._store.get(alias)):
            known = self.with_token(saved)
        return resolve(request, self._config, known, ask_password).profile, known

    def connected(self, profile: Profile, *, saved: bool) -> None:
        """Makes a profile current that has just been connected; one that is not `saved` stays with the session."""
        self.forget(profile.alias)
        if not saved:
            self._unsaved[profile.alias] = profile
        self.position.move(profile.alias)

    def use_alias(self, alias: str) -> None:
        """Makes a saved connection current, here and for later commands. Raises CliError and Unreachable."""
        if alias not in self._unsaved:
            self._require_connected(alias)
            self._store.make_current(alias)
        self.position.move(alias)

    def use_database(self, alias: str, database: str) -> None:
        """Makes a database current and saves it with the alias for later commands."""
        if alias and alias not in self._unsaved:
            self._store.change(alias, database=database)
        self.position.choose(alias, database)

    def forget(self, alias: str) -> bool:
        """Drops an unsaved connection and the database chosen for the alias. Returns whether it was unsaved."""
        self.position.forget(alias)
        return self._unsaved.pop(alias, None) is not None

    def rename(self, old: str, new: str) -> None:
        """Gives a connection another alias; the current one stays current. Raises CliError as `saved`."""
        self.saved(old)
        if new in self._unsaved or self._store.get(checked_alias(new)) is not None:
            raise CliError(f"connection {new!r} already exists", hint=f"delete connection {new}")
        if old in self._unsaved:
            self._unsaved[new] = replace(self._unsaved.pop(old), alias=new)
        else:
            self._store.rename(old, new)
        self.position.follow(old, new)

    def change_password(self, address: str, user: str, password: str) -> list[str]:
        """Updates a user's password in every connection to this server that has that user; returns their aliases."""
        stale = [saved.alias for saved in self.all() if (saved.profile.address, saved.user) == (address, user)]
        for alias in stale:
            token = f"{user}:{password}"
            if alias in self._unsaved:
                self._unsaved[alias] = replace(self._unsaved[alias], token=token)
            else:
                self._store.replace_token(alias, token)
        return stale

    def overriding_variable(self, here: Callable[[], Profile]) -> str:
        """Returns the environment variable that sends later commands elsewhere than `here`; "" if none does."""
        config, position = self._config, self.position
        if not position.has_moved or not (config.alias or config.uri):
            return ""
        if config.alias:
            return "" if position.alias == config.alias else "MILVUS_ALIAS"
        there = from_environment(config)
        kept = there is not None and _server(there.profile) == _server(here())
        return "" if kept else "MILVUS_URI"

    def _require_connected(self, alias: str) -> Saved:
        saved = self.saved(alias)
        if not saved.connected:
            raise Unreachable(f"connection {alias!r} is disconnected", hint=f"connect -a {alias}")
        return saved

    def _resolved_as_saved(self, alias: str, ask_password: AskPassword) -> Resolved:
        """Resolves an alias in the store, once for each version of it that is stored."""
        saved = self._require_connected(alias)
        token = self._store.token(saved)
        known = self._as_stored.get(alias)
        if known is None or known[:2] != (saved, token):
            found = self._resolve(alias, replace(saved.profile, token=token), ask_password)
            known = self._as_stored[alias] = saved, token, found
        return known[2]

    def _resolve(self, alias: str, profile: Profile, ask_password: AskPassword) -> Resolved:
        # An alias names its server: MILVUS_URI applies only where no alias does, and its MILVUS_TOKEN only
        # where the alias kept none, so that it reaches no other server.
        config = replace(self._config, uri="", token="" if profile.token or self._config.uri else self._config.token)
        return resolve(Request(alias=alias), config, profile, ask_password)


def _as_saved(profile: Profile) -> Saved:
    return Saved(profile, profile.user, connected=True, server_version="", last_used=0, secret_in="")


def _server(profile: Profile) -> tuple[str, str]:
    return profile.address, profile.database
