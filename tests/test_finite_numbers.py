"""No option takes nan or inf for a number."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from milvus_cli.grammar.params import GLOBAL_OPTIONS
from milvus_cli.grammar.tree import leaves, tree
from milvus_cli.grammar.value_types import ByteSize
from tests.support.recorder import run_here
from tests.support.typed import failed

NUMBERS = [
    (leaf.path, param)
    for leaf in leaves(tree())
    for param in (*leaf.params, *GLOBAL_OPTIONS)
    if isinstance(param.type, click.types.FloatParamType)
]


@pytest.mark.parametrize("text", ["nan", "-nan", "inf", "-inf", "Infinity", "1e400"])
def test_every_number_is_finite(text: str) -> None:
    assert len({id(param) for _, param in NUMBERS}) > 10
    assert [(path, param.name) for path, param in NUMBERS if takes(param, text)] == []


def takes(param: click.Parameter, text: str) -> bool:
    try:
        param.type.convert(text, param, None)
    except click.BadParameter:
        return False
    return True


@pytest.mark.parametrize(
    "line",
    [
        "--timeout {} version",
        "version -timeout {}",
        "watch {} version",
        "calc mkts_from_unixtime -e {}",
        "insert file -c x --retry {} f",
    ],
)
@pytest.mark.parametrize("text", ["nan", "inf"])
def test_nan_and_inf_are_refused(tmp_path: Path, line: str, text: str) -> None:
    run = run_here(line.format(text).split(), tmp_path)
    assert (run.code, run.out) == (2, "")
    assert "finite number" in run.err or "range" in run.err


def test_numbers_inside_values_are_finite_too(tmp_path: Path) -> None:
    assert run_here(["set", "timeout", "nan"], tmp_path) == failed(
        "set: timeout can't be 'nan'", "a number from 0.001 to 86,400", code=2
    )
    assert run_here(["set", "timeout", "1e300"], tmp_path).code == 2
    with pytest.raises(click.BadParameter):
        ByteSize().convert("9" * 400, None, None)


def test_a_number_out_of_the_range_of_time_is_refused(tmp_path: Path) -> None:
    run = run_here(["calc", "mkts_from_unixtime", "-e", "1e300"], tmp_path)
    assert (run.code, "internal" in run.err) == (2, False), run
