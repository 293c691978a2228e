"""Recognizes URLs of the web and of object stores, and formats them without the secrets they may contain."""

from __future__ import annotations

import re

from ..errors import InvalidInput

MASK = "***"
URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*://)(?P<user>[^?#]*@)?(?P<rest>[^?#]*)(?P<query>[?][^#]*)?(#.*)?",
    re.DOTALL | re.IGNORECASE,
)
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
WEB = ("http://", "https://")
STORES = {"s3": "s3fs", "gs": "gcsfs", "hf": "huggingface_hub"}
"""Schemes of object stores, and the packages by which fsspec opens them."""
VERSION_ID = "?versionId="
"""Separates the key of an object from its version. Any other ? in a URL of a store is a wildcard, or of the key."""
QUERY_VALUE = re.compile(r"(?<==)[^&;]*")
STORE_USER = re.compile(r"(?<=://)[^/?:]*:[^?]*@")
"""An access key and its secret, which may contain slashes."""


def is_web(path: str) -> bool:
    """Returns True for HTTP and HTTPS URLs; the scheme's case does not matter."""
    return path.lower().startswith(WEB)


def store_of(path: str) -> str:
    """Returns the scheme of a URL of an object store, else ""."""
    scheme, separator, _ = path.partition("://")
    return scheme.lower() if separator and scheme.lower() in STORES else ""


def is_url(path: str) -> bool:
    return is_web(path) or store_of(path) != ""


def refuse_scheme(path: str, verb: str, *known: str) -> None:
    """Raises InvalidInput for a URL that is not a path; `known` are the schemes that can be used."""
    if found := SCHEME.match(path):
        hint = f"give the path of a file, or a URL of {', '.join([*known, *(f'{each}://' for each in STORES)])}"
        raise InvalidInput(f"can't {verb} {found[0]} URLs", hint=hint)


def path_of(url: str) -> str:
    """Returns a URL without its query, or the version of an object."""
    return url.partition(VERSION_ID if store_of(url) else "?")[0]


def shown_url(url: str) -> str:
    """Returns a URL without possible secrets: user, password, and the values of its query, such as a token."""
    if store_of(url):
        # Here @ may be part of the path, as a revision is, and ? a wildcard.
        return STORE_USER.sub(f"{MASK}@", url)
    found = URL.fullmatch(url)
    if found is None:
        return MASK
    query = found["query"] or ""
    query = QUERY_VALUE.sub(MASK, query) if "=" in query else query and f"?{MASK}"
    return found["scheme"] + (f"{MASK}@" if found["user"] else "") + found["rest"] + query
