"""Reads queries from JSON lines, each with an identifier and a vector or a text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidInput
from ..text.json import parse_json
from .qrels import open_text

IDS = ("_id", "id", "query_id", "query-id", "qid")
VECTORS = ("vector", "embedding")
TEXTS = ("text", "query", "question")
FORM = 'write a line for each query: {"id": "q1", "vector": [0.1, 0.2]} or {"id": "q1", "text": "white whale"}'


@dataclass(frozen=True)
class QueryLine:
    """A query as its line gives it; `place` is file and line."""

    id: str
    values: Mapping[str, Any]
    place: str

    def vector(self, field: str) -> Any:
        """Returns the vector for a field: under the field's name, else under a usual one; None without one."""
        return next((self.values[key] for key in (field, *VECTORS) if _is_vector(self.values.get(key))), None)

    @property
    def text(self) -> str | None:
        return next((each for key in TEXTS if isinstance(each := self.values.get(key), str)), None)

    def require_vector(self, field: str) -> Any:
        found = self.vector(field)
        if found is None:
            raise self._lacking(f"vector for {field!r}", (field, *VECTORS))
        return found

    def require_text(self) -> str:
        found = self.text
        if found is None:
            raise self._lacking("text", TEXTS)
        return found

    def _lacking(self, what: str, keys: tuple[str, ...]) -> InvalidInput:
        given = ", ".join(map(repr, self.values)) or "nothing"
        known = ", ".join(map(repr, dict.fromkeys(keys)))
        return InvalidInput(f"{self.place} has no {what}", hint=f"expected a key of {known}; it has {given}")


def query_lines(path: str) -> Iterator[QueryLine]:
    """Yields the queries of a file. Raises InvalidInput for one without an identifier, or whose identifier repeats."""
    seen = dict[str, int]()
    with open_text(path) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            place = f"{path}, line {number}"
            values = parse_json(line, place, FORM)
            if not isinstance(values, dict):
                raise InvalidInput(f"{place} is not a JSON object", hint=FORM)
            name = _identifier(values, place)
            if name in seen:
                raise InvalidInput(f"{place}: query {name!r} is on line {seen[name]} too")
            seen[name] = number
            yield QueryLine(name, values, place)
    if not seen:
        raise InvalidInput(f"{path} has no queries", hint=FORM)


def _identifier(values: Mapping[str, Any], place: str) -> str:
    found = next((values[key] for key in IDS if values.get(key) is not None), None)
    if isinstance(found, str):
        return found
    if isinstance(found, (int, float)):
        return json.dumps(found)
    raise InvalidInput(f"{place} has no identifier", hint=f"expected a key of {', '.join(map(repr, IDS))}")


def _is_vector(value: Any) -> bool:
    """Reports whether a value may be a vector: a list of numbers, or a sparse vector as an object."""
    return isinstance(value, (list, dict))
