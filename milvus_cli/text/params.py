"""Reads parameters: KEY:VALUE, KEY=VALUE, or an object of them in JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from ..errors import InvalidInput
from .json import parse_json

PAIR = re.compile(r"\s*([^:=]*[^:=\s])\s*[:=]\s*(.*\S)\s*", re.DOTALL)
"""The first separator ends the key: a value may contain the other one."""


def read_params(given: Sequence[str], what: str, *, hint: str, read: Callable[[str], Any] = str) -> dict[str, Any]:
    """Returns the values by key; `read` converts those of pairs.

    Raises InvalidInput; `what` begins its message about JSON.
    """
    values: dict[str, Any] = {}
    for each in given:
        if each.lstrip().startswith("{"):
            values.update(parse_json(each, what, hint))
            continue
        pair = PAIR.fullmatch(each)
        if pair is None:
            raise InvalidInput(f"invalid parameter {each!r}", hint=hint)
        values[pair[1]] = read(pair[2])
    return values
