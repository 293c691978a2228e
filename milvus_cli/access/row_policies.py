"""Row policies: which rows of a collection roles may read and write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..client.client import Client
from ..client.enums import value_name
from ..client.wire.milvus_pb2 import RowPolicyAction
from ..errors import InvalidInput
from ..result import Done, Removal, Table
from ..text.names import missing_name
from ..text.timestamps import instant
from . import access

COLUMNS = ("policy", "actions", "roles", "using", "check", "created", "description")
LATEST_SECONDS = 100_000_000_000
"""A larger time of creation is in milliseconds."""


@dataclass(frozen=True)
class PolicyOptions:
    """Which operations of which roles; `using` is a filter of rows to read, `check` one of rows to write."""

    actions: Sequence[str]
    roles: Sequence[str]
    using: str = ""
    check: str = ""
    description: str = ""


def create_policy(client: Client, collection: str, policy: str, options: PolicyOptions) -> Done:
    """Raises InvalidInput for a policy without a filter, CliError for a role that does not exist."""
    if not options.using and not options.check:
        raise InvalidInput("a row policy requires a filter", hint="give --using FILTER or --check FILTER")
    access.require_roles(client, options.roles)
    client.call(
        "CreateRowPolicy",
        collection_name=collection,
        policy_name=policy,
        actions=options.actions,
        roles=options.roles,
        using_expr=options.using,
        check_expr=options.check,
        description=options.description,
    )
    made = {"policy": policy, "collection": collection}
    return Done(f"Created row policy {policy!r} on collection {collection!r}.", made)


def policy_table(client: Client, collection: str) -> Table:
    found = client.call("ListRowPolicies", collection_name=collection).policies
    rows = [
        (
            each.policy_name,
            [value_name(RowPolicyAction, action) for action in each.actions],
            list(each.roles),
            each.using_expr or None,
            each.check_expr or None,
            _time(each.created_at),
            each.description or None,
        )
        for each in sorted(found, key=lambda policy: policy.policy_name)
    ]
    return Table(COLUMNS, rows, optional=("created", "description"))


def policy_removal(client: Client, collection: str, policy: str) -> Removal:
    """Asks like a removal of data: without the policy, roles may see and change more rows."""
    known = [each.policy_name for each in client.call("ListRowPolicies", collection_name=collection).policies]
    if policy not in known:
        hint = f"run `list row_policies -c {collection}`"
        raise missing_name("row policy", policy, known, hint, after=f" on {collection!r}")
    return Removal(
        "delete",
        f"row policy {policy!r} of collection {collection!r}",
        "",
        {"policy": policy, "collection": collection},
        lambda: client.call("DropRowPolicy", collection_name=collection, policy_name=policy),
    )


def _time(stamp: int) -> str | int | None:
    text: str | int = instant(stamp * (1_000_000 if stamp < LATEST_SECONDS else 1000))
    return text if stamp else None
