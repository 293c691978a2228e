"""dump, restore and diff of collections with all types of each server."""

import json
from pathlib import Path

import pytest

from tests.dump.shelves import ROWS, SECOND, DumpedServer
from tests.support.milvus_server import MilvusServer


@pytest.mark.parametrize("kind", ["on_lite_server", "on_milvus_server", "on_earlier_lite"])
def test_what_is_restored_is_the_same_as_what_was_dumped(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    there: DumpedServer = request.getfixturevalue(kind)
    made = there.json(f"dump {tmp_path / 'd'} -c 'dmp_*' --jobs 3")
    assert made["collections"] == len(there.names)
    assert made["rows"] == ROWS * len(there.names) + (2 * SECOND if there.has_partitions else 0)

    with there.without("_again"):
        again = there.json(f"restore {tmp_path / 'd'} --suffix _again --jobs 3")
        assert (again["collections"], again["rows"]) == (made["collections"], made["rows"])
        assert there.differences("_again") == []

        if there.has_partitions:
            assert len(there.json("query dmp_keys_again -p second --fields id")) == SECOND
            assert there.json("show alias also_dmp_keys_again")["collection"] == "dmp_keys_again"


def test_a_dump_has_a_schema_file_that_creates_the_collection(on_lite_server: DumpedServer, lite_dump: Path) -> None:
    file = lite_dump / "default" / "dmp_keys" / "schema.json"
    written = json.loads(file.read_text())
    assert (written["aliases"], written["load_state"]) == (["also_dmp_keys"], "loaded")
    with on_lite_server.without("by_file"):
        on_lite_server.all(f"create collection -c by_file --schema-file {file}")
        found = on_lite_server.json("diff dmp_keys by_file --rows none", code=1)["differences"]
        assert [each["what"] for each in found] == ["rows"]


def test_a_dump_is_restored_to_another_server_as_far_as_that_has_the_types(
    on_lite_server: DumpedServer, lite_dump: Path, milvus: MilvusServer
) -> None:
    on_lite_server.all(f"connect {milvus.uri} -a other", f"connect {on_lite_server.server.uri} -a l")
    try:
        run = on_lite_server(f"restore {lite_dump} --alias other --suffix _moved")
        assert (run.code, run.err.splitlines()[0]) == (
            1,
            "error: can't restore default/dmp_full_text_moved: Milvus 2.3.5 lacks SPARSE_FLOAT_VECTOR 'sparse' "
            "(Milvus 2.4), function 'sparse_function' (Milvus 2.5); default/dmp_nullable_moved: Milvus 2.3.5 lacks "
            "SPARSE_FLOAT_VECTOR 's' (Milvus 2.4), TIMESTAMPTZ 'at' (Milvus 2.6), GEOMETRY 'where' (Milvus 2.6), "
            "several vector fields (Milvus 2.4), nullable 'n' (Milvus 2.5)",
        )
        on_lite_server.all(f"restore {lite_dump} --alias other --suffix _moved --exclude 'dmp_[fn]*' --jobs 2")
        for name in ("dmp_scalars", "dmp_keys"):
            found = on_lite_server.json(f"diff l:{name} other:{name}_moved --rows all")
            assert (found["same"], found["rows_b"]) == (True, ROWS + SECOND)

        for name in ("dmp_scalars", "dmp_keys"):
            on_lite_server.all(f"release collection {name}_moved --alias other")
            on_lite_server.all(f"delete collection {name}_moved --alias other -y")
    finally:
        on_lite_server.all("delete connection other -y", "delete connection l -y")


def test_a_dump_of_milvus_lite_2_is_restored_to_milvus_lite_3(
    on_lite_server: DumpedServer, on_earlier_lite: DumpedServer, tmp_path: Path
) -> None:
    on_earlier_lite.all(f"dump {tmp_path / 'd'} -c dmp_scalars -c dmp_keys --format jsonl")
    with on_lite_server.without("_newer"):
        on_lite_server.all(f"restore {tmp_path / 'd'} --suffix _newer")
        on_lite_server.all(f"connect {on_earlier_lite.server.uri} -a e", f"connect {on_lite_server.server.uri} -a l")
        for name in ("dmp_scalars", "dmp_keys"):
            assert on_lite_server.json(f"diff e:{name} l:{name}_newer --rows all")["same"] is True
        on_lite_server.all("delete connection e -y", "delete connection l -y")


def test_a_dump_of_milvus_is_restored_to_milvus_lite_2(
    on_milvus_server: DumpedServer, on_earlier_lite: DumpedServer, tmp_path: Path
) -> None:
    there, path = on_milvus_server, tmp_path / "d"
    there.all("create collection older -f id:INT64 -f v:FLOAT_VECTOR:4 -p id --index v:FLAT:L2")
    there.all("load older", "insert fake older -n 50", f"dump {path} -c older")
    there.all(f"connect {there.server.uri} -a m", f"connect {on_earlier_lite.server.uri} -a e")
    try:
        there.all(f"restore {path} --alias e --suffix _moved")
        found = there.json("diff m:older e:older_moved --rows all")
        assert (found["same"], found["compared"], found["differences"]) == (True, 50, [])
        assert found["not_compared"] == ["consistency level (Milvus Lite reports Strong for all)"]
    finally:
        there.clear("older")
        on_earlier_lite.clear("older")
        there.all("delete connection m -y", "delete connection e -y")
