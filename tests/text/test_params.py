"""Parameters as pairs and as JSON."""

import pytest

from milvus_cli.errors import InvalidInput
from milvus_cli.text.params import read_params


@pytest.mark.parametrize(
    ("given", "values"),
    [
        (["M:16", "efConstruction=200"], {"M": "16", "efConstruction": "200"}),
        ([" M = 16 ", '{"nlist": 8}'], {"M": "16", "nlist": 8}),
        (['json_path:meta["a=b"]', "x=a:b"], {"json_path": 'meta["a=b"]', "x": "a:b"}),
    ],
)
def test_parameters_are_pairs_or_json(given: list[str], values: dict[str, object]) -> None:
    assert read_params(given, "--params", hint="") == values


@pytest.mark.parametrize("given", ["M", "M:", "=16", " : ", ""])
def test_a_parameter_without_key_or_value_is_refused(given: str) -> None:
    with pytest.raises(InvalidInput, match="invalid parameter") as failure:
        read_params([given], "--params", hint="write M:16")
    assert failure.value.hint == "write M:16"
