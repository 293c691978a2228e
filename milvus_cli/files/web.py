"""Opens HTTP and HTTPS URLs as streams, and posts to them. A response that ends early is an error.

No error shows a URL's secrets.
"""

from __future__ import annotations

import http.client
import io
import ssl
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ..errors import CliError, Fault, InvalidInput, Unreachable
from .urls import is_web, shown_url

OPEN_SECONDS = 30.0
FOLLOWED = (301, 302, 303, 307, 308)
LONGEST_SHOWN = 300
LARGEST_ANSWER = 256 << 20
"""Most bytes of an answer that is read at once."""
READ_SIZE = 1 << 16


def open_url(url: str, name: str) -> WebStream:
    """Opens a URL with GET, following redirects only to http and https. Raises CliError with `name`."""

    class ToTheWeb(HTTPRedirectHandler):
        def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
            if not is_web(newurl):
                raise HTTPError(newurl, code, msg, headers, fp)
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    try:
        return WebStream(build_opener(ToTheWeb).open(_request(url), timeout=OPEN_SECONDS))
    except HTTPError as exc:
        raise CliError(f"{name}: HTTP {exc.code} {_reason(exc)}".rstrip()) from exc
    except (http.client.InvalidURL, ValueError) as exc:
        # The text of these exceptions may contain the URL with its secrets.
        raise InvalidInput(f"invalid URL: {name}", hint="write a space in it as %20") from exc
    except (OSError, http.client.HTTPException) as exc:
        raise Unreachable(f"can't read {name}: {getattr(exc, 'reason', None) or exc}") from exc


@dataclass(frozen=True)
class WebAnswer:
    """The answer to a request. `reason` is the status in words and, for a redirect, where it leads."""

    status: int
    reason: str
    headers: Mapping[str, str]
    text: str


def post(url: str, name: str, body: bytes, headers: Mapping[str, str], seconds: float) -> WebAnswer:
    """Posts a body and returns the whole answer, whatever its status. Follows no redirect: the headers are secret.

    Raises InvalidInput, and Unreachable for a server that does not answer within `seconds` or breaks off.
    """

    class Nowhere(HTTPRedirectHandler):
        def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> None:
            return None

    until = time.monotonic() + seconds
    try:
        request = _request(url)
        request.data = body
        for key, value in headers.items():
            request.add_unredirected_header(key, value)
        try:
            response = build_opener(Nowhere).open(request, timeout=seconds)
        except HTTPError as exc:
            response = exc
        with response:
            reason = _reason(response, "not followed") if isinstance(response, HTTPError) else ""
            text = _whole(response, until).decode("utf-8", "replace")
            return WebAnswer(response.status or 0, reason, dict(response.headers), text)
    except (http.client.InvalidURL, ValueError):
        # The text of these exceptions may contain the headers.
        raise InvalidInput(f"invalid URL or header: {name}") from None
    except (OSError, EOFError, http.client.HTTPException) as exc:
        raise _failed(exc, name, seconds) from exc


def _whole(response: Any, until: float) -> bytes:
    """Reads an answer, also one that drips. Raises TimeoutError, EOFError, and OSError for one that is too large."""
    found, size, stream = [], 0, WebStream(response)
    while piece := stream.read(READ_SIZE):
        found.append(piece)
        size += len(piece)
        if time.monotonic() > until:
            raise TimeoutError
        if size > LARGEST_ANSWER:
            raise OSError(f"its answer is larger than {LARGEST_ANSWER >> 20} MiB")
    return b"".join(found)


def _failed(error: Exception, name: str, seconds: float) -> Unreachable:
    reason = getattr(error, "reason", None) or error
    if isinstance(reason, TimeoutError):
        return Unreachable(f"{name} did not answer within {seconds:g} s", fault=Fault.SILENT)
    if isinstance(reason, ssl.SSLError):
        return Unreachable(f"no TLS with {name}: {reason.reason or reason}", fault=Fault.TLS)
    if isinstance(reason, http.client.BadStatusLine) and not isinstance(reason, ConnectionResetError):
        return Unreachable(f"{name} serves no HTTP/1", fault=Fault.REFUSED)
    if isinstance(reason, EOFError | http.client.HTTPException | ConnectionResetError):
        words = str(reason) or type(reason).__name__
        return Unreachable(f"{name} broke off its answer: {words}", fault=Fault.LOST)
    return Unreachable(f"can't reach {name}: {getattr(reason, 'strerror', None) or reason}", fault=Fault.REFUSED)


def _reason(error: HTTPError, unfollowed: str = "") -> str:
    """Returns the reason of a failure; of a redirect, where it leads and why it is not followed."""
    if not 300 <= error.code < 400:
        return error.reason
    # urllib's reason for a redirect that it does not follow contains the URL.
    status = http.client.responses.get(error.code, "")
    location = error.headers.get("Location")
    if error.code not in FOLLOWED or not location:
        return status
    target = urljoin(error.url or "", location)
    why = unfollowed or ("too many redirects" if is_web(target) else "only http and https are followed")
    shown = shown_url(target)
    if len(shown) > LONGEST_SHOWN:
        shown = f"{shown[:LONGEST_SHOWN]}…"
    return f"{status}: redirected to {shown} ({why})"


def _request(url: str) -> Request:
    """Sends user and password as a header, which is not forwarded on redirects."""
    parts = urlsplit(url)
    # Reading the port raises ValueError above 65535; a socket would wrap it around.
    parts.port  # noqa: B018
    user, at, host = parts.netloc.rpartition("@")
    request = Request(urlunsplit(parts._replace(netloc=host)))
    if at:
        request.add_unredirected_header("Authorization", f"Basic {b64encode(unquote(user).encode()).decode()}")
    return request


class WebStream(io.RawIOBase):
    """Raises EOFError if a response ends before its Content-Length; http.client ignores that in a read with a size.

    `version` identifies the version of the URL's content; empty if the server sends no ETag and no Last-Modified.
    """

    def __init__(self, response: Any) -> None:
        self._response = response
        length = response.headers.get("Content-Length")
        self._left = int(length) if length and length.isdecimal() else None
        self.version: str = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            # Data received before a break is returned first.
            found: bytes = self._response.read1(len(buffer))
        except (http.client.HTTPException, ValueError) as exc:
            raise EOFError(f"the transfer was interrupted ({type(exc).__name__})") from exc
        if self._left is not None:
            self._left -= len(found)
            if not found and self._left:
                raise EOFError(f"{self._left:,} bytes are missing")
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        self._response.close()
        super().close()
