"""Recognizes HTTP and HTTPS URLs, and formats URLs without the secrets they may contain."""

from __future__ import annotations

import re

MASK = "***"
URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*://)(?P<user>[^?#]*@)?(?P<rest>[^?#]*)(?P<query>[?][^#]*)?(#.*)?",
    re.DOTALL | re.IGNORECASE,
)
WEB = ("http://", "https://")
QUERY_VALUE = re.compile(r"(?<==)[^&;]*")


def is_url(path: str) -> bool:
    """Returns True for HTTP and HTTPS URLs; the scheme's case does not matter."""
    return path.lower().startswith(WEB)


def shown_url(url: str) -> str:
    """Returns a URL without possible secrets: user, password, and the values of its query, such as a token."""
    found = URL.fullmatch(url)
    if found is None:
        return MASK
    query = found["query"] or ""
    query = QUERY_VALUE.sub(MASK, query) if "=" in query else query and f"?{MASK}"
    return found["scheme"] + (f"{MASK}@" if found["user"] else "") + found["rest"] + query
