"""Reads lists and objects as Python and NumPy print them."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

LONGEST = 1 << 16
"""Characters; Python's parser needs hundreds of bytes for each."""
NUMPY_SCALAR = re.compile(r"np\.[a-z]+[0-9]*\(([^()]*)\)")
"""A number in a list, as NumPy 2 prints it."""
NUMPY_WORD = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s\[\],;|'"]+""", re.DOTALL)
NUMPY_LIST = re.compile(rf"\[\s*(?:(?:{NUMPY_WORD.pattern})(?:\s+|(?=\])))*\]", re.DOTALL)
"""A list as NumPy prints it: whitespace between values, no commas."""
TRUTHS = {"True": True, "False": False}


def python_value(text: str) -> Any:
    """Returns the value as JSON has it: tuples become lists, keys text. Raises ValueError.

    The text must be what Python prints: others would change, as `['a' 'b']`, which Python reads as one text.
    """
    if len(text) > LONGEST:
        raise ValueError("too long")
    try:
        value = ast.literal_eval(text)
        if repr(value) == text:
            return json.loads(json.dumps(value))
    except (SyntaxError, TypeError, MemoryError) as exc:
        raise ValueError("no value of Python") from exc
    raise ValueError("not as Python prints it")


def numpy_list(text: str) -> list[Any]:
    """Returns the numbers, truth values or texts in `[1 2]` and `['a' 'b']`. Raises ValueError."""
    inner = text.strip()
    if not NUMPY_LIST.fullmatch(inner):
        raise ValueError("not as NumPy prints it")
    return [_word(each) for each in NUMPY_WORD.findall(inner[1:-1])]


def without_scalars(text: str) -> str:
    """Returns a list as JSON has it: `[0.5]` of `[np.float64(0.5)]`."""
    return NUMPY_SCALAR.sub(r"\1", text)


def _word(word: str) -> Any:
    if word in TRUTHS:
        return TRUTHS[word]
    if word[0] in "'\"":
        return ast.literal_eval(word)
    if "_" in word:
        raise ValueError(word)
    try:
        return int(word)
    except ValueError:
        return float(word)
