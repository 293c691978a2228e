"""A second query node beside Milvus standalone, and the queue that both can read."""

import os
import shutil
from pathlib import Path
from types import TracebackType

from typing_extensions import Self

from tests.support.milvus_server import MilvusServer, binaries
from tests.support.official import grpc, milvus_pb2
from tests.support.process import ServerProcess

DEFAULT_GROUP = "__default_resource_group"


class Broker:
    """The Kafka broker that librdkafka has for tests, in this process: it keeps all in memory."""

    def __init__(self) -> None:
        from confluent_kafka import Producer

        self._producer = Producer({"test.mock.num.brokers": 1, "log_level": 0})
        [broker] = self._producer.list_topics(timeout=30).brokers.values()
        self.address = f"{broker.host}:{broker.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self._producer


class QueryNode(ServerProcess):
    """A query node more for SERVER, whose queue must be a broker."""

    port_names = ("grpc", "management")

    def __init__(self, directory: Path, server: MilvusServer) -> None:
        super().__init__(directory)
        self._server = server

    def prepare(self) -> None:
        """The server's settings, with its etcd at the other end of a connection."""
        configs, port = self._server.directory / "configs", self._server.ports["query_node"]
        shutil.copytree(configs, self.directory / "configs", dirs_exist_ok=True)
        text = (configs / "milvus.yaml").read_text()
        for old, new in (("embed: true", "embed: false"), (f"port: {port}", f"port: {self.port}")):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (self.directory / "configs" / "milvus.yaml").write_text(text)

    def command(self) -> list[str]:
        return [str(binaries() / "milvus"), "run", "querynode"]

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DEPLOY_MODE": "CLUSTER",
            "LD_LIBRARY_PATH": str(binaries()),
            "METRICS_PORT": str(self.ports["management"]),
            "MILVUSCONF": str(self.directory / "configs"),
        }

    def is_healthy(self, timeout: float) -> bool:
        """When the server counts it."""
        request = milvus_pb2.DescribeResourceGroupRequest(resource_group=DEFAULT_GROUP)
        with self._server.stub() as stub:
            try:
                group = stub.DescribeResourceGroup(request, timeout=timeout).resource_group
            except grpc.RpcError:
                return False
        return bool(group.num_available_node == 2)

    def stop(self) -> None:
        """At once: it would first give its segments to others."""
        self.kill()
