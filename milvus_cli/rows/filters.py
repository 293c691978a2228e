"""Filters: fills in `{name}` safely, writes values, and shows places in them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any, NoReturn

from ..errors import InvalidInput
from ..text.names import nearest
from ..values.exact_json import exact_float
from ..values.invalid import as_json
from .elements import is_of_elements

LITERAL = r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""
PLACE_PATTERN = re.compile(rf"(?P<literal>{LITERAL})|\{{\s*(?P<name>\w+)\s*\}}|\s", re.DOTALL)
# Characters that strings of Milvus's filters can't contain. Milvus Lite has no \u; both accept all else unescaped.
ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})

LONG_NUMBERS = re.compile(rf"{LITERAL}|(?<![\w.])(?P<number>[0-9]{{19,}})(?![\w.])", re.DOTALL)
OVER = 2**63
LOWEST = -OVER
"""The one INT64 that a filter of Milvus can't contain."""

SHOWN_BEFORE, SHOWN_AFTER = 60, 40
"""Characters shown around the caret of a long filter."""


def quoted(value: Any) -> str:
    """Returns a value as a filter literal. Raises InvalidInput for values without one."""
    if isinstance(value, str):
        return f'"{value.translate(ESCAPES)}"'
    if isinstance(value, list):
        return "[" + ", ".join(map(quoted, value)) + "]"
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    raise InvalidInput(f"a filter has no way to write {as_json(value)}", hint="give text, a number or a list")


def one_of(field: str, values: Sequence[Any]) -> str:
    """Returns the filter for rows whose field has one of these values."""
    rest = [value for value in values if value != LOWEST]
    listed = f"{field} in {quoted(rest)}"
    if len(rest) == len(values):
        return listed
    lowest = up_to(field, LOWEST)
    return f"{lowest} or {listed}" if rest else lowest


def none_of(field: str, key: Any) -> str:
    """Returns the filter for rows with any other primary key."""
    return above(field, key) if key == LOWEST else f"{field} != {quoted(key)}"


def above(field: str, key: Any) -> str:
    """Returns the filter for primary keys after this one."""
    return f"{field} >= {LOWEST + 1}" if key == LOWEST else f"{field} > {quoted(key)}"


def up_to(field: str, key: Any) -> str:
    """Returns the filter for primary keys up to and including this one."""
    return f"{field} < {LOWEST + 1}" if key == LOWEST else f"{field} <= {quoted(key)}"


def both(one: str, other: str) -> str:
    """Returns the conjunction of two filters; an empty filter matches everything."""
    if is_of_elements(one):
        # Milvus wants a filter of elements last.
        one, other = other, one
    return f"({one}) and ({other})" if one and other else one or other


def filled(expression: str, parameters: Sequence[tuple[str, str]] = (), *, left: frozenset[str] = frozenset()) -> str:
    """Replaces the `{name}`s of a filter outside of its strings; each parameter is a name and a text.

    A text that is a JSON number, list, string, true or false becomes that value, all other text a string. Line breaks
    become spaces. Names in `left` are left in place. Raises InvalidInput for another `{name}` without a parameter, and
    for an unused parameter.
    """
    if not (expression or parameters):
        return ""
    text = _with_values(expression, parameters, left)
    _require_range(text)
    return text


def _with_values(expression: str, parameters: Sequence[tuple[str, str]], left: frozenset[str]) -> str:
    values = {name: quoted(parameter_value(text)) for name, text in parameters}
    if len(values) < len(parameters):
        raise InvalidInput("a --param is given twice")
    used = set()

    def fill(found: re.Match[str]) -> str:
        name = found["name"]
        if name is None:
            return found["literal"] or " "
        if name in left:
            return f"{{{name}}}"
        if name not in values:
            raise InvalidInput(
                f"the filter has {{{name}}}, and no --param gives it",
                hint=nearest(name, values) or f"add --param {name}=VALUE",
            )
        used.add(name)
        return values[name]

    text = PLACE_PATTERN.sub(fill, expression)
    unused = [name for name in values if name not in used]
    if unused:
        raise InvalidInput(
            f"the filter has no {{{unused[0]}}} for --param {unused[0]}",
            hint=f"write {{{unused[0]}}} there, without quotes",
        )
    return text


def _require_range(expression: str) -> None:
    """Raises InvalidInput beyond INT64, which no server accepts, and Milvus Lite refuses with an unreadable error."""
    for found in LONG_NUMBERS.finditer(expression):
        digits = (found["number"] or "").lstrip("0")
        largest = OVER - (0 if expression[: found.start()].rstrip().endswith("-") else 1)
        if len(digits) > len(str(OVER)) or int(digits or 0) > largest:
            raise InvalidInput(
                f"invalid filter: {digits[:40]} is out of the range of INT64\n{pointed(expression, found.start())}",
                hint="a number with a point is a DOUBLE: 1e19 or 10000000000000000000.0",
            )


def pointed(expression: str, position: int) -> str:
    """Returns the filter, shortened if it is long, with a caret below the character at `position`."""
    start = max(0, position - SHOWN_BEFORE) if len(expression) > SHOWN_BEFORE + SHOWN_AFTER else 0
    end = max(position, start + SHOWN_BEFORE) + SHOWN_AFTER
    before, after = ("…" if start else "") + expression[start:position], expression[position:end]
    more = "…" if len(expression) > end else ""
    width = sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in before)
    return f"  {before}{after}{more}".rstrip() + f"\n  {' ' * width}^"


def parameter_value(text: str) -> Any:
    """Returns a parameter's value: JSON if it is valid, else the text itself. NaN and Infinity are no JSON."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant, parse_float=exact_float)
    except (ValueError, RecursionError):
        return text
    return text if value is None or isinstance(value, dict) else value


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(constant)
