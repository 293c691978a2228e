"""JSON whose numbers keep their value: one that is too large for a float is no infinity."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from ..text.beyond_json import Digits

# Two patterns, as a search for a fixed first letter takes a tenth of the time.
LARGE = (re.compile(r"e\+?[0-9]{3}"), re.compile(r"E\+?[0-9]{3}"))


def decoder_of(text: str) -> json.JSONDecoder:
    """A decoder that makes `Digits` of numbers beyond all floats, where a text may have some.

    Only then: the hook that it takes makes numbers three times slower.
    """
    return EXACT if any(each.search(text) for each in LARGE) else PLAIN


def exact_loads(text: str | bytes) -> Any:
    """As json.loads, with such a decoder."""
    plain = text if isinstance(text, str) else text.decode(json.detect_encoding(text), "surrogatepass")
    return decoder_of(plain).decode(plain)


def exact_float(digits: str) -> Any:
    """The float of a JSON number, or the number itself where that would be infinite."""
    value = float(digits)
    return value if math.isfinite(value) else Digits(digits)


PLAIN, EXACT = json.JSONDecoder(), json.JSONDecoder(parse_float=exact_float)
