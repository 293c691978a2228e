"""What people call the operations that not every server has, and since when Milvus has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Operation(NamedTuple):
    """`since` is the first Milvus with it; empty where every version supported here has it, and Milvus Lite may not."""

    name: str
    since: str = ""


OPERATIONS: Mapping[str, Operation] = {
    "AlterCollection.delete_keys": Operation("delete collection_properties", "2.5"),
    "AlterCollectionField": Operation("alter collection_field", "2.5"),
    "AlterDatabase": Operation("alter database", "2.4"),
    "DescribeDatabase": Operation("properties of databases", "2.4"),
    "FlushAll": Operation("flush_all"),
    "GetCompactionStateWithPlans": Operation("show compaction_plans"),
    "GetFlushAllState": Operation("flush_all"),
    "GetImportState": Operation("bulk_insert"),
    "GetPersistentSegmentInfo": Operation("information on segments"),
    "GetQuerySegmentInfo": Operation("information on segments"),
    "GetReplicas": Operation("replicas"),
    "HybridSearch": Operation("hybrid_search", "2.4"),
    "Import": Operation("bulk_insert"),
    "ListImportTasks": Operation("bulk_insert"),
    "LoadPartitions": Operation("loading of single partitions"),
    "ReleasePartitions": Operation("releasing of single partitions"),
    "TruncateCollection": Operation("truncate", "2.6"),
}


def lacking(method: str, version: str) -> str:
    """The sentence that says so; `version` as the server writes it, "" where it is not known."""
    operation = OPERATIONS.get(method)
    server = readable(version) or "this server"
    if operation is None:
        return f"{server} has no {method}"
    milvus = "" if server.startswith("Milvus ") and "Lite" not in server else "Milvus "
    needs = f" (needs {milvus}{operation.since})" if operation.since else ""
    return f"{server} has no {operation.name}{needs}"


def readable(version: str) -> str:
    """Product and number: "Milvus 2.3.5" of "v2.3.5-lite", which the PyPI package of the full server calls itself."""
    if version.startswith("milvus_lite-"):
        return f"Milvus Lite {version.removeprefix('milvus_lite-')}"
    number = version.removeprefix("v").partition("-")[0]
    return f"Milvus {number}" if number else ""
