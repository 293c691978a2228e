"""dump, restore and diff of collections with all types of each server."""

import json
from pathlib import Path

import pytest

from tests.dump.shelves import ROWS, SECOND, DumpedServer


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
