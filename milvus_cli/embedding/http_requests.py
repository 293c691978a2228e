"""Sends texts to an embeddings endpoint, and says in our words what goes wrong."""

from __future__ import annotations

import time
from collections.abc import Sequence
from email.utils import parsedate_to_datetime

from .. import __version__
from ..connections.embedders import Embedder
from ..errors import CliError, Fault, NotAuthorized
from ..files.urls import shown_url
from ..files.web import WebAnswer, post
from .endpoint import reason_of, request_body, vectors_of
from .failures import Busy, TextRefused

BUSY = (408, 409, 425, 429, 500, 502, 503, 504, 529)
OF_TEXTS = (400, 413, 422)
"""Statuses that a text may cause which is too long, or a request with too many texts."""
LONGEST_WAIT = 3600.0


def embed_by_http(embedder: Embedder, token: str, texts: Sequence[str], seconds: float) -> list[list[float]]:
    """Returns the vectors of one request. Raises CliError; Busy and Unreachable where trying again may help."""
    # Some services refuse Python's own name.
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": f"milvus_cli/{__version__}",
    }
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = request_body(embedder.model, texts, embedder.dim if embedder.sends_dim else 0)
    answer = post(embedder.url, shown_url(embedder.url), body, headers, seconds)
    if answer.status != 200:
        raise _failure(embedder, token, answer)
    return vectors_of(answer.text, len(texts))


def _failure(embedder: Embedder, token: str, answer: WebAnswer) -> CliError:
    status, where = answer.status, shown_url(embedder.url)
    reason = answer.reason if 300 <= status < 400 else reason_of(answer.text)
    if token:
        # Some servers repeat the token in their answer.
        reason = reason.replace(token, "***")
    words = f"{where}: HTTP {status}" + (f": {reason}" if reason else "")
    if status in (401, 403):
        fault = Fault.NOT_AUTHENTICATED if status == 401 else Fault.NOT_PERMITTED
        hint = "is the token right? " if token or embedder.token_variable else "it has no token: "
        again = f"create embedder {embedder.name} … --token @FILE --force"
        return NotAuthorized(words, fault=fault, hint=f"{hint}`{again}` stores another")
    if status in BUSY:
        return Busy(words, retry_after=_retry_after(answer))
    if status in OF_TEXTS:
        return TextRefused(words)
    hints = {404: "are the URL and the model right? `show embedder` shows both"}
    return CliError(words, hint="give the URL of the API itself" if 300 <= status < 400 else hints.get(status, ""))


def _retry_after(answer: WebAnswer) -> float:
    """Returns the seconds that the server asks to wait, which it gives as a number or a date; 0 if it does not."""
    text = next((value for key, value in answer.headers.items() if key.lower() == "retry-after"), "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - time.time()
        except (TypeError, ValueError):
            return 0.0
    return min(max(seconds, 0.0), LONGEST_WAIT) if seconds == seconds else 0.0
