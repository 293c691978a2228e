"""Milvus's privileges and the type of object of each, for Milvus 2.3 to 2.6."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import Fault, InvalidInput, NotAuthorized
from ..text.names import nearest
from .not_found import COLLECTION_FIELDS, DEFAULT_DATABASE

COLLECTION, GLOBAL, USER = "Collection", "Global", "User"
EVERY = "*"
"""All privileges of an object type, all objects of a type, or all databases."""

PRIVILEGES: Mapping[str, tuple[str, ...]] = {
    COLLECTION: (
        "Search",
        "Query",
        "Insert",
        "Upsert",
        "Delete",
        "Import",
        "Load",
        "Release",
        "GetLoadState",
        "GetLoadingProgress",
        "Flush",
        "GetFlushState",
        "GetStatistics",
        "Compaction",
        "LoadBalance",
        "CreateIndex",
        "DropIndex",
        "IndexDetail",
        "CreatePartition",
        "DropPartition",
        "ShowPartitions",
        "HasPartition",
        "AddCollectionField",
        "AlterCollectionSchema",
        "CreateSnapshot",
        "DropSnapshot",
        "DescribeSnapshot",
        "ListSnapshots",
        "RestoreSnapshot",
        "RefreshExternalCollection",
    ),
    GLOBAL: (
        "All",
        "CreateCollection",
        "DropCollection",
        "DescribeCollection",
        "ShowCollections",
        "RenameCollection",
        "CreateAlias",
        "DropAlias",
        "DescribeAlias",
        "ListAliases",
        "CreateDatabase",
        "DropDatabase",
        "AlterDatabase",
        "DescribeDatabase",
        "ListDatabases",
        "FlushAll",
        "CreateOwnership",
        "DropOwnership",
        "SelectOwnership",
        "ManageOwnership",
        "CreatePrivilegeGroup",
        "DropPrivilegeGroup",
        "ListPrivilegeGroups",
        "OperatePrivilegeGroup",
        "BackupRBAC",
        "RestoreRBAC",
        "CreateResourceGroup",
        "DropResourceGroup",
        "DescribeResourceGroup",
        "ListResourceGroups",
        "UpdateResourceGroups",
        "TransferNode",
        "TransferReplica",
        "GetImportProgress",
        "ListImport",
        "AddFileResource",
        "RemoveFileResource",
        "ListFileResources",
        "GetReplicateConfiguration",
        "UpdateReplicateConfiguration",
        "ExportSnapshot",
        "RestoreExternalSnapshot",
        "PinSnapshotData",
        "UnpinSnapshotData",
    ),
    USER: ("UpdateUser", "SelectUser"),
}

GROUPS = (
    "CollectionReadOnly",
    "CollectionReadWrite",
    "CollectionAdmin",
    "DatabaseReadOnly",
    "DatabaseReadWrite",
    "DatabaseAdmin",
    "ClusterReadOnly",
    "ClusterReadWrite",
    "ClusterAdmin",
)
"""Built-in privilege groups of Milvus 2.5 and newer."""

TYPE_OF: Mapping[str, str] = {name: kind for kind, names in PRIVILEGES.items() for name in names}

FORCE = "--force sends it anyway"


def read_type(text: str) -> str:
    """Parses an object type in any case. Raises InvalidInput that suggests the nearest."""
    for each in PRIVILEGES:
        if each.casefold() == text.casefold():
            return each
    hint = nearest(text.capitalize(), PRIVILEGES) or f"types: {', '.join(PRIVILEGES)}"
    raise InvalidInput(f"unknown object type {text!r}", hint=hint)


def check_privilege(name: str, object_type: str, groups: Collection[str], where: str = "") -> None:
    """Raises InvalidInput for an unknown privilege, or one of another object type.

    `object_type` may be empty; `groups` are the server's custom groups.
    """
    before = f"{where}: " if where else ""
    if name == EVERY or name in GROUPS or name in groups:
        return
    if name not in TYPE_OF:
        known = [*PRIVILEGES.get(object_type, TYPE_OF), *GROUPS, *groups]
        hint = nearest(name, known) or nearest(name, TYPE_OF) or "help grant privilege"
        raise InvalidInput(f"{before}unknown privilege {name!r}", hint=hint).with_context(more_hint=FORCE)
    if object_type and TYPE_OF[name] != object_type:
        raise InvalidInput(
            f"{before}{name} is a privilege on {TYPE_OF[name]}, not on {object_type}",
            hint=f"leave out the object type, or make it {TYPE_OF[name]}",
        )


def is_group(name: str, own: Collection[str]) -> bool:
    """Reports whether it is a privilege group: a built-in one, or one of the custom groups in `own`."""
    return name in GROUPS or name in own


@dataclass(frozen=True)
class Where:
    """The objects of a call, "" for all. `database` is the connection's, where Milvus checks the privilege."""

    collection: str = ""
    user: str = ""
    database: str = ""


def where_of(method: str, fields: Mapping[str, Any], database: str) -> Where:
    """Returns the objects of a request."""
    named = next((fields[each] for each in COLLECTION_FIELDS if fields.get(each)), "")
    collection = named if isinstance(named, str) else named[0]
    # ManualCompaction has only the collection's number, and Milvus 2.3 requires the privilege on all collections.
    return Where(
        "" if method == "ManualCompaction" else collection,
        fields.get("username") or fields.get("user", {}).get("name", ""),
        database,
    )


def refusal(text: str, where: Where, *, server_code: int | None = None) -> NotAuthorized | None:
    """Parses a refusal such as `PrivilegeSelectOwnership: permission deny to USER`; returns None for other texts."""
    found = re.search(r"Privilege(\w+): permission deny[^\n]*", text)
    if found is None:
        return None
    return NotAuthorized(
        f"not permitted: {found[0].strip()}",
        fault=Fault.NOT_PERMITTED,
        hint=f"ask an administrator to run `{_granting(found[1], where)}`",
        server_code=server_code,
        privilege=found[1],
    )


def _granting(name: str, where: Where) -> str:
    """Returns the command that grants a privilege, with the objects that are known."""
    objects = {COLLECTION: where.collection or EVERY, USER: where.user or EVERY}.get(TYPE_OF.get(name, ""))
    words = ["grant", "privilege", "-r", "ROLE", "-p", name, *(["-o", objects] if objects else ())]
    return shlex.join([*words, *(["-db", where.database] if where.database not in ("", DEFAULT_DATABASE) else ())])
