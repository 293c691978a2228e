"""An in-process HTTP server that answers as the RESTful API v2 of Milvus is documented, and keeps the requests."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple

from typing_extensions import Self

V2 = "/v2/vectordb"


class Asked(NamedTuple):
    """A request as it came; the body is text."""

    method: str
    path: str
    body: str


class RestPeer:
    """Has the collections book and shelf, and `rows` entities, whose ids count from 0."""

    host = "127.0.0.1"

    def __init__(self, rows: int = 3) -> None:
        self.rows = [{"id": number, "title": f"t{number}"} for number in range(rows)]
        self.asked: list[Asked] = []
        self.answers: dict[str, tuple[int, object]] = {}
        """HTTP status and answer by path, in place of those below."""
        peer = self

        class Handler(_Handler):
            def answer(self, method: str, body: str) -> tuple[int, object]:
                peer.asked.append(Asked(method, self.path, body))
                return peer.answers.get(self.path) or peer.answer(method, self.path, body)

        self._server = ThreadingHTTPServer((self.host, 0), Handler)

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def uri(self) -> str:
        return f"http://{self.host}:{self.port}"

    def answer(self, method: str, path: str, body: str) -> tuple[int, object]:
        if not path.startswith(V2) or method != "POST":
            return 404, "404 page not found"
        if not body:
            return 200, {"code": 1801, "message": "can only accept json format request"}
        given = json.loads(body)
        if path == f"{V2}/collections/list":
            return 200, {"code": 0, "data": ["book", "shelf"]}
        if path == f"{V2}/entities/query":
            return 200, self._queried(given)
        return 200, {"code": 0, "data": {}}

    def _queried(self, given: dict[str, Any]) -> dict[str, Any]:
        if given.get("collectionName") != "book":
            return {"code": 100, "message": f"collection not found[collection={given.get('collectionName')}]"}
        start, limit = given.get("offset", 0), given.get("limit", 100)
        if start + limit > 16384:
            return {"code": 65535, "message": "(offset+limit) should be in range [1, 16384]"}
        return {"code": 0, "data": self.rows[start : start + limit], "cost": 0}

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def answer(self, method: str, body: str) -> tuple[int, object]:
        raise NotImplementedError

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        status, answer = self.answer(self.command, body)
        content = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass
