"""Data at HTTP and HTTPS: opened with the password that a URL may have, and shown without it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from urllib.request import Request

MASK = "***"
URL = re.compile(
    r"(?P<scheme>https?://)(?P<user>[^?#]*@)?(?P<rest>[^?#]*)(?P<query>[?][^#]*)?(#.*)?", re.DOTALL | re.IGNORECASE
)
WEB = ("http://", "https://")
VALUE = re.compile(r"(?<==)[^&;]*")


def is_url(path: str) -> bool:
    """Whether it is at HTTP or HTTPS; the case of the scheme's letters tells nothing."""
    return path.lower().startswith(WEB)


def shown_url(url: str) -> str:
    """A URL without what may be secret: user and password, and the values of its query, which often has a token."""
    found = URL.fullmatch(url)
    if found is None:
        return MASK
    query = found["query"] or ""
    query = VALUE.sub(MASK, query) if "=" in query else query and f"?{MASK}"
    return found["scheme"] + (f"{MASK}@" if found["user"] else "") + found["rest"] + query


def open_url(url: str, seconds: float) -> Any:
    """The response to a GET; redirects are followed to http and https alone. Raises what urllib does."""
    from urllib.error import HTTPError
    from urllib.request import HTTPRedirectHandler, build_opener

    class ToTheWeb(HTTPRedirectHandler):
        def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
            if not is_url(newurl):
                raise HTTPError(url, code, msg, headers, fp)
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    return build_opener(ToTheWeb).open(_request(url), timeout=seconds)


def _request(url: str) -> Request:
    """With user and password as a header, which no redirect takes elsewhere."""
    from base64 import b64encode
    from urllib.parse import unquote, urlsplit, urlunsplit
    from urllib.request import Request

    parts = urlsplit(url)
    # Raises ValueError for a port beyond 65535, which a socket takes for another one.
    parts.port  # noqa: B018
    user, at, host = parts.netloc.rpartition("@")
    request = Request(urlunsplit(parts._replace(netloc=host)))
    if at:
        request.add_unredirected_header("Authorization", f"Basic {b64encode(unquote(user).encode()).decode()}")
    return request
