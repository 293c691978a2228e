"""Imports through the RESTful API for jobs, with an object store as the stage; and jobs that fail or get lost."""

import json
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from milvus_cli.importing.jobs import JOBS_API
from milvus_cli.importing.stage import open_stage
from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer, aborts, in_turn, replies
from tests.support.jobs_peer import ImportingServer
from tests.support.official import common_pb2, grpc, milvus_pb2, schema_pb2
from tests.support.recorder import run_here
from tests.support.s3_server import S3Server
from tests.support.typed import failed
from tests.test_import import told

Type = schema_pb2
ROWS = [
    {
        "id": 1,
        "title": "Emma",
        "facts": {"year": 1815},
        "tags": ["a", "b"],
        "dense": [1, 2],
        "half": [0.5, -2],
        "brain": [1, 3],
        "small": [-1, 127],
        "bits": [1, 255],
        "words": {"3": 0.5, "1": 2},
        "color": "red",
    },
    {
        "id": 2,
        "title": None,
        "facts": [1],
        "tags": [],
        "dense": [3, 4],
        "half": [0, 1],
        "brain": [0, 1],
        "small": [0, 1],
        "bits": [0, 1],
        "words": {},
    },
]


def dimension(value: int) -> list[Any]:
    return [common_pb2.KeyValuePair(key="dim", value=str(value))]


def every_type() -> schema_pb2.CollectionSchema:
    schema = schema_pb2.CollectionSchema(name="book", enable_dynamic_field=True)
    schema.fields.add(name="id", data_type=Type.Int64, is_primary_key=True)
    schema.fields.add(name="title", data_type=Type.VarChar, nullable=True)
    schema.fields.add(name="facts", data_type=Type.JSON)
    schema.fields.add(name="tags", data_type=Type.Array, element_type=Type.VarChar)
    schema.fields.add(name="dense", data_type=Type.FloatVector, type_params=dimension(2))
    schema.fields.add(name="half", data_type=Type.Float16Vector, type_params=dimension(2))
    schema.fields.add(name="brain", data_type=Type.BFloat16Vector, type_params=dimension(2))
    schema.fields.add(name="small", data_type=Type.Int8Vector, type_params=dimension(2))
    schema.fields.add(name="bits", data_type=Type.BinaryVector, type_params=dimension(16))
    schema.fields.add(name="words", data_type=Type.SparseFloatVector)
    return schema


def two_fields() -> schema_pb2.CollectionSchema:
    schema = schema_pb2.CollectionSchema(name="book")
    schema.fields.add(name="id", data_type=Type.Int64, is_primary_key=True)
    schema.fields.add(name="vector", data_type=Type.FloatVector, type_params=dimension(2))
    return schema


@pytest.fixture
def server(s3: S3Server) -> Iterator[ImportingServer]:
    with ImportingServer(s3, two_fields()) as serving:
        yield serving


@pytest.fixture
def here(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, with rows.jsonl of 250 rows."""
    monkeypatch.chdir(cli.directory)
    rows = [json.dumps({"id": number, "vector": [number, 0.5]}) for number in range(250)]
    Path("rows.jsonl").write_text("\n".join(rows))
    return cli.home


def insert(server: ImportingServer, home: Path, options: str = "--stage s3://books/incoming/here") -> Run:
    return told(run_here(shlex.split(f"insert file -c book rows.jsonl --via import {options}"), home, server.uri))


def test_jobs_read_parquet_from_the_store_and_the_objects_are_removed(
    server: ImportingServer, s3: S3Server, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milvus_cli.transfer.import_pipeline.PART_ROWS", 100)
    monkeypatch.setattr("milvus_cli.files.row_stream.CHUNK_SIZE", 1_000)
    assert insert(server, here) == Run(0, "Inserted 250 of 250 rows into 'book', which had 0 and has 250.\n", "")
    assert [row for table in server.rest.imported for row in table.to_pylist()] == [
        {"id": number, "vector": [number, 0.5]} for number in range(250)
    ]
    assert len(server.rest.jobs) == 3
    assert s3.objects == {}

    created = [json.loads(each.body) for each in server.rest.asked if each.path == f"{JOBS_API}create"]
    folder = created[0]["files"][0][0].rpartition("/")[0].rpartition("/")[0]
    assert created[0] == {
        "dbName": "default",
        "collectionName": "book",
        "files": [[f"{folder}/0/rows.parquet"]],
    }
    assert folder.startswith("incoming/here/milvus_cli-")


def test_files_that_wait_for_their_upload_are_private() -> None:
    stage = open_stage("s3://books/incoming")
    folder = stage.made("milvus_cli-0123456789abcdef/0")
    assert folder.parent.stat().st_mode & 0o777 == 0o700
    shutil.rmtree(folder.parent)


def test_a_loaded_collection_is_loaded_again(s3: S3Server, here: Path) -> None:
    with ImportingServer(s3, two_fields(), loaded=True) as server:
        assert insert(server, here).code == 0
    loads: list[Any] = server.grpc.requests("LoadCollection")
    assert [each.refresh for each in loads] == [True]


def test_every_type_is_written_as_milvus_imports_it(s3: S3Server, here: Path) -> None:
    Path("rows.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    with ImportingServer(s3, every_type()) as server:
        assert insert(server, here) == Run(0, "Inserted 2 of 2 rows into 'book', which had 0 and has 2.\n", "")
    (table,) = server.rest.imported
    assert table.to_pylist() == [
        {
            "id": 1,
            "title": "Emma",
            "facts": '{"year":1815}',
            "tags": ["a", "b"],
            "dense": [1, 2],
            # 0.5 and -2 as float16, 1 and 3 as bfloat16.
            "half": [0x00, 0x38, 0x00, 0xC0],
            "brain": [0x80, 0x3F, 0x40, 0x40],
            "small": [-1, 127],
            "bits": [1, 255],
            "words": '{"1":2.0,"3":0.5}',
            "$meta": '{"color":"red"}',
        },
        {
            "id": 2,
            "title": None,
            "facts": "[1]",
            "tags": [],
            "dense": [3, 4],
            "half": [0x00, 0x00, 0x00, 0x3C],
            "brain": [0x00, 0x00, 0x80, 0x3F],
            "small": [0, 1],
            "bits": [0, 1],
            "words": "{}",
            "$meta": "{}",
        },
    ]


def test_a_job_that_failed_is_told_with_its_rows_and_starts_again_on_resume(
    server: ImportingServer, s3: S3Server, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milvus_cli.transfer.import_pipeline.PART_ROWS", 100)
    monkeypatch.setattr("milvus_cli.files.row_stream.CHUNK_SIZE", 1_000)
    server.rest.failures[2] = "disk quota\nexceeded"
    run = insert(server, here)
    assert (run.code, run.out) == (1, "")

    assert run.err.startswith("error: the server could not import the rows up to line "), run
    assert " of rows.jsonl: disk quota exceeded; " in run.err
    assert run.err.endswith(" rows are in\nhint: run the same command with --resume to continue\n"), run

    server.rest.failures.clear()
    again = insert(server, here, "--stage s3://books/incoming/here --resume")
    assert (again.code, "Inserted 250 of 250 rows into 'book'" in again.out) == (0, True), again
    assert sorted(row["id"] for table in server.rest.imported for row in table.to_pylist()) == list(range(250))
    assert s3.objects == {}


def test_rows_that_a_completed_job_lacks_are_told(server: ImportingServer, here: Path) -> None:
    server.rest.lost = 3
    assert insert(server, here) == failed(
        "Inserted 247 of 250 rows into 'book'; 3 rows are missing from completed import jobs",
        "compare the file with the collection; `list bulk_insert_tasks -c book` has the jobs",
        5,
    )


def test_a_stage_that_may_not_be_written_is_told(server: ImportingServer, s3: S3Server, here: Path) -> None:
    run = insert(server, here, "--stage s3://elsewhere/incoming")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("error: can't write s3://elsewhere/incoming/milvus_cli-"), run
    assert "bucket" in run.err

    assert server.rest.jobs == []
    assert insert(server, here).code == 0


def book_on_milvus_2_3(handlers: dict[str, Any]) -> GrpcPeer:
    """A peer that says it is Milvus 2.3.5; its imports have the state of three rows."""
    state = milvus_pb2.GetImportStateResponse(state=common_pb2.ImportCompleted, row_count=250)
    book = milvus_pb2.DescribeCollectionResponse(schema=two_fields(), collectionID=7)
    return GrpcPeer(
        {
            "DescribeCollection": replies(book),
            "GetImportState": replies(state),
            "GetLoadState": replies(milvus_pb2.GetLoadStateResponse(state=common_pb2.LoadStateNotLoad)),
            "GetCollectionStatistics": replies(milvus_pb2.GetCollectionStatisticsResponse()),
            "ListImportTasks": replies(milvus_pb2.ListImportTasksResponse()),
            **handlers,
        }
    )


def test_an_import_whose_answer_was_lost_is_found_and_not_sent_again(here: Path, tmp_path: Path) -> None:
    sent: list[Any] = []

    def loses_the_answer(request: Any, context: grpc.ServicerContext) -> Any:
        sent.append(request)
        return aborts(grpc.StatusCode.UNAVAILABLE, "Connection reset by peer")(request, context)

    def lists(request: Any, context: grpc.ServicerContext) -> Any:
        files = common_pb2.KeyValuePair(key="files", value=",".join(sent[0].files)) if sent else None
        tasks = [milvus_pb2.GetImportStateResponse(id=9, infos=[files])] if sent else []
        return milvus_pb2.ListImportTasksResponse(tasks=tasks)

    with book_on_milvus_2_3({"Import": loses_the_answer, "ListImportTasks": lists}) as peer:
        words = ["insert", "file", "-c", "book", "rows.jsonl", "--via", "import", "--stage", str(tmp_path)]
        run = told(run_here(words, here, peer.uri))
    assert (run.code, run.err) == (0, ""), run
    assert len(sent) == 1
    asked: list[Any] = peer.requests("GetImportState")
    assert [each.task for each in asked] == [9]


def test_an_import_that_the_server_never_got_is_sent_again(here: Path, tmp_path: Path) -> None:
    unreachable = aborts(grpc.StatusCode.UNAVAILABLE, "Connection reset by peer")
    handlers = {"Import": in_turn(unreachable, replies(milvus_pb2.ImportResponse(tasks=[4])))}
    with book_on_milvus_2_3(handlers) as peer:
        words = ["insert", "file", "-c", "book", "rows.jsonl", "--via", "import", "--stage", str(tmp_path)]
        run = told(run_here(words, here, peer.uri))
    assert (run.code, run.err) == (0, ""), run
    assert len(peer.requests("Import")) == 2


def test_a_job_that_the_server_forgot_is_told(here: Path, tmp_path: Path) -> None:
    gone = replies(
        milvus_pb2.GetImportStateResponse(status=common_pb2.Status(error_code=1, code=1000, reason="no key"))
    )
    handlers = {"Import": replies(milvus_pb2.ImportResponse(tasks=[4])), "GetImportState": gone}
    with book_on_milvus_2_3(handlers) as peer:
        words = ["insert", "file", "-c", "book", "rows.jsonl", "--via", "import", "--stage", str(tmp_path)]
        run = told(run_here(words, here, peer.uri))
    assert run == failed(
        "the server no longer knows import job 4; 0 rows are in, and what was on its way may be",
        "compare the row count with the file; --restart imports all rows again",
    )
