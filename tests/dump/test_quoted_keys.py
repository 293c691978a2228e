"""Restores of text keys with an apostrophe into Milvus Lite 2.5, which would run an upsert of them as SQL."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dump.shelves import DumpedServer, Killed
from tests.support.earlier_lite_server import EarlierLiteServer

FIELDS = "-f id:VARCHAR:40 -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2"
KEYS = ("p", "a'b", "y') OR ('1'='1")


@pytest.mark.parametrize("step", range(1, 6))
def test_a_restore_that_was_killed_fills_its_collection_again(
    earlier_lite: EarlierLiteServer, tmp_path: Path, ending_at: Callable[[int, bool], None], step: int
) -> None:
    there, rows = DumpedServer(tmp_path, earlier_lite, "earlier_lite"), tmp_path / "rows.jsonl"
    rows.write_text("".join(f"{json.dumps({'id': key, 'v': [1, 2]})}\n" for key in KEYS))
    with there.without("quoted_book"):
        there.all(
            f"create collection -c quoted_book {FIELDS}",
            f"insert file {rows} -c quoted_book",
            "load collection quoted_book",
            f"dump {tmp_path}/d -c quoted_book",
        )
        ending_at(step, False)
        with pytest.raises(Killed):
            there(f"restore {tmp_path}/d --suffix _ended")
        ending_at(10_000, True)
        there.all(f"restore {tmp_path}/d --suffix _ended", "diff quoted_book quoted_book_ended --rows all")
