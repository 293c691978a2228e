"""Commands for resource groups, and for moving nodes, replicas and segments between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import InvalidInput
from ..grammar.command import command, dry_run_option, named_collection_option, option, optional_collection_option, word
from ..grammar.types import RESOURCE_GROUP
from ..result import Done, Report, Table
from ..session.removal import carry_out

if TYPE_CHECKING:
    from ..session.session import Session

NODES = click.IntRange(0, 2**31 - 1)
NUMBER = click.IntRange(min=1)
name_option = word("name", "-n", "--name", type=RESOURCE_GROUP, metavar="NAME", help="Resource group.")
requests_option = option(
    "--requests", type=NODES, metavar="N", help="Minimum number of nodes. The group fetches missing ones."
)
limits_option = option(
    "--limits", type=NODES, metavar="N", help="Maximum number of nodes. The group gives away the others."
)
source_option = option("--source", needed=True, type=RESOURCE_GROUP, metavar="NAME", help="Group to move from.")
target_option = option("--target", needed=True, type=RESOURCE_GROUP, metavar="NAME", help="Group to move to.")


@command("create resource_group", questions="settings:ask_new_group")
@word("name", "-n", "--name", metavar="NAME", help="Resource group name.")
@requests_option
@limits_option
def create_resource_group(session: Session, name: str, requests: int | None, limits: int | None) -> Done:
    """Create a resource group.

    Requests and limits require Milvus 2.4 or newer.

    \b
    Example: create resource_group -n search_only
    """
    from ..server.resource_groups import GroupSettings, create_group

    create_group(session.client, name, GroupSettings(requests, limits))
    return Done(f"Created resource group {name!r}.", {"resource_group": name})


@command("show resource_group")
@name_option
def show_resource_group(session: Session, name: str) -> Report:
    """Show the nodes of a resource group.

    Also shows its replicas. Outgoing nodes belong to other groups and serve replicas of this one. Incoming nodes serve
    replicas of other groups.

    \b
    Example: show resource_group __default_resource_group
    """
    from ..server.resource_groups import group_report

    return group_report(session.client, name)


@command("list resource_groups")
def list_resource_groups(session: Session) -> Table:
    """List resource groups.

    \b
    Example: list resource_groups
    """
    from ..server.resource_groups import group_table

    return group_table(session)


@command(
    "update resource_group",
    questions="settings:ask_group",
    asks_without=("requests", "limits", "transfer_from", "transfer_to"),
    operation="UpdateResourceGroups",
)
@name_option
@requests_option
@limits_option
@option(
    "--transfer-from",
    multiple=True,
    type=RESOURCE_GROUP,
    metavar="NAME",
    help="Group to fetch nodes from first (repeatable).",
)
@option(
    "--transfer-to",
    multiple=True,
    type=RESOURCE_GROUP,
    metavar="NAME",
    help="Group to give nodes to first (repeatable).",
)
def update_resource_group(
    session: Session,
    name: str,
    requests: int | None,
    limits: int | None,
    transfer_from: tuple[str, ...],
    transfer_to: tuple[str, ...],
) -> Done:
    """Change a resource group.

    Values that are not given stay unchanged. Requires Milvus 2.4 or newer.

    \b
    Example: update resource_group -n search_only --requests 1 --limits 2
    """
    from ..server.resource_groups import GroupSettings, update_group

    wishes = GroupSettings(requests, limits, transfer_from or None, transfer_to or None)
    if wishes.are_none:
        raise InvalidInput("nothing to change", hint="give --requests, --limits, --transfer-from or --transfer-to")
    update_group(session.client, name, wishes)
    return Done(f"Updated resource group {name!r}.", {"resource_group": name})


@command("delete resource_group")
@name_option
@dry_run_option
def delete_resource_group(session: Session, name: str, dry_run: bool) -> Done:
    """Delete an empty resource group.

    Transfer its nodes first.

    \b
    Example: delete resource_group -n search_only
    """
    from ..server.resource_groups import group_removal

    return carry_out(session, group_removal(session.client, name), dry_run=dry_run)


@command("transfer node")
@source_option
@target_option
@option("--num", type=NUMBER, default=1, show_default=True, metavar="N", help="Number of nodes.")
def transfer_node(session: Session, source: str, target: str, num: int) -> Done:
    """Move query nodes between resource groups.

    \b
    Example: transfer node --source __default_resource_group --target search_only --num 1
    """
    from ..server.resource_groups import transfer_nodes

    transfer_nodes(session.client, source, target, num)
    made = {"source": source, "target": target, "nodes": num}
    return Done(f"Moved {num} node{'' if num == 1 else 's'} from {source!r} to {target!r}.", made)


@command("transfer replica", questions="settings:ask_transfer")
@named_collection_option
@source_option
@target_option
@option("--num", type=NUMBER, default=1, show_default=True, metavar="N", help="Number of replicas.")
def transfer_replica(session: Session, collection: str, source: str, target: str, num: int) -> Done:
    """Move replicas between resource groups.

    To or from the default group, all replicas of the collection must be moved.

    \b
    Example: transfer replica -c book --source __default_resource_group --target search_only --num 1
    """
    from ..server.resource_groups import transfer_replicas

    transfer_replicas(session.client, collection, source, target, num)
    made = {"collection": collection, "source": source, "target": target, "replicas": num}
    thing = f"{num} replica{'' if num == 1 else 's'} of {collection!r}"
    return Done(f"Moved {thing} from {source!r} to {target!r}.", made)


@command(
    "load_balance", questions="balance:ask_balance", asks_without=("collection", "segments"), operation="LoadBalance"
)
@optional_collection_option("Collection. [default: found by its segments]")
@option("-s", "--src-node-id", "source", needed=True, type=int, metavar="NODE", help="Query node to move from.")
@option(
    "-d",
    "--dst-node-id",
    "targets",
    multiple=True,
    type=int,
    metavar="NODE",
    help="Query node to move to (repeatable). [default: any]",
)
@option(
    "-ss",
    "--sealed-segment-ids",
    "segments",
    multiple=True,
    type=int,
    metavar="SEGMENT",
    help="Sealed segment to move (repeatable). [default: any]",
)
def load_balance(
    session: Session, collection: str | None, source: int, targets: tuple[int, ...], segments: tuple[int, ...]
) -> Done:
    """Move segments between query nodes.

    Moves loaded segments within a replica and waits until they are moved.

    \b
    Example: load_balance -c book -s 1
    """
    from ..server.segments import Move, balance

    return balance(session, collection, Move(source, targets, segments))
