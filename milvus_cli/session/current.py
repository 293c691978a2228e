"""The alias a session is at, and the database chosen for each. Start options set it, `use` and `connect` change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from ..connections.environment import Config
from ..connections.profile import Profile
from ..connections.resolve import Resolved
from ..errors import CliError
from .options import Options


class Choice(NamedTuple):
    """A database chosen for a connection in this session; `source` is --db or `use database`."""

    database: str
    source: str


class Position:
    """The current alias and database of a session.

    `named` is the alias given by `--alias` at the start, `source` how the current one was chosen, `has_moved`
    becomes true once a command chose a connection or a database.
    """

    def __init__(self, config: Config, start: Options, stored: Callable[[], str]) -> None:
        self.named = start.alias or ""
        self.source = "--alias" if self.named else "MILVUS_ALIAS" if config.alias else "current"
        self._given = self.named or config.alias
        self._config, self._stored = config, stored
        self._start_database = start.database
        self._alias: str | None = None
        self._choices: dict[str, Choice] = {}
        self._held: Profile | None = None
        self.has_moved = False

    @property
    def alias(self) -> str:
        """The current alias, empty where MILVUS_URI names the server or nothing is connected.

        Fixed at the first access: what other processes connect to later does not change it.
        """
        if self._alias is None:
            self._alias = self._given or ("" if self._config.uri else self._stored())
            if self._start_database is not None:
                self.choose(self._alias, self._start_database, "--db")
        return self._alias

    @property
    def known_alias(self) -> str:
        """The current alias if it is fixed already, else empty. Never reads the store."""
        return self._alias or ""

    def choice(self, alias: str) -> Choice | None:
        """Returns the database chosen for an alias, or None if the connection's own applies."""
        if self._start_database is not None:
            _ = self.alias
        return self._choices.get(alias)

    def choose(self, alias: str, database: str, source: str = "use database") -> None:
        self._choices[alias] = Choice(database, source)
        self.has_moved = self.has_moved or source == "use database"

    def move(self, alias: str) -> None:
        """Makes an alias current, with the parameters stored for it now."""
        self._alias, self._held, self.source, self.has_moved = alias, None, "current", True

    def follow(self, old: str, new: str) -> None:
        """Renames an alias in the position."""
        if old in self._choices:
            self._choices[new] = self._choices.pop(old)
        if self._alias == old:
            self.move(new)

    def forget(self, alias: str) -> None:
        """Drops the database chosen for an alias."""
        _ = self.choice(alias)
        self._choices.pop(alias, None)
        if self._alias == alias:
            self._held = None

    def keep_database(self, found: Resolved) -> Resolved:
        """Returns the current connection with the database it had when this session first used it.

        Raises CliError if another process has pointed the alias to a different server since.
        """
        now = found.profile
        if self._held is None:
            self._held = now
        if _server(now) != _server(self._held):
            raise CliError(
                f"connection {now.alias!r} now points to {now.address} instead of {self._held.address}"
                " (changed by another process)",
                hint=f"use connection {now.alias}",
            )
        if now.database == self._held.database:
            return found
        return found._replace(profile=replace(now, database=self._held.database))


def _server(profile: Profile) -> tuple[str, int, str]:
    # An embedded server has another port after each start.
    return ("", 0, profile.lite) if profile.lite else (profile.host, profile.port, "")
