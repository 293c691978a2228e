"""Access control in dumps, and dumps of servers that say they are Milvus 3.0."""

import json
import stat
from pathlib import Path

import pytest

from tests.support.newest import Newest
from tests.support.official import common_pb2, milvus_pb2
from tests.support.typed import Typed, failed, on_milvus

PROPERTIES = [common_pb2.KeyValuePair(key="database.max.collections", value="9")]
ACCESS = milvus_pb2.RBACMeta(roles=[milvus_pb2.RoleEntity(name="reader")])


@pytest.fixture
def empty_newest(newest: Newest) -> Newest:
    """A server with a role, two databases with properties, and no collections."""
    newest.answers("ShowCollections", milvus_pb2.ShowCollectionsResponse())
    newest.answers("BackupRBAC", milvus_pb2.BackupRBACMetaResponse(RBAC_meta=ACCESS))
    newest.answers("RestoreRBAC", common_pb2.Status())
    newest.answers("CreateDatabase", common_pb2.Status())
    newest.answers("DescribeDatabase", milvus_pb2.DescribeDatabaseResponse(properties=PROPERTIES))
    return newest


def test_access_control_is_dumped_for_its_owner_and_restored(empty_newest: Newest, tmp_path: Path) -> None:
    path = tmp_path / "d"
    assert empty_newest(f"dump {path} --access").code == 0
    assert json.loads((path / "access.json").read_text())["roles"] == [{"role": "reader"}]
    assert stat.S_IMODE((path / "access.json").stat().st_mode) == 0o600

    assert empty_newest(f"restore {path} --access").code == 0
    (request,) = empty_newest.peer.requests("RestoreRBAC")
    assert request == milvus_pb2.RestoreRBACMetaRequest(RBAC_meta=ACCESS)


def test_databases_without_collections_are_restored_with_their_properties(empty_newest: Newest, tmp_path: Path) -> None:
    path = tmp_path / "d"
    assert empty_newest(f"dump {path} --database shop").code == 0
    assert empty_newest(f"restore {path} --map shop/=other/").code == 0
    (request,) = empty_newest.peer.requests("CreateDatabase")
    assert request == milvus_pb2.CreateDatabaseRequest(db_name="other", properties=PROPERTIES)


def test_a_dump_without_access_control_has_none_to_restore(empty_newest: Newest, tmp_path: Path) -> None:
    path = tmp_path / "d"
    assert empty_newest(f"dump {path}").code == 0
    run = empty_newest(f"restore {path} --access")
    assert run == failed(f"{path} has no access control", "it was dumped without --access", code=2)


@on_milvus
def test_a_server_without_backups_of_access_says_so_before_anything_is_written(typed: Typed, tmp_path: Path) -> None:
    run = typed(f"dump {tmp_path / 'd'} --access -c nosuch")
    assert run == failed("Milvus 2.3.5 has no backups of users and roles (requires Milvus 2.5)")
    assert not (tmp_path / "d").exists()
