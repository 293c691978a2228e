"""Bulk inserts: Milvus reads files of its own machine; Milvus Lite has no bulk inserts."""

import json
import time
from pathlib import Path
from typing import Any

from tests.support.typed import Typed, failed, on_lite, on_milvus

ROWS = [{"id": number, "title": f"t{number}", "vector": [1, 2, 3, number]} for number in range(3)]
SECONDS = 60


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
