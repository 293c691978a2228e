"""JSON that people type."""

import json
from typing import Any

from .errors import InvalidInput


def parse_json(text: str, what: str, hint: str) -> Any:
    """The value of JSON text. Raises InvalidInput that names `what` it is."""
    try:
        return json.loads(text)
    except ValueError as exc:
        raise InvalidInput(f"{what} is not JSON: {exc}", hint=hint) from exc
    except RecursionError:
        raise InvalidInput(f"{what} is nested too deeply", hint=hint) from None
