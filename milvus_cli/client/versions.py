"""Operations that not every server has: their names, and the first Milvus that has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..connections.version import Version


class Operation(NamedTuple):
    """`since` is the first Milvus with the operation; "" if every supported Milvus has it, but not Milvus Lite."""

    name: str
    since: str = ""


# Sources: Milvus's release notes and the clients' references (https://milvus.io/api-reference). Hybrid search since
# 2.4.0, alterDatabase in v2.4.x, dropping properties and altering fields in v2.5.x (the latter also in the last 2.4),
# "Added a truncate API" in 2.6.11.
OPERATIONS: Mapping[str, Operation] = {
    "AlterAlias": Operation("aliases"),
    "AlterCollection": Operation("properties of collections"),
    "AlterCollection.delete_keys": Operation("delete collection_properties", "2.5"),
    "AlterCollectionField": Operation("alter collection_field", "2.5"),
    "AlterDatabase": Operation("alter database", "2.4"),
    "CheckHealth": Operation("health report"),
    "CreateAlias": Operation("aliases"),
    "CreateDatabase": Operation("databases"),
    "CreatePartition": Operation("partitions"),
    "CreateResourceGroup": Operation("resource groups"),
    "DescribeAlias": Operation("aliases"),
    "DescribeResourceGroup": Operation("resource groups"),
    "DropAlias": Operation("aliases"),
    "DropDatabase": Operation("databases"),
    "DropPartition": Operation("partitions"),
    "DropResourceGroup": Operation("resource groups"),
    "GetCompactionState": Operation("compaction"),
    "GetPartitionStatistics": Operation("partitions"),
    "HasPartition": Operation("partitions"),
    "ListAliases": Operation("aliases"),
    "ListDatabases": Operation("databases"),
    "ListResourceGroups": Operation("resource groups"),
    "LoadBalance": Operation("load_balance"),
    "TransferNode": Operation("resource groups"),
    "TransferReplica": Operation("resource groups"),
    "UpdateResourceGroups": Operation("update resource_group", "2.4"),
    "CreateCredential": Operation("users"),
    "CreatePrivilegeGroup": Operation("privilege groups", "2.5"),
    "CreateRole": Operation("roles"),
    "DeleteCredential": Operation("users"),
    "DescribeDatabase": Operation("properties of databases", "2.4"),
    "DropPrivilegeGroup": Operation("privilege groups", "2.5"),
    "DropRole": Operation("roles"),
    "FlushAll": Operation("flush_all"),
    "GetCompactionStateWithPlans": Operation("show compaction_plans"),
    "GetFlushAllState": Operation("flush_all"),
    "GetImportState": Operation("bulk_insert"),
    "GetPersistentSegmentInfo": Operation("information on segments"),
    "GetQuerySegmentInfo": Operation("information on segments"),
    "GetReplicas": Operation("replicas"),
    "HybridSearch.function_score": Operation("rerankers that are functions", "2.6"),
    "HybridSearch": Operation("hybrid_search", "2.4"),
    "Import": Operation("bulk_insert"),
    "ListImportTasks": Operation("bulk_insert"),
    "ListCredUsers": Operation("users"),
    "ListPrivilegeGroups": Operation("privilege groups", "2.5"),
    "LoadPartitions": Operation("loading of single partitions"),
    "ManualCompaction": Operation("compaction"),
    "OperatePrivilege": Operation("privileges"),
    "OperatePrivilegeGroup": Operation("privilege groups", "2.5"),
    "OperatePrivilegeV2": Operation("privilege groups", "2.5"),
    "OperateUserRole": Operation("roles"),
    "ReleasePartitions": Operation("releasing of single partitions"),
    "RenameCollection": Operation("renaming of collections"),
    "Search.half_floats": Operation("search of half floats that reads the right bytes", "2.4"),
    "Search.group_by_field": Operation("grouping of hits", "2.4"),
    "SelectGrant": Operation("privileges"),
    "SelectRole": Operation("roles"),
    "SelectUser": Operation("users"),
    "ShowPartitions": Operation("partitions"),
    "TruncateCollection": Operation("truncate", "2.6.11"),
    "UpdateCredential": Operation("users"),
}


def too_old(method: str, version: Version) -> bool:
    """Reports whether a server of this version is known to lack an operation."""
    return version.before(OPERATIONS[method].since)


def lacking(method: str, version: Version) -> str:
    """Returns the sentence that reports a missing operation, with the Milvus release that has it."""
    operation = OPERATIONS.get(method)
    server = version.product or "this server"
    if operation is None:
        return f"{server} has no {method}"
    release = f" (requires Milvus {operation.since})" if operation.since else ""
    return f"{server} has no {operation.name}{release}"
