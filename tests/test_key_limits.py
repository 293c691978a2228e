"""Primary keys at the limits of INT64 and beyond: found, deleted and searched by, or refused before a request."""

import json

import pytest

from tests.support.cli import Run
from tests.support.typed import Typed, failed

LOWEST, HIGHEST, OVER = -(2**63), 2**63 - 1, 2**63
SHOWN = HIGHEST - 1
"""The highest key that Milvus 2.3 gives back: it takes one more, and then shows that row to nobody."""


@pytest.fixture
def extreme_keys(typed: Typed) -> Typed:
    """With a loaded collection that has rows of the lowest and the highest possible key."""
    typed.gone("key_limits")
    rows = json.dumps([{"id": key, "v": [1, place]} for place, key in enumerate((LOWEST, 0, SHOWN))])
    typed.all(
        "create collection -c key_limits -f id:INT64 -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2",
        f"insert row -c key_limits --row '{rows}'",
        "load collection -c key_limits",
    )
    return typed


def test_the_ends_of_int64_are_keys_like_any_other(extreme_keys: Typed) -> None:
    shown = f'{{"id": {LOWEST}}}\n{{"id": {SHOWN}}}\n'
    assert extreme_keys(f"get -c key_limits --ids '[{LOWEST},{SHOWN}]' --fields id -o jsonl") == Run(0, shown, "")
    hits = extreme_keys.json(f"search key_limits --like {LOWEST} -l 5")
    assert [hit["id"] for hit in hits] == [0, SHOWN]
    assert extreme_keys(f"delete ids -c key_limits --ids '[{LOWEST},{SHOWN}]' -y").code == 0
    assert extreme_keys("query -c key_limits --fields id -o jsonl") == Run(0, '{"id": 0}\n', "")


def test_a_key_beyond_int64_or_not_a_whole_number_is_refused(extreme_keys: Typed) -> None:
    def refused(given: str) -> Run:
        said = f"invalid id {given}: primary key 'id' of 'key_limits' is INT64"
        return failed(said, "write ids as 1,2,3", code=2)

    for ids, given in (
        (str(OVER), repr(str(OVER))),
        (f"[{OVER}]", str(OVER)),
        ("1_0", "'1_0'"),
        ("1.0", "'1.0'"),
        ("١", "'١'"),
        ("[1e400]", "1e400"),
        ("[null]", "null"),
    ):
        for command in ("get -c key_limits --ids", "delete ids -y -c key_limits --ids"):
            assert extreme_keys(f"{command} '{ids}'") == refused(given), (command, ids)
    for given in (str(OVER), "1_0", "1.0", ""):
        assert extreme_keys(f"search key_limits --like '{given}'") == refused(repr(given))
    assert extreme_keys(f"""insert row -c key_limits --row '{{"id": {OVER}, "v": [1, 2]}}'""").err == (
        f"error: row 1, field 'id': expected an integer from {LOWEST} to {HIGHEST}, got {OVER}\n"
    )


def test_a_number_that_no_message_holds_is_refused_before_anything_is_sent(extreme_keys: Typed) -> None:
    said = f"cannot send GetCompactionState: value out of range: {OVER}"
    assert extreme_keys(f"show compaction_state -id {OVER}") == failed(said, code=2)


def test_a_filter_with_a_number_beyond_int64_shows_the_place(extreme_keys: Typed) -> None:
    hint = "a number with a point is a DOUBLE: 1e19 or 10000000000000000000.0"
    expected = failed(f"invalid filter: {OVER} is out of the range of INT64\n  id < {OVER}\n       ^", hint, code=2)
    for line in (
        f"count -c key_limits -e 'id < {OVER}'",
        f"query -c key_limits -e 'id < {{n}}' --param n={OVER}",
        f"delete entities -y -c key_limits -e 'id < {OVER}'",
        f"search key_limits -v [1,2] --filter 'id < {OVER}'",
    ):
        assert extreme_keys(line) == expected, line


def test_a_parameter_of_a_filter_is_a_number_that_filters_can_write(extreme_keys: Typed) -> None:
    assert extreme_keys("count -c key_limits -e 'id < {n}' --param n=1e400") == failed(
        "a filter has no way to write 1e400", "give text, a number or a list", code=2
    )
    assert extreme_keys(f"count -c key_limits -e 'id <= {HIGHEST}' -o jsonl").code == 0


def test_text_keys_take_text_and_whole_numbers_only(typed: Typed) -> None:
    typed.gone("key_texts")
    typed.all(
        "create collection -c key_texts -f id:VARCHAR:9 -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2",
        """insert row -c key_texts --row '[{"id": "7", "v": [1, 2]}, {"id": "None", "v": [1, 2]}]'""",
        "load collection -c key_texts",
    )
    assert typed("get -c key_texts --ids '[7]' --fields id -o jsonl") == Run(0, '{"id": "7"}\n', "")
    for given in ("null", "true", "1.5"):
        assert typed(f"get -c key_texts --ids '[{given}]'") == failed(
            f"invalid id {given}: primary key 'id' of 'key_texts' is VARCHAR", 'write ids as ["a","b"]', code=2
        )
