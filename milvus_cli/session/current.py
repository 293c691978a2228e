"""Where a session stands: its alias, and the database on each. Start options begin it, `use` and `connect` move it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..connections.environment import Config
from ..connections.profile import Profile
from ..connections.resolve import Resolved
from ..errors import CliError
from .options import Options


@dataclass(frozen=True)
class Choice:
    """A database that this session chose for a connection, and how: --db or `use database`."""

    database: str
    source: str


class Standing:
    """`named` is the alias that `--alias` gave at the start, `source` how the current one was chosen.

    `has_moved` is that a command chose a connection or a database.
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
        """The current alias. What other processes connect to moves it no more once it was asked for.

        Empty where MILVUS_URI names the server, or nothing is connected.
        """
        if self._alias is None:
            self._alias = self._given or ("" if self._config.uri else self._stored())
            if self._start_database is not None:
                self.choose(self._alias, self._start_database, "--db")
        return self._alias

    @property
    def known_alias(self) -> str:
        """The current alias where it was asked for already; else empty."""
        return self._alias or ""

    def choice(self, alias: str) -> Choice | None:
        """The database that was chosen for an alias; None where the connection's own is used."""
        if self._start_database is not None:
            _ = self.alias
        return self._choices.get(alias)

    def choose(self, alias: str, database: str, source: str = "use database") -> None:
        self._choices[alias] = Choice(database, source)
        self.has_moved = self.has_moved or source == "use database"

    def move(self, alias: str) -> None:
        """Makes an alias the current one, as it is stored now."""
        self._alias, self._held, self.source, self.has_moved = alias, None, "current", True

    def follow(self, old: str, new: str) -> None:
        """An alias was renamed."""
        if old in self._choices:
            self._choices[new] = self._choices.pop(old)
        if self._alias == old:
            self.move(new)

    def forget(self, alias: str) -> None:
        """Drops the database that was chosen for an alias."""
        _ = self.choice(alias)
        self._choices.pop(alias, None)
        if self._alias == alias:
            self._held = None

    def held(self, found: Resolved) -> Resolved:
        """The current connection as it was when this session came to it, whatever other processes changed since.

        Its database stays. Raises CliError when the alias points to another server now.
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
        return replace(found, profile=replace(now, database=self._held.database))


def _server(profile: Profile) -> tuple[str, int, str]:
    # An embedded server has another port after each start.
    return ("", 0, profile.lite) if profile.lite else (profile.host, profile.port, "")
