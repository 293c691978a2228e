"""Import jobs of a server: started with files that it reads, and followed by their id."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from ..client.client import Client
from ..client.http import call_api
from ..connections.version import Version
from ..errors import CliError, InvalidAnswer, ServerRefused
from ..schema.schema import pairs, params

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import GetImportStateResponse

JOBS_API = "/v2/vectordb/jobs/import/"
"""Paths of the RESTful API (https://milvus.io/api-reference/restful/v2.5.x/v2/Import%20(v2)/Create.md)."""
NO_OPTIONS: Mapping[str, str] = MappingProxyType({})
HAS_API = "2.4"
"""The first Milvus with that API."""
COMPLETED, FAILED = 6, (1, 7)
"""Numbers of states of Milvus 2.3's tasks."""
NO_KEY = 1000
"""Milvus's code for a key missing from its metadata."""


@dataclass(frozen=True)
class JobState:
    """`fraction` is the progress from 0 to 1, `failure` the server's reason for a failed job."""

    done: bool
    rows: int
    fraction: float
    failure: str = ""


class Jobs(Protocol):
    """The import jobs of one collection."""

    def start(self, files: Sequence[str]) -> str:
        """Returns the id of a new job, which imports files as one table."""

    def state(self, job: str) -> JobState: ...

    def find(self, file: str, others: Collection[str]) -> str:
        """Returns the id of the job that imports a file and is not one of `others`, "" if there is none."""


def jobs_of(client: Client, collection: str, partition: str, options: Mapping[str, str] = NO_OPTIONS) -> Jobs:
    """Returns the jobs of a collection, through what its server has for them; `options` are the server's, by key.

    Raises Unsupported if the server has no imports, and CliError if its RESTful API can't be reached.
    """
    client.require("Import")
    if not has_api(client.version):
        return TaskJobs(client, collection, partition, options)
    jobs = RestJobs(client, collection, partition, options)
    # A server that can't be asked for its jobs is found out before files are written.
    jobs.ids()
    return jobs


def has_api(version: Version) -> bool:
    """Reports whether a server is known to have the RESTful API for import jobs, and so to import Parquet."""
    return bool(version.text) and not version.before(HAS_API)


def task_state(client: Client, task: int) -> GetImportStateResponse | None:
    """Returns the state of a task of Milvus 2.3; None if the server does not know it."""
    try:
        answer: GetImportStateResponse = client.call("GetImportState", task=task)
    except ServerRefused as exc:
        if exc.server_code != NO_KEY:
            raise
        return None
    return answer


def task_percent(state: GetImportStateResponse) -> int | None:
    """Returns the progress of a task, None if the server does not report it."""
    percent = params(state.infos).get("progress_percent", "")
    return int(percent) if percent.isdecimal() else None


@dataclass(frozen=True)
class TaskJobs:
    """The tasks of Milvus 2.3."""

    client: Client
    collection: str
    partition: str
    options: Mapping[str, str]

    def start(self, files: Sequence[str]) -> str:
        answer = self.client.call(
            "Import",
            collection_name=self.collection,
            partition_name=self.partition,
            files=list(files),
            options=pairs(dict(self.options)),
        )
        return str(answer.tasks[0])

    def state(self, job: str) -> JobState:
        task = task_state(self.client, int(job))
        if task is None:
            raise CliError(
                f"the server no longer knows import job {job}",
                hint="compare the row count with the file; --restart imports all rows again",
            )
        failure = _reason(params(task.infos).get("failed_reason")) if task.state in FAILED else ""
        fraction = (task_percent(task) or 0) / 100
        return JobState(task.state == COMPLETED, task.row_count, min(fraction, 1.0), failure)

    def find(self, file: str, others: Collection[str]) -> str:
        # Milvus 2.3.5 crashes if this call is canceled: it is made only when an answer was lost.
        tasks = self.client.call("ListImportTasks", collection_name=self.collection).tasks
        found = (str(each.id) for each in tasks if file in params(each.infos).get("files", "").split(","))
        return next((job for job in found if job not in others), "")


@dataclass(frozen=True)
class RestJobs:
    """The jobs of the RESTful API."""

    client: Client
    collection: str
    partition: str
    options: Mapping[str, str]

    def start(self, files: Sequence[str]) -> str:
        given = {"partitionName": self.partition, "options": dict(self.options)}
        optional = {name: value for name, value in given.items() if value}
        data = self._call("create", {"collectionName": self.collection, **optional, "files": [list(files)]})
        return str(_member(data, "jobId", "create"))

    def state(self, job: str) -> JobState:
        data = self._call("describe", {"jobId": job})
        state = str(_member(data, "state", "describe"))
        failure = _reason(data.get("reason")) if state == "Failed" else ""
        fraction = min(max(_number(data, "progress"), 0), 100) / 100
        return JobState(state == "Completed", _number(data, "importedRows"), fraction, failure)

    def find(self, file: str, others: Collection[str]) -> str:
        return next((job for job in self.ids() if job not in others and file in self._files(job)), "")

    def ids(self) -> list[str]:
        """Returns the ids of the collection's jobs."""
        data = self._call("list", {"collectionName": self.collection})
        records = data.get("records") or []
        return [str(each["jobId"]) for each in records if isinstance(each, dict) and "jobId" in each]

    def _files(self, job: str) -> str:
        details = self._call("describe", {"jobId": job}).get("details") or []
        return " ".join(str(each.get("fileName", "")) for each in details if isinstance(each, dict))

    def _call(self, action: str, given: dict[str, Any]) -> dict[str, Any]:
        profile = self.client.profile
        body = json.dumps({"dbName": profile.database, **given})
        answer = call_api(profile, "POST", f"{JOBS_API}{action}", body, self.client.timeout)
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, dict):
            raise InvalidAnswer(f"POST {JOBS_API}{action}: the answer has no data")
        return data


def unseen_hint(failure: str) -> str:
    """Returns a hint if a job failed because its server did not find the files."""
    words = ("no such file", "not exist", "not found", "failed to get file size")
    is_unseen = any(each in failure.lower() for each in words)
    return "does the server see the stage? --stage DIRECTORY=PATH gives its path there" if is_unseen else ""


def _reason(text: object) -> str:
    """Returns the reason of a failure on one line."""
    return " ".join(str(text or "").split()) or "the server gives no reason"


def _member(data: dict[str, Any], name: str, action: str) -> Any:
    if name not in data:
        raise InvalidAnswer(f"POST {JOBS_API}{action}: the answer has no {name}")
    return data[name]


def _number(data: dict[str, Any], name: str) -> int:
    """Returns a number that some releases send as text; 0 if it is missing."""
    try:
        return int(data.get(name) or 0)
    except (TypeError, ValueError):
        return 0
