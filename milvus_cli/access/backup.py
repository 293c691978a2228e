"""Backups of users, roles, grants and privilege groups by the server itself, with passwords as it keeps them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..connections.private_files import write_whole
from ..errors import InvalidInput
from ..result import Done
from ..text.counts import counted
from ..text.json import parse_json
from ..text.unwritable import unwritable

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import GrantEntity, RBACMeta

PARTS = ("users", "roles", "grants", "privilege_groups")
HINT = "`backup access FILE` writes such a file"
OWNER_ONLY = 0o600
"""Mode of the file: it has hashes of passwords."""


def backup_access(client: Client, file: str) -> Done:
    """Writes the backup to a file that only its owner may read."""
    written = _written(client.call("BackupRBAC").RBAC_meta)
    path = Path(os.path.realpath(file))
    text = json.dumps(written, indent=2, ensure_ascii=False) + "\n"
    try:
        write_whole(path, text, replace=True, mode=OWNER_ONLY)
    except OSError as exc:
        raise unwritable(file, exc) from exc
    return Done(f"Backed up {_in_words(written)} to {file}.", {"file": file, **_counts(written)})


def restore_access(client: Client, text: str, file: str) -> Done:
    """Has the server restore a backup. It refuses all of it if a user, role or group of it exists."""
    value = parse_json(text, file, HINT)
    if not isinstance(value, dict) or not all(isinstance(value.get(part, []), list) for part in PARTS):
        raise InvalidInput(f"{file} is not a backup of users and roles", hint=HINT)
    try:
        meta = _read(value)
    except (KeyError, TypeError, AttributeError) as exc:
        raise InvalidInput(f"{file} is not a backup of users and roles: {exc}", hint=HINT) from exc
    client.call("RestoreRBAC", RBAC_meta=meta)
    return Done(f"Restored {_in_words(value)} from {file}.", {"file": file, **_counts(value)})


def _written(meta: RBACMeta) -> dict[str, Any]:
    return {
        "users": [
            {"user": each.user, "password": each.password, "roles": [role.name for role in each.roles]}
            for each in meta.users
        ],
        "roles": [
            {"role": each.name, **({"description": each.description} if each.description else {})}
            for each in meta.roles
        ],
        "grants": [_grant(each) for each in meta.grants],
        "privilege_groups": [
            {"group": each.group_name, "privileges": [privilege.name for privilege in each.privileges]}
            for each in meta.privilege_groups
        ],
    }


def _grant(entity: GrantEntity) -> dict[str, str]:
    return {
        "role": entity.role.name,
        "database": entity.db_name,
        "object_type": entity.object.name,
        "object_name": entity.object_name,
        "privilege": entity.grantor.privilege.name,
        "grantor": entity.grantor.user.name,
    }


def _read(value: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the message of a backup, as nested values. Raises KeyError or TypeError for another value."""
    return {
        "users": [
            {
                "user": str(each["user"]),
                "password": str(each["password"]),
                "roles": [{"name": str(role)} for role in each["roles"]],
            }
            for each in value.get("users", ())
        ],
        "roles": [
            {"name": str(each["role"]), "description": str(each.get("description", ""))}
            for each in value.get("roles", ())
        ],
        "grants": [_entity(each) for each in value.get("grants", ())],
        "privilege_groups": [
            {"group_name": str(each["group"]), "privileges": [{"name": str(name)} for name in each["privileges"]]}
            for each in value.get("privilege_groups", ())
        ],
    }


def _entity(grant: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "role": {"name": str(grant["role"])},
        "object": {"name": str(grant["object_type"])},
        "object_name": str(grant["object_name"]),
        "grantor": {"user": {"name": str(grant["grantor"])}, "privilege": {"name": str(grant["privilege"])}},
        "db_name": str(grant["database"]),
    }


def _counts(value: Mapping[str, Any]) -> dict[str, int]:
    return {part: len(value.get(part, ())) for part in PARTS}


def _in_words(value: Mapping[str, Any]) -> str:
    counts = _counts(value)
    return ", ".join(counted(number, part.replace("_", " ").removesuffix("s")) for part, number in counts.items())
