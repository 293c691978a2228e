"""A Milvus 2.6 with the RESTful API for import jobs, whose object store is a local S3 server."""

import io
import json
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from pyarrow import Table, parquet
from typing_extensions import Self

from tests.support.grpc_peer import GrpcPeer, Handler, replies
from tests.support.official import common_pb2, milvus_pb2, schema_pb2
from tests.support.rest_peer import RestPeer
from tests.support.s3_server import S3Server
from tests.support.tcp_proxy import OnePort

JOBS = "/v2/vectordb/jobs/import/"
BUCKET = "books"


@dataclass
class Job:
    """An import of files; `asked` counts the questions after its state."""

    files: list[str]
    asked: int = 0
    tables: list[Table] = field(default_factory=list)


class JobsPeer(RestPeer):
    """Imports what the first question after a job's state finds in the store; `failures` are reasons by job number."""

    def __init__(self, s3: S3Server) -> None:
        super().__init__()
        self.s3 = s3
        self.jobs: list[Job] = []
        self.failures: dict[int, str] = {}
        self.lost = 0
        """Rows of each job that are not imported."""

    @property
    def imported(self) -> list[Table]:
        return [table for job in self.jobs for table in job.tables]

    def answer(self, method: str, path: str, body: str) -> tuple[int, object]:
        action, given = path.removeprefix(JOBS), json.loads(body)
        if action == "create":
            self.jobs.append(Job(given["files"][0]))
            return self._data({"jobId": str(len(self.jobs))})
        if action == "list":
            return self._data({"records": [{"jobId": str(number + 1)} for number in range(len(self.jobs))]})
        return self._data(self._described(int(given["jobId"])))

    def _described(self, number: int) -> dict[str, Any]:
        job = self.jobs[number - 1]
        details = [{"fileName": json.dumps(job.files)}]
        job.asked += 1
        if number in self.failures:
            return {"jobId": str(number), "state": "Failed", "reason": self.failures[number], "details": details}
        if not job.tables:
            job.tables = [parquet.read_table(io.BytesIO(self.s3.objects[f"{BUCKET}/{each}"])) for each in job.files]
            return {"jobId": str(number), "state": "Importing", "progress": 50, "details": details}
        rows = sum(len(each) for each in job.tables) - self.lost
        return {"jobId": str(number), "state": "Completed", "progress": 100, "importedRows": rows, "details": details}

    def _data(self, data: object) -> tuple[int, object]:
        return 200, {"code": 0, "data": data}


class ImportingServer:
    """Serves a collection on one port: gRPC, and the jobs of its `rest`."""

    def __init__(self, s3: S3Server, schema: schema_pb2.CollectionSchema, *, loaded: bool = False) -> None:
        self.rest = JobsPeer(s3)
        state = common_pb2.LoadStateLoaded if loaded else common_pb2.LoadStateNotLoad
        self.grpc = GrpcPeer(
            {
                **VERSION,
                "DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=schema, collectionID=7)),
                "GetLoadState": replies(milvus_pb2.GetLoadStateResponse(state=state)),
                "LoadCollection": replies(common_pb2.Status()),
                "GetLoadingProgress": replies(
                    milvus_pb2.GetLoadingProgressResponse(progress=100, refresh_progress=100)
                ),
                "Query": replies(milvus_pb2.QueryResults(status=NOT_LOADED)),
                "GetCollectionStatistics": lambda request, context: self._statistics(),
            }
        )

    def _statistics(self) -> Any:
        rows = sum(len(table) for table in self.rest.imported)
        return milvus_pb2.GetCollectionStatisticsResponse(
            stats=[common_pb2.KeyValuePair(key="row_count", value=str(rows))]
        )

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self._port.port}"

    def __enter__(self) -> Self:
        self.rest.__enter__()
        self.grpc.start()
        self._port = OnePort(self.grpc.port, self.rest.port)
        self._port.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._port.__exit__(kind, error, trace)
        self.grpc.stop()
        self.rest.__exit__(kind, error, trace)


INFO = common_pb2.ServerInfo(build_tags="v2.6.4", deploy_mode="STANDALONE")
VERSION: dict[str, Handler] = {
    "Connect": replies(milvus_pb2.ConnectResponse(server_info=INFO, identifier=1)),
    "GetVersion": replies(milvus_pb2.GetVersionResponse(version="v2.6.4")),
}
NOT_LOADED = common_pb2.Status(error_code=common_pb2.UnexpectedError, code=101, reason="collection not loaded")
