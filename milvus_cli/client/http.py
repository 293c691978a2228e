"""HTTP requests to a server: the RESTful API on the gRPC port, health and metrics on the management port."""

import http.client
import json
import re
import ssl
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from ..connections.profile import Profile, Tls
from ..errors import CliError, Fault, InvalidInput, NotAuthorized, Unreachable, Unsupported
from ..text.json import load_json, parse_json
from ..text.names import nearest
from .privileges import Where, refusal
from .rest_paths import PATHS, PREFIX

VECTOR_API = re.compile("/+v[0-9]+/+vector", re.IGNORECASE)
OF_DATABASES = re.compile("/+v[0-9]+/+vectordb/+databases/", re.IGNORECASE)

AUTHENTICATION_CODE = 1800
"""Code of Milvus 2.3, with HTTP 401, for missing or wrong credentials."""


def call_api(profile: Profile, method: str, path: str, body: str | None, seconds: float) -> Any:
    """Sends a RESTful request and returns its JSON. Raises CliError for an answer whose `code` is an error.

    Milvus answers errors with HTTP 200. The first version of the API has the code 200 for success; the second has 0,
    and 200 means there that a partition was not found.
    """
    status, text = _request(profile, profile.port, method, path, body=body, seconds=seconds)
    try:
        answer = load_json(text)
    except ValueError:
        raise CliError(
            f"{method} {path}: HTTP {status}, not JSON: {text[:200]!r}", hint=_hint(status, method, path)
        ) from None
    code = answer.get("code", status) if isinstance(answer, dict) else status
    if status == 401 or code == AUTHENTICATION_CODE:
        raise NotAuthorized(
            f"{profile.address} rejected the credentials",
            fault=Fault.NOT_AUTHENTICATED,
            server_code=code,
            hint="connect with --username and --password, or --token",
        )
    message = " ".join(str(answer.get("message") or "").split()) if isinstance(answer, dict) else ""
    if code not in (0, 200) or status >= 400 or (code == 200 and message and "data" not in answer):
        refused = refusal(message, _where(profile, body), server_code=code)
        if refused:
            raise refused
        raise CliError(
            f"{method} {path}: {message or f'HTTP {status}'}", server_code=code, hint=_hint(status, method, path)
        )
    return answer


def check_request(path: str, body: str | None, option: str = "--data") -> None:
    """Raises InvalidInput for a request that is certainly wrong. `option` gave the body."""
    if not path.startswith("/"):
        raise InvalidInput(f"invalid path {path!r}", hint="a path begins with /; api --list shows those of RESTful v2")
    if body is not None:
        parse_json(body, option, 'write it as {"collectionName": "book"}')


def in_database(method: str, path: str, body: str | None, database: str) -> tuple[str, str | None, str]:
    """Adds `dbName` to a request that names no database; returns path, body and the database in effect.

    Applies only to the RESTful API of vectors, whose requests all accept it, and otherwise act on "default". Requests
    about databases must name theirs: the current one must not be dropped because a name is missing.
    """
    if not VECTOR_API.match(path) or OF_DATABASES.match(path):
        return path, body, database
    query = parse_qs(urlsplit(path).query)
    given = load_json(body) if body else {}
    if "dbName" in query:
        return path, body, query["dbName"][-1]
    if not isinstance(given, dict):
        return path, body, "default"
    if "dbName" in given:
        return path, body, str(given["dbName"] or "default")
    if database == "default":
        return path, body, database
    if method.upper() == "GET":
        return f"{path}{'&' if '?' in path else '?'}{urlencode({'dbName': database})}", body, database
    # Edited as text, so that all digits of the body stay as typed.
    named, rest = f'"dbName": {json.dumps(database)}', (body or "{}").lstrip()[1:]
    return path, f"{{{named}{', ' if given else ''}{rest}", database


def _where(profile: Profile, body: str | None) -> Where:
    """Returns the objects that a request's body names."""
    given = json.loads(body) if body else {}
    named = given if isinstance(given, dict) else {}
    return Where(collection=str(named.get("collectionName", "")), database=str(named.get("dbName", profile.database)))


def management(profile: Profile, port: int | None, path: str, seconds: float) -> tuple[int, str]:
    """Returns status and text of a GET on the management port.

    Raises CliError for servers that have none, and Unreachable if the port is closed.
    """
    if profile.no_management:
        raise CliError(profile.no_management)
    try:
        return _request(Profile(host=profile.host), port or profile.management_port, "GET", path, seconds=seconds)
    except (Unreachable, Unsupported) as exc:
        hint = "is it open, and another port? --management-port PORT names it; connect takes that too, and keeps it"
        raise exc.with_context(hint=hint) from exc


def management_health(profile: Profile, port: int | None, seconds: float) -> list[tuple[str, bool | None, str | None]]:
    """Returns a row (check, healthy, details) for the management port's /healthz; healthy is None if it is closed."""
    port = port or profile.management_port
    check = f"port {port} /healthz"
    try:
        status, text = management(profile, port, "/healthz", seconds)
    except CliError as exc:
        return [(check, None, exc.message)]
    return [(check, status == 200, text.strip()[:200] or f"HTTP {status}")]


def management_metrics(profile: Profile, seconds: float) -> dict[str, float] | None:
    """Returns the management port's metrics by name with labels; None if it does not answer."""
    if profile.no_management:
        return None
    try:
        status, text = _request(Profile(host=profile.host), profile.management_port, "GET", "/metrics", seconds=seconds)
    except (Unreachable, Unsupported):
        return None
    found = {}
    for line in text.splitlines() if status == 200 else []:
        name, _, value = line.rpartition(" ")
        if name and not name.startswith("#"):
            with suppress(ValueError):
                found[name] = float(value)
    return found


def _request(
    profile: Profile, port: int, method: str, path: str, *, body: str | None = None, seconds: float
) -> tuple[int, str]:
    address = f"{profile.host}:{port}"
    connection = _connection(profile, port, seconds)
    headers: dict[str, str | bytes] = {"Accept": "application/json"}
    if profile.token:
        headers["Authorization"] = f"Bearer {profile.token}".encode()
    if body is not None:
        headers["Content-Type"] = "application/json"
    try:
        connection.request(method.upper(), path, body.encode() if body is not None else None, headers)
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace")
    except (http.client.InvalidURL, UnicodeEncodeError) as exc:
        raise InvalidInput(f"invalid path {path!r}: write it as in a URL, with %20 for a space") from exc
    except http.client.BadStatusLine as exc:
        raise Unsupported(f"{address} serves no HTTP/1", hint=_http_hint(profile)) from exc
    except TimeoutError as exc:
        raise Unreachable(f"{address} did not respond within {seconds:g} s", fault=Fault.SILENT) from exc
    except (OSError, http.client.HTTPException) as exc:
        reason = getattr(exc, "strerror", None) or str(exc) or type(exc).__name__
        raise Unreachable(f"no HTTP from {address}: {reason}", fault=Fault.REFUSED) from exc
    finally:
        connection.close()


class _NamedHTTPSConnection(http.client.HTTPSConnection):
    """Verifies the certificate for `name` instead of the host, if it is given."""

    def __init__(self, host: str, port: int, *, timeout: float, context: ssl.SSLContext, name: str) -> None:
        super().__init__(host, port, timeout=timeout, context=context)
        self._tls, self._name = context, name or host

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        self.sock = self._tls.wrap_socket(self.sock, server_hostname=self._name)


def _connection(profile: Profile, port: int, seconds: float) -> http.client.HTTPConnection:
    if not profile.tls.mode:
        return http.client.HTTPConnection(profile.host, port, timeout=seconds)
    context = _context(profile.tls)
    return _NamedHTTPSConnection(profile.host, port, timeout=seconds, context=context, name=profile.tls.server_name)


def _context(tls: Tls) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=tls.ca or None)
        if tls.client_cert:
            context.load_cert_chain(tls.client_cert, tls.client_key)
    except (OSError, ssl.SSLError) as exc:
        raise InvalidInput(f"the TLS certificates can't be used: {exc}") from exc
    return context


def _hint(status: int, method: str, path: str) -> str:
    if status != 404:
        return ""
    if path.startswith(PREFIX) and path not in PATHS:
        return nearest(path, list(PATHS)) or "api --list shows the paths of RESTful v2"
    if path in PATHS and method.upper() != "POST":
        return "RESTful v2 takes POST"
    return "Milvus before 2.4 has /v1/vector/…, newer ones /v2/vectordb/…"


def _http_hint(profile: Profile) -> str:
    if profile.tls.mode:
        return "Milvus 2.3 serves no RESTful API on a TLS port"
    return "a standalone Milvus has a RESTful API on its gRPC port, Milvus Lite has none"
