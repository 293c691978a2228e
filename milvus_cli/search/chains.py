"""Reads function chains, which rerank the hits of a search step by step, from JSON.

An argument of an expression is `{"column": NAME}`, or else a literal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..client.wire.schema_pb2 import (
    FunctionChain,
    FunctionChainColumnArg,
    FunctionChainExpr,
    FunctionChainExprArg,
    FunctionChainOp,
    FunctionParamArray,
    FunctionParamObject,
    FunctionParamValue,
)
from ..errors import InvalidInput
from ..text.json import parse_json
from ..text.names import missing_name

HINT = (
    'write {"ops": [{"op": "map", "outputs": ["$score"], "expr": {"name": "round_decimal", '
    '"args": [{"column": "$score"}], "params": {"decimal": 2}}}]}'
)
STAGES = {"INGESTION": 1, "PRE_PROCESS": 2, "L0_RERANK": 3, "L1_RERANK": 4, "L2_RERANK": 5, "POST_PROCESS": 6}
"""The stages in which a chain can run, as pymilvus names them, with their numbers."""

KEYS = {
    "a chain": ("stage", "name", "ops"),
    "an op": ("op", "expr", "inputs", "outputs", "params"),
    "an expr": ("name", "args", "params"),
}


def chains(texts: Sequence[str]) -> list[FunctionChain]:
    """Parses each chain. Raises InvalidInput."""
    return [_chain(parse_json(each, "--chain", HINT)) for each in texts]


def _chain(given: Any) -> FunctionChain:
    values = _object(given, "a chain")
    stage = str(values.get("stage", "L2_RERANK")).upper()
    if stage not in STAGES:
        raise missing_name("stage", stage, STAGES, error=InvalidInput)
    ops = values.get("ops")
    if not isinstance(ops, list) or not ops:
        raise InvalidInput("--chain has no ops", hint=HINT)
    # The stages are an enum, whose numbers mypy knows by another type.
    return FunctionChain(
        name=str(values.get("name", "")),
        stage=STAGES[stage],  # type: ignore[arg-type]
        ops=[_op(each) for each in ops],
    )


def _op(given: Any) -> FunctionChainOp:
    values = _object(given, "an op")
    expr = values.get("expr")
    return FunctionChainOp(
        op=_name(values, "op", "an op"),
        expr=None if expr is None else _expr(expr),
        inputs=_names(values, "inputs"),
        outputs=_names(values, "outputs"),
        params=_params(values),
    )


def _expr(given: Any) -> FunctionChainExpr:
    values = _object(given, "an expr")
    args = values.get("args", [])
    if not isinstance(args, list):
        raise InvalidInput("--chain: args is not a list", hint=HINT)
    return FunctionChainExpr(
        name=_name(values, "name", "an expr"), args=[_argument(each) for each in args], params=_params(values)
    )


def _argument(given: Any) -> FunctionChainExprArg:
    if isinstance(given, dict) and given.keys() == {"column"}:
        return FunctionChainExprArg(column=FunctionChainColumnArg(name=str(given["column"])))
    return FunctionChainExprArg(literal=_value(given))


def _params(values: Mapping[str, Any]) -> dict[str, FunctionParamValue]:
    given = values.get("params", {})
    if not isinstance(given, dict):
        raise InvalidInput("--chain: params is not an object", hint=HINT)
    return {key: _value(each) for key, each in given.items()}


def _value(given: Any) -> FunctionParamValue:
    form = next((form for kind, form in VALUES.items() if isinstance(given, kind)), None)
    if form is None:
        raise InvalidInput("--chain: a parameter is null, which is not a value", hint=HINT)
    return form(given)


# In this order: True and False are ints, too.
VALUES: Mapping[type, Callable[[Any], FunctionParamValue]] = {
    bool: lambda given: FunctionParamValue(bool_value=given),
    int: lambda given: FunctionParamValue(int64_value=given),
    float: lambda given: FunctionParamValue(double_value=given),
    str: lambda given: FunctionParamValue(string_value=given),
    list: lambda given: FunctionParamValue(array_value=FunctionParamArray(values=[_value(each) for each in given])),
    dict: lambda given: FunctionParamValue(
        object_value=FunctionParamObject(fields={key: _value(each) for key, each in given.items()})
    ),
}


def _object(given: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise InvalidInput(f"--chain: expected {what} as an object", hint=HINT)
    unknown = next((key for key in given if key not in KEYS[what]), None)
    if unknown is not None:
        raise missing_name(f"key of {what}", unknown, KEYS[what], error=InvalidInput)
    return given


def _name(values: Mapping[str, Any], key: str, what: str) -> str:
    if not isinstance(values.get(key), str) or not values[key]:
        raise InvalidInput(f"--chain: {what} lacks {key!r}", hint=HINT)
    return str(values[key])


def _names(values: Mapping[str, Any], key: str) -> list[str]:
    given = values.get(key, [])
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise InvalidInput(f"--chain: {key} is not a list of names", hint=HINT)
    return given
