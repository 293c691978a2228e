"""Runs Milvus Lite as a server."""

import sys
from pathlib import Path

from tests.support.official import grpc, milvus_pb2
from tests.support.process import ServerProcess


class LiteServer(ServerProcess):
    """Milvus Lite on a data directory, plain text and without users: it has neither TLS nor authorization."""

    @property
    def data_directory(self) -> Path:
        return self.directory / "data"

    def prepare(self) -> None:
        self.data_directory.mkdir(exist_ok=True)

    def command(self) -> list[str]:
        where = ["--data-dir", str(self.data_directory), "--host", self.host, "--port", str(self.port)]
        return [sys.executable, "-m", "milvus_lite", "server", *where]

    def is_healthy(self, timeout: float) -> bool:
        """It answers Connect as soon as it serves."""
        with self.stub() as stub:
            try:
                reply = stub.Connect(milvus_pb2.ConnectRequest(), timeout=timeout)
            except grpc.RpcError:
                return False
        return bool(reply.status.error_code == 0 and reply.status.code == 0)
