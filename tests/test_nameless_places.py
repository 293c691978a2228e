"""A copy or comparison without a collection's name, and a read-only connection's refusal of a deletion."""

import pytest

from tests.support.typed import Typed, failed, on_lite

HINT = "write ALIAS:COLLECTION, ALIAS/DATABASE:COLLECTION, or COLLECTION on the current connection"


@on_lite
@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("copy lite: other: --dry-run", "lite:"),
        ("copy lite/default: other:book --yes", "lite/default:"),
        ("diff lite: other:", "lite:"),
    ],
)
def test_a_place_without_a_name_is_refused_where_the_other_does_not_tell(typed: Typed, line: str, place: str) -> None:
    assert typed(line) == failed(f"{place!r} has no collection name", HINT, code=2)


@on_lite
def test_a_read_only_connection_says_that_no_row_was_deleted(typed: Typed) -> None:
    typed.make("nameless", rows=20)
    assert typed(f"connect --uri {typed.server.uri} -a frozen --read-only").code == 0
    told = failed(
        "connection 'frozen' is read-only: nothing was deleted", "connect again with --no-read-only to allow it"
    )
    assert typed("--alias frozen delete entities -c nameless -e 'id >= 0' --yes") == told
    typed.gone("nameless")
