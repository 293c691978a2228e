"""The clients of a session: one per alias, opened when first used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..client.client import Client, Trace
from ..connections.profile import Profile
from ..schema.answers import check

if TYPE_CHECKING:
    from ..connections.lite import LiteServers


def open_client(profile: Profile, *, timeout: float, trace: Callable[[Trace], None] | None = None) -> Client:
    """Opens a client whose answers are checked before anything reads them. `timeout` is in seconds, per call."""
    return Client(profile, timeout=timeout, check=check, trace=trace)


class ClientPool:
    """The open clients of a session, by alias. `servers` is called for profiles of Milvus Lite only."""

    def __init__(self, servers: Callable[[], LiteServers]) -> None:
        self._servers = servers
        self._clients: dict[str, Client] = {}

    def get(
        self,
        alias: str,
        profile: Profile,
        *,
        timeout: float,
        chosen_timeout: float | None,
        trace: Callable[[Trace], None],
    ) -> Client:
        """Returns the client of an alias; opens another one if the profile leads elsewhere by now."""
        known = self._clients.get(alias)
        if known is not None and (_channel(known.profile) != _channel(profile) or self._is_gone(profile)):
            self.close(alias)
        if alias not in self._clients:
            self._clients[alias] = open_client(self.served(profile), timeout=timeout, trace=trace)
        return self._clients[alias].with_options(
            database=profile.database, timeout=timeout, chosen_timeout=chosen_timeout, trace=trace
        )

    def keep(self, alias: str, client: Client) -> None:
        """Takes over an open client in place of the one that the alias had."""
        self.close(alias)
        self._clients[alias] = client

    def aliases(self) -> list[str]:
        return list(self._clients)

    def close(self, alias: str) -> None:
        client = self._clients.pop(alias, None)
        if client is not None:
            client.close()

    def close_all(self) -> None:
        for alias in self.aliases():
            self.close(alias)

    def served(self, profile: Profile) -> Profile:
        """Returns the profile with the address of its Milvus Lite, which is started if it is not running."""
        return self._servers().served(profile) if profile.lite else profile

    def _is_gone(self, profile: Profile) -> bool:
        return bool(profile.lite) and self._servers().running(profile.lite) is None


def _channel(profile: Profile) -> Profile:
    """Returns what a channel depends on: another database uses the same one."""
    # An embedded server has today's address in the client's profile, and an older one in the stored profile.
    return replace(profile, database="", host="", port=0) if profile.lite else replace(profile, database="")
