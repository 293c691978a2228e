"""Operations that not every server has: their names, and the first Milvus that has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..connections.version import Version


class Operation(NamedTuple):
    """`since` is the first Milvus with the operation; "" if only Milvus Lite may lack it.

    `lite` is False if Milvus Lite ignores it silently instead of refusing it.
    """

    name: str
    since: str = ""
    lite: bool = True


# Sources: Milvus's release notes and the clients' references (https://milvus.io/api-reference). Hybrid search since
# 2.4.0, alterDatabase in v2.4.x, dropping properties and altering fields in v2.5.x (the latter also in the last 2.4),
# "Added a truncate API" in 2.6.11. What Milvus 3.0 adds to searches and queries: https://milvus.io/docs/release_notes.md
OPERATIONS: Mapping[str, Operation] = {
    "AlterCollection.delete_keys": Operation("delete collection_properties", "2.5"),
    "AlterCollectionField": Operation("alter collection_field", "2.5"),
    "AlterDatabase": Operation("alter database", "2.4"),
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
    "Search.analyzer_name": Operation("choice of an analyzer for the query", "2.5.11", lite=False),
    "Search.function_chains": Operation("function chains", "3.0"),
    "Search.group_by_field": Operation("grouping of hits", "2.4"),
    "Search.half_floats": Operation("search of half floats that reads the right bytes", "2.4"),
    "Search.highlighter": Operation("highlighting", "2.6.8", lite=False),
    "Search.ids": Operation("search by primary keys", "2.6.9", lite=False),
    "Search.json_path": Operation("grouping by a JSON path", "2.6", lite=False),
    "Search.order_by_fields": Operation("ordering of hits by fields", "3.0", lite=False),
    "Search.search_aggregation": Operation("aggregation of hits", "3.0", lite=False),
    "Search.strict_group_size": Operation("groups of a strict size", "2.5"),
    "Search.structs": Operation("search in struct arrays", "2.6.4", lite=False),
    "Search.timezone": Operation("time zones of TIMESTAMPTZ values", "2.6"),
    "Query.group_by_fields": Operation("grouping and aggregation of rows", "3.0", lite=False),
    "Query.order_by_fields": Operation("ordering of rows", "3.0", lite=False),
    "Query.timezone": Operation("time zones of TIMESTAMPTZ values", "2.6"),
    "SelectGrant": Operation("privileges"),
    "SelectRole": Operation("roles"),
    "SelectUser": Operation("users"),
    "TruncateCollection": Operation("truncate", "2.6.11"),
    "UpdateCredential": Operation("users"),
    "namespace": Operation("namespaces", "3.0", lite=False),
    "phrase_match": Operation("phrase_match", "2.6", lite=False),
    "templates": Operation("filter templates", "2.5", lite=False),
    "text_match": Operation("text_match", "2.5"),
}


def too_old(method: str, version: Version) -> bool:
    """Reports whether a server of this version is known to lack an operation."""
    return version.before(OPERATIONS[method].since)


def lacks(method: str, version: Version) -> bool:
    """Reports whether a server lacks an operation, or ignores it as Milvus Lite does."""
    return too_old(method, version) or (version.is_lite and not OPERATIONS[method].lite)


def lacking(method: str, version: Version) -> str:
    """Returns the sentence that reports a missing operation, with the Milvus release that has it."""
    operation = OPERATIONS.get(method)
    server = version.product or "this server"
    if operation is None:
        return f"{server} has no {method}"
    release = f" (requires Milvus {operation.since})" if operation.since else ""
    return f"{server} has no {operation.name}{release}"
