"""Operations that not every server has: their names, and the first Milvus that has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..connections.version import Version


class Operation(NamedTuple):
    """`since` is the first Milvus with the operation; "" if only Milvus Lite may lack it."""

    name: str
    since: str = ""


# Sources: Milvus's release notes and the clients' references (https://milvus.io/api-reference). Hybrid search since
# 2.4.0, alterDatabase in v2.4.x, dropping properties and altering fields in v2.5.x (the latter also in the last 2.4),
# "Added a truncate API" in 2.6.11, dropping properties of fields in 2.5.13, new fields in 2.6.0, merging upserts in
# 2.6.2, their operations on arrays in 2.6.17, dropping fields and functions with their output in 3.0. From the dates of
# Milvus's changes: descriptions of collections in 2.5.12, of fields in 2.6.9, functions of existing fields in 2.6.8.
OPERATIONS: Mapping[str, Operation] = {
    "AddCollectionField": Operation("create field", "2.6"),
    "AddCollectionFunction": Operation("create function", "2.6.8"),
    "AddCollectionStructField": Operation("create field of a struct array", "3.0"),
    "AlterCollection.delete_keys": Operation("delete collection_properties", "2.5"),
    "AlterCollection.description": Operation("changes of a collection's description", "2.5.12"),
    "AlterCollectionField": Operation("alter collection_field", "2.5"),
    "AlterCollectionField.delete_keys": Operation("alter collection_field --unset", "2.5.13"),
    "AlterCollectionField.description": Operation("changes of a field's description", "2.6.9"),
    "AlterCollectionFunction": Operation("alter function", "2.6.8"),
    "AlterCollectionSchema": Operation("changes of fields and their functions", "3.0"),
    "AlterCollectionSchema.drop_field": Operation("delete field", "3.0"),
    "AlterCollectionSchema.new_output": Operation("create function with a new output field", "3.0"),
    "AlterDatabase": Operation("alter database", "2.4"),
    "AlterIndex": Operation("alter index", "2.4"),
    "AlterIndex.delete_keys": Operation("alter index --unset", "2.5"),
    "CreateResourceGroup": Operation("resource groups"),
    "DescribeResourceGroup": Operation("resource groups"),
    "DropResourceGroup": Operation("resource groups"),
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
    "DropCollectionFunction": Operation("delete function", "2.6.8"),
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
    "OperatePrivilege": Operation("privileges"),
    "OperatePrivilegeGroup": Operation("privilege groups", "2.5"),
    "OperatePrivilegeV2": Operation("privilege groups", "2.5"),
    "OperateUserRole": Operation("roles"),
    "ReleasePartitions": Operation("releasing of single partitions"),
    "Search.half_floats": Operation("search of half floats that reads the right bytes", "2.4"),
    "Search.group_by_field": Operation("grouping of hits", "2.4"),
    "SelectGrant": Operation("privileges"),
    "SelectRole": Operation("roles"),
    "SelectUser": Operation("users"),
    "TruncateCollection": Operation("truncate", "2.6.11"),
    "UpdateCredential": Operation("users"),
    "Upsert.field_ops": Operation("upserts that append to arrays or remove from them", "2.6.17"),
    "Upsert.partial_update": Operation("upsert --partial", "2.6.2"),
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
