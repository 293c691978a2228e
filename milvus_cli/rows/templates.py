"""Filters whose parameters travel beside them, so that servers need not parse long lists: filter templates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..client.client import Client
from ..client.versions import lacks
from ..client.wire.schema_pb2 import (
    BoolArray,
    DoubleArray,
    LongArray,
    StringArray,
    TemplateArrayValue,
    TemplateValue,
)
from .filters import LITERAL, filled, parameter_value

COMPARED = rf"(?is){LITERAL}|(?:==|!=|<=|>=|<|>|\bin)\s*\{{\s*(?P<compared>\w+)\s*\}}|\{{\s*(?P<elsewhere>\w+)\s*\}}"
"""A name in a filter, and whether it is compared. Compiled when a filter has parameters: few have."""
LOWEST, HIGHEST = -(2**63), 2**63 - 1


def with_templates(
    client: Client, expression: str, parameters: Sequence[tuple[str, str]]
) -> tuple[str, Mapping[str, TemplateValue]]:
    """Returns the filter, and the values of those `{name}`s in it that the server fills in.

    Only values that are compared can be left to it; all others are filled in here, and all for a server that is not
    known to have templates. Raises InvalidInput as `filled`.
    """
    whole = filled(expression, parameters)
    if not parameters or not client.version.is_known or lacks("templates", client.version):
        return whole, {}
    found = list(re.finditer(COMPARED, expression))
    elsewhere = {each["elsewhere"] for each in found}
    values = {
        name: value
        for name, text in parameters
        if name not in elsewhere and (value := _template(parameter_value(text))) is not None
    }
    kept = [(name, text) for name, text in parameters if name not in values]
    return filled(expression, kept, left=frozenset(values)), values


def _template(value: Any) -> TemplateValue | None:
    """Returns a value as servers take it; None for one that they have no form of."""
    kinds = {type(each) for each in value} if isinstance(value, list) else {type(value)}
    if len(kinds) != 1:
        return None
    values = value if isinstance(value, list) else [value]
    if kinds == {int} and not all(LOWEST <= each <= HIGHEST for each in values):
        return None
    forms = LISTS if isinstance(value, list) else VALUES
    form = forms.get(kinds.pop())
    return form(value) if form else None


VALUES: Mapping[type, Any] = {
    bool: lambda value: TemplateValue(bool_val=value),
    int: lambda value: TemplateValue(int64_val=value),
    float: lambda value: TemplateValue(float_val=value),
    str: lambda value: TemplateValue(string_val=value),
}
LISTS: Mapping[type, Any] = {
    bool: lambda value: TemplateValue(array_val=TemplateArrayValue(bool_data=BoolArray(data=value))),
    int: lambda value: TemplateValue(array_val=TemplateArrayValue(long_data=LongArray(data=value))),
    float: lambda value: TemplateValue(array_val=TemplateArrayValue(double_data=DoubleArray(data=value))),
    str: lambda value: TemplateValue(array_val=TemplateArrayValue(string_data=StringArray(data=value))),
}
