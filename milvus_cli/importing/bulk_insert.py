"""Bulk inserts: tasks in which the server reads files from its own storage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..client.versions import OPERATIONS
from ..errors import CliError, Fault, InvalidInput
from ..result import Done, Record, Table
from ..schema.schema import pairs, params
from ..server.existence import require_listed_database, require_partitions
from ..text.names import missing_name
from ..text.words import IMPORT_OPTIONS
from .jobs import NO_KEY, task_percent, task_state

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import GetImportStateResponse

TASK_COLUMNS = ("task", "state", "rows", "progress", "collection", "partition", "files", "reason")
FLAGS, NUMBERS = ("backup", "l0_import", "skip_disk_quota_check"), ("start_ts", "end_ts", "storage_version")
"""Options of imports whose values are true or false, or whole numbers."""
STATES = {0: "pending", 1: "failed", 2: "started", 5: "persisted", 6: "completed", 7: "failed, cleaned", 8: "flushed"}


@dataclass(frozen=True)
class ImportOptions:
    """Options of an import: paths, each text perhaps several with commas; and options of the server's, by key.

    With `force`, options that are not known here are sent too. With a `stage`, the paths are those of this machine.
    """

    files: Sequence[str]
    partition: str = ""
    settings: Sequence[tuple[str, str]] = ()
    force: bool = False
    stage: str = ""

    @property
    def paths(self) -> list[str]:
        return [path.strip() for each in self.files for path in each.split(",") if path.strip()]


def start_import(client: Client, collection: str, options: ImportOptions) -> list[int]:
    """Returns the task numbers. Raises ServerRefused or CliError if the collection or partition does not exist."""
    check_settings(client, options)
    client.call("DescribeCollection", collection_name=collection)
    if options.partition:
        require_partitions(client, collection, [options.partition])
    answer = client.call(
        "Import",
        collection_name=collection,
        partition_name=options.partition,
        files=options.paths,
        options=pairs(dict(options.settings)),
    )
    return list(answer.tasks)


def check_settings(client: Client, options: ImportOptions) -> None:
    """Raises InvalidInput for an unknown option or a wrong value, Unsupported for one that the server would ignore."""
    for key, value in options.settings:
        if key not in IMPORT_OPTIONS and not options.force:
            raise missing_name("import option", key, IMPORT_OPTIONS, error=InvalidInput)
        expected = "true or false" if key in FLAGS else "a whole number" if key in NUMBERS else ""
        if (key in FLAGS and value.lower() not in ("true", "false")) or (key in NUMBERS and not value.isdecimal()):
            raise InvalidInput(f"--option {key}: expected {expected}, got {value!r}")
        if f"Import.{key}" in OPERATIONS:
            client.require(f"Import.{key}")


def bulk_insert(client: Client, collection: str, options: ImportOptions) -> Done:
    """Starts to insert files of the server's storage."""
    paths = options.paths
    tasks = start_import(client, collection, options)
    return Done(
        f"The server inserts {len(paths)} file{'' if len(paths) == 1 else 's'} into {collection!r}: "
        f"task{'' if len(tasks) == 1 else 's'} {', '.join(map(str, tasks))}. "
        f"Follow it with `show bulk_insert_state -id {tasks[0]}`",
        {"collection": collection, "tasks": tasks},
    )


def import_record(client: Client, task: int) -> Record:
    """The state of a task. Raises CliError for a task that does not exist."""
    state = task_state(client, task)
    if state is None:
        raise CliError(
            f"bulk insert task {task} not found",
            hint="run `list bulk_insert_tasks`",
            fault=Fault.SAID_NO,
            server_code=NO_KEY,
        )
    return Record(dict(zip(TASK_COLUMNS, _task_row(state), strict=True)))


def imports(client: Client, collection: str, limit: int) -> list[Sequence[Any]]:
    if collection:
        client.call("DescribeCollection", collection_name=collection)
    answer = client.call("ListImportTasks", collection_name=collection, limit=limit)
    return [_task_row(each) for each in answer.tasks]


def import_table(client: Client, collection: str, limit: int) -> Table:
    """The bulk inserts. Raises CliError where the database does not exist: Milvus answers with an empty list."""
    found = imports(client, collection, limit)
    if not found:
        require_listed_database(client, client.profile.database)
    return Table(TASK_COLUMNS, found)


def _task_row(state: GetImportStateResponse) -> Sequence[Any]:
    infos = params(state.infos)
    return (
        state.id,
        STATES.get(state.state, str(state.state)),
        state.row_count,
        task_percent(state),
        infos.get("collection"),
        infos.get("partition"),
        infos.get("files"),
        infos.get("failed_reason") or None,
    )
