"""An HTTP server with a text of metrics that a test changes, on a port that it keeps when it goes and comes back."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from typing_extensions import Self

from tests.support.ports import free_ports


class MetricsPeer:
    """Serves `text`, or what it returns when called, at every path, with `status`."""

    host = "127.0.0.1"

    def __init__(self, text: str | Callable[[], str] = "") -> None:
        (self.port,) = free_ports(1)
        self.text = text
        self.status = 200
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(peer.status)
                self.end_headers()
                self.wfile.write((peer.text if isinstance(peer.text, str) else peer.text()).encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer((self.host, self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Refuses connections from now on."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
