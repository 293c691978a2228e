"""The protocol of OpenAI's embeddings API: the endpoint's URL, a request, and the checks of an answer."""

from __future__ import annotations

import json
import math
import re
import struct
from base64 import b64decode
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ..errors import InvalidAnswer, InvalidInput
from ..files.urls import is_web
from ..text.json import load_json

VERSION = re.compile(r"v[0-9]+[a-z0-9]*")
URL_HINT = "give the address of an OpenAI-compatible API, as http://127.0.0.1:11434/v1"
LONGEST_SHOWN = 200


def endpoint(url: str) -> str:
    """Returns the URL that takes requests: /v1 and /embeddings are added where they are missing.

    Raises InvalidInput for what is no such URL, and for one with a user or a password, which would not be kept secret.
    """
    try:
        parts = urlsplit(url)
        is_valid = is_web(url) and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_valid = False
    if not is_valid or any(each.isspace() for each in url):
        raise InvalidInput("--url: expected a URL that begins with http:// or https://", hint=URL_HINT)
    if parts.username is not None:
        raise InvalidInput("--url: expected a URL without user and password", hint="give a token with --token @FILE")
    segments = [each for each in parts.path.split("/") if each]
    if segments[-1:] != ["embeddings"]:
        versioned = any(VERSION.fullmatch(each) for each in segments)
        segments += ["embeddings"] if versioned else ["v1", "embeddings"]
    return urlunsplit(parts._replace(path="/" + "/".join(segments), fragment=""))


def is_exposed(url: str) -> bool:
    """Reports whether a request to this URL crosses a network unencrypted."""
    host = urlsplit(url).hostname or ""
    try:
        is_local = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        is_local = False
    return url.lower().startswith("http://") and not is_local


def request_body(model: str, texts: Sequence[str], dim: int = 0) -> bytes:
    """Returns the body of a request. `dim` asks the model for shorter vectors, 0 for its own."""
    asked: dict[str, Any] = {"model": model, "input": list(texts)}
    return json.dumps({**asked, "dimensions": dim} if dim else asked).encode()


def vectors_of(text: str, count: int) -> list[list[float]]:
    """Returns the vectors of an answer in the order of the texts. Raises InvalidAnswer without the embedder's name."""
    try:
        answer = load_json(text)
    except ValueError:
        raise InvalidAnswer(f"the answer is not JSON: {shortened(text)!r}") from None
    data = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(data, list) or not all(isinstance(each, Mapping) for each in data):
        raise InvalidAnswer(f"the answer has no list 'data': {shortened(text)}")
    if len(data) != count:
        raise InvalidAnswer(f"the answer has {len(data)} vectors for {count} texts")
    found = {each.get("index"): each.get("embedding") for each in data if type(each.get("index")) is int}
    if sorted(found) != list(range(count)):
        raise InvalidAnswer(f"the answer does not number its vectors from 0 to {count - 1}")
    return [checked_vector(found[place], f"vector {place}") for place in range(count)]


def checked_vector(value: Any, name: str) -> list[float]:
    """Returns a vector as numbers, also one in base64. Raises InvalidAnswer for what is none."""
    if isinstance(value, str):
        value = _from_base64(value)
    if not isinstance(value, list) or not value:
        raise InvalidAnswer(f"{name} of the answer is not a list of numbers")
    if not {float, int}.issuperset(map(type, value)):
        other = next(each for each in value if type(each) not in (float, int))
        raise InvalidAnswer(f"{name} of the answer has {shortened(json.dumps(other))} where a number is expected")
    if not _are_finite(value):
        raise InvalidAnswer(f"{name} of the answer has a number that is not finite")
    return value


def reason_of(text: str) -> str:
    """Returns the server's words in an answer with an error status, which differ from server to server."""
    try:
        answer = load_json(text)
    except ValueError:
        return shortened(" ".join(re.sub(r"<[^>]*>", " ", text).split()))
    error = answer.get("error", answer) if isinstance(answer, Mapping) else answer
    if isinstance(error, Mapping):
        error = next((error[key] for key in ("message", "detail", "error") if error.get(key)), error)
    return shortened(" ".join((error if isinstance(error, str) else json.dumps(error)).split()))


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _from_base64(text: str) -> list[float] | None:
    """Decodes little-endian float32 numbers; None for anything else."""
    try:
        raw = b64decode(text, validate=True)
    except ValueError:
        return None
    return list(struct.unpack(f"<{len(raw) // 4}f", raw)) if len(raw) % 4 == 0 else None


def _are_finite(numbers: list[float]) -> bool:
    try:
        return all(map(math.isfinite, numbers))
    except OverflowError:
        return False
