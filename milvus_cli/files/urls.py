"""Opens HTTP and HTTPS URLs with the password they may contain, and formats them without it."""

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
    """Returns True for HTTP and HTTPS URLs; the scheme's case does not matter."""
    return path.lower().startswith(WEB)


def shown_url(url: str) -> str:
    """Returns a URL without possible secrets: user, password, and the values of its query, such as a token."""
    found = URL.fullmatch(url)
    if found is None:
        return MASK
    query = found["query"] or ""
    query = VALUE.sub(MASK, query) if "=" in query else query and f"?{MASK}"
    return found["scheme"] + (f"{MASK}@" if found["user"] else "") + found["rest"] + query


def open_url(url: str, seconds: float) -> Any:
    """Opens a URL with GET, following redirects only to http and https. Raises urllib's errors."""
    from urllib.error import HTTPError
    from urllib.request import HTTPRedirectHandler, build_opener

    class ToTheWeb(HTTPRedirectHandler):
        def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
            if not is_url(newurl):
                raise HTTPError(url, code, msg, headers, fp)
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    return build_opener(ToTheWeb).open(_request(url), timeout=seconds)


def _request(url: str) -> Request:
    """Sends user and password as a header, which is not forwarded on redirects."""
    from base64 import b64encode
    from urllib.parse import unquote, urlsplit, urlunsplit
    from urllib.request import Request

    parts = urlsplit(url)
    # Reading the port raises ValueError above 65535; a socket would wrap it around.
    parts.port  # noqa: B018
    user, at, host = parts.netloc.rpartition("@")
    request = Request(urlunsplit(parts._replace(netloc=host)))
    if at:
        request.add_unredirected_header("Authorization", f"Basic {b64encode(unquote(user).encode()).decode()}")
    return request
