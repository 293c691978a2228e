"""Resource groups and their query nodes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..client.optional import Permitted, permitted
from ..client.parallel import gather
from ..client.wire.rg_pb2 import ResourceGroupConfig
from ..errors import CliError, InvalidInput, NotAuthorized, ServerRefused, Unsupported
from ..result import Removal, Report, Section, Table
from ..session.session import Session

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import ResourceGroup
SYSTEM_INFO = json.dumps({"metric_type": "system_info"})


@dataclass(frozen=True)
class GroupSettings:
    """Settings for a group, in nodes and names of other groups; None leaves a setting unchanged."""

    requests: int | None = None
    limits: int | None = None
    transfer_from: Sequence[str] | None = None
    transfer_to: Sequence[str] | None = None

    @property
    def are_none(self) -> bool:
        return self == GroupSettings()


def create_group(client: Client, name: str, settings: GroupSettings) -> None:
    """Raises CliError if the server created the group but ignored the settings, as Milvus before 2.4 does."""
    client.call("CreateResourceGroup", resource_group=name, config=None if settings.are_none else _config(settings))
    if settings.are_none:
        return
    made = _describe(client, name).config
    if (made.requests.node_num, made.limits.node_num) != (settings.requests or 0, settings.limits or 0):
        ignored = "this server takes no requests and limits (requires Milvus 2.4)"
        raise CliError(
            f"resource group {name!r} was created, but {ignored}",
            hint="transfer node --source GROUP --target GROUP --num N moves nodes",
        )


def update_group(client: Client, name: str, settings: GroupSettings) -> None:
    config = _describe(client, name).config
    client.call("UpdateResourceGroups", resource_groups={name: _config(settings, config)})


def group_settings(client: Client, name: str) -> GroupSettings:
    """Returns a group's requests and limits."""
    config = _describe(client, name).config
    return GroupSettings(_setting(config, "requests"), _setting(config, "limits"))


def group_table(session: Session) -> Table:
    """Lists the groups, with a note on what this user may not see."""
    permitted = Permitted()
    table = list_groups(session.client, permitted, seconds=session.timeout)
    permitted.tell(session.console.note)
    return table


def group_removal(client: Client, name: str) -> Removal:
    known = permitted(client.call, "DescribeResourceGroup", resource_group=name)
    nodes = known.resource_group.num_available_node if known else "?"
    also = f"which has {nodes} node{'' if nodes == 1 else 's'}"

    def act() -> None:
        client.call("DropResourceGroup", resource_group=name)

    return Removal("delete", f"resource group {name!r}", also, {"resource_group": name}, act, loses_data=False)


def list_groups(client: Client, permitted: Permitted, *, seconds: float) -> Table:
    """Returns a row per group; values are None for a group that is gone, or did not answer in time."""
    names = sorted(client.call("ListResourceGroups").resource_groups)

    def ask(name: str, left: float) -> tuple[Any, ...] | None:
        answer = permitted(client.call, "DescribeResourceGroup", resource_group=name, timeout=left)
        if answer is None:
            return None
        group, config = answer.resource_group, answer.resource_group.config
        return (
            group.num_available_node,
            group.capacity,
            _setting(config, "requests"),
            _setting(config, "limits"),
            sum(group.num_loaded_replica.values()),
        )

    found = gather(ask, names, seconds=seconds)
    columns = ("resource_group", "nodes", "capacity", "requests", "limits", "replicas")
    return Table(columns, [(name, *(row or (None,) * 5)) for name, row in zip(names, found, strict=True)])


def group_report(client: Client, name: str) -> Report:
    group = _describe(client, name)
    config = group.config
    values = {
        "resource_group": group.name,
        "nodes": group.num_available_node,
        "capacity": group.capacity,
        "requests": _setting(config, "requests"),
        "limits": _setting(config, "limits"),
        "transfer_from": [each.resource_group for each in config.transfer_from],
        "transfer_to": [each.resource_group for each in config.transfer_to],
    }
    return Report(values, [_collection_section(group), _node_section(group)])


def transfer_nodes(client: Client, source: str, target: str, number: int) -> None:
    require_two_groups(source, target)
    with _hinting("run `list resource_groups` to see how many each group has"):
        client.call("TransferNode", source_resource_group=source, target_resource_group=target, num_node=number)


def transfer_replicas(client: Client, collection: str, source: str, target: str, number: int) -> None:
    require_two_groups(source, target)
    with _hinting(f"run `show replicas {collection}` to see where they are"):
        client.call(
            "TransferReplica",
            source_resource_group=source,
            target_resource_group=target,
            collection_name=collection,
            num_replica=number,
        )


def query_nodes(client: Client) -> Mapping[int, str]:
    """Returns addresses by query node number; empty if the server does not report them, or not to this user."""
    try:
        answer = client.call("GetMetrics", request=SYSTEM_INFO).response
        found = json.loads(answer)["nodes_info"]
        infos = ((int(each["identifier"]), each["infos"]) for each in found)
        return {
            number: str(info["hardware_infos"]["ip"])
            for number, info in infos
            if str(info["name"]).startswith("querynode")
        }
    except (ServerRefused, NotAuthorized, ValueError, KeyError, TypeError, RecursionError):
        return {}


def require_two_groups(source: str, target: str) -> None:
    """Raises InvalidInput for one group: Milvus 2.3 reports that it moved nodes from a group to itself."""
    if source == target:
        raise InvalidInput(f"source and target are the same group {source!r}")


@contextmanager
def _hinting(hint: str) -> Iterator[None]:
    """Adds a hint to refusals that have none."""
    try:
        yield
    except Unsupported:
        raise
    except ServerRefused as exc:
        raise exc.with_context(default_hint=hint) from exc


def _describe(client: Client, name: str) -> ResourceGroup:
    group: ResourceGroup = client.call("DescribeResourceGroup", resource_group=name).resource_group
    return group


def _config(settings: GroupSettings, before: ResourceGroupConfig | None = None) -> ResourceGroupConfig:
    """Returns the group's settings, updated by `settings`."""
    config = ResourceGroupConfig()
    if before is not None:
        config.CopyFrom(before)
    for name in ("requests", "limits"):
        setting = getattr(settings, name)
        if setting is not None:
            getattr(config, name).node_num = setting
    for name in ("transfer_from", "transfer_to"):
        groups = getattr(settings, name)
        if groups is not None:
            config.ClearField(name)
            for group in groups:
                getattr(config, name).add(resource_group=group)
    return config


def _setting(config: ResourceGroupConfig, name: str) -> int | None:
    """Returns None if the server has no such setting, or it is not set."""
    return getattr(config, name).node_num if config.HasField(name) else None


def _collection_section(group: ResourceGroup) -> Section:
    columns = ("collection", "replicas", "outgoing_nodes", "incoming_nodes")
    maps = (group.num_loaded_replica, group.num_outgoing_node, group.num_incoming_node)
    names = sorted({name for each in maps for name in each})
    rows = [(name, *(each.get(name, 0) for each in maps)) for name in names]
    return Section("collections", Table(columns, rows), [dict(zip(columns, row, strict=True)) for row in rows])


def _node_section(group: ResourceGroup) -> Section:
    """Lists the nodes by name, which Milvus reports since 2.4."""
    columns = ("node", "address", "hostname")
    rows = [(each.node_id, each.address, each.hostname) for each in sorted(group.nodes, key=lambda node: node.node_id)]
    return Section("members", Table(columns, rows), [dict(zip(columns, row, strict=True)) for row in rows])
