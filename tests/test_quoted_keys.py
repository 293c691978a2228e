"""Text keys with an apostrophe on Milvus Lite 2.5, whose upserts and deletions would run them as SQL."""

import json
import shlex
from pathlib import Path

import pytest

from tests.support.cli import Cli, Run
from tests.support.earlier_lite_server import EarlierLiteServer
from tests.support.typed import Typed, failed

QUOTED = "-f id:VARCHAR:40 -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2"
QUOTED_KEY = "a'b"
INJECTED = "y') OR ('1'='1"
REASON = "Milvus Lite 2 would take the quote in the key {} for SQL"
HINT = "copy the collection to Milvus Lite 3 (`help lite`)"


@pytest.fixture
def typed(cli: Cli, earlier_lite: EarlierLiteServer) -> Typed:
    """Milvus Lite 2.5 with a collection of two keys with quotes, and one without."""
    typed = Typed(cli, earlier_lite)
    typed.gone("quoted")
    typed.all(f"create collection -c quoted {QUOTED}")
    insert(typed, "p", "a'b", INJECTED)
    typed.all("load collection quoted")
    return typed


def insert(typed: Typed, *keys: str, verb: str = "insert") -> Run:
    return typed(f"{verb} row -c quoted --row {shlex.quote(json.dumps(rows_of(*keys)))}")


def rows_of(*keys: str) -> list[dict[str, object]]:
    return [{"id": key, "v": [1, 2]} for key in keys]


def keys_of(typed: Typed) -> list[str]:
    return sorted(row["id"] for row in typed.json("query -c quoted --fields id"))


def reason(key: str) -> str:
    return REASON.format(json.dumps(key))


@pytest.mark.parametrize("key", ["a'b", "a''b", "'", INJECTED])
def test_an_upsert_of_a_row_with_a_quoted_key_is_not_sent(typed: Typed, key: str) -> None:
    assert insert(typed, "p", key, verb="upsert") == failed(f"row 2, field 'id': {reason(key)}", HINT, code=2)
    assert keys_of(typed) == ["a'b", "p", INJECTED]


@pytest.mark.parametrize("key", ['a"b', "a\\b", "a;b", "a--b", "a/*b", "日"])
def test_other_signs_in_keys_are_upserted(typed: Typed, key: str) -> None:
    assert insert(typed, key, verb="upsert") == insert(typed, key, verb="upsert")
    assert keys_of(typed) == sorted(["a'b", "p", INJECTED, key])


def test_rows_of_a_file_with_quoted_keys_are_rejected_by_an_upsert(typed: Typed, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows_of("q", INJECTED)))
    run = typed(f"upsert file -c quoted {path}")
    told = f"{path}, line 2, column 'id': {reason(INJECTED)}"
    error = "error: Upserted 1 of 2 rows into 'quoted', which had 3 and has 4; 1 rejected"
    assert run == Run(5, "", f"{told}\n{error}\nhint: --rejects FILE keeps them\n")
    assert keys_of(typed) == ["a'b", "p", "q", INJECTED]
    assert typed(f"insert file -c quoted {path}").code == 0


def test_rows_by_keys_with_a_quote_are_not_deleted(typed: Typed) -> None:
    ids = shlex.quote(json.dumps(["p", "a'b"]))
    assert typed(f"delete ids -c quoted --ids {ids} --yes") == failed(reason(QUOTED_KEY), HINT)
    assert keys_of(typed) == ["a'b", "p", INJECTED]


def test_rows_by_a_filter_are_deleted_unless_one_has_a_quoted_key(typed: Typed) -> None:
    assert typed("""delete entities -c quoted -e 'id like "a%"' --yes""") == failed(reason(QUOTED_KEY), HINT)
    typed.all("""delete entities -c quoted -e 'id == "p"' --yes""")
    assert keys_of(typed) == ["a'b", INJECTED]


def test_a_copy_that_replaces_rows_with_quoted_keys_is_refused(typed: Typed) -> None:
    typed.gone("quoted_copy")
    typed.all("copy quoted quoted_copy --yes")
    run = typed("copy quoted quoted_copy --into-existing --yes")
    assert (run.code, run.out, reason(QUOTED_KEY) in run.err, HINT in run.err) == (1, "", True, True)
    assert len(typed.json("query -c quoted_copy --fields id")) == 3
    typed.gone("quoted_copy")


def test_a_restore_into_existing_rows_with_quoted_keys_is_refused(typed: Typed, tmp_path: Path) -> None:
    typed.all(f"dump {tmp_path}/d -c quoted")
    refused = failed(f"can't restore default/quoted: {reason(QUOTED_KEY)}", HINT)
    assert typed(f"restore {tmp_path}/d --into-existing --yes") == refused
    assert keys_of(typed) == ["a'b", "p", INJECTED]
