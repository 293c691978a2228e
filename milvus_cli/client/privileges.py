"""What Milvus's privileges are called, and the type of object that each is for: the words of 2.3 to 2.6."""

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
"""As a privilege all those of a type of object, as an object all of its type, as a database all of them."""

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
"""The groups of privileges that Milvus 2.5 and newer bring along."""

TYPE_OF: Mapping[str, str] = {name: kind for kind, names in PRIVILEGES.items() for name in names}

FORCE = "--force sends it as it is, for a server that knows more"


def read_type(text: str) -> str:
    """The type of object that is meant, however its letters are cased. Raises InvalidInput with the nearest."""
    for each in PRIVILEGES:
        if each.casefold() == text.casefold():
            return each
    hint = nearest(text.capitalize(), PRIVILEGES) or f"types: {', '.join(PRIVILEGES)}"
    raise InvalidInput(f"no object type {text!r}", hint=hint)


def check_privilege(name: str, object_type: str, groups: Collection[str], where: str = "") -> None:
    """Raises InvalidInput for a name that is in no table here, or is for another type of object.

    `object_type` may be empty; `groups` are those that the server has beside its own.
    """
    before = f"{where}: " if where else ""
    if name == EVERY or name in GROUPS or name in groups:
        return
    if name not in TYPE_OF:
        known = [*PRIVILEGES.get(object_type, TYPE_OF), *GROUPS, *groups]
        hint = nearest(name, known) or nearest(name, TYPE_OF) or "help grant privilege"
        raise InvalidInput(f"{before}no privilege {name!r}", hint=f"{hint}; {FORCE}")
    if object_type and TYPE_OF[name] != object_type:
        raise InvalidInput(
            f"{before}{name} is a privilege on {TYPE_OF[name]}, not on {object_type}",
            hint=f"leave out the object type, or make it {TYPE_OF[name]}",
        )


def is_group(name: str, own: Collection[str]) -> bool:
    """Whether it is a group of privileges: one of Milvus's, or of the server's own."""
    return name in GROUPS or name in own


@dataclass(frozen=True)
class Where:
    """What a call was about; what it does not name are all. `database` is the connection's: there Milvus looks."""

    collection: str = ""
    user: str = ""
    database: str = ""


def place(method: str, fields: Mapping[str, Any], database: str) -> Where:
    """What a request is about."""
    named = next((fields[each] for each in COLLECTION_FIELDS if fields.get(each)), "")
    collection = named if isinstance(named, str) else named[0]
    # Milvus 2.3 knows a collection that is to be compacted by its number, and wants the privilege on all of them.
    return Where(
        "" if method == "ManualCompaction" else collection,
        fields.get("username") or fields.get("user", {}).get("name", ""),
        database,
    )


def refusal(text: str, where: Where, *, server_code: int | None = None) -> NotAuthorized | None:
    """Made of Milvus's words, which name what is missing: `PrivilegeSelectOwnership: permission deny to USER`.

    None for other words.
    """
    found = re.search(r"Privilege(\w+): permission deny[^\n]*", text)
    if found is None:
        return None
    return NotAuthorized(
        f"not permitted: {found[0].strip()}",
        fault=Fault.NOT_PERMITTED,
        hint=f"an administrator can allow it: {_granting(found[1], where)}",
        server_code=server_code,
        privilege=found[1],
    )


def _granting(name: str, where: Where) -> str:
    """The line that grants a privilege, as far as it can be told."""
    objects = {COLLECTION: where.collection or EVERY, USER: where.user or EVERY}.get(TYPE_OF.get(name, ""))
    words = ["grant", "privilege", "-r", "ROLE", "-p", name, *(["-o", objects] if objects else ())]
    return shlex.join([*words, *(["-db", where.database] if where.database not in ("", DEFAULT_DATABASE) else ())])
