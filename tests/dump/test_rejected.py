"""Rows of a dump that a server rejects: which, and what is left."""

from pathlib import Path

from tests.dump.shelves import DumpedServer
from tests.support.earlier_lite_server import EarlierLiteServer
from tests.support.milvus_server import MilvusServer


def test_rejected_rows_are_told_with_what_is_left_of_the_collection(
    earlier_lite: EarlierLiteServer, milvus: MilvusServer, tmp_path: Path
) -> None:
    there, other = DumpedServer(tmp_path, earlier_lite, "earlier_lite"), DumpedServer(tmp_path, milvus, "milvus")
    path, rows = tmp_path / "d", tmp_path / "rows.jsonl"
    rows.write_text('{"id": 1, "j": {"a": 1}, "v": [1, 2]}\n{"id": 2, "j": 5, "v": [1, 2]}\n')
    with there.without("rejected_"), other.without("rejected_"):
        there.all(
            "create collection -c rejected_book -f id:INT64 -f j:JSON -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2",
            f"insert file {rows} -c rejected_book",
            f"dump {path} -c rejected_book --format jsonl",
        )
        run = other(f"restore {path}")
        assert run.code != 0
        assert "'j'" in run.err
        assert "running this again repeats the rejection" in run.err
        hint = run.err[run.err.index("hint:") :]
        assert hint == (
            "hint: delete the collection, and restore a dump without these rows (`dump --filter`); or insert the files "
            "of default/rejected_book with `insert file --rejects FILE`\n"
        )
