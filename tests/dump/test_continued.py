"""A restore that is continued never takes a collection of others for its own, nor existing rows for the dump's."""

from collections.abc import Callable
from pathlib import Path

import pytest

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
