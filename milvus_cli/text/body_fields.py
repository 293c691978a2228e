"""The notation of fields in a request body: key=value, a[b]=1 for objects, a[]=1 for arrays."""

import json
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ..errors import InvalidInput

FIELD = re.compile(r"(?P<name>[^\[\]=]+)(?P<steps>(\[[^\[\]]*\])*)(=(?P<value>.*))?", re.DOTALL)
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
WORDS = {"true": True, "false": False, "null": None}
ELEMENT = ""
"""The step into an array, written []."""

MOST_STEPS = 32
EMPTY = object()
"""The value of `a[]`, which makes an empty array."""


class BodyField(NamedTuple):
    """A value and the way to it: a[b][] is ("a", "b", ELEMENT)."""

    steps: tuple[str, ...]
    value: Any

    @property
    def key(self) -> str:
        """The key as it is typed."""
        return self.steps[0] + "".join(f"[{step}]" for step in self.steps[1:])


def split_field(text: str) -> tuple[tuple[str, ...], str | None]:
    """Returns the steps and the text of KEY=VALUE; None for `a[]`, an empty array. Raises ValueError."""
    found = FIELD.fullmatch(text)
    steps = (found["name"], *re.findall(r"\[([^\[\]]*)\]", found["steps"])) if found else ()
    if not found or (found["value"] is None and steps[-1] != ELEMENT):
        raise ValueError(f"{text!r} is not KEY=VALUE, KEY[NAME]=VALUE or KEY[]=VALUE")
    if len(steps) > MOST_STEPS:
        raise ValueError(f"the key has more than {MOST_STEPS} levels")
    return steps, found["value"]


def typed_value(text: str) -> Any:
    """Returns the value that a text of JSON is: a number, a word, an array or an object. Other texts stay texts."""
    if text in WORDS:
        return WORDS[text]
    if NUMBER.fullmatch(text):
        number = json.loads(text)
        if math.isinf(number):
            raise ValueError(f"{text} is out of range")
        return number
    return structure(text)


def structure(text: str) -> Any:
    """Returns the array or object that a text of JSON is. Other texts stay texts."""
    if text.lstrip()[:1] not in ("[", "{"):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def body_of(fields: Iterable[BodyField]) -> dict[str, Any]:
    """Combines fields into one object. Raises InvalidInput for keys that contradict each other."""
    body: dict[str, Any] = {}
    for field in fields:
        try:
            _put(body, field.steps, field.value)
        except ValueError as exc:
            raise InvalidInput(f"field {field.key!r}: {exc}") from exc
    return body


def _put(inside: Any, steps: Sequence[str], value: Any) -> None:
    if isinstance(inside, list):
        _append(inside, steps, value)
        return
    step, *rest = steps
    if not rest:
        if step in inside:
            raise ValueError("given twice")
        inside[step] = value
        return
    child = inside.setdefault(step, _new(rest))
    if type(child) is not type(_new(rest)):
        raise ValueError(f"{step!r} is {_kind(child)}, not {_kind(_new(rest))}")
    if rest != [ELEMENT] or value is not EMPTY:
        _put(child, rest, value)


def _append(inside: list[Any], steps: Sequence[str], value: Any) -> None:
    """Adds an element, or a key to the last object of the array: one that has the key already begins the next."""
    _, *rest = steps
    if not rest:
        inside.append(value)
        return
    if rest[0] == ELEMENT:
        raise ValueError("write arrays of arrays as JSON, such as -F 'data=[[1, 2]]'")
    if not inside or not isinstance(inside[-1], dict) or _has(inside[-1], rest):
        inside.append({})
    _put(inside[-1], rest, value)


def _has(inside: dict[str, Any], steps: Sequence[str]) -> bool:
    """Reports whether an object has the value already that the steps lead to."""
    step, *rest = steps
    if step not in inside or not rest:
        return step in inside
    child = inside[step]
    return rest[0] != ELEMENT and isinstance(child, dict) and _has(child, rest)


def _new(steps: Sequence[str]) -> Any:
    return [] if steps[0] == ELEMENT else {}


def _kind(value: Any) -> str:
    return "an array" if isinstance(value, list) else "an object" if isinstance(value, dict) else "a value"
