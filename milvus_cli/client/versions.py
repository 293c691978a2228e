"""Operations that not every server has: their names, and the first Milvus that has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..connections.version import Version


class Operation(NamedTuple):
    """`since` is the first Milvus with the operation; "" if every supported Milvus has it, but not every
    Milvus Lite.

    `in_lite` is False if Milvus Lite 3 is known to lack it: it ignores fields of requests that it does not know.
    """

    name: str
    since: str = ""
    in_lite: bool = True


# Sources: Milvus's release notes and the clients' references (https://milvus.io/api-reference). Hybrid search since
# 2.4.0, alterDatabase in v2.4.x, dropping properties and altering fields in v2.5.x (the latter also in the last 2.4),
# "Added a truncate API" in 2.6.11, dropping properties of fields in 2.5.13, new fields in 2.6.0, merging upserts in
# 2.6.2, their operations on arrays in 2.6.17, dropping fields and functions with their output in 3.0. From the dates of
# Milvus's changes: descriptions of collections in 2.5.12, of fields in 2.6.9, functions of existing fields in 2.6.8.
# Clustering compaction in 2.4.8, manual compaction of L0 segments in 2.6.3, external collections and snapshots in 3.0.
# What Milvus 3.0 adds to searches and queries: https://milvus.io/docs/release_notes.md
OPERATIONS: Mapping[str, Operation] = {
    "AddCollectionField": Operation("create field", "2.6"),
    "AddCollectionFunction": Operation("create function", "2.6.8", in_lite=False),
    "AddCollectionStructField": Operation("create field of a struct array", "3.0", in_lite=False),
    "AddFileResource": Operation("file resources", "3.0", in_lite=False),
    "AddUserTags": Operation("tags of users", "3.0", in_lite=False),
    "AlterAlias": Operation("aliases"),
    "AlterCollection": Operation("properties of collections"),
    "AlterCollection.delete_keys": Operation("delete collection_properties", "2.5"),
    "AlterCollection.description": Operation("changes of a collection's description", "2.5.12"),
    "AlterCollectionField": Operation("alter collection_field", "2.5"),
    "AlterCollectionField.delete_keys": Operation("alter collection_field --unset", "2.5.13"),
    "AlterCollectionField.description": Operation("changes of a field's description", "2.6.9"),
    "AlterCollectionFunction": Operation("alter function", "2.6.8", in_lite=False),
    "AlterCollectionSchema": Operation("changes of fields and their functions", "3.0", in_lite=False),
    "AlterCollectionSchema.drop_field": Operation("delete field", "3.0", in_lite=False),
    "AlterCollectionSchema.new_output": Operation("create function with a new output field", "3.0", in_lite=False),
    "AlterDatabase": Operation("alter database", "2.4"),
    "AlterIndex": Operation("alter index", "2.4"),
    "AlterIndex.delete_keys": Operation("alter index --unset", "2.5"),
    "AlterRole": Operation("descriptions of roles", "3.0", in_lite=False),
    "BackupRBAC": Operation("backups of users and roles", "2.5", in_lite=False),
    "CheckHealth": Operation("health report"),
    "ComputePhraseMatchSlop": Operation("slops of phrases", "2.6", in_lite=False),
    "CreateAlias": Operation("aliases"),
    "CreateCredential": Operation("users"),
    "CreateCredential.description": Operation("descriptions of users", "3.0", in_lite=False),
    "CreateDatabase": Operation("databases"),
    "CreatePartition": Operation("partitions"),
    "CreatePrivilegeGroup": Operation("privilege groups", "2.5"),
    "CreateResourceGroup": Operation("resource groups", in_lite=False),
    "CreateRole": Operation("roles"),
    "CreateRowPolicy": Operation("row policies", "3.0", in_lite=False),
    "CreateSnapshot": Operation("snapshots", "3.0", in_lite=False),
    "DeleteCredential": Operation("users"),
    "DeleteUserTags": Operation("tags of users", "3.0", in_lite=False),
    "DescribeAlias": Operation("aliases"),
    "DescribeDatabase": Operation("properties of databases", "2.4"),
    "DescribeResourceGroup": Operation("resource groups"),
    "DescribeSnapshot": Operation("snapshots", "3.0", in_lite=False),
    "DropAlias": Operation("aliases"),
    "DropCollectionFunction": Operation("delete function", "2.6.8", in_lite=False),
    "DropDatabase": Operation("databases"),
    "DropPartition": Operation("partitions"),
    "DropPrivilegeGroup": Operation("privilege groups", "2.5"),
    "DropResourceGroup": Operation("resource groups"),
    "DropRole": Operation("roles"),
    "DropRole.force_drop": Operation("deletion of roles with their grants", "2.5", in_lite=False),
    "DropRowPolicy": Operation("row policies", "3.0", in_lite=False),
    "DropSnapshot": Operation("snapshots", "3.0", in_lite=False),
    "ExportSnapshot": Operation("snapshots", "3.0", in_lite=False),
    "FlushAll": Operation("flush_all"),
    "GetCompactionState": Operation("compaction"),
    "GetCompactionStateWithPlans": Operation("show compaction_plans"),
    "GetCompactionStateWithPlans.collection_name": Operation("lists of compactions", "3.0", in_lite=False),
    "GetExportSnapshotState": Operation("snapshots", "3.0", in_lite=False),
    "GetFlushAllState": Operation("flush_all"),
    "GetImportState": Operation("bulk_insert"),
    "GetMetrics": Operation("information on nodes", in_lite=False),
    "GetMetrics.configuration": Operation("show config", in_lite=False),
    "GetMetrics.slow_requests": Operation("lists of slow requests", "2.5", in_lite=False),
    "GetPartitionStatistics": Operation("partitions"),
    "GetPersistentSegmentInfo": Operation("information on segments"),
    "GetPersistentSegmentInfo.states": Operation("selection of segments by state", "3.0", in_lite=False),
    "GetQuerySegmentInfo": Operation("information on segments"),
    "GetRefreshExternalCollectionProgress": Operation("external collections", "3.0", in_lite=False),
    "GetReplicas": Operation("replicas"),
    "GetReplicateConfiguration": Operation("replication", "2.6", in_lite=False),
    "GetReplicateInfo": Operation("replication", "2.6", in_lite=False),
    "GetRestoreSnapshotState": Operation("snapshots", "3.0", in_lite=False),
    "GetUserTags": Operation("tags of users", "3.0", in_lite=False),
    "HasPartition": Operation("partitions"),
    "HybridSearch": Operation("hybrid_search", "2.4"),
    "HybridSearch.function_score": Operation("rerankers that are functions", "2.6"),
    "Import": Operation("bulk_insert", in_lite=False),
    "Import.l0_import": Operation("imports of deletions", "2.4"),
    "Import.nullkey": Operation("nulls in imported CSV files", "2.5"),
    "Import.sep": Operation("separators of imported CSV files", "2.5"),
    "Import.skip_disk_quota_check": Operation("imports beyond the disk quota", "2.5"),
    "Import.storage_version": Operation("storage versions of imports", "2.6"),
    "ListAliases": Operation("aliases"),
    "ListCredUsers": Operation("users"),
    "ListDatabases": Operation("databases"),
    "ListFileResources": Operation("file resources", "3.0", in_lite=False),
    "ListImportTasks": Operation("bulk_insert"),
    "ListPrivilegeGroups": Operation("privilege groups", "2.5"),
    "ListRefreshExternalCollectionJobs": Operation("external collections", "3.0", in_lite=False),
    "ListResourceGroups": Operation("resource groups"),
    "ListRestoreSnapshotJobs": Operation("snapshots", "3.0", in_lite=False),
    "ListRowPolicies": Operation("row policies", "3.0", in_lite=False),
    "ListSnapshots": Operation("snapshots", "3.0", in_lite=False),
    "ListUsersWithTag": Operation("tags of users", "3.0", in_lite=False),
    "LoadBalance": Operation("load_balance"),
    "LoadCollection.load_fields": Operation("loading of single fields", "2.5", in_lite=False),
    "LoadCollection.load_params": Operation("priorities of loading", "2.6", in_lite=False),
    "LoadCollection.refresh": Operation("refreshing of a loaded collection", in_lite=False),
    "LoadPartitions": Operation("loading of single partitions"),
    "ManualCompaction": Operation("compaction"),
    "ManualCompaction.l0Compaction": Operation("compact --l0", "2.6.3", in_lite=False),
    "ManualCompaction.majorCompaction": Operation("compact --clustering", "2.4.8", in_lite=False),
    "ManualCompaction.partition_id": Operation("compact --partition", "2.5", in_lite=False),
    "ManualCompaction.target_size": Operation("compact --target-size", "3.0", in_lite=False),
    "namespace": Operation("namespaces", "3.0", in_lite=False),
    "OperatePrivilege": Operation("privileges"),
    "OperatePrivilegeGroup": Operation("privilege groups", "2.5"),
    "OperatePrivilegeV2": Operation("privilege groups", "2.5"),
    "OperateUserRole": Operation("roles"),
    "phrase_match": Operation("phrase_match", "2.6", in_lite=False),
    "Query.group_by_fields": Operation("grouping and aggregation of rows", "3.0", in_lite=False),
    "Query.order_by_fields": Operation("ordering of rows", "3.0", in_lite=False),
    "Query.timezone": Operation("time zones of TIMESTAMPTZ values", "2.6"),
    "RefreshExternalCollection": Operation("external collections", "3.0", in_lite=False),
    "ReleasePartitions": Operation("releasing of single partitions"),
    "RemoveFileResource": Operation("file resources", "3.0", in_lite=False),
    "RenameCollection": Operation("renaming of collections"),
    "RestoreRBAC": Operation("backups of users and roles", "2.5", in_lite=False),
    "RestoreSnapshot": Operation("snapshots", "3.0", in_lite=False),
    "RunAnalyzer": Operation("analyze", "2.5.11", in_lite=False),
    "RunAnalyzer.field_name": Operation("analyze --field", "2.5.13", in_lite=False),
    "Search.analyzer_name": Operation("choice of an analyzer for the query", "2.5.11", in_lite=False),
    "Search.function_chains": Operation("function chains", "3.0"),
    "Search.group_by_field": Operation("grouping of hits", "2.4"),
    "Search.half_floats": Operation("search of half floats that reads the right bytes", "2.4"),
    "Search.highlighter": Operation("highlighting", "2.6.8", in_lite=False),
    "Search.ids": Operation("search by primary keys", "2.6.9", in_lite=False),
    "Search.json_path": Operation("grouping by a JSON path", "2.6", in_lite=False),
    "Search.order_by_fields": Operation("ordering of hits by fields", "3.0", in_lite=False),
    "Search.search_aggregation": Operation("aggregation of hits", "3.0", in_lite=False),
    "Search.strict_group_size": Operation("groups of a strict size", "2.5"),
    "Search.structs": Operation("search in struct arrays", "2.6.4", in_lite=False),
    "Search.timezone": Operation("time zones of TIMESTAMPTZ values", "2.6"),
    "SelectGrant": Operation("privileges"),
    "SelectRole": Operation("roles"),
    "SelectUser": Operation("users"),
    "ShowPartitions": Operation("partitions"),
    "templates": Operation("filter templates", "2.5", in_lite=False),
    "text_match": Operation("text_match", "2.5"),
    "TransferNode": Operation("resource groups"),
    "TransferReplica": Operation("resource groups"),
    "TruncateCollection": Operation("truncate", "2.6.11"),
    "UpdateCredential": Operation("users"),
    "UpdateResourceGroups": Operation("update resource_group", "2.4"),
    "Upsert.field_ops": Operation("upserts that append to arrays or remove from them", "2.6.17"),
    "Upsert.partial_update": Operation("upsert --partial", "2.6.2"),
}


UNKNOWN = "2.4"
"""The newest Milvus whose parts of requests a server without a version is taken to know."""


def lacks(method: str, version: Version) -> bool:
    """Reports whether a server of this version is known to lack an operation, or may ignore it as Milvus Lite does.

    A server that reports no version is as old as its missing GetVersion: it refuses requests that it does not know, but
    ignores the fields of requests and the parameters that it does not know. An upsert would replace whole rows.
    """
    operation = OPERATIONS[method]
    if version.is_lite:
        return not operation.in_lite
    if not version.text:
        is_part = "." in method or method[0].islower()
        return is_part and Version(UNKNOWN).before(operation.since)
    return version.before(operation.since)


def lacking(method: str, version: Version) -> str:
    """Returns the sentence that reports a missing operation, with the Milvus release that has it."""
    operation = OPERATIONS.get(method)
    server = version.product or "this server"
    if operation is None:
        return f"{server} has no {method}"
    # A release between that one and the one that truly brought it is not told to wait for what it already is.
    is_newer = not version.is_lite and bool(version.product) and not version.before(operation.since)
    release = f" (requires Milvus {operation.since})" if operation.since and not is_newer else ""
    return f"{server} has no {operation.name}{release}"
