"""Bulk inserts: tasks in which the server reads files from its own storage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..errors import CliError, ServerRefused
from ..schema.schema import params
from .existence import require_partitions

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import GetImportStateResponse

TASK_COLUMNS = ("task", "state", "rows", "progress", "collection", "partition", "files", "reason")
NO_KEY = 1000
"""Milvus's code for a key missing from its metadata."""

STATES = {0: "pending", 1: "failed", 2: "started", 5: "persisted", 6: "completed", 7: "failed, cleaned", 8: "flushed"}


def start_import(client: Client, collection: str, partition: str, paths: Sequence[str]) -> list[int]:
    """Returns the task numbers. Raises ServerRefused or CliError if the collection or partition does not exist."""
    client.call("DescribeCollection", collection_name=collection)
    if partition:
        require_partitions(client, collection, [partition])
    answer = client.call("Import", collection_name=collection, partition_name=partition, files=paths)
    return list(answer.tasks)


def import_state(client: Client, task: int) -> Sequence[Any]:
    """Returns values for TASK_COLUMNS. Raises CliError if the task does not exist."""
    try:
        return _task_row(client.call("GetImportState", task=task))
    except ServerRefused as exc:
        if exc.server_code != NO_KEY:
            raise
        raise CliError(
            f"no bulk insert task {task}",
            hint="list bulk_insert_tasks shows all",
            fault=exc.fault,
            server_code=exc.server_code,
        ) from exc


def imports(client: Client, collection: str, limit: int) -> list[Sequence[Any]]:
    if collection:
        client.call("DescribeCollection", collection_name=collection)
    answer = client.call("ListImportTasks", collection_name=collection, limit=limit)
    return [_task_row(each) for each in answer.tasks]


def _task_row(state: GetImportStateResponse) -> Sequence[Any]:
    infos = params(state.infos)
    percent = infos.get("progress_percent", "")
    return (
        state.id,
        STATES.get(state.state, str(state.state)),
        state.row_count,
        int(percent) if percent.isdecimal() else None,
        infos.get("collection"),
        infos.get("partition"),
        infos.get("files"),
        infos.get("failed_reason") or None,
    )
