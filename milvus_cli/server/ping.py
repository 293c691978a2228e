"""Pings one server, or many concurrently."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from ..errors import CliError

if TYPE_CHECKING:
    from ..client.client import Client
    from ..connections.profile import Profile

AT_ONCE = 64
"""Servers pinged at once, at most: threads and descriptors are limited, aliases may be many."""


class Ping(NamedTuple):
    """`latency_ms` is one round trip on an open channel; None with an `error`."""

    reachable: bool
    latency_ms: float | None
    error: str | None


def ping_one(client: Client) -> float:
    """Returns the milliseconds of one light call on an open channel. Raises as `Client.call`."""
    # Imports grpc too, which `list connections` needs only to ping.
    from ..client.handshake import round_trip

    return round_trip(client)


def ping_all(profiles: Iterable[Profile], open_client: Callable[[Profile], Client]) -> Iterator[Ping]:
    """Pings all servers concurrently, each within its client's deadline; yields in the order of the profiles."""
    # Imports logging too, which `list connections` needs only to ping.
    from concurrent.futures import ThreadPoolExecutor

    opened: set[Client] = set()

    def answer(profile: Profile) -> Ping:
        try:
            client = open_client(profile)
        except CliError as exc:
            return Ping(False, None, exc.message)
        opened.add(client)
        try:
            return Ping(True, ping_one(client), None)
        except CliError as exc:
            return Ping(False, None, exc.message)
        finally:
            opened.discard(client)
            client.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            yield from pool.map(answer, profiles)
        except BaseException:
            # The pool waits for its threads: without this, Ctrl-C would take until the deadline.
            for client in list(opened):
                client.close()
            raise
