"""An HTTP server with OpenAI's embeddings API, which can fail on purpose. Its vectors depend on the words of a text."""

import hashlib
import json
import math
import threading
import time
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple

from typing_extensions import Self

DIMENSION = 16
MODEL = "words"


def embedding(text: str, dimension: int = DIMENSION) -> list[float]:
    """A vector of length 1, in four digits: a word is one of a few features, and texts with common words are near."""
    found = [0.0] * dimension
    for word in text.lower().split() or [text]:
        digest = hashlib.sha256(word.encode()).digest()
        found[digest[0] % dimension] += 1.0 if digest[1] % 2 else -1.0
        found[digest[2] % dimension] += 0.5
    length = math.sqrt(sum(each * each for each in found)) or 1.0
    return [round(each / length, 4) for each in found]


def answer(texts: Sequence[str], dimension: int = DIMENSION) -> dict[str, Any]:
    data = [
        {"object": "embedding", "index": at, "embedding": embedding(text, dimension)} for at, text in enumerate(texts)
    ]
    return {"object": "list", "data": data, "model": MODEL, "usage": {"prompt_tokens": 1, "total_tokens": 1}}


class Asked(NamedTuple):
    """A request that came in, and what its client sent with it."""

    path: str
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def texts(self) -> list[str]:
        return list(self.body["input"])


class Reply(NamedTuple):
    """What the peer answers: `body` is JSON, or text as it is. It waits, says another length, or has more headers."""

    status: int = 200
    body: Any = None
    headers: Sequence[tuple[str, str]] = ()
    seconds: float = 0.0
    missing: int = 0


class EmbeddingPeer:
    """Answers with `reply` when it returns one for a request, else as a model would."""

    host = "127.0.0.1"

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.reply: Callable[[Asked], Reply | None] = lambda asked: None
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._server = _Server((self.host, 0), _handler(self))

    @property
    def uri(self) -> str:
        return f"http://{self.host}:{self._server.server_port}"

    @property
    def texts(self) -> list[str]:
        """All texts that were sent, those of refused requests too."""
        return [text for each in self.asked for text in each.texts]

    def answered(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            found = self.reply(asked) or Reply(body=answer(asked.texts, asked.body.get("dimensions", DIMENSION)))
            time.sleep(found.seconds)
            return found
        finally:
            with self._lock:
                self._at_once -= 1

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of clients that do not wait for their answer."""


def _handler(peer: EmbeddingPeer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            reply = peer.answered(Asked(self.path, body, dict(self.headers)))
            content = (reply.body if isinstance(reply.body, str) else json.dumps(reply.body)).encode()
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content) + reply.missing))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
