"""A copy or comparison of a database with a collection, and a read-only connection's refusal of a deletion."""

import pytest

from tests.support.typed import Typed, failed, on_lite


@on_lite
@pytest.mark.parametrize("line", ["copy lite: other:book --yes", "diff lite/default: other:book"])
def test_a_collection_is_no_match_for_a_database(typed: Typed, line: str) -> None:
    message = "'book' is one collection, and the source a whole database"
    assert typed(line) == failed(message, "write ALIAS: or ALIAS/DATABASE: for both", code=2)


@on_lite
def test_a_read_only_connection_says_that_no_row_was_deleted(typed: Typed) -> None:
    typed.make("nameless", rows=20)
    assert typed(f"connect --uri {typed.server.uri} -a frozen --read-only").code == 0
    told = failed(
        "connection 'frozen' is read-only: nothing was deleted", "run `connect -a frozen --no-read-only` to allow it"
    )
    assert typed("--alias frozen delete entities -c nameless -e 'id >= 0' --yes") == told
    typed.gone("nameless")
