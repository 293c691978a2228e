"""Bulk inserts: Milvus reads files of its own machine; Milvus Lite has no bulk inserts."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from pymilvus import MilvusClient

from milvus_cli.text.words import IMPORT_OPTIONS
from tests.support.newest import Newest
from tests.support.official import common_pb2, milvus_pb2
from tests.support.typed import Typed, failed, on_lite, on_milvus

ROWS = [{"id": number, "title": f"t{number}", "vector": [1, 2, 3, number]} for number in range(3)]
SECONDS = 60
IMPORT_HINT = f"import options: {', '.join(IMPORT_OPTIONS)}"


def ended(typed: Typed, task: int) -> dict[str, Any]:
    """The state of a task once the server is done with it."""
    until = time.monotonic() + SECONDS
    while True:
        state: dict[str, Any] = typed.json(f"show bulk_insert_state -id {task}")
        if state["state"] in ("completed", "failed", "failed, cleaned") or time.monotonic() > until:
            return state
        time.sleep(0.2)


@on_milvus
def test_bulk_insert_has_the_server_read_a_file(typed: Typed, tmp_path: Path) -> None:
    typed.make("bulk")
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps({"rows": ROWS}))
    bad.write_text('{"rows": [{"id": 1}]}')
    made = typed.json(f"bulk_insert -c bulk -f {good}")
    (task,) = made["tasks"]
    assert made == {
        "message": f"The server inserts 1 file into 'bulk': task {task}. "
        f"Follow it with `show bulk_insert_state -id {task}`",
        "collection": "bulk",
        "tasks": [task],
    }
    done = {
        "task": task,
        "state": "completed",
        "rows": 3,
        "progress": 100,
        "collection": "bulk",
        "partition": "_default",
        "files": str(good),
        "reason": None,
    }
    assert ended(typed, task) == done

    (failing,) = typed.json(f"bulk_insert -c bulk -p _default -f {bad}")["tasks"]
    state = ended(typed, failing)
    assert (state["state"].partition(",")[0], state["rows"], bool(state["reason"])) == ("failed", 0, True)

    assert done in typed.json("list bulk_insert_tasks -c bulk")
    assert len(typed.json("list bulk_insert_tasks -l 1")) == 1
    typed.gone("bulk")


@on_milvus
def test_a_missing_collection_and_a_missing_task_exit_1(typed: Typed) -> None:
    assert typed("bulk_insert -c nosuchthing -f /x.json") == failed(
        "collection 'nosuchthing' not found", "run `list collections`"
    )
    assert typed("show bulk_insert_state -id 5") == failed(
        "bulk insert task 5 not found", "run `list bulk_insert_tasks`"
    )


@on_lite
def test_without_bulk_inserts_on_the_server_an_error_says_so(typed: Typed) -> None:
    typed.make("bulk")
    for line in ("bulk_insert -c bulk -f /x.json", "show bulk_insert_state -id 5", "list bulk_insert_tasks"):
        run = typed(line)
        assert (run.code, run.out) == (1, "")
        assert run.err.startswith("error: Milvus Lite ")
        assert run.err.endswith(" has no bulk_insert\n")
    typed.gone("bulk")


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("-f a.parquet", {}),
        ("-f a.csv --option sep=';' --option nullkey=NULL", {"sep": ";", "nullkey": "NULL"}),
        ("-f insert_log/ --option backup=true --option bucket=b", {"backup": "true", "bucket": "b"}),
    ],
)
def test_options_of_an_import_are_sent_as_by_pymilvus(newest: Newest, line: str, given: dict[str, str]) -> None:
    newest.answers("Import", milvus_pb2.ImportResponse(tasks=[7]))
    file = line.split()[1]

    def act(client: MilvusClient) -> object:
        return client._get_connection().do_bulk_insert("book", "novels", [file], **given)

    newest.agree(f"bulk_insert -c book -p novels {line}", act, "Import")


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ("--option seperator=;", "unknown import option 'seperator'", IMPORT_HINT),
        ("--option skip_disk_quota=true", "unknown import option 'skip_disk_quota'", "skip_disk_quota_check?"),
        ("--option backup=yes", "--option backup: expected true or false, got 'yes'", ""),
        ("--option end_ts=now", "--option end_ts: expected a whole number, got 'now'", ""),
    ],
)
def test_a_wrong_option_of_an_import_is_not_sent(newest: Newest, options: str, message: str, hint: str) -> None:
    run = newest(f"bulk_insert -c book -f a {options}")
    assert (run.code, run.err.splitlines()[0]) == (2, f"error: {message}")
    assert run.err.rstrip().endswith(hint or message)
    assert "Import" not in newest.peer.methods


def test_force_sends_an_option_that_is_not_known_here(newest: Newest) -> None:
    newest.answers("Import", milvus_pb2.ImportResponse(tasks=[7]))
    request = newest.sent("bulk_insert -c book -f a --option new=1 --force", "Import")
    assert request == milvus_pb2.ImportRequest(
        collection_name="book", files=["a"], options=[common_pb2.KeyValuePair(key="new", value="1")]
    )


@on_milvus
def test_an_old_milvus_does_not_ignore_options_of_an_import(typed: Typed) -> None:
    assert typed("bulk_insert -c nosuch -f a.csv --option sep=;") == failed(
        "Milvus 2.3.5 has no separators of imported CSV files (requires Milvus 2.5)"
    )
