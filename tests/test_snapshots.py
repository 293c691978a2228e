"""Snapshots and external collections, on a server that says it is Milvus 3.0: requests, progress, jobs and errors."""

from typing import Any

import pytest

from tests.support.cli import Run
from tests.support.grpc_peer import in_turn, replies
from tests.support.newest import Newest
from tests.support.official import common_pb2, milvus_pb2
from tests.support.typed import Typed, failed, on_lite, on_milvus

STARTED = 1_785_000_000_000
JOB = {
    "job": 5,
    "state": "executing",
    "progress": 40,
    "snapshot": "nightly",
    "database": "shop",
    "collection": "again",
    "started": "2026-07-25T17:20:00Z",
    "milliseconds": 900,
    "reason": None,
}


def restore_state(state: str, progress: int, reason: str = "") -> Any:
    info = milvus_pb2.RestoreSnapshotInfo(
        job_id=5, snapshot_name="nightly", db_name="shop", collection_name="again", progress=progress, reason=reason
    )
    info.state, info.start_time, info.time_cost = milvus_pb2.RestoreSnapshotState.Value(state), STARTED, 900
    return milvus_pb2.GetRestoreSnapshotStateResponse(info=info)


@pytest.fixture
def snapshots(newest: Newest) -> Newest:
    """A server with the snapshots `nightly` and `weekly` of `book`."""
    described = milvus_pb2.DescribeSnapshotResponse(
        name="nightly", description="as it was", collection_name="book", partition_names=["_default"], create_ts=STARTED
    )
    newest.answers("ListSnapshots", milvus_pb2.ListSnapshotsResponse(snapshots=["weekly", "nightly"]))
    newest.answers("DescribeSnapshot", described)
    newest.answers("RestoreSnapshot", milvus_pb2.RestoreSnapshotResponse(job_id=5))
    newest.answers("DescribeAlias", common_pb2.Status(code=1600, error_code=1, reason="alias not found[alias=again]"))
    for method in ("CreateSnapshot", "DropSnapshot"):
        newest.answers(method, common_pb2.Status())
    states = [("RestoreSnapshotPending", 0), ("RestoreSnapshotExecuting", 40), ("RestoreSnapshotCompleted", 100)]
    newest.peer.handlers["GetRestoreSnapshotState"] = in_turn(*(replies(restore_state(*each)) for each in states))
    newest.answers(
        "ListRestoreSnapshotJobs",
        milvus_pb2.ListRestoreSnapshotJobsResponse(jobs=[restore_state("RestoreSnapshotExecuting", 40).info]),
    )
    return newest


@pytest.mark.parametrize(
    ("line", "method", "call", "given"),
    [
        ("create snapshot s -c book", "CreateSnapshot", "create_snapshot", ("s", "book")),
        (
            "create snapshot s -c book -d why --protect 1h",
            "CreateSnapshot",
            "create_snapshot",
            ("s", "book", "", "why", 3600),
        ),
        ("list snapshots", "ListSnapshots", "list_snapshots", ()),
        ("list snapshots book", "ListSnapshots", "list_snapshots", ("book",)),
        ("show snapshot nightly -c book", "DescribeSnapshot", "describe_snapshot", ("nightly", "book")),
        ("delete snapshot nightly -c book -y", "DropSnapshot", "drop_snapshot", ("nightly", "book")),
        (
            "restore snapshot nightly -c book --to again",
            "RestoreSnapshot",
            "restore_snapshot",
            ("nightly", "book", "again"),
        ),
        (
            "restore snapshot nightly -c book --to again --to-database shop --no-wait",
            "RestoreSnapshot",
            "restore_snapshot",
            ("nightly", "book", "again", "", "shop"),
        ),
        ("list restore_jobs", "ListRestoreSnapshotJobs", "list_restore_snapshot_jobs", ()),
        ("list restore_jobs again", "ListRestoreSnapshotJobs", "list_restore_snapshot_jobs", ("again",)),
        ("show restore_job 5", "GetRestoreSnapshotState", "get_restore_snapshot_state", (5,)),
    ],
)
def test_requests_are_those_of_pymilvus(
    snapshots: Newest, line: str, method: str, call: str, given: tuple[Any, ...]
) -> None:
    snapshots.agree(line, lambda client: getattr(client, call)(*given), method)


def test_snapshots_of_a_collection_are_listed_with_details(snapshots: Newest) -> None:
    assert snapshots("list snapshots") == Run(0, "nightly\nweekly\n", "")
    details = {"created": "2026-07-25T17:20:00Z", "partitions": ["_default"], "description": "as it was"}
    rows = snapshots.json("list snapshots -c book")
    assert rows == [{"snapshot": name, **details} for name in ("nightly", "weekly")]


def test_a_snapshot_is_shown(snapshots: Newest) -> None:
    assert snapshots.json("show snapshot nightly -c book") == {
        "snapshot": "nightly",
        "collection": "book",
        "created": "2026-07-25T17:20:00Z",
        "partitions": ["_default"],
        "location": None,
        "description": "as it was",
    }


def test_restoring_waits_until_the_job_is_complete(snapshots: Newest) -> None:
    run = snapshots("restore snapshot nightly -c book --to again")
    assert run == Run(0, "Restored snapshot 'nightly' as collection 'again'.\n", "")
    assert snapshots.peer.methods.count("GetRestoreSnapshotState") == 3


def test_a_failed_restore_exits_1_with_the_reason(snapshots: Newest) -> None:
    snapshots.answers("GetRestoreSnapshotState", restore_state("RestoreSnapshotFailed", 40, "disk full"))
    run = snapshots("restore snapshot nightly -c book --to again")
    assert run == failed("restoring snapshot 'nightly' as collection 'again' failed: disk full")


def test_a_slow_restore_names_the_command_that_follows_it(snapshots: Newest) -> None:
    snapshots.answers("GetRestoreSnapshotState", restore_state("RestoreSnapshotExecuting", 40))
    doing = "restoring snapshot 'nightly' as collection 'again'"
    assert snapshots("restore snapshot nightly -c book --to again --timeout 0.2") == failed(
        f"{doing}: at 40% after 0.2 s; the server continues", "run `show restore_job -id 5`"
    )
    assert snapshots.json("show restore_job -id 5") == JOB
    assert snapshots.json("list restore_jobs") == [JOB]


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("show snapshot nightli -c book", "snapshot 'nightli' not found in 'book'", "did you mean nightly?"),
        ("delete snapshot x -c book -y", "snapshot 'x' not found in 'book'", "run `list snapshots -c book`"),
        ("restore snapshot x -c book --to again", "snapshot 'x' not found in 'book'", "run `list snapshots -c book`"),
        ("export snapshot x -c book --to s3://b/x", "snapshot 'x' not found in 'book'", "run `list snapshots -c book`"),
        ("create snapshot x -c bok", "collection 'bok' not found", "did you mean book?"),
        ("restore snapshot nightly -c book --to book", "there is a collection 'book'", "take another name"),
    ],
)
def test_what_is_missing_is_told_before_anything_changes(snapshots: Newest, line: str, message: str, hint: str) -> None:
    assert snapshots(line) == failed(message, hint)
    assert not {"CreateSnapshot", "DropSnapshot", "RestoreSnapshot", "ExportSnapshot"} & {*snapshots.peer.methods}


def test_deleting_a_snapshot_asks(snapshots: Newest) -> None:
    place = f"MILVUS_URI ({snapshots.peer.address}, database default)"
    assert snapshots("delete snapshot nightly -c book") == failed(
        f"refusing to delete snapshot 'nightly' of collection 'book' on {place}: no terminal to confirm on",
        "pass --yes",
        code=2,
    )
    run = snapshots("delete snapshot nightly -c book --dry-run")
    assert run == Run(0, f"Would delete snapshot 'nightly' of collection 'book' on {place}.\n", "")
    assert "DropSnapshot" not in snapshots.peer.methods


def test_an_export_waits_and_tells_where_the_snapshot_is(snapshots: Newest) -> None:
    info = milvus_pb2.ExportSnapshotInfo(
        job_id=6, snapshot_name="nightly", collection_name="book", progress=100, total_files=2, copied_files=2
    )
    info.state, info.snapshot_metadata_uri = milvus_pb2.ExportSnapshotCompleted, "s3://b/x/metadata.json"
    snapshots.answers("ExportSnapshot", milvus_pb2.ExportSnapshotResponse(job_id=6))
    snapshots.answers("GetExportSnapshotState", milvus_pb2.GetExportSnapshotStateResponse(info=info))
    assert snapshots.json("export snapshot nightly -c book --to s3://b/x --spec {}") == {
        "message": "Exported snapshot 'nightly' to s3://b/x.",
        "snapshot": "nightly",
        "collection": "book",
        "job": 6,
        "metadata": "s3://b/x/metadata.json",
    }
    (request,) = snapshots.peer.requests("ExportSnapshot")
    assert request == milvus_pb2.ExportSnapshotRequest(
        name="nightly", collection_name="book", target_s3_path="s3://b/x", external_spec="{}"
    )
    shown = snapshots.json("show export_job 6")
    assert (shown["state"], shown["files"], shown["copied_files"]) == ("completed", 2, 2)


def refresh_job(state: int, progress: int, reason: str = "") -> Any:
    return milvus_pb2.RefreshExternalCollectionJobInfo(
        job_id=7,
        collection_name="book",
        state=state,
        progress=progress,
        reason=reason,
        external_source="s3://lake",
        start_time=STARTED,
    )


@pytest.fixture
def lake(newest: Newest) -> Newest:
    """A server whose external collection `book` is refreshed at the second look."""
    newest.answers("RefreshExternalCollection", milvus_pb2.RefreshExternalCollectionResponse(job_id=7))
    steps = (milvus_pb2.RefreshInProgress, 50), (milvus_pb2.RefreshCompleted, 100)
    answers = [milvus_pb2.GetRefreshExternalCollectionProgressResponse(job_info=refresh_job(*each)) for each in steps]
    newest.peer.handlers["GetRefreshExternalCollectionProgress"] = in_turn(*map(replies, answers))
    jobs = milvus_pb2.ListRefreshExternalCollectionJobsResponse(jobs=[refresh_job(milvus_pb2.RefreshFailed, 5, "gone")])
    newest.answers("ListRefreshExternalCollectionJobs", jobs)
    return newest


@pytest.mark.parametrize(
    ("line", "method", "call", "given"),
    [
        ("refresh collection book", "RefreshExternalCollection", "refresh_external_collection", {}),
        (
            "refresh collection book --source s3://new --spec {} --no-wait",
            "RefreshExternalCollection",
            "refresh_external_collection",
            {"external_source": "s3://new", "external_spec": "{}"},
        ),
        ("list refresh_jobs book", "ListRefreshExternalCollectionJobs", "list_refresh_external_collection_jobs", {}),
    ],
)
def test_refresh_sends_what_pymilvus_sends(
    lake: Newest, line: str, method: str, call: str, given: dict[str, str]
) -> None:
    lake.agree(line, lambda client: getattr(client, call)(collection_name="book", **given), method)


def test_refresh_waits_for_its_job(lake: Newest) -> None:
    run = lake("refresh collection book")
    assert run == Run(0, "Refreshed collection 'book'.\n", "")
    assert lake.peer.methods.count("GetRefreshExternalCollectionProgress") == 2


def test_refresh_jobs_have_their_states(lake: Newest) -> None:
    job = {
        "job": 7,
        "state": "failed",
        "progress": 5,
        "collection": "book",
        "source": "s3://lake",
        "spec": None,
        "started": "2026-07-25T17:20:00Z",
        "ended": None,
        "reason": "gone",
    }
    assert lake.json("list refresh_jobs") == [job]
    running = {**job, "state": "in progress", "progress": 50, "reason": None}
    assert lake.json("show refresh_job 7") == running


LINES = [
    "create snapshot s -c nosuch",
    "list snapshots",
    "show snapshot s -c nosuch",
    "delete snapshot s -c nosuch",
    "restore snapshot s -c nosuch --to x",
    "list restore_jobs",
    "show restore_job 5",
    "export snapshot s -c nosuch --to s3://b",
    "show export_job 5",
]
EXTERNAL = ["refresh collection nosuch", "list refresh_jobs", "show refresh_job 5"]


@on_milvus
@pytest.mark.parametrize("line", [*LINES, *EXTERNAL])
def test_an_old_milvus_says_what_it_lacks(typed: Typed, line: str) -> None:
    noun = "external collections" if line in EXTERNAL else "snapshots"
    assert typed(line) == failed(f"Milvus 2.3.5 has no {noun} (requires Milvus 3.0)")


@on_lite
@pytest.mark.parametrize("line", [*LINES, *EXTERNAL])
def test_milvus_lite_says_what_it_lacks(typed: Typed, line: str) -> None:
    noun = "external collections" if line in EXTERNAL else "snapshots"
    assert typed(line) == failed(f"Milvus Lite 3.2.2 has no {noun} (requires Milvus 3.0)")
