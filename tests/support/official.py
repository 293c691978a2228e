"""Talks to a server through Milvus's official protobuf code, so that tests can check ours against it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

# gRPC reads it once, when it is imported; failed attempts while a server starts are expected.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import grpc
from pymilvus import MilvusClient
from pymilvus.exceptions import MilvusException
from pymilvus.grpc_gen import common_pb2, milvus_pb2, schema_pb2
from pymilvus.grpc_gen.milvus_pb2_grpc import MilvusServiceStub

__all__ = ["MilvusServiceStub", "common_pb2", "grpc", "milvus_pb2", "open_channel", "open_stub", "schema_pb2"]

OPTIONS = [
    ("grpc.enable_http_proxy", 0),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
]


# For a MilvusClient: it pings every 10 s, which Milvus Lite answers with "Too many pings" after a while.
QUIET = {"grpc.keepalive_permit_without_calls": False, "grpc.keepalive_time_ms": 600_000}


@contextmanager
def open_channel(target: str, credentials: grpc.ChannelCredentials | None = None) -> Iterator[grpc.Channel]:
    """A connection of its own to TARGET ("host:port"), with TLS when there are credentials."""
    if credentials is None:
        channel = grpc.insecure_channel(target, OPTIONS)
    else:
        channel = grpc.secure_channel(target, credentials, OPTIONS)
    with channel:
        yield channel


@contextmanager
def open_stub(target: str, credentials: grpc.ChannelCredentials | None = None) -> Iterator[MilvusServiceStub]:
    """The official client stub over a connection of its own."""
    with open_channel(target, credentials) as channel:
        yield MilvusServiceStub(channel)


def official_client(uri: str, **options: Any) -> MilvusClient:
    """A MilvusClient; Milvus Lite turns one away now and then, with "Too many pings"."""
    for _ in range(5):
        with suppress(MilvusException):
            return MilvusClient(uri, grpc_options=QUIET, **options)
        time.sleep(1)
    return MilvusClient(uri, grpc_options=QUIET, **options)
