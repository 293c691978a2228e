"""JSON of any depth, and JSON typed by a user."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from ..errors import InvalidInput
from . import deep_json
from .repeated_keys import RepeatedKey, refuse_repeated_keys


def load_json(text: str | bytes) -> Any:
    """Like json.loads, for any depth of nesting. Raises ValueError."""
    try:
        return json.loads(text)
    except RecursionError:
        return deep_json.read(text.decode() if isinstance(text, bytes) else text)


def dump_json(
    value: Any,
    *,
    compact: bool = False,
    sort_keys: bool = False,
    allow_nan: bool = True,
    default: Callable[[Any], Any] = str,
) -> str:
    """Like json.dumps, for any depth of nesting. Raises ValueError for NaN unless `allow_nan`."""
    separators = (",", ":") if compact else (", ", ": ")
    scalar = partial(json.dumps, ensure_ascii=False, allow_nan=allow_nan, default=default)
    try:
        return scalar(value, separators=separators, sort_keys=sort_keys)
    except RecursionError:
        return deep_json.write(value, scalar, separators=separators, sort_keys=sort_keys)


def parse_json(text: str, what: str, hint: str, loads: Callable[[str], Any] = json.loads) -> Any:
    """Parses JSON. Raises InvalidInput whose message begins with `what`."""
    try:
        value = loads(text)
        refuse_repeated_keys(text, value)
        return value
    except RepeatedKey as exc:
        raise InvalidInput(f"{what}: {exc}", hint="remove the duplicates") from exc
    except ValueError as exc:
        raise InvalidInput(f"{what} is not JSON: {exc}", hint=hint) from exc
    except RecursionError:
        raise InvalidInput(f"{what} is nested too deeply", hint=hint) from None
