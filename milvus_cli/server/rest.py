"""Calls the RESTful API of a server on behalf of the user."""

from __future__ import annotations

import fnmatch
from typing import Any

from ..client.http import call_api, in_database
from ..client.rest_paths import PATHS
from ..connections.read_only import require_writable, rest_reads
from ..errors import InvalidInput
from ..result import Document, Done, Table
from ..session.session import Session
from .rest_pages import all_pages, require_pages
from .rest_request import ApiOptions, Request, compose


def paths_table(pattern: str, options: ApiOptions) -> Table:
    """Returns the paths of the RESTful API v2 that contain a pattern, or whose description does."""
    if options.words:
        raise InvalidInput(
            f"--list sends no request: unexpected argument {options.words[0]!r}", hint="api --list PATTERN"
        )
    sought = f"*{pattern.lower()}*"
    found = [each for each in PATHS.items() if any(fnmatch.fnmatchcase(text.lower(), sought) for text in each)]
    return Table(("path", "description"), found)


def call(session: Session, options: ApiOptions) -> Document | Done:
    """Sends a request in the current database, after a confirmation if it may change something."""
    request = compose(options)
    if options.paginate:
        require_pages(request)
    reads = rest_reads(request.method, request.path)
    if not reads:
        require_writable(session.profile, f"{request.method} {request.path} was not sent")
    path, body, database = in_database(request.method, request.path, request.body, session.profile.database)
    sent = Request(request.method, path, body)
    place = session.at("", database).place
    if options.dry_run:
        return _unsent(sent, place, shown=bool(options.raw_fields or options.fields))
    if not reads:
        session.confirm(f"Send {sent.method} {path} to {place}?")
    try:
        return _document(_answer(session, sent, paginate=options.paginate))
    finally:
        if not reads:
            session.names_changed()


def _unsent(request: Request, place: str, *, shown: bool) -> Done:
    """Describes a request that is not sent; its body is `shown` if it was put together here."""
    made = {"method": request.method, "path": request.path, "body": request.body, "sent": False}
    body = f"\n{request.body}" if shown and request.body else ""
    return Done(f"Would send {request.method} {request.path} to {place}.{body}", made)


def _answer(session: Session, request: Request, *, paginate: bool) -> Any:
    profile = session.client.profile

    def send(body: str | None) -> Any:
        return call_api(profile, request.method, request.path, body, session.timeout)

    if not paginate:
        return send(request.body)
    return all_pages(send, request.body)


def _document(answer: Any) -> Document:
    """Returns an answer, whose list of data formats of rows show."""
    data = answer.get("data") if isinstance(answer, dict) else None
    return Document(answer, data if isinstance(data, list) else None)
