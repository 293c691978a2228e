"""Decodes JSON without losing numbers: one that is too large for a float does not become infinite."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from ..text.beyond_json import Digits

# Two patterns: a search for a fixed first letter takes a tenth of the time.
LARGE = (re.compile(r"e\+?[0-9]{3}"), re.compile(r"E\+?[0-9]{3}"))


def decoder_of(text: str) -> json.JSONDecoder:
    """Returns a decoder that turns numbers beyond all floats into `Digits`, if a text may have any.

    The hook for it makes numbers three times slower, so other texts get the plain decoder.
    """
    return EXACT if any(each.search(text) for each in LARGE) else PLAIN


def exact_loads(text: str | bytes) -> Any:
    """Like json.loads, with numbers beyond all floats as `Digits`."""
    plain = text if isinstance(text, str) else text.decode(json.detect_encoding(text), "surrogatepass")
    return decoder_of(plain).decode(plain)


def exact_float(digits: str) -> Any:
    """Returns the float of a JSON number; `Digits` if it would be infinite."""
    value = float(digits)
    return value if math.isfinite(value) else Digits(digits)


PLAIN, EXACT = json.JSONDecoder(), json.JSONDecoder(parse_float=exact_float)
