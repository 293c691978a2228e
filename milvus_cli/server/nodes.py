"""Nodes of a server, and its configuration, as it reports them by metrics and at the management port."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from ..client.client import Client
from ..client.failures import invalid
from ..client.http import management
from ..errors import CliError
from ..result import Table, Value
from ..session.session import Session
from .metrics import matches
from .resource_groups import SYSTEM_INFO

NODE_COLUMNS = (
    *("node", "role", "address", "version", "cores", "cpu_percent", "memory_bytes", "memory_used_bytes"),
    *("started", "error"),
)
CONFIG_COLUMNS = ("key", "value", "node")
CONFIGS, SLOW_REQUESTS = "/api/v1/_cluster/configs", "/api/v1/_cluster/slow_query"
"""Paths of the management port since Milvus 2.5: https://milvus.io/docs/milvus-webui.md"""

SECRETS = ("password", "secret", "accesskey", "token")
"""Parts of the keys whose values are secrets."""
HIDDEN = "(hidden)"
SLOW_COLUMNS = ("time", "duration", "type", "database", "collection", "partitions", "consistency_level", "user")
"""The columns of slow requests that come first."""


def node_table(client: Client) -> Table:
    rows = [
        (
            info.get("id"),
            info.get("type") or info.get("name"),
            _part(info, "hardware_infos").get("ip"),
            _part(info, "system_info").get("build_version"),
            _part(info, "hardware_infos").get("cpu_core_count"),
            _rounded(_part(info, "hardware_infos").get("cpu_core_usage")),
            _part(info, "hardware_infos").get("memory"),
            _part(info, "hardware_infos").get("memory_usage"),
            info.get("created_time"),
            info.get("error_reason") or None,
        )
        for info in _nodes(client)
    ]
    return Table(NODE_COLUMNS, sorted(rows, key=lambda row: (str(row[1]), str(row[0]))))


def config_table(session: Session, pattern: str | None, port: int | None) -> Table:
    """The settings of the server: all since Milvus 2.5, before that the few that its nodes report."""
    client = session.client
    if client.version.before("2.5"):
        found = list(_reported(client))
    else:
        found = [(key, value, None) for key, value in _management_json(session, CONFIGS, port, dict).items()]
    rows = sorted((row for row in found if matches(row[0], pattern)), key=lambda row: (row[0], str(row[2])))
    shown = [(key, HIDDEN if value and _is_secret(key) else value, node) for key, value, node in rows]
    hidden = sum(value == HIDDEN for _, value, _ in shown)
    note = f"({hidden} secret value{'' if hidden == 1 else 's'} hidden)" if hidden else ""
    return Table(CONFIG_COLUMNS, shown, note=note, optional=("node",))


def slow_table(session: Session, port: int | None) -> Table:
    """The slow requests that the proxy remembers, with every value that the server gives of one."""
    found = _management_json(session, SLOW_REQUESTS, port, list)
    requests = [each for each in found if isinstance(each, dict)]
    others = sorted({key for each in requests for key in each} - set(SLOW_COLUMNS))
    columns = [*SLOW_COLUMNS, *others]
    return Table(columns, [[each.get(name) for name in columns] for each in requests], optional=others)


def _nodes(client: Client) -> Iterator[Mapping[str, Any]]:
    """Raises InvalidAnswer for an answer of another shape."""
    answer = client.call("GetMetrics", request=SYSTEM_INFO).response
    try:
        for each in json.loads(answer)["nodes_info"]:
            yield dict(each["infos"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise invalid("GetMetrics", "no list of nodes") from None


def _reported(client: Client) -> Iterator[tuple[str, Value, str | None]]:
    for info in _nodes(client):
        for key, value in _part(info, "system_configurations").items():
            yield key, value, str(info.get("name"))


def _management_json(session: Session, path: str, port: int | None, kind: type[Any]) -> Any:
    """Returns the JSON at a path of the management port; null is an empty value of the kind."""
    status, text = management(session.profile, port, path, session.timeout)
    with suppress(ValueError, RecursionError):
        found = json.loads(text) if status == 200 else ""
        if isinstance(found, kind) or found is None:
            return found or kind()
    raise CliError(
        f"port {port or session.profile.management_port} {path}: "
        + (f"HTTP {status}" if status != 200 else "not the expected JSON"),
        hint="is it a Milvus's management port? --management-port PORT names another one",
    )


def _part(info: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = info.get(name)
    return found if isinstance(found, dict) else {}


def _rounded(number: object) -> float | None:
    return round(number, 1) if isinstance(number, (int, float)) else None


def _is_secret(key: str) -> bool:
    plain = key.lower().replace("_", "")
    return any(each in plain for each in SECRETS)
