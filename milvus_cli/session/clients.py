"""Opens clients whose answers are checked before anybody reads them."""

from __future__ import annotations

from collections.abc import Callable

from ..client.client import Client, Trace
from ..connections.profile import Profile
from ..schema.answers import check


def open_client(profile: Profile, *, timeout: float, trace: Callable[[Trace], None] | None = None) -> Client:
    """A client for a profile. `timeout` is in seconds, for each call."""
    return Client(profile, timeout=timeout, check=check, trace=trace)
