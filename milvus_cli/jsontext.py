"""JSON that people type."""

import json
from collections.abc import Callable
from typing import Any

from .errors import InvalidInput


def parse_json(text: str, what: str, hint: str, loads: Callable[[str], Any] = json.loads) -> Any:
    """The value of JSON text. Raises InvalidInput that names `what` it is."""
    try:
        return loads(text)
    except ValueError as exc:
        raise InvalidInput(f"{what} is not JSON: {exc}", hint=hint) from exc
    except RecursionError:
        raise InvalidInput(f"{what} is nested too deeply", hint=hint) from None
