"""Puts a RESTful request together from the options of `api`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from ..client.http import VECTOR_API, check_request
from ..client.rest_paths import HTTP_METHODS, PREFIX
from ..errors import InvalidInput
from ..text.body_fields import BodyField, body_of
from ..text.json import dump_json, load_json


@dataclass(frozen=True)
class ApiOptions:
    """The options of `api`. `words` are a path, or a method and a path; `data` or `source` is the text of a body."""

    words: tuple[str, ...]
    method: str | None
    data: str | None
    source: str | None
    raw_fields: tuple[BodyField, ...]
    fields: tuple[BodyField, ...]
    paginate: bool
    dry_run: bool


class Request(NamedTuple):
    """A request as it is sent."""

    method: str
    path: str
    body: str | None


def compose(options: ApiOptions) -> Request:
    """Returns the request that the options describe. Raises InvalidInput."""
    word, path = _method_and_path(options.words)
    if word and options.method and word != options.method:
        raise InvalidInput(f"{word} and -X {options.method} give two methods")
    if options.data is not None and options.source is not None:
        raise InvalidInput("--data and --input both give the body", hint="fields add to either")
    body = options.source if options.data is None else options.data
    check_request(path, body, "--input" if options.data is None else "--data")
    fields = body_of([*options.raw_fields, *options.fields])
    method = word or options.method or ("POST" if fields or body is not None or path.startswith(PREFIX) else "GET")
    if fields and method == "GET" and body is None:
        return Request(method, with_query(path, fields), None)
    if fields:
        body = with_fields(body, fields)
    # A request without parameters has an empty object: Milvus answers 1801 to one without a body.
    return Request(method, path, "{}" if body is None and method == "POST" and VECTOR_API.match(path) else body)


def with_fields(body: str | None, fields: Mapping[str, Any]) -> str:
    """Adds fields to the text of an object, whose digits stay as typed. Raises InvalidInput for a key in both."""
    given = load_json(body) if body is not None else {}
    if not isinstance(given, dict):
        raise InvalidInput("fields need a body that is a JSON object")
    if twice := next((key for key in fields if key in given), None):
        raise InvalidInput(f"field {twice!r} is in the body too")
    rest = (body or "{}").lstrip()[1:]
    return f"{dump_json(fields)[:-1]}{', ' if given else ''}{rest}"


def with_query(path: str, fields: Mapping[str, Any]) -> str:
    """Adds fields to the query string of a path, as GET takes them. Raises InvalidInput for arrays and objects."""
    nested = next((key for key, value in fields.items() if isinstance(value, (dict, list))), None)
    if nested:
        raise InvalidInput(f"field {nested!r}: GET takes single values only", hint="-X POST sends a body")
    words = {key: value if isinstance(value, str) else dump_json(value) for key, value in fields.items()}
    return f"{path}{'&' if '?' in path else '?'}{urlencode(words)}"


def _method_and_path(words: tuple[str, ...]) -> tuple[str, str]:
    """Returns the method, "" if there is none, and the path. Raises InvalidInput."""
    method = words[0].upper() if words and words[0].upper() in HTTP_METHODS else ""
    paths = words[1:] if method else words
    if not paths:
        raise InvalidInput("missing path", hint="api --list shows those of RESTful v2")
    if len(paths) > 1 and not method and not paths[0].startswith("/"):
        raise InvalidInput(f"invalid method {paths[0]!r}", hint=f"expected one of {', '.join(HTTP_METHODS)}")
    if len(paths) > 1:
        raise InvalidInput(f"unexpected argument {paths[1]!r}")
    return method, paths[0]
