"""Runs the real Milvus standalone out of the PyPI package `milvus` (Linux on x86-64 only)."""

import base64
import os
import shutil
import tempfile
from pathlib import Path

from tests.support.certificates import Certificates
from tests.support.official import grpc, milvus_pb2
from tests.support.process import ServerProcess

# Settings of the package's template, by the names of our ports.
CONFIGURABLE_PORTS = {
    "grpc": "proxy_port",
    "etcd_client": "etcd_port",
    "proxy_internal": "proxy_internal_port",
    "root_coord": "root_coord_port",
    "query_coord": "query_coord_port",
    "query_node": "query_node_port",
    "index_coord": "index_coord_port",
    "index_node": "index_node_port",
    "data_coord": "data_coord_port",
    "data_node": "data_node_port",
}

ETCD = """\
name: default
data-dir: {directory}/data/etcd.data
log-level: warn
listen-client-urls: {client}
advertise-client-urls: {client}
listen-peer-urls: {peer}
initial-advertise-peer-urls: {peer}
initial-cluster: default={peer}
"""


class MilvusServer(ServerProcess):
    """Milvus standalone in DIRECTORY, which is its own and empty at first.

    With authorization the user is root, the password Milvus. `tls_mode` is 0 (none), 1 (TLS) or
    2 (the client shows a certificate too). A restart lasts until the old sessions have expired:
    9 s with a `session_ttl` of 5, 35 s with 30. A server frozen for longer than that exits when it thaws.
    `queue` is the address of a Kafka broker, in place of the queue in the server's own process.
    """

    port_names = (*CONFIGURABLE_PORTS, "etcd_peer", "management")
    user = "root"
    password = "Milvus"

    def __init__(
        self,
        directory: Path,
        *,
        authorization: bool = False,
        tls_mode: int = 0,
        certificates: Certificates | None = None,
        session_ttl: int = 30,
        queue: str = "",
    ) -> None:
        super().__init__(directory)
        if tls_mode and certificates is None:
            raise ValueError("a server with TLS needs certificates")
        self.authorization = authorization
        self.tls_mode = tls_mode
        self.certificates = certificates
        self.session_ttl = session_ttl
        self.queue = queue

    @property
    def management_port(self) -> int:
        return self.ports["management"]

    @property
    def token(self) -> str | None:
        return f"{self.user}:{self.password}" if self.authorization else None

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        if self.token is None:
            return ()
        return (("authorization", base64.b64encode(self.token.encode()).decode()),)

    @property
    def credentials(self) -> grpc.ChannelCredentials | None:
        if not self.tls_mode or self.certificates is None:
            return None
        if self.tls_mode == 1:
            return grpc.ssl_channel_credentials(self.certificates.ca.read_bytes())
        return grpc.ssl_channel_credentials(
            self.certificates.ca.read_bytes(),
            self.certificates.client_key.read_bytes(),
            self.certificates.client.read_bytes(),
        )

    def prepare(self) -> None:
        self._write_milvus_config()
        client, peer = (f"http://127.0.0.1:{self.ports[name]}" for name in ("etcd_client", "etcd_peer"))
        self._etcd_config.write_text(ETCD.format(directory=self.directory, client=client, peer=peer))

    def command(self) -> list[str]:
        return [str(binaries() / "milvus"), "run", "standalone"]

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DEPLOY_MODE": "STANDALONE",
            "LD_LIBRARY_PATH": str(binaries()),
            "METRICS_PORT": str(self.management_port),
            "MILVUSCONF": str(self.directory / "configs"),
            "ETCD_CONFIG_PATH": str(self._etcd_config),
        }

    def is_healthy(self, timeout: float) -> bool:
        with self.stub() as stub:
            try:
                reply = stub.CheckHealth(milvus_pb2.CheckHealthRequest(), timeout=timeout, metadata=self.metadata)
            except grpc.RpcError:
                return False
        return bool(reply.isHealthy)

    def discard(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def _etcd_config(self) -> Path:
        return self.directory / "configs" / "etcd.yaml"

    def _write_milvus_config(self) -> None:
        import milvus

        config = milvus.MilvusServerConfig(data_dir=str(self.directory))
        config.resolve_storage()
        for name, setting in CONFIGURABLE_PORTS.items():
            config.set(setting, self.ports[name])
        config.set("authorization_enabled", self.authorization)
        config.set("tls_mode", self.tls_mode)
        if self.certificates is not None:
            config.set("server_pem_path", str(self.certificates.server))
            config.set("server_key_path", str(self.certificates.server_key))
            config.set("ca_pem_path", str(self.certificates.ca))
        config.set("common.session.ttl", str(self.session_ttl))
        # With a loaded collection SIGTERM would wait for minutes.
        config.set("common.gracefulStopTimeout", "1")
        # Strong reads wait for a tick of the proxy: 200 ms by default.
        config.set("proxy.timeTickInterval", "50")
        # Else every load waits for a look around each second.
        config.set("queryCoord.checkInterval", "100")
        config.set("queryCoord.distPullInterval", "100")
        # A flush waits for the last segment assignment to expire: 2 s by default.
        config.set("dataCoord.segment.assignmentExpiration", "200")
        if self.queue:
            config.set("mq.type", "kafka")
        config.write_config()
        self._add_what_the_template_lacks()

    def _add_what_the_template_lacks(self) -> None:
        path = self.directory / "configs" / "milvus.yaml"
        text = path.read_text()
        text = text.replace("\netcd:\n", f"\netcd:\n  config:\n    path: {self._etcd_config}\n", 1)
        # The scheduler of index builds runs once a second by default.
        text = text.replace("\nindexCoord:\n", "\nindexCoord:\n  scheduler:\n    interval: 100\n", 1)
        # 10 by default, and a test of all privileges has a role for each set of them.
        text = text.replace("\nproxy:\n", "\nproxy:\n  maxRoleNum: 100\n", 1)
        path.write_text(text + (f"\nkafka:\n  brokerList: {self.queue}\n" if self.queue else ""))


def binaries() -> Path:
    """The unpacked program and its libraries, 250 MB, kept in the user's cache.

    Several test runs may come here at once: each unpacks under a name of its own and the first to
    rename wins.
    """
    import milvus

    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "milvus_cli-tests"
    unpacked = cache / f"milvus-{milvus.__version__}"
    if not unpacked.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix="unpacking-") as temporary:
            fresh = Path(temporary) / "milvus"
            milvus._initialize_data_files(str(fresh))
            try:
                fresh.rename(unpacked)
            except OSError:
                if not unpacked.exists():
                    raise
    return unpacked / "bin"
