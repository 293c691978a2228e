"""Calls the RESTful API of a server on behalf of the user."""

from __future__ import annotations

from ..client.http import call_api, check_request, in_database
from ..connections.read_only import require_writable, rest_reads
from ..result import Document, Done
from ..session.session import Session


def call(session: Session, method: str, path: str, data: str | None, *, dry_run: bool) -> Document | Done:
    """Sends a request in the current database, after a confirmation if it may change something."""
    check_request(path, data)
    reads = rest_reads(method, path)
    if not reads:
        require_writable(session.profile, f"{method} {path} was not sent")
    path, data, database = in_database(method, path, data, session.profile.database)
    place = session.at("", database).place
    if dry_run:
        return Done(f"Would send {method} {path} to {place}.", {"method": method, "path": path, "sent": False})
    if not reads:
        session.confirm(f"Send {method} {path} to {place}?")
    try:
        return Document(call_api(session.client.profile, method, path, data, session.timeout))
    finally:
        if not reads:
            session.names_changed()
