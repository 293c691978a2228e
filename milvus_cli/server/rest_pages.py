"""Reads all pages of a RESTful query, by limit and offset."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import CliError, InvalidAnswer, InvalidInput
from ..text.json import dump_json, load_json
from ..text.limits import HIGHEST_LIMIT

if TYPE_CHECKING:
    from .rest_request import Request

PAGED = re.compile("/v2/vectordb/entities/query|/v1/vector/query")
PAGE = 1000
"""Entities of a page, unless the body has a limit."""


def require_pages(request: Request) -> None:
    """Raises InvalidInput for a request whose answer has no pages."""
    if request.method != "POST" or not PAGED.fullmatch(request.path):
        raise InvalidInput("--paginate takes POST /v2/vectordb/entities/query", hint="other answers have no pages")


def all_pages(send: Callable[[str], Any], body: str | None) -> dict[str, Any]:
    """Sends a query for one page after the other, until one is empty; returns the last answer with all entities.

    `limit` in the body is the size of a page, and `offset` where the first begins. Raises CliError if the pages reach
    the last entity that Milvus counts to.
    """
    given = load_json(body or "{}")
    if not isinstance(given, dict):
        raise InvalidInput("--paginate needs a body that is a JSON object")
    size, offset = _number(given, "limit", PAGE, 1), _number(given, "offset", 0, 0)
    found: list[Any] = []
    # The last entity that Milvus counts to is a page of its own: if it is there, more may follow.
    while (limit := min(size, HIGHEST_LIMIT - 1 - offset) or 1) > 0:
        answer = send(dump_json({**given, "limit": limit, "offset": offset}))
        page = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(page, list):
            raise InvalidAnswer("the answer has no list of entities")
        if not page:
            return {**answer, "data": found}
        found += page
        offset += limit
    raise CliError(
        f"Milvus returns no entities past the first {HIGHEST_LIMIT:,} of a query",
        hint="query_iterator and export collection have no limit",
    )


def _number(given: dict[str, Any], key: str, default: int, least: int) -> int:
    value = given.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InvalidInput(f"invalid {key} {value!r}: expected an integer of at least {least}")
    return value
