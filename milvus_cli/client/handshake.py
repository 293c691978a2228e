"""The first call of a connection: introduces this client, and learns the server's version."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from .. import __version__
from ..connections.profile import Profile
from ..errors import Fault, ServerRefused, Unsupported
from .client import Client
from .not_found import NO_DATABASE


@dataclass(frozen=True)
class ServerInfo:
    """Result of the handshake. `version` is as the server writes it, e.g. "v2.3.5"; `latency_ms` is one round trip."""

    version: str
    deploy_mode: str
    latency_ms: float


def handshake(client: Client) -> ServerInfo:
    """Sends client information and reads the server's version.

    Raises like `Client.call`; ServerRefused for a missing database.
    """
    started = time.monotonic()
    try:
        info = client.call("Connect", client_info=_client_info(client.profile, __version__)).server_info
    except Unsupported:
        return ServerInfo(client.call("GetVersion").version, "", _since(started))
    except ServerRefused as exc:
        if exc.server_code == NO_DATABASE:
            raise _no_database(client) from exc
        raise
    latency = _since(started)
    if not info.build_tags or info.deploy_mode == "embedded":
        # Milvus Lite accepts any database in the handshake, and reports no version there; before 3.0 nowhere.
        _require_database(client)
        return ServerInfo(str(client.version), info.deploy_mode, latency)
    return ServerInfo(info.build_tags, info.deploy_mode, latency)


def round_trip(client: Client) -> float:
    """Returns the milliseconds of one light call on an open channel. Raises as `Client.call`."""
    light: Callable[[], object] = partial(client.call, "GetVersion")
    try:
        light()
    except Unsupported:
        light = partial(client.call, "Connect", client_info=_client_info(client.profile, __version__))
        light()
    started = time.monotonic()
    light()
    return _since(started)


def _client_info(profile: Profile, version: str) -> dict[str, str]:
    return {
        "sdk_type": "milvus_cli",
        "sdk_version": version,
        "user": profile.user,
        "host": socket.gethostname(),
        "local_time": time.strftime("%Y-%m-%dT%H:%M:%S"),
    }


def _require_database(client: Client) -> None:
    database = client.profile.database
    if database != "default" and database not in client.call("ListDatabases").db_names:
        raise _no_database(client)


def _no_database(client: Client) -> ServerRefused:
    return ServerRefused(
        f"database {client.profile.database!r} not found on {client.profile.address}",
        hint="connect without --db, then run `list databases`",
        fault=Fault.SAID_NO,
        server_code=NO_DATABASE,
    )


def _since(started: float) -> float:
    return round((time.monotonic() - started) * 1000, 1)
