"""Adding context to a failure."""

import pytest

from milvus_cli.errors import CliError, Fault, NotAuthorized, ServerRefused, Unsupported
from milvus_cli.values.invalid import BadValue


def test_context_keeps_type_and_details_and_leaves_the_error_as_it_was() -> None:
    error = ServerRefused("full", fault=Fault.SAID_NO, server_code=9, reason="full[db=1]")
    found = error.with_context(prefix="loading 'book' failed", suffix="2 rows are in", hint="free space")
    assert type(found) is ServerRefused
    assert (found.message, str(found), found.hint) == (
        "loading 'book' failed: full; 2 rows are in",
        "loading 'book' failed: full; 2 rows are in",
        "free space",
    )
    assert (found.fault, found.server_code, found.reason) == (Fault.SAID_NO, 9, "full[db=1]")
    assert (error.message, str(error), error.hint) == ("full", "full", "")


@pytest.mark.parametrize(
    ("before", "given", "after"),
    [
        ("", {"default_hint": "look"}, "look"),
        ("run it", {"default_hint": "look"}, "run it"),
        ("run it", {"hint": "look"}, "look"),
        ("run it", {"more_hint": "look"}, "run it; look"),
        ("", {"more_hint": "look"}, "look"),
        ("run it; look", {"more_hint": "look"}, "run it; look"),
        ("run it", {}, "run it"),
    ],
)
def test_a_hint_replaces_completes_or_follows(before: str, given: dict[str, str], after: str) -> None:
    assert CliError("no", hint=before).with_context(**given).hint == after


@pytest.mark.parametrize(
    "error",
    [Unsupported("no", method="Import"), NotAuthorized("no", privilege="Load"), BadValue(2, "id", "is missing")],
    ids=lambda error: type(error).__name__,
)
def test_every_kind_of_error_takes_context(error: CliError) -> None:
    found = error.with_context(prefix="x")
    assert {**vars(found), "message": ""} == {**vars(error), "message": ""}
    assert (type(found), found.message) == (type(error), f"x: {error.message}")
