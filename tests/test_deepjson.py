"""JSON of any depth is read and written like by the standard library."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from milvus_cli.output.values import exact, shown, to_json
from milvus_cli.text import deep_json
from milvus_cli.text.json import dump_json, load_json
from milvus_cli.text.yaml import to_yaml

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


def outcome(read: Any, text: str) -> Any:
    try:
        return read(text)
    except ValueError:
        return "no JSON"


@given(VALUES, st.integers(0, 200), st.sampled_from(["", *'[]{},:"x1 ']))
def test_json_is_read_and_written_as_by_the_standard_library(value: Any, at: int, other: str) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1)
    assert deep_json.read(text) == value
    broken = text[:at] + other + text[at + 1 :]
    assert outcome(deep_json.read, broken) == outcome(json.loads, broken)
    assert deep_json.write(value, json.dumps) == json.dumps(value)


@pytest.mark.parametrize("depth", [400, 1_200, 20_000])
def test_any_depth_is_shown_in_every_format(depth: int) -> None:
    text = '{"a":' * depth + '["é\\u202e",1.5]' + "}" * depth
    value = load_json(text)
    assert dump_json(value, compact=True) == text.replace("\\u202e", "\u202e")

    spaced = '{"a": ' * depth + '["é\\u202e", 1.5]' + "}" * depth
    assert to_json({"j": value}) == to_json({"j": value}, indent=None) == f'{{"j": {spaced}}}'
    assert load_json(to_json({"j": value}, indent=2).replace("\n", ""))["j"]["a"].keys() == {"a"}

    assert exact(value) == spaced
    assert shown(value, width=10) == '{"a": {"a…'
    assert to_yaml([{"j": value}]).count('"a": ') in (0, depth)


def test_yaml_of_a_deep_value_is_valid() -> None:
    value: Any = {"text": "é\u0085\u202e😀", "numbers": [1e300, 1.5, float("inf"), None, True, 10**30]}
    deep = value
    for _ in range(400):
        deep = [deep]
    written = to_yaml([deep])
    assert written.startswith("- [[[")
    assert yaml.safe_load(written.replace("[" * 399, "[", 1).replace("]" * 400, "]" * 2, 1)) == [[[value]]]
