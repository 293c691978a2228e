"""Batches that a server refuses: bad rows go to the rejects and the others are inserted, however many are bad."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer, in_turn, refuses, replies, writes
from tests.support.official import common_pb2, grpc, milvus_pb2, schema_pb2
from tests.support.recorder import run_here
from tests.support.typed import Typed, failed, on_lite, on_milvus

CASES = "create collection -c {name} -f id:INT64 -f t:VARCHAR:10 -f j:JSON -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2"
CAUSE = "IO failed: json: cannot unmarshal {} into Go value of type map[string]interface {{}}"


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text(
        "".join(json.dumps({"t": "a", "j": {}, "v": [1, 2], **row}, ensure_ascii=False) + "\n" for row in rows),
        encoding="utf-8",
    )


def make_collection(typed: Typed, name: str, *more: str) -> None:
    typed.gone(name)
    typed.all(" ".join([CASES.format(name=name), *more]), f"load collection -c {name}")


def ids(typed: Typed, name: str) -> list[int]:
    return sorted(row["id"] for row in typed.json(f"query -c {name} --filter 'id >= 0' --fields id"))


@on_milvus
def test_a_file_in_which_the_server_refuses_every_row(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make_collection(typed, "refused_all")
    write(Path("rows.jsonl"), [{"id": number, "t": "ä" * 6} for number in range(300)])
    run = typed("insert file -c refused_all rows.jsonl --rejects rejects.jsonl")
    reason = "too long: 12 bytes in UTF-8, max_length is 10"
    lines = run.err.splitlines()
    assert (run.code, run.out, lines[1]) == (5, "", f"rows.jsonl, line 2, column 't': {reason}")
    assert lines[-2:] == [
        "error: Inserted 0 of 300 rows into 'refused_all', which had 0 and has 0; 300 rejected",
        "hint: rejects.jsonl has them",
    ]
    rejects = [json.loads(line) for line in Path("rejects.jsonl").read_text().splitlines()]
    assert [(each["line"], each["column"]) for each in rejects] == [(line, "t") for line in range(1, 301)]
    assert rejects[7]["row"] == {"id": 7, "t": "ä" * 6, "j": {}, "v": [1, 2]}
    typed.gone("refused_all")


@on_milvus
def test_rows_between_bad_ones_of_several_kinds_go_in(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make_collection(typed, "refused_some", "--dynamic")
    write(
        Path("rows.jsonl"),
        [
            {"id": 1},
            {"id": 2, "j": ["x"]},
            {"id": 3, "t": "äääääö"},
            {"id": 4, "j": 5},
            {"id": 5, "j": "x"},
            {"id": 6, "j": {"a": "x" * 65_536}},
            {"id": 7, "more": "x" * 65_536},
            {"id": 8, "j": ["y"]},
            {"id": 9},
        ],
    )
    run = typed("insert file -c refused_some rows.jsonl")
    assert run.code == 5
    said = [line.partition(" (")[0] for line in run.err.splitlines()]
    assert said == [
        "rows.jsonl, line 2, column 'j': expected a JSON object, got a list",
        "rows.jsonl, line 3, column 't': too long: 12 bytes in UTF-8, max_length is 10",
        "rows.jsonl, line 4, column 'j': expected a JSON object, got a number",
        "rows.jsonl, line 5, column 'j': expected a JSON object, got text",
        "rows.jsonl, line 6, column 'j': too long: 65,544 bytes of JSON, the limit is 65,536",
        "rows.jsonl, line 7: too long: 65,547 bytes of dynamic fields, the limit is 65,536",
        "rows.jsonl, line 8, column 'j': expected a JSON object, got a list",
        "error: Inserted 2 of 9 rows into 'refused_some', which had 0 and has 2; 7 rejected",
        "hint: --rejects FILE keeps them",
    ]
    assert ids(typed, "refused_some") == [1, 9]
    typed.gone("refused_some")


@on_lite
def test_a_row_that_one_server_refuses_is_accepted_on_another(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make_collection(typed, "refused_lite")
    write(Path("rows.jsonl"), [{"id": 1, "j": ["x"]}, {"id": 2, "j": 5}, {"id": 3, "t": "ä" * 9}, {"id": 4, "j": "x"}])
    run = typed("insert file -c refused_lite rows.jsonl")
    assert run == Run(
        5,
        "",
        (
            "rows.jsonl, line 2, column 'j': expected a JSON object, got a number "
            "(Milvus Lite takes only objects, lists and texts as JSON)\n"
            "error: Inserted 3 of 4 rows into 'refused_lite', which had 0 and has 3; 1 rejected\n"
            "hint: --rejects FILE keeps them\n"
        ),
    )
    assert ids(typed, "refused_lite") == [1, 3, 4]
    assert typed('insert row -c refused_lite --row \'{"id": 5, "t": "a", "j": true, "v": [1, 2]}\'') == failed(
        "Milvus Lite takes only objects, lists and texts as JSON"
    )
    typed.gone("refused_lite")


@on_lite
def test_a_row_refused_for_another_field_does_not_condemn_the_rows_that_look_like_it(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    typed.gone("refused_other")
    typed.all("create collection refused_other -f id:INT64 -f j:JSON -f s:SPARSE_FLOAT_VECTOR -p id")
    rows = [{"id": 1, "j": [1], "s": {}}] + [{"id": number, "j": [1], "s": {"1": 1.0}} for number in range(2, 20)]
    Path("rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    run = typed("insert file -c refused_other rows.jsonl")
    assert run.code == 5
    assert run.err.startswith("rows.jsonl, line 1, column 's': sparse vector field 's': ")
    assert "Inserted 18 of 19 rows" in run.err
    typed.gone("refused_other")


def schema(*more: str) -> Any:
    found = schema_pb2.CollectionSchema(name="book")
    found.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    for name in more:
        found.fields.add(name=name, data_type=schema_pb2.Int64)
    return found


def described(*more: str) -> Any:
    return replies(milvus_pb2.DescribeCollectionResponse(schema=schema(*more)))


class Picky(GrpcPeer):
    """Refuses every insert that contains one of the keys."""

    def __init__(self, refused: range) -> None:
        self.refused = set(refused)
        self.taken: list[int] = []
        super().__init__(
            {
                "DescribeCollection": described(),
                "Query": refuses(101, "collection not loaded"),
                "Insert": self._insert,
            }
        )

    def _insert(self, request: Any, context: grpc.ServicerContext) -> Any:
        keys = request.fields_data[0].scalars.long_data.data
        if self.refused & set(keys):
            return milvus_pb2.MutationResult(status=common_pb2.Status(error_code=1, code=1100, reason="odd"))
        self.taken += keys
        return writes(request, context)


@pytest.mark.parametrize(("bad", "most"), [(range(1000), 1_030), (range(500, 1000), 530), (range(7, 8), 25)])
def test_a_batch_takes_about_a_call_for_each_bad_row(cli: Cli, tmp_path: Path, bad: range, most: int) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(f'{{"id": {number}}}\n' for number in range(1000)))
    with Picky(bad) as peer:
        run = run_here(["insert", "file", "-c", "book", str(rows)], cli.home, peer.uri)
    assert run.code == 5
    assert f"error: Inserted {1000 - len(bad):,} of 1,000 rows into 'book'; {len(bad):,} rejected\n" in run.err
    assert sorted(peer.taken) == [number for number in range(1000) if number not in bad]
    assert peer.methods.count("Insert") <= most


def test_a_collection_that_changed_meanwhile_ends_the_job(cli: Cli, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": 1}\n{"id": 2}\n')
    handlers = {
        "DescribeCollection": in_turn(described(), described("year")),
        "Query": refuses(101, "collection not loaded"),
        "Insert": in_turn(refuses(1100, "fewer fields than needed"), writes),
    }
    with GrpcPeer(handlers) as peer:
        line = ["insert", "file", "-c", "book", str(rows)]
        assert run_here(line, cli.home, peer.uri) == failed("the fields of 'book' changed while rows were sent")


def test_a_full_disk_of_the_server_rejects_no_row(cli: Cli, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": 1}\n{"id": 2}\n')
    full, loaded = "[Errno 28] No space left on device", refuses(101, "collection not loaded")
    handlers = {"DescribeCollection": described(), "Query": loaded, "Insert": refuses(1, full)}
    with GrpcPeer(handlers) as peer:
        line = ["insert", "file", "-c", "book", str(rows), "--rejects", str(tmp_path / "rejects.jsonl")]
        hint = "make room on the server's disk, then try again"
        assert run_here(line, cli.home, peer.uri) == failed(f"the server's disk is full: {full}", hint)
    assert (tmp_path / "rejects.jsonl").read_text() == ""


def test_words_of_a_request_are_no_full_disk(cli: Cli) -> None:
    refusal = "cannot evaluate title == 'no space left on device'"
    with GrpcPeer({"DescribeCollection": described(), "Query": refuses(1, refusal)}) as peer:
        words = ["query", "-c", "book", "-e", "title == 'no space left on device'"]
        assert run_here(words, cli.home, peer.uri).err == f"error: {refusal}\n"


def test_a_cause_common_to_all_rows_ends_the_job_and_resume_continues_when_it_is_gone(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # --resume first looks for the rows, and retries that for 30 s although the partition is missing.
    monkeypatch.setattr("milvus_cli.rows.readback.RELOADING", 1.0)
    make_collection(typed, "refused_gone")
    rows = tmp_path / "rows.jsonl"
    write(rows, [{"id": 1}, {"id": 2}])
    line = f"insert file -c refused_gone -p later {rows}"
    told = failed("partition 'later' not found in 'refused_gone'", "run `list partitions -c refused_gone`")
    assert typed(line) == told
    assert typed(f"{line} --resume") == told
    typed.all("create partition -c refused_gone -p later")
    assert typed(f"{line} --resume").code == 0
    assert ids(typed, "refused_gone") == [1, 2]
    typed.gone("refused_gone")
