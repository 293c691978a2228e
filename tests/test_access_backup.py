"""Backups of users and roles by the server, on one that says it is Milvus 3.0."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Run
from tests.support.newest import Newest
from tests.support.official import common_pb2, milvus_pb2
from tests.support.typed import Typed, failed, on_lite, on_milvus

WRITTEN: dict[str, Any] = {
    "users": [{"user": "ann", "password": "$2a$10$x", "roles": ["reader"]}],
    "roles": [{"role": "reader", "description": "may search"}],
    "grants": [
        {
            "role": "reader",
            "database": "default",
            "object_type": "Collection",
            "object_name": "book",
            "privilege": "Search",
            "grantor": "root",
        }
    ],
    "privilege_groups": [{"group": "loaders", "privileges": ["Load"]}],
}
WORDS = "1 user, 1 role, 1 grant, 1 privilege group"


def access() -> milvus_pb2.RBACMeta:
    reader = milvus_pb2.RoleEntity(name="reader")
    return milvus_pb2.RBACMeta(
        users=[milvus_pb2.UserInfo(user="ann", password="$2a$10$x", roles=[reader])],
        roles=[milvus_pb2.RoleEntity(name="reader", description="may search")],
        grants=[
            milvus_pb2.GrantEntity(
                role=reader,
                object=milvus_pb2.ObjectEntity(name="Collection"),
                object_name="book",
                grantor=milvus_pb2.GrantorEntity(
                    user=milvus_pb2.UserEntity(name="root"), privilege=milvus_pb2.PrivilegeEntity(name="Search")
                ),
                db_name="default",
            )
        ],
        privilege_groups=[
            milvus_pb2.PrivilegeGroupInfo(group_name="loaders", privileges=[milvus_pb2.PrivilegeEntity(name="Load")])
        ],
    )


@pytest.fixture
def backed_up(newest: Newest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Newest:
    """A server with a user, a role, a grant and a group; the current directory is an empty one."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    newest.answers("BackupRBAC", milvus_pb2.BackupRBACMetaResponse(RBAC_meta=access()))
    newest.answers("RestoreRBAC", common_pb2.Status())
    return newest


def test_a_backup_is_a_file_for_its_owner_that_restores_the_same(backed_up: Newest) -> None:
    assert backed_up("backup access access.json") == Run(0, f"Backed up {WORDS} to access.json.\n", "")
    assert json.loads(Path("access.json").read_text()) == WRITTEN
    assert stat.S_IMODE(Path("access.json").stat().st_mode) == 0o600

    assert backed_up("restore access access.json") == Run(0, f"Restored {WORDS} from access.json.\n", "")
    (request,) = backed_up.peer.requests("RestoreRBAC")
    assert request == milvus_pb2.RestoreRBACMetaRequest(RBAC_meta=access())


def test_a_file_is_replaced_only_by_force(backed_up: Newest) -> None:
    Path("access.json").write_text("mine")
    run = backed_up("backup access access.json")
    assert run == failed("access.json exists", "add --force to replace it", code=2)
    assert backed_up("backup access access.json --force").code == 0


@pytest.mark.parametrize("text", ["[]", "{", '{"users": 1}', '{"users": [{"user": "ann"}]}', '{"grants": [5]}'])
def test_what_is_no_backup_is_not_restored(backed_up: Newest, text: str) -> None:
    Path("access.json").write_text(text)
    run = backed_up("restore access access.json")
    assert (run.code, run.out) == (2, "")
    assert run.err.endswith("hint: `backup access FILE` writes such a file\n")
    assert "RestoreRBAC" not in backed_up.peer.methods


@on_milvus
@pytest.mark.parametrize("line", ["backup access x.json", "restore access -"])
def test_an_old_milvus_says_what_it_lacks(typed: Typed, line: str) -> None:
    assert typed(line) == failed("Milvus 2.3.5 has no backups of users and roles (requires Milvus 2.5)")


@on_lite
@pytest.mark.parametrize("line", ["backup access x.json", "restore access -"])
def test_milvus_lite_says_what_it_lacks(typed: Typed, line: str) -> None:
    assert typed(line) == failed("Milvus Lite 3.2.2 has no backups of users and roles (requires Milvus 2.5)")
