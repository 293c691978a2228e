"""A restore that is continued never takes a collection of others for its own, nor existing rows for the dump's."""

from collections.abc import Callable
from pathlib import Path

import pytest

from milvus_cli.files import row_stream
from milvus_cli.transfer.pipeline import Pipeline
from tests.dump.shelves import DumpedServer, Killed

FIELDS = "-f id:INT64 -f v:FLOAT_VECTOR:4 -p id --index v:FLAT:L2"


@pytest.mark.parametrize("generated", ["", " -a"])
@pytest.mark.parametrize(("steps", "sent"), [(4, "0 to 200"), (5, "200")])
def test_a_collection_that_others_made_meanwhile_is_neither_deleted_nor_filled(
    generated: str,
    steps: int,
    sent: str,
    on_lite_server: DumpedServer,
    tmp_path: Path,
    ending_at: Callable[[int, bool], None],
) -> None:
    there, path, make = on_lite_server, tmp_path / "d", f"create collection -c theirs {FIELDS}{generated}"
    with there.without("theirs"):
        there.all(make, "insert fake -c theirs -n 200", f"dump {path} -c theirs", "delete collection theirs -y")
        ending_at(steps, True)
        with pytest.raises(Killed):
            there(f"restore {path}")
        ending_at(10_000, True)
        there.all("delete collection theirs -y", make, "insert fake -c theirs -n 7 --first 5000")
        run = there(f"restore {path}")
        assert run.code == 1
        assert f"it has 7 rows, and this restore has sent {sent}; delete it, or restore it under another" in run.err
        assert there.json("count theirs")["exact"] == 7
        there.all("delete collection theirs -y", f"restore {path}")
        assert there.json("count theirs")["exact"] == 200


def test_a_collection_with_more_rows_than_were_sent_is_not_deleted(
    on_lite_server: DumpedServer, tmp_path: Path, ending_at: Callable[[int, bool], None]
) -> None:
    there, path = on_lite_server, tmp_path / "d"
    with there.without("theirs"):
        there.all(f"create collection -c theirs {FIELDS} -a", "insert fake -c theirs -n 200", f"dump {path} -c theirs")
        there.all("delete collection theirs -y")
        ending_at(5, False)
        with pytest.raises(Killed):
            there(f"restore {path}")
        ending_at(10_000, True)
        there.all("insert fake -c theirs -n 7")
        assert there(f"restore {path}").code == 1
        assert there.json("count theirs")["exact"] == 207


def test_rows_with_generated_keys_go_only_into_a_collection_that_is_empty(
    on_lite_server: DumpedServer, tmp_path: Path
) -> None:
    there, path = on_lite_server, tmp_path / "d"
    with there.without("theirs"):
        there.all(f"create collection -c theirs {FIELDS} -a", "insert fake -c theirs -n 20", f"dump {path} -c theirs")
        run = there(f"restore {path} --into-existing -y")
        assert run.code == 1
        assert "the server generates the keys, so no row could be replaced" in run.err
        assert there.json("count theirs")["exact"] == 20

        there.all(f"restore {path} --suffix _b --schema-only", f"restore {path} --suffix _b --into-existing -y")
        assert there.json("count theirs_b")["exact"] == 20


def killed(*words: object) -> None:
    raise Killed


def run_killed(there: DumpedServer, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ends the line when the server has a first batch, before its answer is recorded."""
    with monkeypatch.context() as patched:
        patched.setattr(Pipeline, "_count", killed)
        with pytest.raises(Killed):
            there(line)


@pytest.mark.parametrize("runs", [1, 2])
def test_a_restore_that_is_killed_before_the_first_answer_is_recorded_continues(
    runs: int, on_lite_server: DumpedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, path = on_lite_server, tmp_path / "d"
    monkeypatch.setattr(row_stream, "CHUNK_SIZE", 4_000)
    with there.without("first_"):
        there.all(f"create collection -c first_book {FIELDS}", "load collection first_book")
        there.all("insert fake -c first_book -n 200", f"dump {path} -c first_book --format jsonl")
        for _ in range(runs):
            run_killed(there, f"restore {path} --suffix _again", monkeypatch)
        assert 0 < there.json("count first_book_again")["exact"] < 200

        run = there(f"restore {path} --suffix _again")
        assert (run.code, run.err) == (0, f"note: continuing the restore of {path}\n")
        assert there.json("diff first_book first_book_again --rows all")["same"] is True


def test_a_collection_with_rows_that_no_batch_ends_with_is_not_filled(
    on_lite_server: DumpedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, path = on_lite_server, tmp_path / "d"
    monkeypatch.setattr(row_stream, "CHUNK_SIZE", 4_000)
    with there.without("first_"):
        there.all(f"create collection -c first_book {FIELDS}", "load collection first_book")
        there.all("insert fake -c first_book -n 200", f"dump {path} -c first_book --format jsonl")
        run_killed(there, f"restore {path} --suffix _again", monkeypatch)
        there.all("insert fake -c first_book_again -n 1 --first 9000")
        run = there(f"restore {path} --suffix _again")
        assert (run.code, "it may not be the collection that this restore made" in run.err) == (1, True)


def test_a_collection_that_is_deleted_between_two_runs_is_made_anew(
    on_lite_server: DumpedServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ending_at: Callable[[int, bool], None],
) -> None:
    there, path = on_lite_server, tmp_path / "d"
    monkeypatch.setattr(row_stream, "CHUNK_SIZE", 4_000)
    with there.without("first_"):
        there.all(f"create collection -c first_book {FIELDS}", "load collection first_book")
        there.all("insert fake -c first_book -n 200", f"dump {path} -c first_book --format jsonl")
        ending_at(7, True)
        with pytest.raises(Killed):
            there(f"restore {path} --suffix _again")
        there.all("delete collection first_book_again -y")
        ending_at(3, True)
        with pytest.raises(Killed):
            there(f"restore {path} --suffix _again")
        ending_at(10_000, True)
        there.all(f"restore {path} --suffix _again")
        assert there.json("diff first_book first_book_again --rows all")["same"] is True
