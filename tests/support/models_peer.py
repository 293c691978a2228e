"""An in-process HTTP server that simulates models: embeddings as OpenAI gives them, ranks of texts as Cohere does."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from typing_extensions import Self

DIMENSION = 4


def embedding(text: str) -> list[float]:
    """Numbers that only this text has, and that a float32 holds exactly."""
    return [each / 256 for each in hashlib.sha256(text.encode()).digest()[:DIMENSION]]


def relevance(query: str, text: str) -> float:
    """How many of the text's words are the query's; no two lengths give the same."""
    words = text.split()
    return sum(each in query.split() for each in words) / (len(words) + 1) + len(text) / 4096


class ModelsPeer:
    host = "127.0.0.1"

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer((self.host, 0), _Handler)

    @property
    def uri(self) -> str:
        return f"http://{self.host}:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer: dict[str, Any]
        if self.path == "/embeddings":
            found = [{"index": at, "embedding": embedding(text)} for at, text in enumerate(asked["input"])]
            answer = {"data": found}
        else:
            found = [
                {"index": at, "relevance_score": relevance(asked["query"], text)}
                for at, text in enumerate(asked["documents"])
            ]
            answer = {"results": found}
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass
